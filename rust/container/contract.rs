//! What every format owes to whoever drives its codec and its container. The rig checks the packets at each of them.

use std::ops::RangeInclusive;
use std::path::Path;

use super::Playable;
use super::testing::readers::*;
use super::testing::signals::music;
use super::testing::*;
use crate::formats::{FORMATS, Format, Setup};
use crate::stream::AudioLayout;

/// Every setting in stereo, and one of them with other layouts, in takes of 1.3 seconds.
fn cases() -> Vec<Case> {
    let of = |format: &'static Format| {
        let settings = settings_of(format);
        let other_layouts = [(1, 8000), (6, 48000)].map(|(channels, rate)| (channels, rate, settings[0]));
        let in_stereo = settings.iter().map(|&settings| (2, 44100, settings));
        let cases = in_stereo.chain(other_layouts);
        let cases = cases.map(move |(channels, rate, settings)| Case::new(format, channels, rate, settings));
        let cases: Vec<_> = cases.filter(|case| format.allows(case.layout, case.settings).is_ok()).collect();
        assert!(cases.len() > 1, "{} holds none of the cases", format.label);
        cases
    };
    FORMATS.iter().flat_map(|format| of(format)).collect()
}

fn seconds(case: &Case) -> Vec<Vec<f32>> {
    let AudioLayout { channels, rate } = case.layout;
    music(rate as u32, channels, (1.3 * rate) as usize)
}

fn assert_none_fails(judge: impl Fn(&Case) -> Vec<String> + Sync) {
    let failures =
        side_by_side(cases(), |case| judge(&case).into_iter().map(|failure| format!("{case}: {failure}")).collect());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is wrong with a file that should hold so many frames.
fn wrong(case: &Case, path: &Path, frames: RangeInclusive<u64>) -> Vec<String> {
    let mut wrong = complaints(case.format, path);
    if let Some(decoded) = ffmpeg(path, case.layout.channels, *frames.start() == *frames.end()) {
        let decoded = decoded[0].len() as u64;
        if !frames.contains(&decoded) {
            wrong.push(format!("FFmpeg decodes {decoded} frames of {frames:?}"));
        }
    }
    wrong
}

/// What is wrong with the file of a killed take: what a destination would cut off may be decoded as well, to an extent,
/// and the placeholder is.
fn wrong_if_killed(case: &Case, take: &Take) -> Vec<String> {
    let least = take.stated();
    let more = case.layout.rate as u64 / if take.has_placeholder() { 2 } else { 10 };
    wrong(case, take.path(), least..=least + more)
}

#[test]
fn what_was_encoded_can_be_played_half_a_second_later() {
    assert_none_fails(|case| {
        let (signal, rate) = (seconds(case), case.layout.rate);
        let (mut take, mut failures, mut worst) = (case.open(), Vec::new(), 0.0_f64);
        let mut from = 0;
        // Blocks of all sizes, up to a tenth of a second.
        for block in (1..).step_by(37).map(|size| size % (rate as usize / 10) + 1) {
            let to = (from + block).min(signal[0].len());
            take.write_all(&signal.iter().map(|channel| channel[from..to].to_vec()).collect::<Vec<_>>(), block);
            let playable = take.playable();
            assert!(playable.frames <= take.encoded() && playable.len <= take.len());
            worst = worst.max((from as f64 - playable.frames as f64) / rate);
            if to == signal[0].len() {
                break;
            }
            from = to;
        }
        println!("{case}: {worst:.3} s are held back");
        if worst > 0.5 {
            failures.push(format!("{worst:.3} s are held back"));
        }
        take.finish();
        assert_eq!(take.playable(), Playable { len: take.len(), frames: take.encoded() }, "{case}");
        failures.extend(wrong(case, take.path(), take.encoded()..=take.encoded()));
        failures
    });
}

#[test]
fn a_killed_take_can_be_played_up_to_its_last_checkpoint() {
    assert_none_fails(|case| {
        let (signal, fifth) = (seconds(case), case.layout.rate as usize / 5);
        let (mut take, mut failures) = (case.open(), Vec::new());
        for (nth, from) in (0..signal[0].len() - fifth).step_by(fifth).enumerate() {
            take.write_all(&signal.iter().map(|channel| channel[from..from + fifth].to_vec()).collect::<Vec<_>>(), 441);
            take.checkpoint();
            if nth % 2 == 1 {
                failures.extend(wrong_if_killed(case, &take));
            }
        }
        failures
    });
}

/// The destination may have written less than was appended, at a checkpoint as after a failure.
#[test]
fn a_take_cut_at_any_byte_can_be_played_up_to_there() {
    assert_none_fails(|case| {
        let (signal, mut take) = (seconds(case), case.open());
        let header = take.len();
        take.write_all(&signal, 441);
        take.checkpoint();
        let (mut failures, mut before) = (Vec::new(), take.container.playable(header));
        assert_eq!((before.frames, take.container.playable(header - 1).len), (0, 0), "{case}");
        for len in header..=take.len() {
            let playable = take.container.playable(len);
            assert!(playable.len <= len && playable.len >= before.len && playable.frames >= before.frames, "{case}");
            assert_eq!(take.container.playable(playable.len), playable, "{case}: what can be played, cut");
            before = playable;
        }
        assert_eq!(before, take.playable());
        for tenth in [3, 6, 9] {
            let len = header + (take.len() - header) * tenth / 10 + 1;
            let (copy, playable) = take.salvaged_copy(len);
            failures.extend(wrong(case, &copy, playable.frames..=playable.frames));
        }
        // None of that is remembered.
        take.checkpoint();
        failures.extend(wrong_if_killed(case, &take));
        failures
    });
}

/// With text between the fields of a header there is more than one patch.
#[test]
fn a_kill_between_two_patches_leaves_a_file_that_opens() {
    let text = [("comment".to_owned(), "c".repeat(5000)), ("title".to_owned(), "t".repeat(5000))];
    assert_none_fails(|case| {
        let (signal, mut failures) = (seconds(case), Vec::new());
        let mut take = Take::with_metadata(case.format, case.layout, case.settings, &text).unwrap();
        let (half, frames) = (signal[0].len() / 2, signal[0].len());
        take.write_all(&head(&signal, half), 441);
        take.checkpoint();
        let least = take.stated();
        take.write_all(&signal.iter().map(|channel| channel[half..].to_vec()).collect::<Vec<_>>(), 441);
        let (checkpoint, complete) = (take.container.checkpoint(take.len()), take.container.complete(take.len()));
        for patch in checkpoint.patches.into_iter().chain(complete) {
            take.patch(&[patch]);
            failures.extend(wrong(case, take.path(), least..=frames as u64 + case.layout.rate as u64 / 10));
        }
        failures
    });
}

#[test]
fn a_take_without_a_frame_is_a_whole_file() {
    assert_none_fails(|case| {
        let mut take = case.open();
        take.finish();
        assert_eq!(take.playable(), Playable { len: take.len(), frames: 0 }, "{case}");
        // SoX takes an AIFF file without a frame for damaged, and ogginfo takes a page without one for odd.
        let known = |complaint: &String| {
            [("aiff", "sox: "), ("ogg", "ogginfo: ")]
                .iter()
                .any(|(format, reader)| case.format.name == *format && complaint.starts_with(reader))
        };
        let mut failures = wrong(case, take.path(), 0..=0);
        failures.retain(|complaint| !known(complaint));
        failures
    });
}

/// So two destinations can write the same packets to equal files.
#[test]
fn the_same_setup_makes_the_same_file() {
    let metadata = [("encoder".to_owned(), "test".to_owned())];
    assert_none_fails(|case| {
        let signal = seconds(case);
        let [first, second] = [(); 2].map(|()| {
            let open = |setup: Setup<'_>| (case.format.open)(Setup { serial: 7, ..setup });
            let extension = case.format.extensions[0];
            let mut take = Take::with(extension, case.layout, case.settings, &metadata, open).unwrap();
            take.write_all(&signal, 441);
            take.finish();
            take.bytes()
        });
        if first == second { Vec::new() } else { vec!["two files differ".to_owned()] }
    });
}

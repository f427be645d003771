//! Time that TouchDesigner lost: found, counted, and filled with silence where that is wanted.

mod common;

use common::readers::hound;
use common::{Rig, assert_same, bits, interleaved};

const RATE: f64 = 48000.0;
const FRAME: usize = 800;

/// A rig that records float32 and has cooked for ten frames.
fn recording(fill: bool) -> Rig {
    let mut rig = Rig::new(2, RATE);
    rig.node.set("Codec", "float32");
    rig.node.set("Fillgaps", f64::from(u8::from(fill)));
    rig.record(true);
    rig.cooks(10);
    rig
}

/// A hitch of `frames` timeline frames, of which TouchDesigner keeps the last `kept` samples.
fn hitch(rig: &mut Rig, frames: u64, kept: usize, filled: bool) -> u64 {
    let lost = frames * FRAME as u64 - kept as u64;
    rig.next += lost;
    if filled {
        rig.given.iter_mut().for_each(|channel| channel.resize(channel.len() + lost as usize, 0.0));
    }
    rig.fill(kept, true);
    let time = rig.time(frames as f64);
    rig.node.cook(&time);
    lost
}

/// Finishes the take and asserts what its file holds and how many samples it counts as gaps.
fn assert_holds(mut rig: Rig, gap: u64) {
    let path = rig.finish();
    assert_same(&hound(&path).samples, &interleaved(&rig.given, bits), "hound");
    assert_eq!(rig.number("gap_samples"), gap);
    assert_eq!(rig.node.info("gap_samples") as u64, gap);
    assert_eq!(rig.number("total_samples_written"), rig.given[0].len() as u64);
    assert_eq!(rig.number("lost_samples"), 0);
}

#[test]
fn a_hitch_becomes_silence_of_the_same_length() {
    let mut rig = recording(true);
    let mut gap = 0;
    for (frames, kept) in [(13, 9600), (180, 9600), (12, 9000), (40, 0)] {
        gap += hitch(&mut rig, frames, kept, true);
        rig.cooks(5);
    }
    assert_holds(rig, gap);
}

#[test]
fn without_fill_gaps_a_hitch_is_counted_only() {
    let mut rig = recording(false);
    let gap = hitch(&mut rig, 180, 9600, false);
    rig.cooks(5);
    assert_holds(rig, gap);
}

#[test]
fn a_hitch_that_loses_nothing_is_no_gap() {
    let mut rig = recording(true);
    for frames in [2, 5, 12] {
        assert_eq!(hitch(&mut rig, frames, frames as usize * FRAME, true), 0);
        rig.cooks(2);
    }
    assert_holds(rig, 0);
}

#[test]
fn a_source_without_an_index_is_filled_by_the_clock() {
    let mut rig = recording(true);
    // The index means nothing: the clock tells of 28 frames that are missing.
    let mut cook = |frames: f64, samples: usize| {
        rig.fill(samples, true);
        rig.node.input_mut().expect("an input").start_index = 0.0;
        let time = rig.time(frames);
        rig.node.cook(&time);
    };
    (0..10).for_each(|_| cook(1.0, FRAME));
    cook(40.0, 12 * FRAME);
    let silence = 20 * FRAME..48 * FRAME;
    rig.given.iter_mut().for_each(|channel| drop(channel.splice(20 * FRAME..20 * FRAME, silence.clone().map(|_| 0.0))));
    rig.cooks(2);
    assert_holds(rig, silence.len() as u64);
}

#[test]
fn an_index_that_goes_on_over_a_hitch_says_that_nothing_is_missing() {
    let mut rig = recording(true);
    rig.fill(12 * FRAME, true);
    let time = rig.time(40.0);
    rig.node.cook(&time);
    rig.cooks(2);
    assert_holds(rig, 0);
}

#[test]
fn a_rate_that_the_timeline_does_not_divide_has_no_gaps() {
    let mut rig = Rig::new(1, 22050.0);
    rig.node.set("Codec", "float32");
    rig.record(true);
    for cook in 0..600 {
        rig.cook(if cook % 2 == 0 { 367 } else { 368 });
    }
    assert_holds(rig, 0);
}

#[test]
fn a_jump_of_the_timeline_is_no_gap() {
    let mut rig = recording(true);
    for index in [0.0, 1e7, 5.0] {
        rig.fill(FRAME, true);
        rig.node.input_mut().expect("an input").start_index = index;
        let time = rig.time(1.0);
        rig.node.cook(&time);
    }
    rig.cooks(2);
    assert_holds(rig, 0);
}

#[test]
fn time_that_passes_during_a_pause_is_no_gap() {
    let mut rig = recording(true);
    rig.pause(true);
    rig.cooks(1);
    // The host hangs while paused, and once more just when the pause ends.
    rig.next += 1_000_000;
    rig.fill(FRAME, false);
    let time = rig.time(600.0);
    rig.node.cook(&time);
    rig.pause(false);
    rig.next += 1_000_000;
    rig.fill(FRAME, true);
    let time = rig.time(600.0);
    rig.node.cook(&time);
    rig.cooks(3);
    assert_holds(rig, 0);
}

#[test]
fn time_before_record_on_is_no_gap() {
    let mut rig = Rig::new(2, RATE);
    rig.node.set("Codec", "float32");
    rig.cooks(3);
    rig.record(true);
    hitch(&mut rig, 600, 9600, false);
    rig.cooks(3);
    assert_holds(rig, 0);
}

#[test]
fn a_gap_of_over_ten_minutes_is_counted_and_not_filled_and_a_warning_says_so() {
    let mut rig = recording(true);
    let gap = hitch(&mut rig, 700 * 60, 9600, false);
    let warning = rig.node.warning();
    assert!(warning.contains("did not cook for 700 s") && warning.contains("check the sync"), "{warning}");
    rig.cooks(3);
    assert_holds(rig, gap);
}

#[test]
fn a_gap_of_just_under_ten_minutes_is_filled() {
    let mut rig = Rig::new(1, 8000.0);
    rig.node.set("Codec", "float32");
    rig.record(true);
    rig.block(133);
    let lost = 599 * 8000;
    rig.next += lost;
    rig.given[0].resize(133 + lost as usize, 0.0);
    rig.fill(1600, true);
    let time = rig.time((lost + 1600) as f64 * 60.0 / 8000.0);
    rig.node.cook(&time);
    assert_eq!(rig.node.warning(), "");
    assert_holds(rig, lost);
}

#[test]
fn a_time_that_cannot_be_is_not_filled_and_a_warning_says_what_was_seen() {
    for (frames, seen) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-3.0, "-3"), (0.0, "0")] {
        let mut rig = recording(true);
        rig.fill(FRAME, true);
        let time = tdhost::Time { delta_frames: frames, ..rig.time(1.0) };
        rig.node.cook(&time);
        let warning = rig.node.warning();
        assert!(warning.contains(&format!("reported {seen} frames")), "{warning}");
        rig.cooks(3);
        assert_holds(rig, 0);
    }
}

#[test]
fn gaps_are_counted_anew_in_the_next_take() {
    let mut rig = recording(true);
    hitch(&mut rig, 100, 9600, true);
    rig.finish();
    assert!(rig.number("gap_samples") > 0);
    rig.given.iter_mut().for_each(Vec::clear);
    rig.record(true);
    rig.cooks(3);
    assert_holds(rig, 0);
}

/// Eight seconds of `tdhost record` with hitches of 100, 250 and 3000 ms, of which Max Time Slice Size keeps 200 ms.
fn record_with_hitches(fill: bool) -> (std::path::PathBuf, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("take.wav");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tdhost"))
        .args(["record", "--seconds", "8", "--rate", "48000", "--set", if fill { "Fillgaps=1" } else { "Fillgaps=0" }])
        .args(["--hitch", "100@1", "--hitch", "250@2", "--hitch", "3000@4", "--out"])
        .arg(&file)
        .output()
        .expect("tdhost runs");
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{table}\n{}", String::from_utf8_lossy(&output.stderr));
    (file, table, folder)
}

#[test]
fn hitches_of_a_real_timeline_are_filled_to_its_length_or_only_counted() {
    // Nothing of the first, 50 ms of the second, 2800 ms of the third.
    const GAP: u32 = 2400 + 134_400;
    for fill in [true, false] {
        let (file, table, _folder) = record_with_hitches(fill);
        let frames = hound::WavReader::open(&file).expect("a file").duration();
        let elapsed = 8 * 48_000;
        let right = if fill { elapsed } else { elapsed - GAP };
        assert!(frames.abs_diff(right) <= FRAME as u32, "{frames} frames, {right} are right\n{table}");
        assert!(table.contains(&GAP.to_string()), "{table}");
    }
}

use tempfile::{TempDir, tempdir};

use super::*;
use crate::source::Signal;
use crate::testing::{run, write_signal};

const RATE: u32 = 48000;

fn source(first_channel: usize) -> Source {
    Source::Signal(Signal { rate: RATE, channels: 2, first_channel })
}

fn given(frames: u64) -> Runs {
    let mut runs = Runs::default();
    runs.push(Run::Given { start: 0, frames });
    runs
}

fn wav(folder: &TempDir, bits: Option<u16>) -> PathBuf {
    let path = folder.path().join("take.wav");
    write_signal(&path, 2, RATE, 10_000, bits);
    path
}

/// Overwrites one sample in a 16-bit stereo file.
fn poke(path: &Path, frame: usize, channel: usize, value: i16) {
    let mut bytes = std::fs::read(path).unwrap();
    let data = bytes.len() - 40_000;
    let at = data + 4 * frame + 2 * channel;
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_faithful_take_agrees() {
    let folder = tempdir().unwrap();
    for bits in [Some(16), Some(24), Some(32), None] {
        let path = wav(&folder, bits);
        let comparison = compare(&[path], &mut source(0), &[0, 1], &given(10_000)).unwrap();
        assert_eq!(comparison.complaint(0), None, "{bits:?}");
        assert_eq!((comparison.frames_found, comparison.clipped), (10_000, 0));
    }
}

#[test]
fn one_wrong_sample_is_found() {
    let folder = tempdir().unwrap();
    let path = wav(&folder, Some(16));
    let right = pcm(crate::signal::sample(1, 7777, RATE), 16);
    poke(&path, 7777, 1, (right + 1) as i16);
    let comparison = compare(&[path], &mut source(0), &[0, 1], &given(10_000)).unwrap();
    let difference = comparison.first_difference.clone().unwrap();
    assert_eq!((difference.frame, difference.channel), (7777, 1));
    assert_eq!(comparison.wrong_samples, 1);
    assert!(!comparison.agrees(1));
}

#[test]
fn swapped_channels_and_another_nodes_samples_are_found() {
    let folder = tempdir().unwrap();
    let files = [wav(&folder, Some(24))];
    assert!(!compare(&files, &mut source(0), &[1, 0], &given(10_000)).unwrap().agrees(0));
    assert!(!compare(&files, &mut source(2), &[0, 1], &given(10_000)).unwrap().agrees(0));
}

#[test]
fn missing_and_surplus_frames_are_found() {
    let folder = tempdir().unwrap();
    let files = [wav(&folder, Some(24))];
    for expected in [9_999, 10_001] {
        let comparison = compare(&files, &mut source(0), &[0, 1], &given(expected)).unwrap();
        assert_eq!((comparison.frames_found, comparison.wrong_samples), (10_000, 0));
        assert!(comparison.complaint(0).unwrap().contains("10000 frames"));
    }
}

#[test]
fn lost_frames_may_be_silent_but_not_more_of_them_than_were_reported() {
    let folder = tempdir().unwrap();
    let path = wav(&folder, Some(16));
    for frame in 500..520 {
        poke(&path, frame, 0, 0);
        poke(&path, frame, 1, 0);
    }
    let comparison = compare(&[path], &mut source(0), &[0, 1], &given(10_000)).unwrap();
    assert_eq!(comparison.silenced, 20);
    assert!(comparison.agrees(20) && !comparison.agrees(19));
}

#[test]
fn gaps_are_expected_as_silence() {
    let folder = tempdir().unwrap();
    let path = wav(&folder, Some(16));
    for frame in 3000..4000 {
        poke(&path, frame, 0, 0);
        poke(&path, frame, 1, 0);
    }
    let mut runs = given(3000);
    runs.push(Run::Silence { frames: 600 });
    runs.push(Run::Silence { frames: 400 });
    runs.push(Run::Given { start: 4000, frames: 5000 });
    runs.push(Run::Given { start: 9000, frames: 1000 });
    assert_eq!(runs.0.len(), 3);
    assert!(compare(&[path], &mut source(0), &[0, 1], &runs).unwrap().agrees(0));
}

#[test]
fn parts_are_compared_end_to_end() {
    let folder = tempdir().unwrap();
    let path = wav(&folder, Some(16));
    let mut runs = given(10_000);
    runs.push(Run::Given { start: 0, frames: 10_000 });
    let files = [path.clone(), path];
    assert!(compare(&files, &mut source(0), &[0, 1], &runs).unwrap().agrees(0));
}

#[test]
fn lossy_takes_are_measured() {
    let folder = tempdir().unwrap();
    let path = wav(&folder, Some(16));
    let [mp3, ogg] = ["take.mp3", "take.ogg"].map(|name| folder.path().join(name));
    let [from, to_mp3, to_ogg] = [&path, &mp3, &ogg].map(|path| path.to_str().unwrap());
    let made = [
        (run("lame", &["--quiet", "-b", "192", from, to_mp3]), mp3.clone()),
        (run("oggenc", &["-Q", "-o", to_ogg, from]), ogg.clone()),
    ];
    for (_, path) in made.into_iter().filter(|(made, _)| *made) {
        let files = [path];
        let comparison = compare(&files, &mut source(0), &[0, 1], &given(10_000)).unwrap();
        assert!(comparison.snr.unwrap() > 10.0, "{comparison:?}");
        assert!(comparison.agrees(0));
        let swapped = compare(&files, &mut source(0), &[1, 0], &given(10_000)).unwrap();
        assert!(!swapped.agrees(0), "{swapped:?}");
    }
}

#[test]
fn integers_round_to_even_clip_and_hold_no_nan() {
    for (value, bits, expected) in [
        (0.5 / 32768.0, 16, 0),
        (1.5 / 32768.0, 16, 2),
        (-0.5 / 32768.0, 16, 0),
        (1.0, 16, 32767),
        (-1.0, 16, -32768),
        (1e10, 24, 8_388_607),
        (f32::NEG_INFINITY, 32, i32::MIN),
        (f32::INFINITY, 32, i32::MAX),
        (f32::NAN, 32, 0),
    ] {
        assert_eq!(pcm(value, bits), expected, "{value} at {bits} bits");
    }
    assert_eq!(count_clipped(&[vec![1.0, -1.0, 2.0, f32::NAN, 0.9]], 16), 2);
}

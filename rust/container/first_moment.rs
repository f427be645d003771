//! A file opens in every program from the moment on in which it is there, whenever the process that writes it dies.

use std::process::Command;

use super::testing::readers::*;
use super::testing::*;
use crate::formats::{FORMATS, Settings};
use crate::stream::AudioLayout;

const BLOCK: usize = 64;

#[test]
fn a_file_without_a_frame_opens_and_is_silent() {
    let cases = FORMATS.iter().flat_map(|format| Case::all_of(format)).collect();
    let found = side_by_side(cases, |case| {
        let take = case.open();
        let mut found = complaints(case.format, take.path());
        let AudioLayout { channels, rate } = case.layout;
        if case.format.is_lossy() && channels <= 8 && symphonia_frames(take.path()) == 0 {
            found.push("Symphonia finds no frame".to_owned());
        }
        // FFmpeg writes no more than 64 channels.
        if channels <= 64 && have("ffmpeg") {
            let mut command = Command::new("ffmpeg");
            let pcm = run(command.args(["-v", "error", "-i"]).arg(take.path()).args(["-f", "f32le", "-"])).stdout;
            let seconds = (pcm.len() / 4 / channels) as f64 / rate;
            let silent = pcm.chunks_exact(4).all(|sample| f32::from_le_bytes(sample.try_into().unwrap()) == 0.0);
            if seconds > 0.51 || !silent {
                found.push(format!("{seconds} s that are not silent, or too long"));
            }
        }
        found.into_iter().map(|complaint| format!("{case}: {complaint}")).collect()
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Silence with a seed of 0.
fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut bits = seed;
    let mut next = || {
        bits ^= bits << 13;
        bits ^= bits >> 17;
        bits ^= bits << 5;
        bits as f32 / u32::MAX as f32
    };
    (0..frames).map(|_| next()).collect()
}

#[test]
fn a_file_opens_while_the_first_frames_replace_the_silence() {
    let mut cases: Vec<(Case, u32)> =
        FORMATS.iter().flat_map(|format| [0, 1].map(|seed| (Case::new(format, 2, 48000, SETTINGS), seed))).collect();
    for (channels, rate, bit_rate, seed) in [
        (2, 44100, 320, 0),
        (1, 44100, 64, 2),
        (1, 11025, 64, 3),
        // With less silence FFmpeg takes this one for H.263 video.
        (1, 8000, 64, 24),
        (2, 22050, 96, 4),
    ] {
        cases.push((Case::new(format("mp3"), channels, rate, Settings { bit_rate, ..SETTINGS }), seed));
    }
    for (channels, rate, quality, seed) in
        [(2, 44100, 0.5, 0), (1, 8000, 0.0, 2), (6, 44100, 1.0, 3), (2, 192_000, 0.3, 0), (255, 8000, 0.0, 0)]
    {
        cases.push((Case::new(format("ogg"), channels, rate, Settings { quality, ..SETTINGS }), seed));
    }
    let found = side_by_side(cases, |(case, seed)| {
        let AudioLayout { channels, rate } = case.layout;
        let signal = vec![noise(seed, (rate as usize / 2).max(16_000)); channels];
        let (mut take, mut found, mut seen) = (case.open(), Vec::new(), Vec::new());
        for from in (0..signal[0].len() - BLOCK).step_by(BLOCK) {
            let block: Vec<Vec<f32>> = signal.iter().map(|channel| channel[from..from + BLOCK].to_vec()).collect();
            take.write_all(&block, BLOCK);
            if seen.last() != Some(&take.len()) && (take.has_placeholder() || seen.len() < 4) {
                seen.push(take.len());
                take.checkpoint();
                found.extend(complaints(case.format, take.path()));
            }
        }
        assert!(seen.len() > 2 && !take.has_placeholder(), "{case}: nothing replaces the silence");
        found.into_iter().map(|complaint| format!("{case}: {complaint}")).collect()
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

//! The sounds that are compared with what other encoders make of them, and a way to compare many at once.

use std::path::Path;
use std::sync::Mutex;

use super::proof::{music, recording};

/// How exactly two decibel figures can be compared.
pub(super) const TOLERANCE: f64 = 0.1;

/// What `judge` has to say of all `cases`, four at a time.
pub(super) fn side_by_side<C: Send>(cases: Vec<C>, judge: impl Fn(C) -> Vec<String> + Sync) -> Vec<String> {
    let cases = Mutex::new(cases.into_iter());
    let work = || {
        let next = || cases.lock().unwrap().next();
        std::iter::from_fn(next).flat_map(&judge).collect::<Vec<String>>()
    };
    std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(work));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// A sine.
pub(super) fn tone(rate: u32, hz: f64, level: f64, frames: u32) -> Vec<f32> {
    let turns = |frame: u32| (hz * f64::from(frame) / f64::from(rate)).fract();
    (0..frames).map(|frame| (level * (std::f64::consts::TAU * turns(frame)).sin()) as f32).collect()
}

/// A name, and its channels.
pub(super) type Named = (String, Vec<Vec<f32>>);

/// Tones below the lowpass of every encoder, chords, noise, music and recordings, at `rate`.
pub(super) fn sounds(rate: u32) -> Vec<Named> {
    // Half a second, or less where that would take long.
    let half = rate.min(48_000) / 2;
    let mut sounds: Vec<(String, Vec<Vec<f32>>)> = Vec::new();
    let mut add = |name: &str, channels: Vec<Vec<f32>>| sounds.push((name.to_owned(), channels));
    for hz in [110.0, 440.0, 1000.0, 1234.5, 3000.0, 6000.0, 11_000.0] {
        if hz < 0.4 * f64::from(rate) {
            add(&format!("{hz} Hz"), vec![tone(rate, hz, 0.5, half)]);
        }
    }
    add("a loud tone", vec![tone(rate, 777.0, 0.99, half)]);
    add("a quiet tone", vec![tone(rate, 2500.0, 0.01, half)]);
    add("a tone at one side", vec![tone(rate, 880.0, 0.5, half), tone(rate, 880.0, 0.05, half)]);
    let chord = |root: f64| {
        let tones = [1.0, 1.25, 1.5, 2.0].map(|ratio| tone(rate, root * ratio, 0.2, half));
        (0..half as usize).map(|frame| tones.iter().map(|tone| tone[frame]).sum()).collect::<Vec<f32>>()
    };
    add("a chord", vec![chord(440.0)]);
    add("two chords", vec![chord(330.0), chord(400.0)]);
    let mut bits = 0x2545_f491_u32;
    let mut noise = || {
        let mut next = || {
            bits ^= bits << 13;
            bits ^= bits >> 17;
            bits ^= bits << 5;
            bits as f32 / u32::MAX as f32 - 0.5
        };
        (0..half).map(|_| 0.5 * next()).collect::<Vec<f32>>()
    };
    add("noise", vec![noise()]);
    add("two noises", vec![noise(), noise()]);
    add("music", music(rate, 2, 2 * half as usize));
    let freedesktop = |name: &str| format!("/usr/share/sounds/freedesktop/stereo/{name}.oga");
    for (name, path, channels) in [
        ("speech", "/usr/share/sounds/alsa/Front_Center.wav".to_owned(), 1),
        ("a chime", freedesktop("service-login"), 2),
        ("a bell", freedesktop("bell"), 1),
        ("a shutter", freedesktop("camera-shutter"), 2),
        ("a message", freedesktop("message"), 2),
    ] {
        if let Some(recording) = recording(Path::new(&path), rate, channels, 1) {
            add(name, recording);
        }
    }
    // Exactly what a 24-bit file can hold, so that all encoders are given the same.
    for sample in sounds.iter_mut().flat_map(|(_, channels)| channels).flatten() {
        *sample = (*sample * 8_388_608.0).round() / 8_388_608.0;
    }
    sounds
}

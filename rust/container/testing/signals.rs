//! Signals, and how far a decoded one is from what was recorded.

use std::path::Path;

use super::readers::recording;

/// Planar samples that are all different between channels and frames, full scale included, and exact at 24 bits.
pub(crate) fn signal(channels: usize, frames: usize) -> Vec<f32> {
    let step = |i: usize| (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let mut samples: Vec<f32> = (0..channels * frames).map(|i| step(i) as f32 / (1 << 23) as f32 - 1.0).collect();
    if let [first, second, ..] = &mut samples[..] {
        (*first, *second) = (-1.0, 1.0 - 1.0 / 32768.0);
    }
    samples
}

/// The frames of planar `samples`, one after the other.
pub(crate) fn interleaved(samples: &[f32], channels: usize) -> Vec<f32> {
    let frames = samples.len() / channels;
    (0..samples.len()).map(|i| samples[i % channels * frames + i / channels]).collect()
}

/// Something that sounds like music: partials that come and go over quiet noise, different in every channel.
pub(crate) fn music(rate: u32, channels: usize, frames: usize) -> Vec<Vec<f32>> {
    (0..channels)
        .map(|channel| {
            let mut noise = 0x2545_f491u32 ^ (channel as u32).wrapping_mul(0x9e37_79b9);
            (0..frames)
                .map(|frame| {
                    let t = frame as f32 / rate as f32;
                    let tone = 180.0 + 37.0 * (channel % 7) as f32;
                    let beat = (-6.0 * (t * 2.0).fract()).exp();
                    let partials: f32 = (1..=8)
                        .map(|n| (std::f32::consts::TAU * (tone * n as f32 * t).fract()).sin() / (n * n) as f32)
                        .sum();
                    noise ^= noise << 13;
                    noise ^= noise >> 17;
                    noise ^= noise << 5;
                    0.35 * beat * partials + 0.02 * (noise as f32 / u32::MAX as f32 - 0.5)
                })
                .collect()
        })
        .collect()
}

/// A sine.
pub(crate) fn tone(rate: u32, hz: f64, level: f64, frames: u32) -> Vec<f32> {
    let turns = |frame: u32| (hz * f64::from(frame) / f64::from(rate)).fract();
    (0..frames).map(|frame| (level * (std::f64::consts::TAU * turns(frame)).sin()) as f32).collect()
}

/// A name, and its channels.
pub(crate) type Named = (String, Vec<Vec<f32>>);

/// Tones below the lowpass of every encoder, chords, noise, music and recordings, at `rate`.
pub(crate) fn sounds(rate: u32) -> Vec<Named> {
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

/// How exactly two decibel figures can be compared.
pub(crate) const TOLERANCE: f64 = 0.1;

/// Signal to noise in dB over all channels, with no change of level or time forgiven.
pub(crate) fn snr(original: &[Vec<f32>], decoded: &[Vec<f32>]) -> f64 {
    let (mut signal, mut noise) = (0.0f64, 0.0f64);
    for (original, decoded) in original.iter().zip(decoded) {
        assert_eq!(original.len(), decoded.len());
        for (&a, &b) in original.iter().zip(decoded) {
            signal += f64::from(a).powi(2);
            noise += (f64::from(a) - f64::from(b)).powi(2);
        }
    }
    10.0 * (signal / noise).log10()
}

/// The same after the best change of level: what an encoder that turns the level down is worth by itself.
pub(crate) fn levelled_snr(original: &[Vec<f32>], decoded: &[Vec<f32>]) -> f64 {
    let pairs = || original.iter().flatten().zip(decoded.iter().flatten()).map(|(&a, &b)| (f64::from(a), f64::from(b)));
    let gain = pairs().map(|(a, b)| a * b).sum::<f64>() / pairs().map(|(_, b)| b * b).sum::<f64>();
    let levelled: Vec<Vec<f32>> =
        decoded.iter().map(|channel| channel.iter().map(|&b| (f64::from(b) * gain) as f32).collect()).collect();
    snr(original, &levelled)
}

/// The signal as a 24-bit WAV file, for encoders that are programs.
pub(crate) fn write_wav(path: &Path, rate: u32, channels: &[Vec<f32>]) {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: rate,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..channels[0].len() {
        for channel in channels {
            writer.write_sample((channel[frame] * 8_388_608.0).round().min(8_388_607.0) as i32).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// Samples that no microphone gives: what a patch can send by mistake.
pub(crate) fn garbage(frames: usize) -> Vec<(&'static str, Vec<f32>)> {
    let mut bits = 0x1234_5678u32;
    let mut random = move || {
        bits ^= bits << 13;
        bits ^= bits >> 17;
        bits ^= bits << 5;
        bits
    };
    let square =
        |period: usize, level: f32| move |frame: usize| if (frame / period).is_multiple_of(2) { level } else { -level };
    let filled = |value: f32| vec![value; frames];
    vec![
        ("NaN", filled(f32::NAN)),
        ("infinity", filled(f32::INFINITY)),
        ("minus infinity", filled(f32::NEG_INFINITY)),
        ("1e9", filled(1e9)),
        ("the greatest float", filled(f32::MAX)),
        ("denormals", (0..frames).map(|frame| f32::from_bits(frame as u32 % 999)).collect()),
        ("full scale", filled(1.0)),
        ("square of the Nyquist frequency", (0..frames).map(square(1, 1.0)).collect()),
        ("square of 100 samples", (0..frames).map(square(100, 1.0)).collect()),
        ("square of infinity", (0..frames).map(square(37, f32::INFINITY)).collect()),
        ("impulses", (0..frames).map(|frame| if frame % 1000 == 0 { 1.0 } else { 0.0 }).collect()),
        ("NaN among music", (0..frames).map(|frame| if frame % 7 == 0 { f32::NAN } else { 0.3 }).collect()),
        ("full scale noise", (0..frames).map(|_| random() as f32 / u32::MAX as f32 * 2.0 - 1.0).collect()),
        ("random bits", (0..frames).map(|_| f32::from_bits(random())).collect()),
        ("silence after a bang", (0..frames).map(|frame| if frame < 20 { -1e30 } else { 0.0 }).collect()),
    ]
}

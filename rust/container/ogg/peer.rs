//! Beside the oggenc program at the same Quality: files are about as large, and no tone is lost.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use super::tests::reference_decoder;
use super::{FORMAT, pages};
use crate::codec::vorbis::{channel_order, lowpass_hz};
use crate::container::markers::ROOM;
use crate::container::testing::readers::*;
use crate::container::testing::signals::*;
use crate::container::testing::*;
use crate::formats::Settings;

fn ours(rate: u32, quality: f32, signal: &[Vec<f32>]) -> Take {
    record(&FORMAT, rate, Settings { quality, ..SETTINGS }, signal)
}

/// What `read` finds in the file that oggenc makes of `wav`.
fn theirs<T>(quality: f32, wav: &Path, read: impl FnOnce(&Path) -> T) -> T {
    let ogg = wav.with_extension(format!("{quality}.ogg"));
    let quality = format!("{:.2}", quality * 10.0);
    run(Command::new("oggenc").args(["-Q", "-q", &quality, "-o"]).arg(&ogg).arg(wav));
    let found = read(&ogg);
    std::fs::remove_file(ogg).unwrap();
    found
}

// -- sizes

const ALSA: &str = "/usr/share/sounds/alsa";
const FREEDESKTOP: &str = "/usr/share/sounds/freedesktop/stereo";

/// Speech, noise, chimes, bells and machines.
const RECORDINGS: [(&str, &str); 10] = [
    (ALSA, "Front_Center.wav"),
    (ALSA, "Rear_Left.wav"),
    (ALSA, "Noise.wav"),
    (FREEDESKTOP, "alarm-clock-elapsed.oga"),
    (FREEDESKTOP, "camera-shutter.oga"),
    (FREEDESKTOP, "complete.oga"),
    (FREEDESKTOP, "phone-incoming-call.oga"),
    (FREEDESKTOP, "phone-outgoing-calling.oga"),
    (FREEDESKTOP, "service-login.oga"),
    (FREEDESKTOP, "suspend-error.oga"),
];

/// A recording as a 24-bit file holds it, so that both are given the same.
fn recorded((folder, name): (&str, &str), rate: u32, channels: usize) -> Option<Vec<Vec<f32>>> {
    let mut signal = recording(&Path::new(folder).join(name), rate, channels, 3)?;
    for sample in signal.iter_mut().flatten() {
        *sample = (*sample * 8_388_608.0).round().clamp(-8_388_608.0, 8_388_607.0) / 8_388_608.0;
    }
    Some(signal)
}

/// aoTuV takes the beats of this one for attacks at some 32 kHz, and encodes all of it in short blocks.
const BEATS: (u32, &str) = (32_000, "phone-incoming-call.oga");

#[test]
fn a_file_is_about_as_large_as_one_of_the_oggenc_program() {
    if !have("oggenc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // One or two of each of libvorbis' setups. Mono and stereo take turns.
    let rates = [8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000].into_iter().enumerate();
    let cases = rates.flat_map(|(at, rate)| {
        RECORDINGS.into_iter().enumerate().map(move |(with, recording)| (rate, 1 + (at + with) % 2, recording))
    });
    let all: Mutex<BTreeMap<(u32, u32), Vec<f64>>> = Mutex::default();
    let too_large = side_by_side(cases.collect(), |(rate, channels, recording)| {
        let Some(signal) = recorded(recording, rate, channels) else { return Vec::new() };
        let most = if (rate, recording.1) == BEATS { 1.75 } else { 1.35 };
        let wav = folder.path().join(format!("{rate} {}.wav", recording.1));
        write_wav(&wav, rate, &signal);
        let compared = (0..=10).filter_map(|tenth| {
            let quality = tenth as f32 / 10.0;
            let ratio = size_beside(quality, rate, &signal, &wav);
            all.lock().unwrap().entry((rate, tenth)).or_default().push(ratio);
            let told = || format!("{} with {channels} channels at {rate} Hz, {quality}: {ratio:.3}", recording.1);
            (ratio > most).then(told)
        });
        compared.collect()
    });
    assert!(too_large.is_empty(), "{}", too_large.join("\n"));
    for (case, ratios) in all.into_inner().unwrap() {
        let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
        assert!(mean <= 1.12, "rate and tenth of Quality {case:?}: {mean:.3}");
    }
}

/// The size of a file of `signal`, oggenc's = 1.
fn size_beside(quality: f32, rate: u32, signal: &[Vec<f32>], wav: &Path) -> f64 {
    let len = |path: &Path| std::fs::metadata(path).unwrap().len() as f64;
    // Without the room for markers, of which oggenc has none.
    (len(ours(rate, quality, signal).path()) - ROOM as f64) / theirs(quality, wav, len)
}

#[test]
fn six_channels_are_larger_but_not_much() {
    let sides = ["Front_Left", "Front_Right", "Front_Center", "Noise", "Rear_Left", "Rear_Right"];
    if !have("oggenc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for rate in [44_100, 48_000] {
        let sides = sides.iter().filter_map(|side| recorded((ALSA, &format!("{side}.wav")), rate, 1));
        let mut signal: Vec<Vec<f32>> = sides.flatten().collect();
        let longest = signal.iter().map(Vec::len).max().unwrap_or(0);
        signal.iter_mut().for_each(|side| side.resize(longest, 0.0));
        if signal.len() < 6 {
            return;
        }
        let wav = folder.path().join("six.wav");
        write_wav(&wav, rate, &signal);
        for (quality, most) in [(0.0, 2.1), (0.3, 2.1), (0.5, 1.3), (0.8, 1.3), (1.0, 1.3)] {
            let ratio = size_beside(quality, rate, &signal, &wav);
            assert!(ratio <= most, "{rate} Hz, {quality}: {ratio:.3}");
        }
    }
}

/// The share of a file that is Ogg's own, as `oggz-info` computes it.
fn overhead(ogg: &Path) -> f64 {
    let bytes = std::fs::read(ogg).unwrap();
    let (mut rest, mut own) = (&bytes[..], 0);
    while let Some(len) = pages::page_len(rest) {
        own += 27 + usize::from(rest[26]);
        rest = &rest[len..];
    }
    own as f64 / bytes.len() as f64
}

/// Where less than 0.2 seconds are 4 KiB. Below that a page ends before it is full, so that a killed take lacks little.
#[test]
fn pages_cost_hardly_more_than_those_of_the_oggenc_program() {
    let recordings =
        [(FREEDESKTOP, "alarm-clock-elapsed.oga"), (FREEDESKTOP, "service-login.oga"), (ALSA, "Noise.wav")];
    if !have("oggenc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for rate in [44_100, 48_000] {
        for recording in recordings {
            let Some(signal) = recorded(recording, rate, 2) else { return };
            let wav = folder.path().join("pages.wav");
            write_wav(&wav, rate, &signal);
            for quality in [0.9, 1.0] {
                let (ours, theirs) = (overhead(ours(rate, quality, &signal).path()), theirs(quality, &wav, overhead));
                assert!(ours <= 1.3 * theirs, "{} at {rate} Hz, {quality}: {ours:.4}, oggenc {theirs:.4}", recording.1);
            }
        }
    }
}

// -- tones

/// Tones one after the other, a slot for each.
struct Scale {
    rate: u32,
    hz: Vec<f64>,
    level: f64,
}

impl Scale {
    fn slot(&self) -> usize {
        self.rate as usize / 4
    }

    fn signal(&self) -> Vec<f32> {
        self.hz.iter().flat_map(|&hz| tone(self.rate, hz, self.level, self.rate / 4)).collect()
    }

    /// How much louder each tone has become, in dB.
    fn gains(&self, decoded: &[f32]) -> Vec<f64> {
        let slots = self.hz.iter().zip(decoded.chunks(self.slot()));
        slots.map(|(&hz, slot)| 20.0 * (amplitude(self.rate, hz, slot) / self.level).log10()).collect()
    }
}

/// The amplitude of a tone in the middle of `samples`.
fn amplitude(rate: u32, hz: f64, samples: &[f32]) -> f64 {
    let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
    let (mut real, mut imaginary, mut sum) = (0.0, 0.0, 0.0);
    for (at, &sample) in middle.iter().enumerate() {
        let window = 1.0 - (TAU * (at as f64 + 0.5) / middle.len() as f64).cos();
        let phase = TAU * (hz * at as f64 / f64::from(rate)).fract();
        real += window * f64::from(sample) * phase.cos();
        imaginary += window * f64::from(sample) * phase.sin();
        sum += window;
    }
    2.0 * real.hypot(imaginary) / sum
}

/// Frequencies up to what `quality` keeps.
fn frequencies(rate: u32, quality: f32) -> Vec<f64> {
    let highest = (0.4 * f64::from(rate)).min(11_500.0).min(lowpass_hz(rate, quality));
    std::iter::successors(Some(500.0), |hz| Some(hz * 1.09)).take_while(|hz| *hz < highest).collect()
}

#[test]
fn no_tone_becomes_quieter_by_more_than_2_db() {
    let rates = [
        8000, 9000, 9500, 11_025, 12_000, 13_500, 14_999, 16_000, 19_000, 22_050, 24_000, 25_999, 26_000, 32_000,
        44_100, 48_000, 96_000,
    ];
    let cases = rates.into_iter().flat_map(|rate| [0.0, 0.1, 0.3, 0.5, 0.7, 0.9].map(|quality| (rate, quality)));
    let lost = side_by_side(cases.collect(), |(rate, quality)| {
        let of_level = |db: f64| {
            let scale = Scale { rate, hz: frequencies(rate, quality), level: 10.0_f64.powf(db / 20.0) };
            let take = ours(rate, quality, &[scale.signal()]);
            let gains = scale.gains(&reference_decoder(take.path(), 1)[0]);
            let lost = scale.hz.iter().zip(gains).filter(|(_, gain)| *gain < -2.0);
            let told = lost.map(|(hz, gain)| format!("{hz:.0} Hz of {db} dB at {rate} Hz, {quality}: {gain:.1} dB"));
            told.collect::<Vec<String>>()
        };
        [-1.0, -6.0, -14.0, -26.0, -40.0].into_iter().flat_map(of_level).collect()
    });
    assert!(lost.is_empty(), "{} tones are lost:\n{}", lost.len(), lost.join("\n"));
}

/// There the codebooks end: oggenc loses some as well.
#[test]
fn below_15_khz_the_best_quality_loses_hardly_more_tones_than_the_oggenc_program() {
    if !have("oggenc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let worse = side_by_side(vec![8000, 9000, 9500, 11_025, 12_000, 13_500, 14_999], |rate| {
        let (mut ours_lost, mut theirs_lost) = (0, 0);
        for db in [-1.0, -6.0, -14.0, -26.0, -40.0] {
            let scale = Scale { rate, hz: frequencies(rate, 1.0), level: 10.0_f64.powf(db / 20.0) };
            let lost =
                |ogg: &Path| scale.gains(&reference_decoder(ogg, 1)[0]).into_iter().filter(|gain| *gain < -3.0).count();
            let (signal, wav) = ([scale.signal()], folder.path().join(format!("{rate} {db}.wav")));
            write_wav(&wav, rate, &signal);
            ours_lost += lost(ours(rate, 1.0, &signal).path());
            theirs_lost += theirs(1.0, &wav, lost);
        }
        let told = || format!("{rate} Hz: {ours_lost} tones, oggenc {theirs_lost}");
        (ours_lost > theirs_lost + 2).then(told).into_iter().collect()
    });
    assert!(worse.is_empty(), "{}", worse.join("\n"));
}

#[test]
fn a_tone_of_2500_hz_at_12_khz_is_as_loud_as_before() {
    let scale = Scale { rate: 12_000, hz: vec![2500.0; 4], level: 0.5 };
    let take = ours(12_000, 0.5, &[scale.signal()]);
    let gains = scale.gains(&reference_decoder(take.path(), 1)[0]);
    assert!(gains.iter().all(|gain| gain.abs() < 0.5), "{gains:?}");
}

#[test]
fn each_of_six_channels_keeps_its_tone() {
    for (rate, quality) in [(44_100, 0.0), (44_100, 0.5), (44_100, 1.0), (48_000, 0.3), (12_000, 0.5)] {
        let scale = Scale { rate, hz: vec![1000.0; 6], level: 0.5 };
        let slot = scale.slot();
        // One channel after the other.
        let only = |channel: usize| {
            let mut signal = scale.signal();
            signal[..channel * slot].fill(0.0);
            signal[(channel + 1) * slot..].fill(0.0);
            signal
        };
        let signal: Vec<Vec<f32>> = (0..6).map(only).collect();
        let decoded = reference_decoder(ours(rate, quality, &signal).path(), 6);
        for (samples, channel) in decoded.iter().zip(channel_order(6)) {
            let gain = scale.gains(samples)[channel];
            assert!(gain.abs() < 0.5, "{rate} Hz, {quality}, channel {channel}: {gain:.2} dB");
        }
    }
}

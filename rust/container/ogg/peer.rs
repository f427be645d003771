//! No take is worse than one of the oggenc program at the same quality, and no tone is lost.

use std::path::Path;
use std::process::Command;

use super::super::Settings;
use super::tests::reference_decoder;
use super::*;
use crate::container::peers::{TOLERANCE, side_by_side, sounds, tone};
use crate::container::proof::*;

/// Signal to noise of an OGG file of `signal`.
fn found(ogg: &Path, signal: &[Vec<f32>]) -> f64 {
    let in_order: Vec<Vec<f32>> = channel_order(signal.len()).into_iter().map(|input| signal[input].clone()).collect();
    snr(&in_order, &reference_decoder(ogg, signal.len()))
}

fn ours(rate: u32, quality: f32, signal: &[Vec<f32>]) -> f64 {
    let take = record(&FORMAT, rate, Settings { quality, ..SETTINGS }, signal);
    found(take.path(), signal)
}

fn theirs(rate: u32, quality: f32, wav: &Path, signal: &[Vec<f32>]) -> f64 {
    let ogg = wav.with_extension(format!("{quality}.ogg"));
    let quality = format!("{:.2}", quality * 10.0);
    run(Command::new("oggenc").args(["-Q", "-q", &quality, "-o"]).arg(&ogg).arg(wav));
    let snr = found(&ogg, signal);
    std::fs::remove_file(ogg).unwrap();
    assert!(!snr.is_nan(), "{rate} Hz");
    snr
}

#[test]
fn no_take_is_worse_than_one_of_the_oggenc_program() {
    if !have("oggenc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let rates = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000, 192_000];
    let six = |rate| ("six channels".to_owned(), music(rate, 6, 20_000));
    let cases = rates.iter().flat_map(|&rate| sounds(rate).into_iter().map(move |sound| (rate, sound)));
    let cases = cases.chain([8000, 48000, 96000].map(|rate| (rate, six(rate)))).enumerate();
    let worse = side_by_side(cases.collect(), |(at, (rate, (name, signal)))| {
        let wav = folder.path().join(format!("{at}.wav"));
        write_wav(&wav, rate, &signal);
        // Every sound at a third of the qualities, every rate at all of them.
        let qualities = [0.0, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0];
        let compared = qualities.into_iter().skip(at % 3).step_by(3).filter_map(|quality| {
            let (ours, theirs) = (ours(rate, quality, &signal), theirs(rate, quality, &wav, &signal));
            (ours < theirs - TOLERANCE)
                .then(|| format!("{name} at {rate} Hz, quality {quality}: {ours:.2} dB, oggenc {theirs:.2} dB"))
        });
        compared.collect()
    });
    assert!(worse.is_empty(), "{} are worse:\n{}", worse.len(), worse.join("\n"));
}

#[test]
fn no_tone_is_lost() {
    let rates = [
        8000, 9500, 10_000, 11025, 12000, 13_500, 14_500, 14999, 16000, 19_000, 22050, 25_999, 32000, 38_000, 44100,
        48000, 96000, 192_000,
    ];
    let tones = rates.iter().flat_map(|&rate| {
        // Neither divisors of the rate nor harmonics of each other.
        let step = f64::from(rate.min(40_000)) * 0.012;
        (1..40)
            .map(move |n| (rate, step * f64::from(n)))
            .filter(|(rate, hz)| *hz < 16_000.0_f64.min(0.45 * f64::from(*rate)))
    });
    let lost = side_by_side(tones.collect(), |(rate, hz)| {
        let levels = [(0.0, 0.99), (0.35, 0.5), (0.5, 0.02), (0.7, 0.99), (0.71, 0.5), (1.0, 0.99), (1.0, 0.3)];
        let heard = levels.into_iter().filter_map(|(quality, level)| {
            let left = tone(rate, hz, level, rate.min(48_000) / 4);
            // What two opposed channels differ by is twice as much.
            let right = left.iter().map(|sample| -sample).collect();
            let signal = if rate < 26_000 { vec![left, right] } else { vec![left] };
            let snr = ours(rate, quality, &signal);
            (snr < 15.0).then(|| format!("{hz:.1} Hz of {level} at {rate} Hz, quality {quality}: {snr:.1} dB"))
        });
        heard.collect()
    });
    assert!(lost.is_empty(), "{} tones are lost:\n{}", lost.len(), lost.join("\n"));
}

#[test]
fn six_hundred_random_tones_below_15_khz_are_no_worse_either() {
    if !have("oggenc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut bits = 0x9e37_79b9_u32;
    let mut random = || {
        bits ^= bits << 13;
        bits ^= bits >> 17;
        bits ^= bits << 5;
        f64::from(bits) / f64::from(u32::MAX)
    };
    let cases = (0..600).map(|case| {
        let rate = [8000, 9500, 11025, 12000, 13_300, 14_999][case % 6];
        let (hz, level) = (60.0 + random() * 0.44 * f64::from(rate), 0.02 + 0.97 * random());
        // One channel, two of the same, two opposed, one beside silence.
        (case, rate, hz, level, [None, None, Some(1.0), Some(-1.0), Some(0.0)][case % 5])
    });
    let worse = side_by_side(cases.collect(), |(case, rate, hz, level, right)| {
        let left = tone(rate, hz, level, rate / 4);
        let right: Option<Vec<f32>> = right.map(|right: f32| left.iter().map(|sample| right * sample).collect());
        let signal: Vec<Vec<f32>> = [Some(left), right].into_iter().flatten().collect();
        let wav = folder.path().join(format!("{case}.wav"));
        write_wav(&wav, rate, &signal);
        let quality = [0.5, 0.6, 0.75, 0.9, 1.0][case / 5 % 5];
        let (ours, theirs) = (ours(rate, quality, &signal), theirs(rate, quality, &wav, &signal));
        let worse = ours < theirs - TOLERANCE;
        let told =
            || format!("{hz:.1} Hz of {level:.2} at {rate} Hz, quality {quality}: {ours:.2} dB, oggenc {theirs:.2} dB");
        worse.then(told).into_iter().collect()
    });
    assert!(worse.is_empty(), "{} are worse:\n{}", worse.len(), worse.join("\n"));
}

//! What it would cost to write on the cook thread, as simpler recorders do.

use std::path::Path;

use super::cook::{OtherWork, RECORDING_BYTES};
use super::figures::{COOK_CHANNELS, Figures};
use super::sndfile::{self, Library};
use super::stage::{FRAMES, RATE};
use super::{Bench, median};
use crate::signal;

/// `hound_inline_us` and `libsndfile_inline_us`.
pub(super) fn measure(bench: &Bench, figures: &mut Figures) -> Result<(), String> {
    let rounds = bench.rounds(200, 20);
    let mut other = OtherWork::new(RECORDING_BYTES);
    for channels in COOK_CHANNELS {
        let planar: Vec<Vec<f32>> = (0..channels)
            .map(|channel| {
                let mut samples = vec![0.0; FRAMES];
                signal::fill(channel, 0, RATE, &mut samples);
                samples
            })
            .collect();
        let path = bench.path("inline.wav");
        let key = format!("hound_inline_us.{channels}");
        if bench.wants(&key) {
            bench.doing(&format!("hound on the cook thread, {channels} channels"));
            let mut hound = Hound::create(&path, channels)?;
            figures.set(&key, cost(&mut other, rounds, || hound.write(&planar))?);
        }
        let key = format!("libsndfile_inline_us.{channels}");
        if bench.wants(&key)
            && let Some(library) = Library::load()
        {
            bench.doing(&format!("libsndfile on the cook thread, {channels} channels"));
            let mut file = library.create(&path, channels, RATE, sndfile::WAV | sndfile::PCM_24)?;
            let mut interleaved = vec![0.0; FRAMES * channels];
            let write = || {
                for (channel, samples) in planar.iter().enumerate() {
                    for (frame, sample) in samples.iter().enumerate() {
                        interleaved[frame * channels + channel] = *sample;
                    }
                }
                file.write(&interleaved)
            };
            figures.set(&key, cost(&mut other, rounds, write)?);
        }
    }
    Ok(())
}

/// Median microseconds of `write` with cold caches.
fn cost(other: &mut OtherWork, rounds: usize, mut write: impl FnMut() -> Result<(), String>) -> Result<f64, String> {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let mut written = Ok(());
        times.push(other.time_after(|| written = write()));
        written?;
    }
    Ok(median(times).unwrap_or_default())
}

struct Hound(hound::WavWriter<std::io::BufWriter<std::fs::File>>);

impl Hound {
    fn create(path: &Path, channels: usize) -> Result<Self, String> {
        let spec = hound::WavSpec {
            channels: channels as u16,
            sample_rate: RATE,
            bits_per_sample: 24,
            sample_format: hound::SampleFormat::Int,
        };
        hound::WavWriter::create(path, spec).map(Self).map_err(|error| error.to_string())
    }

    fn write(&mut self, planar: &[Vec<f32>]) -> Result<(), String> {
        for frame in 0..FRAMES {
            for samples in planar {
                let sample = (samples[frame] * 8_388_607.0) as i32;
                self.0.write_sample(sample).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }
}

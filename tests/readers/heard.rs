//! What a reader says of a file, held against what the file is to hold.

use super::files::{File, TITLE};

/// What a reader says. What it leaves out is not compared.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) channels: Option<u64>,
    pub(crate) rate: Option<u64>,
    pub(crate) length: Option<Length>,
    pub(crate) title: Option<String>,
    pub(crate) sound: Option<Sound>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Length {
    Frames(u64),
    Milliseconds(u64),
    /// The encoder's delay and padding included, which the reader does not know.
    Untrimmed(u64),
}

#[derive(Debug)]
pub(crate) enum Sound {
    /// The file itself, byte for byte, after a way through another format.
    Restored(Vec<u8>),
    /// Interleaved, as wide as in the file; the bits of floats.
    Exact(Vec<i32>),
    /// Planar, full scale at 1, after whatever conversion.
    Floats(Vec<Vec<f32>>),
}

/// What an encoder of MP3 puts before and behind the sound at most, in samples.
const MP3_SURPLUS: u64 = 576 + 529 + 3 * 1152;

/// What lossy codecs make of noise is 4 dB and more above theirs; anything shifted or swapped is at -3 dB.
const LEAST_DECIBELS: f64 = 3.0;

impl Heard {
    /// What is not as it should be.
    pub(crate) fn complaint(&self, file: &File) -> Option<String> {
        let (frames, rate) = (file.frames() as u64, u64::from(file.rate));
        let differs = |what: &str, found: u64, right: u64| {
            (found != right).then(|| format!("{what} is {found} instead of {right}"))
        };
        let channels = self.channels.and_then(|found| differs("number of channels", found, file.channels() as u64));
        let rate = channels.or_else(|| self.rate.and_then(|found| differs("rate", found, rate)));
        let length = rate.or_else(|| match self.length? {
            Length::Frames(found) => differs("number of frames", found, frames),
            Length::Milliseconds(found) => {
                let right = frames * 1000 / u64::from(file.rate);
                (found.abs_diff(right) > 1).then(|| format!("{found} ms instead of {right}"))
            }
            Length::Untrimmed(found) => {
                let most = frames + MP3_SURPLUS;
                (!(frames..=most).contains(&found)).then(|| format!("{found} frames instead of {frames} to {most}"))
            }
        });
        let title = length.or_else(|| {
            let title = self.title.as_ref()?;
            (title != TITLE).then(|| format!("the title is {title:?}"))
        });
        title.or_else(|| self.sound.as_ref().and_then(|sound| sound.complaint(file)))
    }
}

impl Sound {
    fn complaint(&self, file: &File) -> Option<String> {
        match self {
            Self::Restored(bytes) => {
                let right = std::fs::read(&file.path).expect("the file is there");
                (*bytes != right).then(|| "what it restores is another file".to_owned())
            }
            Self::Exact(samples) => {
                let right = file.samples();
                let at = (0..right.len().max(samples.len())).find(|&at| samples.get(at) != right.get(at))?;
                Some(format!("sample {at} is {:?} instead of {:?}", samples.get(at), right.get(at)))
            }
            Self::Floats(channels) => {
                if channels.iter().any(|channel| channel.len() != file.frames()) {
                    return Some("the channels have other lengths".to_owned());
                }
                if file.is_lossy() { noise(channels, file) } else { far(channels, file) }
            }
        }
    }
}

/// Whether any sample is further away than the conversion of integers to floats can take it.
fn far(channels: &[Vec<f32>], file: &File) -> Option<String> {
    // Half a step of the file, a step of a float near 1, and the step that is between x / 32768 and x / 32767.
    let most =
        if file.is_float() { 0.0 } else { 1.5 / f64::from(1_u32 << (file.bits() - 1)) + f64::from(f32::EPSILON) };
    let pairs = channels.iter().flatten().zip(file.given.iter().flatten());
    let distance = pairs.map(|(found, given)| f64::from(found - given).abs()).fold(0.0, f64::max);
    (distance > most).then(|| format!("a sample is off by {distance}"))
}

/// Whether a channel has too much noise for a decoder that has what the encoder gave.
fn noise(channels: &[Vec<f32>], file: &File) -> Option<String> {
    // Less than this is all transient.
    const LEAST_FRAMES: usize = 4096;

    if file.frames() < LEAST_FRAMES {
        return None;
    }
    let energy = |samples: &mut dyn Iterator<Item = f64>| samples.map(|sample| sample * sample).sum::<f64>();
    let decibels = channels.iter().zip(&file.given).map(|(found, given)| {
        let signal = energy(&mut given.iter().map(|&given| f64::from(given)));
        let noise = energy(&mut found.iter().zip(given).map(|(found, given)| f64::from(found - given)));
        10.0 * (signal / noise).log10()
    });
    let worst = decibels.fold(f64::INFINITY, f64::min);
    (worst < LEAST_DECIBELS).then(|| format!("{worst:.1} dB of signal to noise"))
}

//! A second opinion on finished WAV files, from the crate hound.

use std::io::{BufReader, Read};

use crate::formats::Recorded;

/// The greatest length that RIFF can state is eight bytes more; hound does not know RF64.
const LONGEST: u64 = u32::MAX as u64;

/// What hound reads otherwise than it was recorded, of a file that is short enough for it.
pub(super) fn difference(file: &mut dyn Read, recorded: &Recorded) -> Option<String> {
    let Recorded { layout, settings, frames, len } = *recorded;
    if len > LONGEST {
        return None;
    }
    let reader = match hound::WavReader::new(BufReader::new(file)) {
        Ok(reader) => reader,
        Err(error) => return Some(format!("cannot be read again ({error})")),
    };
    let spec = reader.spec();
    let read = (usize::from(spec.channels), f64::from(spec.sample_rate), spec.bits_per_sample);
    let float = spec.sample_format == hound::SampleFormat::Float;
    if read != (layout.channels, layout.rate, settings.codec.bits) || float != settings.codec.float {
        let numbers = if float { "floats" } else { "integers" };
        Some(format!("reads as {} channels at {} Hz with {}-bit {numbers}", read.0, read.1, read.2))
    } else if u64::from(reader.duration()) != frames {
        Some(format!("reads as {} frames instead of {frames}", reader.duration()))
    } else {
        None
    }
}

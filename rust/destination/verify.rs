//! A second opinion on a finished file, from a reader that shares no code with its writer.

use std::io::BufReader;

use super::take_file::TakeFile;
use crate::container::{Format, Settings};
use crate::faults;
use crate::messages::Problem;
use crate::stream::AudioLayout;

/// A RIFF file's sizes are 32 bits wide, and hound does not know RF64.
const RIFF_LIMIT: u64 = u32::MAX as u64;

/// Reads a finished WAV file of less than 4 GiB with hound and compares its format and length with what was
/// recorded. Other formats have no such reader and pass. The open file is read, and not what is at its path: a
/// permission that was taken away or a folder that was moved meanwhile says nothing about what is in the file.
///
/// # Errors
/// What differs. The file is kept.
pub(crate) fn read_again(
    file: &TakeFile,
    format: &Format,
    settings: Settings,
    sound: AudioLayout,
    frames: u64,
) -> Result<(), Problem> {
    if format.name != "wav" || file.len() > RIFF_LIMIT {
        return Ok(());
    }
    let ordered = faults::ordered(&file.path().to_string_lossy(), "fail-reading");
    let reader = if ordered {
        Err(hound::Error::UnfinishedSample)
    } else {
        hound::WavReader::new(BufReader::new(file.reader()))
    };
    let difference = match reader {
        Err(error) => format!("cannot be read again ({error})"),
        Ok(reader) => {
            let spec = reader.spec();
            let read = (u64::from(spec.channels), f64::from(spec.sample_rate), spec.bits_per_sample);
            let meant = (sound.channels as u64, sound.rate, settings.codec.bits);
            let float = spec.sample_format == hound::SampleFormat::Float;
            if read != meant || float != settings.codec.float {
                format!("reads as {} channels at {} Hz with {} bits", read.0, read.1, read.2)
            } else if u64::from(reader.duration()) != frames {
                format!("reads as {} frames instead of {frames}", reader.duration())
            } else {
                return Ok(());
            }
        }
    };
    Err(Problem::ReadsDifferently { path: file.path().to_owned(), difference })
}

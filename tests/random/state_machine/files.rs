//! Files on disk against the model's, read by code that is not the writer's.

use std::path::Path;

use tdhost::audio::{Decoder, Samples};

use super::model::{Part, Piece};
use crate::common::formats::{file_type, width};
use crate::common::{expected, readers, sample};

/// What channel `channel` holds at `index`: noise, and now and then what an input should not have.
pub(crate) fn value(channel: usize, index: u64) -> f32 {
    const ODD: [f32; 8] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0, -1.0, 1.7, -0.0, 1e-40];
    match index % 61 {
        0 => ODD[(index / 61 + channel as u64) as usize % ODD.len()],
        _ => sample(channel, index),
    }
}

/// Compares a file with what the model says of it.
pub(crate) fn check(path: &Path, part: &Part) -> Result<(), String> {
    let complain = |text: String| Err(format!("{}: {text}", path.display()));
    tdhost::walk::walk(path)?;
    let frames = part.frames();
    let lossy = file_type(&part.file_type).is_lossy();
    if frames == 0 && part.file_type != "wav" {
        // Not every decoder opens a file without a frame.
        return if path.is_file() { Ok(()) } else { complain("is not there".to_owned()) };
    }
    if part.file_type == "ogg" && part.channels > 8 {
        // Vorbis names no more, and the decoder refuses what it has no name for.
        let found = last_granule(&std::fs::read(path).map_err(|error| error.to_string())?);
        return if found == Some(frames) { Ok(()) } else { complain(format!("{found:?} frames instead of {frames}")) };
    }
    if lossy {
        let mut decoder = Decoder::open(path)?;
        let mut found = 0;
        while let Some(block) = decoder.next_block()? {
            found += block.frames() as u64;
        }
        let format = decoder.format();
        if (format.channels, f64::from(format.rate)) != (part.channels, part.rate) {
            return complain(format!("has {} channels at {} Hz", format.channels, format.rate));
        }
        return if found == frames { Ok(()) } else { complain(format!("{found} frames instead of {frames}")) };
    }
    let read = match part.file_type.as_str() {
        "wav" => {
            let read = readers::hound(path);
            if f64::from(read.rate) != part.rate || read.channels != part.channels {
                return complain(format!("has {} channels at {} Hz", read.channels, read.rate));
            }
            read.samples
        }
        _ => interleave(Decoder::open(path)?.read_to_end()?),
    };
    let wanted = wanted(part);
    if read.len() != wanted.len() {
        return complain(format!("{} samples instead of {}", read.len(), wanted.len()));
    }
    match (0..read.len()).find(|&at| read[at] != wanted[at]) {
        Some(at) => complain(format!(
            "frame {} of {frames}, channel {}: {} instead of {}",
            at / part.channels,
            at % part.channels + 1,
            read[at],
            wanted[at]
        )),
        None => Ok(()),
    }
}

/// The position that the last page of an OGG file states: its length in frames.
fn last_granule(bytes: &[u8]) -> Option<u64> {
    let at = bytes.windows(4).rposition(|window| window == b"OggS")?;
    Some(u64::from_le_bytes(bytes.get(at + 6..at + 14)?.try_into().ok()?))
}

fn interleave(samples: Samples) -> Vec<i32> {
    let channels: Vec<Vec<i32>> = match samples {
        Samples::Int { channels, .. } => channels,
        Samples::Float(channels) => {
            channels.iter().map(|channel| channel.iter().map(|sample| sample.to_bits() as i32).collect()).collect()
        }
    };
    (0..channels[0].len()).flat_map(|frame| channels.iter().map(move |channel| channel[frame])).collect()
}

/// The samples as they must stand in the file, interleaved.
fn wanted(part: &Part) -> Vec<i32> {
    let (bits, float) = width(&part.codec);
    let stored = |value: f32| if float { value.to_bits() as i32 } else { expected(value, bits) };
    let mut wanted = Vec::with_capacity(part.frames() as usize * part.channels);
    for piece in &part.pieces {
        match piece {
            Piece::Silence(frames) => wanted.extend((0..*frames * part.channels as u64).map(|_| 0)),
            Piece::Given { start, frames, selected } => {
                for index in *start..*start + *frames as u64 {
                    wanted.extend(selected.iter().map(|&channel| stored(value(channel, index))));
                }
            }
        }
    }
    wanted
}

/// Every file below `folder`.
pub(crate) fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let name = format!("{prefix}{}", path.file_name().expect("it has a name").to_string_lossy());
        if path.is_dir() {
            list(&path, &format!("{name}/"), names);
        } else {
            names.push(name);
        }
    }
}

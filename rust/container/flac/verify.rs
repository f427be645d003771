//! A second opinion on finished FLAC files, from the crate claxon, which shares no code with libFLAC.

use std::io::{BufReader, Read};

use claxon::{Block, FlacReader, FlacReaderOptions};

use crate::formats::Recorded;

/// What claxon reads otherwise than it was recorded: it decodes all samples, and their MD5 must be that of the file.
pub(super) fn difference(file: &mut dyn Read, recorded: &Recorded) -> Option<String> {
    read(file, recorded).unwrap_or_else(|error| Some(format!("cannot be read again ({error})")))
}

fn read(file: &mut dyn Read, recorded: &Recorded) -> Result<Option<String>, claxon::Error> {
    let Recorded { layout, settings, frames, .. } = *recorded;
    let options = FlacReaderOptions { metadata_only: false, read_vorbis_comment: false };
    let mut reader = FlacReader::new_ext(BufReader::new(file), options)?;
    let info = reader.streaminfo();
    let read = (info.channels as usize, f64::from(info.sample_rate), info.bits_per_sample);
    if read != (layout.channels, layout.rate, settings.codec.bits.into()) {
        return Ok(Some(format!("reads as {} channels at {} Hz with {}-bit integers", read.0, read.1, read.2)));
    }
    // Claxon takes a total of 0 for unknown.
    let stated = info.samples.unwrap_or(0);
    if stated != frames {
        return Ok(Some(format!("reads as {stated} frames instead of {frames}")));
    }
    let (mut decoded, mut md5) = (0, md5::Context::new());
    let (mut block, mut bytes) = (Block::empty(), Vec::new());
    let mut blocks = reader.blocks();
    while let Some(next) = blocks.read_next_or_eof(block.into_buffer())? {
        decoded += u64::from(next.duration());
        bytes.clear();
        interleave(&next, usize::from(settings.codec.bits / 8), &mut bytes);
        md5.consume(&bytes);
        block = next;
    }
    Ok(if decoded != frames {
        Some(format!("decodes to {decoded} frames instead of {frames}"))
    } else if md5.finalize().0 != info.md5sum {
        Some("decodes to other samples than were recorded, by its MD5".to_owned())
    } else {
        None
    })
}

/// The samples as MD5 takes them (RFC 9639, section 8.2): interleaved, little-endian.
fn interleave(block: &Block, sample_bytes: usize, out: &mut Vec<u8>) {
    let (channels, frames) = (block.channels() as usize, block.duration() as usize);
    out.resize(channels * frames * sample_bytes, 0);
    for channel in 0..channels {
        let samples = block.channel(channel as u32);
        let places = out.chunks_exact_mut(sample_bytes).skip(channel).step_by(channels);
        for (place, sample) in places.zip(samples) {
            place.copy_from_slice(&sample.to_le_bytes()[..sample_bytes]);
        }
    }
}

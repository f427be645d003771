//! A second opinion on finished FLAC files, from the crate claxon, which shares no code with libFLAC.

use std::io::{BufReader, Read};

use claxon::frame::FrameReader;
use claxon::input::BufferedReader;
use claxon::{Block, FlacReader, FlacReaderOptions};

use super::{INFO_AT, POINTS_AT, blocks};
use crate::formats::{ReadFrom, Recorded};

/// A file of at most so many samples is decoded wholly, and the MD5 compared: a quarter of a second. Of a longer one a
/// quarter as many are decoded at its beginning, and all from its last seek point on: while a file is verified, the next
/// waits.
const WHOLE_SAMPLES: u64 = 1 << 23;

/// What claxon reads otherwise than it was recorded.
pub(super) fn difference(file: ReadFrom<'_>, recorded: &Recorded) -> Option<String> {
    read(file, recorded, WHOLE_SAMPLES).unwrap_or_else(|error| Some(format!("cannot be read again ({error})")))
}

/// `whole` is [`WHOLE_SAMPLES`], or fewer in tests.
pub(super) fn read(file: ReadFrom<'_>, recorded: &Recorded, whole: u64) -> Result<Option<String>, claxon::Error> {
    let Recorded { layout, settings, frames, .. } = *recorded;
    let options = FlacReaderOptions { metadata_only: false, read_vorbis_comment: false };
    let mut reader = FlacReader::new_ext(BufReader::new(file(0)), options)?;
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
    let is_short = frames * layout.channels as u64 <= whole;
    let most = if is_short { frames } else { whole / 4 / layout.channels as u64 };
    let (mut bytes, mut md5) = (Vec::new(), md5::Context::new());
    let decoded = decode(&mut reader.blocks(), most, |block| {
        if is_short {
            interleave(block, usize::from(settings.codec.bits / 8), &mut bytes);
            md5.consume(&bytes);
        }
    })?;
    if !is_short {
        return end(file, frames);
    }
    Ok(if decoded != frames {
        Some(format!("decodes to {decoded} frames instead of {frames}"))
    } else if md5.finalize().0 != info.md5sum {
        Some("decodes to other samples than were recorded, by its MD5".to_owned())
    } else {
        None
    })
}

/// Decodes from the last seek point on, which must lead to the end of the file.
fn end(file: ReadFrom<'_>, frames: u64) -> Result<Option<String>, claxon::Error> {
    let mut head = Vec::new();
    file(0).take((POINTS_AT + blocks::SEEK_TABLE) as u64).read_to_end(&mut head)?;
    let points = head.get(POINTS_AT..).unwrap_or_default().chunks_exact(blocks::POINT_BYTES);
    let point = points.map(blocks::point).take_while(|point| point.0 != u64::MAX).last();
    let Some((first, at)) = point else { return Ok(Some("reads as without seek points".to_owned())) };
    let audio = audio_at(file)?;
    let mut reader = FrameReader::new(BufferedReader::new(file(audio + at)));
    let decoded = decode(&mut reader, u64::MAX, |_| ())?;
    let whole = first + decoded == frames;
    Ok((!whole).then(|| format!("decodes to {} frames instead of {frames}", first + decoded)))
}

/// Where the first block of samples begins, behind all of metadata.
fn audio_at(file: ReadFrom<'_>) -> Result<u64, claxon::Error> {
    const HEAD: u64 = 4;
    let mut at = INFO_AT as u64 - HEAD;
    loop {
        let mut head = [0; HEAD as usize];
        file(at).read_exact(&mut head)?;
        at += HEAD + u64::from(u32::from_be_bytes(head) & 0xff_ffff);
        if head[0] & super::LAST != 0 {
            return Ok(at);
        }
    }
}

/// Decodes `most` frames or a few more; how many they were.
fn decode<R: claxon::input::ReadBytes>(
    reader: &mut FrameReader<R>,
    most: u64,
    mut seen: impl FnMut(&Block),
) -> Result<u64, claxon::Error> {
    let (mut decoded, mut block) = (0, Block::empty());
    while decoded <= most {
        let Some(next) = reader.read_next_or_eof(block.into_buffer())? else { break };
        decoded += u64::from(next.duration());
        seen(&next);
        block = next;
    }
    Ok(decoded)
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

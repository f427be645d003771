//! WAV and RF64 files of uncompressed samples, read in blocks.
//!
//! The decoder library used for everything else stops at 26 channels and at 4 GiB in this container; takes go
//! beyond both. This reader trusts nothing that the file says: a size that the file does not hold is an error.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use crate::audio::{Format, Samples};

/// Bytes in a block: large enough to make calls cheap, small enough to stay in the cache with many channels.
const BLOCK_BYTES: usize = 64 * 1024;
const UNKNOWN_SIZE: u32 = u32::MAX;

/// An open WAV file, positioned at the next frame.
pub(crate) struct WavReader {
    file: BufReader<File>,
    format: Format,
    encoding: Encoding,
    frames_left: u64,
    bytes: Vec<u8>,
    block: Samples,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Signed little-endian, or unsigned when it is one byte wide, as WAV has it.
    Int(usize),
    Float32,
    Float64,
}

impl Encoding {
    fn width(self) -> usize {
        match self {
            Self::Int(width) => width,
            Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }
}

impl WavReader {
    /// `Ok(None)` when the file is not WAV, or holds something other than PCM or float samples.
    pub(crate) fn open(file: File) -> Result<Option<Self>, String> {
        let file_size = file.metadata().map_err(|error| error.to_string())?.len();
        let mut file = BufReader::new(file);
        let mut head = [0; 12];
        if file.read_exact(&mut head).is_err() || !matches!(&head[..4], b"RIFF" | b"RF64") || &head[8..] != b"WAVE" {
            return Ok(None);
        }
        let mut big_data_size = None;
        let mut layout = None;
        loop {
            let mut chunk = [0; 8];
            file.read_exact(&mut chunk).map_err(|_| "it ends before its audio data begins".to_owned())?;
            let size = u32_at(&chunk, 4);
            match &chunk[..4] {
                b"ds64" => big_data_size = Some(u64_at(&body(&mut file, size, 16)?, 8)),
                b"fmt " => match read_layout(&body(&mut file, size, 16)?)? {
                    Some(found) => layout = Some(found),
                    None => return Ok(None),
                },
                b"data" => {
                    let (format, encoding) = layout.ok_or("its format chunk is missing")?;
                    let start = file.stream_position().map_err(|error| error.to_string())?;
                    let data_size = match (size, big_data_size) {
                        (UNKNOWN_SIZE, Some(size)) => size,
                        // A program that wrote to a pipe never learnt the size.
                        (UNKNOWN_SIZE, None) => file_size - start,
                        (size, _) => u64::from(size),
                    };
                    if data_size > file_size - start {
                        return Err(format!(
                            "its header promises {data_size} bytes of audio, the file holds {}",
                            file_size - start
                        ));
                    }
                    let frame_size = (encoding.width() * format.channels) as u64;
                    return Ok(Some(Self {
                        file,
                        encoding,
                        frames_left: data_size / frame_size,
                        bytes: Vec::new(),
                        block: Samples::empty(format.channels, format.bits),
                        format,
                    }));
                }
                _ => skip(&mut file, u64::from(size))?,
            }
        }
    }

    pub(crate) fn format(&self) -> &Format {
        &self.format
    }

    pub(crate) fn frames_left(&self) -> u64 {
        self.frames_left
    }

    /// The next block, or `None` at the end.
    pub(crate) fn next_block(&mut self) -> Result<Option<&Samples>, String> {
        let frame_size = self.encoding.width() * self.format.channels;
        let frames = self.frames_left.min((BLOCK_BYTES / frame_size).max(1) as u64);
        if frames == 0 {
            return Ok(None);
        }
        self.bytes.resize(frames as usize * frame_size, 0);
        self.file.read_exact(&mut self.bytes).map_err(|error| error.to_string())?;
        self.frames_left -= frames;
        match (&mut self.block, self.encoding) {
            (Samples::Int { channels, .. }, Encoding::Int(1)) => {
                planar(&self.bytes, 1, channels, |sample| i32::from(sample[0]) - 128);
            }
            (Samples::Int { channels, .. }, Encoding::Int(width)) => {
                planar(&self.bytes, width, channels, signed);
            }
            (Samples::Float(channels), Encoding::Float32) => {
                planar(&self.bytes, 4, channels, |sample| f32::from_bits(u32_at(sample, 0)));
            }
            (Samples::Float(channels), Encoding::Float64) => {
                planar(&self.bytes, 8, channels, |sample| f64::from_bits(u64_at(sample, 0)) as f32);
            }
            _ => unreachable!("the block was made for this encoding"),
        }
        Ok(Some(&self.block))
    }
}

/// Takes the interleaved bytes apart, one channel after the other.
fn planar<T>(bytes: &[u8], width: usize, channels: &mut [Vec<T>], convert: impl Fn(&[u8]) -> T + Copy) {
    let frame_size = width * channels.len();
    for (index, channel) in channels.iter_mut().enumerate() {
        channel.clear();
        channel.extend(bytes.chunks_exact(frame_size).map(|frame| convert(&frame[index * width..(index + 1) * width])));
    }
}

/// Two to four little-endian bytes, with the sign carried on.
fn signed(sample: &[u8]) -> i32 {
    let mut wide = [0; 4];
    wide[4 - sample.len()..].copy_from_slice(sample);
    i32::from_le_bytes(wide) >> (32 - 8 * sample.len())
}

fn read_layout(chunk: &[u8]) -> Result<Option<(Format, Encoding)>, String> {
    const PCM: u16 = 1;
    const FLOAT: u16 = 3;
    const EXTENSIBLE: u16 = 0xFFFE;
    let mut tag = u16_at(chunk, 0);
    if tag == EXTENSIBLE {
        if chunk.len() < 40 {
            return Err("its format chunk is cut off".to_owned());
        }
        tag = u16_at(chunk, 24);
    }
    let channels = usize::from(u16_at(chunk, 2));
    let rate = u32_at(chunk, 4);
    let encoding = match (tag, u16_at(chunk, 14)) {
        (PCM, bits @ (8 | 16 | 24 | 32)) => Encoding::Int(usize::from(bits) / 8),
        (FLOAT, 32) => Encoding::Float32,
        (FLOAT, 64) => Encoding::Float64,
        _ => return Ok(None),
    };
    if channels == 0 || rate == 0 {
        return Err(format!("its header says {channels} channels at {rate} Hz"));
    }
    let bits = match encoding {
        Encoding::Int(width) => Some(8 * width as u32),
        Encoding::Float32 | Encoding::Float64 => None,
    };
    let format = Format { channels, rate, bits, lossy: false };
    Ok(Some((format, encoding)))
}

/// The first bytes of a chunk; the rest of it, and its pad byte, are skipped.
fn body(file: &mut BufReader<File>, size: u32, least: usize) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; (size as usize).min(64)];
    file.read_exact(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() < least {
        return Err("one of its header chunks is too short".to_owned());
    }
    let rest = u64::from(size) - bytes.len() as u64 + u64::from(size % 2);
    file.seek_relative(rest as i64).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn skip(file: &mut BufReader<File>, size: u64) -> Result<(), String> {
    file.seek(SeekFrom::Current((size + size % 2) as i64)).map(drop).map_err(|error| error.to_string())
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|index| bytes[at + index]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|index| bytes[at + index]))
}

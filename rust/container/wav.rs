//! WAV, which becomes RF64 (EBU Tech 3306) when it outgrows the sizes of RIFF.
//!
//! ```text
//! RIFF size WAVE | JUNK, room for ds64 | fmt | fact (floats) | metadata | data size, frames, pad byte
//! ```
//!
//! Everything but the pad byte stands in front of the first frame, so that a crash loses none of it.

use crate::codec::pcm::{Form, Interleaver};
use crate::container::chunks::{self, Header};
use crate::container::metadata;
use crate::container::{AudioLayout, Encoder, Format, FormatOption, Opening, PcmCodec, Playable, Rates, Settings};
use crate::destination::take_file::TakeFile;
use crate::messages::{Limit, Problem, Warning};
use crate::stream::planar::Planar;

#[cfg(test)]
mod tests;

pub(crate) static FORMAT: Format = Format {
    name: "wav",
    label: "WAV",
    extensions: &["wav"],
    options: &[FormatOption::Codec],
    channels: 1..=MAX_FRAME_BYTES / 2,
    rates: Rates::Whole(1..=u32::MAX),
    check,
    open: |opening| Ok(Box::new(Wav::open(opening, RIFF_LIMIT)?)),
};

/// `fmt ` stores the bytes of a frame in 16 bits.
const MAX_FRAME_BYTES: usize = u16::MAX as usize;

/// The greatest size that RIFF can state: all ones stand for "see ds64".
const RIFF_LIMIT: u64 = UNKNOWN as u64 - 1;

/// EBU Tech 3306: the 32-bit size of a chunk whose size stands in ds64.
const UNKNOWN: u32 = u32::MAX;

// Where the header's changing fields stand; `fact` and `data` are placed by what stands before them.
const FORM: usize = 0;
const RIFF_SIZE: usize = 4;
const DS64: usize = 12;
const DS64_BODY: usize = 20;

fn check(sound: AudioLayout, settings: Settings) -> Result<(), Problem> {
    let PcmCodec { name: codec, bits, big_endian, .. } = *settings.codec;
    let (channels, rate) = (sound.channels, sound.rate);
    if big_endian {
        return Err(Problem::Limit(Limit::WavBigEndian { codec }));
    }
    // `fmt ` stores the bytes of a frame in 16 bits and those of a second in 32.
    let sample = usize::from(bits / 8);
    let (a_frame, a_second) = (MAX_FRAME_BYTES / sample, (f64::from(u32::MAX) / rate) as usize / sample);
    if channels > a_second.min(a_frame) {
        return Err(Problem::Limit(if a_second < a_frame {
            Limit::WavSecond { most: a_second, codec, rate, channels }
        } else {
            Limit::WavFrame { most: a_frame, codec, channels, smaller: channels <= MAX_FRAME_BYTES / 2 }
        }));
    }
    Ok(())
}

struct Wav {
    interleaver: Interleaver,
    header: Header,
    /// Where `fact` states the number of frames.
    fact: Option<usize>,
    /// Greatest size for which the file stays RIFF: [`RIFF_LIMIT`], less in tests.
    riff_limit: u64,
}

impl Wav {
    fn open(opening: Opening<'_>, riff_limit: u64) -> Result<Self, Problem> {
        let Opening { sound, settings, metadata, header, warnings, .. } = opening;
        check(sound, settings)?;
        let form = Form::of(settings.codec);
        let (bytes, fact) = header_bytes(sound, form, metadata, warnings);
        let interleaver = Interleaver::new(form, sound.channels);
        header.extend_from_slice(&bytes);
        Ok(Self { header: Header::new(bytes, interleaver.frame_bytes()), interleaver, fact, riff_limit })
    }

    /// States sizes for `frames`, as RF64 when RIFF's would exceed `riff_limit`. EBU Tech 3306, section 3.4.
    fn set_sizes(&mut self, frames: u64, pad: u64, riff_limit: u64) {
        let end = self.header.end_of(frames);
        let (riff, data) = (end + pad - 8, end - self.header.len());
        let large = riff > riff_limit;
        let small = |size: u64| if large { UNKNOWN } else { size as u32 }.to_le_bytes();
        let mut ds64 = [0; 28];
        if large {
            ds64[0..8].copy_from_slice(&riff.to_le_bytes());
            ds64[8..16].copy_from_slice(&data.to_le_bytes());
            ds64[16..24].copy_from_slice(&frames.to_le_bytes());
        }
        self.header.set(FORM, if large { b"RF64" } else { b"RIFF" });
        self.header.set(RIFF_SIZE, &small(riff));
        self.header.set(DS64, if large { b"ds64" } else { b"JUNK" });
        self.header.set(DS64_BODY, &ds64);
        if let Some(at) = self.fact {
            self.header.set(at, &small(frames));
        }
        self.header.set(self.header.bytes().len() - 4, &small(data));
    }
}

impl Encoder for Wav {
    fn write(&mut self, block: Planar<'_>, out: &mut Vec<u8>) -> Result<(), Problem> {
        self.interleaver.write(block, out);
        Ok(())
    }

    fn checkpoint(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        let Playable { len, frames } = self.playable(file.len());
        if len > 0 {
            // An eighth early, 512 MiB of 4 GiB: sizes must not overflow by what arrives until the next one.
            self.set_sizes(frames, 0, self.riff_limit - self.riff_limit / 8);
            self.header.flush(file)?;
        }
        Ok(())
    }

    fn finish(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        let Playable { len, frames } = self.playable(file.len());
        if len == 0 {
            return Ok(());
        }
        // Sizes are worth stating even when a full disk refuses the pad byte.
        let completed = self.header.complete(file);
        self.set_sizes(frames, if completed.is_ok() { len % 2 } else { 0 }, self.riff_limit);
        completed.and(self.header.flush(file))
    }

    fn playable(&self, len: u64) -> Playable {
        self.header.playable(len)
    }

    fn clipped(&self) -> u64 {
        self.interleaver.clipped()
    }
}

/// The header of an empty file, and where its `fact` states the number of frames.
fn header_bytes(
    sound: AudioLayout,
    form: Form,
    metadata: &[(String, String)],
    warnings: &mut Vec<Warning>,
) -> (Vec<u8>, Option<usize>) {
    let mut out = b"RIFF\0\0\0\0WAVE".to_vec();
    chunks::riff(b"JUNK", &[0; 28], &mut out);
    chunks::riff(b"fmt ", &fmt(sound, form), &mut out);
    let fact = form.float.then(|| {
        chunks::riff(b"fact", &[0; 4], &mut out);
        out.len() - 4
    });
    out.extend(metadata::wav_chunks(metadata, warnings));
    chunks::riff(b"data", &[], &mut out);
    let size = out.len() as u32 - 8;
    out[RIFF_SIZE..RIFF_SIZE + 4].copy_from_slice(&size.to_le_bytes());
    (out, fact)
}

/// The body of `fmt `: Microsoft, "Multiple channel audio data and WAVE files".
fn fmt(sound: AudioLayout, form: Form) -> Vec<u8> {
    const PCM: u16 = 1;
    const IEEE_FLOAT: u16 = 3;
    const EXTENSIBLE: u16 = 0xfffe;
    /// What follows the tag in a KSDATAFORMAT_SUBTYPE.
    const SUBTYPE: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

    let bits = form.bytes as u16 * 8;
    let tag = if form.float { IEEE_FLOAT } else { PCM };
    let extensible = sound.channels > 2 || bits > 16;
    let frame_bytes = (sound.channels * form.bytes) as u16;
    let rate = sound.rate as u32;

    let mut out = Vec::new();
    out.extend(if extensible { EXTENSIBLE } else { tag }.to_le_bytes());
    out.extend((sound.channels as u16).to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend((rate * u32::from(frame_bytes)).to_le_bytes());
    out.extend(frame_bytes.to_le_bytes());
    out.extend(bits.to_le_bytes());
    if extensible {
        out.extend(22u16.to_le_bytes());
        out.extend(bits.to_le_bytes());
        out.extend(speakers(sound.channels).to_le_bytes());
        out.extend(tag.to_le_bytes());
        out.extend(SUBTYPE);
    }
    out
}

/// The channel mask. Up to eight channels it names the usual layout of so many speakers, for twelve 7.1.4;
/// other counts get the first speakers in the order of the masks. No mask can name more than 18.
fn speakers(channels: usize) -> u32 {
    match channels {
        1 => 0x4,
        2 => 0x3,
        3 => 0x7,
        4 => 0x33,
        5 => 0x37,
        6 => 0x3f,
        7 => 0x13f,
        8 => 0x63f,
        12 => 0x2_d63f,
        9..=18 => (1 << channels) - 1,
        _ => 0,
    }
}

//! WAV, which becomes RF64 (EBU Tech 3306) when it outgrows the sizes of RIFF.
//!
//! ```text
//! RIFF size WAVE | JUNK, room for ds64 | fmt | fact (floats) | metadata | data size, frames, pad byte
//! ```
//!
//! Everything but the pad byte stands in front of the first frame, so that a crash loses none of it.

use crate::codec::pcm::{Form, Pcm};
use crate::container::chunks::{self, Header};
use crate::container::{Container, Patch, Playable, metadata};
use crate::formats::{Format, FormatOption, Opened, Rates, Setup};
use crate::messages::Warning;
use crate::stream::AudioLayout;

#[cfg(test)]
mod tests;
mod verify;

pub(crate) static FORMAT: Format = Format {
    name: "wav",
    label: "WAV",
    extensions: &["wav"],
    options: &[FormatOption::Codec],
    codecs: &["pcm16", "pcm24", "pcm32", "float32"],
    channels: 1..=MAX_FRAME_BYTES / 2,
    rates: Rates::Whole(1..=u32::MAX),
    frame_bytes: MAX_FRAME_BYTES as u64,
    // `fmt ` stores them in 32 bits.
    second_bytes: u32::MAX as u64,
    open: |setup| Ok(open(setup, RIFF_LIMIT)),
    verify: Some(verify::difference),
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

/// `riff_limit` is [`RIFF_LIMIT`], or less in tests.
fn open(setup: Setup<'_>, riff_limit: u64) -> Opened {
    let Setup { layout, settings, metadata, warnings, .. } = setup;
    let form = Form::of(settings.codec);
    let (bytes, fact) = header_bytes(layout, form, metadata, warnings);
    let header = Header::new(bytes, layout.channels * form.bytes);
    Opened { codec: Box::new(Pcm::new(form, layout.channels)), container: Box::new(Wav { header, fact, riff_limit }) }
}

struct Wav {
    header: Header,
    /// Where `fact` states the number of frames.
    fact: Option<usize>,
    /// The greatest size for which the file stays RIFF.
    riff_limit: u64,
}

impl Wav {
    /// States the sizes of a file with `frames` and so many pad bytes, as RF64 when RIFF's would exceed `riff_limit`. EBU
    /// Tech 3306, section 3.4.
    fn sizes(&mut self, frames: u64, pad: u64, riff_limit: u64) -> Vec<Patch> {
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
        let shrinks = !large && self.header.bytes().starts_with(b"RF64");
        self.header.set(FORM, if large { b"RF64" } else { b"RIFF" });
        self.header.set(RIFF_SIZE, &small(riff));
        self.header.set(DS64, if large { b"ds64" } else { b"JUNK" });
        self.header.set(DS64_BODY, &ds64);
        if let Some(at) = self.fact {
            self.header.set(at, &small(frames));
        }
        self.header.set(self.header.bytes().len() - 4, &small(data));
        let mut patches = self.header.patches();
        if shrinks {
            // `data` must state its own size before ds64 goes.
            patches.reverse();
        }
        patches
    }
}

impl Container for Wav {
    fn header(&self) -> &[u8] {
        self.header.bytes()
    }

    fn playable(&self, len: u64) -> Playable {
        self.header.playable(len)
    }

    fn checkpoint(&mut self, len: u64) -> Vec<Patch> {
        let Playable { len, frames } = self.playable(len);
        if len == 0 {
            return Vec::new();
        }
        // An eighth early, 512 MiB of 4 GiB: sizes must not overflow by what arrives until the next one.
        self.sizes(frames, 0, self.riff_limit - self.riff_limit / 8)
    }

    fn tail(&mut self, len: u64) -> Vec<u8> {
        self.header.pad(len)
    }

    fn complete(&mut self, len: u64) -> Vec<Patch> {
        let Playable { len: end, frames } = self.playable(len);
        if end == 0 {
            return Vec::new();
        }
        self.sizes(frames, self.header.is_padded(len).into(), self.riff_limit)
    }
}

/// The header of an empty file, and where its `fact` states the number of frames.
fn header_bytes(
    layout: AudioLayout,
    form: Form,
    metadata: &[(String, String)],
    warnings: &mut Vec<Warning>,
) -> (Vec<u8>, Option<usize>) {
    let mut out = b"RIFF\0\0\0\0WAVE".to_vec();
    chunks::riff(b"JUNK", &[0; 28], &mut out);
    chunks::riff(b"fmt ", &fmt(layout, form), &mut out);
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
fn fmt(layout: AudioLayout, form: Form) -> Vec<u8> {
    const PCM: u16 = 1;
    const IEEE_FLOAT: u16 = 3;
    const EXTENSIBLE: u16 = 0xfffe;
    /// What follows the tag in a KSDATAFORMAT_SUBTYPE.
    const SUBTYPE: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

    let bits = form.bytes as u16 * 8;
    let tag = if form.float { IEEE_FLOAT } else { PCM };
    let extensible = layout.channels > 2 || bits > 16;
    let frame_bytes = (layout.channels * form.bytes) as u16;
    let rate = layout.rate as u32;

    let mut out = Vec::new();
    out.extend(if extensible { EXTENSIBLE } else { tag }.to_le_bytes());
    out.extend((layout.channels as u16).to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend((rate * u32::from(frame_bytes)).to_le_bytes());
    out.extend(frame_bytes.to_le_bytes());
    out.extend(bits.to_le_bytes());
    if extensible {
        out.extend(22u16.to_le_bytes());
        out.extend(bits.to_le_bytes());
        out.extend(speakers(layout.channels).to_le_bytes());
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

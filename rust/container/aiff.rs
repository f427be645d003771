//! AIFF, and AIFF-C for what AIFF cannot hold: little-endian samples and floats.
//!
//! ```text
//! FORM size AIFF | COMM | metadata | SSND size, frames, pad byte
//! FORM size AIFC | FVER | COMM | metadata | SSND size, frames, pad byte
//! ```
//!
//! Everything but the pad byte stands in front of the first frame, so that a crash loses none of it. The
//! writer rolls over before the sizes, which have 32 bits, are exhausted.

use crate::codec::pcm::{Form, Interleaver};
use crate::container::chunks::{self, Header};
use crate::container::metadata;
use crate::container::{AudioLayout, Encoder, Format, FormatOption, Opening, PcmCodec, Playable, Rates};
use crate::destination::take_file::TakeFile;
use crate::messages::{Problem, Warning};
use crate::stream::planar::Planar;

#[cfg(test)]
mod tests;

pub(crate) static FORMAT: Format = Format {
    name: "aiff",
    label: "AIFF",
    extensions: &["aiff", "aif"],
    options: &[FormatOption::Codec],
    channels: 1..=u16::MAX as usize,
    rates: Rates::Any,
    check: |_, _| Ok(()),
    open: |opening| Ok(Box::new(Aiff::open(opening, MAX_LEN)?)),
};

/// The longest file: 4 GiB, less a margin for readers that add a header's length to a size in 32 bits.
const MAX_LEN: u64 = (1 << 32) - (1 << 16);

const FORM_SIZE: usize = 4;

/// Bytes of SSND before its frames: offset and block size, both 0.
const SSND_PREFIX: u64 = 8;

struct Aiff {
    interleaver: Interleaver,
    header: Header,
    /// Where COMM states the number of frames.
    frame_count: usize,
    /// Frames that were given to [`Encoder::write`].
    written: u64,
    /// [`MAX_LEN`], less in tests.
    max_len: u64,
}

impl Aiff {
    fn open(opening: Opening<'_>, max_len: u64) -> Result<Self, Problem> {
        let Opening { sound, settings, metadata, header, silence, warnings } = opening;
        let stored = Stored::of(settings.codec);
        if stored.big_endian_instead {
            warnings.push(Warning::AiffBigEndian { codec: settings.codec.name });
        }
        let (bytes, frame_count) = header_bytes(sound, &stored, metadata, warnings);
        let interleaver = Interleaver::new(stored.form, sound.channels);
        let mut aiff = Self {
            header: Header::new(bytes, interleaver.frame_bytes()),
            interleaver,
            frame_count,
            written: 0,
            max_len,
        };
        // SoX takes a file without a frame for damaged.
        silence.resize(aiff.interleaver.frame_bytes(), 0);
        aiff.set_sizes(1, 0);
        header.extend_from_slice(aiff.header.bytes());
        Ok(aiff)
    }

    /// Frames of the longest file: an odd one must still have room for its pad byte.
    fn max_frames(&self) -> u64 {
        self.header.playable(self.max_len - 1).frames
    }

    fn set_sizes(&mut self, frames: u64, pad: u64) {
        let end = self.header.end_of(frames);
        let field = |size: u64| (size as u32).to_be_bytes();
        self.header.set(FORM_SIZE, &field(end + pad - 8));
        self.header.set(self.frame_count, &field(frames));
        // SSND's size stands in front of its prefix, with which the header ends.
        let ssnd_size = self.header.bytes().len() - SSND_PREFIX as usize - 4;
        self.header.set(ssnd_size, &field(end - self.header.len() + SSND_PREFIX));
    }
}

impl Encoder for Aiff {
    fn write(&mut self, block: Planar<'_>, out: &mut Vec<u8>) -> Result<(), Problem> {
        debug_assert!(block.frames() as u64 <= self.frames_left());
        self.interleaver.write(block, out);
        self.written += block.frames() as u64;
        Ok(())
    }

    fn checkpoint(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        let Playable { len, frames } = self.playable(file.len());
        if len > 0 && !file.has_silence() {
            self.set_sizes(frames, 0);
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
        self.set_sizes(frames, if completed.is_ok() { len % 2 } else { 0 });
        completed.and(self.header.flush(file))
    }

    fn playable(&self, len: u64) -> Playable {
        self.header.playable(len.min(self.header.end_of(self.max_frames())))
    }

    fn frames_left(&self) -> u64 {
        self.max_frames().saturating_sub(self.written)
    }

    fn clipped(&self) -> u64 {
        self.interleaver.clipped()
    }
}

/// How a codec is stored.
struct Stored {
    form: Form,
    /// COMM's compression type and name in AIFF-C; AIFF without one.
    compression: Option<(&'static [u8; 4], &'static str)>,
    /// No little-endian form of this codec is read by all programs.
    big_endian_instead: bool,
}

impl Stored {
    fn of(codec: &PcmCodec) -> Self {
        let form = Form::of(codec);
        let big_endian = Form { big_endian: true, ..form };
        match (form.bytes, form.float, form.big_endian) {
            (_, true, _) => Self {
                form: big_endian,
                compression: Some((b"fl32", "32-bit floating point")),
                big_endian_instead: false,
            },
            (2, _, false) => Self { form, compression: Some((b"sowt", "little-endian")), big_endian_instead: false },
            (_, _, little) => Self { form: big_endian, compression: None, big_endian_instead: !little },
        }
    }
}

/// The header of an empty file, and where its COMM states the number of frames.
fn header_bytes(
    sound: AudioLayout,
    stored: &Stored,
    metadata: &[(String, String)],
    warnings: &mut Vec<Warning>,
) -> (Vec<u8>, usize) {
    /// AIFF-C draft of 1991, "Format Version Chunk".
    const VERSION: [u8; 4] = 0xa280_5140u32.to_be_bytes();

    let mut out = b"FORM\0\0\0\0".to_vec();
    out.extend(if stored.compression.is_some() { b"AIFC" } else { b"AIFF" });
    if stored.compression.is_some() {
        chunks::iff(b"FVER", &VERSION, &mut out);
    }
    // Behind the chunk's own eight bytes and the number of channels.
    let frame_count = out.len() + 8 + 2;
    chunks::iff(b"COMM", &comm(sound, stored), &mut out);
    out.extend(metadata::aiff_chunks(metadata, warnings));
    chunks::iff(b"SSND", &[0; SSND_PREFIX as usize], &mut out);
    let size = out.len() as u32 - 8;
    out[FORM_SIZE..FORM_SIZE + 4].copy_from_slice(&size.to_be_bytes());
    (out, frame_count)
}

/// The body of COMM: AIFF-C draft of 1991, "Extended Common Chunk".
fn comm(sound: AudioLayout, stored: &Stored) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend((sound.channels as u16).to_be_bytes());
    out.extend([0; 4]);
    out.extend((stored.form.bytes as u16 * 8).to_be_bytes());
    out.extend(extended(sound.rate));
    if let Some((kind, name)) = stored.compression {
        out.extend(kind);
        // A Pascal string, whose pad byte belongs to the body.
        out.push(name.len() as u8);
        out.extend(name.as_bytes());
        out.extend(&[0][..(1 + name.len()) % 2]);
    }
    out
}

/// An 80-bit IEEE 754 extended number: any positive normal `f64` exactly.
fn extended(value: f64) -> [u8; 10] {
    let bits = value.to_bits();
    // The exponent's bias is 16383 instead of 1023, and the leading one is stored.
    let exponent = (bits >> 52) as u16 + (16383 - 1023);
    let mantissa = 1 << 63 | (bits & ((1 << 52) - 1)) << 11;
    let mut out = [0; 10];
    out[..2].copy_from_slice(&exponent.to_be_bytes());
    out[2..].copy_from_slice(&u64::to_be_bytes(mantissa));
    out
}

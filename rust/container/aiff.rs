//! AIFF, and AIFF-C for what AIFF cannot hold: little-endian samples and floats.
//!
//! ```text
//! FORM size AIFF | COMM | metadata | MARK, FLLR | SSND size, frames, pad byte
//! FORM size AIFC | FVER | COMM | metadata | MARK, FLLR | SSND size, frames, pad byte
//! ```
//!
//! Everything but the pad byte stands in front of the first frame, so that a crash loses none of it; but markers that
//! have no room there stand behind the pad byte of a complete file, all of them. A part ends before the sizes, which are
//! signed and have 32 bits, are exhausted.

use crate::codec::PcmCodec;
use crate::codec::pcm::{Form, Pcm};
use crate::container::chunks::{self, Header};
use crate::container::markers::{MOST_BEHIND, Marked, Marker, ROOM, iff_behind, iff_kept, iff_room};
use crate::container::{Checkpoint, Container, Patch, Playable, Successor, metadata};
use crate::formats::{Format, FormatOption, Opened, Rates, Setup};
use crate::messages::Warning;
use crate::stream::AudioLayout;

#[cfg(test)]
mod tests;

pub(crate) static FORMAT: Format = Format {
    name: "aiff",
    label: "AIFF",
    extensions: &["aiff", "aif"],
    options: &[FormatOption::Codec],
    codecs: &["pcm16", "pcm24", "pcm32", "float32", "pcm16be", "pcm24be", "pcm32be"],
    channels: 1..=u16::MAX as usize,
    rates: Rates::Any,
    frame_bytes: u64::MAX,
    second_bytes: u64::MAX,
    open: |setup| Ok(open(setup, MAX_LEN)),
    verify: None,
};

/// The longest file without what may stand behind its frames: 2 GiB with it, since the sizes of AIFF are signed ("long
/// ckDataSize" in AIFF 1.3) and JUCE takes them so; less a margin for readers that add a header's length to them.
const MAX_LEN: u64 = (1 << 31) - (1 << 16) - MOST_BEHIND as u64;

const FORM_SIZE: usize = 4;

/// Bytes of SSND before its frames: offset and block size, both 0.
const SSND_PREFIX: u64 = 8;

/// Bytes of SSND before its frames, with its id and size.
const SSND_LEN: usize = 8 + SSND_PREFIX as usize;

/// `max_len` is [`MAX_LEN`], or less in tests.
fn open(setup: Setup<'_>, max_len: u64) -> Opened {
    let Setup { layout, settings, metadata, warnings, .. } = setup;
    let stored = Stored::of(settings.codec);
    if stored.big_endian_instead {
        warnings.push(Warning::AiffBigEndian { codec: settings.codec.name });
    }
    let (bytes, frame_count) = header_bytes(layout, &stored, metadata, warnings);
    let header = Header::new(bytes, layout.channels * stored.form.bytes);
    // Two of an odd number of bytes.
    let silent_frames = 1 + header.frame_bytes() % 2;
    let placeholder = vec![0; silent_frames * header.frame_bytes()];
    let mut aiff = Aiff { header, placeholder, frame_count, max_len };
    aiff.begin();
    Opened { codec: Box::new(Pcm::new(stored.form, layout.channels)), container: Box::new(aiff) }
}

#[derive(Clone)]
struct Aiff {
    header: Header,
    /// A frame, since SoX takes a file without any for damaged.
    placeholder: Vec<u8>,
    /// Where COMM states the number of frames.
    frame_count: usize,
    max_len: u64,
}

impl Aiff {
    /// States the sizes of a file that holds the placeholder.
    fn begin(&mut self) {
        self.sizes((self.placeholder.len() / self.header.frame_bytes()) as u64, 0);
    }

    /// States the sizes of a file with `frames` and so many bytes behind them.
    fn sizes(&mut self, frames: u64, extra: u64) -> Vec<Patch> {
        let end = self.header.end_of(frames);
        let field = |size: u64| (size as u32).to_be_bytes();
        self.header.set(FORM_SIZE, &field(end + extra - 8));
        self.header.set(self.frame_count, &field(frames));
        // SSND's size stands in front of its prefix, with which the header ends.
        let ssnd_size = self.header.bytes().len() - SSND_PREFIX as usize - 4;
        self.header.set(ssnd_size, &field(end - self.header.len() + SSND_PREFIX));
        self.header.patches()
    }
}

impl Container for Aiff {
    fn header(&self) -> &[u8] {
        self.header.bytes()
    }

    fn placeholder(&self) -> &[u8] {
        &self.placeholder
    }

    /// An odd number of bytes must still have room for its pad byte.
    fn max_frames(&self) -> u64 {
        self.header.playable(self.max_len - 1).frames
    }

    fn playable(&self, len: u64) -> Playable {
        self.header.playable(len.min(self.header.end_of(self.max_frames())))
    }

    fn checkpoint(&mut self, len: u64) -> Checkpoint {
        let stated = self.header.even(self.playable(len).len);
        let patches = if stated.len == 0 { Vec::new() } else { self.sizes(stated.frames, 0) };
        Checkpoint { patches, stated }
    }

    fn pad(&self, len: u64) -> Vec<u8> {
        self.header.pad(len)
    }

    fn complete(&mut self, len: u64) -> Vec<Patch> {
        let Playable { len: end, frames } = self.playable(len);
        if end == 0 { Vec::new() } else { self.sizes(frames, self.header.extra(len)) }
    }

    fn mark(&mut self, markers: &[Marker], len: u64) -> Marked {
        // Readers take each marker once: of a complete file they all stand in one place.
        let here = if self.header.has_behind(len) { &[] } else { markers };
        self.header.set(self.header.bytes().len() - SSND_LEN - ROOM, &iff_room(here));
        Marked { patches: self.header.patches(), kept: iff_kept(markers) }
    }

    fn behind(&mut self, markers: &[Marker], len: u64) -> Vec<u8> {
        let chunk = iff_behind(markers);
        self.header.set_behind(len, chunk.len() as u64);
        chunk
    }

    fn successor(&self) -> Option<Successor> {
        let mut next = self.clone();
        next.mark(&[], 0);
        next.header.set_behind(0, 0);
        next.begin();
        Some(Successor { frame_bytes: self.header.frame_bytes(), container: Box::new(next) })
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
    layout: AudioLayout,
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
    chunks::iff(b"COMM", &comm(layout, stored), &mut out);
    out.extend(metadata::aiff_chunks(metadata, warnings));
    out.extend(iff_room(&[]));
    chunks::iff(b"SSND", &[0; SSND_PREFIX as usize], &mut out);
    let size = out.len() as u32 - 8;
    out[FORM_SIZE..FORM_SIZE + 4].copy_from_slice(&size.to_be_bytes());
    (out, frame_count)
}

/// The body of COMM: AIFF-C draft of 1991, "Extended Common Chunk".
fn comm(layout: AudioLayout, stored: &Stored) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend((layout.channels as u16).to_be_bytes());
    out.extend([0; 4]);
    out.extend((stored.form.bytes as u16 * 8).to_be_bytes());
    out.extend(extended(layout.rate));
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

//! WAV, which becomes RF64 (EBU Tech 3306) when it outgrows the sizes of RIFF.
//!
//! ```text
//! while it grows     RIFF size WAVE | JUNK, room for ds64 | fmt | fact | metadata | markers, JUNK | data size, frames
//! past 4 GiB         RF64  --  WAVE | ds64 | JUNK         | fmt | fact | metadata | markers, JUNK | data  --,  frames, pad byte
//! complete           RIFF size WAVE | fmt | fact | JUNK                | metadata | markers, JUNK | data size, frames, pad byte
//! ```
//!
//! EBU Tech 3306 wants ds64 first, so while a file grows its room comes first. Of a complete file that needs no ds64
//! the format comes first: npm's wav and wav-file-info, and `file`, look for it nowhere else. What stands in front of
//! the metadata is as long in all three and is one patch, so a kill leaves one of them, and no byte of audio moves.
//!
//! Only floats have `fact`. Everything but the pad byte stands in front of the first frame, so that a crash loses none
//! of it; but markers that have no room there stand behind the pad byte of a complete file, all of them.

use crate::codec::pcm::{Form, Pcm};
use crate::container::chunks::{self, Header};
use crate::container::markers::{Marked, Marker, ROOM, riff_behind, riff_kept, riff_room};
use crate::container::{Checkpoint, Container, Patch, Playable, Successor, metadata};
use crate::formats::{Format, FormatOption, Opened, Rates, Setup};
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
    verify: Some(|file, recorded| verify::difference(&mut *file(0), recorded)),
};

/// `fmt ` stores the bytes of a frame in 16 bits.
const MAX_FRAME_BYTES: usize = u16::MAX as usize;

/// The greatest size that RIFF can state: all ones stand for "see ds64".
const RIFF_LIMIT: u64 = UNKNOWN as u64 - 1;

/// EBU Tech 3306: the 32-bit size of a chunk whose size stands in ds64.
const UNKNOWN: u32 = u32::MAX;

/// The content of ds64 without a table.
const DS64_BYTES: usize = 28;

/// The first frame stands at a multiple of this: enough for whoever reads the file straight into memory and wants
/// addresses aligned for its processor.
const ALIGNMENT: usize = 64;

/// A chunk's id and size.
const CHUNK_HEADER: usize = 8;

/// `riff_limit` is [`RIFF_LIMIT`], or less in tests.
fn open(setup: Setup<'_>, riff_limit: u64) -> Opened {
    let Setup { layout, settings, metadata, warnings, .. } = setup;
    let form = Form::of(settings.codec);
    let metadata = metadata::wav_chunks(metadata, warnings);
    let mut front = Front { format: Vec::new(), float: form.float, room: DS64_BYTES };
    chunks::riff(b"fmt ", &fmt(layout, form), &mut front.format);
    let mut bytes = front.bytes(&Sizes::default(), First::Room);
    front.room = room(bytes.len() + metadata.len() + ROOM + CHUNK_HEADER);
    bytes = front.bytes(&Sizes::default(), First::Room);
    bytes.extend(metadata);
    bytes.extend(riff_room(&[]));
    chunks::riff(b"data", &[], &mut bytes);
    let mut wav = Wav { header: Header::new(bytes, layout.channels * form.bytes), front, riff_limit };
    wav.sizes(0, 0, First::Room, riff_limit);
    Opened { codec: Box::new(Pcm::new(form, layout.channels)), container: Box::new(wav) }
}

/// Bytes of the room for ds64, if the frames would begin at `data` with the least of it. What is more must be a whole
/// chunk beside ds64.
fn room(data: usize) -> usize {
    let more = data.next_multiple_of(ALIGNMENT) - data;
    DS64_BYTES + if (1..CHUNK_HEADER).contains(&more) { more + ALIGNMENT } else { more }
}

#[derive(Clone)]
struct Wav {
    header: Header,
    front: Front,
    /// The greatest size for which the file stays RIFF.
    riff_limit: u64,
}

impl Wav {
    /// States the sizes of a file with `frames` and so many bytes behind them, as RF64 when RIFF's would exceed
    /// `riff_limit`.
    fn sizes(&mut self, frames: u64, extra: u64, first: First, riff_limit: u64) -> Vec<Patch> {
        let end = self.header.end_of(frames);
        let sizes = Sizes { riff: end + extra - 8, data: end - self.header.len(), frames };
        let first = if sizes.riff > riff_limit { First::Ds64 } else { first };
        let shrinks = first != First::Ds64 && self.header.bytes().starts_with(b"RF64");
        self.header.set(0, &self.front.bytes(&sizes, first));
        self.header.set(self.header.bytes().len() - 4, &first.field(sizes.data));
        let mut patches = self.header.patches();
        if shrinks {
            // `data` must state its own size before ds64 goes.
            patches.reverse();
        }
        patches
    }
}

/// Which chunk comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Room,
    Ds64,
    Format,
}

impl First {
    /// A field of 32 bits for a size that ds64 states too, if there is one.
    fn field(self, size: u64) -> [u8; 4] {
        if self == Self::Ds64 { UNKNOWN } else { size as u32 }.to_le_bytes()
    }
}

#[derive(Default)]
struct Sizes {
    riff: u64,
    data: u64,
    frames: u64,
}

/// What stands in front of the metadata.
#[derive(Clone)]
struct Front {
    /// The chunk `fmt `.
    format: Vec<u8>,
    /// Whether `fact` follows it.
    float: bool,
    /// Bytes of the room for ds64.
    room: usize,
}

impl Front {
    /// As long for each `first`. EBU Tech 3306, section 3.
    fn bytes(&self, sizes: &Sizes, first: First) -> Vec<u8> {
        let mut out = if first == First::Ds64 { b"RF64" } else { b"RIFF" }.to_vec();
        out.extend(first.field(sizes.riff));
        out.extend(b"WAVE");
        match first {
            First::Room => junk(self.room, &mut out),
            First::Ds64 => {
                // No table, whose length comes last.
                let content = [sizes.riff, sizes.data, sizes.frames].map(u64::to_le_bytes).concat();
                chunks::riff(b"ds64", &[&content[..], &[0; 4]].concat(), &mut out);
                if self.room > DS64_BYTES {
                    junk(self.room - DS64_BYTES - CHUNK_HEADER, &mut out);
                }
            }
            First::Format => {}
        }
        out.extend(&self.format);
        if self.float {
            chunks::riff(b"fact", &first.field(sizes.frames), &mut out);
        }
        if first == First::Format {
            junk(self.room, &mut out);
        }
        out
    }
}

fn junk(bytes: usize, out: &mut Vec<u8>) {
    chunks::riff(b"JUNK", &vec![0; bytes], out);
}

impl Container for Wav {
    fn header(&self) -> &[u8] {
        self.header.bytes()
    }

    fn playable(&self, len: u64) -> Playable {
        self.header.playable(len)
    }

    fn checkpoint(&mut self, len: u64) -> Checkpoint {
        let stated = self.header.even(len);
        if stated.len == 0 {
            return Checkpoint::default();
        }
        // An eighth early, 512 MiB of 4 GiB: sizes must not overflow by what arrives until the next one.
        let patches = self.sizes(stated.frames, 0, First::Room, self.riff_limit - self.riff_limit / 8);
        Checkpoint { patches, stated }
    }

    fn pad(&self, len: u64) -> Vec<u8> {
        self.header.pad(len)
    }

    fn complete(&mut self, len: u64) -> Vec<Patch> {
        let Playable { len: end, frames } = self.playable(len);
        if end == 0 {
            return Vec::new();
        }
        self.sizes(frames, self.header.extra(len), First::Format, self.riff_limit)
    }

    fn mark(&mut self, markers: &[Marker], len: u64) -> Marked {
        // Readers take each marker once: of a complete file they all stand in one place.
        let here = if self.header.has_behind(len) { &[] } else { markers };
        self.header.set(self.header.bytes().len() - CHUNK_HEADER - ROOM, &riff_room(here));
        Marked { patches: self.header.patches(), kept: riff_kept(markers) }
    }

    fn behind(&mut self, markers: &[Marker], len: u64) -> Vec<u8> {
        let chunks = riff_behind(markers);
        self.header.set_behind(len, chunks.len() as u64);
        chunks
    }

    fn successor(&self) -> Option<Successor> {
        let mut next = self.clone();
        next.mark(&[], 0);
        next.header.set_behind(0, 0);
        next.sizes(0, 0, First::Room, self.riff_limit);
        Some(Successor { frame_bytes: self.header.frame_bytes(), container: Box::new(next) })
    }
}

/// The body of `fmt `: Microsoft, "Multiple channel audio data and WAVE files". That wants WAVE_FORMAT_EXTENSIBLE for more
/// than 16 bits as well; but Python's wave up to 3.11, node-wav, wav-decoder and ecasound do not know it, and libsndfile
/// also writes one and two channels without it.
fn fmt(layout: AudioLayout, form: Form) -> Vec<u8> {
    const PCM: u16 = 1;
    const IEEE_FLOAT: u16 = 3;
    const EXTENSIBLE: u16 = 0xfffe;
    /// What follows the tag in a KSDATAFORMAT_SUBTYPE.
    const SUBTYPE: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

    let bits = form.bytes as u16 * 8;
    let tag = if form.float { IEEE_FLOAT } else { PCM };
    let extensible = layout.channels > 2;
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
    } else if form.float {
        // No extension, whose size all formats but PCM state.
        out.extend([0; 2]);
    }
    out
}

/// The channel mask for three and more. Up to eight channels it names the usual layout of so many speakers, for twelve
/// 7.1.4; other counts get the first speakers in the order of the masks. No mask can name more than 18.
fn speakers(channels: usize) -> u32 {
    match channels {
        3 => 0x7,
        4 => 0x33,
        5 => 0x37,
        6 => 0x3f,
        // 6.1 as flac and Vorbis have it, with speakers at the sides; flac refuses 0x13f.
        7 => 0x70f,
        8 => 0x63f,
        12 => 0x2_d63f,
        9..=18 => (1 << channels) - 1,
        _ => 0,
    }
}

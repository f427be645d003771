//! FLAC (RFC 9639).
//!
//! ```text
//! fLaC | STREAMINFO | SEEKTABLE | VORBIS_COMMENT | PADDING | frames
//! ```
//!
//! Everything but the frames stands in front of them, so that a crash loses none of it, and has its length from the
//! beginning. A checkpoint states the frames that are in the file, and never more: readers take that for damage. What is
//! known only at the end, the seek points, the sizes of frames and the MD5, comes when the file is complete.
//!
//! The channels of all layouts have FLAC's own order (section 9.1.3), which is that of WAV's masks: so no comment names
//! a mask.

mod blocks;
#[cfg(test)]
mod tests;
mod verify;

use self::blocks::{Blocks, SEEK_TABLE, STREAMINFO, StreamInfo};
use super::{Checkpoint, Container, Patch, Playable};
use crate::codec::flac::{self, Flac, Md5};
use crate::codec::{PacketEnd, Packets};
use crate::container::markers::{Changed, Marked, Marker, ROOM, vorbis_chapters};
use crate::container::metadata::{vorbis_comment_block, vorbis_comments};
use crate::formats::{Format, FormatOption, Opened, Rates, Setup};
use crate::messages::Problem;

pub(crate) static FORMAT: Format = Format {
    name: "flac",
    label: "FLAC",
    extensions: &["flac"],
    options: &[FormatOption::Codec],
    // Few programs read 32-bit FLAC, and none reads floats.
    codecs: &["pcm16", "pcm24"],
    channels: 1..=8,
    // What the header of a frame can say (section 9.1.2), which the streamable subset asks for.
    rates: Rates::Coarse { least: flac::LEAST_RATE, whole: 65_535, most: 655_350 },
    frame_bytes: u64::MAX,
    second_bytes: u64::MAX,
    open,
    verify: Some(verify::difference),
};

/// The types of metadata blocks (section 8.1).
const SEEKTABLE: u8 = 3;
const VORBIS_COMMENT: u8 = 4;
const PADDING: u8 = 1;
const LAST: u8 = 0x80;

/// Room for markers, and for comments that are added by whoever edits the file.
const PADDING_BYTES: usize = 16 << 10;

/// STREAMINFO states frames in 36 bits.
const MAX_FRAMES: u64 = (1 << 36) - 1;
/// And a frame its own number in 31 bits (section 9.1.5).
const MAX_BLOCKS: u64 = 1 << 31;

fn open(setup: Setup<'_>) -> Result<Opened, Problem> {
    let Setup { layout, settings, metadata, warnings, .. } = setup;
    let (codec, md5) = Flac::new(layout, settings.codec)?;
    let rate = layout.rate as u32;
    let info =
        StreamInfo { block: flac::block_frames(rate), rate, channels: layout.channels, bits: settings.codec.bits };
    let comments = vorbis_comments(metadata, warnings);
    let (placeholder, silent) = blocks::silence(&info);
    let mut header = b"fLaC".to_vec();
    append_block(STREAMINFO, &info.bytes(silent, &Blocks::after(0), None), &mut header);
    append_block(SEEKTABLE, &[0xff; SEEK_TABLE], &mut header);
    append_comments(&comments, &[], &mut header);
    let blocks = Blocks::after(header.len() as u64);
    let container =
        FlacFile { header, comments, changed: Changed::default(), placeholder, info, blocks, last: false, md5 };
    Ok(Opened { codec: Box::new(codec), container: Box::new(container) })
}

/// The comments and the padding behind them, together as long for all `chapters` that fit into [`ROOM`].
fn append_comments(fields: &[(String, String)], chapters: &[(String, String)], out: &mut Vec<u8>) {
    let block = |fields: &[(String, String)]| vorbis_comment_block(flac::vendor(), fields);
    let comments = block(&[fields, chapters].concat());
    let padding = PADDING_BYTES + block(fields).len() - comments.len();
    append_block(VORBIS_COMMENT, &comments, out);
    append_block(PADDING | LAST, &vec![0; padding], out);
}

/// A block of metadata. Its length has 24 bits, and `content` fewer bytes: `collect` sees to that.
fn append_block(kind: u8, content: &[u8], out: &mut Vec<u8>) {
    debug_assert!(content.len() < 1 << 24);
    out.extend_from_slice(&(content.len() as u32 | u32::from(kind) << 24).to_be_bytes());
    out.extend_from_slice(content);
}

/// Where the content of STREAMINFO begins, and where that of SEEKTABLE does.
const INFO_AT: usize = 8;
const POINTS_AT: usize = INFO_AT + blocks::INFO_BYTES + 4;
/// And where the block of comments does.
const COMMENTS_AT: usize = POINTS_AT + SEEK_TABLE;

struct FlacFile {
    /// As it was begun.
    header: Vec<u8>,
    comments: Vec<(String, String)>,
    changed: Changed,
    placeholder: Vec<u8>,
    info: StreamInfo,
    blocks: Blocks,
    /// No more will be appended.
    last: bool,
    md5: Md5,
}

impl Container for FlacFile {
    fn header(&self) -> &[u8] {
        &self.header
    }

    fn placeholder(&self) -> &[u8] {
        &self.placeholder
    }

    fn max_frames(&self) -> u64 {
        MAX_FRAMES.min(u64::from(self.info.block) * MAX_BLOCKS)
    }

    fn append(&mut self, packets: &mut Packets, out: &mut Vec<u8>) {
        let mut from = 0;
        for &PacketEnd { at, frames } in &packets.ends {
            self.blocks.push((at - from) as u64, frames);
            from = at;
        }
        self.last |= packets.last;
        packets.append_to(out);
    }

    fn playable(&self, len: u64) -> Playable {
        self.blocks.playable(len)
    }

    fn checkpoint(&mut self, len: u64) -> Checkpoint {
        let stated = self.playable(len);
        let (at, total) = self.info.total(stated.frames);
        Checkpoint { patches: vec![Patch { at: INFO_AT as u64 + at, bytes: total.to_vec() }], stated }
    }

    fn complete(&mut self, len: u64) -> Vec<Patch> {
        let Playable { frames, .. } = self.playable(len);
        // Of a file that lacks some of its frames the MD5 is not known.
        let md5 = if self.last && self.blocks.frames() == frames { self.md5.get() } else { None };
        let blocks = self.blocks.until(len);
        let info = self.info.bytes(frames, &blocks, md5);
        let points = blocks.seek_table(self.info.rate);
        let between = &self.header[INFO_AT + blocks::INFO_BYTES..POINTS_AT];
        vec![Patch { at: INFO_AT as u64, bytes: [&info, between, &points].concat() }]
    }

    fn mark(&mut self, markers: &[Marker], _len: u64) -> Marked {
        let (chapters, kept) = vorbis_chapters(markers, self.info.rate.into(), ROOM);
        let mut header = self.header[..COMMENTS_AT].to_vec();
        append_comments(&self.comments, &chapters, &mut header);
        Marked { patches: self.changed.patches(&self.header, &header), kept }
    }
}

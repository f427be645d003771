//! The blocks of samples in a FLAC file, which RFC 9639 calls frames: where they end, and what STREAMINFO and SEEKTABLE
//! say of them.

use crate::container::Playable;

/// Bytes of STREAMINFO (section 8.2), and its type.
pub(super) const INFO_BYTES: usize = 34;
pub(super) const STREAMINFO: u8 = 0;

/// Seek points that there is room for, and bytes of one (section 8.5).
const POINTS: usize = 512;
pub(super) const POINT_BYTES: usize = 18;
pub(super) const SEEK_TABLE: usize = POINTS * POINT_BYTES;
/// Seconds from one point to the next, doubled until there is room for all.
const POINT_SECONDS: u64 = 10;

/// What does not change while a file grows.
pub(super) struct StreamInfo {
    /// Frames of each block but the last.
    pub(super) block: u32,
    pub(super) rate: u32,
    pub(super) channels: usize,
    pub(super) bits: u16,
}

impl StreamInfo {
    /// STREAMINFO of a file with so many frames in these blocks.
    pub(super) fn bytes(&self, frames: u64, blocks: &Blocks, md5: Option<&[u8; 16]>) -> [u8; INFO_BYTES] {
        let mut out = [0; INFO_BYTES];
        let block = self.block.to_be_bytes();
        out[..2].copy_from_slice(&block[2..]);
        out[2..4].copy_from_slice(&block[2..]);
        let (least, most) = blocks.sizes();
        out[4..7].copy_from_slice(&least.to_be_bytes()[1..]);
        out[7..10].copy_from_slice(&most.to_be_bytes()[1..]);
        out[10..18].copy_from_slice(&self.rate_to_total(frames));
        out[18..].copy_from_slice(md5.unwrap_or(&[0; 16]));
        out
    }

    /// 20 bits of rate, 3 of channels and 5 of bits, both less one, and 36 of frames.
    fn rate_to_total(&self, frames: u64) -> [u8; 8] {
        let (channels, bits) = (self.channels as u64 - 1, u64::from(self.bits) - 1);
        (u64::from(self.rate) << 44 | channels << 41 | bits << 36 | frames).to_be_bytes()
    }

    /// The bytes of STREAMINFO that state so many frames, and where they begin in it.
    pub(super) fn total(&self, frames: u64) -> (u64, [u8; 5]) {
        let [_, _, _, total @ ..] = self.rate_to_total(frames);
        (13, total)
    }
}

/// The blocks of a file, each with its bytes and frames.
#[derive(Clone)]
pub(super) struct Blocks {
    header_bytes: u64,
    /// The file's length and its frames, if nothing of it is lost.
    end: Playable,
    /// Some twelve entries a second.
    blocks: Vec<Block>,
}

#[derive(Clone, Copy)]
struct Block {
    bytes: u32,
    frames: u32,
}

impl Blocks {
    /// No block after `header_bytes`.
    pub(super) fn after(header_bytes: u64) -> Self {
        Self { header_bytes, end: Playable { len: header_bytes, frames: 0 }, blocks: Vec::new() }
    }

    /// A block of so many bytes, up to whose end there are `frames`.
    pub(super) fn push(&mut self, bytes: u64, frames: u64) {
        self.blocks.push(Block { bytes: bytes as u32, frames: (frames - self.end.frames) as u32 });
        self.end = Playable { len: self.end.len + bytes, frames };
    }

    /// Frames of all blocks.
    pub(super) fn frames(&self) -> u64 {
        self.end.frames
    }

    /// The last block that lies within the first `len` bytes of the file, and the frames up to its end.
    pub(super) fn playable(&self, len: u64) -> Playable {
        if len < self.header_bytes {
            return Playable { len: 0, frames: 0 };
        }
        let mut end = self.end;
        for block in self.blocks.iter().rev() {
            if end.len <= len {
                break;
            }
            end = Playable { len: end.len - u64::from(block.bytes), frames: end.frames - u64::from(block.frames) };
        }
        end
    }

    /// Those that lie within the first `len` bytes of the file.
    pub(super) fn until(&self, len: u64) -> Self {
        let end = self.playable(len);
        let mut at = self.header_bytes;
        let within = self.blocks.iter().take_while(|block| {
            at += u64::from(block.bytes);
            at <= end.len
        });
        Self { header_bytes: self.header_bytes, end, blocks: within.copied().collect() }
    }

    /// Bytes of the shortest and of the longest block; 0 where there is none, which stands for unknown.
    fn sizes(&self) -> (u32, u32) {
        let sizes = || self.blocks.iter().map(|block| block.bytes);
        (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0))
    }

    /// SEEKTABLE: a point for the block in which each so-many-th second begins.
    pub(super) fn seek_table(&self, rate: u32) -> Vec<u8> {
        let mut step = POINT_SECONDS * u64::from(rate);
        while self.end.frames.div_ceil(step) > POINTS as u64 {
            step *= 2;
        }
        let (mut table, mut next) = (Vec::with_capacity(SEEK_TABLE), 0);
        let (mut byte, mut frame) = (0_u64, 0_u64);
        for block in &self.blocks {
            let end = frame + u64::from(block.frames);
            if end > next {
                table.extend_from_slice(&frame.to_be_bytes());
                table.extend_from_slice(&byte.to_be_bytes());
                table.extend_from_slice(&(block.frames as u16).to_be_bytes());
                // A block longer than a step has one point.
                next = end.next_multiple_of(step).max(next + step);
            }
            (byte, frame) = (byte + u64::from(block.bytes), end);
        }
        // The rest are placeholders.
        table.resize(SEEK_TABLE, 0xff);
        table
    }
}

/// The first frame and the byte behind the metadata of a seek point.
pub(super) fn point(bytes: &[u8]) -> (u64, u64) {
    let number = |at: usize| bytes[at..at + 8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    (number(0), number(8))
}

/// A block of silence, and its frames: the shortest that there is, so that the first real one covers it.
pub(super) fn silence(info: &StreamInfo) -> (Vec<u8>, u64) {
    /// The length that needs no byte of its own (section 9.1.1).
    const COMMON: u32 = 192;
    let (code, frames) = if info.block < COMMON { (6, info.block) } else { (1, COMMON) };
    let bits = if info.bits == 16 { 4 } else { 6 };
    // The rate is that of STREAMINFO; the number of the block is 0.
    let mut out = vec![0xff, 0xf8, code << 4, (info.channels as u8 - 1) << 4 | bits << 1, 0];
    if info.block < COMMON {
        out.push((frames - 1) as u8);
    }
    out.push(crc(&out, 8, 0x07) as u8);
    // A channel: a constant (section 9.2.3), which is 0.
    out.resize(out.len() + info.channels * (1 + usize::from(info.bits / 8)), 0);
    out.extend_from_slice(&crc(&out, 16, 0x8005).to_be_bytes());
    (out, u64::from(frames))
}

/// The CRC of so many bits (sections 9.1.8 and 9.3).
fn crc(bytes: &[u8], bits: u32, polynomial: u16) -> u16 {
    let polynomial = polynomial << (16 - bits);
    let shift = |crc: u16| if crc >> 15 == 1 { crc << 1 ^ polynomial } else { crc << 1 };
    let crc = bytes.iter().fold(0_u16, |crc, &byte| (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| shift(crc)));
    crc >> (16 - bits)
}

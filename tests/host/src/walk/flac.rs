//! FLAC (RFC 9639): blocks of metadata, then frames, which are found by their checksums and not decoded.

use super::vorbis::comment_list;
use super::{Findings, array};

/// What STREAMINFO says (section 8.2).
struct Info {
    block: u64,
    frame_bytes: [usize; 2],
    rate: u32,
    channels: u8,
    bits: u8,
    total: u64,
}

/// A frame that was found: its place behind the metadata, its bytes and its samples.
struct Frame {
    at: usize,
    bytes: usize,
    samples: u64,
}

/// The types of metadata that our files have, in this order (section 8.1).
const TYPES: [u8; 4] = [0, 3, 4, 1];
const LAST: u8 = 0x80;

pub(super) fn walk(bytes: &[u8], findings: &mut Findings) -> Result<(), String> {
    let mut rest = bytes.strip_prefix(b"fLaC").ok_or("no fLaC")?;
    let mut blocks = Vec::new();
    for (nth, kind) in TYPES.into_iter().enumerate() {
        let head = u32::from_be_bytes(array(rest, 0)?);
        let last = if nth + 1 == TYPES.len() { LAST } else { 0 };
        findings.check((head >> 24) as u8 == kind | last, || format!("block {nth} has the type {:#x}", head >> 24));
        let (content, behind) =
            rest[4..].split_at_checked((head & 0xff_ffff) as usize).ok_or("a block of metadata that is cut off")?;
        blocks.push(content);
        rest = behind;
    }
    let info = Info::read(blocks[0], findings)?;
    let behind = comment_list(blocks[2], findings)?;
    findings.check(behind.is_empty(), || "more behind the comments".to_owned());
    findings.check(blocks[3].iter().all(|byte| *byte == 0), || "padding that is not 0".to_owned());
    let frames = info.frames(rest)?;
    let sizes = || frames.iter().map(|frame| frame.bytes);
    let found = [sizes().min().unwrap_or(0), sizes().max().unwrap_or(0)];
    findings.check(found == info.frame_bytes, || format!("frames of {found:?} bytes, not {:?}", info.frame_bytes));
    let total: u64 = frames.iter().map(|frame| frame.samples).sum();
    findings.check(total == info.total, || format!("{total} samples, not {}", info.total));
    for (nth, frame) in frames.iter().enumerate() {
        let right = if nth + 1 < frames.len() { frame.samples == info.block } else { frame.samples <= info.block };
        findings.check(right, || format!("frame {nth} has {} samples", frame.samples));
    }
    seek_points(blocks[1], &frames, info.block, findings)
}

/// SEEKTABLE (section 8.5): points at frames in ascending order, then placeholders.
fn seek_points(table: &[u8], frames: &[Frame], block: u64, findings: &mut Findings) -> Result<(), String> {
    const POINT: usize = 18;
    const PLACEHOLDER: u64 = u64::MAX;

    findings.check(table.len().is_multiple_of(POINT), || "a seek point that is cut off".to_owned());
    let (mut before, mut points) = (None, 0);
    for point in table.chunks_exact(POINT) {
        let (sample, at) = (u64::from_be_bytes(array(point, 0)?), u64::from_be_bytes(array(point, 8)?));
        if sample == PLACEHOLDER {
            findings.check(point.iter().all(|byte| *byte == 0xff), || "a placeholder with a place".to_owned());
            before = Some(PLACEHOLDER);
            continue;
        }
        let found = frames.get((sample / block) as usize);
        let right = found.is_some_and(|frame| {
            sample.is_multiple_of(block)
                && frame.at as u64 == at
                && frame.samples == u64::from(u16::from_be_bytes([point[16], point[17]]))
        });
        findings.check(right, || format!("a seek point to sample {sample} at {at}, where no frame begins"));
        findings.check(before.is_none_or(|before| before < sample), || format!("the seek point to {sample} is late"));
        before = Some(sample);
        points += 1;
    }
    findings.check((points > 0) != frames.is_empty(), || format!("{points} seek points"));
    Ok(())
}

impl Info {
    fn read(block: &[u8], findings: &mut Findings) -> Result<Self, String> {
        let head: [u8; 34] = array(block, 0)?;
        let [least, most] = [0, 2].map(|at| u64::from(u16::from_be_bytes([head[at], head[at + 1]])));
        findings.check(block.len() == 34 && least == most && (16..=4608).contains(&most), || {
            format!("STREAMINFO of {} bytes with blocks of {least} to {most} samples", block.len())
        });
        let packed = u64::from_be_bytes(array(&head, 10)?);
        Ok(Self {
            block: most.max(1),
            frame_bytes: [4, 7].map(|at| u32::from_be_bytes([0, head[at], head[at + 1], head[at + 2]]) as usize),
            rate: (packed >> 44) as u32,
            channels: (packed >> 41 & 7) as u8 + 1,
            bits: (packed >> 36 & 31) as u8 + 1,
            total: packed & 0xf_ffff_ffff,
        })
    }

    /// The frames that fill `bytes`: one ends where its CRC-16 is right and the next one, or nothing, follows.
    fn frames(&self, bytes: &[u8]) -> Result<Vec<Frame>, String> {
        let (mut frames, mut at) = (Vec::new(), 0);
        while at < bytes.len() {
            let number = frames.len() as u64;
            let samples =
                self.header(&bytes[at..], number).ok_or_else(|| format!("frame {number} does not begin at {at}"))?;
            let mut crc = 0;
            let ends = |(index, byte): (usize, &u8)| {
                crc = CRC_16[usize::from((crc >> 8) as u8 ^ byte)] ^ crc << 8;
                let end = at + index + 1;
                (crc == 0 && (end == bytes.len() || self.header(&bytes[end..], number + 1).is_some())).then_some(end)
            };
            let end = bytes[at..].iter().enumerate().find_map(ends);
            let end = end.ok_or_else(|| format!("frame {number} does not end"))?;
            frames.push(Frame { at, bytes: end - at, samples });
            at = end;
        }
        Ok(frames)
    }

    /// The samples of the frame `number` if `bytes` begin with its header (section 9.1).
    fn header(&self, bytes: &[u8], number: u64) -> Option<u64> {
        let head = bytes.get(..4)?;
        let channels = match head[3] >> 4 {
            count @ 0..=7 => count + 1,
            8..=10 => 2,
            _ => return None,
        };
        let bits = match head[3] >> 1 & 7 {
            4 => 16,
            6 => 24,
            _ => return None,
        };
        if head[..2] != [0xff, 0xf8] || (channels, bits) != (self.channels, self.bits) || head[3] & 1 == 1 {
            return None;
        }
        let mut at = 4;
        (coded_number(bytes, &mut at)? == number).then_some(())?;
        let mut big = |len: usize| {
            let found = bytes.get(at..at + len)?;
            at += len;
            Some(found.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
        };
        let samples = match head[2] >> 4 {
            1 => 192,
            short @ 2..=5 => 576 << (short - 2),
            6 => big(1)? + 1,
            7 => big(2)? + 1,
            long @ 8.. => 256 << (long - 8),
            0 => return None,
        };
        const RATES: [u64; 12] =
            [0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
        let rate = match head[2] & 15 {
            12 => big(1)? * 1000,
            13 => big(2)?,
            14 => big(2)? * 10,
            code => *RATES.get(usize::from(code))?,
        };
        (rate == u64::from(self.rate)).then_some(())?;
        let crc = bytes[..at].iter().fold(0_u8, |crc, byte| {
            (0..8).fold(crc ^ byte, |crc, _| if crc >> 7 == 1 { crc << 1 ^ 0x07 } else { crc << 1 })
        });
        (bytes.get(at) == Some(&crc)).then_some(samples)
    }
}

/// A number in the extended UTF-8 of frame headers (section 9.1.5).
fn coded_number(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let first = *bytes.get(*at)?;
    *at += 1;
    let more = match first.leading_ones() {
        0 => return Some(first.into()),
        ones @ 2..=7 => ones - 1,
        _ => return None,
    };
    (0..more).try_fold(u64::from(first) & ((1 << (6 - more)) - 1), |number, _| {
        let byte = *bytes.get(*at)?;
        *at += 1;
        (byte >> 6 == 2).then_some(number << 6 | u64::from(byte & 63))
    })
}

/// CRC-16 with the polynomial 0x8005, highest bit first, from 0.
const CRC_16: [u16; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = (index as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc >> 15 == 1 { crc << 1 ^ 0x8005 } else { crc << 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

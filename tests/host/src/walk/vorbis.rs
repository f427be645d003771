//! The packets of Vorbis I, as far as it takes to count frames.

use super::{Findings, array};

/// What an encoder was set up to.
pub(super) struct Setup {
    /// Frames of a short and of a long block.
    blocks: [i64; 2],
    /// For each mode, whether its blocks are long.
    modes: Vec<bool>,
    /// Frames of the block before.
    previous: Option<i64>,
}

/// The identification header (4.2.2).
pub(super) fn identification(packet: &[u8], findings: &mut Findings) -> Result<Setup, String> {
    let head: [u8; 30] = array(packet, 0)?;
    let rate = u32::from_le_bytes(array(&head, 12)?);
    let blocks = [head[28] & 15, head[28] >> 4];
    findings.check(packet.len() == 30 && head.starts_with(b"\x01vorbis\0\0\0\0") && head[29] == 1, || {
        "no identification header".to_owned()
    });
    findings.check(head[11] > 0 && rate > 0, || format!("{} channels at {rate} Hz", head[11]));
    findings.check(6 <= blocks[0] && blocks[0] <= blocks[1] && blocks[1] <= 13, || format!("blocks of 2^{blocks:?}"));
    Ok(Setup { blocks: blocks.map(|exponent| 1 << exponent), modes: Vec::new(), previous: None })
}

/// The comment header (section 5).
pub(super) fn comments(packet: &[u8], findings: &mut Findings) -> Result<(), String> {
    let rest = comment_list(packet.strip_prefix(b"\x03vorbis").ok_or("no comment header")?, findings)?;
    // The framing bit; zeros behind it are room.
    findings
        .check(rest.split_first().is_some_and(|(bit, room)| *bit == 1 && room.iter().all(|byte| *byte == 0)), || {
            "comments without a framing bit at their end".to_owned()
        });
    Ok(())
}

/// The vendor and the comments that `rest` begins with; what follows them.
pub(super) fn comment_list<'a>(mut rest: &'a [u8], findings: &mut Findings) -> Result<&'a [u8], String> {
    let number = |rest: &mut &[u8]| -> Result<usize, String> {
        let found = u32::from_le_bytes(array(rest, 0)?);
        *rest = &rest[4..];
        Ok(found as usize)
    };
    let text = |rest: &mut &[u8], len: usize| -> Result<String, String> {
        let (text, behind) = rest.split_at_checked(len).ok_or("a comment that is cut off")?;
        *rest = behind;
        String::from_utf8(text.to_vec()).map_err(|_| "a comment that is not UTF-8".to_owned())
    };
    let len = number(&mut rest)?;
    let vendor = text(&mut rest, len)?;
    findings.check(!vendor.is_empty(), || "no vendor".to_owned());
    for _ in 0..number(&mut rest)? {
        let len = number(&mut rest)?;
        let comment = text(&mut rest, len)?;
        let named = comment.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| (b' '..=b'}').contains(&byte)) && !comment.contains('\0')
        });
        findings.check(named, || format!("a comment {:?}", comment.chars().take(40).collect::<String>()));
    }
    Ok(rest)
}

impl Setup {
    /// The modes, with which the setup header ends (4.2.4).
    ///
    /// What stands before them takes a decoder to read. Backwards, there is the framing bit, then 41 bits for each mode
    /// with 0 for the types of window and transform, then their number. Of the numbers that fit the greatest counts, as
    /// in FFmpeg.
    pub(super) fn read_modes(&mut self, packet: &[u8]) -> Result<(), String> {
        const MODE: usize = 1 + 16 + 16 + 8;

        if !packet.starts_with(b"\x05vorbis") {
            return Err("no setup header".to_owned());
        }
        let bit = |at: usize| packet[at / 8] >> (at % 8) & 1;
        let number =
            |at: usize, bits: usize| (0..bits).fold(0_u64, |sum, index| sum | u64::from(bit(at + index)) << index);
        let framing = (0..packet.len() * 8).rev().find(|&at| bit(at) == 1).ok_or("an empty setup header")?;
        if framing / 8 + 1 != packet.len() {
            return Err("a setup header that goes on".to_owned());
        }
        let mut begin = framing;
        let mut modes = Vec::new();
        while begin >= 7 * 8 + MODE + 6 && modes.len() < 64 {
            let mode = begin - MODE;
            if number(mode + 1, 32) != 0 || number(mode + 33, 8) > 63 {
                break;
            }
            begin = mode;
            modes.insert(0, bit(mode) == 1);
            if number(begin - 6, 6) + 1 == modes.len() as u64 {
                self.modes.clone_from(&modes);
            }
        }
        if self.modes.is_empty() { Err("no modes".to_owned()) } else { Ok(()) }
    }

    /// Frames that an audio packet completes (4.3.8).
    pub(super) fn frames(&mut self, packet: &[u8]) -> Result<i64, String> {
        let first = *packet.first().ok_or("an empty audio packet")?;
        let bits = usize::BITS - (self.modes.len() - 1).leading_zeros();
        let mode = usize::from(first >> 1 & ((1 << bits) - 1));
        let long = *self.modes.get(mode).filter(|_| first & 1 == 0).ok_or("no audio packet")?;
        let block = self.blocks[usize::from(long)];
        Ok(self.previous.replace(block).map_or(0, |previous| previous / 4 + block / 4))
    }
}

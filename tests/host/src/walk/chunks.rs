//! Chunks of RIFF and IFF files: EA IFF 85, "Chunks".

use std::fs::File;
use std::ops::Range;

use super::{Findings, array, name, read};

#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    pub(super) id: [u8; 4],
    /// Where its content begins.
    pub(super) at: u64,
    pub(super) size: u64,
}

/// The order of the bytes of a number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Result<u16, String> {
        let bytes = array(bytes, at)?;
        Ok(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Result<u32, String> {
        let bytes = array(bytes, at)?;
        Ok(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }
}

/// The chunks that fill `range`, where `size` may know better than the chunk how long it is.
pub(super) fn scan(
    file: &mut File,
    range: Range<u64>,
    order: Order,
    size: impl Fn([u8; 4], u32) -> u64,
    findings: &mut Findings,
) -> Result<Vec<Chunk>, String> {
    let mut chunks = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let head = read(file, at, 8).map_err(|_| format!("{} stray bytes at {at}", range.end - at))?;
        let id = array(&head, 0)?;
        let size = size(id, order.u32(&head, 4)?);
        // "Printable", with blanks at the end alone.
        let text =
            id.iter().rev().skip_while(|byte| **byte == b' ').all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        findings.check(text && id[0] != b' ', || format!("an id {:?} at {at}", name(id)));
        let end = at + 8 + size;
        if end + size % 2 > range.end {
            let lacking = end + size % 2 - range.end;
            return Err(format!("{} at {at} with its {size} bytes lacks {lacking} of them or its pad byte", name(id)));
        }
        if size % 2 == 1 {
            let pad = read(file, end, 1)?;
            findings.check(pad == [0], || format!("{} at {at} is padded by {pad:?}", name(id)));
        }
        chunks.push(Chunk { id, at: at + 8, size });
        at = end + size % 2;
    }
    Ok(chunks)
}

/// The content of a chunk that is not audio.
pub(super) fn content(file: &mut File, chunk: Chunk) -> Result<Vec<u8>, String> {
    /// The metadata of a take is text of at most 15 MiB, in up to three places.
    const MOST: u64 = 64 << 20;

    if chunk.size > MOST {
        return Err(format!("{} has {} bytes", name(chunk.id), chunk.size));
    }
    read(file, chunk.at, chunk.size)
}

/// The one chunk of that name, if there is one.
pub(super) fn only(chunks: &[Chunk], id: [u8; 4], findings: &mut Findings) -> Option<Chunk> {
    let mut found = chunks.iter().filter(|chunk| chunk.id == id);
    let first = found.next().copied();
    findings.check(found.next().is_none(), || format!("{} is there twice", name(id)));
    first
}

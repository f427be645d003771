//! The pages of an OGG file (RFC 3533, section 6): where they end, what has been played there, and one of silence.

use super::Playable;

/// The ends of a file's audio pages.
pub(super) struct Pages {
    header_bytes: u64,
    /// Of all that has been counted: the file's length and its frames, if nothing of it is lost.
    end: Playable,
    /// What each page adds, the ones on which no packet ends counted with the page after them. Some nine
    /// entries a second.
    pages: Vec<Page>,
    /// Bytes of pages that wait for the page after them.
    pending: u64,
}

struct Page {
    bytes: u32,
    frames: u32,
}

/// Bytes of a page header before its segment table.
const FIXED_HEADER: usize = 27;

impl Pages {
    /// No audio page after `header_bytes`.
    pub(super) fn after(header_bytes: u64) -> Self {
        Self { header_bytes, end: Playable { len: header_bytes, frames: 0 }, pages: Vec::new(), pending: 0 }
    }

    /// Counts whole pages, in the order of the file.
    pub(super) fn count(&mut self, mut bytes: &[u8]) {
        while let Some(page) = page_len(bytes) {
            let mut granule = [0; 8];
            granule.copy_from_slice(&bytes[6..14]);
            self.pending += page as u64;
            bytes = &bytes[page..];
            // -1: no packet ends on this page.
            if let Ok(frames) = u64::try_from(i64::from_le_bytes(granule)) {
                let added = frames.saturating_sub(self.end.frames);
                self.pages.push(Page { bytes: self.pending as u32, frames: added as u32 });
                self.end = Playable { len: self.end.len + self.pending, frames: self.end.frames + added };
                self.pending = 0;
            }
        }
        debug_assert!(bytes.is_empty());
    }

    /// The last page that lies within the first `len` bytes of the file, and the frames up to its end.
    pub(super) fn playable(&self, len: u64) -> Playable {
        if len < self.header_bytes {
            return Playable { len: 0, frames: 0 };
        }
        let mut end = self.end;
        for page in self.pages.iter().rev() {
            if end.len <= len {
                break;
            }
            end = Playable { len: end.len - u64::from(page.bytes), frames: end.frames - u64::from(page.frames) };
        }
        end
    }
}

/// The length of the page that `bytes` begins with.
pub(super) fn page_len(bytes: &[u8]) -> Option<usize> {
    let segments = usize::from(*bytes.get(FIXED_HEADER - 1)?);
    let table = bytes.get(FIXED_HEADER..FIXED_HEADER + segments)?;
    let len = FIXED_HEADER + segments + table.iter().map(|&segment| usize::from(segment)).sum::<usize>();
    (len <= bytes.len()).then_some(len)
}

/// The shortest audio page after the header pages `headers` that all programs take: two packets of silence.
///
/// An audio packet of nothing but zeros is a short block in which no channel has a floor, and so no sound (Vorbis I,
/// section 4.3). FFmpeg needs one packet to open a file; the first has no frames yet, and ogginfo wants some.
pub(super) fn silence(headers: &[u8], channels: u8) -> Vec<u8> {
    let (mut last, mut rest) = (headers, headers);
    while let Some(len) = page_len(rest) {
        (last, rest) = (rest, &rest[len..]);
    }
    let field = |at: usize| last.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
    let (serial, number) = (field(SERIAL), u32::from_le_bytes(field(SERIAL + 4)));
    let (short, long) = block_sizes(headers);
    // The packet's type, and its mode if there are two, and a bit for each channel.
    let packet = (1 + usize::from(short != long) + usize::from(channels)).div_ceil(8) as u8;

    let mut page = b"OggS\0\0".to_vec();
    page.extend((short / 2).to_le_bytes());
    page.extend(serial);
    page.extend((number + 1).to_le_bytes());
    page.extend([0; 4]);
    page.extend([2, packet, packet]);
    page.resize(page.len() + 2 * usize::from(packet), 0);
    let sum = checksum(&page);
    page[CHECKSUM..CHECKSUM + 4].copy_from_slice(&sum.to_le_bytes());
    page
}

/// Where a page's header states the number of its stream, before its own.
const SERIAL: usize = 14;
const CHECKSUM: usize = 22;

/// Frames of the two kinds of block: in the first packet, alone on the first page (Vorbis I, section 4.2.2). libvorbis
/// makes streams with one mode for each kind, and with one mode where they are the same.
fn block_sizes(headers: &[u8]) -> (u64, u64) {
    let sizes = headers.get(FIXED_HEADER + 1 + 28).copied().unwrap_or(0);
    (1 << (sizes & 0xf), 1 << (sizes >> 4))
}

/// CRC-32, most significant bit first; the bytes of its own field count as 0.
fn checksum(page: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x04c1_1db7;

    let shift = |crc: u32, _| if crc >> 31 == 1 { crc << 1 ^ POLYNOMIAL } else { crc << 1 };
    page.iter().fold(0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte) << 24, shift))
}

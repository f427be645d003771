//! The pages of an OGG file (RFC 3533, section 6): where they end, and what can be decoded there.

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

/// A packet of silence for a stream that begins with the packet `identification`, and the frames that can be decoded
/// after two of them: the shortest page that all programs take. FFmpeg needs one packet to open a file; the first has no
/// frames yet, and ogginfo wants some.
///
/// An audio packet of nothing but zeros is a short block in which no channel has a floor, and so no sound (Vorbis I,
/// section 4.3).
pub(super) fn silence(identification: &[u8], channels: usize) -> (Vec<u8>, u64) {
    let (short, long) = block_sizes(identification);
    // The packet's type, and its mode if there are two, and a bit for each channel.
    let bits = 1 + usize::from(short != long) + channels;
    (vec![0; bits.div_ceil(8)], short / 2)
}

/// Frames of the two kinds of block (Vorbis I, section 4.2.2). libvorbis makes streams with one mode for each kind, and
/// with one mode where they are the same.
fn block_sizes(identification: &[u8]) -> (u64, u64) {
    let sizes = identification.get(28).copied().unwrap_or(0);
    (1 << (sizes & 0xf), 1 << (sizes >> 4))
}

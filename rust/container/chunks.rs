//! Chunks of RIFF (little-endian) and IFF (big-endian) files, and headers whose sizes follow the file.

use std::ops::Range;

use crate::container::{Patch, Playable};

/// Appends a chunk of a RIFF file, with the byte that pads it to an even length.
pub(crate) fn riff(id: &[u8; 4], body: &[u8], out: &mut Vec<u8>) {
    append(id, length(body).to_le_bytes(), body, out);
}

/// Appends a chunk of an IFF file, with the byte that pads it to an even length.
pub(crate) fn iff(id: &[u8; 4], body: &[u8], out: &mut Vec<u8>) {
    append(id, length(body).to_be_bytes(), body, out);
}

fn length(body: &[u8]) -> u32 {
    u32::try_from(body.len()).expect("chunks in front of the first frame are small")
}

fn append(id: &[u8; 4], length: [u8; 4], body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(id);
    out.extend_from_slice(&length);
    out.extend_from_slice(body);
    out.extend(&[0][..body.len() % 2]);
}

/// Everything in front of the first frame, of a file that ends with its frames, perhaps a pad byte, and perhaps chunks.
#[derive(Clone)]
pub(crate) struct Header {
    bytes: Vec<u8>,
    frame_bytes: u64,
    /// Where the chunks behind the frames are, or would be.
    behind: Option<Range<u64>>,
    /// What [`Header::set`] has set since the last [`Header::patches`].
    set: Vec<Range<usize>>,
}

/// Fields within this many bytes are one patch, so that no kill comes between them.
const ONE_PATCH: usize = 4096;

impl Header {
    pub(crate) fn new(bytes: Vec<u8>, frame_bytes: usize) -> Self {
        Self { bytes, frame_bytes: frame_bytes as u64, behind: None, set: Vec::new() }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    pub(crate) fn frame_bytes(&self) -> usize {
        self.frame_bytes as usize
    }

    /// Length of a file that holds `frames`.
    pub(crate) fn end_of(&self, frames: u64) -> u64 {
        self.len() + frames * self.frame_bytes
    }

    /// The whole frames in a file of `len` bytes; nothing without a whole header.
    pub(crate) fn playable(&self, len: u64) -> Playable {
        let audio = self.behind.as_ref().map_or(len, |behind| len.min(behind.start));
        match audio.checked_sub(self.len()) {
            Some(data) => {
                let frames = data / self.frame_bytes;
                Playable { len: self.end_of(frames), frames }
            }
            None => Playable { len: 0, frames: 0 },
        }
    }

    /// The whole frames in a file of `len` bytes, or one less where they are an odd number of bytes: a file that grows
    /// has audio where the pad byte would belong.
    pub(crate) fn even(&self, len: u64) -> Playable {
        let Playable { len, frames } = self.playable(len);
        if len % 2 == 0 {
            Playable { len, frames }
        } else {
            Playable { len: len - self.frame_bytes, frames: frames - 1 }
        }
    }

    /// The byte that pads the last chunk of a file of `len` bytes to an even length, if it needs one.
    pub(crate) fn pad(&self, len: u64) -> Vec<u8> {
        vec![0; (self.playable(len).len % 2) as usize]
    }

    /// So many bytes of chunks come behind a file of `len` bytes, which is complete but for them.
    pub(crate) fn set_behind(&mut self, len: u64, bytes: u64) {
        self.behind = (bytes > 0).then_some(len..len + bytes);
    }

    /// Bytes behind the frames of a file of `len` bytes that belong to it: the pad byte, if it is there, and the chunks, if
    /// they are there to the end.
    pub(crate) fn extra(&self, len: u64) -> u64 {
        match &self.behind {
            Some(behind) if behind.end == len => len - self.playable(len).len,
            _ => self.pad(len).len().min((len - self.playable(len).len) as usize) as u64,
        }
    }

    /// Whether a file of `len` bytes has all chunks behind its frames.
    pub(crate) fn has_behind(&self, len: u64) -> bool {
        self.behind.as_ref().is_some_and(|behind| behind.end == len)
    }

    /// Sets a field.
    pub(crate) fn set(&mut self, at: usize, value: &[u8]) {
        let range = at..at + value.len();
        self.bytes[range.clone()].copy_from_slice(value);
        self.set.push(range);
    }

    /// All fields that were set, those in front first, whether their values are new or not: what became of earlier
    /// patches is not known here.
    pub(crate) fn patches(&mut self) -> Vec<Patch> {
        self.set.sort_by_key(|range| range.start);
        let mut patches = Vec::new();
        let mut rest = &self.set[..];
        while let Some(first) = rest.first() {
            let together = rest.iter().take_while(|range| range.end - first.start <= ONE_PATCH).count().max(1);
            let end = rest[..together].iter().fold(first.end, |end, range| end.max(range.end));
            patches.push(Patch { at: first.start as u64, bytes: self.bytes[first.start..end].to_vec() });
            rest = &rest[together..];
        }
        self.set.clear();
        patches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_chunks_are_padded_and_tell_their_own_length() {
        let mut out = Vec::new();
        riff(b"abcd", b"xyz", &mut out);
        iff(b"even", b"12", &mut out);
        assert_eq!(out, b"abcd\x03\0\0\0xyz\0even\0\0\0\x0212");
    }

    #[test]
    fn patches_bring_a_copy_up_to_date_wherever_the_fields_stand() {
        let mut header = Header::new(vec![0; 3 * ONE_PATCH], 1);
        let mut copy = header.bytes().to_vec();
        header.set(3 * ONE_PATCH - 2, b"zz");
        header.set(8, b"b");
        header.set(4, b"aa");
        header.set(ONE_PATCH + 4, b"far");
        let patches = header.patches();
        assert_eq!(patches.iter().map(|patch| patch.at).collect::<Vec<_>>(), [4, ONE_PATCH as u64 + 4, 12286]);
        for Patch { at, bytes } in patches {
            copy[at as usize..][..bytes.len()].copy_from_slice(&bytes);
        }
        assert!(copy == header.bytes());
        assert!(header.patches().is_empty());
        // The file may lack what it was given before.
        header.set(4, b"aa");
        assert_eq!(header.patches(), [Patch { at: 4, bytes: b"aa".to_vec() }]);
    }

    #[test]
    fn the_last_chunk_is_padded_to_an_even_length() {
        let header = Header::new(vec![0; 10], 3);
        assert_eq!([header.pad(13), header.pad(16), header.pad(5)], [vec![0], vec![], vec![]]);
        assert_eq!([13, 14, 15, 16, 17].map(|len| header.extra(len)), [0, 1, 1, 0, 0]);
    }

    #[test]
    fn chunks_behind_the_frames_are_none_of_them_and_count_when_they_are_whole() {
        let mut header = Header::new(vec![0; 10], 3);
        header.set_behind(14, 20);
        assert_eq!([13, 14, 20, 34].map(|len| header.playable(len).frames), [1; 4]);
        assert_eq!([13, 14, 20, 34].map(|len| header.extra(len)), [0, 1, 1, 21]);
        assert_eq!([14, 33, 34].map(|len| header.has_behind(len)), [false, false, true]);
        header.set_behind(14, 0);
        assert_eq!(header.playable(20).frames, 3);
    }

    #[test]
    fn only_whole_frames_are_playable() {
        let header = Header::new(vec![0; 10], 6);
        let playable = |len| (header.playable(len).len, header.playable(len).frames);
        assert_eq!([playable(0), playable(9), playable(10)], [(0, 0), (0, 0), (10, 0)]);
        assert_eq!([playable(15), playable(16), playable(23)], [(10, 0), (16, 1), (22, 2)]);
    }

    #[test]
    fn one_frame_less_makes_an_odd_number_of_bytes_even() {
        let header = Header::new(vec![0; 10], 3);
        let even = |len| (header.even(len).len, header.even(len).frames);
        assert_eq!([even(9), even(10), even(13), even(15)], [(0, 0), (10, 0), (10, 0), (10, 0)]);
        assert_eq!([even(16), even(18), even(19), even(22)], [(16, 2), (16, 2), (16, 2), (22, 4)]);
    }
}

//! Chunks of RIFF (little-endian) and IFF (big-endian) files, and headers whose sizes follow the file.

use std::ops::Range;

use crate::container::Playable;
use crate::destination::take_file::TakeFile;
use crate::messages::Problem;

/// Appends a chunk of a RIFF file, with the byte that pads it to an even length.
pub(crate) fn riff(id: &[u8; 4], body: &[u8], out: &mut Vec<u8>) {
    append(id, length(body).to_le_bytes(), body, out);
}

/// Appends a chunk of an IFF file, with the byte that pads it to an even length.
pub(crate) fn iff(id: &[u8; 4], body: &[u8], out: &mut Vec<u8>) {
    append(id, length(body).to_be_bytes(), body, out);
}

fn length(body: &[u8]) -> u32 {
    u32::try_from(body.len()).expect("chunks in front of the sound are small")
}

fn append(id: &[u8; 4], length: [u8; 4], body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(id);
    out.extend_from_slice(&length);
    out.extend_from_slice(body);
    out.extend(&[0][..body.len() % 2]);
}

/// Everything in front of the first frame, of a file that ends with its frames.
pub(crate) struct Header {
    bytes: Vec<u8>,
    frame_bytes: u64,
    /// What [`Header::set`] changed since the last [`Header::flush`].
    changed: Vec<Range<usize>>,
}

/// Changes within this many bytes go to the file in one write, so that no kill comes between them.
const ONE_WRITE: usize = 4096;

impl Header {
    pub(crate) fn new(bytes: Vec<u8>, frame_bytes: usize) -> Self {
        Self { bytes, frame_bytes: frame_bytes as u64, changed: Vec::new() }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Length of a file that holds `frames`.
    pub(crate) fn end_of(&self, frames: u64) -> u64 {
        self.len() + frames * self.frame_bytes
    }

    /// The whole frames in a file of `len` bytes; nothing without a whole header.
    pub(crate) fn playable(&self, len: u64) -> Playable {
        match len.checked_sub(self.len()) {
            Some(data) => {
                let frames = data / self.frame_bytes;
                Playable { len: self.end_of(frames), frames }
            }
            None => Playable { len: 0, frames: 0 },
        }
    }

    /// Changes bytes, for the next [`Header::flush`].
    pub(crate) fn set(&mut self, at: usize, value: &[u8]) {
        let range = at..at + value.len();
        if self.bytes[range.clone()] != *value {
            self.bytes[range.clone()].copy_from_slice(value);
            self.changed.push(range);
        }
    }

    /// Brings the file's header up to date, front first.
    pub(crate) fn flush(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        self.changed.sort_by_key(|range| range.start);
        let mut rest = &self.changed[..];
        while let Some(first) = rest.first() {
            let together = rest.iter().take_while(|range| range.end - first.start <= ONE_WRITE).count().max(1);
            let end = rest[..together].iter().fold(first.end, |end, range| end.max(range.end));
            file.patch(first.start as u64, &self.bytes[first.start..end])?;
            rest = &rest[together..];
        }
        self.changed.clear();
        Ok(())
    }

    /// Cuts off a part of a frame that a failing disk left behind, and pads the last chunk to an even length.
    pub(crate) fn complete(&self, file: &mut TakeFile) -> Result<(), Problem> {
        let end = self.playable(file.len()).len;
        if file.len() > end {
            file.truncate(end)?;
        }
        file.append(&[0][..(end % 2) as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::testing::Scratch;

    #[test]
    fn odd_chunks_are_padded_and_tell_their_own_length() {
        let mut out = Vec::new();
        riff(b"abcd", b"xyz", &mut out);
        iff(b"even", b"12", &mut out);
        assert_eq!(out, b"abcd\x03\0\0\0xyz\0even\0\0\0\x0212");
    }

    #[test]
    fn flush_writes_what_was_set_wherever_it_stands() {
        let scratch = Scratch::new("header.bin");
        let mut file = scratch.take_file();
        let mut header = Header::new(vec![0; 3 * ONE_WRITE], 1);
        file.append(header.bytes()).unwrap();
        header.set(3 * ONE_WRITE - 2, b"zz");
        header.set(8, b"b");
        header.set(4, b"aa");
        header.set(ONE_WRITE + 4, b"far");
        header.flush(&mut file).unwrap();
        assert!(scratch.bytes() == header.bytes());
        header.set(4, b"aa");
        assert!(header.changed.is_empty());
    }

    #[test]
    fn only_whole_frames_are_playable() {
        let header = Header::new(vec![0; 10], 6);
        let playable = |len| (header.playable(len).len, header.playable(len).frames);
        assert_eq!([playable(0), playable(9), playable(10)], [(0, 0), (0, 0), (10, 0)]);
        assert_eq!([playable(15), playable(16), playable(23)], [(10, 0), (16, 1), (22, 2)]);
    }
}

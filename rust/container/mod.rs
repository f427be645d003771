//! Files around packets. A container says what to write where; it never touches a file, and knows no samples.
//!
//! # The contract
//!
//! One container stands for one file: it is made by [`Format::open`](crate::formats::Format) on the encoding thread and
//! moves to the destination's thread, which owns the file and calls it in this order:
//!
//! 1. [`Container::header`] is written when the file is opened, with [`Container::placeholder`] behind it: silence, as
//!    short as it can be for every program to open the file before there is sound. The first bytes that are appended
//!    overwrite it; what is left of it at the end is cut off. So they may overwrite a part of it only if the rest then
//!    still is sound.
//! 2. [`Container::append`] turns packets into the bytes that go to the file, in order. The destination may write them
//!    late and in pieces: a container believes only the length that it is told.
//! 3. [`Container::checkpoint`], at least once a second: what to overwrite so that a file of so many bytes, all of them
//!    written, can be played if the process dies the next moment. Not asked while any of the placeholder is left. It
//!    costs microseconds.
//! 4. At the end, when all packets are in the file: [`Container::tail`] is appended, then [`Container::complete`] says
//!    what to overwrite. A file without a frame goes the same way, and is a whole file of no length.
//! 5. After a failure instead: the file is cut to what [`Container::playable`] says, [`Container::pad`] is appended, then
//!    [`Container::complete`] says what to overwrite. A disk that refuses the pad is asked for a checkpoint instead, and
//!    what that does not state is cut off.
//!
//! [`Container::mark`] is asked whenever the file has other markers than the last time, at checkpoints and at the end; the
//! patches go the same way as the others. What does not fit into the header stands behind the tail:
//! [`Container::behind`].
//!
//! A file that takes no more before its part is over is completed as after a failure. If the container has a
//! [`Container::successor`], the packets that follow go into another file, from any frame on.
//!
//! Patches are written in the order given. One that comes later may rely on those before it, and none may make a file
//! unreadable whose process dies before the next one is written.

pub(crate) mod aiff;
mod chunks;
pub(crate) mod markers;
pub(crate) mod metadata;
pub(crate) mod mp3;
pub(crate) mod ogg;
pub(crate) mod wav;

#[cfg(test)]
mod contract;
#[cfg(test)]
mod first_moment;
#[cfg(test)]
pub(crate) mod testing;

use self::markers::{Marked, Marker};
use crate::codec::Packets;

/// Lays out one file. The module's documentation has the contract.
pub(crate) trait Container: Send {
    /// The first bytes of the file: whatever stands before the first frame.
    fn header(&self) -> &[u8];

    /// Silence that stands behind the header until there is sound.
    fn placeholder(&self) -> &[u8] {
        &[]
    }

    /// Frames that the file can hold. A part of a take ends before there are more.
    fn max_frames(&self) -> u64 {
        u64::MAX
    }

    /// Takes all `packets` and appends to `out` what goes to the file.
    fn append(&mut self, packets: &mut Packets, out: &mut Vec<u8>) {
        packets.append_to(out);
    }

    /// How much can be played of a file that ends after `len` bytes of those that were appended.
    fn playable(&self, len: u64) -> Playable;

    /// What makes a file of `len` bytes playable as far as it goes.
    fn checkpoint(&mut self, len: u64) -> Checkpoint;

    /// What is appended to a file that was cut after `len` bytes, which can be played.
    fn pad(&self, _len: u64) -> Vec<u8> {
        Vec::new()
    }

    /// What is appended behind the last packet of a file of `len` bytes.
    fn tail(&mut self, len: u64) -> Vec<u8> {
        self.pad(len)
    }

    /// What completes a file of `len` bytes, the tail included; a disk that was full may have refused the tail.
    fn complete(&mut self, len: u64) -> Vec<Patch>;

    /// Puts `markers`, all that there are and in the order of their frames, into the room that the header has for them, in
    /// a file of `len` bytes. None of them is behind its last frame.
    ///
    /// Formats with Vorbis comments reserve [`markers::ROOM`] bytes as padding behind these, fill them with the fields
    /// of [`markers::vorbis_chapters`], and patch from the first byte that changes to the last. A format without markers
    /// keeps none.
    fn mark(&mut self, _markers: &[Marker], _len: u64) -> Marked {
        Marked::default()
    }

    /// What is appended behind the tail of a file of `len` bytes: all `markers`, if they are more than the header has room
    /// for.
    fn behind(&mut self, _markers: &[Marker], _len: u64) -> Vec<u8> {
        Vec::new()
    }

    /// Where the packets that follow can go on from any frame, if the format allows that: PCM does, while the packets of
    /// an encoder need those before them.
    fn successor(&self) -> Option<Successor> {
        None
    }
}

/// See [`Container::successor`].
pub(crate) struct Successor {
    pub(crate) container: Box<dyn Container>,
    /// Bytes of a frame; the file has nothing else behind its header.
    pub(crate) frame_bytes: usize,
}

/// Bytes that overwrite others of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Patch {
    pub(crate) at: u64,
    pub(crate) bytes: Vec<u8>,
}

/// See [`Container::checkpoint`].
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) patches: Vec<Patch>,
    /// What a reader finds in the file then: all that can be played of it, or one frame less where sizes must be even.
    pub(crate) stated: Playable,
}

/// What can be played of a file that ends early.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Playable {
    /// Bytes to keep: whole frames, packets or pages. 0 for a file that is of no use.
    pub(crate) len: u64,
    /// Frames that a decoder reads from them.
    pub(crate) frames: u64,
}

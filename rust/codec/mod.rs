//! Samples become packets, on the encoding thread. A codec knows no file and no container.
//!
//! # The contract
//!
//! - A codec is made by [`Format::open`](crate::formats::Format) for one part of a take: one layout, one file. The next
//!   part gets a new one.
//! - [`Codec::encode`] takes every frame it is given, in order, and appends the packets that are complete by then. It
//!   may hold back at most half a second of sound, so that a killed take lacks no more than that; nothing flushes it
//!   before a checkpoint.
//! - [`Codec::finish`] is called once, after the last frame, appends all that was held back and sets [`Packets::last`].
//!   Also without a single frame it may append packets: whatever the format needs to be a whole file. Nothing is called
//!   after it.
//! - Each packet says how many frames a decoder gives out once it and all before it are there. That number never
//!   decreases, never exceeds the frames that were encoded, and equals them after `finish`.
//! - A codec neither blocks nor touches a file, and allocates only what it encodes into. What it cannot do any more is a
//!   [`Problem`]; the part then ends after the packets that came out before.

pub(crate) mod flac;
pub(crate) mod lame;
pub(crate) mod pcm;
mod pcm_codecs;
mod sanitise;
pub(crate) mod vorbis;

use crate::messages::Problem;
use crate::stream::planar::Planar;

pub(crate) use pcm_codecs::{PCM_CODECS, PcmCodec};
use sanitise::append_sane;

/// Encodes one part of a take. The module's documentation has the contract.
pub(crate) trait Codec: Send {
    /// Encodes `block` and appends the packets that are complete.
    fn encode(&mut self, block: Planar<'_>, out: &mut Packets) -> Result<(), Problem>;

    /// Appends the packets that were held back.
    fn finish(&mut self, out: &mut Packets) -> Result<(), Problem>;

    /// Samples clipped to full scale so far.
    fn clipped(&self) -> u64;

    /// Whether packets may be cut anywhere, as PCM may. Else only whole ones are handed on.
    fn is_cut_anywhere(&self) -> bool {
        false
    }
}

/// Packets, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    pub(crate) bytes: Vec<u8>,
    /// In ascending order; the last one ends with `bytes`.
    pub(crate) ends: Vec<PacketEnd>,
    /// No packet of the part follows these.
    pub(crate) last: bool,
}

/// The end of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PacketEnd {
    /// Where in [`Packets::bytes`].
    pub(crate) at: usize,
    /// Frames of the part that can be decoded once the packet is there.
    pub(crate) frames: u64,
}

impl Packets {
    /// What was appended to `bytes` since the packet before is a packet, up to whose end `frames` can be decoded.
    pub(crate) fn end_packet(&mut self, frames: u64) {
        self.ends.push(PacketEnd { at: self.bytes.len(), frames });
    }

    /// Appends the bytes of all packets to `out` and forgets the packets.
    pub(crate) fn append_to(&mut self, out: &mut Vec<u8>) {
        if out.is_empty() {
            std::mem::swap(out, &mut self.bytes);
        } else {
            out.extend_from_slice(&self.bytes);
        }
        self.clear();
    }

    /// Forgets all packets and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.last = false;
    }
}

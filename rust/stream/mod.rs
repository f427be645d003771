//! The way of the samples from the cook thread to the encoding thread: one stream for as long as the node records.
//!
//! [`stream`] gives a [`StreamWriter`] to the cook thread and a [`StreamReader`] to the encoding thread. Audio, silence,
//! changes of the layout and the messages of the writer's own ("a take begins", "it ends") come out in the order in
//! which they went in, each at its exact frame.
//!
//! Blocks travel in a ring of samples: a header that says how long the block is, and how much silence comes before it, and
//! the samples are shown at once, so that the reader sees whole blocks only. Everything else is a [`Message`] that says after how many blocks it comes. A
//! block that finds no room in the ring (a clip, a slice after a long hitch, or any block while the encoder is behind)
//! is a message too, in memory of its own; the writer's owner bounds how much may wait in all.
//!
//! Nothing here touches a file. The writer's side neither blocks nor locks and, while the ring has room, allocates
//! nothing.

#[allow(unsafe_code, reason = "lends the host's samples")]
pub(crate) mod block;
#[allow(unsafe_code, reason = "the instruction set is chosen at run time")]
pub(crate) mod copy;
#[allow(unsafe_code, reason = "prefetches")]
pub(crate) mod fetch;
mod layout;
pub(crate) mod planar;
mod reader;
#[allow(unsafe_code, reason = "fills the ring in place")]
mod ring;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::mpsc;

use ringbuf::HeapCons;

pub(crate) use layout::AudioLayout;
pub(crate) use reader::{Item, Next, StreamReader};
pub(crate) use writer::StreamWriter;

/// There is no room for the block; nothing was taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// What comes in the stream and is not in the ring.
enum Message<C> {
    /// A planar block.
    Block {
        samples: Box<[f32]>,
        frames: usize,
    },
    Silence {
        frames: u64,
    },
    /// What follows has another layout, and lies in another ring if there is one.
    Layout {
        layout: AudioLayout,
        ring: Option<HeapCons<f32>>,
    },
    /// The writer's own.
    Control(C),
}

/// A message, and how many blocks were put into rings before it.
struct Placed<C> {
    after: u64,
    message: Message<C>,
}

/// Makes the two ends for audio of this layout that comes in blocks of about `frames`.
pub(crate) fn stream<C>(layout: AudioLayout, frames: usize) -> (StreamWriter<C>, StreamReader<C>) {
    let (ring_in, ring_out) = ring::ring(ring::samples_for(layout, frames));
    let (sender, receiver) = mpsc::channel();
    (StreamWriter::new(ring_in, sender, layout), StreamReader::new(ring_out, receiver, layout))
}

//! The cook thread's end of the stream.

use std::sync::mpsc::Sender;

use ringbuf::HeapProd;
use ringbuf::traits::Observer;

use super::block::CookBlock;
use super::{AudioLayout, Full, Message, Placed, ring};

/// Puts blocks and messages in. Dropping it ends the stream.
///
/// Nothing here waits, locks or calls the system. [`StreamWriter::push`] copies each sample once and does not allocate;
/// messages do, and so does a block that finds no room in the ring.
pub(crate) struct StreamWriter<C> {
    ring: HeapProd<f32>,
    /// Blocks that were put into rings so far: what places the messages between them.
    blocks: u64,
    messages: Sender<Placed<C>>,
    /// Frames of silence that go in with whatever comes next. A disk that hangs for a day must not fill the memory with
    /// messages about what was lost meanwhile.
    owed: u64,
    layout: AudioLayout,
}

impl<C> StreamWriter<C> {
    pub(super) fn new(ring: HeapProd<f32>, messages: Sender<Placed<C>>, layout: AudioLayout) -> Self {
        Self { ring, blocks: 0, messages, owed: 0, layout }
    }

    /// The layout of what is put in.
    pub(crate) fn layout(&self) -> AudioLayout {
        self.layout
    }

    /// How much audio the ring holds when it is full.
    pub(crate) fn ring_seconds(&self) -> f64 {
        self.ring.capacity().get() as f64 / self.layout.channels as f64 / self.layout.rate
    }

    /// Whether the ring holds no more than half of what it can.
    pub(crate) fn has_headroom(&self) -> bool {
        self.ring.occupied_len() <= self.ring.capacity().get() / 2
    }

    /// Whether the ring is large enough that waiting for room for a block of `frames` makes sense.
    pub(crate) fn fits_ring(&self, frames: usize) -> bool {
        ring::is_for(&self.ring, self.layout.channels, frames)
    }

    /// Puts the `selected` channels of `block` into the ring: as many as the layout has.
    ///
    /// # Errors
    /// [`Full`] when the ring has no room: nothing of the block was copied.
    #[inline(always)]
    pub(crate) fn push(&mut self, block: &mut CookBlock<'_>, selected: &[usize]) -> Result<(), Full> {
        debug_assert_eq!(selected.len(), self.layout.channels);
        ring::put(&mut self.ring, self.owed, block, selected)?;
        self.owed = 0;
        self.blocks += 1;
        Ok(())
    }

    /// As [`StreamWriter::push`], in memory of the block's own.
    ///
    /// # Errors
    /// [`Full`] when there is no memory: nothing of the block was copied.
    #[cold]
    pub(crate) fn push_outside(&mut self, block: &mut CookBlock<'_>, selected: &[usize]) -> Result<(), Full> {
        let frames = block.frames();
        let samples = ring::own(block, selected).ok_or(Full)?;
        self.send(Message::Block { samples, frames });
        Ok(())
    }

    /// Puts in `frames` of silence: a gap that is filled, or samples that were lost.
    pub(crate) fn push_silence(&mut self, frames: u64) {
        self.owed += frames;
    }

    /// From here on the stream has another layout, in blocks of about `frames`. The ring becomes a larger one if it has
    /// to.
    pub(crate) fn set_layout(&mut self, layout: AudioLayout, frames: usize) {
        let samples = ring::samples_for(layout, frames);
        let larger = (samples > self.ring.capacity().get()).then(|| {
            let (samples_in, samples_out) = ring::ring(samples);
            (samples_in, samples_out)
        });
        let (ring, reader) = larger.unzip();
        self.send(Message::Layout { layout, ring: reader });
        self.layout = layout;
        if let Some(ring) = ring {
            self.ring = ring;
        }
    }

    /// Puts in a message of the caller's own.
    pub(crate) fn control(&mut self, message: C) {
        self.send(Message::Control(message));
    }

    fn send(&mut self, message: Message<C>) {
        self.settle();
        // Fails only when the reader is gone: then what is put in has no use any more.
        let _ = self.messages.send(Placed { after: self.blocks, message });
    }

    fn settle(&mut self) {
        if self.owed > 0 {
            let frames = std::mem::take(&mut self.owed);
            let _ = self.messages.send(Placed { after: self.blocks, message: Message::Silence { frames } });
        }
    }
}

impl<C> Drop for StreamWriter<C> {
    fn drop(&mut self) {
        self.settle();
    }
}

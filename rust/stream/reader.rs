//! The encoding thread's end of the stream.

use std::ops::Range;
use std::sync::atomic::{Ordering, fence};
use std::sync::mpsc::{Receiver, TryRecvError};

use ringbuf::HeapCons;
use ringbuf::traits::{Consumer, Observer};

use super::planar::Planar;
use super::ring::{self, Block, HEADER};
use super::{AudioLayout, Message, Placed};

/// Samples that are shown at once: what is made of them is then still in the caches when it is handed on.
const PIECE: usize = 96 * 1024;
/// Frames are shown in multiples of so many, however many channels there are: of each, the processor is to fetch some
/// lines ahead, and codecs work on even numbers of them.
const PIECE_FRAMES: usize = 96;

/// Takes blocks and messages out, in the order in which they were put in.
pub(crate) struct StreamReader<C> {
    ring: HeapCons<f32>,
    /// Blocks that were taken from rings so far.
    blocks: u64,
    messages: Receiver<Placed<C>>,
    /// A message whose turn has not come.
    pending: Option<Placed<C>>,
    /// A block in memory of its own, of which a part was shown.
    outside: Option<(Box<[f32]>, usize)>,
    /// Frames of the oldest block that were shown already, and whether the silence before it was.
    shown: usize,
    shown_silence: bool,
    layout: AudioLayout,
}

/// What [`StreamReader::next`] shows to its caller.
pub(crate) enum Item<'a, C> {
    /// Frames: one or two views that follow each other.
    Audio([Planar<'a>; 2]),
    /// Frames of silence.
    Silence(u64),
    /// What follows has this layout.
    Layout(AudioLayout),
    /// A message of the writer's.
    Control(C),
}

/// What [`StreamReader::next`] found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<R> {
    /// The oldest item, and what the caller made of it.
    Item(R),
    /// Nothing waits at the moment.
    Nothing,
    /// Nothing waits and nothing will come.
    End,
}

/// Where the oldest item is.
enum Oldest<C> {
    Ring,
    Message(Message<C>),
    Nothing,
    End,
}

impl<C> StreamReader<C> {
    pub(super) fn new(ring: HeapCons<f32>, messages: Receiver<Placed<C>>, layout: AudioLayout) -> Self {
        Self { ring, blocks: 0, messages, pending: None, outside: None, shown: 0, shown_silence: false, layout }
    }

    /// Shows the oldest item to `use_item` and removes it; of a large block, the next piece.
    pub(crate) fn next<R>(&mut self, use_item: impl FnOnce(Item<'_, C>) -> R) -> Next<R> {
        if self.outside.is_some() {
            return self.show_outside(use_item);
        }
        match self.oldest() {
            Oldest::Ring => self.show_ring(use_item),
            Oldest::Message(Message::Block { samples, frames }) => {
                self.outside = Some((samples, frames));
                self.show_outside(use_item)
            }
            Oldest::Message(Message::Silence { frames }) => Next::Item(use_item(Item::Silence(frames))),
            Oldest::Message(Message::Layout { layout, ring }) => {
                self.layout = layout;
                if let Some(ring) = ring {
                    self.ring = ring;
                }
                Next::Item(use_item(Item::Layout(layout)))
            }
            Oldest::Message(Message::Control(message)) => Next::Item(use_item(Item::Control(message))),
            Oldest::Nothing => Next::Nothing,
            Oldest::End => Next::End,
        }
    }

    /// Where the oldest item is; a message is taken out.
    ///
    /// The ring is looked at before the messages: a message that comes before a block which is seen is then seen too,
    /// since it was sent before the block was shown with release, and the look at the ring acquires. The other way round,
    /// a block could be taken for older than a message that arrives between the two looks.
    fn oldest(&mut self) -> Oldest<C> {
        let has_block = !self.ring.is_empty();
        let mut ended = false;
        if self.pending.is_none() {
            match self.messages.try_recv() {
                Ok(placed) => self.pending = Some(placed),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => {
                    ended = true;
                    // The channel orders what was sent, but not that its sender is gone: the last block could be shown
                    // later than that. With the release of the sender's drop, the next look finds it.
                    fence(Ordering::Acquire);
                }
            }
        }
        if let Some(Placed { message, .. }) = self.pending.take_if(|placed| placed.after == self.blocks) {
            return Oldest::Message(message);
        }
        // What was put in before a message that waits for its turn, or before the end, is seen now if it was not before,
        // and no other message comes before it. Otherwise a block that was not seen before may follow a message that was
        // not there yet.
        let is_settled = ended || self.pending.is_some();
        if has_block || (is_settled && !self.ring.is_empty()) {
            Oldest::Ring
        } else if ended {
            Oldest::End
        } else {
            Oldest::Nothing
        }
    }

    fn show_ring<R>(&mut self, use_item: impl FnOnce(Item<'_, C>) -> R) -> Next<R> {
        let channels = self.layout.channels;
        let Block { frames, silence, samples: [head, tail] } = ring::oldest(&self.ring, channels);
        if silence > 0 && !std::mem::replace(&mut self.shown_silence, true) {
            return Next::Item(use_item(Item::Silence(silence)));
        }
        let piece = self.piece(frames);
        let shown = piece.end;
        let result = use_item(Item::Audio(Planar::wrapped(head, tail, channels, frames, piece)));
        self.shown = shown;
        if shown == frames {
            (self.shown, self.shown_silence) = (0, false);
            self.ring.skip(HEADER + frames * channels);
            self.blocks += 1;
        }
        Next::Item(result)
    }

    fn show_outside<R>(&mut self, use_item: impl FnOnce(Item<'_, C>) -> R) -> Next<R> {
        let Some((samples, frames)) = self.outside.take() else { return Next::Nothing };
        let piece = self.piece(frames);
        let shown = piece.end;
        let result = use_item(Item::Audio(Planar::wrapped(&samples, &[], self.layout.channels, frames, piece)));
        self.shown = shown;
        if shown == frames {
            self.shown = 0;
        } else {
            self.outside = Some((samples, frames));
        }
        Next::Item(result)
    }

    /// What is shown at once of a block of so many frames.
    fn piece(&self, frames: usize) -> Range<usize> {
        let most = (PIECE / self.layout.channels / PIECE_FRAMES).max(1) * PIECE_FRAMES;
        self.shown..frames.min(self.shown + most)
    }
}

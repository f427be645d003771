//! What was taken out of the stream and is not done with yet: it comes before anything else from the stream.
//!
//! A pre-roll, and silence of minutes, may not go on faster than the disk takes them. What comes behind them waits here, so
//! that the ring is empty and the cook thread needs no memory of its own for a block.

use std::collections::VecDeque;

use super::Command;
use super::history::{Kept, Piece};
use crate::messages::Mark;
use crate::stream::AudioLayout;

/// In the order of the stream.
#[derive(Default)]
pub(super) struct Held {
    items: VecDeque<HeldItem>,
}

/// What waits.
pub(super) enum HeldItem {
    /// Of a pre-roll.
    Heard(Kept),
    /// Samples that count as waiting to be encoded.
    Audio(Piece),
    Silence(u64),
    Layout(AudioLayout),
    Control(Command),
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn first(&self) -> Option<&HeldItem> {
        self.items.front()
    }

    pub(super) fn pop(&mut self) -> Option<HeldItem> {
        self.items.pop_front()
    }

    /// Puts `item` behind the rest.
    pub(super) fn push(&mut self, item: HeldItem) {
        self.items.push_back(item);
    }

    /// Puts `item` before the rest.
    pub(super) fn push_front(&mut self, item: HeldItem) {
        self.items.push_front(item);
    }

    /// Puts a pre-roll before the rest, with markers where something is missing in it and where it ends.
    pub(super) fn push_preroll(&mut self, kept: VecDeque<Kept>, rate: f64) {
        if kept.iter().any(|kept| kept.frames() > 0) {
            self.push_front(HeldItem::Control(Command::Mark(Mark::RecordOn)));
        }
        for kept in kept.into_iter().rev() {
            let mark = kept.mark(rate);
            self.push_front(HeldItem::Heard(kept));
            if let Some(mark) = mark {
                self.push_front(HeldItem::Control(Command::Mark(mark)));
            }
        }
    }

    /// Bytes of memory that the pre-roll in it takes.
    pub(super) fn preroll_bytes(&self) -> u64 {
        self.items.iter().map(|item| if let HeldItem::Heard(kept) = item { kept.bytes() } else { 0 }).sum()
    }
}

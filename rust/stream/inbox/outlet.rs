//! The reading end of the rings: finds what is the oldest, and moves it to ordinary memory when they get crowded.

use std::collections::VecDeque;

use ringbuf::HeapCons;
use ringbuf::traits::{Consumer, Observer};

use super::{Announced, Event, HEADER, RING_EVENTS, Spilled};

/// What the writer and the spill thread share.
pub(super) struct Outlet {
    near: HeapCons<f32>,
    /// Blocks that were taken from it.
    near_blocks: u64,
    pub(super) reserve: HeapCons<f32>,
    events: HeapCons<Announced>,
    /// Frames of the oldest block in the rings that were shown already.
    pub(super) shown: usize,
    /// Older than everything in the rings.
    pub(super) spilled: VecDeque<Spilled>,
}

/// Where the oldest of what waits in the rings is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oldest {
    Near,
    Reserve,
    /// In the event itself.
    Event,
}

impl Outlet {
    pub(super) fn new(near: HeapCons<f32>, reserve: HeapCons<f32>, events: HeapCons<Announced>) -> Self {
        Self { near, near_blocks: 0, reserve, events, shown: 0, spilled: VecDeque::new() }
    }

    /// Removes the oldest of what waits outside the rings, which is older than everything in them.
    pub(super) fn pop_spilled(&mut self) -> Option<Spilled> {
        self.spilled.pop_front()
    }

    /// Moves the rings' blocks to ordinary memory if the reserve is half full.
    pub(super) fn spill(&mut self, channels: usize) {
        let crowded = self.reserve.occupied_len() > self.reserve.capacity().get() / 2
            || self.events.occupied_len() > RING_EVENTS / 2;
        while crowded && self.spill_one(channels) {}
    }

    /// Where the oldest of what waits in the rings is.
    pub(super) fn oldest(&self) -> Option<Oldest> {
        // In this order: an event that comes before a block which is seen is then seen too.
        let near = self.near.first().map(|_| Oldest::Near);
        match self.events.first() {
            Some((blocks, event)) if *blocks == self.near_blocks => Some(match event {
                Event::Reserve => Oldest::Reserve,
                Event::Spilled(_) => Oldest::Event,
            }),
            _ => near,
        }
    }

    /// The frames of the oldest block in a ring, and its samples: the second piece follows the first one.
    pub(super) fn block(&self, oldest: Oldest, channels: usize) -> (usize, [&[f32]; 2]) {
        let ring = if oldest == Oldest::Near { &self.near } else { &self.reserve };
        let (head, tail) = ring.as_slices();
        let frames = head[0].to_bits() as usize;
        let (begin, end) = (HEADER, HEADER + frames * channels);
        let seam = head.len();
        let in_head = &head[begin.min(seam)..end.min(seam)];
        (frames, [in_head, &tail[begin.saturating_sub(seam)..end.saturating_sub(seam)]])
    }

    /// Removes the oldest block, which has so many samples, from its ring.
    pub(super) fn skip(&mut self, oldest: Oldest, samples: usize) {
        self.shown = 0;
        if oldest == Oldest::Near {
            self.near.skip(HEADER + samples);
            self.near_blocks += 1;
        } else {
            self.reserve.skip(HEADER + samples);
            self.events.skip(1);
        }
    }

    /// Removes the oldest event, which holds what it announces.
    pub(super) fn pop_event(&mut self) -> Option<Spilled> {
        match self.events.try_pop() {
            Some((_, Event::Spilled(spilled))) => Some(spilled),
            _ => None,
        }
    }

    /// Moves the oldest of what waits in the rings there. False when nothing waits, or there is no memory.
    pub(super) fn spill_one(&mut self, channels: usize) -> bool {
        let Some(oldest) = self.oldest() else { return false };
        if oldest == Oldest::Event {
            // A disk that hangs for a day must not fill the memory with what was lost meanwhile.
            match (self.pop_event(), self.spilled.back_mut()) {
                (Some(Spilled::Silence { frames }), Some(Spilled::Silence { frames: before })) => *before += frames,
                (spilled, _) => self.spilled.extend(spilled),
            }
            return true;
        }
        let (frames, pieces) = self.block(oldest, channels);
        let mut own = Vec::new();
        if own.try_reserve_exact(frames * channels).is_err() {
            return false;
        }
        pieces.into_iter().for_each(|piece| own.extend_from_slice(piece));
        let shown = self.shown;
        self.skip(oldest, own.len());
        self.spilled.push_back(Spilled::Block { samples: own.into_boxed_slice(), frames, shown });
        true
    }
}

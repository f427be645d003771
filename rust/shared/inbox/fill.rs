//! Puts a block into the ring in place, without a buffer in between.
//!
//! Unsafe code, since the ring lends memory that was never written and has to be told how much of it is now.

use std::mem::MaybeUninit;

use ringbuf::HeapProd;
use ringbuf::traits::{Producer, Raw};

use crate::shared::lane::Lanes;

/// Puts in `channels` lanes of `frames` samples each, and shows them to the reader all at once.
///
/// # Panics
/// When there is no room, or a lane has another length: the ring then holds what it did before.
#[inline(always)]
pub(super) fn ring(ring: &mut HeapProd<f32>, channels: usize, frames: usize, lanes: &mut impl Lanes) {
    let (mut head, mut tail) = ring.vacant_slices_mut();
    assert!(head.len() + tail.len() >= channels * frames, "the caller has looked for room");
    for channel in 0..channels {
        let (first, rest) = head.split_at_mut(frames.min(head.len()));
        let (second, after) = tail.split_at_mut(frames - first.len());
        lanes.lane(channel).keep(first, second);
        (head, tail) = (rest, after);
    }
    // SAFETY: `Lane::keep` has filled the first `channels * frames` places of the vacant slices, in their order.
    unsafe { ring.advance_write_index(channels * frames) };
}

/// A block of `channels` lanes of `frames` samples each in memory of its own; `None` when there is no memory.
pub(super) fn own(channels: usize, frames: usize, lanes: &mut impl Lanes) -> Option<Box<[f32]>> {
    let mut own: Vec<f32> = Vec::new();
    own.try_reserve_exact(channels * frames).ok()?;
    let mut room: &mut [MaybeUninit<f32>] = own.spare_capacity_mut();
    for channel in 0..channels {
        let (place, rest) = room.split_at_mut(frames);
        lanes.lane(channel).keep(place, &mut []);
        room = rest;
    }
    // SAFETY: `Lane::keep` has filled the first `channels * frames` places of the vector, which are reserved.
    unsafe { own.set_len(channels * frames) };
    Some(own.into_boxed_slice())
}

//! Puts a block into the ring in place, without a buffer in between.
//!
//! Unsafe code, since the ring lends memory that was never written and has to be told how much of it is now.

use std::mem::MaybeUninit;

use ringbuf::HeapProd;
use ringbuf::traits::{Producer, Raw};

use super::{Full, HEADER};
use crate::stream::lane::Lanes;
use crate::stream::lane::copy::Fence;

/// Puts in a header and `channels` lanes of `frames` samples each, and shows them to the reader all at once.
///
/// # Errors
/// [`Full`] when there is no room: no lane was asked for.
///
/// # Panics
/// When a lane has another length: the ring then holds what it did before.
#[inline(always)]
pub(super) fn ring(
    ring: &mut HeapProd<f32>,
    channels: usize,
    frames: usize,
    lanes: &mut impl Lanes,
) -> Result<(), Full> {
    let (head, tail) = ring.vacant_slices_mut();
    let places = HEADER + channels * frames;
    let fence = Fence::of(channels * frames);
    match head.split_first_chunk_mut() {
        Some((header, mut room)) if channels * frames <= room.len() => {
            *header = self::header(frames);
            for channel in 0..channels {
                let (place, rest) = room.split_at_mut(frames);
                lanes.lane(channel).keep(place, &mut [], fence.is_some());
                room = rest;
            }
        }
        _ => wrapped(head, tail, channels, frames, lanes, fence.is_some())?,
    }
    drop(fence);
    // SAFETY: the header and `Lane::keep` have filled the first `places` of the vacant slices, in their order.
    unsafe { ring.advance_write_index(places) };
    Ok(())
}

/// What lies before a block.
#[inline(always)]
fn header(frames: usize) -> [MaybeUninit<f32>; HEADER] {
    let mut header = [MaybeUninit::new(0.0); HEADER];
    header[0].write(f32::from_bits(frames as u32));
    header
}

/// The same for a block that begins in `head` and ends in `tail`.
#[cold]
#[inline(never)]
fn wrapped(
    head: &mut [MaybeUninit<f32>],
    tail: &mut [MaybeUninit<f32>],
    channels: usize,
    frames: usize,
    lanes: &mut impl Lanes,
    far: bool,
) -> Result<(), Full> {
    if HEADER + channels * frames > head.len() + tail.len() {
        return Err(Full);
    }
    let header = header(frames);
    let (first, mut head) = head.split_at_mut(HEADER.min(head.len()));
    let (second, mut tail) = tail.split_at_mut(HEADER - first.len());
    first.copy_from_slice(&header[..first.len()]);
    second.copy_from_slice(&header[first.len()..]);
    for channel in 0..channels {
        let (first, rest) = head.split_at_mut(frames.min(head.len()));
        let (second, after) = tail.split_at_mut(frames - first.len());
        // Behind the seam a channel lies in one piece, as it does before it.
        let (one, other) = if first.is_empty() { (second, first) } else { (first, second) };
        lanes.lane(channel).keep(one, other, far);
        (head, tail) = (rest, after);
    }
    Ok(())
}

/// A block of `channels` lanes of `frames` samples each in memory of its own; `None` when there is no memory.
pub(super) fn own(channels: usize, frames: usize, lanes: &mut impl Lanes) -> Option<Box<[f32]>> {
    let mut own: Vec<f32> = Vec::new();
    own.try_reserve_exact(channels * frames).ok()?;
    let mut room: &mut [MaybeUninit<f32>] = own.spare_capacity_mut();
    let fence = Fence::of(channels * frames);
    for channel in 0..channels {
        let (place, rest) = room.split_at_mut(frames);
        lanes.lane(channel).keep(place, &mut [], fence.is_some());
        room = rest;
    }
    drop(fence);
    // SAFETY: `Lane::keep` has filled the first `channels * frames` places of the vector, which are reserved.
    unsafe { own.set_len(channels * frames) };
    Some(own.into_boxed_slice())
}

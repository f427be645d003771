//! Puts a block into the ring in place, without a buffer in between.
//!
//! Unsafe code, since the ring lends memory that was never written and has to be told how much of it is now.

use std::mem::MaybeUninit;

use ringbuf::traits::{Consumer, Observer, Producer, Raw, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use super::block::CookBlock;
use super::copy::Fence;
use super::fetch::LINE;
use super::{AudioLayout, Full};

/// Seconds of audio that a ring is made for: a few of the encoding thread's naps. More would be memory that every
/// node fills, and none of it near the processor.
const SECONDS: f64 = 0.25;
/// What it takes at least, so that in a render the host and the encoding thread work in turns that are long against
/// what it costs to wake each other, and at most, except to hold a few blocks.
const BYTES: std::ops::RangeInclusive<f64> = 1536.0 * 1024.0..=64.0 * 1024.0 * 1024.0;
/// Audio of low rates needs no long turns: so many seconds are enough for any.
const MOST_SECONDS: f64 = 8.0;
/// Nor ever more than this.
const MOST_BYTES: usize = 1 << 30;
/// Places before each block, of which the first ones say how long it is: a line of the cache, so that blocks of usual
/// sizes begin where a line does when the first one does.
pub(super) const HEADER: usize = LINE / size_of::<f32>();
/// So many blocks find room for their headers beside the seconds of audio.
const HEADERS: usize = 512 * HEADER;

/// Samples that a ring for `layout` has room for when its blocks have `frames` frames.
pub(super) fn samples_for(layout: AudioLayout, frames: usize) -> usize {
    let frame_bytes = layout.frame_bytes() as f64;
    let bytes = (SECONDS * layout.rate * frame_bytes).clamp(*BYTES.start(), *BYTES.end());
    let bytes = bytes.min(MOST_SECONDS * layout.rate * frame_bytes);
    let a_few_blocks = 4 * frames.min(1 << 16);
    let most = (MOST_BYTES / layout.frame_bytes() as usize).max(64);
    ((bytes / frame_bytes) as usize).max(a_few_blocks).clamp(64, most) * layout.channels + HEADERS
}

/// A ring for so many samples, or for fewer where the system has no memory for them: a take with a small ring is
/// better than a host that has ended.
pub(super) fn ring(mut samples: usize) -> (HeapProd<f32>, HeapCons<f32>) {
    let ring = loop {
        match HeapRb::try_new(samples) {
            Ok(ring) => break ring,
            Err(_) if samples > 1 => samples = samples.div_ceil(2),
            Err(error) => panic!("no memory for a sample: {error:?}"),
        }
    };
    let (mut samples_in, mut samples_out) = ring.split();
    // Blocks of usual sizes begin where a line of the cache does when the first one does: copying is then quicker.
    // The memory of a large ring begins 16 bytes after such a place.
    let before = samples_in.vacant_slices().0.as_ptr().align_offset(LINE).min(samples);
    samples_in.push_iter(std::iter::repeat_n(0.0, before));
    samples_out.skip(before);
    (samples_in, samples_out)
}

/// Whether the ring is large enough that waiting for room for such a block makes sense.
pub(super) fn is_for(ring: &HeapProd<f32>, channels: usize, frames: usize) -> bool {
    HEADER + frames * channels <= ring.capacity().get() / 2
}

/// Puts in a header and the `selected` channels of `block`, and shows them to the reader all at once. The block comes
/// after so many frames of `silence`.
///
/// # Errors
/// [`Full`] when there is no room: nothing of the block was copied.
#[inline(always)]
pub(super) fn put(
    ring: &mut HeapProd<f32>,
    silence: u64,
    block: &mut CookBlock<'_>,
    selected: &[usize],
) -> Result<(), Full> {
    let frames = block.frames();
    let samples = selected.len() * frames;
    let own_header = header(frames, silence);
    let (head, tail) = ring.vacant_slices_mut();
    let fence = Fence::of(samples);
    match head.split_first_chunk_mut() {
        Some((header, mut room)) if samples <= room.len() => {
            *header = own_header;
            for &channel in selected {
                let (place, rest) = room.split_at_mut(frames);
                block.keep(channel, place, &mut [], fence.as_ref());
                room = rest;
            }
        }
        _ => wrapped(head, tail, own_header, block, selected, fence.as_ref())?,
    }
    drop(fence);
    // Stored with release, and loaded by the reader with acquire: whoever sees the block sees its samples, and each message
    // that was sent before it. Room comes back the same way, so that no place is filled that is still read. Those stores
    // that go past the caches are not ordered by that, but by the fence.
    // SAFETY: the header and `CookBlock::keep` have filled as many places of the vacant slices, in their order; a panic
    // in between leaves the ring as it was.
    unsafe { ring.advance_write_index(HEADER + samples) };
    Ok(())
}

/// What lies before a block: its frames, and those of the silence before it, in three times 32 bits.
type Header = [MaybeUninit<f32>; HEADER];

#[inline(always)]
fn header(frames: usize, silence: u64) -> Header {
    let mut header = [MaybeUninit::new(0.0); HEADER];
    for (place, bits) in header.iter_mut().zip([frames as u32, silence as u32, (silence >> 32) as u32]) {
        place.write(f32::from_bits(bits));
    }
    header
}

/// The same for a block that begins in `head` and ends in `tail`.
#[cold]
#[inline(never)]
fn wrapped(
    head: &mut [MaybeUninit<f32>],
    tail: &mut [MaybeUninit<f32>],
    header: Header,
    block: &mut CookBlock<'_>,
    selected: &[usize],
    fence: Option<&Fence>,
) -> Result<(), Full> {
    let frames = block.frames();
    if HEADER + selected.len() * frames > head.len() + tail.len() {
        return Err(Full);
    }
    let (first, mut head) = head.split_at_mut(HEADER.min(head.len()));
    let (second, mut tail) = tail.split_at_mut(HEADER - first.len());
    first.copy_from_slice(&header[..first.len()]);
    second.copy_from_slice(&header[first.len()..]);
    for &channel in selected {
        let (first, rest) = head.split_at_mut(frames.min(head.len()));
        let (second, after) = tail.split_at_mut(frames - first.len());
        // Behind the seam a channel lies in one piece, as it does before it.
        let (one, other) = if first.is_empty() { (second, first) } else { (first, second) };
        block.keep(channel, one, other, fence);
        (head, tail) = (rest, after);
    }
    Ok(())
}

/// The `selected` channels of `block` in memory of their own; `None` when there is no memory: nothing was copied then.
pub(super) fn own(block: &mut CookBlock<'_>, selected: &[usize]) -> Option<Box<[f32]>> {
    let frames = block.frames();
    let samples = selected.len() * frames;
    let mut own: Vec<f32> = Vec::new();
    own.try_reserve_exact(samples).ok()?;
    let mut room: &mut [MaybeUninit<f32>] = own.spare_capacity_mut();
    let fence = Fence::of(samples);
    for &channel in selected {
        let (place, rest) = room.split_at_mut(frames);
        block.keep(channel, place, &mut [], fence.as_ref());
        room = rest;
    }
    drop(fence);
    // SAFETY: `CookBlock::keep` has filled the first `samples` places of the vector, which are reserved.
    unsafe { own.set_len(samples) };
    Some(own.into_boxed_slice())
}

/// A block in the ring.
pub(super) struct Block<'a> {
    pub(super) frames: usize,
    /// Frames of silence that come before it.
    pub(super) silence: u64,
    /// Its samples, of which the second piece follows the first one.
    pub(super) samples: [&'a [f32]; 2],
}

/// The oldest block in a ring that is not empty.
pub(super) fn oldest(ring: &HeapCons<f32>, channels: usize) -> Block<'_> {
    let (head, tail) = ring.as_slices();
    let mut places = head.iter().chain(tail).map(|place| place.to_bits());
    let [frames, low, high] = [(); 3].map(|()| places.next().unwrap_or(0));
    let (frames, silence) = (frames as usize, u64::from(low) | u64::from(high) << 32);
    let (begin, end) = (HEADER, HEADER + frames * channels);
    let seam = head.len();
    let in_head = &head[begin.min(seam)..end.min(seam)];
    let in_tail = &tail[begin.saturating_sub(seam)..end.saturating_sub(seam)];
    Block { frames, silence, samples: [in_head, in_tail] }
}

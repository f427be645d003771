//! The way of the samples from the cook thread to the writer thread.
//!
//! [`inbox`] gives a [`Feed`] to the cook thread and an [`Inbox`] to the others. A block is first copied into a
//! ring of samples, then announced by an [`Event`] in another ring: whoever reads sees whole blocks only.
//!
//! Guarantees of the cook thread's side: [`Feed::audio`] copies each sample once, does not allocate, lock, wait
//! or call the system. When there is no room it says so and takes nothing, so that the caller can count the
//! loss. A block of more than half a ring (a clip, or a slice after a long hitch) gets memory of its own.
//!
//! There are two rings of samples. The near one is small, so that its memory is used again and again and mostly stays
//! in the caches and in the tables of pages; all goes through it while the writer thread keeps up. The reserve holds
//! about two seconds. When the writer thread is stuck in the disk, [`Inbox::spill`], called by a thread of the inbox's
//! own, moves the blocks of both to ordinary memory; the cook thread bounds how much may wait in all. Writer and spill
//! thread share the consumer side under a mutex, which is never held across a file operation.
//!
//! An inbox has one sample rate and channel count. When the input changes them in mid-take, the cook thread
//! goes on with a new inbox and leaves it as [`Inbox::next`] of the former one.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

use ringbuf::traits::{Consumer, Observer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use super::lane::Lanes;
use super::planar::Planar;
use super::sound::Sound;

#[allow(unsafe_code, reason = "fills the ring in place")]
mod fill;

/// Seconds of audio that the reserve is made for.
const RESERVE_SECONDS: f64 = 2.0;
/// It never takes more than this, except to hold a few blocks of a very wide input.
const RESERVE_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
/// Seconds of audio that the near ring is made for: a few of the writer thread's naps.
const NEAR_SECONDS: f64 = 0.25;
/// What it takes at least, if that is not more than the reserve, and at most, except to hold a few blocks.
const NEAR_BYTES: RangeInclusive<f64> = 512.0 * 1024.0..=8.0 * 1024.0 * 1024.0;
/// Nor ever more than this: what may wait in memory at all.
const MOST_RING_BYTES: usize = 1 << 30;
/// Blocks that the ring can announce: two seconds at 60 cooks a second many times over.
const RING_EVENTS: usize = 4096;

/// Bytes.
const CACHE_LINE: usize = 64;

/// What happens next in a take, in the order of its samples.
#[derive(Debug)]
enum Event {
    /// A planar block of this many frames lies in a ring of samples.
    Audio { frames: usize, ring: Ring },
    /// A planar block in memory of its own.
    Block { samples: Box<[f32]>, frames: usize },
    /// So many frames of silence: a gap that is filled, or samples that were lost.
    Silence { frames: u64 },
}

/// A ring of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ring {
    Near,
    Reserve,
}

/// How much room a block may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// That of the near ring, unless the block is too long for it.
    Near,
    /// All that there is.
    All,
}

/// There is no room for the block; nothing was taken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// The cook thread's end: puts samples in.
pub(crate) struct Feed {
    near: HeapProd<f32>,
    reserve: HeapProd<f32>,
    events: HeapProd<Event>,
    /// Frames of silence that the ring had no room for yet; they go in before anything else.
    owed: u64,
    sound: Sound,
    inbox: Arc<Inbox>,
}

/// The other threads' end: takes samples out.
pub(crate) struct Inbox {
    sound: Sound,
    outlet: Mutex<Outlet>,
    /// Silence that was still owed when the feed was closed.
    owed: AtomicU64,
    /// Set (release) after the last event was pushed and `owed` and `next` were stored; read (acquire) before
    /// the ring is looked at, so that what is then found empty stays empty.
    closed: AtomicBool,
    next: OnceLock<Arc<Inbox>>,
    /// The spill thread found the lock taken. Guards no memory.
    spill_asked: AtomicBool,
    spill_period: Duration,
}

struct Outlet {
    near: HeapCons<f32>,
    reserve: HeapCons<f32>,
    events: HeapCons<Event>,
    /// Older than everything in the ring.
    spilled: VecDeque<Event>,
}

/// What [`Inbox::take`] shows to its caller.
pub(crate) enum Item<'a> {
    /// Frames to encode: one or two views that follow each other.
    Audio([Planar<'a>; 2]),
    /// Frames of silence.
    Silence(u64),
}

/// What [`Inbox::take`] found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken<R> {
    /// The oldest item, and what the caller made of it.
    Item(R),
    /// Nothing waits at the moment.
    Nothing,
    /// Nothing waits and nothing will come.
    End,
}

/// Makes the two ends for audio of the layout `sound` whose first block has `frames` frames.
pub(crate) fn inbox(sound: Sound, frames: usize) -> (Feed, Arc<Inbox>) {
    let frame_bytes = (sound.channels * size_of::<f32>()) as f64;
    let seconds = RESERVE_SECONDS.min(RESERVE_BYTES / (sound.rate * frame_bytes));
    let a_few_blocks = 4 * frames.min(1 << 16);
    let most = MOST_RING_BYTES / frame_bytes as usize;
    let reserve_frames = ((seconds * sound.rate) as usize).max(a_few_blocks).min(most).max(64);
    let near_bytes = (NEAR_SECONDS * sound.rate * frame_bytes).clamp(*NEAR_BYTES.start(), *NEAR_BYTES.end());
    let near_frames = ((near_bytes / frame_bytes) as usize).max(a_few_blocks).min(reserve_frames);
    let (near_in, near_out) = ring(near_frames * sound.channels);
    let (reserve_in, reserve_out) = ring(reserve_frames * sound.channels);
    let (events_in, events_out) = HeapRb::<Event>::new(RING_EVENTS).split();
    let reserve_seconds = reserve_in.capacity().get() as f64 / sound.channels as f64 / sound.rate;
    let inbox = Arc::new(Inbox {
        sound,
        outlet: Mutex::new(Outlet {
            near: near_out,
            reserve: reserve_out,
            events: events_out,
            spilled: VecDeque::new(),
        }),
        owed: AtomicU64::new(0),
        closed: AtomicBool::new(false),
        next: OnceLock::new(),
        spill_asked: AtomicBool::new(false),
        spill_period: Duration::from_secs_f64(reserve_seconds.clamp(0.04, RESERVE_SECONDS)) / 8,
    });
    let feed =
        Feed { near: near_in, reserve: reserve_in, events: events_in, owed: 0, sound, inbox: Arc::clone(&inbox) };
    (feed, inbox)
}

/// A ring for so many samples, or for fewer where the system has no memory for them: a take with a small ring is
/// better than a host that has ended.
fn ring(mut samples: usize) -> (HeapProd<f32>, HeapCons<f32>) {
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
    let before = samples_in.vacant_slices().0.as_ptr().align_offset(CACHE_LINE).min(samples);
    samples_in.push_iter(std::iter::repeat_n(0.0, before));
    samples_out.skip(before);
    (samples_in, samples_out)
}

impl Feed {
    /// The layout of what is put in.
    pub(crate) fn sound(&self) -> Sound {
        self.sound
    }

    /// How much audio the reserve holds when it is full.
    pub(crate) fn seconds(&self) -> f64 {
        self.reserve.capacity().get() as f64 / self.sound.channels as f64 / self.sound.rate
    }

    /// Whether the near ring holds no more than half of what it can.
    pub(crate) fn is_half_empty(&self) -> bool {
        self.near.occupied_len() <= self.near.capacity().get() / 2 && self.events.occupied_len() <= RING_EVENTS / 2
    }

    /// Puts in one block: `frames` samples of every channel, in the order of the channels. They are passed on to the
    /// host on the way.
    ///
    /// # Errors
    /// [`Full`] when there is no room: no channel was asked for.
    #[inline]
    pub(crate) fn audio(&mut self, frames: usize, lanes: &mut impl Lanes, reach: Reach) -> Result<(), Full> {
        if self.owed > 0 {
            self.settle()?;
        }
        if self.events.is_full() {
            return Err(Full);
        }
        let samples = frames * self.sound.channels;
        let event = if samples <= self.near.vacant_len() {
            // Nobody looks at samples that no event has announced.
            fill::ring(&mut self.near, self.sound.channels, frames, lanes);
            Event::Audio { frames, ring: Ring::Near }
        } else if reach == Reach::Near && samples <= self.near.capacity().get() / 2 {
            return Err(Full);
        } else {
            self.beyond(frames, lanes)?
        };
        let pushed = self.events.try_push(event);
        debug_assert!(pushed.is_ok(), "room was checked above and nobody else pushes");
        Ok(())
    }

    /// Puts a block into the reserve, or into memory of its own.
    #[cold]
    fn beyond(&mut self, frames: usize, lanes: &mut impl Lanes) -> Result<Event, Full> {
        let samples = frames * self.sound.channels;
        if samples > self.reserve.capacity().get() / 2 {
            let samples = fill::own(self.sound.channels, frames, lanes).ok_or(Full)?;
            Ok(Event::Block { samples, frames })
        } else if samples > self.reserve.vacant_len() {
            Err(Full)
        } else {
            fill::ring(&mut self.reserve, self.sound.channels, frames, lanes);
            Ok(Event::Audio { frames, ring: Ring::Reserve })
        }
    }

    /// Puts in `frames` of silence. Always taken: what the ring has no room for is owed.
    pub(crate) fn silence(&mut self, frames: u64) {
        self.owed += frames;
        // Tried again before the next block and at closing.
        let _ = self.settle();
    }

    /// Nothing more comes; the take goes on in `next` if there is one.
    pub(crate) fn close(self, next: Option<Arc<Inbox>>) {
        if let Some(next) = next {
            let set = self.inbox.next.set(next);
            debug_assert!(set.is_ok(), "a feed is closed once");
        }
    }

    fn settle(&mut self) -> Result<(), Full> {
        if self.owed > 0 {
            self.events.try_push(Event::Silence { frames: self.owed }).map_err(|_| Full)?;
            self.owed = 0;
        }
        Ok(())
    }
}

impl Drop for Feed {
    /// A feed that is dropped without [`Feed::close`] (a panic on the cook thread) ends its take too.
    fn drop(&mut self) {
        self.inbox.owed.store(self.owed, Ordering::Relaxed);
        self.inbox.closed.store(true, Ordering::Release);
    }
}

impl Inbox {
    /// The layout of what comes out.
    pub(crate) fn sound(&self) -> Sound {
        self.sound
    }

    /// Shows the oldest item to `use_item` and removes it.
    ///
    /// Samples in the ring are shown in place, under the lock that the spill thread shares, so `use_item` must
    /// not touch a file.
    pub(crate) fn take<R>(&self, use_item: impl FnOnce(Item<'_>) -> R) -> Taken<R> {
        let closed = self.closed.load(Ordering::Acquire);
        let mut outlet = self.outlet();
        if self.spill_asked.load(Ordering::Relaxed) {
            self.spill_asked.store(false, Ordering::Relaxed);
            outlet.spill(self.sound.channels);
        }
        let event = match outlet.spilled.pop_front().or_else(|| outlet.events.try_pop()) {
            Some(Event::Audio { frames, ring }) => {
                let channels = self.sound.channels;
                let [head, tail] = outlet.block(frames * channels, ring);
                let result = use_item(Item::Audio(Planar::wrapped(head, tail, channels, frames)));
                outlet.ring(ring).skip(frames * channels);
                return Taken::Item(result);
            }
            other => other,
        };
        drop(outlet);
        match event {
            Some(Event::Block { samples, frames }) => {
                let view = Planar::contiguous(&samples, self.sound.channels, frames);
                Taken::Item(use_item(Item::Audio(view.split_at(frames).into())))
            }
            Some(Event::Silence { frames }) => Taken::Item(use_item(Item::Silence(frames))),
            _ if closed => match self.owed.swap(0, Ordering::Relaxed) {
                0 => Taken::End,
                frames => Taken::Item(use_item(Item::Silence(frames))),
            },
            _ => Taken::Nothing,
        }
    }

    /// Where the take goes on, once [`Inbox::take`] has said [`Taken::End`].
    pub(crate) fn next(&self) -> Option<&Arc<Inbox>> {
        self.next.get()
    }

    /// True when nothing more will be put in.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// How long the spill thread may sleep without the ring filling up behind it.
    pub(crate) fn spill_period(&self) -> Duration {
        self.spill_period
    }

    /// Moves the rings' blocks to ordinary memory if the reserve is half full.
    ///
    /// When there is no memory the rest stays in the ring, and the cook thread finds it full. A writer thread that
    /// encodes without a pause hardly lets go of the lock, and does it in this thread's place.
    pub(crate) fn spill(&self) {
        match self.outlet.try_lock() {
            Ok(mut outlet) => outlet.spill(self.sound.channels),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().spill(self.sound.channels),
            Err(TryLockError::WouldBlock) => self.spill_asked.store(true, Ordering::Relaxed),
        }
    }

    fn outlet(&self) -> MutexGuard<'_, Outlet> {
        self.outlet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outlet {
    fn spill(&mut self, channels: usize) {
        let crowded = self.reserve.occupied_len() > self.reserve.capacity().get() / 2
            || self.events.occupied_len() > RING_EVENTS / 2;
        while crowded && self.spill_one(channels) {}
    }

    fn ring(&mut self, ring: Ring) -> &mut HeapCons<f32> {
        match ring {
            Ring::Near => &mut self.near,
            Ring::Reserve => &mut self.reserve,
        }
    }

    /// The oldest `samples` in a ring: the second piece follows the first one.
    fn block(&self, samples: usize, ring: Ring) -> [&[f32]; 2] {
        let (head, tail) = match ring {
            Ring::Near => self.near.as_slices(),
            Ring::Reserve => self.reserve.as_slices(),
        };
        let in_head = samples.min(head.len());
        [&head[..in_head], &tail[..samples - in_head]]
    }

    fn spill_one(&mut self, channels: usize) -> bool {
        let Some(&Event::Audio { frames, ring }) = self.events.first() else {
            let Some(event) = self.events.try_pop() else { return false };
            // A disk that hangs for a day must not fill the memory with what was lost meanwhile.
            match (event, self.spilled.back_mut()) {
                (Event::Silence { frames }, Some(Event::Silence { frames: before })) => *before += frames,
                (event, _) => self.spilled.push_back(event),
            }
            return true;
        };
        let samples = frames * channels;
        let mut own = Vec::new();
        if own.try_reserve_exact(samples).is_err() {
            return false;
        }
        self.block(samples, ring).into_iter().for_each(|piece| own.extend_from_slice(piece));
        self.ring(ring).skip(samples);
        self.events.skip(1);
        self.spilled.push_back(Event::Block { samples: own.into_boxed_slice(), frames });
        true
    }
}

#[cfg(test)]
mod tests;

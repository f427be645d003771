//! The way of the samples from the cook thread to the writer thread.
//!
//! [`inbox`] gives a [`Feed`] to the cook thread and an [`Inbox`] to the others. A block is copied into a ring of
//! samples behind a header that says how long it is, and both are shown at once: whoever reads sees whole blocks only.
//!
//! Guarantees of the cook thread's side: [`Feed::audio`] copies each sample once, does not allocate, lock, wait
//! or call the system. When there is no room it says so and takes nothing, so that the caller can count the
//! loss. A block of more than half a ring (a clip, or a slice after a long hitch) gets memory of its own.
//!
//! There are two rings of samples. The near one is small, so that its memory is used again and again; all goes through
//! it while the writer thread keeps up. The reserve holds about two seconds. What does not go through the near ring is
//! announced by an [`Event`] in a third ring, which says after which block of the near one it comes. When the writer
//! thread is stuck in the disk, [`Inbox::spill`], called by a thread of the inbox's own, moves the blocks of both to
//! ordinary memory; the cook thread bounds how much may wait in all. Writer and spill thread share the consumer side
//! under a mutex, which is never held across a file operation.
//!
//! An inbox has one sample rate and channel count. When the input changes them in mid-take, the cook thread
//! goes on with a new inbox and leaves it as [`Inbox::next`] of the former one.

use std::ops::{Range, RangeInclusive};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::time::Duration;

use ringbuf::traits::{Consumer, Observer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use self::outlet::{Oldest, Outlet};
use super::fetch::LINE;
use super::lane::Lanes;
use super::layout::AudioLayout;
use super::planar::Planar;

#[allow(unsafe_code, reason = "fills the ring in place")]
mod fill;
mod outlet;

/// Seconds of audio that the reserve is made for.
const RESERVE_SECONDS: f64 = 2.0;
/// It never takes more than this, except to hold a few blocks of a very wide input.
const RESERVE_BYTES: f64 = 64.0 * 1024.0 * 1024.0;
/// Seconds of audio that the near ring is made for: a few of the writer thread's naps.
const NEAR_SECONDS: f64 = 0.25;
/// What it takes at least, so that in a render host and writer thread work in turns that are long against what it
/// costs to wake each other, and at most, except to hold a few blocks.
const NEAR_BYTES: RangeInclusive<f64> = 1536.0 * 1024.0..=8.0 * 1024.0 * 1024.0;
/// Nor more reserves than this: audio of low rates needs no long turns.
const NEAR_RESERVES: usize = 4;
/// Nor ever more than this: what may wait in memory at all.
const MOST_RING_BYTES: usize = 1 << 30;
/// Events that can wait: two seconds at 60 cooks a second many times over.
const RING_EVENTS: usize = 4096;
/// Places before each block in a ring, of which the first one holds the number of its frames: a line of the cache, so
/// that blocks of usual sizes begin where a line does when the first one does.
const HEADER: usize = LINE / size_of::<f32>();
/// So many blocks find room for their headers beside the seconds of audio.
const HEADERS: usize = 512 * HEADER;
/// Samples that are shown at once: what is made of them is written from the caches then, and the lock is held for a
/// fraction of a millisecond.
const PIECE: usize = 96 * 1024;
/// Frames are shown in multiples of so many, however many channels there are: of each, the processor is to fetch some
/// lines ahead, and encoders work on even numbers of them.
const PIECE_FRAMES: usize = 96;

/// What comes next in a take and is not in the near ring.
#[derive(Debug)]
enum Event {
    /// The next block of the reserve.
    Reserve,
    Spilled(Spilled),
}

/// An event, and how many blocks were put into the near ring before it.
type Announced = (u64, Event);

/// What waits outside the rings.
#[derive(Debug)]
enum Spilled {
    /// A planar block, of which so many frames were shown before.
    Block { samples: Box<[f32]>, frames: usize, shown: usize },
    /// So many frames of silence: a gap that is filled, or samples that were lost.
    Silence { frames: u64 },
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
    /// Blocks that were put into it.
    near_blocks: u64,
    reserve: HeapProd<f32>,
    events: HeapProd<Announced>,
    /// Frames of silence that the ring had no room for yet; they go in before anything else.
    owed: u64,
    sound: AudioLayout,
    inbox: Arc<Inbox>,
}

/// The other threads' end: takes samples out.
pub(crate) struct Inbox {
    sound: AudioLayout,
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
pub(crate) fn inbox(sound: AudioLayout, frames: usize) -> (Feed, Arc<Inbox>) {
    let (near_frames, reserve_frames) = ring_frames(sound, frames);
    let (near_in, near_out) = ring(near_frames * sound.channels + HEADERS);
    let (reserve_in, reserve_out) = ring(reserve_frames * sound.channels + HEADERS);
    let (events_in, events_out) = HeapRb::<Announced>::new(RING_EVENTS).split();
    let reserve_seconds = seconds_in(&reserve_in, sound);
    let inbox = Arc::new(Inbox {
        sound,
        outlet: Mutex::new(Outlet::new(near_out, reserve_out, events_out)),
        owed: AtomicU64::new(0),
        closed: AtomicBool::new(false),
        next: OnceLock::new(),
        spill_asked: AtomicBool::new(false),
        spill_period: Duration::from_secs_f64(reserve_seconds.clamp(0.04, RESERVE_SECONDS)) / 8,
    });
    let feed = Feed {
        near: near_in,
        near_blocks: 0,
        reserve: reserve_in,
        events: events_in,
        owed: 0,
        sound,
        inbox: Arc::clone(&inbox),
    };
    (feed, inbox)
}

/// Frames that the near ring and the reserve have room for when the first block has `frames`.
fn ring_frames(sound: AudioLayout, frames: usize) -> (usize, usize) {
    let frame_bytes = (sound.channels * size_of::<f32>()) as f64;
    let seconds = RESERVE_SECONDS.min(RESERVE_BYTES / (sound.rate * frame_bytes));
    let a_few_blocks = 4 * frames.min(1 << 16);
    let most = (MOST_RING_BYTES / frame_bytes as usize).max(64);
    let reserve = ((seconds * sound.rate) as usize).max(a_few_blocks).min(most);
    let near_bytes = (NEAR_SECONDS * sound.rate * frame_bytes).clamp(*NEAR_BYTES.start(), *NEAR_BYTES.end());
    let near = ((near_bytes / frame_bytes) as usize).max(a_few_blocks).min(most.min(NEAR_RESERVES * reserve));
    (near, reserve.max(64))
}

/// How much audio a ring holds when it is full.
fn seconds_in(ring: &HeapProd<f32>, sound: AudioLayout) -> f64 {
    ring.capacity().get().saturating_sub(HEADERS) as f64 / sound.channels as f64 / sound.rate
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
    let before = samples_in.vacant_slices().0.as_ptr().align_offset(LINE).min(samples);
    samples_in.push_iter(std::iter::repeat_n(0.0, before));
    samples_out.skip(before);
    (samples_in, samples_out)
}

impl Feed {
    /// The layout of what is put in.
    pub(crate) fn sound(&self) -> AudioLayout {
        self.sound
    }

    /// How much audio the reserve holds when it is full.
    pub(crate) fn seconds(&self) -> f64 {
        seconds_in(&self.reserve, self.sound)
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
    #[inline(always)]
    pub(crate) fn audio(&mut self, frames: usize, lanes: &mut impl Lanes, reach: Reach) -> Result<(), Full> {
        if self.owed > 0 {
            self.settle()?;
        }
        if fill::ring(&mut self.near, self.sound.channels, frames, lanes).is_ok() {
            self.near_blocks += 1;
            return Ok(());
        }
        if reach == Reach::Near && self.is_for(&self.near, frames) {
            return Err(Full);
        }
        self.beyond(frames, lanes)
    }

    /// Whether `ring` is large enough that waiting for room in it makes sense.
    fn is_for(&self, ring: &HeapProd<f32>, frames: usize) -> bool {
        HEADER + frames * self.sound.channels <= ring.capacity().get() / 2
    }

    /// Puts a block into the reserve, or into memory of its own.
    #[cold]
    fn beyond(&mut self, frames: usize, lanes: &mut impl Lanes) -> Result<(), Full> {
        if self.events.is_full() {
            return Err(Full);
        }
        let event = if self.is_for(&self.reserve, frames) {
            fill::ring(&mut self.reserve, self.sound.channels, frames, lanes)?;
            Event::Reserve
        } else {
            let samples = fill::own(self.sound.channels, frames, lanes).ok_or(Full)?;
            Event::Spilled(Spilled::Block { samples, frames, shown: 0 })
        };
        self.announce(event)
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
            self.announce(Event::Spilled(Spilled::Silence { frames: self.owed }))?;
            self.owed = 0;
        }
        Ok(())
    }

    fn announce(&mut self, event: Event) -> Result<(), Full> {
        self.events.try_push((self.near_blocks, event)).map_err(|_| Full)
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
    pub(crate) fn sound(&self) -> AudioLayout {
        self.sound
    }

    /// Shows the oldest item to `use_item` and removes it; of a large block, the next piece.
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
        let spilled = match outlet.pop_spilled() {
            Some(spilled) => Some(spilled),
            None => match outlet.oldest() {
                Some(Oldest::Event) => outlet.pop_event(),
                Some(oldest) => {
                    let (frames, [head, tail]) = outlet.block(oldest, self.sound.channels);
                    let piece = self.piece(outlet.shown, frames);
                    let shown = piece.end;
                    let result = use_item(Item::Audio(Planar::wrapped(head, tail, self.sound.channels, frames, piece)));
                    if shown < frames {
                        outlet.shown = shown;
                    } else {
                        outlet.skip(oldest, frames * self.sound.channels);
                    }
                    return Taken::Item(result);
                }
                None => None,
            },
        };
        drop(outlet);
        match spilled {
            Some(Spilled::Block { samples, frames, shown }) => {
                let piece = self.piece(shown, frames);
                let shown = piece.end;
                let views = Planar::wrapped(&samples, &[], self.sound.channels, frames, piece);
                let result = use_item(Item::Audio(views));
                if shown < frames {
                    self.outlet().spilled.push_front(Spilled::Block { samples, frames, shown });
                }
                Taken::Item(result)
            }
            Some(Spilled::Silence { frames }) => Taken::Item(use_item(Item::Silence(frames))),
            _ if closed => match self.owed.swap(0, Ordering::Relaxed) {
                0 => Taken::End,
                frames => Taken::Item(use_item(Item::Silence(frames))),
            },
            _ => Taken::Nothing,
        }
    }

    /// What is shown at once of a block of which so many frames were `shown` before.
    fn piece(&self, shown: usize, frames: usize) -> Range<usize> {
        let most = (PIECE / self.sound.channels / PIECE_FRAMES).max(1) * PIECE_FRAMES;
        shown..frames.min(shown + most)
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

#[cfg(test)]
mod tests;

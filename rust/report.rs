//! What comes back from the encoding thread and the destinations: numbers, and events.
//!
//! Numbers are atomics with relaxed order, each with one writer: every one is shown on its own and none guards memory.
//! Texts, and everything that must be seen in order, are [`Event`]s in one queue. Whoever wants to show something takes
//! the events first, so that a take which is seen as finished has been counted.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::messages::{Problem, Refusal, Warning};

/// Destinations that every output of a node has.
pub(crate) const DESTINATIONS: usize = 1;

/// What a node's threads report, for as long as the node lives.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) backlog: Backlog,
    pub(crate) events: Events,
    /// Seconds of pre-roll that a take which begins now would get. Encoding thread.
    pub(crate) preroll: Number,
    /// Seconds by which the local clock is ahead of UTC, as a part of a day. Destination.
    pub(crate) utc_offset: Count,
}

impl Report {
    /// Reports an error of a take, which will not count as finished.
    pub(crate) fn problem(&self, id: TakeId, take: &TakeReport, problem: Problem) {
        take.has_problem.store(true, Ordering::Release);
        self.events.post(id, Event::Problem(problem));
    }
}

/// Counters of what waits in memory between the cook thread and the files. None of them ever decreases, but for
/// [`Backlog::history`].
#[derive(Default)]
pub(crate) struct Backlog {
    /// Bytes of samples that went into the stream. Cook thread.
    pub(crate) fed: Count,
    /// Bytes of samples that were taken out of it. Encoding thread.
    pub(crate) encoded: Count,
    /// Bytes of samples that came out of it while no take ran: they wait for no disk. Encoding thread.
    pub(crate) heard: Count,
    /// Bytes of samples that are kept for the pre-roll of the next take. Encoding thread.
    pub(crate) history: Count,
    pub(crate) queues: [QueueCounts; DESTINATIONS],
}

/// Counters of the queue of one destination.
#[derive(Default)]
pub(crate) struct QueueCounts {
    /// Bytes of packets that went in. Encoding thread.
    pub(crate) sent: Count,
    /// Bytes of packets that need no memory any more. Destination.
    pub(crate) taken: Count,
    /// Bytes of samples of which all that is made of them is in the file, or never will be. Destination.
    pub(crate) written: Count,
}

impl Backlog {
    /// Bytes of samples that wait in any form, for the destination that is furthest behind.
    pub(crate) fn waiting(&self) -> u64 {
        let written = self.queues.iter().map(|queue| queue.written.get()).min().unwrap_or(0);
        self.fed.get().saturating_sub(written + self.heard.get())
    }

    /// Bytes of samples that wait to be encoded.
    pub(crate) fn in_stream(&self) -> u64 {
        self.fed.get().saturating_sub(self.encoded.get())
    }

    /// Bytes of packets that wait to be written.
    pub(crate) fn in_queues(&self) -> u64 {
        self.queues.iter().map(|queue| queue.sent.get().saturating_sub(queue.taken.get())).sum()
    }

    /// A number that moves whenever any of it goes on.
    pub(crate) fn progress(&self) -> u64 {
        let written = self.queues.iter().map(|queue| queue.written.get() + queue.taken.get());
        written.fold(self.encoded.get(), u64::wrapping_add)
    }

    /// Bytes of memory that what waits takes.
    pub(crate) fn memory(&self) -> u64 {
        self.in_stream() + self.in_queues()
    }
}

/// The numbers of one take.
#[derive(Default)]
pub(crate) struct TakeReport {
    /// Frames that were put into the stream, silence not counted. Cook thread.
    pub(crate) fed: Count,
    /// Frames lost before they came to us: hitches. Cook thread.
    pub(crate) gap: Count,
    /// Frames that memory had no room for. Cook thread.
    pub(crate) lost: Count,
    /// Frames of the pre-roll, silence not counted, those that were lost before they came to us, and those that memory had
    /// no room for. Encoding thread.
    pub(crate) preroll: Count,
    pub(crate) preroll_gap: Count,
    pub(crate) preroll_lost: Count,
    /// Samples clipped to full scale. Encoding thread.
    pub(crate) clipped: Count,
    /// Frames in the file or files, silence included. Destination, as are all that follow.
    pub(crate) written: Count,
    /// Frames of silence among them.
    pub(crate) silence: Count,
    /// Bytes on disk, all parts of the take.
    pub(crate) bytes: Count,
    /// Markers of the file or files.
    pub(crate) markers: Count,
    /// Seconds of audio in the file or files.
    pub(crate) seconds: Number,
    /// Minutes that still fit on the disk at this data rate; negative when unknown.
    pub(crate) minutes_left: Number,
    /// Frames that were fed and are in no file, because one was given up while the take went on. Destination.
    pub(crate) dropped: Count,
    /// The file takes no more packets: the take is to go on in another one. Destination.
    wants_part: AtomicBool,
    /// When nothing more is waited for on its behalf, in milliseconds of [`CLOCK`]; the greatest number while it is fed.
    /// Cook thread.
    waits_until: Moment,
    /// The take has come to its end before its time: nothing more is written. Whoever finds out. Stored with release after
    /// the problem was posted, so that a cook which sees it finds the problem to show.
    failed: AtomicBool,
    /// The take is as long as it was to be: nothing more is written. Encoding thread.
    ended: AtomicBool,
    /// An error was reported, so that the take will not count as finished. Whoever finds out. Stored with release before
    /// the problem is posted: whoever takes that event also sees this.
    has_problem: AtomicBool,
}

impl TakeReport {
    /// Frames that were fed and are in no file: of a take that ended in an error.
    pub(crate) fn unwritten(&self) -> u64 {
        let heard = self.written.get().saturating_sub(self.silence.get());
        (self.fed.get() + self.preroll.get()).saturating_sub(heard + self.dropped.get())
    }

    /// The take has come to its end, or its node has: what a disk refuses is tried for so much longer at most.
    pub(crate) fn wait_no_longer_than(&self, patience: Duration) {
        let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        self.waits_until.0.fetch_min(now().saturating_add(patience), Ordering::Relaxed);
    }

    /// Whether what a disk refuses is not to be tried again.
    pub(crate) fn is_out_of_time(&self) -> bool {
        let until = self.waits_until.0.load(Ordering::Relaxed);
        until != u64::MAX && now() >= until
    }

    /// The take is to go on in another file.
    pub(crate) fn want_part(&self) {
        self.wants_part.store(true, Ordering::Relaxed);
    }

    /// Whether that was asked since the last time.
    pub(crate) fn wanted_part(&self) -> bool {
        self.wants_part.load(Ordering::Relaxed) && self.wants_part.swap(false, Ordering::Relaxed)
    }

    /// Nothing more of the take is written.
    pub(crate) fn give_up(&self) {
        self.failed.store(true, Ordering::Release);
    }

    /// Whether nothing more of the take is written.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// The take has come to its end by itself.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Whether it has.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Whether an error of the take was reported.
    pub(crate) fn has_problem(&self) -> bool {
        self.has_problem.load(Ordering::Acquire)
    }
}

/// When the process first asked for the time.
static CLOCK: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Milliseconds of [`CLOCK`].
fn now() -> u64 {
    CLOCK.elapsed().as_millis() as u64
}

/// A moment of [`CLOCK`]; the greatest number is never.
struct Moment(AtomicU64);

impl Default for Moment {
    fn default() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }
}

/// Names a take of a node.
pub(crate) type TakeId = u64;

/// Something that happened to a take.
#[derive(Debug)]
pub(crate) enum Event {
    /// Its first file is open and locked; `suffix` is what File's `{suffix}` became.
    Started {
        file: PathBuf,
        suffix: String,
    },
    /// It goes on in this file.
    Continued {
        file: PathBuf,
    },
    /// This file of it is complete on disk, closed and unlocked, and the take goes on.
    PartFinished {
        file: PathBuf,
    },
    /// It is complete on disk, closed and unlocked. The next take would get `next_suffix`.
    Finished {
        file: PathBuf,
        next_suffix: String,
    },
    /// An error ended it, its file is closed and unlocked.
    Failed {
        next_suffix: String,
    },
    /// Something is wrong with it; the first problem is the one to show.
    Problem(Problem),
    /// An operation is refused, and tried again.
    Refused(Refusal),
    /// What was refused last has worked after so many seconds.
    Accepted {
        seconds: f64,
        /// Frames that memory had no room for meanwhile.
        lost: u64,
    },
    /// What was refused last is not tried again: the take goes on in another file, and a problem says what it lacks.
    Dropped,
    Warning(Warning),
    /// A search that began when so many takes were over has found the suffix that the next take would get.
    SuffixFound {
        takes_over: u64,
        suffix: String,
    },
}

/// The events of a node, in order.
#[derive(Default)]
pub(crate) struct Events {
    /// Both stores are made under the lock of the queue, which orders them: a flag that is up has an event behind it, and
    /// none stays in the queue behind one that is down. A look without the lock may be late by one post, and needs no
    /// more, since the lock is taken before the queue is read. `tests/loom` tries every order.
    pending: AtomicBool,
    queue: Mutex<VecDeque<(TakeId, Event)>>,
}

impl Events {
    /// Queues an event of a take. Never waits for more than a move of the queue.
    pub(crate) fn post(&self, take: TakeId, event: Event) {
        let mut queue = self.lock();
        queue.push_back((take, event));
        self.pending.store(true, Ordering::Release);
    }

    /// Whether there are any.
    #[inline]
    pub(crate) fn are_pending(&self) -> bool {
        self.pending.load(Ordering::Acquire)
    }

    /// Takes all of them.
    pub(crate) fn take(&self) -> VecDeque<(TakeId, Event)> {
        let mut queue = self.lock();
        self.pending.store(false, Ordering::Relaxed);
        std::mem::take(&mut queue)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(TakeId, Event)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A counter that one thread writes and any thread reads. Relaxed: no reader concludes from one counter what another
/// one or any other memory holds; what has to be seen in order is an event.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, value: u64) {
        // One writer. An atomic addition would wait until all stores before it have reached the caches.
        self.set(self.get() + value);
    }
}

/// A floating-point value that one thread writes and any thread reads. Relaxed, as [`Count`].
#[derive(Default)]
pub(crate) struct Number(AtomicU64);

impl Number {
    pub(crate) fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    pub(crate) fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unwritten_frames_do_not_count_silence_as_heard() {
        let report = TakeReport::default();
        report.fed.set(100);
        report.written.set(60);
        report.silence.set(10);
        assert_eq!(report.unwritten(), 50);
    }

    #[test]
    fn what_waits_is_what_the_slowest_has_not_written() {
        let backlog = Backlog::default();
        backlog.fed.set(1000);
        backlog.encoded.set(600);
        backlog.queues[0].sent.set(70);
        backlog.queues[0].taken.set(20);
        backlog.queues[0].written.set(400);
        backlog.heard.set(100);
        assert_eq!(
            (backlog.waiting(), backlog.in_stream(), backlog.in_queues(), backlog.memory()),
            (500, 400, 50, 450)
        );
    }

    #[test]
    fn events_come_in_order_and_once() {
        let events = Events::default();
        assert!(!events.are_pending());
        events.post(1, Event::Problem(Problem::NoFile));
        events.post(2, Event::Failed { next_suffix: String::new() });
        assert!(events.are_pending());
        assert_eq!(events.take().iter().map(|(take, _)| *take).collect::<Vec<_>>(), [1, 2]);
        assert!(!events.are_pending() && events.take().is_empty());
    }
}

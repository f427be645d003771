//! What crosses from the encoding thread to a destination's thread: files to open, packets, files to finish, in order.
//!
//! The queue takes whatever comes: how much may wait is bounded where audio enters the stream. Memory of packets that
//! were written goes back to the encoding thread and is used again.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::Duration;

use super::names::NameRequest;
use crate::codec::Packets;
use crate::container::Container;
use crate::container::markers::Marker;
use crate::formats::{Format, Settings};
use crate::report::{QueueCounts, Report, TakeId, TakeReport};
use crate::stream::AudioLayout;

/// Packets whose memory is kept, at most so large.
const SPARES: usize = 2;
const LARGEST_SPARE: usize = 1 << 20;

/// Something for a destination to do.
pub(crate) enum Work {
    /// Open the next file.
    Open(Box<OpenPart>),
    Write(Batch),
    /// All of the file was written: complete it. `frames` is what a decoder must find in it.
    Finish {
        frames: u64,
        take_ends: bool,
    },
    /// Nothing more comes for this take, because of a problem that was reported: keep what can be played.
    Abandon(Arc<TakeOutput>),
}

/// A file to open.
pub(crate) struct OpenPart {
    pub(crate) take: Arc<TakeOutput>,
    pub(crate) container: Box<dyn Container>,
    pub(crate) layout: AudioLayout,
}

/// What all files of one take at one destination have in common.
pub(crate) struct TakeOutput {
    pub(crate) id: TakeId,
    pub(crate) report: Arc<TakeReport>,
    pub(crate) name: NameRequest,
    pub(crate) format: &'static Format,
    pub(crate) settings: Settings,
    /// Bytes that a file may have where the take is written; the greatest number until a limit is known. Destination.
    pub(crate) largest_file: AtomicU64,
}

/// Packets of one file.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) packets: Packets,
    /// Which frames of the file are silence, of those that were encoded for this batch.
    pub(crate) silence: Vec<Range<u64>>,
    /// Markers of the file that are new, in the order of their frames.
    pub(crate) markers: Vec<Marker>,
    /// Bytes of samples that wait no longer once this is written.
    pub(crate) source_bytes: u64,
}

/// The encoding thread's end. Dropping it ends the destination's thread, once everything is done.
pub(crate) struct QueueSender {
    works: Sender<Work>,
    spare: Receiver<Packets>,
    report: Arc<Report>,
    index: usize,
}

/// The destination's end.
pub(super) struct QueueReceiver {
    works: Receiver<Work>,
    /// What was found while batches were looked for.
    stashed: Option<Work>,
    spare: SyncSender<Packets>,
    report: Arc<Report>,
    index: usize,
}

/// What [`QueueReceiver::next`] found.
pub(super) enum Next {
    Work(Work),
    /// Nothing came in time.
    Nothing,
    /// Nothing will come.
    End,
}

/// Makes the queue of destination `index`.
pub(super) fn queue(report: &Arc<Report>, index: usize) -> (QueueSender, QueueReceiver) {
    let (works, to_do) = mpsc::channel();
    // Few are under way while the disk keeps up. All of those of a stall would only keep memory when it is over.
    let (written, spare) = mpsc::sync_channel(SPARES);
    let sender = QueueSender { works, spare, report: Arc::clone(report), index };
    (sender, QueueReceiver { works: to_do, stashed: None, spare: written, report: Arc::clone(report), index })
}

impl QueueSender {
    /// Puts in some work. Returns at once.
    pub(crate) fn send(&self, work: Work) {
        if let Work::Write(batch) = &work {
            self.counts().sent.add(batch.packets.bytes.len() as u64);
        }
        // Fails only when the thread is gone, which only dropping this end makes it.
        let _ = self.works.send(work);
    }

    /// Empty packets, whose memory was used before if there is some.
    pub(crate) fn empty_packets(&self) -> Packets {
        self.spare.try_recv().unwrap_or_default()
    }

    /// Bytes of packets that wait here.
    pub(crate) fn waiting(&self) -> u64 {
        self.counts().sent.get().saturating_sub(self.counts().taken.get())
    }

    fn counts(&self) -> &QueueCounts {
        &self.report.backlog.queues[self.index]
    }
}

impl QueueReceiver {
    /// Waits for work, for `patience` at most if there is a limit.
    pub(super) fn next(&mut self, patience: Option<Duration>) -> Next {
        if let Some(work) = self.stashed.take() {
            return Next::Work(work);
        }
        let next = match patience {
            Some(patience) => self.works.recv_timeout(patience),
            None => self.works.recv().map_err(RecvTimeoutError::from),
        };
        match next {
            Ok(work) => Next::Work(work),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        }
    }

    /// The batch that follows the last work, if it waits already.
    pub(super) fn more(&mut self) -> Option<Batch> {
        match self.works.try_recv() {
            Ok(Work::Write(batch)) => Some(batch),
            other => {
                self.stashed = other.ok();
                None
            }
        }
    }

    /// So many bytes of packets, made from `source_bytes`, wait no longer.
    pub(super) fn done(&self, bytes: u64, source_bytes: u64) {
        let counts = &self.report.backlog.queues[self.index];
        counts.taken.add(bytes);
        counts.written.add(source_bytes);
    }

    /// The memory of these packets can be used again.
    pub(super) fn recycle(&self, mut packets: Packets) {
        packets.clear();
        if packets.bytes.capacity() <= LARGEST_SPARE {
            // Full, or the encoding thread is gone.
            let _ = self.spare.try_send(packets);
        }
    }
}

//! The node's end of the stream: how much may wait in it and behind it, and what a cook does when there is no room.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::params;
use crate::bridge::Inputs;
use crate::faults::Faults;
use crate::messages::Problem;
use crate::report::{Report, TakeReport};
use crate::stream::block::CookBlock;
use crate::stream::{AudioLayout, Full, StreamWriter, stream};
use crate::take::{Command, Pipeline};

/// Memory for waiting audio and for pre-roll never exceeds this, whatever Max Buffer says.
const MOST_WAITING_BYTES: f64 = 1024.0 * 1024.0 * 1024.0;
/// Nor does that for pre-roll exceed this, so that the other half is left for what waits.
const MOST_PREROLL_BYTES: u64 = 512 * 1024 * 1024;
/// Below this much waiting audio Max Buffer, which is never less, need not be asked for.
pub(super) const SHORTEST_BUFFER_SECONDS: f64 = 1.0;
/// How long an offline cook sleeps between its looks for room, in microseconds. It goes on when the ring is half empty: a
/// sleep for each block would cost more than the block.
const OFFLINE_NAPS: [u64; 6] = [100, 200, 400, 800, 1600, 3200];
/// An offline cook lets the disk catch up to so many bytes: more would take new memory, and be written from cold one.
const OFFLINE_QUEUE: u64 = 2 * 1024 * 1024;

/// Frames of such audio that may be kept for a pre-roll.
pub(super) fn most_preroll(layout: AudioLayout) -> u64 {
    MOST_PREROLL_BYTES / layout.frame_bytes()
}

/// The stream of a node, and the threads behind it. Dropping it finishes what was put in.
pub(super) struct Feed {
    // Before the pipeline, whose drop waits for the end of the stream.
    writer: StreamWriter<Command>,
    pipeline: Pipeline,
    report: Arc<Report>,
    /// What comes waits for no disk: no take runs.
    listens: bool,
}

impl Feed {
    /// Starts the threads, for audio of this layout in blocks of about `frames`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(
        layout: AudioLayout,
        frames: usize,
        report: &Arc<Report>,
        faults: &Arc<Faults>,
    ) -> Result<Self, Problem> {
        let (writer, reader) = stream(layout, frames);
        let pipeline = Pipeline::start(reader, layout, report, faults)?;
        Ok(Self { writer, pipeline, report: Arc::clone(report), listens: false })
    }

    /// The layout of what is put in.
    pub(super) fn layout(&self) -> AudioLayout {
        self.writer.layout()
    }

    /// How much audio the ring holds when it is full.
    pub(super) fn ring_seconds(&self) -> f64 {
        self.writer.ring_seconds()
    }

    /// What follows has this layout.
    pub(super) fn set_layout(&mut self, layout: AudioLayout, frames: usize) {
        if layout != self.writer.layout() {
            self.writer.set_layout(layout, frames);
        }
    }

    /// Puts in a message, and wakes the encoding thread for it.
    pub(super) fn command(&mut self, command: Command) {
        self.listens = command.listens();
        self.writer.control(command);
        self.wake();
    }

    /// Puts in a message that is due after so many frames of the block that comes.
    pub(super) fn command_after(&mut self, frames: u64, command: Command) {
        self.command(match frames {
            0 => command,
            _ => Command::After { frames, command: Box::new(command) },
        });
    }

    /// Puts in a message that is in no hurry.
    pub(super) fn note(&mut self, command: Command) {
        self.writer.control(command);
    }

    pub(super) fn wake(&self) {
        self.pipeline.wake();
    }

    /// Puts in `frames` of silence.
    pub(super) fn push_silence(&mut self, frames: u64) {
        self.writer.push_silence(frames);
    }

    /// Puts in the `selected` channels of `block`, if the ring has room and no more waits than may.
    ///
    /// # Errors
    /// [`Full`] when not: nothing of the block was copied.
    #[inline(always)]
    pub(super) fn push(
        &mut self,
        take: &TakeReport,
        inputs: &Inputs,
        block: &mut CookBlock<'_>,
        selected: &[usize],
    ) -> Result<(), Full> {
        self.put(take, inputs, block, |writer, block| writer.push(block, selected))
    }

    /// As [`Feed::push`], where the ring has no room: in memory of the block's own.
    ///
    /// # Errors
    /// [`Full`] when no more may wait.
    #[cold]
    pub(super) fn push_outside(
        &mut self,
        take: &TakeReport,
        inputs: &Inputs,
        block: &mut CookBlock<'_>,
        selected: &[usize],
    ) -> Result<(), Full> {
        self.put(take, inputs, block, |writer, block| writer.push_outside(block, selected))
    }

    #[inline(always)]
    fn put(
        &mut self,
        take: &TakeReport,
        inputs: &Inputs,
        block: &mut CookBlock<'_>,
        put: impl FnOnce(&mut StreamWriter<Command>, &mut CookBlock<'_>) -> Result<(), Full>,
    ) -> Result<(), Full> {
        let frames = block.frames();
        self.admit(take, inputs, frames)?;
        put(&mut self.writer, block)?;
        take.fed.add(frames as u64);
        self.report.backlog.fed.add(frames as u64 * self.layout().frame_bytes());
        Ok(())
    }

    /// Whether `frames` more may wait.
    #[inline(always)]
    fn admit(&self, take: &TakeReport, inputs: &Inputs, frames: usize) -> Result<(), Full> {
        let layout = self.layout();
        // What a take before has left for the disk must not cost the next one its pre-roll.
        let backlog = &self.report.backlog;
        let waiting = if self.listens { backlog.in_stream() } else { backlog.waiting() };
        let all = waiting + frames as u64 * layout.frame_bytes();
        // Counts become floats by way of `i64`: from unsigned ones the processor gets there with constants that would
        // have to come from memory at every cook.
        let second = layout.rate * layout.frame_bytes() as i64 as f64;
        if waiting == 0 || all as i64 as f64 <= second * SHORTEST_BUFFER_SECONDS {
            return Ok(());
        }
        self.admit_more(take, inputs, all, waiting, second)
    }

    /// The same where much waits. A block that comes first in its take may be longer than Max Buffer, since a clip is not
    /// to be cut.
    #[cold]
    #[inline(never)]
    fn admit_more(&self, take: &TakeReport, inputs: &Inputs, all: u64, waiting: u64, second: f64) -> Result<(), Full> {
        let seconds = inputs.par_double(params::MAX_BUFFER.name).max(SHORTEST_BUFFER_SECONDS);
        let backlog = &self.report.backlog;
        let memory = (backlog.memory() + backlog.history.get() + (all - waiting)) as f64;
        // While its pre-roll is encoded, a take is behind by that time at most.
        let preroll = take.preroll.get() as f64 * self.layout().frame_bytes() as f64;
        let may_wait = take.fed.get() == 0 || all as f64 <= seconds * second + preroll;
        if may_wait && memory <= MOST_WAITING_BYTES { Ok(()) } else { Err(Full) }
    }

    /// Whether so much waits for the disk that a cook which is in no hurry does better to let it catch up.
    pub(super) fn is_far_behind(&self) -> bool {
        self.report.backlog.in_queues() > OFFLINE_QUEUE
    }

    /// Lets the encoding thread empty half of the ring, and the disk catch up, for a few milliseconds at most.
    pub(super) fn wait_for_room(&self, take: &TakeReport) {
        self.wake();
        for nap in OFFLINE_NAPS {
            thread::sleep(Duration::from_micros(nap));
            let has_room = self.writer.has_headroom() && self.report.backlog.in_queues() <= OFFLINE_QUEUE;
            if has_room || take.has_failed() {
                break;
            }
        }
    }

    /// A number that moves whenever anything goes on behind the stream.
    pub(super) fn progress(&self) -> u64 {
        self.report.backlog.progress()
    }

    /// Whether the ring is large enough that waiting for room for so many frames makes sense.
    pub(super) fn fits_ring(&self, frames: usize) -> bool {
        self.writer.fits_ring(frames)
    }
}

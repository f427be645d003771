//! The thread of one destination: does what is in its queue, and keeps the open file safe meanwhile.
//!
//! A destination is a failure domain: whatever its disk does, the encoding thread and other destinations go on. What a
//! disk refuses is tried again while audio waits in the queue, so that a refusal is to the take what a slow disk is. Only
//! a problem that no waiting can mend ends the take here: what was written is made playable, and the report says why.

mod another_file;
mod take;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use self::take::{Opened, Take};
use super::insisting::Refused;
use super::local_time::LocalTime;
use super::names;
use super::part::Part;
use super::queue::{Batch, Next, OpenPart, QueueReceiver, TakeOutput, Work};
use super::refusals::{self, Verdict};
use super::take_file::TakeFile;
use crate::faults::Faults;
use crate::messages::{Problem, Warning};
use crate::report::{Event, Report, TakeId};

/// How long the thread sleeps at most while a file is open.
const NAP: Duration = Duration::from_millis(250);
/// Bytes that are written at once, at most twice as many.
const ONE_WRITE: usize = 256 * 1024;
/// A file that was refused so often may be dead, although its disk is back.
const PATIENT_ATTEMPTS: u32 = 3;
/// How often the free space is asked for.
const LOOK_AROUND: Duration = Duration::from_secs(2);

/// One destination.
pub(super) struct Destination {
    queue: QueueReceiver,
    report: Arc<Report>,
    faults: Arc<Faults>,
    take: Option<Take>,
    /// The last take that ended early: what still comes for it is left out.
    ended_early: Option<TakeId>,
    /// How the open file came to be given up, while the next is not open.
    refused: Option<Refused>,
}

impl Destination {
    pub(super) fn new(queue: QueueReceiver, report: Arc<Report>, faults: Arc<Faults>) -> Self {
        Self { queue, report, faults, take: None, ended_early: None, refused: None }
    }

    /// Works until the other end of the queue is gone.
    pub(super) fn run(mut self) {
        loop {
            let is_open = self.take.as_ref().is_some_and(|take| take.part.is_some());
            let outcome = match self.queue.next(is_open.then_some(NAP)) {
                Next::Work(work) => self.guarded(|destination| destination.work(work)),
                Next::Nothing => Ok(()),
                Next::End => break,
            };
            let outcome = outcome.and_then(|()| self.guarded(Self::keep_safe));
            if let Err(problem) = outcome {
                self.fail(problem);
            }
        }
        // A take whose end never came: the encoding thread is gone after a mistake of its own.
        if let Some(output) = self.take.as_ref().map(|take| Arc::clone(&take.output)) {
            self.end_early(&output);
        }
    }

    /// Runs `body`; a panic in it is a problem like any other.
    fn guarded(&mut self, body: impl FnOnce(&mut Self) -> Result<(), Problem>) -> Result<(), Problem> {
        catch_unwind(AssertUnwindSafe(|| body(self))).unwrap_or_else(|panic| Err(Problem::internal(&*panic)))
    }

    fn work(&mut self, work: Work) -> Result<(), Problem> {
        match work {
            Work::Open(open) => self.open(*open),
            Work::Write(batch) => self.write(batch),
            Work::Finish { frames, take_ends } => self.finish(frames, take_ends),
            Work::Abandon(output) => {
                self.end_early(&output);
                Ok(())
            }
        }
    }

    /// Does `attempt` until it works, if waiting may help and the take has time for it.
    ///
    /// # Errors
    /// The last refusal.
    fn insist<T>(&mut self, mut attempt: impl FnMut(&mut Self) -> Result<T, Problem>) -> Result<T, Problem> {
        let mut refused: Option<Refused> = None;
        loop {
            let problem = match attempt(self) {
                Ok(done) => {
                    if let (Some(refused), Some(take)) = (refused, &self.take) {
                        self.report.events.post(take.output.id, refused.accepted(&take.output.report));
                    }
                    return Ok(done);
                }
                Err(problem) => problem,
            };
            let verdict = self.verdict(&problem);
            let Some(take) = &self.take else { return Err(problem) };
            let report = &take.output.report;
            if verdict != Verdict::Wait || report.is_out_of_time() {
                self.refused = refused;
                return Err(problem);
            }
            let refused = refused.get_or_insert_with(|| Refused::new(report));
            if let Some(refusal) = refused.once_more(&problem) {
                self.report.events.post(take.output.id, Event::Refused(refusal));
            }
            refused.wait(report);
        }
    }

    /// What a problem with the open file means for the take.
    fn verdict(&self, problem: &Problem) -> Verdict {
        let part = self.take.as_ref().and_then(|take| take.part.as_ref());
        match refusals::of(problem, part.map_or(0, Part::bytes)) {
            // One that has taken nothing has no limit that another would not have.
            Verdict::NextPart
                if part.is_none_or(|part| part.frames() == 0) && matches!(problem, Problem::Io { .. }) =>
            {
                Verdict::Wait
            }
            verdict => verdict,
        }
    }

    /// Does `attempt` to the open file as [`Destination::insist`] does. A file that takes no more is given up: the take
    /// goes on in another one.
    fn insist_on_part(
        &mut self,
        mut attempt: impl FnMut(&mut Part, &Report, &TakeOutput) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        loop {
            let mut attempts = 0;
            let outcome = self.insist(|destination| match &mut destination.take {
                Some(Take { part: Some(part), output, .. }) if !part.is_given_up() => {
                    attempts += 1;
                    if attempts > PATIENT_ATTEMPTS {
                        part.reopen()?;
                    }
                    attempt(part, &destination.report, output)
                }
                _ => Ok(()),
            });
            let Err(problem) = outcome else { return Ok(()) };
            if self.verdict(&problem) != Verdict::NextPart {
                return Err(problem);
            }
            if !self.go_on_in_another_file(problem)? {
                return Ok(());
            }
        }
    }

    /// Writes a batch, and those that wait behind it: after a stall they are many and small.
    fn write(&mut self, mut batch: Batch) -> Result<(), Problem> {
        let (mut bytes, mut source_bytes) = (0, 0);
        let mut part = self.take.as_mut().and_then(|take| take.part.as_mut());
        loop {
            bytes += batch.packets.bytes.len() as u64;
            source_bytes += batch.source_bytes;
            let pending = part.as_mut().map_or(0, |part| part.lay_out(&mut batch));
            self.queue.recycle(batch.packets);
            match if pending < ONE_WRITE { self.queue.more() } else { None } {
                Some(next) => batch = next,
                None => break,
            }
        }
        let written = self.insist_on_part(|part, _, _| part.write());
        self.queue.done(bytes, source_bytes);
        self.publish();
        written
    }

    /// Opens the next file of a take.
    fn open(&mut self, open: OpenPart) -> Result<(), Problem> {
        let OpenPart { take: output, container, layout } = open;
        if self.ended_early == Some(output.id) {
            return Ok(());
        }
        if self.take.as_ref().is_none_or(|take| take.output.id != output.id) {
            self.take = Some(Take::new(Arc::clone(&output)));
        }
        let opened = self.insist(|destination| match &mut destination.take {
            Some(take) => take.open(&*container).map(Some),
            None => Ok(None),
        });
        if let Some(opened) = opened? {
            let faults = Arc::clone(&self.faults);
            self.begin(opened, |file| Part::new(file, container, layout, &faults));
        }
        Ok(())
    }

    /// The take goes on in a file that was opened.
    fn begin(&mut self, opened: Opened, part: impl FnOnce(TakeFile) -> Part) {
        let (Opened { file, warning, suffix }, Some(take)) = (opened, &mut self.take) else { return };
        self.report.utc_offset.set(LocalTime::utc_offset(SystemTime::now()));
        let (path, output) = (file.path().to_owned(), Arc::clone(&take.output));
        take.first.get_or_insert_with(|| path.clone());
        let part = take.part.insert(part(file));
        output.largest_file.store(part.largest(), Ordering::Relaxed);
        self.report.events.post(
            output.id,
            match suffix {
                Some(suffix) => Event::Started { file: path, suffix },
                None => Event::Continued { file: path },
            },
        );
        self.warn(warning);
        self.publish();
    }

    fn warn(&self, warning: Option<Warning>) {
        if let (Some(warning), Some(take)) = (warning, &self.take) {
            self.report.events.post(take.output.id, Event::Warning(warning));
        }
    }

    /// Completes the file, closes and unlocks it; at the end of the take, counts it.
    fn finish(&mut self, frames: u64, take_ends: bool) -> Result<(), Problem> {
        self.insist_on_part(|part, _, _| part.complete())?;
        self.publish();
        let Some(take) = &mut self.take else { return Ok(()) };
        let (totals, output) = (take.totals(), Arc::clone(&take.output));
        let Some(mut part) = take.part.take() else { return Ok(()) };
        let before = std::mem::replace(&mut take.before, totals);
        let path = part.path().to_owned();
        let left_out = part.left_out(frames);
        let was_whole = left_out.is_none();
        match left_out {
            Some((left_out, problem)) => self.count_left_out(&output, &path, left_out, problem),
            None => {
                if let Err(problem) = part.finish(frames, &self.report, &output) {
                    if matches!(problem, Problem::Deleted { .. }) {
                        take.before = before;
                    }
                    return Err(problem);
                }
            }
        }
        if take_ends {
            self.take = None;
            let next_suffix = names::next_free(&output.name);
            // Another thread may have found a problem meanwhile: the file is whole, but the take ended in an error.
            self.report.events.post(
                output.id,
                if output.report.has_problem() {
                    Event::Failed { next_suffix }
                } else {
                    Event::Finished { file: path, next_suffix }
                },
            );
        } else if was_whole {
            self.report.events.post(output.id, Event::PartFinished { file: path });
        }
        Ok(())
    }

    /// A file was given up before it had all that came for it.
    fn count_left_out(&self, output: &TakeOutput, path: &Path, frames: u64, problem: Problem) {
        output.report.dropped.add(frames);
        match problem {
            Problem::Deleted { .. } => self.report.problem(output.id, &output.report, problem),
            // The next file goes on where this one ends.
            _ if frames == 0 => {}
            Problem::CameBack { path, part, .. } => {
                self.report.problem(output.id, &output.report, Problem::CameBack { path, part, frames });
            }
            _ => {
                let problem = Problem::GivenUp { path: path.to_owned(), cause: problem.refusal().cause, frames };
                self.report.problem(output.id, &output.report, problem);
            }
        }
    }

    /// A problem ends the take.
    fn fail(&mut self, problem: Problem) {
        let Some(output) = self.take.as_ref().map(|take| Arc::clone(&take.output)) else { return };
        self.report.problem(output.id, &output.report, problem);
        self.end_early(&output);
    }

    /// Makes playable what there is of a take, closes and unlocks the file.
    fn end_early(&mut self, output: &TakeOutput) {
        if self.ended_early.replace(output.id) == Some(output.id) {
            return;
        }
        output.report.give_up();
        // A container that has panicked may do so again; its file is closed and unlocked all the same.
        if let Some(part) = self.take.as_mut().and_then(|take| take.part.as_mut()) {
            let _ = catch_unwind(AssertUnwindSafe(|| part.salvage()));
        }
        self.publish();
        self.take = None;
        let next_suffix = catch_unwind(|| names::next_free(&output.name)).unwrap_or_default();
        self.report.events.post(output.id, Event::Failed { next_suffix });
    }

    /// What is to be done now and then while a file is open.
    fn keep_safe(&mut self) -> Result<(), Problem> {
        self.insist_on_part(|part, report, output| part.keep_safe(report, output))?;
        let Some(take) = &mut self.take else { return Ok(()) };
        if take.looked.is_none_or(|looked| looked.elapsed() >= LOOK_AROUND) {
            let a_minute = take.part.as_ref().map_or(0.0, Part::bytes_a_second) * 60.0;
            let room = take.part.as_ref().and_then(Part::room);
            let minutes = match room {
                Some(free) if a_minute > 0.0 => free as f64 / a_minute,
                _ => -1.0,
            };
            take.output.report.minutes_left.set(minutes);
            // Asked again soon while the data rate is not known yet.
            take.looked = (a_minute > 0.0).then(Instant::now);
        }
        Ok(())
    }

    /// Shows the state of the take.
    fn publish(&self) {
        let Some(take) = &self.take else { return };
        let (totals, report) = (take.totals(), &take.output.report);
        report.silence.set(totals.silence);
        report.written.set(totals.frames);
        report.bytes.set(totals.bytes);
        report.seconds.set(totals.seconds);
        report.markers.set(totals.markers);
    }
}

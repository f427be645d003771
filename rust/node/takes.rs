//! The takes of a node as they are shown, and what has become of them: changed by events only.

use std::path::PathBuf;
use std::sync::Arc;

use crate::messages::{Refusal, Warning};
use crate::report::{Event, TakeId, TakeReport};
use crate::stream::AudioLayout;

/// What changes seldom.
#[derive(Default, Clone)]
pub(crate) struct Shown {
    /// The last take, and before it those that are not over.
    pub(super) takes: Vec<TakeSummary>,
    pub(crate) history: TakeHistory,
    /// Why no take could start, or what else is wrong; clears when Record goes off.
    pub(super) problem: Option<String>,
    /// Record has gone off since the take began, so a loss in it was shown long enough.
    pub(super) off: bool,
    /// Where in the take memory first ran out, in seconds.
    pub(super) lost_at: f64,
    pub(super) warnings: Vec<Warning>,
    pub(crate) last_error: String,
}

/// What the takes of a node have led to.
#[derive(Default, Clone)]
pub(crate) struct TakeHistory {
    /// Takes that are complete on disk, closed and unlocked.
    pub(crate) finished: u64,
    /// The last file that is, of a take or of a part of one.
    pub(crate) last_file: PathBuf,
    /// The file suffix that the next take gets, if nothing changes until then; empty until it was looked for.
    pub(crate) next_suffix: String,
    /// Takes that are over, complete or not.
    pub(crate) over: u64,
}

/// Where a take is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Naming, opening, locking.
    Opening,
    /// The file is open and locked.
    Recording,
    /// Complete on disk, closed and unlocked.
    Finished,
    /// Ended by an error; closed and unlocked.
    Failed,
}

/// A take, as it is shown.
#[derive(Clone)]
pub(crate) struct TakeSummary {
    id: TakeId,
    pub(crate) report: Arc<TakeReport>,
    pub(crate) file_type: &'static str,
    /// Empty for formats without one.
    pub(crate) codec: &'static str,
    pub(crate) layout: AudioLayout,
    pub(super) phase: Phase,
    /// The file being written, or the last part of the take.
    pub(crate) file: String,
    /// Files of it so far.
    pub(crate) part: u64,
    /// What `{suffix}` became, for example `.0.wav`; empty until the name is found.
    pub(crate) suffix: String,
    /// Why the take ended early: the first problem.
    pub(super) error: Option<String>,
    /// What is refused at the moment, and tried again.
    pub(super) refusal: Option<Refusal>,
    pub(super) warnings: Vec<Warning>,
    /// The error was seen while Record was on, and is not to come back.
    pub(super) acknowledged: bool,
}

impl TakeSummary {
    pub(crate) fn new(
        id: TakeId,
        report: &Arc<TakeReport>,
        file_type: &'static str,
        codec: &'static str,
        layout: AudioLayout,
    ) -> Self {
        Self {
            id,
            report: Arc::clone(report),
            file_type,
            codec,
            layout,
            phase: Phase::Opening,
            file: String::new(),
            part: 1,
            suffix: String::new(),
            error: None,
            refusal: None,
            warnings: Vec::new(),
            acknowledged: false,
        }
    }

    /// True once nothing more is done for the take.
    pub(crate) fn is_over(&self) -> bool {
        self.phase >= Phase::Finished
    }

    /// Frames of the take that are in no file.
    pub(crate) fn lost(&self) -> u64 {
        let unwritten = if self.phase == Phase::Failed { self.report.unwritten() } else { 0 };
        self.report.lost.get() + self.report.preroll_lost.get() + self.report.dropped.get() + unwritten
    }

    /// The error to show while something is refused. A file that is locked is none while memory has room.
    pub(super) fn refused(&self) -> Option<String> {
        let frames = self.report.lost.get();
        let refusal = self.refusal.as_ref().filter(|refusal| !refusal.is_lock || frames > 0)?;
        let lost = (frames > 0).then_some((frames as f64 / self.layout.rate, frames));
        Some(refusal.sentence(lost))
    }

    /// The warning while a file is locked.
    pub(super) fn waits_for_lock(&self) -> Option<Warning> {
        let refusal = self.refusal.as_ref().filter(|refusal| refusal.is_lock && self.report.lost.get() == 0)?;
        Some(Warning::Refused(refusal.clone()))
    }

    /// The warning that the disk will be full soon.
    pub(super) fn fills_up(&self) -> Option<Warning> {
        let left = if self.is_over() { -1.0 } else { self.report.minutes_left.get() };
        let minutes = [1, 10].into_iter().find(|minutes| (0.0..f64::from(*minutes)).contains(&left))?;
        Some(Warning::DiskFillsUp { minutes })
    }

    /// What was refused has worked. Refusals of one take are told in one warning.
    fn accept(&mut self, seconds: f64, lost: u64) {
        let Some(refusal) = self.refusal.take() else { return };
        let mut was = (0, 0.0, 0);
        self.warnings.retain(|warning| match warning {
            Warning::WasRefused { times, seconds, lost, .. } => {
                was = (*times, *seconds, *lost);
                false
            }
            _ => true,
        });
        let (times, seconds, lost) = (was.0 + 1, was.1 + seconds, was.2 + lost);
        self.warnings.push(Warning::WasRefused { cause: refusal.cause, times, seconds, lost });
    }

    fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

impl Shown {
    /// The current take, or the last one.
    pub(crate) fn take(&self) -> Option<&TakeSummary> {
        self.takes.last()
    }

    pub(super) fn apply(&mut self, id: TakeId, event: Event) {
        if let Event::SuffixFound { takes_over, suffix } = event {
            // A take that has ended since knows better.
            if self.history.over == takes_over {
                self.history.next_suffix = suffix;
            }
            return;
        }
        let Some(take) = self.takes.iter_mut().find(|take| take.id == id) else { return };
        match event {
            Event::Started { file, suffix } => {
                take.phase = Phase::Recording;
                take.file = file.display().to_string();
                take.suffix = suffix;
            }
            Event::Continued { file } => {
                take.file = file.display().to_string();
                take.part += 1;
            }
            Event::PartFinished { file } => self.history.last_file = file,
            Event::Finished { file, next_suffix } => {
                take.refusal = None;
                take.phase = Phase::Finished;
                self.history.last_file = file;
                self.history.finished += 1;
                self.history.end_take(next_suffix);
            }
            Event::Failed { next_suffix } => {
                take.refusal = None;
                take.phase = Phase::Failed;
                self.history.end_take(next_suffix);
            }
            Event::Problem(problem) => {
                take.error.get_or_insert_with(|| problem.to_string());
            }
            Event::Refused(refusal) => take.refusal = Some(refusal),
            Event::Accepted { seconds, lost } => take.accept(seconds, lost),
            Event::Dropped => take.refusal = None,
            Event::Warning(warning) => take.warn(warning),
            Event::SuffixFound { .. } => {}
        }
    }

    /// Forgets takes that are over, but for the last one.
    pub(super) fn forget(&mut self) {
        let last = self.takes.len().saturating_sub(1);
        let mut index = 0;
        self.takes.retain(|take| {
            index += 1;
            index > last || !take.is_over()
        });
    }
}

impl TakeHistory {
    fn end_take(&mut self, next_suffix: String) {
        self.over += 1;
        self.next_suffix = next_suffix;
    }
}

//! What the node shows: read by the getters of any thread at any time.
//!
//! Numbers are atomics. Texts, and what has become of the takes, stand behind a mutex that is held for a copy at most;
//! who takes it first applies the events that have come, so that nothing is shown in another order than it happened.

use std::mem::discriminant;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::handed_out::HandedOut;
use super::pulses::Pulses;
use super::takes::{Phase, Shown, TakeSummary};
use crate::messages::{Problem, Warning};
use crate::report::{Count, Number, Report};
use crate::stream::AudioLayout;

/// Audio that waits longer than this is worth a warning.
const BUFFER_WARNING_SECONDS: f64 = 2.0;

/// What a node shows.
#[derive(Default)]
pub(crate) struct NodeStatus {
    /// Record and Pause as the last cook saw them, while a take is fed.
    pub(crate) feeding: Flag,
    pub(crate) paused: Flag,
    /// A take is fed, and nothing of the input can be recorded.
    pub(crate) suspended: Flag,
    /// Record is on, and a take begins when the input is loud enough.
    pub(crate) armed: Flag,
    /// A panic of ours was caught in the middle of a cook, which ends the take.
    pub(crate) abandon: Flag,
    /// The timeline runs ahead of the clock, so that waiting audio is no sign of trouble.
    pub(crate) ahead: Flag,
    /// Frames written to the file between the last two cooks.
    pub(crate) last_written: Count,
    /// Greatest absolute value of the last slice.
    pub(crate) peak: Number,
    /// The host has asked for the error since the take began, and got one.
    error_seen: Flag,
    /// Buttons that were pressed since the last cook.
    pub(crate) pulses: Pulses,
    /// The file suffixes that Python was told.
    pub(crate) handed_out: HandedOut,
    report: Arc<Report>,
    shown: Mutex<Shown>,
}

/// One word for what the node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Idle,
    Armed,
    Opening,
    Recording,
    Paused,
    Suspended,
    Finishing,
    Failed,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Armed => "armed",
            Self::Opening => "opening",
            Self::Recording => "recording",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Finishing => "finishing",
            Self::Failed => "failed",
        }
    }
}

impl NodeStatus {
    pub(crate) fn new(report: Arc<Report>) -> Self {
        Self { report, ..Self::default() }
    }

    /// Where the node's threads report to.
    pub(crate) fn report(&self) -> &Arc<Report> {
        &self.report
    }

    /// A take starts: its numbers and texts replace those of the take before.
    pub(crate) fn begin(&self, take: TakeSummary) {
        let mut shown = self.lock();
        shown.takes.retain(|take| !take.is_over());
        shown.takes.push(take);
        shown.off = false;
        shown.problem = None;
        shown.warnings.retain(Warning::outlives_a_take);
        drop(shown);
        self.error_seen.set(false);
        self.last_written.set(0);
    }

    /// The layout changed in mid-take.
    pub(crate) fn set_layout(&self, layout: AudioLayout) {
        if let Some(take) = self.lock().takes.last_mut() {
            take.layout = layout;
        }
    }

    /// Something is wrong that no thread but the cook thread knows of.
    pub(crate) fn fail(&self, problem: &Problem) {
        let mut shown = self.lock();
        shown.last_error = problem.to_string();
        shown.problem.get_or_insert_with(|| problem.to_string());
    }

    /// What is wrong with a take that would begin now, if anything is.
    pub(crate) fn set_problem(&self, problem: Option<&Problem>) {
        let mut shown = self.lock();
        shown.problem = problem.map(Problem::to_string);
        if let Some(problem) = &shown.problem {
            shown.last_error = problem.clone();
        }
    }

    /// Memory ran out for the first time in this take, `at` seconds into it.
    pub(crate) fn lost_first(&self, at: f64) {
        self.lock().lost_at = at;
    }

    pub(crate) fn warn(&self, warning: Warning) {
        let mut shown = self.lock();
        // One of a kind: what happens again and again with other numbers must not fill the screen.
        if !shown.warnings.iter().any(|shown| discriminant(shown) == discriminant(&warning)) {
            shown.warnings.push(warning);
        }
    }

    /// Takes back the warnings that `stale` names.
    pub(crate) fn unwarn(&self, stale: impl Fn(&Warning) -> bool) {
        self.lock().warnings.retain(|warning| !stale(warning));
    }

    /// Record went off: errors clear. One of the take's that the host has not asked for yet stays for the user to
    /// see, until the next take begins.
    pub(crate) fn record_off(&self) {
        let error = self.error();
        let mut shown = self.lock();
        shown.problem = None;
        shown.off = true;
        if let Some(error) = error {
            shown.last_error = error;
        }
        let seen = self.error_seen.is_set();
        if let Some(take) = shown.takes.last_mut() {
            // What is only refused so far may still become an error.
            take.acknowledged = seen && (take.error.is_some() || take.refusal.is_none());
        }
        shown.forget();
    }

    /// The next suffix as far as it can be told without the disk; as the `first` one it does not replace what a take
    /// has left.
    pub(crate) fn guess_suffix(&self, next_suffix: String, first: bool) {
        let mut shown = self.lock();
        if !first || shown.history.next_suffix.is_empty() {
            shown.history.next_suffix = next_suffix;
        }
    }

    /// A copy of what changes seldom.
    pub(crate) fn shown(&self) -> Shown {
        self.lock().clone()
    }

    /// Seconds of audio that wait in memory.
    pub(crate) fn buffer_seconds(&self) -> f64 {
        self.seconds_of(self.report.backlog.waiting())
    }

    /// Seconds of what was heard until now that a take which begins would get.
    pub(crate) fn preroll_seconds(&self) -> f64 {
        self.report.preroll.get()
    }

    /// Bytes of memory that it takes: samples before they are encoded, packets after that.
    pub(crate) fn buffer_bytes(&self) -> u64 {
        self.report.backlog.memory()
    }

    /// So many bytes of samples in the layout of the last take, in seconds.
    fn seconds_of(&self, bytes: u64) -> f64 {
        let layout = self.lock().take().map(|take| take.layout);
        layout.map_or(0.0, |layout| bytes as f64 / layout.frame_bytes() as f64 / layout.rate)
    }

    pub(crate) fn state(&self) -> State {
        let shown = self.lock();
        let take = shown.take();
        let phase = take.map(|take| take.phase);
        let failed = phase == Some(Phase::Failed) && take.is_some_and(|take| !take.acknowledged);
        match phase {
            _ if failed || shown.problem.is_some() => State::Failed,
            _ if self.armed.is_set() => State::Armed,
            Some(Phase::Opening) if self.feeding.is_set() => State::Opening,
            Some(Phase::Recording) if self.feeding.is_set() && self.paused.is_set() => State::Paused,
            Some(Phase::Recording) if self.feeding.is_set() && self.suspended.is_set() => State::Suspended,
            Some(Phase::Recording) if self.feeding.is_set() => State::Recording,
            Some(Phase::Opening | Phase::Recording) => State::Finishing,
            _ => State::Idle,
        }
    }

    /// [`NodeStatus::error`] for the host, which shows it to the user.
    pub(crate) fn show_error(&self) -> Option<String> {
        self.error().inspect(|_| self.error_seen.set(true))
    }

    /// The first error that concerns the user now.
    pub(crate) fn error(&self) -> Option<String> {
        let shown = self.lock();
        if let Some(problem) = &shown.problem {
            return Some(problem.clone());
        }
        if let Some(error) = shown.takes.iter().filter(|take| !take.acknowledged).find_map(|take| take.error.clone()) {
            return Some(error);
        }
        if let Some(refused) = shown.takes.iter().find_map(TakeSummary::refused) {
            return Some(refused);
        }
        let take = shown.take().filter(|take| !take.acknowledged && !shown.off)?;
        let frames = take.report.lost.get();
        (frames > 0).then(|| {
            let seconds = frames as f64 / take.layout.rate;
            Problem::Lost { at: shown.lost_at, seconds, frames, file: take.file.clone() }.to_string()
        })
    }

    /// Every warning, the take's own included.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let seconds = self.buffer_seconds();
        let shown = self.lock();
        let mut warnings = shown.warnings.clone();
        if seconds > BUFFER_WARNING_SECONDS && !self.ahead.is_set() {
            let backlog = &self.report.backlog;
            // Where more of it waits than anywhere else is what is slow.
            warnings.push(if backlog.in_stream() > backlog.waiting() / 2 {
                Warning::SlowEncoder { seconds }
            } else {
                Warning::SlowDisk { seconds }
            });
        }
        warnings.extend(shown.takes.iter().filter_map(TakeSummary::waits_for_lock));
        if let Some(take) = shown.take() {
            warnings.extend(take.fills_up());
            warnings.extend(take.warnings.iter().cloned());
        }
        warnings
    }

    /// What is shown, up to date.
    fn lock(&self) -> MutexGuard<'_, Shown> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if self.report.events.are_pending() {
            for (take, event) in self.report.events.take() {
                shown.apply(take, event);
            }
        }
        shown
    }
}

/// A switch that the cook thread sets and any thread reads. Relaxed: each is shown on its own, and none says that other
/// memory can be read.
#[derive(Default)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    pub(crate) fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

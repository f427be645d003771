//! What the node shows: written by the cook thread, read by the getters of any thread at any time.
//!
//! Numbers that change at every cook are atomics. Texts and the take that is shown change with a toggle and stand
//! behind a mutex that is held for a copy at most.

use std::mem::discriminant;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::messages::{Problem, Warning};
use crate::node::handed_out::HandedOut;
use crate::report::{Count, Number, Phase, TakeStatus, Texts};
use crate::stream::AudioLayout;
use crate::take::threads::Finished;

/// Audio that waits longer than this is worth a warning.
const BUFFER_WARNING_SECONDS: f64 = 2.0;

/// What a node shows.
#[derive(Default)]
pub(crate) struct Board {
    /// Record and Pause as the last cook saw them, while a take is fed.
    pub(crate) feeding: Flag,
    pub(crate) paused: Flag,
    /// A take is fed, and nothing of the input can be recorded.
    pub(crate) suspended: Flag,
    /// Frames written to the file between the last two cooks.
    pub(crate) last_written: Count,
    /// Of the current or last take: frames lost to TouchDesigner's hitches.
    pub(crate) gap: Count,
    /// Of the current or last take: frames that memory had no room for.
    pub(crate) lost: Count,
    /// Greatest absolute value of the last slice.
    pub(crate) peak: Number,
    /// The host has asked for the error since the take began, and got one.
    error_seen: Flag,
    pub(crate) finished: Arc<Finished>,
    /// The file suffixes that Python was told.
    pub(crate) handed_out: HandedOut,
    shown: Mutex<Shown>,
}

/// What changes seldom.
#[derive(Default, Clone)]
pub(crate) struct Shown {
    pub(crate) take: Option<Shot>,
    /// Takes before it that the writer thread is not done with.
    former: Vec<Former>,
    /// Why no take could start, or what else is wrong; clears when Record goes off.
    problem: Option<String>,
    /// The take's error was shown while Record was on, and Record has gone off since.
    acknowledged: bool,
    /// Record has gone off since the take began, so a loss in it was shown long enough.
    off: bool,
    /// Where in the take memory first ran out, in seconds.
    lost_at: f64,
    warnings: Vec<Warning>,
    pub(crate) last_error: String,
}

/// A take that another one has followed.
#[derive(Clone)]
struct Former {
    take: Shot,
    /// Its error was seen, and is not to come back.
    acknowledged: bool,
}

/// A take as it was ordered.
#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) status: Arc<TakeStatus>,
    pub(crate) file_type: &'static str,
    /// Empty for formats without one.
    pub(crate) codec: &'static str,
    pub(crate) sound: AudioLayout,
}

/// One word for what the node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Idle,
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
            Self::Opening => "opening",
            Self::Recording => "recording",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Finishing => "finishing",
            Self::Failed => "failed",
        }
    }
}

impl Board {
    /// A take starts: its numbers and texts replace those of the take before.
    pub(crate) fn begin(&self, shot: Shot) {
        let mut shown = self.lock();
        let acknowledged = shown.acknowledged;
        let before = shown.take.take();
        shown.former.extend(before.map(|take| Former { take, acknowledged }));
        shown.former.retain(|former| !former.take.status.is_over());
        shown.take = Some(shot);
        shown.acknowledged = false;
        shown.off = false;
        shown.problem = None;
        shown.warnings.retain(Warning::outlives_a_take);
        drop(shown);
        self.error_seen.set(false);
        self.gap.set(0);
        self.lost.set(0);
        self.last_written.set(0);
    }

    /// The layout changed in mid-take.
    pub(crate) fn set_sound(&self, sound: AudioLayout) {
        if let Some(take) = &mut self.lock().take {
            take.sound = sound;
        }
    }

    /// Something is wrong that the writer thread does not know of.
    pub(crate) fn fail(&self, problem: &Problem) {
        let mut shown = self.lock();
        shown.last_error = problem.to_string();
        shown.problem.get_or_insert_with(|| problem.to_string());
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
        shown.acknowledged = self.error_seen.is_set();
        shown.off = true;
        if let Some(error) = error {
            shown.last_error = error;
        }
        shown.former.retain(|former| !former.take.status.is_over());
    }

    /// A copy of what changes seldom.
    pub(crate) fn shown(&self) -> Shown {
        self.lock().clone()
    }

    /// Seconds of audio that wait in memory.
    pub(crate) fn buffer_seconds(&self) -> f64 {
        self.lock().buffer_seconds()
    }

    pub(crate) fn state(&self) -> State {
        let shown = self.shown();
        let phase = shown.take.as_ref().map(|take| take.status.phase());
        let failed = shown.problem.is_some() || (phase == Some(Phase::Failed) && !shown.acknowledged);
        match phase {
            _ if failed => State::Failed,
            Some(Phase::Opening) if self.feeding.is_set() => State::Opening,
            Some(Phase::Recording) if self.feeding.is_set() && self.paused.is_set() => State::Paused,
            Some(Phase::Recording) if self.feeding.is_set() && self.suspended.is_set() => State::Suspended,
            Some(Phase::Recording) if self.feeding.is_set() => State::Recording,
            Some(Phase::Opening | Phase::Recording) => State::Finishing,
            _ => State::Idle,
        }
    }

    /// [`Board::error`] for the host, which shows it to the user.
    pub(crate) fn show_error(&self) -> Option<String> {
        self.error().inspect(|_| self.error_seen.set(true))
    }

    /// The first error that concerns the user now.
    pub(crate) fn error(&self) -> Option<String> {
        let shown = self.shown();
        if let Some(problem) = shown.problem {
            return Some(problem);
        }
        let mut former = shown.former.iter().filter(|former| !former.acknowledged);
        let late = former.find_map(|former| former.take.texts().error);
        let take = shown.take.filter(|_| !shown.acknowledged);
        late.or_else(|| {
            let take = take?;
            let texts = take.status.texts();
            texts.error.or_else(|| {
                let frames = if shown.off { 0 } else { self.lost.get() };
                (frames > 0).then(|| {
                    let seconds = frames as f64 / take.sound.rate;
                    Problem::Lost { at: shown.lost_at, seconds, frames, file: texts.file }.to_string()
                })
            })
        })
    }

    /// Every warning, the take's own included.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let shown = self.shown();
        let seconds = shown.buffer_seconds();
        let mut warnings = shown.warnings;
        if seconds > BUFFER_WARNING_SECONDS {
            warnings.push(Warning::SlowDisk { seconds });
        }
        if let Some(take) = &shown.take {
            warnings.extend(take.status.texts().warnings);
        }
        warnings
    }

    /// Frames of the shown take that are in no file.
    pub(crate) fn lost_in_all(&self, take: Option<&Shot>) -> u64 {
        let unwritten = take.filter(|take| take.status.phase() == Phase::Failed).map_or(0, |t| t.status.unwritten());
        self.lost.get() + unwritten
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    /// Seconds of audio that wait in memory, of takes that are over too.
    fn buffer_seconds(&self) -> f64 {
        self.former.iter().map(|former| &former.take).chain(&self.take).map(Shot::buffer_seconds).sum()
    }
}

impl Shot {
    fn buffer_seconds(&self) -> f64 {
        self.status.waiting_bytes() as f64 / self.sound.frame_bytes() as f64 / self.sound.rate
    }

    pub(crate) fn texts(&self) -> Texts {
        self.status.texts()
    }
}

/// A switch that the cook thread sets and any thread reads.
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

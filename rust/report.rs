//! What a take tells the cook thread and the info getters.
//!
//! Numbers are atomics with relaxed order: each is shown on its own and none guards memory. Only the phase is
//! published with release, after everything that belongs to it, so that who sees a finished take sees its last
//! numbers. Texts stand behind a mutex that is held for an assignment or a copy, never across a file operation.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::messages::{Problem, Warning};

/// Where the writer thread is with a take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Waiting for the writer thread, naming, opening, locking.
    Opening,
    /// The file is open and locked.
    Recording,
    /// Complete on disk, closed and unlocked.
    Finished,
    /// Ended by an error; closed and unlocked.
    Failed,
}

const PHASES: [Phase; 4] = [Phase::Opening, Phase::Recording, Phase::Finished, Phase::Failed];

/// One take as its writer thread sees it.
#[derive(Default)]
pub(crate) struct TakeStatus {
    phase: AtomicU8,
    /// Frames that the cook thread has put into inboxes, silence not counted.
    pub(crate) fed: Count,
    /// Bytes of samples among them, and bytes that need no memory any more.
    pub(crate) fed_bytes: Count,
    pub(crate) done_bytes: Count,
    /// Frames in the file or files, silence included.
    pub(crate) written: Count,
    /// Frames of silence among them.
    pub(crate) silence: Count,
    /// Samples clipped to full scale.
    pub(crate) clipped: Count,
    /// Bytes on disk, all parts of the take.
    pub(crate) bytes: Count,
    /// Seconds of audio in the file or files.
    pub(crate) seconds: Number,
    /// Minutes that still fit on the disk at this data rate; negative when unknown.
    pub(crate) minutes_left: Number,
    /// Set with every change of `texts`, so that who has read them once need not lock again.
    has_texts: AtomicBool,
    texts: Mutex<Texts>,
}

/// The texts of a take.
#[derive(Default, Clone)]
pub(crate) struct Texts {
    /// The file being written, or the last part of the take.
    pub(crate) file: String,
    /// The file suffix of the take, for example `.0.wav`; empty until its name is found.
    pub(crate) suffix: String,
    /// Why the take ended early: the first problem stays.
    pub(crate) error: Option<String>,
    pub(crate) warnings: Vec<Warning>,
}

impl TakeStatus {
    pub(crate) fn phase(&self) -> Phase {
        PHASES[usize::from(self.phase.load(Ordering::Acquire))]
    }

    pub(crate) fn set_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// True once the writer thread is done with the take.
    pub(crate) fn is_over(&self) -> bool {
        self.phase() >= Phase::Finished
    }

    /// Bytes of samples that wait in memory.
    pub(crate) fn waiting_bytes(&self) -> u64 {
        if self.is_over() { 0 } else { self.fed_bytes.get().saturating_sub(self.done_bytes.get()) }
    }

    /// A number that moves when the writer thread does something for the take.
    pub(crate) fn done(&self) -> u64 {
        self.done_bytes.get().wrapping_add(self.written.get())
    }

    /// Frames that were fed and are in no file: of a take that ended in an error.
    pub(crate) fn unwritten(&self) -> u64 {
        let heard = self.written.get().saturating_sub(self.silence.get());
        self.fed.get().saturating_sub(heard)
    }

    /// Keeps `problem` if it is the first one.
    pub(crate) fn fail(&self, problem: &Problem) {
        let mut texts = self.lock();
        if texts.error.is_none() {
            texts.error = Some(problem.to_string());
        }
    }

    pub(crate) fn warn(&self, warnings: Vec<Warning>) {
        let mut texts = self.lock();
        for warning in warnings {
            if !texts.warnings.contains(&warning) {
                texts.warnings.push(warning);
            }
        }
    }

    pub(crate) fn set_file(&self, file: String) {
        self.lock().file = file;
    }

    pub(crate) fn set_suffix(&self, suffix: String) {
        self.lock().suffix = suffix;
    }

    /// A copy of the texts.
    pub(crate) fn texts(&self) -> Texts {
        if self.has_texts.load(Ordering::Acquire) { self.lock().clone() } else { Texts::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Texts> {
        self.has_texts.store(true, Ordering::Release);
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A counter that one thread writes and any thread reads.
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
        // Nobody else writes. An atomic addition would wait until all stores before it have reached the caches.
        self.set(self.get() + value);
    }
}

/// A floating-point value that one thread writes and any thread reads.
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
    fn the_first_problem_stays() {
        let status = TakeStatus::default();
        status.fail(&Problem::NoFile);
        status.fail(&Problem::IsFolder { path: "second".into() });
        assert_eq!(status.texts().error.as_deref(), Some(Problem::NoFile.to_string().as_str()));
    }

    #[test]
    fn unwritten_frames_do_not_count_silence_as_heard() {
        let status = TakeStatus::default();
        status.fed.set(100);
        status.written.set(60);
        status.silence.set(10);
        assert_eq!(status.unwritten(), 50);
    }
}

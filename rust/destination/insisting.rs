//! How an operation that was refused is tried again, and what the report says of it.

use std::thread;
use std::time::{Duration, Instant};

use crate::messages::{Problem, Refusal};
use crate::report::{Event, TakeReport};

/// The pause before the second attempt; each that follows is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How soon the end of a take is seen in a pause.
const STEP: Duration = Duration::from_millis(50);

/// An operation that is refused at the moment.
pub(super) struct Refused {
    since: Instant,
    /// Frames that memory had no room for until then.
    lost: u64,
    shown: Option<Refusal>,
    pause: Duration,
}

impl Refused {
    pub(super) fn new(report: &TakeReport) -> Self {
        Self { since: Instant::now(), lost: report.lost.get(), shown: None, pause: FIRST_PAUSE }
    }

    /// It was refused again. What is to be shown, if that changes.
    pub(super) fn once_more(&mut self, problem: &Problem) -> Option<Refusal> {
        let refusal = problem.refusal();
        (self.shown.as_ref() != Some(&refusal)).then(|| self.shown.insert(refusal).clone())
    }

    /// Waits until it may be tried again.
    pub(super) fn wait(&mut self, report: &TakeReport) {
        let until = Instant::now() + self.pause;
        while Instant::now() < until && !report.is_out_of_time() {
            thread::sleep(STEP.min(until.saturating_duration_since(Instant::now())));
        }
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    /// It has worked.
    pub(super) fn accepted(self, report: &TakeReport) -> Event {
        Event::Accepted {
            seconds: self.since.elapsed().as_secs_f64(),
            lost: report.lost.get().saturating_sub(self.lost),
        }
    }
}

//! A take that waits: while it runs, nothing of the input can be recorded.
//!
//! The input is unwired, has no channels or no rate, or has a layout that the File Type cannot hold or of which Channel
//! Scope selects nothing. It is the same for all of them: the state is `suspended`, a warning says why, and when it is
//! over the time of it is a gap. How long it was is the business of [`Slices`](super::time::Slices).

use super::status::NodeStatus;
use crate::messages::{Filled, SuspensionCause, Warning};

/// Whether the running take is suspended, and what the user is told of it.
#[derive(Debug, Default)]
pub(super) struct Suspension {
    /// Why nothing was recorded at the last cook.
    now: Option<SuspensionCause>,
    /// Why nothing was recorded, as long as the time of it is not accounted for.
    owed: Option<SuspensionCause>,
    /// How often that was accounted for in this take, and for how many seconds.
    times: u64,
    seconds: f64,
}

impl Suspension {
    /// Nothing of this cook's input can be recorded.
    pub(super) fn hold(&mut self, cause: SuspensionCause, status: &NodeStatus) {
        if self.now.as_ref() == Some(&cause) {
            return;
        }
        self.end(status);
        status.suspended.set(true);
        status.warn(Warning::Suspended { cause: cause.clone() });
        self.owed = Some(cause.clone());
        self.now = Some(cause);
    }

    /// The input can be recorded, or is not to be.
    pub(super) fn end(&mut self, status: &NodeStatus) {
        if self.now.take().is_some() {
            status.suspended.set(false);
            status.unwarn(|warning| matches!(warning, Warning::Suspended { .. }));
        }
    }

    pub(super) fn is_suspended(&self) -> bool {
        self.now.is_some()
    }

    /// Whether the next gap is the time of a suspension.
    pub(super) fn is_owed(&self) -> bool {
        self.owed.is_some()
    }

    /// The time of the last suspension was `seconds` long, and is in the file as this.
    pub(super) fn account(&mut self, seconds: f64, filled: Filled, status: &NodeStatus) {
        let Some(cause) = self.owed.take().filter(|_| seconds > 0.0) else { return };
        self.times += 1;
        self.seconds += seconds;
        status.unwarn(|warning| matches!(warning, Warning::WasSuspended { .. }));
        status.warn(Warning::WasSuspended { cause, times: self.times, seconds: self.seconds, filled });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnings(status: &NodeStatus) -> Vec<String> {
        status.warnings().iter().map(Warning::to_string).collect()
    }

    #[test]
    fn a_warning_says_why_and_afterwards_for_how_long() {
        let status = NodeStatus::default();
        let mut suspension = Suspension::default();
        suspension.hold(SuspensionCause::NotWired, &status);
        suspension.hold(SuspensionCause::NotWired, &status);
        assert!(status.suspended.is_set() && suspension.is_suspended());
        assert_eq!(
            warnings(&status),
            ["The take is suspended because nothing is wired to the input: wire a CHOP with audio, and it goes on by \
              itself."]
        );
        suspension.hold(SuspensionCause::NoChannels, &status);
        assert_eq!(
            warnings(&status),
            ["The take is suspended because the input has no channels: give it some, and it goes on by itself."]
        );
        suspension.end(&status);
        assert!(!status.suspended.is_set() && suspension.is_owed());
        assert_eq!(warnings(&status), [""; 0]);
        suspension.account(5.0, Filled::Silence, &status);
        assert_eq!(
            warnings(&status),
            [
                "The take was suspended for 5.000 s because the input has no channels, and silence stands for that time: \
              check that place in the file."
            ]
        );
        suspension.hold(SuspensionCause::Scope("left".into()), &status);
        suspension.end(&status);
        suspension.account(0.5, Filled::Nothing, &status);
        assert_eq!(
            warnings(&status),
            [
                "The take was suspended 2 times, for 5.500 s in all, last because Channel Scope left selects none of the \
              input's channels, and that time is not in the file: check the sync after that place."
            ]
        );
    }

    #[test]
    fn a_suspension_that_took_no_time_is_not_worth_a_word() {
        let status = NodeStatus::default();
        let mut suspension = Suspension::default();
        suspension.hold(SuspensionCause::Rate("0".into()), &status);
        suspension.end(&status);
        suspension.account(0.0, Filled::Silence, &status);
        assert_eq!(warnings(&status), [""; 0]);
        assert!(!suspension.is_owed());
    }
}

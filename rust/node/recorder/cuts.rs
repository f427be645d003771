//! Where a take ends before Record goes off, and where it goes on in another file.

use std::time::SystemTime;

use super::Recorder;
use crate::bridge::{Cook, Inputs};
use crate::messages::Warning;
use crate::node::clock::ClockSplit;
use crate::node::params;
use crate::node::pulses::Pulse;
use crate::node::reading::{text, toggle};
use crate::take::{Command, Split};

impl Recorder {
    /// Does what the buttons say that were pressed since the last cook. Whether the take is to be split.
    pub(super) fn obey_pulses(&mut self, inputs: &Inputs, record: bool) -> bool {
        if !self.status.pulses.are_pressed() {
            return false;
        }
        let mut split = false;
        for pulse in self.status.pulses.take() {
            match pulse {
                Pulse::NewTake if record => self.end_for_the_next(inputs),
                Pulse::SplitNow if record && self.running.is_some() => split = true,
                // The take may begin at this cook.
                Pulse::Marker if record => self.marks.press(),
                // The new take has nothing to split yet.
                Pulse::SplitNow if self.is_next => {}
                _ => self.status.warn(Warning::NothingRecords { button: pulse.par().label }),
            }
        }
        split
    }

    /// The take ends, and the next one begins as soon as there is something to record: at this cook.
    #[cold]
    fn end_for_the_next(&mut self, inputs: &Inputs) {
        self.is_next = self.running.is_some();
        self.is_called = true;
        if let Some(level) = &mut self.level {
            level.quiet = 0;
        }
        if self.running.is_some() {
            self.settle_suspension(inputs);
            self.let_go();
        }
        // Whatever ended the take before is over.
        self.blocked = false;
        if self.cut_short.take().is_some() {
            self.status.record_off();
        }
    }

    /// Splits the take in the stream, if that is wanted or the clock says so.
    pub(super) fn split(&mut self, is_wanted: bool) {
        let Some(running) = &mut self.running else { return };
        let mut is_due = false;
        if let Some(clock) = &mut running.clock {
            (is_due, self.look_in) = clock.look(SystemTime::now(), self.status.report().utc_offset.get());
        }
        if let Some(feed) = self.feed.as_mut().filter(|_| is_wanted || is_due) {
            feed.command(Command::Split);
        }
    }

    /// What the parameters say of a take that begins: after how many seconds it ends, and when it is split.
    pub(super) fn cuts(&self, cook: &Cook, inputs: &Inputs) -> (Option<f64>, Split, Option<ClockSplit>) {
        let length = inputs.par_double(params::LENGTH.name);
        let unit = match text(inputs, &params::LENGTH_UNIT).as_str() {
            "minutes" => 60.0,
            "frames" if cook.timeline_rate > 0.0 => 1.0 / cook.timeline_rate,
            _ => 1.0,
        };
        let limit = (toggle(inputs, &params::LIMIT_LENGTH) && length > 0.0).then_some(length * unit);
        let every = inputs.par_double(params::SPLIT_EVERY.name).max(SHORTEST);
        let (split, clock) = match text(inputs, &params::SPLIT).as_str() {
            "time" => (Split::Seconds(every * 60.0), None),
            "size" => (Split::Bytes((every.max(1.0) * 1e6) as u64), None),
            "clock" => {
                let offset = self.status.report().utc_offset.get();
                (Split::Never, Some(ClockSplit::new(every * 60.0, SystemTime::now(), offset)))
            }
            _ => (Split::Never, None),
        };
        (limit, split, clock)
    }
}

/// The least of Split Every, whatever an expression says.
const SHORTEST: f64 = 0.01;

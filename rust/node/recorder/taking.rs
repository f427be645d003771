//! The beginning and the end of a take.

use std::sync::Arc;
use std::time::Duration;

use super::{LAST_PATIENCE, Recorder};
use crate::bridge::{Cook, Inputs};
use crate::destination::names::{self, NameRequest};
use crate::formats::FormatOption;
use crate::messages::Problem;
use crate::node::feed::{Feed, most_preroll};
use crate::node::reading::{chosen_format, chosen_settings, metadata_rows, select, text};
use crate::node::running::{Fed, Running};
use crate::node::suspension::Suspension;
use crate::node::takes::TakeSummary;
use crate::node::{naming, params};
use crate::report::{Event, TakeReport};
use crate::stream::AudioLayout;
use crate::take::{Command, TakeRequest};

impl Recorder {
    /// Ends the take after a panic, wherever it stood; what was fed until then is completed.
    pub(crate) fn abandon(&mut self, problem: Problem) {
        if let Some(running) = &self.running {
            self.status.report().problem(self.takes, &running.fed.report, problem);
        }
        self.end_in_error();
    }

    /// The take ends, and nothing more is recorded until Record goes off.
    pub(super) fn end_in_error(&mut self) {
        self.blocked = true;
        self.hurry(LAST_PATIENCE);
        self.steady = None;
        self.cut_short = self.running.as_ref().map(|running| Arc::clone(&running.fed.report)).or(self.cut_short.take());
        self.let_go();
        self.rest();
        self.listen_no_more();
    }

    /// Begins a take with what comes, or with what comes after so many frames of it. Whether that was possible.
    #[cold]
    pub(super) fn start(&mut self, cook: &Cook, inputs: &Inputs, input: AudioLayout, after: Option<u64>) -> bool {
        match self.begin(cook, inputs, input, after.unwrap_or(0)) {
            Ok((running, follows)) => {
                // In the middle of a block the slice was looked at already.
                if !follows && after.is_none() {
                    self.slices.begin();
                }
                self.look_in = if running.clock.is_some() { 0.0 } else { f64::INFINITY };
                self.listening = None;
                self.marks.begin();
                self.suspension = Suspension::default();
                self.progress = Some((Arc::clone(&running.fed.report), 0));
                self.status.feeding.set(true);
                self.running = Some(running);
                self.is_unready = false;
                if let Some(level) = &mut self.level {
                    level.update(inputs, input.rate);
                    level.has_begun = true;
                }
                true
            }
            Err(problem) => {
                self.status.fail(&problem);
                // What is loud later may have a take again.
                self.blocked = self.level.is_none();
                (self.is_checked, self.is_unready) = (false, self.level.is_some());
                false
            }
        }
    }

    /// What is wrong with a take that would begin now, as far as the parameters and the input say.
    pub(super) fn check(&self, inputs: &Inputs, input: AudioLayout) -> Result<(), Problem> {
        let format = chosen_format(inputs);
        names::check(&naming::request(inputs, format, &self.status)?)?;
        let selected = select(&text(inputs, &params::CHANNEL_SCOPE), inputs)?;
        format.allows(AudioLayout { channels: selected.len(), rate: input.rate }, chosen_settings(inputs))
    }

    #[cold]
    pub(super) fn stop(&mut self) {
        self.let_go();
        self.blocked = false;
        self.is_unready = false;
        self.cut_short = None;
        self.status.record_off();
    }

    /// The take was as long as Length says: the next one begins with Record off and on, with New Take, or by its level.
    #[cold]
    pub(super) fn end_by_itself(&mut self, cook: &Cook, inputs: &Inputs, layout: Option<AudioLayout>) {
        if self.level.is_some() && cook.record() {
            // What has come since then is kept until the next one can begin.
            if layout.is_some() && cook.samples > 0 {
                self.end_by_length(inputs);
            }
            return;
        }
        self.let_go();
        self.rest();
        self.blocked = true;
    }

    /// Nothing is waited for any longer on behalf of the last take than `patience`, when a disk refuses what is left of it.
    pub(super) fn hurry(&self, patience: Duration) {
        if let Some((take, _)) = &self.progress {
            take.wait_no_longer_than(patience);
        }
    }

    /// Ends the running take in the stream, if there is one.
    #[cold]
    pub(super) fn let_go(&mut self) {
        self.status.feeding.set(false);
        self.status.paused.set(false);
        self.suspension.end(&self.status);
        if let (Some(_), Some(feed)) = (self.running.take(), &mut self.feed) {
            feed.command(Command::End);
        }
    }

    /// Reads the parameters of a take and begins it in the stream. Whether it follows on what was heard before.
    fn begin(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        input: AudioLayout,
        after: u64,
    ) -> Result<(Running, bool), Problem> {
        let format = chosen_format(inputs);
        let settings = chosen_settings(inputs);
        let is_another = self.level.is_some_and(|level| level.has_begun);
        let name = NameRequest { is_another, ..naming::request(inputs, format, &self.status)? };
        let pattern = text(inputs, &params::CHANNEL_SCOPE);
        let selected = select(&pattern, inputs)?;
        let layout = AudioLayout { channels: selected.len(), rate: input.rate };
        format.allows(layout, settings)?;
        let (rows, warning) = metadata_rows(inputs);
        let (limit, split, clock) = self.cuts(cook, inputs);
        let is_next = std::mem::take(&mut self.is_next);
        let (preroll, seconds) = if is_next { (u64::MAX, 0.0) } else { self.preroll(inputs, input, &selected) };
        // What still waits for the take before must not take the memory of this one.
        self.hurry(Duration::ZERO);
        let feed = match self.feed.take() {
            Some(feed) => feed,
            None => Feed::start(layout, cook.samples, self.status.report(), &self.faults)?,
        };
        let feed = self.feed.insert(feed);
        let report = Arc::new(TakeReport::default());
        report.minutes_left.set(-1.0);
        self.takes += 1;
        let id = self.takes;
        let codec = if format.options.contains(&FormatOption::Codec) { settings.codec.name } else { "" };
        self.status.begin(TakeSummary::new(id, &report, format.name, codec, layout));
        if let Some(warning) = warning {
            self.status.report().events.post(id, Event::Warning(warning));
        }
        feed.set_layout(layout, cook.samples);
        let keeps = if self.level.is_some() { most_preroll(layout) } else { 0 };
        let request =
            TakeRequest { id, report: Arc::clone(&report), name, preroll, limit, keeps, split, format, settings, rows };
        feed.command_after(after, Command::Begin(Box::new(request)));
        let fed = Fed { report, pattern, selected, input, seconds, lost_after: None };
        Ok((Running { fed, format, settings, clock, refused: None, markers: 0 }, preroll > 0))
    }

    /// The input has another rate or channel count: the take goes on in another file if what is recorded has too.
    #[cold]
    pub(super) fn change_layout(&mut self, inputs: &Inputs, frames: usize, input: AudioLayout) {
        let (Some(running), Some(feed)) = (&mut self.running, &mut self.feed) else { return };
        let former = running.fed.input.rate;
        let layout = running.change_input(inputs, input);
        if let Some(level) = &mut self.level {
            level.quiet = (level.quiet as f64 * input.rate / former) as u64;
        }
        feed.set_layout(layout, frames);
        self.status.set_layout(layout);
    }
}

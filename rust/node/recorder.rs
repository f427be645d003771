//! The state machine of a node's takes: looks at the time slice of each cook, decides, and pushes.
//!
//! In the steady state a cook compares a few numbers and copies the block into the ring.
//!
//! The cook thread waits in one case only: offline rendering (Realtime off) cooks every frame however long it takes,
//! and when memory is full while the timeline does not follow the wall clock, nothing needs to be lost: the cook then
//! lets the disk catch up. It does so for some milliseconds, too, before it goes on into memory that is not in the
//! caches.

mod missing;

use std::sync::Arc;
use std::time::Duration;

use self::missing::time_slice;

use super::feed::Feed;
use super::greyed::Greyed;
use super::naming::{self, Naming};
use super::params;
use super::reading::{chosen_format, chosen_settings, metadata_rows, select, text};
use super::running::{Running, max_buffer};
use super::status::NodeStatus;
use super::steady::Steady;
use super::suspension::Suspension;
use super::takes::TakeSummary;
use super::time::{Pace, SliceKind, Slices, elapsed, is_same_rate, settled_rate};
use crate::bridge::{Cook, Inputs};
use crate::faults::Faults;
use crate::formats::FormatOption;
use crate::messages::{Problem, Warning};
use crate::report::{Event, TakeId, TakeReport};
use crate::stream::AudioLayout;
use crate::stream::block::CookBlock;
use crate::take::{Command, TakeRequest};

/// How long a disk that refuses is tried when there is no next cook: the node, or the process, ends.
const LAST_PATIENCE: Duration = Duration::from_secs(20);

/// The takes of one node. Dropping it finishes the running one.
pub(crate) struct Recorder {
    running: Option<Running>,
    /// Started with the first take.
    feed: Option<Feed>,
    status: Arc<NodeStatus>,
    faults: Arc<Faults>,
    /// Takes that were begun.
    takes: TakeId,
    /// The take ended in an error, or could not start: nothing more until Record goes off.
    blocked: bool,
    /// A running take ended in an error, and Record is still on: what arrives is in no file, and counted.
    cut_short: Option<Arc<TakeReport>>,
    /// The last cook, if one that is like it goes the same way.
    steady: Option<Steady>,
    slices: Slices,
    suspension: Suspension,
    pace: Pace,
    /// The last take, and its frames in the file at the cook before.
    progress: Option<(Arc<TakeReport>, u64)>,
    trouble: Option<Warning>,
    greyed: Greyed,
    naming: Naming,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.hurry(LAST_PATIENCE);
    }
}

impl Recorder {
    pub(crate) fn new(status: Arc<NodeStatus>, faults: Arc<Faults>) -> Self {
        Self {
            running: None,
            feed: None,
            status,
            faults,
            takes: 0,
            blocked: false,
            cut_short: None,
            steady: None,
            slices: Slices::default(),
            suspension: Suspension::default(),
            pace: Pace::default(),
            progress: None,
            trouble: None,
            greyed: Greyed::default(),
            naming: Naming::default(),
        }
    }

    /// One cook. What does not happen at every cook stands in functions of its own, out of the way of the rest.
    #[inline]
    pub(crate) fn cook(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        layout: Option<AudioLayout>,
        block: &mut CookBlock<'_>,
    ) {
        match &self.steady {
            Some(steady) if steady.is_like(cook) && self.is_undisturbed(cook) => {
                let seconds = steady.seconds;
                self.fast_path(cook, inputs, seconds, block);
            }
            _ => {
                let layout = layout.map(|layout| self.settled(layout));
                self.slow_path(cook, inputs, layout, block);
                self.steady = self.is_steady(cook, layout).then(|| Steady::new(cook));
            }
        }
    }

    /// Whether a cook that is like the one before goes its way: what else there is to ask.
    #[inline]
    fn is_undisturbed(&self, cook: &Cook) -> bool {
        let goes_on =
            |running: &Running| !running.report.has_failed() && self.slices.goes_on(cook.total_cooks, cook.start_index);
        self.running.as_ref().is_none_or(goes_on) && !self.status.abandon.is_set()
    }

    /// The layout of the input, or that of the running take where a rate differs in its last digits only.
    #[cold]
    fn settled(&self, layout: AudioLayout) -> AudioLayout {
        match &self.running {
            Some(running) if is_same_rate(running.input.rate, layout.rate) => {
                AudioLayout { rate: running.input.rate, ..layout }
            }
            _ => AudioLayout { rate: settled_rate(layout.rate), ..layout },
        }
    }

    /// A cook that is like the one before.
    #[inline]
    fn fast_path(&mut self, cook: &Cook, inputs: &Inputs, seconds: f64, block: &mut CookBlock<'_>) {
        self.show_progress();
        if self.running.is_some() {
            self.slices.go_on(cook.total_cooks, cook.start_index, cook.samples);
            self.pace.advance(seconds);
            self.status.ahead.set(self.pace.is_offline());
            self.push(inputs, seconds, block);
        } else {
            self.naming.idle(inputs, &self.status, &self.faults);
        }
        self.status.peak.set(f64::from(block.finish()));
    }

    /// Whether a cook that is like this one, which took the slow path, may take the fast one.
    fn is_steady(&self, cook: &Cook, layout: Option<AudioLayout>) -> bool {
        let can_be = cook.samples > 0 && !self.blocked && self.cut_short.is_none();
        let Some(layout) = layout.filter(|_| can_be) else { return false };
        match &self.running {
            None => !cook.record() && self.trouble.is_none(),
            Some(running) => {
                let is_fed = cook.record() && !cook.pause() && running.input == layout;
                let is_suspended = self.suspension.is_suspended() || self.suspension.is_owed();
                is_fed && !is_suspended && !self.pace.is_resting() && self.slices.is_steady(&time_slice(cook, layout))
            }
        }
    }

    /// A cook that differs from the one before.
    #[cold]
    #[inline(never)]
    fn slow_path(&mut self, cook: &Cook, inputs: &Inputs, layout: Option<AudioLayout>, block: &mut CookBlock<'_>) {
        if self.status.abandon.is_set() {
            self.status.abandon.set(false);
            self.end_in_error();
        }
        let record = cook.record();
        let trouble = record && layout.is_none() && self.running.is_none();
        if trouble || self.trouble.is_some() {
            self.tell_trouble(cook, trouble);
        }
        if !record {
            if self.running.is_some() || self.blocked {
                self.settle_suspension(inputs);
                if let Some(running) = &self.running {
                    // What the disk refuses is tried for as long as memory could have held more.
                    running.report.wait_no_longer_than(max_buffer(inputs));
                }
                self.stop();
            }
        } else if let Some(layout) = layout
            && cook.samples > 0
            && self.running.is_none()
            && !self.blocked
        {
            self.start(cook, inputs, layout);
        }
        self.show_progress();
        self.look(cook, inputs, layout, block);
        self.greyed.update(cook, inputs, self.running.is_some());
        if self.running.is_none() {
            self.naming.idle(inputs, &self.status, &self.faults);
        }
    }

    /// Ends the take after a panic, wherever it stood; what was fed until then is completed.
    pub(crate) fn abandon(&mut self, problem: Problem) {
        if let Some(running) = &self.running {
            self.status.report().problem(self.takes, &running.report, problem);
        }
        self.end_in_error();
    }

    /// The take ends, and nothing more is recorded until Record goes off.
    fn end_in_error(&mut self) {
        self.blocked = true;
        self.hurry(LAST_PATIENCE);
        self.steady = None;
        self.cut_short = self.running.as_ref().map(|running| Arc::clone(&running.report)).or(self.cut_short.take());
        self.let_go();
    }

    #[cold]
    fn start(&mut self, cook: &Cook, inputs: &Inputs, input: AudioLayout) {
        match self.begin(cook, inputs, input) {
            Ok(running) => {
                self.slices.begin();
                self.suspension = Suspension::default();
                self.progress = Some((Arc::clone(&running.report), 0));
                self.status.feeding.set(true);
                self.running = Some(running);
            }
            Err(problem) => {
                self.status.fail(&problem);
                self.blocked = true;
            }
        }
    }

    #[cold]
    fn stop(&mut self) {
        self.let_go();
        self.blocked = false;
        self.cut_short = None;
        self.status.record_off();
    }

    /// Nothing is waited for any longer on behalf of the last take than `patience`, when a disk refuses what is left of it.
    fn hurry(&self, patience: Duration) {
        if let Some((take, _)) = &self.progress {
            take.wait_no_longer_than(patience);
        }
    }

    /// Ends the running take in the stream, if there is one.
    #[cold]
    fn let_go(&mut self) {
        self.status.feeding.set(false);
        self.status.paused.set(false);
        self.suspension.end(&self.status);
        self.rest();
        if let (Some(_), Some(feed)) = (self.running.take(), &mut self.feed) {
            feed.command(Command::End);
        }
    }

    /// Reads the parameters of a take and begins it in the stream.
    fn begin(&mut self, cook: &Cook, inputs: &Inputs, input: AudioLayout) -> Result<Running, Problem> {
        let format = chosen_format(inputs);
        let settings = chosen_settings(inputs);
        let name = naming::request(inputs, format, &self.status)?;
        let pattern = text(inputs, &params::CHANNEL_SCOPE);
        let selected = select(&pattern, inputs)?;
        let layout = AudioLayout { channels: selected.len(), rate: input.rate };
        format.allows(layout, settings)?;
        let (rows, warning) = metadata_rows(inputs);
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
        let request = TakeRequest { id, report: Arc::clone(&report), name, format, settings, rows };
        feed.command(Command::Begin(Box::new(request)));
        Ok(Running { report, pattern, selected, input, format, settings, refused: None, seconds: 0.0 })
    }

    /// Looks at the input and, while a take runs, feeds it.
    fn look(&mut self, cook: &Cook, inputs: &Inputs, layout: Option<AudioLayout>, block: &mut CookBlock<'_>) {
        if self.running.as_ref().is_some_and(|running| running.report.has_failed()) {
            self.end_in_error();
        }
        if self.running.is_some() && cook.pause() {
            self.status.paused.set(true);
            self.settle_suspension(inputs);
        }
        match self.why_suspended(cook, inputs, layout) {
            Some(cause) => self.suspend(cook, cause),
            None => self.suspension.end(&self.status),
        }
        let Some(layout) = layout else {
            if !self.suspension.is_suspended() {
                self.rest();
            }
            return;
        };
        // A take looks at its slices with new eyes: before it, only their level counts.
        let is_fed = (self.running.is_some() && !self.suspension.is_suspended()) || self.cut_short.is_some();
        let fresh = if is_fed { self.look_at_slice(cook, inputs, layout, block) } else { cook.samples > 0 };
        if fresh {
            self.status.peak.set(f64::from(block.finish()));
        }
    }

    /// Looks at a time slice, and decides. Whether it has new samples.
    fn look_at_slice(&mut self, cook: &Cook, inputs: &Inputs, layout: AudioLayout, block: &mut CookBlock<'_>) -> bool {
        let kind = self.slices.look(time_slice(cook, layout));
        let is_new = kind != SliceKind::Seen;
        if let Some(seconds) = elapsed(cook.delta_frames, cook.timeline_rate) {
            let audio = if is_new { cook.samples as f64 / layout.rate } else { 0.0 };
            self.pace.pass(seconds, cook.delta_frames, audio);
            self.status.ahead.set(self.pace.is_offline());
        }
        self.decide(cook, inputs, layout, kind, block);
        is_new
    }

    /// Pushes what has arrived, if it is to be recorded, or counts what is lost.
    fn decide(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        layout: AudioLayout,
        kind: SliceKind,
        block: &mut CookBlock<'_>,
    ) {
        let paused = cook.pause();
        self.status.paused.set(paused && self.running.is_some());
        if self.running.is_none() || paused {
            if let Some(take) = self.cut_short.as_ref().filter(|_| !paused && kind != SliceKind::Seen) {
                take.lost.add(cook.samples as u64);
            }
            self.rest();
            return;
        }
        if self.slices.is_clip() {
            self.status.warn(Warning::NotTimeSliced);
        }
        if kind != SliceKind::Seen && cook.samples > 0 {
            self.push_slice(cook, inputs, layout, kind, block);
        }
    }

    /// Nothing is recorded at this cook: no gap can lie before the next one.
    fn rest(&mut self) {
        self.slices.interrupt();
        self.pace.rest();
    }

    /// Pushes the gap and the samples of one cook.
    fn push_slice(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        layout: AudioLayout,
        kind: SliceKind,
        block: &mut CookBlock<'_>,
    ) {
        self.pace.go_on();
        // In the layout of what came before it.
        self.fill(inputs, self.running.as_ref().map_or(kind, |running| kind.at_rate(layout.rate, running.input.rate)));
        if self.running.as_ref().is_some_and(|running| running.input != layout) {
            self.change_layout(inputs, cook.samples, layout);
        }
        self.push(inputs, cook.samples as f64 / layout.rate, block);
    }

    /// The input has another rate or channel count: the take goes on in another file if what is recorded has too.
    #[cold]
    fn change_layout(&mut self, inputs: &Inputs, frames: usize, input: AudioLayout) {
        let (Some(running), Some(feed)) = (&mut self.running, &mut self.feed) else { return };
        let layout = running.change_input(inputs, input);
        feed.set_layout(layout, frames);
        self.status.set_layout(layout);
    }

    /// Pushes the samples of one cook.
    #[inline(always)]
    fn push(&mut self, inputs: &Inputs, seconds: f64, block: &mut CookBlock<'_>) {
        let (Some(running), Some(feed)) = (&mut self.running, &mut self.feed) else { return };
        running.seconds += seconds;
        if self.pace.is_offline() && feed.is_far_behind() {
            feed.wait_for_room(&running.report);
        }
        if feed.push(&running.report, inputs, block, &running.selected).is_err() {
            let lost = running.push_late(feed, &mut self.pace, inputs, block);
            if lost {
                self.status.lost_first(running.seconds - seconds);
            }
        }
    }

    #[inline]
    fn show_progress(&mut self) {
        if let Some((take, before)) = &mut self.progress {
            let now = take.written.get();
            self.status.last_written.set(now.saturating_sub(*before));
            *before = now;
        }
    }
}

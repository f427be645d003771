//! The state machine of a node's takes: looks at the time slice of each cook, decides, and pushes.
//!
//! In the steady state a cook compares a few numbers and copies the block into the ring.
//!
//! The cook thread waits in one case only: offline rendering (Realtime off) cooks every frame however long it takes,
//! and when memory is full while the timeline does not follow the wall clock, nothing needs to be lost: the cook then
//! lets the disk catch up. It does so for some milliseconds, too, before it goes on into memory that is not in the
//! caches.

mod before;
mod cuts;
mod level;
mod marks;
mod missing;
mod taking;

use std::sync::Arc;
use std::time::Duration;

use self::marks::Marks;
use self::missing::time_slice;

use super::feed::Feed;
use super::greyed::Greyed;
use super::level::Level;
use super::listening::Listening;
use super::naming::Naming;
use super::running::{Fed, Running, max_buffer};
use super::status::NodeStatus;
use super::steady::Steady;
use super::suspension::Suspension;
use super::time::{Pace, SliceKind, Slices, elapsed, is_same_rate, settled_rate};
use crate::bridge::{Cook, Inputs};
use crate::faults::Faults;
use crate::messages::Warning;
use crate::report::{TakeId, TakeReport};
use crate::stream::AudioLayout;
use crate::stream::block::CookBlock;

/// How long a disk that refuses is tried when there is no next cook: the node, or the process, ends.
const LAST_PATIENCE: Duration = Duration::from_secs(20);

/// The takes of one node. Dropping it finishes the running one.
pub(crate) struct Recorder {
    running: Option<Running>,
    /// While Record is on with Start = level: takes begin and end by it.
    level: Option<Level>,
    /// What the parameters say of a take that begins was looked at while no take runs, and something is wrong with it.
    is_checked: bool,
    is_unready: bool,
    /// While no take runs, and Pre-Roll or the level says so.
    listening: Option<Listening>,
    /// Seconds of audio until a node without a take looks at Pre-Roll and Channel Scope again, or a take at the clock.
    look_in: f64,
    /// Started with the first take, or with the first Pre-Roll.
    feed: Option<Feed>,
    status: Arc<NodeStatus>,
    faults: Arc<Faults>,
    /// Takes that were begun.
    takes: TakeId,
    /// The take ended in an error, or could not start: nothing more until Record goes off.
    blocked: bool,
    /// A running take ended in an error, and Record is still on: what arrives is in no file, and counted.
    cut_short: Option<Arc<TakeReport>>,
    /// A take begins at this cook right behind the one before.
    is_next: bool,
    /// New Take was pressed: one begins at this cook, however quiet it is.
    is_called: bool,
    /// The last cook, if one that is like it goes the same way.
    steady: Option<Steady>,
    slices: Slices,
    suspension: Suspension,
    pace: Pace,
    /// The last take, and its frames in the file at the cook before.
    progress: Option<(Arc<TakeReport>, u64)>,
    trouble: Option<Warning>,
    marks: Marks,
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
            level: None,
            is_checked: false,
            is_unready: false,
            listening: None,
            look_in: 0.0,
            feed: None,
            status,
            faults,
            takes: 0,
            blocked: false,
            cut_short: None,
            is_next: false,
            is_called: false,
            steady: None,
            slices: Slices::default(),
            suspension: Suspension::default(),
            pace: Pace::default(),
            progress: None,
            trouble: None,
            marks: Marks::default(),
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
        let seconds = self.steady.as_ref().filter(|steady| steady.is_like(cook)).map(|steady| steady.seconds);
        match seconds.filter(|_| self.is_undisturbed(cook) && self.is_level_kept(inputs, block)) {
            Some(seconds) => self.fast_path(cook, inputs, seconds, block),
            None => {
                let layout = layout.map(|layout| self.settled(layout));
                self.slow_path(cook, inputs, layout, block);
                self.steady = self.is_steady(cook, layout).then(|| Steady::new(cook));
            }
        }
    }

    /// Whether a cook that is like the one before goes its way: what else there is to ask.
    #[inline]
    fn is_undisturbed(&self, cook: &Cook) -> bool {
        let goes_on = || self.slices.goes_on(cook.total_cooks, cook.start_index);
        let is_well = match &self.running {
            Some(running) => !running.fed.report.has_failed() && !running.fed.report.has_ended() && goes_on(),
            None => self.listening.is_none() || goes_on(),
        };
        is_well && !self.status.abandon.is_set() && !self.status.pulses.are_pressed()
    }

    /// Layout of the input that goes into the stream.
    fn fed(&self) -> Option<&Fed> {
        let running = self.running.as_ref().map(|running| &running.fed);
        running.or(self.listening.as_ref().map(|listening| &listening.fed))
    }

    /// The layout of the input, or that of the running take where a rate differs in its last digits only.
    #[cold]
    fn settled(&self, layout: AudioLayout) -> AudioLayout {
        match self.fed() {
            Some(fed) if is_same_rate(fed.input.rate, layout.rate) => AudioLayout { rate: fed.input.rate, ..layout },
            _ => AudioLayout { rate: settled_rate(layout.rate), ..layout },
        }
    }

    /// A cook that is like the one before.
    #[inline]
    fn fast_path(&mut self, cook: &Cook, inputs: &Inputs, seconds: f64, block: &mut CookBlock<'_>) {
        self.show_progress();
        if self.running.is_some() || self.listening.is_some() {
            self.slices.go_on(cook.total_cooks, cook.start_index, cook.samples);
            self.pace.advance(seconds);
            self.status.ahead.set(self.pace.is_offline());
        }
        if self.running.is_some() {
            self.push(inputs, seconds, block);
        } else {
            self.push_heard(inputs, seconds, block);
            self.naming.idle(inputs, &self.status, &self.faults);
        }
        self.look_in -= seconds;
        if self.look_in < 0.0 {
            self.steady = None;
        }
        self.status.peak.set(f64::from(block.finish()));
    }

    /// Whether a cook that is like this one, which took the slow path, may take the fast one.
    fn is_steady(&self, cook: &Cook, layout: Option<AudioLayout>) -> bool {
        let can_be = cook.samples > 0 && !self.blocked && self.cut_short.is_none();
        let Some(layout) = layout.filter(|_| can_be) else { return false };
        let is_steady = || !self.pace.is_resting() && self.slices.is_steady(&time_slice(cook, layout));
        match (&self.running, &self.listening) {
            (None, listening) => {
                let is_heard = |listening: &Listening| listening.fed.input == layout && is_steady();
                (!cook.record() || self.is_armed(cook))
                    && self.trouble.is_none()
                    && listening.as_ref().is_none_or(is_heard)
            }
            (Some(running), _) => {
                let is_fed = cook.record() && !cook.pause() && running.fed.input == layout;
                let is_suspended = self.suspension.is_suspended() || self.suspension.is_owed();
                is_fed && !is_suspended && is_steady()
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
        let was_running = self.running.is_some();
        let trouble = record && layout.is_none() && self.running.is_none();
        if trouble || self.trouble.is_some() {
            self.tell_trouble(cook, trouble);
        }
        if self.running.as_ref().is_some_and(|running| running.fed.report.has_ended()) {
            self.end_by_itself(cook, inputs, layout);
        }
        let split = self.obey_pulses(inputs, record);
        if !record && (self.running.is_some() || self.blocked || self.is_unready) {
            self.settle_suspension(inputs);
            if let Some(running) = &self.running {
                // What the disk refuses is tried for as long as memory could have held more.
                running.fed.report.wait_no_longer_than(max_buffer(inputs));
            }
            self.stop();
        }
        self.set_level(inputs, record);
        let begins = record && (self.level.is_none() || self.is_next || self.is_called);
        if let Some(layout) = layout
            && cook.samples > 0
            && begins
            && self.running.is_none()
            && !self.blocked
        {
            self.start(cook, inputs, layout, None);
        }
        self.is_called = false;
        if self.running.is_none() {
            self.is_next = false;
            self.listen(cook, inputs, layout, was_running && !record);
            if was_running && self.listening.is_none() {
                self.rest();
            }
            self.check_before(cook, inputs, layout);
        }
        self.split(split);
        self.show_progress();
        self.look(cook, inputs, layout, block);
        self.mark_if_pressed(inputs);
        self.greyed.update(cook, inputs, self.running.is_some());
        self.status.armed.set(self.is_armed(cook));
        if self.running.is_none() {
            self.naming.idle(inputs, &self.status, &self.faults);
        }
    }

    /// Looks at the input and, while a take runs, feeds it.
    fn look(&mut self, cook: &Cook, inputs: &Inputs, layout: Option<AudioLayout>, block: &mut CookBlock<'_>) {
        if self.running.as_ref().is_some_and(|running| running.fed.report.has_failed()) {
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
            if !self.suspension.is_suspended() && self.listening.is_none() {
                self.rest();
            }
            return;
        };
        // A take looks at its slices with new eyes, unless it begins with a pre-roll: before, only their level counts.
        let is_fed = match self.running {
            Some(_) => !self.suspension.is_suspended(),
            None => self.listening.is_some() || self.cut_short.is_some(),
        };
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
        if self.listening.is_some() {
            return self.hear(cook, inputs, layout, kind, block);
        }
        let paused = cook.pause();
        self.status.paused.set(paused && self.running.is_some());
        if self.running.as_ref().is_some_and(|running| paused && running.fed.seconds > 0.0) {
            self.marks.pause();
        }
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
        self.fill(
            inputs,
            self.running.as_ref().map_or(kind, |running| kind.at_rate(layout.rate, running.fed.input.rate)),
        );
        if self.running.is_none() {
            // It has ended in what was missing.
            self.listen(cook, inputs, Some(layout), true);
            return self.hear(cook, inputs, layout, SliceKind::FOLLOWS, block);
        }
        if self.running.as_ref().is_some_and(|running| running.fed.input != layout) {
            self.change_layout(inputs, cook.samples, layout);
        }
        self.mark_next_frame(inputs);
        match self.level {
            Some(_) => self.push_by_level(cook, inputs, layout, block),
            None => self.push(inputs, cook.samples as f64 / layout.rate, block),
        }
    }

    /// Pushes the samples of one cook.
    #[inline(always)]
    fn push(&mut self, inputs: &Inputs, seconds: f64, block: &mut CookBlock<'_>) {
        let (Some(running), Some(feed)) = (&mut self.running, &mut self.feed) else { return };
        let fed = &mut running.fed;
        fed.seconds += seconds;
        if self.pace.is_offline() && feed.is_far_behind() {
            feed.wait_for_room(&fed.report);
        }
        if feed.push(&fed.report, inputs, block, &fed.selected).is_err() {
            let lost = fed.push_late(feed, &mut self.pace, inputs, block);
            if lost {
                self.status.lost_first(fed.seconds - seconds);
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

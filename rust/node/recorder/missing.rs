//! Time that is missing in a take: gaps before slices, and suspensions.

use super::Recorder;
use crate::bridge::{Cook, Inputs};
use crate::messages::{Filled, Mark, SuspensionCause, Warning};
use crate::node::params;
use crate::node::reading::toggle;
use crate::node::time::{Odd, SliceKind, TimeSlice, elapsed};
use crate::stream::AudioLayout;
use crate::take::Command;

impl Recorder {
    /// Nothing is recorded at this cook: no gap can lie before the next one.
    pub(super) fn rest(&mut self) {
        self.slices.interrupt();
        self.pace.rest();
    }

    /// Why nothing of this cook's input can be recorded, if a take runs and is not paused.
    pub(super) fn why_suspended(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        layout: Option<AudioLayout>,
    ) -> Option<SuspensionCause> {
        let running = self.running.as_mut().filter(|_| !cook.pause())?;
        match layout {
            None if !cook.wired => Some(SuspensionCause::NotWired),
            None if cook.channels == 0 => Some(SuspensionCause::NoChannels),
            None => Some(SuspensionCause::Rate(cook.sample_rate.to_string())),
            // A source that is being rebuilt can show any layout: one that brings samples is meant.
            Some(layout) if cook.samples > 0 || self.suspension.is_suspended() => running.refuses(layout, inputs),
            Some(_) => None,
        }
    }

    #[cold]
    pub(super) fn suspend(&mut self, cook: &Cook, cause: SuspensionCause) {
        self.status.paused.set(false);
        self.pace.rest();
        self.slices.suspend(elapsed(cook.delta_frames, cook.timeline_rate));
        self.suspension.hold(cause, &self.status);
    }

    /// Pause or Record off ends a suspension: its time is a gap that no samples follow.
    pub(super) fn settle_suspension(&mut self, inputs: &Inputs) {
        let seconds = self.slices.settle();
        self.suspension.end(&self.status);
        let is_owed = self.suspension.is_owed();
        if let Some(feed) = self.feed.as_ref().filter(|_| is_owed && self.running.is_some()) {
            let kind = SliceKind::after_seconds(seconds, feed.layout().rate);
            self.fill(inputs, kind);
        }
    }

    /// Counts what is missing before a cook's samples, fills it if it is to be filled, and says what the user should
    /// know of it.
    pub(super) fn fill(&mut self, inputs: &Inputs, kind: SliceKind) {
        let SliceKind::New { gap, odd } = kind else { return };
        let (Some(running), Some(feed)) = (&mut self.running, &mut self.feed) else { return };
        let rate = feed.layout().rate;
        let mut filled = Filled::Nothing;
        // What is missing counts as quiet: a take that ends by it does so in time.
        let (left, whole) = (self.level.map_or(u64::MAX, |level| level.left()), gap);
        let gap = gap.min(left);
        running.fed.report.gap.add(gap);
        let seconds = gap as f64 / rate;
        let is_filled = gap > 0 && odd.is_none() && toggle(inputs, &params::FILL_GAPS);
        if gap > 0 {
            feed.note(Command::Mark(if is_filled { Mark::Filled(seconds) } else { Mark::LeftOut(seconds) }));
        }
        if is_filled {
            feed.push_silence(gap);
            running.fed.seconds += seconds;
            filled = Filled::Silence;
        }
        match odd {
            _ if self.suspension.is_owed() => self.suspension.account(seconds, filled, &self.status),
            None => {}
            Some(Odd::Delta(frames)) => self.status.warn(Warning::OddTime { frames: frames.to_string() }),
            Some(Odd::TooLong(seconds)) => self.status.warn(Warning::GapTooLong { seconds }),
        }
        if whole > 0 && whole >= left {
            self.end_after(inputs, 0);
        } else if let Some(level) = &mut self.level {
            level.quiet += gap;
        }
    }

    /// Says what is missing while Record is on and there is nothing to record.
    #[cold]
    pub(super) fn tell_trouble(&mut self, cook: &Cook, trouble: bool) {
        let now = trouble.then(|| {
            if !cook.wired {
                Warning::NoInput
            } else if cook.channels == 0 {
                Warning::NoChannels
            } else {
                Warning::NoRate { rate: cook.sample_rate.to_string() }
            }
        });
        if now != self.trouble {
            let before = self.trouble.take();
            self.status.unwarn(|warning| Some(warning) == before.as_ref());
            now.iter().for_each(|warning| self.status.warn(warning.clone()));
            self.trouble = now;
        }
    }
}

/// What `cook` says of an input of this layout.
pub(super) fn time_slice(cook: &Cook, layout: AudioLayout) -> TimeSlice {
    TimeSlice {
        op_id: cook.op_id,
        total_cooks: cook.total_cooks,
        channels: layout.channels,
        samples: cook.samples,
        start_index: cook.start_index,
        rate: layout.rate,
        delta_frames: cook.delta_frames,
        timeline_rate: cook.timeline_rate,
    }
}

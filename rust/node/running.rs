//! The take that is being fed: which channels of the input it has, and since when.

use std::sync::Arc;

use super::feed::Feed;
use super::reading::select;
use super::time::pace::Pace;
use crate::bridge::Inputs;
use crate::report::TakeReport;
use crate::stream::AudioLayout;
use crate::stream::block::CookBlock;

/// A take that is being fed.
pub(super) struct Running {
    pub(super) report: Arc<TakeReport>,
    pub(super) pattern: String,
    /// Channels of the input that are recorded.
    pub(super) selected: Vec<usize>,
    /// Layout of the whole input, to see when it changes.
    pub(super) input: AudioLayout,
    /// Seconds that arrived in this take, lost and filled ones included.
    pub(super) seconds: f64,
}

impl Running {
    /// The input has another rate or channel count. The layout of what is recorded of it; `None` when Channel Scope
    /// selects nothing of it.
    pub(super) fn change_input(&mut self, inputs: &Inputs, input: AudioLayout) -> Option<AudioLayout> {
        if input.channels != self.input.channels {
            self.selected = select(&self.pattern, inputs).unwrap_or_default();
        }
        self.input = input;
        (!self.selected.is_empty()).then_some(AudioLayout { channels: self.selected.len(), rate: input.rate })
    }

    /// There was no room in the ring. An offline cook waits a moment for it; what does not fit then goes into memory of
    /// its own. When no more may wait such a cook waits for the disk, and at any other the samples are lost. Whether they
    /// are the first that this take has lost.
    ///
    /// The encoding thread may be asleep, when a host in a hurry begins: the earlier it is woken, the less new memory its
    /// audio takes.
    #[cold]
    pub(super) fn push_late(
        &self,
        feed: &mut Feed,
        pace: &mut Pace,
        inputs: &Inputs,
        block: &mut CookBlock<'_>,
    ) -> bool {
        feed.wake();
        let waited = feed.fits_ring(block.frames()) && self.catch_up(feed, pace);
        if waited && feed.push(&self.report, inputs, block, &self.selected).is_ok() {
            return false;
        }
        while feed.push_outside(&self.report, inputs, block, &self.selected).is_err() {
            if !self.catch_up(feed, pace) {
                let (frames, first) = (block.frames() as u64, self.report.lost.get() == 0);
                self.report.lost.add(frames);
                feed.push_silence(frames);
                return first;
            }
        }
        false
    }

    /// Gives the other threads a few milliseconds, if the timeline is ahead of the clock; else nothing is to be waited
    /// for.
    fn catch_up(&self, feed: &Feed, pace: &mut Pace) -> bool {
        let waits = !self.report.has_failed() && pace.is_ahead(feed.ring_seconds());
        if waits {
            feed.wait_for_room(&self.report);
        }
        waits
    }
}

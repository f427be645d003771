//! The take that is being fed: which channels of the input it has, and since when.

use std::sync::Arc;
use std::time::Duration;

use super::clock::ClockSplit;
use super::feed::{Feed, SHORTEST_BUFFER_SECONDS};
use super::params;
use super::reading::select;
use super::time::Pace;
use crate::bridge::Inputs;
use crate::formats::{Format, Settings};
use crate::messages::{Mark, SuspensionCause};
use crate::report::TakeReport;
use crate::stream::AudioLayout;
use crate::stream::block::CookBlock;
use crate::take::Command;

/// How long an offline cook waits for a disk that does nothing at all, if Max Buffer is not more.
const OFFLINE_PATIENCE: Duration = Duration::from_secs(10);

/// Max Buffer.
#[cold]
pub(super) fn max_buffer(inputs: &Inputs) -> Duration {
    let seconds = inputs.par_double(params::MAX_BUFFER.name).max(SHORTEST_BUFFER_SECONDS);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// What is put into the stream: which channels of the input, and for whom.
pub(super) struct Fed {
    pub(super) report: Arc<TakeReport>,
    pub(super) pattern: String,
    /// Channels of the input that are recorded.
    pub(super) selected: Vec<usize>,
    /// Layout of the whole input, to see when it changes.
    pub(super) input: AudioLayout,
    /// Seconds that were put in, lost and filled ones included.
    pub(super) seconds: f64,
    /// Frames that had been put in when samples were lost last.
    pub(super) lost_after: Option<u64>,
}

/// A take that is being fed.
pub(super) struct Running {
    pub(super) fed: Fed,
    pub(super) format: &'static Format,
    pub(super) settings: Settings,
    /// With Split at Clock.
    pub(super) clock: Option<ClockSplit>,
    /// How often Marker was pressed.
    pub(super) markers: u64,
    /// The last layout that cannot be recorded, and why.
    pub(super) refused: Option<(AudioLayout, SuspensionCause)>,
}

impl Running {
    /// Why nothing of an input with this layout can be recorded, if that is so.
    pub(super) fn refuses(&mut self, input: AudioLayout, inputs: &Inputs) -> Option<SuspensionCause> {
        if input == self.fed.input {
            return None;
        }
        if let Some((refused, cause)) = &self.refused
            && *refused == input
        {
            return Some(cause.clone());
        }
        let cause = match select(&self.fed.pattern, inputs) {
            Err(_) => SuspensionCause::Scope(self.fed.pattern.clone()),
            Ok(selected) => {
                let layout = AudioLayout { channels: selected.len(), rate: input.rate };
                SuspensionCause::Layout(self.format.allows(layout, self.settings).err()?.cause())
            }
        };
        self.refused = Some((input, cause.clone()));
        Some(cause)
    }

    /// The input has another rate or channel count, and is not refused. The layout of what is recorded of it.
    pub(super) fn change_input(&mut self, inputs: &Inputs, input: AudioLayout) -> AudioLayout {
        if input.channels != self.fed.input.channels {
            self.fed.selected = select(&self.fed.pattern, inputs).unwrap_or_default();
        }
        self.fed.input = input;
        AudioLayout { channels: self.fed.selected.len(), rate: input.rate }
    }
}

impl Fed {
    /// The layout of what is put in.
    pub(super) fn layout(&self) -> AudioLayout {
        AudioLayout { channels: self.selected.len(), rate: self.input.rate }
    }

    /// There was no room in the ring. An offline cook waits a moment for it; what does not fit then goes into memory of
    /// its own. When no more may wait such a cook waits for the disk, and at any other the samples are lost. Whether they
    /// are the first that this take has lost.
    ///
    /// The encoding thread may be asleep, when a host in a hurry begins: the earlier it is woken, the less new memory its
    /// audio takes.
    #[cold]
    pub(super) fn push_late(
        &mut self,
        feed: &mut Feed,
        pace: &mut Pace,
        inputs: &Inputs,
        block: &mut CookBlock<'_>,
    ) -> bool {
        feed.wake();
        let waited = feed.fits_ring(block.frames()) && self.catch_up(feed, pace, inputs);
        if waited && feed.push(&self.report, inputs, block, &self.selected).is_ok() {
            return false;
        }
        while feed.push_outside(&self.report, inputs, block, &self.selected).is_err() {
            if !self.catch_up(feed, pace, inputs) {
                let (frames, first) = (block.frames() as u64, self.report.lost.get() == 0);
                self.report.lost.add(frames);
                // One marker for all that is lost in a row.
                let before = Some(self.report.fed.get());
                if self.lost_after != before {
                    self.lost_after = before;
                    feed.note(Command::Mark(Mark::Lost));
                }
                feed.push_silence(frames);
                return first;
            }
        }
        false
    }

    /// Gives the other threads a few milliseconds, if the timeline does not follow the clock; else nothing is to be waited
    /// for.
    fn catch_up(&self, feed: &Feed, pace: &mut Pace, inputs: &Inputs) -> bool {
        let patience = max_buffer(inputs).max(OFFLINE_PATIENCE);
        let waits = !self.report.has_failed() && pace.may_wait(feed.ring_seconds(), feed.progress(), patience);
        if waits {
            feed.wait_for_room(&self.report);
        }
        waits
    }
}

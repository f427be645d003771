//! What a take should hold, written down while its node is fed.

use std::ops::Range;

use crate::compare::{Run, Runs};
use crate::scope::in_scope;
use crate::source::Signal;

/// What is wired to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) channels: usize,
    pub(super) rate: u32,
}

/// A stretch of a take that is one file.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) signal: Signal,
    /// Channels of the signal that are recorded.
    pub(super) selected: Vec<usize>,
    pub(super) runs: Runs,
}

/// One cook of a node that records.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) layout: Layout,
    /// By index in the source.
    pub(super) samples: Range<u64>,
    /// Of the timeline, since the cook before.
    pub(super) frames: u32,
    pub(super) fps: f64,
    pub(super) fill_gaps: bool,
    pub(super) paused: bool,
    /// The source has not cooked.
    pub(super) again: bool,
}

/// The account of one take.
#[derive(Debug)]
pub(super) struct Ledger {
    scope: String,
    first_channel: usize,
    pub(super) segments: Vec<Segment>,
    layout: Option<Layout>,
    /// Index after the last sample that was recorded, while nothing has come in between.
    next: Option<u64>,
    /// Frames of the timeline since then.
    elapsed: u32,
    /// Frames that were given while recording.
    pub(super) given: u64,
    /// Frames that hitches took away.
    pub(super) gap: u64,
}

impl Ledger {
    /// A take that records the channels that `scope` means; `first_channel` tells its sound from all others.
    pub(super) fn new(scope: &str, first_channel: usize) -> Self {
        Self {
            scope: scope.to_owned(),
            first_channel,
            segments: Vec::new(),
            layout: None,
            next: None,
            elapsed: 0,
            given: 0,
            gap: 0,
        }
    }

    /// The signal that the node is to be fed with.
    pub(super) fn signal(&self, layout: Layout) -> Signal {
        Signal { rate: layout.rate, channels: layout.channels, first_channel: self.first_channel }
    }

    /// Nothing that comes follows what was before.
    pub(super) fn rest(&mut self) {
        self.next = None;
        self.elapsed = 0;
    }

    /// Nothing was wired at this cook, so many frames of the timeline after the one before: the take waits.
    pub(super) fn wait(&mut self, frames: u32) {
        self.elapsed += frames;
    }

    /// A cook with a wired input. Returns how many frames of it belong to the take.
    pub(super) fn cook(&mut self, slice: &Slice) -> u64 {
        if self.layout.is_none() {
            self.begin(slice.layout);
        }
        if self.layout != Some(slice.layout) {
            self.rest();
        }
        self.elapsed += slice.frames;
        if slice.paused {
            self.rest();
            return 0;
        }
        if slice.again {
            return 0;
        }
        if self.layout != Some(slice.layout) {
            self.change(slice.layout);
        }
        let frames = slice.samples.end - slice.samples.start;
        let frame = f64::from(slice.layout.rate) / slice.fps;
        let missing = f64::from(self.elapsed) * frame - frames as f64;
        let jump = self.next.map_or(0, |next| slice.samples.start.saturating_sub(next));
        // What the spec calls clearly fewer; a sample more or less is a matter of rounding.
        let gap = if missing > (0.5 * frame).max(1.0) { jump } else { 0 };
        self.gap += gap;
        self.given += frames;
        self.next = Some(slice.samples.end);
        self.elapsed = 0;
        if let Some(segment) = self.segments.last_mut() {
            if slice.fill_gaps {
                segment.runs.push(Run::Silence { frames: gap });
            }
            segment.runs.push(Run::Given { start: slice.samples.start, frames });
        }
        frames
    }

    fn begin(&mut self, layout: Layout) {
        let selected = self.selected(layout);
        let signal = self.signal(layout);
        self.segments.push(Segment { signal, selected, runs: Runs::default() });
        self.layout = Some(layout);
    }

    /// Another file is begun when what is recorded has another rate or number of channels.
    fn change(&mut self, layout: Layout) {
        let selected = self.selected(layout);
        let goes_on =
            self.segments.last().is_some_and(|last| last.selected == selected && last.signal.rate == layout.rate);
        if goes_on {
            if let Some(last) = self.segments.last_mut() {
                last.signal.channels = last.signal.channels.max(layout.channels);
            }
            self.layout = Some(layout);
        } else {
            self.begin(layout);
        }
    }

    fn selected(&self, layout: Layout) -> Vec<usize> {
        let names: Vec<String> = (1..=layout.channels).map(|number| format!("chan{number}")).collect();
        in_scope(&self.scope, &names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEREO: Layout = Layout { channels: 2, rate: 48000 };

    fn slice(samples: Range<u64>) -> Slice {
        Slice { layout: STEREO, samples, frames: 1, fps: 60.0, fill_gaps: true, paused: false, again: false }
    }

    #[test]
    fn hitches_should_be_gaps_and_pauses_none() {
        let mut ledger = Ledger::new("*", 0);
        ledger.cook(&slice(0..800));
        ledger.cook(&Slice { frames: 30, ..slice(15200..24800) });
        assert_eq!((ledger.given, ledger.gap), (10400, 14400));
        ledger.cook(&Slice { paused: true, ..slice(24800..25600) });
        ledger.cook(&slice(25600..26400));
        assert_eq!((ledger.given, ledger.gap), (11200, 14400));
        assert_eq!(ledger.segments[0].runs.frames(), 25600);
    }

    #[test]
    fn the_time_without_a_source_should_be_a_gap() {
        let mut ledger = Ledger::new("*", 0);
        ledger.cook(&slice(0..800));
        (0..10).for_each(|_| ledger.wait(1));
        ledger.cook(&slice(8800..9600));
        assert_eq!((ledger.given, ledger.gap), (1600, 8000));
        assert_eq!(ledger.segments[0].runs.frames(), 9600);
    }

    #[test]
    fn a_source_that_rests_should_lose_only_what_it_does_not_deliver() {
        let mut ledger = Ledger::new("*", 0);
        ledger.cook(&slice(0..800));
        ledger.cook(&Slice { again: true, ..slice(0..0) });
        ledger.cook(&slice(800..2400));
        assert_eq!((ledger.given, ledger.gap), (2400, 0));
        ledger.cook(&Slice { again: true, ..slice(0..0) });
        ledger.cook(&slice(3200..4000));
        assert_eq!((ledger.given, ledger.gap), (3200, 800));
    }

    #[test]
    fn another_layout_should_begin_another_file_unless_the_scope_hides_it() {
        let six = Slice { layout: Layout { channels: 6, ..STEREO }, ..slice(800..1600) };
        for (scope, files) in [("*", 2), ("chan[1-2]", 1)] {
            let mut ledger = Ledger::new(scope, 0);
            ledger.cook(&slice(0..800));
            ledger.cook(&six);
            assert_eq!(ledger.segments.len(), files, "{scope}");
            assert_eq!(ledger.given, 1600);
        }
    }
}

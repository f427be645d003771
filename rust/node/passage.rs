//! The way of a cook's samples through the node: each channel goes on to the output once, and to the ring on the
//! way when it is recorded.

use super::planes::Planes;
use crate::stream::lane::copy::Loops;
use crate::stream::lane::{Lane, Lanes, Peak};

/// Passes the input on to the output. What was not passed on when it is dropped, after a panic too, is then.
pub(crate) struct Passage<'a> {
    planes: Planes<'a>,
    /// False when nothing of the input may be passed on: the output is silent.
    usable: bool,
    /// Channels of either: what the input lacks is silent, what the output lacks is looked at only.
    all: usize,
    /// The channels below are done.
    next: usize,
    peak: Peak,
    loops: Loops,
}

impl<'a> Passage<'a> {
    /// Nothing is copied yet.
    #[inline]
    pub(crate) fn new(planes: Planes<'a>, usable: bool, loops: Loops) -> Self {
        let all = planes.outputs().max(if usable { planes.channels() } else { 0 });
        Self { planes, usable, all, next: 0, peak: Peak::default(), loops }
    }

    /// The channels of `selected`, in ascending order, for whoever records them.
    #[inline]
    pub(crate) fn lanes<'b>(&'b mut self, selected: &'b [usize]) -> Selected<'a, 'b> {
        Selected { passage: self, selected }
    }

    /// Passes on the rest. Greatest absolute value of the input; NaN counts as nothing.
    #[inline]
    pub(crate) fn peak(&mut self) -> f32 {
        while self.next < self.all {
            self.lane().pass();
        }
        self.peak.greatest()
    }

    /// The next channel.
    #[inline(always)]
    fn lane(&mut self) -> Lane<'_> {
        let index = self.next;
        self.next += 1;
        let ahead = self.planes.ahead(self.next);
        let (source, output) = self.planes.channel(index);
        let source = if self.usable { source } else { &[] };
        Lane { source, output, peak: &mut self.peak, loops: self.loops, ahead }
    }

    #[cold]
    #[inline(never)]
    fn pass_below(&mut self, end: usize) {
        while self.next < end {
            self.lane().pass();
        }
    }
}

impl Drop for Passage<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.next < self.all {
            self.pass_below(self.all);
        }
    }
}

/// Some channels of a cook.
pub(crate) struct Selected<'a, 'b> {
    passage: &'b mut Passage<'a>,
    selected: &'b [usize],
}

impl Lanes for Selected<'_, '_> {
    #[inline(always)]
    fn lane(&mut self, index: usize) -> Lane<'_> {
        let channel = self.selected[index];
        if self.passage.next < channel {
            self.passage.pass_below(channel);
        }
        self.passage.lane()
    }
}

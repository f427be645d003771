//! The markers of a file: they come with the packets, and are in the file as soon as their frame is.

use std::ops::Range;

use super::Part;
use crate::container::markers::{Marked, Marker};
use crate::destination::queue::{Batch, TakeOutput};
use crate::messages::{Mark, Problem, Warning};
use crate::report::{Event, Report};

/// Markers of one file, in the order of their frames.
#[derive(Clone, Default)]
pub(super) struct Marks {
    all: Vec<Marker>,
    /// How many of them the container was shown last, and the patches are written.
    shown: usize,
    /// How many of those the file keeps.
    kept: usize,
    /// The file has no room for all of them, which was reported.
    told: bool,
}

impl Marks {
    /// Those that came with a batch, which counts frames from `from` before the file's own.
    pub(super) fn note(&mut self, batch: &mut Batch, from: u64) {
        // A file that has left one out leaves out all that follow.
        if self.kept == self.shown {
            let mine = |marker: Marker| Marker { frame: marker.frame.saturating_sub(from), ..marker };
            self.all.extend(batch.markers.drain(..).map(mine));
        }
        batch.markers.clear();
    }

    pub(super) fn all(&self) -> &[Marker] {
        &self.all
    }

    /// How many the file has, or will have.
    pub(super) fn count(&self) -> u64 {
        (self.all.len() - (self.shown - self.kept)) as u64
    }

    /// What became of the patches that were written is not known.
    pub(super) fn forget(&mut self) {
        (self.shown, self.kept) = (0, 0);
    }

    /// Those of the next file, which begins where `missing` ends: neither file has these frames. So many `seconds` of them
    /// were lost.
    pub(super) fn inherit(&self, missing: Range<u64>, seconds: f64) -> Self {
        let lost = (seconds > 0.0).then(|| Marker { frame: 0, name: Mark::LeftOut(seconds).to_string() });
        let mine = self.all.iter().filter(|marker| marker.frame >= missing.start);
        let moved = |marker: &Marker| Marker { frame: marker.frame.saturating_sub(missing.end), ..marker.clone() };
        Self { all: lost.into_iter().chain(mine.map(moved)).collect(), ..Self::default() }
    }
}

impl Part {
    /// Writes the markers that are new, as far as their frames are in the file.
    pub(super) fn mark(&mut self) -> Result<(), Problem> {
        let there = self.marks.all.partition_point(|marker| marker.frame <= self.frames);
        if there != self.marks.shown { self.mark_first(there) } else { Ok(()) }
    }

    /// Writes all markers, of a file that is complete: none stands behind its end.
    pub(super) fn mark_all(&mut self) -> Result<(), Problem> {
        for marker in &mut self.marks.all {
            marker.frame = marker.frame.min(self.frames);
        }
        if self.marks.all.is_empty() { Ok(()) } else { self.mark_first(self.marks.all.len()) }
    }

    /// Writes the markers of a file that ends early: one at its very end may stand in the next one.
    pub(super) fn mark_what_is_left(&mut self) -> Result<(), Problem> {
        let there = self.marks.all.partition_point(|marker| marker.frame < self.frames);
        self.marks.all.truncate(there);
        self.marks.forget();
        if there > 0 { self.mark_first(there) } else { Ok(()) }
    }

    fn mark_first(&mut self, there: usize) -> Result<(), Problem> {
        let Marked { patches, kept } = self.container.mark(&self.marks.all[..there], self.file.len());
        self.patch(&patches)?;
        (self.marks.shown, self.marks.kept) = (there, kept);
        Ok(())
    }

    /// Says once that the file has no room for all of them.
    pub(super) fn tell_of_marks(&mut self, report: &Report, take: &TakeOutput) {
        if self.marks.kept < self.marks.shown && !self.marks.told {
            self.marks.told = true;
            let warning = Warning::TooManyMarkers { format: take.format.label };
            report.events.post(take.id, Event::Warning(warning));
        }
    }
}

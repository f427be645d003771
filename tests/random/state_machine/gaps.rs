//! What the input shows at a cook, and which gaps are right.

use tdhost::Cooked;

use super::super::files::value;
use super::super::model::Wired;
use super::super::steps::Cook;
use super::{FPS, Stage};

impl Stage {
    /// Gives the input its samples of this cook.
    pub(super) fn fill(&mut self, cook: Cook) {
        let usable = self.input.rate.is_finite() && self.input.rate > 0.0;
        let slice = if usable { self.timeline.slice(self.input.rate) } else { 0..0 };
        let (start, samples) = match cook.samples {
            None if self.plain => (slice.start, (slice.end - slice.start) as usize),
            None => (self.next, (slice.end - slice.start) as usize),
            Some(samples) => (self.next, samples),
        };
        for (channel, buffer) in self.input.channels.iter_mut().enumerate() {
            buffer.clear();
            buffer.extend((start..start + samples as u64).map(|index| value(channel, index)));
        }
        self.input.cooked(start as f64 + cook.astray);
        self.start = start;
        self.next += samples as u64;
    }

    /// Whether the cook brought nothing new, which is no interruption.
    pub(super) fn is_resting(&self, wired: Wired) -> bool {
        !self.settings.pause && self.settings.record && wired.channels > 0 && self.model.current().is_some()
    }

    /// What the plugin announces as a gap must be possible; on a healthy host it must be right.
    pub(super) fn is_right_gap(&self, gap: u64, wired: Wired) -> Result<(), String> {
        let frame = wired.rate / FPS;
        let (next, elapsed) = self.follows.unwrap_or((Some(wired.start), 0.0));
        let missing = elapsed * frame - wired.samples as f64;
        // The time of a suspension is counted in what was recorded before it.
        let former = self.model.rate().filter(|_| self.suspended).unwrap_or(wired.rate) / wired.rate;
        if gap as f64 > (missing.max(0.0) + frame.max(1.0)) * former + 2.0 {
            return Err(format!("a gap of {gap} samples, and {missing} are missing"));
        }
        if !self.plain {
            return Ok(());
        }
        let is_other = (wired.channels, wired.rate) != self.layout;
        let (right, tolerance) = match next {
            // What has another layout has an index of its own.
            Some(next) if !is_other => (wired.start.saturating_sub(next) as f64, 0.0),
            _ if self.suspended => (missing.max(0.0) * former, 1.0),
            _ => (0.0, 0.0),
        };
        // A sample less is a matter of rounding, as long as nothing else speaks for a gap.
        let is_rounding = right <= 2.0 && gap == 0;
        if (gap as f64 - right).abs() > tolerance && !is_rounding {
            return Err(format!("a gap of {gap} samples, and {right} is right"));
        }
        Ok(())
    }

    /// Pause or Record off ends a suspension: the time of it is a gap at the end of what was recorded.
    pub(super) fn settle_suspension(&mut self, cooked: &Cooked) -> Result<(), String> {
        let (Some((_, elapsed)), true, Some(rate)) = (self.follows, self.suspended, self.model.rate()) else {
            return Ok(());
        };
        if self.settings.record && !self.settings.pause {
            return Ok(());
        }
        let counted = cooked.dat("gap_samples").and_then(|text| text.parse::<u64>().ok()).ok_or("no gap_samples")?;
        let (gap, right) = (counted - self.gap, elapsed * rate / FPS);
        if (gap as f64 - right).abs() > 1.0 && cooked.dat("state") != Some("failed") {
            return Err(format!("a suspension of {gap} samples, and {right} is right"));
        }
        self.gap = counted;
        self.model.fill(gap);
        self.rest();
        Ok(())
    }
}

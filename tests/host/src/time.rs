//! Frames and samples.
//!
//! Every slice lies between two absolute positions, each computed afresh from its frame number. So slices neither
//! overlap nor leave gaps, and nothing drifts, whatever the ratio: 22050 samples at 60 frames are 367 and 368 in turn.

use std::ops::Range;

/// TouchDesigner's Max Time Slice Size as it is shipped: after a longer hitch only the last 200 ms are kept.
pub const DEFAULT_MAX_SLICE: f64 = 0.2;

/// The moment of a cook.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// Frames since the process began, never turned back.
    pub abs_frame: i64,
    /// The frame on the component's timeline.
    pub frame: f64,
    /// The component's frames in a second.
    pub rate: f64,
    /// The frame on the root timeline.
    pub root_frame: f64,
    /// The root's frames in a second.
    pub root_rate: f64,
    /// Frames since the last cook: above 1 after dropped frames.
    pub delta_frames: f64,
    /// Milliseconds since the last cook.
    pub delta_ms: f64,
}

impl Time {
    /// The samples that the time since the last cook has at `rate`, of which TouchDesigner keeps the last `max_slice`
    /// seconds.
    pub(crate) fn slice(&self, rate: f64, max_slice: f64) -> Range<u64> {
        let end = self.abs_frame as f64;
        slice(end - self.delta_frames, end, self.rate, rate, max_slice)
    }
}

fn sample_at(frame: f64, fps: f64, rate: f64) -> u64 {
    // A division by nothing and a negative position both become 0: `as` saturates.
    (frame * rate / fps).floor() as u64
}

fn slice(from: f64, to: f64, fps: f64, rate: f64, max_slice: f64) -> Range<u64> {
    let usable = fps > 0.0 && fps.is_finite() && rate > 0.0 && rate.is_finite();
    if !usable {
        return 0..0;
    }
    let end = sample_at(to, fps, rate);
    let start = sample_at(from, fps, rate).min(end);
    let kept = (max_slice * rate).floor() as u64;
    start.max(end.saturating_sub(kept))..end
}

/// A timeline that plays.
#[derive(Clone, Debug)]
pub struct Timeline {
    fps: f64,
    frame: i64,
    delta: u32,
    max_slice: f64,
}

impl Timeline {
    /// A timeline of `fps` frames in a second, at frame 0.
    pub fn new(fps: f64) -> Self {
        Self { fps, frame: 0, delta: 0, max_slice: DEFAULT_MAX_SLICE }
    }

    /// Keeps up to `seconds` of a slice instead of 200 ms. Tell the node too: [`crate::Node::set_max_slice`].
    #[must_use]
    pub fn with_max_slice(mut self, seconds: f64) -> Self {
        self.max_slice = seconds;
        self
    }

    /// Moves on by `frames` and gives the moment of the cook there: 1 while all is well, more after dropped frames, 0
    /// for a second cook in one frame.
    pub fn advance(&mut self, frames: u32) -> Time {
        self.delta = frames;
        self.frame += i64::from(frames);
        let frame = self.frame as f64;
        Time {
            abs_frame: self.frame,
            frame,
            rate: self.fps,
            root_frame: frame,
            root_rate: self.fps,
            delta_frames: f64::from(frames),
            delta_ms: f64::from(frames) * 1000.0 / self.fps,
        }
    }

    /// The samples at `rate` between the last two positions: those that a time slice of this cook has, clipped to the
    /// greatest slice.
    pub fn slice(&self, rate: f64) -> Range<u64> {
        let end = self.frame as f64;
        slice(end - f64::from(self.delta), end, self.fps, rate, self.max_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(fps: f64, rate: f64, cooks: usize) -> Vec<u64> {
        let mut timeline = Timeline::new(fps);
        let mut end = 0;
        (0..cooks)
            .map(|_| {
                timeline.advance(1);
                let slice = timeline.slice(rate);
                assert_eq!(slice.start, end, "slices touch");
                end = slice.end;
                slice.end - slice.start
            })
            .collect()
    }

    #[test]
    fn whole_ratios_should_give_even_slices() {
        assert!(counts(60.0, 44100.0, 10_000).iter().all(|&count| count == 735));
        assert!(counts(60.0, 48000.0, 10_000).iter().all(|&count| count == 800));
    }

    #[test]
    fn broken_ratios_should_alternate_and_not_drift() {
        let counts = counts(60.0, 22050.0, 60 * 3600);
        assert_eq!(counts[..4], [367, 368, 367, 368]);
        assert_eq!(counts.iter().sum::<u64>(), 22050 * 3600);
    }

    #[test]
    fn a_hitch_should_keep_the_last_200_ms() {
        let mut timeline = Timeline::new(60.0);
        timeline.advance(60);
        timeline.advance(30);
        assert_eq!(timeline.slice(48000.0), 72000 - 9600..72000);
        timeline.advance(0);
        assert!(timeline.slice(48000.0).is_empty());
    }

    #[test]
    fn a_slice_at_no_rate_should_be_empty() {
        let mut timeline = Timeline::new(60.0);
        let time = timeline.advance(1);
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(timeline.slice(rate).is_empty());
            assert!(time.slice(rate, DEFAULT_MAX_SLICE).is_empty());
        }
    }
}

//! What the host says at a cook, and what is concluded from it.

/// No two cooks of a show are further apart than a month: a longer time is a broken `deltaFrames`.
const LONGEST_SECONDS: f64 = 31.0 * 24.0 * 3600.0;

/// What the host says of the input and of time at one cook.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TimeSlice {
    /// Of the input's node: another one is another source.
    pub(crate) op_id: u32,
    /// How often that node has cooked.
    pub(crate) total_cooks: i64,
    pub(crate) channels: usize,
    pub(crate) samples: usize,
    /// Index of the first sample in the source's own time.
    pub(crate) start_index: f64,
    /// Hz.
    pub(crate) rate: f64,
    /// Frames of the timeline since the cook before.
    pub(crate) delta_frames: f64,
    /// Frames of the timeline a second.
    pub(crate) timeline_rate: f64,
}

impl TimeSlice {
    /// Samples in a frame of the timeline.
    pub(super) fn frame(&self) -> f64 {
        self.rate / self.timeline_rate
    }

    /// Seconds of the timeline since the cook before; `None` when the host names a time that cannot be.
    pub(super) fn elapsed(&self) -> Option<f64> {
        elapsed(self.delta_frames, self.timeline_rate)
    }

    /// Whether more than one frame of the timeline went by.
    pub(super) fn follows_a_hitch(&self) -> bool {
        self.delta_frames > 1.01
    }
}

/// Seconds that `delta_frames` of a timeline last; `None` when that cannot be.
pub(crate) fn elapsed(delta_frames: f64, timeline_rate: f64) -> Option<f64> {
    let seconds = delta_frames / timeline_rate;
    (delta_frames > 0.0 && timeline_rate > 0.0 && seconds < LONGEST_SECONDS).then_some(seconds)
}

/// What is to be made of a slice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SliceKind {
    /// The samples of the cook before: not to be written again.
    Seen,
    /// Samples to write, perhaps none.
    New {
        /// Frames that are missing before them.
        gap: u64,
        /// Something about the time since the cook before that the user should know.
        odd: Option<Odd>,
    },
}

impl SliceKind {
    /// New samples that follow those before them.
    pub(crate) const FOLLOWS: Self = Self::New { gap: 0, odd: None };

    /// Samples after so many seconds that are missing.
    pub(crate) fn after_seconds(seconds: f64, rate: f64) -> Self {
        Self::after(seconds * rate, rate)
    }

    /// The same where a second has `rate` frames and not `counted`.
    pub(crate) fn at_rate(self, counted: f64, rate: f64) -> Self {
        match self {
            Self::New { gap, odd } if gap > 0 && counted != rate => {
                Self::New { gap: (gap as f64 * rate / counted).round() as u64, odd }
            }
            same => same,
        }
    }

    /// Samples with `gap` frames missing before them.
    pub(super) fn after(gap: f64, rate: f64) -> Self {
        // Of whole samples: ten minutes to the sample are filled, whatever the last digits of a clock say.
        let gap = gap.round();
        let seconds = gap / rate;
        Self::New { gap: gap as u64, odd: (seconds > LONGEST_GAP_SECONDS).then_some(Odd::TooLong(seconds)) }
    }
}

/// A longer gap is counted and not filled: it is a timeline that was left alone, not a hitch.
pub(crate) const LONGEST_GAP_SECONDS: f64 = 600.0;

/// A time that no silence is written for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Odd {
    /// `deltaFrames` is not a positive number, or one that cannot be: no gap can be measured by it.
    Delta(f64),
    /// The gap is this many seconds long: counted, but not to be filled.
    TooLong(f64),
}

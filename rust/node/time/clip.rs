//! Whether an input is a clip and not a time slice.

use super::slice::TimeSlice;
use super::slices::ROUNDING;

/// Samples that stand still for so long, and are more than time could bring, are a clip.
const CLIP_SECONDS: f64 = 0.25;
/// As are any that stand still for so long, at ten cooks at least: a source may sleep through a hitch.
const STILL_SECONDS: f64 = 1.0;
/// Samples beyond the time that went by that no source can have held back.
const SURPLUS_SECONDS: f64 = 0.5;
/// What a source may still owe after a hitch.
const OWED_SECONDS: f64 = 10.0;
/// Time counts for a little more against a surplus, so that a clock that runs faster never adds up to one.
const CLOCK: f64 = 1.01;

/// Looks for what shows that an input is not time sliced.
#[derive(Debug, Default, PartialEq)]
pub(super) struct ClipWatch {
    pub(super) found: bool,
    /// How long the same samples have been shown, in seconds.
    still: f64,
    /// Samples that the last new ones were more than the time before them.
    excess: f64,
    /// Samples that have come beyond the time that went by.
    surplus: f64,
}

impl ClipWatch {
    /// Nothing is compared across an interruption; what was found stays.
    pub(super) fn rest(&mut self) {
        *self = Self { found: self.found, ..Self::default() };
    }

    /// The source has not cooked for `seconds` more.
    pub(super) fn stand_still(&mut self, slice: &TimeSlice, seconds: f64) {
        if slice.samples == 0 || seconds == 0.0 {
            return;
        }
        self.still += seconds.min(STILL_SECONDS / 10.0);
        let too_long = self.excess > CLIP_SECONDS * slice.rate && self.excess > 2.0 * slice.frame();
        self.found |= too_long || self.still >= STILL_SECONDS;
    }

    /// New samples, where `missing` would be 0 for a time slice that is complete. Whether they are a clip's.
    pub(super) fn look(&mut self, slice: &TimeSlice, missing: f64, follows: bool) -> bool {
        let was_found = self.found;
        let samples = slice.samples as f64;
        self.still = 0.0;
        if missing.abs() <= ROUNDING {
            // After a long hitch whole blocks may fit by chance, and tell nothing of what their source holds back.
            let surplus = if samples > SURPLUS_SECONDS * slice.rate { self.surplus.min(0.0) } else { 0.0 };
            *self = Self { surplus, ..Self::default() };
            return was_found;
        }
        self.excess = -missing;
        if follows {
            let time = CLOCK * (missing + samples);
            self.surplus = (self.surplus + samples - time).max(-OWED_SECONDS * slice.rate);
        } else {
            // What it held back until now.
            self.surplus = -samples;
        }
        self.found = self.surplus > SURPLUS_SECONDS * slice.rate || (was_found && missing < 0.0);
        was_found || self.found
    }
}

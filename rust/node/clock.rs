//! Splits at full multiples of a time on the wall clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// How often the clock is looked at, in seconds: it may be set at any time.
const LOOK: f64 = 1.0;

/// When a take is to go on in another file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ClockSplit {
    /// Seconds between two splits; the last one of a day may be nearer to midnight.
    period: f64,
    /// Seconds by which the local clock is ahead of UTC, as it was when the next split was planned.
    offset: u64,
    next: SystemTime,
}

impl ClockSplit {
    pub(super) fn new(period: f64, now: SystemTime, offset: u64) -> Self {
        let mut split = Self { period: period.clamp(0.1, DAY), offset, next: now };
        split.plan(now);
        split
    }

    fn plan(&mut self, now: SystemTime) {
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()) + self.offset as f64;
        let of_day = seconds.rem_euclid(DAY);
        let at = ((of_day / self.period).floor() + 1.0) * self.period;
        self.next = now + Duration::from_secs_f64((at.min(DAY) - of_day).max(0.001));
    }

    /// Whether the take is to be split now, and after how many seconds that is to be asked again.
    ///
    /// A clock that is set forward past a split splits once. One that is set back splits when it comes to a multiple the
    /// next time. In the night in which summer ends an hour comes twice, and each has its file.
    pub(super) fn look(&mut self, now: SystemTime, offset: u64) -> (bool, f64) {
        let is_due = now >= self.next;
        let left = self.next.duration_since(now).map_or(0.0, |left| left.as_secs_f64());
        if is_due || left > self.period + 1.0 || offset != self.offset {
            self.offset = offset;
            self.plan(now);
        }
        let left = self.next.duration_since(now).map_or(0.0, |left| left.as_secs_f64());
        (is_due, left.min(LOOK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs_f64(seconds)
    }

    const NOON: f64 = 1_795_780_800.0;

    /// The moments at which a take is split that is asked at each frame of a clock.
    fn splits(split: &mut ClockSplit, from: f64, to: f64, offset: u64) -> Vec<f64> {
        let frames = ((to - from) * 60.0) as u64;
        let moments = (0..frames).map(|frame| from + frame as f64 / 60.0);
        moments.filter(|moment| split.look(at(*moment), offset).0).map(|moment| (moment - NOON).round()).collect()
    }

    #[test]
    fn a_split_comes_at_every_full_multiple() {
        let mut split = ClockSplit::new(600.0, at(NOON + 17.0), 0);
        assert_eq!(splits(&mut split, NOON + 17.0, NOON + 2000.0, 0), [600.0, 1200.0, 1800.0]);
    }

    #[test]
    fn multiples_are_those_of_the_local_clock() {
        // Half an hour ahead: its full hours are our half ones.
        let mut split = ClockSplit::new(3600.0, at(NOON), 1800);
        assert_eq!(splits(&mut split, NOON, NOON + 7200.0, 1800), [1800.0, 5400.0]);
    }

    #[test]
    fn a_time_that_does_not_divide_the_day_begins_anew_at_midnight() {
        let mut split = ClockSplit::new(7.0 * 3600.0, at(NOON + 9.5 * 3600.0), 0);
        assert_eq!(splits(&mut split, NOON + 9.5 * 3600.0, NOON + 20.0 * 3600.0, 0), [43_200.0, 68_400.0]);
    }

    #[test]
    fn a_clock_that_is_set_splits_once_or_waits_for_the_next_multiple() {
        let mut split = ClockSplit::new(600.0, at(NOON + 1.0), 0);
        assert_eq!(splits(&mut split, NOON + 5000.0, NOON + 5500.0, 0), [5000.0, 5400.0]);
        assert_eq!(splits(&mut split, NOON + 100.0, NOON + 700.0, 0), [600.0]);
    }

    #[test]
    fn the_hour_that_comes_twice_has_two_files() {
        // An hour ahead until 13:00 UTC, and then no longer.
        let mut split = ClockSplit::new(3600.0, at(NOON + 10.0), 3600);
        assert_eq!(splits(&mut split, NOON + 10.0, NOON + 3600.0, 3600), [0.0; 0]);
        assert_eq!(splits(&mut split, NOON + 3600.0, NOON + 7300.0, 0), [3600.0, 7200.0]);
    }
}

//! Whether the timeline runs ahead of the wall clock: only then may a cook wait.
//!
//! Offline rendering (Realtime off) does. A host that plays in real time does not, whatever it cooks: an input that
//! is a clip brings many seconds of audio at every frame, but no more time goes by.

use std::time::Instant;

/// A timeline that is further ahead than this is not played in real time. Less than the shortest Max Buffer: memory
/// that is full for the first time holds all of the take, which is then as far ahead as that.
const AHEAD_SECONDS: f64 = 0.5;
/// A second of the clock counts for a little more, so that two clocks which differ by less than this never come to
/// differ by [`AHEAD_SECONDS`], however long the node plays.
const CLOCK: f64 = 1.01;
/// A timeline is never further behind than this: one that was slow for hours and is then rendered is soon ahead.
const FURTHEST_BEHIND: f64 = -0.25;
/// How much time of the timeline goes by between two looks at the clock.
const LOOK: f64 = 0.25;

/// How far the timeline is ahead of the wall clock.
#[derive(Debug)]
pub(crate) struct Pace {
    /// When the clock was looked at last, and by how many seconds the timeline was ahead then.
    looked: Option<(Instant, f64)>,
    /// Seconds of the timeline until the next look.
    left: f64,
    /// Nothing was recorded at the last cook.
    resting: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self { looked: None, left: LOOK, resting: false }
    }
}

impl Pace {
    /// `seconds` of the timeline have gone by.
    #[inline]
    pub(crate) fn advance(&mut self, seconds: f64) {
        self.left -= seconds;
        if self.left < 0.0 {
            self.look_now();
        }
    }

    /// Whether the timeline was ahead of the clock by more than real time can explain when it was last looked at.
    #[inline]
    pub(crate) fn runs_ahead(&self) -> bool {
        self.looked.is_some_and(|(_, ahead)| ahead > AHEAD_SECONDS)
    }

    /// Nothing was recorded at the last cook, or ever.
    pub(crate) fn is_resting(&self) -> bool {
        self.resting || self.looked.is_none()
    }

    /// Nothing is recorded at this cook.
    pub(crate) fn rest(&mut self) {
        self.resting = true;
    }

    /// Recording begins or goes on: time that was missed before does not count against it.
    #[inline]
    pub(crate) fn go_on(&mut self) {
        if self.is_resting() {
            self.begin();
        }
    }

    #[cold]
    fn begin(&mut self) {
        self.resting = false;
        let now = Instant::now();
        let ahead = self.look(now);
        self.looked = Some((now, ahead.max(0.0)));
    }

    /// Whether the timeline is ahead by more than real time can explain, or than half of what the ring holds, which
    /// may be less.
    pub(crate) fn is_ahead(&mut self, ring_seconds: f64) -> bool {
        self.look_now() > AHEAD_SECONDS.min(ring_seconds / 2.0)
    }

    #[cold]
    fn look_now(&mut self) -> f64 {
        self.look(Instant::now())
    }

    fn look(&mut self, now: Instant) -> f64 {
        let since = LOOK - std::mem::replace(&mut self.left, LOOK);
        let ahead = self.looked.map_or(0.0, |(before, ahead)| {
            (ahead + since - CLOCK * now.duration_since(before).as_secs_f64()).max(FURTHEST_BEHIND)
        });
        self.looked = Some((now, ahead));
        ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// How far ahead a timeline is that plays for so long, at so many times the speed of the clock.
    fn play(pace: &mut Pace, from: Instant, seconds: f64, speed: f64) -> (Instant, f64) {
        let frames = (seconds * speed * 60.0) as u32;
        let mut ahead = 0.0;
        for frame in 1..=frames {
            pace.left -= 1.0 / 60.0;
            ahead = pace.look(from + Duration::from_secs_f64(f64::from(frame) / 60.0 / speed));
        }
        (from + Duration::from_secs_f64(seconds), ahead)
    }

    #[test]
    fn a_day_in_real_time_is_never_ahead_of_a_clock_that_runs_a_little_slower() {
        let mut pace = Pace::default();
        pace.look(Instant::now());
        let (_, ahead) = play(&mut pace, Instant::now(), 86_400.0, 1.005);
        assert!(ahead <= 0.0, "{ahead}");
    }

    #[test]
    fn a_render_is_ahead_before_a_second_of_it_waits_also_after_hours_in_real_time() {
        let mut pace = Pace::default();
        let start = Instant::now();
        pace.look(start);
        let (then, ahead) = play(&mut pace, start, 7200.0, 0.9);
        assert!(ahead < 0.0);
        let (_, ahead) = play(&mut pace, then, 0.02, 50.0);
        assert!(ahead > AHEAD_SECONDS, "{ahead}");
    }

    #[test]
    fn a_stretch_begins_with_no_debt() {
        let mut pace = Pace { looked: Some((Instant::now(), FURTHEST_BEHIND)), ..Pace::default() };
        pace.rest();
        pace.go_on();
        assert!(pace.looked.is_some_and(|(_, ahead)| ahead == 0.0));
        pace.looked = Some((Instant::now(), 5.0));
        pace.rest();
        pace.go_on();
        assert!(pace.is_ahead(2.0), "a render goes on over the end of a take");
    }
}

//! Whether the timeline follows the wall clock: only where it does not may a cook wait.
//!
//! A host that renders offline (Realtime off) cooks as fast as it can, which may be faster than the clock or slower.
//! One that plays in real time does neither, whatever it cooks: what it cannot do in time it skips. An input that is a
//! clip brings many seconds of audio at every frame, but no more time goes by: so the timeline counts as ahead only if
//! the audio is, too.

use std::time::{Duration, Instant};

/// A timeline that is further ahead than this is not played in real time. Less than the shortest Max Buffer: memory
/// that is full for the first time holds all of the take, which is then as far ahead as that.
const AHEAD_SECONDS: f64 = 0.5;
/// Nor is one that is further behind without having skipped a frame: some frames of the slowest timeline.
const BEHIND_SECONDS: f64 = 0.2;
/// A timeline that was only ever behind may be that of a host that does not tell what it skips: the longest wait for a
/// writer that does nothing, there.
const BEHIND_PATIENCE: Duration = Duration::from_secs(2);
/// A second of the clock counts for a little more, or less, so that two clocks which differ by less than this never
/// come to differ by [`AHEAD_SECONDS`] or [`BEHIND_SECONDS`], however long the node plays.
const CLOCK: f64 = 0.01;
/// A timeline is never further behind than this: one that was slow for hours and is then rendered is soon ahead.
const FURTHEST_BEHIND: f64 = -0.25;
/// How much time of the timeline goes by between two looks at the clock.
const LOOK: f64 = 0.25;
/// No look finds the timeline further behind than before by more: a host that was stopped once is no render.
const MOST_BEHIND: f64 = LOOK / 4.0;
/// A timeline that kept to the clock for so long is played in real time, whatever it did before.
const PLAYED_SECONDS: f64 = 4.0;
/// A frame of it, and two clocks that differ.
const PLAYED_JITTER: f64 = 0.04 + CLOCK * PLAYED_SECONDS;

/// How far the timeline is from the wall clock.
#[derive(Debug)]
pub(crate) struct Pace {
    looked: Option<Instant>,
    /// Seconds of the timeline until the next look.
    left: f64,
    /// Seconds of audio that came beyond those of the timeline since the last look.
    extra_audio: f64,
    /// A frame was skipped since the last look.
    skipped: bool,
    /// By how many seconds the timeline and the audio were ahead of the clock at the last look.
    timeline_lead: f64,
    audio_lead: f64,
    /// By how many seconds the clock has run away from a timeline that skips nothing.
    behind: f64,
    /// A cook has waited, and nothing since speaks for real time.
    offline: bool,
    /// The timeline was ahead then.
    was_ahead: bool,
    /// Seconds of the timeline and of the clock since the last wait.
    played: (f64, f64),
    /// What the writer had done when it was waited for last, and since when it has not done more.
    progress: Option<(u64, Instant)>,
    /// Nothing was recorded at the last cook.
    resting: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            looked: None,
            left: LOOK,
            extra_audio: 0.0,
            skipped: false,
            timeline_lead: 0.0,
            audio_lead: 0.0,
            behind: 0.0,
            offline: false,
            was_ahead: false,
            played: (0.0, 0.0),
            progress: None,
            resting: false,
        }
    }
}

impl Pace {
    /// `seconds` of the timeline and of audio have gone by, in a slice like the one before.
    #[inline]
    pub(crate) fn advance(&mut self, seconds: f64) {
        self.advance_with(seconds, Instant::now);
    }

    #[inline]
    fn advance_with(&mut self, seconds: f64, now: impl FnOnce() -> Instant) {
        self.left -= seconds;
        if self.left < 0.0 {
            self.look(now());
        }
    }

    /// So many seconds of the timeline have gone by, `frames` of it, with so many seconds of audio.
    pub(crate) fn pass(&mut self, timeline: f64, frames: f64, audio: f64) {
        self.pass_with(timeline, frames, audio, Instant::now);
    }

    fn pass_with(&mut self, timeline: f64, frames: f64, audio: f64, now: impl FnOnce() -> Instant) {
        self.extra_audio += audio - timeline;
        self.skipped |= frames > 1.01;
        self.advance_with(timeline, now);
    }

    /// Whether the timeline did not follow the clock when it was last looked at: nothing is in a hurry then.
    #[inline]
    pub(crate) fn is_offline(&self) -> bool {
        self.offline || self.timeline_lead.min(self.audio_lead) > AHEAD_SECONDS
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
            self.begin(Instant::now());
        }
    }

    #[cold]
    fn begin(&mut self, now: Instant) {
        self.look(now);
        self.resting = false;
        self.timeline_lead = self.timeline_lead.max(0.0);
        self.audio_lead = self.audio_lead.max(0.0);
        self.played = (0.0, 0.0);
        self.behind = 0.0;
    }

    /// Memory is full, or soon will be: whether the cook may wait for the writer, who has done so much until now (any
    /// number that moves when it does something), since the timeline does not follow the clock.
    ///
    /// "Ahead" is more than real time can explain, or than half of what the ring holds, which may be less. A writer
    /// that does nothing for `patience` is waited for only as long as the timeline is ahead.
    pub(crate) fn may_wait(&mut self, ring_seconds: f64, done: u64, patience: Duration) -> bool {
        self.may_wait_at(Instant::now(), ring_seconds, done, patience)
    }

    fn may_wait_at(&mut self, now: Instant, ring_seconds: f64, done: u64, patience: Duration) -> bool {
        self.look(now);
        let is_ahead = self.timeline_lead.min(self.audio_lead) > AHEAD_SECONDS.min(ring_seconds / 2.0);
        self.was_ahead = is_ahead || (self.was_ahead && self.offline);
        self.offline |= is_ahead || self.behind > BEHIND_SECONDS;
        if !self.offline {
            return false;
        }
        let patience = if self.was_ahead { patience } else { patience.min(BEHIND_PATIENCE) };
        self.played = (0.0, 0.0);
        match self.progress {
            Some((before, since)) if before == done => {
                if now.duration_since(since) > patience {
                    (self.behind, self.offline) = (0.0, false);
                    return is_ahead;
                }
            }
            _ => self.progress = Some((done, now)),
        }
        true
    }

    #[cold]
    fn look(&mut self, now: Instant) {
        let timeline = LOOK - std::mem::replace(&mut self.left, LOOK);
        let audio = timeline + std::mem::take(&mut self.extra_audio);
        let skipped = std::mem::take(&mut self.skipped);
        let Some(before) = self.looked.replace(now) else { return };
        let clock = now.duration_since(before).as_secs_f64();
        let lead = |lead: f64, seconds: f64| (lead + seconds - (1.0 + CLOCK) * clock).max(FURTHEST_BEHIND);
        self.timeline_lead = lead(self.timeline_lead, timeline);
        self.audio_lead = lead(self.audio_lead, audio);
        let late = (1.0 - CLOCK) * clock - timeline;
        self.behind = (self.behind + late.min(MOST_BEHIND)).max(0.0);
        if skipped {
            (self.behind, self.offline) = (0.0, false);
        }
        self.look_for_real_time(timeline, clock);
    }

    fn look_for_real_time(&mut self, timeline: f64, clock: f64) {
        let (played, ran) = (self.played.0 + timeline, self.played.1 + clock);
        self.played = (played, ran);
        if played.max(ran) > PLAYED_SECONDS {
            self.played = (0.0, 0.0);
            if (played - ran).abs() < PLAYED_JITTER {
                self.offline = false;
                self.timeline_lead = self.timeline_lead.min(0.0);
                self.audio_lead = self.audio_lead.min(0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! Judges one time slice after the other: the rules of the tables in the [module docs](super).

use super::clip::ClipWatch;
use super::rate::is_same_rate;
use super::slice::{Odd, SliceKind, TimeSlice};
use super::trust::{Clock, Index};

/// A slice of a rate that the timeline does not divide is up to a sample longer or shorter than the time that went by,
/// and as much again where the source rounds the other way.
pub(super) const ROUNDING: f64 = 1.5;
/// The shortest Max Time Slice Size that is believed at once.
const CLIPPED_SECONDS: f64 = 0.1;
/// The clock of a device and that of the timeline differ by less.
const DRIFT: f64 = 3e-4;
/// Where an index of 32 bits begins again.
const WRAP: f64 = 4_294_967_296.0;

/// Remembers what the next slice has to be compared with.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Slices {
    source: Option<Source>,
    /// The source's cooks when its samples were looked at last.
    cooks: Option<i64>,
    /// Index after the last sample.
    next_index: f64,
    /// How far the last slice's index was from where it should have been.
    jump: f64,
    /// Seconds since the last new samples.
    elapsed: f64,
    /// A hitch was among them.
    hitch: bool,
    /// Samples that arrived were not recorded, or none could: the time since then is a gap.
    suspended: bool,
    /// False before the first slice of a stretch: after Record on or Pause.
    continuous: bool,
    timeline_rate: f64,
    clip: ClipWatch,
}

/// What a source has shown of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Source {
    op_id: u32,
    channels: usize,
    rate: f64,
    index: Index,
    /// Whenever its index followed, it did so to the sample.
    exact: bool,
    clock: Clock,
    /// Its longest slice, in samples, and its longest without a hitch.
    longest: f64,
    usual: f64,
}

impl Slices {
    /// A take begins: all that the input shows is new.
    pub(crate) fn begin(&mut self) {
        self.interrupt();
        self.cooks = None;
        self.suspended = false;
        self.clip = ClipWatch::default();
    }

    /// The next slice does not follow the one before: no gap can lie between them.
    pub(crate) fn interrupt(&mut self) {
        self.continuous = false;
        self.elapsed = 0.0;
        self.hitch = false;
        self.clip.rest();
    }

    /// A cook whose input cannot be recorded, after `seconds` of the timeline, if that can be told.
    pub(crate) fn suspend(&mut self, seconds: Option<f64>) {
        self.suspended = true;
        self.elapsed += seconds.unwrap_or(0.0);
    }

    /// Ends a suspension without new samples (Pause or Record off): how many seconds it has lasted.
    pub(crate) fn settle(&mut self) -> f64 {
        if std::mem::take(&mut self.suspended) { std::mem::take(&mut self.elapsed) } else { 0.0 }
    }

    /// True when the input was found to be a clip, not a time slice.
    pub(crate) fn is_clip(&self) -> bool {
        self.clip.found
    }

    /// Whether further slices like `slice`, the last one, are exactly as long as the time that goes by, and nothing is
    /// still to be learnt: only [`Slices::goes_on`] is to be asked then.
    pub(crate) fn is_steady(&self, slice: &TimeSlice) -> bool {
        let expected = slice.delta_frames * slice.frame();
        self.continuous
            && self.elapsed == 0.0
            && self.timeline_rate == slice.timeline_rate
            && slice.elapsed().is_some()
            && expected == slice.samples as f64
            && self.clip == ClipWatch::default()
            && self.source.is_some_and(|source| source.is_settled(self.jump))
    }

    /// Whether a slice that differs from the last steady one in these two numbers only needs no closer look: the source
    /// has cooked, and its index stands to the last one as before.
    #[inline]
    pub(crate) fn goes_on(&self, total_cooks: i64, start_index: f64) -> bool {
        self.cooks.is_some_and(|cooks| cooks != total_cooks) && start_index - self.next_index == self.jump
    }

    /// Takes note of a slice that [goes on](Slices::goes_on).
    ///
    /// Counts become floats by way of `i64`, here and in the recorder: from unsigned ones the processor gets there with
    /// constants that would have to come from memory at every cook.
    #[inline]
    pub(crate) fn go_on(&mut self, total_cooks: i64, start_index: f64, samples: usize) {
        if let Some(cooks) = &mut self.cooks {
            *cooks = total_cooks;
        }
        self.next_index = start_index + samples as i64 as f64;
    }

    /// Takes note of one cook.
    pub(crate) fn look(&mut self, slice: TimeSlice) -> SliceKind {
        let seconds = slice.elapsed();
        self.elapsed += seconds.unwrap_or(0.0);
        self.hitch |= seconds.is_some() && slice.follows_a_hitch();
        let is_known = self.source.is_some_and(|source| source.is_of(&slice));
        if is_known && self.cooks == Some(slice.total_cooks) {
            self.clip.stand_still(&slice, seconds.unwrap_or(0.0));
            return SliceKind::Seen;
        }
        if slice.samples == 0 {
            if is_known {
                self.cooks = Some(slice.total_cooks);
                self.be_silent(slice.rate);
            }
            return SliceKind::FOLLOWS;
        }
        let source = self.source.filter(|_| is_known).unwrap_or_else(|| Source::new(&slice));
        self.judge(source, is_known, slice, seconds)
    }

    /// The source has cooked and brought nothing.
    fn be_silent(&mut self, rate: f64) {
        if let Some(source) = &mut self.source
            && self.elapsed * rate > ROUNDING
        {
            source.clock.disagreed();
        }
    }

    /// New samples.
    fn judge(&mut self, mut source: Source, is_known: bool, slice: TimeSlice, seconds: Option<f64>) -> SliceKind {
        let facts = self.facts(&slice);
        let follows = is_known && self.continuous;
        if !is_known {
            self.clip = ClipWatch::default();
        }
        let is_clip = if seconds.is_some() { self.clip.look(&slice, facts.missing, follows) } else { self.clip.found };
        let kind = if self.suspended {
            let jump = if is_known { facts.jump } else { 0.0 };
            SliceKind::after(facts.gap_after_suspension(jump), slice.rate)
        } else if !follows || is_clip || slice.timeline_rate.is_nan() || slice.timeline_rate <= 0.0 {
            SliceKind::FOLLOWS
        } else if seconds.is_none() {
            SliceKind::New { gap: 0, odd: Some(Odd::Delta(slice.delta_frames)) }
        } else {
            let gap = source.gap(&facts, &slice);
            source.learn(&facts, &slice, gap);
            SliceKind::after(gap.samples(), slice.rate)
        };
        source.longest = source.longest.max(slice.samples as f64);
        if !facts.hitch {
            source.usual = source.usual.max(slice.samples as f64);
        }
        self.source = Some(source);
        self.remember(&slice);
        kind
    }

    /// What the next slice is compared with.
    fn remember(&mut self, slice: &TimeSlice) {
        self.cooks = Some(slice.total_cooks);
        self.jump = slice.start_index - self.next_index;
        self.next_index = slice.start_index + slice.samples as f64;
        self.timeline_rate = slice.timeline_rate;
        self.elapsed = 0.0;
        self.hitch = false;
        self.suspended = false;
        self.continuous = true;
    }

    fn facts(&self, slice: &TimeSlice) -> Facts {
        // When the timeline has just changed its rate, nothing tells which part of the time went by at the former one.
        let (now, former) = (slice.frame(), slice.rate / self.timeline_rate);
        let stretch = slice.delta_frames * (now - former);
        let stretch = if stretch.is_finite() { stretch } else { 0.0 };
        Facts {
            missing: self.elapsed * slice.rate - slice.samples as f64 - stretch.max(0.0),
            slack: stretch.abs(),
            jump: self.jump_to(slice.start_index),
            precision: precision(slice.start_index),
            frame: now,
            drift: DRIFT * self.elapsed * slice.rate,
            hitch: self.hitch,
        }
    }

    /// How far `index` is from where it should be, whether or not it has begun again at 0 in between.
    fn jump_to(&self, index: f64) -> f64 {
        let jump = index - self.next_index;
        let wrapped = jump + WRAP;
        if jump < 0.0 && wrapped.abs() < -jump { wrapped } else { jump }
    }
}

/// By how much a jump near `index` may be off: over 2^53 a 64-bit float does not hold every whole number, and the index,
/// the one before and where that slice ended are each half a step of such floats from what they should be.
fn precision(index: f64) -> f64 {
    let step = index.abs().next_up() - index.abs();
    if step > 1.0 { (1.5 * step).min(1e6) } else { 0.0 }
}

/// What a slice of a known source says of the time before it, in samples.
struct Facts {
    /// At least so many are missing, by the clock.
    missing: f64,
    /// And so many more may be.
    slack: f64,
    jump: f64,
    /// The jump is not known better.
    precision: f64,
    frame: f64,
    /// By how much two clocks may differ by now.
    drift: f64,
    /// More than one frame of the timeline went by at once.
    hitch: bool,
}

impl Facts {
    fn follows(&self) -> bool {
        self.jump.abs() <= ROUNDING.max(self.precision)
    }

    /// By how much a jump and the clock may differ although they mean the same.
    fn uncertainty(&self) -> f64 {
        1.0 + self.drift + self.precision
    }

    /// Whether the index tells of as much as the clock.
    fn are_alike(&self) -> bool {
        let tolerance = self.frame.max(1.0) + self.uncertainty();
        (self.missing - tolerance..=self.missing + self.slack + tolerance).contains(&self.jump)
    }

    /// Whether both tell of something that is missing.
    fn agree(&self) -> bool {
        self.jump > 0.0 && self.missing + self.slack > ROUNDING && self.are_alike()
    }

    /// Whether more is missing than a frame that is late, and than two clocks differ by.
    fn is_more_than_late(&self) -> bool {
        self.missing > self.frame + 2.0 + self.drift
    }

    fn gap_after_suspension(&self, jump: f64) -> f64 {
        if jump > 0.0 && self.agree() { jump } else { self.missing.max(0.0) }
    }
}

/// What is missing before a slice, and what tells so.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Gap {
    None,
    ByIndex(f64),
    ByClock(f64),
}

impl Gap {
    fn samples(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::ByIndex(samples) | Self::ByClock(samples) => samples,
        }
    }
}

impl Source {
    fn new(slice: &TimeSlice) -> Self {
        Self {
            op_id: slice.op_id,
            channels: slice.channels,
            rate: slice.rate,
            index: Index::default(),
            exact: true,
            clock: Clock::default(),
            longest: 0.0,
            usual: 0.0,
        }
    }

    fn is_of(&self, slice: &TimeSlice) -> bool {
        self.op_id == slice.op_id && self.channels == slice.channels && is_same_rate(self.rate, slice.rate)
    }

    /// Whether another whole slice, with as much of a jump as the last one, leaves all of this as it is.
    fn is_settled(&self, jump: f64) -> bool {
        let index = if jump.abs() <= ROUNDING { self.index.is_proved() } else { self.index == Index::Broken };
        self.clock.is_punctual() && index
    }

    /// What is missing before a slice.
    fn gap(&self, facts: &Facts, slice: &TimeSlice) -> Gap {
        // Of one that is exact, a slice that lost something may tell of less than the clock can.
        let is_exact = self.exact && self.index.is_proved() && facts.jump > 0.5 + facts.precision;
        if is_exact && self.can_be_clipped(facts, slice) && facts.are_alike() {
            Gap::ByIndex(facts.jump)
        } else if facts.follows() {
            Gap::None
        } else if facts.agree() && (self.index.is_proved() || (facts.hitch && self.index != Index::Broken)) {
            Gap::ByIndex(facts.jump)
        } else if self.clock.is_punctual() && facts.is_more_than_late() && self.can_be_clipped(facts, slice) {
            Gap::ByClock(facts.missing)
        } else if self.index.is_proved() && self.had_time_for(facts) {
            Gap::ByIndex(facts.jump)
        } else {
            Gap::None
        }
    }

    /// Whether a jump forward can be time that was lost.
    fn had_time_for(&self, facts: &Facts) -> bool {
        let most = facts.missing + facts.slack;
        // A block may have waited in a source that is not punctual.
        let (is_missing, waited) = if self.clock.is_punctual() { (most > ROUNDING, 1.0) } else { (true, self.usual) };
        facts.jump > 0.0 && is_missing && facts.jump <= most + facts.frame.max(waited) + facts.uncertainty()
    }

    /// Whether the slice is what Max Time Slice Size leaves of a longer one.
    fn can_be_clipped(&self, facts: &Facts, slice: &TimeSlice) -> bool {
        let samples = slice.samples as f64;
        facts.hitch
            && (samples + 1.0 >= CLIPPED_SECONDS * slice.rate
                || (samples > facts.frame + 2.0 && samples >= self.longest))
    }

    /// What the slice shows of its source.
    fn learn(&mut self, facts: &Facts, slice: &TimeSlice, gap: Gap) {
        if facts.follows() {
            self.index.followed();
            self.exact &= facts.jump.abs() <= facts.precision || gap != Gap::None;
        } else if !matches!(gap, Gap::ByIndex(_)) {
            self.index = Index::Broken;
        }
        // A timeline that changes its rate leaves it open how much time went by.
        if facts.slack != 0.0 {
            return;
        }
        if facts.missing.abs() <= ROUNDING {
            self.clock.agreed();
        } else if gap == Gap::None && !(facts.missing > 0.0 && self.can_be_clipped(facts, slice)) {
            self.clock.disagreed();
        }
    }
}

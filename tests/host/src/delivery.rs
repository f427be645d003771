//! How sources deliver: what a CHOP shows at each cook of what its device, its file or its oscillator produces.
//!
//! A model without samples: positions in the source's own stream, counted from its beginning. It uses nothing but the
//! random numbers beside it, so that the plugin's own tests can include it.

use std::ops::Range;

use super::random::Random;

/// The clock of a device and that of the timeline differ by no more.
pub const DEVICE_DRIFT: f64 = 2e-4;

/// When samples are delivered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// All of the time since the last cook, as TouchDesigner's own CHOPs do, clipped to the last so many seconds.
    Timeline(f64),
    /// As `Timeline`, but the source cooks only every so many frames, and shows its last samples in between.
    Seldom(u64, f64),
    /// Whole blocks of so many samples, as a device has them.
    Blocks(u64),
    /// Nothing for some frames, then all there is, once in so many frames on average.
    Bursts(u64),
    /// All but the last frame's after a hitch, and now and then otherwise; the rest comes with the next slice.
    Late,
}

/// What `startIndex` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// The position of the first sample.
    Follows,
    /// The same with 32 bits: it begins again at 0.
    Unsigned32,
    /// The same with 32 bits and a sign: it begins again at -2^31.
    Signed32,
    /// Always 0.
    Zero,
    /// Any number.
    Random,
}

/// A source.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// When it delivers.
    pub kind: Kind,
    /// What it says of the place of its samples.
    pub index: Index,
    /// Samples in a second.
    rate: f64,
    /// Index of the sample at position 0.
    base: f64,
    random: Random,
    /// Position of the next sample that is to be delivered.
    next: u64,
    /// Where production was at the last cook.
    produced: u64,
    /// Samples before `next` that were lost since the last delivery.
    lost: u64,
    cooks: u64,
    /// The index has been moved since the last delivery.
    moved: bool,
}

/// What a source shows at a cook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// False: the source has not cooked, and shows what it showed before.
    pub cooked: bool,
    /// Positions of the samples.
    pub samples: Range<u64>,
    /// What `startIndex` says of the first one.
    pub start_index: f64,
    /// Samples before them that were produced since the last delivery, and never delivered.
    pub lost: u64,
    /// Whether the index tells how many those are.
    pub is_indexed: bool,
}

impl Delivery {
    /// A source of `rate` samples a second that has `produced` so many before it is looked at.
    pub fn new(kind: Kind, index: Index, rate: f64, produced: u64, random: Random) -> Self {
        Self { kind, index, rate, base: 0.0, random, next: produced, produced, lost: 0, cooks: 0, moved: false }
    }

    /// Gives sample 0 another index.
    pub fn move_index(&mut self, base: f64) {
        self.base = base;
        self.moved = true;
    }

    /// Whether all that is lost is lost to TouchDesigner's clipping.
    pub fn is_timeline_driven(&self) -> bool {
        matches!(self.kind, Kind::Timeline(_) | Kind::Seldom(..))
    }

    /// The gap that a recorder has to find before samples that are `shown`, where a frame of the timeline has so many
    /// samples, and by how much it may be wrong. Of a device that `dropped_out` only an index can tell.
    pub fn gap(&self, shown: &Shown, dropped_out: bool, frame: f64) -> (f64, f64) {
        let lost = shown.lost as f64;
        if shown.lost == 0 {
            (0.0, 0.0)
        } else if shown.is_indexed {
            // Beyond 2^53 an index is not exact itself: a jump is one and a half steps off, and one of as many is none.
            let step = shown.start_index.abs().next_up() - shown.start_index.abs();
            (lost, if step > 1.0 { 3.0 * step } else { 0.0 })
        } else if self.is_timeline_driven() && !dropped_out {
            let samples = (shown.samples.end - shown.samples.start) as f64;
            (lost, frame + 3.0 + 3e-4 * (lost + samples))
        } else {
            // None, some or all of it.
            (lost / 2.0, lost / 2.0)
        }
    }

    /// The right gap before `shown`, and its tolerance, after a suspension in which it produced `between` samples. Its
    /// time is that of the timeline, and what a device held back before and after it is not known.
    pub fn gap_after_suspension(&self, shown: &Shown, between: u64, frame: f64) -> (f64, f64) {
        let held_back = match self.kind {
            Kind::Timeline(_) => 0.0,
            Kind::Seldom(every, _) => every as f64 * frame,
            Kind::Blocks(block) => block as f64,
            Kind::Bursts(_) => f64::INFINITY,
            Kind::Late => frame,
        };
        let produced = between + shown.samples.end - shown.samples.start;
        let drift = if self.is_timeline_driven() { 0.0 } else { DEVICE_DRIFT * produced as f64 };
        (between as f64, frame + 2.0 + held_back + drift)
    }

    /// A cook `frames` of the timeline after the last, when so many samples have been `produced`. Those of a device
    /// that is `out` are lost.
    pub fn cook(&mut self, produced: u64, frames: f64, out: bool) -> Shown {
        let (before, end) = (self.produced, produced.max(self.produced));
        self.produced = end;
        self.cooks += 1;
        if out {
            self.lost += end - self.next;
            self.next = end;
            return self.show(end..end);
        }
        let ready = end - self.next;
        match self.kind {
            Kind::Timeline(most) => self.clip(end, most),
            Kind::Seldom(every, most) if self.cooks.is_multiple_of(every) => self.clip(end, most),
            Kind::Seldom(..) => return Shown::default(),
            _ => {}
        }
        let until = match self.kind {
            Kind::Timeline(_) | Kind::Seldom(..) => end,
            Kind::Blocks(block) => self.next + ready / block * block,
            Kind::Bursts(mean) if self.random.one_in(mean) => end,
            Kind::Bursts(_) => self.next,
            Kind::Late if frames > 1.0 || self.random.one_in(16) => {
                let frame = ((end - before) as f64 / frames.max(1.0)).round() as u64;
                (end - frame.min(end)).max(self.next)
            }
            Kind::Late => end,
        };
        self.show(self.next..until)
    }

    /// TouchDesigner keeps the last samples only.
    fn clip(&mut self, end: u64, seconds: f64) {
        let start = end.saturating_sub((seconds * self.rate + 1e-6) as u64).max(self.next);
        self.lost += start - self.next;
        self.next = start;
    }

    fn show(&mut self, samples: Range<u64>) -> Shown {
        self.next = samples.end;
        let position = samples.start as f64 + self.base;
        let start_index = match self.index {
            Index::Follows => position,
            Index::Unsigned32 => f64::from(position as i64 as u32),
            Index::Signed32 => f64::from(position as i64 as i32),
            Index::Zero => 0.0,
            Index::Random => self.random.between(0, 1 << 31) as f64,
        };
        let mut shown = Shown { cooked: true, samples, start_index, lost: 0, is_indexed: false };
        if !shown.samples.is_empty() {
            shown.lost = std::mem::take(&mut self.lost);
            let moved = std::mem::take(&mut self.moved);
            shown.is_indexed = !moved && matches!(self.index, Index::Follows | Index::Unsigned32 | Index::Signed32);
        }
        shown
    }
}

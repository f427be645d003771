//! What is heard while no take runs: what goes into the stream then, for the pre-roll of the next take.
//!
//! The encoding thread keeps the last seconds of it. A cook does what one of a take does: it copies the block into the
//! ring and returns.

use super::feed::{Feed, most_preroll};
use super::params;
use super::running::Fed;
use super::time::Pace;
use crate::bridge::Inputs;
use crate::messages::Warning;
use crate::stream::AudioLayout;
use crate::stream::block::CookBlock;
use crate::take::Command;

/// How often, in seconds of audio, the parameters that decide about it are looked at.
pub(super) const LOOK: f64 = 0.25;

/// Pre-Roll in seconds; 0 when nothing is to be kept.
pub(super) fn preroll_seconds(inputs: &Inputs) -> f64 {
    let seconds = inputs.par_double(params::PRE_ROLL.name);
    if seconds > 0.0 { seconds.min(params::LONGEST_PREROLL) } else { 0.0 }
}

/// So many seconds in frames, or as many as memory is for, and then a warning.
pub(super) fn preroll_frames(seconds: f64, layout: AudioLayout) -> (u64, Option<Warning>) {
    let (wanted, most) = ((seconds * layout.rate).round() as u64, most_preroll(layout));
    let kept = most as f64 / layout.rate;
    (wanted.min(most), (wanted > most).then_some(Warning::PrerollTooLong { seconds, kept }))
}

/// The input is listened to.
pub(super) struct Listening {
    pub(super) fed: Fed,
    /// Frames that are kept.
    pub(super) frames: u64,
    /// The input is a clip, of which nothing is kept: it is written whole when it cooks.
    is_clip: bool,
    /// Frames that memory had no room for, which the encoding thread was not told of.
    untold: u64,
}

impl Listening {
    pub(super) fn new(fed: Fed, frames: u64) -> Self {
        Self { fed, frames, is_clip: false, untold: 0 }
    }

    /// Whether this is what is to be listened to.
    pub(super) fn is_of(&self, input: AudioLayout, pattern: &[u8]) -> bool {
        self.fed.input == input && self.fed.pattern.as_bytes() == pattern
    }

    /// Puts in the samples of one cook.
    #[inline(never)]
    pub(super) fn push(
        &mut self,
        feed: &mut Feed,
        pace: &mut Pace,
        inputs: &Inputs,
        seconds: f64,
        block: &mut CookBlock<'_>,
    ) {
        self.fed.seconds += seconds;
        if self.untold > 0 || feed.push(&self.fed.report, inputs, block, &self.fed.selected).is_err() {
            self.push_late(feed, pace, inputs, block);
        }
    }

    /// A disk that hangs for a day must not fill the memory with messages about what was lost meanwhile: one tells of all,
    /// once there is room again.
    #[cold]
    fn push_late(&mut self, feed: &mut Feed, pace: &mut Pace, inputs: &Inputs, block: &mut CookBlock<'_>) {
        let before = self.fed.report.lost.get();
        let has_room = self.untold > 0 && feed.push(&self.fed.report, inputs, block, &self.fed.selected).is_ok();
        if !has_room {
            self.fed.push_late(feed, pace, inputs, block);
        }
        match self.fed.report.lost.get() - before {
            0 if self.untold > 0 => feed.note(Command::Lost { frames: std::mem::take(&mut self.untold) }),
            lost => self.untold += lost,
        }
    }

    /// What is kept of a clip is none of a pre-roll. Whether it is one.
    pub(super) fn skips(&mut self, feed: &mut Feed, is_clip: bool) -> bool {
        if is_clip && !self.is_clip {
            feed.note(Command::Listen { frames: self.frames, anew: true });
        }
        self.is_clip = is_clip;
        is_clip
    }
}

//! What happens before a take: the input is listened to, as far as Pre-Roll says.

use std::sync::Arc;

use super::Recorder;
use crate::bridge::{Cook, Inputs};
use crate::messages::Warning;
use crate::node::feed::Feed;
use crate::node::listening::{LOOK, Listening, preroll_frames, preroll_seconds};
use crate::node::params;
use crate::node::reading::{select, text, toggle};
use crate::node::running::Fed;
use crate::node::time::{Odd, SliceKind, elapsed};
use crate::report::TakeReport;
use crate::stream::AudioLayout;
use crate::stream::block::CookBlock;
use crate::take::Command;

impl Recorder {
    /// A cook without a take. Where one has just ended, the input `goes_on`: what comes now follows on its last frame.
    pub(super) fn listen(&mut self, cook: &Cook, inputs: &Inputs, input: Option<AudioLayout>, goes_on: bool) {
        self.look_in = LOOK;
        let seconds = preroll_seconds(inputs);
        let is_armed = self.is_armed(cook);
        if (seconds == 0.0 && !is_armed) || self.blocked || (self.level.is_some() && !is_armed) {
            return self.listen_no_more();
        }
        let Some(input) = input else {
            if self.listening.is_some() {
                // The time until it is back is a gap.
                self.slices.suspend(elapsed(cook.delta_frames, cook.timeline_rate));
            }
            return;
        };
        let pattern = inputs.par_string(params::CHANNEL_SCOPE.name);
        match (&mut self.listening, &mut self.feed) {
            (Some(listening), Some(feed)) if listening.is_of(input, pattern) => {
                let (frames, warning) = preroll_frames(seconds, listening.fed.layout());
                if listening.frames != frames {
                    listening.frames = frames;
                    feed.command(Command::Listen { frames, anew: false });
                    self.warn_of_preroll(warning);
                }
            }
            // A source that is being rebuilt can show any layout: one that brings samples is meant.
            _ if cook.samples > 0 => self.listen_anew(cook, inputs, input, seconds, goes_on),
            _ => {}
        }
    }

    #[cold]
    fn listen_anew(&mut self, cook: &Cook, inputs: &Inputs, input: AudioLayout, seconds: f64, goes_on: bool) {
        self.listening = None;
        self.is_checked = false;
        let pattern = text(inputs, &params::CHANNEL_SCOPE);
        // A scope that selects nothing is an error of the take that begins with it.
        let Ok(selected) = select(&pattern, inputs) else { return self.listen_no_more() };
        let fed =
            Fed { report: Arc::new(TakeReport::default()), pattern, selected, input, seconds: 0.0, lost_after: None };
        let layout = fed.layout();
        let feed = match self.feed.take() {
            Some(feed) => feed,
            // Without threads the take that begins is the one to say so.
            None => match Feed::start(layout, cook.samples, self.status.report(), &self.faults) {
                Ok(feed) => feed,
                Err(problem) => {
                    if self.is_armed(cook) {
                        self.status.fail(&problem);
                        self.is_unready = true;
                    }
                    return;
                }
            },
        };
        let feed = self.feed.insert(feed);
        let (frames, warning) = preroll_frames(seconds, layout);
        feed.set_layout(layout, cook.samples);
        feed.command(Command::Listen { frames, anew: true });
        self.listening = Some(Listening::new(fed, frames));
        self.warn_of_preroll(warning);
        if !goes_on {
            self.slices.begin();
        }
    }

    fn warn_of_preroll(&self, warning: Option<Warning>) {
        self.status.unwarn(|warning| matches!(warning, Warning::PrerollTooLong { .. }));
        warning.into_iter().for_each(|warning| self.status.warn(warning));
    }

    #[inline]
    pub(super) fn listen_no_more(&mut self) {
        if self.listening.take().is_some() {
            self.forget_what_was_heard();
        }
    }

    #[cold]
    fn forget_what_was_heard(&mut self) {
        self.warn_of_preroll(None);
        if let Some(feed) = &mut self.feed {
            feed.command(Command::Listen { frames: 0, anew: true });
        }
    }

    /// What a take that begins now with these channels gets of what was heard before: frames, and seconds.
    pub(super) fn preroll(&self, inputs: &Inputs, input: AudioLayout, selected: &[usize]) -> (u64, f64) {
        let Some(listening) = &self.listening else { return (0, 0.0) };
        if listening.fed.input != input || listening.fed.selected != selected || self.slices.is_clip() {
            return (0, 0.0);
        }
        let frames = preroll_frames(preroll_seconds(inputs), listening.fed.layout()).0;
        (frames, listening.fed.seconds.min(frames as f64 / input.rate))
    }

    /// Takes in the samples of a cook without a take, and what is missing before them.
    pub(super) fn hear(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        layout: AudioLayout,
        kind: SliceKind,
        block: &mut CookBlock<'_>,
    ) {
        let is_armed = self.is_armed(cook);
        let (Some(listening), Some(feed)) = (&mut self.listening, &mut self.feed) else { return };
        let SliceKind::New { gap, odd } = kind else { return };
        if (listening.skips(feed, self.slices.is_clip()) && !is_armed) || cook.samples == 0 {
            return;
        }
        self.pace.go_on();
        if let Some(Odd::TooLong(_)) = odd {
            // Longer ago than any pre-roll.
            feed.note(Command::Listen { frames: listening.frames, anew: true });
        } else if gap > 0 {
            let filled = odd.is_none() && toggle(inputs, &params::FILL_GAPS);
            feed.note(Command::Gap { frames: gap, filled });
            listening.fed.seconds += if filled { gap as f64 / layout.rate } else { 0.0 };
        }
        if is_armed {
            return self.push_by_level(cook, inputs, layout, block);
        }
        self.push_heard(inputs, cook.samples as f64 / layout.rate, block);
    }
}

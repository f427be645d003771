//! Start = level: while Record is on the node is armed, and takes begin and end by themselves in the middle of blocks.
//!
//! The level is looked at here and not on the encoding thread, since what a take is called and made of is read from
//! parameters, which only a cook may do.

use std::sync::Arc;

use super::Recorder;
use crate::bridge::{Cook, Inputs};
use crate::node::level::Level;
use crate::node::listening::{Listening, preroll_frames, preroll_seconds};
use crate::node::params;
use crate::node::running::{Fed, max_buffer};
use crate::report::TakeReport;
use crate::stream::AudioLayout;
use crate::stream::block::CookBlock;
use crate::take::Command;

/// What a block has of a take.
struct Share {
    take: Arc<TakeReport>,
    frames: u64,
    /// Of its pre-roll.
    before: u64,
}

impl Recorder {
    /// Whether a node whose Record is on waits for a level.
    pub(super) fn set_level(&mut self, inputs: &Inputs, record: bool) {
        if self.running.is_none() {
            let is_wanted = record && inputs.par_int(params::START.name) != 0;
            if is_wanted != self.level.is_some() {
                (self.level, self.is_checked) = (is_wanted.then(Level::default), false);
            }
        }
    }

    /// Whether it does so at this cook.
    pub(super) fn is_armed(&self, cook: &Cook) -> bool {
        self.level.is_some() && self.running.is_none() && !self.blocked && !cook.pause()
    }

    /// Whether no take begins or ends by its level in a block that is like the one before.
    #[inline]
    pub(super) fn is_level_kept(&mut self, inputs: &Inputs, block: &CookBlock<'_>) -> bool {
        self.level.is_none_or(|level| self.look_at_level(level, inputs, block))
    }

    #[inline(never)]
    fn look_at_level(&mut self, mut level: Level, inputs: &Inputs, block: &CookBlock<'_>) -> bool {
        let is_kept = self.fed().is_none_or(|fed| {
            level.update(inputs, fed.input.rate);
            match self.running {
                Some(_) => level.goes_on(block, &fed.selected),
                None => level.begin(block, &fed.selected, 0).is_none(),
            }
        });
        self.level = Some(level);
        is_kept
    }

    /// Checks what a take that begins now would be: the user is to know before the sound comes.
    pub(super) fn check_before(&mut self, cook: &Cook, inputs: &Inputs, layout: Option<AudioLayout>) {
        let is_due = self.is_armed(cook) && !self.is_checked && cook.samples > 0;
        let Some(input) = layout.filter(|_| is_due) else { return };
        let problem = self.check(inputs, input).err();
        if self.is_unready || problem.is_some() {
            self.status.set_problem(problem.as_ref());
        }
        (self.is_checked, self.is_unready) = (problem.is_none(), problem.is_some());
    }

    /// Pushes a block in which takes may begin and end.
    #[cold]
    #[inline(never)]
    pub(super) fn push_by_level(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        input: AudioLayout,
        block: &mut CookBlock<'_>,
    ) {
        let Some(mut level) = self.level else { return };
        level.update(inputs, input.rate);
        let frames = block.frames();
        let (mut shares, mut from, mut before) = (Vec::new(), 0, 0);
        while let Some(fed) = self.fed() {
            let runs = self.running.is_some();
            let cut = match runs {
                true => level.end(block, &fed.selected, from),
                false => level.begin(block, &fed.selected, from),
            };
            let at = cut.unwrap_or(frames);
            if runs {
                shares.push(Share { take: Arc::clone(&fed.report), frames: (at - from) as u64, before });
            }
            if cut.is_none() {
                break;
            }
            level.quiet = 0;
            before = (at - from) as u64;
            if runs {
                self.end_after(inputs, at as u64);
            } else if self.start(cook, inputs, input, Some(at as u64)) {
                level.has_begun = true;
            } else {
                break;
            }
            self.level = Some(level);
            from = at;
        }
        self.level = Some(level);
        let seconds = frames as f64 / input.rate;
        match shares.len() {
            0 => self.push_heard(inputs, seconds, block),
            _ => self.push_shares(inputs, seconds, block, &shares),
        }
    }

    /// Pushes a block of which takes have such shares.
    fn push_shares(&mut self, inputs: &Inputs, seconds: f64, block: &mut CookBlock<'_>, shares: &[Share]) {
        let Some(fed) = self.fed() else { return };
        // Told apart below.
        let report = Arc::clone(&fed.report);
        let (was_fed, was_lost) = (report.fed.get(), report.lost.get());
        match self.running {
            Some(_) => self.push(inputs, seconds, block),
            None => self.listen_to(inputs, seconds, block),
        }
        let is_lost = report.lost.get() > was_lost;
        report.fed.set(was_fed);
        report.lost.set(was_lost);
        for Share { take, frames, before } in shares {
            if is_lost {
                take.lost.add(frames + before);
            } else {
                take.fed.add(*frames);
            }
        }
    }

    /// Pushes a block that is in no take yet, if any of it is to be kept.
    #[inline]
    pub(super) fn push_heard(&mut self, inputs: &Inputs, seconds: f64, block: &mut CookBlock<'_>) {
        if self.listening.as_ref().is_some_and(|listening| listening.frames > 0) {
            self.listen_to(inputs, seconds, block);
        }
    }

    #[inline]
    fn listen_to(&mut self, inputs: &Inputs, seconds: f64, block: &mut CookBlock<'_>) {
        if let (Some(listening), Some(feed)) = (&mut self.listening, &mut self.feed) {
            listening.push(feed, &mut self.pace, inputs, seconds, block);
        }
    }

    /// The take ends after so many frames of the block that comes. What follows is kept for the next one.
    pub(super) fn end_after(&mut self, inputs: &Inputs, frames: u64) {
        self.arm(inputs, frames, true);
    }

    /// The take was as long as Length says, and what came since then is kept. While the sound goes on, the next take begins
    /// with all of it.
    pub(super) fn end_by_length(&mut self, inputs: &Inputs) {
        let (Some(running), Some(level)) = (&self.running, self.level) else { return };
        let layout = running.fed.layout();
        let report = self.status.report();
        // In this order, so that a block which is taken out meanwhile counts twice and not never.
        let waiting = report.backlog.in_stream() / layout.frame_bytes();
        let since = waiting + (report.preroll.get() * layout.rate).ceil() as u64;
        self.is_next = level.quiet < since;
        self.arm(inputs, 0, false);
        if self.is_next {
            self.listening = None;
        }
    }

    /// Ends the take so many frames further on, and listens; `anew`, or with what is kept already.
    fn arm(&mut self, inputs: &Inputs, after: u64, anew: bool) {
        let (Some(running), Some(feed)) = (self.running.take(), &mut self.feed) else { return };
        running.fed.report.wait_no_longer_than(max_buffer(inputs));
        let frames = preroll_frames(preroll_seconds(inputs), running.fed.layout()).0;
        let listened = Fed { report: Arc::default(), seconds: 0.0, ..running.fed };
        feed.command_after(after, Command::End);
        if anew || !self.is_next {
            feed.command_after(after, Command::Listen { frames, anew });
        }
        self.listening = Some(Listening::new(listened, frames));
        self.is_checked = true;
        self.status.feeding.set(false);
        self.status.paused.set(false);
        self.suspension.end(&self.status);
    }
}

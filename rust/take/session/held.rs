//! What does not come straight from the stream: audio while no take runs, and what is held.

use super::{Encoder, Turn};
use crate::faults::Point;
use crate::stream::Item;
use crate::stream::planar::Planar;
use crate::take::Command;
use crate::take::held::HeldItem;
use crate::take::history::{Kept, Piece};
use crate::take::part::BATCH;

/// Silence is encoded only while less than this waits for the disk: a gap of minutes in many channels is more than fits
/// into memory.
const SILENCE_AHEAD: u64 = 4 * BATCH as u64;

/// And the pre-roll only while less than this does: all of it at once would be twice in memory.
const PREROLL_AHEAD: u64 = 64 * BATCH as u64;

impl Encoder {
    /// Takes in what is next in the stream. All but audio goes the way of what is held.
    pub(super) fn take_item(&mut self, item: Item<'_, Command>) {
        match item {
            Item::Audio(views) => views.into_iter().for_each(|view| self.take_view(view)),
            Item::Silence(frames) => self.held.push(HeldItem::Silence(frames)),
            Item::Layout(layout) => self.held.push(HeldItem::Layout(layout)),
            Item::Control(command) => self.held.push(HeldItem::Control(command)),
        }
    }

    fn take_view(&mut self, mut view: Planar<'_>) {
        while view.frames() > 0 {
            if !self.held.is_empty() {
                if let Some(piece) = Piece::of(view) {
                    return self.held.push(HeldItem::Audio(piece));
                }
                // Without memory to hold it, what comes before it must go on at once.
                while let Some(item) = self.held.pop() {
                    self.take_held_item(item);
                }
            }
            let (now, later) = view.split_at(self.until_cut());
            self.take_audio(now);
            self.pass(now.frames() as u64);
            view = later;
        }
    }

    /// Encodes samples of the stream, or keeps them while no take runs.
    fn take_audio(&mut self, view: Planar<'_>) {
        let bytes = view.frames() as u64 * self.layout.frame_bytes();
        if self.take.is_some() {
            self.report.backlog.encoded.add(bytes);
            self.source_bytes += bytes;
            self.encode_or_keep(view);
        } else {
            // Kept and shown before it waits no more: the cook thread looks in the other order, and misses none of it.
            self.encode_or_keep(view);
            self.report.backlog.encoded.add(bytes);
            self.report.backlog.heard.add(bytes);
        }
    }

    fn encode_or_keep(&mut self, view: Planar<'_>) {
        if self.take.is_some() {
            self.guarded(|encoder| {
                encoder.faults.pass(Point::Encoder);
                encoder.encode(view)
            });
        } else if self.history.is_on() {
            self.history.push(view);
        }
        if self.take.is_none() {
            self.show_history();
        }
    }

    /// Frames of the stream until a command is due.
    fn until_cut(&self) -> usize {
        let frames = self.cuts.front().map_or(u64::MAX, |(at, _)| at - self.passed);
        usize::try_from(frames).unwrap_or(usize::MAX)
    }

    /// So many frames of the stream are done with: obeys what is due then.
    fn pass(&mut self, frames: u64) {
        self.passed += frames;
        while self.cuts.front().is_some_and(|(at, _)| *at <= self.passed) {
            if let Some((_, command)) = self.cuts.pop_front() {
                self.guarded(|encoder| encoder.obey(*command));
            }
        }
    }

    /// Tells how much of a pre-roll there is.
    pub(super) fn show_history(&self) {
        // None of it once a take has begun, and what is kept behind its end.
        self.report.preroll.set(self.history.frames() as f64 / self.layout.rate);
        self.report.backlog.history.set(self.history.bytes() + self.held.preroll_bytes());
    }

    /// Whether nothing comes in but a message, for which the cook thread wakes this one. A command that is due behind audio
    /// has come already, and for that audio nothing wakes it.
    pub(super) fn is_idle(&self) -> bool {
        self.take.is_none() && !self.history.is_on() && self.held.is_empty() && self.cuts.is_empty()
    }

    /// Whether something is held that may take its time.
    pub(super) fn holds_audio(&self) -> bool {
        self.held.first().is_some_and(|item| !matches!(item, HeldItem::Layout(_) | HeldItem::Control(_)))
    }

    /// Goes on with some of what is held, if the disk has taken what came before.
    pub(super) fn take_held(&mut self) -> Turn {
        let most = match self.held.first() {
            Some(HeldItem::Silence(_) | HeldItem::Heard(Kept::Silence { .. })) => SILENCE_AHEAD,
            Some(HeldItem::Heard(_)) => PREROLL_AHEAD,
            _ => u64::MAX,
        };
        if self.main.waiting() > most && self.part().is_some() {
            return Turn::Rest;
        }
        if let Some(item) = self.held.pop() {
            self.take_held_item(item);
        }
        let has_batch = self.take.as_ref().and_then(|take| take.part.as_ref()).is_some_and(|part| part.has_batch());
        if has_batch {
            self.send(true);
        }
        Turn::GoOn
    }

    fn take_held_item(&mut self, item: HeldItem) {
        match item {
            HeldItem::Heard(Kept::Audio(piece)) => self.encode_or_keep(piece.view()),
            HeldItem::Heard(Kept::Silence { frames, is_gap }) if self.take.is_some() => {
                let frames = frames - self.encode_silence(frames);
                if frames > 0 {
                    self.held.push_front(HeldItem::Heard(Kept::Silence { frames, is_gap }));
                }
            }
            HeldItem::Heard(kept) if self.take.is_none() => self.history.push_other(kept),
            HeldItem::Heard(_) => {}
            HeldItem::Audio(mut piece) => {
                let (now, _) = piece.view().split_at(self.until_cut());
                let frames = now.frames() as u64;
                self.take_audio(now);
                if piece.frames() > frames {
                    piece.cut(frames);
                    self.held.push_front(HeldItem::Audio(piece));
                }
                self.pass(frames);
            }
            HeldItem::Silence(frames) => {
                let done = self.encode_silence(frames.min(self.until_cut() as u64));
                if frames > done {
                    self.held.push_front(HeldItem::Silence(frames - done));
                }
                self.pass(done);
            }
            HeldItem::Layout(layout) => self.guarded(|encoder| encoder.set_layout(layout)),
            HeldItem::Control(command) => self.guarded(|encoder| encoder.obey(command)),
        }
        self.show_history();
    }

    /// Encodes some of `frames` of silence, or keeps all of it while no take runs. How much of it is done with.
    fn encode_silence(&mut self, frames: u64) -> u64 {
        if self.take.is_none() {
            self.history.push_other(Kept::Silence { frames, is_gap: false });
        }
        let mut done = frames;
        self.guarded(|encoder| {
            encoder.look_for_the_limit(frames.min(SILENCE_AHEAD))?;
            encoder.place_marks();
            let Some(part) = encoder.part() else { return Ok(()) };
            let left = part.encode_silence(frames)?;
            done = frames - left;
            if encoder.is_complete() {
                encoder.complete(None);
            } else if left == frames {
                encoder.roll_over()?;
            }
            Ok(())
        });
        done
    }
}

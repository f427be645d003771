//! What is held: audio while no take runs, and silence and pre-roll that may not go on faster than the disk takes it.

use super::{Encoder, Turn};
use crate::messages::Mark;
use crate::stream::Item;
use crate::take::Command;
use crate::take::history::Kept;
use crate::take::part::BATCH;

/// Silence is encoded only while less than this waits for the disk: a gap of minutes in many channels is more than fits
/// into memory. What comes behind it waits in the stream meanwhile.
const SILENCE_AHEAD: u64 = 4 * BATCH as u64;

/// And the pre-roll only while less than this does: all of it at once would be twice in memory.
const PREROLL_AHEAD: u64 = 64 * BATCH as u64;

impl Encoder {
    /// What is next in the stream while no take runs.
    pub(super) fn hear(&mut self, item: Item<'_, Command>) {
        match item {
            Item::Audio(views) if self.history.is_on() => views.into_iter().for_each(|view| self.history.push(view)),
            Item::Audio(_) => {}
            Item::Silence(frames) => self.history.push_other(Kept::Silence { frames, is_gap: false }),
            Item::Layout(layout) => {
                self.layout = layout;
                self.history.clear();
            }
            Item::Control(command) => self.guarded(|encoder| encoder.obey(command)),
        }
        self.show_history();
    }

    /// Tells how much of a pre-roll there is.
    pub(super) fn show_history(&self) {
        let frames = if self.take.is_none() { self.history.frames() } else { 0 };
        self.report.preroll.set(frames as f64 / self.layout.rate);
        self.report.backlog.history.set(self.history.bytes());
    }

    /// Whether nothing comes in but a message.
    pub(super) fn is_idle(&self) -> bool {
        self.take.is_none() && !self.history.is_on()
    }

    /// Whether something of the take's pre-roll is left to encode.
    pub(super) fn has_preroll(&self) -> bool {
        self.take.is_some() && !self.history.is_empty()
    }

    /// Encodes some of the pre-roll, if the disk has taken what came before.
    pub(super) fn encode_preroll(&mut self) -> Turn {
        if self.part().is_none() {
            self.history.clear();
        } else if self.main.waiting() > PREROLL_AHEAD {
            return Turn::Rest;
        }
        match self.history.pop() {
            Some(Kept::Audio(piece)) => self.guarded(|encoder| {
                encoder.encode(piece.view())?;
                if encoder.part().is_some_and(|part| part.has_batch()) {
                    encoder.send(true);
                }
                Ok(())
            }),
            Some(Kept::Silence { frames, is_gap }) => {
                let seconds = frames as f64 / self.layout.rate;
                self.mark(&if is_gap { Mark::Filled(seconds) } else { Mark::Lost });
                self.silence = frames;
            }
            Some(Kept::Skipped(frames)) => self.mark(&Mark::LeftOut(frames as f64 / self.layout.rate)),
            Some(Kept::RecordOn) => self.mark(&Mark::RecordOn),
            // The silence before has a marker.
            Some(Kept::Lost(_)) | None => {}
        }
        self.show_history();
        Turn::GoOn
    }

    /// Encodes some of the silence, if the disk has taken what came before.
    pub(super) fn encode_silence(&mut self) -> Turn {
        if self.part().is_none() {
            self.silence = 0;
            return Turn::GoOn;
        }
        if self.main.waiting() > SILENCE_AHEAD {
            return Turn::Rest;
        }
        let frames = self.silence;
        self.guarded(|encoder| {
            encoder.look_for_the_limit(frames.min(SILENCE_AHEAD))?;
            encoder.place_marks();
            let Some(part) = encoder.part() else { return Ok(()) };
            let left = part.encode_silence(frames)?;
            let has_batch = part.has_batch();
            encoder.silence = left;
            if encoder.is_complete() {
                encoder.complete();
            } else if left == frames {
                encoder.roll_over()?;
            }
            if has_batch {
                encoder.send(true);
            }
            Ok(())
        });
        Turn::GoOn
    }
}

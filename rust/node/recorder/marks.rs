//! Markers, put into the stream in front of the frame at which they stand.

use super::Recorder;
use crate::bridge::Inputs;
use crate::messages::{Mark, Warning};
use crate::node::params::{MARKER, MARKER_NAME};
use crate::node::reading::text;
use crate::take::Command;

/// What is to be marked at the next frame that goes into the stream.
#[derive(Default)]
pub(super) struct Marks {
    /// Marker was pressed.
    pressed: bool,
    /// Pause was on.
    paused: bool,
}

impl Marks {
    /// Marker was pressed.
    pub(super) fn press(&mut self) {
        self.pressed = true;
    }

    /// The running take has frames before this cook's, and none of this cook's.
    pub(super) fn pause(&mut self) {
        self.paused = true;
    }

    /// A take begins: it has no pause yet.
    pub(super) fn begin(&mut self) {
        self.paused = false;
    }
}

impl Recorder {
    /// Marks the frame that comes next, if there is something to mark.
    pub(super) fn mark_next_frame(&mut self, inputs: &Inputs) {
        if std::mem::take(&mut self.marks.paused) {
            self.mark(Mark::PauseOff);
        }
        self.mark_if_pressed(inputs);
    }

    /// Does what Marker says, whether a frame comes at this cook or not.
    pub(super) fn mark_if_pressed(&mut self, inputs: &Inputs) {
        if !std::mem::take(&mut self.marks.pressed) {
            return;
        }
        let Some(running) = &mut self.running else {
            return self.status.warn(Warning::NothingRecords { button: MARKER.label });
        };
        running.markers += 1;
        let number = running.markers;
        let name = text(inputs, &MARKER_NAME);
        let is_empty = name.chars().all(|c| c.is_control() || c.is_whitespace());
        self.mark(if is_empty { Mark::Numbered(number) } else { Mark::Named(name) });
    }

    /// Puts a marker into the running take, behind everything that is in the stream.
    pub(super) fn mark(&mut self, mark: Mark) {
        if let Some(feed) = self.feed.as_mut().filter(|_| self.running.is_some()) {
            feed.note(Command::Mark(mark));
        }
    }
}

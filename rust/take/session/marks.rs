//! Markers: each stands before the frame that follows it in the stream, in the file that this frame is in.

use super::Encoder;
use crate::container::markers::{Marker, marker_name};
use crate::messages::{Mark, Warning};
use crate::report::Event;

impl Encoder {
    /// A marker stands before the next frame that is encoded, whichever file that goes into.
    pub(super) fn mark(&mut self, mark: &Mark) {
        let Some(take) = &mut self.take else { return };
        let (name, is_cut) = marker_name(&mark.to_string());
        if is_cut {
            self.report.events.post(take.output.id, Event::Warning(Warning::MarkerNameCut { name: name.clone() }));
        }
        take.marks.push(name);
    }

    /// The next frame goes into the part that runs, if that has room for one.
    pub(super) fn place_marks(&mut self) {
        let is_full = self.part().is_none_or(|part| part.is_full());
        if !is_full {
            self.place_marks_here();
        }
    }

    /// What is marked is marked in the part that runs, whether a frame follows or not.
    pub(super) fn place_marks_here(&mut self) {
        let Some(take) = self.take.as_mut().filter(|take| !take.marks.is_empty()) else { return };
        let Some(part) = &mut take.part else { return };
        let frame = part.frames();
        let mut have_room = true;
        for name in take.marks.drain(..) {
            have_room &= part.mark(Marker { frame, name });
        }
        if !have_room {
            let warning = Warning::TooManyMarkers { format: take.output.format.label };
            self.report.events.post(take.output.id, Event::Warning(warning));
        }
    }
}

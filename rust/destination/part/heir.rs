//! What a file did not take before it was given up, and what the next one makes of it.

use std::ops::Range;
use std::sync::Arc;

use super::Part;
use super::marks::Marks;
use crate::container::{Container, Successor};
use crate::destination::recent::Recent;
use crate::destination::take_file::TakeFile;
use crate::faults::Faults;
use crate::stream::AudioLayout;

/// What the next file begins with.
pub(in crate::destination) struct Heir {
    pub(in crate::destination) container: Box<dyn Container>,
    pub(in crate::destination) layout: AudioLayout,
    /// Frames that are in neither file, silence not counted.
    pub(in crate::destination) left_out: u64,
    /// What the container before has laid out, from the first byte of a frame on.
    out: Vec<u8>,
    /// The frame of the encoder's part with which it begins.
    from: u64,
    /// Which of the frames that came before it are silence, counted from there.
    silence: Vec<Range<u64>>,
    /// Its markers that have come already.
    marks: Marks,
}

/// What is left when nothing more is written to a file.
pub(in crate::destination) struct Unwritten {
    /// The last that was written.
    pub(super) recent: Recent,
    /// What was to be written then.
    pub(super) waiting: Vec<u8>,
    /// All markers that came for it.
    pub(super) marks: Marks,
}

impl Part {
    /// What the next file begins with, after this one was salvaged. `None` when the format does not allow it, or nothing is
    /// missing in a file that was about to be completed.
    pub(super) fn heir(&self, Unwritten { recent, waiting, marks }: &Unwritten) -> Option<Heir> {
        let Successor { container, frame_bytes } = self.container.successor()?;
        // The pad byte of a file that was about to be completed stays behind.
        let whole = if self.ended { self.container.playable(recent.end()).len } else { recent.end() };
        let waiting = if self.ended { &[] } else { &waiting[..] };
        let kept = recent.start().saturating_sub(self.header).div_ceil(frame_bytes as u64);
        let frame = self.frames.max(kept);
        let begin = self.header + frame * frame_bytes as u64;
        let out = [recent.between(begin, whole), waiting].concat();
        if begin > recent.end() || self.ended && out.is_empty() {
            return None;
        }
        let after = |silence: &Range<u64>| {
            (silence.end > frame).then(|| silence.start.saturating_sub(frame)..silence.end - frame)
        };
        let left_out = self.heard(frame) - self.heard(self.frames);
        Some(Heir {
            container,
            layout: self.layout,
            left_out,
            out,
            from: self.from + frame,
            silence: self.silence.iter().filter_map(after).collect(),
            marks: marks.inherit(self.frames..frame, left_out as f64 / self.layout.rate),
        })
    }

    /// The file in which the take goes on.
    pub(in crate::destination) fn of_heir(file: TakeFile, heir: Heir, faults: &Arc<Faults>) -> Self {
        let Heir { container, layout, out, from, silence, marks, .. } = heir;
        Self { out, from, silence, marks, ..Self::new(file, container, layout, faults) }
    }
}

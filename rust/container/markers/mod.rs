//! Markers in files: from places and names to the chunks, frames and fields of each format.
//!
//! They stand in room that every header reserves, so that a kill costs none of them: [`ROOM`] bytes, which are padding
//! while there are none. If that is too small for all of them, WAV and AIFF put them behind their frames when the file is
//! completed. Runs on a destination's thread, now and then while a file grows.

mod id3v2;
mod iff;
mod riff;
#[cfg(test)]
mod tests;
mod vorbis;

use std::ops::Range;

use super::Patch;

pub(crate) use id3v2::{id3_chapters, id3_room};
pub(crate) use iff::{iff_behind, iff_kept, iff_room};
pub(crate) use riff::{riff_behind, riff_kept, riff_room};
pub(crate) use vorbis::vorbis_chapters;

/// Bytes that a header has for markers: some 150 with short names.
pub(crate) const ROOM: usize = 8192;

/// Bytes of markers behind the frames of a file at most: a part ends a little more than that before a file system's limit.
pub(crate) const MOST_BEHIND: usize = 1000 * 1024;

/// Bytes of a name, in every format. FFmpeg (9.0) finds no title in a chapter of an MP3 that is longer: it takes the size
/// of a frame within a frame, seven bits a byte, for eight. A Pascal string, as AIFF has it, would state 255.
const NAME_MAX: usize = 126;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marker {
    /// The frame of the file before which it stands.
    pub(crate) frame: u64,
    /// One line that is not empty, of at most [`NAME_MAX`] bytes.
    pub(crate) name: String,
}

/// What has become of the markers of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Marked {
    pub(crate) patches: Vec<Patch>,
    /// So many of them, from the first one on, are in the file when it is complete.
    pub(crate) kept: usize,
}

/// The bytes of a header that its markers have changed.
#[derive(Default)]
pub(crate) struct Changed(Option<Range<usize>>);

impl Changed {
    /// What makes `after` of a header that was `before` without a marker, and whatever it was made into since: which of
    /// the patches have reached the file is not known.
    pub(crate) fn patches(&mut self, before: &[u8], after: &[u8]) -> Vec<Patch> {
        let differs = |(before, after): (&u8, &u8)| before != after;
        let first = before.iter().zip(after).position(differs);
        let now = first.zip(before.iter().zip(after).rposition(differs)).map(|(first, last)| first..last + 1);
        self.0 = match (self.0.take(), now) {
            (Some(ever), Some(now)) => Some(ever.start.min(now.start)..ever.end.max(now.end)),
            (ever, now) => ever.or(now),
        };
        let patch = |range: Range<usize>| Patch { at: range.start as u64, bytes: after[range].to_vec() };
        self.0.clone().map(patch).into_iter().collect()
    }
}

/// A text as the name of a marker, and whether it had to be cut: without control characters, and without blanks around
/// it.
pub(crate) fn marker_name(text: &str) -> (String, bool) {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let name = line.trim();
    let end = (0..=NAME_MAX.min(name.len())).rev().find(|&at| name.is_char_boundary(at)).unwrap_or(0);
    (name[..end].trim_end().to_owned(), end < name.len())
}

/// How many of the markers, from the first one on, take no more than `room` bytes.
fn fitting(markers: &[Marker], room: usize, bytes: impl Fn(&Marker) -> usize) -> usize {
    let mut left = room;
    let takes = |marker: &&Marker| match left.checked_sub(bytes(marker)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    markers.iter().take_while(takes).count()
}

/// The thousandth of a second in which a frame lies, rounded.
fn milliseconds(frame: u64, rate: f64) -> u64 {
    (frame as f64 / rate * 1000.0).round() as u64
}

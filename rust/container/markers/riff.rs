//! The markers of WAV: `cue ` and, for their names, LIST/adtl ("Multimedia Programming Interface and Data
//! Specifications 1.0").

use super::{MOST_BEHIND, Marker, ROOM, fitting};
use crate::container::chunks::riff;

/// Bytes of the two chunks without a marker.
const EMPTY: usize = 12 + 12;

/// What a marker adds: its entry, and its name with a NUL.
fn bytes(marker: &Marker) -> usize {
    24 + (8 + 4 + marker.name.len() + 1).next_multiple_of(2)
}

/// The markers that a cue can hold: it counts frames with 32 bits.
fn countable(markers: &[Marker]) -> &[Marker] {
    &markers[..markers.partition_point(|marker| marker.frame <= u64::from(u32::MAX))]
}

/// [`ROOM`] bytes with as many of the markers as fit, the rest JUNK.
pub(crate) fn riff_room(markers: &[Marker]) -> Vec<u8> {
    let mut out = chunks(&markers[..fitting_room(markers)]);
    riff(b"JUNK", &vec![0; ROOM - out.len() - 8], &mut out);
    out
}

/// What stands behind the frames if that has no room for all of them.
pub(crate) fn riff_behind(markers: &[Marker]) -> Vec<u8> {
    let kept = riff_kept(markers);
    if kept > fitting_room(markers) { chunks(&markers[..kept]) } else { Vec::new() }
}

/// How many of the markers a file has.
pub(crate) fn riff_kept(markers: &[Marker]) -> usize {
    fitting(countable(markers), MOST_BEHIND - EMPTY, bytes)
}

fn fitting_room(markers: &[Marker]) -> usize {
    // JUNK needs a header of its own.
    fitting(countable(markers), ROOM - EMPTY - 8, bytes)
}

fn chunks(markers: &[Marker]) -> Vec<u8> {
    let mut out = Vec::new();
    if markers.is_empty() {
        return out;
    }
    let mut cue = (markers.len() as u32).to_le_bytes().to_vec();
    let mut list = b"adtl".to_vec();
    for (id, marker) in (1u32..).zip(markers) {
        let frame = marker.frame as u32;
        for field in [id, frame, u32::from_le_bytes(*b"data"), 0, 0, frame] {
            cue.extend(field.to_le_bytes());
        }
        riff(b"labl", &[&id.to_le_bytes(), marker.name.as_bytes(), b"\0"].concat(), &mut list);
    }
    riff(b"cue ", &cue, &mut out);
    riff(b"LIST", &list, &mut out);
    out
}

//! The markers of AIFF: MARK ("Audio Interchange File Format 1.3", Marker Chunk).

use super::{MOST_BEHIND, Marker, ROOM, fitting};
use crate::container::chunks::iff;

/// Bytes of the chunk without a marker.
const EMPTY: usize = 8 + 2;

/// Its ids are positive and have 16 bits.
const MOST: usize = i16::MAX as usize;

/// What a marker adds: its id, its place, and its name, a Pascal string of even length.
fn bytes(marker: &Marker) -> usize {
    2 + 4 + (1 + marker.name.len()).next_multiple_of(2)
}

/// [`ROOM`] bytes with as many of the markers as fit. The rest is a chunk FLLR, as Apple's own programs write it.
pub(crate) fn iff_room(markers: &[Marker]) -> Vec<u8> {
    let mut out = chunk(&markers[..fitting_room(markers)]);
    iff(b"FLLR", &vec![0; ROOM - out.len() - 8], &mut out);
    out
}

/// What stands behind the frames if that has no room for all of them.
pub(crate) fn iff_behind(markers: &[Marker]) -> Vec<u8> {
    let kept = iff_kept(markers);
    if kept > fitting_room(markers) { chunk(&markers[..kept]) } else { Vec::new() }
}

/// How many of the markers a file has.
pub(crate) fn iff_kept(markers: &[Marker]) -> usize {
    fitting(&markers[..markers.len().min(MOST)], MOST_BEHIND - EMPTY, bytes)
}

fn fitting_room(markers: &[Marker]) -> usize {
    // FLLR needs a header of its own.
    fitting(markers, ROOM - EMPTY - 8, bytes)
}

fn chunk(markers: &[Marker]) -> Vec<u8> {
    let mut out = Vec::new();
    if markers.is_empty() {
        return out;
    }
    let mut mark = (markers.len() as u16).to_be_bytes().to_vec();
    for (id, marker) in (1u16..).zip(markers) {
        mark.extend(id.to_be_bytes());
        // A file has no more frames than 31 bits count.
        mark.extend((marker.frame as u32).to_be_bytes());
        mark.push(marker.name.len() as u8);
        mark.extend(marker.name.as_bytes());
        mark.extend(&[0][..(1 + marker.name.len()) % 2]);
    }
    iff(b"MARK", &mark, &mut out);
    out
}

//! Markers as frames of an ID3v2 tag: CHAP and CTOC ("ID3v2 Chapter Frame Addendum 1.0").

use id3::frame::{Chapter, Content, Frame, TableOfContents};

use super::{Marker, ROOM, fitting, milliseconds};
use crate::container::metadata::{append_id3_frame, set_id3_size};

/// Stands for "not used" where an offset in bytes would.
const NO_OFFSET: u32 = u32::MAX;

/// Bytes of CTOC without a chapter: the frame's header, its own id, flags and number.
const EMPTY: usize = 10 + 4 + 2;

/// CTOC counts its chapters with 8 bits.
const MOST: usize = u8::MAX as usize;

/// Bytes of an element id with its NUL: "c1".."c255".
const ID_MAX: usize = 5;

/// Zeros at the end of the tag: for fewer than a frame's header is long music-metadata finds a frame cut off.
const LEAST_PADDING: usize = 11;

/// What a marker adds: CHAP with its times, TIT2 within it, and its place in CTOC.
fn bytes(marker: &Marker) -> usize {
    10 + ID_MAX + 16 + 10 + 1 + marker.name.len() + ID_MAX
}

/// Adds [`ROOM`] bytes of padding to a whole tag.
pub(crate) fn id3_room(tag: &mut Vec<u8>) {
    tag.resize(tag.len() + ROOM, 0);
    set_id3_size(tag);
}

/// The content of that room with as many of the markers as fit, of a file with `frames`, and how many there are. Each
/// chapter lasts until the next one begins.
pub(crate) fn id3_chapters(markers: &[Marker], rate: f64, frames: u64) -> (Vec<u8>, usize) {
    let most = &markers[..markers.len().min(MOST)];
    let fit = fitting(most, ROOM - EMPTY - LEAST_PADDING, bytes);
    let mut out = Vec::with_capacity(ROOM);
    let ids: Vec<String> = (1..=fit).map(|number| format!("c{number}")).collect();
    if fit > 0 {
        let contents = TableOfContents {
            element_id: "toc".into(),
            top_level: true,
            ordered: true,
            elements: ids.clone(),
            frames: Vec::new(),
        };
        append(Content::TableOfContents(contents), "CTOC", &mut out);
    }
    let ms = |frame| u32::try_from(milliseconds(frame, rate)).unwrap_or(NO_OFFSET - 1);
    for (index, (marker, element_id)) in markers.iter().zip(ids).enumerate() {
        let next = markers.get(index + 1).map_or(frames.max(marker.frame), |next| next.frame);
        let chapter = Chapter {
            element_id,
            start_time: ms(marker.frame),
            end_time: ms(next),
            start_offset: NO_OFFSET,
            end_offset: NO_OFFSET,
            frames: vec![Frame::with_content("TIT2", Content::Text(marker.name.clone()))],
        };
        append(Content::Chapter(chapter), "CHAP", &mut out);
    }
    out.resize(ROOM, 0);
    (out, fit)
}

fn append(content: Content, id: &str, out: &mut Vec<u8>) {
    // It fails for characters that an encoding lacks, and UTF-8 lacks none.
    let _ = append_id3_frame(Frame::with_content(id, content), out);
}

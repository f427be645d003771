//! Markers as Vorbis comments, for every format that has them: the chapter extension of Xiph's wiki, which FFmpeg reads.

use super::{Marker, fitting, milliseconds};

/// The numbers have three digits.
const MOST: usize = 999;

/// As many of the markers as fields (name, value) as fit into `room` bytes of a list of comments, and how many those are:
/// two fields each, a length of four bytes before each of them counted.
pub(crate) fn vorbis_chapters(markers: &[Marker], rate: f64, room: usize) -> (Vec<(String, String)>, usize) {
    let fields = |number: usize, marker: &Marker| {
        let ms = milliseconds(marker.frame, rate);
        let (seconds, thousandths) = (ms / 1000, ms % 1000);
        let time = format!("{:02}:{:02}:{:02}.{thousandths:03}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let chapter = format!("CHAPTER{number:03}");
        [(format!("{chapter}NAME"), marker.name.clone()), (chapter, time)]
    };
    let bytes = |marker: &Marker| fields(0, marker).iter().map(|(name, value)| 4 + name.len() + 1 + value.len()).sum();
    let fit = fitting(&markers[..markers.len().min(MOST)], room, bytes);
    let pairs = (1..).zip(&markers[..fit]).flat_map(|(number, marker)| {
        let [name, time] = fields(number, marker);
        [time, name]
    });
    (pairs.collect(), fit)
}

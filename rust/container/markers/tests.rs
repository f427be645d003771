use proptest::prelude::*;

use super::*;
use crate::container::testing::readers::complaints;
use crate::container::testing::signals::music;
use crate::container::testing::{Case, side_by_side};
use crate::formats::FORMATS;

proptest! {
    #[test]
    fn a_name_is_one_line_of_the_beginning_of_its_text(text in "\\PC{0,200}|[ \\n\\ta-z\u{e4}\u{1F3B5}]{0,300}") {
        let (name, is_cut) = marker_name(&text);
        prop_assert!(name.len() <= NAME_MAX && !name.contains(char::is_control) && name.trim() == name);
        let whole: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        prop_assert!(whole.trim().starts_with(&name));
        prop_assert_eq!(is_cut, whole.trim().len() > NAME_MAX);
    }

    /// What is kept never takes more bytes than there are, and the rest of the room is always there.
    #[test]
    fn room_is_filled_to_the_byte_and_never_beyond(names in prop::collection::vec("[a-z\u{e4}]{1,120}", 0..400)) {
        let markers: Vec<Marker> =
            (0..).zip(names).map(|(nth, name)| Marker { frame: nth * 1000, name: marker_name(&name).0 }).collect();
        prop_assert_eq!(riff_room(&markers).len(), ROOM);
        prop_assert_eq!(iff_room(&markers).len(), ROOM);
        prop_assert_eq!(id3_chapters(&markers, 48000.0, 1 << 20).0.len(), ROOM);
        let fields = vorbis_chapters(&markers, 48000.0, ROOM).0;
        let bytes: usize = fields.iter().map(|(name, value)| 4 + name.len() + 1 + value.len()).sum();
        prop_assert!(bytes <= ROOM);
    }
}

#[test]
fn a_cue_holds_no_frame_that_32_bits_cannot_count() {
    let markers = [0, u64::from(u32::MAX), 1 << 32].map(|frame| Marker { frame, name: "m".into() });
    assert_eq!(riff_kept(&markers), 2);
}

/// At a kill, and when it is complete: more markers than the room holds, too.
#[test]
fn a_file_opens_with_any_number_of_markers() {
    let cases = FORMATS.iter().map(|format| Case::all_of(format)[1]);
    let failures = side_by_side(cases.collect(), |case: Case| {
        let rate = case.layout.rate;
        let mut failures = Vec::new();
        for count in [1, 100, 5000] {
            let mut take = case.open();
            take.write_all(&music(rate as u32, case.layout.channels, rate as usize), 441);
            take.checkpoint();
            let name = |nth: u64| format!("{nth}: Fr\u{fc}h, \u{266a}");
            let markers: Vec<_> = (0..count).map(|nth| Marker { frame: nth, name: name(nth) }).collect();
            let kept = take.mark(&markers);
            failures.extend(complaints(case.format, take.path()));
            let at_last = take.finish_marked(&markers);
            failures.extend(complaints(case.format, take.path()));
            if kept != at_last || kept < markers.len().min(100) {
                failures.push(format!("{case}: {kept}, then {at_last} of {count} are kept"));
            }
        }
        failures
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

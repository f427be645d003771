//! Which samples are new, and which input is a clip.

use super::*;

#[test]
fn a_still_clip_is_seen_once_and_recognised() {
    let mut slices = Slices::default();
    let clip = TimeSlice { samples: 480_000, ..STEADY };
    assert_eq!(slices.look(clip), PLAIN);
    assert_eq!(slices.look(clip), SliceKind::Seen);
    assert!(slices.is_clip());
    slices.begin();
    assert_eq!(slices.look(clip), PLAIN, "a new take");
    assert!(!slices.is_clip());
}

#[test]
fn a_short_clip_is_recognised_after_a_second() {
    let mut slices = Slices::default();
    slices.look(STEADY);
    for frame in 1..=60 {
        assert!(!slices.is_clip(), "{frame}");
        assert_eq!(slices.look(STEADY), SliceKind::Seen);
    }
    assert!(slices.is_clip());
}

#[test]
fn a_clip_that_cooks_anew_has_no_gaps() {
    let mut slices = Slices::default();
    for cook in 0..10 {
        assert_eq!(slices.look(TimeSlice { total_cooks: cook, samples: 48_000, ..STEADY }), PLAIN);
    }
    assert!(slices.is_clip());
}

#[test]
fn a_clip_that_cooks_anew_after_a_while_has_no_gap() {
    let mut slices = Slices::default();
    slices.look(STEADY);
    for _ in 0..100 {
        assert_eq!(slices.look(STEADY), SliceKind::Seen);
    }
    assert_eq!(slices.look(TimeSlice { total_cooks: 1, ..STEADY }), PLAIN);
}

#[test]
fn a_block_that_is_shown_until_the_next_one_is_no_clip() {
    let mut slices = Slices::default();
    for block in 0..20 {
        let slice = TimeSlice { total_cooks: block, samples: 8192, start_index: 8192.0 * block as f64, ..STEADY };
        assert_eq!(slices.look(slice), PLAIN);
        for _ in 0..9 {
            assert_eq!(slices.look(slice), SliceKind::Seen);
        }
    }
    assert!(!slices.is_clip());
}

#[test]
fn another_source_that_has_cooked_as_often_is_new() {
    let mut slices = Slices::default();
    slices.look(STEADY);
    assert_eq!(slices.look(TimeSlice { op_id: 2, ..STEADY }), PLAIN);
    assert_eq!(slices.look(TimeSlice { op_id: 2, ..STEADY }), SliceKind::Seen);
    assert_eq!(slices.look(TimeSlice { op_id: 2, channels: 3, ..STEADY }), PLAIN);
    assert_eq!(slices.look(TimeSlice { op_id: 2, channels: 3, rate: 44100.0, samples: 735, ..STEADY }), PLAIN);
    assert!(!slices.is_clip());
}

#[test]
fn a_rate_that_differs_in_its_last_digits_is_the_same() {
    let mut slices = Slices::default();
    slices.look(STEADY);
    assert_eq!(slices.look(TimeSlice { rate: 48000.000001, ..STEADY }), SliceKind::Seen);
    let next = TimeSlice { rate: 47999.99999999999, total_cooks: 1, start_index: 10_400.0, ..STEADY };
    assert_eq!(slices.look(TimeSlice { delta_frames: 13.0, ..next }), gap(9600));
}

#[test]
fn a_layout_that_brings_no_samples_is_not_another_source() {
    let (_, mut slices) = deliver(follows, &[]);
    let other = TimeSlice { op_id: 7, channels: 5, samples: 0, total_cooks: 3, ..STEADY };
    assert_eq!(slices.look(other), PLAIN);
    let back = TimeSlice { total_cooks: 60, start_index: 48_000.0 + 800.0, ..STEADY };
    assert_eq!(slices.look(back), gap(800));
}

#[test]
fn a_source_that_rests_between_slices_loses_nothing() {
    let mut slices = Slices::default();
    slices.look(STEADY);
    assert_eq!(slices.look(STEADY), SliceKind::Seen);
    let two = TimeSlice { total_cooks: 1, samples: 1600, start_index: 800.0, ..STEADY };
    assert_eq!(slices.look(two), PLAIN);
    assert!(slices.look(TimeSlice { total_cooks: 2, start_index: 2400.0, ..STEADY }) == PLAIN && !slices.is_clip());
}

//! What an index tells.

use super::*;

#[test]
fn a_source_that_is_steady_needs_no_closer_look_whatever_its_index_says() {
    for index in [follows, zero] {
        let (_, slices) = deliver(index, &[(1.0, 800)]);
        let last = TimeSlice { total_cooks: 60, start_index: index(48_000), ..STEADY };
        assert!(slices.is_steady(&last));
        assert!(slices.goes_on(61, index(48_800)));
        assert!(!slices.goes_on(60, index(48_800)), "the source has not cooked");
        assert!(!slices.goes_on(61, index(48_800) + 1.0), "the index jumps");
    }
}

#[test]
fn a_clipped_slice_leaves_the_exact_gap_by_index() {
    // 3 seconds went by, the last 200 ms arrive: 134,400 samples are missing.
    let (kinds, _) = play(48000.0, 30, |slice| {
        slice.delta_frames = 180.0;
        slice.samples = 9600;
        slice.start_index = 24000.0 + 134_400.0;
    });
    assert_eq!(kinds[30], gap(134_400));
}

#[test]
fn without_an_index_the_clock_gives_the_gap() {
    let (kinds, _) = play(48000.0, 30, |slice| {
        slice.delta_frames = 15.0;
        slice.samples = 9600;
        slice.start_index = 0.0;
    });
    assert_eq!(kinds[30], gap(2400));
    for kept in [4800, 9600, 24_000] {
        let (kinds, _) = deliver(zero, &[(60.0, kept), (1.0, 800)]);
        assert_eq!(kinds, [gap(48_000 - kept as u64), PLAIN]);
    }
}

#[test]
fn an_index_that_follows_says_that_nothing_is_missing() {
    let (kinds, _) = deliver(follows, &[(180.0, 9600), (1.0, 800)]);
    assert_eq!(kinds, [PLAIN, PLAIN]);
}

#[test]
fn a_device_that_drops_out_leaves_the_exact_gap_by_index_only() {
    let out = [(1.0, 0); 300];
    let jumps = |given: usize| if given < 48_000 { given as f64 } else { given as f64 + 240_000.0 };
    let mut cooks = out.to_vec();
    cooks.extend([(1.0, 800), (1.0, 800)]);
    assert_eq!(deliver(jumps, &cooks).0[299..], [PLAIN, gap(240_000), PLAIN]);
    assert_eq!(deliver(zero, &cooks).0[299..], [PLAIN; 3]);
}

#[test]
fn an_index_that_follows_now_and_then_is_not_believed() {
    // A device whose index is the timeline's: it follows as long as all is well.
    let index = |given: usize| if given < 48_000 { 7.0 } else { given as f64 };
    let late = [(1.0, 800), (1.0, 800), (1.0, 800), (1.0, 0)];
    let (_, mut slices) = deliver(index, &late);
    let slice = TimeSlice { total_cooks: 64, samples: 1600, start_index: 51_200.0, ..STEADY };
    assert_eq!(slices.look(slice), PLAIN);
}

#[test]
fn a_jump_before_an_index_is_proved_is_a_gap_at_a_hitch_only() {
    let second = |delta_frames: f64| {
        let mut slices = Slices::default();
        slices.look(STEADY);
        for cook in 1..10 {
            slices.look(TimeSlice { total_cooks: cook, samples: 0, ..STEADY });
        }
        let start_index = (9.0 + delta_frames) * 800.0;
        slices.look(TimeSlice { total_cooks: 10, start_index, delta_frames, ..STEADY })
    };
    assert_eq!(second(1.0), PLAIN);
    assert_eq!(second(2.0), gap(10 * 800));
}

#[test]
fn a_long_slice_after_a_hitch_explains_no_jump_later() {
    let index = |given: usize| given as f64 + if given < 530_000 { 0.0 } else { 20_000.0 };
    let mut cooks = vec![(1.0, 0), (1.0, 1024), (1.0, 1024), (1.0, 1024), (600.0, 480_000)];
    cooks.extend([(1.0, 0), (1.0, 1024), (1.0, 1024), (1.0, 0), (1.0, 1024), (1.0, 1024)]);
    let (kinds, _) = deliver(index, &cooks);
    assert!(kinds.iter().all(|kind| *kind == PLAIN), "{kinds:?}");
}

#[test]
fn a_sample_that_is_clipped_is_counted_if_the_index_always_was_exact() {
    let jumps = |given: usize| given as f64 + f64::from(u8::from(given >= 48_000));
    assert_eq!(deliver(jumps, &[(12.0, 9599)]).0, [gap(1)]);
    let rounds = |given: usize| jumps(given) + f64::from(u8::from(given.is_multiple_of(1600) && given < 48_000));
    assert_eq!(deliver(rounds, &[(12.0, 9599)]).0, [PLAIN]);
}

#[test]
fn a_timeline_that_changes_its_rate_at_a_hitch_gets_no_silence_that_no_index_tells_of() {
    let after = |index: fn(usize) -> f64, from: f64, slice: TimeSlice| {
        let mut slices = Slices::default();
        let samples = (48_000.0 / from) as usize;
        for cook in 0..20 {
            let start_index = index(cook * samples);
            let total_cooks = cook as i64;
            slices.look(TimeSlice { total_cooks, samples, start_index, timeline_rate: from, ..STEADY });
        }
        slices.look(TimeSlice { total_cooks: 20, ..slice })
    };
    // All of six frames at 60 a second.
    let whole = TimeSlice { samples: 4800, delta_frames: 6.0, timeline_rate: 24.0, ..STEADY };
    assert_eq!(after(zero, 60.0, whole), PLAIN);
    // What is left of thirty at 24 a second.
    let start_index = 40_000.0 + 50_400.0;
    let clipped = TimeSlice { samples: 9600, delta_frames: 30.0, timeline_rate: 60.0, start_index, ..STEADY };
    assert_eq!(after(follows, 24.0, clipped), gap(50_400));
}

#[test]
fn a_jump_of_the_timeline_is_no_gap() {
    for index in [0.0, 24_500.0, 30_000.0, 1e9] {
        let (kinds, _) = play(48000.0, 30, |slice| slice.start_index = index);
        assert_eq!(kinds[30], PLAIN);
    }
}

#[test]
fn an_index_of_few_bits_may_begin_again_at_a_hitch() {
    for (before, after) in [(4_294_967_296.0 - 48_000.0, 14_400.0), (2_147_483_648.0 - 48_000.0, -2_147_469_248.0)] {
        let index = |given: usize| if given < 48_000 { before + given as f64 } else { after + given as f64 - 48_000.0 };
        assert_eq!(deliver(index, &[(30.0, 9600), (1.0, 800)]).0, [gap(14_400), PLAIN]);
    }
}

#[test]
fn an_index_that_is_too_large_to_be_exact_has_no_gaps() {
    let start = 9_007_199_254_740_992.0 - 24_000.0;
    let mut slices = Slices::default();
    for cook in 0..120 {
        let start_index = start + f64::from(cook) * 735.0;
        let slice = TimeSlice { total_cooks: cook.into(), samples: 735, start_index, rate: 44_100.0, ..STEADY };
        assert_eq!(slices.look(slice), PLAIN);
    }
}

#[test]
fn beyond_2_to_the_53_more_than_what_rounding_makes_is_a_gap() {
    // A loss of 7 in floats that hold even numbers only: as few as 4 can be seen of it.
    let start = 9_007_199_254_740_992.0;
    let mut slices = Slices::default();
    let kinds: Vec<SliceKind> = (0..61)
        .map(|cook| {
            let (jump, delta_frames, samples) = if cook == 60 { (4.0, 14.0, 11_193) } else { (0.0, 1.0, 800) };
            let start_index = start + 800.0 * cook as f64 + jump;
            slices.look(TimeSlice { total_cooks: cook, samples, start_index, delta_frames, ..STEADY })
        })
        .collect();
    assert_eq!(kinds[60], gap(4));
}

/// A timeline at 59.94 leaves 1.2 samples of six frames at 12 kHz beyond a Max Time Slice Size of 100 ms: one or two.
#[test]
fn of_few_samples_that_a_clipped_slice_lost_the_index_tells_all() {
    let end = |cook: usize| (cook as f64 * 12_000.0 / 59.94).floor();
    for first in 0..60 {
        let mut slices = Slices::default();
        let mut kinds = (0..80).map(|cook| {
            let (from, to, delta_frames) = match cook {
                60 => (end(first + 60), end(first + 66), 6.0),
                61.. => (end(first + cook + 5), end(first + cook + 6), 1.0),
                _ => (end(first + cook), end(first + cook + 1), 1.0),
            };
            let kept = f64::min(to - from, 1200.0);
            let slice = TimeSlice {
                total_cooks: cook as i64,
                samples: kept as usize,
                start_index: to - kept,
                rate: 12_000.0,
                delta_frames,
                timeline_rate: 59.94,
                ..STEADY
            };
            (to - from - kept, slices.look(slice))
        });
        assert!(kinds.all(|(lost, kind)| kind == gap(lost as u64)), "from frame {first} on");
    }
}

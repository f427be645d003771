//! The rows of the tables, one by one.

use proptest::prelude::*;

use super::*;

const STEADY: TimeSlice = TimeSlice {
    op_id: 1,
    total_cooks: 0,
    channels: 2,
    samples: 800,
    start_index: 0.0,
    rate: 48000.0,
    delta_frames: 1.0,
    timeline_rate: 60.0,
};

const PLAIN: SliceKind = SliceKind::New { gap: 0, odd: None };

fn gap(gap: u64) -> SliceKind {
    SliceKind::New { gap, odd: None }
}

/// Cooks of one second at `rate`, with `change` applied to the given cook.
fn play(rate: f64, at: usize, change: impl Fn(&mut TimeSlice)) -> (Vec<SliceKind>, Slices) {
    let mut slices = Slices::default();
    let mut start = 0.0;
    let kinds = (0..60)
        .map(|cook| {
            let end = ((cook + 1) as f64 * rate / 60.0).floor();
            let mut slice = TimeSlice {
                total_cooks: cook as i64,
                samples: (end - start) as usize,
                start_index: start,
                rate,
                ..STEADY
            };
            start = end;
            if cook == at {
                change(&mut slice);
            }
            slices.look(slice)
        })
        .collect();
    (kinds, slices)
}

/// A source whose slices are given as frames of the timeline and samples, after a second of whole ones.
fn deliver(index: impl Fn(usize) -> f64, cooks: &[(f64, usize)]) -> (Vec<SliceKind>, Slices) {
    let mut slices = Slices::default();
    let mut given = 0;
    let all = [(1.0, 800); 60].iter().chain(cooks);
    let kinds = all.enumerate().map(|(cook, (delta_frames, samples))| {
        let start_index = index(given);
        given += samples;
        let (total_cooks, samples, delta_frames) = (cook as i64, *samples, *delta_frames);
        slices.look(TimeSlice { total_cooks, samples, start_index, delta_frames, ..STEADY })
    });
    (kinds.skip(60).collect(), slices)
}

fn follows(given: usize) -> f64 {
    given as f64
}

fn zero(_: usize) -> f64 {
    0.0
}

proptest! {
    #[test]
    fn what_goes_on_is_what_a_closer_look_says(
        cooks in prop::collection::vec((0i64..3, 0usize..4, 0usize..5, -1i32..4, 0usize..3, 0usize..3, 2usize..8), 1..40),
    ) {
        let (mut quick, mut close) = (Slices::default(), Slices::default());
        let (mut total_cooks, mut start_index) = (0, 0.0);
        for (cooked, slices, samples, delta, rate, index, times) in cooks {
            total_cooks += cooked;
            let rate = [48_000.0, 44_100.0, 48_000.0][rate];
            let samples = [slices * rate as usize / 60, 800, 0, 799, 48_000][samples];
            let mut slice =
                TimeSlice { total_cooks, samples, start_index, rate, delta_frames: delta.into(), ..STEADY };
            let advance = [samples as f64, 0.0, 1000.0][index];
            start_index += advance;
            quick.look(slice);
            close.look(slice);
            for _ in 0..times {
                total_cooks += cooked;
                (slice.total_cooks, slice.start_index) = (total_cooks, start_index);
                start_index += advance;
                let kind = close.look(slice);
                if quick.is_steady(&slice) && quick.goes_on(total_cooks, slice.start_index) {
                    quick.go_on(total_cooks, slice.start_index, samples);
                    prop_assert_eq!(kind, PLAIN);
                } else {
                    quick.look(slice);
                }
                prop_assert_eq!(&quick, &close);
            }
        }
    }
}

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
fn a_steady_timeline_has_no_gap_at_any_rate() {
    for rate in [8000.0, 11025.0, 22050.0, 44100.0, 48000.0, 192_000.0, 61.0, 30.0] {
        let (kinds, slices) = play(rate, 99, |_| ());
        assert!(kinds.iter().all(|kind| *kind == PLAIN), "{rate}");
        assert!(!slices.is_clip());
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
fn blocks_and_bursts_have_no_gaps() {
    for block in [1024, 2048, 8192] {
        let mut given = 0;
        let cooks: Vec<(f64, usize)> = (1..600)
            .map(|cook| {
                let samples = (cook * 800 - given) / block * block;
                given += samples;
                (1.0, samples)
            })
            .collect();
        for index in [follows, zero] {
            let (kinds, slices) = deliver(index, &cooks);
            assert!(kinds.iter().all(|kind| *kind == PLAIN), "{block}");
            assert!(!slices.is_clip());
        }
    }
    for index in [follows, zero] {
        let (kinds, slices) = deliver(index, &[(1.0, 0), (1.0, 1600)].repeat(100));
        assert!(kinds.iter().all(|kind| *kind == PLAIN) && !slices.is_clip());
    }
}

#[test]
fn a_slice_that_is_a_frame_late_has_no_gap() {
    for index in [follows, zero] {
        for frames in [2, 3, 7, 13, 100] {
            let late = [(f64::from(frames), (frames as usize - 1) * 800), (1.0, 1600), (1.0, 800)];
            assert_eq!(deliver(index, &late).0, [PLAIN; 3], "{frames}");
        }
    }
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
fn a_source_whose_lengths_vary_is_not_judged_by_the_clock() {
    let vary = [(1.0, 800), (1.0, 800), (1.0, 700), (1.0, 900), (1.0, 800), (1.0, 800), (15.0, 9600)];
    assert_eq!(deliver(zero, &vary).0, [PLAIN; 7]);
}

#[test]
fn a_source_that_is_slow_to_cook_is_not_judged_by_the_clock_without_a_hitch() {
    // Blocks of eight frames, each shown until the next one is there, which comes two frames late.
    let mut slices = Slices::default();
    let mut show = |block: i64, frames: usize| {
        let slice = TimeSlice { total_cooks: block, samples: 6400, ..STEADY };
        for _ in 1..frames {
            slices.look(TimeSlice { total_cooks: block - 1, ..slice });
        }
        slices.look(slice)
    };
    for block in 0..10 {
        assert_eq!(show(block, 8), PLAIN);
    }
    assert_eq!(show(10, 10), PLAIN);
}

#[test]
fn a_shorter_max_time_slice_size_is_noticed() {
    let (kinds, _) = deliver(zero, &[(60.0, 24_000), (1.0, 800), (60.0, 4800)]);
    assert_eq!(kinds, [gap(24_000), PLAIN, gap(43_200)]);
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
    let rounds = |given: usize| jumps(given) + f64::from(u8::from(given % 1600 == 0 && given < 48_000));
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
fn a_time_that_cannot_be_is_reported_and_not_filled() {
    for delta in [f64::NAN, f64::INFINITY, -3.0, 0.0, 1e300, 1e9] {
        let (kinds, slices) = play(48000.0, 30, |slice| slice.delta_frames = delta);
        match kinds[30] {
            SliceKind::New { gap: 0, odd: Some(Odd::Delta(seen)) } => assert_eq!(seen.to_bits(), delta.to_bits()),
            other => panic!("{delta} gave {other:?}"),
        }
        assert!(!slices.is_clip());
    }
}

#[test]
fn a_gap_of_more_than_ten_minutes_is_counted_and_not_to_be_filled() {
    let jumps = |given: usize| if given < 48_000 { given as f64 } else { given as f64 + 33_590_400.0 };
    for index in [jumps, zero] {
        let (kinds, _) = deliver(index, &[(60.0 * 700.0, 9600)]);
        assert_eq!(kinds, [SliceKind::New { gap: 33_590_400, odd: Some(Odd::TooLong(699.8)) }]);
    }
}

#[test]
fn a_forced_second_cook_of_a_frame_is_nothing_odd() {
    let (kinds, _) = play(48000.0, 30, |slice| {
        slice.delta_frames = 0.0;
        slice.samples = 0;
    });
    assert_eq!(kinds[30], PLAIN);
}

#[test]
fn after_an_interruption_nothing_is_missing() {
    let mut slices = Slices::default();
    slices.look(STEADY);
    slices.interrupt();
    let late = TimeSlice { total_cooks: 9, delta_frames: 600.0, start_index: 480_000.0, ..STEADY };
    assert_eq!(slices.look(late), PLAIN);
}

#[test]
fn the_time_of_a_suspension_is_a_gap_by_the_index_if_it_agrees() {
    let after = |start_index: f64| {
        let (_, mut slices) = deliver(follows, &[]);
        for _ in 0..299 {
            slices.suspend(elapsed(1.0, 60.0));
        }
        slices.suspend(elapsed(1.0, 60.0));
        slices.suspend(elapsed(f64::NAN, 60.0));
        assert_eq!(slices.look(TimeSlice { total_cooks: 60, samples: 0, ..STEADY }), PLAIN, "nothing new yet");
        slices.look(TimeSlice { total_cooks: 61, start_index, ..STEADY })
    };
    // 300 frames, and the one in which nothing came.
    assert_eq!(after(0.0), gap(301 * 800));
    assert_eq!(after(48_000.0), gap(301 * 800), "a source that stood still meanwhile");
    assert_eq!(after(48_000.0 + 301.0 * 800.0 - 13.0), gap(301 * 800 - 13));
    assert_eq!(after(1e9), gap(301 * 800));
}

#[test]
fn the_time_of_a_suspension_is_told_when_it_ends_without_samples() {
    let (_, mut slices) = deliver(follows, &[]);
    assert_eq!(slices.settle(), 0.0);
    slices.suspend(Some(2.5));
    slices.suspend(None);
    slices.suspend(Some(0.5));
    assert_eq!((slices.settle(), slices.settle()), (3.0, 0.0));
    assert_eq!(slices.look(TimeSlice { total_cooks: 99, start_index: 48_000.0, ..STEADY }), PLAIN);
}

#[test]
fn another_source_after_a_suspension_begins_after_the_time_of_it() {
    let (_, mut slices) = deliver(follows, &[]);
    slices.suspend(Some(1.0));
    let other = TimeSlice { op_id: 2, rate: 44_100.0, samples: 735, start_index: 5.0, ..STEADY };
    assert_eq!(slices.look(other), gap(44_100));
}

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

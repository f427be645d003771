//! The rows of the tables, one by one.

mod index;
mod new;

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
fn a_steady_timeline_has_no_gap_at_any_rate() {
    for rate in [8000.0, 11025.0, 22050.0, 44100.0, 48000.0, 192_000.0, 61.0, 30.0] {
        let (kinds, slices) = play(rate, 99, |_| ());
        assert!(kinds.iter().all(|kind| *kind == PLAIN), "{rate}");
        assert!(!slices.is_clip());
    }
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
fn blocks_that_fit_a_hitch_by_chance_are_no_clip_when_the_next_one_was_held_back() {
    let mut slices = Slices::default();
    let (mut start_index, mut total_cooks) = (0.0, 0);
    // Blocks of a second at 25 cooks a second; in a hitch of 3456 frames exactly 135 of them.
    for (frames, samples) in [(1.0, 8192), (25.0, 8192), (26.0, 8192), (3456.0, 135 * 8192), (5.0, 8192), (26.0, 8192)]
    {
        for frame in 1..=if frames > 100.0 { 1 } else { frames as u32 } {
            let brings = frames > 100.0 || f64::from(frame) == frames;
            let (samples, delta_frames) = (if brings { samples } else { 0 }, if frames > 100.0 { frames } else { 1.0 });
            total_cooks += 1;
            let (rate, timeline_rate) = (8000.0, 25.0);
            slices.look(TimeSlice { total_cooks, samples, start_index, rate, delta_frames, timeline_rate, ..STEADY });
            start_index += samples as f64;
        }
        assert!(!slices.is_clip(), "after {frames} frames");
    }
}

#[test]
fn ten_minutes_to_the_sample_are_filled() {
    let rate = 12345.0;
    assert_eq!(SliceKind::after(600.0 * rate + 1e-9, rate), gap(7_407_000));
    assert_ne!(SliceKind::after(600.0 * rate + 1.0, rate), gap(7_407_001));
}

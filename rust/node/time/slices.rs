//! What a cook's input is: new or seen before, a time slice or a clip, and what is missing before it.
//!
//! The rules are those of the spec's sections "What is recorded" and "Gaps". The host tells how many frames of
//! its timeline went by and how many samples there are, not whether a slice was clipped or whether an input is
//! sliced at all; both are worked out from that here.

use crate::bridge::Cook;
use crate::stream::AudioLayout;

/// A longer gap is never believed.
const LONGEST_GAP_SECONDS: f64 = 600.0;

/// What the host says of the input and of time at one cook.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    pub(crate) total_cooks: i64,
    pub(crate) channels: usize,
    pub(crate) samples: usize,
    /// Index of the first sample in the source's own time.
    pub(crate) start_index: f64,
    /// Hz.
    pub(crate) rate: f64,
    /// Frames of the timeline since the cook before.
    pub(crate) delta_frames: f64,
    /// Frames of the timeline a second.
    pub(crate) timeline_rate: f64,
}

impl Sight {
    /// What `cook` says of an input of the layout `sound`.
    pub(crate) fn of(cook: &Cook, sound: AudioLayout) -> Self {
        Self {
            total_cooks: cook.total_cooks,
            channels: sound.channels,
            samples: cook.samples,
            start_index: cook.start_index,
            rate: sound.rate,
            delta_frames: cook.delta_frames,
            timeline_rate: cook.timeline_rate,
        }
    }
}

/// What is to be made of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Arrival {
    /// The same samples as at the cook before: not to be written again.
    Again,
    /// Samples to write, perhaps none.
    New {
        /// Samples that TouchDesigner lost before them.
        gap: u64,
        /// Something about the time since the cook before that no gap can be made of.
        odd: Option<Odd>,
    },
}

/// A time that cannot be a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Odd {
    /// `deltaFrames` is not finite or not positive.
    Delta(f64),
    /// The gap would be this many seconds long.
    TooLong(f64),
}

/// Remembers what the next cook has to be compared with.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Slices {
    /// The input's cooks at the last look, its channels and its rate: another source may have cooked as often.
    last: Option<(i64, usize, f64)>,
    /// Index after the last sample that was seen.
    next_index: f64,
    /// Timeline frames since the last new samples.
    elapsed: f64,
    /// False before the first cook of a stretch: after Record on, Pause or a missing input.
    continuous: bool,
    clip: bool,
}

impl Slices {
    /// The next cook does not follow the one before: no gap can lie between them.
    pub(crate) fn interrupt(&mut self) {
        self.continuous = false;
        self.elapsed = 0.0;
    }

    /// True when the input was found to be a clip, not a time slice.
    pub(crate) fn is_clip(&self) -> bool {
        self.clip
    }

    /// Whether further slices like `sight`, the last one, are exactly as long as the time that goes by: there is nothing
    /// to ask then.
    pub(crate) fn is_steady(&self, sight: &Sight) -> bool {
        let expected = sight.delta_frames * (sight.rate / sight.timeline_rate);
        self.continuous
            && !self.clip
            && self.elapsed == 0.0
            && sight.delta_frames > 0.0
            && expected == sight.samples as f64
    }

    /// Whether the input has cooked since the last look.
    #[inline]
    pub(crate) fn has_cooked(&self, total_cooks: i64) -> bool {
        self.last.is_some_and(|(last, ..)| last != total_cooks)
    }

    /// Takes note of a cook that goes on where the last one ended.
    ///
    /// Counts become floats by way of `i64`, here and in the recorder: from unsigned ones the processor gets there with
    /// constants that would have to come from memory at every cook.
    #[inline]
    pub(crate) fn go_on(&mut self, total_cooks: i64, start_index: f64, samples: usize) {
        if let Some((last, ..)) = &mut self.last {
            *last = total_cooks;
        }
        self.next_index = start_index + samples as i64 as f64;
    }

    /// Takes note of one cook.
    pub(crate) fn look(&mut self, sight: Sight) -> Arrival {
        let cook = Some((sight.total_cooks, sight.channels, sight.rate));
        let believable = sight.delta_frames.is_finite() && sight.delta_frames > 0.0;
        if believable {
            self.elapsed += sight.delta_frames;
        }
        let frame = sight.rate / sight.timeline_rate;
        if self.last == cook {
            // A sliced input whose source rests has no samples; a clip shows the same ones again.
            self.clip |= believable && sight.samples > 0;
            return Arrival::Again;
        }
        let expected = self.elapsed * frame;
        let missing = expected - sight.samples as f64;
        let jump = sight.start_index - self.next_index;
        // More samples than time went by: no slice has that.
        let clip = self.last.is_some() && sight.samples as f64 > expected + 2.0 * frame.max(1.0);
        let was_clip = self.clip;
        self.clip = clip || (was_clip && sight.samples as f64 > expected + 1.0);
        // A clip that cooks anew after a while may be shorter than that while: nothing is missing before it.
        let compare = self.continuous && !was_clip && !self.clip && frame.is_finite() && frame > 0.0;
        self.last = cook;
        self.next_index = sight.start_index + sight.samples as f64;
        self.continuous = true;
        if compare && !believable && sight.samples > 0 {
            self.elapsed = 0.0;
            return Arrival::New { gap: 0, odd: Some(Odd::Delta(sight.delta_frames)) };
        }
        self.elapsed = 0.0;
        // Slices of a rate that the timeline does not divide differ by a sample; a lost part is whole frames.
        if !compare || missing <= (0.5 * frame).max(1.0) {
            return Arrival::New { gap: 0, odd: None };
        }
        let seconds = missing / sight.rate;
        if seconds > LONGEST_GAP_SECONDS {
            return Arrival::New { gap: 0, odd: Some(Odd::TooLong(seconds)) };
        }
        // The source's own index is exact, when it tells the same story as the clock.
        let exact = if (jump - missing).abs() <= frame.max(1.0) && jump > 0.0 { jump } else { missing };
        Arrival::New { gap: exact.round() as u64, odd: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEADY: Sight = Sight {
        total_cooks: 0,
        channels: 2,
        samples: 800,
        start_index: 0.0,
        rate: 48000.0,
        delta_frames: 1.0,
        timeline_rate: 60.0,
    };

    proptest! {
        #[test]
        fn what_goes_on_is_what_a_closer_look_says(
            cooks in prop::collection::vec((0i64..3, 0usize..4, 0usize..5, -1i32..4, 0usize..3), 1..40),
        ) {
            let (mut quick, mut close) = (Slices::default(), Slices::default());
            let (mut total_cooks, mut start_index) = (0, 0.0);
            for (cooked, slices, samples, delta, rate) in cooks {
                total_cooks += cooked;
                let rate = [48_000.0, 44_100.0, 48_000.0][rate];
                let samples = [slices * rate as usize / 60, 800, 0, 799, 48_000][samples];
                let mut sight = Sight { total_cooks, samples, start_index, rate, delta_frames: delta.into(), ..STEADY };
                start_index += samples as f64;
                quick.look(sight);
                close.look(sight);
                for _ in 0..2 {
                    total_cooks += cooked;
                    (sight.total_cooks, sight.start_index) = (total_cooks, start_index);
                    start_index += samples as f64;
                    let arrival = close.look(sight);
                    if quick.is_steady(&sight) && quick.has_cooked(total_cooks) {
                        quick.go_on(total_cooks, sight.start_index, samples);
                        prop_assert_eq!(arrival, PLAIN);
                    } else {
                        quick.look(sight);
                    }
                    prop_assert_eq!(&quick, &close);
                }
            }
        }
    }

    const PLAIN: Arrival = Arrival::New { gap: 0, odd: None };

    /// Cooks of one second at `rate`, with `change` applied to the given cook.
    fn play(rate: f64, at: usize, change: impl Fn(&mut Sight)) -> (Vec<Arrival>, Slices) {
        let mut slices = Slices::default();
        let mut start = 0.0;
        let arrivals = (0..60)
            .map(|cook| {
                let end = ((cook + 1) as f64 * rate / 60.0).floor();
                let mut sight = Sight {
                    total_cooks: cook as i64,
                    samples: (end - start) as usize,
                    start_index: start,
                    rate,
                    ..STEADY
                };
                start = end;
                if cook == at {
                    change(&mut sight);
                }
                slices.look(sight)
            })
            .collect();
        (arrivals, slices)
    }

    #[test]
    fn a_steady_timeline_has_no_gap_at_any_rate() {
        for rate in [8000.0, 11025.0, 22050.0, 44100.0, 48000.0, 192000.0, 61.0] {
            let (arrivals, slices) = play(rate, 99, |_| ());
            assert!(arrivals.iter().all(|arrival| *arrival == PLAIN), "{rate}");
            assert!(!slices.is_clip());
        }
    }

    #[test]
    fn a_clipped_slice_leaves_the_exact_gap_by_index() {
        // 3 seconds went by, the last 200 ms arrive: 134,400 samples are missing.
        let (arrivals, _) = play(48000.0, 30, |sight| {
            sight.delta_frames = 180.0;
            sight.samples = 9600;
            sight.start_index = 24000.0 + 134_400.0;
        });
        assert_eq!(arrivals[30], Arrival::New { gap: 134_400, odd: None });
    }

    #[test]
    fn without_an_index_the_clock_gives_the_gap() {
        let (arrivals, _) = play(48000.0, 30, |sight| {
            sight.delta_frames = 15.0;
            sight.samples = 9600;
            sight.start_index = 0.0;
        });
        assert_eq!(arrivals[30], Arrival::New { gap: 2400, odd: None });
    }

    #[test]
    fn a_jump_of_the_timeline_is_no_gap() {
        for index in [0.0, 1e9] {
            let (arrivals, _) = play(48000.0, 30, |sight| sight.start_index = index);
            assert_eq!(arrivals[30], PLAIN);
        }
    }

    #[test]
    fn a_time_that_cannot_be_is_reported_and_not_filled() {
        for delta in [f64::NAN, f64::INFINITY, -3.0, 0.0] {
            let (arrivals, _) = play(48000.0, 30, |sight| sight.delta_frames = delta);
            match arrivals[30] {
                Arrival::New { gap: 0, odd: Some(Odd::Delta(seen)) } => assert_eq!(seen.to_bits(), delta.to_bits()),
                other => panic!("{delta} gave {other:?}"),
            }
        }
        let (arrivals, _) = play(48000.0, 30, |sight| sight.delta_frames = 60.0 * 700.0);
        assert!(matches!(arrivals[30], Arrival::New { gap: 0, odd: Some(Odd::TooLong(_)) }));
    }

    #[test]
    fn a_forced_second_cook_of_a_frame_is_nothing_odd() {
        let (arrivals, _) = play(48000.0, 30, |sight| {
            sight.delta_frames = 0.0;
            sight.samples = 0;
        });
        assert_eq!(arrivals[30], PLAIN);
    }

    #[test]
    fn after_an_interruption_nothing_is_missing() {
        let mut slices = Slices::default();
        slices.look(STEADY);
        slices.interrupt();
        let late = Sight { total_cooks: 9, delta_frames: 600.0, start_index: 480_000.0, ..STEADY };
        assert_eq!(slices.look(late), PLAIN);
    }

    #[test]
    fn a_still_clip_is_seen_once_and_recognised() {
        let mut slices = Slices::default();
        let clip = Sight { samples: 480_000, ..STEADY };
        assert_eq!(slices.look(clip), PLAIN);
        assert_eq!(slices.look(clip), Arrival::Again);
        assert!(slices.is_clip());
    }

    #[test]
    fn a_clip_that_cooks_anew_has_no_gaps() {
        let mut slices = Slices::default();
        for cook in 0..10 {
            assert_eq!(slices.look(Sight { total_cooks: cook, samples: 48_000, ..STEADY }), PLAIN);
        }
        assert!(slices.is_clip());
    }

    #[test]
    fn a_clip_that_cooks_anew_after_a_while_has_no_gap() {
        let mut slices = Slices::default();
        slices.look(STEADY);
        for _ in 0..100 {
            assert_eq!(slices.look(STEADY), Arrival::Again);
        }
        assert_eq!(slices.look(Sight { total_cooks: 1, ..STEADY }), PLAIN);
    }

    #[test]
    fn another_source_that_has_cooked_as_often_is_new() {
        let mut slices = Slices::default();
        slices.look(STEADY);
        assert_eq!(slices.look(Sight { channels: 3, ..STEADY }), PLAIN);
        assert_eq!(slices.look(Sight { channels: 3, rate: 44100.0, samples: 735, ..STEADY }), PLAIN);
        assert!(!slices.is_clip());
    }

    #[test]
    fn a_source_that_rests_between_slices_loses_nothing() {
        let mut slices = Slices::default();
        slices.look(STEADY);
        assert_eq!(slices.look(STEADY), Arrival::Again);
        let two = Sight { total_cooks: 1, samples: 1600, start_index: 800.0, ..STEADY };
        assert_eq!(slices.look(two), PLAIN);
        assert!(slices.look(Sight { total_cooks: 2, start_index: 2400.0, ..STEADY }) == PLAIN && !slices.is_clip());
    }
}

//! Start = level: where in a block a take begins and ends by itself.

use super::params;
use crate::bridge::Inputs;
use crate::stream::block::CookBlock;
use crate::stream::copy::peak;

/// Frames that are looked at together.
const STRETCH: usize = 256;
/// Seconds of the shortest Hold.
pub(super) const SHORTEST_HOLD: f64 = 0.1;

/// What a node with Start = level listens for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level {
    /// What a sample must exceed to be loud, as an amplitude.
    threshold: f32,
    /// Frames without a loud one after which a take ends.
    hold: u64,
    /// Frames of the running take since its last loud one.
    pub(super) quiet: u64,
    /// A take began since Record went on.
    pub(super) has_begun: bool,
}

impl Level {
    /// Reads Threshold and Hold: they may follow an expression.
    pub(super) fn update(&mut self, inputs: &Inputs, rate: f64) {
        self.threshold = amplitude(inputs.par_double(params::THRESHOLD.name));
        self.hold = (inputs.par_double(params::HOLD.name).max(SHORTEST_HOLD) * rate).round() as u64;
    }

    /// Frames until the take ends if none of them is loud.
    pub(super) fn left(&self) -> u64 {
        self.hold.saturating_sub(self.quiet)
    }

    /// Whether no take ends in this block. It then counts as part of the running one.
    pub(super) fn goes_on(&mut self, block: &CookBlock<'_>, selected: &[usize]) -> bool {
        let frames = block.frames();
        let goes_on = self.left() > frames as u64;
        if goes_on {
            self.look_back(block, selected, 0, frames);
        }
        goes_on
    }

    /// The frame at which the running take ends, looked for from frame `from` on: so that it and what follows are in it no
    /// more. Without one, the rest of the block is part of the take.
    pub(super) fn end(&mut self, block: &CookBlock<'_>, selected: &[usize], mut from: usize) -> Option<usize> {
        let frames = block.frames();
        loop {
            let end = usize::try_from(self.left()).unwrap_or(usize::MAX).saturating_add(from);
            let before = self.look_back(block, selected, from, end.min(frames));
            match before {
                // Hold begins again behind the last loud frame.
                Some(loud) if end <= frames => {
                    from = loud + 1;
                    self.quiet = 0;
                }
                None if end <= frames => return Some(end),
                _ => return None,
            }
        }
    }

    /// The last loud frame of `from..to`; notes how many came after it.
    fn look_back(&mut self, block: &CookBlock<'_>, selected: &[usize], from: usize, to: usize) -> Option<usize> {
        let mut last = None;
        for &channel in selected {
            let begin = last.map_or(from, |last| last + 1);
            last = last_above(block.samples(channel), begin, to, self.threshold).or(last);
        }
        self.quiet = last.map_or(self.quiet + (to - from) as u64, |last| (to - last - 1) as u64);
        last
    }

    /// The first loud frame from `from` on.
    pub(super) fn begin(&self, block: &CookBlock<'_>, selected: &[usize], from: usize) -> Option<usize> {
        let mut first = None;
        for &channel in selected {
            let end = first.unwrap_or(block.frames());
            first = first_above(block.samples(channel), from, end, self.threshold).or(first);
        }
        first
    }
}

/// Of a Threshold in dB. One that is no number counts as the lowest: what is recorded in vain is not lost.
fn amplitude(decibels: f64) -> f32 {
    let lowest = params::LOWEST_THRESHOLD;
    let decibels = if decibels > lowest { decibels.min(0.0) } else { lowest };
    10f64.powf(decibels / 20.0) as f32
}

/// NaN is not loud.
fn is_above(sample: f32, threshold: f32) -> bool {
    sample.abs() > threshold
}

fn first_above(samples: &[f32], from: usize, to: usize, threshold: f32) -> Option<usize> {
    let samples = samples.get(from..to)?;
    let stretch = samples.chunks(STRETCH).position(|stretch| is_above(peak(stretch), threshold))? * STRETCH;
    samples[stretch..].iter().position(|sample| is_above(*sample, threshold)).map(|at| from + stretch + at)
}

fn last_above(samples: &[f32], from: usize, to: usize, threshold: f32) -> Option<usize> {
    let samples = samples.get(from..to)?;
    let after = samples.rchunks(STRETCH).position(|stretch| is_above(peak(stretch), threshold))? * STRETCH;
    let until = samples.len() - after;
    samples[..until].iter().rposition(|sample| is_above(*sample, threshold)).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stream::block::lent::Lent;
    use crate::stream::copy::Loops;

    /// What becomes of each frame, told frame by frame.
    fn told(loud: &[bool], hold: u64) -> Vec<bool> {
        let mut quiet = None;
        loud.iter()
            .map(|loud| {
                quiet = match quiet {
                    _ if *loud => Some(0),
                    Some(quiet) if quiet < hold => Some(quiet + 1),
                    _ => None,
                };
                quiet.is_some_and(|quiet| quiet <= hold)
            })
            .collect()
    }

    /// The same of blocks.
    fn seen(samples: &[Vec<f32>], block: usize, hold: u64) -> Vec<bool> {
        let mut level = Level { threshold: 0.1, hold, quiet: 0, has_begun: false };
        let (mut runs, mut seen) = (false, Vec::new());
        let selected: Vec<usize> = (0..samples.len()).collect();
        let frames = samples[0].len();
        for start in (0..frames).step_by(block) {
            let end = frames.min(start + block);
            let planar: Vec<f32> = samples.iter().flat_map(|channel| channel[start..end].to_vec()).collect();
            let mut lent = Lent::new(planar, samples.len(), end - start);
            let block = lent.block(Loops::new());
            let mut from = 0;
            if runs && level.goes_on(&block, &selected) {
                seen.resize(end, true);
                continue;
            }
            loop {
                let cut = if runs { level.end(&block, &selected, from) } else { level.begin(&block, &selected, from) };
                let cut_at = cut.unwrap_or(end - start);
                seen.resize(start + cut_at, runs);
                from = cut_at;
                if cut.is_none() {
                    break;
                }
                runs = !runs;
                level.quiet = 0;
            }
        }
        seen
    }

    proptest! {
        #[test]
        fn a_take_lasts_from_a_loud_frame_to_hold_after_the_last_one(
            loud in prop::collection::vec(prop::bool::weighted(0.004), 1..6000),
            second in prop::collection::vec(prop::bool::weighted(0.002), 6000),
            hold in 1u64..900,
            block in 1usize..1500,
        ) {
            let frames = loud.len();
            let samples = [loud.clone(), second[..frames].to_vec()]
                .map(|channel| channel.iter().map(|loud| if *loud { -0.11 } else { 0.1 }).collect::<Vec<f32>>());
            let either: Vec<bool> = loud.iter().zip(&second).map(|(one, other)| *one || *other).collect();
            prop_assert_eq!(seen(&samples, block, hold), told(&either, hold));
        }
    }

    #[test]
    fn a_threshold_is_never_more_than_full_scale_and_no_number_means_the_lowest() {
        assert_eq!([20.0, 0.0, -20.0].map(amplitude), [1.0, 1.0, 0.1]);
        assert_eq!(amplitude(f64::NAN), amplitude(-90.0));
        assert_eq!(amplitude(-1000.0), amplitude(-90.0));
    }

    #[test]
    fn nan_is_quiet_and_infinity_is_loud() {
        let samples = [f32::NAN, 0.1, -0.1, f32::NEG_INFINITY, f32::NAN];
        assert_eq!(first_above(&samples, 0, 5, 0.1), Some(3));
        assert_eq!(last_above(&samples, 0, 5, 0.1), Some(3));
        assert_eq!((first_above(&samples, 4, 5, 0.1), last_above(&samples, 0, 3, 0.1)), (None, None));
    }
}

//! The one walk over the samples of a cook.
//!
//! Each channel is copied to the output, looked at for its peak and lent to whoever records it, one right after
//! the other: it comes from memory once, and is in the first-level cache for the rest. Three walks over many
//! channels would fetch all of them three times.

use std::pin::Pin;

use crate::bridge::{Inputs, Output};

/// Passes the input on to the output. What was not passed on when it is dropped, after a panic too, is then.
pub(crate) struct Passage<'a> {
    inputs: &'a Inputs,
    output: Pin<&'a mut Output>,
    /// Channels of the input; 0 when it is not usable.
    channels: usize,
    /// Channels of the output; more than the input has are silent.
    targets: usize,
    /// The channels below are done.
    next: usize,
    peak: Peak,
}

impl<'a> Passage<'a> {
    /// Nothing is copied yet.
    pub(crate) fn new(inputs: &'a Inputs, output: Pin<&'a mut Output>, usable: bool) -> Self {
        let channels = if usable { inputs.channels() } else { 0 };
        let targets = output.output_channels();
        Self { inputs, output, channels, targets, next: 0, peak: Peak::default() }
    }

    /// The samples of a channel, which is passed on by then.
    pub(crate) fn channel(&mut self, index: usize) -> &'a [f32] {
        if index < self.next {
            return self.inputs.channel(index);
        }
        for between in self.next..index {
            self.pass(between);
        }
        self.next = index + 1;
        self.pass(index)
    }

    /// Passes on the rest. Greatest absolute value of the input; NaN counts as nothing.
    pub(crate) fn peak(&mut self) -> f32 {
        self.finish();
        self.peak.greatest()
    }

    fn pass(&mut self, index: usize) -> &'a [f32] {
        let source = if index < self.channels { self.inputs.channel(index) } else { &[] };
        if index < self.targets {
            let target = self.output.as_mut().output_channel(index);
            let both = source.len().min(target.len());
            target[..both].copy_from_slice(&source[..both]);
            target[both..].fill(0.0);
        }
        self.peak.add(source);
        source
    }

    fn finish(&mut self) {
        let all = self.channels.max(self.targets);
        for index in self.next..all {
            self.pass(index);
        }
        self.next = all;
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Several maxima at a time: a single one would make every sample wait for the one before.
#[derive(Default)]
struct Peak([f32; 16]);

impl Peak {
    fn add(&mut self, samples: &[f32]) {
        // Of a NaN and a number this keeps the number, and is one instruction for many samples.
        let greater = |peak: &mut f32, sample: &f32| *peak = if sample.abs() > *peak { sample.abs() } else { *peak };
        let mut peaks = self.0;
        let (groups, rest) = samples.as_chunks();
        for group in groups as &[[f32; 16]] {
            peaks.iter_mut().zip(group).for_each(|(peak, sample)| greater(peak, sample));
        }
        peaks.iter_mut().zip(rest).for_each(|(peak, sample)| greater(peak, sample));
        self.0 = peaks;
    }

    fn greatest(&self) -> f32 {
        self.0.iter().copied().fold(0.0, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_peak_is_that_of_every_sample_alone(bits in prop::collection::vec(any::<u32>(), 0..70), cut in 0usize..70) {
            let samples: Vec<f32> = bits.into_iter().map(f32::from_bits).collect();
            let expected = samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
            let (first, second) = samples.split_at(cut.min(samples.len()));
            let mut peak = Peak::default();
            peak.add(first);
            peak.add(second);
            prop_assert_eq!(peak.greatest().to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn nan_is_no_peak_and_infinity_is_one() {
        let mut peak = Peak::default();
        peak.add(&[f32::NAN; 33]);
        assert_eq!(peak.greatest(), 0.0);
        peak.add(&[0.5, f32::NEG_INFINITY, f32::NAN]);
        assert_eq!(peak.greatest(), f32::INFINITY);
    }
}

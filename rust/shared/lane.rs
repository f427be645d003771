//! The one walk over the samples of a cook.
//!
//! Each channel is passed on to the host's output, kept in the ring when it is recorded, and looked at for its peak
//! right away: it comes from memory once. A narrow block, whose time goes for bringing code into the caches, is
//! handled by one short loop; the channels of a wide one by `memcpy`, which knows best how to write to cold memory.

use std::mem::MaybeUninit;

/// Samples that are handled together: a few vectors of any instruction set.
const GROUP: usize = 16;

/// Where a block begins to be wide: measured.
pub(crate) const WIDE: usize = 4096;

/// One channel of a cook, before it has been passed on.
pub(crate) struct Lane<'a> {
    pub(crate) source: &'a [f32],
    /// Where the host wants the channel; what is longer than the source becomes silent.
    pub(crate) output: &'a mut [f32],
    pub(crate) peak: &'a mut Peak,
    /// The block has [`WIDE`] samples or more.
    pub(crate) wide: bool,
}

/// The channels of a cook that are recorded.
pub(crate) trait Lanes {
    /// The recorded channel of this index. Each is asked for once, in order.
    fn lane(&mut self, index: usize) -> Lane<'_>;
}

impl Lane<'_> {
    /// Passes the channel on.
    #[inline(always)]
    pub(crate) fn pass(self) {
        if self.source.len() == self.output.len() && !self.wide {
            self.peak.pass(self.source, self.output);
        } else {
            self.pass_piecemeal();
        }
    }

    /// Passes the channel on and keeps its samples in `first` and, after them, in `second`: both are filled.
    ///
    /// # Panics
    /// When they are not as long as the channel.
    #[inline(always)]
    pub(crate) fn keep(self, first: &mut [MaybeUninit<f32>], second: &mut [MaybeUninit<f32>]) {
        assert!(self.source.len() == first.len() + second.len(), "the channels of a block have one length");
        if second.is_empty() && self.source.len() == self.output.len() && !self.wide {
            self.peak.pass_and_keep(self.source, self.output, first);
        } else {
            self.keep_piecemeal(first, second);
        }
    }

    #[inline(never)]
    fn pass_piecemeal(self) {
        let both = self.source.len().min(self.output.len());
        self.output[..both].copy_from_slice(&self.source[..both]);
        self.output[both..].fill(0.0);
        self.peak.look(self.source);
    }

    #[inline(never)]
    fn keep_piecemeal(self, first: &mut [MaybeUninit<f32>], second: &mut [MaybeUninit<f32>]) {
        let source = self.source;
        self.pass_piecemeal();
        let (to_first, to_second) = source.split_at(first.len());
        for (kept, sample) in first.iter_mut().zip(to_first) {
            kept.write(*sample);
        }
        for (kept, sample) in second.iter_mut().zip(to_second) {
            kept.write(*sample);
        }
    }
}

/// The greatest absolute value so far. Several maxima at a time: a single one would make every sample wait for the
/// one before.
#[derive(Default)]
pub(crate) struct Peak([f32; GROUP]);

impl Peak {
    /// The greatest absolute value; NaN counts as nothing.
    pub(crate) fn greatest(&self) -> f32 {
        self.0.iter().copied().fold(0.0, f32::max)
    }

    fn look(&mut self, samples: &[f32]) {
        let mut peaks = self.0;
        let (groups, rest) = samples.as_chunks::<GROUP>();
        groups.iter().for_each(|group| compare(&mut peaks, group));
        compare(&mut peaks, rest);
        self.0 = peaks;
    }

    #[inline(always)]
    fn pass(&mut self, source: &[f32], output: &mut [f32]) {
        assert!(source.len() == output.len());
        let mut peaks = self.0;
        let (groups, rest) = source.as_chunks::<GROUP>();
        let (outputs, output_rest) = output.as_chunks_mut::<GROUP>();
        for (group, output) in groups.iter().zip(outputs) {
            *output = *group;
            compare(&mut peaks, group);
        }
        for (sample, output) in rest.iter().zip(output_rest) {
            *output = *sample;
        }
        compare(&mut peaks, rest);
        self.0 = peaks;
    }

    #[inline(always)]
    fn pass_and_keep(&mut self, source: &[f32], output: &mut [f32], kept: &mut [MaybeUninit<f32>]) {
        assert!(source.len() == output.len() && source.len() == kept.len());
        let mut peaks = self.0;
        let (groups, rest) = source.as_chunks::<GROUP>();
        let (outputs, output_rest) = output.as_chunks_mut::<GROUP>();
        let (keeps, kept_rest) = kept.as_chunks_mut::<GROUP>();
        for ((group, output), kept) in groups.iter().zip(outputs).zip(keeps) {
            *output = *group;
            *kept = group.map(MaybeUninit::new);
            compare(&mut peaks, group);
        }
        for ((sample, output), kept) in rest.iter().zip(output_rest).zip(kept_rest) {
            *output = *sample;
            kept.write(*sample);
        }
        compare(&mut peaks, rest);
        self.0 = peaks;
    }
}

/// At most [`GROUP`] samples. Of a NaN and a number this keeps the number, and is one instruction for a vector.
#[inline(always)]
fn compare(peaks: &mut [f32; GROUP], samples: &[f32]) {
    for (peak, sample) in peaks.iter_mut().zip(samples) {
        *peak = if sample.abs() > *peak { sample.abs() } else { *peak };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_sample_is_passed_on_kept_and_looked_at(
            bits in prop::collection::vec(any::<u32>(), 0..70),
            wanted in 0usize..80,
            cut in 0usize..70,
        ) {
            let source: Vec<f32> = bits.iter().copied().map(f32::from_bits).collect();
            let expected_peak = source.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
            let mut expected = source.clone();
            expected.resize(wanted, 0.0);
            let to_bits = |samples: &[f32]| samples.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>();
            for (keeps, wide) in [(false, false), (false, true), (true, false), (true, true)] {
                let (mut output, mut peak) = (vec![9.0; wanted], Peak::default());
                let lane = Lane { source: &source, output: &mut output, peak: &mut peak, wide };
                if keeps {
                    let mut kept = vec![MaybeUninit::new(9.0); source.len()];
                    let (first, second) = kept.split_at_mut(cut.min(source.len()));
                    lane.keep(first, second);
                    // What was kept can be read back through a ring only, without unsafe code: see `inbox`.
                } else {
                    lane.pass();
                }
                prop_assert_eq!(to_bits(&output), to_bits(&expected));
                prop_assert_eq!(peak.greatest().to_bits(), expected_peak.to_bits());
            }
        }
    }

    #[test]
    fn nan_is_no_peak_and_infinity_is_one() {
        let mut peak = Peak::default();
        peak.look(&[f32::NAN; 33]);
        assert_eq!(peak.greatest(), 0.0);
        peak.look(&[0.5, f32::NEG_INFINITY, f32::NAN]);
        assert_eq!(peak.greatest(), f32::INFINITY);
    }
}

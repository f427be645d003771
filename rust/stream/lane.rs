//! The one walk over the samples of a cook.
//!
//! Each channel is passed on to the host's output, kept in the ring when it is recorded, and looked at for its peak
//! right away: it comes from memory once.

use std::mem::MaybeUninit;

#[allow(unsafe_code, reason = "the instruction set is chosen at run time")]
pub(crate) mod copy;

use self::copy::{Ahead, Loops, Peaks, compare};

/// One channel of a cook, before it has been passed on.
pub(crate) struct Lane<'a> {
    pub(crate) source: &'a [f32],
    /// Where the host wants the channel; what is longer than the source becomes silent.
    pub(crate) output: &'a mut [f32],
    pub(crate) peak: &'a mut Peak,
    pub(crate) loops: Loops,
    /// The channel after this one.
    pub(crate) ahead: Ahead,
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
        if self.source.len() == self.output.len() {
            self.loops.pass(&mut self.peak.0, self.source, self.output, self.ahead);
        } else {
            self.pass_piecemeal();
        }
    }

    /// Passes the channel on and keeps its samples in `first` and, after them, in `second`: both are filled. `far`: past
    /// the caches, perhaps; the caller then holds a [`copy::Fence`].
    ///
    /// # Panics
    /// When they are not as long as the channel.
    #[inline(always)]
    pub(crate) fn keep(self, first: &mut [MaybeUninit<f32>], second: &mut [MaybeUninit<f32>], far: bool) {
        assert!(self.source.len() == first.len() + second.len(), "the channels of a block have one length");
        if second.is_empty() && self.source.len() == self.output.len() {
            self.loops.pass_and_keep(&mut self.peak.0, self.source, self.output, first, self.ahead, far);
        } else {
            self.keep_piecemeal(first, second);
        }
    }

    #[cold]
    #[inline(never)]
    fn pass_piecemeal(self) {
        let both = self.source.len().min(self.output.len());
        self.output[..both].copy_from_slice(&self.source[..both]);
        self.output[both..].fill(0.0);
        self.peak.look(self.source);
    }

    #[cold]
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

/// The greatest absolute value so far.
#[derive(Default)]
pub(crate) struct Peak(Peaks);

impl Peak {
    /// The greatest absolute value; NaN counts as nothing.
    pub(crate) fn greatest(&self) -> f32 {
        // Halves at a time: few instructions, which have to come from memory at every cook.
        let mut peaks = self.0;
        let mut half = peaks.len() / 2;
        while half > 0 {
            for index in 0..half {
                let other = peaks[index + half];
                peaks[index] = if other > peaks[index] { other } else { peaks[index] };
            }
            half /= 2;
        }
        peaks[0]
    }

    fn look(&mut self, samples: &[f32]) {
        compare(&mut self.0, samples);
    }
}

#[cfg(test)]
mod tests {
    use super::copy::Fence;
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
            let ways = [(false, false), (true, false), (true, true)];
            for (loops, (keeps, far)) in Loops::all().flat_map(|loops| ways.map(|way| (loops, way))) {
                let (mut output, mut peak) = (vec![9.0; wanted], Peak::default());
                let ahead = Ahead { source: source.as_ptr(), output: output.as_ptr() };
                let lane = Lane { source: &source, output: &mut output, peak: &mut peak, loops, ahead };
                if keeps {
                    let mut kept = vec![MaybeUninit::new(9.0); source.len()];
                    let (first, second) = kept.split_at_mut(cut.min(source.len()));
                    let _fence = Fence::of(usize::MAX / 4).filter(|_| far);
                    lane.keep(first, second, far);
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

//! The samples of one cook: each channel is passed on to the host's output, kept for the recording when it is one of
//! those that are recorded, and looked at for its peak, all in one walk, since it comes from memory.
//!
//! Unsafe code, since the host lends plain addresses: a call across the bridge for every channel would cost more than
//! its samples do.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::null;
use std::slice;

use super::copy::{Ahead, Fence, Loops, Peaks, compare, greatest};

/// The channels of a cook's input and output. What was not passed on when it is dropped, after a panic too, is then.
pub(crate) struct CookBlock<'a> {
    sources: &'a [usize],
    outputs: &'a [usize],
    frames: usize,
    output_frames: usize,
    /// Channels of either: what the input lacks is silent, what the output lacks is only looked at.
    all: usize,
    /// The channels below are passed on.
    next: usize,
    peaks: Peaks,
    loops: Loops,
    /// The samples are lent.
    samples: PhantomData<&'a mut [f32]>,
}

/// Where the host has the samples of a cook.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Addresses {
    /// The address of so many addresses of `frames` floats each.
    pub(crate) sources_at: usize,
    pub(crate) sources: usize,
    pub(crate) frames: usize,
    /// The address of so many addresses of `output_frames` floats each.
    pub(crate) outputs_at: usize,
    pub(crate) outputs: usize,
    pub(crate) output_frames: usize,
}

impl<'a> CookBlock<'a> {
    /// Nothing is copied yet. An input that is not `usable` counts as one without channels: the output is silent.
    ///
    /// # Safety
    /// For as long as the block lives, `sources_at` is the address of `sources` addresses and `outputs_at` that of
    /// `outputs`, unless there are none. Every address of the former that is not null is that of `frames` floats which
    /// nothing else writes, and every one of the latter that of `output_frames` floats which nothing else reads or
    /// writes. An output channel may be the very memory of the input channel with its index, or overlap it, but no
    /// other.
    #[inline]
    pub(crate) unsafe fn new(at: Addresses, usable: bool, loops: Loops) -> Self {
        // SAFETY: the caller's promise.
        let sources = unsafe { addresses(at.sources_at, if usable { at.sources } else { 0 }) };
        // SAFETY: the caller's promise.
        let outputs = unsafe { addresses(at.outputs_at, at.outputs) };
        Self {
            sources,
            outputs,
            frames: at.frames,
            output_frames: at.output_frames,
            all: sources.len().max(outputs.len()),
            next: 0,
            peaks: Peaks::default(),
            loops,
            samples: PhantomData,
        }
    }

    /// Frames of the input.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    /// Samples of a channel that was not passed on yet.
    ///
    /// # Panics
    /// When it was: an output that shares memory with the input may have changed them.
    pub(crate) fn samples(&self, channel: usize) -> &[f32] {
        assert!(channel >= self.next, "the channel was passed on");
        match self.sources.get(channel) {
            None | Some(0) => &[],
            // SAFETY: `new` asks for `frames` floats at the address; nothing writes to them while `self` is borrowed.
            Some(&at) => unsafe { slice::from_raw_parts(at as *const f32, self.frames) },
        }
    }

    /// Passes `channel` on and keeps its samples in `first` and, after them, in `second`, which are filled then. Channels
    /// are asked for in ascending order; those in between are only passed on. Where the caller holds a [`Fence`] they
    /// are kept past the caches.
    ///
    /// # Panics
    /// When the two are not as long as the channel.
    #[inline(always)]
    pub(crate) fn keep(
        &mut self,
        channel: usize,
        first: &mut [MaybeUninit<f32>],
        second: &mut [MaybeUninit<f32>],
        fence: Option<&Fence>,
    ) {
        if self.next < channel {
            self.pass_below(channel);
        }
        let ahead = self.ahead();
        let (loops, mut peaks) = (self.loops, self.peaks);
        let (source, output) = self.lend();
        assert!(source.len() == first.len() + second.len(), "the channels of a block have one length");
        if let Some(output) = output.filter(|output| second.is_empty() && output.len() == source.len()) {
            loops.pass_and_keep(&mut peaks, source, output, first, ahead, fence);
            self.peaks = peaks;
            self.next += 1;
        } else {
            self.keep_piecemeal(first, second);
        }
    }

    /// Passes on the rest. The greatest absolute value of the input; NaN counts as nothing.
    #[inline]
    pub(crate) fn finish(&mut self) -> f32 {
        while self.next < self.all {
            self.pass();
        }
        greatest(self.peaks)
    }

    #[cold]
    #[inline(never)]
    fn pass_below(&mut self, end: usize) {
        while self.next < end {
            self.pass();
        }
    }

    /// Passes on the next channel.
    #[inline(always)]
    fn pass(&mut self) {
        let ahead = self.ahead();
        let (loops, mut peaks) = (self.loops, self.peaks);
        let (source, output) = self.lend();
        if let Some(output) = output.filter(|output| output.len() == source.len()) {
            loops.pass(&mut peaks, source, output, ahead);
            self.peaks = peaks;
            self.next += 1;
        } else {
            self.keep_piecemeal(&mut [], &mut []);
        }
    }

    /// As [`CookBlock::keep`], where a channel is cut in two, where input and output differ in length, and where the
    /// host has given one buffer for both. Without places to keep it the channel is only passed on.
    #[cold]
    #[inline(never)]
    fn keep_piecemeal(&mut self, first: &mut [MaybeUninit<f32>], second: &mut [MaybeUninit<f32>]) {
        let mut peaks = self.peaks;
        let (source, output) = self.lend();
        compare(&mut peaks, source);
        for (kept, sample) in first.iter_mut().chain(second).zip(source) {
            kept.write(*sample);
        }
        if let Some(output) = output {
            let both = source.len().min(output.len());
            output[..both].copy_from_slice(&source[..both]);
            output[both..].fill(0.0);
        } else {
            self.pass_in_place();
        }
        self.peaks = peaks;
        self.next += 1;
    }

    /// Passes on the next channel, whose input and output share memory.
    fn pass_in_place(&mut self) {
        let both = self.frames.min(self.output_frames);
        let [source, output] = [self.sources, self.outputs].map(|all| all[self.next]);
        // SAFETY: `new` asks for so many floats at both addresses; `copy` lets them overlap, and no slice of them lives.
        unsafe { std::ptr::copy(source as *const f32, output as *mut f32, both) };
        // SAFETY: as above: the rest of the output, of which no other slice lives.
        let rest =
            unsafe { slice::from_raw_parts_mut((output as *mut f32).wrapping_add(both), self.output_frames - both) };
        rest.fill(0.0);
    }

    /// The next channel of the input, and the same one of the output; empty where there is none. No output is lent when
    /// the two share memory.
    #[inline(always)]
    fn lend(&mut self) -> (&[f32], Option<&mut [f32]>) {
        let source = self.sources.get(self.next).copied().unwrap_or(0);
        let output = self.outputs.get(self.next).copied().unwrap_or(0);
        let (source_len, output_len) =
            (if source == 0 { 0 } else { self.frames }, if output == 0 { 0 } else { self.output_frames });
        let apart =
            source + source_len * size_of::<f32>() <= output || output + output_len * size_of::<f32>() <= source;
        let lent_source = match source_len {
            0 => &[],
            // SAFETY: `new` asks for `frames` floats at the address.
            frames => unsafe { slice::from_raw_parts(source as *const f32, frames) },
        };
        let lent_output = match output_len {
            0 => Some(&mut [][..]),
            // SAFETY: `new` asks for `output_frames` floats at the address, which nothing else has, the source
            // included; `self` is borrowed for as long as they are.
            frames if apart => Some(unsafe { slice::from_raw_parts_mut(output as *mut f32, frames) }),
            _ => None,
        };
        (lent_source, lent_output)
    }

    /// Where the channel after the next one is, or the last one, which is in the caches by then.
    #[inline(always)]
    fn ahead(&self) -> Ahead {
        let index = self.next + 1;
        let at = |all: &[usize]| all.get(index).or(all.last()).map_or(null(), |&at| at as *const f32);
        Ahead { source: at(self.sources), output: at(self.outputs) }
    }
}

impl Drop for CookBlock<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.next < self.all {
            self.pass_below(self.all);
        }
    }
}

/// # Safety
/// Unless `count` is 0, `at` is the address of so many addresses, for as long as the slice lives.
#[inline]
unsafe fn addresses<'a>(at: usize, count: usize) -> &'a [usize] {
    if count == 0 || at == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(at as *const usize, count) }
}

/// Samples as a host would lend them, for tests and benchmarks.
#[cfg(any(test, feature = "bench"))]
pub(crate) mod lent {
    use super::{Addresses, CookBlock, Loops};

    /// Planar samples, and an output.
    pub(crate) struct Lent {
        pub(crate) samples: Vec<f32>,
        pub(crate) output: Vec<f32>,
        addresses: [Vec<usize>; 2],
        frames: usize,
        output_frames: usize,
    }

    impl Lent {
        pub(crate) fn new(samples: Vec<f32>, channels: usize, output_frames: usize) -> Self {
            let frames = samples.len() / channels.max(1);
            let output = vec![9.0; output_frames * channels];
            Self { samples, output, addresses: [vec![0; channels], vec![0; channels]], frames, output_frames }
        }

        pub(crate) fn block(&mut self, loops: Loops) -> CookBlock<'_> {
            let starts =
                [(self.samples.as_ptr(), self.frames), (self.output.as_mut_ptr().cast_const(), self.output_frames)];
            for (addresses, (start, frames)) in self.addresses.iter_mut().zip(starts) {
                for (channel, address) in addresses.iter_mut().enumerate() {
                    *address = start.wrapping_add(channel * frames) as usize;
                }
            }
            let [sources, outputs] = &self.addresses;
            let at = Addresses {
                sources_at: sources.as_ptr() as usize,
                sources: sources.len(),
                frames: self.frames,
                outputs_at: outputs.as_ptr() as usize,
                outputs: outputs.len(),
                output_frames: self.output_frames,
            };
            // SAFETY: the vectors have as many channels of as many floats, and are borrowed for as long as the block.
            unsafe { CookBlock::new(at, true, loops) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lent::Lent;
    use super::*;
    use proptest::prelude::*;

    fn bits(samples: &[f32]) -> Vec<u32> {
        samples.iter().map(|sample| sample.to_bits()).collect()
    }

    proptest! {
        #[test]
        fn every_sample_is_passed_on_kept_and_looked_at(
            source in prop::collection::vec(any::<u32>(), 0..70),
            wanted in 0usize..80,
            cut in 0usize..70,
        ) {
            let source: Vec<f32> = source.into_iter().map(f32::from_bits).collect();
            let expected_peak = source.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
            let mut expected = source.clone();
            expected.resize(wanted, 0.0);
            for (loops, (keeps, far)) in
                Loops::all().flat_map(|loops| [(false, false), (true, false), (true, true)].map(|way| (loops, way)))
            {
                let mut lent = Lent::new(source.clone(), 1, wanted);
                let mut block = lent.block(loops);
                let mut kept = vec![MaybeUninit::new(9.0); source.len()];
                if keeps {
                    let (first, second) = kept.split_at_mut(cut.min(source.len()));
                    let fence = Fence::of(usize::MAX / 4).filter(|_| far);
                    block.keep(0, first, second, fence.as_ref());
                }
                prop_assert_eq!(block.finish().to_bits(), expected_peak.to_bits());
                drop(block);
                if keeps {
                    // SAFETY: every place was written when the vector was made.
                    let kept: Vec<f32> = kept.iter().map(|sample| unsafe { sample.assume_init() }).collect();
                    prop_assert_eq!(bits(&kept), bits(&source));
                }
                prop_assert_eq!(bits(&lent.output), bits(&expected));
            }
        }

        /// A host that gives one buffer for input and output: exactly in place, or shifted.
        #[test]
        fn input_and_output_may_share_memory(frames in 1usize..60, shift in 0usize..60, keeps in any::<bool>()) {
            let before: Vec<f32> = (0..frames + shift).map(|at| at as f32).collect();
            for output_first in [false, true] {
                let mut memory = before.clone();
                let start = memory.as_mut_ptr();
                let (source, output) = if output_first { (shift, 0) } else { (0, shift) };
                let addresses = [source, output].map(|at| [start.wrapping_add(at) as usize]);
                let at = Addresses {
                    sources_at: addresses[0].as_ptr() as usize,
                    sources: 1,
                    frames,
                    outputs_at: addresses[1].as_ptr() as usize,
                    outputs: 1,
                    output_frames: frames,
                };
                // SAFETY: both channels lie in `memory`, which nothing else uses meanwhile.
                let mut block = unsafe { CookBlock::new(at, true, Loops::new()) };
                let mut kept = vec![MaybeUninit::new(9.0); frames];
                if keeps {
                    block.keep(0, &mut kept, &mut [], None);
                }
                prop_assert_eq!(block.finish(), before[source + frames - 1]);
                drop(block);
                let expected = &before[source..source + frames];
                prop_assert_eq!(&memory[output..output + frames], expected);
                if keeps {
                    // SAFETY: every place was written when the vector was made.
                    let kept: Vec<f32> = kept.iter().map(|sample| unsafe { sample.assume_init() }).collect();
                    prop_assert_eq!(&kept[..], expected);
                }
            }
        }
    }

    #[test]
    fn channels_in_between_are_passed_on() {
        let mut lent = Lent::new((0..12).map(|at| at as f32).collect(), 4, 3);
        let mut block = lent.block(Loops::new());
        let mut kept = [MaybeUninit::new(9.0); 3];
        block.keep(2, &mut kept, &mut [], None);
        assert_eq!(block.finish(), 11.0);
        drop(block);
        assert_eq!(lent.output, lent.samples);
    }

    #[test]
    fn nan_is_no_peak_and_infinity_is_one() {
        let peak_of = |samples: Vec<f32>| Lent::new(samples, 1, 0).block(Loops::new()).finish();
        assert_eq!(peak_of(vec![f32::NAN; 33]), 0.0);
        assert_eq!(peak_of(vec![0.5, f32::NEG_INFINITY, f32::NAN]), f32::INFINITY);
    }
}

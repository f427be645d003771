//! The loops that copy one channel, and look at it on the way.
//!
//! The caches are cold at every cook, so a loop is as quick as it keeps many lines of memory on their way at once:
//! with vectors as wide as the processor has (fewer instructions for a line), and by asking for the next channel
//! while this one is copied, since the processor's own prediction ends with each channel.
//!
//! Unsafe code, since the instruction set is chosen at run time.

use std::mem::MaybeUninit;

use crate::shared::fetch::{LINE, fetch};

/// Samples that are handled together: a line of the cache.
const GROUP: usize = LINE / size_of::<f32>();

/// Several maxima at a time: a single one would make every sample wait for the one before.
pub(super) type Peaks = [f32; GROUP];

/// Where the next channel is: addresses that nobody reads from.
#[derive(Clone, Copy)]
pub(crate) struct Ahead {
    pub(crate) source: *const f32,
    pub(crate) output: *const f32,
}

impl Ahead {
    /// Asks for line `line` of both.
    #[inline(always)]
    fn fetch(self, line: usize) {
        fetch(self.source.wrapping_add(line * GROUP));
        fetch(self.output.wrapping_add(line * GROUP));
    }
}

type Pass = unsafe fn(&mut Peaks, &[f32], &mut [f32], Ahead);
type PassAndKeep = unsafe fn(&mut Peaks, &[f32], &mut [f32], &mut [MaybeUninit<f32>], Ahead);

/// The loops for this processor.
#[derive(Clone, Copy)]
pub(crate) struct Loops {
    pass: Pass,
    pass_and_keep: PassAndKeep,
}

impl Loops {
    /// The fastest that this processor can run.
    pub(crate) fn new() -> Self {
        Self::all().last().expect("the plain ones run anywhere")
    }

    /// All that it can run, the fastest last.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = is_x86_feature_detected!("avx2").then_some(Self { pass: pass_avx2, pass_and_keep: keep_avx2 });
        #[cfg(not(target_arch = "x86_64"))]
        let wide = None;
        std::iter::once(Self { pass, pass_and_keep }).chain(wide)
    }

    /// Copies `source` to `output`.
    #[inline(always)]
    pub(super) fn pass(self, peaks: &mut Peaks, source: &[f32], output: &mut [f32], ahead: Ahead) {
        // SAFETY: `all` has asked whether the processor has the instructions.
        unsafe { (self.pass)(peaks, source, output, ahead) }
    }

    /// Copies `source` to `output` and to `kept`, which is then filled.
    #[inline(always)]
    pub(super) fn pass_and_keep(
        self,
        peaks: &mut Peaks,
        source: &[f32],
        output: &mut [f32],
        kept: &mut [MaybeUninit<f32>],
        ahead: Ahead,
    ) {
        // SAFETY: `all` has asked whether the processor has the instructions.
        unsafe { (self.pass_and_keep)(peaks, source, output, kept, ahead) }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn pass_avx2(peaks: &mut Peaks, source: &[f32], output: &mut [f32], ahead: Ahead) {
    pass(peaks, source, output, ahead);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn keep_avx2(peaks: &mut Peaks, source: &[f32], output: &mut [f32], kept: &mut [MaybeUninit<f32>], ahead: Ahead) {
    pass_and_keep(peaks, source, output, kept, ahead);
}

#[inline(always)]
fn pass(peaks: &mut Peaks, source: &[f32], output: &mut [f32], ahead: Ahead) {
    assert!(source.len() == output.len());
    let mut found = *peaks;
    let (groups, rest) = source.as_chunks::<GROUP>();
    let (outputs, output_rest) = output.as_chunks_mut::<GROUP>();
    for (line, (group, output)) in groups.iter().zip(outputs).enumerate() {
        ahead.fetch(line);
        let group = *group;
        *output = group;
        compare(&mut found, &group);
    }
    for (sample, output) in rest.iter().zip(output_rest) {
        *output = *sample;
    }
    compare(&mut found, rest);
    *peaks = found;
}

#[inline(always)]
fn pass_and_keep(peaks: &mut Peaks, source: &[f32], output: &mut [f32], kept: &mut [MaybeUninit<f32>], ahead: Ahead) {
    assert!(source.len() == output.len() && source.len() == kept.len());
    let mut found = *peaks;
    let (groups, rest) = source.as_chunks::<GROUP>();
    let (outputs, output_rest) = output.as_chunks_mut::<GROUP>();
    // Channels are kept one behind the other.
    let next_kept = kept.as_ptr_range().end;
    let (keeps, kept_rest) = kept.as_chunks_mut::<GROUP>();
    for (line, ((group, output), kept)) in groups.iter().zip(outputs).zip(keeps).enumerate() {
        ahead.fetch(line);
        fetch(next_kept.wrapping_add(line * GROUP));
        let group = *group;
        *output = group;
        *kept = group.map(MaybeUninit::new);
        compare(&mut found, &group);
    }
    for ((sample, output), kept) in rest.iter().zip(output_rest).zip(kept_rest) {
        *output = *sample;
        kept.write(*sample);
    }
    compare(&mut found, rest);
    *peaks = found;
}

/// At most [`GROUP`] samples. Of a NaN and a number this keeps the number, and is one instruction for a vector.
#[inline(always)]
pub(super) fn compare(peaks: &mut Peaks, samples: &[f32]) {
    for (peak, sample) in peaks.iter_mut().zip(samples) {
        *peak = if sample.abs() > *peak { sample.abs() } else { *peak };
    }
}

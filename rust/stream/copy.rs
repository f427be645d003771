//! The loops that copy one channel, and look at it on the way.
//!
//! The caches are cold at every cook, so a loop is as quick as it keeps many lines of memory on their way at once:
//! with vectors as wide as the processor has (fewer instructions for a line), and by asking for the next channel
//! while this one is copied, since the processor's own prediction ends with each channel.
//!
//! A block of very many channels is kept past the caches: it would only push out what the show has there, and be gone
//! itself when the encoding thread comes for it.
//!
//! Unsafe code, since the instruction set is chosen at run time.

use std::mem::MaybeUninit;

use crate::stream::fetch::{LINE, fetch};

/// Samples that are handled together: a line of the cache.
const GROUP: usize = LINE / size_of::<f32>();

/// Several maxima at a time: a single one would make every sample wait for the one before.
pub(super) type Peaks = [f32; 8];

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

/// A block of so many bytes is kept past the caches. Those of few channels go through a ring that fits into them.
const FAR_BYTES: usize = 128 * 1024;

/// Held while a block is kept past the caches. When it is dropped, whatever is written next is seen after the block:
/// such writes have an order of their own.
pub(crate) struct Fence(());

impl Fence {
    /// For a block of so many samples, if it is long enough.
    #[inline(always)]
    pub(crate) fn of(samples: usize) -> Option<Self> {
        (samples * size_of::<f32>() >= FAR_BYTES).then_some(Self(()))
    }
}

impl Drop for Fence {
    #[inline(always)]
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every processor of this architecture has the instruction.
        unsafe {
            std::arch::x86_64::_mm_sfence();
        }
    }
}

type Pass = unsafe fn(&mut Peaks, &[f32], &mut [f32], Ahead);
type PassAndKeep = unsafe fn(&mut Peaks, &[f32], &mut [f32], &mut [MaybeUninit<f32>], Ahead);

/// The loops for this processor.
#[derive(Clone, Copy)]
pub(crate) struct Loops {
    pass: Pass,
    pass_and_keep: PassAndKeep,
    /// The same past the caches, where there is a way.
    pass_and_keep_far: PassAndKeep,
}

impl Loops {
    /// The fastest that this processor can run.
    pub(crate) fn new() -> Self {
        Self::all().last().expect("the plain ones run anywhere")
    }

    /// All that it can run, the fastest last.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = is_x86_feature_detected!("avx2").then_some(Self {
            pass: pass_avx2,
            pass_and_keep: keep_avx2,
            pass_and_keep_far: keep_far_avx2,
        });
        #[cfg(not(target_arch = "x86_64"))]
        let wide = None;
        std::iter::once(Self { pass, pass_and_keep, pass_and_keep_far: pass_and_keep }).chain(wide)
    }

    /// Copies `source` to `output`.
    #[inline(always)]
    pub(super) fn pass(self, peaks: &mut Peaks, source: &[f32], output: &mut [f32], ahead: Ahead) {
        // SAFETY: `all` has asked whether the processor has the instructions.
        unsafe { (self.pass)(peaks, source, output, ahead) }
    }

    /// Copies `source` to `output` and to `kept`, which is then filled; past the caches where a [`Fence`] is held.
    #[inline(always)]
    pub(super) fn pass_and_keep(
        self,
        peaks: &mut Peaks,
        source: &[f32],
        output: &mut [f32],
        kept: &mut [MaybeUninit<f32>],
        ahead: Ahead,
        fence: Option<&Fence>,
    ) {
        let keep = if fence.is_some() { self.pass_and_keep_far } else { self.pass_and_keep };
        // SAFETY: `all` has asked whether the processor has the instructions.
        unsafe { keep(peaks, source, output, kept, ahead) }
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

/// A line of the cache that is written as a whole.
#[cfg(target_arch = "x86_64")]
#[repr(align(64))]
struct Line([MaybeUninit<f32>; GROUP]);

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn keep_far_avx2(peaks: &mut Peaks, source: &[f32], output: &mut [f32], kept: &mut [MaybeUninit<f32>], ahead: Ahead) {
    use std::arch::x86_64::{_mm256_loadu_ps, _mm256_stream_ps};

    assert!(source.len() == output.len() && source.len() == kept.len());
    let mut found = *peaks;
    // SAFETY: a line is nothing but places for floats.
    let (before, lines, after) = unsafe { kept.align_to_mut::<Line>() };
    let whole = lines.len() * GROUP;
    let (source_before, source) = source.split_at(before.len());
    let (output_before, output) = output.split_at_mut(before.len());
    let ((source, source_after), (output, output_after)) = (source.split_at(whole), output.split_at_mut(whole));
    let (groups, outputs) = (source.as_chunks::<GROUP>().0, output.as_chunks_mut::<GROUP>().0);
    for (line, (group, (output, kept))) in groups.iter().zip(outputs.iter_mut().zip(lines)).enumerate() {
        ahead.fetch(line);
        let group = *group;
        for (half, place) in group.as_chunks::<8>().0.iter().zip(kept.0.as_chunks_mut::<8>().0) {
            // SAFETY: the array holds the 32 bytes that are read, and no alignment is asked for.
            let half = unsafe { _mm256_loadu_ps(half.as_ptr()) };
            // SAFETY: the place has room for 32 bytes and begins where a line or half of one does.
            unsafe { _mm256_stream_ps(place.as_mut_ptr().cast(), half) };
        }
        pass_group(&mut found, group, output);
    }
    for (kept, source, output) in [(before, source_before, output_before), (after, source_after, output_after)] {
        output.copy_from_slice(source);
        for (kept, sample) in kept.iter_mut().zip(source) {
            kept.write(*sample);
        }
        compare(&mut found, source);
    }
    *peaks = found;
}

#[inline(always)]
fn pass(peaks: &mut Peaks, source: &[f32], output: &mut [f32], ahead: Ahead) {
    assert!(source.len() == output.len());
    let mut found = *peaks;
    let (groups, rest) = source.as_chunks::<GROUP>();
    for (line, (group, output)) in groups.iter().zip(output.as_chunks_mut::<GROUP>().0).enumerate() {
        ahead.fetch(line);
        pass_group(&mut found, *group, output);
    }
    if !rest.is_empty() {
        // The last group overlaps the one before: twice the same does no harm, and is less code than another loop.
        match (source.last_chunk(), output.last_chunk_mut()) {
            (Some(group), Some(output)) => pass_group(&mut found, *group, output),
            _ => {
                output.copy_from_slice(rest);
                compare(&mut found, rest);
            }
        }
    }
    *peaks = found;
}

#[inline(always)]
fn pass_and_keep(peaks: &mut Peaks, source: &[f32], output: &mut [f32], kept: &mut [MaybeUninit<f32>], ahead: Ahead) {
    assert!(source.len() == output.len() && source.len() == kept.len());
    let mut found = *peaks;
    // Channels are kept one behind the other.
    let next_kept = kept.as_ptr_range().end;
    let (groups, rest) = source.as_chunks::<GROUP>();
    let places = output.as_chunks_mut::<GROUP>().0.iter_mut().zip(kept.as_chunks_mut::<GROUP>().0);
    for (line, (group, (output, kept))) in groups.iter().zip(places).enumerate() {
        ahead.fetch(line);
        fetch(next_kept.wrapping_add(line * GROUP));
        let group = *group;
        *kept = group.map(MaybeUninit::new);
        pass_group(&mut found, group, output);
    }
    if !rest.is_empty() {
        // As above.
        match (source.last_chunk(), output.last_chunk_mut(), kept.last_chunk_mut()) {
            (Some(group), Some(output), Some(kept)) => {
                *kept = group.map(MaybeUninit::new);
                pass_group(&mut found, *group, output);
            }
            _ => {
                output.copy_from_slice(rest);
                for (kept, sample) in kept.iter_mut().zip(rest) {
                    kept.write(*sample);
                }
                compare(&mut found, rest);
            }
        }
    }
    *peaks = found;
}

/// By value: a group in memory would be read again for each copy.
#[inline(always)]
fn pass_group(found: &mut Peaks, group: [f32; GROUP], output: &mut [f32; GROUP]) {
    *output = group;
    compare(found, &group);
}

/// The greatest absolute value; NaN counts as nothing.
pub(crate) fn peak(samples: &[f32]) -> f32 {
    let mut peaks = Peaks::default();
    compare(&mut peaks, samples);
    greatest(peaks)
}

/// The greatest of all.
pub(super) fn greatest(mut peaks: Peaks) -> f32 {
    // Halves at a time: few instructions, which have to come from memory at every cook.
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

/// Looks at the absolute values of `samples`. Of a NaN and a number this keeps the number.
///
/// A comparison is one instruction for a vector. The absolute value is one too, but with a constant that would have to
/// come from memory at every cook.
#[inline(always)]
pub(super) fn compare(peaks: &mut Peaks, samples: &[f32]) {
    let greater = |a: f32, b: f32| if a > b { a } else { b };
    for samples in samples.chunks(size_of::<Peaks>() / size_of::<f32>()) {
        for (peak, sample) in peaks.iter_mut().zip(samples) {
            *peak = greater(greater(*sample, 0.0 - *sample), *peak);
        }
    }
}

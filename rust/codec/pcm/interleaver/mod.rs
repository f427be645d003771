//! Planar floats become interleaved PCM bytes, and clipped samples are counted on the way.
//!
//! Runs on the encoding thread; neither blocks nor touches a file; allocates only when the caller's `Vec` grows.
//!
//! An integer sample is x * 2^(n-1), rounded to nearest even, clipped to full scale, NaN being 0; a float
//! sample keeps its very bits. A sample counts as clipped when its *rounded* value lies outside the range,
//! infinities included; NaN and floats never do.
//!
//! [`scalar`] defines every result. The files beside it compute the same bits with one instruction set each.

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector loads and stores")]
mod avx2;
#[cfg(target_arch = "aarch64")]
#[allow(unsafe_code, reason = "vector loads and stores")]
mod neon;
mod scalar;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector loads and stores")]
mod sse2;

#[cfg(test)]
mod tests;

use crate::codec::PcmCodec;
use crate::stream::fetch::{LINE, fetch};
use crate::stream::planar::Planar;

/// Channels that a kernel takes at a time, and the multiple of frames that it works on.
const GROUP: usize = 8;

/// A kernel writes whole groups, so the last frame of an incomplete one reaches this far past its end.
const SLACK: usize = GROUP * 4;

/// Bytes that are interleaved before they are handed on: little enough for any first-level cache.
const CHUNK: usize = 4000;

/// Frames that are interleaved together where a [`CHUNK`] holds fewer: long enough runs of every channel for
/// the processor to fetch ahead.
const MIN_FRAMES: usize = 96;

/// All frames whose length is a multiple of this would map to the same few places of the cache.
const ALIAS: usize = 2048;

/// Put between them, therefore.
const GAP: usize = 64;

/// Stands in for the channels that an incomplete group lacks. Groups hold the frames of a chunk, and begin
/// with three channels of two bytes.
static SILENCE: [f32; CHUNK / 6] = [0.0; CHUNK / 6];

/// Asks for the samples of the group that begins with channel `first`. Those of a chunk are so few for each channel
/// that the processor's own prediction comes too late for them.
fn ask_for(block: Planar<'_>, first: usize) {
    for channel in first..block.channels().min(first + GROUP) {
        block.channel(channel).iter().step_by(LINE / size_of::<f32>()).for_each(|sample| fetch(sample));
    }
}

/// How a sample is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) bytes: usize,
    pub(crate) float: bool,
    pub(crate) big_endian: bool,
}

impl Form {
    pub(crate) fn of(codec: &PcmCodec) -> Self {
        Self { bytes: usize::from(codec.bits / 8), float: codec.float, big_endian: codec.big_endian }
    }
}

/// A [`Form`] that is known when a kernel is compiled.
trait Layout: 'static {
    const BYTES: usize;
    const FLOAT: bool;
    const BIG_ENDIAN: bool;

    /// 2^(n-1).
    const FULL_SCALE: f64 = (1u64 << (Self::BYTES * 8 - 1)) as f64;

    /// The least and the greatest `f32` that round to values in range.
    const LOW: f32 = (-Self::FULL_SCALE - 0.5) as f32;
    const HIGH: f32 = ((Self::FULL_SCALE - 0.5) as f32).next_down();
}

struct Int<const BYTES: usize, const BIG_ENDIAN: bool>;

impl<const BYTES: usize, const BIG_ENDIAN: bool> Layout for Int<BYTES, BIG_ENDIAN> {
    const BYTES: usize = BYTES;
    const FLOAT: bool = false;
    const BIG_ENDIAN: bool = BIG_ENDIAN;
}

struct Float<const BIG_ENDIAN: bool>;

impl<const BIG_ENDIAN: bool> Layout for Float<BIG_ENDIAN> {
    const BYTES: usize = 4;
    const FLOAT: bool = true;
    const BIG_ENDIAN: bool = BIG_ENDIAN;
}

/// The functions of one instruction set for one [`Form`]. Each returns the number of clipped samples.
#[derive(Clone, Copy)]
struct Kernels {
    /// Any block, whose frames begin `pitch` bytes apart.
    plain: fn(Planar<'_>, pitch: usize, &mut [u8]) -> u64,
    fast: Option<Fast>,
}

/// Functions for a multiple of [`GROUP`] frames. All slices of a call have that length.
#[derive(Clone, Copy)]
struct Fast {
    mono: fn(&[f32], &mut [u8]) -> u64,
    stereo: fn(&[f32], &[f32], &mut [u8]) -> u64,
    /// A group of channels, whose frames begin `pitch` bytes apart. Writes whole groups in ascending order,
    /// so that what a frame of an incomplete group writes too much is overwritten by the next one.
    group: fn(&[&[f32]; GROUP], pitch: usize, &mut [u8]) -> u64,
}

/// An instruction set.
trait Isa {
    fn kernels<L: Layout>() -> Kernels;
}

fn kernels<I: Isa>(form: Form) -> Kernels {
    match (form.bytes, form.float, form.big_endian) {
        (2, false, false) => I::kernels::<Int<2, false>>(),
        (2, false, true) => I::kernels::<Int<2, true>>(),
        (3, false, false) => I::kernels::<Int<3, false>>(),
        (3, false, true) => I::kernels::<Int<3, true>>(),
        (4, false, false) => I::kernels::<Int<4, false>>(),
        (4, false, true) => I::kernels::<Int<4, true>>(),
        (4, true, false) => I::kernels::<Float<false>>(),
        (4, true, true) => I::kernels::<Float<true>>(),
        _ => unreachable!("no codec has the form {form:?}"),
    }
}

/// Appends the integers of `bits` bits, 16 or 24, that `samples` are stored as. Returns how many were clipped.
pub(crate) fn quantize(samples: &[f32], bits: u16, out: &mut Vec<i32>) -> u64 {
    fn all<L: Layout>(samples: &[f32], out: &mut Vec<i32>) -> u64 {
        let mut clipped = 0;
        out.extend(samples.iter().map(|&sample| {
            let (value, clips) = scalar::quantize::<L>(sample);
            clipped += u64::from(clips);
            value
        }));
        clipped
    }
    match bits {
        16 => all::<Int<2, false>>(samples, out),
        24 => all::<Int<3, false>>(samples, out),
        _ => unreachable!("no codec stores {bits} bits as such integers"),
    }
}

/// Which kernels are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Sse2,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Level {
    /// From the slowest to the fastest.
    const ALL: &[Self] = &[
        Self::Scalar,
        #[cfg(target_arch = "x86_64")]
        Self::Sse2,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        #[cfg(target_arch = "aarch64")]
        Self::Neon,
    ];

    /// `None` when this processor does not have the instructions.
    fn kernels(self, form: Form) -> Option<Kernels> {
        match self {
            Self::Scalar => Some(kernels::<scalar::Scalar>(form)),
            #[cfg(target_arch = "x86_64")]
            Self::Sse2 => Some(kernels::<sse2::Sse2>(form)),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::table(form),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => Some(kernels::<neon::Neon>(form)),
        }
    }
}

/// Converts the blocks of one take.
pub(crate) struct Interleaver {
    kernels: Kernels,
    channels: usize,
    frame_bytes: usize,
    /// Distance between the frames of a chunk.
    pitch: usize,
    /// Frames of a chunk.
    chunk_frames: usize,
    /// Where frames are converted before they are appended: warm in the cache, and initialised once instead of at
    /// every block. Long frames are converted where they belong, unless they alias.
    chunk: Option<Box<[u8]>>,
    clipped: u64,
}

impl Interleaver {
    /// Uses the fastest kernels that this processor has.
    pub(crate) fn new(form: Form, channels: usize) -> Self {
        let kernels = Level::ALL.iter().rev().find_map(|level| level.kernels(form));
        Self::with_kernels(kernels.expect("the scalar kernels run anywhere"), form, channels)
    }

    fn with_kernels(kernels: Kernels, form: Form, channels: usize) -> Self {
        let frame_bytes = channels * form.bytes;
        let fitting = CHUNK / frame_bytes.max(1) / GROUP * GROUP;
        let chunk_frames = fitting.max(MIN_FRAMES);
        let aliasing = frame_bytes.is_multiple_of(ALIAS);
        let pitch = if aliasing { frame_bytes + GAP } else { frame_bytes };
        let chunk =
            (aliasing || fitting >= MIN_FRAMES).then(|| vec![0; chunk_frames * pitch + SLACK].into_boxed_slice());
        Self { kernels, channels, frame_bytes, pitch, chunk_frames, chunk, clipped: 0 }
    }

    /// Samples clipped so far.
    pub(crate) fn clipped(&self) -> u64 {
        self.clipped
    }

    /// Appends the frames of `block` to `out`.
    pub(crate) fn write(&mut self, block: Planar<'_>, out: &mut Vec<u8>) {
        debug_assert_eq!(block.channels(), self.channels);
        out.reserve(block.frames() * self.frame_bytes + SLACK);
        let mut chunk = self.chunk.take();
        let mut rest = block;
        while rest.frames() > 0 {
            let (now, later) = rest.split_at(self.chunk_frames);
            if let Some(chunk) = &mut chunk {
                self.convert(now, chunk);
                let chunk = &chunk[..now.frames() * self.pitch];
                if self.pitch == self.frame_bytes {
                    out.extend_from_slice(chunk);
                } else {
                    for frame in chunk.chunks_exact(self.pitch) {
                        out.extend_from_slice(&frame[..self.frame_bytes]);
                    }
                }
            } else {
                let (start, end) = (out.len(), out.len() + now.frames() * self.frame_bytes);
                out.resize(end + SLACK, 0);
                self.convert(now, &mut out[start..]);
                out.truncate(end);
            }
            rest = later;
        }
        self.chunk = chunk;
    }

    /// Converts at most [`Interleaver::chunk_frames`] into `out`, [`Interleaver::pitch`] bytes apart.
    fn convert(&mut self, block: Planar<'_>, out: &mut [u8]) {
        let (groups, rest) = match self.kernels.fast {
            Some(_) => block.split_at(block.frames() / GROUP * GROUP),
            None => block.split_at(0),
        };
        if let Some(fast) = self.kernels.fast {
            self.clipped += self.convert_groups(fast, groups, out);
        }
        self.clipped += (self.kernels.plain)(rest, self.pitch, &mut out[groups.frames() * self.pitch..]);
    }

    fn convert_groups(&self, fast: Fast, block: Planar<'_>, out: &mut [u8]) -> u64 {
        match self.channels {
            1 => (fast.mono)(block.channel(0), out),
            2 => (fast.stereo)(block.channel(0), block.channel(1), out),
            channels => {
                let sample_bytes = self.frame_bytes / channels;
                // The incomplete group first: the whole ones then overwrite what it wrote too much.
                let incomplete = (channels % GROUP > 0).then_some(channels / GROUP);
                let groups = incomplete.into_iter().chain(0..channels / GROUP);
                let convert = |group| {
                    let first = group * GROUP;
                    ask_for(block, first + GROUP);
                    let slices = std::array::from_fn(|i| match first + i {
                        channel if channel < channels => block.channel(channel),
                        _ => &SILENCE[..block.frames()],
                    });
                    (fast.group)(&slices, self.pitch, &mut out[first * sample_bytes..])
                };
                groups.map(convert).sum()
            }
        }
    }
}

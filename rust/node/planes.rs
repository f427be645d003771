//! The samples of one cook, where the host has them.
//!
//! Unsafe code, since the host lends plain addresses: a call across the bridge for every channel would cost more
//! than its samples do.

use std::ptr::null;

use crate::bridge::Cook;
use crate::stream::lane::copy::Ahead;

/// The channels of a cook's input and output.
pub(crate) struct Planes<'a> {
    channels: &'a [usize],
    outputs: &'a [usize],
    samples: usize,
    output_samples: usize,
}

impl<'a> Planes<'a> {
    /// # Safety
    /// While this lives, `channels_at` of the cook is the address of `channels` addresses, and `outputs_at` that of
    /// `outputs`. Every address of the former that is not null is that of `samples` floats which nobody writes, and
    /// every one of the latter that of `output_samples` floats which nobody else reads or writes, each channel being
    /// apart from the others.
    #[inline]
    pub(crate) unsafe fn new(cook: &'a Cook) -> Self {
        // SAFETY: the caller's promise.
        let channels = unsafe { addresses(cook.channels_at, cook.channels) };
        // SAFETY: the caller's promise.
        let outputs = unsafe { addresses(cook.outputs_at, cook.outputs) };
        Self { channels, outputs, samples: cook.samples, output_samples: cook.output_samples }
    }

    /// Channels of the input.
    #[inline]
    pub(crate) fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Channels of the output.
    #[inline]
    pub(crate) fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// Where channel `index` is, or the last one before it, which is in the caches already.
    #[inline(always)]
    pub(crate) fn ahead(&self, index: usize) -> Ahead {
        let at = |channels: &[usize]| channels.get(index).or(channels.last()).map_or(null(), |&at| at as *const f32);
        Ahead { source: at(self.channels), output: at(self.outputs) }
    }

    /// A channel of the input, and the same one of the output; empty where there is none.
    #[inline(always)]
    pub(crate) fn channel(&mut self, index: usize) -> (&[f32], &mut [f32]) {
        let source = match self.channels.get(index) {
            // SAFETY: `new` asks for `samples` floats at the address.
            Some(&at) if at != 0 => unsafe { std::slice::from_raw_parts(at as *const f32, self.samples) },
            _ => &[],
        };
        let output = match self.outputs.get(index) {
            // SAFETY: `new` asks for `output_samples` floats at the address, which nobody else has; `self` is
            // borrowed for as long as they are.
            Some(&at) if at != 0 => unsafe { std::slice::from_raw_parts_mut(at as *mut f32, self.output_samples) },
            _ => &mut [],
        };
        (source, output)
    }
}

/// # Safety
/// Unless `count` is 0, `at` is the address of so many addresses, for as long as the slice lives.
#[inline]
unsafe fn addresses<'a>(at: usize, count: usize) -> &'a [usize] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(at as *const usize, count) }
}

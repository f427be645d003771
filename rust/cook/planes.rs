//! The samples of one cook, where the host has them.
//!
//! Unsafe code, since the host lends plain addresses: a call across the bridge for every channel would cost more
//! than its samples do.

use crate::bridge::Cook;

/// The channels of a cook's input and output.
pub(crate) struct Planes<'a> {
    cook: &'a Cook<'a>,
}

impl<'a> Planes<'a> {
    /// # Safety
    /// While this lives, every address in `channels` that is not null is that of `samples` floats which nobody
    /// writes, and every one in `outputs` that of `output_samples` floats which nobody else reads or writes, each
    /// channel being apart from the others.
    pub(crate) unsafe fn new(cook: &'a Cook<'a>) -> Self {
        Self { cook }
    }

    /// Channels of the input.
    #[inline]
    pub(crate) fn channels(&self) -> usize {
        self.cook.channels.len()
    }

    /// Samples of the input, all channels.
    #[inline]
    pub(crate) fn samples(&self) -> usize {
        self.cook.channels.len() * self.cook.samples
    }

    /// Channels of the output.
    #[inline]
    pub(crate) fn outputs(&self) -> usize {
        self.cook.outputs.len()
    }

    /// A channel of the input, and the same one of the output; empty where there is none.
    #[inline(always)]
    pub(crate) fn channel(&mut self, index: usize) -> (&[f32], &mut [f32]) {
        let source = match self.cook.channels.get(index) {
            // SAFETY: `new` asks for `samples` floats at the address.
            Some(&at) if at != 0 => unsafe { std::slice::from_raw_parts(at as *const f32, self.cook.samples) },
            _ => &[],
        };
        let output = match self.cook.outputs.get(index) {
            // SAFETY: `new` asks for `output_samples` floats at the address, which nobody else has; `self` is
            // borrowed for as long as they are.
            Some(&at) if at != 0 => unsafe { std::slice::from_raw_parts_mut(at as *mut f32, self.cook.output_samples) },
            _ => &mut [],
        };
        (source, output)
    }
}

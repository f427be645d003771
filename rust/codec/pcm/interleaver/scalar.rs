//! What every other kernel must equal, bit for bit.

use super::{Isa, Kernels, Layout};
use crate::stream::planar::Planar;

pub(super) struct Scalar;

impl Isa for Scalar {
    fn kernels<L: Layout>() -> Kernels {
        Kernels { plain: plain::<L>, fast: None }
    }
}

/// Every channel in turn: a chunk stays in the first-level cache meanwhile.
pub(super) fn plain<L: Layout>(block: Planar<'_>, pitch: usize, out: &mut [u8]) -> u64 {
    let mut clipped = 0;
    for channel in 0..block.channels() {
        for (frame, &sample) in block.channel(channel).iter().enumerate() {
            let bits = if L::FLOAT {
                sample.to_bits()
            } else {
                let (value, clips) = quantize::<L>(sample);
                clipped += u64::from(clips);
                value as u32
            };
            let at = frame * pitch + channel * L::BYTES;
            store::<L>(bits, &mut out[at..at + L::BYTES]);
        }
    }
    clipped
}

/// The sample's integer value, and whether it was clipped.
pub(super) fn quantize<L: Layout>(sample: f32) -> (i32, bool) {
    /// Doubles of this size are whole numbers: adding it rounds to nearest even without a call into libm.
    const WHOLE: f64 = 1.5 * (1u64 << 52) as f64;

    if sample.is_nan() {
        return (0, false);
    }
    // Twice full scale clips as surely as infinity does, and is small against WHOLE.
    let scaled = (f64::from(sample) * L::FULL_SCALE).clamp(-2.0 * L::FULL_SCALE, 2.0 * L::FULL_SCALE);
    let rounded = (scaled + WHOLE) - WHOLE;
    let value = rounded.clamp(-L::FULL_SCALE, L::FULL_SCALE - 1.0);
    (value as i32, value != rounded)
}

/// The low bytes of `bits` in the layout's order.
fn store<L: Layout>(bits: u32, out: &mut [u8]) {
    if L::BIG_ENDIAN {
        out.copy_from_slice(&bits.to_be_bytes()[4 - L::BYTES..]);
    } else {
        out.copy_from_slice(&bits.to_le_bytes()[..L::BYTES]);
    }
}

//! NEON, which every aarch64 processor has: four samples at a time.

use std::arch::aarch64::*;

use super::{Fast, GROUP, Isa, Kernels, Layout, scalar};

pub(super) struct Neon;

impl Isa for Neon {
    fn kernels<L: Layout>() -> Kernels {
        let fast = Fast {
            // SAFETY: every aarch64 processor has NEON.
            mono: |channel, out| unsafe { mono::<L>(channel, out) },
            // SAFETY: as above.
            stereo: |left, right, out| unsafe { stereo::<L>(left, right, out) },
            // SAFETY: as above.
            group: |channels, pitch, out| unsafe { group::<L>(channels, pitch, out) },
        };
        Kernels { plain: scalar::plain::<L>, fast: Some(fast) }
    }
}

const LANES: usize = 4;

#[target_feature(enable = "neon")]
fn mono<L: Layout>(channel: &[f32], out: &mut [u8]) -> u64 {
    let mut clips = vdupq_n_u32(0);
    for (samples, out) in channel.as_chunks().0.iter().zip(out.chunks_exact_mut(LANES * L::BYTES)) {
        store::<L>(convert::<L>(load(samples), &mut clips), out);
    }
    u64::from(vaddvq_u32(clips))
}

#[target_feature(enable = "neon")]
fn stereo<L: Layout>(left: &[f32], right: &[f32], out: &mut [u8]) -> u64 {
    let mut clips = vdupq_n_u32(0);
    let frames = left.as_chunks().0.iter().zip(right.as_chunks().0);
    for ((left, right), out) in frames.zip(out.chunks_exact_mut(2 * LANES * L::BYTES)) {
        let left = convert::<L>(load(left), &mut clips);
        let right = convert::<L>(load(right), &mut clips);
        let (first, second) = out.split_at_mut(LANES * L::BYTES);
        store::<L>(vzip1q_u32(left, right), first);
        store::<L>(vzip2q_u32(left, right), second);
    }
    u64::from(vaddvq_u32(clips))
}

#[target_feature(enable = "neon")]
fn group<L: Layout>(channels: &[&[f32]; GROUP], pitch: usize, out: &mut [u8]) -> u64 {
    let mut clips = vdupq_n_u32(0);
    let frames = channels[0].len() / LANES;
    let channels = channels.map(|channel| &channel.as_chunks().0[..frames]);
    for block in 0..frames {
        let mut rows = [vdupq_n_u32(0); GROUP];
        for (row, channel) in rows.iter_mut().zip(&channels) {
            *row = convert::<L>(load(&channel[block]), &mut clips);
        }
        let [a, b, c, d, e, f, g, h] = rows;
        let out = &mut out[block * LANES * pitch..];
        for (frame, (first, second)) in transpose(a, b, c, d).into_iter().zip(transpose(e, f, g, h)).enumerate() {
            let row = &mut out[frame * pitch..frame * pitch + GROUP * L::BYTES];
            let (left, right) = row.split_at_mut(LANES * L::BYTES);
            store::<L>(first, left);
            store::<L>(second, right);
        }
    }
    u64::from(vaddvq_u32(clips))
}

#[target_feature(enable = "neon")]
fn load(samples: &[f32; LANES]) -> float32x4_t {
    // SAFETY: the array holds the 16 bytes that are read, and no alignment is asked for.
    unsafe { vld1q_f32(samples.as_ptr()) }
}

/// The samples' stored values, or their very bits. Counts the clipped ones in the lanes of `clips`.
#[target_feature(enable = "neon")]
fn convert<L: Layout>(samples: float32x4_t, clips: &mut uint32x4_t) -> uint32x4_t {
    if L::FLOAT {
        return vreinterpretq_u32_f32(samples);
    }
    let scaled = vmulq_n_f32(samples, L::FULL_SCALE as f32);
    let above = vcgtq_f32(scaled, vdupq_n_f32(L::HIGH));
    let below = vcltq_f32(scaled, vdupq_n_f32(L::LOW));
    *clips = vsubq_u32(*clips, vorrq_u32(above, below));
    // Rounds to nearest even, stops at the limits of an i32, and makes NaN 0.
    let rounded = vcvtnq_s32_f32(scaled);
    let (least, greatest) = (-L::FULL_SCALE as i32, (L::FULL_SCALE - 1.0) as i32);
    vreinterpretq_u32_s32(vmaxq_s32(vdupq_n_s32(least), vminq_s32(vdupq_n_s32(greatest), rounded)))
}

#[target_feature(enable = "neon")]
fn transpose(a: uint32x4_t, b: uint32x4_t, c: uint32x4_t, d: uint32x4_t) -> [uint32x4_t; LANES] {
    let (ac, ac_high) = (vzip1q_u32(a, c), vzip2q_u32(a, c));
    let (bd, bd_high) = (vzip1q_u32(b, d), vzip2q_u32(b, d));
    [vzip1q_u32(ac, bd), vzip2q_u32(ac, bd), vzip1q_u32(ac_high, bd_high), vzip2q_u32(ac_high, bd_high)]
}

/// Stores four values in the layout's bytes, which fill `out`.
#[target_feature(enable = "neon")]
fn store<L: Layout>(values: uint32x4_t, out: &mut [u8]) {
    // Which bytes of the values stand where; 255 for the rest.
    let order: &[u8; 16] = const {
        let mut order = [255; 16];
        let mut at = 0;
        while at < LANES * L::BYTES {
            let byte = at % L::BYTES;
            let byte = if L::BIG_ENDIAN { L::BYTES - 1 - byte } else { byte };
            order[at] = (at / L::BYTES * 4 + byte) as u8;
            at += 1;
        }
        &{ order }
    };
    let packed = vqtbl1q_u8(vreinterpretq_u8_u32(values), load_bytes(order));
    let (start, end) = out.split_at_mut(8);
    let eight = vgetq_lane_u64::<0>(vreinterpretq_u64_u8(packed));
    start.copy_from_slice(&eight.to_le_bytes());
    let eight = vgetq_lane_u64::<1>(vreinterpretq_u64_u8(packed));
    end.copy_from_slice(&eight.to_le_bytes()[..LANES * L::BYTES - 8]);
}

#[target_feature(enable = "neon")]
fn load_bytes(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the array holds the 16 bytes that are read, and no alignment is asked for.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

//! SSE2, which every x86-64 processor has: four samples at a time.

use std::arch::x86_64::*;

use super::{Fast, GROUP, Isa, Kernels, Layout, scalar};

pub(super) struct Sse2;

impl Isa for Sse2 {
    fn kernels<L: Layout>() -> Kernels {
        let fast = Fast {
            // SAFETY: every x86-64 processor has SSE2.
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

#[target_feature(enable = "sse2")]
fn mono<L: Layout>(channel: &[f32], out: &mut [u8]) -> u64 {
    let mut clips = _mm_setzero_si128();
    for (samples, out) in channel.as_chunks().0.iter().zip(out.chunks_exact_mut(LANES * L::BYTES)) {
        store::<L>(convert::<L>(load(samples), &mut clips), out);
    }
    sum(clips)
}

#[target_feature(enable = "sse2")]
fn stereo<L: Layout>(left: &[f32], right: &[f32], out: &mut [u8]) -> u64 {
    let mut clips = _mm_setzero_si128();
    let frames = left.as_chunks().0.iter().zip(right.as_chunks().0);
    for ((left, right), out) in frames.zip(out.chunks_exact_mut(2 * LANES * L::BYTES)) {
        let left = convert::<L>(load(left), &mut clips);
        let right = convert::<L>(load(right), &mut clips);
        let (first, second) = out.split_at_mut(LANES * L::BYTES);
        store::<L>(_mm_unpacklo_epi32(left, right), first);
        store::<L>(_mm_unpackhi_epi32(left, right), second);
    }
    sum(clips)
}

#[target_feature(enable = "sse2")]
fn group<L: Layout>(channels: &[&[f32]; GROUP], pitch: usize, out: &mut [u8]) -> u64 {
    let mut clips = _mm_setzero_si128();
    let frames = channels[0].len() / LANES;
    let channels = channels.map(|channel| &channel.as_chunks().0[..frames]);
    for block in 0..frames {
        let mut rows = [_mm_setzero_si128(); GROUP];
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
    sum(clips)
}

#[target_feature(enable = "sse2")]
fn load(samples: &[f32; LANES]) -> __m128 {
    // SAFETY: the array holds the 16 bytes that are read, and no alignment is asked for.
    unsafe { _mm_loadu_ps(samples.as_ptr()) }
}

/// The samples' stored values, or their very bits. Counts the clipped ones in the lanes of `clips`.
#[target_feature(enable = "sse2")]
fn convert<L: Layout>(samples: __m128, clips: &mut __m128i) -> __m128i {
    if L::FLOAT {
        return _mm_castps_si128(samples);
    }
    let scaled = _mm_mul_ps(samples, _mm_set1_ps(L::FULL_SCALE as f32));
    let scaled = _mm_and_ps(scaled, _mm_cmpord_ps(scaled, scaled));
    let (low, high) = (_mm_set1_ps(L::LOW), _mm_set1_ps(L::HIGH));
    let clipped = _mm_max_ps(low, _mm_min_ps(high, scaled));
    *clips = _mm_sub_epi32(*clips, _mm_castps_si128(_mm_cmpneq_ps(clipped, scaled)));
    if L::BYTES < 4 {
        return _mm_cvtps_epi32(clipped);
    }
    // 2^31 - 1 is no f32. What is out of range converts to -2^31: right below, the complement above.
    let above = _mm_castps_si128(_mm_cmpgt_ps(scaled, high));
    _mm_xor_si128(_mm_cvtps_epi32(scaled), above)
}

#[target_feature(enable = "sse2")]
fn sum(clips: __m128i) -> u64 {
    let mut lanes = [0; 16];
    store_16(clips, &mut lanes);
    lanes.as_chunks().0.iter().map(|lane| u64::from(u32::from_ne_bytes(*lane))).sum()
}

#[target_feature(enable = "sse2")]
fn transpose(a: __m128i, b: __m128i, c: __m128i, d: __m128i) -> [__m128i; LANES] {
    let (ab, ab_high) = (_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
    [
        _mm_unpacklo_epi64(ab, cd),
        _mm_unpackhi_epi64(ab, cd),
        _mm_unpacklo_epi64(ab_high, cd_high),
        _mm_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// Stores four values in the layout's bytes, which fill `out`.
#[target_feature(enable = "sse2")]
fn store<L: Layout>(values: __m128i, out: &mut [u8]) {
    match L::BYTES {
        2 => {
            let packed = _mm_packs_epi32(values, values);
            let packed = if L::BIG_ENDIAN { swap_16(packed) } else { packed };
            out.copy_from_slice(&_mm_cvtsi128_si64(packed).to_le_bytes());
        }
        3 => {
            // The low three bytes of each value in the file's order, then six bytes together, then twelve.
            let values = if L::BIG_ENDIAN { _mm_srli_epi32::<8>(swap_32(values)) } else { values };
            let even = _mm_and_si128(values, _mm_set1_epi64x(0xff_ffff));
            let odd = _mm_srli_epi64::<8>(_mm_and_si128(values, _mm_set1_epi64x(0xff_ffff << 32)));
            let sixes = _mm_or_si128(even, odd);
            let first = _mm_move_epi64(sixes);
            let second = _mm_srli_si128::<2>(_mm_xor_si128(sixes, first));
            let twelve = _mm_or_si128(first, second);
            let (start, end) = out.split_at_mut(8);
            start.copy_from_slice(&_mm_cvtsi128_si64(twelve).to_le_bytes());
            end.copy_from_slice(&_mm_cvtsi128_si32(_mm_srli_si128::<8>(twelve)).to_le_bytes());
        }
        _ => {
            let values = if L::BIG_ENDIAN { swap_32(values) } else { values };
            store_16(values, out.try_into().expect("a row fills its place"));
        }
    }
}

/// Reverses the bytes of 16-bit values.
#[target_feature(enable = "sse2")]
fn swap_16(values: __m128i) -> __m128i {
    _mm_or_si128(_mm_slli_epi16::<8>(values), _mm_srli_epi16::<8>(values))
}

/// Reverses the bytes of 32-bit values.
#[target_feature(enable = "sse2")]
fn swap_32(values: __m128i) -> __m128i {
    const SWAP: i32 = 0b10_11_00_01;
    swap_16(_mm_shufflehi_epi16::<SWAP>(_mm_shufflelo_epi16::<SWAP>(values)))
}

#[target_feature(enable = "sse2")]
fn store_16(value: __m128i, out: &mut [u8; 16]) {
    // SAFETY: the array holds the 16 bytes that are written, and no alignment is asked for.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), value) }
}

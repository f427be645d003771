//! AVX2: eight samples at a time.

use std::arch::x86_64::*;

use super::{Fast, Form, GROUP, Isa, Kernels, Layout, kernels, scalar};

/// `None` when this processor does not have AVX2.
pub(super) fn table(form: Form) -> Option<Kernels> {
    is_x86_feature_detected!("avx2").then(|| kernels::<Avx2>(form))
}

/// Named by [`table`] alone: who holds its kernels has AVX2.
struct Avx2;

impl Isa for Avx2 {
    fn kernels<L: Layout>() -> Kernels {
        let fast = Fast {
            // SAFETY: `table` hands these functions out only where AVX2 was detected.
            mono: |channel, out| unsafe { mono::<L>(channel, out) },
            // SAFETY: as above.
            stereo: |left, right, out| unsafe { stereo::<L>(left, right, out) },
            // SAFETY: as above.
            group: |channels, pitch, out| unsafe { group::<L>(channels, pitch, out) },
        };
        Kernels { plain: scalar::plain::<L>, fast: Some(fast) }
    }
}

#[target_feature(enable = "avx2")]
fn mono<L: Layout>(channel: &[f32], out: &mut [u8]) -> u64 {
    let mut clips = _mm256_setzero_si256();
    for (samples, out) in channel.as_chunks().0.iter().zip(out.chunks_exact_mut(GROUP * L::BYTES)) {
        store::<L>(convert::<L>(load(samples), &mut clips), out);
    }
    sum(clips)
}

#[target_feature(enable = "avx2")]
fn stereo<L: Layout>(left: &[f32], right: &[f32], out: &mut [u8]) -> u64 {
    let mut clips = _mm256_setzero_si256();
    let frames = left.as_chunks().0.iter().zip(right.as_chunks().0);
    for ((left, right), out) in frames.zip(out.chunks_exact_mut(2 * GROUP * L::BYTES)) {
        let left = convert::<L>(load(left), &mut clips);
        let right = convert::<L>(load(right), &mut clips);
        let (low, high) = (_mm256_unpacklo_epi32(left, right), _mm256_unpackhi_epi32(left, right));
        let (first, second) = out.split_at_mut(GROUP * L::BYTES);
        store::<L>(_mm256_permute2x128_si256::<0x20>(low, high), first);
        store::<L>(_mm256_permute2x128_si256::<0x31>(low, high), second);
    }
    sum(clips)
}

#[target_feature(enable = "avx2")]
fn group<L: Layout>(channels: &[&[f32]; GROUP], pitch: usize, out: &mut [u8]) -> u64 {
    let mut clips = _mm256_setzero_si256();
    let frames = channels[0].len() / GROUP;
    let channels = channels.map(|channel| &channel.as_chunks().0[..frames]);
    for block in 0..frames {
        let mut rows = [_mm256_setzero_si256(); GROUP];
        for (row, channel) in rows.iter_mut().zip(&channels) {
            *row = convert::<L>(load(&channel[block]), &mut clips);
        }
        let out = &mut out[block * GROUP * pitch..];
        for (frame, row) in transpose(&rows).iter().enumerate() {
            store::<L>(*row, &mut out[frame * pitch..frame * pitch + GROUP * L::BYTES]);
        }
    }
    sum(clips)
}

#[target_feature(enable = "avx2")]
fn load(samples: &[f32; GROUP]) -> __m256 {
    // SAFETY: the array holds the 32 bytes that are read, and no alignment is asked for.
    unsafe { _mm256_loadu_ps(samples.as_ptr()) }
}

/// The samples' stored values, or their very bits. Counts the clipped ones in the lanes of `clips`.
#[target_feature(enable = "avx2")]
fn convert<L: Layout>(samples: __m256, clips: &mut __m256i) -> __m256i {
    if L::FLOAT {
        return _mm256_castps_si256(samples);
    }
    let scaled = _mm256_mul_ps(samples, _mm256_set1_ps(L::FULL_SCALE as f32));
    let scaled = _mm256_and_ps(scaled, _mm256_cmp_ps::<_CMP_ORD_Q>(scaled, scaled));
    let (low, high) = (_mm256_set1_ps(L::LOW), _mm256_set1_ps(L::HIGH));
    let clipped = _mm256_max_ps(low, _mm256_min_ps(high, scaled));
    let clips_now = _mm256_castps_si256(_mm256_cmp_ps::<_CMP_NEQ_UQ>(clipped, scaled));
    *clips = _mm256_sub_epi32(*clips, clips_now);
    if L::BYTES < 4 {
        return _mm256_cvtps_epi32(clipped);
    }
    // 2^31 - 1 is no f32. What is out of range converts to -2^31: right below, the complement above.
    let above = _mm256_castps_si256(_mm256_cmp_ps::<_CMP_GT_OQ>(scaled, high));
    _mm256_xor_si256(_mm256_cvtps_epi32(scaled), above)
}

#[target_feature(enable = "avx2")]
fn sum(clips: __m256i) -> u64 {
    let mut lanes = [0; GROUP * 4];
    store_32(clips, &mut lanes);
    lanes.as_chunks().0.iter().map(|lane| u64::from(u32::from_ne_bytes(*lane))).sum()
}

#[target_feature(enable = "avx2")]
fn transpose(rows: &[__m256i; GROUP]) -> [__m256i; GROUP] {
    let [a, b, c, d, e, f, g, h] = *rows;
    let (ab, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    let (ef, ef_high) = (_mm256_unpacklo_epi32(e, f), _mm256_unpackhi_epi32(e, f));
    let (gh, gh_high) = (_mm256_unpacklo_epi32(g, h), _mm256_unpackhi_epi32(g, h));
    // Four channels each: frames n and n + 4 in the two halves.
    let first = [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ];
    let last = [
        _mm256_unpacklo_epi64(ef, gh),
        _mm256_unpackhi_epi64(ef, gh),
        _mm256_unpacklo_epi64(ef_high, gh_high),
        _mm256_unpackhi_epi64(ef_high, gh_high),
    ];
    [
        _mm256_permute2x128_si256::<0x20>(first[0], last[0]),
        _mm256_permute2x128_si256::<0x20>(first[1], last[1]),
        _mm256_permute2x128_si256::<0x20>(first[2], last[2]),
        _mm256_permute2x128_si256::<0x20>(first[3], last[3]),
        _mm256_permute2x128_si256::<0x31>(first[0], last[0]),
        _mm256_permute2x128_si256::<0x31>(first[1], last[1]),
        _mm256_permute2x128_si256::<0x31>(first[2], last[2]),
        _mm256_permute2x128_si256::<0x31>(first[3], last[3]),
    ]
}

/// Stores eight values in the layout's bytes, which fill `out`.
#[target_feature(enable = "avx2")]
fn store<L: Layout>(values: __m256i, out: &mut [u8]) {
    match L::BYTES {
        2 => {
            let packed = _mm256_permute4x64_epi64::<0b1000>(_mm256_packs_epi32(values, values));
            let packed = _mm256_castsi256_si128(packed);
            let swap = _mm_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
            store_16(if L::BIG_ENDIAN { _mm_shuffle_epi8(packed, swap) } else { packed }, array(out));
        }
        3 => {
            let order = if L::BIG_ENDIAN {
                _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1)
            } else {
                _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1)
            };
            // Twelve bytes in either half, then moved together.
            let halves = _mm256_shuffle_epi8(values, _mm256_broadcastsi128_si256(order));
            let packed = _mm256_permutevar8x32_epi32(halves, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
            let (start, end) = out.split_at_mut(16);
            store_16(_mm256_castsi256_si128(packed), array(start));
            end.copy_from_slice(&_mm256_extract_epi64::<2>(packed).to_le_bytes());
        }
        _ => {
            let order = _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
            let swapped = _mm256_shuffle_epi8(values, _mm256_broadcastsi128_si256(order));
            store_32(if L::BIG_ENDIAN { swapped } else { values }, array(out));
        }
    }
}

fn array<const N: usize>(out: &mut [u8]) -> &mut [u8; N] {
    out.try_into().expect("a row fills its place")
}

#[target_feature(enable = "avx2")]
fn store_16(value: __m128i, out: &mut [u8; 16]) {
    // SAFETY: the array holds the 16 bytes that are written, and no alignment is asked for.
    unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), value) }
}

#[target_feature(enable = "avx2")]
fn store_32(value: __m256i, out: &mut [u8; 32]) {
    // SAFETY: the array holds the 32 bytes that are written, and no alignment is asked for.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), value) }
}

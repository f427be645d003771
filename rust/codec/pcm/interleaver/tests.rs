use proptest::prelude::*;

use super::*;
use crate::codec::PCM_CODECS;

/// Samples around everything that rounding and clipping decide on.
fn sample() -> impl Strategy<Value = f32> {
    let edge = prop::sample::select(vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        1.0f32.next_down(),
        (-1.0f32).next_down(),
        f32::NAN,
        -f32::NAN,
        f32::from_bits(0x7f80_0001),
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        f32::MIN_POSITIVE,
        f32::from_bits(1),
        -f32::from_bits(0x007f_ffff),
        2.0,
        1e9,
        -1e9,
    ]);
    // Whole and half steps of each bit depth, up to just beyond full scale, and their neighbours.
    let step = (prop::sample::select(vec![15, 23, 31]), -70000i32..=70000, -1i32..=1, any::<bool>()).prop_map(
        |(bits, halves, ulp, at_full_scale)| {
            let full = 2.0f64.powi(bits);
            let near = if at_full_scale { full.copysign(f64::from(halves)) } else { 0.0 };
            let exact = ((near + f64::from(halves) / 2.0) / full) as f32;
            f32::from_bits(exact.to_bits().wrapping_add_signed(ulp))
        },
    );
    let edge_16 = (-65540i32..=65540).prop_map(|halves| halves as f32 / 65536.0);
    prop_oneof![2 => edge, 3 => step, 3 => edge_16, 4 => -1.2f32..1.2, 1 => any::<u32>().prop_map(f32::from_bits)]
}

fn block() -> impl Strategy<Value = (usize, usize, Vec<f32>)> {
    let channels = prop_oneof![8 => 1usize..=20, 1 => Just(64usize)];
    (channels, 0usize..=70).prop_flat_map(|(channels, frames)| {
        (Just(channels), Just(frames), prop::collection::vec(sample(), channels * frames))
    })
}

fn convert(level: Level, codec: &PcmCodec, channels: usize, samples: &[f32]) -> Option<(Vec<u8>, u64)> {
    let form = Form::of(codec);
    let mut interleaver = Interleaver::with_kernels(level.kernels(form)?, form, channels);
    let mut out = b"before".to_vec();
    interleaver.write(Planar::contiguous(samples, channels, samples.len() / channels), &mut out);
    assert_eq!(out[..6], *b"before");
    Some((out.split_off(6), interleaver.clipped()))
}

/// The definition, in the plainest words: no kernel's code is used.
fn defined(codec: &PcmCodec, channels: usize, samples: &[f32]) -> (Vec<u8>, u64) {
    let frames = samples.len() / channels;
    let (mut out, mut clipped) = (Vec::new(), 0);
    for i in 0..samples.len() {
        let sample = samples[i % channels * frames + i / channels];
        let full = 2.0f64.powi(i32::from(codec.bits) - 1);
        let rounded = (f64::from(sample) * full).round_ties_even();
        let value = if codec.float { sample.to_bits() } else { rounded.clamp(-full, full - 1.0) as i32 as u32 };
        clipped += u64::from(!codec.float && (rounded >= full || rounded < -full));
        let (kept, all) = (usize::from(codec.bits / 8), value.to_le_bytes());
        out.extend_from_slice(&all[..kept]);
        if codec.big_endian {
            let start = out.len() - kept;
            out[start..].reverse();
        }
    }
    (out, clipped)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn scalar_kernels_compute_what_is_defined((channels, _, samples) in block(), codec in 0..PCM_CODECS.len()) {
        let codec = &PCM_CODECS[codec];
        prop_assert_eq!(convert(Level::Scalar, codec, channels, &samples).unwrap(), defined(codec, channels, &samples));
    }

    #[test]
    fn every_kernel_equals_the_scalar_one((channels, _, samples) in block()) {
        for codec in every_layout() {
            let scalar = convert(Level::Scalar, &codec, channels, &samples).unwrap();
            for &level in Level::ALL {
                if let Some(converted) = convert(level, &codec, channels, &samples) {
                    prop_assert_eq!(&converted, &scalar, "{:?} {}", level, codec.name);
                }
            }
        }
    }
}

/// The codecs of the menu, and the big-endian floats of AIFF-C.
fn every_layout() -> impl Iterator<Item = PcmCodec> {
    let float = PcmCodec { name: "float32be", label: "", bits: 32, float: true, big_endian: true };
    PCM_CODECS.iter().map(|codec| PcmCodec { ..*codec }).chain([float])
}

#[test]
fn every_16_bit_value_survives_a_round_trip() {
    let codec = &PCM_CODECS[0];
    let samples: Vec<f32> = (i16::MIN..=i16::MAX).map(|value| f32::from(value) / 32768.0).collect();
    let expected: Vec<u8> = (i16::MIN..=i16::MAX).flat_map(i16::to_le_bytes).collect();
    for &level in Level::ALL {
        if let Some(converted) = convert(level, codec, 1, &samples) {
            assert_eq!(converted, (expected.clone(), 0), "{level:?}");
        }
    }
}

#[test]
fn wide_blocks_are_cut_into_chunks_without_a_seam() {
    for channels in [1, 2, 3, 8, 14, 255, 512, 1024, 1027] {
        let frames = CHUNK / channels + MIN_FRAMES + 77;
        let samples: Vec<f32> = (0..channels * frames).map(|i| (i % 65536) as f32 / 32768.0 - 1.0).collect();
        for codec in every_layout() {
            let defined = defined(&codec, channels, &samples);
            for &level in Level::ALL {
                if let Some(converted) = convert(level, &codec, channels, &samples) {
                    assert!(converted == defined, "{level:?} {} {channels} channels", codec.name);
                }
            }
        }
    }
}

#[test]
fn clipped_samples_are_those_whose_rounded_value_is_out_of_range() {
    let clips = |codec: &PcmCodec, samples: &[f32]| convert(Level::Scalar, codec, 1, samples).unwrap().1;
    let half = 0.5 / 32768.0;
    // 32767.5 rounds to the even 32768, -32768.5 to the even -32768.
    assert_eq!(clips(&PCM_CODECS[0], &[1.0 - half, (1.0 - half).next_down(), -1.0 - half]), 1);
    assert_eq!(clips(&PCM_CODECS[2], &[1.0, 1.0f32.next_down(), -1.0, (-1.0f32).next_down()]), 2);
    assert_eq!(clips(&PCM_CODECS[1], &[f32::INFINITY, f32::NEG_INFINITY, f32::NAN]), 2);
    assert_eq!(clips(&PCM_CODECS[3], &[f32::INFINITY, 9.0, f32::NAN]), 0);
}

#[test]
fn the_fastest_kernels_of_this_processor_are_used() {
    let form = Form::of(&PCM_CODECS[1]);
    let interleaver = Interleaver::new(form, 2);
    assert_eq!(interleaver.kernels.fast.is_some(), cfg!(any(target_arch = "x86_64", target_arch = "aarch64")));
}

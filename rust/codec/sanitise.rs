//! What lossy encoders may be fed: finite samples within full scale.
//!
//! LAME's assertions abort the whole process for NaN, for infinity and for samples far beyond full scale;
//! libvorbis turns them into seconds of loud garbage.

/// Appends `samples` to `out`, NaN as 0 and the others clamped to full scale, all times `gain`. Returns how
/// many were clamped.
pub(crate) fn append_sane(samples: &[f32], gain: f32, out: &mut Vec<f32>) -> u64 {
    let mut clipped = 0;
    for &sample in samples {
        clipped += u64::from(sample.abs() > 1.0);
    }
    out.extend(samples.iter().map(|&sample| {
        // `max` and `min` take the other operand for NaN, so NaN has to go first.
        let finite = if sample.is_nan() { 0.0 } else { sample };
        finite.clamp(-1.0, 1.0) * gain
    }));
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_beyond_full_scale_are_counted_as_clipped() {
        let mut out = Vec::new();
        let wild = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e9, -1.000_001, 1.0, -1.0, 1e-42, 0.25];
        assert_eq!(append_sane(&wild, 1.0, &mut out), 4);
        assert_eq!(out, [0.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1e-42, 0.25]);
        assert_eq!(append_sane(&[-f32::NAN, 2.0], 0.5, &mut out), 1);
        assert_eq!(out[9..], [0.0, 0.5]);
    }
}

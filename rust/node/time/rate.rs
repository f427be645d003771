//! When two sample rates are one, and when a rate is whole.
//!
//! A host computes rates in floating point: 48000 comes as 47999.99999999999, or moves in its last digits while it
//! plays. A difference of less than a millionth is a sample in 20 seconds of 48 kHz at most, which no slice shows.

/// Rates that differ by less than this part of themselves are one rate.
const SAME: f64 = 1e-6;

/// Whether `a` and `b` are the same sample rate.
#[inline]
pub(crate) fn is_same_rate(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() < SAME * a.abs().min(b.abs())
}

/// `rate`, or the whole number of Hz that it is the same as.
pub(crate) fn settled_rate(rate: f64) -> f64 {
    let whole = rate.round();
    if is_same_rate(rate, whole) { whole } else { rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_millionth_is_the_same_rate() {
        for (a, b) in [(48000.0, 48000.000001), (47999.99999999999, 48000.0), (44100.0, 44100.0439), (0.5, 0.5)] {
            assert!(is_same_rate(a, b) && is_same_rate(b, a), "{a} {b}");
        }
        for (a, b) in [(48000.0, 48000.05), (44100.0, 48000.0), (0.0, 1e-9), (-48000.0, 48000.0), (f64::NAN, f64::NAN)]
        {
            assert!(!is_same_rate(a, b) && !is_same_rate(b, a), "{a} {b}");
        }
    }

    #[test]
    fn a_rate_that_is_near_a_whole_number_is_whole() {
        assert_eq!(settled_rate(47999.99999999999), 48000.0);
        assert_eq!(settled_rate(44100.01), 44100.0);
        assert_eq!(settled_rate(48000.0), 48000.0);
        for rate in [44100.5, 47952.047952, 0.5, 0.0, -48000.5] {
            assert_eq!(settled_rate(rate), rate);
        }
        assert!(settled_rate(f64::NAN).is_nan() && settled_rate(f64::INFINITY).is_infinite());
    }
}

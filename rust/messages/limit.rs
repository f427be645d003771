//! What only one format cannot hold or do.

use std::fmt;

/// A part of [`Problem`](super::Problem).
#[derive(Debug)]
pub(crate) enum Limit {
    /// The codec is big-endian.
    WavBigEndian { codec: &'static str },
    /// A frame of WAV is at most 65535 bytes; `smaller` when it would fit with 16 bits.
    WavFrame { most: usize, codec: &'static str, channels: usize, smaller: bool },
    /// A second of WAV is at most 4 GiB.
    WavSecond { most: usize, codec: &'static str, rate: f64, channels: usize },
    /// The library that encodes the format gave up.
    Encoder { library: &'static str, cause: String },
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WavBigEndian { codec } => write!(
                f,
                "WAV is little-endian, so it cannot hold {codec}: choose {} for the same samples, or AIFF, \
                 then switch Record off, and on again a frame later.",
                codec.trim_end_matches("be")
            ),
            Self::WavFrame { most, codec, channels, smaller } => write!(
                f,
                "WAV holds at most {most} channels of {codec}, the input has {channels}: {}narrow Channel Scope, \
                 then switch Record off, and on again a frame later.",
                if *smaller { "choose pcm16, or " } else { "" }
            ),
            Self::WavSecond { most, codec, rate, channels } => write!(
                f,
                "WAV holds at most {most} channels of {codec} at {rate} Hz, the input has {channels}: \
                 choose AIFF, or narrow Channel Scope, then switch Record off, and on again a frame later."
            ),
            Self::Encoder { library, cause } => write!(
                f,
                "{library} cannot encode any more ({cause}), so the take ends here: \
                 free some memory or choose WAV, then switch Record off, and on again a frame later."
            ),
        }
    }
}

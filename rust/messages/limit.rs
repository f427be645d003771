//! What only one format cannot hold or do.

use std::fmt;

/// A part of [`Problem`](super::Problem).
#[derive(Debug)]
pub(crate) enum Limit {
    /// The format does not take this PCM codec. `twin` is the one that stores the same samples in the other byte order,
    /// if the format takes that; `codecs` are all that it takes, `others` the formats that could hold the input.
    Codec {
        format: &'static str,
        codec: &'static str,
        big_endian: bool,
        twin: Option<&'static str>,
        codecs: &'static [&'static str],
        others: Vec<&'static str>,
    },
    /// The header has too few bits for the length of a frame; `smaller` is a codec with which it would fit.
    Frame { format: &'static str, most: usize, codec: &'static str, channels: usize, smaller: Option<&'static str> },
    /// The header has too few bits for the length of a second.
    Second {
        format: &'static str,
        most: usize,
        codec: &'static str,
        rate: f64,
        channels: usize,
        others: Vec<&'static str>,
    },
    /// The library that encodes the format gave up.
    Encoder { library: &'static str, cause: String },
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Codec { format, codec, big_endian, twin: Some(twin), others, .. } => write!(
                f,
                "{format} is {}-endian, so it cannot hold {codec}: choose {} for the same samples{}{}.",
                if *big_endian { "little" } else { "big" },
                twin,
                if others.is_empty() { "" } else { ", or " },
                alternatives(others)
            ),
            Self::Codec { format, codec, codecs, others, .. } => write!(
                f,
                "{format} cannot hold {codec}: choose {}{}{}.",
                alternatives(codecs),
                if others.is_empty() { "" } else { ", or for this codec " },
                alternatives(others)
            ),
            Self::Frame { format, most, codec, channels, smaller } => write!(
                f,
                "{format} holds at most {most} channels of {codec}, the input has {channels}: \
                 {}narrow Channel Scope.",
                choice(smaller.as_slice())
            ),
            Self::Second { format, most, codec, rate, channels, others } => write!(
                f,
                "{format} holds at most {most} channels of {codec} at {rate} Hz, the input has {channels}: \
                 {}narrow Channel Scope.",
                choice(others)
            ),
            Self::Encoder { library, cause } => write!(
                f,
                "{library} cannot encode any more ({cause}), so the take ends here: \
                 free some memory or choose WAV, then switch Record off and on."
            ),
        }
    }
}

/// `names` as alternatives: "WAV, OGG or AIFF".
pub(super) fn alternatives(names: &[&str]) -> String {
    match names {
        [first @ .., before, last] => {
            let first: String = first.iter().flat_map(|name| [name, ", "]).collect();
            format!("{first}{before} or {last}")
        }
        _ => names.concat(),
    }
}

/// The beginning of a remedy that goes on with another one: "choose WAV or OGG, or ", and nothing without `names`.
pub(super) fn choice(names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!("choose {}, or ", alternatives(names)) }
}

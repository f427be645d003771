//! What only one format cannot hold or do.

use thiserror::Error;

/// A part of [`Problem`](super::Problem).
#[derive(Debug, Error)]
pub(crate) enum Limit {
    /// The format does not take this PCM codec. `twin` is the one that stores the same samples in the other byte order,
    /// if the format takes that; `codecs` are all that it takes, `others` the formats that take this one.
    #[error(
        "{format} {}cannot hold {codec}: choose {}{}, \
         then switch Record off, and on again a frame later.",
        match (.twin, .big_endian) {
            (Some(_), true) => "stores no big-endian samples, so it ",
            (Some(_), false) => "is big-endian, so it ",
            (None, _) => "",
        },
        .twin.map_or_else(|| alternatives(.codecs), |twin| format!("{twin} for the same samples")),
        if .others.is_empty() { String::new() } else { format!(", or {}", alternatives(.others)) }
    )]
    Codec {
        format: &'static str,
        codec: &'static str,
        big_endian: bool,
        twin: Option<&'static str>,
        codecs: &'static [&'static str],
        others: Vec<&'static str>,
    },
    /// The header has too few bits for the length of a frame; `smaller` is a codec with which it would fit.
    #[error(
        "{format} holds at most {most} channels of {codec}, the input has {channels}: {}narrow Channel Scope, \
         then switch Record off, and on again a frame later.",
        choice(.smaller.as_slice())
    )]
    Frame { format: &'static str, most: usize, codec: &'static str, channels: usize, smaller: Option<&'static str> },
    /// The header has too few bits for the length of a second.
    #[error(
        "{format} holds at most {most} channels of {codec} at {rate} Hz, the input has {channels}: \
         {}narrow Channel Scope, \
         then switch Record off, and on again a frame later.",
        choice(.others)
    )]
    Second {
        format: &'static str,
        most: usize,
        codec: &'static str,
        rate: f64,
        channels: usize,
        others: Vec<&'static str>,
    },
    /// The library that encodes the format gave up.
    #[error(
        "{library} cannot encode any more ({cause}), so the take ends here: \
         free some memory or choose WAV, then switch Record off, and on again a frame later."
    )]
    Encoder { library: &'static str, cause: String },
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

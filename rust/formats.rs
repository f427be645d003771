//! THE table of formats.
//!
//! A format is a row: a container, the codec that goes into it, and what the two can hold. Menus, greying, limits, the
//! sentences about them, tdhost and every test that runs over all formats read the rows. A new format is a file in
//! `container/` (and one in `codec/`, if no codec that is there serves) and its row.

use std::fmt;
use std::io::Read;
use std::ops::RangeInclusive;

use crate::codec::{Codec, PCM_CODECS, PcmCodec};
use crate::container::{Container, aiff, flac, mp3, ogg, wav};
use crate::messages::{Limit, Problem, Warning};
use crate::stream::AudioLayout;

#[cfg(test)]
mod tests;

/// THE table, in the order of the menu.
pub(crate) static FORMATS: &[&Format] = &[&wav::FORMAT, &ogg::FORMAT, &mp3::FORMAT, &aiff::FORMAT, &flac::FORMAT];

/// A row of [`FORMATS`].
pub(crate) struct Format {
    /// Menu item of File Type.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// Without the dot; the first is given to names that have none.
    pub(crate) extensions: &'static [&'static str],
    /// The parameters that only some formats use and that this one does; the others are greyed out.
    pub(crate) options: &'static [FormatOption],
    /// Names of the PCM codecs whose samples it stores exactly; none for a lossy format.
    pub(crate) codecs: &'static [&'static str],
    pub(crate) channels: RangeInclusive<usize>,
    pub(crate) rates: Rates,
    /// Bytes of PCM that a frame may have, and bytes of a second, where the header states them in so many bits.
    pub(crate) frame_bytes: u64,
    pub(crate) second_bytes: u64,
    /// Makes the codec and the container of one part. Touches no file; [`Format::allows`] has been asked.
    pub(crate) open: fn(Setup<'_>) -> Result<Opened, Problem>,
    /// Reads a finished file with a reader that shares no code with its writer: a second opinion before the take counts.
    pub(crate) verify: Option<Verify>,
}

/// What one part of a take is made from. The same setup always makes the same file.
pub(crate) struct Setup<'a> {
    pub(crate) layout: AudioLayout,
    pub(crate) settings: Settings,
    /// Identifies the part among others in containers that number their streams: see [`serial_number`].
    pub(crate) serial: u32,
    /// Key and value, in the order of the table, keys in lower case; `encoder` is always among them.
    pub(crate) metadata: &'a [(String, String)],
    pub(crate) warnings: &'a mut Vec<Warning>,
}

/// A new [`Setup::serial`]: random, so that streams of several files can be chained.
pub(crate) fn serial_number() -> u32 {
    fastrand::u32(..)
}

/// One part of a take, before its first frame.
pub(crate) struct Opened {
    pub(crate) codec: Box<dyn Codec>,
    pub(crate) container: Box<dyn Container>,
}

/// The settings of a take that codecs and containers need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    pub(crate) codec: &'static PcmCodec,
    /// kb/s, for formats with [`FormatOption::BitRate`].
    pub(crate) bit_rate: u32,
    /// 0..1, for formats with [`FormatOption::Quality`].
    pub(crate) quality: f32,
}

/// A parameter that only some formats use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatOption {
    Codec,
    BitRate,
    Quality,
}

/// Compares a finished file with what was recorded to it. Returns what differs, as it stands in
/// [`Problem::ReadsDifferently`]: "reads as 3 frames instead of 4".
///
/// The next file waits in memory meanwhile, so it may take a second or so, however long the file is.
pub(crate) type Verify = fn(ReadFrom<'_>, &Recorded) -> Option<String>;

/// Readers of a file from any byte on.
pub(crate) type ReadFrom<'a> = &'a dyn Fn(u64) -> Box<dyn Read + 'a>;

/// What a finished file must turn out to hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) layout: AudioLayout,
    pub(crate) settings: Settings,
    pub(crate) frames: u64,
    /// Bytes of the file.
    pub(crate) len: u64,
}

/// The sample rates that a format can store, in Hz.
pub(crate) enum Rates {
    Any,
    Whole(RangeInclusive<u32>),
    /// Whole ones up to the first number, and multiples of ten from there to the second.
    Coarse {
        least: u32,
        whole: u32,
        most: u32,
    },
    Listed(&'static [u32]),
}

/// The first limit of a row that an input exceeds.
enum Exceeded {
    Channels,
    Rate,
    Codec,
    /// The codec's frames are too long with more channels than `most`.
    Frame {
        most: usize,
    },
    /// So is a second.
    Second {
        most: usize,
    },
}

impl Format {
    /// Whether this format can hold `layout` with `settings`: asked before a file is touched.
    ///
    /// # Errors
    /// The limit that is in the way, and what helps.
    pub(crate) fn allows(&self, layout: AudioLayout, settings: Settings) -> Result<(), Problem> {
        let Some(exceeded) = self.exceeded(layout, settings) else { return Ok(()) };
        let AudioLayout { channels, rate } = layout;
        let (format, codec) = (self.label, settings.codec.name);
        let holding = FORMATS.iter().filter(|other| other.holds(layout, settings));
        let others = holding.clone().map(|other| other.label).collect();
        Err(match exceeded {
            Exceeded::Channels => {
                let (least, most) = (*self.channels.start(), *self.channels.end());
                Problem::Channels { format, least, most, channels, others }
            }
            Exceeded::Rate => Problem::Rate { format, allowed: self.rates.to_string(), rate, others },
            Exceeded::Codec => {
                // The others store no PCM at all.
                let others = holding.filter(|other| !other.codecs.is_empty()).map(|other| other.label).collect();
                let twin = self.takes(|row| row.is_other_byte_order_of(settings.codec)).next().map(|row| row.name);
                let big_endian = settings.codec.big_endian;
                Problem::Limit(Limit::Codec { format, codec, big_endian, twin, codecs: self.codecs, others })
            }
            Exceeded::Frame { most } => {
                let fits = |row: &PcmCodec| self.fits_frame(channels, row);
                let smaller = self.takes(fits).min_by_key(|row| row.bits).map(|row| row.name);
                Problem::Limit(Limit::Frame { format, most, codec, channels, smaller })
            }
            Exceeded::Second { most } => Problem::Limit(Limit::Second { format, most, codec, rate, channels, others }),
        })
    }

    /// Whether a decoder returns an approximation of what was recorded.
    pub(crate) fn is_lossy(&self) -> bool {
        self.codecs.is_empty()
    }

    /// Whether this format can hold `layout` with `settings`.
    fn holds(&self, layout: AudioLayout, settings: Settings) -> bool {
        self.exceeded(layout, settings).is_none()
    }

    fn exceeded(&self, layout: AudioLayout, settings: Settings) -> Option<Exceeded> {
        let AudioLayout { channels, rate } = layout;
        let sample = u64::from(settings.codec.bits / 8);
        let frame_most = (self.frame_bytes / sample) as usize;
        let second_most = (self.second_bytes as f64 / rate / sample as f64) as usize;
        if !self.channels.contains(&channels) {
            Some(Exceeded::Channels)
        } else if !self.rates.contain(rate) {
            Some(Exceeded::Rate)
        } else if self.codecs.is_empty() {
            None
        } else if !self.codecs.contains(&settings.codec.name) {
            Some(Exceeded::Codec)
        } else if channels > second_most && second_most < frame_most {
            Some(Exceeded::Second { most: second_most })
        } else if !self.fits_frame(channels, settings.codec) {
            Some(Exceeded::Frame { most: frame_most })
        } else {
            None
        }
    }

    /// The PCM codecs that it takes and that `suit`.
    fn takes(&self, suit: impl Fn(&PcmCodec) -> bool) -> impl Iterator<Item = &'static PcmCodec> {
        PCM_CODECS.iter().filter(move |row| self.codecs.contains(&row.name) && suit(row))
    }

    /// Whether so many channels of `codec` are no longer than a frame may be.
    fn fits_frame(&self, channels: usize, codec: &PcmCodec) -> bool {
        channels as u64 * u64::from(codec.bits / 8) <= self.frame_bytes
    }
}

impl Rates {
    fn contain(&self, rate: f64) -> bool {
        let whole = rate.fract() == 0.0;
        match self {
            Self::Any => rate.is_normal() && rate > 0.0,
            Self::Whole(range) => whole && (f64::from(*range.start())..=f64::from(*range.end())).contains(&rate),
            Self::Coarse { least, whole: to, most } => {
                let within = |from: u32, to: u32| (f64::from(from)..=f64::from(to)).contains(&rate);
                whole && (within(*least, *to) || within(*to, *most) && rate % 10.0 == 0.0)
            }
            Self::Listed(rates) => rates.iter().any(|listed| f64::from(*listed) == rate),
        }
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("rates above 0 Hz"),
            Self::Whole(range) => write!(f, "whole rates from {} to {} Hz", range.start(), range.end()),
            Self::Coarse { least, whole, most } => {
                write!(f, "whole rates from {least} to {whole} Hz and multiples of 10 up to {most} Hz")
            }
            Self::Listed(rates) => {
                let listed: Vec<_> = rates.iter().map(u32::to_string).collect();
                write!(f, "{} Hz", listed.join(", "))
            }
        }
    }
}

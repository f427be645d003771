//! The encoders: one trait, and THE table of formats and codecs.
//!
//! Adding a format is one file beside this one and one row in [`FORMATS`].

mod aiff;
pub(crate) mod chunks;
#[cfg(test)]
mod first_moment;
pub(crate) mod metadata;
mod mp3;
mod ogg;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod proof;
mod wav;

#[cfg(test)]
mod testing;

use std::fmt;
use std::ops::RangeInclusive;

pub(crate) use crate::codec::{PCM_CODECS, PcmCodec};
use crate::destination::take_file::TakeFile;
use crate::messages::{Problem, Warning};
pub(crate) use crate::stream::AudioLayout;
use crate::stream::planar::Planar;

/// Turns frames into the bytes of one file.
///
/// Durability is part of the contract: whatever [`Encoder::write`] returned is in `out` and is appended to the
/// file by the writer thread right away; after [`Encoder::checkpoint`] the file on disk is playable up to
/// there, if the process dies the next moment.
pub(crate) trait Encoder: Send {
    /// Encodes `block` and appends the bytes to `out`. CPU only: no file is touched, since the caller holds
    /// the ring's consumer side meanwhile.
    fn write(&mut self, block: Planar<'_>, out: &mut Vec<u8>) -> Result<(), Problem>;

    /// Makes what the file holds playable: sizes in headers follow `file.len()`, once nothing of the silence of the
    /// beginning is left. Costs microseconds.
    fn checkpoint(&mut self, file: &mut TakeFile) -> Result<(), Problem>;

    /// Drains the encoder, completes headers and trailing chunks. The file stays open and locked.
    fn finish(&mut self, file: &mut TakeFile) -> Result<(), Problem>;

    /// How much of a file that is `len` bytes long can be played: asked when a disk took only a part.
    fn playable(&self, len: u64) -> Playable;

    /// Frames that the file can still take before its container is full; the writer rolls over before.
    fn frames_left(&self) -> u64 {
        u64::MAX
    }

    /// Samples clipped to full scale so far.
    fn clipped(&self) -> u64;
}

/// What can be played of a file that ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Playable {
    /// Bytes to keep: whole frames, packets or pages.
    pub(crate) len: u64,
    /// Frames that a decoder reads from them.
    pub(crate) frames: u64,
}

/// The settings of a take that encoders need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    pub(crate) codec: &'static PcmCodec,
    /// kb/s, for MP3.
    pub(crate) bit_rate: u32,
    /// 0..1, for OGG.
    pub(crate) quality: f32,
}

/// How an encoder is opened: see [`Format::open`].
pub(crate) struct Opening<'a> {
    pub(crate) sound: AudioLayout,
    pub(crate) settings: Settings,
    /// Key and value, in the order of the table, keys in lower case; `encoder` is always among them.
    pub(crate) metadata: &'a [(String, String)],
    /// The first bytes of the file: whatever stands before the first frame.
    pub(crate) header: &'a mut Vec<u8>,
    /// What stands behind it until the first bytes of [`Encoder::write`] replace it: silence, as short as it can be
    /// for all programs to open the file. They may replace a part of it only if the rest then still is sound.
    pub(crate) silence: &'a mut Vec<u8>,
    pub(crate) warnings: &'a mut Vec<Warning>,
}

/// A row of [`FORMATS`].
pub(crate) struct Format {
    /// Menu item of File Type.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// Without the dot; the first is given to names that have none.
    pub(crate) extensions: &'static [&'static str],
    /// The parameters of the page that this format uses; the others are greyed out.
    pub(crate) options: &'static [FormatOption],
    pub(crate) channels: RangeInclusive<usize>,
    pub(crate) rates: Rates,
    /// Limits that depend on more than channels or rate alone. Called before a file is opened.
    pub(crate) check: fn(AudioLayout, Settings) -> Result<(), Problem>,
    pub(crate) open: fn(Opening<'_>) -> Result<Box<dyn Encoder>, Problem>,
}

impl Format {
    /// Whether this format can hold `sound`: asked before a file is touched.
    ///
    /// # Errors
    /// The limit that is in the way, and what helps.
    pub(crate) fn allows(&self, sound: AudioLayout, settings: Settings) -> Result<(), Problem> {
        self.fits(sound)?;
        (self.check)(sound, settings)
    }

    /// Whether this format has so many channels and such a rate at all.
    fn fits(&self, sound: AudioLayout) -> Result<(), Problem> {
        let AudioLayout { channels, rate } = sound;
        if !self.channels.contains(&channels) {
            let (least, most) = (*self.channels.start(), *self.channels.end());
            return Err(Problem::Channels { format: self.label, least, most, channels });
        }
        if !self.rates.contain(rate) {
            return Err(Problem::Rate { format: self.label, allowed: self.rates.to_string(), rate });
        }
        Ok(())
    }
}

/// A parameter that only some formats use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatOption {
    Codec,
    BitRate,
    Quality,
}

/// The sample rates that a format can store, in Hz.
pub(crate) enum Rates {
    Any,
    Whole(RangeInclusive<u32>),
    Listed(&'static [u32]),
}

impl Rates {
    fn contain(&self, rate: f64) -> bool {
        let whole = rate.fract() == 0.0;
        match self {
            Self::Any => rate.is_normal() && rate > 0.0,
            Self::Whole(range) => whole && (f64::from(*range.start())..=f64::from(*range.end())).contains(&rate),
            Self::Listed(rates) => rates.iter().any(|listed| f64::from(*listed) == rate),
        }
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("rates above 0 Hz"),
            Self::Whole(range) => write!(f, "whole rates from {} to {} Hz", range.start(), range.end()),
            Self::Listed(rates) => {
                let listed: Vec<_> = rates.iter().map(u32::to_string).collect();
                write!(f, "{} Hz", listed.join(", "))
            }
        }
    }
}

/// THE table of formats, in the order of the menu.
pub(crate) static FORMATS: &[&Format] = &[&wav::FORMAT, &ogg::FORMAT, &mp3::FORMAT, &aiff::FORMAT];

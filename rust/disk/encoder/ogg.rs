//! OGG: Vorbis at a constant quality.
//!
//! The file: three header packets on pages of their own, then audio pages of about five packets. A page is
//! complete when it is in the file and says how many frames have been played at its end, so a checkpoint has
//! nothing to do.

mod pages;
#[cfg(test)]
mod tests;
#[allow(unsafe_code, reason = "moves libvorbis between threads")]
mod vorbis;

use self::pages::Pages;
use self::vorbis::Vorbis;
use super::sanitise::append_sane;
use super::{Encoder, Format, Knob, Opening, Playable, Rates, Settings, Sound};
use crate::disk::metadata::vorbis_comments;
use crate::disk::take_file::TakeFile;
use crate::shared::planar::Planar;
use crate::shared::problem::Problem;

pub(crate) static FORMAT: Format = Format {
    name: "ogg",
    label: "OGG",
    extensions: &["ogg"],
    knobs: &[Knob::Quality],
    channels: 1..=255,
    rates: Rates::Whole(8000..=192_000),
    check,
    open,
};

/// Frames that are given to libvorbis at once: what its documentation calls reasonable, and half of a long
/// block.
const BLOCK: usize = 1024;

/// Opens an encoder for the sound and drops it, since only libvorbis knows whether it has a mode for it.
fn check(sound: Sound, settings: Settings) -> Result<(), Problem> {
    start(sound, settings, &[]).map(drop)
}

fn open(opening: Opening<'_>) -> Result<Box<dyn Encoder>, Problem> {
    let comments = vorbis_comments(opening.metadata, opening.warnings);
    let mut vorbis = start(opening.sound, opening.settings, &comments)?;
    vorbis.drain(opening.header);
    Ok(Box::new(Ogg {
        vorbis: Some(vorbis),
        staged: vec![Vec::with_capacity(BLOCK); opening.sound.channels],
        pages: Pages::after(opening.header.len() as u64),
        clipped: 0,
    }))
}

fn start(sound: Sound, settings: Settings, comments: &[(String, String)]) -> Result<Vorbis, Problem> {
    let channels = u8::try_from(sound.channels).ok().and_then(|channels| channels.try_into().ok());
    let Some(channels) = channels else {
        return Err(Problem::Limit(format!(
            "OGG holds 1 to 255 channels, the input has {}: choose WAV or AIFF, or narrow Channel Scope.",
            sound.channels
        )));
    };
    let rate = sound.rate as u32;
    let rate =
        if f64::from(rate) == sound.rate && (8000..=192_000).contains(&rate) { rate.try_into().ok() } else { None };
    let Some(rate) = rate else {
        return Err(Problem::Limit(format!(
            "OGG holds whole sample rates from 8000 to 192000 Hz, the input has {}: choose WAV or AIFF, or \
             resample the input.",
            sound.rate
        )));
    };
    // NaN fails every comparison; a quality that is no number is the default.
    let quality = if settings.quality.is_nan() { 0.5 } else { settings.quality.clamp(0.0, 1.0) };
    Vorbis::new(rate, channels, quality, comments).map_err(|error| {
        Problem::Limit(format!(
            "OGG has no way to hold {} channels at {} Hz and quality {} ({error}): change Quality, or choose WAV.",
            sound.channels, sound.rate, settings.quality
        ))
    })
}

struct Ogg {
    /// `None` once the stream has ended.
    vorbis: Option<Vorbis>,
    /// Sanitised samples of each channel; empty between calls.
    staged: Vec<Vec<f32>>,
    pages: Pages,
    clipped: u64,
}

impl Encoder for Ogg {
    fn write(&mut self, block: Planar<'_>, out: &mut Vec<u8>) -> Result<(), Problem> {
        debug_assert_eq!(block.channels(), self.staged.len());
        let Some(vorbis) = &mut self.vorbis else { return Ok(()) };
        let start = out.len();
        let mut rest = block;
        while rest.frames() > 0 {
            let (now, later) = rest.split_at(BLOCK);
            for (index, channel) in self.staged.iter_mut().enumerate() {
                channel.clear();
                self.clipped += append_sane(now.channel(index), 1.0, channel);
            }
            vorbis.encode(&self.staged).map_err(failed)?;
            rest = later;
        }
        vorbis.drain(out);
        self.pages.count(&out[start..]);
        Ok(())
    }

    fn checkpoint(&mut self, _file: &mut TakeFile) -> Result<(), Problem> {
        Ok(())
    }

    fn finish(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        let Some(vorbis) = self.vorbis.take() else { return Ok(()) };
        let mut out = Vec::new();
        vorbis.finish(&mut out).map_err(failed)?;
        self.pages.count(&out);
        file.append(&out)
    }

    fn playable(&self, len: u64) -> Playable {
        self.pages.playable(len)
    }

    fn clipped(&self) -> u64 {
        self.clipped
    }
}

fn failed(error: vorbis_rs::VorbisError) -> Problem {
    Problem::Limit(format!(
        "The Vorbis encoder of OGG stopped ({error}): free some memory and record again, or choose WAV."
    ))
}

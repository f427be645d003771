//! OGG: Vorbis at a constant quality.
//!
//! The file: three header packets on pages of their own, then audio pages of at most 0.2 seconds. A page is
//! complete when it is in the file and says how many frames have been played at its end, so a checkpoint has
//! nothing to do.
//!
//! Quality means what it means to `oggenc`: the encoder is set up alike.

#[allow(unsafe_code, reason = "libvorbis")]
mod coder;
#[allow(unsafe_code, reason = "libogg")]
mod pager;
mod pages;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod tests;

use std::num::{NonZeroU8, NonZeroU32};

use self::coder::Coder;
use self::pager::Pager;
use self::pages::Pages;
use super::{Encoder, Format, FormatOption, Opening, Playable, Rates};
use crate::codec::append_sane;
use crate::container::metadata::vorbis_comments;
use crate::destination::take_file::TakeFile;
use crate::faults;
use crate::messages::{Limit, Problem};
use crate::stream::planar::Planar;

pub(crate) static FORMAT: Format = Format {
    name: "ogg",
    label: "OGG",
    extensions: &["ogg"],
    options: &[FormatOption::Quality],
    channels: 1..=255,
    rates: Rates::Whole(8000..=192_000),
    // libvorbis has a mode for every sound that fits, at every quality; a test tries them.
    check: |_, _| Ok(()),
    open,
};

/// Frames that are given to libvorbis at once: what its documentation calls reasonable, and half of a long
/// block.
const BLOCK: usize = 1024;

/// The channels of the input in the order of Vorbis I, section 4.3.9, which puts the centre second and LFE last;
/// the input is in the order of WAV, as its channel masks have it. Other numbers of channels have no order.
fn channel_order(channels: usize) -> Vec<usize> {
    match channels {
        3 => vec![0, 2, 1],
        5 => vec![0, 2, 1, 3, 4],
        6 => vec![0, 2, 1, 4, 5, 3],
        7 => vec![0, 2, 1, 5, 6, 4, 3],
        8 => vec![0, 2, 1, 6, 7, 4, 5, 3],
        _ => (0..channels).collect(),
    }
}

fn open(opening: Opening<'_>) -> Result<Box<dyn Encoder>, Problem> {
    FORMAT.fits(opening.sound)?;
    let rate = NonZeroU32::new(opening.sound.rate as u32).unwrap_or(NonZeroU32::MIN);
    let channels = NonZeroU8::new(opening.sound.channels as u8).unwrap_or(NonZeroU8::MIN);
    // A quality that is no number is the default.
    let asked = opening.settings.quality;
    let quality = if asked.is_nan() { 0.5 } else { asked.clamp(0.0, 1.0) };
    let comments = vorbis_comments(opening.metadata, opening.warnings);
    if opening.metadata.iter().any(|(key, _)| faults::ordered(key, "fail-encoder")) {
        return Err(failed("ordered by a test"));
    }
    let mut coder = Coder::new(rate, channels, quality).map_err(failed)?;
    let mut pager = Pager::new(rate).ok_or_else(|| failed("libogg does not start"))?;
    pager.begin(&coder.headers(&comments).map_err(failed)?, opening.header);
    opening.silence.extend(pages::silence(opening.header, channels.get()));
    Ok(Box::new(Ogg {
        coder: Some(coder),
        pager,
        order: channel_order(opening.sound.channels),
        staged: vec![Vec::with_capacity(BLOCK); opening.sound.channels],
        pages: Pages::after(opening.header.len() as u64),
        clipped: 0,
    }))
}

struct Ogg {
    /// `None` once the stream has ended.
    coder: Option<Coder>,
    pager: Pager,
    /// Which channel of the input each one of the stream is.
    order: Vec<usize>,
    /// Sanitised samples of each channel; empty between calls.
    staged: Vec<Vec<f32>>,
    pages: Pages,
    clipped: u64,
}

impl Encoder for Ogg {
    fn write(&mut self, block: Planar<'_>, out: &mut Vec<u8>) -> Result<(), Problem> {
        debug_assert_eq!(block.channels(), self.staged.len());
        let Some(coder) = &mut self.coder else { return Ok(()) };
        let start = out.len();
        let mut rest = block;
        while rest.frames() > 0 {
            let (now, later) = rest.split_at(BLOCK);
            for (channel, &input) in self.staged.iter_mut().zip(&self.order) {
                channel.clear();
                self.clipped += append_sane(now.channel(input), 1.0, channel);
            }
            coder.encode(&self.staged, |packet| self.pager.append(packet, out)).map_err(failed)?;
            rest = later;
        }
        self.pages.count(&out[start..]);
        Ok(())
    }

    fn checkpoint(&mut self, _file: &mut TakeFile) -> Result<(), Problem> {
        Ok(())
    }

    fn finish(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        let Some(coder) = self.coder.take() else { return Ok(()) };
        let mut out = Vec::new();
        coder.finish(|packet| self.pager.append(packet, &mut out)).map_err(failed)?;
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

fn failed(cause: impl ToString) -> Problem {
    Problem::Limit(Limit::Encoder { library: "Vorbis", cause: cause.to_string() })
}

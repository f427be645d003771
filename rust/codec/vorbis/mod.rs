//! Vorbis at a constant quality, by libvorbis: each block of the encoder becomes a packet.
//!
//! Quality means what it means to `oggenc`: the encoder is set up alike. It holds back two long blocks at most: a tenth of
//! a second or less, as they are shorter at low rates.

#[allow(unsafe_code, reason = "libvorbis")]
mod coder;

use std::num::{NonZeroU8, NonZeroU32};

use self::coder::Coder;
use super::{Codec, Packets, append_sane};
use crate::messages::{Limit, Problem};
use crate::stream::AudioLayout;
use crate::stream::planar::Planar;

/// Frames that are given to libvorbis at once: what its documentation calls reasonable, and half of a long block.
const BLOCK: usize = 1024;

/// The channels of the input in the order of Vorbis I, section 4.3.9, which puts the centre second and LFE last;
/// the input is in the order of WAV, as its channel masks have it. Other numbers of channels have no order.
pub(crate) fn channel_order(channels: usize) -> Vec<usize> {
    match channels {
        3 => vec![0, 2, 1],
        5 => vec![0, 2, 1, 3, 4],
        6 => vec![0, 2, 1, 4, 5, 3],
        7 => vec![0, 2, 1, 5, 6, 4, 3],
        8 => vec![0, 2, 1, 6, 7, 4, 5, 3],
        _ => (0..channels).collect(),
    }
}

/// Encodes one stream of Vorbis.
pub(crate) struct Vorbis {
    /// `None` once the stream has ended.
    coder: Option<Coder>,
    /// Which channel of the input each one of the stream is.
    order: Vec<usize>,
    /// Sanitised samples of each channel; empty between calls.
    staged: Vec<Vec<f32>>,
    clipped: u64,
}

/// The packets that stand before those of a stream: identification, comments and setup (Vorbis I, section 4.2).
pub(crate) type Headers = [Vec<u8>; 3];

impl Vorbis {
    /// A stream at a `quality` of 0 to 1. The comments among its headers are empty.
    pub(crate) fn new(layout: AudioLayout, quality: f32) -> Result<(Self, Headers), Problem> {
        let rate = NonZeroU32::new(layout.rate as u32).unwrap_or(NonZeroU32::MIN);
        let channels = NonZeroU8::new(layout.channels as u8).unwrap_or(NonZeroU8::MIN);
        // A quality that is no number is the default.
        let quality = if quality.is_nan() { 0.5 } else { quality.clamp(0.0, 1.0) };
        let mut coder = Coder::new(rate, channels, quality).map_err(failed)?;
        let headers = coder.headers().map_err(failed)?;
        let vorbis = Self {
            coder: Some(coder),
            order: channel_order(layout.channels),
            staged: vec![Vec::with_capacity(BLOCK); layout.channels],
            clipped: 0,
        };
        Ok((vorbis, headers))
    }
}

impl Codec for Vorbis {
    fn encode(&mut self, block: Planar<'_>, out: &mut Packets) -> Result<(), Problem> {
        debug_assert_eq!(block.channels(), self.staged.len());
        let Some(coder) = &mut self.coder else { return Ok(()) };
        let mut rest = block;
        while rest.frames() > 0 {
            let (now, later) = rest.split_at(BLOCK);
            for (channel, &input) in self.staged.iter_mut().zip(&self.order) {
                channel.clear();
                self.clipped += append_sane(now.channel(input), 1.0, channel);
            }
            coder.encode(&self.staged, out).map_err(failed)?;
            rest = later;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Packets) -> Result<(), Problem> {
        if let Some(coder) = self.coder.take() {
            coder.finish(out).map_err(failed)?;
        }
        out.last = true;
        Ok(())
    }

    fn clipped(&self) -> u64 {
        self.clipped
    }
}

/// The frequency above which mono of so many Hz loses everything, at a `quality` of 0 to 1.
#[cfg(test)]
pub(crate) fn lowpass_hz(rate: u32, quality: f32) -> f64 {
    Coder::new(NonZeroU32::new(rate).unwrap(), NonZeroU8::MIN, quality).unwrap().lowpass_hz()
}

/// libvorbis gave up, or a test ordered so.
pub(crate) fn failed(cause: impl ToString) -> Problem {
    Problem::Limit(Limit::Encoder { library: "Vorbis", cause: cause.to_string() })
}

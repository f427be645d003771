//! A second encoder, and how its packets are judged.

use std::num::{NonZeroU8, NonZeroU32};
use std::slice;

use aotuv_lancer_vorbis_sys::*;
use ogg_next_sys::ogg_packet;

use super::super::plan::{Depth, Plan};
use super::coder::Coder;
use super::{Failed, Place, done};

/// A second encoder of the same blocks, whose floors lie deeper.
///
/// Where a tone stands higher above such a floor than the codebooks reach (77 dB), it is lost for the length of a
/// block. What such a block plays has little in common with what the first encoder's block plays.
pub(super) struct Deeper {
    coder: Coder,
    decoder: Decoder,
    /// What the decoder makes of the first encoder's block, one channel after the other.
    first: Vec<f32>,
}

impl Deeper {
    pub(super) fn new(rate: NonZeroU32, channels: NonZeroU8, plan: Plan, depth: Depth) -> Result<Self, Failed> {
        Ok(Self { coder: Coder::new(rate, channels, plan, depth)?, decoder: Decoder::new(), first: Vec::new() })
    }

    /// To be called first, with the header packets of the first encoder, which are this one's, too.
    pub(super) fn begin(&mut self, headers: &mut [ogg_packet; 3]) -> Result<(), Failed> {
        self.decoder.begin(headers)
    }

    /// What the first encoder is given.
    pub(super) fn write(&mut self, channels: &[Vec<f32>], frames: usize) -> Result<(), Failed> {
        self.coder.write(channels, frames)
    }

    /// The packet for the next block, or the `first` encoder's if this one has lost something.
    pub(super) fn packet_or(&mut self, mut first: ogg_packet) -> Result<ogg_packet, Failed> {
        let Some(mut packet) = self.coder.packet()? else { return Ok(first) };
        let channels = self.coder.channels;
        self.first.clear();
        self.first.extend(self.decoder.decode(&mut first, channels)?.flatten());
        let frames = (self.first.len() / channels).max(1);
        let agrees = self.decoder.decode(&mut packet, channels)?.zip(self.first.chunks(frames)).all(|(now, first)| {
            let (mut difference, mut energy) = (0.0, 0.0);
            for (now, first) in now.iter().zip(first) {
                difference += f64::from(now - first).powi(2);
                energy += f64::from(*first).powi(2);
            }
            now.len() == first.len() && difference <= LOST * energy
        });
        Ok(if agrees { packet } else { first })
    }
}

/// The energy that a deeper block may differ by, the first one's = 1: about what the first one's noise has.
const LOST: f64 = 3e-5;

/// A decoder that does not put the blocks together.
struct Decoder {
    info: Place<vorbis_info>,
    comment: Place<vorbis_comment>,
    dsp: Place<vorbis_dsp_state>,
    block: Place<vorbis_block>,
}

impl Decoder {
    fn new() -> Self {
        Self { info: Place::zeroed(), comment: Place::zeroed(), dsp: Place::zeroed(), block: Place::zeroed() }
    }

    /// To be called once, with a stream's three header packets.
    fn begin(&mut self, headers: &mut [ogg_packet; 3]) -> Result<(), Failed> {
        // SAFETY: `info` is ours to fill.
        unsafe { vorbis_info_init(self.info.at()) };
        // SAFETY: `comment` is ours to fill.
        unsafe { vorbis_comment_init(self.comment.at()) };
        for header in headers {
            // SAFETY: both are initialised, and the packet points at memory of the encoder that made it.
            done(unsafe { vorbis_synthesis_headerin(self.info.at(), self.comment.at(), header) })?;
        }
        // SAFETY: `info` has all headers, and stays where it is until `dsp` is cleared.
        done(unsafe { vorbis_synthesis_init(self.dsp.at(), self.info.at()) })?;
        // SAFETY: `dsp` is set up, and stays where it is until `block` is cleared.
        done(unsafe { vorbis_block_init(self.dsp.at(), self.block.at()) }).map(drop)
    }

    /// A block's samples, before they are windowed and added, of each of the stream's `channels`.
    fn decode(
        &mut self,
        packet: &mut ogg_packet,
        channels: usize,
    ) -> Result<impl Iterator<Item = &[f32]> + use<'_>, Failed> {
        // SAFETY: `block` is set up, and the packet points at memory of the encoder that made it.
        done(unsafe { vorbis_synthesis(self.block.at(), packet) })?;
        let block = self.block.as_mut();
        let frames = block.pcmend as usize;
        // SAFETY: a decoded block points at one pointer for each channel of the stream.
        let pcm = unsafe { slice::from_raw_parts(block.pcm, channels) };
        // SAFETY: each of them points at `pcmend` samples, until the block is used again.
        Ok(pcm.iter().map(move |&channel| unsafe { slice::from_raw_parts(channel, frames) }))
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // As a coder's.
        // SAFETY: `block` is set up or zeroed, and this is its last use.
        unsafe { vorbis_block_clear(self.block.at()) };
        // SAFETY: so is `dsp`.
        unsafe { vorbis_dsp_clear(self.dsp.at()) };
        // SAFETY: so is `comment`.
        unsafe { vorbis_comment_clear(self.comment.at()) };
        // SAFETY: so is `info`.
        unsafe { vorbis_info_clear(self.info.at()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A decoder knows only the first encoder's.
    #[test]
    fn both_encoders_have_the_same_setup_header() {
        for (rate, channels) in [(8000, 1), (12_000, 2), (14_999, 6), (11_025, 16)] {
            let (rate, channels) = (NonZeroU32::new(rate).unwrap(), NonZeroU8::new(channels).unwrap());
            for quality in [0.5, 0.6, 0.7, 1.0] {
                let plan = Plan::of(rate.get(), channels.get(), quality);
                let [first, second] = [plan.depth, plan.deeper.unwrap()].map(|depth| {
                    let mut coder = Coder::new(rate, channels, plan, depth).unwrap();
                    let [_, _, setup] = coder.headers(&[]).unwrap();
                    // SAFETY: a packet points at that many bytes of the coder's memory, until the coder is used again.
                    unsafe { slice::from_raw_parts(setup.packet, setup.bytes as usize) }.to_vec()
                });
                assert_eq!(first, second);
            }
        }
    }
}

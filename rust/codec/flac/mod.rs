//! FLAC (RFC 9639) at the effort of `flac -5`, by libFLAC: each block of the encoder becomes a packet.
//!
//! The stream stays in the streamable subset (section 7). What is held back is a block and one sample.

#[allow(unsafe_code, reason = "libFLAC")]
mod coder;

use std::sync::{Arc, OnceLock};

use self::coder::Coder;
use super::pcm::quantize;
use super::{Codec, Packets, PcmCodec};
use crate::messages::{Limit, Problem};
use crate::stream::AudioLayout;
use crate::stream::planar::Planar;

pub(crate) use coder::vendor;

/// Frames of a block where that is less than half a second: what `flac` takes, too.
const BLOCK: u32 = 4096;
/// The shortest that a stream may have.
const SHORTEST_BLOCK: u32 = 16;

/// The lowest rate at which [`SHORTEST_BLOCK`] and a sample are no longer than half a second.
pub(crate) const LEAST_RATE: u32 = 2 * (SHORTEST_BLOCK + 1);

/// MD5 of all samples (RFC 9639, section 8.2), which is there once the codec has finished.
pub(crate) type Md5 = Arc<OnceLock<[u8; 16]>>;

/// Frames of a block at a rate in Hz: a power of two, and no longer than 0.38 s where that can be.
pub(crate) fn block_frames(rate: u32) -> u32 {
    let fitting = (rate / 8 * 3).max(SHORTEST_BLOCK);
    (1 << fitting.ilog2()).min(BLOCK)
}

/// Encodes one stream of FLAC.
pub(crate) struct Flac {
    /// `None` once the stream has ended.
    coder: Option<Coder>,
    bits: u16,
    /// Integers of each channel; empty between calls.
    staged: Vec<Vec<i32>>,
    clipped: u64,
    md5: Md5,
}

impl Flac {
    /// A stream of the integers that `codec` stores, and where the MD5 of all of them will be.
    pub(crate) fn new(layout: AudioLayout, codec: &PcmCodec) -> Result<(Self, Md5), Problem> {
        let AudioLayout { channels, rate } = layout;
        let (rate, md5) = (rate as u32, Md5::default());
        let coder = Coder::new(channels, codec.bits.into(), rate, block_frames(rate)).map_err(failed)?;
        let staged = vec![Vec::with_capacity(BLOCK as usize); channels];
        let flac = Self { coder: Some(coder), bits: codec.bits, staged, clipped: 0, md5: Arc::clone(&md5) };
        Ok((flac, md5))
    }
}

impl Codec for Flac {
    fn encode(&mut self, block: Planar<'_>, out: &mut Packets) -> Result<(), Problem> {
        debug_assert_eq!(block.channels(), self.staged.len());
        let Some(coder) = &mut self.coder else { return Ok(()) };
        let mut rest = block;
        while rest.frames() > 0 {
            let (now, later) = rest.split_at(BLOCK as usize);
            for (index, channel) in self.staged.iter_mut().enumerate() {
                channel.clear();
                self.clipped += quantize(now.channel(index), self.bits, channel);
            }
            coder.encode(&self.staged, out).map_err(failed)?;
            rest = later;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Packets) -> Result<(), Problem> {
        if let Some(coder) = self.coder.take() {
            let md5 = coder.finish(out).map_err(failed)?;
            // It is set here only.
            let _ = self.md5.set(md5);
        }
        out.last = true;
        Ok(())
    }

    fn clipped(&self) -> u64 {
        self.clipped
    }
}

fn failed(cause: impl ToString) -> Problem {
    Problem::Limit(Limit::Encoder { library: "FLAC", cause: cause.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_and_a_sample_are_at_most_half_a_second_and_in_the_streamable_subset() {
        for rate in (LEAST_RATE..2000).chain((2000..=655_350).step_by(50)) {
            let block = block_frames(rate);
            assert!((block + 1) * 2 <= rate, "{block} frames at {rate} Hz");
            assert!((SHORTEST_BLOCK..=4608).contains(&block));
        }
        assert_eq!(block_frames(44_100), 4096);
    }
}

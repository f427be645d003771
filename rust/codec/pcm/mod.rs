//! PCM: a packet for each block, of whole frames. Nothing is held back.

mod interleaver;

use interleaver::Interleaver;
pub(crate) use interleaver::{Form, quantize};

use super::{Codec, Packets};
use crate::messages::Problem;
use crate::stream::planar::Planar;

/// Stores the samples themselves.
pub(crate) struct Pcm {
    interleaver: Interleaver,
    frames: u64,
}

impl Pcm {
    pub(crate) fn new(form: Form, channels: usize) -> Self {
        Self { interleaver: Interleaver::new(form, channels), frames: 0 }
    }
}

impl Codec for Pcm {
    fn encode(&mut self, block: Planar<'_>, out: &mut Packets) -> Result<(), Problem> {
        if block.frames() > 0 {
            self.interleaver.write(block, &mut out.bytes);
            self.frames += block.frames() as u64;
            out.end_packet(self.frames);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Packets) -> Result<(), Problem> {
        out.last = true;
        Ok(())
    }

    fn is_cut_anywhere(&self) -> bool {
        true
    }

    fn clipped(&self) -> u64 {
        self.interleaver.clipped()
    }
}

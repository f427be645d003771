//! A codec and a container behind the calls of one object, for as long as this module writes files itself.

use crate::codec::{Codec, Packets};
use crate::container::{Container, Patch, Playable};
use crate::destination::take_file::TakeFile;
use crate::formats::Opened;
use crate::messages::Problem;
use crate::stream::planar::Planar;

pub(super) struct Legacy {
    codec: Box<dyn Codec>,
    container: Box<dyn Container>,
    packets: Packets,
    /// Frames that were encoded.
    frames: u64,
}

impl Legacy {
    pub(super) fn new(opened: Opened) -> Self {
        let Opened { codec, container } = opened;
        Self { codec, container, packets: Packets::default(), frames: 0 }
    }

    pub(super) fn header(&self) -> &[u8] {
        self.container.header()
    }

    pub(super) fn silence(&self) -> &[u8] {
        self.container.placeholder()
    }

    pub(super) fn write(&mut self, block: Planar<'_>, out: &mut Vec<u8>) -> Result<(), Problem> {
        self.frames += block.frames() as u64;
        self.codec.encode(block, &mut self.packets)?;
        self.container.append(&mut self.packets, out);
        Ok(())
    }

    pub(super) fn checkpoint(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        if file.has_silence() { Ok(()) } else { patch(file, self.container.checkpoint(file.len())) }
    }

    pub(super) fn finish(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        let mut out = Vec::new();
        self.codec.finish(&mut self.packets)?;
        self.container.append(&mut self.packets, &mut out);
        file.append(&out)?;
        // Sizes are worth stating even when a full disk refuses the rest.
        let tail = self.container.tail(file.len());
        let ended = file.append(&tail);
        ended.and(patch(file, self.container.complete(file.len())))
    }

    pub(super) fn playable(&self, len: u64) -> Playable {
        self.container.playable(len)
    }

    pub(super) fn frames_left(&self) -> u64 {
        self.container.max_frames() - self.frames
    }

    pub(super) fn clipped(&self) -> u64 {
        self.codec.clipped()
    }
}

fn patch(file: &mut TakeFile, patches: Vec<Patch>) -> Result<(), Problem> {
    patches.iter().try_for_each(|Patch { at, bytes }| file.patch(*at, bytes))
}

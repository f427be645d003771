//! Ogg Vorbis of more than two channels, or of a single page of sound, by libvorbis.
//!
//! Symphonia 0.6 decodes four and more channels wrongly at some qualities and knows no more than eight. A file that a
//! full disk has cut after its first page of sound it opens, but does not read to its end.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use vorbis_rs::VorbisDecoder;

use super::{CodecReader, Format, Samples};

/// Where the first page of an Ogg Vorbis file says how many channels there are.
const CHANNELS_AT: usize = 39;

pub(super) struct VorbisReader {
    decoder: VorbisDecoder<File>,
    pub(super) format: Format,
    /// Which channel of the stream each one of the file's user is.
    order: Vec<usize>,
    block: Samples,
}

impl VorbisReader {
    /// `None` when the file is not for this reader.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, String> {
        let mut head = Vec::new();
        let file = File::open(path).map_err(|error| error.to_string())?;
        file.take(CHANNELS_AT as u64 + 1).read_to_end(&mut head).map_err(|error| error.to_string())?;
        let many = head.starts_with(b"OggS") && head.get(29..35) == Some(b"vorbis") && head.get(CHANNELS_AT) > Some(&2);
        if many { Self::open_any(path).map(Some) } else { Ok(None) }
    }

    /// For an OGG file in which `other` has found no end; `None` when it is for that.
    pub(super) fn instead_of(other: &CodecReader, path: &Path) -> Option<Self> {
        if other.frames.is_some() { None } else { Self::open_any(path).ok() }
    }

    fn open_any(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let decoder = VorbisDecoder::new(file).map_err(|error| error.to_string())?;
        let channels = usize::from(decoder.channels().get());
        let format = Format { channels, rate: decoder.sampling_frequency().get(), bits: None, lossy: true };
        Ok(Self { decoder, order: order(channels), block: Samples::empty(channels, None), format })
    }

    pub(super) fn next_block(&mut self) -> Result<Option<&Samples>, String> {
        loop {
            let Some(decoded) = self.decoder.decode_audio_block().map_err(|error| error.to_string())? else {
                return Ok(None);
            };
            let planes = decoded.samples();
            if planes.first().is_some_and(|plane| !plane.is_empty()) {
                self.block = Samples::Float(self.order.iter().map(|&plane| planes[plane].to_vec()).collect());
                return Ok(Some(&self.block));
            }
        }
    }
}

/// The channels in the order of WAV, by their places in Vorbis I, section 4.3.9.
fn order(channels: usize) -> Vec<usize> {
    match channels {
        3 => vec![0, 2, 1],
        5 => vec![0, 2, 1, 3, 4],
        6 => vec![0, 2, 1, 5, 3, 4],
        7 => vec![0, 2, 1, 6, 5, 3, 4],
        8 => vec![0, 2, 1, 7, 5, 6, 3, 4],
        _ => (0..channels).collect(),
    }
}

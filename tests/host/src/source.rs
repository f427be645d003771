//! What a node under test is fed with: a file or the built-in signal, read by absolute frame index.

use std::path::{Path, PathBuf};

use crate::audio::Decoder;
use crate::signal;

/// Endless planar samples that can be read again: silence follows the end of a file.
pub enum Source {
    /// The built-in test signal.
    Signal(Signal),
    /// An audio file.
    File(Box<FileSource>),
}

/// A stretch of channels of the built-in signal.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// Frames per second.
    pub rate: u32,
    /// Number of channels.
    pub channels: usize,
    /// The first channel taken, so that nodes that record at once can be told apart.
    pub first_channel: usize,
}

/// An audio file that is decoded as far as it is asked for.
pub struct FileSource {
    path: PathBuf,
    decoder: Decoder,
    /// Index of the frame that the decoder's pending block begins with.
    pending_start: u64,
    pending: Vec<Vec<f32>>,
    frames: Option<u64>,
}

impl Source {
    /// Plays a file.
    pub fn open(path: &Path) -> Result<Self, String> {
        FileSource::open(path).map(|file| Self::File(Box::new(file)))
    }

    /// The same samples once more, for reading at another place at the same time.
    pub fn again(&self) -> Result<Self, String> {
        match self {
            Self::Signal(signal) => Ok(Self::Signal(*signal)),
            Self::File(file) => Self::open(&file.path),
        }
    }

    /// Frames per second.
    pub fn rate(&self) -> u32 {
        match self {
            Self::Signal(signal) => signal.rate,
            Self::File(file) => file.decoder.format().rate,
        }
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        match self {
            Self::Signal(signal) => signal.channels,
            Self::File(file) => file.decoder.format().channels,
        }
    }

    /// Length in frames, as far as it is known before reading.
    pub fn frames(&self) -> Option<u64> {
        match self {
            Self::Signal(_) => None,
            Self::File(file) => file.frames,
        }
    }

    /// Makes every channel of `block` hold `frames` samples from `start` on, and returns how many of them come from
    /// before the end. Reading onward is cheap; going back in a file decodes it from its beginning.
    pub fn read(&mut self, start: u64, frames: usize, block: &mut Vec<Vec<f32>>) -> Result<usize, String> {
        block.resize_with(self.channels(), Vec::new);
        for channel in block.iter_mut() {
            channel.clear();
        }
        let found = match self {
            Self::Signal(signal) => {
                for (index, channel) in block.iter_mut().enumerate() {
                    channel.resize(frames, 0.0);
                    signal::fill(signal.first_channel + index, start, signal.rate, channel);
                }
                frames
            }
            Self::File(file) => file.read(start, frames, block)?,
        };
        for channel in block {
            channel.resize(frames, 0.0);
        }
        Ok(found)
    }
}

impl FileSource {
    fn open(path: &Path) -> Result<Self, String> {
        let decoder = Decoder::open(path)?;
        Ok(Self {
            path: path.to_owned(),
            pending_start: 0,
            pending: vec![Vec::new(); decoder.format().channels],
            frames: decoder.frames_left(),
            decoder,
        })
    }

    fn read(&mut self, start: u64, frames: usize, block: &mut [Vec<f32>]) -> Result<usize, String> {
        if start < self.pending_start {
            *self = Self::open(&self.path)?;
        }
        let mut found = 0;
        while found < frames {
            let wanted = start + found as u64;
            let pending = self.pending[0].len() as u64;
            if wanted < self.pending_start + pending {
                let from = (wanted - self.pending_start) as usize;
                let count = (frames - found).min(self.pending[0].len() - from);
                for (channel, pending) in block.iter_mut().zip(&self.pending) {
                    channel.extend_from_slice(&pending[from..from + count]);
                }
                found += count;
            } else if !self.refill()? {
                break;
            }
        }
        Ok(found)
    }

    fn refill(&mut self) -> Result<bool, String> {
        self.pending_start += self.pending[0].len() as u64;
        for channel in &mut self.pending {
            channel.clear();
        }
        let Some(samples) = self.decoder.next_block()? else {
            return Ok(false);
        };
        for (index, channel) in self.pending.iter_mut().enumerate() {
            samples.extend_floats(index, channel);
        }
        Ok(true)
    }
}

//! The parts that benchmarks measure alone, and nothing more of them than that needs.

use std::sync::Arc;

use crate::codec::{PCM_CODECS, Packets};
use crate::formats::{FORMATS, Opened, Settings, Setup};
use crate::stream::AudioLayout;
use crate::stream::inbox::{Feed, Inbox, Item, Reach, Taken, inbox};
use crate::stream::lane::copy::{Ahead, Loops};
use crate::stream::lane::{Lane, Lanes, Peak};
use crate::stream::planar::Planar;

/// Both ends of the way from the cook thread to the writer thread.
pub struct Ring {
    feed: Feed,
    inbox: Arc<Inbox>,
    output: Vec<f32>,
    loops: Loops,
}

impl Ring {
    /// A ring for blocks of `frames` frames at 48 kHz.
    pub fn new(channels: usize, frames: usize) -> Self {
        let (feed, inbox) = inbox(AudioLayout { channels, rate: 48_000.0 }, frames);
        Self { feed, inbox, output: vec![0.0; frames], loops: Loops::new() }
    }

    /// What the cook thread does with a block, the pass-through included. False when there is no room.
    pub fn put(&mut self, planar: &[f32], frames: usize) -> bool {
        let output = &mut self.output[..frames];
        self.feed
            .audio(frames, &mut Block { planar, output, peak: Peak::default(), loops: self.loops }, Reach::All)
            .is_ok()
    }

    /// What the writer thread does with all that waits; how many frames there were.
    pub fn take(&self) -> usize {
        let mut all = 0;
        let mut count = |item: Item<'_>| match item {
            Item::Audio(views) => all += views.iter().map(Planar::frames).sum::<usize>(),
            Item::Silence(frames) => all += frames as usize,
        };
        while self.inbox.take(&mut count) == Taken::Item(()) {}
        all
    }
}

/// Planar samples, and a place for one channel of output.
struct Block<'a> {
    planar: &'a [f32],
    output: &'a mut [f32],
    peak: Peak,
    loops: Loops,
}

impl Lanes for Block<'_> {
    fn lane(&mut self, index: usize) -> Lane<'_> {
        let source = &self.planar[index * self.output.len()..][..self.output.len()];
        let ahead = Ahead { source: source.as_ptr(), output: self.output.as_ptr() };
        Lane { source, output: self.output, peak: &mut self.peak, loops: self.loops, ahead }
    }
}

/// A codec and a container without a file.
pub struct Encoding {
    opened: Opened,
    channels: usize,
    packets: Packets,
    out: Vec<u8>,
}

impl Encoding {
    /// Every PCM codec, with the first format that takes it before it.
    pub fn pcm() -> Vec<(&'static str, &'static str)> {
        let format = |codec| FORMATS.iter().find(|format| format.codecs.contains(&codec)).map(|format| format.name);
        PCM_CODECS.iter().filter_map(|codec| Some((format(codec.name)?, codec.name))).collect()
    }

    /// Names of the lossy formats.
    pub fn lossy() -> Vec<&'static str> {
        FORMATS.iter().filter(|format| format.is_lossy()).map(|format| format.name).collect()
    }

    /// `None` where the format does not hold this.
    pub fn open(format: &str, codec: &str, channels: usize) -> Option<Self> {
        let format = FORMATS.iter().find(|row| row.name == format)?;
        let codec = PCM_CODECS.iter().find(|row| row.name == codec)?;
        let settings = Settings { codec, bit_rate: 192, quality: 0.5 };
        let layout = AudioLayout { channels, rate: 48_000.0 };
        format.allows(layout, settings).ok()?;
        let (metadata, warnings) = (&[("encoder".to_owned(), "bench".to_owned())], &mut Vec::new());
        let opened = (format.open)(Setup { layout, settings, serial: 0, metadata, warnings }).ok()?;
        Some(Self { opened, channels, packets: Packets::default(), out: Vec::new() })
    }

    /// Encodes one block; how many bytes came out.
    pub fn write(&mut self, planar: &[f32]) -> usize {
        self.out.clear();
        let block = Planar::contiguous(planar, self.channels, planar.len() / self.channels);
        let Opened { codec, container } = &mut self.opened;
        codec.encode(block, &mut self.packets).map_or(0, |()| {
            container.append(&mut self.packets, &mut self.out);
            self.out.len()
        })
    }
}

//! The parts that benchmarks measure alone, and nothing more of them than that needs.

use crate::codec::{Codec, PCM_CODECS, Packets};
use crate::container::Container;
use crate::formats::{FORMATS, Settings, Setup};
use crate::stream::block::lent::Lent;
use crate::stream::copy::Loops;
use crate::stream::planar::Planar;
use crate::stream::{AudioLayout, Item, Next, StreamReader, StreamWriter, stream};

/// Both ends of the way from the cook thread to the encoding thread.
pub struct Ring {
    writer: StreamWriter<()>,
    reader: StreamReader<()>,
    selected: Vec<usize>,
    lent: Lent,
    loops: Loops,
}

impl Ring {
    /// A ring for blocks of `frames` frames at 48 kHz.
    pub fn new(channels: usize, frames: usize) -> Self {
        let (writer, reader) = stream(AudioLayout { channels, rate: 48_000.0 }, frames);
        let lent = Lent::new(vec![0.5; channels * frames], channels, frames);
        Self { writer, reader, selected: (0..channels).collect(), lent, loops: Loops::new() }
    }

    /// What the cook thread does with a block, the pass-through included. False when there is no room.
    pub fn put(&mut self) -> bool {
        let mut block = self.lent.block(self.loops);
        self.writer.push(&mut block, &self.selected).is_ok()
    }

    /// What the encoding thread does with all that waits; how many frames there were.
    pub fn take(&mut self) -> usize {
        let mut all = 0;
        let mut count = |item: Item<'_, ()>| match item {
            Item::Audio(views) => all += views.iter().map(Planar::frames).sum::<usize>(),
            Item::Silence(frames) => all += frames as usize,
            Item::Layout(_) | Item::Control(()) => {}
        };
        while self.reader.next(&mut count) == Next::Item(()) {}
        all
    }
}

/// A codec and a container without a file.
pub struct Encoding {
    codec: Box<dyn Codec>,
    container: Box<dyn Container>,
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
        let metadata = &[("encoder".to_owned(), "bench".to_owned())];
        let opened = (format.open)(Setup { layout, settings, serial: 1, metadata, warnings: &mut Vec::new() }).ok()?;
        let (codec, container) = (opened.codec, opened.container);
        Some(Self { codec, container, channels, packets: Packets::default(), out: Vec::new() })
    }

    /// Encodes one block; how many bytes came out.
    pub fn write(&mut self, planar: &[f32]) -> usize {
        self.out.clear();
        let block = Planar::contiguous(planar, self.channels, planar.len() / self.channels);
        if self.codec.encode(block, &mut self.packets).is_err() {
            return 0;
        }
        self.container.append(&mut self.packets, &mut self.out);
        self.out.len()
    }
}

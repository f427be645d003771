//! THE rig of all tests of formats: a codec, its container and a real file, driven as a destination drives them.
//!
//! It checks the contract of codecs at every packet, in whatever test that is.

pub(crate) mod readers;
pub(crate) mod signals;

use std::fmt;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::markers::{Marked, Marker};
use super::{Checkpoint, Container, Patch, Playable};
use crate::codec::{Codec, PCM_CODECS, Packets, PcmCodec};
use crate::formats::{FORMATS, Format, FormatOption, Opened, Settings, Setup, serial_number};
use crate::messages::{Problem, Warning};
use crate::stream::AudioLayout;
use crate::stream::planar::Planar;

pub(crate) const SETTINGS: Settings = Settings { codec: &PCM_CODECS[0], bit_rate: 192, quality: 0.5 };

/// [`SETTINGS`] with another codec.
pub(crate) fn coded(codec: &'static PcmCodec) -> Settings {
    Settings { codec, ..SETTINGS }
}

pub(crate) fn layout(channels: usize, rate: impl Into<f64>) -> AudioLayout {
    AudioLayout { channels, rate: rate.into() }
}

pub(crate) fn format(name: &str) -> &'static Format {
    FORMATS.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no format is called {name}"))
}

/// What a test over all formats records.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) format: &'static Format,
    pub(crate) layout: AudioLayout,
    pub(crate) settings: Settings,
}

/// Numbers of channels and rates that are tried of a row, as far as it holds them.
const CHANNELS: [usize; 5] = [1, 2, 6, 64, 255];
const RATES: [u32; 9] = [8000, 11025, 15000, 22050, 26000, 44100, 48000, 96000, 192_000];

impl Case {
    pub(crate) fn new(format: &'static Format, channels: usize, rate: u32, settings: Settings) -> Self {
        Self { format, layout: layout(channels, rate), settings }
    }

    /// All settings of a row: at 44100 Hz with every number of channels, and in stereo at every rate.
    pub(crate) fn all_of(format: &'static Format) -> Vec<Self> {
        let channels = CHANNELS.map(|channels| (channels, 44100)).into_iter();
        let layouts = channels.chain(RATES.map(|rate| (2, rate)));
        let cases = layouts.flat_map(|(channels, rate)| {
            settings_of(format).into_iter().map(move |settings| Self::new(format, channels, rate, settings))
        });
        let cases: Vec<_> = cases.filter(|case| format.allows(case.layout, case.settings).is_ok()).collect();
        assert!(!cases.is_empty(), "{} holds none of the cases", format.label);
        cases
    }

    pub(crate) fn open(&self) -> Take {
        Take::open(self.format, self.layout, self.settings).unwrap()
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { codec, bit_rate, quality } = self.settings;
        let AudioLayout { channels, rate } = self.layout;
        write!(f, "{}, {channels} channels, {rate} Hz, {}, ", self.format.label, codec.name)?;
        write!(f, "{bit_rate} kb/s, quality {quality}")
    }
}

/// Each value of each parameter that a row uses, with the others as in [`SETTINGS`].
pub(crate) fn settings_of(format: &Format) -> Vec<Settings> {
    let mut settings = Vec::new();
    for option in format.options {
        match option {
            FormatOption::Codec => {
                let codecs = PCM_CODECS.iter().filter(|row| format.codecs.contains(&row.name));
                settings.extend(codecs.map(coded));
            }
            FormatOption::BitRate => {
                settings.extend([64, 96, 128, 192, 256, 320].map(|bit_rate| Settings { bit_rate, ..SETTINGS }));
            }
            FormatOption::Quality => settings.extend([0.0, 0.5, 1.0].map(|quality| Settings { quality, ..SETTINGS })),
        }
    }
    if settings.is_empty() { vec![SETTINGS] } else { settings }
}

/// One part of a take in a folder of its own, which goes away with it.
pub(crate) struct Take {
    pub(crate) codec: Box<dyn Codec>,
    pub(crate) container: Box<dyn Container>,
    pub(crate) warnings: Vec<Warning>,
    layout: AudioLayout,
    packets: Packets,
    /// Frames that were given to the codec.
    encoded: u64,
    /// Frames that can be decoded after the last packet.
    decodable: u64,
    folder: TempDir,
    path: PathBuf,
    file: File,
    len: u64,
    /// Where the placeholder ends.
    silent_until: u64,
    /// What the last checkpoint states.
    stated: Playable,
}

impl Take {
    /// A take without metadata.
    pub(crate) fn open(format: &Format, layout: AudioLayout, settings: Settings) -> Result<Self, Problem> {
        Self::with_metadata(format, layout, settings, &[])
    }

    pub(crate) fn with_metadata(
        format: &Format,
        layout: AudioLayout,
        settings: Settings,
        metadata: &[(String, String)],
    ) -> Result<Self, Problem> {
        format.allows(layout, settings)?;
        Self::with(format.extensions[0], layout, settings, metadata, format.open)
    }

    /// A take of what `open` makes, which may be a container with limits of the test's own.
    pub(crate) fn with(
        extension: &str,
        layout: AudioLayout,
        settings: Settings,
        metadata: &[(String, String)],
        open: impl FnOnce(Setup<'_>) -> Result<Opened, Problem>,
    ) -> Result<Self, Problem> {
        let mut warnings = Vec::new();
        let setup = Setup { layout, settings, serial: serial_number(), metadata, warnings: &mut warnings };
        let Opened { codec, container } = open(setup)?;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take").with_extension(extension);
        let mut file = File::create_new(&path).unwrap();
        file.write_all(&[container.header(), container.placeholder()].concat()).unwrap();
        let len = container.header().len() as u64;
        Ok(Self {
            silent_until: len + container.placeholder().len() as u64,
            codec,
            container,
            warnings,
            layout,
            packets: Packets::default(),
            encoded: 0,
            decodable: 0,
            folder,
            path,
            file,
            len,
            stated: Playable::default(),
        })
    }

    pub(crate) fn write(&mut self, block: Planar<'_>) {
        self.encoded += block.frames() as u64;
        self.codec.encode(block, &mut self.packets).unwrap();
        assert!(!self.packets.last);
        self.append();
        let held_back = (self.encoded - self.decodable) as f64 / self.layout.rate;
        assert!(held_back <= 0.5, "the codec holds back {held_back} s");
    }

    /// Planar samples, as TouchDesigner hands them out.
    pub(crate) fn write_planar(&mut self, samples: &[f32]) {
        let channels = self.layout.channels;
        self.write(Planar::contiguous(samples, channels, samples.len() / channels));
    }

    /// Channels, in blocks of `block` frames.
    pub(crate) fn write_all(&mut self, channels: &[Vec<f32>], block: usize) {
        let frames = channels[0].len();
        for from in (0..frames).step_by(block) {
            let to = (from + block).min(frames);
            self.write_planar(&channels.iter().flat_map(|channel| &channel[from..to]).copied().collect::<Vec<f32>>());
        }
    }

    /// Makes the file playable up to its end, as long as it has sound only.
    pub(crate) fn checkpoint(&mut self) {
        if !self.has_placeholder() {
            let Checkpoint { patches, stated } = self.container.checkpoint(self.len);
            let playable = self.playable();
            assert!(stated == playable || stated.frames + 1 == playable.frames && playable.len % 2 == 1, "{stated:?}");
            self.patch(&patches);
            self.stated = stated;
        }
    }

    /// Ends the codec and completes the file, or what is left of it.
    pub(crate) fn finish(&mut self) {
        self.finish_marked(&[]);
    }

    /// The same with markers; how many the file keeps.
    pub(crate) fn finish_marked(&mut self, markers: &[Marker]) -> usize {
        self.codec.finish(&mut self.packets).unwrap();
        assert!(self.packets.last);
        self.append();
        assert_eq!(self.decodable, self.encoded, "frames of the last packet");
        self.complete_marked(markers)
    }

    /// Completes the file, when no more is encoded.
    pub(crate) fn complete(&mut self) {
        self.complete_marked(&[]);
    }

    fn complete_marked(&mut self, markers: &[Marker]) -> usize {
        let whole = self.container.playable(self.len).len;
        if whole < self.len {
            self.truncate(whole);
        }
        let tail = self.container.tail(self.len);
        self.append_bytes(&tail);
        let behind = self.container.behind(markers, self.len);
        self.append_bytes(&behind);
        let patches = self.container.complete(self.len);
        self.patch(&patches);
        let kept = self.mark(markers);
        self.truncate(self.len);
        kept
    }

    /// Puts these markers, which are all, into the file; how many it will keep.
    pub(crate) fn mark(&mut self, markers: &[Marker]) -> usize {
        let Marked { patches, kept } = self.container.mark(markers, self.len);
        self.patch(&patches);
        kept
    }

    /// As after a failure of the disk, which has taken `len` bytes: keeps what of them can be played.
    pub(crate) fn salvage(&mut self, len: u64) -> Playable {
        let playable = self.container.playable(len);
        assert!(playable.len <= len);
        self.truncate(playable.len);
        let pad = self.container.pad(self.len);
        self.append_bytes(&pad);
        let patches = self.container.complete(self.len);
        self.patch(&patches);
        playable
    }

    /// What a destination leaves of a file of which the disk has taken `len` bytes, as a file beside the take.
    pub(crate) fn salvaged_copy(&mut self, len: u64) -> (PathBuf, Playable) {
        let playable = self.container.playable(len);
        assert!(playable.len <= len);
        let mut bytes = self.bytes();
        bytes.truncate(playable.len as usize);
        bytes.extend(self.container.pad(playable.len));
        for patch in self.container.complete(bytes.len() as u64) {
            bytes[patch.at as usize..][..patch.bytes.len()].copy_from_slice(&patch.bytes);
        }
        let path = self.beside("salvaged").with_extension(self.path.extension().unwrap());
        fs::write(&path, bytes).unwrap();
        (path, playable)
    }

    /// Checks the packets, and writes what the container makes of them.
    fn append(&mut self) {
        let mut before = 0;
        for end in &self.packets.ends {
            assert!(end.at >= before, "packets in order");
            assert!(end.frames >= self.decodable, "{} frames after {}", end.frames, self.decodable);
            assert!(end.frames <= self.encoded, "{} frames of {}", end.frames, self.encoded);
            (before, self.decodable) = (end.at, end.frames);
        }
        assert_eq!(before, self.packets.bytes.len(), "the last packet ends with the bytes");
        let mut out = Vec::new();
        self.container.append(&mut self.packets, &mut out);
        assert!(self.packets.bytes.is_empty() && self.packets.ends.is_empty());
        self.append_bytes(&out);
    }

    fn append_bytes(&mut self, bytes: &[u8]) {
        self.write_at(self.len, bytes);
        self.len += bytes.len() as u64;
    }

    pub(crate) fn patch(&mut self, patches: &[Patch]) {
        for Patch { at, bytes } in patches {
            assert!(at + bytes.len() as u64 <= self.len, "a patch past the end of the file");
            self.write_at(*at, bytes);
        }
    }

    fn write_at(&mut self, at: u64, bytes: &[u8]) {
        self.file.seek(SeekFrom::Start(at)).unwrap();
        self.file.write_all(bytes).unwrap();
    }

    /// Cuts the file after `len` bytes, or lets it have so many.
    pub(crate) fn truncate(&mut self, len: u64) {
        self.file.set_len(len).unwrap();
        (self.len, self.silent_until) = (len, len);
    }

    /// Bytes of the take in the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Whether some of the placeholder still stands behind them.
    pub(crate) fn has_placeholder(&self) -> bool {
        self.len < self.silent_until
    }

    /// What can be played of the file.
    pub(crate) fn playable(&self) -> Playable {
        self.container.playable(self.len)
    }

    /// Frames that a reader finds after the last checkpoint.
    pub(crate) fn stated(&self) -> u64 {
        if self.has_placeholder() { self.playable().frames } else { self.stated.frames }
    }

    pub(crate) fn encoded(&self) -> u64 {
        self.encoded
    }

    pub(crate) fn layout(&self) -> AudioLayout {
        self.layout
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    /// A file beside the take.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A finished take of the whole signal, in blocks of one 60th of a second.
pub(crate) fn record(format: &Format, rate: u32, settings: Settings, channels: &[Vec<f32>]) -> Take {
    let mut take = Take::open(format, layout(channels.len(), rate), settings).unwrap();
    take.write_all(channels, (rate / 60) as usize);
    take.finish();
    take
}

/// The first `frames` of every channel.
pub(crate) fn head(channels: &[Vec<f32>], frames: usize) -> Vec<Vec<f32>> {
    channels.iter().map(|channel| channel[..frames].to_vec()).collect()
}

/// What `judge` has to say of all `cases`, four at a time.
pub(crate) fn side_by_side<C: Send>(cases: Vec<C>, judge: impl Fn(C) -> Vec<String> + Sync) -> Vec<String> {
    let cases = std::sync::Mutex::new(cases.into_iter());
    let work = || {
        let next = || cases.lock().unwrap().next();
        std::iter::from_fn(next).flat_map(&judge).collect::<Vec<String>>()
    };
    std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(work));
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// The sentence of a limit, without how to try again, with which each of them ends.
pub(crate) fn sentence_of(limit: &Problem) -> String {
    let sentence = limit.to_string();
    let limit = sentence.strip_suffix(", then switch Record off, and on again a frame later.");
    format!("{}.", limit.unwrap_or_else(|| panic!("{sentence}")))
}

//! What the integration tests share: a node of the built plugin that is fed known samples.

#![allow(dead_code, unreachable_pub, reason = "every test binary uses another part")]

pub mod formats;
pub mod process;
pub mod readers;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tdhost::walk::walk;
use tdhost::{Cooked, Generation, Input, Node, NodeOptions, Plugin, Time, find_plugin};
use tempfile::TempDir;

/// Long enough for a busy machine, short enough for a test that fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The built plugin, loaded once for the whole test binary.
pub fn plugin() -> Plugin {
    static PLUGIN: OnceLock<Plugin> = OnceLock::new();
    PLUGIN
        .get_or_init(|| {
            let path = find_plugin().expect("the plugin is built with the tests");
            Plugin::load(&path, Generation::G10_2).expect("the plugin loads")
        })
        .clone()
}

/// A node, its timeline and its folder.
pub struct Rig {
    pub node: Node,
    pub rate: f64,
    pub fps: f64,
    /// What was given to the node at cooks that were recorded, a vector for each channel.
    pub given: Vec<Vec<f32>>,
    /// What the next samples are made from.
    pub next: u64,
    pub frame: i64,
    /// What has gone by of the frame after `frame`.
    fraction: f64,
    recording: bool,
    paused: bool,
    /// Dropped after the node, which completes its file first.
    dir: Folder,
}

/// A temporary folder that goes away. What a node has left in it is right to the last byte.
pub struct Folder(TempDir);

impl Folder {
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let entries = self.path().read_dir().into_iter().flatten();
        let files = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file());
        let complaints: Vec<String> = files.filter(|path| is_ours(path)).filter_map(|path| walk(&path).err()).collect();
        assert!(std::thread::panicking() || complaints.is_empty(), "left behind: {}", complaints.join("\n"));
    }
}

/// Whether a file is one of ours that could be completed: tests put others beside them, and have the system refuse the
/// writes to files of certain names.
fn is_ours(path: &Path) -> bool {
    if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("fail-")) {
        return false;
    }
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    read.is_ok() && matches!(&magic, b"RIFF" | b"RF64" | b"FORM" | b"OggS" | [b'I', b'D', b'3', _])
}

impl Rig {
    pub fn new(channels: usize, rate: f64) -> Self {
        Self::with_path(channels, rate, "/project1/audiofileoutplus1")
    }

    /// A node whose path may order a fault.
    pub fn with_path(channels: usize, rate: f64, op_path: &str) -> Self {
        Self::of(&plugin(), channels, rate, op_path)
    }

    /// A node of a library that the test has loaded itself.
    pub fn of(plugin: &Plugin, channels: usize, rate: f64, op_path: &str) -> Self {
        let dir = Folder(tempfile::tempdir().expect("a temporary folder"));
        let mut node = Node::create(plugin, &NodeOptions { op_path: op_path.to_owned() });
        node.set_input(Some(Input::new(channels, rate)));
        let mut rig = Self {
            node,
            rate,
            fps: 60.0,
            given: vec![Vec::new(); channels],
            next: 0,
            frame: 0,
            fraction: 0.0,
            recording: false,
            paused: false,
            dir,
        };
        rig.set_file("take.wav");
        rig
    }

    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn set_file(&mut self, name: &str) {
        let path = self.path(name);
        self.node.set("File", path.to_str().expect("a UTF-8 path"));
    }

    pub fn record(&mut self, on: bool) {
        self.node.set("Record", f64::from(u8::from(on)));
        self.recording = on;
    }

    pub fn pause(&mut self, on: bool) {
        self.node.set("Pause", f64::from(u8::from(on)));
        self.paused = on;
    }

    /// The time of the next cook, `frames` timeline frames after the last.
    pub fn time(&mut self, frames: f64) -> Time {
        self.fraction += frames;
        self.frame += self.fraction.floor() as i64;
        self.fraction -= self.fraction.floor();
        let frame = self.frame as f64;
        Time {
            abs_frame: self.frame,
            frame,
            rate: self.fps,
            root_frame: frame,
            root_rate: self.fps,
            delta_frames: frames,
            delta_ms: frames * 1000.0 / self.fps,
        }
    }

    /// Gives the input a fresh block of `samples` frames; `kept` says whether a take is to hold them.
    pub fn fill(&mut self, samples: usize, kept: bool) {
        let (next, given) = (self.next, &mut self.given);
        let input = self.node.input_mut().expect("a wired input");
        for (channel, buffer) in input.channels.iter_mut().enumerate() {
            buffer.clear();
            buffer.extend((0..samples as u64).map(|index| sample(channel, next + index)));
            if kept {
                given[channel].extend_from_slice(buffer);
            }
        }
        input.cooked(next as f64);
        self.next += samples as u64;
    }

    /// One cook of `samples` fresh frames, one timeline frame after the last.
    pub fn cook(&mut self, samples: usize) -> Cooked {
        self.fill(samples, self.recording && !self.paused);
        let time = self.time(1.0);
        self.node.cook(&time)
    }

    /// One cook of `samples` fresh frames, as much time after the last as they take: never a gap.
    pub fn block(&mut self, samples: usize) -> Cooked {
        self.fill(samples, self.recording && !self.paused);
        self.cook_after(samples)
    }

    /// As [`Rig::block`], with samples of the test's own: a slice for each channel.
    pub fn play(&mut self, channels: &[&[f32]]) -> Cooked {
        let samples = channels[0].len();
        let input = self.node.input_mut().expect("a wired input");
        for (index, samples) in channels.iter().enumerate() {
            input.set_samples(index, samples);
            if self.recording && !self.paused {
                self.given[index].extend_from_slice(samples);
            }
        }
        input.cooked(self.next as f64);
        self.next += samples as u64;
        self.cook_after(samples)
    }

    fn cook_after(&mut self, samples: usize) -> Cooked {
        let time = self.time(samples as f64 * self.fps / self.rate);
        self.node.cook(&time)
    }

    /// Wires another source, whose samples are kept apart from those of the one before, which are returned.
    pub fn rewire(&mut self, mut input: Input) -> Vec<Vec<f32>> {
        self.rate = input.rate;
        let channels = input.channels.len();
        input.op_id = self.node.input_mut().map_or(2, |before| before.op_id + 1);
        self.node.set_input(Some(input));
        std::mem::replace(&mut self.given, vec![Vec::new(); channels])
    }

    /// A cook whose samples are not to be in any file.
    pub fn cook_unrecorded(&mut self, samples: usize) -> Cooked {
        self.fill(samples, false);
        let time = self.time(1.0);
        self.node.cook(&time)
    }

    /// Cooks of a 60th of a second each.
    pub fn cooks(&mut self, count: usize) -> Cooked {
        let samples = (self.rate / self.fps) as usize;
        (0..count).map(|_| self.cook(samples)).last().expect("at least one cook")
    }

    /// Switches Record off and waits until the file is complete. All parts of the take are right to the last byte.
    pub fn finish(&mut self) -> PathBuf {
        let takes = self.node.info("takes_finished");
        self.record(false);
        self.block(1);
        self.wait("the take is finished", |node| node.info("takes_finished") > takes);
        assert_eq!(self.node.host_faults(), [""; 0]);
        let last = PathBuf::from(self.dat("last_file"));
        for part in parts(&last) {
            walk(&part).unwrap_or_else(|complaint| panic!("{complaint}"));
        }
        last
    }

    /// Records `blocks` of frames as one take and returns its file.
    pub fn take(&mut self, blocks: impl IntoIterator<Item = usize>) -> PathBuf {
        self.record(true);
        for samples in blocks {
            let cooked = self.block(samples);
            assert_eq!(cooked.error, "");
        }
        self.finish()
    }

    /// Deletes the node as the host would, in whatever state, and leaves its folder and what its take is to hold.
    pub fn delete(self) -> (Folder, Vec<Vec<f32>>) {
        (self.dir, self.given)
    }

    /// Waits for `done`, as a host would: the node is asked, not cooked.
    pub fn wait(&mut self, what: &str, mut done: impl FnMut(&mut Node) -> bool) {
        let began = Instant::now();
        while !done(&mut self.node) {
            assert!(
                began.elapsed() < PATIENCE,
                "waited in vain until {what}; error: {:?}, warning: {:?}, info: {:?}",
                self.node.error(),
                self.node.warning(),
                self.node.info_dat()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A value of the Info DAT.
    pub fn dat(&mut self, key: &str) -> String {
        let rows = self.node.info_dat();
        rows.into_iter().find(|(name, _)| name == key).unwrap_or_else(|| panic!("no row {key}")).1
    }

    pub fn number(&mut self, key: &str) -> u64 {
        self.dat(key).parse().expect("a whole number")
    }

    /// The names of all files in the node's folder, in order.
    pub fn files(&self) -> Vec<String> {
        let entries = self.folder().read_dir().expect("the node's folder");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }
}

/// The files of a take of which this is the last one: `take.wav` and `take-2.wav`, for example.
fn parts(last: &Path) -> Vec<PathBuf> {
    let stem = last.file_stem().and_then(|stem| stem.to_str()).expect("a name");
    let Some((first, number)) = stem.rsplit_once('-') else { return vec![last.to_owned()] };
    let Ok(number) = number.parse::<u32>() else { return vec![last.to_owned()] };
    let named = |stem: String| last.with_file_name(stem).with_extension(last.extension().expect("an extension"));
    let parts = (2..=number).map(|part| named(format!("{first}-{part}.")));
    [named(format!("{first}."))].into_iter().chain(parts).filter(|part| part.exists()).collect()
}

/// Planar samples frame by frame, each converted.
pub fn interleaved(channels: &[Vec<f32>], convert: impl Fn(f32) -> i32) -> Vec<i32> {
    (0..channels[0].len()).flat_map(|frame| channels.iter().map(move |channel| channel[frame])).map(convert).collect()
}

/// The bits of a float, as the readers give them.
pub fn bits(sample: f32) -> i32 {
    sample.to_bits() as i32
}

/// Whether somebody else holds the file against writing.
pub fn is_held(path: &Path) -> bool {
    std::fs::OpenOptions::new().read(true).write(true).open(path).map_or(true, |file| file.try_lock().is_err())
}

/// Asserts that two long vectors are equal, without printing them.
pub fn assert_same(read: &[i32], expected: &[i32], what: &str) {
    assert_eq!(read.len(), expected.len(), "{what}: number of samples");
    if let Some(at) = (0..read.len()).find(|&at| read[at] != expected[at]) {
        panic!("{what}: sample {at} of {} is {} instead of {}", read.len(), read[at], expected[at]);
    }
}

/// Sample `index` of `channel`: noise that no two channels share, at about -2 dB full scale.
pub fn sample(channel: usize, index: u64) -> f32 {
    let mut bits =
        (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (channel as u64 + 1).wrapping_mul(0xd1b5_4a32_d192_ed03);
    bits ^= bits >> 29;
    bits = bits.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits ^= bits >> 32;
    ((bits >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * 0.8
}

/// What a PCM file of `bits` must hold for `sample`: nearest even, clipped, NaN to 0.
pub fn expected(sample: f32, bits: u16) -> i32 {
    if sample.is_nan() {
        return 0;
    }
    let full = f64::from(1u32 << (bits - 1));
    (f64::from(sample) * full).round_ties_even().clamp(-full, full - 1.0) as i32
}

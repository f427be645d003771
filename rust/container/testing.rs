//! What the encoders' tests share: files that go away, takes, and readers that share no code with us.

use std::fs::{self, File};
use std::mem::take;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{AudioLayout, Encoder, Opening, PcmCodec, Settings};
use crate::destination::take_file::TakeFile;
use crate::messages::{Problem, Warning};
use crate::stream::planar::Planar;

/// A file of its own folder, removed at the end.
pub(crate) struct Scratch {
    _folder: TempDir,
    path: PathBuf,
}

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        Self { _folder: folder, path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn take_file(&self) -> TakeFile {
        self.take_file_with(&[], &[])
    }

    fn take_file_with(&self, header: &[u8], silence: &[u8]) -> TakeFile {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&self.path).unwrap();
        TakeFile::beginning(file, self.path.clone(), header, silence)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }
}

pub(crate) fn settings(codec: &'static PcmCodec) -> Settings {
    Settings { codec, bit_rate: 192, quality: 0.5 }
}

/// An encoder and its file, as the writer thread drives them.
pub(crate) struct Take<E> {
    pub(crate) scratch: Scratch,
    pub(crate) file: TakeFile,
    pub(crate) encoder: E,
    pub(crate) warnings: Vec<Warning>,
}

impl<E: Encoder> Take<E> {
    pub(crate) fn start(
        name: &str,
        sound: AudioLayout,
        codec: &'static PcmCodec,
        open: impl FnOnce(Opening<'_>) -> Result<E, Problem>,
    ) -> Self {
        let scratch = Scratch::new(name);
        let (header, silence, warnings) = (&mut Vec::new(), &mut Vec::new(), &mut Vec::new());
        let settings = settings(codec);
        let encoder = open(Opening { sound, settings, metadata: &[], header, silence, warnings }).unwrap();
        let file = scratch.take_file_with(header, silence);
        let warnings = take(warnings);
        Self { scratch, file, encoder, warnings }
    }

    /// Planar samples, as TouchDesigner hands them out.
    pub(crate) fn write(&mut self, samples: &[f32], channels: usize) {
        let mut out = Vec::new();
        let block = Planar::contiguous(samples, channels, samples.len() / channels);
        self.encoder.write(block, &mut out).unwrap();
        self.file.append(&out).unwrap();
    }

    pub(crate) fn checkpoint(&mut self) {
        self.encoder.checkpoint(&mut self.file).unwrap();
    }

    pub(crate) fn finish(mut self) -> Scratch {
        self.encoder.finish(&mut self.file).unwrap();
        self.file.end().unwrap();
        self.scratch
    }
}

/// Planar samples that are all different between channels and frames, full scale included, and exact at 24 bits.
pub(crate) fn signal(channels: usize, frames: usize) -> Vec<f32> {
    let step = |i: usize| (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let mut samples: Vec<f32> = (0..channels * frames).map(|i| step(i) as f32 / (1 << 23) as f32 - 1.0).collect();
    if let [first, second, ..] = &mut samples[..] {
        (*first, *second) = (-1.0, 1.0 - 1.0 / 32768.0);
    }
    samples
}

/// The frames of planar `samples`, one after the other.
pub(crate) fn interleaved(samples: &[f32], channels: usize) -> Vec<f32> {
    let frames = samples.len() / channels;
    (0..samples.len()).map(|i| samples[i % channels * frames + i / channels]).collect()
}

/// Standard output and standard error of a program that must succeed; `None` when it is not installed, which
/// is an error if AFOP_REQUIRE_TOOLS is 1.
pub(crate) fn tool(name: &str, arguments: &[&str], file: &Path) -> Option<(Vec<u8>, String)> {
    let arguments = arguments.iter().map(|argument| match *argument {
        "FILE" => file.as_os_str(),
        other => other.as_ref(),
    });
    match Command::new(name).args(arguments).output() {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{name} on {}: {errors}", file.display());
            Some((output.stdout, errors))
        }
        Err(_) if std::env::var_os("AFOP_REQUIRE_TOOLS").is_none_or(|value| value != "1") => {
            println!("skipped: {name} is not installed");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

/// What a reader says of a file.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) channels: usize,
    pub(crate) rate: u64,
    pub(crate) frames: u64,
}

/// What ffprobe, sox and libsndfile say, each with its name; only those that are installed.
pub(crate) fn seen_by_others(path: &Path) -> Vec<(&'static str, Seen)> {
    seen_by(&["ffprobe", "sox", "sndfile-info"], path)
}

/// What these readers say. ffprobe must have nothing to complain about.
pub(crate) fn seen_by(readers: &[&'static str], path: &Path) -> Vec<(&'static str, Seen)> {
    const PROBE: &[&str] =
        &["-v", "error", "-show_entries", "stream=channels,sample_rate,duration_ts", "-of", "default=nw=1", "FILE"];
    let seen = readers.iter().filter_map(|&reader| {
        let arguments = match reader {
            "ffprobe" => PROBE,
            "sox" => &["--i", "FILE"],
            _ => &["FILE"],
        };
        let (output, errors) = tool(reader, arguments, path)?;
        let text = String::from_utf8_lossy(&output);
        let seen = match reader {
            "ffprobe" => {
                assert_eq!(errors, "", "ffprobe on {}", path.display());
                Seen::parse(&text, "=", ["channels", "sample_rate", "duration_ts"])
            }
            // Duration : 00:00:01.00 = 44100 samples
            "sox" => Seen::parse(&text.replace(" = ", "\nSamples : "), " : ", ["Channels", "Sample Rate", "Samples"]),
            _ => Seen::parse(&text, " : ", ["Channels", "Sample Rate", "Frames"]),
        };
        Some((reader, seen))
    });
    seen.collect()
}

impl Seen {
    /// From lines of a name, `separator` and a number, the last of which counts.
    fn parse(text: &str, separator: &str, names: [&str; 3]) -> Self {
        let [channels, rate, frames] = names.map(|name| {
            let lines = text.lines().rev().filter_map(|line| line.split_once(separator));
            let value = lines.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim()).next();
            let number = value.and_then(|value| value.split(' ').next()?.parse().ok());
            number.unwrap_or_else(|| panic!("no {name} in {text}"))
        });
        Self { channels: channels as usize, rate, frames }
    }
}

//! The files that the readers are given: every File Type, codec and kind of layout, made by the plugin.

use std::path::{Path, PathBuf};

use crate::common::{Rig, expected};

/// The title of each file.
pub(crate) const TITLE: &str = "Größe 東京";

pub(crate) const PCM: [&str; 4] = ["pcm16", "pcm24", "pcm32", "float32"];
const BIG_ENDIAN: [&str; 3] = ["pcm16be", "pcm24be", "pcm32be"];

/// A finished file, and what it is to hold.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) file_type: &'static str,
    pub(crate) codec: &'static str,
    pub(crate) rate: u32,
    /// What the node was given, a vector for each channel.
    pub(crate) given: Vec<Vec<f32>>,
}

impl File {
    /// Records a file of so many frames in `folder`.
    pub(crate) fn record(
        folder: &Path,
        file_type: &'static str,
        codec: &'static str,
        (channels, rate, frames): (usize, u32, usize),
    ) -> Self {
        Self::with_table(folder, file_type, codec, (channels, rate, frames), &[("title", TITLE)])
    }

    /// As [`File::record`], with metadata of the test's own.
    pub(crate) fn with_table(
        folder: &Path,
        file_type: &'static str,
        codec: &'static str,
        (channels, rate, frames): (usize, u32, usize),
        table: &[(&str, &str)],
    ) -> Self {
        let mut rig = Rig::new(channels, f64::from(rate));
        rig.node.set("Filetype", file_type);
        rig.node.set("Codec", codec);
        let name = format!("{codec}-{channels}-{rate}-{frames}.{file_type}");
        rig.set_file(&name);
        let rows: Vec<Vec<String>> = table.iter().map(|(key, value)| vec![(*key).into(), (*value).into()]).collect();
        rig.node.set_table("Headerdat", &rows);
        // A take without a frame is one that was paused from the beginning.
        rig.pause(frames == 0);
        let made = rig.take([frames.max(1)]);
        let path = folder.join(name);
        std::fs::rename(&made, &path).expect("it can be moved");
        let (_, given) = rig.delete();
        Self { path, file_type, codec, rate, given }
    }

    pub(crate) fn channels(&self) -> usize {
        self.given.len()
    }

    pub(crate) fn frames(&self) -> usize {
        self.given[0].len()
    }

    pub(crate) fn is_lossy(&self) -> bool {
        matches!(self.file_type, "mp3" | "ogg")
    }

    pub(crate) fn is_float(&self) -> bool {
        self.codec == "float32"
    }

    pub(crate) fn bits(&self) -> u16 {
        self.codec.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("a width")
    }

    /// The samples as they must stand in the file, interleaved: integers, or the bits of floats.
    pub(crate) fn samples(&self) -> Vec<i32> {
        let stored =
            |sample: f32| if self.is_float() { sample.to_bits() as i32 } else { expected(sample, self.bits()) };
        (0..self.frames()).flat_map(|frame| self.given.iter().map(move |channel| stored(channel[frame]))).collect()
    }

    pub(crate) fn text(&self) -> &str {
        self.path.to_str().expect("a UTF-8 path")
    }
}

/// The files of a File Type.
///
/// # Panics
/// When the type is not known here.
pub(crate) fn of(file_type: &'static str, folder: &Path) -> Vec<File> {
    let record = |codec, layout| File::record(folder, file_type, codec, layout);
    let mut files = Vec::new();
    match file_type {
        "wav" => {
            for codec in PCM {
                files.extend([1, 2, 3, 6, 7, 8, 12].map(|channels| record(codec, (channels, 48_000, 2401))));
                files.extend([(1, 44_100, 1), (2, 96_000, 999)].map(|layout| record(codec, layout)));
            }
        }
        "aiff" => {
            for codec in PCM.into_iter().chain(BIG_ENDIAN) {
                files.extend([1, 2, 6].map(|channels| record(codec, (channels, 48_000, 2401))));
                files.push(record(codec, (1, 44_100, 1)));
            }
        }
        "mp3" => {
            for rate in [8000, 22_050, 44_100, 48_000] {
                files.extend([1, 2].map(|channels| record("pcm16", (channels, rate, 24_001))));
            }
            files.push(record("pcm16", (1, 48_000, 1)));
        }
        "ogg" => {
            for rate in [8000, 44_100, 48_000] {
                files.extend([1, 2, 6, 8].map(|channels| record("pcm16", (channels, rate, 24_001))));
            }
            files.extend([(9, 48_000, 24_001), (1, 48_000, 1)].map(|layout| record("pcm16", layout)));
        }
        "flac" => {
            for codec in ["pcm16", "pcm24"] {
                files.extend([1, 2, 3, 6, 7, 8].map(|channels| record(codec, (channels, 48_000, 12_001))));
                files.extend([(1, 44_100, 1), (2, 96_000, 9999)].map(|layout| record(codec, layout)));
            }
        }
        other => panic!("say in tests/readers/files.rs which files of File Type {other} the readers are given"),
    }
    files
}

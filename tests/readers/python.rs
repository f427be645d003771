//! Python's libraries, and a browser that Python serves.

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::files::File;
use super::heard::{Heard, Length, Sound};
use super::programs::{Answers, answered};

/// The Python that has the libraries: `.ci/readers` makes it.
pub(crate) fn with_libraries() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("readers").join("venv/bin/python")
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../readers").join(name)
}

/// What a library of that Python says.
pub(crate) fn library(python: &Path, name: &str, files: &[&File]) -> Answers {
    json(python, name, files).iter().map(heard).collect()
}

/// All tags of the files that TagLib knows, under its own names.
pub(crate) fn tags(files: &[&File]) -> Vec<Value> {
    json(&with_libraries(), "tags", files).into_iter().map(|mut found| found["tags"].take()).collect()
}

fn json(python: &Path, name: &str, files: &[&File]) -> Vec<Value> {
    let mut command = Command::new(python);
    command.arg(script("libraries.py")).arg(name).args(files.iter().map(|file| &file.path));
    let output = answered(&mut command);
    let found: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(found.len(), files.len(), "{name}: {output}");
    found
}

fn heard(found: &Value) -> Result<Heard, String> {
    if let Some(complaint) = found["complaint"].as_str() {
        return Err(complaint.to_owned());
    }
    let length = |key: &str, length: fn(u64) -> Length| found[key].as_u64().map(length);
    let sound = found["data"].as_str().map(|hex| {
        let width = found["bits"].as_u64().expect("a width") as usize / 8;
        let data = bytes(hex);
        let samples = data.chunks_exact(width).map(|sample| {
            let mut wide = [0; 4];
            wide[4 - width..].copy_from_slice(sample);
            i32::from_le_bytes(wide) >> (32 - 8 * width)
        });
        Sound::Exact(samples.collect())
    });
    Ok(Heard {
        channels: found["channels"].as_u64(),
        rate: found["rate"].as_u64(),
        length: length("frames", Length::Frames)
            .or_else(|| length("milliseconds", Length::Milliseconds))
            .or_else(|| length("untrimmed", Length::Untrimmed)),
        title: found["title"].as_str().map(str::to_owned),
        sound,
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().map(|digit| char::from(digit).to_digit(16).expect("a digit") as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// What Chromium's `decodeAudioData` says.
pub(crate) fn chromium(files: &[&File]) -> Answers {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new("python3");
    command.arg(script("browser.py")).arg("chromium").arg(folder.path());
    command.args(files.iter().map(|file| format!("{}:{}", file.rate, file.text())));
    let output = answered(&mut command);
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines.len(), files.len(), "{output}");
    let line = |line: &str| {
        let mut words = line.split(' ');
        let mut number = || words.next().and_then(|word| word.parse::<usize>().ok());
        let (Some(channels), Some(frames)) = (number(), number()) else { return Err(line.to_owned()) };
        let samples = bytes(words.next().expect("samples"));
        let samples = samples.chunks_exact(4).map(|sample| f32::from_le_bytes(sample.try_into().expect("four")));
        let samples: Vec<f32> = samples.collect();
        let planar = samples.chunks(frames.max(1)).map(<[f32]>::to_vec).collect();
        let length = Some(Length::Frames(frames as u64));
        Ok(Heard { channels: Some(channels as u64), length, sound: Some(Sound::Floats(planar)), ..Heard::default() })
    };
    lines.into_iter().map(line).collect()
}

/// All Pythons from 3.6 on that can be found, the oldest first, each with its version.
///
/// Files only that this system starts: Wine would start those of the system below it, and return handles that are none.
pub(crate) fn all() -> Vec<((u32, u32), PathBuf)> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let kept = std::fs::read_dir(home.join(".pyenv/versions")).into_iter().flatten();
    let kept = kept.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(["/usr/bin".into()]).chain(kept).collect();
    let versions = ["3".to_owned()].into_iter().chain((6..20).map(|n| format!("3.{n}")));
    let names: Vec<String> = versions.map(|version| format!("python{version}{EXE_SUFFIX}")).collect();
    let mut found: Vec<_> = folders
        .iter()
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .filter(|python| python.is_file())
        .filter_map(|python| Some((version(&python)?, python)))
        .collect();
    found.sort();
    found.dedup_by_key(|(version, _)| *version);
    found
}

fn version(python: &Path) -> Option<(u32, u32)> {
    let print = ["-c", "import sys; print(*sys.version_info[:2])"];
    let output = Command::new(python).args(print).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

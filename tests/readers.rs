//! A second ring of readers: programs and libraries that other tests do not use are given files of every format.
//!
//! `readers/table.rs` says which one takes which File Type. A reader that is not installed is skipped;
//! `.ci/readers` makes the Python that has the libraries.

mod common;
#[path = "readers/files.rs"]
mod files;
#[path = "readers/heard.rs"]
mod heard;
#[path = "readers/programs.rs"]
mod programs;
#[path = "readers/python.rs"]
mod python;
#[path = "readers/table.rs"]
mod table;
#[path = "readers/tags.rs"]
mod tags;
#[path = "readers/wav_layout.rs"]
mod wav_layout;

use common::{Rig, readers};
use files::File;
use table::{FILE_TYPES, READERS, Reader, Takes};

impl Reader {
    /// Whether it can be run here.
    fn is_here(&self) -> bool {
        match self.program {
            // Python serves it the files.
            Some("chromium") => readers::have("chromium") && readers::have("python3"),
            Some(program) => readers::have(program),
            None => readers::have(python::with_libraries().to_str().expect("a UTF-8 path")),
        }
    }

    fn reason_not_to_take(&self, file: &File) -> Option<&'static str> {
        let column = FILE_TYPES.iter().position(|file_type| *file_type == file.file_type).expect("a column");
        match self.takes[column] {
            Takes::All => None,
            Takes::No => Some("another kind of file"),
            Takes::But(reason) => reason(file),
        }
    }

    /// What it has against files that it should read.
    fn complaints(&self, files: &[File]) -> Vec<String> {
        let taken: Vec<&File> = files.iter().filter(|file| self.reason_not_to_take(file).is_none()).collect();
        if taken.is_empty() || !self.is_here() {
            return Vec::new();
        }
        let answers = (self.read)(&taken);
        assert_eq!(answers.len(), taken.len(), "{}", self.name);
        let said = taken.iter().zip(answers).filter_map(|(file, answer)| {
            let complaint = match answer {
                Ok(heard) => heard.complaint(file),
                Err(complaint) => Some(complaint),
            };
            let name = file.path.file_name()?.to_string_lossy();
            complaint.map(|complaint| format!("{}: {name}: {complaint}", self.name))
        });
        said.collect()
    }
}

/// The files of all File Types of the plugin.
///
/// # Panics
/// When the table has another number of columns.
fn every_file(folder: &std::path::Path) -> Vec<File> {
    let rig = Rig::new(1, 48000.0);
    let menu: Vec<&str> =
        rig.node.par("Filetype").expect("a menu").menu.iter().map(|(item, _)| item.as_str()).collect();
    assert_eq!(menu, FILE_TYPES, "tests/readers/table.rs has a column for each File Type of the plugin");
    FILE_TYPES.into_iter().flat_map(|file_type| files::of(file_type, folder)).collect()
}

#[test]
fn every_reader_should_read_every_file_that_it_can() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = every_file(folder.path());
    let mut complaints = Vec::new();
    for reader in &READERS {
        let began = std::time::Instant::now();
        complaints.extend(reader.complaints(&files));
        println!("{}: {:?}", reader.name, began.elapsed());
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Readers that take a file without a frame for a damaged one, also SoX's and LAME's, and of which File Types.
const NOT_EMPTY: [(&str, &[&str]); 4] = [
    ("TagLib", &["wav"]),
    ("WavPack", &["wav", "aiff"]),
    // Of a FLAC file it says that the number of frames is unknown: 0 means that, too.
    ("flac", &["wav", "aiff", "flac"]),
    ("Chromium", &["wav", "mp3", "flac"]),
];

#[test]
fn a_file_without_a_frame_should_open_where_one_with_frames_does() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut complaints = Vec::new();
    for file_type in FILE_TYPES {
        let file = [File::record(folder.path(), file_type, "pcm24", (2, 48_000, 0))];
        let refuses =
            |reader: &Reader| NOT_EMPTY.iter().any(|(name, types)| *name == reader.name && types.contains(&file_type));
        complaints.extend(READERS.iter().filter(|reader| !refuses(reader)).flat_map(|reader| reader.complaints(&file)));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// TouchDesigner's Python is 3.11, and what scripts run on beside it is whatever is installed.
#[test]
fn the_wave_module_of_every_python_should_read_integers_of_one_and_two_channels() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let record = |codec, channels| File::record(folder.path(), "wav", codec, (channels, 48_000, 2401));
    let files: Vec<File> = ["pcm16", "pcm24", "pcm32"]
        .into_iter()
        .flat_map(|codec| [1, 2].map(|channels| record(codec, channels)))
        .collect();
    let given: Vec<&File> = files.iter().collect();
    let pythons = python::all();
    for (version, python) in &pythons {
        println!("Python {}.{}: {}", version.0, version.1, python.display());
        for (file, answer) in files.iter().zip(python::library(python, "wave", &given)) {
            let heard = answer.unwrap_or_else(|complaint| panic!("{version:?}: {}: {complaint}", file.text()));
            assert_eq!(heard.complaint(file), None, "{version:?}: {}", file.text());
        }
    }
    assert!(!pythons.is_empty() || std::env::var_os("AFOP_REQUIRE_TOOLS").is_none(), "no Python is here");
}

#[test]
fn every_file_should_have_readers_beyond_those_for_tags() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in every_file(folder.path()) {
        let takers = READERS.iter().filter(|reader| reader.reason_not_to_take(&file).is_none()).count();
        assert!(takers >= 5, "{}: {takers}", file.path.display());
    }
}

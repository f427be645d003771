//! THE table of readers: which one takes which File Type.

use super::files::File;
use super::programs::{Answers, exiftool, flac, gstreamer, mediainfo, mpg123, oggz_validate, wavpack};
use super::python::{self, chromium};

/// The columns of the table, in the order of the menu.
pub(crate) const FILE_TYPES: [&str; 5] = ["wav", "ogg", "mp3", "aiff", "flac"];

/// A row.
pub(crate) struct Reader {
    pub(crate) name: &'static str,
    /// What must be there; none for a library of the Python that `.ci/readers` makes.
    pub(crate) program: Option<&'static str>,
    pub(crate) read: fn(&[&File]) -> Answers,
    pub(crate) takes: [Takes; FILE_TYPES.len()],
}

/// What a reader makes of a File Type.
#[derive(Clone, Copy)]
pub(crate) enum Takes {
    /// It reads all of our files.
    All,
    /// It does not read files of this type, whoever made them.
    No,
    /// It reads all but those for which a reason is given.
    But(fn(&File) -> Option<&'static str>),
}

use Takes::{All, But, No};

/// THE table. Reasons name the version that was tried; the readers have these limits with files of other writers too.
#[rustfmt::skip]
pub(crate) const READERS: [Reader; 12] = [
    //                                                              wav               ogg                   mp3              aiff      flac
    reader("wave",      None,                       wave,          [But(wave_limits), No,                   No,              No,       No]),
    reader("mutagen",   None,                       mutagen,       [All,              All,                  All,             All,      All]),
    reader("TagLib",    None,                       taglib,        [All,              All,                  All,             All,      All]),
    reader("eyeD3",     None,                       eyed3,         [No,               No,                   All,             No,       No]),
    reader("MediaInfo", Some("mediainfo"),          mediainfo,     [All,              All,                  All,             But(mediainfo_limits), All]),
    reader("ExifTool",  Some("exiftool"),           exiftool,      [All,              All,                  All,             All,      All]),
    reader("WavPack",   Some("wavpack"),            wavpack,       [All,              No,                   No,              All,      No]),
    reader("flac",      Some("flac"),               flac,          [But(flac_limits), No,                   No,              But(flac_limits), All]),
    reader("mpg123",    Some("mpg123"),             mpg123,        [No,               No,                   All,             No,       No]),
    reader("GStreamer", Some("gst-discoverer-1.0"), gstreamer,     [But(gst_limits),  All,                  But(gst_limits), All,      All]),
    reader("oggz",      Some("oggz-validate"),      oggz_validate, [No,               All,                  No,              No,       No]),
    reader("Chromium",  Some("chromium"),           chromium,      [All,              But(chromium_limits), All,             No,       All]),
];

const fn reader(
    name: &'static str,
    program: Option<&'static str>,
    read: fn(&[&File]) -> Answers,
    takes: [Takes; FILE_TYPES.len()],
) -> Reader {
    Reader { name, program, read, takes }
}

/// Python's `wave` up to 3.11 knows format tag 1 alone.
fn wave_limits(file: &File) -> Option<&'static str> {
    match (file.codec, file.channels()) {
        ("float32", _) => Some("wave has no floats"),
        (_, 3..) => Some("wave (Python 3.11) does not know WAVE_FORMAT_EXTENSIBLE"),
        _ => None,
    }
}

fn mediainfo_limits(file: &File) -> Option<&'static str> {
    matches!(file.codec, "pcm16" | "float32").then_some("MediaInfo 23.04 and 24.12 read no ID3 chunk in AIFF-C")
}

fn flac_limits(file: &File) -> Option<&'static str> {
    match (file.file_type, file.codec, file.channels()) {
        (_, "float32", _) => Some("FLAC has no floats"),
        ("aiff", _, 3..) => Some("flac 1.4.2 reads AIFF of one or two channels"),
        ("aiff", "pcm16", _) => Some("flac 1.4.2 restores AIFF-C as AIFF"),
        (_, _, 9..) => Some("FLAC has at most 8 channels"),
        _ => None,
    }
}

fn gst_limits(file: &File) -> Option<&'static str> {
    match file.file_type {
        "wav" if file.codec == "pcm24" && file.channels() * file.frames() % 2 == 1 => {
            Some("GStreamer 1.22 takes audio of an odd number of bytes for none")
        }
        "mp3" if file.rate < 32_000 || file.frames() < 1152 => {
            Some("GStreamer 1.22 complains of itself when the delay is longer than an MPEG frame")
        }
        _ => None,
    }
}

fn chromium_limits(file: &File) -> Option<&'static str> {
    match (file.channels(), file.frames()) {
        (3.., _) => Some("Chromium 156 decodes Vorbis of many channels wrongly, like Symphonia 0.6"),
        (_, ..100) => Some("Chromium 156 takes Vorbis of one packet for damaged"),
        _ => None,
    }
}

fn wave(files: &[&File]) -> Answers {
    library("wave", files)
}

fn mutagen(files: &[&File]) -> Answers {
    library("mutagen", files)
}

fn taglib(files: &[&File]) -> Answers {
    library("taglib", files)
}

fn eyed3(files: &[&File]) -> Answers {
    library("eyed3", files)
}

fn library(name: &str, files: &[&File]) -> Answers {
    python::library(&python::with_libraries(), name, files)
}

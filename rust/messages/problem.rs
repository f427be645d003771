//! The error sentences.

use std::any::Any;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::io::io_sentence;
use super::limit::Limit;

/// Why a take cannot start or go on: the node's error string.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A file operation failed.
    Io { op: FileOp, path: PathBuf, cause: io::Error },
    /// What only one format cannot hold or do.
    Limit(Limit),
    /// File is empty.
    NoFile,
    /// File has no name after its last slash, or the name belongs to a folder.
    IsFolder { path: PathBuf },
    /// The name belongs to a pipe, a device or a socket.
    NotAFile { path: PathBuf },
    /// File ends with the extension of something else than the chosen format.
    WrongExtension { path: PathBuf, extensions: &'static [&'static str] },
    /// Windows would open a device, a hidden stream or nothing at all.
    WindowsName { path: PathBuf, name: String },
    /// Another program, or another node, holds the file.
    Locked { path: PathBuf },
    /// Another program keeps moving or deleting the file while it is opened.
    KeepsMoving { path: PathBuf },
    /// Somebody deleted the file, or replaced it by another, while it was recorded.
    Deleted { path: PathBuf },
    /// Somebody moved or renamed the file, or its folder, while it was recorded; the take goes on in it.
    Moved { path: PathBuf },
    /// All indices that were looked at are taken; `path` is the first of them.
    NoFreeName { path: PathBuf },
    /// The format cannot hold this many channels.
    Channels { format: &'static str, least: usize, most: usize, channels: usize },
    /// The format cannot store this sample rate.
    Rate { format: &'static str, allowed: String, rate: f64 },
    /// The disk has taken none of this many takes yet.
    TooManyTakes { takes: usize },
    /// The system gives no thread to write with.
    NoThread { cause: io::Error },
    /// A finished file does not read as what was recorded.
    ReadsDifferently { path: PathBuf, difference: String },
    /// Memory was full: `frames` frames were lost and replaced by silence, the first of them `at` seconds into
    /// the take.
    Lost { at: f64, seconds: f64, frames: u64, file: String },
    /// A bug of ours, caught.
    Internal { what: String },
    /// Channel Scope selects no channel.
    ScopeMatchesNothing { scope: String, names: Vec<String>, channels: usize },
}

/// How many channel names a sentence lists.
const NAMES_LISTED: usize = 4;

/// The file operation that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileOp {
    Open,
    CreateFolder,
    Lock,
    Write,
    UpdateHeader,
    Sync,
}

impl Problem {
    pub(crate) fn io(op: FileOp, path: &Path, cause: io::Error) -> Self {
        Self::Io { op, path: path.to_owned(), cause }
    }

    /// A panic, as it was caught.
    pub(crate) fn internal(panic: &(dyn Any + Send)) -> Self {
        let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let what = what.or_else(|| panic.downcast_ref::<String>().cloned());
        Self::Internal { what: what.unwrap_or_else(|| "no details".into()) }
    }

    /// What is wrong, without what helps.
    pub(crate) fn cause(&self) -> String {
        let sentence = self.to_string();
        sentence.rsplit_once(": ").map_or(sentence.as_str(), |(cause, _)| cause).to_owned()
    }

    pub(crate) fn scope_matches_nothing(scope: &str, names: &[impl AsRef<str>]) -> Self {
        Self::ScopeMatchesNothing {
            scope: printable(scope),
            names: names.iter().take(NAMES_LISTED).map(|name| name.as_ref().to_owned()).collect(),
            channels: names.len(),
        }
    }
}

/// `seconds` as h:mm:ss.mmm.
pub(crate) fn clock(seconds: f64) -> String {
    let millis = (seconds.max(0.0) * 1000.0).round() as u64;
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    format!("{hours}:{minutes:02}:{seconds:02}.{:03}", millis % 1000)
}

/// A path as a sentence shows it: a control character would end the sentence early, or break its line.
pub(crate) fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

fn printable(text: &str) -> String {
    text.replace(|char: char| char.is_control(), "\u{fffd}")
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { op, path, cause } => f.write_str(&io_sentence(*op, path, cause)),
            Self::Limit(limit) => limit.fmt(f),
            Self::NoFile => f.write_str(
                "File is empty, so there is no place to record to: enter a name, for example AudioOut{suffix}, \
                 then switch Record off, and on again a frame later.",
            ),
            Self::IsFolder { path } => {
                write!(
                    f,
                    "{} is a folder, so nothing can be recorded to it: add a file name in File, \
                     then switch Record off, and on again a frame later.",
                    shown(path)
                )
            }
            Self::NotAFile { path } => write!(
                f,
                "{} is a pipe or a device, so nothing can be recorded to it: choose another name in File, \
                 then switch Record off, and on again a frame later.",
                shown(path)
            ),
            Self::WrongExtension { path, extensions } => write!(
                f,
                "The extension of {} does not belong to the chosen File Type, which takes .{}: \
                 change File or File Type, then switch Record off, and on again a frame later.",
                shown(path),
                extensions.join(" or ."),
            ),
            Self::WindowsName { path, name } => write!(
                f,
                "Windows does not allow {} as a name, so {} could not be opened: change File, \
                 then switch Record off, and on again a frame later.",
                printable(name),
                shown(path)
            ),
            Self::Locked { path } => write!(
                f,
                "{} is {} by another program or another node: \
                 close it there or change File, then switch Record off, and on again a frame later.",
                shown(path),
                if cfg!(windows) { "in use" } else { "locked" }
            ),
            Self::KeepsMoving { path } => write!(
                f,
                "Another program moves or deletes {} while it is being opened: stop that program or change File, \
                 then switch Record off, and on again a frame later.",
                shown(path)
            ),
            Self::Deleted { path } => write!(
                f,
                "Another program deleted {} while it was being recorded, so the take cannot be kept: \
                 stop that program or change File, then switch Record off, and on again a frame later.",
                shown(path)
            ),
            Self::Moved { path } => write!(
                f,
                "Another program moved or renamed {} while it is being recorded, so the whole take will be under \
                 its new name: switch Record off, and on again a frame later, to record to File.",
                shown(path)
            ),
            Self::NoFreeName { path } => write!(
                f,
                "{} and all names that follow it are taken: raise N, or move old takes to another folder, \
                 then switch Record off, and on again a frame later.",
                shown(path)
            ),
            Self::Channels { format, least, most, channels } => write!(
                f,
                "{format} holds {} channels, the input has {channels}: {}narrow Channel Scope, \
                 then switch Record off, and on again a frame later.",
                if *most == least + 1 { format!("{least} or {most}") } else { format!("{least} to {most}") },
                if *most <= 2 { "choose WAV or OGG, or " } else { "choose another File Type, or " }
            ),
            Self::Rate { format, allowed, rate } => write!(
                f,
                "{format} stores {allowed}, the input has {rate} Hz: resample the input or choose another File Type, \
                 then switch Record off, and on again a frame later."
            ),
            Self::TooManyTakes { takes } => write!(
                f,
                "The disk has not taken the last {takes} takes yet, so this one is not recorded: \
                 check the disk, wait until the state is idle, then switch Record off, and on again a frame later."
            ),
            Self::NoThread { cause } => write!(
                f,
                "The system gives no thread to write with ({cause}), so nothing is recorded: \
                 close other programs, then switch Record off, and on again a frame later."
            ),
            Self::ReadsDifferently { path, difference } => write!(
                f,
                "The finished file {} {difference}, so it may be damaged: keep it, and record again on another disk.",
                shown(path)
            ),
            Self::Lost { at, seconds, frames, file } => write!(
                f,
                "The disk did not keep up {} into the take, and {seconds:.3} s ({frames} samples a channel) were lost \
                 and replaced by silence in {file}: record to a faster disk or raise Max Buffer.",
                clock(*at)
            ),
            Self::Internal { what } => write!(
                f,
                "Audio File Out Plus ended the take because of a mistake of its own ({what}): \
                 what was recorded is kept; to go on, switch Record off, and on again a frame later, and please report \
                 this."
            ),
            Self::ScopeMatchesNothing { scope, names, channels } => write!(
                f,
                "Channel Scope {scope} selects none of the input's channels ({}{}): \
                 change it, or enter * for all of them, then switch Record off, and on again a frame later.",
                names.join(", "),
                if *channels > names.len() { ", ..." } else { "" }
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> PathBuf {
        PathBuf::from("/x/take")
    }

    #[test]
    fn every_problem_is_one_sentence_with_a_remedy() {
        let names = ["chan1", "chan2", "chan3", "chan4", "chan5"];
        for problem in [
            Problem::io(FileOp::Open, &path(), io::ErrorKind::StorageFull.into()),
            Problem::NoFile,
            Problem::IsFolder { path: path() },
            Problem::NotAFile { path: path() },
            Problem::WindowsName { path: path(), name: "NUL".into() },
            Problem::Locked { path: path() },
            Problem::KeepsMoving { path: path() },
            Problem::Deleted { path: path() },
            Problem::Moved { path: path() },
            Problem::NoFreeName { path: path() },
            Problem::TooManyTakes { takes: 1000 },
            Problem::scope_matches_nothing("left*", &names[..2]),
        ] {
            let sentence = problem.to_string();
            assert_eq!(sentence.matches('.').count(), 1, "{sentence}");
            assert!(sentence.ends_with('.') && sentence.contains(": "), "{sentence}");
            assert!(!sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn a_wrong_extension_names_the_right_ones() {
        assert_eq!(
            Problem::WrongExtension { path: "take.mp3".into(), extensions: &["aiff", "aif"] }.to_string(),
            "The extension of take.mp3 does not belong to the chosen File Type, which takes .aiff or .aif: \
             change File or File Type, then switch Record off, and on again a frame later."
        );
    }

    #[test]
    fn a_scope_without_a_match_lists_the_first_channels() {
        assert_eq!(
            Problem::scope_matches_nothing("left*", &["chan1", "chan2", "chan3", "chan4", "chan5"]).to_string(),
            "Channel Scope left* selects none of the input's channels (chan1, chan2, chan3, chan4, ...): \
             change it, or enter * for all of them, then switch Record off, and on again a frame later."
        );
    }

    #[test]
    fn control_characters_of_a_path_are_not_shown() {
        let sentence = Problem::IsFolder { path: "a\0b\nc".into() }.to_string();
        assert!(sentence.starts_with("a\u{fffd}b\u{fffd}c is a folder"), "{sentence}");
    }
}

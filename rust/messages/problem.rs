//! The error sentences.

use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::io::{io_refusal, io_sentence};
use super::limit::{Limit, alternatives, choice};
use super::refusal::Refusal;

/// Why a take cannot start or go on: the node's error string.
#[derive(Debug, Error)]
pub(crate) enum Problem {
    /// A file operation failed.
    #[error("{}", io_sentence(*.op, .path, .cause))]
    Io { op: FileOp, path: PathBuf, cause: io::Error },
    /// What only one format cannot hold or do.
    #[error(transparent)]
    Limit(Limit),
    /// File is empty.
    #[error(
        "File is empty, so there is no place to record to: enter a name, for example AudioOut{{suffix}}, \
         then switch Record off, and on again a frame later."
    )]
    NoFile,
    /// File has no name after its last slash, or the name belongs to a folder.
    #[error("{} is a folder, so nothing can be recorded to it: add a file name in File, \
         then switch Record off, and on again a frame later.", shown(.path))]
    IsFolder { path: PathBuf },
    /// The name belongs to a pipe, a device or a socket.
    #[error("{} is a pipe or a device, so nothing can be recorded to it: choose another name in File, \
         then switch Record off, and on again a frame later.", shown(.path))]
    NotAFile { path: PathBuf },
    /// File ends with the extension of something else than the chosen format.
    #[error(
        "The extension of {} does not belong to the chosen File Type, which takes .{}: change File or File Type, \
         then switch Record off, and on again a frame later.",
        shown(.path),
        .extensions.join(" or ."),
    )]
    WrongExtension { path: PathBuf, extensions: &'static [&'static str] },
    /// Windows would open a device, a hidden stream or nothing at all.
    #[error(
        "Windows does not allow {} as a name, so {} could not be opened: change File, \
         then switch Record off, and on again a frame later.",
        printable(.name),
        shown(.path)
    )]
    WindowsName { path: PathBuf, name: String },
    /// Another program, or another node, holds the file: `by` whom, in words.
    #[error(
        "{} is {} by {}: \
         close it there or change File, then switch Record off, and on again a frame later.",
        shown(.path),
        if cfg!(windows) { "in use" } else { "locked" },
        printable(.by)
    )]
    Locked { path: PathBuf, by: String },
    /// Another program keeps moving or deleting the file while it is opened.
    #[error(
        "Another program moves or deletes {} while it is being opened: stop that program or change File, \
         then switch Record off, and on again a frame later.",
        shown(.path)
    )]
    KeepsMoving { path: PathBuf },
    /// The file was deleted, or replaced by another, while it was recorded.
    #[error(
        "Another program deleted {} while it was being recorded, so what was in it is lost: \
         stop that program, or record to another folder.",
        shown(.path)
    )]
    Deleted { path: PathBuf },
    /// The disk of a file was away, and has come back without it, or with its beginning only.
    #[error(
        "The drive came back without {part}{}, so {frames} samples a channel are lost before the take goes on in \
         another file: leave the drive connected while it is recorded to.",
        shown(.path)
    )]
    CameBack { path: PathBuf, part: &'static str, frames: u64 },
    /// A file took no more before all was in it that had come for it.
    #[error(
        "{cause}, so {} ends there, and {frames} samples a channel are lost before the take goes on in another file: \
         record to another disk.",
        shown(.path)
    )]
    GivenUp { path: PathBuf, cause: String, frames: u64 },
    /// The file, or its folder, was moved or renamed while it was recorded; the take goes on in it.
    #[error(
        "Another program moved or renamed {} while it is being recorded, so the whole take will be under \
         its new name: switch Record off, and on again a frame later, to record to File.",
        shown(.path)
    )]
    Moved { path: PathBuf },
    /// All indices that were looked at are taken; `path` is the first of them.
    #[error(
        "{} and all names that follow it are taken: raise N, or move old takes to another folder, \
         then switch Record off, and on again a frame later.",
        shown(.path)
    )]
    NoFreeName { path: PathBuf },
    /// The format cannot hold this many channels; `others` are those that could.
    #[error(
        "{format} holds {} channels, the input has {channels}: {}narrow Channel Scope, \
         then switch Record off, and on again a frame later.",
        range(*.least, *.most),
        choice(.others)
    )]
    Channels { format: &'static str, least: usize, most: usize, channels: usize, others: Vec<&'static str> },
    /// The format cannot store this sample rate; `others` are those that could.
    #[error(
        "{format} stores {allowed}, the input has {rate} Hz: resample the input{}{}, \
         then switch Record off, and on again a frame later.",
        if .others.is_empty() { "" } else { ", or choose " },
        alternatives(.others)
    )]
    Rate { format: &'static str, allowed: String, rate: f64, others: Vec<&'static str> },
    /// The system gives no thread to write with.
    #[error(
        "The system gives no thread to write with ({cause}), so nothing is recorded: \
         close other programs, then switch Record off, and on again a frame later."
    )]
    NoThread { cause: io::Error },
    /// A finished file does not read as what was recorded.
    #[error(
        "The finished file {} {difference}, so it may be damaged: keep it, and record again on another disk.",
        shown(.path)
    )]
    ReadsDifferently { path: PathBuf, difference: String },
    /// Memory was full: `frames` frames were lost and replaced by silence, the first of them `at` seconds into
    /// the take.
    #[error(
        "The disk did not keep up {} into the take, and {seconds:.3} s ({frames} samples a channel) were lost \
         and replaced by silence in {file}: record to a faster disk or raise Max Buffer.",
        clock(*.at)
    )]
    Lost { at: f64, seconds: f64, frames: u64, file: String },
    /// A bug of ours, caught.
    #[error(
        "Audio File Out Plus ended the take because of a mistake of its own ({what}): \
         what was recorded is kept; to go on, switch Record off, and on again a frame later, and please report \
         this."
    )]
    Internal { what: String },
    /// Channel Scope selects no channel.
    #[error(
        "Channel Scope {scope} selects none of the input's channels ({}{}): \
         change it, or enter * for all of them, \
         then switch Record off, and on again a frame later.",
        .names.join(", "),
        if *.channels > .names.len() { ", ..." } else { "" }
    )]
    ScopeMatchesNothing { scope: String, names: Vec<String>, channels: usize },
}

/// How many channel names a sentence lists.
const NAMES_LISTED: usize = 4;

/// The file operation that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileOp {
    Open,
    /// The same, where the folder is known to be there.
    OpenInFolder,
    CreateFolder,
    Lock,
    /// To write the header over what the file held before.
    Begin,
    Write,
    UpdateHeader,
    Sync,
    Close,
}

impl Problem {
    pub(crate) fn io(op: FileOp, path: &Path, cause: io::Error) -> Self {
        Self::Io { op, path: path.to_owned(), cause }
    }

    /// The file is held by other `programs`, by `this_process`, or it is not known by whom.
    pub(crate) fn locked(path: &Path, programs: &[String], this_process: bool) -> Self {
        let node = this_process.then_some("another node");
        let all: Vec<_> = node.into_iter().chain(programs.iter().map(String::as_str)).collect();
        let by = if all.is_empty() { "another program or another node".to_owned() } else { all.join(" and ") };
        Self::Locked { path: path.to_owned(), by }
    }

    /// A panic, as it was caught.
    pub(crate) fn internal(panic: &(dyn Any + Send)) -> Self {
        let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let what = what.or_else(|| panic.downcast_ref::<String>().cloned());
        Self::Internal { what: what.unwrap_or_else(|| "no details".into()) }
    }

    /// What is shown of it while the operation is tried again.
    pub(crate) fn refusal(&self) -> Refusal {
        match self {
            Self::Io { op, path, cause } => io_refusal(*op, path, cause),
            Self::Locked { path, by } => Refusal {
                cause: format!(
                    "{} is {} by {}",
                    shown(path),
                    if cfg!(windows) { "in use" } else { "locked" },
                    printable(by)
                ),
                meaning: "nothing is written to it yet".to_owned(),
                remedy: "close it there, and recording goes on by itself, or change File, then switch Record off, and \
                         on again a frame later"
                    .to_owned(),
                is_lock: true,
            },
            other => Refusal {
                cause: other.cause(),
                meaning: "nothing is written yet".to_owned(),
                remedy: "stop that program, and recording goes on by itself".to_owned(),
                is_lock: false,
            },
        }
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

/// So many channels: "1 or 2", "1 to 255".
fn range(least: usize, most: usize) -> String {
    if most == least + 1 { format!("{least} or {most}") } else { format!("{least} to {most}") }
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
            Problem::locked(&path(), &[], false),
            Problem::KeepsMoving { path: path() },
            Problem::Deleted { path: path() },
            Problem::CameBack { path: path(), part: "the end of ", frames: 480 },
            Problem::Moved { path: path() },
            Problem::NoFreeName { path: path() },
            Problem::scope_matches_nothing("left*", &names[..2]),
        ] {
            let sentence = problem.to_string();
            assert_eq!(sentence.matches('.').count(), 1, "{sentence}");
            assert!(sentence.ends_with('.') && sentence.contains(": "), "{sentence}");
            assert!(!sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn who_is_in_the_way_is_named_where_it_is_known() {
        let programs = ["Audacity".to_owned(), "Windows Search".to_owned()];
        let by = |programs, this_process| match Problem::locked(&path(), programs, this_process) {
            Problem::Locked { by, .. } => by,
            other => other.to_string(),
        };
        assert_eq!(by(&[], false), "another program or another node");
        assert_eq!(by(&[], true), "another node");
        assert_eq!(by(&programs, false), "Audacity and Windows Search");
        assert_eq!(by(&programs[..1], true), "another node and Audacity");
    }

    #[test]
    fn a_wrong_extension_names_the_right_ones() {
        assert_eq!(
            Problem::WrongExtension { path: "take.mp3".into(), extensions: &["aiff", "aif"] }.to_string(),
            "The extension of take.mp3 does not belong to the chosen File Type, which takes .aiff or .aif: \
             change File or File Type, \
         then switch Record off, and on again a frame later."
        );
    }

    #[test]
    fn a_scope_without_a_match_lists_the_first_channels() {
        assert_eq!(
            Problem::scope_matches_nothing("left*", &["chan1", "chan2", "chan3", "chan4", "chan5"]).to_string(),
            "Channel Scope left* selects none of the input's channels (chan1, chan2, chan3, chan4, ...): \
             change it, or enter * for all of them, \
         then switch Record off, and on again a frame later."
        );
    }

    #[test]
    fn control_characters_of_a_path_are_not_shown() {
        let sentence = Problem::IsFolder { path: "a\0b\nc".into() }.to_string();
        assert!(sentence.starts_with("a\u{fffd}b\u{fffd}c is a folder"), "{sentence}");
    }
}

//! Whether the files of a take and what its node said account for every frame.

use std::fs;
use std::path::{Path, PathBuf};

use super::ledger::{Ledger, Segment};
use crate::compare::{Comparison, compare};
use crate::source::Source;
use crate::walk::walk;

/// A take that is over, as far as its node told.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    pub(super) file_type: String,
    /// It may have any number of files, of which each goes on where the one before ends.
    pub(super) is_split: bool,
    pub(super) ledger: Ledger,
    /// What was done to it.
    pub(super) fault: Option<String>,
    /// Somebody took the file away: what it held need not be found.
    pub(super) taken_away: bool,
    /// What the plugin did to somebody else's file.
    pub(super) harm: Option<String>,
    /// The take counts as finished.
    pub(super) finished: bool,
    /// The error with which it ended.
    pub(super) error: String,
    /// An error that was shown while it went on.
    pub(super) noted: String,
    /// The node showed it at the first cook that had something to record.
    pub(super) refused: bool,
    /// Frames of the cook at which the error came: fed, or not any more.
    pub(super) unsure: u64,
    pub(super) gap_reported: u64,
    /// What was lost while recording; at the end also what an error kept out of the files.
    pub(super) lost: u64,
    pub(super) lost_at_the_end: Option<u64>,
    pub(super) written_reported: Option<u64>,
}

/// What came of a take.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) name: String,
    pub(super) file_type: String,
    pub(super) folder: PathBuf,
    pub(super) fault: Option<String>,
    pub(super) finished: bool,
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Frames that were given while recording.
    pub(super) given: u64,
    /// Frames that decoding gave.
    pub(super) found: u64,
    /// Frames that hitches took away, as announced.
    pub(super) gap: u64,
    /// Frames that are in no file, as announced.
    pub(super) announced: u64,
    pub(super) complaint: Option<String>,
}

/// Decodes the files of the take and compares. A take that is right leaves no file behind.
pub(super) fn judge(ended: Ended) -> Verdict {
    let mut verdict = Verdict {
        name: ended.name.clone(),
        file_type: ended.file_type.clone(),
        folder: ended.folder.clone(),
        fault: ended.fault.clone(),
        finished: ended.finished,
        given: ended.ledger.given,
        gap: ended.gap_reported,
        ..Verdict::default()
    };
    let outcome = examine(&ended, &mut verdict);
    verdict.complaint = outcome.err();
    if verdict.complaint.is_none() {
        // What is left is only in the way.
        protect(&ended.folder, false);
        let _ = fs::remove_dir_all(&ended.folder).or_else(|_| fs::remove_file(&ended.folder));
    }
    verdict
}

fn examine(ended: &Ended, verdict: &mut Verdict) -> Result<(), String> {
    if let Some(harm) = &ended.harm {
        return Err(harm.clone());
    }
    let files = files(&ended.folder);
    verdict.files = files.len() as u64;
    if ended.gap_reported != ended.ledger.gap && !ended.refused && ended.error.is_empty() {
        return Err(format!("gap_samples is {}, {} is right", ended.gap_reported, ended.ledger.gap));
    }
    if !ended.finished && ended.error.is_empty() && ended.noted.is_empty() && !ended.ledger.segments.is_empty() {
        return Err("the take was not finished, and no error was shown".to_owned());
    }
    if !ended.finished && (ended.taken_away || ended.refused || ended.ledger.segments.is_empty()) {
        verdict.announced = ended.ledger.given;
        return Ok(());
    }
    let expected = &ended.ledger.segments;
    let files: Vec<&[PathBuf]> = if ended.is_split { vec![&files] } else { files.chunks(1).collect() };
    if files.len() > expected.len() || ended.finished && files.len() < expected.len() {
        return Err(format!("the take has {} files, {} are right", files.len(), expected.len()));
    }
    let mut silenced = 0;
    let mut given_found = 0;
    for (number, (parts, segment)) in files.iter().zip(expected).enumerate() {
        let found = read(parts, segment)?;
        if ended.finished {
            parts.iter().try_for_each(|part| walk(part))?;
        }
        let last = number + 1 == files.len();
        let problem = match found.complaint(ended.lost) {
            Some(_) if !ended.finished && last && is_beginning(&found) => None,
            problem => problem,
        };
        if let Some(problem) = problem {
            return Err(format!("{}: {problem}", parts[0].display()));
        }
        silenced += found.silenced;
        given_found += segment.runs.given_within(found.frames_found);
        verdict.found += found.frames_found;
        verdict.bytes += found.bytes;
    }
    if silenced > ended.lost {
        return Err(format!("{silenced} frames are silent in the files, {} were announced as lost", ended.lost));
    }
    verdict.announced = ended.lost;
    if let Some(written) = ended.written_reported
        && written != verdict.found
    {
        return Err(format!("total_samples_written is {written}, the files hold {} frames", verdict.found));
    }
    if ended.finished {
        return Ok(());
    }
    let missing = ended.ledger.given - given_found;
    verdict.announced = missing;
    match ended.lost_at_the_end {
        Some(lost) if ended.lost == 0 && lost.abs_diff(missing) > ended.unsure => {
            Err(format!("lost_samples is {lost} at the end, {missing} frames are in no file"))
        }
        _ => Ok(()),
    }
}

/// Whether the file ends early and holds until then what it should.
fn is_beginning(found: &Comparison) -> bool {
    found.wrong_samples == 0 && found.frames_found < found.frames_expected
}

fn read(parts: &[PathBuf], segment: &Segment) -> Result<Comparison, String> {
    compare(parts, &mut Source::Signal(segment.signal), &segment.selected, &segment.runs)
}

/// The files of the take in their order: `rec.0.wav`, `rec.0-2.wav`.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<(u32, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            // The orders of a test have none.
            path.extension()?;
            let stem = path.file_stem()?.to_str()?.to_owned();
            let part = stem.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(1);
            path.is_file().then_some((part, path))
        })
        .collect();
    files.sort();
    files.into_iter().map(|(_, path)| path).collect()
}

/// Takes the permission to write to a folder away, or gives it back.
#[cfg(unix)]
pub(super) fn protect(folder: &Path, on: bool) -> bool {
    use std::os::unix::fs::PermissionsExt;

    folder.is_dir() && fs::set_permissions(folder, fs::Permissions::from_mode(if on { 0o555 } else { 0o755 })).is_ok()
}

/// A folder's attribute keeps nobody from writing to it.
#[cfg(windows)]
pub(super) fn protect(_folder: &Path, _on: bool) -> bool {
    false
}

//! A file that is refused although its disk is back: an unplugged drive, a share whose server was started anew. The open
//! file is dead for ever then, while its path leads to a living one.
//!
//! What stands there is looked at before anything is written to it: another drive may have come, with another file of that
//! name.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{FileLocation, LockedFile, TakeFile};
use crate::destination::open;
use crate::destination::recent::Recent;
use crate::faults;

/// Bytes of a mark.
const MARK: usize = 32;
/// Marks of a file at most.
const MARKS: usize = 128;

/// What has become of a file that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::destination) enum Reopened {
    /// Its disk is not back, or the open file is not dead.
    NotYet,
    /// All of it is there, and it can be written to.
    Whole,
    /// The same, but for its end: the system had not given that to the disk.
    Shorter,
    /// The disk is back without it.
    Gone,
    /// The disk was never away: another program has deleted the file, or put another in its place.
    Deleted,
}

/// Bytes from all over a file, to know it by.
pub(super) struct Marks {
    marks: Vec<(u64, [u8; MARK])>,
    /// Bytes from one to the next at least: the more, the longer the file is.
    every: u64,
}

impl Default for Marks {
    fn default() -> Self {
        Self { marks: Vec::new(), every: 64 * 1024 }
    }
}

impl Marks {
    /// These bytes were written at `at`, behind all others.
    pub(super) fn note(&mut self, at: u64, bytes: &[u8]) {
        let is_early = self.marks.last().is_some_and(|(last, _)| at < last + self.every);
        let (false, Some(mark)) = (is_early, bytes.first_chunk()) else { return };
        if self.marks.len() == MARKS {
            let mut odd = false;
            self.marks.retain(|_| {
                odd = !odd;
                odd
            });
            self.every *= 2;
        }
        self.marks.push((at, *mark));
    }

    /// How much of a file of `len` bytes stands as it was written; `None` when it is another one. `recent` is what was
    /// written last.
    fn length_in(&self, file: &File, len: u64, recent: &Recent) -> io::Result<Option<u64>> {
        let (mut known, mut tells) = (None, len == recent.end());
        for (at, mark) in &self.marks {
            let end = at + MARK as u64;
            if end > len {
                break;
            }
            if read(file, *at, MARK)? != mark {
                return Ok(known.filter(|_| tells));
            }
            // Silence is the same in every file.
            (known, tells) = (Some(end), tells || mark != &[0; MARK]);
        }
        let last = recent.between(recent.start(), len);
        let is_same = read(file, recent.start(), last.len())? == last;
        Ok(known.map(|known| if is_same { len.min(recent.end()) } else { known }).filter(|_| tells))
    }
}

fn read(file: &File, at: u64, bytes: usize) -> io::Result<Vec<u8>> {
    let mut read = vec![0; bytes];
    io::Read::read_exact(&mut super::Reader { file, at }, &mut read)?;
    Ok(read)
}

/// Where the disk of a file is mounted, unless it is that of the system: the folder there stays when the disk goes, empty.
pub(super) struct Mount(Option<PathBuf>);

impl Mount {
    pub(super) fn of(path: &Path) -> Self {
        let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
        Self(folder.and_then(|folder| folder.ancestors().find(|folder| is_mounted(folder)).map(Path::to_owned)))
    }

    fn is_back(&self) -> bool {
        self.0.as_deref().is_none_or(is_mounted)
    }
}

#[cfg(unix)]
fn is_mounted(folder: &Path) -> bool {
    match (device(folder), folder.parent().map(device)) {
        (Some(here), Some(Some(above))) => here != above,
        _ => false,
    }
}

#[cfg(unix)]
fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;

    Some(fs::metadata(path).ok()?.dev())
}

/// A drive has a letter there, which goes with it.
#[cfg(windows)]
fn is_mounted(_folder: &Path) -> bool {
    false
}

impl TakeFile {
    /// Looks whether the file can be written to by its path. If so it is locked, and what comes is written there.
    pub(in crate::destination) fn reopen(&mut self) -> Reopened {
        let opened = faults::system("open", &self.path).and_then(|()| open::options().open(&self.path));
        let found = match opened {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return self.not_found(false),
            Err(_) => return Reopened::NotYet,
        };
        // Refused while the former is alive, whose lock this is; or to another program, which is waited for.
        let (Ok(_), Ok(metadata)) = (open::lock(&found, &self.path), found.metadata()) else { return Reopened::NotYet };
        let len = if metadata.is_file() { metadata.len() } else { 0 };
        match self.marks.length_in(&found, len, &self.recent) {
            Err(_) => Reopened::NotYet,
            Ok(Some(known)) => {
                self.file = LockedFile(Some(found));
                self.room_until = u64::MAX;
                let is_whole = known >= self.len;
                if !is_whole {
                    (self.len, self.silent_until) = (known, known);
                }
                if is_whole { Reopened::Whole } else { Reopened::Shorter }
            }
            Ok(None) => {
                super::unlock(&found);
                self.not_found(true)
            }
        }
    }

    /// The path leads to no file of ours; to another one, if that `is_another`.
    fn not_found(&mut self, is_another: bool) -> Reopened {
        if !(self.path.parent().is_some_and(Path::is_dir) && self.mount.is_back()) {
            return Reopened::NotYet;
        }
        self.is_gone = self.is_dead(is_another);
        match self.is_gone {
            true => Reopened::Gone,
            false if self.location() == FileLocation::Deleted => Reopened::Deleted,
            false => Reopened::NotYet,
        }
    }

    /// Whether the open file is none of the disk that is there now.
    #[cfg(unix)]
    fn is_dead(&self, _is_another: bool) -> bool {
        use std::os::unix::fs::MetadataExt;

        let Ok(open) = self.file.metadata() else { return true };
        self.path.parent().and_then(device).is_some_and(|folder| folder != open.dev())
    }

    /// While an open file is alive, its share mode keeps others from moving, deleting or opening it.
    #[cfg(windows)]
    fn is_dead(&self, is_another: bool) -> bool {
        is_another || self.location() == FileLocation::Moved
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn written(bytes: &[u8], piece: usize) -> (Marks, Recent) {
        let (mut marks, mut recent, mut at) = (Marks::default(), Recent::new(0), 0);
        for bytes in bytes.chunks(piece) {
            marks.note(at, bytes);
            recent.note(bytes);
            at += bytes.len() as u64;
        }
        (marks, recent)
    }

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn a_file_is_known_by_what_was_written_to_it() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let (marks, recent) = written(&bytes, 10_000);
        let length = |bytes: &[u8]| marks.length_in(&file(bytes), bytes.len() as u64, &recent).unwrap();
        assert_eq!(length(&bytes), Some(3_000_000));
        assert_eq!(length(&bytes[..2_999_999]), Some(2_999_999));
        assert_eq!(length(&bytes[..1_000_000]), Some(1_000_000));
        assert_eq!(length(&[&bytes[..], b"more"].concat()), Some(3_000_000));
        assert_eq!((length(&[]), length(&vec![7; 3_000_000])), (None, None));
        // What was never given to the disk may read as zeros.
        let mut torn = bytes.clone();
        torn[2_900_000..].fill(0);
        let known = length(&torn).unwrap();
        assert!((2_700_000..2_900_032).contains(&known), "{known}");
    }

    #[test]
    fn silence_is_known_only_by_its_length() {
        let (marks, recent) = written(&[0; 200_000], 5000);
        let length = |len: u64| marks.length_in(&file(&vec![0; len as usize]), len, &recent).unwrap();
        assert_eq!([length(200_000), length(199_998), length(200_002)], [Some(200_000), None, None]);
    }

    #[test]
    fn a_long_file_has_no_more_marks_than_a_short_one() {
        let mut marks = Marks::default();
        (0..100_000).for_each(|index| marks.note(index * 262_144, &[1; 100]));
        assert!((MARKS / 2..=MARKS).contains(&marks.marks.len()), "{}", marks.marks.len());
        assert_eq!(marks.marks[0].0, 0);
    }
}

//! The file of a take, once it is open and locked.

mod reopening;

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use super::hints;
use super::open_names::OpenName;
use super::recent::Recent;
use super::refusals::{self, Verdict};
use super::syncing::SyncMode;
use crate::faults;
use crate::messages::{FileOp, Problem};
pub(super) use reopening::Reopened;
use reopening::{Marks, Mount};

/// A file that has come to so many bytes gets room for as many at once, and is given to the disk in as many.
const STEP: u64 = 4 * 1024 * 1024;
/// When the disk has less than so much left, no room is set aside: what one file has the others lack.
const LEAST_ROOM: u64 = 128 * STEP;

/// An open, locked file that grows at its end and whose header can be patched in place.
///
/// `len` counts what the operating system has taken, also when an append failed half-way, so that a take on a
/// full disk can still be closed as a playable file.
///
/// A file without sound opens in few programs. So it begins with some silence behind its header, which `len` does
/// not count and which the first bytes that are appended replace.
pub(crate) struct TakeFile {
    file: LockedFile,
    path: PathBuf,
    len: u64,
    recent: Recent,
    marks: Marks,
    mount: Mount,
    /// Its disk has come back without it.
    is_gone: bool,
    // Behind the file, which is closed first.
    _open: Option<OpenName>,
    /// Where the silence ends.
    silent_until: u64,
    /// Where the room ends that was set aside; the greatest number when the disk is not to be asked for more.
    room_until: u64,
    /// What lies before this was given to the disk.
    kept_until: u64,
    sync_mode: SyncMode,
    /// The file system counts names: one that says 0 of a file that was just opened says nothing.
    counts_names: bool,
}

/// What can become of an open file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileLocation {
    InPlace,
    /// It has another name, which nobody tells us; what is written to it can be found there.
    Moved,
    /// It has no name any more: what is written to it can be found by nobody.
    Deleted,
}

impl TakeFile {
    /// Writes the beginning of an open file that is empty.
    #[cfg(test)]
    pub(crate) fn beginning(file: File, path: PathBuf, header: &[u8], silence: &[u8]) -> Self {
        write_all_at(&file, &[header, silence].concat(), 0).unwrap();
        Self::begun(file, path, None, header.len() as u64, silence.len() as u64)
    }

    /// Takes over an open file that is locked and holds a header of `len` bytes and `silence` behind it. Its name is known
    /// as `open` until the file is closed.
    pub(super) fn begun(file: File, path: PathBuf, open: Option<OpenName>, len: u64, silence: u64) -> Self {
        let (counts_names, sync_mode, silent_until) = (has_a_name(&file), SyncMode::default(), len + silence);
        let file = LockedFile(Some(file));
        let recent = Recent::new(len);
        Self {
            file,
            len,
            recent,
            marks: Marks::default(),
            mount: Mount::of(&path),
            is_gone: false,
            _open: open,
            path,
            silent_until,
            room_until: 0,
            kept_until: 0,
            sync_mode,
            counts_names,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the take in the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// What was appended last; forgotten here.
    pub(super) fn take_recent(&mut self) -> Recent {
        std::mem::replace(&mut self.recent, Recent::new(self.len))
    }

    /// Whether some of the silence of the beginning still stands behind them.
    pub(crate) fn has_placeholder(&self) -> bool {
        self.len < self.silent_until
    }

    /// Cuts off what is left of that silence, and gives back the room that was set aside.
    pub(crate) fn end(&mut self) -> Result<(), Problem> {
        if self.has_placeholder() {
            return self.truncate(self.len);
        }
        if self.room_until > self.len {
            // The file is whole, whether the disk takes the room back or not.
            let _ = self.file.set_len(self.len);
        }
        Ok(())
    }

    /// Writes all of `bytes` at the end of the take.
    ///
    /// # Errors
    /// The disk's refusal; [`TakeFile::len`] then tells how much of it was taken.
    pub(crate) fn append(&mut self, mut bytes: &[u8]) -> Result<(), Problem> {
        self.set_room_aside(bytes.len() as u64);
        while !bytes.is_empty() {
            match faults::system("write", &self.path).and_then(|()| write_at(&self.file, bytes, self.len)) {
                Ok(0) => return Err(self.problem(FileOp::Write, io::ErrorKind::WriteZero.into())),
                Ok(written) => {
                    self.marks.note(self.len, &bytes[..written]);
                    self.recent.note(&bytes[..written]);
                    self.len += written as u64;
                    bytes = &bytes[written..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.problem(FileOp::Write, error)),
            }
        }
        if self.len >= self.kept_until + STEP {
            hints::start_writeback(&self.file, self.kept_until, self.len);
            self.kept_until = self.len;
        }
        Ok(())
    }

    /// Sees to it that a large file has room for `coming` bytes, and for more. What fails is of no account: the write
    /// itself tells what is to be told.
    fn set_room_aside(&mut self, coming: u64) {
        let len = self.len + coming;
        if len <= self.room_until.max(STEP) {
            return;
        }
        let until = (len / STEP + 1) * STEP;
        let roomy = self.room().is_some_and(|room| room >= LEAST_ROOM);
        let set_aside = roomy && hints::set_aside(&self.file, self.len, until).is_ok();
        self.room_until = if set_aside { until } else { u64::MAX };
    }

    /// Overwrites bytes that were appended before.
    pub(crate) fn patch(&mut self, at: u64, bytes: &[u8]) -> Result<(), Problem> {
        debug_assert!(at + bytes.len() as u64 <= self.len);
        let patched = faults::system("header", &self.path).and_then(|()| write_all_at(&self.file, bytes, at));
        patched.map_err(|cause| self.problem(FileOp::UpdateHeader, cause))
    }

    /// Cuts the file after `len` bytes.
    pub(crate) fn truncate(&mut self, len: u64) -> Result<(), Problem> {
        let cut = || faults::system("truncate", &self.path).and_then(|()| self.file.set_len(len));
        let cut = if self.is_gone { Ok(()) } else { cut() };
        cut.map_err(|cause| self.problem(FileOp::UpdateHeader, cause))?;
        (self.len, self.silent_until) = (len, len);
        Ok(())
    }

    /// Waits until the disk has everything, as far as the file system can be asked for that: see [`SyncMode`].
    pub(crate) fn sync(&self) -> Result<(), Problem> {
        sync(&self.file, &self.path, &self.sync_mode)
    }

    /// Whether the file system can be asked to keep what it has.
    pub(crate) fn can_sync(&self) -> bool {
        !self.sync_mode.is_off()
    }

    /// Another handle of the same open file, to sync it in another thread.
    pub(crate) fn try_clone(&self) -> io::Result<Handle> {
        Ok(Handle { file: self.file.try_clone()?, path: self.path.clone(), sync_mode: self.sync_mode.clone() })
    }

    /// Gives the lock back and closes the file.
    ///
    /// # Errors
    /// What some systems say only now: drives that upload what was written when it is closed.
    pub(crate) fn close(mut self) -> Result<(), Problem> {
        let ordered = faults::system("close", &self.path);
        let closed = self.file.close();
        ordered.and(closed).map_err(|cause| self.problem(FileOp::Close, cause))
    }

    /// Bytes that a file of this file system can have; the greatest number when no limit is known.
    pub(crate) fn largest(&self) -> u64 {
        hints::largest(&self.file)
    }

    /// Reads the file from byte `at` on.
    pub(crate) fn reader(&self, at: u64) -> impl io::Read {
        Reader { file: &self.file, at }
    }

    /// Bytes that the disk has room for, unless it does not say.
    pub(crate) fn room(&self) -> Option<u64> {
        let folder = self.path.parent()?;
        let room = fs4::available_space(folder);
        // Windows answers for a path of more than 260 characters only in the form that this gives it.
        room.or_else(|_| fs4::available_space(folder.canonicalize()?)).ok()
    }

    /// What somebody did to the file's name. Asks the disk.
    pub(crate) fn location(&self) -> FileLocation {
        if self.is_gone {
            FileLocation::Deleted
        } else if is_at(&self.file, &self.path) {
            FileLocation::InPlace
        } else if has_a_name(&self.file) || !self.counts_names {
            FileLocation::Moved
        } else {
            FileLocation::Deleted
        }
    }

    fn problem(&self, doing: FileOp, cause: io::Error) -> Problem {
        Problem::io(doing, &self.path, cause)
    }
}

/// An open file that is unlocked before it is closed, whatever closes it.
struct LockedFile(Option<File>);

impl LockedFile {
    fn close(&mut self) -> io::Result<()> {
        let Some(file) = self.0.take() else { return Ok(()) };
        unlock(&file);
        hints::close(file)
    }
}

impl Deref for LockedFile {
    type Target = File;

    fn deref(&self) -> &File {
        self.0.as_ref().expect("it is closed once, by its owner's end")
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // There was a problem before, which is the one to show.
        let _ = self.close();
    }
}

/// A handle that can only sync.
pub(crate) struct Handle {
    file: File,
    path: PathBuf,
    sync_mode: SyncMode,
}

impl Handle {
    /// As [`TakeFile::sync`].
    pub(crate) fn sync(&self) -> Result<(), Problem> {
        sync(&self.file, &self.path, &self.sync_mode)
    }
}

/// Syncs as well as the file system can, and remembers how well that is.
fn sync(file: &File, path: &Path, mode: &SyncMode) -> Result<(), Problem> {
    while !mode.is_off() {
        match faults::system("sync", path).and_then(|()| mode.sync(file)) {
            Err(cause) if refusals::verdict(FileOp::Sync, &cause, 0) == Verdict::DoWithout => mode.step_down(),
            synced => return synced.map_err(|cause| Problem::io(FileOp::Sync, path, cause)),
        }
    }
    Ok(())
}

/// Gives the lock back before the file is closed: a process that the host forked meanwhile holds the same open
/// file, and with it the lock, for as long as it likes.
pub(super) fn unlock(file: &File) {
    // Fails where nothing is locked.
    #[cfg(unix)]
    let _ = file.unlock();
    #[cfg(windows)]
    let _ = file;
}

/// Whether `path` names the open `file`. A disk that does not answer is no proof that it does not.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let Ok(open) = file.metadata() else { return true };
    match std::fs::metadata(path) {
        // An inode number is used again only after the file is closed.
        Ok(named) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        Err(error) => {
            let is_gone = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
            !is_gone && error.raw_os_error() != Some(libc::ELOOP)
        }
    }
}

/// Whether `path` leads to a file. The share mode lets nobody move an open file on a disk of this machine, but on
/// the machine that lends a network folder everything can happen. A disk that does not answer is no proof.
#[cfg(windows)]
pub(super) fn is_at(_file: &File, path: &Path) -> bool {
    // Its folder answers. Without one (PATH_NOT_FOUND) the drive may be gone, which the next write tells better.
    const FILE_NOT_FOUND: i32 = 2;
    !std::fs::metadata(path).is_err_and(|error| error.raw_os_error() == Some(FILE_NOT_FOUND))
}

/// Whether any name leads to the open file.
#[cfg(unix)]
fn has_a_name(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;

    file.metadata().is_ok_and(|open| open.nlink() > 0)
}

/// Cannot be told from here: what can be written to is taken for a file that somebody finds.
#[cfg(windows)]
fn has_a_name(_file: &File) -> bool {
    true
}

/// A place in an open file from where to read on.
struct Reader<'a> {
    file: &'a File,
    at: u64,
}

impl io::Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, buffer, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Reads from the beginning until `bytes` is full or the file ends; how much that was.
pub(super) fn read_at(file: &File, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match io::Read::read(&mut Reader { file, at: filled as u64 }, &mut bytes[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Writes all of `bytes` at `at`.
pub(super) fn write_all_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match write_at(file, bytes, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                at += written as u64;
                bytes = &bytes[written..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, at)
}

#[cfg(test)]
mod tests;

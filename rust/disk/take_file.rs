//! The file of a take, once it is open and locked.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::shared::problem::{Doing, Problem};

/// An open, locked file that grows at its end and whose header can be patched in place.
///
/// `len` counts what the operating system has taken, also when an append failed half-way, so that a take on a
/// full disk can still be closed as a playable file.
pub(crate) struct TakeFile {
    file: File,
    path: PathBuf,
    len: u64,
}

impl TakeFile {
    /// Takes over an open file that is locked and empty.
    pub(crate) fn new(file: File, path: PathBuf) -> Self {
        Self { file, path, len: 0 }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes in the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Writes all of `bytes` at the end.
    ///
    /// # Errors
    /// The disk's refusal; [`TakeFile::len`] then tells how much of it was taken.
    pub(crate) fn append(&mut self, mut bytes: &[u8]) -> Result<(), Problem> {
        while !bytes.is_empty() {
            match write_at(&self.file, bytes, self.len) {
                Ok(0) => return Err(self.problem(Doing::Write, io::ErrorKind::WriteZero.into())),
                Ok(written) => {
                    self.len += written as u64;
                    bytes = &bytes[written..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.problem(Doing::Write, error)),
            }
        }
        Ok(())
    }

    /// Overwrites bytes that were appended before.
    pub(crate) fn patch(&mut self, mut at: u64, mut bytes: &[u8]) -> Result<(), Problem> {
        debug_assert!(at + bytes.len() as u64 <= self.len);
        while !bytes.is_empty() {
            match write_at(&self.file, bytes, at) {
                Ok(0) => return Err(self.problem(Doing::UpdateHeader, io::ErrorKind::WriteZero.into())),
                Ok(written) => {
                    at += written as u64;
                    bytes = &bytes[written..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.problem(Doing::UpdateHeader, error)),
            }
        }
        Ok(())
    }

    /// Cuts the file after `len` bytes.
    pub(crate) fn truncate(&mut self, len: u64) -> Result<(), Problem> {
        self.file.set_len(len).map_err(|cause| self.problem(Doing::UpdateHeader, cause))?;
        self.len = len;
        Ok(())
    }

    /// Waits until the disk has everything.
    pub(crate) fn sync(&self) -> Result<(), Problem> {
        self.file.sync_data().map_err(|cause| self.problem(Doing::Sync, cause))
    }

    fn problem(&self, doing: Doing, cause: io::Error) -> Problem {
        Problem::io(doing, &self.path, cause)
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, at)
}

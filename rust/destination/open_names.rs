//! The files that this process has open, by name.
//!
//! A lock tells a file by its inode. Where a file system ignores the case of names but has an inode for each spelling, as
//! exfat-fuse does, two nodes that record to `fix.wav` and `FIX.wav` would have a lock each, and one file. So names that
//! differ in case are compared, and the folder says whether they are one file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is open, in the order in which it was opened. Held for moments only, and never while a disk is asked.
static OPEN: Mutex<Vec<(u64, PathBuf)>> = Mutex::new(Vec::new());

fn open() -> MutexGuard<'static, Vec<(u64, PathBuf)>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A name under which a file is open, until this is dropped.
pub(super) struct OpenName {
    number: u64,
    /// An earlier one in which only the case of letters is another, while it was open.
    alike: Vec<PathBuf>,
    path: PathBuf,
}

impl OpenName {
    pub(super) fn new(path: &Path) -> Self {
        let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
        let path = match (folder, path.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => path.to_owned(),
        };
        let mut open = open();
        let number = open.last().map_or(0, |(last, _)| last + 1);
        let alike = open.iter().map(|(_, other)| other).filter(|other| differ_in_case(other, &path));
        let alike = alike.cloned().collect();
        open.push((number, path.clone()));
        Self { number, alike, path }
    }

    /// Whether another node has the same file open under another spelling.
    pub(super) fn is_taken(&self) -> bool {
        self.alike.iter().any(|other| are_one_file(&self.path, other).unwrap_or(false))
    }
}

impl Drop for OpenName {
    fn drop(&mut self) {
        open().retain(|(number, _)| *number != self.number);
    }
}

fn differ_in_case(one: &Path, other: &Path) -> bool {
    let folded = |path: &Path| path.to_string_lossy().to_lowercase();
    one != other && folded(one) == folded(other)
}

/// Whether a folder of both paths shows one name for what both of them find.
fn are_one_file(one: &Path, other: &Path) -> io::Result<bool> {
    fs::symlink_metadata(one)?;
    fs::symlink_metadata(other)?;
    let pairs = one.components().zip(other.components());
    let mut folder = PathBuf::new();
    for (name, other_name) in pairs {
        if name != other_name {
            let mut shown = [false; 2];
            for entry in fs::read_dir(&folder)? {
                let entry = entry?.file_name();
                shown[0] |= entry == name.as_os_str();
                shown[1] |= entry == other_name.as_os_str();
            }
            if shown == [true; 2] {
                return Ok(false);
            }
        }
        folder.push(name);
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_are_two_files_where_the_folder_shows_both() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["fix.wav", "FIX.wav"].map(|name| folder.path().join(name));
        for path in [&one, &other] {
            fs::write(path, "").unwrap();
        }
        let ignores_case = fs::read_dir(folder.path()).unwrap().count() == 1;
        let first = OpenName::new(&one);
        let second = OpenName::new(&other);
        assert!(!first.is_taken() && second.alike == [first.path.clone()]);
        assert_eq!(second.is_taken(), ignores_case);
        drop(first);
        assert!(OpenName::new(&folder.path().join("Fix.wav")).alike == [second.path.clone()]);
    }

    #[test]
    fn the_same_spelling_is_left_to_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fix.wav");
        let _first = OpenName::new(&path);
        assert!(OpenName::new(&path).alike.is_empty());
    }
}

//! Every error and warning sentence of the product.
//!
//! Each is one plain English sentence that names what is concerned, what happened and what to do about it.
//! The cook thread shows them as the node's error and warning; nothing else in the product words a problem.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a take cannot start or go on: the node's error string.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A file operation failed.
    Io { doing: Doing, path: PathBuf, cause: io::Error },
    /// Text that is already a whole sentence; used by a format for limits that only it knows.
    Limit(String),
}

/// The file operation that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Open,
    CreateFolder,
    Lock,
    Write,
    UpdateHeader,
    Sync,
    Read,
}

impl Problem {
    pub(crate) fn io(doing: Doing, path: &Path, cause: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), cause }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { doing, path, cause } => write!(f, "{doing:?} {}: {cause}", path.display()),
            Self::Limit(sentence) => f.write_str(sentence),
        }
    }
}

/// What the user should know although the take goes on: the node's warning string.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Warning {
    /// AIFF has no little-endian form of this codec that every program reads.
    AiffBigEndian { codec: &'static str },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AiffBigEndian { codec } => write!(
                f,
                "AIFF stores {codec} big-endian, since no little-endian form of it is read by all programs: \
                 choose {codec}be to record the same file without this warning."
            ),
        }
    }
}

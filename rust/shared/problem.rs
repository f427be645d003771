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
    /// `key` is what is left of it.
    MetadataKeyCut { key: String, max: usize },
    /// The value with which the metadata reached its limit.
    MetadataValueCut { key: String, max: usize },
    /// Rows after the limits were reached.
    MetadataLeftOut { rows: usize, entries_max: usize, text_max: usize },
    /// The ID3 tag has no place for this.
    MetadataNotInId3 { key: String, cause: String },
    /// `more` other keys were renamed, too.
    VorbisFieldRenamed { key: String, written: String, more: usize },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AiffBigEndian { codec } => write!(
                f,
                "AIFF stores {codec} big-endian, since no little-endian form of it is read by all programs: \
                 choose {codec}be to record the same file without this warning."
            ),
            Self::MetadataKeyCut { key, max } => write!(
                f,
                "A metadata key is longer than {max} bytes and was cut, it begins with \"{}\": \
                 shorten it in the Header Source DAT.",
                Short(key)
            ),
            Self::MetadataValueCut { key, max } => write!(
                f,
                "The metadata is longer than {} MiB, so the value of \"{}\" was cut: \
                 shorten it in the Header Source DAT.",
                max >> 20,
                Short(key)
            ),
            Self::MetadataLeftOut { rows, entries_max, text_max } => write!(
                f,
                "The last {rows} rows of the metadata were left out, since a file takes {entries_max} rows and \
                 {} MiB of text: shorten the Header Source DAT.",
                text_max >> 20
            ),
            Self::MetadataNotInId3 { key, cause } => write!(
                f,
                "The metadata key \"{}\" is missing in the file's ID3 tag ({cause}): \
                 rename it or shorten its value in the Header Source DAT.",
                Short(key)
            ),
            Self::VorbisFieldRenamed { key, written, more } => {
                write!(f, "OGG metadata keys are plain ASCII without '=' and '~', so \"{}\" ", Short(key))?;
                if *more > 0 {
                    write!(f, "(and {more} more) ")?;
                }
                write!(f, "is written as \"{}\": rename it in the Header Source DAT.", Short(written))
            }
        }
    }
}

/// Text of the user's, of which a sentence shows no more than tells it from others.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 40;
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}...", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

//! A second opinion on a finished file, from the reader that its format names.

use std::io::{self, Read};

use super::take_file::TakeFile;
use crate::faults;
use crate::formats::{Format, Recorded};
use crate::messages::Problem;

/// Reads a finished file again and compares it with what was `recorded`; a format without a reader passes. The open file
/// is read, and not what is at its path: a permission that was taken away or a folder that was moved meanwhile says
/// nothing about what is in the file.
///
/// # Errors
/// What differs. The file is kept.
pub(crate) fn read_again(file: &TakeFile, format: &Format, recorded: &Recorded) -> Result<(), Problem> {
    let Some(verify) = format.verify else { return Ok(()) };
    let mut reader: Box<dyn Read> = if faults::ordered(&file.path().to_string_lossy(), "fail-reading") {
        Box::new(io::empty())
    } else {
        Box::new(file.reader())
    };
    match verify(&mut *reader, recorded) {
        Some(difference) => Err(Problem::ReadsDifferently { path: file.path().to_owned(), difference }),
        None => Ok(()),
    }
}

//! The take that a destination writes, file after file.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::container::Container;
use crate::destination::names;
use crate::destination::part::Part;
use crate::destination::queue::TakeOutput;
use crate::destination::take_file::TakeFile;
use crate::messages::{Problem, Warning};

/// The take that is being written.
pub(super) struct Take {
    pub(super) output: Arc<TakeOutput>,
    pub(super) part: Option<Part>,
    /// The first part's file, which gives the others their names.
    pub(super) first: Option<PathBuf>,
    /// Number of the last part.
    pub(super) parts: u32,
    /// Of the parts before the current one.
    pub(super) before: Totals,
    pub(super) looked: Option<Instant>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Totals {
    pub(super) frames: u64,
    /// Frames of silence among them.
    pub(super) silence: u64,
    pub(super) bytes: u64,
    pub(super) seconds: f64,
    pub(super) markers: u64,
}

/// A file that was opened.
pub(super) struct Opened {
    pub(super) file: TakeFile,
    pub(super) warning: Option<Warning>,
    /// Of the take's first file.
    pub(super) suffix: Option<String>,
}

impl Take {
    pub(super) fn new(output: Arc<TakeOutput>) -> Self {
        Self { output, part: None, first: None, parts: 1, before: Totals::default(), looked: None }
    }

    /// Opens and begins the next file.
    pub(super) fn open(&mut self, container: &dyn Container) -> Result<Opened, Problem> {
        let (header, placeholder) = (container.header(), container.placeholder());
        match &self.first {
            None => {
                let reserved = names::reserve(&self.output.name)?;
                let (warning, suffix) = (reserved.warning(), Some(reserved.suffix.clone()));
                Ok(Opened { file: reserved.start(header, placeholder)?, warning, suffix })
            }
            Some(first) => {
                let (held, part) = names::reserve_part(first, self.parts + 1)?;
                let (warning, file) = (held.warning(), held.start(header, placeholder)?);
                // Not before: a number whose file could not be begun is used again.
                self.parts = part;
                Ok(Opened { file, warning, suffix: None })
            }
        }
    }

    /// The parts before plus the current one.
    pub(super) fn totals(&self) -> Totals {
        self.part.as_ref().map_or(self.before, |part| Totals {
            frames: self.before.frames + part.frames(),
            silence: self.before.silence + part.silent_frames(),
            bytes: self.before.bytes + part.bytes(),
            seconds: self.before.seconds + part.frames() as f64 / part.layout.rate,
            markers: self.before.markers + part.markers(),
        })
    }
}

//! Takes on the encoding thread: what is read from the stream becomes packets for the destinations.
//!
//! The encoding thread uses the processor only. It never touches a file and never waits for a disk: what a disk has not
//! taken waits as packets in the queue of its destination.

mod held;
mod history;
mod part;
mod pipeline;
mod session;

use std::sync::Arc;

use crate::destination::names::NameRequest;
use crate::formats::{Format, Settings};
use crate::messages::Mark;
use crate::report::{TakeId, TakeReport};

pub(crate) use pipeline::Pipeline;

/// The node's messages in the stream.
pub(crate) enum Command {
    /// A take begins here.
    Begin(Box<TakeRequest>),
    /// It ends here.
    End,
    /// It goes on in another file here.
    Split,
    /// It has a marker here.
    Mark(Mark),
    /// From here on so many frames are kept while no take runs: what was kept until now is no part of them if they begin
    /// `anew`.
    Listen { frames: u64, anew: bool },
    /// No take runs, and so many frames are missing here: they become silence if they are to be `filled`.
    Gap { frames: u64, filled: bool },
    /// The command is due when so many more frames have come, before anything that follows them.
    After { frames: u64, command: Box<Command> },
    /// No take runs, and so many frames of the silence before found no room in memory.
    Lost { frames: u64 },
}

impl Command {
    /// Whether no take runs once it is obeyed.
    pub(crate) fn listens(&self) -> bool {
        match self {
            Self::Listen { .. } => true,
            Self::After { command, .. } => command.listens(),
            _ => false,
        }
    }
}

/// A take as the cook thread asks for it.
pub(crate) struct TakeRequest {
    pub(crate) id: TakeId,
    pub(crate) report: Arc<TakeReport>,
    pub(crate) name: NameRequest,
    /// Frames that were heard before and belong to it, if there are as many.
    pub(crate) preroll: u64,
    /// Seconds after which it ends by itself.
    pub(crate) limit: Option<f64>,
    /// Frames that are kept from then on, for the next one.
    pub(crate) keeps: u64,
    pub(crate) split: Split,
    pub(crate) format: &'static Format,
    pub(crate) settings: Settings,
    /// Rows of the Header Source DAT.
    pub(crate) rows: Vec<(String, String)>,
}

/// When a take goes on in another file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Split {
    /// When it must, or is told to.
    Never,
    /// When a file is so many seconds long.
    Seconds(f64),
    /// Before a file has so many bytes.
    Bytes(u64),
}

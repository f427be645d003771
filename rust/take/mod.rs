//! Takes on the encoding thread: what is read from the stream becomes packets for the destinations.
//!
//! The encoding thread uses the processor only. It never touches a file and never waits for a disk: what a disk has not
//! taken waits as packets in the queue of its destination.

mod part;
mod pipeline;
mod session;

use std::sync::Arc;

use crate::destination::names::NameRequest;
use crate::formats::{Format, Settings};
use crate::report::{TakeId, TakeReport};

pub(crate) use pipeline::Pipeline;

/// The node's messages in the stream.
pub(crate) enum Command {
    /// A take begins here.
    Begin(Box<TakeRequest>),
    /// It ends here.
    End,
}

/// A take as the cook thread asks for it.
pub(crate) struct TakeRequest {
    pub(crate) id: TakeId,
    pub(crate) report: Arc<TakeReport>,
    pub(crate) name: NameRequest,
    pub(crate) format: &'static Format,
    pub(crate) settings: Settings,
    /// Rows of the Header Source DAT.
    pub(crate) rows: Vec<(String, String)>,
}

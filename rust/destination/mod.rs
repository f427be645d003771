//! Files: named, opened, locked, written, synced, verified and closed, on one thread for each destination.
//!
//! Everything here may block on the disk for minutes, so nothing here is ever called from the cook thread or the encoding
//! thread but [`QueueSender`], whose functions return at once. A second destination is a second call of [`start`].

#[allow(unsafe_code, reason = "tells the system what the standard library has no words for")]
mod hints;
#[allow(unsafe_code, reason = "asks Windows who holds a file")]
mod holders;
mod insisting;
#[allow(unsafe_code, reason = "asks the system for its time zone")]
mod local_time;
mod name_template;
pub(crate) mod names;
mod open;
mod open_names;
mod part;
mod queue;
mod recent;
mod refusals;
pub(crate) mod scout;
mod syncing;
mod take_file;
mod worker;

use std::io;
use std::sync::Arc;

use crate::faults::Faults;
use crate::report::Report;
use crate::threads::NodeThread;

pub(crate) use queue::{Batch, OpenPart, QueueSender, TakeOutput, Work};

/// Starts the thread of destination `index`. It ends when the sender is dropped and all that was sent is done.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(index: usize, report: &Arc<Report>, faults: &Arc<Faults>) -> io::Result<(QueueSender, NodeThread)> {
    let (sender, receiver) = queue::queue(report, index);
    let destination = worker::Destination::new(receiver, Arc::clone(report), Arc::clone(faults));
    let thread = NodeThread::start("afop-writer", move || destination.run())?;
    Ok((sender, thread))
}

//! The threads of a node that records: one that encodes, and one for each destination.
//!
//! They are started with the node's first take, sleep while nothing is recorded, and end with the node.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Command;
use super::session::Session;
use crate::destination;
use crate::faults::Faults;
use crate::messages::Problem;
use crate::report::Report;
use crate::stream::{AudioLayout, StreamReader};
use crate::threads::NodeThread;

/// The threads of one node. Dropping it waits until all that is in the stream is written, if the disk does not hang; the
/// writer of the stream must be dropped before.
pub(crate) struct Pipeline {
    /// The encoding thread, and those of the destinations.
    threads: Vec<NodeThread>,
}

impl Pipeline {
    /// Starts all threads.
    ///
    /// # Errors
    /// When the system gives no thread; then none is left.
    pub(crate) fn start(
        stream: StreamReader<Command>,
        layout: AudioLayout,
        report: &Arc<Report>,
        faults: &Arc<Faults>,
    ) -> Result<Self, Problem> {
        let no_thread = |cause| Problem::NoThread { cause };
        let (main, destination) = destination::start(0, report, faults).map_err(no_thread)?;
        let session = Session::new(stream, layout, main, Arc::clone(report), Arc::clone(faults));
        match NodeThread::start("afop-encoder", move || session.run()) {
            Ok(encoder) => Ok(Self { threads: vec![encoder, destination] }),
            Err(cause) => {
                // The session is gone, and with it the sender: the thread ends at once.
                destination.join_for(PATIENCE);
                Err(no_thread(cause))
            }
        }
    }

    /// Wakes the encoding thread.
    pub(crate) fn wake(&self) {
        if let Some(encoder) = self.threads.first() {
            encoder.wake();
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        wait_for(std::mem::take(&mut self.threads));
    }
}

/// How long the end of a node, or of all nodes of a host that closes, may wait for a disk that hangs.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the first one waits.
const FIRST: Duration = Duration::from_secs(26);
/// Each of the others waits for a part of the rest, so that all of them have some: a healthy disk needs less.
const PART: u32 = 16;
const LEAST: Duration = Duration::from_millis(30);
const CLOSELY: Duration = Duration::from_secs(10);

/// When a node of this process last waited in vain, and for how long it and those before it did.
static IN_VAIN: Mutex<Option<(Instant, Duration)>> = Mutex::new(None);

/// Waits for the end of the threads.
///
/// TouchDesigner destroys nodes in turn when it closes, and a project with 64 of them on one hanging disk must not take
/// half an hour for it: the nodes that follow closely on one that has waited in vain share what is left.
fn wait_for(threads: Vec<NodeThread>) {
    let mut in_vain = IN_VAIN.lock().unwrap_or_else(PoisonError::into_inner);
    let spent = in_vain.filter(|(last, _)| last.elapsed() < CLOSELY).map(|(_, spent)| spent);
    let limit = spent.map_or(FIRST, |spent| (PATIENCE.saturating_sub(spent) / PART).max(LEAST));
    let deadline = Instant::now() + limit;
    let mut all_ended = true;
    for thread in threads {
        all_ended &= thread.join_until(deadline);
    }
    if !all_ended {
        *in_vain = Some((Instant::now(), spent.unwrap_or_default() + limit));
    }
}

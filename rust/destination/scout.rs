//! Finds the file suffix that the next take would get, on a thread of its own: a disk that hangs while it is asked
//! for names must keep neither the cook nor a take on another disk.
//!
//! The thread is started when Python first asks for the suffix, sleeps while nothing has changed, and ends with the
//! node. What it finds is what Python is told; the take itself finds its name anew when it opens its file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use super::names::{self, NameRequest};
use crate::faults::{Faults, Point};
use crate::messages::Problem;
use crate::report::{Event, Report};
use crate::threads::NodeThread;

/// How long the end of a node waits for a search, which leaves nothing behind: not long.
const PATIENCE: Duration = Duration::from_millis(100);

/// The thread of one node.
pub(crate) struct Scout {
    /// Requests, and how many takes were over when each was made.
    requests: Option<Sender<(NameRequest, u64)>>,
    thread: Option<NodeThread>,
}

impl Scout {
    /// Starts the thread; what it finds is an event.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(report: &Arc<Report>, faults: &Arc<Faults>) -> Result<Self, Problem> {
        let (requests, requested) = mpsc::channel::<(NameRequest, u64)>();
        let (report, faults) = (Arc::clone(report), Arc::clone(faults));
        let thread = NodeThread::start("afop-scout", move || {
            while let Ok(request) = requested.recv() {
                // Only the last one counts.
                let (request, takes_over) = requested.try_iter().last().unwrap_or(request);
                let found = catch_unwind(AssertUnwindSafe(|| {
                    faults.pass(Point::Scout);
                    names::next_free(&request)
                }));
                // After a mistake of ours the suffix is that of N, and the take finds its name all the same.
                if let Ok(suffix) = found {
                    report.events.post(0, Event::SuffixFound { takes_over, suffix });
                }
            }
        });
        let thread = thread.map_err(|cause| Problem::NoThread { cause })?;
        Ok(Self { requests: Some(requests), thread: Some(thread) })
    }

    /// Asks for a search. Returns at once.
    pub(crate) fn search(&self, request: NameRequest, takes_over: u64) {
        if let Some(requests) = &self.requests {
            // Fails only when the thread is gone, which only dropping `requests` makes it.
            let _ = requests.send((request, takes_over));
        }
    }
}

impl Drop for Scout {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            thread.join_for(PATIENCE);
        }
    }
}

//! Finds the file suffix that the next take would get, on a thread of its own: a disk that hangs while it is asked
//! for names must keep neither the cook nor a take on another disk.
//!
//! The thread is started when Python first asks for the suffix, sleeps while nothing has changed, and ends with the
//! node. What it finds is what Python is told; the take itself finds its name anew when it opens its file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::names::{self, NameRequest};
use super::pin;
use crate::faults::{Faults, Point};
use crate::messages::Problem;
use crate::take::threads::Finished;

/// How long the end of a node waits for a search, which leaves nothing behind: not long.
const PATIENCE: Duration = Duration::from_millis(100);

/// The thread of one node.
pub(crate) struct Scout {
    orders: Option<Sender<NameRequest>>,
    thread: Option<JoinHandle<()>>,
    /// Disconnected when the thread is about to end.
    searching: Receiver<()>,
}

impl Scout {
    /// Starts the thread; what it finds goes to `finished`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(finished: Arc<Finished>, faults: Arc<Faults>) -> Result<Self, Problem> {
        let (orders, ordered) = mpsc::channel::<NameRequest>();
        let (alive, searching) = mpsc::channel::<()>();
        let thread = thread::Builder::new()
            .name("afop-scout".into())
            .spawn(move || {
                let _alive = alive;
                while let Ok(order) = ordered.recv() {
                    // Only the last one counts.
                    let order = ordered.try_iter().last().unwrap_or(order);
                    let takes = finished.takes_over();
                    let found = catch_unwind(AssertUnwindSafe(|| {
                        faults.pass(Point::Scout);
                        names::next_free(&order)
                    }));
                    // After a mistake of ours the suffix is that of N, and the take finds its name all the same.
                    if let Ok(suffix) = found {
                        finished.found(takes, suffix);
                    }
                }
            })
            .map_err(|cause| Problem::NoThread { cause })?;
        Ok(Self { orders: Some(orders), thread: Some(thread), searching })
    }

    /// Orders a search. Returns at once.
    pub(crate) fn search(&self, order: NameRequest) {
        if let Some(orders) = &self.orders {
            // Fails only when the thread is gone, which only dropping `orders` makes it.
            let _ = orders.send(order);
        }
    }
}

impl Drop for Scout {
    fn drop(&mut self) {
        self.orders = None;
        let Some(thread) = self.thread.take() else { return };
        if self.searching.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            // It hangs in the disk and cannot be ended. It may come back at any time, so its code must stay.
            pin::keep_library_loaded();
        } else {
            let _ = thread.join();
        }
    }
}

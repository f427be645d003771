//! The threads of a node: started by name, waited for with patience, and left behind when they hang in a disk.
//!
//! A thread that hangs in the disk cannot be ended. It may come back at any time, so the library stays loaded for it.

#[allow(unsafe_code, reason = "asks the system's loader")]
mod pin;

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A thread of a node. It must be given the sign to end before it is waited for.
pub(crate) struct NodeThread {
    handle: JoinHandle<()>,
    /// Disconnected when the thread is about to end.
    ending: Receiver<()>,
}

impl NodeThread {
    /// Starts `body` on a thread of its own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let (alive, ending) = mpsc::channel::<()>();
        let handle = thread::Builder::new().name(name.into()).spawn(move || {
            let _alive = alive;
            body();
        })?;
        Ok(Self { handle, ending })
    }

    /// Wakes the thread if it is parked.
    pub(crate) fn wake(&self) {
        self.handle.thread().unpark();
    }

    /// Waits for the end of the thread until `deadline`; whether it came. If not, the thread is left behind. While Windows
    /// ends the process no thread is left to wait for.
    pub(crate) fn join_until(self, deadline: Instant) -> bool {
        if pin::process_is_ending() {
            // Not even dropped: the thread may have been ended while it held the channel's lock.
            std::mem::forget(self);
            return true;
        }
        self.wake();
        let patience = deadline.saturating_duration_since(Instant::now());
        let ended = self.ending.recv_timeout(patience) != Err(RecvTimeoutError::Timeout);
        if ended {
            let _ = self.handle.join();
        } else {
            pin::keep_library_loaded();
        }
        ended
    }

    /// As [`NodeThread::join_until`], for so long.
    pub(crate) fn join_for(self, patience: Duration) -> bool {
        self.join_until(Instant::now() + patience)
    }
}

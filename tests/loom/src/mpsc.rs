//! A channel that promises what std's does and nothing else: what was sent is seen by who receives it. That a channel is
//! empty or disconnected may be seen early or late and orders nothing, since std reads its tail with relaxed order and
//! documents no more.

use std::cell::Cell;
use std::sync::Arc;
pub(crate) use std::sync::mpsc::{SendError, TryRecvError};

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicUsize, Ordering, fence};

/// Messages that go through a channel in one model.
const MOST: usize = 8;

struct Shared<T> {
    /// Twice the messages that were sent, and 1 once the sender is gone.
    tail: AtomicUsize,
    slots: [UnsafeCell<Option<T>>; MOST],
}

pub(crate) struct Sender<T> {
    shared: Arc<Shared<T>>,
    sent: Cell<usize>,
}

pub(crate) struct Receiver<T> {
    shared: Arc<Shared<T>>,
    received: Cell<usize>,
}

// SAFETY: a slot is written before the tail shows it, and read after that; loom watches both.
unsafe impl<T: Send> Send for Sender<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Receiver<T> {}

pub(crate) fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared { tail: AtomicUsize::new(0), slots: std::array::from_fn(|_| UnsafeCell::new(None)) });
    let sender = Sender { shared: Arc::clone(&shared), sent: Cell::new(0) };
    (sender, Receiver { shared, received: Cell::new(0) })
}

impl<T> Sender<T> {
    pub(crate) fn send(&self, message: T) -> Result<(), SendError<T>> {
        let at = self.sent.replace(self.sent.get() + 1);
        // SAFETY: the receiver reads it only once the tail is past it.
        self.shared.slots[at].with_mut(|slot| unsafe { *slot = Some(message) });
        self.shared.tail.store(2 * (at + 1), Ordering::Release);
        Ok(())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        // The unwinding of a model that has failed.
        if !std::thread::panicking() {
            self.shared.tail.store(2 * self.sent.get() + 1, Ordering::Release);
        }
    }
}

impl<T> Receiver<T> {
    pub(crate) fn try_recv(&self) -> Result<T, TryRecvError> {
        let tail = self.shared.tail.load(Ordering::Relaxed);
        let at = self.received.get();
        if at < tail / 2 {
            fence(Ordering::Acquire);
            self.received.set(at + 1);
            // SAFETY: the sender wrote it before it moved the tail, and does not come back to it.
            return Ok(self.shared.slots[at].with_mut(|slot| unsafe { (*slot).take() }).expect("a message"));
        }
        Err(if tail % 2 == 1 { TryRecvError::Disconnected } else { TryRecvError::Empty })
    }
}

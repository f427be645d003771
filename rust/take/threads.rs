//! The two threads of a node that records: the writer, and the spill thread that steps in while the writer is
//! stuck in the disk.
//!
//! Both are started with the node's first take, sleep while nothing is recorded, and end with the node.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use super::{self as take, Order};
use crate::destination::names;
use crate::destination::pin;
use crate::messages::Problem;
use crate::report::{Phase, TakeStatus};
use crate::stream::inbox::Inbox;

/// How long the end of a node, or of all nodes of a host that closes, may wait for a disk that hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the takes of a node have led to: shown by the info channels when they are long over.
#[derive(Default)]
pub(crate) struct Finished(Mutex<Left>);

/// What the last take leaves behind.
#[derive(Default, Clone)]
pub(crate) struct Left {
    /// Takes that are complete on disk, closed and unlocked.
    pub(crate) takes: u64,
    /// The last file of the last take that is complete.
    pub(crate) last_file: PathBuf,
    /// The file suffix that the next take gets, if nothing changes until then; empty while nobody has looked.
    pub(crate) next_suffix: String,
    /// Takes that are over, complete or not.
    over: u64,
}

impl Finished {
    /// A copy of what there is.
    pub(crate) fn left(&self) -> Left {
        self.lock().clone()
    }

    /// Takes that are complete on disk, closed and unlocked.
    pub(crate) fn takes(&self) -> u64 {
        self.lock().takes
    }

    /// Takes that are over, complete or not.
    pub(crate) fn takes_over(&self) -> u64 {
        self.lock().over
    }

    /// The next suffix as far as it can be told without the disk; as the `first` one it does not replace what a take
    /// has left.
    pub(crate) fn guess(&self, next_suffix: String, first: bool) {
        let mut left = self.lock();
        if !first || left.next_suffix.is_empty() {
            left.next_suffix = next_suffix;
        }
    }

    /// A search that began when `over` takes were over has found the next suffix: a later take knows better.
    pub(crate) fn found(&self, over: u64, next_suffix: String) {
        let mut left = self.lock();
        if left.over == over {
            left.next_suffix = next_suffix;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Left> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The take of `status` is over; it is complete when it has a `file`.
    ///
    /// Who sees the node idle finds the take counted, and who sees it counted finds the node idle: both change
    /// under the lock, in this order.
    fn add(&self, status: &TakeStatus, file: Option<PathBuf>, next_suffix: String) {
        let mut left = self.lock();
        left.next_suffix = next_suffix;
        left.over += 1;
        if let Some(file) = file {
            left.last_file = file;
            left.takes += 1;
            status.set_phase(Phase::Finished);
        }
    }
}

/// The threads of one node. Dropping it finishes what was ordered, for at most [`PATIENCE`].
pub(crate) struct Threads {
    orders: Option<Sender<Order>>,
    writer: Option<JoinHandle<()>>,
    /// Disconnected when the writer thread is about to end.
    writing: Receiver<()>,
    spill: Option<JoinHandle<()>>,
    spilling: Arc<Spilling>,
}

struct Spilling {
    inbox: Mutex<Option<Arc<Inbox>>>,
    stop: AtomicBool,
}

impl Threads {
    /// Starts both threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(finished: Arc<Finished>) -> Result<Self, Problem> {
        let (orders, ordered) = mpsc::channel::<Order>();
        let (alive, writing) = mpsc::channel::<()>();
        let spilling = Arc::new(Spilling { inbox: Mutex::new(None), stop: AtomicBool::new(false) });
        let writer = thread::Builder::new()
            .name("afop-writer".into())
            .spawn(move || {
                let _alive = alive;
                while let Ok(order) = ordered.recv() {
                    let (status, name) = (Arc::clone(&order.status), order.name.clone());
                    // `record` holds its own guard; this one is for what stands around it.
                    let written = catch_unwind(AssertUnwindSafe(|| take::record(order)));
                    let file = written.unwrap_or_else(|panic| {
                        status.fail(&Problem::internal(&*panic));
                        status.set_phase(Phase::Failed);
                        None
                    });
                    finished.add(&status, file, names::next_free(&name));
                }
            })
            .map_err(|cause| Problem::NoThread { cause })?;
        let for_thread = Arc::clone(&spilling);
        // When this spawn fails, dropping `orders` ends the writer thread again.
        let spill = thread::Builder::new()
            .name("afop-spill".into())
            .spawn(move || for_thread.run())
            .map_err(|cause| Problem::NoThread { cause })?;
        Ok(Self { orders: Some(orders), writer: Some(writer), writing, spill: Some(spill), spilling })
    }

    /// Orders a take; takes are written one after the other.
    pub(crate) fn order(&self, order: Order) {
        self.watch(Arc::clone(&order.inbox));
        if let Some(orders) = &self.orders {
            // Fails only when the writer thread is gone, which only dropping `orders` makes it.
            let _ = orders.send(order);
        }
    }

    /// From now on `inbox` is the one that the cook thread fills.
    pub(crate) fn watch(&self, inbox: Arc<Inbox>) {
        *self.spilling.inbox.lock().unwrap_or_else(PoisonError::into_inner) = Some(inbox);
        if let Some(spill) = &self.spill {
            spill.thread().unpark();
        }
    }

    /// The writer thread, to wake it.
    pub(crate) fn writer(&self) -> Option<&Thread> {
        self.writer.as_ref().map(JoinHandle::thread)
    }
}

impl Spilling {
    fn run(&self) {
        while !self.stop.load(Ordering::Acquire) {
            let mut slot = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
            // What may be the last of a large ring is not freed while the cook thread could wait for the lock.
            let closed = slot.take_if(|inbox| inbox.is_closed());
            let inbox = slot.clone();
            drop(slot);
            drop(closed);
            match inbox {
                None => thread::park(),
                Some(inbox) => {
                    thread::park_timeout(inbox.spill_period());
                    inbox.spill();
                }
            }
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.spilling.stop.store(true, Ordering::Release);
        if let Some(spill) = self.spill.take() {
            spill.thread().unpark();
            let _ = spill.join();
        }
        // No more orders: the writer thread finishes what it has and ends.
        self.orders = None;
        let Some(writer) = self.writer.take() else { return };
        writer.thread().unpark();
        if patience::wait(&self.writing) {
            let _ = writer.join();
        } else {
            // It hangs in the disk and cannot be ended. It may come back at any time, so its code must stay.
            pin::keep_library_loaded();
        }
    }
}

/// TouchDesigner destroys nodes in turn when it closes, and a project with 64 of them on one hanging disk must
/// not take half an hour for it: the nodes that follow closely on one that has waited in vain share what is left.
mod patience {
    use super::{Duration, Instant, Mutex, PATIENCE, PoisonError, Receiver, RecvTimeoutError};

    /// How long the first one waits.
    const FIRST: Duration = Duration::from_secs(26);
    /// Each of the others waits for a part of the rest, so that all of them have some: a healthy disk needs less.
    const PART: u32 = 16;
    const LEAST: Duration = Duration::from_millis(30);
    const CLOSELY: Duration = Duration::from_secs(10);

    /// When a node of this process last waited in vain, and for how long it and those before it did.
    static IN_VAIN: Mutex<Option<(Instant, Duration)>> = Mutex::new(None);

    /// Waits for the end of the thread that holds the sender; false when patience ran out.
    pub(super) fn wait(writing: &Receiver<()>) -> bool {
        let mut in_vain = IN_VAIN.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = in_vain.filter(|(last, _)| last.elapsed() < CLOSELY).map(|(_, spent)| spent);
        let limit = spent.map_or(FIRST, |spent| (PATIENCE.saturating_sub(spent) / PART).max(LEAST));
        let ended = !matches!(writing.recv_timeout(limit), Err(RecvTimeoutError::Timeout));
        if !ended {
            *in_vain = Some((Instant::now(), spent.unwrap_or_default() + limit));
        }
        ended
    }
}

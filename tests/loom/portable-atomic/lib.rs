//! Atomics of loom's for ringbuf, whose orders a test can weaken.

use std::cell::Cell;

pub use loom::sync::atomic::Ordering;

/// What a test makes of the orders that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakened {
    No,
    /// Every store is relaxed.
    Stores,
    /// Every load is relaxed.
    Loads,
}

// All threads of a model run on the thread of its test.
thread_local! {
    static WEAKENED: Cell<Weakened> = const { Cell::new(Weakened::No) };
}

/// Holds for the rings of this test from now on.
pub fn weaken(weakened: Weakened) {
    WEAKENED.set(weakened);
}

fn unless(weakened: Weakened, order: Ordering) -> Ordering {
    if WEAKENED.get() == weakened { Ordering::Relaxed } else { order }
}

pub struct AtomicUsize {
    modelled: loom::sync::atomic::AtomicUsize,
    /// What a ring asks for that is dropped when a model has failed: nothing is modelled then.
    latest: std::sync::atomic::AtomicUsize,
}

impl AtomicUsize {
    pub fn new(value: usize) -> Self {
        let modelled = loom::sync::atomic::AtomicUsize::new(value);
        Self { modelled, latest: std::sync::atomic::AtomicUsize::new(value) }
    }

    pub fn load(&self, order: Ordering) -> usize {
        if std::thread::panicking() {
            return self.latest.load(order);
        }
        self.modelled.load(unless(Weakened::Loads, order))
    }

    pub fn store(&self, value: usize, order: Ordering) {
        self.latest.store(value, order);
        if !std::thread::panicking() {
            self.modelled.store(value, unless(Weakened::Stores, order));
        }
    }
}

/// Of the flags that say that a ring has its two ends. They are set before these part, and so never contended.
pub struct AtomicBool(std::sync::atomic::AtomicBool);

impl AtomicBool {
    pub fn new(value: bool) -> Self {
        Self(std::sync::atomic::AtomicBool::new(value))
    }

    pub fn load(&self, order: Ordering) -> bool {
        self.0.load(order)
    }

    pub fn swap(&self, value: bool, order: Ordering) -> bool {
        self.0.swap(value, order)
    }
}

//! The plugin's own sources of what crosses between its threads, on loom's atomics: the stream (`rust/stream`) and the
//! events (`rust/report.rs`), once as they are and once for each mistake that a model has to find (`build.rs`).
//!
//! What they get from elsewhere is here: a ring whose memory is watched, a channel that promises no more than std's,
//! and loom's mutex and atomics.

// The sources say `ringbuf::HeapRb` and mean that of this crate.
extern crate self as ringbuf;

pub use real_ringbuf::traits;
pub use ring::{HeapCons, HeapProd, HeapRb};

mod mpsc;
mod ring;

/// What the sources call `std::sync`.
mod sync {
    pub(crate) use super::mpsc;
    pub(crate) use loom::sync::{Mutex, MutexGuard, atomic};
    pub(crate) use std::sync::{LazyLock, PoisonError};
}

/// What events carry.
mod messages {
    #[derive(Debug)]
    pub(crate) struct Problem;
    #[derive(Debug)]
    pub(crate) struct Refusal;
    #[derive(Debug)]
    pub(crate) struct Warning;
}

include!(concat!(env!("OUT_DIR"), "/variants.rs"));

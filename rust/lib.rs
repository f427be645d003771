//! Audio File Out Plus: a TouchDesigner CHOP that records its input to a file and never loses a take.
//!
//! ```text
//! TouchDesigner -> cpp shim -> bridge -> cook/operator -> cook/recorder -> shared/inbox -> disk/writer -> encoder -> file
//!                                             ^                                 |
//!                                             +--------- shared/status <--------+      -> Info CHOP, Info DAT, error string
//! ```
//!
//! The life of a take:
//!
//! 1. Record goes on: [`cook`] resolves Channel Scope, reads the text parameters once and hands the writer
//!    thread an order with an empty inbox.
//! 2. Every cook copies its planar block into the inbox's ring and returns: no file, no lock, no allocation.
//! 3. The writer thread of the node ([`disk`]) names, opens and locks the file, then converts, writes and
//!    checkpoints what the ring holds. While the disk stalls, a spill thread empties the ring into memory.
//! 4. Record goes off: the inbox is closed; the writer finishes the file, verifies it, unlocks it and counts
//!    the take as finished.
//!
//! What each thread may do is said at the top of [`cook`], [`shared`] and [`disk`].

#![deny(unsafe_code)]
// Unsafe code stands in the modules that are allowed to here or in their parent, and nowhere else: a test
// compares the list with the sources.

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench_api;
#[allow(unsafe_code, unreachable_pub, clippy::multiple_unsafe_ops_per_block, reason = "what cxx generates")]
mod bridge;
mod cook;
mod disk;
#[allow(unsafe_code, reason = "the C entry points")]
mod exports;
mod shared;

//! Audio File Out Plus: a TouchDesigner CHOP that records its input to a file and never loses a take.
//!
//! This page is the map. Each module says at its top what it guarantees and on which thread it runs.
//!
//! # Data flow
//!
//! ```text
//!            the host's main thread                  both threads           the node's own threads
//!
//!  TouchDesigner
//!    |   OP_Inputs, CHOP_Output
//!    v
//!  cpp/shim.cpp, cpp/views.cpp      C++: pointers become slices, nothing is decided
//!    |
//!    v
//!  bridge                           all that crosses, under one guard against panics
//!    |
//!    v
//!  cook::operator
//!    |
//!    v
//!  cook::recorder --- samples --->  shared::inbox  --- blocks --->  disk::take
//!    |  |                              ring, and memory                 |
//!    |  |                              behind it                        v
//!    |  +------------ order --------------------------------->  disk::names, disk::open
//!    |                                                                  |
//!    v                                                                  v
//!  cook::board  <---- numbers ----  shared::status  <-----------  disk::encoder -> disk::take_file -> the file
//!    |
//!    +--> cook::info (Info CHOP, Info DAT), cook::popup, cook::python, error and warning strings
//! ```
//!
//! # The life of a take
//!
//! 1. Record goes on: [`cook`] resolves Channel Scope, reads the text parameters once and hands the writer
//!    thread an order with an empty inbox.
//! 2. Every cook copies its planar block into a ring of the inbox and returns: no file, no lock, no allocation.
//! 3. The writer thread of the node ([`disk`]) names, opens and locks the file, then converts, writes and
//!    checkpoints what the rings hold; a thread of the file's own syncs it now and then. While the disk stalls, a
//!    spill thread empties them into memory.
//! 4. Record goes off: the inbox is closed; the writer finishes the file, verifies it, unlocks it and counts
//!    the take as finished.
//!
//! # Threads
//!
//! | thread | since | runs | may | never |
//! |---|---|---|---|---|
//! | the host's main thread, in a cook | | [`cook::operator`], `cook::recorder` | allocate and wake a thread when a take starts or ends | touch a file, wait (but for an offline render), allocate or call the system in the steady state |
//! | any thread of the host, at any time | | info, error and popup getters; with Python's lock those of [`cook::python`] | read the [`cook::board`], whose locks are held for a copy | take what a cook holds, wait |
//! | `afop-writer` | the node's first take | [`disk::take`]: one take after the other | block on the disk | hold a lock that a cook takes across a file operation |
//! | `afop-spill` | with it | [`shared::inbox`] | copy from the rings to memory | touch a file |
//! | `afop-scout` | Python's first question for the suffix | [`disk::scout`] | block on the disk | keep a take or a cook waiting |
//!
//! The node's threads end with the node; one that hangs in the disk is left behind, and the library stays loaded
//! for it.
//!
//! # Rules
//!
//! - Nothing escapes into the host. A panic ends the take and becomes the node's error (`bridge`), a C++ exception
//!   has no effect (`cpp/shim.cpp`), a failure is state and never a return value.
//! - The first error wins, and is worded in one place: [`shared::problem`], with warnings beside it.
//! - One table for each truth: parameters (`cook::params`), Info CHOP and Info DAT ([`cook::info`]), Python members
//!   ([`cook::python`]), File Types and codecs ([`disk::encoder`]), metadata keys ([`disk::metadata`]). The shim and
//!   the tests loop over them.
//! - Unsafe code stands in the modules that are allowed to here or in their parent, and nowhere else: a test compares
//!   the list with the sources.

#![deny(unsafe_code)]

#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod bench_api;
#[allow(unsafe_code, unreachable_pub, clippy::multiple_unsafe_ops_per_block, reason = "what cxx generates")]
mod bridge;
mod codec;
mod container;
mod destination;
#[allow(unsafe_code, reason = "the C entry points")]
mod exports;
mod faults;
mod formats;
mod messages;
mod node;
mod report;
mod stream;
mod take;
mod threads;

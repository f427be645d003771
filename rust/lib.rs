//! Audio File Out Plus: a TouchDesigner CHOP that records its input to a file and never loses a take.
//!
//! This page is the map. Each module says at its top what it guarantees and on which thread it runs.
//!
//! # Data flow
//!
//! ```text
//!      the host's main thread             one encoding thread a node         one thread for each destination
//!      (cook: never waits)                (CPU only, never a file)           (may block on its disk for minutes)
//!
//!  TouchDesigner
//!    |  OP_Inputs, CHOP_Output
//!    v
//!  cpp/shim.cpp, cpp/views.cpp
//!    |  pointers become slices
//!    v
//!  bridge
//!    |  under guards against panics
//!    v
//!  node --- samples, silence, --->  stream  --->  take  --- packets --->  destination ---> the file
//!    ^      begin, layout, end                    | codec                  container
//!    |                                            v                          |
//!    +---------------- report: numbers, and events in order <----------------+
//!    |
//!    +--> Info CHOP, Info DAT, popup, Python members, error and warning strings
//! ```
//!
//! # The path of a block
//!
//! One direction, and no lower layer calls a higher one:
//!
//! 1. `afop::execute` (cpp/shim.cpp) gathers the facts of the cook, `bridge::execute` makes a [`stream::block::CookBlock`]
//!    of the host's addresses.
//! 2. `node::recorder::Recorder::cook` looks at the time slice, decides, and pushes: `node::feed::Feed::push`,
//!    [`stream::StreamWriter::push`], `stream::ring::put`, which copies each channel to the output and into the ring.
//! 3. [`stream::StreamReader::next`] shows it to `take::session::Encoder::take_item`, `take::part::Part::encode`,
//!    [`codec::Codec::encode`]; `take::part::Part::send` puts the packets into the queue of the destination.
//! 4. `destination::worker::Destination::write` takes them out: [`container::Container::append`],
//!    `destination::take_file::TakeFile::append`, and now and then [`container::Container::checkpoint`] and a sync.
//!
//! # The life of a take
//!
//! 1. Record goes on: [`node`] resolves Channel Scope, reads the text parameters once and puts a request into the stream.
//!    With Pre-Roll the cooks before have fed the stream, too, and the encoding thread has kept the last seconds
//!    (`take::history`), with which the take begins. With Start at level Record arms the node (`node::level`), and takes
//!    begin and end in the middle of blocks: their messages say after how many frames of the next one they are due.
//! 2. Every cook copies its planar block into the ring of the stream and returns: no file, no lock, no allocation.
//! 3. The encoding thread ([`take`]) turns what it reads into packets; the [`destination`] names, opens and locks the
//!    file, writes and checkpoints. While the disk stalls, packets wait in its queue.
//!    What cuts a take or its files stands in the stream as well, or is counted in frames by the encoding thread; its
//!    markers stand there, too, and travel with the packets.
//! 4. Record goes off: the end stands in the stream behind the last block. The destination completes the file, verifies
//!    it, unlocks it and reports the take as finished. The next take may have begun long before.
//!
//! # Threads
//!
//! | thread | since | runs | may | never |
//! |---|---|---|---|---|
//! | the host's main thread, in a cook | | [`node::operator`], `node::recorder` | allocate and wake a thread when a take starts or ends | touch a file, wait (but for an offline render), allocate or call the system in the steady state |
//! | any thread of the host, at any time | | info, error and popup getters; with Python's lock those of [`node::python`] | read the `node::status`, whose lock is held for a copy | take what a cook holds, wait |
//! | `afop-encoder` | the node's first take, or the first time that it listens | [`take`], [`codec`] | use the processor | touch a file, wait for a disk |
//! | `afop-writer` | with it | [`destination`], [`container`] | block on the disk | hold a lock that a cook takes across a file operation |
//! | `afop-sync` | every 8 s of a file, for as long as a sync takes | `destination::syncing` | block on the disk | keep the writing waiting |
//! | `afop-scout` | Python's first question for the suffix | [`destination::scout`] | block on the disk | keep a take or a cook waiting |
//!
//! The node's threads end with the node; one that hangs in the disk is left behind, and the library stays loaded
//! for it ([`threads`]).
//!
//! # Rules
//!
//! - Nothing escapes into the host. A panic ends the take and becomes the node's error (`bridge`), a C++ exception
//!   has no effect (`cpp/shim.cpp`), a failure is state and never a return value.
//! - The first error wins, and is worded in one place: [`messages`].
//! - One table for each truth: formats ([`formats`]) and PCM codecs ([`codec`]), parameters (`node::params`), Info CHOP
//!   and Info DAT ([`node::info`]), Python members ([`node::python`]), metadata keys ([`container::metadata`]). The shim
//!   and the tests loop over them.
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

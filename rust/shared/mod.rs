//! What the cook thread and the writer thread both hold.
//!
//! Rules: nothing here touches a file. The cook thread's side of every type neither blocks nor allocates in
//! the steady state.

pub(crate) mod faults;
#[allow(unsafe_code, reason = "prefetches")]
pub(crate) mod fetch;
pub(crate) mod handed_out;
pub(crate) mod inbox;
pub(crate) mod lane;
pub(crate) mod planar;
mod sentences;
pub(crate) mod sound;
pub(crate) mod status;

pub(crate) use sentences::problem;

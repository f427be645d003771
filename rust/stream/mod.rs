//! What crosses from the cook thread to the encoding thread.
//!
//! Nothing here touches a file. The cook thread's side of every type neither blocks nor, in the steady state, allocates.

#[allow(unsafe_code, reason = "prefetches")]
pub(crate) mod fetch;
pub(crate) mod inbox;
pub(crate) mod lane;
mod layout;
pub(crate) mod planar;

pub(crate) use layout::AudioLayout;

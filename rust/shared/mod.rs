//! What the cook thread and the writer thread both hold.
//!
//! Rules: nothing here touches a file. The cook thread's side of every type neither blocks nor allocates in
//! the steady state.

pub(crate) mod faults;
pub(crate) mod handed_out;
pub(crate) mod inbox;
mod io_sentence;
pub(crate) mod lane;
pub(crate) mod planar;
pub(crate) mod problem;
pub(crate) mod sound;
pub(crate) mod status;
mod warning;

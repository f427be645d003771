//! What runs on the writer thread of a recording node.
//!
//! Rules: everything here may block on the disk, so nothing here is ever called from the cook thread, and no
//! lock that the cook thread takes is held across a file operation.

pub(crate) mod encoder;
#[allow(unsafe_code, reason = "tells the system what the standard library has no words for")]
mod hints;
pub(crate) mod metadata;
mod name_template;
pub(crate) mod names;
mod open;
#[allow(unsafe_code, reason = "asks the system's loader")]
mod pin;
pub(crate) mod scout;
mod syncing;
pub(crate) mod take;
pub(crate) mod take_file;
pub(crate) mod threads;
mod verify;

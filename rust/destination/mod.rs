//! Files: named, opened, locked, written, synced, verified and closed.
//!
//! Everything here may block on the disk for minutes, so nothing here is ever called from the cook thread.

#[allow(unsafe_code, reason = "tells the system what the standard library has no words for")]
mod hints;
mod name_template;
pub(crate) mod names;
mod open;
#[allow(unsafe_code, reason = "asks the system's loader")]
pub(crate) mod pin;
pub(crate) mod scout;
pub(crate) mod syncing;
pub(crate) mod take_file;
pub(crate) mod verify;

//! Whatever is drawn: sources, parameters, layouts, names, tables and a disk's refusals, against models of what is right.
//!
//! In one target, so that they run side by side. `AFOP_FUZZ_SECONDS` bounds the time of each, and `AFOP_FUZZ_SEED`
//! repeats what one of them has found.

mod common;

#[path = "random/refusals.rs"]
mod refusals;
#[path = "random/regressions.rs"]
mod regressions;
#[path = "random/sources.rs"]
mod sources;
#[path = "random/state_machine.rs"]
mod state_machine;
#[path = "random/texts.rs"]
mod texts;

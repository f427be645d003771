//! Every sentence that the node shows as its error or its warning, and nothing else in the product words one.
//!
//! Each is one plain English sentence that says what happened, names the file where there is one, and ends with what
//! helps. `tests/sentences.rs` has a list of them: it fails when one is not there, or is not made to appear in a node.

mod io;
mod limit;
mod mark;
mod problem;
mod refusal;
mod warning;

pub(crate) use limit::Limit;
pub(crate) use mark::Mark;
pub(crate) use problem::{FileOp, Problem, clock};
pub(crate) use refusal::Refusal;
pub(crate) use warning::{Filled, SuspensionCause, Warning};

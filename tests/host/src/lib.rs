//! A headless stand-in for TouchDesigner: loads a CHOP plugin from its file and cooks it, through nothing but the
//! plugin interface.
//!
//! ```text
//! plugin file -> Plugin -> Node -> prepare -> execute -> after_cook -> Cooked
//!                           ^ Input, Time, parameters         ^ Info CHOP, Info DAT, error, warning, popup
//! ```
//!
//! 1. [`Plugin::load`] opens the library, asks `FillCHOPPluginInfo` and refuses what TouchDesigner would refuse.
//! 2. [`Node::create`] makes one instance and takes in the parameters that it declares.
//! 3. [`Node::cook`] calls the plugin in TouchDesigner's order. [`Node::execute`] alone runs nothing but the plugin's
//!    own `execute` and the getters that it calls, none of which allocates, locks or enters the system: what a test
//!    counts there is the plugin's.
//! 4. [`Node::host_faults`] tells what the plugin did that it must not do, TouchDesigner being less patient.
//!
//! Recording goes the other way round the plugin and comes back from the disk:
//!
//! ```text
//! Source (file or built-in signal) -> Session (cooks, hitches) -> Node -> files -> Decoder -> compare <- Runs, Source
//!                            Delivery (blocks, bursts, dropouts) ^
//! ```
//!
//! 5. [`source::Source`] gives samples by frame index, so what was given once can be given again.
//! 6. [`session::Session`] plays it through a node and writes down, as [`compare::Runs`], what the take should hold.
//! 7. [`compare::compare`] decodes the take and holds it against that, sample for sample.
//! 8. [`walk::walk`] accounts for every byte of a file by the standard of its format.
//! 9. [`soak`] does so for hours with many nodes at once, everything that can go wrong going wrong.
//!
//! Any CHOP plugin can be put to the test:
//!
//! 10. [`validate`] runs each of its cases in a process of its own and tells what TouchDesigner would suffer from.
//!
//! All conversation with the plugin happens in C++ (`cpp/`), as in TouchDesigner; [`Node`] is the only way in.

pub mod audio;
pub mod bench;
pub mod bundle;
pub mod compare;
mod cook;
pub mod delivery;
mod faults;
pub mod feed;
mod ffi;
mod input;
pub mod install;
#[cfg(test)]
mod model;
mod node;
pub mod params;
mod pars;
mod player;
mod plugin;
mod progress;
pub mod python;
pub mod random;
pub mod record;
pub mod scope;
pub mod session;
pub mod signal;
pub mod soak;
pub mod source;
mod summary;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod time;
pub mod validate;
pub mod walk;
mod wav;

pub use cook::{Cooked, General};
pub use input::Input;
pub use node::{Node, NodeOptions};
pub use pars::{ParKind, ParSpec, Value};
pub use plugin::{Generation, LoadError, Plugin, PluginInfo, answer_to, find_plugin};
pub use time::{DEFAULT_MAX_SLICE, Time, Timeline};

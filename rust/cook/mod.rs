//! What runs on TouchDesigner's cook thread.
//!
//! Rules: no file, no wait, no lock that another thread can hold for long; in the steady state of a take no
//! allocation and no system call either. Starting and ending a take may allocate and wake a thread. The one
//! exception is offline rendering: see [`recorder`].

pub(crate) mod board;
pub(crate) mod generation;
pub(crate) mod identity;
pub(crate) mod info;
mod naming;
pub(crate) mod operator;
mod pace;
mod params;
mod passage;
mod popup;
pub(crate) mod python;
mod recorder;
mod scope;
mod slices;

use crate::bridge::Inputs;
use crate::shared::sound::Sound;

/// The layout of the input, when it is one that can be recorded and passed on.
fn usable_sound(inputs: &Inputs) -> Option<Sound> {
    let sound = Sound { channels: inputs.channels(), rate: inputs.sample_rate() };
    (sound.channels > 0 && sound.rate.is_finite() && sound.rate > 0.0).then_some(sound)
}

//! What runs on TouchDesigner's cook thread.
//!
//! Rules: no file, no wait, no lock that another thread can hold for long; in the steady state of a take no
//! allocation and no system call either. Starting and ending a take may allocate and wake a thread. The one
//! exception is offline rendering: see [`feed`].

mod clock;
mod feed;
pub(crate) mod generation;
mod greyed;
pub(crate) mod handed_out;
pub(crate) mod identity;
pub(crate) mod info;
mod level;
mod listening;
mod naming;
pub(crate) mod operator;

pub(crate) mod params;
mod popup;
mod pulses;
pub(crate) mod python;
mod reading;
mod recorder;
mod running;
mod scope;
mod status;
mod steady;
mod suspension;
mod takes;
mod time;

use crate::stream::AudioLayout;

/// The layout of the input, when it is one that can be recorded and passed on.
fn usable_layout(channels: usize, rate: f64) -> Option<AudioLayout> {
    // Of positive numbers, as integers, the infinite one is the greatest: no constant has to come from memory.
    let is_finite = rate.to_bits() < f64::INFINITY.to_bits();
    (channels > 0 && rate > 0.0 && is_finite).then_some(AudioLayout { channels, rate })
}

//! Buttons that were pressed since the last cook.
//!
//! Nothing lies between two cooks, so that a button which is pressed twice means what it means once, and a new take
//! splits what a split would.

use std::sync::atomic::{AtomicU8, Ordering};

use super::params::{self, Par};

/// A button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pulse {
    NewTake,
    SplitNow,
    Marker,
}

impl Pulse {
    /// In the order in which they act: what is marked is the new take, or the new file.
    const ALL: [Self; 3] = [Self::NewTake, Self::SplitNow, Self::Marker];

    /// The one with the parameter of this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pulse| pulse.par().name == name)
    }

    pub(crate) fn par(self) -> &'static Par {
        match self {
            Self::NewTake => &params::NEW_TAKE,
            Self::SplitNow => &params::SPLIT_NOW,
            Self::Marker => &params::MARKER,
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// Relaxed: a button guards no other memory, and the host presses it before the cook that is to see it.
#[derive(Default)]
pub(crate) struct Pulses(AtomicU8);

impl Pulses {
    pub(crate) fn press(&self, pulse: Pulse) {
        self.0.fetch_or(pulse.bit(), Ordering::Relaxed);
    }

    /// Whether any was pressed.
    #[inline]
    pub(crate) fn are_pressed(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Those that were pressed since the last time.
    pub(crate) fn take(&self) -> impl Iterator<Item = Pulse> + use<> {
        let pressed = self.0.swap(0, Ordering::Relaxed);
        Pulse::ALL.into_iter().filter(move |pulse| pressed & pulse.bit() != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::params::{Kind, PARS};

    #[test]
    fn every_pulse_of_the_table_is_known() {
        for par in PARS.iter().filter(|par| matches!(par.kind, Kind::Pulse)) {
            assert_eq!(Pulse::of(par.name).map(|pulse| pulse.par().name), Some(par.name));
        }
        assert_eq!(Pulse::of("Record"), None);
    }

    #[test]
    fn a_pulse_is_taken_once() {
        let pulses = Pulses::default();
        pulses.press(Pulse::SplitNow);
        pulses.press(Pulse::SplitNow);
        pulses.press(Pulse::NewTake);
        assert!(pulses.are_pressed());
        assert_eq!(pulses.take().collect::<Vec<_>>(), [Pulse::NewTake, Pulse::SplitNow]);
        assert!(!pulses.are_pressed() && pulses.take().next().is_none());
    }
}

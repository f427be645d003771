//! Which parameters are greyed out: what the File Type does not use, and what a running take has fixed.

use super::params::{PARS, SWITCHES};
use super::reading::chosen_format;
use crate::bridge::{Cook, Inputs};

/// Which parameters are greyed out: the host is told only what changes.
#[derive(Default)]
pub(super) struct Greyed {
    /// What the last update was made from: the File Type's index, whether a take runs, and what parameters depend on.
    seen: Option<(i32, bool, u32)>,
    enabled: Vec<bool>,
}

impl Greyed {
    pub(super) fn update(&mut self, cook: &Cook, inputs: &Inputs, running: bool) {
        let now = Some((cook.file_type(), running, switched_on(inputs)));
        if self.seen != now {
            self.seen = now;
            self.tell(inputs, running);
        }
    }

    #[cold]
    fn tell(&mut self, inputs: &Inputs, running: bool) {
        let format = chosen_format(inputs);
        // The host starts with everything enabled.
        self.enabled.resize(PARS.len(), true);
        for (par, enabled) in PARS.iter().zip(&mut self.enabled) {
            let used = par.option.is_none_or(|option| format.options.contains(&option));
            let is_on = par.needs.is_none_or(|needed| inputs.par_int(needed.name) != 0);
            let free = used && is_on && !(running && par.latched);
            if *enabled != free {
                *enabled = free;
                inputs.enable_par(par.name, free);
            }
        }
    }
}

/// A bit for each parameter that others need, and that is not off.
fn switched_on(inputs: &Inputs) -> u32 {
    SWITCHES.into_iter().fold(0, |bits, par| bits << 1 | u32::from(inputs.par_int(par.name) != 0))
}

//! Which parameters are greyed out: what the File Type does not use, and what a running take has fixed.

use super::params::PARS;
use super::reading::chosen_format;
use crate::bridge::{Cook, Inputs};

/// Which parameters are greyed out: the host is told only what changes.
#[derive(Default)]
pub(super) struct Greyed {
    /// What the last update was made from: the File Type's index, and whether a take runs.
    seen: Option<(i32, bool)>,
    enabled: Vec<bool>,
}

impl Greyed {
    #[inline]
    pub(super) fn update(&mut self, cook: &Cook, inputs: &Inputs, running: bool) {
        let now = Some((cook.file_type(), running));
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
            let free = used && !(running && par.latched);
            if *enabled != free {
                *enabled = free;
                inputs.enable_par(par.name, free);
            }
        }
    }
}

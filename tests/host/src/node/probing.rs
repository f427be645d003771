//! What only a validator does with a node.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::{Node, NodeOptions};
use crate::faults::{Fault, FaultKind};
use crate::ffi::Asker;
use crate::plugin::Plugin;
use crate::time::Time;

impl Node {
    /// As [`Node::create_with_saved`], with an error instead of a panic.
    pub(crate) fn try_create(plugin: &Plugin, saved: &[(String, Vec<u8>)]) -> Result<Self, String> {
        Self::make(plugin, &NodeOptions::default(), saved, false)
    }

    /// A node whose texts, tables and inputs become unreadable when their time is over: a plugin that kept a pointer
    /// to them dies of using it.
    pub(crate) fn try_create_fenced(plugin: &Plugin) -> Result<Self, String> {
        Self::make(plugin, &NodeOptions::default(), &[], true)
    }

    /// Counts an input whose getter returns null, or no longer.
    pub(crate) fn set_null_input(&mut self, null: bool) {
        self.host.pin_mut().set_null_input(null);
    }

    /// Cooks at each of `times`, with the same samples as if they were fresh, while another thread asks for
    /// information all the time. Goes on at the last of them until it has been asked often.
    pub(crate) fn cook_while_asked(&mut self, times: &[Time]) {
        const OFTEN: usize = 50;
        let (asked, done) = (AtomicUsize::new(0), AtomicBool::new(false));
        let asker = Asker::of(&self.host);
        thread::scope(|scope| {
            scope.spawn(|| {
                let asker = asker;
                while !done.load(Ordering::Relaxed) {
                    asker.ask();
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
            let mut times = times.iter();
            let mut time = times.next();
            while let Some(now) = time {
                if let Some(input) = &mut self.input {
                    input.cooked(input.start_index + input.num_samples() as f64);
                }
                self.cook(now);
                let enough = asked.load(Ordering::Relaxed) >= OFTEN;
                time = times.next().or(if enough { None } else { Some(now) });
            }
            done.store(true, Ordering::Relaxed);
        });
    }

    /// Everything that the host noticed, with what it is about.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let known = self.host.fault_list().into_iter();
        known
            .map(|raw| Fault { kind: FaultKind::ALL[usize::from(raw.kind)], text: raw.text })
            .chain(self.faults.iter().cloned())
            .collect()
    }
}

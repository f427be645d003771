//! From the parameters to the name of a take, and to the suffix that Python is told between takes.
//!
//! The next free suffix depends on what is on the disk, and File may be made of the suffix itself. So the cook
//! thread only notices what has changed and orders a search from the [`Scout`]; until that has found something,
//! Python is told the suffix of N. Where nobody asks for the suffix all of this costs one look at a flag.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::params;
use super::reading::{chosen_format, text, toggle};
use super::status::NodeStatus;
use crate::bridge::Inputs;
use crate::destination::names::{self, NameRequest};
use crate::destination::scout::Scout;
use crate::faults::Faults;
use crate::formats::Format;
use crate::messages::Problem;

/// How often the parameters are looked at while no take runs.
const LOOK: Duration = Duration::from_millis(250);
/// How old what was found may be when somebody asks: files may come and go without a take.
const FRESH: Duration = Duration::from_secs(1);

/// The names of one node's takes.
#[derive(Default)]
pub(crate) struct Naming {
    scout: Option<Scout>,
    /// What was searched for last, and when.
    searched: Option<(NameRequest, Instant)>,
    looked: Option<Instant>,
}

impl Naming {
    /// One cook while no take runs. Four times a second, and only when Python ever asked for the suffix, it may
    /// allocate and wake a thread.
    #[inline]
    pub(crate) fn idle(&mut self, inputs: &Inputs, status: &NodeStatus, faults: &Arc<Faults>) {
        if status.handed_out.is_wanted() {
            self.look(inputs, status, faults);
        }
    }

    #[inline(never)]
    fn look(&mut self, inputs: &Inputs, status: &NodeStatus, faults: &Arc<Faults>) {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK) {
            return;
        }
        self.looked = Some(Instant::now());
        let Ok(request) = request(inputs, chosen_format(inputs), status) else { return };
        let asked = status.handed_out.asked_again();
        match &self.searched {
            Some((last, at)) if last.means(&request) => {
                if !asked || at.elapsed() < FRESH {
                    return;
                }
            }
            // What was found in another folder will do until this one is searched; what counts in another way not.
            Some((last, _)) if last.counts_like(&request) => {}
            searched => status.guess_suffix(names::suffix(request.start, request.extensions[0]), searched.is_none()),
        }
        if self.scout.is_none() {
            // Without a thread the suffix stays that of N.
            self.scout = Scout::start(status.report(), faults).ok();
        }
        if let Some(scout) = &self.scout {
            scout.search(request.clone(), status.shown().history.over);
        }
        self.searched = Some((request, Instant::now()));
    }
}

/// What the take that starts now is to be called.
pub(crate) fn request(inputs: &Inputs, format: &Format, status: &NodeStatus) -> Result<NameRequest, Problem> {
    // The host evaluates an expression in File at each of the two readings.
    let (typed, absolute) = status.handed_out.while_reading(|| {
        let typed = text(inputs, &params::FILE);
        (typed, String::from_utf8_lossy(inputs.par_file_path(params::FILE.name)).into_owned())
    });
    // An empty File must not become the project's folder, which is what the host may make of it.
    if typed.trim().is_empty() {
        return Err(Problem::NoFile);
    }
    let file = if absolute.is_empty() { typed } else { absolute };
    Ok(NameRequest {
        op: String::from_utf8_lossy(op_name(inputs.node_path())).into_owned(),
        moment: SystemTime::now(),
        handed_out: status.handed_out.at_the_end_of(&file).map(str::to_owned),
        file,
        unique: toggle(inputs, &params::UNIQUE_SUFFIX),
        is_another: false,
        start: u64::try_from(inputs.par_int(params::N.name)).unwrap_or(0),
        extensions: format.extensions,
    })
}

/// The name in a node's path. Hosts before 2025.32460 may not tell the path.
fn op_name(path: &[u8]) -> &[u8] {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if name.is_empty() { b"audiofileoutplus" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_without_a_path_is_called_like_its_type() {
        assert_eq!(op_name(b"/project1/recorder2"), b"recorder2");
        assert_eq!(op_name(b"recorder2"), b"recorder2");
        assert_eq!(op_name(b""), b"audiofileoutplus");
    }
}

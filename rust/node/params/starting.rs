//! The rows that say when a take begins by itself, and what of the time before is in it.

use super::{Kind, Par, RECORDING};
use crate::node::level::SHORTEST_HOLD;

/// Seconds of the longest Pre-Roll.
pub(in crate::node) const LONGEST_PREROLL: f64 = 120.0;

pub(crate) static PRE_ROLL: Par = Par {
    name: "Preroll",
    label: "Pre-Roll",
    page: RECORDING,
    kind: Kind::Float { default: 0.0, min: 0.0, max: Some(LONGEST_PREROLL), slider: 30.0 },
    section: true,
    latched: true,
    option: None,
    needs: None,
    help: "How many seconds of what was heard before Record went on are in the take, but nothing that was in the one \
           before. Meanwhile they are kept in memory: 4 bytes a sample, 192 kB a second for a channel at 48 kHz, up to \
           512 MiB.",
};

pub(crate) static START: Par = Par {
    name: "Start",
    label: "Start",
    page: RECORDING,
    kind: Kind::Menu { items: || vec![("record", "Record"), ("level", "Level")], default: "record" },
    section: true,
    latched: true,
    option: None,
    needs: None,
    help: "Record: a take begins when Record goes on. Level: Record arms the operator, and while it is on a take begins \
           whenever the input becomes loud, and ends when it has been quiet for a while. Each take gets a name of its own.",
};

/// The lowest Threshold, in dB.
pub(in crate::node) const LOWEST_THRESHOLD: f64 = -90.0;

pub(crate) static THRESHOLD: Par = Par {
    name: "Threshold",
    label: "Threshold",
    page: RECORDING,
    kind: Kind::Float { default: -40.0, min: LOWEST_THRESHOLD, max: Some(0.0), slider: 0.0 },
    section: false,
    latched: false,
    option: None,
    needs: Some(&START),
    help: "Above how many dB a sample of any recorded channel is loud, where 0 is full scale. A take begins at the first \
           loud frame, and before it holds what Pre-Roll says.",
};

pub(crate) static HOLD: Par = Par {
    name: "Hold",
    label: "Hold",
    page: RECORDING,
    kind: Kind::Float { default: 3.0, min: SHORTEST_HOLD, max: None, slider: 30.0 },
    section: false,
    latched: false,
    option: None,
    needs: Some(&START),
    help: "For how many seconds the input must not be loud before the take ends. They are part of it.",
};

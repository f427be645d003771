//! The cook that is like the one before, as nearly all of them are.
//!
//! Which way a cook goes through the recorder depends on few numbers. While they stay the same it goes the way of the
//! cook before, and what that was asked for on its way is not asked again: the caches are cold at every cook, and code
//! that does not run need not come from memory.

use crate::bridge::Cook;

/// A cook that others can be like.
pub(super) struct Steady {
    facts: [u64; 7],
    /// How long the slice is.
    pub(super) seconds: f64,
}

impl Steady {
    pub(super) fn new(cook: &Cook) -> Self {
        Self { facts: facts(cook), seconds: cook.samples as i64 as f64 / cook.sample_rate }
    }

    /// Whether `cook` differs from this one in nothing but its samples, and which of its source's they are.
    #[inline]
    pub(super) fn is_like(&self, cook: &Cook) -> bool {
        let differences = self.facts.iter().zip(facts(cook)).map(|(fact, other)| fact ^ other);
        differences.fold(0, |all, difference| all | difference) == 0
    }
}

/// All that decides about the way of a cook, as plain bits.
#[inline]
fn facts(cook: &Cook) -> [u64; 7] {
    let [record, pause, file_type] = cook.pars.map(|value| u64::from(value as u32));
    [
        record | pause << 32,
        file_type | u64::from(cook.wired) << 32,
        cook.samples as u64,
        cook.channels as u64 | u64::from(cook.op_id) << 32,
        cook.sample_rate.to_bits(),
        cook.delta_frames.to_bits(),
        cook.timeline_rate.to_bits(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOK: Cook = Cook {
        pars: [1, 0, 2],
        wired: true,
        op_id: 1,
        samples: 800,
        sample_rate: 48_000.0,
        start_index: 0.0,
        total_cooks: 1,
        channels: 2,
        channels_at: 0,
        outputs: 2,
        outputs_at: 0,
        output_samples: 800,
        delta_frames: 1.0,
        timeline_rate: 60.0,
    };

    #[test]
    fn any_number_that_decides_makes_another_cook() {
        let steady = Steady::new(&COOK);
        assert_eq!(steady.seconds, 1.0 / 60.0);
        assert!(steady.is_like(&COOK));
        assert!(steady.is_like(&Cook { start_index: 800.0, total_cooks: 2, channels_at: 8, ..COOK }));
        let others = [
            Cook { pars: [0, 0, 2], ..COOK },
            Cook { pars: [1, 1, 2], ..COOK },
            Cook { pars: [1, 0, 3], ..COOK },
            Cook { wired: false, ..COOK },
            Cook { op_id: 2, ..COOK },
            Cook { samples: 801, ..COOK },
            Cook { channels: 3, ..COOK },
            Cook { sample_rate: 44_100.0, ..COOK },
            Cook { delta_frames: 2.0, ..COOK },
            Cook { timeline_rate: 59.94, ..COOK },
        ];
        assert!(others.iter().all(|other| !steady.is_like(other)));
    }
}

//! What a cook takes from the host's main thread.

use std::hint::black_box;
use std::time::Instant;

use super::figures::{COOK_CHANNELS, Figures};
use super::stage::{FRAMES, Stage, WAV24};
use super::{Bench, median};

/// Touched between two cooks that record: caches that are shared do not replace what is oldest, and of blocks that are
/// always the same, as those of the memcpy are and the ring's are not, much survives half of this at times.
pub(super) const RECORDING_BYTES: usize = 128 * 1024 * 1024;
/// Touched between two that do not: their blocks and those of the memcpy are the same each time.
const IDLE_BYTES: usize = 64 * 1024 * 1024;
const CACHE_LINE: usize = 64;
/// Cooks before the first one that counts: the ring has been written once from end to end.
const WARM_UP: usize = 260;

/// Whatever else a machine does in a 60th of a second: pushes out of the caches what the last cook left there.
pub(super) struct OtherWork(Vec<u8>);

impl OtherWork {
    pub(super) fn new(bytes: usize) -> Self {
        Self(vec![1; bytes])
    }

    pub(super) fn touch(&mut self) {
        for byte in self.0.iter_mut().step_by(CACHE_LINE) {
            *byte = byte.wrapping_add(1);
        }
        black_box(&self.0);
    }

    /// Microseconds of `work` with nothing of it in the caches.
    pub(super) fn time_after(&mut self, work: impl FnOnce()) -> f64 {
        self.touch();
        // The clock is not what is measured.
        black_box(Instant::now());
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e6
    }
}

/// `execute_us`, `memcpy_us`, `listening_us`, `armed_us`, `idle_us` and `pass_through_us`.
pub(super) fn measure(bench: &Bench, figures: &mut Figures) -> Result<(), String> {
    let rounds = bench.rounds(400, 40);
    let mut other = OtherWork::new(RECORDING_BYTES);
    for channels in COOK_CHANNELS {
        let keys = [format!("execute_us.{channels}"), format!("memcpy_us.{channels}")];
        if !keys.iter().any(|key| bench.wants(key)) {
            continue;
        }
        bench.doing(&format!("a cook of {channels} channels that records"));
        let (execute, copy) = beside_memcpy(bench, &mut other, channels, rounds, Doing::Recording)?;
        figures.set(&keys[0], execute);
        figures.set(&keys[1], copy);
    }
    for (key, doing) in [("listening_us", Doing::Listening), ("armed_us", Doing::Armed)] {
        for channels in COOK_CHANNELS {
            let key = format!("{key}.{channels}");
            if bench.wants(&key) {
                bench.doing(&format!("a cook of {channels} channels that listens"));
                figures.set(&key, beside_memcpy(bench, &mut other, channels, rounds, doing)?.0);
            }
        }
    }
    if bench.wants("idle_us") || bench.wants("pass_through_us") {
        bench.doing("a cook that does not record");
        other = OtherWork::new(IDLE_BYTES);
        let (idle, copies) = beside_memcpy(bench, &mut other, 2, rounds, Doing::Idle)?;
        figures.set("idle_us", idle);
        figures.set("pass_through_us", copies);
    }
    Ok(())
}

/// What `execute` does; beside it, in turns, a memcpy of the same planar block is measured.
#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Recording,
    /// For a pre-roll of 5 s.
    Listening,
    /// The same, with Start = level, and quiet.
    Armed,
    /// Nothing but the pass-through. Beside it each channel is copied, which that takes at least.
    Idle,
}

/// Median microseconds of `execute` and of what is beside it.
fn beside_memcpy(
    bench: &Bench,
    other: &mut OtherWork,
    channels: usize,
    rounds: usize,
    doing: Doing,
) -> Result<(f64, f64), String> {
    let mut stage = Stage::new(&bench.plugin, channels, &bench.path("cook.wav"), WAV24)?;
    if matches!(doing, Doing::Listening | Doing::Armed) {
        stage.node.set("Preroll", 5.0);
    }
    if doing == Doing::Armed {
        stage.node.set("Start", "level");
        stage.node.set("Threshold", 0.0);
    }
    stage.record(matches!(doing, Doing::Recording | Doing::Armed));
    for _ in 0..WARM_UP {
        // The writer thread keeps up, as it does at 60 cooks a second.
        other.touch();
        stage.cook();
    }
    let pieces = if doing == Doing::Idle { channels } else { 1 };
    let sources = vec![vec![0.5f32; channels * FRAMES / pieces]; pieces];
    let mut targets = vec![vec![0.0f32; channels * FRAMES / pieces]; pieces];
    let (mut cooks, mut copies) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        other.touch();
        cooks.push(stage.node.time_execute());
        copies.push(other.time_after(|| {
            for (target, source) in targets.iter_mut().zip(&sources) {
                target.copy_from_slice(black_box(source));
            }
            black_box(&mut targets);
        }));
    }
    if doing == Doing::Recording {
        stage.finish()?;
    }
    Ok((median(cooks).unwrap_or_default(), median(copies).unwrap_or_default()))
}

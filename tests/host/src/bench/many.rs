//! Many channels, many nodes, and what a node weighs.

use std::process::Command;

use super::child::{self, Load};
use super::figures::{Figures, SCALE_CHANNELS};
use super::{Bench, median};

/// `scale`, `nodes64_cpu_percent`, `nodes64_lost` and `memory_mib`.
pub(super) fn measure(bench: &Bench, figures: &mut Figures) -> Result<(), String> {
    scale(bench, figures)?;
    if bench.wants("nodes64_cpu_percent") || bench.wants("nodes64_lost") {
        bench.doing("64 nodes at once");
        let seconds = bench.rounds(10, 2);
        let load = Load { channels: 2, nodes: 64, cooks: seconds * 60 };
        if let [percent, lost] = answer(child::nodes(bench.plugin.path(), bench.dir.path(), load)?)?[..] {
            figures.set("nodes64_cpu_percent", percent);
            figures.set("nodes64_lost", lost);
        }
    }
    for (key, channels, nodes) in [("recording64", 64, 4), ("recording2", 2, 32)] {
        let key = format!("memory_mib.{key}");
        if bench.wants(&key) || bench.wants("memory_mib.idle") {
            bench.doing(&format!("memory of nodes with {channels} channels"));
            let load = Load { channels, nodes, cooks: bench.rounds(240, 150) };
            if let [idle, recording] = answer(child::memory(bench.plugin.path(), bench.dir.path(), load)?)?[..] {
                figures.set("memory_mib.idle", idle);
                figures.set(&key, recording);
            }
        }
    }
    Ok(())
}

fn scale(bench: &Bench, figures: &mut Figures) -> Result<(), String> {
    let rounds = bench.rounds(9, 1);
    // As many samples as ten minutes of stereo have.
    let samples = bench.rounds(57_600_000, 8_000_000);
    let mut times: Vec<Vec<f64>> = SCALE_CHANNELS.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        for (channels, times) in SCALE_CHANNELS.into_iter().zip(&mut times) {
            if bench.wants(&format!("scale.{channels}")) {
                bench.doing(&format!("{channels} channels, round {round} of {rounds}"));
                let load = Load { channels, nodes: 1, cooks: samples / channels / super::stage::FRAMES };
                times.extend(answer(child::scale(bench.plugin.path(), bench.dir.path(), load)?)?);
                // Each begins with nothing: overwriting is another thing than writing.
                let _ = std::fs::remove_file(child::file_of(bench.dir.path(), 0));
            }
        }
    }
    for (channels, times) in SCALE_CHANNELS.into_iter().zip(times) {
        if let Some(time) = median(times) {
            figures.set(&format!("scale.{channels}"), time);
        }
    }
    Ok(())
}

/// The numbers that a child process prints; none where the operating system is not asked.
fn answer(mut command: Command) -> Result<Vec<f64>, String> {
    let output = command.output().map_err(|error| format!("a child process does not start: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().map(|word| word.parse().map_err(|_| format!("a child process said '{word}'"))).collect()
}

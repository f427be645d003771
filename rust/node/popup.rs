//! The info popup: what is worth knowing of a node at a glance, in a few lines.

use super::identity::LABEL;
use super::info::Facts;
use super::status::{NodeStatus, State};
use super::takes::TakeSummary;
use crate::messages::clock;

/// TouchDesigner shows nothing of a popup that is much longer.
const LIMIT: usize = 1_199;

/// What is wrong comes first, since a long path may cost the last lines.
pub(crate) fn popup(status: &NodeStatus) -> String {
    let facts = Facts::of(status);
    let mut lines = vec![format!("{LABEL} {}: {}", env!("CARGO_PKG_VERSION"), status.state().name())];
    lines.extend(status.error().map(|error| format!("Error: {error}")));
    lines.extend(status.warnings().iter().map(|warning| format!("Warning: {warning}")));
    match facts.shown.take() {
        Some(take) => describe(&facts, take, &mut lines),
        None if status.state() == State::Idle => lines.push("Nothing recorded yet: switch Record on.".into()),
        None => {}
    }
    let finished = facts.finished();
    if finished > 0 {
        lines.push(format!("Takes finished: {finished}"));
    }
    let mut text = lines.join("\n");
    let end = (0..=LIMIT.min(text.len())).rfind(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text.truncate(end);
    text
}

fn describe(facts: &Facts<'_>, take: &TakeSummary, lines: &mut Vec<String>) {
    let status = facts.status;
    if !take.file.is_empty() {
        let which = if status.state() == State::Idle { "Last file" } else { "File" };
        lines.push(format!("{which}: {}", take.file));
    }
    let codec = if take.codec.is_empty() { String::new() } else { format!(" {}", take.codec) };
    let (channels, rate) = (take.layout.channels, take.layout.rate);
    let plural = if channels == 1 { "" } else { "s" };
    lines.push(format!("Format: {}{codec}, {channels} channel{plural} at {rate} Hz", take.file_type));
    lines.push(format!("Duration: {}   Size: {:.1} MB", clock(facts.seconds()), facts.bytes() as f64 / 1e6));
    let minutes = facts.minutes_left();
    if minutes >= 0.0 {
        lines.push(format!("Room on the disk: {minutes:.0} min"));
    }
    let waiting = status.buffer_seconds();
    if waiting >= 0.5 {
        lines.push(format!("Waiting in memory: {waiting:.1} s"));
    }
    let (gap, lost, clipped) = (facts.gap(), facts.lost(), take.report.clipped.get());
    if gap + lost > 0 {
        lines.push(format!("Gaps: {gap} samples   Lost: {lost} samples"));
    }
    if clipped > 0 {
        lines.push(format!("Clipped: {clipped} samples, so the input was louder than full scale"));
    }
}

//! The info popup: what is worth knowing of a node at a glance, in a few lines.

use super::board::{Board, Shot, State};
use super::identity::LABEL;
use super::info::Facts;
use crate::messages::clock;

/// TouchDesigner shows nothing of a popup that is much longer.
const LIMIT: usize = 1_199;

/// What is wrong comes first, since a long path may cost the last lines.
pub(crate) fn popup(board: &Board) -> String {
    let facts = Facts::of(board);
    let mut lines = vec![format!("{LABEL} {}: {}", env!("CARGO_PKG_VERSION"), board.state().name())];
    lines.extend(board.error().map(|error| format!("Error: {error}")));
    lines.extend(board.warnings().iter().map(|warning| format!("Warning: {warning}")));
    match &facts.take {
        Some(take) => describe(&facts, take, &mut lines),
        None if board.state() == State::Idle => lines.push("Nothing recorded yet: switch Record on.".into()),
        None => {}
    }
    let finished = board.finished.takes();
    if finished > 0 {
        lines.push(format!("Takes finished: {finished}"));
    }
    let mut text = lines.join("\n");
    let end = (0..=LIMIT.min(text.len())).rfind(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text.truncate(end);
    text
}

fn describe(facts: &Facts<'_>, take: &Shot, lines: &mut Vec<String>) {
    let board = facts.board;
    let file = take.texts().file;
    if !file.is_empty() {
        let which = if board.state() == State::Idle { "Last file" } else { "File" };
        lines.push(format!("{which}: {file}"));
    }
    let codec = if take.codec.is_empty() { String::new() } else { format!(" {}", take.codec) };
    let (channels, rate) = (take.sound.channels, take.sound.rate);
    let plural = if channels == 1 { "" } else { "s" };
    lines.push(format!("Format: {}{codec}, {channels} channel{plural} at {rate} Hz", take.file_type));
    lines.push(format!("Duration: {}   Size: {:.1} MB", clock(facts.seconds()), facts.bytes() as f64 / 1e6));
    let minutes = facts.minutes_left();
    if minutes >= 0.0 {
        lines.push(format!("Room on the disk: {minutes:.0} min"));
    }
    let waiting = board.buffer_seconds();
    if waiting >= 0.1 {
        lines.push(format!("Waiting in memory: {waiting:.1} s"));
    }
    let (gap, lost, clipped) = (board.gap.get(), board.lost_in_all(Some(take)), take.status.clipped.get());
    if gap + lost > 0 {
        lines.push(format!("Gaps: {gap} samples   Lost: {lost} samples"));
    }
    if clipped > 0 {
        lines.push(format!("Clipped: {clipped} samples, so the input was louder than full scale"));
    }
}

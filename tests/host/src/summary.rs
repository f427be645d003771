//! What came of a recording: a table, and whether every node's take is what it should be.

use std::fmt::Write;
use std::time::Duration;

use crate::compare::Comparison;
use crate::session::Session;

/// Nodes side by side in one table, so that it fits a terminal.
const COLUMNS: usize = 3;

/// One node's take.
pub(crate) struct Take {
    comparison: Result<Comparison, String>,
    given: u64,
    gap: u64,
    gap_reported: Option<u64>,
    written_reported: Option<u64>,
    lost: u64,
    clipped_reported: u64,
    median_cook: Duration,
    peak_cook: Duration,
    speed: f64,
    failure: Option<String>,
    faults: Vec<String>,
}

impl Take {
    /// Decodes and compares the take. `elapsed` is the time from Record on to the closed file, and `failure` why the
    /// node did not finish it.
    pub(crate) fn of(session: &mut Session, elapsed: Duration, failure: Option<String>) -> Self {
        let mut cook_times = session.cook_times().to_vec();
        cook_times.sort_unstable();
        let seconds = session.given() as f64 / f64::from(session.source().rate());
        Self {
            comparison: session.compare(),
            given: session.given(),
            gap: session.gap(),
            gap_reported: session.counter("gap_samples"),
            written_reported: session.counter("total_samples_written"),
            lost: session.counter("lost_samples").unwrap_or(0),
            clipped_reported: session.counter("clipped_samples").unwrap_or(0),
            median_cook: cook_times.get(cook_times.len() / 2).copied().unwrap_or_default(),
            peak_cook: cook_times.last().copied().unwrap_or_default(),
            speed: seconds / elapsed.as_secs_f64().max(1e-9),
            failure,
            faults: session.node().host_faults(),
        }
    }

    /// What is wrong, worst first; `None` when the file holds all that the node was given.
    fn complaint(&self) -> Option<String> {
        if let Some(failure) = &self.failure {
            return Some(failure.clone());
        }
        let comparison = match &self.comparison {
            Ok(comparison) => comparison,
            Err(error) => return Some(error.clone()),
        };
        if let Some(complaint) = comparison.complaint(self.lost) {
            return Some(complaint);
        }
        let found = comparison.frames_found;
        [("total_samples_written", self.written_reported, found), ("gap_samples", self.gap_reported, self.gap)]
            .into_iter()
            .find(|(_, reported, right)| *reported != Some(*right))
            .map(|(name, reported, right)| match reported {
                Some(reported) => format!("the node reports {name} {reported}, {right} is right"),
                None => format!("the node does not report {name}"),
            })
            .or_else(|| (self.lost > 0).then(|| format!("{} frames were lost", self.lost)))
            .or_else(|| self.faults.first().map(|fault| format!("the plugin broke a rule: {fault}")))
    }

    fn cell(&self, row: &str) -> String {
        let file = |text: &dyn Fn(&Comparison) -> String| self.comparison.as_ref().map_or("-".to_owned(), text);
        match row {
            "file" => file(&|found| file_name(found)),
            "format" => file(&|found| describe(found)),
            "frames in" => self.given.to_string(),
            "frames in the file" => file(&|found| found.frames_found.to_string()),
            "gaps (frames)" => self.gap.to_string(),
            "lost (frames)" => self.lost.to_string(),
            "clipped (samples)" => self.clipped_reported.to_string(),
            "signal to noise" => file(&|found| match found.snr {
                Some(snr) => format!("{snr:.1} dB"),
                None => "-".to_owned(),
            }),
            "size" => file(&|found| size(found.bytes)),
            "duration" => file(&|found| duration(found.frames_found, found.format.rate)),
            "speed" => format!("{:.1} x realtime", self.speed),
            "cook, median" => format!("{:.1} us", self.median_cook.as_secs_f64() * 1e6),
            "cook, peak" => format!("{:.1} us", self.peak_cook.as_secs_f64() * 1e6),
            "result" => if self.complaint().is_none() { "OK" } else { "WRONG" }.to_owned(),
            _ => unreachable!("no row {row}"),
        }
    }
}

const ROWS: [&str; 14] = [
    "file",
    "format",
    "frames in",
    "frames in the file",
    "gaps (frames)",
    "lost (frames)",
    "clipped (samples)",
    "signal to noise",
    "size",
    "duration",
    "speed",
    "cook, median",
    "cook, peak",
    "result",
];

fn file_name(found: &Comparison) -> String {
    let name = |path: &std::path::PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match found.files.as_slice() {
        [only] => name(only),
        [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
        [] => "-".to_owned(),
    }
}

fn describe(found: &Comparison) -> String {
    let kind = match (found.format.bits, found.format.lossy) {
        (Some(bits), _) => format!("{bits}-bit"),
        (None, true) => "lossy".to_owned(),
        (None, false) => "float".to_owned(),
    };
    format!("{kind}, {} ch, {} Hz", found.format.channels, found.format.rate)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}

/// As the Info DAT writes it: h:mm:ss.mmm.
fn duration(frames: u64, rate: u32) -> String {
    let milliseconds = u128::from(frames) * 1000 / u128::from(rate);
    let (seconds, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{}:{:02}:{seconds:02}.{milliseconds:03}", minutes / 60, minutes % 60)
}

/// The table of all takes and the sentences that go with it.
pub(crate) fn describe_all(takes: &[Take]) -> String {
    let mut text = String::new();
    let several = takes.len() > 1;
    for (group, takes) in takes.chunks(COLUMNS).enumerate() {
        let columns: Vec<Vec<String>> =
            takes.iter().map(|take| ROWS.iter().map(|row| take.cell(row)).collect()).collect();
        text += &table(&ROWS, &columns);
        for (index, take) in takes.iter().enumerate() {
            let node = group * COLUMNS + index + 1;
            let label = if several { format!("node {node}: ") } else { String::new() };
            let others = take.faults.iter().skip(1).cloned();
            for line in take.complaint().into_iter().chain(others) {
                let _ = writeln!(text, "{label}{line}");
            }
        }
    }
    text
}

/// Whether every take is what it should be.
pub(crate) fn all_good(takes: &[Take]) -> bool {
    takes.iter().all(|take| take.complaint().is_none())
}

/// A table of labelled rows.
pub(crate) fn table(labels: &[&str], columns: &[Vec<String>]) -> String {
    let width = |cells: &mut dyn Iterator<Item = usize>| cells.max().unwrap_or(0);
    let first = width(&mut labels.iter().map(|label| label.len()));
    let widths: Vec<usize> =
        columns.iter().map(|column| width(&mut column.iter().map(|cell| cell.chars().count()))).collect();
    let mut rule = format!("+-{:-<first$}-+", "");
    for width in &widths {
        let _ = write!(rule, "-{:-<width$}-+", "");
    }
    let mut text = format!("{rule}\n");
    for (row, label) in labels.iter().enumerate() {
        let _ = write!(text, "| {label:<first$} |");
        for (column, width) in columns.iter().zip(&widths) {
            let _ = write!(text, " {:<width$} |", column[row]);
        }
        text.push('\n');
    }
    text + &rule + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_should_be_aligned() {
        let columns = [vec!["1".to_owned(), "12345".to_owned()], vec!["x".to_owned(), String::new()]];
        let expected = "\
            +-------+-------+---+\n\
            | a     | 1     | x |\n\
            | label | 12345 |   |\n\
            +-------+-------+---+\n";
        assert_eq!(table(&["a", "label"], &columns), expected);
    }

    #[test]
    fn durations_should_read_as_in_the_info_dat() {
        assert_eq!(duration(48000 * 3661 + 24, 48000), "1:01:01.000");
        assert_eq!(duration(47999, 48000), "0:00:00.999");
    }
}

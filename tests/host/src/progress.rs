//! What a recording looks like while it runs: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::session::Session;

/// Between two plain lines.
const LINE_INTERVAL: Duration = Duration::from_secs(2);
/// Between two looks of the bar: the Info CHOP costs a few texts.
const BAR_INTERVAL: Duration = Duration::from_millis(100);

/// The display of one recording, with one or more nodes.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    length: u64,
    shown: Option<Instant>,
    /// Of each node: the last error and the last warning.
    said: Vec<[String; 2]>,
}

impl Progress {
    /// `length` is in frames of the timeline.
    pub(crate) fn new(length: u64, nodes: usize) -> Self {
        let style = ProgressStyle::with_template("[{bar:30}] {percent:>3}%  {msg}")
            .expect("the template is right")
            .progress_chars("=> ");
        Self {
            bar: stderr().is_terminal().then(|| ProgressBar::new(length).with_style(style)),
            length,
            shown: None,
            said: vec![Default::default(); nodes],
        }
    }

    /// Shows the state after a cook at `frame`.
    pub(crate) fn update(&mut self, frame: u64, sessions: &[Session]) {
        self.messages(sessions);
        let interval = if self.bar.is_some() { BAR_INTERVAL } else { LINE_INTERVAL };
        if self.shown.is_some_and(|shown| shown.elapsed() < interval) {
            return;
        }
        self.shown = Some(Instant::now());
        let state = state(sessions);
        match &self.bar {
            Some(bar) => {
                bar.set_position(frame.min(self.length));
                bar.set_message(state);
            }
            None => {
                let percent = 100 * frame.min(self.length) / self.length.max(1);
                eprintln!("{percent:>3}%  {state}");
            }
        }
    }

    /// Prints a node's error or warning when it is another than before.
    fn messages(&mut self, sessions: &[Session]) {
        for (index, session) in sessions.iter().enumerate() {
            let Some(cooked) = session.last_cook() else {
                continue;
            };
            for (kind, text) in [&cooked.error, &cooked.warning].into_iter().enumerate() {
                if self.said[index][kind] != *text {
                    self.said[index][kind].clone_from(text);
                    let label = ["error", "warning"][kind];
                    let node = if sessions.len() > 1 { format!("node {} ", index + 1) } else { String::new() };
                    match text.as_str() {
                        "" => self.line(&format!("{node}{label} cleared")),
                        text => self.line(&format!("{node}{label}: {text}")),
                    }
                }
            }
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The Info CHOP in a line: sums and greatest values where there are several nodes.
fn state(sessions: &[Session]) -> String {
    let values = |channel| sessions.iter().map(move |session| session.info(channel));
    let greatest = |channel| values(channel).fold(0.0, f32::max);
    format!(
        "recording {}  written {:.1} s  buffer {:.2} s  lost {}  peak {:.3}",
        values("recording").sum::<f32>(),
        values("seconds_written").fold(f32::INFINITY, f32::min),
        greatest("buffer_seconds"),
        values("lost_samples").sum::<f32>(),
        greatest("peak"),
    )
}

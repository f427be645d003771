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
    /// Of each node: its error and its warning.
    messages: Vec<[Message; 2]>,
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
            messages: (0..nodes).map(|_| [Message::new("error"), Message::new("warning")]).collect(),
        }
    }

    /// Shows the state after a cook at `frame`.
    pub(crate) fn update(&mut self, frame: u64, sessions: &[Session]) {
        self.print_messages(sessions);
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

    /// Prints a node's error or warning when it comes and when it goes.
    fn print_messages(&mut self, sessions: &[Session]) {
        for (index, session) in sessions.iter().enumerate() {
            let Some(cooked) = session.last_cook() else {
                continue;
            };
            let node = if sessions.len() > 1 { format!("node {} ", index + 1) } else { String::new() };
            let [error, warning] = &mut self.messages[index];
            for line in [error.line(&cooked.error), warning.line(&cooked.warning)].into_iter().flatten() {
                self.line(&format!("{node}{line}"));
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

/// A node's error or warning, as it was printed last.
struct Message {
    label: &'static str,
    printed: String,
}

impl Message {
    fn new(label: &'static str) -> Self {
        Self { label, printed: String::new() }
    }

    /// What to print now that the node says `text`: nothing while only numbers in it change, such as how much waits for
    /// a slow disk.
    fn line(&mut self, text: &str) -> Option<String> {
        if without_numbers(text).eq(without_numbers(&self.printed)) {
            return None;
        }
        text.clone_into(&mut self.printed);
        let label = self.label;
        Some(if text.is_empty() { format!("{label} cleared") } else { format!("{label}: {text}") })
    }
}

/// The letters of a text in which each number, with a fraction or without, is one digit.
fn without_numbers(text: &str) -> impl Iterator<Item = char> {
    let mut in_number = false;
    let mut letters = text.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            let letter = letters.next()?;
            let goes_on = letter == '.' && in_number && letters.peek().is_some_and(char::is_ascii_digit);
            let first = !in_number;
            in_number = letter.is_ascii_digit() || goes_on;
            if !in_number {
                return Some(letter);
            }
            if first {
                return Some('0');
            }
        }
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_should_be_printed_when_it_comes_and_when_it_goes() {
        let mut warning = Message::new("warning");
        let slow = |seconds: &str| format!("The disk is slow, so {seconds} s of audio wait in memory.");
        assert_eq!(warning.line(""), None);
        assert_eq!(warning.line(&slow("9.9")), Some("warning: ".to_owned() + &slow("9.9")));
        for seconds in ["10.1", "12", "0.5", "9.9"] {
            assert_eq!(warning.line(&slow(seconds)), None, "{seconds}");
        }
        assert_eq!(warning.line(""), Some("warning cleared".to_owned()));
        assert_eq!(warning.line(""), None);
        assert_eq!(warning.line(&slow("2.1")), Some("warning: ".to_owned() + &slow("2.1")));
        assert_eq!(warning.line("Another one."), Some("warning: Another one.".to_owned()));
        assert_eq!(warning.line("Another one"), Some("warning: Another one".to_owned()));
    }

    #[test]
    fn numbers_should_be_what_makes_no_difference() {
        let letters = |text: &str| without_numbers(text).collect::<String>();
        for (text, expected) in [
            ("", ""),
            ("12 of 3.25 s.", "0 of 0 s."),
            ("take.0.wav", "take.0.wav"),
            ("take.17.wav", "take.0.wav"),
            ("a1b22c", "a0b0c"),
            ("ends with 5.", "ends with 0."),
        ] {
            assert_eq!(letters(text), expected);
        }
    }
}

//! One node that records: fed from a source, cook by cook, with a record kept of what its take should hold.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, Instant};

use crate::compare::{Comparison, Run, Runs, compare};
use crate::scope::in_scope;
use crate::source::Source;
use crate::{Cooked, Input, Node, Time};

/// A gap beyond this is never filled: it is a timeline that was left alone, not a hitch.
const LONGEST_FILLED_SECONDS: u64 = 600;

/// A stall of the timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hitch {
    /// How long nothing cooks.
    pub milliseconds: f64,
    /// When, in seconds of the timeline.
    pub second: f64,
}

impl FromStr for Hitch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usable = |number: &str| {
            let number: f64 = number.parse().ok()?;
            (number.is_finite() && number >= 0.0).then_some(number)
        };
        text.split_once('@')
            .and_then(|(length, at)| Some(Self { milliseconds: usable(length)?, second: usable(at)? }))
            .ok_or_else(|| format!("'{text}' is not MS@SECOND, such as 500@2.5"))
    }
}

/// A node, its source, and what it was given so far.
pub struct Session {
    node: Node,
    source: Source,
    channels: Vec<usize>,
    fill_gaps: bool,
    recording: bool,
    given_until: Option<u64>,
    given: u64,
    gap: u64,
    runs: Runs,
    cook_times: Vec<Duration>,
    first_file: Option<PathBuf>,
    last_cook: Option<Cooked>,
}

impl Session {
    /// Wires a node, whose parameters are set, to a source.
    pub fn new(mut node: Node, source: Source, fill_gaps: bool) -> Self {
        node.set_input(Some(Input::new(source.channels(), source.rate().into())));
        Self {
            node,
            channels: (0..source.channels()).collect(),
            source,
            fill_gaps,
            recording: false,
            given_until: None,
            given: 0,
            gap: 0,
            runs: Runs::default(),
            cook_times: Vec::new(),
            first_file: None,
            last_cook: None,
        }
    }

    /// Says that the node is to record only the channels that a pattern of names means.
    #[must_use]
    pub fn with_scope(mut self, scope: &str) -> Self {
        let input = self.node.input_mut().expect("the session wired one");
        self.channels = in_scope(scope, &input.names);
        self
    }

    /// The node, to set its parameters or to read its information.
    pub fn node(&mut self) -> &mut Node {
        &mut self.node
    }

    /// The source that feeds the node.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Switches Record: from the next cook on, samples belong to the take, or no longer. Going on begins a new take
    /// and forgets what the one before should hold.
    pub fn record(&mut self, on: bool) {
        if on && !self.recording {
            self.runs = Runs::default();
            (self.given, self.gap) = (0, 0);
            (self.given_until, self.first_file) = (None, None);
        }
        self.node.set("Record", on);
        self.recording = on;
    }

    /// One cook, with the source's samples of `slice` as its time slice. Returns how many of them come from before
    /// the end of the source.
    pub fn cook(&mut self, time: &Time, slice: Range<u64>) -> Result<usize, String> {
        let frames = slice.end - slice.start;
        let input = self.node.input_mut().expect("the session wired one");
        let found = self.source.read(slice.start, frames as usize, &mut input.channels)?;
        input.cooked(slice.start as f64);
        self.node.prepare(time);
        let start = Instant::now();
        self.node.execute();
        self.cook_times.push(start.elapsed());
        let cooked = self.node.after_cook();
        if self.recording {
            self.expect(slice);
            if self.first_file.is_none() {
                self.first_file = cooked.dat("file").filter(|file| !file.is_empty()).map(PathBuf::from);
            }
        }
        self.last_cook = Some(cooked);
        Ok(found)
    }

    fn expect(&mut self, slice: Range<u64>) {
        let missing = self.given_until.map_or(0, |end| slice.start.saturating_sub(end));
        let longest = LONGEST_FILLED_SECONDS * u64::from(self.source.rate());
        self.gap += missing;
        if self.fill_gaps && missing <= longest {
            self.runs.push(Run::Silence { frames: missing });
        }
        let frames = slice.end - slice.start;
        self.runs.push(Run::Given { start: slice.start, frames });
        self.given += frames;
        self.given_until = Some(slice.end);
    }

    /// What the last cook showed.
    pub fn last_cook(&self) -> Option<&Cooked> {
        self.last_cook.as_ref()
    }

    /// A channel of the Info CHOP at the last cook; 0 before the first one.
    pub fn info(&self, channel: &str) -> f32 {
        self.last_cook().and_then(|cooked| cooked.info(channel)).unwrap_or(0.0)
    }

    /// A row of the Info DAT at the last cook; empty before the first one.
    pub fn dat(&self, key: &str) -> &str {
        self.last_cook().and_then(|cooked| cooked.dat(key)).unwrap_or("")
    }

    /// A counter of the Info DAT, which has them exactly.
    pub fn counter(&self, key: &str) -> Option<u64> {
        self.dat(key).parse().ok()
    }

    /// Frames given while recording.
    pub fn given(&self) -> u64 {
        self.given
    }

    /// Frames that hitches took away while recording.
    pub fn gap(&self) -> u64 {
        self.gap
    }

    /// What the take should hold.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// How long `execute` took at each cook.
    pub fn cook_times(&self) -> &[Duration] {
        &self.cook_times
    }

    /// The files of the take, in order; empty when the node never named one.
    pub fn files(&self) -> Vec<PathBuf> {
        let last = Some(self.dat("last_file")).filter(|file| !file.is_empty());
        match (&self.first_file, last) {
            (Some(first), Some(last)) => parts(first, Path::new(last)),
            (None, Some(only)) => vec![PathBuf::from(only)],
            (Some(only), None) => vec![only.clone()],
            (None, None) => Vec::new(),
        }
    }

    /// Decodes the files of the take and compares them with what the node was given.
    pub fn compare(&self) -> Result<Comparison, String> {
        compare(&self.files(), &mut self.source.again()?, &self.channels, &self.runs)
    }
}

/// A take from its first file to its last: `name.0.wav`, `name.0-2.wav`, `name.0-3.wav`.
pub fn parts(first: &Path, last: &Path) -> Vec<PathBuf> {
    let stem = first.file_stem().unwrap_or_default().to_string_lossy();
    let extension = first.extension().unwrap_or_default().to_string_lossy();
    let mut parts = vec![first.to_owned()];
    if first == last {
        return parts;
    }
    for number in 2.. {
        let part = first.with_file_name(format!("{stem}-{number}.{extension}"));
        let is_last = part == last;
        // A last file of another name is a take that this one does not belong to.
        if !is_last && !part.exists() {
            break;
        }
        parts.push(part);
        if is_last {
            break;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hitches_should_be_read() {
        let hitch = Hitch { milliseconds: 500.0, second: 2.5 };
        assert_eq!("500@2.5".parse(), Ok(hitch));
        for text in ["", "500", "@2", "500@", "-1@2", "1@inf", "a@b"] {
            assert!(text.parse::<Hitch>().unwrap_err().contains("MS@SECOND"));
        }
    }

    #[test]
    fn parts_should_be_counted_from_the_first_to_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let name = |name: &str| folder.path().join(name);
        let first = name("take.0.aiff");
        assert_eq!(parts(&first, &first).len(), 1);
        for part in ["take.0-2.aiff", "take.0-3.aiff", "take.0-4.aiff"] {
            std::fs::write(name(part), "").unwrap();
        }
        let expected = [first.clone(), name("take.0-2.aiff"), name("take.0-3.aiff")];
        assert_eq!(parts(&first, &name("take.0-3.aiff")), expected);
    }
}

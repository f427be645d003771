//! One node that records: fed from a source, cook by cook, with a record kept of what its take should hold.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::compare::{Comparison, Run, Runs, compare};
use crate::feed::{Fed, Feed, FeedArgs, Wire};
use crate::scope::in_scope;
use crate::source::Source;
use crate::{Cooked, Input, Node, Time};

/// A gap beyond this is never filled: it is a timeline that was left alone, not a hitch.
const LONGEST_FILLED_SECONDS: u64 = 600;

/// A node, its source, and what it was given so far.
pub struct Session {
    node: Node,
    source: Source,
    feed: Feed,
    /// What is wired, while nothing is.
    unplugged: Option<Input>,
    channels: Vec<usize>,
    fill_gaps: bool,
    /// Seconds of Pre-Roll, and what was given since the take before, with what was skipped before which frame of it.
    preroll: f64,
    limit: Option<u64>,
    heard: Runs,
    skipped: Vec<(u64, u64)>,
    recording: bool,
    /// Position after the last frame that was given in the source, and on the timeline at that cook and at the last.
    given_until: Option<u64>,
    given_at: u64,
    position: u64,
    /// The take waits: what is wired cannot be recorded.
    suspended: bool,
    rewired: bool,
    given: u64,
    gap: u64,
    runs: Runs,
    cook_times: Vec<Duration>,
    first_file: Option<PathBuf>,
    last_cook: Option<Cooked>,
}

impl Session {
    /// Wires a node, whose parameters are set, to a source.
    pub fn new(mut node: Node, source: Source, feed: &FeedArgs, fill_gaps: bool) -> Self {
        let feed = Feed::new(feed, source.rate().into());
        node.set_input(Some(Input::new(source.channels(), feed.shown_rate())));
        Self {
            node,
            channels: (0..source.channels()).collect(),
            source,
            feed,
            unplugged: None,
            fill_gaps,
            preroll: 0.0,
            limit: None,
            heard: Runs::default(),
            skipped: Vec::new(),
            recording: false,
            given_until: None,
            given_at: 0,
            position: 0,
            suspended: false,
            rewired: false,
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

    /// Says how many seconds of what comes before Record goes on are to be in a take.
    #[must_use]
    pub fn with_preroll(mut self, seconds: f64) -> Self {
        self.preroll = seconds;
        self
    }

    /// Says after how many frames a take ends by itself.
    #[must_use]
    pub fn with_limit(mut self, frames: Option<u64>) -> Self {
        self.limit = frames;
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
            let frames = (self.preroll * f64::from(self.source.rate())).round() as u64;
            let heard = std::mem::take(&mut self.heard);
            self.runs = heard.tail(frames);
            self.given = self.runs.given_within(u64::MAX);
            let begin = heard.frames() - self.runs.frames();
            let skipped = self.skipped.drain(..).filter(|(at, _)| *at > begin).map(|(_, gap)| gap);
            self.gap = self.runs.frames() - self.given + skipped.sum::<u64>();
            self.first_file = None;
            if self.preroll == 0.0 {
                self.given_until = None;
            }
        } else if !on && std::mem::take(&mut self.suspended) {
            self.miss(self.position - self.given_at);
        }
        self.node.set("Record", on);
        self.recording = on;
    }

    /// Presses a button. New Take begins what the take should hold anew.
    pub fn pulse(&mut self, name: &str) {
        self.node.pulse(name);
        if name == "Newtake" && self.recording {
            self.runs = Runs::default();
            (self.given, self.gap) = (0, 0);
            self.first_file = None;
        }
    }

    /// One cook, at frame `position` of the source's rate on the timeline. Whether the source has come to its end.
    pub fn cook(&mut self, time: &Time, position: u64) -> Result<bool, String> {
        let fed = self.feed.cook(position, time.delta_frames);
        let ended = self.wire(&fed)?;
        self.node.prepare(time);
        let start = Instant::now();
        self.node.execute();
        self.cook_times.push(start.elapsed());
        let cooked = self.node.after_cook();
        if self.recording || self.preroll > 0.0 {
            self.expect(&fed, position);
        }
        if self.recording && self.first_file.is_none() {
            let number = cooked.dat("part").unwrap_or("1");
            self.first_file = cooked.dat("file").filter(|file| !file.is_empty()).map(|file| first(file, number));
        }
        self.position = position;
        self.last_cook = Some(cooked);
        Ok(ended)
    }

    fn wire(&mut self, fed: &Fed) -> Result<bool, String> {
        if let Some(input) = self.unplugged.take() {
            self.node.set_input(Some(input));
        }
        let input = self.node.input_mut().expect("the session wired one");
        let mut ended = false;
        if fed.rewired {
            input.op_id += 1;
        }
        if fed.shown.cooked {
            let frames = (fed.shown.samples.end - fed.shown.samples.start) as usize;
            ended = self.source.read(fed.shown.samples.start, frames, &mut input.channels)? < frames;
            input.names.truncate(input.channels.len());
            input.start_index = fed.shown.start_index;
            // Another operator that has cooked as often as the one before.
            input.total_cooks += i64::from(!fed.rewired);
        }
        match fed.wire {
            Wire::Plain => {}
            Wire::Unplugged => {
                self.unplugged = Some(std::mem::take(input));
                self.node.set_input(None);
            }
            Wire::Flash(channels) => {
                let plain = input.clone();
                let frames = plain.num_samples();
                input.channels.resize(channels, vec![0.0; frames]);
                input.names = (1..=channels).map(|number| format!("chan{number}")).collect();
                self.unplugged = Some(plain);
            }
        }
        Ok(ended)
    }

    /// Notes what the take should hold after this cook.
    fn expect(&mut self, fed: &Fed, position: u64) {
        self.rewired |= fed.rewired;
        if fed.wire != Wire::Plain {
            self.suspended |= self.given_until.is_some();
            return;
        }
        let samples = fed.shown.samples.clone();
        if samples.is_empty() || self.given_until.is_some_and(|until| samples.start < until) {
            return;
        }
        let frames = samples.end - samples.start;
        let rewired = std::mem::take(&mut self.rewired);
        let gap = match self.given_until {
            None => 0,
            Some(until) if std::mem::take(&mut self.suspended) => {
                if fed.shown.is_indexed && !rewired {
                    samples.start - until
                } else {
                    (position - self.given_at).saturating_sub(frames)
                }
            }
            Some(_) if rewired => 0,
            Some(_) => fed.gap,
        };
        self.miss(gap);
        let given = Run::Given { start: samples.start, frames };
        if self.recording {
            self.runs.push(given);
            self.given += frames;
        } else {
            self.heard.push(given);
        }
        self.given_until = Some(samples.end);
        self.given_at = position;
    }

    /// So many frames are missing in the take.
    fn miss(&mut self, gap: u64) {
        let longest = LONGEST_FILLED_SECONDS * u64::from(self.source.rate());
        let silence = if self.fill_gaps && gap <= longest { gap } else { 0 };
        if self.recording {
            self.gap += gap;
            self.runs.push(Run::Silence { frames: silence });
        } else if gap > longest {
            self.heard = Runs::default();
            self.skipped.clear();
        } else {
            self.skipped.extend((silence < gap).then(|| (self.heard.frames(), gap)));
            self.heard.push(Run::Silence { frames: silence });
        }
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
        let runs = self.limit.map(|frames| self.runs.head(frames));
        compare(&self.files(), &mut self.source.again()?, &self.channels, runs.as_ref().unwrap_or(&self.runs))
    }
}

/// The first file of a take whose part of this number has this name: a pre-roll may have several before anybody asks.
fn first(part: &str, number: &str) -> PathBuf {
    let part = Path::new(part);
    let stem = part.file_stem().unwrap_or_default().to_string_lossy();
    match (stem.strip_suffix(&format!("-{number}")), part.extension()) {
        (Some(stem), Some(extension)) if number != "1" => {
            part.with_file_name(format!("{stem}.{}", extension.to_string_lossy()))
        }
        _ => part.to_owned(),
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
    fn the_first_file_should_be_known_from_a_later_one() {
        assert_eq!(first("a/take.0-2.wav", "2"), Path::new("a/take.0.wav"));
        assert_eq!(first("a/take-2.wav", "1"), Path::new("a/take-2.wav"));
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

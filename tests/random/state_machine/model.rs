//! What the spec says must come of the steps: which files there are, and what each of them holds.

use std::collections::{BTreeMap, BTreeSet};

use tdhost::scope::in_scope;

use super::steps::Name;
use crate::common::formats::file_type;

/// The parameters that decide what is recorded.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) file_type: String,
    pub(crate) codec: String,
    pub(crate) file: Name,
    pub(crate) unique: bool,
    pub(crate) number: u64,
    pub(crate) scope: &'static str,
    pub(crate) fill_gaps: bool,
    /// Seconds of a take, and of a file.
    pub(crate) limit: Option<f64>,
    pub(crate) split: Option<f64>,
    pub(crate) record: bool,
    pub(crate) pause: bool,
}

impl Default for Settings {
    /// As the plugin declares them, but for the file, which is to be in the test's folder.
    fn default() -> Self {
        Self {
            file_type: "wav".to_owned(),
            codec: "pcm24".to_owned(),
            file: Name::Suffixed("take{suffix}"),
            unique: true,
            number: 0,
            scope: "*",
            fill_gaps: true,
            limit: None,
            split: None,
            record: false,
            pause: false,
        }
    }
}

impl Settings {
    /// Whether files of the File Type can hold so many channels at this rate.
    fn allow(&self, (channels, rate): (usize, f64)) -> bool {
        file_type(&self.file_type).allows(&self.codec, channels, rate)
    }

    /// What is left of them when the host has no text for some parameters.
    pub(crate) fn seen_without(&self, null: &BTreeSet<&str>) -> Self {
        let mut seen = self.clone();
        for name in null {
            match *name {
                "Filetype" => seen.file_type = "wav".to_owned(),
                "Codec" => seen.codec = "pcm24".to_owned(),
                "Channelscope" => seen.scope = "",
                "File" => seen.file = Name::Impossible(""),
                _ => {}
            }
        }
        seen
    }
}

/// What is on the wire at a cook.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wired {
    pub(crate) channels: usize,
    pub(crate) rate: f64,
    pub(crate) samples: usize,
    /// Of the first sample, as the test numbers them.
    pub(crate) start: u64,
    pub(crate) total_cooks: i64,
}

impl Wired {
    fn is_usable(&self) -> bool {
        self.channels > 0 && self.rate.is_finite() && self.rate > 0.0
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Given { start: u64, frames: usize, selected: Vec<usize> },
    Silence(u64),
}

/// One file.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) file_type: String,
    pub(crate) codec: String,
    pub(crate) channels: usize,
    pub(crate) rate: f64,
    pub(crate) pieces: Vec<Piece>,
}

impl Piece {
    /// Its first `frames`, and the rest if there is one.
    fn split_at(self, frames: u64) -> (Self, Option<Self>) {
        match self {
            Self::Silence(all) if all > frames => (Self::Silence(frames), Some(Self::Silence(all - frames))),
            Self::Given { start, frames: all, selected } if all as u64 > frames => {
                let now = frames as usize;
                let later = Self::Given { start: start + frames, frames: all - now, selected: selected.clone() };
                (Self::Given { start, frames: now, selected }, Some(later))
            }
            all => (all, None),
        }
    }

    fn frames(&self) -> u64 {
        match self {
            Self::Given { frames, .. } => *frames as u64,
            Self::Silence(frames) => *frames,
        }
    }
}

impl Part {
    pub(crate) fn frames(&self) -> u64 {
        self.pieces.iter().map(Piece::frames).sum()
    }
}

/// A file in the folder, by its path below it.
#[derive(Clone, Debug)]
pub(crate) enum File {
    Foreign,
    Recorded(Part),
}

#[derive(Debug)]
struct Take {
    settings: Settings,
    first: String,
    number: u32,
    /// Its last file.
    current: String,
    selected: Vec<usize>,
    input: (usize, f64),
    sound: (usize, f64),
    last_cooks: Option<i64>,
    /// It waits for an input that can be recorded.
    suspended: bool,
    /// It will end in an error, or has already: nothing more is recorded.
    doomed: bool,
    /// A file of it is not where it should be: all is recorded, and an error says so.
    astray: bool,
    frames: u64,
    /// Frames until it ends by itself, and until its file does.
    left: u64,
    room: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) files: BTreeMap<String, File>,
    take: Option<Take>,
    /// A take could not begin: nothing until Record goes off.
    blocked: bool,
    /// A take was as long as it was to be: nothing until Record goes off, or New Take.
    over: bool,
    /// What the take before has seen of the source, for one that begins at this cook.
    seen: Option<i64>,
    pub(crate) takes_finished: u64,
    /// Frames of the last take, when it is one that counts.
    pub(crate) last_frames: Option<u64>,
}

/// What a cook must have led to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was recorded.
    Nothing,
    /// The slice was recorded, a gap before it perhaps.
    Recorded { frames: usize },
    /// The take waits: nothing of the input can be recorded.
    Suspended,
    /// No take could begin, and the node says so.
    Refused,
    /// An error comes, sooner or later.
    Doomed,
}

impl Model {
    /// One cook, before its gap and its losses are known. `began` tells whether a take did.
    pub(crate) fn cook(&mut self, settings: &Settings, wired: Option<Wired>) -> (Outcome, bool) {
        let seen = self.seen.take();
        if !settings.record {
            self.end();
            return (Outcome::Nothing, false);
        }
        if self.over {
            return (Outcome::Nothing, false);
        }
        if let Some(take) = self.take.as_mut().filter(|take| !settings.pause && take.refuses(wired)) {
            take.suspended = true;
            return (if take.doomed { Outcome::Doomed } else { Outcome::Suspended }, false);
        }
        let Some(wired) = wired.filter(Wired::is_usable) else { return (Outcome::Nothing, false) };
        let mut began = false;
        if self.take.is_none() && !self.blocked && wired.samples > 0 {
            began = true;
            self.last_frames = None;
            if !self.begin(settings, wired, seen) {
                self.blocked = true;
                return (Outcome::Refused, true);
            }
        }
        if self.blocked {
            return (Outcome::Refused, false);
        }
        let Some(take) = &mut self.take else { return (Outcome::Nothing, began) };
        take.suspended = false;
        let again = take.last_cooks == Some(wired.total_cooks);
        take.last_cooks = Some(wired.total_cooks);
        if take.doomed {
            return (Outcome::Doomed, began);
        }
        if settings.pause || again {
            return (Outcome::Nothing, began);
        }
        if wired.samples == 0 {
            return (Outcome::Nothing, began);
        }
        (Outcome::Recorded { frames: wired.samples }, began)
    }

    /// What was recorded at the cook: silence for a gap, then the samples, or silence for samples that were lost.
    pub(crate) fn recorded(&mut self, gap: u64, lost: bool, wired: Wired) {
        self.fill(gap);
        if self.take.as_ref().is_some_and(|take| (wired.channels, wired.rate) != take.input) {
            self.change(wired);
        }
        let Some(take) = &mut self.take else { return };
        let frames = wired.samples;
        let given = match lost {
            true => Piece::Silence(frames as u64),
            false => Piece::Given { start: wired.start, frames, selected: take.selected.clone() },
        };
        self.push(given);
    }

    /// Puts a piece into the files of the take, which may end with it.
    fn push(&mut self, piece: Piece) {
        let mut rest = Some(piece);
        while let (Some(piece), Some(take)) = (rest.take(), &mut self.take) {
            let (now, later) = piece.split_at(take.room.min(take.left));
            let frames = now.frames();
            (take.frames, take.left, take.room) = (take.frames + frames, take.left - frames, take.room - frames);
            if let Some(File::Recorded(part)) = self.files.get_mut(&take.current)
                && frames > 0
            {
                part.pieces.push(now);
            }
            if take.left == 0 {
                self.end();
                self.over = true;
            } else if later.is_some() {
                self.roll_over();
                rest = later;
            }
        }
    }

    /// Split Now.
    pub(crate) fn split(&mut self) {
        let part = self.current().and_then(|current| self.files.get(current));
        if matches!(part, Some(File::Recorded(part)) if part.frames() > 0) {
            self.roll_over();
        }
    }

    /// New Take: the next one begins as soon as there is something to record, at this cook if it can.
    pub(crate) fn new_take(&mut self) {
        self.seen = self.take.as_ref().and_then(|take| take.last_cooks);
        self.end();
    }

    /// Whether a take has ended by itself.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// So many frames are missing at the end of what is recorded until now.
    pub(crate) fn fill(&mut self, gap: u64) {
        let Some(take) = &mut self.take else { return };
        // More than ten minutes are only counted.
        if !take.settings.fill_gaps || gap as f64 / take.input.1 > 600.0 {
            return;
        }
        if gap > 0 {
            self.push(Piece::Silence(gap));
        }
    }

    /// The rate of what was recorded last, while a take runs.
    pub(crate) fn rate(&self) -> Option<f64> {
        self.take.as_ref().filter(|take| !take.doomed).map(|take| take.input.1)
    }

    /// Fill Gaps is not fixed by a running take.
    pub(crate) fn fill_gaps(&mut self, on: bool) {
        if let Some(take) = &mut self.take {
            take.settings.fill_gaps = on;
        }
    }

    /// Record went off, or the node is destroyed.
    pub(crate) fn end(&mut self) {
        self.blocked = false;
        self.over = false;
        if let Some(take) = self.take.take() {
            let good = !take.doomed && !take.astray;
            self.takes_finished += u64::from(good);
            self.last_frames = good.then_some(take.frames);
        }
    }

    /// Whether an error is due, or may be.
    pub(crate) fn may_fail(&self) -> bool {
        self.blocked || self.take.as_ref().map_or(self.last_frames.is_none(), |take| take.doomed || take.astray)
    }

    /// Whether the take waits for a file that another program has locked.
    pub(crate) fn waits_for_a_lock(&self) -> bool {
        self.take.as_ref().is_some_and(|take| matches!(take.settings.file, Name::Locked))
    }

    /// The file that is recorded to, while there is one.
    pub(crate) fn current(&self) -> Option<&str> {
        self.take.as_ref().filter(|take| !take.doomed).map(|take| take.current.as_str())
    }

    /// Somebody deletes the current file.
    pub(crate) fn delete_current(&mut self) {
        if let Some(take) = &mut self.take {
            self.files.remove(&take.current);
            take.doomed = true;
        }
    }

    /// Somebody gives the current file another name: it is recorded to all the same.
    pub(crate) fn move_current(&mut self, name: String) {
        if let Some(take) = &mut self.take
            && let Some(file) = self.files.remove(&take.current)
        {
            self.files.insert(name.clone(), file);
            take.current = name;
            take.astray = true;
        }
    }

    fn begin(&mut self, settings: &Settings, wired: Wired, last_cooks: Option<i64>) -> bool {
        let selected = select(settings.scope, wired.channels);
        let sound = (selected.len(), wired.rate);
        // Asked before a thread or a file is.
        if matches!(settings.file, Name::Impossible(text) if text.trim().is_empty())
            || selected.is_empty()
            || !settings.allow(sound)
        {
            return false;
        }
        let name = self.name(settings);
        let mut take = Take {
            settings: settings.clone(),
            first: name.clone().unwrap_or_default(),
            number: 1,
            current: name.clone().unwrap_or_default(),
            selected,
            input: (wired.channels, wired.rate),
            sound,
            last_cooks,
            suspended: false,
            doomed: true,
            astray: false,
            frames: 0,
            left: in_frames(settings.limit, wired.rate),
            room: in_frames(settings.split, wired.rate),
        };
        if let Some(name) = name {
            take.doomed = false;
            self.files.insert(name, File::Recorded(part(settings, sound)));
        }
        self.take = Some(take);
        true
    }

    /// The input has another layout.
    fn change(&mut self, wired: Wired) {
        let Some(take) = &mut self.take else { return };
        if wired.channels != take.input.0 {
            take.selected = select(take.settings.scope, wired.channels);
        }
        take.input = (wired.channels, wired.rate);
        let sound = (take.selected.len(), wired.rate);
        if take.selected.is_empty() || sound == take.sound {
            return;
        }
        if take.left != u64::MAX {
            take.left = in_frames(Some(take.left as f64 / take.sound.1), sound.1);
        }
        take.sound = sound;
        self.roll_over();
    }

    /// The take goes on in another file.
    fn roll_over(&mut self) {
        let Some(take) = &mut self.take else { return };
        take.room = in_frames(take.settings.split, take.sound.1);
        let (stem, extension) = take.first.rsplit_once('.').expect("every name has an extension");
        loop {
            take.number += 1;
            take.current = format!("{stem}-{}.{extension}", take.number);
            if !self.files.contains_key(&take.current) {
                break;
            }
        }
        self.files.insert(take.current.clone(), File::Recorded(part(&take.settings, take.sound)));
    }

    /// The name that the take gets; `None` when there is none for it.
    fn name(&self, settings: &Settings) -> Option<String> {
        let own = settings.file_type.as_str();
        match settings.file {
            Name::Impossible(_) | Name::Locked => None,
            Name::Fixed(stem, extension) => {
                let belongs = |found: &str| file_type(own).extensions.contains(&found);
                extension.is_none_or(belongs).then(|| format!("{stem}.{}", extension.unwrap_or(own)))
            }
            Name::Suffixed(text) => {
                let name = |index: u64| text.replace("{suffix}", &format!(".{index}.{own}"));
                let mut index = settings.number;
                while settings.unique && self.files.contains_key(&name(index)) {
                    index += 1;
                }
                Some(name(index))
            }
        }
    }
}

impl Take {
    /// Whether nothing of an input can be recorded.
    fn refuses(&self, wired: Option<Wired>) -> bool {
        let Some(wired) = wired.filter(Wired::is_usable) else { return true };
        let input = (wired.channels, wired.rate);
        // A source that is being rebuilt: the layout that brings samples counts.
        if input == self.input || !(wired.samples > 0 || self.suspended) {
            return false;
        }
        let selected = select(self.settings.scope, wired.channels);
        selected.is_empty() || !self.settings.allow((selected.len(), wired.rate))
    }
}

/// So many seconds, a frame at least; the greatest number for no limit.
fn in_frames(seconds: Option<f64>, rate: f64) -> u64 {
    seconds.map_or(u64::MAX, |seconds| ((seconds * rate).round() as u64).max(1))
}

fn part(settings: &Settings, (channels, rate): (usize, f64)) -> Part {
    let Settings { file_type, codec, .. } = settings.clone();
    Part { file_type, codec, channels, rate, pieces: Vec::new() }
}

fn select(scope: &str, channels: usize) -> Vec<usize> {
    let names: Vec<String> = (1..=channels).map(|number| format!("chan{number}")).collect();
    in_scope(scope, &names)
}

//! Does the steps to a node of the built plugin, and holds what comes of them against the model.

#[path = "gaps.rs"]
mod gaps;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tdhost::{Cooked, Input, Node, NodeOptions, Timeline};
use tempfile::TempDir;

use super::files::{check, list};
use super::model::{File, Model, Outcome, Settings, Wired};
use super::steps::{Cook, Name, Step, Table};
use crate::common::{PATIENCE, plugin};

const FPS: f64 = 60.0;
const FOREIGN: &str = "not ours";
/// Where files are moved to, from the folder that is recorded to.
const ELSEWHERE: &str = "../moved-";
/// Samples that come outside of the timeline are numbered from here.
const APART: u64 = 1 << 40;

/// A node, its folder, and the model that is told the same.
pub(crate) struct Stage {
    node: Node,
    model: Model,
    settings: Settings,
    input: Input,
    wired: bool,
    null: BTreeSet<&'static str>,
    timeline: Timeline,
    next: u64,
    start: u64,
    plain: bool,
    /// Index after the last sample that was recorded, if what comes follows it, and frames of the timeline since then.
    follows: Option<(Option<u64>, f64)>,
    /// The take has waited since then.
    suspended: bool,
    /// Layout of the input then.
    layout: (usize, f64),
    gap: u64,
    lost: u64,
    /// A button that was pressed since the last cook.
    pressed: Option<&'static str>,
    /// Files that were moved away.
    moved: usize,
    dir: TempDir,
    /// Files that somebody else holds.
    _held: Vec<fs::File>,
}

impl Stage {
    /// A fresh node in a folder that is not empty.
    pub(crate) fn new(plain: bool) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut model = Model::default();
        let mut held = Vec::new();
        let folder = dir.path().join("files");
        fs::create_dir_all(folder.join("folder.wav")).expect("it can be made");
        for name in ["plain", "take.1.wav", "locked.wav", "locked.aiff", "locked.mp3", "locked.ogg", "locked.flac"] {
            fs::write(folder.join(name), FOREIGN).expect("it can be written");
            model.files.insert(name.to_owned(), File::Foreign);
            if name.starts_with("locked") {
                // For writing, which is what keeps another writer out on Windows.
                let file = fs::OpenOptions::new().read(true).write(true).open(folder.join(name)).expect("it is there");
                file.lock().expect("nobody else holds it");
                held.push(file);
            }
        }
        let mut stage = Self {
            node: node(false),
            model,
            settings: Settings::default(),
            input: Input::new(2, 48000.0),
            wired: true,
            null: BTreeSet::new(),
            timeline: Timeline::new(FPS),
            next: APART,
            start: 0,
            plain,
            follows: None,
            suspended: false,
            layout: (0, 0.0),
            gap: 0,
            lost: 0,
            pressed: None,
            moved: 0,
            dir,
            _held: held,
        };
        stage.set_file(Name::Suffixed("take{suffix}"));
        stage.node.set("Maxbuffer", 1.0);
        stage
    }

    /// One step.
    ///
    /// # Errors
    /// Where the node does not do what the model says.
    pub(crate) fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Cook(cook) => return self.cook(*cook),
            Step::Record(on) => {
                if !on {
                    // A file that another program holds is waited for as long as this.
                    self.node.set("Maxbuffer", 1.0);
                }
                self.settings.record = *on;
                self.node.set("Record", *on);
            }
            Step::Pause(on) => {
                self.settings.pause = *on;
                self.node.set("Pause", *on);
            }
            Step::Layout { channels, rate } => {
                let cooks = self.input.total_cooks;
                self.input = Input { total_cooks: cooks, ..Input::new(*channels, *rate) };
            }
            Step::Wire(on) => self.wired = *on,
            Step::FileType(index) => self.menu("Filetype", *index, |settings, item| settings.file_type = item),
            Step::Codec(index) => self.menu("Codec", *index, |settings, item| settings.codec = item),
            Step::File(name) => self.set_file(*name),
            Step::Unique(on) => {
                self.settings.unique = *on;
                self.node.set("Uniquesuff", *on);
            }
            Step::Number(number) => {
                self.settings.number = number.round().max(0.0) as u64;
                self.node.set("N", *number);
            }
            Step::Scope(scope) => {
                self.settings.scope = scope;
                self.node.set("Channelscope", *scope);
            }
            Step::FillGaps(on) => {
                self.settings.fill_gaps = *on;
                self.model.fill_gaps(*on);
                self.node.set("Fillgaps", *on);
            }
            Step::Limit(seconds) => {
                self.settings.limit = (*seconds > 0.0).then_some(*seconds);
                self.node.set("Limitlength", *seconds > 0.0);
                self.node.set("Length", *seconds);
            }
            Step::Split(kind) => {
                // 0.6 s, once a day and 100 MB: the last two come in no sequence, or at midnight.
                let every = if *kind == "time" { 0.01 } else { 1440.0 };
                self.settings.split = (*kind == "time").then_some(every * 60.0);
                self.node.set("Split", *kind);
                self.node.set("Splitevery", every);
            }
            Step::Press(button) => return self.press(button),
            Step::Harmless(name, value) => self.node.set(name, *value),
            Step::Table(table) => self.set_table(*table),
            Step::Null(name, null) => {
                if *null {
                    self.null.insert(name)
                } else {
                    self.null.remove(name)
                };
                self.node.set_null(name, *null);
            }
            Step::Settle => self.settle()?,
            Step::Remove { moved } => return self.remove(*moved),
            Step::Recreate { slow } => {
                self.node = node(*slow);
                self.model.end();
                self.model.takes_finished = 0;
                self.model.last_frames = None;
                self.settings = Settings::default();
                self.null.clear();
                self.set_file(Name::Suffixed("take{suffix}"));
                self.node.set("Maxbuffer", 1.0);
                self.rest();
            }
        }
        Ok(())
    }

    /// Presses a button.
    fn press(&mut self, button: &'static str) -> Result<(), String> {
        // What of a suspension is the former take's, no number tells.
        if self.suspended || (button == "Newtake" && self.model.may_fail()) {
            return Ok(());
        }
        if self.model.is_over() {
            // Until the node knows as well, it would take what comes for more of that take.
            let finished = self.model.takes_finished.to_string();
            self.wait("the take is finished", |node| {
                let rows = node.info_dat();
                rows.iter().any(|(key, value)| key == "takes_finished" && *value == finished || value == "failed")
            })?;
        }
        self.pressed = Some(button);
        self.node.pulse(button);
        Ok(())
    }

    fn cook(&mut self, cook: Cook) -> Result<(), String> {
        let mut time = self.timeline.advance(cook.frames.clamp(0.0, 100_000.0) as u32);
        (time.delta_frames, time.delta_ms) = (cook.frames, cook.frames * 1000.0 / FPS);
        if cook.fresh {
            self.fill(cook);
        }
        self.node.set_input(self.wired.then(|| self.input.clone()));
        let cooked = self.node.cook(&time);
        let wired = self.wired.then(|| Wired {
            channels: self.input.channels.len(),
            rate: self.input.rate,
            samples: self.input.num_samples(),
            start: self.start,
            total_cooks: self.input.total_cooks,
        });
        let before = self.follows;
        self.settle_suspension(&cooked)?;
        let mut is_next = false;
        match self.pressed.take().filter(|_| self.settings.record) {
            Some("Splitnow") => self.model.split(),
            Some(_) => {
                is_next = self.model.current().is_some();
                self.model.new_take();
            }
            None => {}
        }
        let (outcome, began) = self.model.cook(&self.settings.seen_without(&self.null), wired);
        if began {
            (self.gap, self.lost) = (0, 0);
            if !is_next {
                self.rest();
            }
        }
        self.judge(&outcome, wired, cook, &cooked).map_err(|reason| {
            let state = cooked.dat("state").unwrap_or_default();
            format!("{reason}; the node is {state}, before it was {before:?}, error: {:?}", cooked.error)
        })
    }

    fn judge(&mut self, outcome: &Outcome, wired: Option<Wired>, cook: Cook, cooked: &Cooked) -> Result<(), String> {
        if cooked.error.contains("mistake of its own") {
            return Err("the plugin panicked".to_owned());
        }
        let failed = cooked.dat("state") == Some("failed");
        if failed && !self.model.may_fail() {
            return Err("there is no reason to fail".to_owned());
        }
        let believable = cook.frames.is_finite() && cook.frames > 0.0;
        if let Some((_, elapsed)) = &mut self.follows
            && believable
        {
            *elapsed += cook.frames;
        }
        let frames = match (outcome, wired) {
            (Outcome::Refused, _) if !failed || cooked.error.is_empty() => {
                return Err("no take can begin, and no error says so".to_owned());
            }
            (Outcome::Recorded { frames }, Some(_)) => *frames,
            (Outcome::Suspended, _) => {
                if !["suspended", "opening", "failed"].contains(&cooked.dat("state").unwrap_or_default()) {
                    return Err("the take does not wait".to_owned());
                }
                self.suspended = true;
                if self.follows.is_none() {
                    self.follows = Some((None, if believable { cook.frames } else { 0.0 }));
                }
                return Ok(());
            }
            (Outcome::Nothing, Some(wired)) if self.is_resting(wired) => return Ok(()),
            _ => {
                self.rest();
                return Ok(());
            }
        };
        let Some(wired) = wired else { return Ok(()) };
        if (wired.channels, wired.rate) != self.layout && !self.suspended {
            self.rest();
        }
        let number = |key| cooked.dat(key).and_then(|text| text.parse::<u64>().ok());
        let gap = number("gap_samples").ok_or("no gap_samples")? - self.gap;
        // The error of a take counts what is not written yet, too.
        let lost = number("lost_samples").ok_or("no lost_samples")? - self.lost;
        self.is_right_gap(gap, wired)?;
        self.suspended = false;
        if lost != 0 && lost != frames as u64 {
            return Err(format!("{lost} of {frames} frames of one cook were lost"));
        }
        (self.gap, self.lost) = (self.gap + gap, self.lost + lost);
        self.model.recorded(gap, lost > 0, wired);
        self.follows = Some((Some(wired.start + frames as u64), 0.0));
        self.layout = (wired.channels, wired.rate);
        Ok(())
    }

    fn rest(&mut self) {
        self.follows = None;
        self.suspended = false;
    }

    fn menu(&mut self, name: &str, index: usize, note: impl Fn(&mut Settings, String)) {
        let items = &self.node.par(name).expect("it is declared").menu;
        let item = items[index % items.len()].0.clone();
        self.node.set(name, item.as_str());
        note(&mut self.settings, item);
        // A locked file is one of the type's own.
        self.set_file(self.settings.file);
    }

    fn set_file(&mut self, name: Name) {
        self.settings.file = name;
        let folder = self.folder();
        let under = |text: &str| format!("{}/{text}", folder.display());
        let text = match name {
            Name::Suffixed(text) => under(text),
            Name::Fixed(stem, None) => under(stem),
            Name::Fixed(stem, Some(extension)) => under(&format!("{stem}.{extension}")),
            Name::Locked => under("locked"),
            Name::Impossible(text) if text.trim().is_empty() => text.to_owned(),
            // With its extension it is the name of a folder, for one file type at least.
            Name::Impossible("folder") => under("folder.wav/"),
            Name::Impossible(text) => under(text),
        };
        self.node.set("File", text);
    }

    fn set_table(&mut self, table: Table) {
        match table {
            Table::None => self.node.clear_table("Headerdat"),
            Table::Text => self.node.set_text_dat("Headerdat", "title\tno table"),
            Table::OneColumn => self.node.set_table("Headerdat", &[vec!["title".to_owned()]]),
            Table::Rows(rows) => {
                let row = |row| vec![format!("key {row}"), format!("value ♫ {row}"), "more".to_owned()];
                self.node.set_table("Headerdat", &(0..rows).map(row).collect::<Vec<_>>());
            }
        }
    }

    /// Takes the current file away, once it is there.
    fn remove(&mut self, moved: bool) -> Result<(), String> {
        let Some(name) = self.model.current().map(str::to_owned) else { return Ok(()) };
        if !cfg!(unix) || name.starts_with(ELSEWHERE) {
            return Ok(());
        }
        let path = self.folder().join(&name);
        let shown = path.display().to_string();
        self.wait("the file is open", |node| {
            let rows = node.info_dat();
            let is =
                |key, wanted: &[&str]| rows.iter().any(|(name, value)| name == key && wanted.contains(&value.as_str()));
            is("file", &[&shown]) && is("state", &["recording", "paused", "suspended", "failed"])
        })?;
        if moved {
            self.moved += 1;
            let extension = name.rsplit('.').next().unwrap_or_default();
            let name = format!("{ELSEWHERE}{}.{extension}", self.moved);
            fs::rename(&path, self.folder().join(&name))
                .map_err(|error| format!("{shown} cannot be moved: {error}"))?;
            self.model.move_current(name);
        } else {
            // The take would go on in another file once it is noticed, at no certain frame: it ends before that.
            self.wait("all is written", |node| node.info("buffer_seconds") == 0.0)?;
            fs::remove_file(&path).map_err(|error| format!("{shown} cannot be deleted: {error}"))?;
            self.model.delete_current();
            self.step(&Step::Record(false))?;
            self.cook(Cook { frames: 1.0, samples: None, fresh: true, astray: 0.0 })?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), String> {
        let waits = self.model.waits_for_a_lock();
        self.wait("nothing is opened or finished", |node| {
            let rows = node.info_dat();
            let (_, state) = &rows[0];
            state != "finishing" && (waits || state != "opening")
        })
    }

    fn wait(&mut self, what: &str, mut done: impl FnMut(&mut Node) -> bool) -> Result<(), String> {
        let began = Instant::now();
        while !done(&mut self.node) {
            if began.elapsed() > PATIENCE {
                return Err(format!("waited in vain until {what}: {:?}", self.node.info_dat()));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Ends the last take, and compares all files and numbers.
    pub(crate) fn close(mut self) -> Result<(), String> {
        self.step(&Step::Record(false))?;
        self.cook(Cook { frames: 1.0, samples: None, fresh: true, astray: 0.0 })?;
        self.settle()?;
        let rows = self.node.info_dat();
        let number = |key: &str| rows.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.parse().ok());
        let counted = self.model.takes_finished;
        if number("takes_finished") != Some(counted) {
            return Err(format!(
                "{counted} takes are finished, the node says {:?}: {rows:?}",
                number("takes_finished")
            ));
        }
        if let Some(frames) = self.model.last_frames
            && number("total_samples_written") != Some(frames)
        {
            return Err(format!("the last take has {frames} frames: {rows:?}"));
        }
        let faults = self.node.host_faults();
        if !faults.is_empty() {
            return Err(format!("the plugin broke rules: {faults:?}"));
        }
        let mut found = Vec::new();
        list(&self.folder(), "", &mut found);
        let named = self.model.files.keys().map(String::as_str).filter(|name| !name.starts_with(ELSEWHERE));
        let named: BTreeSet<&str> = named.collect();
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        if named != found {
            return Err(format!("the files {found:?} are there, and {named:?} should be"));
        }
        for (name, file) in &self.model.files {
            let path = self.folder().join(name);
            match file {
                File::Foreign if fs::read_to_string(&path).ok().as_deref() == Some(FOREIGN) => {}
                File::Foreign => return Err(format!("{name} is no longer what it was")),
                File::Recorded(part) => check(&path, part)?,
            }
        }
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("files")
    }
}

fn node(slow: bool) -> Node {
    // The writer thread sleeps so long before each batch that memory may fill up.
    let fault = if slow { "?delay=writer:50000" } else { "" };
    Node::create(&plugin(), &NodeOptions { op_path: format!("/project1/audiofileoutplus1{fault}") })
}

//! One node and its random life: takes, pauses, other inputs, faults, its end and its rebirth.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::ledger::{Layout, Ledger, Slice};
use super::plan::{Fault, Plan, draw_layout};
use super::take::{Take, allow, prepare, strike};
use super::verdict::Ended;
use crate::random::Random;
use crate::source::Source;
use crate::{Cooked, Input, Node, NodeOptions, Plugin, Time, Timeline};

/// How long a take may need to be finished: an `fsync` on a busy disk is slow.
const PATIENCE: Duration = Duration::from_secs(60);
/// Rewiring, resting and their like keep this many cooks apart, so that it is clear what each leads to.
const CALM: u64 = 5;
/// And a fault this many, so that the file that it strikes is the one that is written.
const SETTLED: u64 = 60;

/// Where the takes of all nodes go.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) folder: PathBuf,
    pub(super) small_disk: Option<PathBuf>,
}

pub(super) struct Performer {
    plugin: Plugin,
    index: usize,
    random: Random,
    places: Places,
    node: Node,
    /// Taken off the node while nothing is wired.
    unwired: Option<Input>,
    layout: Layout,
    act: Act,
    /// When the act ends, in cooks of this node.
    until: u64,
    cooks: u64,
    take: Option<Take>,
    /// Takes that went off and were followed at once by the next.
    former: Vec<Ended>,
    finished_before: u64,
    takes: usize,
    fill_gaps: bool,
    paused: bool,
    rests_until: u64,
    rewired_at: u64,
    /// First sample of the slices that the source has kept back.
    held: Option<u64>,
    calm_since: u64,
    ended: Vec<Ended>,
    host_faults: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Rest,
    Record,
    /// Record is off for one cook.
    Blink,
    Finish(Instant),
    Over,
}

impl Performer {
    pub(super) fn new(plugin: &Plugin, index: usize, mut random: Random, places: Places) -> Self {
        let layout = Layout { channels: 2, rate: 48000 };
        let mut node = create(plugin, index, &mut random);
        node.set_input(Some(input(layout)));
        let until = random.between(0, 60);
        Self {
            plugin: plugin.clone(),
            index,
            random,
            places,
            node,
            unwired: None,
            layout,
            act: Act::Rest,
            until,
            cooks: 0,
            take: None,
            former: Vec::new(),
            finished_before: 0,
            takes: 0,
            fill_gaps: true,
            paused: false,
            rests_until: 0,
            rewired_at: 0,
            held: None,
            calm_since: 0,
            ended: Vec::new(),
            host_faults: Vec::new(),
        }
    }

    /// One cook of the node, with all that happens around it.
    pub(super) fn cook(&mut self, time: &Time, timeline: &Timeline, fps: f64) -> Result<(), String> {
        self.cooks += 1;
        self.decide(fps as u64)?;
        let samples = self.feed(timeline)?;
        self.node.prepare(time);
        self.node.execute();
        let cooked = self.node.after_cook();
        self.account(&cooked, time, samples, fps);
        self.see_the_end(&cooked)
    }

    /// No further take is to begin.
    pub(super) fn stop(&mut self) {
        match self.act {
            Act::Record if self.unwired.is_some() => self.until = self.cooks,
            Act::Record => self.record_off(),
            Act::Rest | Act::Over => self.act = Act::Over,
            Act::Blink | Act::Finish(_) => {}
        }
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.act, Act::Over)
    }

    pub(super) fn is_recording(&self) -> bool {
        self.take.is_some()
    }

    /// The takes that ended since it was asked last.
    pub(super) fn ended(&mut self) -> Vec<Ended> {
        std::mem::take(&mut self.ended)
    }

    /// What the host noticed the plugin do wrong, in all lives of the node.
    pub(super) fn host_faults(&self) -> Vec<String> {
        self.host_faults.iter().cloned().chain(self.node.host_faults()).collect()
    }

    fn decide(&mut self, fps: u64) -> Result<(), String> {
        match self.act {
            Act::Rest if self.cooks >= self.until => {
                if self.random.one_in(8) {
                    self.recreate();
                }
                self.begin(fps)
            }
            Act::Blink => self.begin(fps),
            // Not while it waits for its input: the time of that is known when it is over.
            Act::Record if self.cooks >= self.until && self.held.is_none() && self.unwired.is_none() => {
                self.end_take();
                Ok(())
            }
            Act::Record => self.disturb(),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, fps: u64) -> Result<(), String> {
        let file_types: Vec<String> = self
            .node
            .par("Filetype")
            .map(|par| par.menu.iter().map(|(name, _)| name.clone()).collect())
            .unwrap_or_default();
        if file_types.is_empty() {
            return Err("the plugin has no File Type to choose from".to_owned());
        }
        let plan = Plan::draw(&mut self.random, &file_types, fps, self.places.small_disk.is_some())?;
        self.takes += 1;
        let place = match (&self.places.small_disk, plan.fault) {
            (Some(small), Some((Fault::SmallDisk, _))) => small,
            _ => &self.places.folder,
        };
        let folder = place.join(format!("node{:02}-take{:04}", self.index + 1, self.takes));
        plan.apply(&mut self.random, &mut self.node)?;
        let suffixed = self.random.one_in(2);
        let (file, locked) = prepare(&plan, &folder, suffixed).map_err(|error| error.to_string())?;
        self.node.try_set("Uniquesuff", suffixed)?;
        self.node.try_set("File", &file)?;
        self.wire(plan.layout);
        let paused = self.random.one_in(12);
        self.set_paused(paused)?;
        self.node.try_set("Record", true)?;
        let ledger = Ledger::new(plan.scope, (self.takes * 256 + self.index) * 64);
        self.until = self.cooks + plan.length;
        self.calm_since = self.cooks;
        self.take = Some(Take::new(plan, folder, ledger, self.cooks, locked));
        self.act = Act::Record;
        Ok(())
    }

    /// What may happen in the middle of a take, each seldom.
    fn disturb(&mut self) -> Result<(), String> {
        let Some(take) = &mut self.take else { return Ok(()) };
        if let Some((fault, at)) = take.plan.fault
            && take.hit.is_none()
            && self.cooks >= take.began + at
            && self.cooks >= self.calm_since + SETTLED
            && strike(fault, &take.folder, &mut self.random)
        {
            take.hit = Some(fault);
            take.allowed_at = self.cooks + self.random.between(1, 150);
        }
        if take.hit == Some(Fault::Refused) && self.cooks >= take.allowed_at {
            allow(&take.folder);
        }
        if self.held.is_some() || self.cooks < self.calm_since + CALM {
            return Ok(());
        }
        if self.unwired.is_some() {
            if self.cooks >= self.rewired_at {
                self.node.set_input(self.unwired.take());
                self.calm_since = self.cooks;
            }
            return Ok(());
        }
        match self.random.between(0, 2000) {
            0..=5 => self.set_paused(!self.paused)?,
            6..=9 if self.paused => self.set_paused(false)?,
            10..=13 if !self.paused => self.rests_until = self.cooks + self.random.between(1, 25),
            14..=17 if take.plan.split == "now" => self.node.pulse("Splitnow"),
            14..=15 if take.plan.split == "off" => {
                let mut layout = draw_layout(&mut self.random, &take.plan.file_type)?;
                if take.plan.file_type == "mp3" {
                    // More would suspend the take, whose time the ledger does not know.
                    layout.channels = 2;
                }
                self.wire(layout);
            }
            16..=17 => {
                self.rewired_at = self.cooks + self.random.between(1, 30);
                self.unwired = self.node.input_mut().map(std::mem::take);
                self.node.set_input(None);
            }
            18..=19 => {
                self.fill_gaps = !self.fill_gaps;
                self.node.try_set("Fillgaps", self.fill_gaps)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Record off, the node destroyed, or Record off and on again at the next cook.
    fn end_take(&mut self) {
        let fault = self.take.as_ref().is_some_and(|take| take.plan.fault.is_some() || !take.error.is_empty());
        let wired = self.unwired.is_none();
        match self.random.between(0, 9) {
            0 if !fault && self.former.is_empty() => {
                self.recreate();
                if let Some(mut ended) = self.take.take().map(|take| take.over(self.takes)) {
                    // Nobody can be asked any more: all of it must be there.
                    ended.finished = !ended.ledger.segments.is_empty();
                    self.ended.push(ended);
                }
                self.act = Act::Rest;
                self.until = self.cooks + 1;
            }
            1 | 2 if !fault && wired => {
                self.record_off();
                self.act = Act::Blink;
            }
            _ => self.record_off(),
        }
    }

    fn record_off(&mut self) {
        self.node.set("Record", false);
        if let Some(ended) = self.take.take().map(|take| take.over(self.takes)) {
            self.former.push(ended);
        }
        self.act = Act::Finish(Instant::now());
    }

    /// A new node in place of this one.
    fn recreate(&mut self) {
        let wired = self.unwired.take().or_else(|| self.node.input_mut().map(std::mem::take));
        self.host_faults.extend(self.node.host_faults());
        // The former one goes here, and finishes its take before it does.
        self.node = create(&self.plugin, self.index, &mut self.random);
        self.node.set_input(wired);
        (self.fill_gaps, self.paused, self.held, self.rests_until) = (true, false, None, 0);
        self.finished_before = 0;
    }

    fn set_paused(&mut self, paused: bool) -> Result<(), String> {
        self.paused = paused;
        self.calm_since = self.cooks;
        self.node.try_set("Pause", paused)
    }

    /// Another layout on the same wire.
    fn wire(&mut self, layout: Layout) {
        if let Some(input) = self.unwired.take() {
            self.node.set_input(Some(input));
        }
        if let Some(wired) = self.node.input_mut() {
            let cooks = wired.total_cooks;
            *wired = Input { total_cooks: cooks, ..input(layout) };
        }
        self.layout = layout;
        self.held = None;
        self.rests_until = 0;
        self.calm_since = self.cooks;
    }

    /// Gives the input its samples of this cook; `None` when nothing is wired, an empty range when the source rests.
    fn feed(&mut self, timeline: &Timeline) -> Result<Option<Fed>, String> {
        let Some(input) = self.node.input_mut() else { return Ok(None) };
        let slice = timeline.slice(self.layout.rate.into());
        if self.cooks < self.rests_until {
            input.channels.iter_mut().for_each(Vec::clear);
            self.held.get_or_insert(slice.start);
            return Ok(Some(Fed { samples: 0..0, again: true }));
        }
        let start = match self.held.take() {
            Some(held) if self.random.one_in(2) => held,
            _ => slice.start,
        };
        let ledger = self.take.as_ref().map(|take| &take.ledger);
        let signal =
            ledger.map_or_else(|| Ledger::new("*", 0).signal(self.layout), |ledger| ledger.signal(self.layout));
        Source::Signal(signal).read(start, (slice.end - start) as usize, &mut input.channels)?;
        input.cooked(start as f64);
        Ok(Some(Fed { samples: start..slice.end, again: false }))
    }

    /// Notes what the take should hold after this cook.
    fn account(&mut self, cooked: &Cooked, time: &Time, fed: Option<Fed>, fps: f64) {
        let Some(take) = &mut self.take else { return };
        if !take.error.is_empty() {
            // While Record stays on, what arrives is in no file and has to be announced as lost.
            if let Some(fed) = fed.filter(|fed| !fed.again && !self.paused) {
                take.ledger.given += fed.samples.end - fed.samples.start;
            }
            return;
        }
        if !cooked.error.is_empty() {
            take.noted.clone_from(&cooked.error);
        }
        let first = take.ledger.segments.is_empty();
        let frames = match fed {
            None => {
                if self.paused {
                    take.ledger.rest();
                } else {
                    take.ledger.wait(time.delta_frames as u32);
                }
                0
            }
            Some(fed) => take.ledger.cook(&Slice {
                layout: self.layout,
                samples: fed.samples,
                frames: time.delta_frames as u32,
                fps,
                fill_gaps: self.fill_gaps,
                paused: self.paused,
                again: fed.again,
            }),
        };
        let number = |key| cooked.dat(key).and_then(|text| text.parse().ok()).unwrap_or(0);
        if cooked.dat("state") == Some("failed") {
            take.error.clone_from(&cooked.error);
            take.refused = first;
            take.unsure = frames;
        } else if !take.ledger.segments.is_empty() {
            (take.gap, take.lost) = (number("gap_samples"), number("lost_samples"));
        }
    }

    /// Hands over the takes that went off once the node is done with them.
    fn see_the_end(&mut self, cooked: &Cooked) -> Result<(), String> {
        let Act::Finish(since) = self.act else { return Ok(()) };
        let state = cooked.dat("state").unwrap_or_default();
        let number = |key| cooked.dat(key).and_then(|text| text.parse::<u64>().ok());
        if !matches!(state, "idle" | "failed") {
            if since.elapsed() > PATIENCE {
                return Err(format!("node {}: a take is not finished after a minute: {state}", self.index + 1));
            }
            return Ok(());
        }
        let finished = number("takes_finished").ok_or("the node does not report takes_finished")?;
        let mut new = finished - self.finished_before;
        self.finished_before = finished;
        let last = self.former.len().saturating_sub(1);
        for (place, mut ended) in std::mem::take(&mut self.former).into_iter().enumerate() {
            let began = !ended.ledger.segments.is_empty();
            // Only the last one of several may fail: those before it had no fault.
            ended.finished = began && new > 0 && ended.error.is_empty();
            new -= u64::from(ended.finished);
            if place == last && began && !ended.refused {
                if ended.error.is_empty() {
                    ended.error.clone_from(&cooked.error);
                }
                ended.written_reported = number("total_samples_written");
                ended.lost_at_the_end = number("lost_samples");
            }
            self.ended.push(ended);
        }
        if new > 0 {
            return Err(format!("node {}: takes_finished counts {new} takes too many", self.index + 1));
        }
        self.act = Act::Rest;
        self.until = self.cooks + self.random.between(1, 40);
        Ok(())
    }
}

/// What the input was given at a cook.
struct Fed {
    samples: std::ops::Range<u64>,
    again: bool,
}

fn create(plugin: &Plugin, index: usize, random: &mut Random) -> Node {
    // Understood only by a plugin that is built for tests: its disk is slow.
    let fault = if random.one_in(6) { "?delay=writer:150000" } else { "" };
    let op_path = format!("/project1/audiofileoutplus{}{fault}", index + 1);
    Node::create(plugin, &NodeOptions { op_path })
}

fn input(layout: Layout) -> Input {
    Input::new(layout.channels, layout.rate.into())
}

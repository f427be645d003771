//! A node on a timeline, and the things that are done to it.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use super::journal::Journal;
use super::outcome::Verdict;
use crate::faults::{Fault, FaultKind};
use crate::{Cooked, Generation, Input, Node, ParKind, Plugin, Time, Timeline, Value};

/// Of everything that is wired by default.
pub(super) const RATE: f64 = 48_000.0;
pub(super) const FPS: f64 = 60.0;
/// More switches than these are not tried one by one.
const MOST_SWITCHES: usize = 12;

/// What a case has to work with.
pub(super) struct Context<'a> {
    pub(super) path: &'a Path,
    pub(super) generation: Generation,
    pub(super) journal: &'a Journal,
}

impl Context<'_> {
    pub(super) fn step(&self, what: impl AsRef<str>) {
        self.journal.step(what.as_ref());
    }

    /// The plugin as TouchDesigner takes it; a case that needs it has nothing to say of one that is refused.
    pub(super) fn load(&self) -> Result<Plugin, Verdict> {
        self.step("loading the library");
        Plugin::load(self.path, self.generation)
            .map_err(|reason| Verdict::skipped(format!("the plugin is refused: {reason}")))
    }

    /// As [`Context::load`], and never unloaded: what unloading does is the business of other cases.
    pub(super) fn plugin(&self) -> Result<Plugin, Verdict> {
        let plugin = self.load()?;
        std::mem::forget(plugin.clone());
        Ok(plugin)
    }
}

/// A node that is cooked.
pub(super) struct Scene<'a> {
    context: &'a Context<'a>,
    pub(super) node: Node,
    timeline: Timeline,
    switches: Vec<(String, bool)>,
    takes_input: bool,
}

impl<'a> Scene<'a> {
    /// A node with two channels wired to it, when it takes an input.
    pub(super) fn new(context: &'a Context<'a>, plugin: &Plugin) -> Result<Self, Verdict> {
        context.step("making an instance");
        let node = Node::try_create(plugin, &[]).map_err(Verdict::failed)?;
        Ok(Self::of(context, plugin, node))
    }

    pub(super) fn of(context: &'a Context<'a>, plugin: &Plugin, node: Node) -> Self {
        let switches = node
            .pars()
            .iter()
            .filter(|par| par.kind == ParKind::Toggle && par.result == 0)
            .map(|par| (par.name.clone(), par.default != Value::from(false)))
            .collect();
        let takes_input = plugin.info().max_inputs > 0;
        let mut scene = Self { context, node, timeline: Timeline::new(FPS), switches, takes_input };
        scene.wire(2, RATE);
        scene
    }

    pub(super) fn step(&self, what: impl AsRef<str>) {
        self.context.step(what);
    }

    pub(super) fn wire(&mut self, channels: usize, rate: f64) {
        self.node.set_input(self.takes_input.then(|| Input::new(channels, rate)));
    }

    /// Slices of up to so many seconds arrive whole.
    pub(super) fn set_max_slice(&mut self, seconds: f64) {
        self.timeline = Timeline::new(FPS).with_max_slice(seconds);
        self.node.set_max_slice(seconds);
    }

    /// Moves on by `frames` and puts the time's own slice of samples on the input.
    pub(super) fn time(&mut self, frames: u32) -> Time {
        let time = self.timeline.advance(frames);
        let rate = self.node.input_mut().map_or(RATE, |input| input.rate);
        let slice = self.timeline.slice(rate);
        self.fill((slice.end - slice.start) as usize, slice.start as f64);
        time
    }

    /// Puts fresh samples on the input.
    pub(super) fn fill(&mut self, samples: usize, start: f64) {
        let Some(input) = self.node.input_mut() else {
            return;
        };
        for (number, channel) in input.channels.iter_mut().enumerate() {
            channel.clear();
            channel.extend((0..samples).map(|index| ((index + 7 * number) % 200) as f32 / 100.0 - 1.0));
        }
        input.cooked(start);
    }

    pub(super) fn cook(&mut self, frames: u32) -> Cooked {
        let time = self.time(frames);
        self.node.cook(&time)
    }

    pub(super) fn cooks(&mut self, count: usize) {
        for _ in 0..count {
            self.cook(1);
        }
    }

    /// Sets every switch, a cook after each.
    pub(super) fn all_switches(&mut self, on: bool) {
        for (name, _) in self.switches.clone() {
            self.node.set(&name, on);
            self.cook(1);
        }
    }

    /// Sets every switch as the plugin declared it.
    pub(super) fn default_switches(&mut self) {
        for (name, default) in self.switches.clone() {
            self.node.set(&name, default);
        }
        self.cook(1);
    }

    /// The time of a cook's `execute`.
    pub(super) fn cost(&mut self) -> Duration {
        let time = self.time(1);
        self.node.prepare(&time);
        let began = Instant::now();
        self.node.execute();
        let cost = began.elapsed();
        self.node.after_cook();
        cost
    }

    /// Does something with all switches as declared, with each of them turned over, and with all of them on. `body`
    /// is also told which.
    pub(super) fn with_each_switch(&mut self, what: &str, mut body: impl FnMut(&mut Self, &str)) {
        let mut play = |scene: &mut Self, state: &str| {
            scene.step(format!("{what}, {state}"));
            body(scene, state);
            scene.wire(2, RATE);
        };
        play(self, "switches as declared");
        for (name, default) in self.switches.clone().into_iter().take(MOST_SWITCHES) {
            self.node.set(&name, !default);
            play(self, &format!("{name} {}", if default { "off" } else { "on" }));
            self.node.set(&name, default);
            self.cook(1);
        }
        self.all_switches(true);
        play(self, "all switches on");
        self.default_switches();
    }

    /// Ordinary cooks.
    pub(super) fn plain(&mut self) {
        self.with_each_switch("plain cooks", |scene, _| scene.cooks(5));
    }

    /// Every parameter is moved, every button pressed, every question asked.
    pub(super) fn tour(&mut self) {
        let pars: Vec<_> = self.node.pars().iter().filter(|par| par.result == 0).cloned().collect();
        for par in &pars {
            self.step(format!("trying parameter {}", par.name));
            match par.kind {
                ParKind::Menu => {
                    for (item, _) in &par.menu {
                        self.node.set(&par.name, item.as_str());
                        self.cook(1);
                    }
                    // A default that is no item has been noted and is no value.
                    let _ = self.node.try_set(&par.name, par.default.clone());
                }
                ParKind::Pulse | ParKind::Momentary => self.node.pulse(&par.name),
                ParKind::DynamicMenu | ParKind::DynamicStringMenu => {
                    self.node.dynamic_menu(&par.name);
                }
                ParKind::Dat => {
                    self.node.set_table(&par.name, &[vec!["key".into(), "value".into()], vec!["title".into()]]);
                    self.cook(1);
                    self.node.set_text_dat(&par.name, "text");
                    self.cook(1);
                    self.node.clear_table(&par.name);
                }
                ParKind::Str => {
                    for text in ["", "a b*"] {
                        self.node.set(&par.name, text);
                        self.cook(1);
                    }
                    self.node.set(&par.name, par.default.clone());
                }
                kind if !kind.is_text() && !kind.is_switch() => {
                    for value in [par.min, par.max, par.slider_min, par.slider_max] {
                        self.node.set(&par.name, value);
                        self.cook(1);
                    }
                    self.node.set(&par.name, par.default.clone());
                }
                _ => {}
            }
            self.cook(1);
        }
        self.step("asking for labels and what is to be saved");
        self.node.input_label(0);
        self.node.save();
    }

    pub(super) fn faults(&self) -> Vec<Fault> {
        self.node.faults()
    }
}

/// The kinds of faults that plain cooks show already. They have cases of their own, and every other case would only
/// repeat them.
pub(super) fn known_faults(context: &Context<'_>, plugin: &Plugin) -> Result<HashSet<FaultKind>, Verdict> {
    let mut scene = Scene::new(context, plugin)?;
    scene.plain();
    Ok(scene.faults().iter().map(|fault| fault.kind).collect())
}

/// Passed, or failed with the faults in a sentence.
pub(super) fn judge(faults: &[Fault]) -> Verdict {
    const SHOWN: usize = 3;
    if faults.is_empty() {
        return Verdict::passed();
    }
    let texts: Vec<&str> = faults.iter().take(SHOWN).map(|fault| fault.text.as_str()).collect();
    let more = faults.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    Verdict::failed(texts.join("; ") + &rest)
}

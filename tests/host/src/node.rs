//! One instance of a plugin.

mod probing;
mod python;

use std::path::Path;

use cxx::UniquePtr;

use crate::cook::{Cooked, General};
use crate::faults::{Fault, FaultKind};
use crate::ffi::{NodeHost, RawEntry, RawInput, RawRow, RawSetup, RawShape, RawTime};
use crate::input::Input;
use crate::pars::{ParKind, ParSpec, Value};
use crate::plugin::Plugin;
use crate::time::{DEFAULT_MAX_SLICE, Time};

/// How a node is made.
#[derive(Clone, Debug)]
pub struct NodeOptions {
    /// The node's path. Empty in some builds before 2025.32460.
    pub op_path: String,
}

impl Default for NodeOptions {
    fn default() -> Self {
        Self { op_path: "/project1/audiofileoutplus1".to_owned() }
    }
}

/// One instance of a plugin, destroyed when it is dropped.
pub struct Node {
    // Before the plugin: the instance must be gone when the library goes.
    host: UniquePtr<NodeHost>,
    pars: Vec<ParSpec>,
    input: Option<Input>,
    general: General,
    rate: f32,
    start_index: u32,
    max_slice: f64,
    faults: Vec<Fault>,
    _plugin: Plugin,
}

impl Node {
    /// Makes an instance, gives it nothing saved, and takes in its parameters.
    ///
    /// # Panics
    /// When the plugin makes no instance.
    pub fn create(plugin: &Plugin, options: &NodeOptions) -> Self {
        Self::create_with_saved(plugin, options, &[])
    }

    /// As [`Node::create`], with what an earlier node saved (generation 10.2 only).
    ///
    /// # Panics
    /// When the plugin makes no instance.
    pub fn create_with_saved(plugin: &Plugin, options: &NodeOptions, saved: &[(String, Vec<u8>)]) -> Self {
        Self::make(plugin, options, saved, false).unwrap_or_else(|reason| panic!("{reason}"))
    }

    fn make(plugin: &Plugin, options: &NodeOptions, saved: &[(String, Vec<u8>)], fenced: bool) -> Result<Self, String> {
        let (get_sets, methods) = plugin.python_tables();
        let setup = RawSetup {
            generation: plugin.generation() as u8,
            word: plugin.info().api_version,
            create: 0,
            destroy: 0,
            get_sets,
            methods,
            op_path: options.op_path.clone(),
            plugin_path: plugin.path().to_string_lossy().into_owned(),
            fenced,
        };
        let saved = saved.iter().map(|(key, data)| RawEntry { key: key.clone(), data: data.clone() }).collect();
        let host = plugin.library().create_node(setup, &saved);
        if !host.alive() {
            let faults: Vec<String> = host.fault_list().into_iter().map(|fault| fault.text).collect();
            let path = plugin.path().display();
            return Err(format!("{path}: CreateCHOPInstance made no instance: {faults:?}"));
        }
        let mut node = Self {
            pars: host.pars().into_iter().map(ParSpec::from_raw).collect(),
            host,
            input: None,
            general: General::default(),
            rate: 0.0,
            start_index: 0,
            max_slice: DEFAULT_MAX_SLICE,
            faults: Vec::new(),
            _plugin: plugin.clone(),
        };
        // Once more, so that defaults that are paths become absolute as values do.
        for index in 0..node.pars.len() {
            if let Value::Text(text) = node.pars[index].default.clone()
                && node.pars[index].kind != ParKind::Menu
            {
                node.set_text(index, &text);
            }
        }
        Ok(node)
    }

    /// The parameters, in the order of their declaration; refused ones too.
    pub fn pars(&self) -> &[ParSpec] {
        &self.pars
    }

    /// The parameter of that name.
    pub fn par(&self, name: &str) -> Option<&ParSpec> {
        self.pars.iter().find(|par| par.name == name)
    }

    fn index(&self, name: &str) -> Result<usize, String> {
        self.pars.iter().position(|par| par.name == name && par.result == 0).ok_or_else(|| {
            let names: Vec<&str> = self.pars.iter().map(|par| par.name.as_str()).collect();
            format!("there is no parameter {name}, only {}", names.join(", "))
        })
    }

    fn must_index(&self, name: &str) -> usize {
        self.index(name).unwrap_or_else(|reason| panic!("{reason}"))
    }

    /// Gives a parameter a value: a number for numbers, toggles and menu indices; a text for texts and paths, and for
    /// a menu the item's name. Numbers are clamped as the plugin declared.
    ///
    /// # Panics
    /// When there is no such parameter or item, or the value is of the other kind.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Err(reason) = self.try_set(name, value) {
            panic!("{reason}");
        }
    }

    /// As [`Node::set`].
    ///
    /// # Errors
    /// Where [`Node::set`] panics.
    pub fn try_set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), String> {
        let index = self.index(name)?;
        let par = &self.pars[index];
        match value.into() {
            value if par.kind == ParKind::Menu => {
                let item = par.item(&value)?;
                self.host.pin_mut().set_number(index, 0, item as f64);
            }
            Value::Number(number) if !par.kind.is_text() => {
                self.host.pin_mut().set_number(index, 0, number);
            }
            Value::Text(text) if par.kind.is_text() => self.set_text(index, &text),
            value => {
                return Err(format!("{name} is a {} and does not take {value:?}", par.kind));
            }
        }
        Ok(())
    }

    /// Sets one field of a parameter that has several.
    ///
    /// # Panics
    /// When there is no such parameter or field.
    pub fn set_component(&mut self, name: &str, component: usize, value: f64) {
        let index = self.must_index(name);
        assert!(component < 4, "{name} has no field {component}");
        self.host.pin_mut().set_number(index, component, value);
    }

    fn set_text(&mut self, index: usize, text: &str) {
        let path = match self.pars[index].kind {
            ParKind::File | ParKind::FileSave | ParKind::Folder if !text.is_empty() => absolute(text),
            _ => text.to_owned(),
        };
        self.host.pin_mut().set_text(index, text, &path);
    }

    /// Gives a DAT parameter a table. Short rows are filled up with empty cells.
    ///
    /// # Panics
    /// When there is no such DAT parameter.
    pub fn set_table(&mut self, name: &str, rows: &[Vec<String>]) {
        self.set_dat(name, rows, true);
    }

    /// Gives a DAT parameter a DAT that is a text, not a table.
    ///
    /// # Panics
    /// When there is no such DAT parameter.
    pub fn set_text_dat(&mut self, name: &str, text: &str) {
        self.set_dat(name, &[vec![text.to_owned()]], false);
    }

    fn set_dat(&mut self, name: &str, rows: &[Vec<String>], is_table: bool) {
        let index = self.must_index(name);
        let kind = self.pars[index].kind;
        assert!(kind == ParKind::Dat, "{name} is a {kind} and takes no table");
        let path = format!("/project1/{}", if is_table { "table1" } else { "text1" });
        let rows = rows.iter().map(|cells| RawRow { cells: cells.clone() }).collect();
        self.set_text(index, &path);
        self.host.pin_mut().set_table(index, &path, &rows, is_table);
    }

    /// Takes the DAT away again.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn clear_table(&mut self, name: &str) {
        let index = self.must_index(name);
        self.set_text(index, "");
        self.host.pin_mut().clear_table(index);
    }

    /// Makes every getter that returns a pointer return null for this parameter, or no longer.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn set_null(&mut self, name: &str, null: bool) {
        let index = self.must_index(name);
        self.host.pin_mut().set_null(index, null);
    }

    /// Whether the user can change the parameter.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn enabled(&self, name: &str) -> bool {
        self.host.enabled(self.must_index(name))
    }

    /// How often the plugin has called `enablePar`.
    pub fn enable_calls(&self) -> u64 {
        self.host.enable_calls()
    }

    /// Presses a button.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn pulse(&mut self, name: &str) {
        let index = self.must_index(name);
        self.host.pin_mut().pulse(index);
    }

    /// Gives the node another path, as renaming it does.
    pub fn rename(&mut self, path: &str) {
        self.host.pin_mut().rename(path);
    }

    /// The items that the plugin builds for a dynamic menu: names and labels.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn dynamic_menu(&mut self, name: &str) -> Vec<(String, String)> {
        let index = self.must_index(name);
        let items = self.host.pin_mut().dynamic_menu(index);
        items.into_iter().map(|item| (item.name, item.label)).collect()
    }

    /// Wires input 0, or unwires it.
    pub fn set_input(&mut self, input: Option<Input>) {
        self.input = input;
    }

    /// What is wired, to be changed between cooks.
    pub fn input_mut(&mut self) -> Option<&mut Input> {
        self.input.as_mut()
    }

    /// TouchDesigner's Max Time Slice Size: a longer slice is clipped to its last `seconds`.
    pub fn set_max_slice(&mut self, seconds: f64) {
        self.max_slice = seconds;
    }

    /// Everything before `execute`: the questions, and the output's memory.
    ///
    /// # Panics
    /// When the input's channels differ in length, or in number from its names.
    pub fn prepare(&mut self, time: &Time) {
        self.wire();
        let shape = self.host.pin_mut().ask(&RawTime {
            abs_frame: time.abs_frame,
            frame: time.frame,
            rate: time.rate,
            root_frame: time.root_frame,
            root_rate: time.root_rate,
            delta_frames: time.delta_frames,
            delta_ms: time.delta_ms,
        });
        self.general = General {
            cook_every_frame: shape.cook_every_frame,
            cook_every_frame_if_asked: shape.cook_every_frame_if_asked,
            timeslice: shape.timeslice,
            input_match_index: shape.input_match_index,
        };
        if shape.sample_rate.is_nan() || shape.sample_rate <= 0.0 {
            self.fault(FaultKind::Shape, "Sample rate is zero");
        }
        let (start_index, samples) = self.extent(&shape, time);
        self.rate = shape.sample_rate;
        self.start_index = start_index;
        // Not negative: the C++ side made sure.
        let channels = usize::try_from(shape.num_channels).unwrap_or(0);
        self.host.pin_mut().allocate(channels, samples, start_index, shape.sample_rate, shape.answered);
    }

    fn wire(&mut self) {
        let Some(input) = &self.input else {
            self.host.pin_mut().disconnect();
            return;
        };
        assert_eq!(input.names.len(), input.channels.len(), "every input channel has a name");
        let samples = input.num_samples();
        self.host.pin_mut().begin_input(&RawInput {
            path: &input.path,
            op_id: input.op_id,
            channels: input.channels.len(),
            samples,
            rate: input.rate,
            start_index: input.start_index,
            cooks: input.total_cooks,
        });
        for (index, (name, channel)) in input.names.iter().zip(&input.channels).enumerate() {
            assert_eq!(channel.len(), samples, "all input channels have the same length");
            self.host.pin_mut().input_channel(index, name, channel);
        }
        self.host.pin_mut().seal_input();
    }

    /// The output's first index and its length.
    fn extent(&self, shape: &RawShape, time: &Time) -> (u32, usize) {
        if !shape.timeslice {
            return (shape.start_index, usize::try_from(shape.num_samples).unwrap_or(0));
        }
        let rate = f64::from(shape.sample_rate);
        // The input's own slice goes before arithmetic: its source may have rounded the other way, or kept more of a
        // hitch than this node would.
        if let Some(input) = &self.input
            && input.rate == rate
        {
            let wired = input.num_samples() as u64;
            for limit in [self.max_slice, f64::INFINITY] {
                let dictated = time.slice(rate, limit);
                if wired.abs_diff(dictated.end - dictated.start) <= 1 && time.delta_frames > 0.0 {
                    return (input.start_index.max(0.0) as u32, input.num_samples());
                }
            }
        }
        let dictated = time.slice(rate, self.max_slice);
        (dictated.start as u32, (dictated.end - dictated.start) as usize)
    }

    /// Calls the plugin's `execute` and nothing else. Neither this nor the getters that the plugin calls allocate,
    /// lock or enter the system.
    pub fn execute(&mut self) {
        self.host.pin_mut().execute();
    }

    /// For measuring: the samples of an input channel where the plugin reads them, after [`Node::prepare`].
    pub fn samples_in_place(&mut self, channel: usize) -> &mut [f32] {
        self.host.pin_mut().samples_in_place(channel)
    }

    /// For measuring: as [`Node::execute_again`], and the microseconds that the plugin's `execute` took, by a clock
    /// right around the call. The host's own part is in the caches by then, as in a host that has just prepared the
    /// cook; of the plugin and the samples nothing was touched.
    pub fn time_execute(&mut self) -> f64 {
        self.host.pin_mut().advance_input();
        self.host.pin_mut().time_execute() / 1e3
    }

    /// For measuring: cooks again with what [`Node::prepare`] made, as if the input had cooked anew. No sample is
    /// copied, poisoned or compared, so that the time which passes is the plugin's.
    pub fn execute_again(&mut self) {
        self.host.pin_mut().advance_input();
        self.execute();
    }

    /// Everything after `execute`: looks the output over and asks for information.
    pub fn after_cook(&mut self) -> Cooked {
        self.host.pin_mut().inspect();
        let channels = 0..self.host.channel_count();
        Cooked {
            channel_names: channels.clone().map(|index| self.host.channel_name(index)).collect(),
            channels: channels.map(|index| self.host.channel_data(index).to_vec()).collect(),
            rate: self.rate,
            start_index: self.start_index,
            info: self.info_chop(),
            dat: self.info_dat(),
            popup: self.popup(),
            warning: self.warning(),
            error: self.error(),
            general: self.general,
        }
    }

    /// One cook: [`Node::prepare`], [`Node::execute`], [`Node::after_cook`].
    pub fn cook(&mut self, time: &Time) -> Cooked {
        self.prepare(time);
        self.execute();
        self.after_cook()
    }

    /// The Info CHOP, without a cook.
    pub fn info_chop(&mut self) -> Vec<(String, f32)> {
        let channels = self.host.info_chop();
        channels.into_iter().map(|channel| (channel.name, channel.value)).collect()
    }

    /// One channel of the Info CHOP, without a cook.
    ///
    /// # Panics
    /// When there is no such channel.
    pub fn info(&mut self, channel: &str) -> f32 {
        let info = self.info_chop();
        let found = info.iter().find(|(name, _)| name == channel);
        found.unwrap_or_else(|| panic!("the Info CHOP has no channel {channel}: {info:?}")).1
    }

    /// The whole Info DAT, row by row, without a cook.
    pub fn info_table(&mut self) -> Vec<Vec<String>> {
        self.host.info_table().into_iter().map(|row| row.cells).collect()
    }

    /// The Info DAT's first two columns, without a cook.
    pub fn info_dat(&mut self) -> Vec<(String, String)> {
        self.info_table()
            .into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                (cells.next().unwrap_or_default(), cells.next().unwrap_or_default())
            })
            .collect()
    }

    /// The error, or an empty text, without a cook.
    pub fn error(&mut self) -> String {
        self.host.error()
    }

    /// The warning, or an empty text, without a cook.
    pub fn warning(&mut self) -> String {
        self.host.warning()
    }

    /// The info popup's text, without a cook.
    pub fn popup(&mut self) -> String {
        self.host.popup()
    }

    /// The label of an input connector; empty below generation 10.2.
    pub fn input_label(&mut self, index: i32) -> String {
        self.host.pin_mut().input_label(index)
    }

    /// What the node wants saved with the project; nothing below generation 10.2.
    pub fn save(&mut self) -> Vec<(String, Vec<u8>)> {
        self.host.pin_mut().save().into_iter().map(|entry| (entry.key, entry.data)).collect()
    }

    /// What the host noticed the plugin do wrong, each once.
    pub fn host_faults(&self) -> Vec<String> {
        self.faults().into_iter().map(|fault| fault.text).collect()
    }

    fn fault(&mut self, kind: FaultKind, text: &str) {
        let fault = Fault { kind, text: text.to_owned() };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

/// Absolute with the system's separators, as `getParFilePath` gives it; relative to the project's folder, which is
/// the current one here.
pub(crate) fn absolute(text: &str) -> String {
    std::path::absolute(Path::new(text)).map_or_else(|_| text.to_owned(), |path| path.to_string_lossy().into_owned())
}

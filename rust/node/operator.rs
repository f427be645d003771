//! One node: what the host's calls lead to.
//!
//! The host cooks on its main thread; info, warning and error getters may come from anywhere at any time. So what
//! cooking changes stands behind one lock that only a cook takes, and getters read the [`NodeStatus`].

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use super::generation::Generation;
use super::info::{CHANNELS, Facts, ROWS};
use super::params::{Kind, PARS};
use super::popup;
use super::pulses::Pulse;
use super::recorder::Recorder;
use super::status::NodeStatus;
use super::usable_layout;
use crate::bridge::ffi::{InfoChannel, InfoRow};
use crate::bridge::{Cook, Inputs, OutputShape, ParKind, ParRow};
use crate::faults::{Faults, Point};
use crate::messages::{Problem, Warning};
use crate::report::Report;
use crate::stream::AudioLayout;
use crate::stream::block::CookBlock;
use crate::stream::copy::Loops;

/// One node of the plugin.
pub(crate) struct Operator {
    recorder: Mutex<Recorder>,
    status: Arc<NodeStatus>,
    faults: Arc<Faults>,
    loops: Loops,
}

impl Operator {
    /// The output's only channel when there is no input to pass through.
    pub(crate) const SILENT_CHANNEL: &'static str = "chan1";
    /// The output's rate then: never 0, which the host would keep as an error.
    const SILENT_RATE: f32 = 44100.0;
    /// What the input connector is called.
    pub(crate) const INPUT_LABEL: &'static str = "Audio to record";

    pub(crate) fn new(op_path: &str) -> Self {
        let status = Arc::new(NodeStatus::new(Arc::new(Report::default())));
        let faults = Arc::new(Faults::from_path(op_path));
        Self {
            recorder: Mutex::new(Recorder::new(Arc::clone(&status), Arc::clone(&faults))),
            status,
            faults,
            loops: Loops::new(),
        }
    }

    /// The rows of the parameter table, as the host is asked for them.
    pub(crate) fn parameters() -> Vec<ParRow> {
        PARS.iter()
            .map(|par| {
                let mut row = ParRow {
                    kind: ParKind::Toggle,
                    name: par.name.into(),
                    label: par.label.into(),
                    page: par.page.into(),
                    help: par.help.into(),
                    default_text: String::new(),
                    default_number: 0.0,
                    min: 0.0,
                    max: 1.0,
                    slider: 1.0,
                    clamp_min: false,
                    clamp_max: false,
                    section: par.section,
                    items: Vec::new(),
                    item_labels: Vec::new(),
                };
                match &par.kind {
                    Kind::Menu { items, default } => {
                        row.kind = ParKind::Menu;
                        row.default_text = (*default).into();
                        (row.items, row.item_labels) =
                            items().into_iter().map(|(name, label)| (name.to_owned(), label.to_owned())).unzip();
                    }
                    Kind::Toggle { default } => row.default_number = f64::from(u8::from(*default)),
                    Kind::Int { default, min, slider } => {
                        row.kind = ParKind::Int;
                        (row.default_number, row.min, row.clamp_min) = (*default, *min, true);
                        (row.max, row.slider) = (*slider, *slider);
                    }
                    Kind::Float { default, min, max, slider } => {
                        row.kind = ParKind::Float;
                        (row.default_number, row.min, row.clamp_min) = (*default, *min, true);
                        (row.max, row.clamp_max, row.slider) = (max.unwrap_or(*slider), max.is_some(), *slider);
                    }
                    Kind::FileSave { default } => {
                        let saves = Generation::of_host() >= Generation::G10_2;
                        row.kind = if saves { ParKind::FileSave } else { ParKind::File };
                        row.default_text = (*default).into();
                    }
                    Kind::Text { default } => {
                        row.kind = ParKind::Text;
                        row.default_text = (*default).into();
                    }
                    Kind::Dat => row.kind = ParKind::Dat,
                    Kind::Pulse => row.kind = ParKind::Pulse,
                }
                row
            })
            .collect()
    }

    /// The host took no parameter of this name.
    pub(crate) fn parameter_rejected(&self, name: &str) {
        self.status.warn(Warning::ParameterRejected { name: name.to_owned() });
    }

    /// A button was pressed: what it means is done at the next cook.
    pub(crate) fn pulse_pressed(&self, name: &str) {
        if let Some(pulse) = Pulse::of(name) {
            self.status.pulses.press(pulse);
        }
    }

    /// False when the output is like the input; else `shape` says how it looks.
    pub(crate) fn output_shape(inputs: &Inputs, shape: &mut OutputShape) -> bool {
        if usable_layout(inputs.channels(), inputs.sample_rate()).is_some() {
            return false;
        }
        *shape = OutputShape { channels: 1, sample_rate: Self::SILENT_RATE };
        true
    }

    /// The layout of a cook's input, when it can be recorded and passed on; and the loops that copy it.
    #[inline]
    pub(crate) fn prepare(&self, cook: &Cook) -> (Option<AudioLayout>, Loops) {
        let channels = if cook.channels_at == 0 { 0 } else { cook.channels };
        (usable_layout(channels, cook.sample_rate), self.loops)
    }

    /// One cook: passes the input through and records it.
    #[inline]
    pub(crate) fn execute(&self, cook: &Cook, inputs: &Inputs, layout: Option<AudioLayout>, block: &mut CookBlock<'_>) {
        self.faults.pass(Point::Execute);
        // A host cooks a node from one thread at a time. One that does not gets its input passed through.
        if let Some(mut recorder) = self.recorder() {
            recorder.cook(cook, inputs, layout, block);
        }
    }

    /// A panic was caught: the take ends, its file is completed, and the node says why.
    ///
    /// It may have been in a getter that the host called in the middle of a cook, which still has the recorder: the take
    /// then ends when that cook is over.
    pub(crate) fn panicked(&self, panic: &(dyn Any + Send)) {
        let problem = Problem::internal(panic);
        self.status.fail(&problem);
        match self.recorder() {
            Some(mut recorder) => recorder.abandon(problem),
            None => self.status.abandon.set(true),
        }
    }

    /// What cooking changes, unless a cook has it. Never waits.
    #[inline]
    fn recorder(&self) -> Option<MutexGuard<'_, Recorder>> {
        match self.recorder.try_lock() {
            Ok(recorder) => Some(recorder),
            // After a panic in it, which ends the take but not the node.
            Err(TryLockError::Poisoned(recorder)) => Some(recorder.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// What the info channels and Python's members are worked out from.
    fn facts(&self) -> Facts<'_> {
        Facts::of(&self.status)
    }

    /// One question of Python's.
    pub(crate) fn ask<R>(&self, question: impl FnOnce(&Facts<'_>) -> R) -> R {
        self.faults.pass(Point::Python);
        question(&self.facts())
    }

    /// Channel `index` of the Info CHOP.
    pub(crate) fn info_channel(&self, index: usize) -> InfoChannel {
        let facts = self.facts();
        CHANNELS.get(index).map_or_else(InfoChannel::default, |channel| InfoChannel {
            name: channel.name,
            value: (channel.value)(&facts) as f32,
        })
    }

    /// Row `index` of the Info DAT.
    pub(crate) fn info_row(&self, index: usize) -> InfoRow {
        let facts = self.facts();
        ROWS.get(index).map_or_else(InfoRow::default, |row| InfoRow { key: row.key.into(), value: (row.value)(&facts) })
    }

    pub(crate) fn warning(&self) -> String {
        self.status.warnings().iter().map(Warning::to_string).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn error(&self) -> String {
        self.status.show_error().unwrap_or_default()
    }

    pub(crate) fn popup(&self) -> String {
        popup::popup(&self.status)
    }
}

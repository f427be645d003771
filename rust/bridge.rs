//! Everything that crosses between C++ and Rust, and nothing else.
//!
//! The shim turns host pointers into slices, so that the Rust side is safe; only the samples of a cook, which
//! a call for each channel would make dear, cross as addresses: see [`CookBlock`]. No function called by the host
//! returns `Result` (cxx would throw it into the host), and each runs under [`guard`].

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::node::operator::Operator;
use crate::node::{generation, identity, info, params, python};
use crate::stream::block::{Addresses, CookBlock};

#[cxx::bridge(namespace = "afop")]
pub(crate) mod ffi {
    /// What the plugin says of itself when it is loaded.
    #[derive(Default)]
    struct Identity {
        op_type: String,
        label: String,
        icon: String,
        author: String,
        help_url: String,
        inputs: i32,
        major_version: i32,
        minor_version: i32,
    }

    /// The interface generation agreed on with the host.
    #[derive(Default)]
    struct Agreement {
        version_word: i32,
        /// False when the host supports none that the plugin knows: it then rejects the plugin itself.
        supported: bool,
        /// True when the host knows `opHelpURL` (10/1 and later).
        has_help_url: bool,
    }

    /// Python members for the host to declare. Without a Python in the process all of it is empty.
    #[derive(Default)]
    struct PythonOffer {
        /// Of the process's Python.
        version: String,
        /// Address of CPython's `PyGetSetDef` array, valid as long as the library is loaded; 0: no members.
        get_sets: usize,
        /// Address of a NUL-terminated text, likewise.
        doc: usize,
    }

    /// How the host is asked for a parameter.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum ParKind {
        Menu,
        Toggle,
        Int,
        Float,
        Text,
        File,
        FileSave,
        Dat,
        Pulse,
    }

    /// One parameter for the host to declare.
    struct ParRow {
        kind: ParKind,
        name: String,
        label: String,
        page: String,
        help: String,
        default_text: String,
        default_number: f64,
        min: f64,
        max: f64,
        slider: f64,
        clamp_min: bool,
        clamp_max: bool,
        section: bool,
        items: Vec<String>,
        item_labels: Vec<String>,
    }

    /// What the output looks like when it is not that of the input.
    struct OutputShape {
        channels: i32,
        sample_rate: f32,
    }

    /// What every cook asks the host for, all at once: a call across the bridge for each would bring as many pieces
    /// of code into the caches, which are cold at every cook.
    #[derive(Debug, Clone, Copy)]
    struct Cook {
        /// Values of the parameters that `watched` names.
        pars: [i32; 3],
        /// Whether anything is wired to the input.
        wired: bool,
        /// Of the input's node.
        op_id: u32,
        /// Frames of the input.
        samples: usize,
        sample_rate: f64,
        start_index: f64,
        total_cooks: i64,
        /// Channels of the input.
        channels: usize,
        /// Where it is told where they are: the address of `channels` addresses of `samples` floats each, or null.
        channels_at: usize,
        /// Channels of the output.
        outputs: usize,
        /// Where it is told where they are: the address of `outputs` addresses of `output_samples` floats each, or
        /// null.
        outputs_at: usize,
        output_samples: usize,
        /// Frames of the timeline since the cook before.
        delta_frames: f64,
        /// Frames of the timeline a second.
        timeline_rate: f64,
    }

    /// A channel of the Info CHOP.
    #[derive(Default)]
    struct InfoChannel {
        name: &'static str,
        value: f32,
    }

    /// A row of the Info DAT.
    #[derive(Default)]
    struct InfoRow {
        key: String,
        value: String,
    }

    extern "Rust" {
        fn agree(min: i32, max: i32) -> Agreement;
        fn identity() -> Identity;
        fn python_offer() -> PythonOffer;

        type Operator;
        fn new_operator(op_path: &[u8]) -> Box<Operator>;
        fn parameters(node: &Operator) -> Vec<ParRow>;
        fn parameter_rejected(node: &Operator, name: &str);
        fn pulse_pressed(node: &Operator, name: &str);
        fn output_shape(node: &Operator, inputs: &Inputs, shape: &mut OutputShape) -> bool;
        fn output_channel_name(node: &Operator) -> &'static str;
        /// Names of the parameters whose values a [`Cook`] holds.
        fn watched() -> Vec<String>;
        /// # Safety
        /// What the addresses of the cook lead to stays as it is described for the call.
        unsafe fn execute(node: &Operator, cook: &Cook, inputs: &Inputs);
        fn info_channel_count(node: &Operator) -> i32;
        fn info_channel(node: &Operator, index: i32) -> InfoChannel;
        fn info_row_count(node: &Operator) -> i32;
        fn info_row(node: &Operator, index: i32) -> InfoRow;
        fn warning(node: &Operator) -> String;
        fn error(node: &Operator) -> String;
        fn popup(node: &Operator) -> String;
        fn input_label(node: &Operator) -> &'static str;
    }

    unsafe extern "C++" {
        include!("audiofileoutplus/python.h");

        /// The Python object of a node.
        #[namespace = "TD"]
        #[cxx_name = "PY_Struct"]
        type PyStruct;
        /// The node of a Python object; null when the host has none for it. Asks for no cook.
        ///
        /// # Safety
        /// `object` is null or what the host made; the node is valid until the host destroys it.
        unsafe fn node_of(object: *mut PyStruct) -> *const Operator;
    }

    unsafe extern "C++" {
        include!("audiofileoutplus/views.h");

        /// The host's parameters and input of one cook.
        type Inputs;
        // What is lent is the host's memory, and valid until the same parameter is asked for again: callers copy it at
        // once.
        fn par_int(self: &Inputs, name: &str) -> i32;
        fn par_double(self: &Inputs, name: &str) -> f64;
        /// Empty when the host has none.
        fn par_string(self: &Inputs, name: &str) -> &[u8];
        fn par_file_path(self: &Inputs, name: &str) -> &[u8];
        fn enable_par(self: &Inputs, name: &str, enabled: bool);
        fn par_table(self: &Inputs, name: &str) -> UniquePtr<Table>;
        fn channels(self: &Inputs) -> usize;
        fn sample_rate(self: &Inputs) -> f64;
        fn channel_name(self: &Inputs, index: usize) -> &[u8];
        fn node_path(self: &Inputs) -> &[u8];

        /// A DAT's table.
        type Table;
        fn rows(self: &Table) -> usize;
        fn columns(self: &Table) -> usize;
        fn cell(self: &Table, row: usize, column: usize) -> &[u8];
    }
}

use ffi::{Agreement, Identity, InfoChannel, InfoRow, PythonOffer};
pub(crate) use ffi::{Cook, Inputs, OutputShape, ParKind, ParRow};

const _: () = {
    const fn is_shared_between_threads<T: Send + Sync>() {}
    // The host's getters may come from any thread.
    is_shared_between_threads::<Operator>();
};

/// Runs `body`, which belongs to no node; after a panic the host gets `otherwise`.
fn guard_all<R>(otherwise: impl FnOnce() -> R, body: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| otherwise())
}

/// Runs `body`; a panic becomes the node's error state and the host gets `R`'s default.
fn guard<R: Default>(node: &Operator, body: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        // Nothing may escape, not even a second panic while the first is noted.
        let _ = catch_unwind(AssertUnwindSafe(|| node.panicked(&*panic)));
        R::default()
    })
}

fn agree(min: i32, max: i32) -> Agreement {
    // A host is told that it is not supported.
    guard_all(Agreement::default, || generation::agree(min, max))
}

fn identity() -> Identity {
    guard_all(Identity::default, identity::identity)
}

fn python_offer() -> PythonOffer {
    guard_all(PythonOffer::default, python::offer)
}

fn new_operator(op_path: &[u8]) -> Box<Operator> {
    // Only the path of a test's node holds anything that is understood.
    let new = |path: &str| Box::new(Operator::new(path));
    guard_all(|| new(""), || new(&String::from_utf8_lossy(op_path)))
}

fn parameters(node: &Operator) -> Vec<ParRow> {
    guard(node, Operator::parameters)
}

fn parameter_rejected(node: &Operator, name: &str) {
    guard(node, || node.parameter_rejected(name));
}

fn pulse_pressed(node: &Operator, name: &str) {
    guard(node, || node.pulse_pressed(name));
}

fn output_shape(node: &Operator, inputs: &Inputs, shape: &mut OutputShape) -> bool {
    guard(node, || Operator::output_shape(inputs, shape))
}

fn output_channel_name(node: &Operator) -> &'static str {
    guard(node, || Operator::SILENT_CHANNEL)
}

fn watched() -> Vec<String> {
    guard_all(Vec::new, || params::WATCHED.iter().map(|par| par.name.to_owned()).collect())
}

/// # Safety
/// As [`CookBlock::new`] asks it of the addresses of the cook.
#[inline]
unsafe fn execute(node: &Operator, cook: &Cook, inputs: &Inputs) {
    guard(node, || {
        let (layout, loops) = node.prepare(cook);
        let at = Addresses {
            sources_at: cook.channels_at,
            sources: cook.channels,
            frames: cook.samples,
            outputs_at: cook.outputs_at,
            outputs: cook.outputs,
            output_frames: cook.output_samples,
        };
        // SAFETY: the caller's promise.
        let mut block = unsafe { CookBlock::new(at, layout.is_some(), loops) };
        node.execute(cook, inputs, layout, &mut block);
    });
}

fn info_channel_count(node: &Operator) -> i32 {
    guard(node, || info::CHANNELS.len() as i32)
}

fn info_channel(node: &Operator, index: i32) -> InfoChannel {
    guard(node, || node.info_channel(index as usize))
}

fn info_row_count(node: &Operator) -> i32 {
    guard(node, || info::ROWS.len() as i32)
}

fn info_row(node: &Operator, index: i32) -> InfoRow {
    guard(node, || node.info_row(index as usize))
}

fn warning(node: &Operator) -> String {
    guard(node, || node.warning())
}

fn error(node: &Operator) -> String {
    guard(node, || node.error())
}

fn popup(node: &Operator) -> String {
    guard(node, || node.popup())
}

fn input_label(node: &Operator) -> &'static str {
    guard(node, || Operator::INPUT_LABEL)
}

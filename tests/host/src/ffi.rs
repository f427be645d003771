//! The bridge to the host's C++ side, and where most of the unsafe code is.
//!
//! What makes it sound: an address that reaches C++ was looked up in a [`Library`] under the name of the interface's
//! own function, and whoever holds a node holds the library too.

use std::path::Path;
use std::sync::OnceLock;

use cxx::UniquePtr;

use crate::node::absolute;
pub(crate) use bridge::{
    NodeHost, RawEntry, RawInfo, RawInput, RawPar, RawRow, RawSetup, RawShape, RawTime, start_python,
};

#[allow(
    unreachable_pub,
    clippy::multiple_unsafe_ops_per_block,
    reason = "the bridge generates public structs and unsafe blocks of its own; ours stand below it"
)]
#[cxx::bridge(namespace = "tdhost")]
mod bridge {
    // What crosses as a value.

    struct RawInfo {
        threw: bool,
        supported: bool,
        api_version: i32,
        op_type: String,
        op_label: String,
        op_icon: String,
        min_inputs: i32,
        max_inputs: i32,
        author_name: String,
        author_email: String,
        major_version: i32,
        minor_version: i32,
        python_version: String,
        cook_on_start: bool,
        op_help_url: String,
        python_members: Vec<String>,
        get_sets: usize,
        methods: usize,
    }

    struct RawSetup {
        generation: u8,
        word: i32,
        create: usize,
        destroy: usize,
        /// Of the plugin's Python members.
        get_sets: usize,
        methods: usize,
        op_path: String,
        plugin_path: String,
        /// What is lent is made unreadable when its time is over.
        fenced: bool,
    }

    struct RawFault {
        kind: u8,
        text: String,
    }

    struct RawItem {
        name: String,
        label: String,
    }

    struct RawPar {
        name: String,
        label: String,
        page: String,
        kind: u8,
        textual: bool,
        default_text: String,
        default_number: f64,
        min: f64,
        max: f64,
        clamp_min: bool,
        clamp_max: bool,
        slider_min: f64,
        slider_max: f64,
        menu: Vec<RawItem>,
        section: bool,
        has_help: bool,
        help: String,
        result: i32,
    }

    struct RawRow {
        cells: Vec<String>,
    }

    struct RawEntry {
        key: String,
        data: Vec<u8>,
    }

    struct RawChannel {
        name: String,
        value: f32,
    }

    /// What is wired, without its channels.
    struct RawInput<'a> {
        path: &'a str,
        op_id: u32,
        channels: usize,
        samples: usize,
        rate: f64,
        start_index: f64,
        cooks: i64,
    }

    struct RawTime {
        abs_frame: i64,
        frame: f64,
        rate: f64,
        root_frame: f64,
        root_rate: f64,
        delta_frames: f64,
        delta_ms: f64,
    }

    /// What `getGeneralInfo` and `getOutputInfo` said.
    struct RawShape {
        cook_every_frame: bool,
        cook_every_frame_if_asked: bool,
        timeslice: bool,
        input_match_index: i32,
        answered: bool,
        num_channels: i32,
        num_samples: i32,
        start_index: u32,
        sample_rate: f32,
    }

    // Rust for C++.
    extern "Rust" {
        /// The address of a function of the Python that was loaded; 0 when it has none of that name.
        fn python_symbol(name: &str) -> usize;
        /// A path as `getParFilePath` gives it.
        fn absolute(text: &str) -> String;
    }

    // C++ for Rust.
    unsafe extern "C++" {
        include!("host/node.h");

        type NodeHost;

        /// # Safety
        /// `address` is that of a loaded plugin's `FillCHOPPluginInfo`.
        #[cxx_name = "describePlugin"]
        unsafe fn describe_plugin(address: usize, generation: u8, garbage: u8) -> RawInfo;
        /// # Safety
        /// `address` is that of a loaded plugin's `FillCHOPPluginInfo`.
        #[cxx_name = "answerTo"]
        unsafe fn answer_to(address: usize, min: i32, max: i32) -> RawInfo;
        /// # Safety
        /// The addresses in `setup` are those of a plugin that stays loaded as long as the node lives.
        #[cxx_name = "createNode"]
        unsafe fn create_node(setup: &RawSetup, saved: &Vec<RawEntry>) -> UniquePtr<NodeHost>;

        #[cxx_name = "startPython"]
        fn start_python(home: &[u16]) -> Result<String>;

        fn alive(self: &NodeHost) -> bool;
        fn pars(self: &NodeHost) -> Vec<RawPar>;
        #[cxx_name = "setNumber"]
        fn set_number(self: Pin<&mut NodeHost>, par: usize, component: usize, value: f64);
        #[cxx_name = "setText"]
        fn set_text(self: Pin<&mut NodeHost>, par: usize, text: &str, path: &str);
        #[cxx_name = "setExpression"]
        fn set_expression(self: Pin<&mut NodeHost>, par: usize, code: &str) -> Result<()>;
        fn evaluate(self: Pin<&mut NodeHost>, code: &str) -> Result<String>;
        #[cxx_name = "setTable"]
        fn set_table(self: Pin<&mut NodeHost>, par: usize, path: &str, rows: &Vec<RawRow>, is_table: bool);
        #[cxx_name = "clearTable"]
        fn clear_table(self: Pin<&mut NodeHost>, par: usize);
        #[cxx_name = "setNull"]
        fn set_null(self: Pin<&mut NodeHost>, par: usize, null: bool);
        fn enabled(self: &NodeHost, par: usize) -> bool;
        #[cxx_name = "enableCalls"]
        fn enable_calls(self: &NodeHost) -> u64;
        fn pulse(self: Pin<&mut NodeHost>, par: usize);
        fn rename(self: Pin<&mut NodeHost>, path: &str);
        #[cxx_name = "dynamicMenu"]
        fn dynamic_menu(self: Pin<&mut NodeHost>, par: usize) -> Vec<RawItem>;

        #[cxx_name = "beginInput"]
        fn begin_input(self: Pin<&mut NodeHost>, input: &RawInput);
        #[cxx_name = "inputChannel"]
        fn input_channel(self: Pin<&mut NodeHost>, index: usize, name: &str, samples: &[f32]);
        #[cxx_name = "sealInput"]
        fn seal_input(self: Pin<&mut NodeHost>);
        fn disconnect(self: Pin<&mut NodeHost>);
        #[cxx_name = "setNullInput"]
        fn set_null_input(self: Pin<&mut NodeHost>, null: bool);
        #[cxx_name = "samplesInPlace"]
        fn samples_in_place(self: Pin<&mut NodeHost>, channel: usize) -> &mut [f32];
        #[cxx_name = "advanceInput"]
        fn advance_input(self: Pin<&mut NodeHost>);
        #[cxx_name = "timeExecute"]
        fn time_execute(self: Pin<&mut NodeHost>) -> f64;

        fn ask(self: Pin<&mut NodeHost>, time: &RawTime) -> RawShape;
        fn allocate(
            self: Pin<&mut NodeHost>,
            channels: usize,
            samples: usize,
            start_index: u32,
            rate: f32,
            answered: bool,
        );
        fn execute(self: Pin<&mut NodeHost>);
        fn inspect(self: Pin<&mut NodeHost>);

        #[cxx_name = "channelCount"]
        fn channel_count(self: &NodeHost) -> usize;
        #[cxx_name = "channelName"]
        fn channel_name(self: &NodeHost, channel: usize) -> String;
        #[cxx_name = "channelData"]
        fn channel_data(self: &NodeHost, channel: usize) -> &[f32];

        #[cxx_name = "infoChop"]
        fn info_chop(self: &NodeHost) -> Vec<RawChannel>;
        #[cxx_name = "infoTable"]
        fn info_table(self: &NodeHost) -> Vec<RawRow>;
        fn popup(self: &NodeHost) -> String;
        fn warning(self: &NodeHost) -> String;
        fn error(self: &NodeHost) -> String;
        #[cxx_name = "inputLabel"]
        fn input_label(self: Pin<&mut NodeHost>, index: i32) -> String;
        fn save(self: Pin<&mut NodeHost>) -> Vec<RawEntry>;
        #[cxx_name = "faultList"]
        fn fault_list(self: &NodeHost) -> Vec<RawFault>;
    }
}

/// A loaded plugin library and the addresses of its three functions.
pub(crate) struct Library {
    fill: usize,
    create: usize,
    destroy: usize,
    /// Unloads when it is dropped.
    _library: libloading::Library,
}

impl Library {
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        // SAFETY: loading runs the library's initialisers; the user asked for this library to be run.
        let library = unsafe { libloading::Library::new(path) }
            .map_err(|error| format!("{} cannot be loaded as a library: {error}", path.display()))?;
        let find = |name: &str| {
            // SAFETY: only the address is taken here; its type is that of the interface, checked where it is called.
            let symbol = unsafe { library.get::<unsafe extern "C" fn()>(name) };
            symbol
                .map(|function| *function as usize)
                .map_err(|_| format!("{} is no CHOP plugin: it does not export {name}", path.display()))
        };
        Ok(Self {
            fill: find("FillCHOPPluginInfo")?,
            create: find("CreateCHOPInstance")?,
            destroy: find("DestroyCHOPInstance")?,
            _library: library,
        })
    }

    /// `garbage` fills what a host of generation 9 leaves uninitialised.
    pub(crate) fn describe(&self, generation: u8, garbage: u8) -> RawInfo {
        // SAFETY: the address was looked up under the function's name, and `self` keeps the library loaded.
        unsafe { bridge::describe_plugin(self.fill, generation, garbage) }
    }

    /// What the plugin says to a host that supports the version words from `min` to `max`.
    pub(crate) fn answer_to(&self, min: i32, max: i32) -> RawInfo {
        // SAFETY: as above.
        unsafe { bridge::answer_to(self.fill, min, max) }
    }

    /// The caller keeps this library as long as the node.
    pub(crate) fn create_node(&self, mut setup: RawSetup, saved: &Vec<RawEntry>) -> UniquePtr<NodeHost> {
        setup.create = self.create;
        setup.destroy = self.destroy;
        // SAFETY: both addresses were looked up under their names, and the caller keeps the library loaded.
        unsafe { bridge::create_node(&setup, saved) }
    }
}

/// The information getters of a node, to be asked on another thread than the one that cooks it.
pub(crate) struct Asker(*const NodeHost);

// SAFETY: what is called through it reads members that never change after the node was made, and adds to a list of
// faults that has a lock. That the plugin's own side stands it is what is tested with it.
unsafe impl Send for Asker {}

impl Asker {
    /// The caller keeps the node as long as the asker.
    pub(crate) fn of(host: &UniquePtr<NodeHost>) -> Self {
        Self(host.as_ptr())
    }

    /// Asks for everything that a host may ask for at any time.
    pub(crate) fn ask(&self) {
        // SAFETY: the node is alive, says who made the asker.
        let host = unsafe { &*self.0 };
        let _ = (host.info_chop(), host.info_table(), host.popup(), host.warning(), host.error());
    }
}

static PYTHON: OnceLock<PythonLibrary> = OnceLock::new();

#[cfg(unix)]
type PythonLibrary = libloading::os::unix::Library;
#[cfg(windows)]
type PythonLibrary = libloading::os::windows::Library;

/// Loads a Python for the whole process, for good. False when the library cannot be loaded.
pub(crate) fn load_python(library: &Path) -> bool {
    // For all: the plugin and Python's own extension modules look names up in the whole process.
    #[cfg(unix)]
    // SAFETY: loading runs the library's initialisers; the user asked for a Python to be run.
    let loaded = unsafe { PythonLibrary::open(Some(library), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
    #[cfg(windows)]
    // SAFETY: as above.
    let loaded = unsafe { PythonLibrary::new(library) };
    loaded.is_ok_and(|loaded| PYTHON.set(loaded).is_ok())
}

fn python_symbol(name: &str) -> usize {
    let Some(library) = PYTHON.get() else { return 0 };
    // SAFETY: only the address is taken here; its type is that of Python's function, given where it is called.
    unsafe { library.get::<unsafe extern "C" fn()>(name.as_bytes()) }.map_or(0, |function| *function as usize)
}

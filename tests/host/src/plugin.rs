//! A plugin library: finding it, loading it, and refusing it as TouchDesigner does.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::bundle::BUNDLE;
use crate::ffi::{Library, RawInfo};
use crate::python;

/// Which interface generation the host speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// Builds of 2022 and 2023.
    G9,
    /// Builds of 2025 before 2025.33070.
    G10_1,
    /// Builds from 2025.33070 on.
    #[default]
    G10_2,
}

impl Generation {
    /// All of them, oldest first.
    pub const ALL: [Self; 3] = [Self::G9, Self::G10_1, Self::G10_2];
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::G9 => "9",
            Self::G10_1 => "10.1",
            Self::G10_2 => "10.2",
        })
    }
}

impl FromStr for Generation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|generation| generation.to_string() == text)
            .ok_or_else(|| format!("'{text}' is no interface generation: use 9, 10.1 or 10.2"))
    }
}

/// Why a plugin was not taken. Displays as one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError(String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

/// What the plugin says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginInfo {
    /// The version word that the plugin chose.
    pub api_version: i32,
    /// The operator's type, unique in its family.
    pub op_type: String,
    /// The name that the user sees.
    pub op_label: String,
    /// Three letters.
    pub op_icon: String,
    /// Inputs that must be wired.
    pub min_inputs: i32,
    /// Inputs that can be wired.
    pub max_inputs: i32,
    /// The author.
    pub author_name: String,
    /// The author's address.
    pub author_email: String,
    /// A project saved with another major version does not load.
    pub major_version: i32,
    /// A project needs at least the minor version that it was saved with.
    pub minor_version: i32,
    /// The Python that the plugin's members are for; empty without members.
    pub python_version: String,
    /// Cooks once when a project opens.
    pub cook_on_start: bool,
    /// Where Help leads; always empty in generation 9.
    pub op_help_url: String,
    /// Names of the Python members.
    pub python_members: Vec<String>,
}

impl PluginInfo {
    fn from_raw(raw: RawInfo) -> Self {
        Self {
            api_version: raw.api_version,
            op_type: raw.op_type,
            op_label: raw.op_label,
            op_icon: raw.op_icon,
            min_inputs: raw.min_inputs,
            max_inputs: raw.max_inputs,
            author_name: raw.author_name,
            author_email: raw.author_email,
            major_version: raw.major_version,
            minor_version: raw.minor_version,
            python_version: raw.python_version,
            cook_on_start: raw.cook_on_start,
            op_help_url: raw.op_help_url,
            python_members: raw.python_members,
        }
    }
}

/// What this host of generation 9 leaves in bytes that it does not know: the same in every run.
const GARBAGE: u8 = 0xCD;

struct Inner {
    path: PathBuf,
    generation: Generation,
    info: PluginInfo,
    get_sets: usize,
    methods: usize,
    library: Library,
}

/// A loaded plugin. Clones share the library; it is unloaded when the last clone and the last node are gone.
#[derive(Clone)]
pub struct Plugin(Arc<Inner>);

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("path", &self.0.path)
            .field("generation", &self.0.generation)
            .finish_non_exhaustive()
    }
}

impl Plugin {
    /// Loads the library at `path`, or the one inside a `.plugin` bundle, as a host of `generation` does.
    ///
    /// A library is loaded once in a process, and a plugin keeps the generation that it was told last: do not hold
    /// one file at two generations at the same time.
    ///
    /// # Errors
    /// When the file is no CHOP plugin, or one that TouchDesigner would refuse.
    pub fn load(path: &Path, generation: Generation) -> Result<Self, LoadError> {
        let library = open(path).map_err(LoadError)?;
        let raw = library.describe(generation as u8, GARBAGE);
        check(&raw, generation).map_err(|reason| LoadError(format!("{} {reason}", path.display())))?;
        let (get_sets, methods) = (raw.get_sets, raw.methods);
        let info = PluginInfo::from_raw(raw);
        Ok(Self(Arc::new(Inner { path: path.to_path_buf(), generation, info, get_sets, methods, library })))
    }

    /// What the plugin says about itself.
    pub fn info(&self) -> &PluginInfo {
        &self.0.info
    }

    /// The path that it was loaded from.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The generation that the host speaks with it.
    pub fn generation(&self) -> Generation {
        self.0.generation
    }

    pub(crate) fn library(&self) -> &Library {
        &self.0.library
    }

    /// Addresses of the tables of Python getters and methods.
    pub(crate) fn python_tables(&self) -> (usize, usize) {
        (self.0.get_sets, self.0.methods)
    }
}

/// A macOS bundle is a folder whose executable bears the bundle's name.
pub(crate) fn executable_of(path: &Path) -> PathBuf {
    match path.file_stem() {
        Some(stem) if path.is_dir() => path.join("Contents").join("MacOS").join(stem),
        _ => path.to_path_buf(),
    }
}

/// Opens the library at `path`, or the one inside a `.plugin` bundle.
pub(crate) fn open(path: &Path) -> Result<Library, String> {
    Library::open(&executable_of(path))
}

/// What the plugin at `path` says to a host that supports the version words from `min` to `max`: what it fills in,
/// whether such a host takes it or not.
///
/// # Errors
/// When the file is no CHOP plugin.
pub fn answer_to(path: &Path, min: i32, max: i32) -> Result<PluginInfo, LoadError> {
    open(path).map(|library| PluginInfo::from_raw(library.answer_to(min, max))).map_err(LoadError)
}

fn check(raw: &RawInfo, generation: Generation) -> Result<(), String> {
    check_word(raw, generation)?;
    check_type(raw)?;
    check_icon(raw)?;
    check_python(raw)?;
    check_inputs(raw)
}

pub(crate) fn check_word(raw: &RawInfo, generation: Generation) -> Result<(), String> {
    if raw.threw {
        return Err("threw an exception out of FillCHOPPluginInfo".to_owned());
    }
    if !raw.supported {
        return Err(format!(
            "asks for interface version {}, which a host of generation {generation} does not support \
             (TouchDesigner says \"provides an invalid opType name\")",
            version(raw.api_version)
        ));
    }
    Ok(())
}

/// A version word as its two halves.
pub(crate) fn version(word: i32) -> String {
    format!("{}/{}", word & 0xFFFF, (word >> 16) & 0xFFFF)
}

pub(crate) fn check_type(raw: &RawInfo) -> Result<(), String> {
    let mut letters = raw.op_type.chars();
    let good_type = letters.next().is_some_and(|first| first.is_ascii_uppercase())
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    if !good_type {
        return Err(format!(
            "has the operator type '{}': it must be a letter A-Z followed by a-z and 0-9",
            raw.op_type
        ));
    }
    Ok(())
}

pub(crate) fn check_icon(raw: &RawInfo) -> Result<(), String> {
    if raw.op_icon.len() != 3 || !raw.op_icon.bytes().all(|letter| letter.is_ascii_alphabetic()) {
        return Err(format!("has the icon '{}': it must be three letters A-Z, a-z", raw.op_icon));
    }
    Ok(())
}

fn check_python(raw: &RawInfo) -> Result<(), String> {
    match python::version() {
        Some(host) if !raw.python_members.is_empty() && raw.python_version != host => {
            Err(format!("has Python members for Python '{}', and the host has {host}", raw.python_version))
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_inputs(raw: &RawInfo) -> Result<(), String> {
    if raw.min_inputs < 0 || raw.max_inputs < raw.min_inputs {
        return Err(format!("wants {} to {} inputs", raw.min_inputs, raw.max_inputs));
    }
    Ok(())
}

/// Where the plugin of this project was built: `TDHOST_PLUGIN`, or the newest library beside the running executable,
/// in `deps` below it, or one folder up.
///
/// # Errors
/// When there is none; the sentence says what to do.
pub fn find_plugin() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("TDHOST_PLUGIN") {
        let path = PathBuf::from(path);
        return if path.exists() {
            Ok(path)
        } else {
            Err(format!("TDHOST_PLUGIN names {}, which does not exist", path.display()))
        };
    }
    let executable =
        std::env::current_exe().map_err(|error| format!("the running executable cannot be found: {error}"))?;
    let folder = executable.parent().unwrap_or(Path::new("."));
    newest_below(folder).ok_or_else(|| {
        format!(
            "no {} near {}: build it with `cargo build`, or name a plugin in TDHOST_PLUGIN",
            library_name(),
            folder.display()
        )
    })
}

fn library_name() -> String {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    format!("{DLL_PREFIX}audiofileoutplus{DLL_SUFFIX}")
}

/// The newest, because Cargo leaves the library in `deps` fresh and the one beside it stale, or the other way round,
/// depending on the command. A release for macOS has a bundle in place of the library.
fn newest_below(folder: &Path) -> Option<PathBuf> {
    let bundle = cfg!(target_os = "macos").then_some(BUNDLE);
    [folder.to_path_buf(), folder.join("deps"), folder.join("..")]
        .into_iter()
        .flat_map(|place| [Some(place.join(library_name())), bundle.map(|name| place.join(name))])
        .flatten()
        .filter_map(|path| Some((modified(&path)?, path)))
        .max_by_key(|(time, _)| *time)
        .map(|(_, path)| path)
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_should_survive_their_text() {
        for generation in Generation::ALL {
            assert_eq!(generation.to_string().parse(), Ok(generation));
        }
        assert!("10".parse::<Generation>().is_err());
    }

    #[test]
    fn the_newest_library_should_be_found() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("debug");
        std::fs::create_dir_all(place.join("deps")).unwrap();
        assert_eq!(newest_below(&place), None);
        let old = place.join(library_name());
        let new = place.join("deps").join(library_name());
        let start = SystemTime::now();
        for (path, age) in [(&old, 60), (&new, 0)] {
            let file = std::fs::File::create(path).unwrap();
            file.set_modified(start - std::time::Duration::from_secs(age)).unwrap();
        }
        assert_eq!(newest_below(&place), Some(new));
    }
}

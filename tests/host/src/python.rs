//! A real Python in the host's process, as TouchDesigner has one: the one that is installed, found at run time.
//!
//! A plugin looks for Python when it is loaded, so it is started before that. Tests that do not start it prove that
//! everything else works without.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::ffi;

/// Minor versions, TouchDesigner's own first: 3.11 since 2023, 3.9 before.
const MINORS: [u32; 6] = [11, 9, 10, 12, 13, 14];

static STARTED: OnceLock<Result<String, String>> = OnceLock::new();

/// Starts Python, once in a process, and returns its version: the library that `TDHOST_PYTHON` names, or the first
/// that is found.
///
/// # Errors
/// When there is none; the sentence says what to do.
pub fn start() -> Result<&'static str, String> {
    let started = STARTED.get_or_init(|| {
        let library = libraries().into_iter().find(|library| ffi::load_python(library)).ok_or(
            "there is no Python library: install one, for example libpython3.11, or name its file in TDHOST_PYTHON",
        )?;
        ffi::start_python(&home(&library)).map_err(|error| error.what().to_owned())
    });
    started.as_ref().map(String::as_str).map_err(Clone::clone)
}

/// The version of the Python that was started.
pub fn version() -> Option<&'static str> {
    STARTED.get().and_then(|started| started.as_ref().ok()).map(String::as_str)
}

fn libraries() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os("TDHOST_PYTHON") {
        return vec![named.into()];
    }
    let mut libraries: Vec<PathBuf> = MINORS.into_iter().flat_map(of_minor).collect();
    libraries.extend(of_the_command());
    libraries
}

/// With its own modules beside it: started without them, Python ends the process.
#[cfg(windows)]
fn of_minor(minor: u32) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let libraries = std::env::split_paths(&path).map(|folder| folder.join(format!("python3{minor}.dll")));
    libraries.filter(|library| library.exists() && !home(library).is_empty()).collect()
}

#[cfg(target_os = "macos")]
fn of_minor(minor: u32) -> Vec<PathBuf> {
    let framework = format!("Python.framework/Versions/3.{minor}/Python");
    let folders = [
        "/Library/Frameworks".to_owned(),
        format!("/opt/homebrew/opt/python@3.{minor}/Frameworks"),
        format!("/usr/local/opt/python@3.{minor}/Frameworks"),
    ];
    folders.iter().map(|folder| Path::new(folder).join(&framework)).filter(|library| library.exists()).collect()
}

#[cfg(not(any(windows, target_os = "macos")))]
fn of_minor(minor: u32) -> Vec<PathBuf> {
    vec![format!("libpython3.{minor}.so.1.0").into()]
}

/// The library of the `python3` in the path, when it has one. On Windows that may be a stub that only opens the Store.
fn of_the_command() -> Option<PathBuf> {
    const ASK: &str =
        "import sysconfig as s; print(s.get_config_var('LIBDIR'), s.get_config_var('INSTSONAME'), sep='/')";
    let output = Command::new("python3").args(["-c", ASK]).stdin(Stdio::null()).output().ok()?;
    let library = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    output.status.success().then_some(())?;
    library.is_file().then_some(library)
}

/// The folder of Python's own modules on Windows, where Python looks for them beside the running program.
fn home(library: &Path) -> Vec<u16> {
    let folder = library.parent().filter(|folder| cfg!(windows) && folder.join("Lib").join("os.py").exists());
    folder.map_or_else(Vec::new, |folder| folder.to_string_lossy().encode_utf16().collect())
}

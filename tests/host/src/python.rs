//! A real Python in the host's process, as TouchDesigner has one: the one that is installed, found at run time.
//!
//! A plugin looks for Python when it is loaded, so it is started before that. Tests that do not start it prove that
//! everything else works without.

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
        ffi::start_python(&libraries()).map_err(|error| {
            format!("{}: install one, for example libpython3.11, or name it in TDHOST_PYTHON", error.what())
        })
    });
    started.as_ref().map(String::as_str).map_err(Clone::clone)
}

/// The version of the Python that was started.
pub fn version() -> Option<&'static str> {
    STARTED.get().and_then(|started| started.as_ref().ok()).map(String::as_str)
}

fn libraries() -> Vec<String> {
    if let Ok(named) = std::env::var("TDHOST_PYTHON") {
        return vec![named];
    }
    let mut libraries: Vec<String> = MINORS.into_iter().flat_map(names).collect();
    libraries.extend(of_the_command());
    libraries
}

#[cfg(windows)]
fn names(minor: u32) -> Vec<String> {
    vec![format!("python3{minor}.dll")]
}

#[cfg(target_os = "macos")]
fn names(minor: u32) -> Vec<String> {
    let framework = format!("Python.framework/Versions/3.{minor}/Python");
    vec![
        format!("/Library/Frameworks/{framework}"),
        format!("/opt/homebrew/opt/python@3.{minor}/Frameworks/{framework}"),
        format!("/usr/local/opt/python@3.{minor}/Frameworks/{framework}"),
    ]
}

#[cfg(not(any(windows, target_os = "macos")))]
fn names(minor: u32) -> Vec<String> {
    vec![format!("libpython3.{minor}.so.1.0")]
}

/// The library of the `python3` in the path, when it has one.
fn of_the_command() -> Option<String> {
    const ASK: &str =
        "import sysconfig as s; print(s.get_config_var('LIBDIR'), s.get_config_var('INSTSONAME'), sep='/')";
    let output = Command::new("python3").args(["-c", ASK]).stdin(Stdio::null()).output().ok()?;
    let library = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    output.status.success().then_some(library)
}

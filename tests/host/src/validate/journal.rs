//! What a case's process leaves for the one that started it: a line for each step, and the verdict.
//!
//! A file, because a plugin may print; line by line, because a process that dies must have said where.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::outcome::{Severity, Verdict};

/// The writing side.
pub(super) struct Journal(File);

impl Journal {
    pub(super) fn create(path: &Path) -> std::io::Result<Self> {
        File::create(path).map(Self)
    }

    /// What comes next.
    pub(super) fn step(&self, what: &str) {
        self.line(&json!({ "step": what }));
    }

    /// The end.
    pub(super) fn verdict(&self, verdict: &Verdict) {
        self.line(&json!({ "severity": verdict.severity.name(), "message": verdict.message }));
    }

    fn line(&self, value: &Value) {
        // In one write, so that no line is ever half there. A full disk shows as a case without a verdict.
        let _ = (&self.0).write_all(format!("{value}\n").as_bytes());
    }
}

/// The reading side: the last step, and the verdict if there is one.
pub(super) fn read(path: &Path) -> (Option<String>, Option<Verdict>) {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut step = None;
    let mut verdict = None;
    for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(what) = line["step"].as_str() {
            step = Some(what.to_owned());
        }
        if let Some(severity) = line["severity"].as_str().and_then(Severity::named) {
            verdict = Some(Verdict { severity, message: line["message"].as_str().unwrap_or_default().to_owned() });
        }
    }
    (step, verdict)
}

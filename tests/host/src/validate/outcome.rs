//! How a case ended.

use std::time::Duration;

use super::case::Case;
use crate::Generation;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// All is well.
    Passed,
    /// A cook takes long. Never anything but timing, because it depends on the machine.
    Warning,
    /// There was nothing to check, or no way to check it.
    Skipped,
    /// The plugin did what it must not do, or did not come to an end.
    Failed,
    /// The process of the case died.
    Crashed,
}

impl Severity {
    const ALL: [Self; 5] = [Self::Passed, Self::Warning, Self::Skipped, Self::Failed, Self::Crashed];

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Crashed => "crashed",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// Whether TouchDesigner's user would suffer from it.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Crashed)
    }
}

/// What a case found: how bad, and a sentence, which can be empty when all is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) severity: Severity,
    pub(super) message: String,
}

impl Verdict {
    fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { severity, message: message.into() }
    }

    pub(super) fn passed() -> Self {
        Self::new(Severity::Passed, "")
    }

    pub(super) fn noted(message: impl Into<String>) -> Self {
        Self::new(Severity::Passed, message)
    }

    pub(super) fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    pub(super) fn skipped(message: impl Into<String>) -> Self {
        Self::new(Severity::Skipped, message)
    }

    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::new(Severity::Failed, message)
    }

    pub(super) fn crashed(message: impl Into<String>) -> Self {
        Self::new(Severity::Crashed, message)
    }
}

/// What became of a case in a host of one generation.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// The generation that the host spoke.
    pub generation: Generation,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in a sentence; can be empty when all is well.
    pub message: String,
    /// How long it took.
    pub time: Duration,
    /// It did not end by itself.
    pub hung: bool,
}

impl Outcome {
    /// Whether the cases that need this one have nothing to say.
    pub(super) fn blocks(&self) -> bool {
        match self.case {
            Case::OrdinaryCook => self.hung || self.severity == Severity::Crashed,
            _ => self.severity.is_failure(),
        }
    }
}

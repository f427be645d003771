//! What was found, as a tree and as JSON.

use std::path::Path;

use serde_json::json;

use super::case::Case;
use super::outcome::{Outcome, Severity};

/// The cases under their headings, each with what it proves.
pub(super) fn list() -> String {
    let width = Case::ALL.iter().map(|case| case.name().len()).max().unwrap_or(0);
    let mut lines = Vec::new();
    let mut group = None;
    for case in Case::ALL {
        if group != Some(case.group()) {
            group = Some(case.group());
            lines.push(case.group().to_string());
        }
        lines.push(format!("  {:width$}  {}", case.name(), case.description()));
    }
    lines.join("\n")
}

pub(super) fn list_as_json() -> String {
    let cases = Case::ALL.iter().map(
        |case| json!({ "case": case.name(), "group": case.group().to_string(), "description": case.description() }),
    );
    format!("{:#}", json!(cases.collect::<Vec<_>>()))
}

/// Generations, groups and cases.
pub(super) fn tree(plugin: &Path, outcomes: &[Outcome]) -> String {
    let mut lines = vec![plugin.display().to_string()];
    for (last, outcomes) in with_last(outcomes.chunk_by(|a, b| a.generation == b.generation)) {
        let (branch, trunk) = strokes(last);
        lines.push(format!("{branch}generation {}", outcomes[0].generation));
        for (last, outcomes) in with_last(outcomes.chunk_by(|a, b| a.case.group() == b.case.group())) {
            let (branch, inner) = strokes(last);
            lines.push(format!("{trunk}{branch}{}", outcomes[0].case.group()));
            for (last, outcome) in with_last(outcomes.iter()) {
                lines.push(format!("{trunk}{inner}{}{}", strokes(last).0, line(outcome)));
            }
        }
    }
    lines.push(summary(outcomes));
    lines.join("\n")
}

fn with_last<T>(items: impl Iterator<Item = T>) -> impl Iterator<Item = (bool, T)> {
    let mut items = items.peekable();
    std::iter::from_fn(move || items.next().map(|item| (items.peek().is_none(), item)))
}

/// Before an entry, and before what hangs below it.
fn strokes(last: bool) -> (&'static str, &'static str) {
    if last { ("`-- ", "    ") } else { ("|-- ", "|   ") }
}

/// One case in a line.
pub(super) fn line(outcome: &Outcome) -> String {
    let text = format!("{} {}", outcome.severity.name(), outcome.case);
    if outcome.message.is_empty() { text } else { format!("{text}: {}", outcome.message) }
}

fn count(outcomes: &[Outcome], severity: Severity) -> usize {
    outcomes.iter().filter(|outcome| outcome.severity == severity).count()
}

fn summary(outcomes: &[Outcome]) -> String {
    let all = [Severity::Passed, Severity::Failed, Severity::Crashed, Severity::Skipped, Severity::Warning];
    let counts = all.map(|severity| format!("{} {}", count(outcomes, severity), severity.name()));
    counts.join(", ")
}

pub(super) fn as_json(plugin: &Path, outcomes: &[Outcome]) -> String {
    let cases: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            json!({
                "case": outcome.case.name(),
                "group": outcome.case.group().to_string(),
                "description": outcome.case.description(),
                "generation": outcome.generation.to_string(),
                "severity": outcome.severity.name(),
                "message": outcome.message,
                "seconds": outcome.time.as_secs_f64(),
                "hung": outcome.hung,
            })
        })
        .collect();
    format!(
        "{:#}",
        json!({
            "plugin": plugin.display().to_string(),
            "good": !outcomes.iter().any(|outcome| outcome.severity.is_failure()),
            "cases": cases,
        })
    )
}

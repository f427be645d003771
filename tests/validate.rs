//! `tdhost validate` finds nothing wrong with our plugin in any generation, and in each bad plugin exactly what is
//! wrong with it.

#[path = "host/tests/plugins/compile.rs"]
mod compile;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use compile::Source;
use tdhost::validate::{Case, Outcome, Plan, Severity};
use tdhost::{Generation, find_plugin};

const TDHOST: &str = env!("CARGO_BIN_EXE_tdhost");
/// Far more than any case takes, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same for a plugin of a few lines, one of which never comes to an end.
const SHORT_PATIENCE: Duration = Duration::from_secs(8);

fn plan(plugin: PathBuf, generations: &[Generation], cases: &[Case], timeout: Duration) -> Plan {
    Plan { plugin, program: TDHOST.into(), generations: generations.to_vec(), cases: cases.to_vec(), timeout, jobs: 2 }
}

fn bad_plugins() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plugins/bad");
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut sources: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "cpp")).collect();
    sources.sort();
    sources
}

/// What the first line of a bad plugin says of it: `// Breaks CASE in generation G (WORD): ...`.
struct Promise {
    case: Case,
    generation: Generation,
    severity: Severity,
    hangs: bool,
}

impl Promise {
    fn of(source: &Path) -> Self {
        let text = std::fs::read_to_string(source).unwrap();
        Self::parse(&text).unwrap_or_else(|| panic!("{} does not begin with what it breaks", source.display()))
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, rest) = text.strip_prefix("// Breaks ")?.split_once(" (")?;
        let (word, _) = rest.split_once("): ")?;
        let (case, generation) = head.split_once(" in generation ").unwrap_or((head, "10.2"));
        let severity = match word {
            "failed" | "hangs" => Severity::Failed,
            "crashed" => Severity::Crashed,
            "warning" => Severity::Warning,
            _ => return None,
        };
        Some(Self { case: case.parse().ok()?, generation: generation.parse().ok()?, severity, hangs: word == "hangs" })
    }
}

/// Whether tdhost tries the case on this system.
fn is_tried(case: Case) -> bool {
    case != Case::ThreadsLeft || cfg!(any(target_os = "linux", windows))
}

/// What is not as promised of the plugin, in a sentence.
fn disappointment(source: &Path, folder: &Path) -> Option<String> {
    let promise = Promise::of(source);
    if !is_tried(promise.case) {
        println!("skipped: {} is not tried on this system", promise.case);
        return None;
    }
    let name = source.file_stem().unwrap().to_str().unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../include");
    let library = Source { file: source, name, folder, includes: &[&include], defines: &[], strict: true }
        .build()
        .unwrap_or_else(|reason| panic!("{reason}"));
    // A slow plugin makes every case slow, to no avail.
    let cases = if promise.severity == Severity::Warning { &[promise.case][..] } else { Case::ALL };
    let timeout = if promise.hangs { SHORT_PATIENCE } else { PATIENCE };
    let outcomes = plan(library, &[promise.generation], cases, timeout).run(&|_| {}).unwrap();
    let bad = |outcome: &&Outcome| match promise.severity {
        // Timing is not this plugin's matter, and the machine may be busy.
        Severity::Failed | Severity::Crashed => outcome.severity.is_failure(),
        _ => outcome.severity != Severity::Passed,
    };
    let found: Vec<_> = outcomes.iter().filter(bad).collect();
    let kept = match &found[..] {
        [only] => (only.case, only.severity, only.hung) == (promise.case, promise.severity, promise.hangs),
        _ => false,
    };
    let described: Vec<_> =
        found.iter().map(|it| format!("{} {}: {}", it.severity.name(), it.case, it.message)).collect();
    println!("{name}: {}", described.join(" | "));
    (!kept).then(|| format!("{name} is to break {} and gives: {described:#?}", promise.case))
}

#[test]
fn each_bad_plugin_should_fail_with_the_case_that_it_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let sources = bad_plugins();
    let queue = Mutex::new(sources.iter());
    let disappointments = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(source) = next else {
                        return;
                    };
                    let found = disappointment(source, folder.path());
                    disappointments.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
                }
            });
        }
    });
    let disappointments = disappointments.into_inner().unwrap();
    assert!(disappointments.is_empty(), "{}", disappointments.join("\n"));
}

#[test]
fn every_case_should_have_a_plugin_that_breaks_it() {
    let broken: HashSet<Case> = bad_plugins().iter().map(|source| Promise::of(source).case).collect();
    let unbroken: Vec<_> = Case::ALL.iter().filter(|case| !broken.contains(case)).collect();
    assert!(unbroken.is_empty(), "{unbroken:?}");
}

#[test]
fn our_plugin_should_pass_in_every_generation() {
    let plugin = find_plugin().unwrap();
    let outcomes = plan(plugin, &Generation::ALL, Case::ALL, PATIENCE).run(&|_| {}).unwrap();
    assert_eq!(outcomes.len(), Case::ALL.len() * Generation::ALL.len());
    let of = |severity| outcomes.iter().filter(move |outcome| outcome.severity == severity);
    let bad: Vec<_> = outcomes.iter().filter(|outcome| outcome.severity.is_failure()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    // What an older host cannot ask for, and nothing else.
    let skipped: Vec<_> = of(Severity::Skipped).map(|outcome| (outcome.generation, outcome.case)).collect();
    let mut expected = vec![
        (Generation::G9, Case::UnknownHost),
        (Generation::G9, Case::SavedData),
        (Generation::G10_1, Case::SavedData),
    ];
    if !is_tried(Case::ThreadsLeft) {
        expected.extend(Generation::ALL.map(|generation| (generation, Case::ThreadsLeft)));
    }
    assert_eq!(skipped.iter().collect::<HashSet<_>>(), expected.iter().collect::<HashSet<_>>());
}

#[test]
fn the_command_should_report_as_a_tree_and_as_json_and_tell_by_its_exit_code() {
    let run = |arguments: &[&str]| Command::new(TDHOST).arg("validate").args(arguments).output().unwrap();
    let plugin = find_plugin().unwrap();
    let good = run(&[plugin.to_str().unwrap(), "--only", "operator-type", "--only", "no-input", "--generation", "9"]);
    assert!(good.status.success());
    let tree = String::from_utf8(good.stdout).unwrap();
    let lines = [
        "`-- generation 9",
        "    |-- loading",
        "    |   `-- passed operator-type",
        "    `-- cooks",
        "        `-- passed no-input",
        "2 passed, 0 failed, 0 crashed, 0 skipped, 0 warning",
    ];
    assert_eq!(tree.lines().skip(1).collect::<Vec<_>>(), lines);
    assert!(String::from_utf8(good.stderr).unwrap().contains("passed no-input"), "progress is shown");

    // No plugin at all: this program.
    let bad = run(&[TDHOST, "--json"]);
    assert!(!bad.status.success());
    let report: serde_json::Value = serde_json::from_slice(&bad.stdout).unwrap();
    assert_eq!(report["good"], false);
    let cases = report["cases"].as_array().unwrap();
    assert_eq!((cases[0]["case"].as_str(), cases[0]["severity"].as_str()), (Some("entry-points"), Some("failed")));
    assert!(cases[1..].iter().all(|case| case["severity"] == "skipped"), "{report:#}");

    let list = String::from_utf8(run(&["--list"]).stdout).unwrap();
    assert!(Case::ALL.iter().all(|case| list.contains(case.name()) && list.contains(case.description())));
    assert!(!run(&["--only", "no-such-case"]).status.success());
    assert!(!run(&["no-such-file"]).status.success());
}

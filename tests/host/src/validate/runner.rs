//! Starts the cases' processes, several at once, and ends those that do not end.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::case::Case;
use super::journal;
use super::outcome::{Outcome, Severity, Verdict};
use crate::Generation;

/// How long a process that was killed may take to go. One that hangs in the kernel stays.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// What is run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The plugin's file.
    pub plugin: PathBuf,
    /// The program with the command `validate-child`.
    pub program: PathBuf,
    /// The host's generations, one after the other.
    pub generations: Vec<Generation>,
    /// The cases, in the order of the report.
    pub cases: Vec<Case>,
    /// A case that takes longer is ended.
    pub timeout: Duration,
    /// Processes at once.
    pub jobs: usize,
}

impl Plan {
    /// Runs the cases of each generation and tells of each when it ends. Those that measure time run alone.
    ///
    /// # Errors
    /// When no process can be started or no folder made: nothing that the plugin could be blamed for.
    pub fn run(&self, ended: &(dyn Fn(&Outcome) + Sync)) -> Result<Vec<Outcome>, String> {
        let mut outcomes = Vec::new();
        for generation in &self.generations {
            outcomes.extend(self.run_generation(*generation, ended)?);
        }
        Ok(outcomes)
    }

    fn run_generation(
        &self,
        generation: Generation,
        ended: &(dyn Fn(&Outcome) + Sync),
    ) -> Result<Vec<Outcome>, String> {
        let stage = |case: &Case| match case {
            Case::EntryPoints => 0,
            Case::VersionWord => 1,
            Case::OrdinaryCook => 2,
            Case::CookCost => 4,
            _ => 3,
        };
        let mut done: HashMap<Case, Outcome> = HashMap::new();
        for number in 0..=4 {
            let cases: Vec<Case> = self.cases.iter().copied().filter(|case| stage(case) == number).collect();
            let outcomes = self.run_together(&cases, generation, &done, ended)?;
            done.extend(outcomes.into_iter().map(|outcome| (outcome.case, outcome)));
        }
        Ok(self.cases.iter().filter_map(|case| done.remove(case)).collect())
    }

    fn run_together(
        &self,
        cases: &[Case],
        generation: Generation,
        done: &HashMap<Case, Outcome>,
        ended: &(dyn Fn(&Outcome) + Sync),
    ) -> Result<Vec<Outcome>, String> {
        let queue = Mutex::new(cases.iter());
        let results = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.clamp(1, cases.len().max(1)) {
                scope.spawn(|| {
                    loop {
                        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some(case) = next else {
                            return;
                        };
                        let result = self.run_case(*case, generation, done);
                        if let Ok(outcome) = &result {
                            ended(outcome);
                        }
                        results.lock().unwrap_or_else(PoisonError::into_inner).push(result);
                    }
                });
            }
        });
        results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }

    fn run_case(&self, case: Case, generation: Generation, done: &HashMap<Case, Outcome>) -> Result<Outcome, String> {
        let mut needs = case.needs();
        while let Some(needed) = needs {
            if done.get(&needed).is_some_and(Outcome::blocks) {
                let message = format!("says nothing as long as {needed} fails");
                let severity = Severity::Skipped;
                return Ok(Outcome { case, generation, severity, message, time: Duration::ZERO, hung: false });
            }
            needs = needed.needs();
        }
        let began = Instant::now();
        let (verdict, hung) = self.run_process(case, generation)?;
        let Verdict { severity, message } = verdict;
        Ok(Outcome { case, generation, severity, message, time: began.elapsed(), hung })
    }

    fn run_process(&self, case: Case, generation: Generation) -> Result<(Verdict, bool), String> {
        let folder = tempfile::Builder::new()
            .prefix("tdhost-validate-")
            .tempdir()
            .map_err(|error| format!("a temporary folder cannot be made: {error}"))?;
        let journal = folder.path().join("journal");
        let printed = folder.path().join("printed");
        // The plugin may write files beside it, and a relative path leads here.
        let work = folder.path().join("work");
        let failed = |error: std::io::Error| format!("{}: {error}", folder.path().display());
        std::fs::create_dir(&work).map_err(failed)?;
        let output = File::create(&printed).map_err(failed)?;
        let errors = output.try_clone().map_err(failed)?;
        let mut child = Command::new(&self.program)
            .arg("validate-child")
            .arg(&self.plugin)
            .args([case.name(), &generation.to_string()])
            .arg(&journal)
            .current_dir(&work)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", self.program.display()))?;
        let status = wait(&mut child, self.timeout).map_err(failed)?;
        let (step, verdict) = journal::read(&journal);
        let place = step.map_or_else(|| "at the start".to_owned(), |step| format!("at: {step}"));
        let seconds = self.timeout.as_secs_f64();
        Ok(match (status, verdict) {
            (None, None) => (Verdict::failed(format!("hangs, and was ended after {seconds} s; {place}")), true),
            (None, Some(_)) => {
                (Verdict::failed(format!("hangs when the process ends, and was ended after {seconds} s")), true)
            }
            (Some(status), Some(verdict)) if status.success() => (verdict, false),
            (Some(status), Some(_)) => {
                (Verdict::crashed(format!("the process died when it ended: {status}{}", last_words(&printed))), false)
            }
            (Some(status), None) if status.success() => {
                (Verdict::crashed(format!("the process ended before its case; {place}{}", last_words(&printed))), false)
            }
            (Some(status), None) => {
                (Verdict::crashed(format!("the process died: {status}; {place}{}", last_words(&printed))), false)
            }
        })
    }
}

/// Waits; `None` when the time was over and the process was killed.
fn wait(child: &mut Child, timeout: Duration) -> std::io::Result<Option<ExitStatus>> {
    const LONGEST_NAP: Duration = Duration::from_millis(5);
    let began = Instant::now();
    let mut nap = Duration::from_micros(500);
    while began.elapsed() < timeout {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(nap);
        nap = LONGEST_NAP.min(nap * 2);
    }
    child.kill()?;
    let killed = Instant::now();
    while child.try_wait()?.is_none() && killed.elapsed() < KILL_PATIENCE {
        std::thread::sleep(LONGEST_NAP);
    }
    Ok(None)
}

/// The last line that the process printed, such as a failed assertion.
fn last_words(printed: &Path) -> String {
    const LONGEST: usize = 200;
    let text = std::fs::read(printed).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().rev().find(|line| !line.trim().is_empty());
    line.map_or_else(String::new, |line| format!("; it printed: {}", line.chars().take(LONGEST).collect::<String>()))
}

//! `tdhost validate`: checks of any CHOP plugin's conduct.
//!
//! ```text
//! Plan -> a process for each case -> Context, Scene -> Verdict -> journal -> Outcome -> tree, JSON
//! ```
//!
//! Each [`Case`] runs in a process of its own (`tdhost validate-child`), in a folder of its own and with a limit of
//! time, so that a plugin that crashes or hangs costs one case. A case looks at one thing: what plain cooks show has
//! its own cases, and cooks of an unusual kind are judged by what they show beyond that.

mod case;
mod child;
mod cooks;
mod journal;
mod life;
mod loading;
mod outcome;
mod report;
mod runner;
mod scene;
mod system;

use std::io::{IsTerminal, stderr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

pub use case::{Case, Group};
pub use child::{ChildArgs, run_child};
pub use outcome::{Outcome, Severity};
pub use runner::Plan;

use crate::{Generation, find_plugin};

/// Checks a plugin's conduct.
#[derive(Clone, Debug, clap::Args)]
pub struct ValidateArgs {
    /// The plugin's file or bundle; without it the one of this project that was built last
    pub plugin: Option<PathBuf>,
    /// Run this case only; can be given several times
    #[arg(long, value_name = "CASE")]
    pub only: Vec<Case>,
    /// Show the cases and what each proves
    #[arg(long)]
    pub list: bool,
    /// Print JSON instead of a tree
    #[arg(long)]
    pub json: bool,
    /// The interface generation that the host speaks: 9, 10.1 or 10.2; can be given several times [default: 10.2]
    #[arg(long)]
    pub generation: Vec<Generation>,
    /// End a case that takes longer than so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub timeout: u64,
}

/// Runs the command. Success means that no case failed or crashed.
pub fn run(args: &ValidateArgs) -> ExitCode {
    if args.list {
        println!("{}", if args.json { report::list_as_json() } else { report::list() });
        return ExitCode::SUCCESS;
    }
    match validate(args) {
        Ok((plan, outcomes)) => {
            let text = if args.json { report::as_json } else { report::tree };
            println!("{}", text(&plan.plugin, &outcomes));
            let bad = outcomes.iter().any(|outcome| outcome.severity.is_failure());
            if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(reason) => {
            eprintln!("tdhost validate: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn validate(args: &ValidateArgs) -> Result<(Plan, Vec<Outcome>), String> {
    let plan = plan(args)?;
    let progress = Progress::new(plan.generations.len() * plan.cases.len());
    let outcomes = plan.run(&|outcome| progress.ended(outcome))?;
    progress.finish();
    Ok((plan, outcomes))
}

fn plan(args: &ValidateArgs) -> Result<Plan, String> {
    let plugin = args.plugin.clone().map_or_else(find_plugin, Ok)?;
    if !plugin.exists() {
        return Err(format!("{} does not exist", plugin.display()));
    }
    let generations = if args.generation.is_empty() { vec![Generation::default()] } else { args.generation.clone() };
    let chosen = |case: &Case| args.only.is_empty() || args.only.contains(case);
    Ok(Plan {
        // The cases run in folders of their own.
        plugin: std::path::absolute(&plugin).map_err(|error| format!("{} is no path: {error}", plugin.display()))?,
        program: std::env::current_exe().map_err(|error| format!("this program is not found: {error}"))?,
        generations,
        cases: Case::ALL.iter().copied().filter(chosen).collect(),
        timeout: Duration::from_secs(args.timeout),
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
    })
}

/// A bar on a terminal, a line for each case elsewhere.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn new(cases: usize) -> Self {
        let style = ProgressStyle::with_template("[{bar:30}] {pos}/{len}  {msg}")
            .expect("the template is right")
            .progress_chars("=> ");
        Self(stderr().is_terminal().then(|| ProgressBar::new(cases as u64).with_style(style)))
    }

    fn ended(&self, outcome: &Outcome) {
        match &self.0 {
            Some(bar) => {
                bar.set_message(outcome.case.name());
                bar.inc(1);
            }
            None => {
                let seconds = outcome.time.as_secs_f64();
                eprintln!("{:<4} {} ({seconds:.2} s)", outcome.generation, report::line(outcome));
            }
        }
    }

    fn finish(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}

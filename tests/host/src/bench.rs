//! `tdhost bench`: what the plugin costs the show and the machine, beside what is installed of its peers.
//!
//! Absolute times belong to one machine and one moment; what compares are the ratios, which come from runs that
//! alternate. Whatever uses CPU time of a whole process runs in a child process: see [`child`].

mod child;
mod cook;
mod cpu;
mod figures;
mod inline;
mod many;
mod sndfile;
mod stage;
mod table;
mod usage;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

pub use child::{ChildArgs, run as run_child};
use figures::Figures;

use crate::{Generation, Plugin, find_plugin};

/// Measures the plugin beside its peers.
#[derive(Clone, Debug, clap::Args)]
pub struct BenchArgs {
    /// Print one JSON object instead of the table
    #[arg(long)]
    pub json: bool,
    /// Fewer rounds and shorter recordings: shows that everything runs, with numbers that are worth less
    #[arg(long)]
    pub quick: bool,
    /// Measure only figures whose key begins so, such as cpu_ratio.wav24; the others are null
    #[arg(long, value_name = "KEY")]
    pub only: Option<String>,
    /// Where files are written [default: the temporary folder]
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// The plugin's file [default: the one that was built last]
    #[arg(long, value_name = "PATH")]
    pub plugin: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &BenchArgs) -> ExitCode {
    match measure(args) {
        Ok(figures) if args.json => println!("{:#}", figures.to_json()),
        Ok(figures) => print!("{}", table::describe(&figures)),
        Err(reason) => {
            eprintln!("tdhost bench: {reason}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// What every measurement needs.
struct Bench {
    plugin: Plugin,
    quick: bool,
    only: Option<String>,
    dir: tempfile::TempDir,
    progress: ProgressBar,
}

impl Bench {
    /// Whether any figure under `key` was asked for.
    fn wants(&self, key: &str) -> bool {
        self.only.as_ref().is_none_or(|only| key.starts_with(only.as_str()) || only.starts_with(key))
    }

    /// Shows what is measured now.
    fn doing(&self, what: &str) {
        if self.progress.is_hidden() {
            eprintln!("measuring {what}");
        }
        self.progress.set_message(what.to_owned());
        self.progress.tick();
    }

    /// `many` rounds, or `few` when it has to be quick.
    fn rounds(&self, many: usize, few: usize) -> usize {
        if self.quick { few } else { many }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn measure(args: &BenchArgs) -> Result<Figures, String> {
    let path = args.plugin.clone().map_or_else(find_plugin, Ok)?;
    let plugin = Plugin::load(&path, Generation::G10_2).map_err(|error| error.to_string())?;
    let bench = Bench {
        plugin,
        quick: args.quick,
        only: args.only.clone(),
        dir: folder(args.dir.as_deref())?,
        progress: spinner(),
    };
    let mut figures = Figures::default();
    for part in [cook::measure, inline::measure, cpu::measure, many::measure] {
        part(&bench, &mut figures)?;
    }
    bench.progress.finish_and_clear();
    Ok(figures)
}

fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {elapsed}  {msg}").expect("the template is right");
    ProgressBar::new_spinner().with_style(style)
}

/// A folder of this run's own, on a file system of the kind that is recorded to: how many pages a write takes at once
/// differs there between the contenders, and in a file system in memory it does not.
fn folder(wanted: Option<&Path>) -> Result<tempfile::TempDir, String> {
    let made = wanted.map_or_else(tempfile::tempdir, tempfile::tempdir_in);
    made.map_err(|error| format!("no folder to write to: {error}"))
}

/// The middle one; the upper one of two.
fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> Option<T> {
    values.sort_by(|a, b| a.partial_cmp(b).expect("measured values are numbers"));
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_should_be_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4, 1]), Some(4));
        assert_eq!(median(Vec::<f64>::new()), None);
    }
}

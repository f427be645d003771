//! tdhost: the headless host on the command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tdhost::{bench, bundle, install, params, record, soak, validate};

/// Loads a CHOP plugin and cooks it, without TouchDesigner.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play audio through the plugin and check the file that it records
    Record(Box<record::RecordArgs>),
    /// Record with many nodes, random settings and random faults, and account for every frame
    Soak(soak::SoakArgs),
    /// Show the parameter pages as the plugin declares them
    Params(params::ParamsArgs),
    /// Check any CHOP plugin's conduct, each case in a process of its own
    Validate(validate::ValidateArgs),
    /// One case of `validate`
    #[command(hide = true)]
    ValidateChild(validate::ChildArgs),
    /// Measure what the plugin costs, beside the peers that are installed
    Bench(bench::BenchArgs),
    /// Make the bundle that macOS takes for a plugin from a built library
    Bundle(bundle::BundleArgs),
    /// Copy the plugin to where TouchDesigner looks for it
    Install(install::InstallArgs),
    /// Remove what `install` has copied
    Uninstall(install::UninstallArgs),
    /// What `bench` runs in processes of its own
    #[command(hide = true)]
    BenchChild(bench::ChildArgs),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Record(args) => record::run(&args),
        Command::Soak(args) => soak::run(&args),
        Command::Params(args) => params::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::ValidateChild(args) => validate::run_child(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Bundle(args) => bundle::run(&args),
        Command::Install(args) => install::run(&args),
        Command::Uninstall(args) => install::run_uninstall(&args),
        Command::BenchChild(args) => bench::run_child(&args),
    }
}

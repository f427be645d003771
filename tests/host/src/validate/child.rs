//! What runs in a case's own process: `tdhost validate-child`, which is hidden because it is of no use by itself.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use super::case::Case;
use super::journal::Journal;
use super::outcome::Verdict;
use super::scene::Context;
use super::{cooks, life, loading, system};
use crate::Generation;
use crate::faults::FaultKind;

/// One case.
#[derive(Clone, Debug, clap::Args)]
pub struct ChildArgs {
    plugin: PathBuf,
    case: Case,
    generation: Generation,
    /// Where steps and verdict go
    journal: PathBuf,
}

/// Runs the command. Its exit code says nothing of the plugin: the journal does.
pub fn run_child(args: &ChildArgs) -> ExitCode {
    system::crash_silently();
    let journal = match Journal::create(&args.journal) {
        Ok(journal) => journal,
        Err(error) => {
            eprintln!("tdhost validate-child: {}: {error}", args.journal.display());
            return ExitCode::FAILURE;
        }
    };
    let context = Context { path: &args.plugin, generation: args.generation, journal: &journal };
    let verdict = catch_unwind(AssertUnwindSafe(|| verdict(args.case, &context)))
        .unwrap_or_else(|panic| Verdict::failed(format!("tdhost gave up: {}", text(&*panic))));
    journal.verdict(&verdict);
    ExitCode::SUCCESS
}

fn text(panic: &(dyn Any + Send)) -> String {
    let owned = panic.downcast_ref::<String>().cloned();
    owned.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}

fn verdict(case: Case, context: &Context<'_>) -> Verdict {
    let found = match case {
        Case::EntryPoints
        | Case::VersionWord
        | Case::UnknownHost
        | Case::OperatorType
        | Case::OperatorIcon
        | Case::OperatorLabel
        | Case::InputCounts => loading::check(context, case),
        Case::ParameterNames => loading::check_parameters(context, FaultKind::ParameterName),
        Case::ParameterMenus => loading::check_parameters(context, FaultKind::ParameterMenu),
        Case::ParameterRanges => loading::check_parameters(context, FaultKind::ParameterRange),
        Case::OrdinaryCook => cooks::conduct(context, FaultKind::Shape),
        Case::OutputWritten => cooks::conduct(context, FaultKind::Unwritten),
        Case::BlockBounds => cooks::conduct(context, FaultKind::BlockBounds),
        Case::ChannelCount => cooks::conduct(context, FaultKind::ChannelCount),
        Case::InputUnchanged => cooks::conduct(context, FaultKind::WroteInput),
        Case::NewerMethods => cooks::conduct(context, FaultKind::NewerMethod),
        Case::KnownParameters => cooks::conduct(context, FaultKind::UnknownParameter),
        Case::KeptInputs => cooks::conduct(context, FaultKind::KeptInputs),
        Case::Exceptions => cooks::conduct(context, FaultKind::Threw),
        Case::Information => cooks::conduct(context, FaultKind::Information),
        Case::KeptMemory => cooks::kept_memory(context),
        Case::NoInput => cooks::no_input(context),
        Case::NullGetters => cooks::null_getters(context),
        Case::ZeroSamples => cooks::zero_samples(context),
        Case::HugeSlices => cooks::huge_slices(context),
        Case::WildSamples => cooks::wild_samples(context),
        Case::ChangingInput => cooks::changing_input(context),
        Case::ZeroRate => cooks::zero_rate(context),
        Case::OddTimes => cooks::odd_times(context),
        Case::OddTexts => cooks::odd_texts(context),
        Case::CallOrder => life::call_order(context),
        Case::EarlyGetters => life::early_getters(context),
        Case::OtherThreads => life::other_threads(context),
        Case::ManyInstances => life::many_instances(context),
        Case::DestroyWhileWorking => life::destroy_while_working(context),
        Case::SavedData => life::saved_data(context),
        Case::Reload => life::reload(context),
        Case::ThreadsLeft => life::threads_left(context),
        Case::CookCost => life::cook_cost(context),
    };
    found.unwrap_or_else(|verdict| verdict)
}

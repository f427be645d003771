//! Random sequences of everything that can happen to a node, against a model that says what must be in its files.
//!
//! `AFOP_FUZZ_SECONDS` bounds the time, `AFOP_FUZZ_SEED` runs one sequence. Whatever fails is shown with its seed and
//! with the steps that are needed for it.

#[path = "state_machine/files.rs"]
mod files;
#[path = "state_machine/model.rs"]
mod model;
#[path = "state_machine/stage.rs"]
mod stage;
#[path = "state_machine/steps.rs"]
mod steps;

use std::any::Any;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use stage::Stage;
use steps::{Step, draw};
use tdhost::random::Random;

/// How long a failing sequence is shortened.
const SHRINKING: Duration = Duration::from_secs(30);

/// Every second sequence has nothing in it but what a healthy host does.
fn is_plain(seed: u64) -> bool {
    seed.is_multiple_of(2)
}

/// Plays the steps to a node and to the model.
fn play(steps: &[Step], plain: bool) -> Result<(), String> {
    let run = || {
        let mut stage = Stage::new(plain);
        for (number, step) in steps.iter().enumerate() {
            stage.step(step).map_err(|reason| format!("step {}, {step:?}: {reason}", number + 1))?;
        }
        stage.close()
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(format!("panic: {}", text(&*panic))))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Leaves steps out for as long as the rest fails.
fn shrink(mut steps: Vec<Step>, plain: bool, mut reason: String) -> (Vec<Step>, String) {
    let began = Instant::now();
    let mut length = steps.len().div_ceil(2);
    while length > 0 {
        let mut at = 0;
        while at < steps.len() && began.elapsed() < SHRINKING {
            let mut fewer = steps.clone();
            fewer.drain(at..(at + length).min(steps.len()));
            match play(&fewer, plain) {
                Err(found) => (steps, reason) = (fewer, found),
                Ok(()) => at += length,
            }
        }
        length /= 2;
    }
    (steps, reason)
}

fn run(seed: u64) -> Result<usize, String> {
    let steps = draw(&mut Random::new(seed), is_plain(seed));
    let count = steps.len();
    let Err(reason) = play(&steps, is_plain(seed)) else { return Ok(count) };
    let (steps, last) = shrink(steps, is_plain(seed), reason.clone());
    let mut report = format!("seed {seed}: {reason}\nshortened: {last}\n");
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(report, "{:>4}  {step:?}", number + 1);
    }
    Err(report)
}

#[test]
fn files_should_hold_what_the_model_says() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let began = Instant::now();
    let budget = Duration::from_secs(number("AFOP_FUZZ_SECONDS").unwrap_or(20));
    let seeds = match number("AFOP_FUZZ_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=u64::MAX,
    };
    let mut steps = 0;
    for seed in seeds {
        match run(seed) {
            Ok(count) => steps += count,
            Err(report) => panic!("{report}"),
        }
        if began.elapsed() > budget {
            println!("seeds 1 to {seed}: {steps} steps");
            break;
        }
    }
}

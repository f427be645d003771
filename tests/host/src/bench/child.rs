//! What runs in a process of its own, so that the operating system counts it alone: `tdhost bench-child`, which is
//! hidden because it is of no use by itself.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use super::stage::{FPS, FRAMES, Kind, Stage, WAV24};
use super::{sndfile, usage};
use crate::{Generation, Plugin};

/// One measurement's work.
#[derive(Clone, Debug, clap::Args)]
pub struct ChildArgs {
    #[command(subcommand)]
    work: Work,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Work {
    /// Plays a WAV file of floats through the plugin
    Play { plugin: PathBuf, file_type: String, codec: String, input: PathBuf, output: PathBuf },
    /// Converts a file with libsndfile
    Convert { format: i32, input: PathBuf, output: PathBuf },
    /// Prints CPU nanoseconds a sample
    Scale { plugin: PathBuf, folder: PathBuf, channels: usize, nodes: usize, cooks: usize },
    /// Prints CPU percent and lost frames of nodes that record by the clock
    Nodes { plugin: PathBuf, folder: PathBuf, channels: usize, nodes: usize, cooks: usize },
    /// Prints MiB a node, idle and recording
    Memory { plugin: PathBuf, folder: PathBuf, channels: usize, nodes: usize, cooks: usize },
}

/// How much a child process has to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) channels: usize,
    pub(super) nodes: usize,
    pub(super) cooks: usize,
}

fn this(work: &str) -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program is not found: {error}"))?;
    let mut command = Command::new(program);
    command.args(["bench-child", work]);
    Ok(command)
}

/// Our part of `cpu_ratio`.
pub(super) fn play(plugin: &Path, kind: Kind<'_>, input: &Path, output: &Path) -> Result<Command, String> {
    let mut command = this("play")?;
    command.arg(plugin).args([kind.file_type, kind.codec]).arg(input).arg(output);
    Ok(command)
}

/// libsndfile's part of it. Not a run at all where it is not installed.
pub(super) fn convert(format: i32, input: &Path, output: &Path) -> Result<Command, String> {
    if sndfile::Library::load().is_none() {
        return Ok(Command::new("libsndfile"));
    }
    let mut command = this("convert")?;
    command.arg(format.to_string()).arg(input).arg(output);
    Ok(command)
}

fn loaded(work: &str, plugin: &Path, folder: &Path, load: Load) -> Result<Command, String> {
    let mut command = this(work)?;
    command.arg(plugin).arg(folder).args([load.channels, load.nodes, load.cooks].map(|number| number.to_string()));
    Ok(command)
}

/// A point of `scale`.
pub(super) fn scale(plugin: &Path, folder: &Path, load: Load) -> Result<Command, String> {
    loaded("scale", plugin, folder, load)
}

/// `nodes64_cpu_percent` and `nodes64_lost`.
pub(super) fn nodes(plugin: &Path, folder: &Path, load: Load) -> Result<Command, String> {
    loaded("nodes", plugin, folder, load)
}

/// `memory_mib`: of an idle and of a recording node.
pub(super) fn memory(plugin: &Path, folder: &Path, load: Load) -> Result<Command, String> {
    loaded("memory", plugin, folder, load)
}

/// Runs the command.
pub fn run(args: &ChildArgs) -> ExitCode {
    match work(&args.work) {
        Ok(numbers) => {
            numbers.iter().for_each(|number| println!("{number}"));
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("tdhost bench-child: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn work(work: &Work) -> Result<Vec<f64>, String> {
    let load_plugin = |path: &Path| Plugin::load(path, Generation::G10_2).map_err(|error| error.to_string());
    match work {
        Work::Play { plugin, file_type, codec, input, output } => {
            play_file(&load_plugin(plugin)?, Kind { file_type, codec }, input, output)?;
            Ok(Vec::new())
        }
        Work::Convert { format, input, output } => {
            convert_file(*format, input, output)?;
            Ok(Vec::new())
        }
        Work::Scale { plugin, folder, channels, nodes, cooks } => {
            let load = Load { channels: *channels, nodes: *nodes, cooks: *cooks };
            cost_of_a_sample(stages(plugin, folder, load)?, load)
        }
        Work::Nodes { plugin, folder, channels, nodes, cooks } => {
            let load = Load { channels: *channels, nodes: *nodes, cooks: *cooks };
            by_the_clock(stages(plugin, folder, load)?, load)
        }
        Work::Memory { plugin, folder, channels, nodes, cooks } => {
            let load = Load { channels: *channels, nodes: *nodes, cooks: *cooks };
            weigh(plugin, folder, load)
        }
    }
}

fn stages(plugin: &Path, folder: &Path, load: Load) -> Result<Vec<Stage>, String> {
    let plugin = Plugin::load(plugin, Generation::G10_2).map_err(|error| error.to_string())?;
    (0..load.nodes).map(|node| Stage::new(&plugin, load.channels, &file_of(folder, node), WAV24)).collect()
}

/// What a node of several records to.
pub(super) fn file_of(folder: &Path, node: usize) -> PathBuf {
    folder.join(format!("{node}.wav"))
}

fn play_file(plugin: &Plugin, kind: Kind<'_>, input: &Path, output: &Path) -> Result<(), String> {
    /// Where the samples of the comparison's input begin.
    const HEADER: u64 = 44;
    const CHANNELS: usize = 2;
    const COOK_BYTES: usize = FRAMES * CHANNELS * 4;

    let complaint = |error: std::io::Error| format!("{}: {error}", input.display());
    let mut file = File::open(input).map_err(complaint)?;
    let size = file.metadata().map_err(complaint)?.len() - HEADER;
    file.seek(SeekFrom::Start(HEADER)).map_err(complaint)?;
    let mut stage = Stage::new(plugin, CHANNELS, output, kind)?;
    stage.record(true);
    // Some cooks at a time: a system call for each would be the host's fault.
    let mut bytes = vec![0; 16 * COOK_BYTES];
    let mut left = usize::try_from(size).map_err(|_| "the input is too long")? / COOK_BYTES * COOK_BYTES;
    while left > 0 {
        let now = left.min(bytes.len());
        file.read_exact(&mut bytes[..now]).map_err(complaint)?;
        left -= now;
        for cook in bytes[..now].chunks_exact(COOK_BYTES) {
            for channel in 0..CHANNELS {
                let samples = stage.node.samples_in_place(channel);
                let (frames, _) = cook.as_chunks::<{ CHANNELS * 4 }>();
                for (sample, frame) in samples.iter_mut().zip(frames) {
                    *sample = f32::from_le_bytes(frame.as_chunks().0[channel]);
                }
            }
            stage.cook();
        }
    }
    stage.finish()
}

fn convert_file(format: i32, input: &Path, output: &Path) -> Result<(), String> {
    let library = sndfile::Library::load().ok_or("libsndfile is not installed")?;
    let mut source = library.open(input)?;
    let mut target = library.create(output, source.channels(), source.rate(), format)?;
    let mut block = vec![0.0; 8192 * source.channels()];
    loop {
        match source.read(&mut block) {
            0 => return Ok(()),
            samples => target.write(&block[..samples])?,
        }
    }
}

/// CPU time of cooks and writer for a planar block that is cooked again and again, per sample.
fn cost_of_a_sample(mut stages: Vec<Stage>, load: Load) -> Result<Vec<f64>, String> {
    let Some(before) = usage::own_cpu() else { return Ok(Vec::new()) };
    for stage in &mut stages {
        stage.record(true);
        (0..load.cooks).for_each(|_| stage.cook());
        stage.finish()?;
    }
    let spent = usage::own_cpu().unwrap_or(before) - before;
    let samples = load.nodes * load.cooks * load.channels * FRAMES;
    Ok(vec![spent.as_secs_f64() * 1e9 / samples as f64])
}

/// CPU time in percent of one core, and lost frames.
fn by_the_clock(mut stages: Vec<Stage>, load: Load) -> Result<Vec<f64>, String> {
    let Some(before) = usage::own_cpu() else { return Ok(Vec::new()) };
    let began = Instant::now();
    cook_by_the_clock(&mut stages, load);
    let percent = (usage::own_cpu().unwrap_or(before) - before).as_secs_f64() / began.elapsed().as_secs_f64() * 100.0;
    let lost: f32 = stages.iter_mut().map(|stage| stage.node.info("lost_samples")).sum();
    if lost == 0.0 {
        stages.iter_mut().try_for_each(Stage::finish)?;
    }
    Ok(vec![percent, f64::from(lost)])
}

fn cook_by_the_clock(stages: &mut [Stage], load: Load) {
    let began = Instant::now();
    stages.iter_mut().for_each(|stage| stage.record(true));
    for cook in 0..load.cooks {
        let due = began + Duration::from_secs_f64(cook as f64 / FPS);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        stages.iter_mut().for_each(Stage::cook);
    }
}

/// MiB of a node that is idle, and of one that has recorded for some seconds. The host's own blocks are in the first
/// number, since the host makes them with the node.
fn weigh(plugin: &Path, folder: &Path, load: Load) -> Result<Vec<f64>, String> {
    // The first node brings the library with it.
    let first = stages(plugin, folder, Load { nodes: 1, ..load })?;
    let Some(before) = usage::resident_mib() else { return Ok(Vec::new()) };
    let mut stages = stages(plugin, folder, load)?;
    let idle = usage::resident_mib().unwrap_or(before);
    cook_by_the_clock(&mut stages, load);
    let recording = usage::resident_mib().unwrap_or(idle);
    stages.iter_mut().try_for_each(Stage::finish)?;
    drop(first);
    let each = |mib: f64| mib / load.nodes as f64;
    Ok(vec![each(idle - before), each(recording - before)])
}

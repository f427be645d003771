//! `tdhost record`: plays audio through the plugin, and checks the take on disk against what was played.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::progress::Progress;
use crate::session::{Hitch, Session};
use crate::source::{Signal, Source};
use crate::summary::{self, Take};
use crate::{Generation, Node, NodeOptions, Plugin, Timeline, Value, find_plugin};

/// Without an input and without --seconds.
const DEFAULT_SECONDS: f64 = 10.0;
/// How long a node may show no progress after Record went off.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a node may be idle, its take not counted as finished, until that take is given up.
const GRACE: Duration = Duration::from_secs(1);

/// Plays audio through the plugin and checks the file that it records.
#[derive(Clone, Debug, clap::Args)]
pub struct RecordArgs {
    /// The audio file to play (WAV, AIFF, FLAC, MP3, OGG); without it a built-in test signal
    pub input: Option<PathBuf>,
    /// The file to record; its extension chooses the file type [default: AudioOut{suffix} here]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Set a parameter of the plugin, such as Codec=pcm16 or Fillgaps=off
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Add a row to the table of metadata
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub meta: Vec<(String, String)>,
    /// Stop after so many seconds of the timeline [default: the input's length, or 10]
    #[arg(long, value_parser = positive)]
    pub seconds: Option<f64>,
    /// Cooks in a second of the timeline
    #[arg(long, default_value_t = 60.0, value_parser = positive)]
    pub fps: f64,
    /// Sample rate of the test signal
    #[arg(long, default_value_t = 48000, value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "input")]
    pub rate: u32,
    /// Channels of the test signal
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "input")]
    pub channels: u16,
    /// Keep to the clock instead of cooking as fast as possible
    #[arg(long)]
    pub realtime: bool,
    /// Stall the timeline for MS milliseconds at SECOND
    #[arg(long, value_name = "MS@SECOND")]
    pub hitch: Vec<Hitch>,
    /// Nodes that record at once, into different files
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub nodes: u16,
    /// The plugin's file [default: the one that was built last]
    #[arg(long, value_name = "PATH")]
    pub plugin: Option<PathBuf>,
    /// The interface generation that the host speaks: 9, 10.1 or 10.2
    #[arg(long, default_value_t)]
    pub generation: Generation,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it needs the form NAME=VALUE".to_owned()),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && *number > 0.0)
        .ok_or_else(|| "it must be a number above 0".to_owned())
}

/// Runs the command. Success means that every file holds what its node was given.
pub fn run(args: &RecordArgs) -> ExitCode {
    match record(args) {
        Ok(takes) => {
            print!("{}", summary::describe_all(&takes));
            if summary::all_good(&takes) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(reason) => {
            eprintln!("tdhost record: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn record(args: &RecordArgs) -> Result<Vec<Take>, String> {
    let path = args.plugin.clone().map_or_else(find_plugin, Ok)?;
    let plugin = Plugin::load(&path, args.generation).map_err(|error| error.to_string())?;
    let mut sessions =
        (0..usize::from(args.nodes)).map(|index| make_session(args, &plugin, index)).collect::<Result<Vec<_>, _>>()?;
    let length = length(args, sessions[0].source());
    let mut progress = Progress::new(length, sessions.len());
    let mut player = Player::new(args);
    for session in &mut sessions {
        session.record(true);
    }
    player.play(&mut sessions, length, &mut progress)?;
    let endings = player.finish(&mut sessions, &mut progress)?;
    progress.finish();
    Ok(sessions
        .iter_mut()
        .zip(endings)
        .map(|(session, (elapsed, failure))| Take::of(session, elapsed, failure))
        .collect())
}

/// Frames of the timeline that are recorded: enough for the last sample of a file.
fn length(args: &RecordArgs, source: &Source) -> u64 {
    let seconds = match (args.seconds, source.frames()) {
        (Some(seconds), _) => seconds,
        (None, Some(frames)) => frames as f64 / f64::from(source.rate()),
        (None, None) if args.input.is_none() => DEFAULT_SECONDS,
        // The end shows when it comes.
        (None, None) => f64::INFINITY,
    };
    // A hair less: a length that is whole but for rounding must not cost one more cook.
    ((seconds * args.fps - 1e-6).ceil() as u64).max(1)
}

fn make_session(args: &RecordArgs, plugin: &Plugin, index: usize) -> Result<Session, String> {
    let source = match &args.input {
        Some(path) => Source::open(path)?,
        None => Source::Signal(Signal {
            rate: args.rate,
            channels: args.channels.into(),
            first_channel: index * usize::from(args.channels),
        }),
    };
    let options = NodeOptions { op_path: format!("/project1/audiofileoutplus{}", index + 1) };
    let mut node = Node::create(plugin, &options);
    let named = |name: &str| args.set.iter().rev().find(|(set, _)| set == name);
    if named("File").is_none() {
        let file = args.out.as_deref().unwrap_or(Path::new("AudioOut{suffix}"));
        let suffixed = file.to_string_lossy().contains("{suffix}");
        node.try_set("File", absolute(&numbered(file, args.nodes, index))?)?;
        if !suffixed {
            node.try_set("Uniquesuff", false)?;
        }
        if let Some(kind) = file_type(file) {
            node.try_set("Filetype", kind)?;
        }
    }
    for (name, text) in &args.set {
        let par = node.par(name).ok_or_else(|| {
            let names: Vec<&str> = node.pars().iter().map(|par| par.name.as_str()).collect();
            format!("the plugin has no parameter {name}, only {}", names.join(", "))
        })?;
        let value = par.parse(text)?;
        node.try_set(name, value)?;
    }
    if !args.meta.is_empty() {
        let row = |(key, value): &(String, String)| vec![key.clone(), value.clone()];
        node.set_table("Headerdat", &args.meta.iter().map(row).collect::<Vec<_>>());
    }
    let fill_gaps = match (node.par("Fillgaps"), named("Fillgaps")) {
        (Some(par), Some((_, text))) => par.parse(text)? != Value::from(false),
        (Some(par), None) => par.default != Value::from(false),
        (None, _) => false,
    };
    Ok(Session::new(node, source, fill_gaps))
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|error| format!("{} is no path: {error}", path.display()))
}

/// Several nodes need several names, unless the plugin makes them different itself.
fn numbered(file: &Path, nodes: u16, index: usize) -> PathBuf {
    if nodes == 1 || file.to_string_lossy().contains("{suffix}") {
        return file.to_owned();
    }
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}", index + 1));
    if let Some(extension) = file.extension() {
        name.push(".");
        name.push(extension);
    }
    file.with_file_name(name)
}

/// The item of File Type that an extension stands for.
fn file_type(file: &Path) -> Option<&'static str> {
    match file.extension()?.to_ascii_lowercase().to_str()? {
        "wav" => Some("wav"),
        "aif" | "aiff" => Some("aiff"),
        "mp3" => Some("mp3"),
        "ogg" => Some("ogg"),
        _ => None,
    }
}

/// The timeline and the clock.
struct Player {
    timeline: Timeline,
    fps: f64,
    frame: u64,
    realtime: bool,
    /// Frames of the timeline at which it stalls, and for how many frames.
    hitches: Vec<(u64, u32)>,
    start: Instant,
}

impl Player {
    fn new(args: &RecordArgs) -> Self {
        let frames = |hitch: &Hitch| {
            let at = (hitch.second * args.fps).round() as u64;
            let length = (hitch.milliseconds * args.fps / 1000.0).round() as u32;
            (at, length.max(1))
        };
        Self {
            timeline: Timeline::new(args.fps),
            fps: args.fps,
            frame: 0,
            realtime: args.realtime,
            hitches: args.hitch.iter().map(frames).collect(),
            start: Instant::now(),
        }
    }

    /// Cooks until `length` frames have passed or the source ends.
    fn play(&mut self, sessions: &mut [Session], length: u64, progress: &mut Progress) -> Result<(), String> {
        while self.frame < length {
            let mut frames = 1;
            self.hitches.retain(|&(at, stalled)| {
                let now = at <= self.frame;
                if now {
                    frames = frames.max(stalled);
                }
                !now
            });
            if self.realtime {
                let due = self.start + Duration::from_secs_f64((self.frame + u64::from(frames)) as f64 / self.fps);
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            let ended = self.cook(sessions, frames)?;
            progress.update(self.frame, sessions);
            if ended {
                break;
            }
        }
        Ok(())
    }

    fn cook(&mut self, sessions: &mut [Session], frames: u32) -> Result<bool, String> {
        let time = self.timeline.advance(frames);
        self.frame += u64::from(frames);
        let mut ended = false;
        for session in sessions {
            let slice = self.timeline.slice(session.source().rate().into());
            let wanted = (slice.end - slice.start) as usize;
            ended |= session.cook(&time, slice)? < wanted;
        }
        Ok(ended)
    }

    /// Record off, then cooks as TouchDesigner goes on cooking, until each take is closed or given up. Returns for
    /// each node the time that it took since the start, and what went wrong.
    fn finish(
        &mut self,
        sessions: &mut [Session],
        progress: &mut Progress,
    ) -> Result<Vec<(Duration, Option<String>)>, String> {
        let mut endings: Vec<Ending> = sessions.iter().map(Ending::new).collect();
        for session in sessions.iter_mut() {
            session.record(false);
        }
        loop {
            self.cook(sessions, 1)?;
            progress.update(self.frame, sessions);
            for (ending, session) in endings.iter_mut().zip(&*sessions) {
                ending.look(session, self.start);
            }
            if endings.iter().all(|ending| ending.result.is_some()) {
                break;
            }
            std::thread::sleep(Duration::from_secs_f64(1.0 / self.fps));
        }
        Ok(endings.into_iter().filter_map(|ending| ending.result).collect())
    }
}

/// How a take comes to its end.
struct Ending {
    error: String,
    written: f32,
    moved: Instant,
    result: Option<(Duration, Option<String>)>,
}

impl Ending {
    fn new(session: &Session) -> Self {
        Self {
            // Record off clears it.
            error: session.last_cook().map_or_else(String::new, |cooked| cooked.error.clone()),
            written: 0.0,
            moved: Instant::now(),
            result: None,
        }
    }

    fn look(&mut self, session: &Session, start: Instant) {
        if self.result.is_some() {
            return;
        }
        if session.info("takes_finished") > 0.0 {
            self.result = Some((start.elapsed(), None));
            return;
        }
        if let Some(cooked) = session.last_cook().filter(|cooked| !cooked.error.is_empty()) {
            self.error.clone_from(&cooked.error);
        }
        let written = session.info("total_samples_written");
        if written != self.written {
            self.written = written;
            self.moved = Instant::now();
        }
        let state = session.dat("state");
        let patience = if matches!(state, "idle" | "failed") { GRACE } else { PATIENCE };
        if self.moved.elapsed() > patience {
            let failure = match self.error.as_str() {
                "" => format!("the take was not finished: the node is {state}"),
                error => error.to_owned(),
            };
            self.result = Some((start.elapsed(), Some(failure)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_nodes_should_get_several_names() {
        let name = |file: &str, nodes, index| numbered(Path::new(file), nodes, index).display().to_string();
        assert_eq!(name("take.wav", 1, 0), "take.wav");
        assert_eq!(name("take.0.wav", 2, 1), "take.0-2.wav");
        assert_eq!(name("take", 3, 0), "take-1");
        assert_eq!(name("take{suffix}", 2, 1), "take{suffix}");
    }

    #[test]
    fn extensions_should_choose_the_file_type() {
        for (file, kind) in [("a.WAV", Some("wav")), ("a.aif", Some("aiff")), ("a.flac", None), ("wav", None)] {
            assert_eq!(file_type(Path::new(file)), kind, "{file}");
        }
    }
}

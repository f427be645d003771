//! `tdhost record`: plays audio through the plugin, and checks the take on disk against what was played.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::feed::{At, FeedArgs};
use crate::player::{Pace, Player};
use crate::progress::Progress;
use crate::session::Session;
use crate::source::{Signal, Source};
use crate::summary::{self, Take};
use crate::{Generation, Node, NodeOptions, ParKind, Plugin, Value, find_plugin, python};

/// Without an input and without --seconds.
const DEFAULT_SECONDS: f64 = 10.0;
/// Plays audio through the plugin and checks the file that it records.
#[derive(Clone, Debug, clap::Args)]
pub struct RecordArgs {
    /// The audio file to play (WAV, AIFF, FLAC, MP3, OGG); without it a built-in test signal
    pub input: Option<PathBuf>,
    /// The file to record; its extension chooses the file type [default: AudioOut{suffix} here]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Make File a Python expression, such as "'take' + me.fileSuffix", that is evaluated at each reading
    #[arg(long, value_name = "EXPRESSION", conflicts_with = "out")]
    pub python: Option<String>,
    /// Set a parameter of the plugin, such as Codec=pcm16 or Fillgaps=off
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Add a row to the table of metadata
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub meta: Vec<(String, String)>,
    /// Stop after so many seconds of the timeline [default: the input's length, or 10]
    #[arg(long, value_parser = positive)]
    pub seconds: Option<f64>,
    /// Press a button of the plugin, such as Splitnow@3.2, before the cook at that second of the timeline
    #[arg(long, value_name = "NAME@SECOND", value_parser = press)]
    pub pulse: Vec<(String, f64)>,
    /// Play so many seconds before Record goes on; `--set Preroll=S` takes some of them into the file
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    pub before: Option<f64>,
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
    pub hitch: Vec<At>,
    /// Cook every frame at so many times the speed of the clock, as with Realtime off
    #[arg(long, value_name = "TIMES", value_parser = positive, conflicts_with = "realtime")]
    pub speed: Option<f64>,
    /// How the source delivers.
    #[command(flatten)]
    pub feed: FeedArgs,
    /// Nodes that record at once, into different files
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub nodes: u16,
    /// The plugin's file [default: the one that was built last]
    #[arg(long, value_name = "PATH")]
    pub plugin: Option<PathBuf>,
    /// The interface generation that the host speaks: 9, 10.1 or 10.2
    #[arg(long, default_value_t)]
    pub generation: Generation,
    /// Order a fault from a plugin that was built for tests, such as plant=race (rust/faults.rs)
    #[arg(long, value_name = "FAULT", hide = true)]
    pub fault: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it needs the form NAME=VALUE".to_owned()),
    }
}

fn press(text: &str) -> Result<(String, f64), String> {
    let found = text.split_once('@').and_then(|(name, second)| Some((name.to_owned(), second.parse().ok()?)));
    found.filter(|(name, _)| !name.is_empty()).ok_or_else(|| "it needs the form NAME@SECOND".to_owned())
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
    if args.python.is_some() {
        // Before the plugin, which looks for it when it is loaded.
        python::start()?;
    }
    let path = args.plugin.clone().map_or_else(find_plugin, Ok)?;
    let plugin = Plugin::load(&path, args.generation).map_err(|error| error.to_string())?;
    let mut sessions =
        (0..usize::from(args.nodes)).map(|index| make_session(args, &plugin, index)).collect::<Result<Vec<_>, _>>()?;
    let length = length(args, sessions[0].source());
    let mut progress = Progress::new(length, sessions.len());
    let pace = match args.speed {
        Some(times) => Pace::Speed(times),
        None if args.realtime => Pace::Realtime,
        None => Pace::Fast,
    };
    for (name, _) in &args.pulse {
        let par = sessions[0].node().par(name);
        if par.is_none_or(|par| par.kind != ParKind::Pulse) {
            return Err(format!("the plugin has no button {name}"));
        }
    }
    let mut player = Player::new(args.fps, pace, &args.hitch).with_pulses(&args.pulse);
    let before = args.before.map_or(0, |seconds| frames(seconds, args.fps));
    player.play(&mut sessions, before, &mut progress)?;
    for session in &mut sessions {
        session.record(true);
    }
    player.play(&mut sessions, length.saturating_add(before), &mut progress)?;
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
    frames(seconds, args.fps).max(1)
}

/// So many seconds in frames of the timeline.
fn frames(seconds: f64, fps: f64) -> u64 {
    // A hair less: a length that is whole but for rounding must not cost one more cook.
    (seconds * fps - 1e-6).ceil() as u64
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
    let fault = args.fault.as_ref().map_or_else(String::new, |fault| format!("?{fault}"));
    let options = NodeOptions { op_path: format!("/project1/audiofileoutplus{}{fault}", index + 1) };
    let mut node = Node::create(plugin, &options);
    let named = |name: &str| args.set.iter().rev().find(|(set, _)| set == name);
    if let Some(expression) = &args.python {
        node.set_expression("File", expression).map_err(|error| format!("--python {expression}: {error}"))?;
    } else if named("File").is_none() {
        let file = args.out.as_deref().unwrap_or(Path::new("AudioOut{suffix}"));
        let suffixed = file.to_string_lossy().contains("{suffix}");
        node.try_set("File", absolute(&numbered(file, args.nodes, index))?)?;
        if !suffixed {
            node.try_set("Uniquesuff", false)?;
        }
        let file_types = node.par("Filetype").map_or(&[][..], |par| &par.menu);
        if let Some(kind) = file_type(file, file_types).map(str::to_owned) {
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
    let preroll = match (node.par("Preroll"), named("Preroll")) {
        (Some(_), Some((_, text))) => text.parse().map_err(|_| format!("Preroll={text} is no number"))?,
        _ => 0.0,
    };
    let limit = limit(&node, &named, args.fps, source.rate())?;
    let session = Session::new(node, source, &args.feed, fill_gaps).with_preroll(preroll).with_limit(limit);
    Ok(match named("Channelscope") {
        Some((_, scope)) => session.with_scope(scope),
        None => session,
    })
}

/// Frames after which a take ends by itself, if --set says so.
fn limit<'a>(
    node: &Node,
    named: &impl Fn(&str) -> Option<&'a (String, String)>,
    fps: f64,
    rate: u32,
) -> Result<Option<u64>, String> {
    let value = |name: &str| match (node.par(name), named(name)) {
        (Some(par), Some((_, text))) => par.parse(text).map(Some),
        (Some(par), None) => Ok(Some(par.default.clone())),
        (None, _) => Ok(None),
    };
    let (Some(Value::Number(on)), Some(Value::Number(length)), Some(unit)) =
        (value("Limitlength")?, value("Length")?, value("Lengthunit")?)
    else {
        return Ok(None);
    };
    let second = match unit.to_string().as_str() {
        "minutes" => 60.0,
        "frames" => 1.0 / fps,
        _ => 1.0,
    };
    Ok((on != 0.0 && length > 0.0).then(|| (length * second * f64::from(rate)).round() as u64))
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

/// The item of File Type that an extension stands for: its name, or the beginning of it as in `aif`.
fn file_type<'a>(file: &Path, file_types: &'a [(String, String)]) -> Option<&'a str> {
    let extension = file.extension()?.to_str()?.to_ascii_lowercase();
    let names = || file_types.iter().map(|(name, _)| name.as_str());
    let beginning = |name: &&str| extension.len() > 2 && name.starts_with(&extension);
    names().find(|name| *name == extension).or_else(|| names().find(beginning))
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
        let file_types = ["wav", "aiff"].map(|name| (name.to_owned(), name.to_uppercase()));
        for (file, kind) in [
            ("a.WAV", Some("wav")),
            ("a.aif", Some("aiff")),
            ("a.ai", None),
            ("a.txt", None),
            ("wav", None),
            ("a.", None),
        ] {
            assert_eq!(file_type(Path::new(file), &file_types), kind, "{file}");
        }
    }
}

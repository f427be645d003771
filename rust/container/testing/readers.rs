//! Programs and libraries that share no code with our writers, and what they read from a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::TrackType;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::MediaSourceStream;

use super::Take;
use crate::formats::Format;

/// Whether a program is installed. A missing one skips what needs it, but not where all must be there.
pub(crate) fn have(program: &str) -> bool {
    // Some take a tenth of a second to say what they can.
    static ASKED: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());
    let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let found = *asked
        .entry(program.to_owned())
        .or_insert_with(|| Command::new(program).arg("--help").stdin(Stdio::null()).output().is_ok());
    drop(asked);
    assert!(found || !required(), "{program} is not installed");
    if !found {
        println!("skipped what needs {program}: it is not installed");
    }
    found
}

fn required() -> bool {
    std::env::var_os("AFOP_REQUIRE_TOOLS").is_some_and(|value| value == "1")
}

pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The channels as FFmpeg decodes them, which must have nothing to complain about when `quietly`.
pub(crate) fn ffmpeg(path: &Path, channels: usize, quietly: bool) -> Option<Vec<Vec<f32>>> {
    if !have("ffmpeg") {
        return None;
    }
    let mut command = Command::new("ffmpeg");
    if std::fs::metadata(path).unwrap().len() < 10_000 {
        // So few frames can look like H.263 video to it as well.
        command.arg("-f").arg(path.extension().unwrap());
    }
    command.args(["-v", "error", "-i"]).arg(path).args(["-f", "f32le", "-c:a", "pcm_f32le", "-"]);
    let output = run(&mut command);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(!quietly || complaints.is_empty(), "{}: {complaints}", path.display());
    Some(deinterleaved(&output.stdout, channels))
}

/// The first `seconds` of a recording that is installed, at `rate`.
pub(crate) fn recording(path: &Path, rate: u32, channels: usize, seconds: u32) -> Option<Vec<Vec<f32>>> {
    if !have("ffmpeg") {
        return None;
    }
    assert!(path.exists() || !required(), "{} is not installed", path.display());
    if !path.exists() {
        println!("skipped what needs {}: it is not installed", path.display());
        return None;
    }
    let (rate, count, seconds) = (rate.to_string(), channels.to_string(), seconds.to_string());
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(path);
    command.args(["-t", &seconds, "-ar", &rate, "-ac", &count, "-f", "f32le", "-c:a", "pcm_f32le", "-"]);
    Some(deinterleaved(&run(&mut command).stdout, channels))
}

/// FFprobe opens the file and reads all of it without a word.
pub(crate) fn assert_ffprobe_is_silent(path: &Path) {
    if have("ffprobe") {
        let mut command = Command::new("ffprobe");
        let output = run(command.args(["-v", "error", "-count_packets", "-show_streams"]).arg(path));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", path.display());
    }
}

/// The channels as libsndfile decodes them.
pub(crate) fn sndfile(take: &Take) -> Option<Vec<Vec<f32>>> {
    if !have("sndfile-convert") {
        return None;
    }
    let wav = take.beside("sndfile.wav");
    run(Command::new("sndfile-convert").arg("-float32").arg(take.path()).arg(&wav));
    let mut reader = hound::WavReader::open(&wav).unwrap();
    let mut channels = vec![Vec::new(); usize::from(reader.spec().channels)];
    for (index, sample) in reader.samples::<f32>().enumerate() {
        let channel = index % channels.len();
        channels[channel].push(sample.unwrap());
    }
    Some(channels)
}

/// SoX opens the file and reads all of it.
pub(crate) fn assert_sox_reads(path: &Path) {
    if have("sox") {
        run(Command::new("sox").arg(path).args(["-n", "stat"]));
    }
}

/// What programs do not like about a file, which they find by its name alone.
pub(crate) fn complaints(format: &Format, path: &Path) -> Vec<String> {
    const PROBE: (&str, &[&str]) = ("ffprobe", &["-v", "error", "-show_format"]);
    let readers: &[(&str, &[&str])] = match format.name {
        "wav" | "aiff" | "mp3" | "flac" => &[PROBE, ("sndfile-info", &[]), ("sox", &["--i"])],
        "ogg" => &[PROBE, ("ogginfo", &[])],
        name => panic!("which programs open a file of the format {name} whatever was recorded?"),
    };
    let complaint = |&(reader, arguments): &(&str, &[&str])| {
        let output = have(reader).then(|| Command::new(reader).args(arguments).arg(path).output().unwrap())?;
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &errors;
        let content = match reader {
            // It has an answer of its own for a stream that does not say that it ends.
            "ogginfo" => ogginfo_is_content(&said),
            "ffprobe" => output.status.success() && errors.is_empty(),
            _ => output.status.success(),
        };
        (!content).then(|| format!("{reader}: {said}"))
    };
    readers.iter().filter_map(complaint).collect()
}

fn ogginfo_is_content(said: &str) -> bool {
    const WORDS: [&str; 5] = ["warning", "error", "buggy", "hole", "granulepos"];
    let said = said.replace("WARNING: EOS not set on stream 1", "").to_ascii_lowercase();
    said.contains("playback length") && !WORDS.iter().any(|word| said.contains(word))
}

fn deinterleaved(bytes: &[u8], channels: usize) -> Vec<Vec<f32>> {
    let mut planar = vec![Vec::with_capacity(bytes.len() / 4 / channels); channels];
    for (index, sample) in bytes.chunks_exact(4).enumerate() {
        planar[index % channels].push(f32::from_le_bytes(sample.try_into().unwrap()));
    }
    planar
}

/// Frames that Symphonia decodes.
pub(crate) fn symphonia_frames(path: &Path) -> u64 {
    let source = MediaSourceStream::new(Box::new(File::open(path).unwrap()), Default::default());
    let mut reader =
        symphonia::default::get_probe().probe(&Hint::new(), source, Default::default(), Default::default()).unwrap();
    let track = reader.default_track(TrackType::Audio).unwrap();
    let params = track.codec_params.as_ref().unwrap().audio().unwrap();
    let mut decoder =
        symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default()).unwrap();
    let mut frames = 0;
    while let Ok(Some(packet)) = reader.next_packet() {
        if let Ok(audio) = decoder.decode(&packet) {
            frames += audio.frames() as u64;
        }
    }
    frames
}

/// Standard output and standard error of a program that must succeed, when it is installed. FILE among the arguments
/// stands for the file.
pub(crate) fn tool(name: &str, arguments: &[&str], file: &Path) -> Option<(Vec<u8>, String)> {
    let arguments = arguments.iter().map(|argument| match *argument {
        "FILE" => file.as_os_str(),
        other => other.as_ref(),
    });
    let output = have(name).then(|| run(Command::new(name).args(arguments)))?;
    Some((output.stdout, String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// What a reader says of a file.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) channels: usize,
    pub(crate) rate: u64,
    pub(crate) frames: u64,
}

/// What ffprobe, sox and libsndfile say, each with its name; only those that are installed.
pub(crate) fn seen_by_others(path: &Path) -> Vec<(&'static str, Seen)> {
    seen_by(&["ffprobe", "sox", "sndfile-info"], path)
}

/// What these readers say. ffprobe must have nothing to complain about.
pub(crate) fn seen_by(readers: &[&'static str], path: &Path) -> Vec<(&'static str, Seen)> {
    const PROBE: &[&str] =
        &["-v", "error", "-show_entries", "stream=channels,sample_rate,duration_ts", "-of", "default=nw=1", "FILE"];
    let seen = readers.iter().filter_map(|&reader| {
        let arguments = match reader {
            "ffprobe" => PROBE,
            "sox" => &["--i", "FILE"],
            _ => &["FILE"],
        };
        let (output, errors) = tool(reader, arguments, path)?;
        let text = String::from_utf8_lossy(&output);
        let seen = match reader {
            "ffprobe" => {
                assert_eq!(errors, "", "ffprobe on {}", path.display());
                Seen::parse(&text, "=", ["channels", "sample_rate", "duration_ts"])
            }
            // Duration : 00:00:01.00 = 44100 samples
            "sox" => {
                Seen::parse(&text.replacen(" = ", "\nSamples : ", 1), " : ", ["Channels", "Sample Rate", "Samples"])
            }
            _ => Seen::parse(&text, " : ", ["Channels", "Sample Rate", "Frames"]),
        };
        Some((reader, seen))
    });
    seen.collect()
}

impl Seen {
    /// From lines of a name, `separator` and a number, the last of which counts.
    fn parse(text: &str, separator: &str, names: [&str; 3]) -> Self {
        let [channels, rate, frames] = names.map(|name| {
            let lines = text.lines().rev().filter_map(|line| line.split_once(separator));
            let value = lines.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim()).next();
            let number = value.and_then(|value| value.split(' ').next()?.parse().ok());
            number.unwrap_or_else(|| panic!("no {name} in {text}"))
        });
        Self { channels: channels as usize, rate, frames }
    }
}

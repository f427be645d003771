//! Programs that read audio files from the command line.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::files::File;
use super::heard::{Heard, Length, Sound};

/// What a reader says of each file, or what it has against it.
pub(crate) type Answers = Vec<Result<Heard, String>>;

/// The output of a command that must succeed.
pub(crate) fn answered(command: &mut Command) -> String {
    let output = command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output().expect("it starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What programs say of files that are right. flac 1.4.2 says the first at each use, and the second of all WAV files of
/// more than 16 bits with a plain format tag, libsndfile's too.
const NOTES: [&str; 2] = [
    "NOTE: --keep-foreign-metadata is a new feature",
    "WARNING: legacy WAVE file has format type 1 but bits-per-sample=",
];

/// The output of a command that may fail, with what it says then.
fn tried(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stderr).replace('\0', "");
    let lines = text.lines().filter(|line| !NOTES.iter().any(|note| line.contains(note)));
    let complaint = lines.collect::<Vec<_>>().join("\n");
    match (output.status.success(), complaint.trim()) {
        (true, "") => Ok(output.stdout),
        (_, "") => Err(format!("{}", output.status)),
        (_, complaint) => Err(complaint.to_owned()),
    }
}

fn each(files: &[&File], read: impl Fn(&File) -> Result<Heard, String>) -> Answers {
    files.iter().map(|file| read(file)).collect()
}

/// A file that goes through another format and comes back as the same bytes.
fn round_trip(file: &File, there: &[&str], back: &[&str]) -> Result<Heard, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let between = folder.path().join("between");
    let restored = folder.path().join(format!("restored.{}", file.file_type));
    let step = |arguments: &[&str], from: &Path, to: &Path| {
        let (program, options) = arguments.split_first().expect("a program");
        tried(Command::new(program).args(options).arg("-o").arg(to).arg(from))
    };
    step(there, &file.path, &between)?;
    step(back, &between, &restored)?;
    let bytes = std::fs::read(&restored).map_err(|error| error.to_string())?;
    Ok(Heard { sound: Some(Sound::Restored(bytes)), ..Heard::default() })
}

pub(crate) fn flac(files: &[&File]) -> Answers {
    let there = ["flac", "-s", "-f", "--keep-foreign-metadata"];
    each(files, |file| {
        if file.file_type == "flac" {
            // It decodes all of it, and compares the MD5.
            tried(Command::new("flac").args(["-t", "-s"]).arg(&file.path))?;
            return Ok(Heard::default());
        }
        let mut back = vec!["flac", "-s", "-f", "-d", "--keep-foreign-metadata"];
        if file.file_type == "wav" && file.channels() <= 2 {
            // Else flac 1.4.2 makes more than 16 bits WAVE_FORMAT_EXTENSIBLE, whatever they were.
            back.push("--force-legacy-wave-format");
        }
        round_trip(file, &there, &back)
    })
}

pub(crate) fn wavpack(files: &[&File]) -> Answers {
    each(files, |file| round_trip(file, &["wavpack", "-q", "-y"], &["wvunpack", "-q", "-y"]))
}

/// mpg123, which leaves out what the Info frame says that is no sound.
pub(crate) fn mpg123(files: &[&File]) -> Answers {
    each(files, |file| {
        // 32-bit floats, of both channels or of the only one.
        let raw = tried(Command::new("mpg123").args(["-q", "-s", "-e", "f32"]).arg(&file.path))?;
        let samples = raw.chunks_exact(4).map(|sample| f32::from_le_bytes(sample.try_into().expect("four bytes")));
        let samples: Vec<f32> = samples.collect();
        let channel = |first| samples[first..].iter().copied().step_by(file.channels()).collect::<Vec<f32>>();
        let channels = (0..file.channels().min(samples.len())).map(channel).collect();
        let length = Some(Length::Frames((samples.len() / file.channels()) as u64));
        Ok(Heard { length, sound: Some(Sound::Floats(channels)), ..Heard::default() })
    })
}

pub(crate) fn oggz_validate(files: &[&File]) -> Answers {
    each(files, |file| tried(Command::new("oggz-validate").arg(&file.path)).map(|_| Heard::default()))
}

pub(crate) fn mediainfo(files: &[&File]) -> Answers {
    let mut command = Command::new("mediainfo");
    command.arg("--Output=JSON").args(files.iter().map(|file| &file.path));
    let found: Value = serde_json::from_str(&answered(&mut command)).expect("JSON");
    // One file comes without a list around it.
    let list = found.as_array().cloned().unwrap_or_else(|| vec![found]);
    let by_path: HashMap<&str, &Value> =
        list.iter().map(|one| (one["media"]["@ref"].as_str().expect("a name"), &one["media"]["track"])).collect();
    each(files, |file| {
        let tracks = by_path.get(file.text()).and_then(|tracks| tracks.as_array()).ok_or("not a word")?;
        let track = |kind: &str| tracks.iter().find(|track| track["@type"] == kind);
        let (general, audio) = (track("General").ok_or("no file")?, track("Audio").ok_or("no audio")?);
        let number = |key: &str| audio[key].as_str().and_then(|text| text.parse().ok());
        // It computes the number of samples from a duration in milliseconds where no field of the file states it.
        let length = match file.file_type {
            "mp3" => number("SamplingCount").map(Length::Untrimmed),
            "wav" => number("SamplingCount").map(Length::Frames),
            _ => audio["Duration"].as_str().and_then(milliseconds).map(Length::Milliseconds),
        };
        Ok(Heard {
            channels: number("Channels"),
            rate: number("SamplingRate"),
            length,
            title: general["Track"].as_str().map(str::to_owned),
            sound: None,
        })
    })
}

pub(crate) fn exiftool(files: &[&File]) -> Answers {
    /// What 12.57 says of any CSET, since it does not translate code pages to its own names.
    const OWN_BUG: &str = "Unsupported character set (65001)";

    let mut command = Command::new("exiftool");
    command.arg("-json").args(files.iter().map(|file| &file.path));
    let found: Vec<Value> = serde_json::from_str(&answered(&mut command)).expect("JSON");
    let by_path: HashMap<&str, &Value> =
        found.iter().map(|one| (one["SourceFile"].as_str().expect("a name"), one)).collect();
    each(files, |file| {
        let one = by_path.get(file.text()).ok_or("not a word")?;
        for key in ["Error", "Warning"] {
            if let Some(text) = one[key].as_str().filter(|text| *text != OWN_BUG) {
                return Err(text.to_owned());
            }
        }
        let mode = one["ChannelMode"].as_str().map(|mode| if mode == "Single Channel" { 1 } else { 2 });
        Ok(Heard {
            channels: one["NumChannels"].as_u64().or(one["AudioChannels"].as_u64()).or(mode),
            rate: one["SampleRate"].as_u64(),
            length: one["NumSampleFrames"].as_u64().map(Length::Frames),
            title: one["Title"].as_str().map(str::to_owned),
            sound: None,
        })
    })
}

/// GStreamer's discoverer, which runs its demuxers and decoders.
pub(crate) fn gstreamer(files: &[&File]) -> Answers {
    // 1.22 hangs at about one AIFF file in twenty, SoX's too, and reads it the next time.
    const SECONDS: [&str; 6] = ["1", "1", "2", "5", "10", "30"];

    let discover = |file: &File, seconds: &str| {
        let output = tried(Command::new("gst-discoverer-1.0").args(["-v", "-t", seconds]).arg(&file.path))?;
        Ok::<_, String>(String::from_utf8_lossy(&output).into_owned())
    };
    each(files, |file| {
        let mut tries = SECONDS.iter().map(|seconds| discover(file, seconds));
        let text =
            tries.find(|text| !text.as_ref().is_ok_and(|text| text.contains("timed out"))).ok_or("it hangs")??;
        if !text.contains("Done discovering") || text.contains("Missing plugins") {
            return Err(text);
        }
        let value = |key: &str| text.lines().find_map(|line| line.trim().strip_prefix(key)).map(str::trim);
        let number = |key: &str| value(key)?.split(' ').next()?.parse().ok();
        Ok(Heard {
            channels: number("Channels:"),
            rate: number("Sample rate:"),
            length: value("Duration:").and_then(nanoseconds).map(|time| Length::Milliseconds(time / 1_000_000)),
            title: value("title:").map(str::to_owned),
            sound: None,
        })
    })
}

/// `0.500`
fn milliseconds(text: &str) -> Option<u64> {
    text.replace('.', "").parse().ok()
}

/// `0:00:00.500000000`
fn nanoseconds(text: &str) -> Option<u64> {
    let (clock, fraction) = text.split_once('.')?;
    let seconds = clock.split(':').try_fold(0, |sum, part| Some(sum * 60 + part.parse::<u64>().ok()?))?;
    Some(seconds * 1_000_000_000 + fraction.parse::<u64>().ok()?)
}

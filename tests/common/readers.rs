//! Programs and libraries that share no code with our writers: what they read from a file must be what went in.

use std::path::Path;
use std::process::{Command, Stdio};

/// PCM or float samples, interleaved.
#[derive(Debug, PartialEq)]
pub struct Read {
    pub channels: usize,
    pub rate: u32,
    /// Integers as they stand in the file; the bits of floats.
    pub samples: Vec<i32>,
}

/// True when `program` can be run here. A machine that must have all of them says so in `AFOP_REQUIRE_TOOLS`.
pub fn have(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    assert!(found || std::env::var_os("AFOP_REQUIRE_TOOLS").is_none(), "{program} is required here and not installed");
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// A Python 3 for scripts. On Windows `python3` may be a stub that opens the Store and exits with 9009: only one that
/// runs counts.
pub fn python() -> Option<&'static str> {
    let runs = |program: &&str| {
        let script = ["-c", "import sys; sys.exit(sys.version_info[0] != 3)"];
        let quiet = Command::new(program).args(script).stdin(Stdio::null()).stderr(Stdio::null()).status();
        quiet.is_ok_and(|status| status.success())
    };
    let found = ["python3", "python"].into_iter().find(runs);
    assert!(found.is_some() || std::env::var_os("AFOP_REQUIRE_TOOLS").is_none(), "Python is required here");
    if found.is_none() {
        println!("skipped: there is no Python");
    }
    found
}

/// The output of a command that must succeed and say nothing on its error output.
pub fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().expect("the program starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.trim().is_empty(), "{program} {arguments:?}: {complaint}");
    output.stdout
}

/// Reads a WAV file with hound.
pub fn hound(path: &Path) -> Read {
    let mut reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let spec = reader.spec();
    let samples = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|s| s.expect("a sample").to_bits() as i32).collect(),
        hound::SampleFormat::Int => reader.samples::<i32>().map(|s| s.expect("a sample")).collect(),
    };
    Read { channels: spec.channels.into(), rate: spec.sample_rate, samples }
}

/// Reads any file with ffmpeg, as `bits`-wide integers or as the bits of floats.
pub fn ffmpeg(path: &Path, bits: u16, float: bool) -> Vec<i32> {
    let path = path.to_str().expect("a UTF-8 path");
    // The width of the file itself: ffmpeg converts no more than 64 channels.
    let format = if float { "f32le".to_owned() } else { format!("s{bits}le") };
    let raw = run("ffmpeg", &["-v", "error", "-i", path, "-f", &format, "-"]);
    raw.chunks_exact(usize::from(bits) / 8)
        .map(|bytes| {
            let mut wide = [0; 4];
            wide[4 - bytes.len()..].copy_from_slice(bytes);
            i32::from_le_bytes(wide) >> (32 - bits)
        })
        .collect()
}

/// Reads any file with sox, as `bits`-wide integers.
pub fn sox(path: &Path, bits: u16) -> Vec<i32> {
    let path = path.to_str().expect("a UTF-8 path");
    let raw = run("sox", &["-V1", "-D", path, "-t", "raw", "-e", "signed-integer", "-b", "32", "-L", "-"]);
    raw.chunks_exact(4)
        .map(|bytes| i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) >> (32 - bits))
        .collect()
}

/// Reads any file with libsndfile, through its own converter to a headerless file.
pub fn sndfile(path: &Path, bits: u16, float: bool) -> Vec<i32> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let raw = folder.path().join("out.raw");
    let codec = if float { "-float32" } else { "-pcm32" };
    run("sndfile-convert", &[codec, path.to_str().expect("UTF-8"), raw.to_str().expect("UTF-8")]);
    std::fs::read(&raw)
        .expect("the converted file")
        .chunks_exact(4)
        .map(|bytes| {
            let sample = i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            if float { sample } else { sample >> (32 - bits) }
        })
        .collect()
}

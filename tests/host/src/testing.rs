//! What several unit tests need: files of the built-in signal, and the command-line tools that make the other
//! formats of them.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::compare::pcm;
use crate::signal;

/// Runs a tool on its arguments. `false` when it is not installed, unless AFOP_REQUIRE_TOOLS=1 forbids to skip.
pub(crate) fn run(tool: &str, arguments: &[&str]) -> bool {
    let output = Command::new(tool).args(arguments).stdin(Stdio::null()).output();
    match output {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let required = std::env::var_os("AFOP_REQUIRE_TOOLS").is_some_and(|value| value == "1");
            assert!(!required, "{tool} is not installed");
            println!("skipped: {tool} is not installed");
            false
        }
        Err(error) => panic!("{tool}: {error}"),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{tool} {arguments:?}: {said}");
            true
        }
    }
}

/// Writes the built-in signal with a writer that shares no code with this crate: integers of `bits`, or floats.
pub(crate) fn write_signal(path: &Path, channels: u16, rate: u32, frames: u64, bits: Option<u16>) {
    let spec = hound::WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: bits.unwrap_or(32),
        sample_format: match bits {
            Some(_) => hound::SampleFormat::Int,
            None => hound::SampleFormat::Float,
        },
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..frames {
        for channel in 0..usize::from(channels) {
            let value = signal::sample(channel, frame, rate);
            match bits {
                Some(bits) => writer.write_sample(pcm(value, bits.into())).unwrap(),
                None => writer.write_sample(value).unwrap(),
            }
        }
    }
    writer.finalize().unwrap();
}

/// The built-in signal as the integers that a file of it should hold.
pub(crate) fn signal_ints(channels: usize, rate: u32, frames: usize, bits: u32) -> Vec<Vec<i32>> {
    let channel = |channel| {
        let mut block = vec![0.0; frames];
        signal::fill(channel, 0, rate, &mut block);
        block.into_iter().map(|value| pcm(value, bits)).collect()
    };
    (0..channels).map(channel).collect()
}

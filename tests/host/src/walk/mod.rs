//! A finished file, walked from its first byte to its last by the letter of the standards.
//!
//! Decoders forgive: they skip what they do not know, guess sizes that contradict each other and stop where the audio
//! does. The walker accounts for every byte instead, and takes what no standard and no format of ours has for a
//! mistake. It shares no code with the plugin, looks at no sample of PCM, and needs of a WAV or AIFF file only its
//! headers, however long the file is.

mod aiff;
mod chunks;
mod flac;
mod id3;
mod mpeg;
mod ogg;
mod riff;
mod vorbis;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// What is wrong with a file; the walk goes on behind it.
#[derive(Debug, Default)]
struct Findings(Vec<String>);

impl Findings {
    /// Notes `complaint` unless `holds`.
    fn check(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        if !holds {
            self.0.push(complaint());
        }
    }
}

/// Walks a file that is complete.
///
/// # Errors
/// All that is wrong with it.
pub fn walk(path: &Path) -> Result<(), String> {
    let mut findings = Findings::default();
    let walked = File::open(path).map_err(|error| error.to_string()).and_then(|file| any(file, &mut findings));
    findings.0.extend(walked.err());
    // A file that is beside itself needs no more than the first few.
    findings.0.truncate(8);
    if findings.0.is_empty() { Ok(()) } else { Err(format!("{}: {}", path.display(), findings.0.join("; "))) }
}

/// Whatever the first bytes say that it is.
fn any(mut file: File, findings: &mut Findings) -> Result<(), String> {
    let magic: [u8; 4] = read(&mut file, 0, 4)?.try_into().map_err(|_| "no four bytes")?;
    match &magic {
        b"RIFF" | b"RF64" => riff::walk(&mut file, findings),
        b"FORM" => aiff::walk(&mut file, findings),
        b"fLaC" => flac::walk(&all(&mut file)?, findings),
        b"OggS" => ogg::walk(&all(&mut file)?, findings),
        [b'I', b'D', b'3', _] | [0xff, ..] => mpeg::walk(&all(&mut file)?, findings),
        _ => Err(format!("nothing that can be walked begins with {magic:02x?}")),
    }
}

fn all(file: &mut File) -> Result<Vec<u8>, String> {
    let len = file.metadata().map_err(|error| error.to_string())?.len();
    read(file, 0, len)
}

fn read(file: &mut File, at: u64, len: u64) -> Result<Vec<u8>, String> {
    file.seek(SeekFrom::Start(at)).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(len).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 == len { Ok(bytes) } else { Err(format!("no {len} bytes at {at}")) }
}

/// `N` bytes of `bytes` from `at`.
fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], String> {
    let found = bytes.get(at..).and_then(|rest| rest.get(..N));
    found.and_then(|found| found.try_into().ok()).ok_or_else(|| format!("no {N} bytes at {at} of {}", bytes.len()))
}

/// The letters of an id.
fn name(id: [u8; 4]) -> String {
    id.map(|byte| char::from(byte).escape_default().to_string()).concat()
}

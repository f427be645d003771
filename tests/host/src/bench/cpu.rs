//! CPU time for ten minutes of stereo: ours against that of the peers that are installed.
//!
//! What is counted is user plus system time of a whole child process, from its start to its end, for each
//! contender: reading the same WAV file of 32-bit floats, converting or encoding, and writing the file. Ours also
//! pays for loading the plugin, for the pass-through of every cook, for the detour through the ring to the writer
//! thread and back to the cook thread's counters, and for the reading and planar separation that is the host's
//! work in a show. libsndfile is used through its API, in a child process of this program.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::child;
use super::figures::Figures;
use super::sndfile::{AIFF, FLAC, PCM_16, PCM_24, PCM_32, WAV};
use super::stage::{Kind, RATE, offers};
use super::usage::{self, Ran};
use super::{Bench, median};
use crate::signal;

const CHANNELS: usize = 2;

/// What is recorded, and who else can.
pub(super) struct Row {
    pub(super) key: &'static str,
    kind: Kind<'static>,
    extension: &'static str,
    /// The lossy ones take a hundred times as long.
    slow: bool,
    pub(super) peers: &'static [Peer],
}

/// A program that writes the same kind of file. The words are what stands between input and output.
pub(super) enum Peer {
    Libsndfile(i32),
    Sox(&'static [&'static str]),
    Ffmpeg(&'static [&'static str]),
    Lame(&'static [&'static str]),
    Oggenc(&'static [&'static str]),
    /// From the same samples in 24 bits, since it reads no floats.
    Flac(&'static [&'static str]),
}

/// The rows of `cpu_ratio`.
pub(super) const ROWS: [Row; 7] = [
    Row {
        key: "wav16",
        kind: Kind { file_type: "wav", codec: "pcm16" },
        extension: "wav",
        slow: false,
        peers: &[Peer::Libsndfile(WAV | PCM_16), Peer::Sox(&["-b", "16"]), Peer::Ffmpeg(&["-c:a", "pcm_s16le"])],
    },
    Row {
        key: "wav24",
        kind: Kind { file_type: "wav", codec: "pcm24" },
        extension: "wav",
        slow: false,
        peers: &[Peer::Libsndfile(WAV | PCM_24), Peer::Sox(&["-b", "24"]), Peer::Ffmpeg(&["-c:a", "pcm_s24le"])],
    },
    Row {
        key: "wav32",
        kind: Kind { file_type: "wav", codec: "pcm32" },
        extension: "wav",
        slow: false,
        peers: &[
            Peer::Libsndfile(WAV | PCM_32),
            Peer::Sox(&["-b", "32", "-e", "signed-integer"]),
            Peer::Ffmpeg(&["-c:a", "pcm_s32le"]),
        ],
    },
    Row {
        key: "aiff24",
        kind: Kind { file_type: "aiff", codec: "pcm24be" },
        extension: "aiff",
        slow: false,
        peers: &[Peer::Libsndfile(AIFF | PCM_24), Peer::Sox(&["-b", "24"]), Peer::Ffmpeg(&["-c:a", "pcm_s24be"])],
    },
    Row {
        key: "mp3",
        kind: Kind { file_type: "mp3", codec: "pcm24" },
        extension: "mp3",
        slow: true,
        peers: &[Peer::Lame(&["--cbr", "-b", "192"]), Peer::Ffmpeg(&["-c:a", "libmp3lame", "-b:a", "192k"])],
    },
    Row {
        key: "ogg",
        kind: Kind { file_type: "ogg", codec: "pcm24" },
        extension: "ogg",
        slow: true,
        peers: &[Peer::Oggenc(&["-q", "5"]), Peer::Ffmpeg(&["-c:a", "libvorbis", "-q:a", "5"])],
    },
    Row {
        key: "flac24",
        kind: Kind { file_type: "flac", codec: "pcm24" },
        extension: "flac",
        slow: true,
        peers: &[
            Peer::Libsndfile(FLAC | PCM_24),
            Peer::Sox(&["-b", "24", "-C", "5"]),
            Peer::Ffmpeg(&["-c:a", "flac", "-sample_fmt", "s32"]),
            Peer::Flac(&["-5"]),
        ],
    },
];

impl Peer {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Libsndfile(_) => "libsndfile",
            Self::Sox(_) => "sox",
            Self::Ffmpeg(_) => "ffmpeg",
            Self::Lame(_) => "lame",
            Self::Oggenc(_) => "oggenc",
            Self::Flac(_) => "flac",
        }
    }

    fn command(&self, input: &Path, output: &Path) -> Result<Command, String> {
        let with = |before: &[&str], words: &[&str], between: &[&str]| {
            let mut command = Command::new(self.name());
            command.args(before).arg(input).args(words).args(between).arg(output);
            command
        };
        Ok(match self {
            Self::Libsndfile(format) => child::convert(*format, input, output)?,
            // Without dither, which ours adds as little.
            Self::Sox(words) => with(&["-D", "-V1"], words, &[]),
            Self::Ffmpeg(words) => with(&["-nostdin", "-v", "error", "-y", "-i"], words, &[]),
            Self::Lame(words) => {
                let mut command = Command::new(self.name());
                command.arg("--quiet").args(*words).arg(input).arg(output);
                command
            }
            Self::Oggenc(words) => with(&["-Q"], words, &["-o"]),
            Self::Flac(words) => {
                let mut command = Command::new(self.name());
                command.args(["-s", "-f"]).args(*words).arg("-o").arg(output).arg(in_24_bits(input));
                command
            }
        })
    }
}

/// `cpu_ratio`.
pub(super) fn measure(bench: &Bench, figures: &mut Figures) -> Result<(), String> {
    if !bench.wants("cpu_ratio") {
        return Ok(());
    }
    let seconds = if bench.quick { 60 } else { 600 };
    let input = bench.path("input.wav");
    bench.doing("the input of the comparison");
    for (path, bits) in [(&input, 32), (&in_24_bits(&input), 24)] {
        write_input(path, bits, seconds).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let wanted = |row: &&Row| {
        let asked = row.peers.iter().any(|peer| bench.wants(&format!("cpu_ratio.{}.{}", row.key, peer.name())));
        asked && offers(&bench.plugin, row.kind.file_type)
    };
    let mut contests: Vec<Contest> = ROWS.iter().filter(wanted).map(|row| Contest::new(bench, row)).collect();
    let most = contests.iter().map(|contest| contest.rounds).max().unwrap_or(0);
    // Round by round, not format by format: a bad moment of the machine then meets each of them for a round or two. But
    // the quick formats by themselves: a virtual machine gives back memory that rests for seconds, and gets it again at
    // a price that goes with the length of the file.
    for (slow, round) in [false, true].into_iter().flat_map(|slow| (1..=most).map(move |round| (slow, round))) {
        for contest in contests.iter_mut().filter(|contest| contest.row.slow == slow && round <= contest.rounds) {
            contest.play(bench, round, &input)?;
        }
    }
    contests.iter().for_each(|contest| contest.tell(figures));
    for path in [&input, &in_24_bits(&input)] {
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

/// The CPU times of one row.
struct Contest {
    row: &'static Row,
    rounds: usize,
    ours: Vec<Duration>,
    /// Of each peer; `None` when it is missing or has failed.
    theirs: Vec<Option<Vec<Duration>>>,
}

impl Contest {
    fn new(bench: &Bench, row: &'static Row) -> Self {
        let rounds = bench.rounds(if row.slow { 3 } else { 7 }, 1);
        Self { row, rounds, ours: Vec::new(), theirs: row.peers.iter().map(|_| Some(Vec::new())).collect() }
    }

    /// One run of each. Everyone comes first at times: whoever does gets the memory that rested longest, and a virtual
    /// machine may have given that back to its host meanwhile.
    fn play(&mut self, bench: &Bench, round: usize, input: &Path) -> Result<(), String> {
        let Self { row, rounds, .. } = self;
        bench.doing(&format!("CPU time of {}, round {round} of {rounds}", row.key));
        let output = bench.path(&format!("output.{}", row.extension));
        let players = 1 + row.peers.len();
        for turn in round..round + players {
            match turn % players {
                0 => self.play_ours(bench, input, &output)?,
                player => self.play_theirs(player - 1, bench, input, &output)?,
            }
        }
        Ok(())
    }

    fn play_ours(&mut self, bench: &Bench, input: &Path, output: &Path) -> Result<(), String> {
        match run(child::play(bench.plugin.path(), self.row.kind, input, output)?, output) {
            Ran::Cpu(time) => self.ours.push(time),
            // Where the operating system is not asked.
            Ran::Missing => {}
            Ran::Failed(reason) => return Err(reason),
        }
        Ok(())
    }

    fn play_theirs(&mut self, peer: usize, bench: &Bench, input: &Path, output: &Path) -> Result<(), String> {
        let Some(sofar) = &mut self.theirs[peer] else { return Ok(()) };
        match run(self.row.peers[peer].command(input, output)?, output) {
            Ran::Cpu(time) => sofar.push(time),
            Ran::Missing => self.theirs[peer] = None,
            Ran::Failed(reason) => {
                bench.progress.suspend(|| eprintln!("{}: {reason}", self.row.key));
                self.theirs[peer] = None;
            }
        }
        Ok(())
    }

    fn tell(&self, figures: &mut Figures) {
        for (peer, times) in self.row.peers.iter().zip(&self.theirs) {
            if let (Some(ours), Some(theirs)) = (median(self.ours.clone()), times.clone().and_then(median)) {
                let ratio = ours.as_secs_f64() / theirs.as_secs_f64().max(1e-9);
                figures.set(&format!("cpu_ratio.{}.{}", self.row.key, peer.name()), ratio);
            }
        }
    }
}

fn run(mut command: Command, output: &Path) -> Ran {
    let ran = usage::run(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()));
    // Each begins with nothing: overwriting is another thing than writing.
    let _ = std::fs::remove_file(output);
    ran
}

/// The file of integers beside the file of floats.
fn in_24_bits(input: &Path) -> PathBuf {
    input.with_extension("24.wav")
}

/// The test signal as a WAV file of 32-bit floats or 24-bit integers, in the plain form that every peer reads.
fn write_input(path: &Path, bits: u32, seconds: u32) -> std::io::Result<()> {
    let frame_bytes = CHANNELS as u32 * bits / 8;
    let data = seconds * RATE * frame_bytes;
    let mut out = std::io::BufWriter::new(std::fs::File::create(path)?);
    out.write_all(b"RIFF")?;
    out.write_all(&(data + 36).to_le_bytes())?;
    out.write_all(b"WAVEfmt \x10\0\0\0")?;
    out.write_all(if bits == 32 { b"\x03\0" } else { b"\x01\0" })?;
    out.write_all(&(CHANNELS as u16).to_le_bytes())?;
    out.write_all(&RATE.to_le_bytes())?;
    out.write_all(&(RATE * frame_bytes).to_le_bytes())?;
    out.write_all(&(frame_bytes as u16).to_le_bytes())?;
    out.write_all(&[bits as u8, 0])?;
    out.write_all(b"data")?;
    out.write_all(&data.to_le_bytes())?;
    let mut planar = vec![vec![0.0f32; RATE as usize]; CHANNELS];
    for second in 0..u64::from(seconds) {
        for (channel, samples) in planar.iter_mut().enumerate() {
            signal::fill(channel, second * u64::from(RATE), RATE, samples);
        }
        for frame in 0..RATE as usize {
            for samples in &planar {
                let sample = samples[frame];
                match bits {
                    32 => out.write_all(&sample.to_le_bytes())?,
                    _ => out.write_all(&((sample * 8_388_608.0) as i32).to_le_bytes()[..3])?,
                }
            }
        }
    }
    out.flush()
}

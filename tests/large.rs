//! Files past 4 GiB, where 32-bit sizes end, and AIFF past 2 GiB, where its signed ones do: every frame of them is there,
//! and other programs read as many.
//!
//! Each test writes some gigabytes, nearly all of them silence, which it gives back to the disk while it
//! writes: the files are as long and hold the same bytes, and take some hundred megabytes. They run where all readers
//! must be there, which is said by `AFOP_REQUIRE_TOOLS`, and delete what they wrote.

#![cfg(target_os = "linux")]

mod common;

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use common::{PATIENCE, Rig, expected, sample};
use rustix::fs::{FallocateFlags, fallocate};
use tdhost::Input;

const RATE: f64 = 192_000.0;
const CHANNELS: usize = 64;
/// A 60th of a second.
const SLICE: usize = 3200;
const FRAME_BYTES: u64 = CHANNELS as u64 * 4;
const BLOCK_BYTES: usize = SLICE * CHANNELS * 4;
const GIB: u64 = 1 << 30;
/// One block in so many is noise, the others are silence.
const NOISE_EVERY: u64 = 64;
/// So much of the file is looked at a time for what can be given back to the disk, and at least so much at once.
const DIG_BYTES: u64 = GIB / 16;
const PAGE: usize = 4096;
/// Set in the process that is to be killed: the file.
const VICTIM: &str = "AFOP_LARGE_VICTIM";
/// What a process may take with it.
const MOST_MISSING_SECONDS: f64 = 1.5;

/// One of these tests at a time; `None` where they are not to run.
fn turn() -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    if std::env::var_os("AFOP_REQUIRE_TOOLS").is_none() {
        println!("skipped: writes 4 GiB, so only where AFOP_REQUIRE_TOOLS is set");
        return None;
    }
    Some(TURN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A node that is given silence, now and then noise, and in the first sample of each block the block's number.
struct Source {
    rig: Rig,
    blocks: u64,
    file: PathBuf,
    /// Bytes of the file in which silence takes no room any more.
    dug: u64,
}

impl Source {
    fn new(file_type: &str, file: &Path) -> Self {
        let mut rig = Rig::new(CHANNELS, RATE);
        rig.node.set("Filetype", file_type);
        rig.node.set("Codec", if file_type == "wav" { "pcm32" } else { "pcm32be" });
        // The cooks come faster than the clock, and wait when this is full.
        rig.node.set("Maxbuffer", 2.0);
        rig.node.set("File", file.to_str().expect("a UTF-8 path"));
        let mut input = Input::new(CHANNELS, RATE);
        input.channels.iter_mut().for_each(|buffer| buffer.resize(SLICE, 0.0));
        rig.node.set_input(Some(input));
        rig.record(true);
        Self { rig, blocks: 0, file: file.to_path_buf(), dug: 0 }
    }

    fn cook(&mut self) {
        if self.blocks == 0 {
            let time = self.rig.time(1.0);
            self.rig.node.input_mut().expect("a wired input").cooked(0.0);
            self.rig.node.prepare(&time);
        }
        if self.blocks % NOISE_EVERY <= 1 {
            for channel in 0..CHANNELS {
                let samples = self.rig.node.samples_in_place(channel).iter_mut();
                samples.zip(0..).for_each(|(found, index)| *found = given(self.blocks, channel, index));
            }
        }
        self.rig.node.samples_in_place(0)[0] = stamp(self.blocks);
        self.rig.node.execute_again();
        self.blocks += 1;
        if self.blocks.is_multiple_of(60) {
            assert_eq!(self.rig.node.error(), "");
        }
    }

    /// Gives as many blocks as it takes to pass `bytes`.
    fn pass(&mut self, bytes: u64) {
        let began = Instant::now();
        while self.blocks * BLOCK_BYTES as u64 <= bytes {
            self.cook();
            if self.blocks.is_multiple_of(60) {
                self.dig();
            }
        }
        println!("{:.2} GiB given in {:?}", self.blocks as f64 * BLOCK_BYTES as f64 / GIB as f64, began.elapsed());
    }

    /// Gives back the room of silence that is already in the file: what is read there stays the same.
    fn dig(&mut self) {
        // An AIFF's first file ends before all of it is written.
        let length = self.file.metadata().expect("a file").len();
        let written = (self.rig.number("total_samples_written") * FRAME_BYTES).min(length);
        while self.dug + DIG_BYTES < written {
            let file = OpenOptions::new().read(true).write(true).open(&self.file).expect("a file");
            let mut bytes = vec![0; DIG_BYTES as usize];
            file.read_exact_at(&mut bytes, self.dug).expect("as long as what is written");
            let pages = bytes.chunks(PAGE).map(|page| page.iter().all(|byte| *byte == 0)).collect::<Vec<_>>();
            let mut at = self.dug;
            for run in pages.chunk_by(|page, next| page == next) {
                let length = (run.len() * PAGE) as u64;
                let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
                if run[0] && fallocate(&file, hole, at, length).is_err() {
                    println!("the file system has no holes: the files take all of their room");
                    self.dug = u64::MAX / 2;
                    return;
                }
                at += length;
            }
            self.dug += DIG_BYTES;
        }
    }

    fn frames(&self) -> u64 {
        self.blocks * SLICE as u64
    }

    /// Ends the take. Nothing was lost.
    fn finish(&mut self) {
        let began = Instant::now();
        self.rig.record(false);
        let time = self.rig.time(1.0);
        self.rig.node.cook(&time);
        self.rig.wait("the take is finished", |node| node.info("takes_finished") > 0.0);
        println!("finished in {:?}", began.elapsed());
        assert_eq!((self.rig.node.error(), self.rig.number("lost_samples")), (String::new(), 0));
        assert_eq!(self.rig.number("total_samples_written"), self.frames());
    }
}

/// The first sample of a block.
fn stamp(block: u64) -> f32 {
    block as f32 / (1u32 << 20) as f32
}

/// A sample of a block, but for its first.
fn given(block: u64, channel: usize, index: u64) -> f32 {
    if block.is_multiple_of(NOISE_EVERY) { sample(channel, index) } else { 0.0 }
}

/// The bytes of the blocks, one after the other, as a file holds them.
struct Blocks {
    interleaved: Vec<u8>,
    bytes: fn(i32) -> [u8; 4],
    /// Of all blocks.
    at: usize,
}

impl Blocks {
    fn new(bytes: fn(i32) -> [u8; 4]) -> Self {
        let mut blocks = Self { interleaved: Vec::new(), bytes, at: 0 };
        blocks.set(0);
        blocks
    }

    fn set(&mut self, number: u64) {
        if number % NOISE_EVERY <= 1 {
            let places = (0..SLICE as u64).flat_map(|index| (0..CHANNELS).map(move |channel| (channel, index)));
            let samples = places.map(|(channel, index)| given(number, channel, index));
            self.interleaved = samples.flat_map(|sample| (self.bytes)(expected(sample, 32))).collect();
        }
        self.interleaved[..4].copy_from_slice(&(self.bytes)(expected(stamp(number), 32)));
    }

    /// The next bytes of the file are the next of the blocks. How many there were.
    fn assert_go_on_in(&mut self, file: &mut File, length: u64) {
        let mut found = vec![0; BLOCK_BYTES];
        let mut left = length;
        while left > 0 {
            let within = self.at % BLOCK_BYTES;
            let now = (BLOCK_BYTES - within).min(usize::try_from(left).unwrap_or(usize::MAX));
            file.read_exact(&mut found[..now]).expect("as long as its header says");
            assert!(found[..now] == self.interleaved[within..within + now], "byte {} differs", self.at);
            self.at += now;
            left -= now as u64;
            if self.at.is_multiple_of(BLOCK_BYTES) {
                self.set((self.at / BLOCK_BYTES) as u64);
            }
        }
    }
}

/// The output of a reader that must not complain.
fn told(program: &str, arguments: &[&str], file: &Path) -> String {
    let file = file.to_str().expect("a UTF-8 path");
    let output = Command::new(program).args(arguments).arg(file).stdin(Stdio::null()).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && output.stderr.is_empty(), "{program} {file}: {output:?}");
    text
}

/// The number after `label`.
fn number(text: &str, label: &str) -> u64 {
    let rest = text.split(label).nth(1).unwrap_or_else(|| panic!("no {label} in {text}"));
    let digits: String = rest.trim_start_matches([' ', ':', '=']).chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number after {label} in {text}"))
}

/// Frames of a file as three programs tell.
fn assert_readers_find(frames: u64, file: &Path) {
    let ffprobe = told("ffprobe", &["-v", "error", "-show_entries", "stream=duration_ts,channels"], file);
    assert_eq!((number(&ffprobe, "duration_ts"), number(&ffprobe, "channels")), (frames, CHANNELS as u64));
    let sndfile = told("sndfile-info", &[], file);
    assert_eq!((number(&sndfile, "Frames"), number(&sndfile, "Channels")), (frames, CHANNELS as u64), "{sndfile}");
    assert_eq!(told("sox", &["--i", "-s"], file).trim(), frames.to_string());
}

/// The frames that an RF64 file states, each of which is as it was given. EBU Tech 3306.
fn assert_is_rf64_with_the_blocks(path: &Path) -> u64 {
    let mut file = File::open(path).expect("a file");
    let mut header = vec![0; 16384];
    file.read_exact(&mut header).expect("a header");
    assert_eq!((&header[0..4], &header[12..16]), (&b"RF64"[..], &b"ds64"[..]));
    let length = u64::from_le_bytes(header[28..36].try_into().expect("eight bytes"));
    let data = header.windows(4).position(|id| id == b"data").expect("a chunk of sound") as u64 + 8;
    file.seek(SeekFrom::Start(data)).expect("a file");
    Blocks::new(i32::to_le_bytes).assert_go_on_in(&mut file, length);
    length / FRAME_BYTES
}

#[test]
fn a_wav_past_four_gibibytes_should_be_rf64_and_read_to_the_last_frame() {
    let Some(_turn) = turn() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("take.wav");
    let mut source = Source::new("wav", &file);
    source.pass(4 * GIB + 3 * GIB / 10);
    source.finish();
    assert!(file.metadata().expect("a file").len() > 4 * GIB + 3 * GIB / 10);
    let began = Instant::now();
    assert_readers_find(source.frames(), &file);
    assert_eq!(assert_is_rf64_with_the_blocks(&file), source.frames());
    println!("read in {:?}", began.elapsed());
}

/// The process that is to be killed: passes 4 GiB, then goes on in real time and tells how many frames it has given.
#[test]
#[ignore = "is started by another test, which kills it"]
fn victim() {
    let Some(file) = std::env::var_os(VICTIM) else { return };
    let mut source = Source::new("wav", &PathBuf::from(file));
    source.pass(4 * GIB + GIB / 50);
    let (began, first) = (Instant::now(), source.blocks);
    while began.elapsed() < PATIENCE {
        source.cook();
        let mut output = std::io::stdout().lock();
        writeln!(output, "given {}", source.frames()).and_then(|()| output.flush()).expect("somebody listens");
        let due = Duration::from_secs_f64((source.blocks - first) as f64 / 60.0);
        std::thread::sleep(due.saturating_sub(began.elapsed()));
    }
}

#[test]
fn a_take_that_is_killed_past_four_gibibytes_should_open_and_lack_at_most_a_second_and_a_half() {
    let Some(_turn) = turn() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("take.wav");
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .args(["victim", "--exact", "--nocapture", "--ignored"])
        .env(VICTIM, &file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the test starts again");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut given = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("given ")?.parse::<u64>().ok());
    given.next().expect("it passes 4 GiB");
    let began = Instant::now();
    let mut last = 0;
    while began.elapsed() < Duration::from_millis(2300) {
        last = given.next().expect("it lives");
    }
    child.kill().expect("it lives");
    let last = given.last().unwrap_or(last);
    assert!(!child.wait().expect("a child").success(), "it was killed in the middle");

    let length = file.metadata().expect("a file").len();
    assert!(length > 4 * GIB, "{length}");
    let frames = assert_is_rf64_with_the_blocks(&file);
    let missing = (last as f64 - frames as f64) / RATE;
    println!("{frames} frames are there, {missing:.3} s are missing");
    assert!(missing <= MOST_MISSING_SECONDS);
    assert_readers_find(frames, &file);
}

#[test]
fn an_aiff_should_roll_over_before_two_gibibytes_without_losing_a_frame() {
    let Some(_turn) = turn() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [first, second] = ["take.aiff", "take-2.aiff"].map(|name| folder.path().join(name));
    let mut source = Source::new("aiff", &first);
    source.pass(2 * GIB + GIB / 20);
    source.finish();
    let mut blocks = Blocks::new(i32::to_be_bytes);
    let mut frames = 0;
    for path in [&first, &second] {
        let mut file = File::open(path).expect("a file");
        let mut header = vec![0; 16384];
        file.read_exact(&mut header).expect("a header");
        let at = header.windows(4).position(|id| id == b"SSND").expect("a chunk of sound");
        let size = u32::from_be_bytes(header[at + 4..at + 8].try_into().expect("four bytes"));
        file.seek(SeekFrom::Start(at as u64 + 16)).expect("a file");
        let length = u64::from(size) - 8;
        blocks.assert_go_on_in(&mut file, length);
        assert_readers_find(length / FRAME_BYTES, path);
        frames += length / FRAME_BYTES;
    }
    assert_eq!(frames, source.frames());
    let length = first.metadata().expect("a file").len();
    // But for a megabyte of markers that could stand behind the sound.
    assert!(
        length < 2 * GIB && length > 2 * GIB - (1 << 20) - (1 << 17),
        "the first is as long as it can be: {length}"
    );
    assert_eq!(source.rig.dat("last_file"), second.display().to_string());
}

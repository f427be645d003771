//! A process that is killed in the middle of a take.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::common::process::setting;
use crate::common::{PATIENCE, Rig, readers};
use crate::{RATE, SLICE, cook_in_real_time, record_to};

const CHANNELS: usize = 2;
/// Set in the process that is to be killed: the format and the file.
const VICTIM: &str = "AFOP_VICTIM";
/// What a process may take with it.
const MOST_MISSING_SECONDS: f64 = 1.5;
const AT_ONCE: usize = 4;

/// The formats that can record here.
fn formats() -> Vec<String> {
    let items = Rig::new(CHANNELS, RATE).node.par("Filetype").expect("a menu of formats").menu.clone();
    let mut formats = Vec::new();
    for (format, _) in items {
        let mut rig = Rig::new(CHANNELS, RATE);
        rig.node.set("Filetype", format.as_str());
        rig.set_file("take");
        rig.record(true);
        rig.cook(SLICE);
        rig.wait("the take starts or fails", |node| node.info("megabytes_written") > 0.0 || !node.error().is_empty());
        match rig.node.error() {
            error if error.is_empty() => formats.push(format),
            error => println!("skipped: {format}: {error}"),
        }
    }
    formats
}

/// The process that is to be killed: records in real time and prints how many frames it has given.
#[test]
#[ignore = "is started by another test, which kills it"]
fn victim() {
    let Ok(order) = std::env::var(VICTIM) else { return };
    let (format, file) = order.split_once(' ').expect("a format and a file");
    let mut rig = Rig::new(CHANNELS, RATE);
    rig.node.set("Filetype", format);
    record_to(&mut rig, Path::new(file));
    rig.cook(SLICE);
    rig.wait("the file is open", |node| node.info("megabytes_written") > 0.0);
    cook_in_real_time(&mut rig, PATIENCE, |rig| {
        assert_eq!(rig.node.error(), "");
        let mut output = std::io::stdout().lock();
        writeln!(output, "given {}", rig.given[0].len()).and_then(|()| output.flush()).expect("somebody listens");
        true
    });
}

struct Victim {
    format: String,
    file: PathBuf,
    delay: Duration,
    child: Child,
}

impl Victim {
    fn start(format: &str, file: PathBuf, delay: Duration) -> Self {
        let child = Command::new(std::env::current_exe().expect("a path"))
            .args(["killed::victim", "--exact", "--nocapture", "--ignored"])
            .env(VICTIM, format!("{format} {}", file.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test starts again");
        Self { format: format.to_owned(), file, delay, child }
    }

    /// Kills it after its delay. Returns the frames that it had given.
    fn kill(mut self) -> (String, PathBuf, u64) {
        let lines = BufReader::new(self.child.stdout.take().expect("a pipe")).lines();
        let mut given = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("given ")?.parse().ok());
        let first: u64 = given.next().expect("the take starts");
        let child = &mut self.child;
        let last = thread::scope(|scope| {
            let last = scope.spawn(move || given.last());
            thread::sleep(self.delay);
            child.kill().expect("it lives");
            last.join().expect("a reader")
        });
        let status = self.child.wait().expect("a child");
        assert!(!status.success(), "it was killed in the middle");
        (self.format, self.file, last.unwrap_or(first))
    }
}

/// Frames that ffmpeg decodes.
fn decoded(file: &Path) -> u64 {
    let output = Command::new("ffmpeg")
        .args(["-v", "fatal", "-i"])
        .arg(file)
        .args(["-f", "f32le", "-"])
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg runs");
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    (output.stdout.len() / 4 / CHANNELS) as u64
}

/// `program` opens the file without a complaint.
fn assert_opens(program: &str, arguments: &[&str], file: &Path) {
    let output = Command::new(program).args(arguments).arg(file).stdin(Stdio::null()).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}: {text}", file.display());
}

#[test]
fn a_killed_process_leaves_files_that_open_and_lack_at_most_a_second_and_a_half() {
    let takes = setting("AFOP_KILLED_TAKES", 20) as usize;
    let seed = setting("AFOP_SEED", u64::from(std::process::id()));
    println!("AFOP_SEED={seed}");
    let [ffmpeg, ffprobe, sndfile, sox] = ["ffmpeg", "ffprobe", "sndfile-info", "sox"].map(readers::have);
    let formats = formats();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut most_missing = 0.0f64;
    for batch in (0..takes).collect::<Vec<_>>().chunks(AT_ONCE) {
        let victims: Vec<_> = batch
            .iter()
            .map(|take| {
                let format = &formats[take % formats.len()];
                let delay = Duration::from_millis(random() % 4000);
                Victim::start(format, folder.path().join(format!("take{take}.{format}")), delay)
            })
            .collect();
        let killed: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = victims.into_iter().map(|victim| scope.spawn(|| victim.kill())).collect();
            threads.into_iter().map(|thread| thread.join().expect("a victim")).collect()
        });
        for (format, file, given) in killed {
            let mut found = Vec::new();
            if format == "wav" {
                found.push(u64::from(hound::WavReader::open(&file).expect("hound opens it").duration()));
            }
            if ffmpeg {
                found.push(decoded(&file));
            }
            if ffprobe {
                assert_opens("ffprobe", &["-v", "error"], &file);
            }
            // libsndfile and SoX may have been built without MP3.
            if sndfile && format != "mp3" {
                assert_opens("sndfile-info", &[], &file);
            }
            // SoX takes an AIFF without a frame for one without sound: the take was killed while it opened.
            if sox && format != "mp3" && found.iter().all(|frames| *frames > 0) {
                assert_opens("sox", &["--i"], &file);
            }
            for frames in found {
                let missing = (given as f64 - frames as f64) / RATE;
                assert!(missing <= MOST_MISSING_SECONDS, "{}: {missing} s of {given} frames", file.display());
                most_missing = most_missing.max(missing);
            }
            std::fs::remove_file(&file).expect("a file");
        }
    }
    println!("{takes} takes of {formats:?}: at most {most_missing:.3} s are missing");
}

//! Nobody else writes to a file that is recorded, and we write to none that somebody else has locked.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use common::readers::hound;
use common::{Rig, assert_same, expected, interleaved, is_held};

/// Names the file that this process is to lock, or to try to lock, for a test in another process.
const LOCK: &str = "AFOP_TEST_LOCK";
const TRY: &str = "AFOP_TEST_TRY_LOCK";

/// Another process that holds the lock on a file.
struct Other {
    child: Child,
    stdin: Option<ChildStdin>,
    /// Kept open: the other process says more when it ends.
    output: BufReader<ChildStdout>,
}

impl Other {
    fn command(variable: &str, path: &Path) -> Command {
        let mut command = Command::new(std::env::current_exe().expect("this executable"));
        command.args(["--exact", "another_process", "--nocapture"]).env(variable, path);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    }

    /// Starts the process and waits until it has the lock.
    fn locking(path: &Path) -> Self {
        let mut child = Self::command(LOCK, path).spawn().expect("a child process");
        let stdin = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().expect("an output"));
        let mut locked = output.by_ref().lines().map_while(Result::ok);
        assert!(locked.any(|line| line.contains("locked")), "the other process has the lock");
        Self { child, stdin, output }
    }

    /// Whether another process could lock the file now.
    fn could_lock(path: &Path) -> bool {
        let output = Self::command(TRY, path).output().expect("a child process");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("locked") || said.contains("refused"), "{said}");
        said.contains("locked")
    }

    fn let_go(mut self) {
        drop(self.stdin.take());
        std::io::copy(&mut self.output, &mut std::io::sink()).expect("the rest of the output");
        self.child.wait().expect("the child ends");
    }
}

/// Not a test of its own: what the other process does.
#[test]
fn another_process() {
    let open = |path| std::fs::OpenOptions::new().read(true).write(true).open(path);
    if let Some(path) = std::env::var_os(LOCK) {
        let file = open(path).expect("the file");
        file.lock().expect("the lock");
        println!("locked");
        std::io::stdout().flush().expect("an output");
        // Until the test closes its end.
        let _ = std::io::stdin().read(&mut [0]);
    } else if let Some(path) = std::env::var_os(TRY) {
        let locked = open(path).is_ok_and(|file| file.try_lock().is_ok());
        println!("{}", if locked { "locked" } else { "refused" });
    }
}

fn assert_holds(path: &Path, channels: &[Vec<f32>]) {
    let samples = interleaved(channels, |sample| expected(sample, 24));
    assert_same(&hound(path).samples, &samples, &path.display().to_string());
}

/// Waits for the warning, which must name the file and say what helps, and is no error while memory has room.
fn assert_waits_for(rig: &mut Rig, path: &Path) {
    rig.wait("the file is refused", |node| !node.warning().is_empty());
    let (warning, word) = (rig.node.warning(), if cfg!(windows) { "in use by" } else { "locked by" });
    for part in [&path.display().to_string(), word, "audio waits in memory meanwhile", "close it there"] {
        assert!(warning.contains(part), "{warning}");
    }
    assert_eq!((rig.node.error().as_str(), rig.dat("state").as_str()), ("", "opening"));
}

#[test]
fn a_second_node_on_the_same_file_waits_and_then_records_from_its_first_frame() {
    let (mut first, mut second) = (Rig::new(2, 48000.0), Rig::new(2, 48000.0));
    let path = first.path("take.wav");
    second.node.set("File", path.to_str().expect("a UTF-8 path"));
    first.record(true);
    first.cooks(10);
    first.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    second.record(true);
    second.cooks(10);
    assert_waits_for(&mut second, &path);
    first.cooks(10);
    second.cooks(10);
    // It is looked at by the node that verifies it: here the second one may have begun anew.
    first.record(false);
    first.cooks(1);
    first.wait("the first take is finished", |node| node.info("takes_finished") == 1.0);
    assert_eq!(first.number("total_samples_written"), first.given[0].len() as u64);
    second.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    assert_eq!(second.finish(), path);
    assert_holds(&path, &second.given);
    assert_eq!((second.number("takes_finished"), second.number("lost_samples")), (1, 0));
}

#[test]
fn two_nodes_that_start_at_the_same_cook_get_two_names() {
    let (mut first, mut second) = (Rig::new(2, 48000.0), Rig::new(2, 48000.0));
    first.set_file("take{suffix}");
    second.node.set("File", first.path("take{suffix}").to_str().expect("a UTF-8 path"));
    first.record(true);
    second.record(true);
    for cook in 0..10 {
        first.cooks(1);
        second.cooks(1 + cook % 2);
    }
    let (one, other) = (first.finish(), second.finish());
    assert_ne!(one, other);
    assert_holds(&one, &first.given);
    assert_holds(&other, &second.given);
    assert_eq!(first.files(), ["take.0.wav", "take.1.wav"]);
}

#[test]
fn a_file_that_another_process_has_locked_is_left_untouched() {
    let mut rig = Rig::new(2, 48000.0);
    let path = rig.take([800; 20]);
    let before = std::fs::read(&path).expect("the file");
    let other = Other::locking(&path);
    rig.given.iter_mut().for_each(Vec::clear);
    rig.node.set("Maxbuffer", 1.0);
    rig.record(true);
    rig.cooks(5);
    assert_waits_for(&mut rig, &path);
    // It is tried for a second more, and then the error says what became of it.
    rig.record(false);
    rig.cooks(1);
    rig.wait("it is given up", |node| !node.error().is_empty());
    let (error, word) = (rig.node.error(), if cfg!(windows) { "in use" } else { "locked" });
    for part in [&path.display().to_string(), word, "close it there or change File"] {
        assert!(error.contains(part), "{error}");
    }
    assert!(std::fs::read(&path).expect("the file") == before, "the file has changed");
    assert_eq!(rig.files(), ["take.wav"]);
    assert_eq!(rig.number("takes_finished"), 1);
    other.let_go();
    rig.given.iter_mut().for_each(Vec::clear);
    assert_eq!(rig.take([800; 3]), path);
    assert_holds(&path, &rig.given);
}

#[test]
fn another_process_gets_the_lock_only_when_the_take_is_finished() {
    let mut rig = Rig::new(2, 48000.0);
    let path = rig.path("take.wav");
    rig.record(true);
    rig.cooks(3);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    assert!(!Other::could_lock(&path));
    rig.pause(true);
    rig.cooks(3);
    assert!(!Other::could_lock(&path));
    rig.pause(false);
    rig.finish();
    assert!(Other::could_lock(&path));
    assert_holds(&path, &rig.given);
}

#[test]
fn a_file_that_is_recorded_can_be_read() {
    let mut rig = Rig::new(1, 48000.0);
    rig.record(true);
    rig.cooks(60);
    // The header follows by a timer, without any cook.
    let path = rig.path("take.wav");
    rig.wait("the file on disk is playable", |_| {
        hound::WavReader::open(&path).is_ok_and(|reader| reader.duration() == 60 * 800)
    });
    assert!(is_held(&path));
    rig.finish();
}

#[test]
fn the_lock_is_gone_after_an_error_and_the_file_is_whole_up_to_it() {
    // The cook after ten that are recorded ends the take.
    let mut rig = Rig::with_path(1, 48000.0, "/project1/afo1?panic=execute@11");
    let path = rig.path("take.wav");
    rig.record(true);
    rig.cooks(10);
    rig.cook_unrecorded(800);
    rig.wait("the take fails", |node| node.info("recording") == 0.0 && !node.error().is_empty());
    rig.wait("the file is let go", |_| !is_held(&path));
    assert!(Other::could_lock(&path));
    assert_holds(&path, &rig.given);
    assert_eq!(rig.files(), ["take.wav"]);
    assert_eq!(rig.number("takes_finished"), 0);
}

#[test]
fn the_lock_is_gone_after_a_mistake_of_ours() {
    let mut rig = Rig::with_path(1, 48000.0, "/project1/afo1?panic=writer@3");
    let path = rig.path("take.wav");
    rig.record(true);
    for _ in 0..2_000 {
        rig.cooks(1);
        if !rig.node.error().is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(rig.node.error().contains("a mistake of its own"), "{}", rig.node.error());
    rig.wait("the file is let go", |_| !is_held(&path));
    hound(&path);
    assert!(Other::could_lock(&path));
}

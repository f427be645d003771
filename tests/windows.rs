//! What Windows does in its own way: share modes instead of locks, long paths, names that are devices, and how a
//! process and a library end.

#![cfg(windows)]

mod common;

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::formats::file_types;
use common::process::alone;
use common::readers::hound;
use common::{PATIENCE, Rig, assert_same, expected, interleaved, is_held};
use tdhost::{Generation, Input, Node, NodeOptions, Plugin, find_plugin};

const RATE: f64 = 48_000.0;
const SLICE: usize = 800;

/// Tells another process of this executable what to do, and with which path.
const ORDER: &str = "AFOP_TEST_ORDER";

fn other_process(order: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this executable"))
        .args(["--exact", "another_process", "--nocapture"])
        .env(ORDER, format!("{order} {}", path.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child process")
}

/// Not a test of its own: what the other process does.
#[test]
fn another_process() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let (order, path) = order.split_once(' ').expect("an order and a path");
    let path = Path::new(path);
    match order {
        "meddle" => meddle(path),
        "record" => {
            let mut rig = Rig::new(1, RATE);
            rig.node.set("File", path.to_str().expect("a UTF-8 path"));
            rig.record(true);
            rig.cooks(60);
            rig.wait("it is on the disk", |_| frames(path) == Some(60 * SLICE as u32));
            say("\nready");
            let _ = std::io::stdin().read(&mut [0]);
            // No destructor runs: the node still records, and its threads end in the middle of what they do.
            std::process::exit(0);
        }
        "exit" => {
            let mut rig = Rig::new(1, RATE);
            rig.node.set("File", path.to_str().expect("a UTF-8 path"));
            rig.record(true);
            rig.cooks(60);
            rig.wait("it is on the disk", |_| frames(path) == Some(60 * SLICE as u32));
            *LAST.rig() = Some(rig);
            say("\nready");
            let _ = std::io::stdin().read(&mut [0]);
            std::process::exit(0);
        }
        _ => panic!("no order {order}"),
    }
}

/// What is destroyed when Windows has ended all other threads, as a static of a host may be.
struct Last(UnsafeCell<Option<Rig>>);

// SAFETY: used by the thread that ends the process alone.
unsafe impl Sync for Last {}

static LAST: Last = Last(UnsafeCell::new(None));

impl Last {
    #[allow(clippy::mut_from_ref)]
    fn rig(&self) -> &mut Option<Rig> {
        // SAFETY: one thread uses it, and keeps no reference.
        unsafe { &mut *self.0.get() }
    }
}

/// Called by Windows when threads and the process come and go.
extern "system" fn last_call(_module: *mut c_void, reason: u32, _reserved: *mut c_void) {
    const PROCESS_DETACH: u32 = 0;
    if reason == PROCESS_DETACH {
        // Only the node: nothing else of the rig is needed, and standard output is gone.
        if let Some(rig) = LAST.rig().take() {
            std::mem::forget(rig.delete());
        }
    }
}

#[used]
// SAFETY: Windows calls each address in this section with these three arguments.
#[unsafe(link_section = ".CRT$XLB")]
static LAST_CALL: extern "system" fn(*mut c_void, u32, *mut c_void) = last_call;

fn say(line: &str) {
    println!("{line}");
    std::io::stdout().flush().expect("an output");
}

/// Does everything to the file that a program can do, and says what worked.
fn meddle(path: &Path) {
    let aside = path.with_extension("aside");
    fs::write(&aside, "another file").expect("a file beside it");
    let tried: [(&str, std::io::Result<()>); 6] = [
        ("read", fs::read(path).map(drop)),
        ("write", OpenOptions::new().write(true).open(path).map(drop)),
        ("empty", File::create(path).map(drop)),
        ("replace", fs::rename(&aside, path)),
        ("move", fs::rename(path, path.with_extension("moved"))),
        ("delete", fs::remove_file(path)),
    ];
    for (what, result) in &tried {
        say(&format!("\n{what} {}", if result.is_ok() { "works" } else { "is refused" }));
    }
}

/// What another process can do to the file.
fn possible(path: &Path) -> Vec<String> {
    let output = other_process("meddle", path).wait_with_output().expect("a child process");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    said.lines().filter_map(|line| line.strip_suffix(" works")).map(str::to_owned).collect()
}

/// Frames that the header of the file on disk promises, once it can be read.
fn frames(path: &Path) -> Option<u32> {
    ::hound::WavReader::open(path).ok().map(|reader| reader.duration())
}

fn assert_holds(path: &Path, rig: &Rig) {
    let samples = interleaved(&rig.given, |sample| expected(sample, 24));
    assert_same(&hound(path).samples, &samples, &path.display().to_string());
}

#[test]
fn others_can_read_a_file_that_is_recorded_but_not_write_replace_move_or_delete_it() {
    let mut rig = Rig::new(2, RATE);
    let path = rig.path("take.wav");
    rig.record(true);
    rig.cooks(3);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    assert_eq!(possible(&path), ["read"]);
    rig.pause(true);
    rig.cooks(3);
    assert_eq!(possible(&path), ["read"]);
    rig.pause(false);
    rig.cooks(3);
    assert_eq!(rig.finish(), path);
    assert_holds(&path, &rig);
    // The rest is about the file that `replace` put there, so `delete` has nothing left to delete.
    assert_eq!(possible(&path), ["read", "write", "empty", "replace", "move"]);
}

#[test]
fn a_file_that_somebody_shares_with_nobody_is_waited_for_and_left_unharmed() {
    let mut rig = Rig::new(1, RATE);
    rig.node.set("Maxbuffer", 1.0);
    let path = rig.path("take.wav");
    fs::write(&path, "the only copy").expect("a file");
    let alone = OpenOptions::new().read(true).share_mode(0).open(&path).expect("the file");
    rig.record(true);
    rig.cooks(3);
    rig.wait("the file is refused", |node| !node.warning().is_empty());
    let warning = rig.node.warning();
    let said = format!("{} is in use by ", path.display());
    assert!(warning.starts_with(&said) && rig.node.error().is_empty(), "{warning}");
    rig.record(false);
    rig.cooks(1);
    rig.wait("it is given up", |node| !node.error().is_empty());
    let error = rig.node.error();
    assert!(error.starts_with(&said), "{error}");
    drop(alone);
    assert_eq!(fs::read(&path).expect("the file"), b"the only copy");
}

#[test]
fn a_folder_that_is_renamed_costs_no_audio() {
    let mut rig = Rig::new(1, RATE);
    rig.set_file("folder/take.wav");
    rig.record(true);
    rig.cooks(10);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    let moved = rig.path("moved");
    // Windows refuses it while a file in the folder is open; Wine and a network folder's own machine do not.
    let renamed = fs::rename(rig.path("folder"), &moved).is_ok();
    rig.cooks(10);
    if renamed {
        rig.record(false);
        rig.cooks(1);
        let path = moved.join("take.wav");
        rig.wait("the file is let go", |_| !is_held(&path));
        assert_holds(&path, &rig);
    } else {
        let path = rig.finish();
        assert_holds(&path, &rig);
    }
}

#[test]
fn a_file_that_is_gone_from_its_folder_is_announced() {
    let mut rig = Rig::new(1, RATE);
    rig.set_file("folder/take.wav");
    rig.record(true);
    rig.cooks(10);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    if fs::rename(rig.path("folder"), rig.path("moved")).is_err() {
        println!("skipped: this system lets nobody rename the folder");
        return;
    }
    fs::create_dir(rig.path("folder")).expect("a folder");
    rig.cooks(10);
    rig.wait("the move is announced", |node| node.error().contains("moved or renamed"));
}

#[test]
fn paths_of_any_length_and_script_hold_whole_takes() {
    let mut rig = Rig::new(1, RATE);
    let folder = format!("{}/\u{6771}\u{4eac} {}/\u{1f3b5}{}", "a".repeat(120), "b".repeat(110), "c".repeat(100));
    assert!(rig.path(&folder).as_os_str().len() > 350);
    for (number, format) in file_types().iter().map(|file_type| file_type.name).enumerate() {
        rig.node.set("Filetype", format);
        rig.set_file(&format!("{folder}/t\u{e4}ke{{suffix}}"));
        let path = rig.take([SLICE; 30]);
        assert_eq!(path, rig.path(&folder).join(format!("t\u{e4}ke.0.{format}")));
        assert!(path.metadata().expect("the file").len() > 1000, "{format}");
        assert_eq!(rig.number("takes_finished"), number as u64 + 1);
    }
    rig.node.set("Filetype", "wav");
    rig.given.iter_mut().for_each(Vec::clear);
    rig.record(true);
    rig.cooks(60);
    rig.wait("the room on the disk is known", |node| node.info("disk_minutes_left") > 0.0);
    // What follows in another file is named after a path that is too long for plain calls.
    let first = rig.rewire(Input::new(2, RATE));
    rig.cooks(10);
    let last = rig.finish();
    assert_eq!(last, rig.path(&folder).join("t\u{e4}ke.1-2.wav"));
    assert_holds(&last, &rig);
    rig.given = first;
    assert_holds(&rig.path(&folder).join("t\u{e4}ke.1.wav"), &rig);
}

#[test]
fn names_that_windows_takes_for_something_else_are_refused_in_one_sentence() {
    for (file, part) in [
        ("NUL", "NUL.wav"),
        ("com1{suffix}", "com1.0.wav"),
        ("take:1", "take:1.wav"),
        ("what?", "what?.wav"),
        ("<take>", "<take>.wav"),
        ("aux/take", "aux"),
        ("a|b/take", "a|b"),
    ] {
        let mut rig = Rig::new(1, RATE);
        rig.set_file(file);
        rig.record(true);
        rig.cooks(3);
        rig.wait("the name is refused", |node| !node.error().is_empty());
        let error = rig.node.error();
        assert!(error.starts_with(&format!("Windows does not allow {part} as a name, ")), "{file}: {error}");
        assert!(error.ends_with(": change File, then switch Record off, and on again a frame later."), "{error}");
        assert_eq!(rig.files(), [""; 0]);
    }
}

#[test]
fn a_process_that_quits_or_is_killed_while_it_records_leaves_a_whole_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (end, order) in [("quit", "record"), ("kill", "record"), ("exit", "exit")] {
        let path = folder.path().join(format!("{end}.wav"));
        let mut child = other_process(order, &path);
        let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines().map_while(Result::ok);
        assert!(lines.any(|line| line == "ready"), "it records");
        let began = Instant::now();
        if end == "kill" {
            child.kill().expect("a process to kill");
        } else {
            drop(child.stdin.take());
        }
        while child.try_wait().expect("a child").is_none() {
            assert!(
                began.elapsed() < PATIENCE.min(Duration::from_secs(15)),
                "{end}: a process must not wait for the recorder's threads when it ends"
            );
            thread::sleep(Duration::from_millis(5));
        }
        assert!(!is_held(&path), "the file is free");
        let samples: Vec<i32> = (0..60 * SLICE as u64).map(|index| expected(common::sample(0, index), 24)).collect();
        assert_same(&hound(&path).samples, &samples, end);
    }
}

/// A copy of the plugin of this test alone, which is unloaded when it and its nodes are dropped.
fn own_plugin(folder: &Path) -> (Plugin, PathBuf) {
    let file = folder.join("own.dll");
    fs::copy(find_plugin().expect("the plugin is built with the tests"), &file).expect("a copy");
    (Plugin::load(&file, Generation::G10_2).expect("the plugin loads"), file)
}

fn rig_of(plugin: &Plugin, op_path: &str) -> Rig {
    let mut rig = Rig::new(1, RATE);
    rig.node = Node::create(plugin, &NodeOptions { op_path: op_path.to_owned() });
    rig.node.set_input(Some(Input::new(1, RATE)));
    rig.set_file("take.wav");
    rig
}

#[test]
fn a_library_that_has_recorded_can_be_unloaded_again_and_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for _ in 0..10 {
        let (plugin, file) = own_plugin(folder.path());
        let mut rig = rig_of(&plugin, "/project1/afo1");
        let path = rig.take([SLICE; 5]);
        assert_holds(&path, &rig);
        drop(rig);
        drop(plugin);
        // Windows refuses this as long as any process has the library loaded.
        fs::remove_file(&file).expect("an unloaded library can be deleted");
    }
}

/// The writer thread is made to hang for longer than the end of a node waits for it.
#[test]
fn a_library_whose_thread_still_writes_stays_until_that_is_done() {
    alone("a_library_whose_thread_still_writes_stays_until_that_is_done", Duration::from_secs(150), || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (plugin, _) = own_plugin(folder.path());
        let mut rig = rig_of(&plugin, "/project1/afo1?delay=writer:33000000");
        let path = rig.path("take.wav");
        rig.record(true);
        rig.cooks(5);
        rig.record(false);
        rig.block(1);
        let began = Instant::now();
        let (_folder, given) = rig.delete();
        let waited = began.elapsed();
        assert!(waited > Duration::from_secs(25) && waited < Duration::from_secs(45), "{waited:?}");
        drop(plugin);
        while frames(&path) != Some(given[0].len() as u32) || is_held(&path) {
            assert!(began.elapsed() < Duration::from_secs(120), "the take is finished late");
            thread::sleep(Duration::from_millis(50));
        }
        let samples = interleaved(&given, |sample| expected(sample, 24));
        assert_same(&hound(&path).samples, &samples, "the take");
    });
}

//! Nodes come and go, the library comes and goes, and nothing stays behind: no thread, no file, no memory. And a
//! node that goes in the middle of a take finishes it first.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod common;

use std::thread;
use std::time::{Duration, Instant};

use common::process::{alone, resident_kilobytes};
use common::{PATIENCE, Rig, expected, plugin, readers};
use tdhost::{Generation, Input, Node, NodeOptions, Plugin, Time, find_plugin};

const RATE: f64 = 48_000.0;
const SLICE: usize = 800;
/// Takes to warm up, and as many again to be counted.
const ROUNDS: usize = 300;
/// What the allocator's caches may come to hold after the warm-up, whatever the number of rounds.
const HEAP_SLACK: usize = 64 * 1024;
const LIMIT: Duration = Duration::from_secs(300);

/// What a process has.
#[derive(Debug, Clone, Copy)]
struct Holdings {
    threads: usize,
    handles: usize,
    /// Bytes that were allocated and not given back.
    heap: usize,
    resident: u64,
}

impl Holdings {
    fn now() -> Self {
        let count = |folder: &str| std::fs::read_dir(folder).expect("proc is mounted").count();
        // SAFETY: takes nothing and reads the allocator's own numbers.
        let heap = unsafe { libc::mallinfo2() };
        Self {
            threads: count("/proc/self/task"),
            handles: count("/proc/self/fd"),
            heap: heap.uordblks + heap.hblkhd,
            resident: resident_kilobytes(),
        }
    }

    /// Waits, since the system takes a moment after a thread has been joined, and that of a sync one after a take.
    fn assert_no_more_than(before: Self, rounds: usize) {
        let began = Instant::now();
        let mut after = Self::now();
        let more = |after: &Self| {
            after.threads > before.threads || after.handles > before.handles || after.heap > before.heap + HEAP_SLACK
        };
        while more(&after) && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(10));
            after = Self::now();
        }
        println!("{rounds} rounds: {before:?} became {after:?}");
        assert_eq!((after.threads, after.handles), (before.threads, before.handles));
        let grown = after.heap.saturating_sub(before.heap);
        assert!(grown <= HEAP_SLACK, "the heap has grown by {grown} bytes in {rounds} rounds");
        let grown = after.resident.saturating_sub(before.resident);
        assert!(grown <= 8 * 1024, "{grown} kB more are in memory after {rounds} rounds");
    }
}

/// The cook number `frame` of a node with one input.
fn cook(node: &mut Node, frame: i64) {
    let input = node.input_mut().expect("a wired input");
    for channel in &mut input.channels {
        channel.clear();
        channel.resize(SLICE, 0.25);
    }
    input.cooked((frame * SLICE as i64) as f64);
    node.cook(&Time {
        abs_frame: frame,
        frame: frame as f64,
        rate: 60.0,
        root_frame: frame as f64,
        root_rate: 60.0,
        delta_frames: 1.0,
        delta_ms: 1000.0 / 60.0,
    });
}

/// A node's whole life; with a file, it ends in the middle of a take.
fn live(plugin: &Plugin, file: Option<&str>) {
    let mut node = Node::create(plugin, &NodeOptions::default());
    node.set_input(Some(Input::new(2, RATE)));
    if let Some(file) = file {
        node.set("File", file);
        node.set("Record", 1.0);
    }
    (1..4).for_each(|frame| cook(&mut node, frame));
}

#[test]
fn a_thousand_instances_leave_nothing_behind() {
    alone("a_thousand_instances_leave_nothing_behind", LIMIT, || {
        let plugin = plugin();
        (0..1000).for_each(|_| live(&plugin, None));
        let before = Holdings::now();
        (0..1000).for_each(|_| live(&plugin, None));
        Holdings::assert_no_more_than(before, 1000);
    });
}

#[test]
fn three_hundred_takes_of_three_hundred_nodes_leave_nothing_behind() {
    alone("three_hundred_takes_of_three_hundred_nodes_leave_nothing_behind", LIMIT, || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("take.wav");
        let file = file.to_str().expect("a UTF-8 path");
        let plugin = plugin();
        (0..ROUNDS).for_each(|_| live(&plugin, Some(file)));
        let before = Holdings::now();
        (0..ROUNDS).for_each(|_| live(&plugin, Some(file)));
        Holdings::assert_no_more_than(before, ROUNDS);
        assert_eq!(readers::hound(file.as_ref()).samples.len(), 3 * SLICE * 2);
    });
}

#[test]
fn three_hundred_takes_of_one_node_leave_nothing_behind() {
    alone("three_hundred_takes_of_one_node_leave_nothing_behind", LIMIT, || {
        let mut rig = Rig::new(2, RATE);
        let round = |rig: &mut Rig| {
            rig.take([SLICE; 3]);
            rig.given = vec![Vec::new(); 2];
        };
        (0..ROUNDS).for_each(|_| round(&mut rig));
        let before = Holdings::now();
        (0..ROUNDS).for_each(|_| round(&mut rig));
        Holdings::assert_no_more_than(before, ROUNDS);
    });
}

#[test]
fn loading_and_unloading_twenty_times_leaves_nothing_behind() {
    alone("loading_and_unloading_twenty_times_leaves_nothing_behind", LIMIT, || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("take.wav");
        let file = file.to_str().expect("a UTF-8 path");
        let path = find_plugin().expect("the plugin is built with the tests");
        let library = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let loaded = || std::fs::read_to_string("/proc/self/maps").expect("proc is mounted").contains(library);
        let round = || {
            // On a thread that ends: the system keeps a library for the sake of what a thread has still to tidy up.
            let plugin = thread::scope(|scope| {
                let cooks = scope.spawn(|| {
                    let plugin = Plugin::load(&path, Generation::G10_2).expect("the plugin loads");
                    live(&plugin, Some(file));
                    plugin
                });
                cooks.join().expect("a life without a panic")
            });
            assert!(loaded());
            drop(plugin);
            assert!(!loaded(), "the library is unmapped");
            assert_eq!(readers::hound(file.as_ref()).samples.len(), 3 * SLICE * 2);
        };
        (0..20).for_each(|_| round());
        let before = Holdings::now();
        (0..20).for_each(|_| round());
        Holdings::assert_no_more_than(before, 20);
    });
}

/// Destroys the rig's node in the middle of its take; the take is to be complete the moment that returns.
fn assert_complete_after_destroying(mut rig: Rig, what: &str) {
    rig.node = Node::create(&plugin(), &NodeOptions::default());
    let path = rig.path("take.wav");
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
    file.try_lock().unwrap_or_else(|error| panic!("{what}: {error}"));
    let read = readers::hound(&path);
    assert_eq!(read.samples.len(), rig.given[0].len() * rig.given.len(), "{what}");
    for (index, sample) in read.samples.iter().enumerate() {
        let (frame, channel) = (index / rig.given.len(), index % rig.given.len());
        assert_eq!(*sample, expected(rig.given[channel][frame], 24), "{what}: frame {frame}, channel {channel}");
    }
}

#[test]
fn a_node_destroyed_while_it_records_finishes_its_take() {
    for order in ["", "?delay=writer:300000"] {
        let mut rig = Rig::with_path(2, RATE, &format!("/project1/afo1{order}"));
        rig.record(true);
        rig.cooks(50);
        assert_complete_after_destroying(rig, "recording");
    }
}

#[test]
fn a_node_destroyed_while_it_is_paused_finishes_its_take() {
    let mut rig = Rig::new(2, RATE);
    rig.record(true);
    rig.cooks(50);
    rig.pause(true);
    rig.cook_unrecorded(SLICE);
    assert_complete_after_destroying(rig, "paused");
}

#[test]
fn a_node_destroyed_while_it_opens_its_file_finishes_its_take() {
    for _ in 0..20 {
        let mut rig = Rig::new(2, RATE);
        rig.record(true);
        rig.cook(SLICE);
        assert_complete_after_destroying(rig, "opening");
    }
}

#[test]
fn a_node_destroyed_while_it_finishes_its_take_finishes_it() {
    let mut rig = Rig::with_path(2, RATE, "/project1/afo1?delay=writer:300000");
    rig.record(true);
    rig.cooks(50);
    rig.record(false);
    rig.cook(SLICE);
    assert_complete_after_destroying(rig, "finishing");
}

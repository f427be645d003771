//! A bug of ours stays inside the node: a panic, on either thread, ends one take and nothing else.

mod common;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use common::{PATIENCE, Rig, expected, plugin, readers};
use tdhost::{Node, NodeOptions};

const RATE: f64 = 48_000.0;
const SLICE: usize = 800;

/// The file holds the first `frames` frames of what the rig was given, as 24-bit samples.
fn assert_holds(rig: &Rig, path: &Path, frames: usize) {
    let read = readers::hound(path);
    assert_eq!(read.channels, rig.given.len());
    assert_eq!(read.samples.len(), frames * read.channels);
    for (index, sample) in read.samples.iter().enumerate() {
        let (frame, channel) = (index / read.channels, index % read.channels);
        assert_eq!(*sample, expected(rig.given[channel][frame], 24), "frame {frame}, channel {channel}");
    }
}

/// After a failed take, another one is as good as if nothing had been.
fn assert_records_again(rig: &mut Rig) {
    rig.record(false);
    let cooked = rig.cook(SLICE);
    assert_eq!(cooked.error, "", "the error clears when Record goes off");
    rig.wait("the failed take is closed", |node| node.info("recording") == 0.0);
    rig.given.iter_mut().for_each(Vec::clear);
    rig.set_file("again.wav");
    let path = rig.take([SLICE; 30]);
    assert_eq!(rig.number("lost_samples"), 0);
    assert_holds(rig, &path, 30 * SLICE);
}

fn assert_names_a_mistake(error: &str) {
    assert!(error.starts_with("Audio File Out Plus ended the take because of a mistake of its own"), "{error}");
    assert!(error.contains("ordered by a test"), "{error}");
}

#[test]
fn a_panic_in_execute_leaves_the_host_running_and_a_playable_file() {
    let mut rig = Rig::with_path(2, RATE, "/project1/afo1?panic=execute@50");
    let mut other = Rig::new(2, RATE);
    rig.record(true);
    other.record(true);
    for cook in 1..=100 {
        let cooked = rig.cook(SLICE);
        if cook < 50 {
            assert_eq!(cooked.error, "", "cook {cook}");
        } else {
            assert_names_a_mistake(&cooked.error);
            assert_eq!(cooked.dat("state"), Some("failed"));
        }
        // The input is passed on even then.
        assert_eq!(cooked.channels[1].len(), SLICE);
        assert_eq!(cooked.channels[1][7], common::sample(1, (cook - 1) * SLICE as u64 + 7));
        assert_eq!(other.cook(SLICE).error, "");
    }
    rig.wait("the writer has closed the file", |node| node.info("total_samples_written") as usize == 49 * SLICE);
    assert_holds(&rig, &rig.path("take.wav"), 49 * SLICE);
    assert_eq!(rig.node.info("takes_finished"), 0.0);
    assert_names_a_mistake(&rig.dat("last_error"));

    let whole = other.finish();
    assert_holds(&other, &whole, 100 * SLICE);
    assert_records_again(&mut rig);
    assert_eq!(rig.node.info("takes_finished"), 1.0);
}

#[test]
fn a_panic_in_an_idle_cook_is_shown_and_the_next_take_is_whole() {
    let mut rig = Rig::with_path(2, RATE, "/project1/afo1?panic=execute@3");
    rig.cooks(2);
    let cooked = rig.cook(SLICE);
    assert_names_a_mistake(&cooked.error);
    rig.cook(SLICE);
    assert_records_again(&mut rig);
}

#[test]
fn a_panic_in_the_cook_that_ends_a_take_keeps_the_take() {
    let mut rig = Rig::with_path(2, RATE, "/project1/afo1?panic=execute@31");
    rig.record(true);
    rig.cooks(30);
    rig.record(false);
    assert_names_a_mistake(&rig.cook(SLICE).error);
    rig.wait("the writer has closed the file", |node| node.info("total_samples_written") as usize == 30 * SLICE);
    assert_holds(&rig, &rig.path("take.wav"), 30 * SLICE);
    assert_records_again(&mut rig);
}

#[test]
fn a_panic_in_the_writer_counts_what_is_in_no_file() {
    for passage in [1, 2, 5, 20] {
        let mut rig = Rig::with_path(2, RATE, &format!("/project1/afo1?panic=writer@{passage}"));
        let mut other = Rig::new(2, RATE);
        rig.record(true);
        other.record(true);
        let mut fed = 0;
        while rig.dat("state") != "failed" {
            rig.cook(SLICE);
            other.cook(SLICE);
            fed += SLICE as u64;
            thread::sleep(Duration::from_millis(1));
            assert!(fed < 60 * 48_000, "the writer passes its point");
        }
        assert_names_a_mistake(&rig.node.error());
        let written = rig.number("total_samples_written");
        let file = rig.path("take.wav");
        assert_holds(&rig, &file, written as usize);
        assert_eq!(written + rig.number("lost_samples"), fed, "passage {passage}");
        assert_eq!(rig.node.info("takes_finished"), 0.0);
        // Whatever comes now is in no file, and the node says how much.
        rig.cooks(10);
        assert_eq!(written + rig.number("lost_samples"), fed + 10 * SLICE as u64, "passage {passage}");

        assert_records_again(&mut rig);
        let whole = other.finish();
        assert_holds(&other, &whole, other.given[0].len());
    }
}

#[test]
fn a_node_that_panicked_can_be_destroyed_and_its_file_is_unlocked() {
    for point in ["execute", "writer"] {
        let mut rig = Rig::with_path(2, RATE, &format!("/project1/afo1?panic={point}@5"));
        rig.record(true);
        let began = Instant::now();
        while rig.cook(SLICE).error.is_empty() {
            assert!(began.elapsed() < PATIENCE, "{point} passes its point");
            thread::sleep(Duration::from_millis(5));
        }
        // Destroys the one that was there.
        rig.node = Node::create(&plugin(), &NodeOptions::default());
        let file = rig.path("take.wav");
        let reopened = std::fs::File::options().read(true).write(true).open(&file).expect("the file is there");
        reopened.try_lock().expect("nobody holds the lock");
        readers::hound(&file);
    }
}

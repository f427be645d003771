//! Real faults, made by the machine: a disk that fills, hangs, turns read-only or leaves, files that others take
//! away, and a process that is killed. Whatever happens, what was written stays playable, every frame is in a file
//! or announced as lost, and Record off and on goes on.
//!
//! Mounting needs root; without it, the tests that mount say so and pass.

#![cfg(target_os = "linux")]

mod common;

#[path = "faults/another_file.rs"]
mod another_file;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/encoded.rs"]
mod encoded;
#[path = "faults/full.rs"]
mod full;
#[path = "faults/fuse.rs"]
mod fuse;
#[path = "faults/gone.rs"]
mod gone;
#[path = "faults/interrupted.rs"]
mod interrupted;
#[path = "faults/killed.rs"]
mod killed;
#[path = "faults/refused.rs"]
mod refused;
#[path = "faults/returned.rs"]
mod returned;
#[path = "faults/spelled.rs"]
mod spelled;
#[path = "faults/stalled.rs"]
mod stalled;
#[path = "faults/waiting.rs"]
mod waiting;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use common::{Rig, expected, readers};

const RATE: f64 = 48_000.0;
const SLICE: usize = 800;

/// Records to `file` from now on.
fn record_to(rig: &mut Rig, file: &Path) {
    rig.node.set("File", file.to_str().expect("a UTF-8 path"));
    rig.given.iter_mut().for_each(Vec::clear);
    rig.record(true);
}

/// Cooks in step with the clock while `on` says so, at most for `limit`. What was missed is caught up, as
/// TouchDesigner does.
fn cook_in_real_time(rig: &mut Rig, limit: Duration, mut on: impl FnMut(&mut Rig) -> bool) {
    let began = Instant::now();
    let mut cooks = 0;
    while began.elapsed() < limit && on(rig) {
        rig.cook(SLICE);
        cooks += 1;
        let due = Duration::from_secs_f64(f64::from(cooks) / rig.fps);
        thread::sleep(due.saturating_sub(began.elapsed()));
    }
}

/// The frames of a WAV file, of which the node says as much, are the first that the rig was given.
fn assert_holds_the_beginning(rig: &mut Rig, path: &Path) -> u64 {
    let channels = rig.given.len();
    let read = readers::hound(path);
    assert_eq!(read.channels, channels);
    let frames = read.samples.len() / channels;
    assert_eq!(rig.number("total_samples_written"), frames as u64, "what the node says and what a reader finds");
    for (index, sample) in read.samples.iter().enumerate() {
        let (frame, channel) = (index / channels, index % channels);
        assert_eq!(*sample, expected(rig.given[channel][frame], 24), "frame {frame}, channel {channel}");
    }
    frames as u64
}

/// Every frame that was given since Record went on is in the file or announced as lost.
fn assert_accounted_for(rig: &mut Rig) {
    let (written, lost) = (rig.number("total_samples_written"), rig.number("lost_samples"));
    println!("{} frames given, {written} in the file, {lost} lost", rig.given[0].len());
    assert_eq!(written + lost, rig.given[0].len() as u64);
}

/// Record goes off, and the node has a second left to try what the disk refuses. Waits until it has given up.
fn wait_for_the_end(rig: &mut Rig) {
    rig.node.set("Maxbuffer", 1.0);
    rig.record(false);
    rig.cook(SLICE);
    // An error that was seen while Record was on is over with it.
    rig.wait("the take is over", |node| {
        node.info_dat().iter().any(|(key, value)| key == "state" && ["failed", "idle"].contains(&value.as_str()))
    });
}

/// What an error says is wrong, without what that means and what helps.
fn cause(error: &str) -> &str {
    error.split(", so ").next().unwrap_or_default()
}

/// Record off and on, into `file`: a whole take.
fn assert_records_again(rig: &mut Rig, file: &Path) {
    rig.record(false);
    rig.cook(SLICE);
    record_to(rig, file);
    rig.cooks(30);
    assert_eq!(rig.node.error(), "", "the error clears with the next take");
    rig.finish();
    assert_eq!(assert_holds_the_beginning(rig, file), 30 * SLICE as u64);
}

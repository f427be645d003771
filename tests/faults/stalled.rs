//! A disk that hangs: every write to it waits in the kernel until it is thawed.

use std::thread;
use std::time::{Duration, Instant};

use crate::common::process::{alone, setting};
use crate::common::{PATIENCE, Rig, expected, readers};
use crate::disk::Disk;
use crate::{RATE, SLICE, assert_holds_the_beginning, cook_in_real_time, record_to};
use tdhost::{Generation, Plugin, find_plugin};

const CHANNELS: usize = 8;
const NODES: usize = 16;

/// What a stall was like.
struct Stall {
    /// How long each `execute` took.
    cooks: Vec<Duration>,
    most_waiting: f32,
}

/// Records in real time on a frozen disk for `seconds`, and goes on until the disk has caught up.
fn cook_through_a_stall(rig: &mut Rig, disk: &Disk, seconds: u64) -> Stall {
    let mut stall = Stall { cooks: Vec::new(), most_waiting: 0.0 };
    cook_in_real_time(rig, PATIENCE, |rig| rig.given[0].len() < 48_000);
    let frozen = disk.freeze(seconds + 30);
    let began = Instant::now();
    let mut cooks = 0;
    while began.elapsed() < Duration::from_secs(seconds) {
        rig.fill(SLICE, true);
        let time = rig.time(1.0);
        rig.node.prepare(&time);
        let start = Instant::now();
        rig.node.execute();
        stall.cooks.push(start.elapsed());
        let cooked = rig.node.after_cook();
        stall.most_waiting = stall.most_waiting.max(cooked.info("buffer_seconds").expect("a channel"));
        cooks += 1;
        thread::sleep(Duration::from_secs_f64(f64::from(cooks) / rig.fps).saturating_sub(began.elapsed()));
    }
    frozen.thaw();
    cook_in_real_time(rig, PATIENCE, |rig| rig.node.info("buffer_seconds") > 0.5);
    let left = rig.node.info("buffer_seconds");
    stall.cooks.sort();
    println!(
        "{seconds} s: {} cooks, median {:?}, slowest {:?}; {:.2} s waited at most, {left:.2} s in the end",
        stall.cooks.len(),
        stall.median(),
        stall.cooks[stall.cooks.len() - 1],
        stall.most_waiting
    );
    assert!(left <= 0.5, "the disk catches up");
    stall
}

impl Stall {
    fn median(&self) -> Duration {
        self.cooks[self.cooks.len() / 2]
    }
}

#[test]
fn a_disk_that_hangs_for_twenty_seconds_costs_no_frame() {
    let Some(disk) = Disk::ext4() else { return };
    let seconds = setting("AFOP_STALL_SECONDS", 20);
    let mut rig = Rig::new(CHANNELS, RATE);
    record_to(&mut rig, &disk.file("take.wav"));
    let stall = cook_through_a_stall(&mut rig, &disk, seconds);
    assert!(stall.median() < Duration::from_millis(5), "{:?}", stall.median());
    // Up to a batch and a slice of it may be on its way.
    assert!(stall.most_waiting > seconds as f32 - 2.0, "{} s", stall.most_waiting);
    assert_eq!(rig.node.error(), "");
    rig.cooks(60);
    let path = rig.finish();
    assert_eq!(rig.number("lost_samples"), 0);
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &path), given);
}

#[test]
fn a_disk_that_hangs_beyond_max_buffer_costs_what_is_announced_and_leaves_the_file_in_sync() {
    let Some(disk) = Disk::ext4() else { return };
    let mut rig = Rig::new(CHANNELS, RATE);
    rig.node.set("Maxbuffer", 1.0);
    record_to(&mut rig, &disk.file("take.wav"));
    let stall = cook_through_a_stall(&mut rig, &disk, 5);
    assert!(stall.most_waiting <= 1.001, "{} s", stall.most_waiting);
    assert!(stall.median() < Duration::from_millis(5), "{:?}", stall.median());
    rig.cooks(60);
    let error = rig.node.error();
    println!("{error}");
    assert!(error.starts_with("The disk did not keep up ") && error.contains("take.wav"), "{error}");
    assert_eq!(rig.dat("state"), "recording", "it goes on by itself");
    let path = rig.finish();
    let lost = rig.number("lost_samples");
    assert!(lost > 2 * 48_000, "{lost} frames of 4 seconds");
    assert!(error.contains(&format!("{lost} samples")), "{error}");

    let read = readers::hound(&path);
    let given = rig.given[0].len();
    assert_eq!(read.samples.len(), given * CHANNELS, "the file is as long as the take");
    let mut silent = 0;
    for frame in 0..given {
        let found = &read.samples[frame * CHANNELS..][..CHANNELS];
        if found.iter().all(|sample| *sample == 0) {
            silent += 1;
            continue;
        }
        for (channel, (found, given)) in found.iter().zip(&rig.given).enumerate() {
            assert_eq!(*found, expected(given[frame], 24), "frame {frame}, channel {channel}");
        }
    }
    assert_eq!(silent, lost);
    assert_eq!(rig.number("total_samples_written"), given as u64);
}

#[test]
fn nodes_on_a_disk_that_hangs_can_be_destroyed_and_their_library_unloaded() {
    let name = "stalled::nodes_on_a_disk_that_hangs_can_be_destroyed_and_their_library_unloaded";
    alone(name, Duration::from_secs(180), || {
        let Some(disk) = Disk::ext4() else { return };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let library = folder.path().join("plugin.so");
        std::fs::copy(find_plugin().expect("the plugin is built"), &library).expect("it can be copied");
        let loaded = Plugin::load(&library, Generation::G10_2).expect("it loads");
        let mut rigs: Vec<_> = (0..NODES).map(|_| Rig::of(&loaded, 2, RATE, "/project1/afo1")).collect();
        let file = |index: usize| disk.file(&format!("take{index}.wav"));
        for (index, rig) in rigs.iter_mut().enumerate() {
            record_to(rig, &file(index));
            rig.cooks(60);
            rig.wait("the file is open", |node| node.info("megabytes_written") > 0.0);
        }
        let frozen = disk.freeze(100);
        rigs.iter_mut().for_each(|rig| drop(rig.cooks(60)));

        let began = Instant::now();
        let given: Vec<_> = rigs.into_iter().map(|rig| rig.delete().1[0].len()).collect();
        drop(loaded);
        let took = began.elapsed();
        println!("{NODES} nodes destroyed and their library unloaded in {took:?}");
        assert!(took > Duration::from_secs(25), "they wait for a disk that may come back");
        // And what the machine needs for the rest.
        assert!(took < Duration::from_secs(32), "all of them together not much over 30 s");
        let is_mapped = || {
            let maps = std::fs::read_to_string("/proc/self/maps").expect("proc is mounted");
            maps.contains(library.to_str().expect("a UTF-8 path"))
        };
        assert!(is_mapped(), "threads still run in it");

        // Another node goes on as if nothing were.
        let mut other = Rig::new(2, RATE);
        let whole = other.take([SLICE; 30]);
        assert_eq!(readers::hound(&whole).samples.len(), 30 * SLICE * 2);
        drop(other);

        // And when the disk comes back, the threads that were left behind finish their takes.
        frozen.thaw();
        let began = Instant::now();
        let whole = |(index, given): (usize, &usize)| {
            hound::WavReader::open(file(index)).is_ok_and(|reader| reader.duration() as usize == *given)
        };
        while !given.iter().enumerate().all(whole) {
            assert!(began.elapsed() < PATIENCE, "the takes are finished late");
            thread::sleep(Duration::from_millis(50));
        }
    });
}

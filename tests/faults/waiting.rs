//! What waits in memory while the disk does not take it: how much that may be, and that no cook waits for it.

use std::time::{Duration, Instant};

use crate::common::{Rig, readers};
use crate::disk::Disk;
use crate::{RATE, SLICE, assert_holds_the_beginning, cook_in_real_time, record_to};

/// A node whose writer thread needs this long for a batch.
fn slow(channels: usize, delay: Duration) -> Rig {
    Rig::with_path(channels, RATE, &format!("/project1/afo1?delay=writer:{}", delay.as_micros()))
}

fn waiting(rig: &mut Rig) -> f32 {
    rig.node.info("buffer_seconds")
}

#[test]
fn takes_that_wait_for_the_disk_share_the_memory_of_one() {
    const TAKES: usize = 10;
    let mut rig = slow(2, Duration::from_secs(1));
    rig.node.set("Maxbuffer", 1.0);
    let (mut given, mut lost, mut most) = (0, 0, 0.0f32);
    for take in 0..TAKES {
        let file = rig.path(&format!("take{take}.wav"));
        record_to(&mut rig, &file);
        cook_in_real_time(&mut rig, Duration::from_millis(250), |_| true);
        given += rig.given[0].len() as u64;
        lost += rig.number("lost_samples");
        most = most.max(waiting(&mut rig));
        rig.record(false);
        rig.cook(SLICE);
    }
    println!("{given} frames in {TAKES} takes, {lost} lost, at most {most} s waited");
    // The first block of a take is always taken: one that is a clip must not be cut.
    assert!(most > 0.9 && most < 1.0 + TAKES as f32 / 60.0, "takes that are over wait too, in the same memory");
    assert!(lost > 0);
    rig.wait("all takes are finished", |node| node.info("takes_finished") == TAKES as f32);
    assert_eq!(waiting(&mut rig), 0.0);
    let (mut found, mut silent) = (0, 0);
    for take in 0..TAKES {
        let read = readers::hound(&rig.path(&format!("take{take}.wav")));
        found += read.samples.len() as u64 / 2;
        silent += read.samples.chunks(2).filter(|frame| **frame == [0, 0]).count() as u64;
    }
    assert_eq!((found, silent), (given, lost), "frames in the files, and silent ones among them");
}

#[test]
fn a_clip_that_cooks_at_every_frame_makes_no_cook_wait() {
    let mut rig = slow(1, Duration::from_secs(1));
    rig.node.set("Maxbuffer", 1.0);
    let file = rig.path("take.wav");
    record_to(&mut rig, &file);
    let mut slowest = Duration::ZERO;
    let (start, mut frame) = (Instant::now(), 0.0);
    for _ in 0..60 {
        // A second of audio a cook: more than goes by, but nothing is rendered ahead of the clock, and what this
        // machine does not cook in time is skipped.
        rig.fill(48_000, true);
        let now = (start.elapsed().as_secs_f64() * 60.0).floor().max(frame + 1.0);
        let time = rig.time(now - frame);
        frame = now;
        rig.node.prepare(&time);
        let began = Instant::now();
        rig.node.execute();
        slowest = slowest.max(began.elapsed());
        rig.node.after_cook();
        std::thread::sleep(Duration::from_millis(16));
    }
    println!("the slowest of 60 cooks took {slowest:?}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let path = rig.finish();
    let frames = readers::hound(&path).samples.len();
    assert_eq!(frames, rig.given[0].len(), "what was lost is silence of the same length");
    assert!(rig.number("lost_samples") > 0);
}

#[test]
fn max_buffer_holds_from_the_cook_at_which_it_changes() {
    let mut rig = slow(2, Duration::from_secs(3));
    rig.node.set("Maxbuffer", 1.0);
    let file = rig.path("take.wav");
    record_to(&mut rig, &file);
    let cooks = |rig: &mut Rig, seconds: f64| {
        cook_in_real_time(rig, Duration::from_secs_f64(seconds), |_| true);
        (waiting(rig), rig.number("lost_samples"))
    };
    let (seconds, lost) = cooks(&mut rig, 1.5);
    assert!(seconds <= 1.001 && lost > 0, "{seconds} s wait, {lost} frames are lost");
    rig.node.set("Maxbuffer", 60.0);
    let (seconds, lost_later) = cooks(&mut rig, 0.5);
    assert!(seconds > 1.3, "{seconds} s wait");
    assert_eq!(lost_later, lost, "there is room again");
    rig.node.set("Maxbuffer", f64::NAN);
    let (seconds, lost_at_last) = cooks(&mut rig, 0.3);
    assert!(lost_at_last > lost && seconds < 2.0, "no number is the least");
    rig.finish();
    assert_eq!(rig.number("total_samples_written"), rig.given[0].len() as u64);
}

#[test]
fn a_take_that_begins_while_the_disk_hangs_is_whole() {
    let Some(disk) = Disk::ext4() else { return };
    let mut rig = Rig::new(2, RATE);
    let frozen = disk.freeze(60);
    record_to(&mut rig, &disk.file("folder/take.wav"));
    cook_in_real_time(&mut rig, Duration::from_secs(3), |_| true);
    assert_eq!((rig.dat("state").as_str(), rig.node.error().as_str()), ("opening", ""));
    assert!(waiting(&mut rig) > 2.5);
    assert!(rig.node.warning().contains("wait"), "{}", rig.node.warning());
    frozen.thaw();
    let path = rig.finish();
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &path), given);
    assert_eq!(rig.number("lost_samples"), 0);
}

#[test]
fn a_clip_of_a_hundred_megabytes_is_whole_although_the_disk_hangs() {
    const FRAMES: usize = 13 << 20;
    let Some(disk) = Disk::ext4() else { return };
    let mut rig = Rig::new(2, RATE);
    rig.node.set("Maxbuffer", 1.0);
    let file = disk.file("take.wav");
    record_to(&mut rig, &file);
    rig.cook(SLICE);
    rig.wait("the file is open", |node| node.info("megabytes_written") > 0.0 && node.info("buffer_seconds") == 0.0);
    let frozen = disk.freeze(60);
    rig.fill(FRAMES, true);
    let time = rig.time(1.0);
    rig.node.prepare(&time);
    let began = Instant::now();
    rig.node.execute();
    let took = began.elapsed();
    // As long as it takes to copy it, and no longer.
    println!("{} MB were taken in {took:?}", FRAMES * 8 / 1_000_000);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(rig.node.after_cook().error, "");
    frozen.thaw();
    let path = rig.finish();
    assert_eq!(rig.number("lost_samples"), 0);
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &path), given);
}

#[test]
fn record_toggled_at_every_cook_on_a_disk_that_hangs_keeps_every_take() {
    const TAKES: usize = 1200;
    let Some(disk) = Disk::ext4() else { return };
    let mut rig = Rig::new(2, RATE);
    let frozen = disk.freeze(120);
    rig.node.set("File", disk.file("take{suffix}").to_str().expect("a UTF-8 path"));
    let mut slowest = Duration::ZERO;
    for _ in 0..TAKES {
        rig.record(true);
        rig.fill(SLICE, false);
        let time = rig.time(1.0);
        rig.node.prepare(&time);
        let began = Instant::now();
        rig.node.execute();
        slowest = slowest.max(began.elapsed());
        assert_eq!(rig.node.error(), "");
        rig.record(false);
        rig.cook_unrecorded(SLICE);
    }
    println!("{TAKES} takes wait; the slowest cook took {slowest:?}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    frozen.thaw();
    rig.wait("all takes are finished", |node| node.info("takes_finished") == TAKES as f32);
    for take in 0..TAKES {
        assert_eq!(readers::hound(&disk.file(&format!("take.{take}.wav"))).samples.len(), SLICE * 2, "take {take}");
    }
    rig.record(true);
    rig.cook(SLICE);
    assert_eq!(rig.node.error(), "");
}

#[test]
fn a_disk_that_takes_long_to_sync_is_written_to_meanwhile() {
    // Longer than what a killed process may take with it.
    let mut rig = Rig::with_path(2, RATE, "/project1/afo1?delay=sync:4000000");
    let file = rig.path("take.wav");
    record_to(&mut rig, &file);
    let mut most_missing = 0;
    cook_in_real_time(&mut rig, Duration::from_secs(13), |rig| {
        let given = rig.given[0].len();
        if given > 48_000 {
            let there = hound::WavReader::open(&file).expect("it is playable").duration() as usize;
            most_missing = most_missing.max(given.saturating_sub(there));
        }
        true
    });
    println!("at most {most_missing} frames were not in the file");
    assert!(most_missing < 72_000, "{most_missing}");
    let path = rig.finish();
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &path), given);
}

//! A disk that fills.

use std::time::{Duration, Instant};

use crate::common::{PATIENCE, Rig};
use crate::disk::Disk;
use crate::{
    RATE, SLICE, assert_accounted_for, assert_holds_the_beginning, assert_records_again, cause, cook_in_real_time,
    record_to, wait_for_the_end,
};

const CHANNELS: usize = 8;
const FRAME_BYTES: usize = CHANNELS * 3;
const DISK: usize = 4 << 20;
const BALLAST: usize = 1 << 20;

#[test]
fn a_disk_that_fills_is_told_within_two_seconds_and_costs_only_what_did_not_fit() {
    let Some(disk) = Disk::in_memory("4m") else { return };
    std::fs::write(disk.file("ballast"), vec![0; BALLAST]).expect("room for it");
    let mut rig = Rig::new(CHANNELS, RATE);
    record_to(&mut rig, &disk.file("take.wav"));
    let mut full = None;
    cook_in_real_time(&mut rig, PATIENCE, |rig| {
        if full.is_none() && rig.given[0].len() * FRAME_BYTES > DISK - BALLAST {
            full = Some(Instant::now());
        }
        rig.node.error().is_empty()
    });
    let late = full.expect("the disk is full").elapsed();
    let error = rig.node.error();
    println!("{late:?} after the disk was full: {error}");
    assert!(late < Duration::from_secs(2), "{late:?}");
    assert!(error.starts_with("The disk is full, so ") && error.contains("take.wav"), "{error}");
    rig.cooks(20);
    wait_for_the_end(&mut rig);
    assert_eq!(cause(&rig.node.error()), cause(&error), "it still says why");
    assert_accounted_for(&mut rig);
    let frames = assert_holds_the_beginning(&mut rig, &disk.file("take.wav"));
    assert!((frames as usize + SLICE) * FRAME_BYTES > DISK - BALLAST - 64 * 1024, "the disk is used to the end");
    assert_eq!(rig.node.info("takes_finished"), 0.0);

    std::fs::remove_file(disk.file("ballast")).expect("more room");
    assert_records_again(&mut rig, &disk.file("again.wav"));
}

#[test]
fn frames_that_wait_when_the_disk_fills_are_accounted_for() {
    let Some(disk) = Disk::in_memory("4m") else { return };
    // All of it waits in memory before the writer looks at it for the second time.
    let mut rig = Rig::with_path(CHANNELS, RATE, "/project1/afo1?delay=writer:500000");
    record_to(&mut rig, &disk.file("take.wav"));
    rig.cooks(10 * 60);
    wait_for_the_end(&mut rig);
    assert_accounted_for(&mut rig);
    assert_holds_the_beginning(&mut rig, &disk.file("take.wav"));
}

#[test]
fn a_disk_that_is_full_from_the_start_leaves_no_file() {
    let Some(disk) = Disk::in_memory("64k") else { return };
    let mut ballast = 1 << 20;
    while ballast > 0 && std::fs::write(disk.file("ballast"), vec![0; ballast]).is_err() {
        ballast -= 4096;
    }
    let mut rig = Rig::new(CHANNELS, RATE);
    record_to(&mut rig, &disk.file("take.wav"));
    rig.cooks(30);
    wait_for_the_end(&mut rig);
    let error = rig.node.error();
    assert!(error.starts_with("The disk is full, so "), "{error}");
    assert_accounted_for(&mut rig);
    assert!(!disk.file("take.wav").exists());
    std::fs::remove_file(disk.file("ballast")).expect("more room");
    rig.record(false);
    rig.cook(SLICE);
    record_to(&mut rig, &disk.file("again.wav"));
    rig.cook(SLICE);
    rig.finish();
    assert_holds_the_beginning(&mut rig, &disk.file("again.wav"));
}

#[test]
fn a_disk_that_fills_in_the_middle_of_a_gap_does_not_count_the_gap_as_lost() {
    let Some(disk) = Disk::in_memory("4m") else { return };
    let mut rig = Rig::new(CHANNELS, RATE);
    record_to(&mut rig, &disk.file("take.wav"));
    rig.cooks(60);
    // Five seconds are missing, 5.7 MB as silence: more than the disk has.
    let heard = rig.given[0].len() as u64;
    rig.next += 5 * 48_000;
    rig.fill(SLICE, true);
    let time = rig.time(301.0);
    rig.node.cook(&time);
    wait_for_the_end(&mut rig);
    rig.cooks(20);
    let written = rig.number("total_samples_written");
    assert!(written > heard && written < heard + 5 * 48_000, "{written} frames, {heard} before the gap");
    assert_eq!(rig.number("gap_samples"), 5 * 48_000);
    assert_eq!(rig.number("lost_samples"), rig.given[0].len() as u64 - heard, "no frame of the gap was ever given");
}

#[test]
fn a_quota_that_is_used_up_is_told_and_costs_only_what_did_not_fit() {
    let Some(disk) = Disk::btrfs() else { return };
    let Some(folder) = disk.folder_with_quota("3M") else { return };
    let mut rig = Rig::new(CHANNELS, RATE);
    let file = folder.join("take.wav");
    record_to(&mut rig, &file);
    cook_in_real_time(&mut rig, PATIENCE, |rig| rig.node.error().is_empty());
    let error = rig.node.error();
    println!("{error}");
    assert!(error.starts_with("The disk quota is used up, so ") && error.contains("take.wav"), "{error}");
    rig.cooks(20);
    wait_for_the_end(&mut rig);
    assert_accounted_for(&mut rig);
    assert!(assert_holds_the_beginning(&mut rig, &file) > RATE as u64);
    assert_records_again(&mut rig, &disk.file("again.wav"));
}

#[test]
fn a_full_disk_that_copies_what_it_changes_leaves_a_playable_file() {
    let Some(disk) = Disk::btrfs() else { return };
    let mut rig = Rig::new(CHANNELS, RATE);
    let file = disk.file("take.wav");
    record_to(&mut rig, &file);
    cook_in_real_time(&mut rig, PATIENCE, |rig| rig.given[0].len() < 48_000);
    let mut ballast = std::fs::File::create(disk.file("ballast")).expect("room for it");
    // In small pieces at last: a header needs no more room than that either.
    for piece in [1 << 20, 4096] {
        while std::io::Write::write_all(&mut ballast, &vec![1; piece]).is_ok() {}
    }
    cook_in_real_time(&mut rig, PATIENCE, |rig| rig.node.error().is_empty());
    let error = rig.node.error();
    println!("{error}");
    assert!(error.starts_with("The disk is full, so "), "{error}");
    rig.cooks(20);
    wait_for_the_end(&mut rig);
    assert_accounted_for(&mut rig);
    assert!(assert_holds_the_beginning(&mut rig, &file) > 0);
}

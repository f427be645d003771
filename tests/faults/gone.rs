//! Files, folders, permissions and disks that go away in the middle of a take.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use crate::common::{PATIENCE, Rig, readers};
use crate::disk::Disk;
use crate::{
    RATE, SLICE, assert_accounted_for, assert_holds_the_beginning, assert_records_again, cause, cook_in_real_time,
    record_to, wait_for_the_end,
};
use tdhost::Node;

/// A take of a second, well past its first checkpoint, that goes on.
fn running(rig: &mut Rig) {
    cook_in_real_time(rig, PATIENCE, |rig| rig.given[0].len() < 48_000);
    assert_eq!(rig.node.error(), "");
}

/// Cooks until the node shows an error, which is to name the file.
fn cook_until_the_error(rig: &mut Rig, file: &str) -> String {
    cook_in_real_time(rig, PATIENCE, |rig| rig.node.error().is_empty());
    let error = rig.node.error();
    println!("{error}");
    assert!(error.contains(file), "{error}");
    error
}

#[test]
fn a_take_whose_file_is_deleted_goes_on_in_the_next() {
    let mut rig = Rig::new(2, RATE);
    let file = rig.path("take.wav");
    record_to(&mut rig, &file);
    running(&mut rig);
    fs::remove_file(&file).expect("a file");
    let before = rig.given[0].len();
    let error = cook_until_the_error(&mut rig, "take.wav");
    assert!(error.starts_with("Another program deleted "), "{error}");
    assert!(rig.given[0].len() - before < 3 * 48_000, "the user is told soon");
    cook_in_real_time(&mut rig, Duration::from_secs(1), |_| true);
    assert_eq!(rig.dat("state"), "recording");
    wait_for_the_end(&mut rig);
    assert_accounted_for(&mut rig);
    let next = readers::hound(&rig.path("take-2.wav")).samples.len() as u64 / 2;
    assert_eq!(rig.number("total_samples_written"), next, "none of the first can be found");
    assert!(next > 40_000, "{next}");
    assert_eq!(rig.node.info("takes_finished"), 0.0);
    assert_records_again(&mut rig, &file);
}

#[test]
fn a_file_that_is_deleted_just_before_the_end_is_no_finished_take() {
    let mut rig = Rig::new(2, RATE);
    let file = rig.path("take.wav");
    record_to(&mut rig, &file);
    running(&mut rig);
    fs::remove_file(&file).expect("a file");
    rig.record(false);
    rig.cook(SLICE);
    // The writer may just have looked before Record went off: then that has cleared the error already.
    let row = |node: &mut Node, key: &str| node.info_dat().into_iter().find(|row| row.0 == key).expect("a row").1;
    rig.wait("the take has failed", |node| {
        // In this order, since an error may come up between the two questions.
        row(node, "state") == "failed" || (!row(node, "last_error").is_empty() && node.error().is_empty())
    });
    if !rig.node.error().is_empty() {
        rig.cook(SLICE);
        assert!(rig.node.error().contains("take.wav"), "it is there to be seen until the next take");
    }
    assert_eq!(rig.number("total_samples_written"), 0);
    assert_accounted_for(&mut rig);
    assert_eq!(rig.node.info("takes_finished"), 0.0);
    record_to(&mut rig, &file);
    rig.cooks(30);
    assert_eq!(rig.node.error(), "");
    rig.finish();
    assert_eq!(assert_holds_the_beginning(&mut rig, &file), 30 * SLICE as u64);
}

#[test]
fn a_file_that_another_one_replaces_is_left_alone() {
    let mut rig = Rig::new(2, RATE);
    let (file, other) = (rig.path("take.wav"), rig.path("other"));
    record_to(&mut rig, &file);
    running(&mut rig);
    fs::write(&other, b"another").expect("a file");
    fs::rename(&other, &file).expect("a file");
    cook_until_the_error(&mut rig, "take.wav");
    wait_for_the_end(&mut rig);
    assert_accounted_for(&mut rig);
    assert_eq!(fs::read(&file).expect("the other file"), b"another");
    let again = rig.path("again.wav");
    assert_records_again(&mut rig, &again);
}

#[test]
fn a_file_that_is_renamed_is_written_to_its_end_and_the_node_says_so() {
    let mut rig = Rig::new(2, RATE);
    let (file, renamed) = (rig.path("take.wav"), rig.path("renamed.wav"));
    record_to(&mut rig, &file);
    running(&mut rig);
    fs::rename(&file, &renamed).expect("a file");
    let error = cook_until_the_error(&mut rig, "take.wav");
    assert!(error.starts_with("Another program moved or renamed "), "{error}");
    rig.cooks(60);
    assert_eq!(rig.dat("state"), "recording");
    rig.record(false);
    rig.cook(SLICE);
    let given = rig.given[0].len() as u64;
    rig.wait("the file is complete", |node| node.info_dat().contains(&("state".to_owned(), "idle".to_owned())));
    assert_eq!(assert_holds_the_beginning(&mut rig, &renamed), given);
    assert_eq!(rig.number("lost_samples"), 0);
    assert_eq!(rig.node.info("takes_finished"), 0.0, "it is not where it was promised");
    assert_records_again(&mut rig, &file);
    assert_eq!(rig.node.info("takes_finished"), 1.0);
}

#[test]
fn a_folder_that_is_removed_is_made_again() {
    let mut rig = Rig::new(2, RATE);
    let file = rig.path("folder/take.wav");
    record_to(&mut rig, &file);
    running(&mut rig);
    fs::remove_dir_all(rig.path("folder")).expect("a folder");
    cook_until_the_error(&mut rig, "take.wav");
    wait_for_the_end(&mut rig);
    assert_accounted_for(&mut rig);
    assert_records_again(&mut rig, &file);
}

#[test]
fn permissions_that_are_taken_away_do_not_harm_a_file_that_is_open() {
    let mut rig = Rig::new(2, RATE);
    let (file, folder) = (rig.path("folder/take.wav"), rig.path("folder"));
    record_to(&mut rig, &file);
    running(&mut rig);
    fs::set_permissions(&file, Permissions::from_mode(0o0)).expect("a file");
    fs::set_permissions(&folder, Permissions::from_mode(0o0)).expect("a folder");
    cook_in_real_time(&mut rig, Duration::from_secs(2), |_| true);
    assert_eq!(rig.node.error(), "");
    rig.finish();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("a folder");
    fs::set_permissions(&file, Permissions::from_mode(0o644)).expect("a file");
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &file), given);
    assert_eq!(rig.number("lost_samples"), 0);
    assert_records_again(&mut rig, &file);
}

#[test]
fn a_file_that_may_no_longer_be_written_stays_playable_up_to_there() {
    let Some(disk) = Disk::ext4() else { return };
    let mut rig = Rig::new(2, RATE);
    let file = disk.file("take.wav");
    record_to(&mut rig, &file);
    running(&mut rig);
    let change = |flag: &str| Command::new("chattr").arg(flag).arg(&file).status().is_ok_and(|status| status.success());
    if !change("+i") {
        println!("skipped: this file system cannot make a file immutable");
        return;
    }
    let error = cook_until_the_error(&mut rig, "take.wav");
    rig.cooks(20);
    wait_for_the_end(&mut rig);
    assert!(change("-i"));
    assert!(error.starts_with("Permission is denied, so "), "{error}");
    assert_eq!(cause(&rig.node.error()), cause(&error), "it still says why");
    assert_accounted_for(&mut rig);
    let frames = assert_holds_the_beginning(&mut rig, &file);
    assert!(frames >= SLICE as u64, "{frames}");
    assert_records_again(&mut rig, &disk.file("again.wav"));
}

#[test]
fn a_disk_cannot_be_made_read_only_under_a_take() {
    let Some(disk) = Disk::ext4() else { return };
    let mut rig = Rig::new(2, RATE);
    let file = disk.file("take.wav");
    record_to(&mut rig, &file);
    running(&mut rig);
    assert!(!disk.remount("ro"), "the kernel refuses while a file is open for writing");
    running(&mut rig);
    rig.finish();
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &file), given);

    assert!(disk.remount("ro"));
    record_to(&mut rig, &disk.file("again.wav"));
    rig.cooks(10);
    wait_for_the_end(&mut rig);
    let error = rig.node.error();
    assert!(error.starts_with("The disk is read-only, so ") && error.contains("again.wav"), "{error}");
    assert_accounted_for(&mut rig);
    assert_eq!(readers::hound(&file).samples.len() as u64, 2 * given, "the take before is as it was");

    assert!(disk.remount("rw"));
    assert_records_again(&mut rig, &disk.file("again.wav"));
}

#[test]
fn a_disk_that_turns_read_only_by_itself_keeps_what_it_has() {
    let Some(disk) = Disk::ext4() else { return };
    let mut rig = Rig::new(2, RATE);
    let file = disk.file("take.wav");
    record_to(&mut rig, &file);
    running(&mut rig);
    // What ext4 does of its own after a fault of the drive.
    if !disk.remount("abort") {
        return;
    }
    let error = cook_until_the_error(&mut rig, "take.wav");
    rig.cooks(20);
    wait_for_the_end(&mut rig);
    assert_eq!(cause(&rig.node.error()), cause(&error), "it still says why");
    assert_accounted_for(&mut rig);
    assert!(assert_holds_the_beginning(&mut rig, &file) >= SLICE as u64);
    assert_eq!(rig.node.info("takes_finished"), 0.0);

    // While it is so, the next take cannot even start; on another disk it can.
    rig.record(false);
    rig.cook(SLICE);
    record_to(&mut rig, &disk.file("again.wav"));
    rig.cooks(10);
    wait_for_the_end(&mut rig);
    assert!(rig.node.error().contains("again.wav"), "{}", rig.node.error());
    assert_accounted_for(&mut rig);
    let elsewhere = rig.path("again.wav");
    assert_records_again(&mut rig, &elsewhere);
}

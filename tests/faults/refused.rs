//! What a disk refuses for a while is tried again, and costs nothing while memory holds.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::formats::file_types;
use crate::common::{Rig, assert_same, expected, interleaved, readers};
use crate::disk::Disk;
use crate::{RATE, SLICE, assert_holds_the_beginning, cook_in_real_time, record_to, wait_for_the_end};

/// From now on the system answers these operations on files of the folder with these errors.
pub(crate) fn refuse(folder: &Path, orders: &str) {
    // In one step: the file is read at every operation.
    fs::write(folder.join("orders"), orders).expect("a file");
    fs::rename(folder.join("orders"), folder.join("faults")).expect("a file");
}

pub(crate) fn allow(folder: &Path) {
    fs::remove_file(folder.join("faults")).expect("it was ordered");
}

pub(crate) fn seconds(rig: &mut Rig, seconds: f64) {
    cook_in_real_time(rig, Duration::from_secs_f64(seconds), |_| true);
}

/// A WAV take that was refused something is whole, counted, and the user was told.
fn assert_whole(rig: &mut Rig, path: &Path) {
    assert_eq!(rig.finish(), path);
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(rig, path), given);
    assert_eq!((rig.number("lost_samples"), rig.number("takes_finished")), (0, 1));
    assert_eq!(rig.node.error(), "");
}

#[test]
fn what_is_refused_for_a_second_is_recorded_after_it() {
    for orders in ["write 5", "write 110", "write 28", "write 100", "write 116", "header 5", "header 28\nwrite 28"] {
        let mut rig = Rig::new(2, RATE);
        let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
        record_to(&mut rig, &file);
        seconds(&mut rig, 0.5);
        refuse(&folder, orders);
        seconds(&mut rig, 1.0);
        let error = rig.node.error();
        println!("{orders}: {error}");
        assert!(error.contains("take.wav") && error.contains("goes on by itself"), "{error}");
        assert_eq!(rig.dat("state"), "recording");
        allow(&folder);
        // The pauses have grown to half a second or so.
        cook_in_real_time(&mut rig, Duration::from_secs(5), |rig| !rig.node.error().is_empty());
        assert_eq!(rig.node.error(), "");
        let warning = rig.node.warning();
        assert!(warning.contains("Writing had to wait for ") && warning.contains("nothing was lost"), "{warning}");
        assert_whole(&mut rig, &file);
    }
}

#[test]
fn a_take_of_any_type_outlasts_a_refusal() {
    for file_type in file_types() {
        let mut rig = Rig::new(2, RATE);
        rig.node.set("Filetype", file_type.name);
        let (folder, file) = (rig.folder().to_owned(), rig.path("take"));
        record_to(&mut rig, &file);
        seconds(&mut rig, 0.5);
        refuse(&folder, "write 28\nheader 28");
        seconds(&mut rig, 0.7);
        allow(&folder);
        seconds(&mut rig, 0.3);
        let path = rig.finish();
        let given = rig.given[0].len() as u64;
        if readers::have("ffmpeg") {
            let read = readers::ffmpeg(&path, 16, false).len() as u64 / 2;
            assert_eq!(read, given, "{}", file_type.name);
        }
        assert_eq!((rig.number("lost_samples"), rig.number("total_samples_written")), (0, given));
    }
}

/// Leaves so many bytes of the disk free.
fn leave(disk: &Disk, room: u64) {
    use rustix::fs::{FallocateFlags, fallocate, statvfs};

    // What is kept for root, too, which this process is.
    let found = statvfs(disk.path()).expect("a disk");
    let ballast = fs::File::create(disk.file("ballast")).expect("a file");
    let mut size = (found.f_bfree * found.f_frsize).saturating_sub(room);
    // The disk needs some of it for itself.
    while fallocate(&ballast, FallocateFlags::empty(), 0, size).is_err() {
        size = size.checked_sub(64 * 1024).expect("something is free");
    }
}

#[test]
fn a_full_disk_that_gets_room_again_costs_nothing_however_often() {
    for disk in [Disk::in_memory("64m"), Disk::ext4()].into_iter().flatten() {
        let mut rig = Rig::new(8, RATE);
        let file = disk.file("take.wav");
        record_to(&mut rig, &file);
        for _ in 0..3 {
            cook_in_real_time(&mut rig, Duration::from_secs(2), |rig| rig.node.info("buffer_seconds") > 0.5);
            // Half a second, of 24 bytes a frame.
            leave(&disk, 600_000);
            cook_in_real_time(&mut rig, Duration::from_secs(20), |rig| rig.node.error().is_empty());
            let error = rig.node.error();
            assert!(error.starts_with("The disk is full, so "), "{error}");
            seconds(&mut rig, 1.0);
            fs::remove_file(disk.file("ballast")).expect("it is there");
            cook_in_real_time(&mut rig, Duration::from_secs(20), |rig| !rig.node.error().is_empty());
        }
        let warning = rig.node.warning();
        assert!(warning.contains("Writing had to wait 3 times, "), "{warning}");
        assert_whole(&mut rig, &file);
    }
}

/// Names the folder to which this process is to record with a limit for its files.
const LIMITED: &str = "AFOP_TEST_LIMITED";

/// Not a test of its own: what a process does that may write no file of more than 3 MiB.
#[test]
fn in_a_process_with_a_limit() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let Some(file_type) = std::env::var_os(LIMITED) else { return };
    let limit = Rlimit { current: Some(3 << 20), maximum: Some(3 << 20) };
    // SAFETY: the signal is ignored, so that nothing of ours runs in it.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    setrlimit(Resource::Fsize, limit).expect("a lower limit");
    let file_type = file_type.to_str().expect("UTF-8");
    let mut rig = Rig::new(if file_type == "mp3" { 2 } else { 8 }, RATE);
    rig.node.set("Filetype", file_type);
    let file = rig.path(&format!("take.{file_type}"));
    record_to(&mut rig, &file);
    for _ in 0..600 {
        rig.cook(SLICE);
        std::thread::sleep(Duration::from_millis(2));
    }
    rig.finish();
    let given = rig.given[0].len() as u64;
    assert_eq!((rig.number("total_samples_written"), rig.number("lost_samples")), (given, 0), "{file_type}");
    if file_type == "wav" {
        let files: Vec<_> = rig.files().into_iter().filter(|name| name.ends_with("wav")).collect();
        assert!(files.len() > 3, "{files:?}");
        let name = |number| if number == 1 { "take.wav".to_owned() } else { format!("take-{number}.wav") };
        let read: Vec<i32> =
            (1..=files.len()).flat_map(|number| readers::hound(&rig.path(&name(number))).samples).collect();
        assert_same(&read, &interleaved(&rig.given, |sample| expected(sample, 24)), "all parts");
    }
}

#[test]
fn a_limit_for_files_that_the_system_tells_costs_no_frame_of_any_type() {
    for file_type in file_types() {
        let output = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "refused::in_a_process_with_a_limit", "--nocapture"])
            .env(LIMITED, file_type.name)
            .output()
            .expect("a process");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn what_memory_cannot_hold_is_counted_and_stands_as_silence() {
    let mut rig = Rig::new(2, RATE);
    rig.node.set("Maxbuffer", 1.0);
    let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
    record_to(&mut rig, &file);
    seconds(&mut rig, 0.3);
    refuse(&folder, "write 28");
    seconds(&mut rig, 2.0);
    let error = rig.node.error();
    assert!(error.contains(" are lost so far: free some space"), "{error}");
    allow(&folder);
    cook_in_real_time(&mut rig, Duration::from_secs(5), |rig| rig.node.info("buffer_seconds") > 0.1);
    let (lost, error) = (rig.number("lost_samples"), rig.node.error());
    assert!(lost > 0 && error.contains("were lost"), "{lost}: {error}");
    let path = rig.finish();
    let read = readers::hound(&path).samples;
    assert_eq!(read.len(), rig.given[0].len() * 2, "as long as what came");
    let silent = read.chunks(2).filter(|frame| **frame == [0, 0]).count() as u64;
    assert_eq!(silent, lost);
}

#[test]
fn a_file_that_cannot_be_opened_yet_is_waited_for() {
    for (orders, said) in [
        ("open 13", "Permission is denied, so "),
        ("open 24", "Too many files are open in this process, so "),
        ("begin 28", "The disk is full, so "),
        ("lock 5", "The drive reports a fault, so "),
    ] {
        let mut rig = Rig::new(2, RATE);
        let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
        refuse(&folder, orders);
        record_to(&mut rig, &file);
        seconds(&mut rig, 0.5);
        let error = rig.node.error();
        println!("{error}");
        assert!(error.starts_with(said) && error.contains("take.wav"), "{error}");
        assert_eq!(rig.dat("state"), "opening");
        allow(&folder);
        cook_in_real_time(&mut rig, Duration::from_secs(5), |rig| !rig.node.error().is_empty());
        assert_whole(&mut rig, &file);
    }
}

#[test]
fn a_file_that_another_program_holds_for_a_moment_is_recorded_from_the_first_frame() {
    let mut rig = Rig::new(2, RATE);
    let file = rig.path("take.wav");
    fs::write(&file, "before").expect("a file");
    let other = fs::OpenOptions::new().read(true).write(true).open(&file).expect("a file");
    other.lock().expect("nobody else has it");
    record_to(&mut rig, &file);
    seconds(&mut rig, 0.3);
    assert_eq!((rig.node.error().as_str(), rig.dat("state").as_str()), ("", "opening"));
    let warning = rig.node.warning();
    assert!(warning.contains("take.wav is locked by another program or another node, so "), "{warning}");
    drop(other);
    seconds(&mut rig, 0.5);
    assert!(rig.node.warning().contains("Writing had to wait for "), "{}", rig.node.warning());
    assert_whole(&mut rig, &file);
}

#[test]
fn a_share_that_cannot_sync_gets_a_whole_take_and_one_warning() {
    for number in [22, 95] {
        let mut rig = Rig::new(2, RATE);
        let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
        refuse(&folder, &format!("sync {number}"));
        record_to(&mut rig, &file);
        seconds(&mut rig, 1.0);
        assert_whole(&mut rig, &file);
        let warning = rig.node.warning();
        assert!(warning.contains("cannot be asked to keep what is written"), "{warning}");
    }
}

#[test]
fn a_sync_that_fails_is_an_error_and_the_take_goes_on() {
    let mut rig = Rig::new(2, RATE);
    let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
    refuse(&folder, "sync 5");
    record_to(&mut rig, &file);
    cook_in_real_time(&mut rig, Duration::from_secs(12), |rig| rig.node.error().is_empty());
    let error = rig.node.error();
    assert!(error.starts_with("The drive reports a fault, so ") && error.contains("may not be safe"), "{error}");
    seconds(&mut rig, 0.5);
    rig.record(false);
    rig.cook(SLICE);
    rig.wait("it is over", |node| node.info("recording") == 0.0 && node.info("buffer_seconds") == 0.0);
    rig.wait("it is closed", |node| node.info_dat().iter().any(|(key, value)| key == "state" && value == "idle"));
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &file), given);
    assert_eq!(rig.number("takes_finished"), 0);
}

#[test]
fn a_file_that_cannot_be_closed_is_not_counted() {
    let mut rig = Rig::new(2, RATE);
    let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
    record_to(&mut rig, &file);
    seconds(&mut rig, 0.2);
    refuse(&folder, "close 5");
    wait_for_the_end(&mut rig);
    let error = rig.node.error();
    assert!(error.starts_with("The drive reports a fault, so ") && error.contains("may not be whole"), "{error}");
    assert_eq!(rig.number("takes_finished"), 0);
}

#[test]
fn a_header_without_room_leaves_the_former_take_unharmed_and_says_so() {
    let mut rig = Rig::new(2, RATE);
    let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
    fs::write(&file, "the former take").expect("a file");
    refuse(&folder, "begin 28");
    record_to(&mut rig, &file);
    seconds(&mut rig, 0.2);
    let began = Instant::now();
    wait_for_the_end(&mut rig);
    assert!(began.elapsed() < Duration::from_secs(4), "a second, and the last pause");
    let error = rig.node.error();
    assert!(error.starts_with("The disk is full, so nothing is recorded to ") && error.contains("as it was before"));
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "the former take");
}

#[test]
fn a_file_that_takes_no_more_goes_on_in_the_next() {
    let mut rig = Rig::new(2, RATE);
    let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
    record_to(&mut rig, &file);
    seconds(&mut rig, 0.5);
    refuse(&folder, "write 27");
    cook_in_real_time(&mut rig, Duration::from_secs(5), |rig| rig.dat("file").ends_with("take.wav"));
    allow(&folder);
    seconds(&mut rig, 0.5);
    let error = rig.node.error();
    rig.record(false);
    rig.cook(SLICE);
    rig.wait("it is over", |node| node.info("buffer_seconds") == 0.0 && node.info("recording") == 0.0);
    rig.wait("it is closed", |node| !node.info_dat().iter().any(|(_, value)| value == "finishing"));
    let said = error.contains("are lost before the take goes on in another file");
    assert_eq!(said, rig.number("lost_samples") > 0, "{error}");
    let (first, lost) = (readers::hound(&file).samples.len() as u64 / 2, rig.number("lost_samples"));
    let written = rig.number("total_samples_written");
    assert_eq!(written + lost, rig.given[0].len() as u64, "{first} in the first file");
    assert!(first > 0 && written > first + 10_000 && lost < 48_000, "{first} of {written}, {lost} lost");
}

#[test]
fn the_disk_that_fills_is_announced_a_minute_before() {
    let Some(disk) = Disk::in_memory("40m") else { return };
    let mut rig = Rig::new(8, RATE);
    record_to(&mut rig, &disk.file("take.wav"));
    cook_in_real_time(&mut rig, Duration::from_secs(8), |rig| !rig.node.warning().contains("less than 1 minute "));
    let warning = rig.node.warning();
    assert!(warning.contains("The disk has room for less than 1 minute at this rate: "), "{warning}");
    rig.finish();
}

#[test]
fn a_path_that_has_become_a_ring_of_links_is_told_and_the_take_goes_on() {
    let mut rig = Rig::new(2, RATE);
    let (folder, moved) = (rig.path("folder"), rig.path("moved"));
    record_to(&mut rig, &folder.join("take.wav"));
    seconds(&mut rig, 0.5);
    fs::rename(&folder, &moved).expect("a folder");
    std::os::unix::fs::symlink(&folder, &folder).expect("a link");
    cook_in_real_time(&mut rig, Duration::from_secs(5), |rig| rig.node.error().is_empty());
    let error = rig.node.error();
    assert!(error.starts_with("Another program moved or renamed "), "{error}");
    assert_eq!(rig.dat("state"), "recording");
    rig.record(false);
    rig.cook(SLICE);
    rig.wait("it is closed", |node| node.info_dat().iter().any(|(key, value)| key == "state" && value == "idle"));
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &moved.join("take.wav")), given);
}

#[test]
fn a_name_of_255_bytes_goes_on_in_another_file_when_the_rate_changes() {
    let mut rig = Rig::new(2, RATE);
    let file = rig.path(&format!("{}.wav", "x".repeat(251)));
    record_to(&mut rig, &file);
    seconds(&mut rig, 0.2);
    let before = rig.given[0].len();
    rig.rewire(tdhost::Input::new(2, 44_100.0));
    rig.cooks(20);
    rig.finish();
    let after = rig.given[0].len() as u64;
    assert_eq!((rig.number("total_samples_written"), rig.number("lost_samples")), (before as u64 + after, 0));
    assert_eq!(rig.files().len(), 2);
}

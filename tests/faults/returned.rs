//! Disks that misbehave as no real one here can be made to: slow, short and full ones, and those that are gone and back.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::another_file::end;
use crate::common::formats::file_types;
use crate::common::{Rig, assert_same, expected, interleaved, is_held, readers};
use crate::fuse::Fuse;
use crate::refused::seconds;
use crate::{RATE, assert_holds_the_beginning, cook_in_real_time, record_to};

/// All that was given, as a WAV file holds it.
fn given(rig: &Rig) -> Vec<i32> {
    interleaved(&rig.given, |sample| expected(sample, 24))
}

/// A take of a second, all of which was written, that goes on.
fn running(rig: &mut Rig, file: &Path) {
    record_to(rig, file);
    seconds(rig, 1.0);
    rig.wait("all is written", |node| node.info("buffer_seconds") == 0.0);
    assert_eq!(rig.node.error(), "");
}

/// The same with the usual file. `None` where there is no FUSE.
fn recording() -> Option<(Fuse, Rig, PathBuf)> {
    let (fuse, mut rig) = (Fuse::new()?, Rig::new(2, RATE));
    let file = fuse.file("take.wav");
    running(&mut rig, &file);
    Some((fuse, rig, file))
}

/// The last `bytes` of a file are gone when its disk comes back.
fn shorten(fuse: &Fuse, name: &str, bytes: u64) {
    let behind = File::options().write(true).open(fuse.behind(name)).expect("a file");
    behind.set_len(behind.metadata().expect("a file").len() - bytes).expect("a shorter file");
}

/// The disk is away for `pause` seconds, during which the node says so.
fn away(rig: &mut Rig, pause: f64) {
    seconds(rig, pause);
    let error = rig.node.error();
    println!("{error}");
    assert!(error.contains("take.") && error.contains("goes on by itself"), "{error}");
    assert_eq!(rig.dat("state"), "recording");
}

/// Cooks until the disk is seen to be back.
fn until_it_is_back(rig: &mut Rig, mut is_back: impl FnMut(&mut Rig) -> bool) {
    cook_in_real_time(rig, Duration::from_secs(8), |rig| !is_back(rig));
    assert!(is_back(rig), "{:?}", rig.node.info_dat());
    seconds(rig, 0.5);
}

#[test]
fn slow_short_and_full_writes_cost_no_frame() {
    let Some(fuse) = Fuse::new() else { return };
    let mut rig = Rig::new(2, RATE);
    let file = fuse.file("take.wav");
    record_to(&mut rig, &file);
    for (order, pause) in [("slow 100", 1.0), ("short 777", 1.0), ("fail 28", 1.0), ("", 2.0)] {
        fuse.order(order);
        seconds(&mut rig, pause);
    }
    assert!(rig.node.warning().contains("Writing had to wait for "), "{}", rig.node.warning());
    assert_eq!(rig.finish(), file);
    let all = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &file), all);
    assert_eq!((rig.number("lost_samples"), rig.number("takes_finished")), (0, 1));
}

#[test]
fn a_disk_that_comes_back_whole_gets_the_rest_in_the_same_file() {
    for file_type in file_types() {
        let Some(mut fuse) = Fuse::new() else { return };
        let mut rig = Rig::new(2, RATE);
        rig.node.set("Filetype", file_type.name);
        let file = fuse.file(&format!("take.{}", file_type.name));
        running(&mut rig, &file);
        for _ in 0..2 {
            fuse.leave();
            away(&mut rig, 1.5);
            assert!(fuse.come_back());
            until_it_is_back(&mut rig, |rig| rig.node.error().is_empty());
            assert!(is_held(&file), "it is locked again");
        }
        let warning = rig.node.warning();
        assert!(warning.contains("Writing had to wait 2 times, ") && warning.contains("nothing was lost"), "{warning}");
        assert_eq!(rig.finish(), file);
        let all = rig.given[0].len() as u64;
        assert_eq!((rig.number("total_samples_written"), rig.number("lost_samples")), (all, 0));
        match file_type.name {
            "wav" => assert_same(&readers::hound(&file).samples, &given(&rig), "the take"),
            _ if !readers::have("ffmpeg") => {}
            "aiff" | "flac" => assert_same(&readers::ffmpeg(&file, 24, false), &given(&rig), "the take"),
            _ => assert_eq!(readers::ffmpeg(&file, 16, false).len() as u64, 2 * all),
        }
        assert_eq!(fs::read_dir(fuse.behind("")).expect("a folder").count(), 1, "one file");
    }
}

#[test]
fn an_empty_folder_where_the_disk_was_is_not_taken_for_it() {
    let Some((mut fuse, mut rig, file)) = recording() else { return };
    fuse.leave_an_empty_folder();
    away(&mut rig, 3.0);
    assert!(!file.exists(), "nothing is put there");
    assert!(fuse.come_back());
    until_it_is_back(&mut rig, |rig| rig.node.error().is_empty());
    assert_eq!(rig.finish(), file);
    assert_same(&readers::hound(&file).samples, &given(&rig), "the take");
}

/// The parts of a take hold all but the frames that were announced as lost, which are missing between them.
fn assert_lacks_what_was_announced(rig: &mut Rig, first: &[i32], next: &Path) {
    end(rig);
    let error = rig.dat("last_error");
    println!("{error}");
    let lost = rig.number("lost_samples");
    assert!(
        error.starts_with("The drive came back without ") && error.contains(" are lost before the take goes on in")
    );
    assert!(error.contains("take.wav") && error.contains(&format!(" {lost} samples a channel ")), "{lost}: {error}");
    let (all, next) = (given(rig), readers::hound(next).samples);
    let frames = (first.len() + next.len()) as u64 / 2;
    assert_eq!((frames, frames + lost), (rig.number("total_samples_written"), all.len() as u64 / 2));
    assert_same(first, &all[..first.len()], "the first part");
    assert_same(&next, &all[all.len() - next.len()..], "the next part");
    assert_eq!(rig.number("takes_finished"), 0);
}

#[test]
fn what_a_disk_comes_back_without_is_counted_and_the_take_goes_on_in_the_next_file() {
    let Some((mut fuse, mut rig, file)) = recording() else { return };
    fuse.leave();
    away(&mut rig, 1.5);
    // More than what is remembered of the end; in the middle of a frame.
    shorten(&fuse, "take.wav", 150_001);
    assert!(fuse.come_back());
    until_it_is_back(&mut rig, |rig| rig.dat("file").ends_with("take-2.wav"));
    let lost = rig.number("lost_samples");
    assert!(lost > 1_000 && lost < 26_000, "{lost}");
    let first = readers::hound(&file).samples;
    assert_lacks_what_was_announced(&mut rig, &first, &fuse.file("take-2.wav"));
}

#[test]
fn a_little_that_a_disk_comes_back_without_is_still_remembered() {
    let Some((mut fuse, mut rig, file)) = recording() else { return };
    fuse.leave();
    away(&mut rig, 1.5);
    shorten(&fuse, "take.wav", 30_001);
    assert!(fuse.come_back());
    until_it_is_back(&mut rig, |rig| rig.dat("file").ends_with("take-2.wav"));
    end(&mut rig);
    assert_eq!((rig.number("lost_samples"), rig.number("takes_finished")), (0, 1));
    let read = [file, fuse.file("take-2.wav")].map(|file| readers::hound(&file).samples).concat();
    assert_same(&read, &given(&rig), "both files");
}

#[test]
fn another_file_on_the_disk_that_comes_back_is_left_alone() {
    // One of the same kind, and one that is no sound at all.
    for is_sound in [true, false] {
        let Some((mut fuse, mut rig, file)) = recording() else { return };
        fuse.leave();
        away(&mut rig, 1.5);
        let foreign = if is_sound {
            let mut other = Rig::new(2, RATE);
            other.next = 1_000_000;
            fs::read(other.take([20_000])).expect("a file")
        } else {
            b"another".to_vec()
        };
        fs::remove_file(fuse.behind("take.wav")).expect("a file");
        fs::write(fuse.behind("take.wav"), &foreign).expect("a file");
        assert!(fuse.come_back());
        until_it_is_back(&mut rig, |rig| rig.dat("file").ends_with("take-2.wav"));
        assert_lacks_what_was_announced(&mut rig, &[], &fuse.file("take-2.wav"));
        assert_eq!(fs::read(file).expect("it is there"), foreign);
    }
}

#[test]
fn a_disk_that_comes_back_without_the_file_gets_another_one() {
    let Some((mut fuse, mut rig, file)) = recording() else { return };
    fuse.leave();
    away(&mut rig, 1.5);
    fs::remove_file(fuse.behind("take.wav")).expect("a file");
    assert!(fuse.come_back());
    until_it_is_back(&mut rig, |rig| rig.dat("file").ends_with("take-2.wav"));
    assert_lacks_what_was_announced(&mut rig, &[], &fuse.file("take-2.wav"));
    assert!(!file.exists());
}

#[test]
fn a_take_of_packets_goes_on_after_a_disk_came_back_without_its_end() {
    for file_type in ["mp3", "ogg", "flac"] {
        if !readers::have("ffmpeg") {
            return;
        }
        let Some(mut fuse) = Fuse::new() else { return };
        let mut rig = Rig::new(2, RATE);
        rig.node.set("Filetype", file_type);
        let name = format!("take.{file_type}");
        running(&mut rig, &fuse.file(&name));
        fuse.leave();
        away(&mut rig, 1.5);
        shorten(&fuse, &name, 10_001);
        assert!(fuse.come_back());
        let next = format!("take-2.{file_type}");
        until_it_is_back(&mut rig, |rig| rig.dat("file").ends_with(&next));
        end(&mut rig);
        let error = rig.dat("last_error");
        println!("{error}");
        assert!(error.starts_with("The drive came back without the end of ") && error.contains(&name), "{error}");
        let (written, lost) = (rig.number("total_samples_written"), rig.number("lost_samples"));
        assert_eq!(written + lost, rig.given[0].len() as u64);
        let read: usize =
            [&name, &next].iter().map(|name| readers::ffmpeg(&fuse.file(name), 16, false).len() / 2).sum();
        assert_eq!(read as u64, written);
    }
}

#[test]
fn record_off_while_the_disk_is_away_saves_what_comes_back_in_time() {
    let Some((mut fuse, mut rig, file)) = recording() else { return };
    fuse.leave();
    away(&mut rig, 1.0);
    rig.record(false);
    rig.cook(800);
    assert!(fuse.come_back());
    end(&mut rig);
    assert_same(&readers::hound(&file).samples, &given(&rig), "the take");
    assert_eq!((rig.number("lost_samples"), rig.number("takes_finished")), (0, 1));
}

//! A file takes no more, and no one has told that before: what waits goes on in the next.

use std::path::PathBuf;
use std::time::Duration;

use crate::common::{Rig, assert_same, expected, interleaved, readers};
use crate::refused::{allow, refuse, seconds};
use crate::{RATE, SLICE, cook_in_real_time, record_to};

/// Record goes off, and the node is done with it.
pub(crate) fn end(rig: &mut Rig) {
    rig.record(false);
    rig.cook(SLICE);
    rig.wait("the take is over", |node| {
        node.info_dat().iter().any(|(key, value)| key == "state" && ["failed", "idle"].contains(&value.as_str()))
    });
}

#[test]
fn a_limit_that_the_system_does_not_tell_costs_no_frame_of_pcm() {
    // Frames of 3, 6 and 4 bytes: of an odd number, a file may end with a pad byte that has no room.
    for (file_type, channels, codec) in
        [("wav", 1, "pcm24"), ("wav", 2, "pcm24"), ("aiff", 1, "pcm24"), ("wav", 2, "pcm16")]
    {
        for cooks in [31, 32] {
            let mut rig = Rig::new(channels, RATE);
            rig.node.set("Filetype", file_type);
            rig.node.set("Codec", codec);
            let folder = rig.folder().to_owned();
            record_to(&mut rig, &folder.join(format!("take.{file_type}")));
            let mut part = String::new();
            for number in 2..4 {
                rig.cooks(cooks);
                seconds(&mut rig, 0.3);
                // The next file is opened while nothing can be written, and waits.
                refuse(&folder, "write 27");
                let name = format!("take-{number}.{file_type}");
                cook_in_real_time(&mut rig, Duration::from_secs(5), |rig| !rig.dat("file").ends_with(&name));
                part = rig.dat("file");
                allow(&folder);
                seconds(&mut rig, 0.5);
            }
            assert!(part.contains("-3."), "{part}");
            end(&mut rig);
            assert_eq!(rig.node.error(), "");
            let given = rig.given[0].len() as u64;
            assert_eq!((rig.number("total_samples_written"), rig.number("lost_samples")), (given, 0), "{file_type}");
            assert_eq!(rig.number("takes_finished"), 1);
            let files: Vec<PathBuf> = ["", "-2", "-3"].map(|end| folder.join(format!("take{end}.{file_type}"))).into();
            let bits = if codec == "pcm16" { 16 } else { 24 };
            let read: Vec<Vec<i32>> = match file_type {
                "wav" => files.iter().map(|file| readers::hound(file).samples).collect(),
                _ if !readers::have("ffmpeg") => continue,
                _ => files.iter().map(|file| readers::ffmpeg(file, 24, false)).collect(),
            };
            assert!(read.iter().all(|part| part.len() > 10_000), "each has its share");
            let all = interleaved(&rig.given, |sample| expected(sample, bits));
            assert_same(&read.concat(), &all, "all parts");
        }
    }
}

#[test]
fn what_waits_for_a_file_that_is_deleted_goes_into_the_next() {
    let mut rig = Rig::new(2, RATE);
    let (folder, file) = (rig.folder().to_owned(), rig.path("take.wav"));
    record_to(&mut rig, &file);
    seconds(&mut rig, 0.5);
    refuse(&folder, "write 5");
    seconds(&mut rig, 1.0);
    std::fs::remove_file(&file).expect("a file");
    allow(&folder);
    cook_in_real_time(&mut rig, Duration::from_secs(5), |rig| rig.dat("file").ends_with("take.wav"));
    seconds(&mut rig, 0.3);
    end(&mut rig);
    let error = rig.dat("last_error");
    assert!(error.starts_with("Another program deleted "), "{error}");
    let (given, lost) = (rig.given[0].len() as u64, rig.number("lost_samples"));
    assert_eq!(rig.number("total_samples_written") + lost, given);
    let read = readers::hound(&rig.path("take-2.wav")).samples;
    let all = interleaved(&rig.given, |sample| expected(sample, 24));
    assert_same(&read, &all[lost as usize * 2..], "all that was not written when it was deleted");
}

#[test]
fn a_limit_costs_a_type_with_packets_only_what_waits_and_that_is_counted() {
    for file_type in ["mp3", "ogg", "flac"] {
        if !readers::have("ffmpeg") {
            return;
        }
        let mut rig = Rig::new(2, RATE);
        rig.node.set("Filetype", file_type);
        // Of an MP3 that was cut no checksum is known, which the rig would not let pass in its own folder.
        let folder = rig.path("folder");
        let file = folder.join(format!("take.{file_type}"));
        record_to(&mut rig, &file);
        seconds(&mut rig, 1.0);
        refuse(&folder, "write 27");
        cook_in_real_time(&mut rig, Duration::from_secs(5), |rig| {
            rig.dat("file").ends_with(&format!("take.{file_type}"))
        });
        allow(&folder);
        seconds(&mut rig, 0.5);
        end(&mut rig);
        let error = rig.dat("last_error");
        assert!(error.contains("are lost before the take goes on in another file"), "{error}");
        let (written, lost) = (rig.number("total_samples_written"), rig.number("lost_samples"));
        assert_eq!(written + lost, rig.given[0].len() as u64);
        assert!(lost > 0 && lost < 24_000, "{lost}");
        let next = folder.join(format!("take-2.{file_type}"));
        let read: usize = [file, next].iter().map(|file| readers::ffmpeg(file, 16, false).len() / 2).sum();
        assert_eq!(read as u64, written);
    }
}

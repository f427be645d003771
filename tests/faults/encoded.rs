//! What waits for a disk waits as it will be written: encoded.

use std::time::Duration;

use crate::common::Rig;
use crate::disk::Disk;
use crate::{RATE, assert_holds_the_beginning, cook_in_real_time, record_to};

/// Twenty seconds of eight channels on a frozen file system: what waits, in seconds and in bytes.
fn frozen_for_twenty_seconds(format: &str, channels: usize, file: &str) -> Option<(f64, u64, Rig, std::path::PathBuf)> {
    let disk = Disk::ext4()?;
    let mut rig = Rig::new(channels, RATE);
    rig.node.set("Filetype", format);
    record_to(&mut rig, &disk.file(file));
    cook_in_real_time(&mut rig, Duration::from_secs(1), |_| true);
    let frozen = disk.freeze(60);
    cook_in_real_time(&mut rig, Duration::from_secs(20), |_| true);
    let waits = rig.dat("buffer_seconds").parse().expect("seconds");
    let bytes = rig.number("buffer_bytes");
    frozen.thaw();
    let path = rig.finish();
    assert_eq!(rig.number("lost_samples"), 0);
    assert_eq!(rig.number("buffer_bytes"), 0);
    assert_eq!(rig.number("total_samples_written"), rig.given[0].len() as u64);
    println!("{format}, {channels} channels: {waits} s waited in {bytes} bytes");
    // The disk lives as long as the file is read.
    let copy = rig.path(&format!("copy.{format}"));
    std::fs::copy(&path, &copy).expect("room for a copy");
    Some((waits, bytes, rig, copy))
}

#[test]
fn pcm_waits_for_a_frozen_disk_with_three_bytes_a_sample() {
    let Some((seconds, bytes, mut rig, file)) = frozen_for_twenty_seconds("wav", 8, "take.wav") else { return };
    assert!(seconds > 19.0, "{seconds} s");
    let encoded = seconds * RATE * 8.0 * 3.0;
    assert!((bytes as f64) < 1.05 * encoded && bytes as f64 > 0.9 * encoded, "{bytes} bytes, {encoded} as PCM");
    let given = rig.given[0].len() as u64;
    assert_eq!(assert_holds_the_beginning(&mut rig, &file), given);
}

#[test]
fn mp3_waits_for_a_frozen_disk_at_its_bit_rate() {
    let Some((seconds, bytes, ..)) = frozen_for_twenty_seconds("mp3", 2, "take.mp3") else { return };
    assert!(seconds > 19.0, "{seconds} s");
    let encoded = seconds * 192_000.0 / 8.0;
    assert!((bytes as f64) < 1.1 * encoded, "{bytes} bytes, {encoded} as MP3");
}

#[test]
fn eight_channels_of_ogg_wait_for_a_frozen_disk_as_packets() {
    let Some((seconds, bytes, ..)) = frozen_for_twenty_seconds("ogg", 8, "take.ogg") else { return };
    assert!(seconds > 19.0, "{seconds} s");
    let samples = seconds * RATE * 8.0 * 4.0;
    assert!((bytes as f64) < samples / 4.0, "{bytes} bytes, {samples} as samples");
}

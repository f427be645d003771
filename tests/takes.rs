//! Which cooks belong to which take, and that every take is a whole file.

mod common;

use std::path::Path;

use common::readers::hound;
use common::{Rig, assert_same, expected, interleaved, is_held};
use tdhost::Input;

/// What a pcm16 file of `channels` holds.
fn pcm16(channels: &[Vec<f32>]) -> Vec<i32> {
    interleaved(channels, |sample| expected(sample, 16))
}

fn rig(channels: usize, rate: f64) -> Rig {
    let mut rig = Rig::new(channels, rate);
    rig.node.set("Codec", "pcm16");
    rig
}

fn assert_holds(path: &Path, channels: &[Vec<f32>]) {
    let read = hound(path);
    assert_eq!(read.channels, channels.len(), "{}", path.display());
    assert_same(&read.samples, &pcm16(channels), &path.display().to_string());
}

#[test]
fn a_take_holds_the_cooks_from_record_on_to_the_one_before_record_off() {
    let mut rig = rig(2, 48000.0);
    rig.cooks(5);
    rig.record(true);
    rig.cooks(7);
    rig.record(false);
    rig.cooks(3);
    rig.wait("the take is finished", |node| node.info("takes_finished") == 1.0);
    assert_eq!(rig.given[0].len(), 7 * 800);
    assert_holds(&rig.path("take.wav"), &rig.given);
    assert_eq!(rig.number("total_samples_written"), 7 * 800);
}

#[test]
fn a_pause_is_not_in_the_file_and_is_no_gap() {
    let mut rig = rig(2, 48000.0);
    rig.record(true);
    rig.cooks(10);
    rig.pause(true);
    rig.cooks(100);
    rig.pause(false);
    rig.cooks(10);
    rig.pause(true);
    rig.cooks(1);
    rig.pause(false);
    rig.cooks(1);
    let path = rig.finish();
    assert_eq!(rig.given[0].len(), 21 * 800);
    assert_holds(&path, &rig.given);
    assert_eq!(rig.number("gap_samples"), 0);
}

#[test]
fn record_off_while_paused_finishes_the_take() {
    let mut rig = rig(1, 48000.0);
    rig.record(true);
    rig.cooks(4);
    rig.pause(true);
    rig.cooks(4);
    let path = rig.finish();
    assert_holds(&path, &rig.given);
    assert!(!is_held(&path));
}

#[test]
fn record_on_while_paused_opens_the_file_and_waits() {
    let mut rig = rig(1, 48000.0);
    rig.pause(true);
    rig.record(true);
    rig.cooks(4);
    rig.wait("the file is open", |node| node.info("paused") == 1.0 && node.info("recording") == 1.0);
    assert_eq!(rig.files(), ["take.wav"]);
    rig.pause(false);
    rig.cooks(4);
    let path = rig.finish();
    assert_eq!(rig.given[0].len(), 4 * 800);
    assert_holds(&path, &rig.given);
}

#[test]
fn off_and_on_again_gives_a_file_for_every_take() {
    let mut rig = rig(2, 48000.0);
    rig.set_file("take{suffix}");
    for take in 0..3 {
        rig.record(true);
        rig.cooks(5 + take);
        rig.pause(true);
        rig.cooks(2);
        rig.pause(false);
        rig.cooks(3);
        rig.record(false);
        rig.cooks(2);
        let given = rig.given.iter_mut().map(std::mem::take).collect::<Vec<_>>();
        rig.wait("the take is finished", |node| node.info("takes_finished") == (take + 1) as f32);
        let path = rig.path(&format!("take.{take}.wav"));
        assert_eq!(rig.dat("last_file"), path.display().to_string());
        assert_eq!(given[0].len(), (8 + take) * 800);
        assert_holds(&path, &given);
    }
    assert_eq!(rig.files(), ["take.0.wav", "take.1.wav", "take.2.wav"]);
}

#[test]
fn record_toggled_at_every_cook_gives_a_whole_file_for_every_take() {
    let mut rig = rig(2, 48000.0);
    rig.set_file("take{suffix}");
    let mut takes = Vec::new();
    for _ in 0..50 {
        rig.record(true);
        rig.cooks(1);
        takes.push(rig.given.iter_mut().map(std::mem::take).collect::<Vec<_>>());
        rig.record(false);
        rig.cooks(1);
    }
    rig.wait("all takes are finished", |node| node.info("takes_finished") == 50.0);
    for (index, given) in takes.iter().enumerate() {
        assert_holds(&rig.path(&format!("take.{index}.wav")), given);
    }
    assert_eq!(rig.files().len(), 50);
}

#[test]
fn toggling_record_on_one_name_keeps_the_last_take_whole() {
    let mut rig = rig(1, 48000.0);
    let mut last = Vec::new();
    for _ in 0..20 {
        rig.record(true);
        rig.cooks(2);
        last = rig.given.iter_mut().map(std::mem::take).collect::<Vec<_>>();
        rig.record(false);
        let cooked = rig.cooks(1);
        assert_eq!(cooked.error, "");
    }
    rig.wait("all takes are finished", |node| node.info("takes_finished") == 20.0);
    assert_eq!(rig.files(), ["take.wav"]);
    assert_holds(&rig.path("take.wav"), &last);
    assert_eq!(rig.node.error(), "");
}

#[test]
fn an_input_that_has_not_cooked_is_not_written_again() {
    let mut rig = rig(1, 48000.0);
    rig.record(true);
    for _ in 0..10 {
        rig.cook(800);
        // The host cooks the node once more in the same frame.
        for _ in 0..2 {
            let time = rig.time(0.0);
            rig.node.cook(&time);
        }
    }
    assert_eq!(rig.node.warning(), "");
    let path = rig.finish();
    assert_holds(&path, &rig.given);
}

/// Cooks the node `count` times while its input rests.
fn rest(rig: &mut Rig, count: usize) {
    for _ in 0..count {
        let time = rig.time(1.0);
        rig.node.cook(&time);
    }
}

#[test]
fn a_still_clip_is_written_once_and_whole_with_a_warning() {
    let mut rig = rig(2, 48000.0);
    rig.record(true);
    rig.cook(100_000);
    rest(&mut rig, 30);
    let warning = rig.node.warning();
    assert!(warning.contains("not time sliced") && warning.contains("Time Slice"), "{warning}");
    // A clip that cooks anew is written anew.
    rig.cook(50_000);
    rest(&mut rig, 10);
    let path = rig.finish();
    assert_eq!(rig.given[0].len(), 150_000);
    assert_holds(&path, &rig.given);
    assert_eq!(rig.number("gap_samples") + rig.number("lost_samples"), 0);
}

#[test]
fn a_clip_that_cooks_anew_after_a_while_leaves_no_gap() {
    let mut rig = rig(1, 48000.0);
    rig.record(true);
    for _ in 0..3 {
        rig.cook(10_000);
        rest(&mut rig, 120);
    }
    let path = rig.finish();
    assert_eq!(rig.number("gap_samples"), 0);
    assert_holds(&path, &rig.given);
}

#[test]
fn a_clip_that_is_larger_than_the_ring_and_max_buffer_is_written_whole() {
    let mut rig = rig(8, 44100.0);
    let frames = 90 * 44100;
    rig.record(true);
    // Not kept by the rig: this is large, and can be made again.
    rig.fill(frames, false);
    let time = rig.time(1.0);
    assert_eq!(rig.node.cook(&time).error, "");
    rest(&mut rig, 5);
    let path = rig.finish();
    assert_eq!(rig.number("lost_samples"), 0);
    let mut reader = hound::WavReader::open(&path).expect("a WAV file");
    assert_eq!(reader.duration() as usize, frames);
    for (index, read) in reader.samples::<i16>().enumerate() {
        let (frame, channel) = ((index / 8) as u64, index % 8);
        let due = expected(common::sample(channel, frame), 16);
        assert_eq!(i32::from(read.expect("a sample")), due, "frame {frame} of channel {channel}");
    }
}

#[test]
fn record_on_at_load_starts_with_the_first_input() {
    let mut rig = rig(2, 48000.0);
    let input = rig.node.input_mut().expect("an input").clone();
    rig.node.set_input(None);
    rig.record(true);
    rest(&mut rig, 10);
    let warning = rig.node.warning();
    assert!(warning.contains("nothing is wired"), "{warning}");
    assert_eq!(rig.node.error(), "");
    assert_eq!(rig.files(), [""; 0]);
    rig.node.set_input(Some(input));
    rig.cooks(6);
    assert_eq!(rig.node.warning(), "");
    let path = rig.finish();
    assert_eq!(rig.given[0].len(), 6 * 800);
    assert_holds(&path, &rig.given);
}

#[test]
fn an_input_that_is_unwired_for_a_while_is_silence_for_as_long() {
    let mut rig = rig(1, 48000.0);
    rig.record(true);
    rig.cooks(5);
    let input = rig.node.input_mut().expect("an input").clone();
    rig.node.set_input(None);
    rest(&mut rig, 20);
    assert!(rig.node.warning().contains("nothing is wired"));
    assert_eq!(rig.node.info("recording"), 1.0);
    rig.given[0].resize(25 * 800, 0.0);
    rig.node.set_input(Some(input));
    rig.cooks(5);
    assert!(rig.node.warning().starts_with("The take was suspended for 0.333 s because nothing is wired"));
    let path = rig.finish();
    assert_holds(&path, &rig.given);
    assert_eq!(rig.number("gap_samples"), 20 * 800);
}

/// Records a take in which the layout of the input changes, and asserts that its files hold every frame.
fn roll_over(file: &str, names: &[&str], layouts: &[(usize, f64)]) {
    let mut rig = rig(layouts[0].0, layouts[0].1);
    rig.set_file(file);
    rig.record(true);
    let mut parts = Vec::new();
    for (index, (channels, rate)) in layouts.iter().enumerate() {
        if index > 0 {
            parts.push(rig.rewire(Input::new(*channels, *rate)));
        }
        let cooked = rig.cooks(9 + index);
        assert_eq!(cooked.error, "");
    }
    parts.push(rig.given.clone());
    let last = rig.finish();
    assert_eq!(last, rig.path(names[names.len() - 1]));
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    assert_eq!(rig.files(), sorted);
    for ((name, part), (_, rate)) in names.iter().zip(&parts).zip(layouts) {
        assert_eq!(f64::from(hound(&rig.path(name)).rate), *rate);
        assert_holds(&rig.path(name), part);
    }
    let frames = parts.iter().map(|part| part[0].len() as u64).sum::<u64>();
    assert_eq!(rig.number("total_samples_written"), frames);
    assert_eq!(rig.number("takes_finished"), 1);
    assert_eq!(rig.number("gap_samples") + rig.number("lost_samples"), 0);
    let bytes = names.iter().map(|name| rig.path(name).metadata().expect("a file").len()).sum::<u64>();
    assert_eq!(rig.number("bytes_written"), bytes);
}

#[test]
fn a_change_of_the_rate_rolls_over_without_a_lost_frame() {
    let names = ["take.0.wav", "take.0-2.wav", "take.0-3.wav"];
    roll_over("take{suffix}", &names, &[(2, 48000.0), (2, 44100.0), (2, 48000.0)]);
}

#[test]
fn a_change_of_the_channels_rolls_over_without_a_lost_frame() {
    let names = ["take.wav", "take-2.wav", "take-3.wav", "take-4.wav"];
    roll_over("take.wav", &names, &[(2, 48000.0), (6, 48000.0), (2, 48000.0), (2, 96000.0)]);
}

#[test]
fn a_layout_that_brings_no_samples_gives_no_file() {
    let mut rig = rig(1, 48000.0);
    rig.record(true);
    rig.cooks(5);
    let input = rig.node.input_mut().expect("an input").clone();
    for (channels, rate) in [(1, 22050.0), (3, 48000.0)] {
        let mut other = Input::new(channels, rate);
        other.cooked(0.0);
        rig.node.set_input(Some(other));
        rest(&mut rig, 2);
    }
    rig.node.set_input(Some(input));
    rig.cooks(5);
    let path = rig.finish();
    assert_eq!(rig.files(), ["take.wav"]);
    assert_holds(&path, &rig.given);
    assert_eq!(rig.number("gap_samples"), 0);
}

#[test]
fn a_new_source_that_has_cooked_as_often_as_the_last_one_is_recorded() {
    let mut rig = rig(1, 48000.0);
    rig.record(true);
    rig.cooks(1);
    // After one cook each, both sources report the same number of cooks.
    let first = rig.rewire(Input::new(2, 48000.0));
    rig.cooks(1);
    let second = rig.given.clone();
    rig.finish();
    assert_holds(&rig.path("take.wav"), &first);
    assert_holds(&rig.path("take-2.wav"), &second);
}

#[test]
fn a_take_counts_as_finished_when_its_file_is_closed_and_unlocked() {
    let mut rig = rig(2, 48000.0);
    rig.set_file("take{suffix}");
    for take in 0..10 {
        rig.record(true);
        rig.cooks(3);
        let path = rig.path(&format!("take.{take}.wav"));
        rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
        assert!(is_held(&path));
        rig.record(false);
        rig.cooks(1);
        while rig.node.info("takes_finished") == take as f32 {
            std::thread::yield_now();
        }
        assert!(!is_held(&path));
        assert_eq!(hound(&path).samples.len() as u64, 2 * rig.number("total_samples_written"));
    }
}

#[test]
fn deleting_the_node_finishes_the_take() {
    let mut rig = rig(2, 48000.0);
    rig.record(true);
    rig.cooks(30);
    let (folder, given) = rig.delete();
    let path = folder.path().join("take.wav");
    assert_holds(&path, &given);
    assert!(!is_held(&path));
}

/// The encoding thread finds the stream empty only at the end: a process that dies before must not take all with it.
#[test]
fn what_takes_long_to_encode_is_written_all_along() {
    const CHANNELS: usize = 64;
    const BLOCKS: usize = 480;
    let mut rig = Rig::new(CHANNELS, 48000.0);
    rig.node.set("Filetype", "ogg");
    rig.set_file("take.ogg");
    rig.record(true);
    // Silence: it fills no batch.
    let silence = [[0.0; 800].as_slice(); CHANNELS];
    for _ in 0..BLOCKS {
        rig.play(&silence);
    }
    // The encoder holds back less than half a second.
    let (mut written, total) = (Vec::new(), (BLOCKS * 800) as f32);
    rig.wait("all is written", |node| {
        written.push(node.info("total_samples_written"));
        written.last().is_some_and(|&some| some > total - 24_000.0)
    });
    written.dedup();
    assert!(written.iter().any(|&some| some > 0.0 && some < total), "{written:?}");
    rig.finish();
}

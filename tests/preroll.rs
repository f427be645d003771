//! What was heard before Record went on, as far as Pre-Roll says: sample for sample in the take.

mod common;

use std::time::Duration;

use common::formats::file_types;
use common::readers::hound;
use common::{Rig, assert_same, expected, interleaved};
use tdhost::Input;

/// A node that listens, and whose `given` holds all that it hears from now on.
fn listening(channels: usize, rate: f64, seconds: f64) -> Rig {
    let mut rig = Rig::new(channels, rate);
    rig.node.set("Codec", "pcm16");
    rig.node.set("Preroll", seconds);
    rig.set_file("take{suffix}");
    rig
}

/// Cooks of a 60th of a second, whose samples are noted.
fn hear(rig: &mut Rig, cooks: usize) {
    let samples = (rig.rate / rig.fps) as usize;
    for cook in 1..=cooks {
        rig.fill(samples, true);
        let time = rig.time(1.0);
        rig.node.cook(&time);
        // Not so fast that the node takes it for a render.
        if cook % 30 == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn pcm16(channels: &[Vec<f32>]) -> Vec<i32> {
    interleaved(channels, |sample| expected(sample, 16))
}

/// The last `frames` of what was noted.
fn last(given: &[Vec<f32>], frames: usize) -> Vec<Vec<f32>> {
    given.iter().map(|channel| channel[channel.len() - frames..].to_vec()).collect()
}

#[test]
fn a_take_begins_exactly_that_much_before_the_button() {
    for (seconds, rate) in [(0.1, 48_000.0), (2.0, 48_000.0), (30.0, 6000.0)] {
        for channels in [1, 2, 8, 64] {
            let mut rig = listening(channels, rate, seconds);
            hear(&mut rig, (seconds * 60.0) as usize + 25);
            rig.wait("all of it was heard", |node| (node.info("preroll_seconds") - seconds as f32).abs() < 1e-6);
            let before = (seconds * rate).round() as usize;
            rig.record(true);
            rig.cooks(7);
            let path = rig.finish();
            let wanted = last(&rig.given, before + 7 * (rate / 60.0) as usize);
            assert_same(&hound(&path).samples, &pcm16(&wanted), &format!("{seconds} s, {channels} channels"));
            assert_eq!(rig.number("total_samples_written"), wanted[0].len() as u64);
            assert_eq!((rig.number("gap_samples"), rig.number("lost_samples")), (0, 0));
        }
    }
}

/// tdhost decodes the file and compares it: to the bit where the type is lossless.
#[test]
fn every_file_type_holds_the_pre_roll_whole() {
    let exe = env!("CARGO_BIN_EXE_tdhost");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file_type in file_types() {
        for (channels, seconds) in [(1, "0.1"), (2, "2"), (8, "2"), (2, "30")] {
            if !file_type.allows("pcm24", channels, 48_000.0) {
                continue;
            }
            let out = folder.path().join(format!("{}-{channels}-{seconds}", file_type.name));
            let out = out.with_extension(file_type.extensions[0]);
            let set = format!("Preroll={seconds}");
            let before = if seconds == "30" { "31" } else { "3" };
            let output = std::process::Command::new(exe)
                .args(["record", "--seconds", "1", "--before", before, "--set", &set, "--channels"])
                .arg(channels.to_string())
                .arg("--out")
                .arg(&out)
                .output()
                .expect("tdhost runs");
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{}: {text}{}", out.display(), String::from_utf8_lossy(&output.stderr));
            let frames = (seconds.parse::<f64>().expect("a number") * 48_000.0) as usize + 48_000;
            assert!(text.contains(&frames.to_string()), "{}: {frames} frames: {text}", out.display());
        }
    }
}

/// So many takes, of which the last one runs, hold all that was given, each frame once.
fn assert_takes_end_to_end(rig: &mut Rig, takes: usize) {
    rig.finish();
    rig.wait("all are finished", |node| node.info("takes_finished") == takes as f32);
    let read: Vec<i32> = (0..takes).flat_map(|take| hound(&rig.path(&format!("take.{take}.wav"))).samples).collect();
    assert_same(&read, &pcm16(&rig.given), "all takes end to end");
}

#[test]
fn takes_in_a_row_neither_share_nor_lose_a_frame() {
    let mut rig = listening(2, 48_000.0, 2.0);
    hear(&mut rig, 10);
    for pause in [1, 30, 0, 7] {
        rig.record(true);
        rig.cooks(5);
        rig.record(false);
        // The cook in which Record went off belongs to what comes before the next take.
        hear(&mut rig, pause + 1);
    }
    rig.record(true);
    rig.cooks(5);
    assert_takes_end_to_end(&mut rig, 5);
}

#[test]
fn record_toggled_at_every_cook_puts_each_frame_into_one_take() {
    let mut rig = listening(1, 48_000.0, 1.0);
    for _ in 0..40 {
        rig.record(true);
        rig.cooks(1);
        rig.record(false);
        hear(&mut rig, 1);
    }
    rig.record(true);
    rig.cooks(1);
    assert_takes_end_to_end(&mut rig, 41);
}

#[test]
fn what_waits_for_a_slow_disk_costs_the_next_take_nothing_of_its_pre_roll() {
    let mut rig = Rig::with_path(1, 48_000.0, "/project1/afo1?delay=writer:300000");
    rig.node.set("Codec", "pcm16");
    rig.node.set("Preroll", 4.0);
    rig.node.set("Maxbuffer", 1.5);
    rig.set_file("take{suffix}");
    rig.record(true);
    // In the time that it lasts, so that no cook waits.
    for _ in 0..60 {
        rig.cooks(1);
        std::thread::sleep(Duration::from_millis(16));
    }
    rig.record(false);
    let taken = rig.given[0].len();
    for _ in 0..120 {
        hear(&mut rig, 1);
        std::thread::sleep(Duration::from_millis(16));
    }
    rig.record(true);
    rig.cooks(1);
    let path = rig.finish();
    assert_same(&hound(&path).samples, &pcm16(&[rig.given[0][taken..].to_vec()]), "the second take");
    assert_eq!(rig.number("lost_samples"), 0);
}

#[test]
fn without_pre_roll_nothing_is_kept() {
    let mut rig = Rig::new(2, 48_000.0);
    rig.cooks(60);
    assert_eq!(rig.node.info("preroll_seconds"), 0.0);
    rig.node.set("Preroll", 1.0);
    rig.cooks(60);
    rig.wait("it is heard", |node| node.info("preroll_seconds") > 0.5);
    rig.node.set("Preroll", 0.0);
    rig.cooks(60);
    rig.wait("it is forgotten", |node| node.info("preroll_seconds") == 0.0);
    rig.record(true);
    rig.cooks(3);
    rig.finish();
    assert_eq!(rig.number("total_samples_written"), 3 * 800);
}

#[test]
fn a_longer_pre_roll_keeps_what_is_there_and_a_shorter_one_its_end() {
    let mut rig = listening(1, 48_000.0, 0.5);
    hear(&mut rig, 60);
    rig.node.set("Preroll", 1.0);
    hear(&mut rig, 61);
    rig.wait("it is longer", |node| node.info("preroll_seconds") == 1.0);
    rig.node.set("Preroll", 0.25);
    rig.record(true);
    rig.cooks(1);
    let path = rig.finish();
    assert_same(&hound(&path).samples, &pcm16(&last(&rig.given, 12_000 + 800)), "a quarter of a second");
}

#[test]
fn another_layout_or_another_choice_of_channels_begins_anew() {
    let mut rig = listening(2, 48_000.0, 5.0);
    hear(&mut rig, 60);
    rig.rewire(Input::new(3, 48_000.0));
    hear(&mut rig, 30);
    rig.record(true);
    rig.cooks(1);
    let path = rig.finish();
    assert_same(&hound(&path).samples, &pcm16(&rig.given), "three channels");
    // Of what was heard with another scope nothing is in the take, even where as many channels are chosen.
    rig.node.set("Channelscope", "chan1");
    hear(&mut rig, 30);
    rig.node.set("Channelscope", "chan2");
    rig.record(true);
    rig.fill(800, false);
    let time = rig.time(1.0);
    rig.node.cook(&time);
    let path = rig.finish();
    assert_eq!(hound(&path).samples.len(), 800);
}

#[test]
fn a_gap_in_it_counts_like_any_other() {
    for fill in [true, false] {
        let mut rig = listening(1, 48_000.0, 1.0);
        rig.node.set("Fillgaps", fill);
        hear(&mut rig, 60);
        // A hitch of half a second, of which 200 ms are left.
        let (lost, kept) = (30 * 800 - 9600, 9600);
        rig.next += lost;
        if fill {
            rig.given[0].extend(std::iter::repeat_n(0.0, lost as usize));
        }
        rig.fill(kept, true);
        let time = rig.time(30.0);
        rig.node.cook(&time);
        hear(&mut rig, 6);
        rig.record(true);
        rig.cooks(2);
        let path = rig.finish();
        assert_same(&hound(&path).samples, &pcm16(&last(&rig.given, 48_000 + 1600)), &format!("fill gaps {fill}"));
        assert_eq!(rig.number("gap_samples"), lost);
    }
}

#[test]
fn an_input_that_was_away_for_a_moment_is_a_gap_in_it() {
    let mut rig = listening(1, 48_000.0, 1.0);
    hear(&mut rig, 40);
    let input = rig.node.input_mut().expect("it is wired").clone();
    rig.node.set_input(None);
    for _ in 0..10 {
        let time = rig.time(1.0);
        rig.node.cook(&time);
    }
    rig.node.set_input(Some(input));
    rig.next += 8000;
    rig.given[0].extend(std::iter::repeat_n(0.0, 8000));
    hear(&mut rig, 10);
    rig.record(true);
    rig.cooks(1);
    let path = rig.finish();
    assert_same(&hound(&path).samples, &pcm16(&rig.given), "all of it");
    assert_eq!(rig.number("gap_samples"), 8000);
}

#[test]
fn a_clip_is_recorded_whole_and_once_as_without_pre_roll() {
    let mut rig = listening(1, 48_000.0, 5.0);
    rig.fill(24_000, false);
    for _ in 0..90 {
        let time = rig.time(1.0);
        rig.node.cook(&time);
    }
    rig.record(true);
    for _ in 0..3 {
        let time = rig.time(1.0);
        rig.node.cook(&time);
    }
    let clip = rig.node.input_mut().expect("it is wired").channels.clone();
    rig.record(false);
    let time = rig.time(1.0);
    rig.node.cook(&time);
    rig.wait("the take is finished", |node| node.info("takes_finished") == 1.0);
    assert_same(&hound(&rig.path("take.0.wav")).samples, &pcm16(&clip), "the clip");
}

#[test]
fn pause_says_nothing_about_what_comes_before_a_take() {
    let mut rig = listening(1, 48_000.0, 0.5);
    rig.pause(true);
    hear(&mut rig, 40);
    rig.record(true);
    rig.cooks(5);
    rig.pause(false);
    rig.cooks(2);
    let path = rig.finish();
    assert_same(&hound(&path).samples, &pcm16(&last(&rig.given, 24_000 + 1600)), "before and after the pause");
}

#[test]
fn a_take_that_fails_at_once_harms_none_that_follows() {
    let mut rig = listening(1, 48_000.0, 0.5);
    hear(&mut rig, 40);
    rig.node.set("File", "");
    rig.record(true);
    assert!(rig.cook_unrecorded(800).error.contains("File is empty"));
    rig.record(false);
    rig.set_file("take{suffix}");
    rig.given = vec![Vec::new()];
    hear(&mut rig, 10);
    rig.record(true);
    rig.cooks(1);
    let path = rig.finish();
    // What came meanwhile is in no take, so that none has a seam in it.
    assert_same(&hound(&path).samples, &pcm16(&rig.given), "since Record went off");
}

#[test]
fn a_pre_roll_that_memory_is_not_for_is_cut_and_a_warning_says_to_what() {
    let mut rig = listening(256, 48_000.0, 120.0);
    let cooked = rig.cooks(2);
    let wanted = "Pre-Roll of 120 s is more than the 512 MiB of memory for it hold, so only the last 10.9 s are kept";
    assert!(cooked.warning.contains(wanted), "{}", cooked.warning);
    rig.node.set("Preroll", 2.0);
    rig.cooks(20);
    assert_eq!(rig.node.warning(), "");
}

#[test]
fn a_node_that_listens_and_is_deleted_leaves_nothing_behind() {
    let mut rig = listening(2, 48_000.0, 10.0);
    rig.cooks(120);
    let began = std::time::Instant::now();
    let (folder, _) = rig.delete();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(folder.path().read_dir().expect("the folder").count(), 0);
}

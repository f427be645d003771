//! Takes that follow each other and files that do, without a frame between them lost or doubled.

mod common;

use std::path::{Path, PathBuf};

use common::formats::{FileType, file_types, width};
use common::readers::hound;
use common::{Rig, assert_same, expected, interleaved};
use tdhost::audio::{Decoder, Samples};

fn rig(channels: usize) -> Rig {
    let mut rig = Rig::new(channels, 48_000.0);
    rig.node.set("Codec", "pcm16");
    rig
}

fn pcm16(channels: &[Vec<f32>]) -> Vec<i32> {
    interleaved(channels, |sample| expected(sample, 16))
}

/// Cooks of a 60th of a second each, no faster than the encoding thread.
fn cooks(rig: &mut Rig, count: usize) {
    for _ in 0..count.div_ceil(30) {
        rig.cooks(count.min(30));
        rig.wait("the encoding thread keeps up", |node| node.info("buffer_seconds") < 0.5);
    }
}

/// All files of the take `take`, in order.
fn parts(rig: &Rig, extension: &str) -> Vec<PathBuf> {
    let name = |part: usize| match part {
        1 => rig.path(&format!("take.{extension}")),
        _ => rig.path(&format!("take-{part}.{extension}")),
    };
    (1..).map(name).take_while(|path| path.exists()).collect()
}

/// What they hold, laid end to end.
fn end_to_end(paths: &[PathBuf]) -> Vec<i32> {
    paths.iter().flat_map(|path| hound(path).samples).collect()
}

fn frames(path: &Path) -> u64 {
    let mut decoder = Decoder::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut frames = 0;
    while let Some(block) = decoder.next_block().unwrap_or_else(|error| panic!("{}: {error}", path.display())) {
        frames += block.frames() as u64;
    }
    frames
}

#[test]
fn split_now_goes_on_in_another_file_at_the_next_cook() {
    let mut rig = rig(2);
    rig.record(true);
    cooks(&mut rig, 10);
    rig.node.pulse("Splitnow");
    // Twice in a moment is once.
    rig.node.pulse("Splitnow");
    cooks(&mut rig, 5);
    rig.wait("the first file is complete", |node| {
        node.info_dat().iter().any(|(key, value)| key == "last_file" && value.ends_with("take.wav"))
    });
    rig.wait("the second file is open", |node| node.info("part") == 2.0);
    assert_eq!(rig.node.info("takes_finished"), 0.0);
    rig.node.pulse("Splitnow");
    cooks(&mut rig, 1);
    let last = rig.finish();
    let paths = parts(&rig, "wav");
    assert_eq!(paths.last(), Some(&last));
    let lengths: Vec<usize> = paths.iter().map(|path| hound(path).samples.len() / 2 / 800).collect();
    assert_eq!(lengths, [10, 5, 1]);
    assert_same(&end_to_end(&paths), &pcm16(&rig.given), "end to end");
    assert_eq!(rig.number("total_samples_written"), 16 * 800);
    assert_eq!(rig.node.warning(), "");
}

#[test]
fn split_now_at_every_cook_loses_nothing() {
    let mut rig = rig(1);
    rig.record(true);
    for _ in 0..40 {
        rig.node.pulse("Splitnow");
        cooks(&mut rig, 1);
    }
    rig.finish();
    let paths = parts(&rig, "wav");
    assert_eq!(paths.len(), 40);
    assert_same(&end_to_end(&paths), &pcm16(&rig.given), "end to end");
}

#[test]
fn new_take_begins_where_the_one_before_ends() {
    let mut rig = rig(2);
    rig.set_file("take{suffix}");
    rig.record(true);
    for cook in [7, 1, 12] {
        cooks(&mut rig, cook);
        rig.node.pulse("Newtake");
    }
    cooks(&mut rig, 3);
    rig.finish();
    rig.wait("all are finished", |node| node.info("takes_finished") == 4.0);
    let paths: Vec<PathBuf> = (0..4).map(|take| rig.path(&format!("take.{take}.wav"))).collect();
    let lengths: Vec<usize> = paths.iter().map(|path| hound(path).samples.len() / 2 / 800).collect();
    assert_eq!(lengths, [7, 1, 12, 3]);
    assert_same(&end_to_end(&paths), &pcm16(&rig.given), "end to end");
}

#[test]
fn a_gap_at_a_new_take_is_the_new_ones() {
    let mut rig = rig(1);
    rig.set_file("take{suffix}");
    rig.record(true);
    cooks(&mut rig, 60);
    rig.node.pulse("Newtake");
    let (lost, kept) = (30 * 800 - 9600, 9600);
    rig.next += lost;
    rig.given[0].extend(std::iter::repeat_n(0.0, lost as usize));
    rig.fill(kept, true);
    let time = rig.time(30.0);
    rig.node.cook(&time);
    cooks(&mut rig, 2);
    rig.finish();
    assert_eq!(rig.number("gap_samples"), lost);
    let paths: Vec<PathBuf> = (0..2).map(|take| rig.path(&format!("take.{take}.wav"))).collect();
    assert_eq!(hound(&paths[0]).samples.len(), 60 * 800);
    assert_same(&end_to_end(&paths), &pcm16(&rig.given), "end to end");
}

#[test]
fn a_button_that_finds_nothing_to_do_says_so() {
    let mut rig = rig(1);
    cooks(&mut rig, 1);
    for (name, label) in [("Splitnow", "Split Now"), ("Newtake", "New Take")] {
        rig.node.pulse(name);
        let warning = rig.cooks(1).warning;
        assert!(warning.starts_with(label) && warning.contains("was pressed while nothing is recorded"), "{warning}");
        rig.record(true);
        assert_eq!(rig.cooks(1).warning, "");
        rig.finish();
    }
}

#[test]
fn a_take_ends_by_itself_after_length_to_the_frame() {
    // 1001 frames of the timeline at 60 a second, in seconds, minutes and frames.
    for (length, unit) in [(0.25, "seconds"), (0.005, "minutes"), (17.5, "frames")] {
        let frames = match unit {
            "seconds" => 12_000,
            "minutes" => 14_400,
            _ => 14_000,
        };
        let mut rig = rig(2);
        rig.set_file("take{suffix}");
        rig.node.set("Limitlength", true);
        rig.node.set("Length", length);
        rig.node.set("Lengthunit", unit);
        rig.record(true);
        cooks(&mut rig, 40);
        rig.wait("it has ended", |node| node.info("takes_finished") == 1.0);
        cooks(&mut rig, 5);
        assert_eq!(
            (rig.dat("state"), rig.node.info("recording"), rig.node.error()),
            ("idle".into(), 0.0, String::new())
        );
        let expected: Vec<Vec<f32>> = rig.given.iter().map(|channel| channel[..frames].to_vec()).collect();
        assert_same(&hound(&rig.path("take.0.wav")).samples, &pcm16(&expected), unit);
        assert_eq!((rig.number("total_samples_written"), rig.number("lost_samples")), (frames as u64, 0));
        // Nothing follows until New Take is pressed, or Record goes off and on.
        rig.given = vec![Vec::new(); 2];
        rig.node.pulse("Newtake");
        cooks(&mut rig, 3);
        let path = rig.finish();
        assert_same(&hound(&path).samples, &pcm16(&rig.given), "the take after New Take");
        assert_eq!(rig.files().len(), 2);
    }
}

#[test]
fn the_length_of_a_take_is_that_of_its_file_with_the_pre_roll() {
    let mut rig = rig(1);
    rig.node.set("Preroll", 0.2);
    rig.node.set("Limitlength", true);
    rig.node.set("Length", 0.3);
    for _ in 0..30 {
        rig.fill(800, true);
        let time = rig.time(1.0);
        rig.node.cook(&time);
    }
    rig.wait("it is heard", |node| node.info("buffer_seconds") == 0.0);
    rig.record(true);
    cooks(&mut rig, 30);
    rig.wait("it has ended", |node| node.info("takes_finished") == 1.0);
    let begin = 30 * 800 - 9600;
    assert_same(&hound(&rig.path("take.wav")).samples, &pcm16(&[rig.given[0][begin..begin + 14_400].to_vec()]), "all");
}

#[test]
fn a_length_of_0_is_no_limit() {
    let mut rig = rig(1);
    rig.node.set("Limitlength", true);
    rig.node.set("Length", 0.0);
    rig.record(true);
    cooks(&mut rig, 10);
    rig.finish();
    assert_eq!(rig.number("total_samples_written"), 8000);
}

/// Whatever the blocks: each part has its length, and laid end to end they are the input.
fn splits_by_time(file_type: &FileType, blocks: &[usize]) {
    let mut rig = rig(2);
    rig.node.set("Filetype", file_type.name);
    rig.set_file("take");
    rig.node.set("Split", "time");
    // 0.6 s.
    rig.node.set("Splitevery", 0.01);
    rig.record(true);
    for block in blocks {
        rig.block(*block);
        rig.wait("the encoding thread keeps up", |node| node.info("buffer_seconds") < 0.5);
    }
    rig.finish();
    let paths = parts(&rig, file_type.extensions[0]);
    let all = rig.given[0].len() as u64;
    let lengths: Vec<u64> = paths.iter().map(|path| frames(path)).collect();
    let wanted: Vec<u64> = (0..all.div_ceil(28_800)).map(|part| (all - part * 28_800).min(28_800)).collect();
    assert_eq!(lengths, wanted, "{}", file_type.name);
    if file_type.name == "wav" {
        assert_same(&end_to_end(&paths), &pcm16(&rig.given), "end to end");
    }
    assert_eq!(rig.number("total_samples_written"), all);
}

#[test]
fn parts_of_a_time_have_that_length_to_the_frame_in_every_file_type() {
    for file_type in file_types() {
        splits_by_time(file_type, &[800; 170]);
        // A clip has several of them in one cook.
        splits_by_time(file_type, &[100_000, 1, 57_600, 28_800, 12_345]);
    }
}

#[test]
fn parts_of_a_size_are_no_larger_and_not_much_smaller() {
    for file_type in file_types() {
        let mut rig = rig(8.min(if (file_type.holds)(8, 48_000.0) { 8 } else { 2 }));
        rig.node.set("Filetype", file_type.name);
        rig.node.set("Quality", 1.0);
        rig.node.set("Bitrate", "b320");
        rig.set_file("take");
        rig.node.set("Split", "size");
        rig.node.set("Splitevery", 1.0);
        rig.record(true);
        let cooked = if file_type.is_lossy() { 3600 } else { 300 };
        cooks(&mut rig, if file_type.name == "ogg" { 1200 } else { cooked });
        rig.finish();
        let paths = parts(&rig, file_type.extensions[0]);
        assert!(paths.len() > 1, "{}", file_type.name);
        for path in &paths {
            let bytes = path.metadata().expect("it is there").len();
            assert!(bytes <= 1_000_000, "{}: {bytes}", path.display());
            assert!(bytes > 500_000 || Some(path) == paths.last(), "{}: {bytes}", path.display());
        }
        assert_eq!(paths.iter().map(|path| frames(path)).sum::<u64>(), rig.given[0].len() as u64);
        if file_type.name == "wav" {
            assert_same(&end_to_end(&paths), &pcm16(&rig.given), "end to end");
        }
    }
}

#[test]
fn parts_of_the_clock_begin_at_its_multiples() {
    let mut rig = rig(1);
    rig.node.set("Split", "clock");
    // 0.6 s of the day.
    rig.node.set("Splitevery", 0.01);
    rig.record(true);
    let began = std::time::Instant::now();
    let mut played = 0;
    while began.elapsed().as_secs_f64() < 2.0 {
        rig.cooks(1);
        played += 1;
        let due = std::time::Duration::from_secs_f64(f64::from(played) / 60.0);
        std::thread::sleep(due.saturating_sub(began.elapsed()));
    }
    rig.finish();
    let paths = parts(&rig, "wav");
    assert_same(&end_to_end(&paths), &pcm16(&rig.given), "end to end");
    let lengths: Vec<usize> = paths.iter().map(|path| hound(path).samples.len()).collect();
    println!("frames of the parts: {lengths:?}");
    assert!((3..=5).contains(&paths.len()), "{lengths:?}");
    for length in &lengths[1..lengths.len() - 1] {
        // A loaded machine is late, and then on time again.
        assert!((20_000..40_000).contains(length), "{lengths:?}");
    }
}

#[test]
fn what_a_switch_makes_useless_is_greyed_out() {
    let mut rig = rig(1);
    let enabled = |rig: &mut Rig, name: &str| {
        cooks(rig, 20);
        rig.node.enabled(name)
    };
    assert!(!enabled(&mut rig, "Length") && !enabled(&mut rig, "Lengthunit") && !enabled(&mut rig, "Splitevery"));
    rig.node.set("Limitlength", true);
    rig.node.set("Split", "size");
    assert!(enabled(&mut rig, "Length") && enabled(&mut rig, "Lengthunit") && enabled(&mut rig, "Splitevery"));
    rig.record(true);
    assert!(!enabled(&mut rig, "Split") && !enabled(&mut rig, "Splitevery") && enabled(&mut rig, "Splitnow"));
}

#[test]
fn tdhost_presses_buttons_and_knows_what_a_take_then_holds() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, arguments, files) in [
        ("split", ["--pulse", "Splitnow@0.7", "--pulse", "Splitnow@1.2"].as_slice(), 3),
        ("limit", &["--set", "Limitlength=on", "--set", "Length=1.23"], 1),
        ("every", &["--set", "Split=time", "--set", "Splitevery=0.01", "--set", "Preroll=1", "--before", "2"], 5),
    ] {
        let out = folder.path().join(name);
        std::fs::create_dir(&out).expect("a folder");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tdhost"))
            .args(["record", "--seconds", "2", "--out"])
            .arg(out.join("take.wav"))
            .args(arguments)
            .output()
            .expect("tdhost runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {text}{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(out.read_dir().expect("the folder").count(), files, "{name}: {text}");
    }
}

/// What a lossless file holds, interleaved: bits of floats.
fn decoded(path: &Path) -> Vec<i32> {
    let samples = Decoder::open(path).and_then(|mut decoder| decoder.read_to_end());
    let channels = match samples.unwrap_or_else(|error| panic!("{}: {error}", path.display())) {
        Samples::Int { channels, .. } => channels,
        Samples::Float(channels) => {
            channels.iter().map(|channel| channel.iter().map(|sample| sample.to_bits() as i32).collect()).collect()
        }
    };
    (0..channels[0].len()).flat_map(|frame| channels.iter().map(move |channel| channel[frame])).collect()
}

/// Two minutes of audio, or as many as `AFOP_SPLIT_MINUTES` says, played fast through a split of this kind.
fn splits_of_a_kind(file_type: &FileType, codec: &str, kind: &str, minutes: u64) {
    const RATE: u64 = 8000;
    let mut rig = Rig::new(1, RATE as f64);
    rig.node.set("Filetype", file_type.name);
    rig.node.set("Codec", codec);
    rig.node.set("Split", if kind == "now" { "off" } else { kind });
    let every = match kind {
        "time" => minutes as f64 / 7.0,
        "size" => 1.0,
        _ => 0.01,
    };
    rig.node.set("Splitevery", every);
    rig.set_file("take");
    rig.record(true);
    let mut pressed = vec![0];
    for second in 0..minutes * 60 {
        if kind == "now" && second % (minutes * 9) == minutes * 5 {
            rig.node.pulse("Splitnow");
            pressed.push(second * RATE);
        }
        rig.block(RATE as usize);
        rig.wait("the encoding thread keeps up", |node| node.info("buffer_seconds") < 20.0);
    }
    rig.finish();
    let what = format!("{} {codec}, {kind}", file_type.name);
    assert_eq!((rig.node.error(), rig.number("lost_samples")), (String::new(), 0), "{what}");
    let paths = parts(&rig, file_type.extensions[0]);
    let lengths: Vec<u64> = paths.iter().map(|path| frames(path)).collect();
    let all = rig.given[0].len() as u64;
    pressed.push(all);
    let part = (every * 60.0 * RATE as f64).round() as u64;
    match kind {
        "time" => {
            let wanted: Vec<u64> = (0..all.div_ceil(part)).map(|at| (all - at * part).min(part)).collect();
            assert_eq!(lengths, wanted, "{what}");
        }
        "now" => {
            let wanted: Vec<u64> = pressed.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert_eq!(lengths, wanted, "{what}");
        }
        _ => assert_eq!(lengths.iter().sum::<u64>(), all, "{what}"),
    }
    if !file_type.is_lossy() {
        let (bits, float) = width(codec);
        let stored = |value: f32| if float { value.to_bits() as i32 } else { expected(value, bits) };
        let read: Vec<i32> = paths.iter().flat_map(|path| decoded(path)).collect();
        assert_same(&read, &interleaved(&rig.given, stored), &what);
    }
    println!("{what}: {} parts", paths.len());
}

#[test]
fn every_kind_of_split_keeps_every_frame_of_every_type() {
    let minutes = std::env::var("AFOP_SPLIT_MINUTES").map_or(2, |minutes| minutes.parse().expect("a number"));
    for file_type in file_types() {
        let codecs = if file_type.is_lossy() { &["pcm24"] } else { file_type.codecs };
        for codec in codecs {
            for kind in ["time", "clock", "size", "now"] {
                splits_of_a_kind(file_type, codec, kind, minutes);
            }
        }
    }
}

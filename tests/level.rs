//! Start = level: a take begins at the first loud frame, minus the pre-roll, and ends Hold seconds after the last one.

mod common;

use std::ops::Range;

use common::readers::hound;
use common::{Rig, assert_same, expected, interleaved};
use tdhost::random::Random;

const RATE: f64 = 48_000.0;
/// Just above and just below the Threshold of -40 dB.
const LOUD: f32 = 0.010_01;
const QUIET: f32 = 0.009_99;

fn armed(channels: usize, preroll: f64, hold: f64) -> Rig {
    let mut rig = Rig::new(channels, RATE);
    for (par, value) in [("Codec", "pcm24"), ("Start", "level")] {
        rig.node.set(par, value);
    }
    rig.node.set("Preroll", preroll);
    rig.node.set("Hold", hold);
    rig.set_file("take{suffix}");
    rig.record(true);
    rig
}

/// Noise that is loud in one channel in so many stretches, each of a frame to a second and a half.
fn signal(random: &mut Random, channels: usize, frames: usize, stretches: usize) -> Vec<Vec<f32>> {
    let mut signal: Vec<Vec<f32>> =
        (0..channels).map(|_| (0..frames).map(|_| (random.unit() as f32 * 2.0 - 1.0) * QUIET).collect()).collect();
    for _ in 0..stretches {
        let channel = random.index(channels);
        let begin = random.index(frames);
        let length = if random.one_in(2) { 1 } else { random.between(1, 72_000) as usize };
        for sample in &mut signal[channel][begin..frames.min(begin + length)] {
            *sample = if random.one_in(2) { LOUD } else { -0.5 };
        }
    }
    signal
}

/// Where the takes of a signal lie.
fn takes(signal: &[Vec<f32>], preroll: usize, hold: usize) -> Vec<Range<usize>> {
    let frames = signal[0].len();
    let (mut takes, mut free): (Vec<Range<usize>>, usize) = (Vec::new(), 0);
    for frame in (0..frames).filter(|frame| signal.iter().any(|channel| channel[*frame].abs() > 0.01)) {
        let end = frames.min(frame + 1 + hold);
        match takes.last_mut().filter(|take| frame < take.end) {
            Some(take) => take.end = end,
            None => takes.push(free.max(frame.saturating_sub(preroll))..end),
        }
        free = end;
    }
    takes
}

/// Plays the signal in blocks of random lengths.
fn play(rig: &mut Rig, random: &mut Random, signal: &[Vec<f32>], longest: usize) {
    let (mut from, frames) = (0, signal[0].len());
    while from < frames {
        let to = frames.min(from + 1 + random.index(longest));
        let block: Vec<&[f32]> = signal.iter().map(|channel| &channel[from..to]).collect();
        let cooked = rig.play(&block);
        assert_eq!((cooked.error.as_str(), cooked.warning.as_str()), ("", ""));
        from = to;
    }
}

fn pcm24(signal: &[Vec<f32>], range: &Range<usize>) -> Vec<i32> {
    let part: Vec<Vec<f32>> = signal.iter().map(|channel| channel[range.clone()].to_vec()).collect();
    interleaved(&part, |sample| expected(sample, 24))
}

/// Switches Record off, and compares what was recorded.
fn assert_takes(rig: &mut Rig, signal: &[Vec<f32>], takes: &[Range<usize>], what: &str) {
    rig.record(false);
    rig.cook_unrecorded(1);
    rig.wait("all takes are finished", |node| node.info("takes_finished") == takes.len() as f32);
    assert_eq!(rig.files().len(), takes.len(), "{what}: {:?}", rig.files());
    for (number, take) in takes.iter().enumerate() {
        let read = hound(&rig.path(&format!("take.{number}.wav"))).samples;
        assert_same(&read, &pcm24(signal, take), &format!("{what}: take {number} at {take:?}"));
    }
}

#[test]
fn takes_begin_and_end_at_the_very_frame() {
    let seed = std::env::var("AFOP_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(Random::any_seed);
    println!("AFOP_FUZZ_SEED={seed}");
    let mut random = Random::new(seed);
    for (channels, preroll, hold, longest) in
        [(1, 0.0, 0.1, 800), (2, 0.5, 0.5, 1600), (8, 0.02, 0.1, 12_000), (2, 0.0, 3.0, 800), (1, 2.0, 0.1, 48_000)]
    {
        let frames = 15 * RATE as usize;
        let signal = signal(&mut random, channels, frames, 12);
        let mut rig = armed(channels, preroll, hold);
        play(&mut rig, &mut random, &signal, longest);
        let takes = takes(&signal, (preroll * RATE) as usize, (hold * RATE) as usize);
        let what = format!("seed {seed}, {channels} channels, pre-roll {preroll}, hold {hold}, blocks to {longest}");
        assert_takes(&mut rig, &signal, &takes, &what);
        assert_eq!((rig.number("gap_samples"), rig.number("lost_samples")), (0, 0), "{what}");
    }
}

#[test]
fn steady_cooks_find_the_frame_too() {
    let mut signal = vec![vec![QUIET; 240_000]; 2];
    // In the middle of a cook, in the last frame of one and in the first.
    for frame in [100_123, 101_599, 160_000] {
        signal[1][frame] = -LOUD;
    }
    let mut rig = armed(2, 0.25, 0.5);
    for from in (0..240_000).step_by(800) {
        rig.play(&[&signal[0][from..from + 800], &signal[1][from..from + 800]]);
    }
    let takes = [88_123..125_600, 148_000..184_001];
    assert_takes(&mut rig, &signal, &takes, "steady");
}

#[test]
fn state_and_channel_say_that_the_node_waits() {
    let mut rig = armed(1, 0.0, 0.1);
    let (quiet, loud) = (vec![0.0; 800], vec![0.5; 800]);
    let states = |rig: &mut Rig| (rig.dat("state"), rig.node.info("armed"), rig.node.info("recording"));
    rig.play(&[&quiet]);
    assert_eq!(states(&mut rig), ("armed".into(), 1.0, 0.0));
    assert!(rig.node.popup().contains("armed"), "{}", rig.node.popup());
    rig.play(&[&loud]);
    rig.wait("the file is open", |node| node.info_dat().iter().any(|(_, value)| value == "recording"));
    assert_eq!(states(&mut rig), ("recording".into(), 0.0, 1.0));
    for _ in 0..7 {
        rig.play(&[&quiet]);
    }
    assert_eq!(states(&mut rig), ("armed".into(), 1.0, 0.0));
    rig.pause(true);
    rig.play(&[&loud]);
    assert_eq!((rig.node.info("armed"), rig.node.info("recording")), (0.0, 0.0));
    rig.pause(false);
    rig.play(&[&quiet]);
    assert_eq!(rig.node.info("armed"), 1.0);
    rig.record(false);
    rig.play(&[&loud]);
    assert_eq!(rig.node.info("armed"), 0.0);
    rig.wait("the take is finished", |node| node.info("takes_finished") == 1.0);
    assert_eq!(hound(&rig.path("take.0.wav")).samples.len(), 800 + 4800);
}

#[test]
fn a_fixed_name_never_costs_the_take_before() {
    for (file, unique, names) in [
        ("take.wav", true, ["take.0.wav", "take.1.wav", "take.wav"]),
        ("take{suffix}", false, ["take.0.wav", "take.1.wav", "take.2.wav"]),
    ] {
        let mut rig = armed(1, 0.0, 0.1);
        rig.node.set("Uniquesuff", unique);
        rig.set_file(file);
        for level in [0.1, 0.0, 0.2, 0.0, 0.3, 0.0] {
            for _ in 0..10 {
                rig.play(&[&[level; 800]]);
            }
        }
        rig.record(false);
        rig.cook_unrecorded(1);
        rig.wait("all takes are finished", |node| node.info("takes_finished") == 3.0);
        assert_eq!(rig.files(), names);
    }
}

#[test]
fn new_take_begins_one_however_quiet_it_is() {
    let signal = vec![vec![QUIET; 48_000]];
    let mut rig = armed(1, 0.1, 0.25);
    for (cook, from) in (0..48_000).step_by(800).enumerate() {
        if cook == 20 || cook == 25 {
            rig.node.pulse("Newtake");
        }
        rig.play(&[&signal[0][from..from + 800]]);
    }
    assert_takes(&mut rig, &signal, &[11_200..20_000, 20_000..32_000], "New Take");
}

#[test]
fn with_limit_length_takes_follow_each_other_while_the_sound_goes_on() {
    let mut signal = vec![vec![QUIET; 96_000]];
    signal[0][10_000..60_000].fill(LOUD);
    let mut rig = armed(1, 0.0, 0.2);
    rig.node.set("Limitlength", 1.0);
    rig.node.set("Length", 0.25);
    for from in (0..96_000).step_by(800) {
        rig.play(&[&signal[0][from..from + 800]]);
        std::thread::sleep(std::time::Duration::from_millis(4));
    }
    let takes: Vec<_> = (0..5).map(|take| 10_000 + take * 12_000..(22_000 + take * 12_000).min(69_600)).collect();
    assert_takes(&mut rig, &signal, &takes, "Limit Length");
}

#[test]
fn an_input_that_is_missing_is_a_sentence_and_no_error() {
    let mut rig = armed(1, 0.0, 0.1);
    rig.play(&[&[0.0; 800]]);
    let input = rig.node.input_mut().expect("it is wired").clone();
    rig.node.set_input(None);
    let time = rig.time(1.0);
    let cooked = rig.node.cook(&time);
    assert_eq!(cooked.error, "");
    assert!(cooked.warning.contains("nothing is wired to the input"), "{}", cooked.warning);
    assert_eq!(rig.dat("state"), "armed");
    rig.node.set_input(Some(input));
    assert_eq!(rig.play(&[&[0.5; 800]]).warning, "");
    rig.finish();
    assert_eq!(hound(&rig.path("take.0.wav")).samples.len(), 800);
}

#[test]
fn what_is_wrong_is_said_before_the_sound_comes_and_heals() {
    let mut rig = armed(1, 0.0, 0.1);
    rig.node.set("File", "");
    assert!(rig.play(&[&[0.0; 800]]).error.contains("File is empty"));
    assert!(rig.play(&[&[0.5; 800]]).error.contains("File is empty"));
    rig.set_file("take{suffix}");
    rig.play(&[&[0.5; 800]]);
    assert_eq!(rig.node.error(), "");
    rig.finish();
    assert_eq!(hound(&rig.path("take.0.wav")).samples.len(), 800);
}

#[test]
fn a_gap_counts_as_quiet() {
    let mut rig = armed(1, 0.0, 0.5);
    let play = |rig: &mut Rig, level: f32, cooks: usize| {
        for _ in 0..cooks {
            rig.play(&[&[level; 800]]);
        }
    };
    play(&mut rig, 0.0, 40);
    play(&mut rig, 0.5, 1);
    play(&mut rig, 0.0, 10);
    let input = rig.node.input_mut().expect("it is wired").clone();
    rig.node.set_input(None);
    for _ in 0..120 {
        let time = rig.time(1.0);
        rig.node.cook(&time);
    }
    rig.node.set_input(Some(input));
    rig.next += 120 * 800;
    play(&mut rig, 0.5, 5);
    rig.finish();
    let lengths = ["take.0.wav", "take.1.wav"].map(|name| hound(&rig.path(name)).samples.len());
    assert_eq!(lengths, [800 + 24_000, 4000]);
}

/// Words that people have spoken, at 48 kHz.
fn words() -> Vec<Vec<f32>> {
    let Ok(entries) = std::path::Path::new("/usr/share/sounds/alsa").read_dir() else {
        println!("skipped: no recordings");
        assert!(std::env::var_os("AFOP_REQUIRE_TOOLS").is_none(), "alsa-utils is missing");
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.file_stem().is_some_and(|name| name != "Noise"));
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let read = hound(path);
        assert_eq!((read.channels, read.rate), (1, 48_000), "{}", path.display());
        read.samples.iter().map(|sample| *sample as f32 / 32_768.0).collect()
    };
    paths.iter().map(read).collect()
}

#[test]
fn whole_sentences_are_in_a_take_each() {
    const PREROLL: usize = 24_000;
    const HOLD: usize = 48_000;
    let words = words();
    if words.len() < 2 {
        return;
    }
    // Words of two together, with half of Hold between them, and long pauses between the pairs.
    let (mut signal, mut sentences): (Vec<f32>, Vec<Range<usize>>) = (vec![0.0; 96_000], Vec::new());
    for pair in words.chunks_exact(2) {
        let begin = signal.len();
        signal.extend(&pair[0]);
        signal.extend([0.0; HOLD / 2]);
        signal.extend(&pair[1]);
        sentences.push(begin..signal.len());
        signal.extend([0.0; 4 * HOLD]);
    }
    let signal = vec![signal];
    let takes = takes(&signal, PREROLL, HOLD);
    assert_eq!(takes.len(), sentences.len(), "{takes:?} and {sentences:?}");
    for (take, sentence) in takes.iter().zip(&sentences) {
        // The onset of a word is softer than Threshold.
        assert!(take.start < sentence.start && sentence.end < take.end, "{take:?} and {sentence:?}");
    }
    let mut rig = armed(1, 0.5, 1.0);
    play(&mut rig, &mut Random::new(1), &signal, 800);
    assert_takes(&mut rig, &signal, &takes, "speech");
}

#[test]
fn threshold_and_hold_are_greyed_out_unless_they_are_used_and_follow_a_running_take() {
    let mut rig = armed(1, 0.0, 0.1);
    rig.record(false);
    for (start, used) in [("record", false), ("level", true)] {
        rig.node.set("Start", start);
        rig.cooks(20);
        assert_eq!(["Threshold", "Hold"].map(|name| rig.node.enabled(name)), [used; 2], "{start}");
    }
    rig.record(true);
    rig.play(&[&[0.5; 800]]);
    assert!(!rig.node.enabled("Start") && rig.node.enabled("Threshold") && rig.node.enabled("Hold"));
    // What is as loud as before no longer is.
    rig.node.set("Threshold", 0.0);
    for _ in 0..6 {
        rig.play(&[&[0.5; 800]]);
    }
    rig.wait("the take has ended", |node| node.info("takes_finished") == 1.0);
    assert_eq!(hound(&rig.path("take.0.wav")).samples.len(), 800 + 4800);
}

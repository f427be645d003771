//! What a recorder believes about time: silence only for what was lost, and all of that; a take waits for its input.

mod common;

use common::readers::hound;
use common::{Rig, assert_same, bits, interleaved};
use tdhost::{Cooked, Input};

const RATE: f64 = 48000.0;
const FRAME: usize = 800;

/// A rig that records float32.
fn recording(fill: bool) -> Rig {
    let mut rig = Rig::new(2, RATE);
    rig.node.set("Codec", "float32");
    rig.node.set("Fillgaps", f64::from(u8::from(fill)));
    rig.record(true);
    rig
}

/// A cook after `frames` of the timeline that brings so many samples, with an index of the source's own.
fn deliver(rig: &mut Rig, frames: f64, samples: usize, index: impl Fn(u64) -> f64) -> Cooked {
    let start = rig.next;
    rig.fill(samples, true);
    rig.node.input_mut().expect("an input").start_index = index(start);
    let time = rig.time(frames);
    rig.node.cook(&time)
}

fn follows(position: u64) -> f64 {
    position as f64
}

fn zero(_: u64) -> f64 {
    0.0
}

/// Cooks of one frame each with whatever is wired, and nothing new in it.
fn rest(rig: &mut Rig, count: usize) -> Cooked {
    let mut cooked = None;
    for _ in 0..count {
        let time = rig.time(1.0);
        cooked = Some(rig.node.cook(&time));
    }
    cooked.expect("at least one cook")
}

/// What is to be silence for so many frames.
fn silence(rig: &mut Rig, frames: usize) {
    rig.given.iter_mut().for_each(|channel| channel.resize(channel.len() + frames, 0.0));
}

/// Finishes the take and asserts what its file holds, and how many frames it counts as gaps.
fn assert_holds(mut rig: Rig, gap: u64) {
    let path = rig.finish();
    assert_same(&hound(&path).samples, &interleaved(&rig.given, bits), "hound");
    assert_eq!(rig.number("gap_samples"), gap);
    assert_eq!(rig.number("total_samples_written"), rig.given[0].len() as u64);
    assert_eq!(rig.number("lost_samples"), 0);
    assert_eq!(rig.node.error(), "");
}

#[test]
fn a_source_in_blocks_of_1024_gets_no_silence() {
    for index in [follows, zero] {
        let mut rig = recording(true);
        let (mut produced, mut given) = (0, 0);
        while given < 307_200 {
            produced += FRAME;
            let samples = (produced - given) / 1024 * 1024;
            given += samples;
            assert!(!deliver(&mut rig, 1.0, samples, index).warning.contains("not time sliced"));
        }
        assert_eq!(rig.given[0].len(), 307_200);
        assert_holds(rig, 0);
    }
}

#[test]
fn a_source_that_brings_two_frames_every_second_cook_gets_no_silence() {
    for index in [follows, zero] {
        let mut rig = recording(true);
        for _ in 0..100 {
            deliver(&mut rig, 1.0, 0, index);
            deliver(&mut rig, 1.0, 2 * FRAME, index);
        }
        assert_holds(rig, 0);
    }
}

#[test]
fn a_slice_that_is_a_frame_late_is_no_gap() {
    for index in [follows, zero] {
        let mut rig = recording(true);
        for frames in [2, 7, 13, 60] {
            rig.cooks(20);
            deliver(&mut rig, f64::from(frames), (frames as usize - 1) * FRAME, index);
            deliver(&mut rig, 1.0, 2 * FRAME, index);
        }
        rig.cooks(3);
        assert_holds(rig, 0);
    }
}

#[test]
fn a_device_that_drops_out_is_silent_for_as_long_as_its_index_says() {
    let mut rig = recording(true);
    rig.cooks(20);
    for _ in 0..300 {
        deliver(&mut rig, 1.0, 0, follows);
    }
    rig.next += 300 * FRAME as u64;
    silence(&mut rig, 300 * FRAME);
    rig.cooks(20);
    assert_holds(rig, 300 * FRAME as u64);
}

/// Takes the input away in some way, and says what the warning is to say.
type Away = (fn(&mut Rig), &'static str);

fn unwire(rig: &mut Rig) {
    rig.node.set_input(None);
}

fn no_channels(rig: &mut Rig) {
    rig.node.set_input(Some(Input::new(0, RATE)));
}

fn no_rate(rig: &mut Rig) {
    rig.node.input_mut().expect("an input").rate = 0.0;
}

const AWAY: [Away; 3] = [
    (unwire, "because nothing is wired to the input: wire a CHOP with audio, and it goes on by itself."),
    (no_channels, "because the input has no channels: give it some, and it goes on by itself."),
    (no_rate, "because the input has a sample rate of 0 Hz: give it a positive one, and it goes on by itself."),
];

#[test]
fn an_input_that_is_away_for_five_seconds_is_five_seconds_of_silence_or_only_counted() {
    for (away, why) in AWAY {
        for fill in [true, false] {
            let mut rig = recording(fill);
            rig.cooks(10);
            rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
            let input = rig.node.input_mut().expect("an input").clone();
            away(&mut rig);
            let cooked = rest(&mut rig, 300);
            assert_eq!(cooked.warning, format!("The take is suspended {why}"));
            assert_eq!((cooked.dat("state"), cooked.info("recording")), (Some("suspended"), Some(1.0)));
            rig.node.set_input(Some(input));
            rig.next += 300 * FRAME as u64;
            if fill {
                silence(&mut rig, 300 * FRAME);
            }
            let cooked = rig.cooks(10);
            assert_eq!(cooked.dat("state"), Some("recording"));
            let stands = if fill { "silence stands for that time" } else { "that time is not in the file" };
            assert!(cooked.warning.starts_with("The take was suspended for 5.000 s because "), "{}", cooked.warning);
            assert!(cooked.warning.contains(stands), "{}", cooked.warning);
            assert_holds(rig, 300 * FRAME as u64);
        }
    }
}

#[test]
fn the_time_of_a_suspension_is_in_the_file_also_when_pause_or_record_off_ends_it() {
    let mut rig = recording(true);
    rig.cooks(10);
    let input = rig.node.input_mut().expect("an input").clone();
    rig.node.set_input(None);
    rest(&mut rig, 30);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    rig.pause(true);
    assert_eq!(rest(&mut rig, 100).dat("state"), Some("paused"));
    silence(&mut rig, 30 * FRAME);
    rig.node.set_input(Some(input.clone()));
    rig.pause(false);
    rig.cooks(10);
    rig.node.set_input(None);
    rest(&mut rig, 12);
    silence(&mut rig, 12 * FRAME);
    rig.record(false);
    rest(&mut rig, 1);
    rig.wait("the take is finished", |node| node.info("takes_finished") == 1.0);
    rig.node.set_input(Some(input));
    assert_eq!(rig.number("gap_samples"), 42 * FRAME as u64);
    assert_same(&hound(&rig.path("take.wav")).samples, &interleaved(&rig.given, bits), "hound");
}

#[test]
fn an_input_that_comes_back_in_another_layout_goes_on_in_another_file_after_the_time_between() {
    let mut rig = recording(true);
    rig.cooks(10);
    rig.node.set_input(None);
    rest(&mut rig, 60);
    silence(&mut rig, 60 * FRAME);
    let first = rig.rewire(Input::new(1, 44_100.0));
    rig.cooks(10);
    let second = rig.given.clone();
    rig.finish();
    assert_same(&hound(&rig.path("take.wav")).samples, &interleaved(&first, bits), "the first file");
    assert_same(&hound(&rig.path("take-2.wav")).samples, &interleaved(&second, bits), "the second file");
    assert_eq!(rig.number("gap_samples"), 60 * FRAME as u64);
}

#[test]
fn an_input_that_was_away_for_more_than_ten_minutes_is_counted_and_not_filled() {
    let mut rig = Rig::new(1, 8000.0);
    rig.node.set("Codec", "float32");
    rig.fps = 10.0;
    rig.record(true);
    rig.cooks(10);
    let input = rig.node.input_mut().expect("an input").clone();
    rig.node.set_input(None);
    rest(&mut rig, 6001);
    rig.node.set_input(Some(input));
    let warning = rig.cooks(3).warning;
    assert!(warning.contains("suspended for 600.100 s") && warning.contains("is not in the file"), "{warning}");
    assert!(!warning.contains("did not cook"), "{warning}");
    assert_holds(rig, 600 * 8000 + 800);
}

#[test]
fn a_scope_that_selects_nothing_for_a_while_suspends_the_take() {
    let mut rig = Rig::new(4, RATE);
    rig.node.set("Codec", "float32");
    rig.node.set("Channelscope", "chan[3-4]");
    rig.record(true);
    rig.cooks(3);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    let input = rig.node.input_mut().expect("an input").clone();
    let mut narrow = Input::new(2, RATE);
    narrow.total_cooks = input.total_cooks;
    rig.node.set_input(Some(narrow));
    let given = rig.given.clone();
    let cooked = (0..30).map(|_| rig.cook_unrecorded(FRAME)).last().expect("a cook");
    assert_eq!(
        (cooked.dat("state"), cooked.warning.as_str()),
        (
            Some("suspended"),
            "The take is suspended because Channel Scope chan[3-4] selects none of the input's channels: change the \
             input back, and it goes on by itself."
        )
    );
    rig.given = given;
    silence(&mut rig, 30 * FRAME);
    rig.node.set_input(Some(input));
    rig.cooks(3);
    rig.given = rig.given.split_off(2);
    assert_holds(rig, 30 * FRAME as u64);
}

#[test]
fn six_channels_for_one_cook_suspend_an_mp3_for_one_cook() {
    let mut rig = Rig::new(2, RATE);
    rig.node.set("Filetype", "mp3");
    rig.set_file("take.mp3");
    rig.record(true);
    rig.cooks(10);
    rig.node.set_input(Some(Input::new(6, RATE)));
    rig.given = vec![Vec::new(); 6];
    let warning = rig.cooks(1).warning;
    assert_eq!(
        warning,
        "The take is suspended because MP3 holds 1 or 2 channels, the input has 6: change the input back, and it goes \
         on by itself."
    );
    rig.rewire(Input::new(2, RATE));
    let cooked = rig.cooks(10);
    assert!(cooked.warning.starts_with("The take was suspended for 0.017 s because MP3 holds"), "{}", cooked.warning);
    rig.finish();
    assert_eq!((rig.number("total_samples_written"), rig.number("gap_samples")), (21 * 800, 800));
}

#[test]
fn a_rate_that_differs_in_its_last_digits_is_whole_and_the_same() {
    let mut rig = recording(true);
    for rate in [47999.99999999999, 48000.000001, 48000.0, 47999.999999, 48000.04] {
        rig.node.input_mut().expect("an input").rate = rate;
        let cooked = rig.cooks(10);
        assert_eq!((cooked.error.as_str(), cooked.warning.as_str()), ("", ""), "{rate}");
    }
    assert_eq!(rig.dat("sample_rate"), "48000");
    rig.wait("the file is open", |node| node.info("megabytes_written") > 0.0);
    assert_eq!(rig.files(), ["take.wav"]);
    assert_eq!(hound(&rig.path("take.wav")).rate, 48000);
    assert_holds(rig, 0);
}

#[test]
fn another_chop_that_has_cooked_as_often_as_the_last_one_is_new() {
    let mut rig = recording(true);
    rig.cooks(20);
    let cooks = rig.node.input_mut().expect("an input").total_cooks;
    rig.fill(FRAME, true);
    let input = rig.node.input_mut().expect("an input");
    (input.op_id, input.total_cooks) = (7, cooks);
    let time = rig.time(1.0);
    assert_eq!(rig.node.cook(&time).warning, "");
    // And its next one, which nothing tells from the first but the number of its cooks.
    assert_eq!(rig.cooks(20).warning, "");
    assert_holds(rig, 0);
}

#[test]
fn a_take_begins_with_the_first_samples_whatever_the_layout_was_before() {
    let mut rig = Rig::new(2, RATE);
    rig.node.set("Codec", "float32");
    let input = rig.node.input_mut().expect("an input").clone();
    let mut empty = Input::new(1, 44_100.0);
    empty.cooked(0.0);
    rig.node.set_input(Some(empty));
    rig.record(true);
    assert_eq!(rest(&mut rig, 30).dat("state"), Some("idle"));
    assert_eq!(rig.files(), [""; 0]);
    rig.node.set_input(Some(input));
    rig.cooks(10);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    assert_eq!(rig.files(), ["take.wav"]);
    assert_holds(rig, 0);
}

#[test]
fn after_an_error_record_has_to_be_off_for_a_cook_as_the_error_says() {
    let mut rig = recording(true);
    rig.set_file("take.mp3");
    rig.cooks(2);
    rig.wait("the take is refused", |node| !node.error().is_empty());
    let error = rig.node.error();
    assert!(
        error.contains("does not belong") && error.ends_with("then switch Record off, and on again a frame later.")
    );
    // Nobody sees a switch that is back before the next cook.
    rig.set_file("take.wav");
    rig.record(false);
    rig.record(true);
    assert_eq!(rig.cooks(2).error, error);
    rig.record(false);
    rest(&mut rig, 1);
    rig.record(true);
    rig.given.iter_mut().for_each(Vec::clear);
    assert_eq!(rig.cooks(5).error, "");
    assert_holds(rig, 0);
}

#[test]
fn a_computer_that_slept_is_counted_exactly_and_not_filled() {
    let mut rig = recording(true);
    rig.cooks(10);
    rig.next += 700 * 48_000;
    let warning = deliver(&mut rig, 42_012.0, 9600, follows).warning;
    assert!(warning.starts_with("TouchDesigner did not cook for 700 s, which is more than is filled"), "{warning}");
    rig.cooks(10);
    assert_holds(rig, 700 * 48_000);
}

//! What cannot be recorded gives one sentence that names file, cause and remedy, and harms nothing.

mod common;

use std::path::Path;

use common::readers::hound;
use common::{Rig, assert_same, expected, interleaved};
use tdhost::Input;

/// Channels of 16 bits that a WAV file holds: its header has 16 bits for the bytes of a frame.
const MOST: usize = 32767;

/// Records on and waits for the error, which must be one sentence that contains `parts`.
fn assert_refused(rig: &mut Rig, parts: &[&str]) {
    rig.record(true);
    rig.cooks(2);
    rig.wait("the take is refused", |node| !node.error().is_empty());
    let error = rig.node.error();
    assert_sentence(&error, parts);
    rig.cooks(3);
    assert_eq!(rig.node.error(), error, "the error stays");
    assert_eq!(rig.number("total_samples_written"), 0);
    rig.record(false);
    assert_eq!(rig.cooks(1).error, "");
    assert_eq!(rig.number("takes_finished"), 0);
    assert_eq!(rig.node.host_faults(), [""; 0]);
}

fn assert_sentence(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} in {text:?}");
    }
    assert!(text.ends_with('.') && text.contains(": ") && !text.contains('\n'), "one sentence with a remedy: {text}");
}

/// Records on and asserts the warning, that nothing is written, and that recording starts when the input is `good`.
fn assert_waits(rig: &mut Rig, parts: &[&str]) {
    rig.record(true);
    for _ in 0..5 {
        let time = rig.time(1.0);
        let cooked = rig.node.cook(&time);
        assert_sentence(&cooked.warning, parts);
        assert_eq!(cooked.error, "");
        assert_eq!(cooked.info("recording"), Some(0.0));
    }
    assert_eq!(rig.files(), [""; 0]);
    rig.rewire(Input::new(2, 48000.0));
    assert_eq!(rig.cooks(3).warning, "");
    let path = rig.finish();
    assert_holds(&path, &rig.given, 24);
}

fn assert_holds(path: &Path, channels: &[Vec<f32>], bits: u16) {
    let samples = interleaved(channels, |sample| expected(sample, bits));
    assert_same(&hound(path).samples, &samples, &path.display().to_string());
}

#[test]
fn an_empty_file_is_an_error() {
    for text in ["", "   "] {
        let mut rig = Rig::new(2, 48000.0);
        rig.node.set("File", text);
        assert_refused(&mut rig, &["File is empty", "no place to record to", "enter a name"]);
    }
}

#[test]
fn a_folder_as_file_is_an_error_and_is_left_alone() {
    let mut rig = Rig::new(2, 48000.0);
    let folder = rig.path("takes.wav");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("old.wav"), "old").expect("a file");
    rig.set_file("takes.wav");
    assert_refused(&mut rig, &[&folder.display().to_string(), "is a folder", "add a file name"]);
    rig.set_file("takes.wav/");
    assert_refused(&mut rig, &["takes.wav", "is a folder", "add a file name"]);
    assert_eq!(std::fs::read(folder.join("old.wav")).expect("the file"), b"old");
    assert_eq!(rig.files(), ["takes.wav"]);
    assert_eq!(folder.read_dir().expect("the folder").count(), 1);
}

#[test]
fn a_file_where_the_path_has_a_folder_is_an_error_and_is_left_alone() {
    let mut rig = Rig::new(2, 48000.0);
    std::fs::write(rig.path("notes"), "notes").expect("a file");
    rig.set_file("notes/take.wav");
    assert_refused(&mut rig, &["notes", "A file stands where the path has a folder", "change File"]);
    assert_eq!(std::fs::read(rig.path("notes")).expect("the file"), b"notes");
}

#[test]
fn a_wrong_extension_is_an_error_and_nothing_is_touched() {
    for name in ["take.mp3", "take.0.AIFF", "take.ogg", "take.txt"] {
        let mut rig = Rig::new(2, 48000.0);
        std::fs::write(rig.path(name), "old").expect("a file");
        rig.set_file(name);
        assert_refused(&mut rig, &[name, "does not belong to the chosen File Type", ".wav", "change File"]);
        assert_eq!(rig.files(), [name]);
        assert_eq!(std::fs::read(rig.path(name)).expect("the file"), b"old");
    }
}

#[test]
fn a_big_endian_codec_is_an_error_with_wav() {
    for codec in ["pcm16be", "pcm24be", "pcm32be"] {
        let mut rig = Rig::new(2, 48000.0);
        rig.node.set("Codec", codec);
        assert_refused(&mut rig, &["WAV stores no big-endian samples", "AIFF"]);
        assert_eq!(rig.files(), [""; 0]);
    }
}

#[test]
fn more_channels_than_the_format_holds_are_an_error_before_a_file_is_opened() {
    let mut rig = Rig::new(MOST + 1, 48000.0);
    rig.node.set("Codec", "pcm16");
    rig.set_file("deep/take.wav");
    rig.record(true);
    rig.block(1);
    assert_sentence(&rig.node.error(), &["WAV holds 1 to 32767 channels", "has 32768", "narrow Channel Scope"]);
    assert_eq!(rig.files(), [""; 0]);
    rig.record(false);
    rig.block(1);
    // The remedy helps.
    rig.node.set("Channelscope", "chan[1-2]");
    rig.record(true);
    rig.given.iter_mut().for_each(Vec::clear);
    rig.block(3);
    let path = rig.finish();
    assert_holds(&path, &rig.given[..2], 16);
}

#[test]
fn as_many_channels_as_the_format_holds_are_recorded() {
    let mut rig = Rig::new(MOST, 48000.0);
    rig.node.set("Codec", "pcm16");
    let path = rig.take([1, 2]);
    assert_holds(&path, &rig.given, 16);
}

#[test]
fn a_rate_that_the_format_cannot_store_is_an_error() {
    for rate in [44100.5, 0.5, 5e9] {
        let mut rig = Rig::new(1, 48000.0);
        rig.node.input_mut().expect("an input").rate = rate;
        rig.record(true);
        rig.cook(1);
        let named = rate.to_string();
        assert_sentence(&rig.node.error(), &["WAV", "whole rates", &named, "resample the input"]);
        assert_eq!(rig.files(), [""; 0]);
    }
}

#[test]
fn a_channel_scope_without_a_match_is_an_error_that_names_the_channels() {
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set("Channelscope", "left right");
    assert_refused(&mut rig, &["left right", "chan1, chan2", "enter *"]);
    assert_eq!(rig.files(), [""; 0]);
}

#[test]
fn an_unwired_input_is_waited_for() {
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set_input(None);
    assert_waits(&mut rig, &["nothing is wired to the input", "wire a CHOP"]);
}

#[test]
fn an_input_without_channels_is_waited_for() {
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set_input(Some(Input::new(0, 48000.0)));
    assert_waits(&mut rig, &["the input has no channels", "give it some"]);
}

#[test]
fn an_input_without_a_usable_rate_is_waited_for() {
    for rate in [0.0, -44100.0, f64::NAN, f64::INFINITY] {
        let mut rig = Rig::new(2, 48000.0);
        rig.node.set_input(Some(Input::new(2, rate)));
        assert_waits(&mut rig, &["a sample rate of", &format!("{rate} Hz"), "give it a positive one"]);
    }
}

#[test]
fn an_input_whose_samples_never_come_gives_no_file_and_no_error() {
    let mut rig = Rig::new(2, 48000.0);
    rig.record(true);
    for _ in 0..10 {
        rig.block(0);
    }
    rig.record(false);
    rig.block(0);
    assert_eq!(rig.files(), [""; 0]);
    assert_eq!((rig.dat("state").as_str(), rig.number("takes_finished")), ("idle", 0));
    assert_eq!(rig.node.error() + &rig.node.warning(), "");
}

#[test]
fn parameters_that_return_null_are_as_good_as_their_defaults() {
    let names: Vec<String> = Rig::new(1, 48000.0).node.pars().iter().map(|par| par.name.clone()).collect();
    for name in names.iter().filter(|name| *name != "File") {
        let mut rig = Rig::new(2, 48000.0);
        rig.node.set_null(name, true);
        let path = rig.take([800; 3]);
        assert_eq!(hound(&path).channels, 2, "{name}");
        assert_holds(&path, &rig.given, 24);
    }
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set_null("File", true);
    assert_refused(&mut rig, &["File is empty"]);
    assert_eq!(rig.files(), [""; 0]);
}

#[test]
fn a_header_source_dat_that_is_no_table_gives_a_warning_and_the_take_goes_on() {
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set_text_dat("Headerdat", "title: a take");
    rig.record(true);
    rig.cooks(3);
    assert_sentence(&rig.node.warning(), &["Header Source DAT", "no metadata"]);
    let path = rig.finish();
    assert_holds(&path, &rig.given, 24);
    rig.node.set_table("Headerdat", &[vec!["title".to_owned()]]);
    rig.given.iter_mut().for_each(Vec::clear);
    rig.record(true);
    rig.cooks(3);
    assert_sentence(&rig.node.warning(), &["Header Source DAT has 1 column,", "no metadata", "values in the second"]);
    let path = rig.finish();
    assert_holds(&path, &rig.given, 24);
}

#[cfg(unix)]
#[test]
fn a_pipe_as_file_is_an_error_and_does_not_hang() {
    let mut rig = Rig::new(2, 48000.0);
    let pipe = rig.path("take.wav");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: no mkfifo");
        return;
    }
    assert_refused(&mut rig, &["take.wav", "is a pipe or a device", "choose another name"]);
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_an_error() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let mut rig = Rig::new(2, 48000.0);
    let folder = rig.path("closed");
    std::fs::create_dir(&folder).expect("a folder");
    set_permissions(&folder, Permissions::from_mode(0o555)).expect("permissions");
    if std::fs::write(folder.join("probe"), "").is_ok() {
        println!("skipped: this user may write everywhere");
        return;
    }
    for name in ["closed/take.wav", "closed/deeper/take.wav"] {
        rig.set_file(name);
        assert_refused(&mut rig, &["closed", "Permission is denied", "change the permissions"]);
    }
    assert_eq!(folder.read_dir().expect("the folder").count(), 0);
    set_permissions(&folder, Permissions::from_mode(0o755)).expect("permissions");
    std::fs::write(folder.join("take.wav"), "old").expect("a file");
    set_permissions(folder.join("take.wav"), Permissions::from_mode(0o444)).expect("permissions");
    rig.set_file("closed/take.wav");
    assert_refused(&mut rig, &["take.wav", "Permission is denied", "change the permissions"]);
    assert_eq!(std::fs::read(folder.join("take.wav")).expect("the file"), b"old");
}

/// The kernel's own folder takes no file from anybody, so this also runs where tests are run by root.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_an_error() {
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set("File", "/sys/take.wav");
    rig.node.set("Maxbuffer", 1.0);
    rig.record(true);
    rig.cooks(2);
    rig.wait("the take is refused", |node| !node.error().is_empty());
    assert_sentence(&rig.node.error(), &["/sys/take.wav", "cannot be opened", "and recording goes on by itself"]);
    assert_eq!(rig.dat("state"), "opening");
    rig.record(false);
    rig.cooks(1);
    rig.wait("the take is given up", |node| node.error().contains("could not be opened"));
    assert_sentence(&rig.node.error(), &["/sys/take.wav", "then switch Record off, and on again a frame later"]);
    assert_eq!((rig.number("takes_finished"), rig.number("total_samples_written")), (0, 0));
}

#[test]
fn a_name_that_is_too_long_is_an_error() {
    let mut rig = Rig::new(2, 48000.0);
    rig.set_file(&format!("{}.wav", "x".repeat(300)));
    assert_refused(&mut rig, &["xxx", "could not be opened", "then switch Record off, and on again a frame later"]);
    assert_eq!(rig.files(), [""; 0]);
}

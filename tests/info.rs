//! What the node shows: the Info CHOP, the Info DAT, the popup, errors, warnings, and what is greyed out.

mod common;

use common::Rig;
use common::readers::hound;

/// Channels of the Info CHOP, in the order of the documentation.
const CHANNELS: [&str; 17] = [
    "last_samples_written",
    "total_samples_written",
    "recording",
    "paused",
    "takes_finished",
    "seconds_written",
    "buffer_seconds",
    "gap_samples",
    "lost_samples",
    "clipped_samples",
    "megabytes_written",
    "disk_minutes_left",
    "peak",
    "part",
    "markers",
    "preroll_seconds",
    "armed",
];

/// Rows that every Info DAT has.
const ROWS: [&str; 25] = [
    "state",
    "file",
    "file_type",
    "codec",
    "sample_rate",
    "channels",
    "duration",
    "last_samples_written",
    "total_samples_written",
    "recording",
    "paused",
    "takes_finished",
    "seconds_written",
    "buffer_seconds",
    "gap_samples",
    "lost_samples",
    "clipped_samples",
    "peak",
    "part",
    "markers",
    "preroll_seconds",
    "last_file",
    "last_error",
    "version",
    "interface_generation",
];

#[test]
fn the_info_chop_has_the_documented_channels() {
    let mut rig = Rig::new(2, 48000.0);
    for record in [false, true, false] {
        rig.record(record);
        let cooked = rig.cooks(3);
        let names: Vec<_> = cooked.info.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, CHANNELS);
        assert!(cooked.info.iter().all(|(_, value)| value.is_finite()), "{:?}", cooked.info);
    }
}

#[test]
fn the_info_dat_has_the_documented_rows() {
    let mut rig = Rig::new(2, 48000.0);
    for record in [false, true, false] {
        rig.record(record);
        rig.cooks(3);
        let table = rig.node.info_table();
        assert!(table.iter().all(|row| row.len() == 2), "two columns");
        for key in ROWS {
            assert_eq!(table.iter().filter(|row| row[0] == key).count(), 1, "{key}");
        }
    }
}

#[test]
fn a_fresh_node_shows_nothing_but_zeros() {
    let mut rig = Rig::new(2, 48000.0);
    let time = rig.time(1.0);
    rig.fill(0, false);
    let cooked = rig.node.cook(&time);
    for (name, value) in cooked.info {
        assert_eq!(value, if name == "disk_minutes_left" { -1.0 } else { 0.0 }, "{name}");
    }
    for (key, value) in rig.node.info_dat() {
        let is_nothing = value.parse::<f64>().is_ok_and(|value| value == 0.0);
        assert!(!(is_nothing && value.starts_with('-')), "{key} is {value}");
    }
    assert_eq!(rig.dat("state"), "idle");
    assert_eq!(rig.dat("version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(rig.dat("last_file"), "");
    assert_eq!(rig.dat("last_error"), "");
}

#[test]
fn the_numbers_of_a_take_are_those_of_its_file() {
    let mut rig = Rig::new(3, 44100.0);
    rig.node.set("Codec", "pcm24");
    let path = rig.take([735; 100]);
    let frames = hound(&path).samples.len() as u64 / 3;
    assert_eq!(frames, 73500);
    assert_eq!(rig.number("total_samples_written"), frames);
    assert_eq!(rig.node.info("total_samples_written"), frames as f32);
    assert!((rig.node.info("seconds_written") - 73500.0 / 44100.0).abs() < 1e-4);
    assert_eq!(rig.dat("duration"), "0:00:01.667");
    assert_eq!(rig.node.info("buffer_seconds"), 0.0);
    let bytes = path.metadata().expect("the file").len();
    assert!((f64::from(rig.node.info("megabytes_written")) - bytes as f64 / 1e6).abs() < 1e-6);
    assert_eq!(rig.dat("file"), path.display().to_string());
    assert_eq!(rig.dat("last_file"), path.display().to_string());
    let shown = ["state", "file_type", "codec", "sample_rate", "channels"].map(|key| rig.dat(key));
    assert_eq!(shown, ["idle", "wav", "pcm24", "44100", "3"]);
}

#[test]
fn last_samples_written_adds_up_to_the_total() {
    let mut rig = Rig::new(1, 48000.0);
    rig.record(true);
    let mut sum = 0.0;
    for _ in 0..50 {
        sum += rig.cooks(1).info("last_samples_written").expect("the channel");
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
    rig.record(false);
    sum += rig.cooks(1).info("last_samples_written").expect("the channel");
    rig.wait("the take is finished", |node| node.info("takes_finished") == 1.0);
    // What was written after the last cook is told at the next one.
    sum += rig.cooks(1).info("last_samples_written").expect("the channel");
    assert_eq!(sum, 50.0 * 800.0);
    assert_eq!(rig.node.info("total_samples_written"), sum);
    assert_eq!(rig.cooks(1).info("last_samples_written"), Some(0.0));
}

#[test]
fn the_states_follow_record_and_pause() {
    let mut rig = Rig::new(1, 48000.0);
    let shown = |rig: &mut Rig| (rig.dat("state"), rig.node.info("recording"), rig.node.info("paused"));
    assert_eq!(shown(&mut rig), ("idle".into(), 0.0, 0.0));
    rig.pause(true);
    rig.cooks(1);
    assert_eq!(shown(&mut rig), ("idle".into(), 0.0, 0.0));
    rig.pause(false);
    rig.record(true);
    rig.cooks(1);
    assert_eq!(rig.node.info("recording"), 1.0);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    assert_eq!(shown(&mut rig), ("recording".into(), 1.0, 0.0));
    rig.pause(true);
    rig.cooks(1);
    assert_eq!(shown(&mut rig), ("paused".into(), 1.0, 1.0));
    rig.pause(false);
    rig.cooks(1);
    assert_eq!(shown(&mut rig), ("recording".into(), 1.0, 0.0));
    rig.record(false);
    rig.cooks(1);
    assert_eq!(rig.node.info("recording"), 0.0);
    assert!(["finishing", "idle"].contains(&rig.dat("state").as_str()));
    rig.wait("the take is finished", |node| node.info("takes_finished") == 1.0);
    assert_eq!(shown(&mut rig), ("idle".into(), 0.0, 0.0));
}

#[test]
fn the_free_space_is_known_while_recording() {
    let mut rig = Rig::new(2, 48000.0);
    rig.record(true);
    // Unknown before the file is open, and no disk here is full.
    let left = rig.cooks(1).info("disk_minutes_left").expect("the channel");
    assert!(left == -1.0 || left > 0.0, "{left}");
    rig.cooks(10);
    rig.wait("the free space is known", |node| node.info("disk_minutes_left") >= 0.0);
    rig.finish();
    assert_eq!(rig.node.info("disk_minutes_left"), -1.0);
}

#[test]
fn peak_is_the_greatest_absolute_value_of_the_last_slice() {
    let mut rig = Rig::new(2, 48000.0);
    for record in [false, true] {
        rig.record(record);
        for (left, right, peak) in [(0.25, -0.75, 0.75), (f32::NAN, 0.5, 0.5), (3.5, -1.0, 3.5), (0.0, -0.0, 0.0)] {
            let cooked = rig.play(&[&[0.0, left, 0.0], &[right, 0.0, 0.0]]);
            assert_eq!(cooked.info("peak"), Some(peak));
        }
    }
    rig.finish();
}

#[test]
fn clipped_samples_are_those_of_the_take() {
    let mut rig = Rig::new(1, 48000.0);
    let loud = [1.5, -1.5, 0.5, -1.0, f32::INFINITY];
    for (codec, clipped) in [("pcm16", 6), ("float32", 0), ("pcm24", 6)] {
        rig.node.set("Codec", codec);
        rig.play(&[&loud]);
        rig.record(true);
        rig.play(&[&loud]);
        rig.play(&[&loud]);
        rig.finish();
        assert_eq!(rig.number("clipped_samples"), clipped, "{codec}");
        assert_eq!(rig.node.info("clipped_samples"), clipped as f32);
    }
}

#[test]
fn an_error_stays_until_record_goes_off() {
    let mut rig = Rig::new(1, 48000.0);
    rig.node.set("File", "");
    rig.record(true);
    for _ in 0..5 {
        let cooked = rig.cooks(1);
        assert!(cooked.error.contains("File is empty"), "{}", cooked.error);
        assert_eq!(cooked.dat("state"), Some("failed"));
        assert_eq!(cooked.info("recording"), Some(0.0));
    }
    // Mending what is wrong is not enough: the take is lost, and the user is to know.
    rig.set_file("take.wav");
    assert!(rig.cooks(1).error.contains("File is empty"));
    rig.record(false);
    let cooked = rig.cooks(1);
    assert_eq!((cooked.error.as_str(), cooked.dat("state")), ("", Some("idle")));
    assert!(rig.dat("last_error").contains("File is empty"));
    rig.given[0].clear();
    rig.take([800; 3]);
    assert_eq!(rig.number("takes_finished"), 1);
}

#[test]
fn an_error_of_the_disk_stays_until_record_goes_off() {
    let mut rig = Rig::new(1, 48000.0);
    std::fs::create_dir(rig.path("take.wav")).expect("a folder");
    rig.record(true);
    rig.cooks(1);
    rig.wait("the folder is refused", |node| !node.error().is_empty());
    for _ in 0..3 {
        assert!(rig.cooks(1).error.contains("is a folder"));
    }
    assert_eq!(rig.dat("state"), "failed");
    rig.record(false);
    assert_eq!(rig.cooks(1).error, "");
    assert!(rig.dat("last_error").contains("is a folder"));
    assert_eq!(rig.number("takes_finished"), 0);
}

#[test]
fn an_error_after_record_went_off_is_shown_until_the_next_take() {
    let mut rig = Rig::new(1, 48000.0);
    std::fs::create_dir(rig.path("take.wav")).expect("a folder");
    rig.record(true);
    rig.cooks(1);
    rig.record(false);
    rig.cooks(1);
    // Either it came before Record went off, and is kept as the last one, or it comes now.
    rig.wait("the folder is refused", |node| {
        let last = node.info_dat().into_iter().any(|(key, value)| key == "last_error" && value.contains("is a folder"));
        last || node.error().contains("is a folder")
    });
    rig.set_file("other.wav");
    rig.record(true);
    rig.cooks(1);
    assert_eq!(rig.node.error(), "");
    rig.finish();
}

#[test]
fn a_warning_clears_with_the_next_take() {
    let mut rig = Rig::new(1, 48000.0);
    rig.record(true);
    rig.cook(48000);
    for _ in 0..2 {
        let time = rig.time(1.0);
        rig.node.cook(&time);
    }
    assert!(rig.node.warning().contains("not time sliced"));
    rig.finish();
    rig.cooks(1);
    assert!(rig.node.warning().contains("not time sliced"));
    rig.record(true);
    rig.cooks(1);
    assert_eq!(rig.node.warning(), "");
    rig.finish();
}

#[test]
fn the_popup_is_short_and_says_what_matters() {
    let mut rig = Rig::new(2, 48000.0);
    let long = format!("{}/take.wav", "folder".repeat(30));
    rig.set_file(&long);
    rig.record(true);
    rig.cooks(10);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    for part in ["take.wav", "recording", "wav pcm24", "2 channels at 48000 Hz", "MB"] {
        assert!(rig.node.popup().contains(part), "{part} in {}", rig.node.popup());
    }
    rig.finish();
    let mut name = "x".repeat(200);
    for _ in 0..10 {
        name.push('/');
        name.push_str(&"y".repeat(200));
    }
    rig.set_file(&format!("{name}.mp3"));
    rig.record(true);
    rig.cooks(1);
    rig.wait("the name is refused", |node| !node.error().is_empty());
    assert!(rig.node.popup().len() < 1_200);
}

/// Fixed by a running take.
const LATCHED: [&str; 13] = [
    "Filetype",
    "Uniquesuff",
    "N",
    "File",
    "Codec",
    "Bitrate",
    "Headerdat",
    "Channelscope",
    "Quality",
    "Preroll",
    "Start",
    "Limitlength",
    "Split",
];

#[test]
fn what_a_take_has_latched_is_greyed_out_while_it_runs() {
    let mut rig = Rig::new(1, 48000.0);
    for _ in 0..2 {
        rig.cooks(1);
        for name in LATCHED {
            // Bit Rate is for MP3 and Quality for OGG.
            assert_eq!(rig.node.enabled(name), !["Bitrate", "Quality"].contains(&name), "{name}");
        }
        rig.record(true);
        rig.cooks(1);
        for pause in [true, false] {
            rig.pause(pause);
            rig.cooks(1);
            assert!(LATCHED.iter().all(|name| !rig.node.enabled(name)));
            for name in ["Record", "Pause", "Fillgaps", "Maxbuffer", "Newtake", "Splitnow", "Marker", "Markername"] {
                assert!(rig.node.enabled(name), "{name}");
            }
        }
        rig.finish();
    }
}

#[test]
fn the_host_is_told_only_when_something_changes() {
    let mut rig = Rig::new(2, 48000.0);
    rig.cooks(1);
    for record in [false, true, false] {
        rig.record(record);
        let before = rig.node.enable_calls();
        rig.cooks(1);
        let toggled = rig.node.enable_calls() - before;
        assert!(toggled <= LATCHED.len() as u64, "{toggled} calls for one toggle");
        let steady = rig.node.enable_calls();
        for cook in 0..200 {
            rig.pause(cook % 50 > 40);
            rig.node.set("Fillgaps", f64::from(cook % 2));
            rig.cooks(1);
        }
        rig.pause(false);
        assert_eq!(rig.node.enable_calls(), steady);
    }
}

#[test]
fn a_take_that_cannot_start_greys_nothing_out() {
    let mut rig = Rig::new(1, 48000.0);
    rig.node.set("File", "");
    rig.record(true);
    rig.cooks(2);
    assert!(rig.node.enabled("File") && rig.node.enabled("Codec"));
}

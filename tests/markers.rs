//! Markers: where a take is marked, by a button or by itself, every reader finds the mark at its frame.

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::formats::file_types;
use common::readers::{have, run};
use common::{PATIENCE, Rig};

/// Frame and name.
type Marker = (u64, String);

const RATE: f64 = 48_000.0;
/// Frames of a cook.
const COOK: u64 = 800;

fn rig(extension: &str) -> Rig {
    let mut rig = Rig::new(1, RATE);
    rig.node.set("Filetype", extension);
    rig.node.set("Codec", "pcm16");
    rig.set_file(&format!("take.{extension}"));
    rig
}

fn cooks(rig: &mut Rig, count: usize) {
    rig.cooks(count);
    rig.wait("the encoding thread keeps up", |node| node.info("buffer_seconds") < 0.5);
}

/// Presses Marker before the next cook.
fn mark(rig: &mut Rig, name: &str) {
    rig.node.set("Markername", name);
    rig.node.pulse("Marker");
}

fn markers(all: &[(u64, &str)]) -> Vec<Marker> {
    all.iter().map(|(frame, name)| (*frame, (*name).to_owned())).collect()
}

/// The chapters that ffprobe shows.
fn chapters(path: &Path) -> Vec<Marker> {
    let path = path.to_str().expect("a UTF-8 path");
    let shown = run("ffprobe", &["-v", "error", "-show_chapters", "-of", "json", path]);
    let shown: serde_json::Value = serde_json::from_slice(&shown).expect("JSON");
    let frame = |chapter: &serde_json::Value| {
        let base = chapter["time_base"].as_str().and_then(|base| base.split_once('/')).expect("a time base");
        let base = [base.0, base.1].map(|number| number.parse::<f64>().expect("a number"));
        (chapter["start"].as_f64().expect("a start") * base[0] / base[1] * RATE).round() as u64
    };
    let chapters = shown["chapters"].as_array().expect("chapters").iter();
    let title = |chapter: &serde_json::Value| chapter["tags"]["title"].as_str().unwrap_or_default().to_owned();
    chapters.map(|chapter| (frame(chapter), title(chapter))).collect()
}

/// The cue points, or the markers of an AIFF file, that libsndfile shows.
fn by_sndfile(path: &Path) -> Vec<Marker> {
    let shown = run("sndfile-info", &[path.to_str().expect("a UTF-8 path")]);
    let shown = String::from_utf8_lossy(&shown);
    let number = |text: &str| text.trim().parse::<u64>().expect("a number");
    let (mut frames, mut names) = (Vec::new(), Vec::new());
    for line in shown.lines().map(str::trim) {
        if let Some(offset) = line.strip_prefix("Cue ID").and_then(|point| point.rsplit_once("Offset :")) {
            frames.push(number(offset.1));
        } else if let Some(position) = line.strip_prefix("Position :") {
            frames.push(number(position));
        } else if let Some(name) = line.strip_prefix("Name     : ") {
            names.push(name.to_owned());
        } else if let Some(label) = line.strip_prefix("labl : ") {
            names.push(label.split_once(" : ").expect("an id and a text").1.to_owned());
        }
    }
    assert_eq!(frames.len(), names.len(), "{shown}");
    frames.into_iter().zip(names).collect()
}

/// The markers of an AIFF file, by the letter of AIFF 1.3: libsndfile shows no more than a few dozen.
fn by_hand(path: &Path) -> Vec<Marker> {
    let bytes = std::fs::read(path).expect("the file");
    let number = |at: usize, len: usize| bytes[at..at + len].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let mut at = 12;
    while &bytes[at..at + 4] != b"MARK" {
        at += 8 + number(at + 4, 4).next_multiple_of(2);
    }
    let (count, mut at) = (number(at + 8, 2), at + 10);
    let marker = |_| {
        let len = usize::from(bytes[at + 6]);
        let marker = (number(at + 2, 4) as u64, String::from_utf8_lossy(&bytes[at + 7..at + 7 + len]).into_owned());
        at += 6 + (1 + len).next_multiple_of(2);
        marker
    };
    (0..count).map(marker).collect()
}

/// What readers that share no code with the plugin find in the file, each to the frame, but that chapters of lossy types
/// are told in milliseconds.
fn assert_marked(path: &Path, expected: &[Marker]) {
    let extension = path.extension().and_then(|extension| extension.to_str()).expect("an extension");
    let is_pcm = matches!(extension, "wav" | "aiff");
    // It shows no more of a file than fits into a few kilobytes.
    if is_pcm && expected.len() < 20 && have("sndfile-info") {
        assert_eq!(by_sndfile(path), expected, "libsndfile: {}", path.display());
    }
    if extension == "aiff" && !expected.is_empty() {
        assert_eq!(by_hand(path), expected, "{}", path.display());
    }
    // FFmpeg reads no markers of AIFF.
    if extension != "aiff" && have("ffprobe") {
        let read = chapters(path);
        let names = |all: &[Marker]| all.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&read), names(expected), "FFmpeg: {}", path.display());
        for ((read, name), (frame, _)) in read.iter().zip(expected) {
            let most = if is_pcm { 0 } else { (RATE / 2000.0) as u64 };
            assert!(read.abs_diff(*frame) <= most, "FFmpeg: {name} is at {read} instead of {frame}");
        }
    }
}

/// All file types, by their extension.
fn extensions() -> Vec<&'static str> {
    file_types().iter().map(|file_type| file_type.extensions[0]).collect()
}

#[test]
fn a_marker_is_at_its_frame_in_every_type() {
    for extension in extensions() {
        let mut rig = rig(extension);
        rig.record(true);
        mark(&mut rig, "at the very start");
        cooks(&mut rig, 10);
        mark(&mut rig, "");
        cooks(&mut rig, 7);
        mark(&mut rig, " Fr\u{fc}h, \u{266a} und\n\u{65e5}\u{672c} ");
        // Twice in a moment is once.
        rig.node.pulse("Marker");
        cooks(&mut rig, 20);
        mark(&mut rig, "");
        cooks(&mut rig, 3);
        let path = rig.finish();
        let expected = markers(&[
            (0, "at the very start"),
            (10 * COOK, "Marker 2"),
            (17 * COOK, "Fr\u{fc}h, \u{266a} und \u{65e5}\u{672c}"),
            (37 * COOK, "Marker 4"),
        ]);
        assert_marked(&path, &expected);
        assert_eq!((rig.number("markers"), rig.node.info("markers")), (4, 4.0));
        assert_eq!(rig.node.warning(), "");
    }
}

#[test]
fn a_file_without_markers_has_none() {
    for extension in extensions() {
        let mut rig = rig(extension);
        rig.record(true);
        cooks(&mut rig, 10);
        let path = rig.finish();
        assert_marked(&path, &[]);
        assert_eq!(rig.number("markers"), 0);
    }
}

/// The button acts after Split Now and New Take of the same moment.
#[test]
fn a_marker_is_in_the_file_that_its_frame_is_in() {
    for extension in extensions() {
        let mut rig = rig(extension);
        rig.record(true);
        cooks(&mut rig, 10);
        mark(&mut rig, "first");
        cooks(&mut rig, 5);
        mark(&mut rig, "second");
        rig.node.pulse("Splitnow");
        cooks(&mut rig, 5);
        mark(&mut rig, "third");
        cooks(&mut rig, 5);
        let last = rig.finish();
        assert_marked(&rig.path(&format!("take.{extension}")), &markers(&[(10 * COOK, "first")]));
        assert_marked(&last, &markers(&[(0, "second"), (5 * COOK, "third")]));
        assert_eq!(rig.number("markers"), 3);
    }
}

#[test]
fn a_marker_where_a_file_is_full_begins_the_next_one() {
    let mut rig = rig("wav");
    rig.node.set("Split", "time");
    rig.node.set("Splitevery", 0.01);
    rig.record(true);
    // 0.01 minutes are 36 cooks.
    cooks(&mut rig, 36);
    mark(&mut rig, "next");
    cooks(&mut rig, 5);
    let last = rig.finish();
    assert_marked(&rig.path("take.wav"), &[]);
    assert_marked(&last, &markers(&[(0, "next")]));
}

#[test]
fn a_take_marks_by_itself_where_its_pre_roll_ends() {
    for extension in extensions() {
        let mut rig = rig(extension);
        rig.node.set("Preroll", 0.5);
        cooks(&mut rig, 60);
        rig.wait("all of it was heard", |node| (node.info("preroll_seconds") - 0.5).abs() < 1e-6);
        rig.record(true);
        mark(&mut rig, "mine");
        cooks(&mut rig, 5);
        let path = rig.finish();
        assert_marked(&path, &markers(&[(24_000, "Record on"), (24_000, "mine")]));
    }
}

#[test]
fn a_take_marks_by_itself_where_pause_went_off() {
    let mut rig = rig("wav");
    rig.record(true);
    cooks(&mut rig, 10);
    rig.pause(true);
    cooks(&mut rig, 5);
    mark(&mut rig, "in the pause");
    cooks(&mut rig, 5);
    rig.pause(false);
    cooks(&mut rig, 5);
    let path = rig.finish();
    assert_marked(&path, &markers(&[(10 * COOK, "in the pause"), (10 * COOK, "Pause off")]));
}

#[test]
fn a_take_marks_by_itself_where_time_is_missing() {
    for (fill, name) in [(true, "Gap of 0.300 s, silent"), (false, "Gap of 0.300 s, left out")] {
        let mut rig = rig("wav");
        rig.node.set("Fillgaps", fill);
        rig.record(true);
        cooks(&mut rig, 60);
        // A hitch of half a second, of which TouchDesigner keeps the last fifth of a second.
        rig.next += 14_400;
        mark(&mut rig, "behind it");
        rig.fill(9600, true);
        let time = rig.time(30.0);
        rig.node.cook(&time);
        cooks(&mut rig, 5);
        let path = rig.finish();
        assert_eq!(rig.number("gap_samples"), 14_400);
        let behind = 60 * COOK + if fill { 14_400 } else { 0 };
        assert_marked(&path, &markers(&[(60 * COOK, name), (behind, "behind it")]));
    }
}

#[test]
fn a_button_that_finds_no_take_says_so() {
    let mut rig = rig("wav");
    cooks(&mut rig, 1);
    mark(&mut rig, "nothing");
    let warning = rig.cooks(1).warning;
    assert!(warning.starts_with("Marker was pressed while nothing is recorded"), "{warning}");
    rig.record(true);
    cooks(&mut rig, 3);
    assert_eq!(rig.node.warning(), "");
    assert_marked(&rig.finish(), &[]);
}

#[test]
fn a_long_name_is_cut_between_two_characters_and_said_so() {
    let long = "\u{e4}".repeat(200);
    for extension in extensions() {
        let mut rig = rig(extension);
        rig.record(true);
        mark(&mut rig, &long);
        cooks(&mut rig, 3);
        rig.wait("it is said", |node| node.warning().contains("A marker's name is longer than 126 bytes"));
        let path = rig.finish();
        assert_marked(&path, &[(0, "\u{e4}".repeat(63))]);
    }
}

/// One at each cook. WAV and AIFF put them behind the frames; the others keep the first, and say that others are left out.
#[test]
fn thousands_of_markers_are_kept_or_left_out_with_a_warning() {
    for extension in extensions() {
        let mut rig = rig(extension);
        rig.record(true);
        const ALL: u64 = 2000;
        for cook in 0..ALL {
            mark(&mut rig, if cook % 2 == 0 { "" } else { "named" });
            rig.cooks(1);
            if cook % 100 == 99 {
                rig.wait("the encoding thread keeps up", |node| node.info("buffer_seconds") < 0.5);
            }
        }
        let path = rig.finish();
        let kept = rig.number("markers");
        let name = |nth: u64| if nth % 2 == 1 { format!("Marker {nth}") } else { "named".to_owned() };
        assert_marked(&path, &(0..kept).map(|nth| (nth * COOK, name(nth + 1))).collect::<Vec<_>>());
        let warning = rig.node.warning();
        if matches!(extension, "wav" | "aiff") {
            assert_eq!((kept, warning.as_str()), (ALL, ""));
        } else {
            assert!(
                (100..300).contains(&kept) && warning.contains("has no room for more markers"),
                "{kept}: {warning}"
            );
        }
    }
}

/// tdhost as a process of its own, which records in real time until it is killed.
fn killed(folder: &Path, extension: &str, seconds: f64) -> PathBuf {
    let out = folder.join("take").with_extension(extension);
    let mut child = Command::new(env!("CARGO_BIN_EXE_tdhost"))
        .args(["record", "--realtime", "--seconds", "30", "--set", "Markername=it happened", "--pulse", "Marker@1"])
        .arg("--out")
        .arg(&out)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("tdhost runs");
    let began = Instant::now();
    while !out.exists() {
        assert!(began.elapsed() < PATIENCE, "no file");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_secs_f64(seconds));
    child.kill().expect("it lives");
    child.wait().expect("a child");
    out
}

#[test]
fn a_killed_take_has_its_markers() {
    for extension in extensions() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = killed(folder.path(), extension, 3.2);
        assert_marked(&path, &markers(&[(48_000, "it happened")]));
    }
}

#[test]
fn tdhost_presses_marker_with_a_name() {
    for extension in extensions() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("take").with_extension(extension);
        let output = Command::new(env!("CARGO_BIN_EXE_tdhost"))
            .args(["record", "--seconds", "2", "--pulse", "Marker@0.5", "--pulse", "Marker@1.5"])
            .args(["--set", "Markername=here", "--out"])
            .arg(&out)
            .output()
            .expect("tdhost runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{extension}: {text}{}", String::from_utf8_lossy(&output.stderr));
        assert_marked(&out, &markers(&[(24_000, "here"), (72_000, "here")]));
    }
}

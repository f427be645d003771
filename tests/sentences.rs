//! Every sentence of the product is read aloud: a test makes it appear in a node, and a list tells which.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use common::Rig;
#[cfg(target_os = "linux")]
use common::process::alone;
use tdhost::Value;

/// The variant of an enum in `rust/messages`, the file of the tests that makes it appear, and words of it that
/// are looked for there.
const SHOWN: &[(&str, &str, &str)] = &[
    ("Problem::Io", "sentences.rs", "then switch Record off, and on again a frame later."),
    ("Problem::Limit", "formats.rs", "WAV holds at most 21845 channels of pcm24"),
    ("Problem::NoFile", "bad_input.rs", "File is empty"),
    ("Problem::IsFolder", "bad_input.rs", "is a folder"),
    ("Problem::NotAFile", "bad_input.rs", "pipe or a device"),
    ("Problem::WrongExtension", "bad_input.rs", "does not belong to the chosen"),
    ("Problem::WindowsName", "sentences.rs", "Windows does not allow"),
    ("Problem::Locked", "lock.rs", "close it there or change File"),
    ("Problem::KeepsMoving", "sentences.rs", "Another program moves or deletes "),
    ("Problem::Deleted", "faults/gone.rs", "Another program deleted "),
    ("Problem::CameBack", "faults/returned.rs", "The drive came back without "),
    ("Problem::GivenUp", "faults/refused.rs", "are lost before the take goes on in another file"),
    ("Problem::Moved", "faults/gone.rs", "moved or renamed"),
    ("Problem::NoFreeName", "sentences.rs", "and all names that follow it are taken"),
    ("Problem::Channels", "formats.rs", "OGG holds 1 to 255 channels, the input has 300"),
    ("Problem::Rate", "formats.rs", "96000 Hz"),
    ("Problem::NoThread", "sentences.rs", "The system gives no thread to write with"),
    ("Problem::ReadsDifferently", "sentences.rs", "so it may be damaged"),
    ("Problem::Lost", "faults/stalled.rs", "did not keep up"),
    ("Problem::Internal", "panics.rs", "because of a mistake of its own"),
    ("Problem::ScopeMatchesNothing", "bad_input.rs", "Channel Scope"),
    ("Limit::Codec", "formats.rs", "WAV is little-endian"),
    ("Limit::Frame", "formats.rs", "WAV holds at most 21845 channels of pcm24"),
    ("Limit::Second", "sentences.rs", "channels of pcm32 at 96000 Hz"),
    ("Limit::Encoder", "sentences.rs", "cannot encode any more"),
    ("Warning::AiffBigEndian", "sentences.rs", "AIFF stores pcm24 big-endian"),
    ("Warning::Mp3BitRate", "sentences.rs", "MP3 holds at most 160 kb/s at 22050 Hz"),
    ("Warning::NotLocked", "sentences.rs", "knows no locks"),
    ("Warning::NotSynced", "faults/refused.rs", "cannot be asked to keep what is written"),
    ("Warning::Refused", "lock.rs", "audio waits in memory meanwhile"),
    ("Warning::WasRefused", "faults/refused.rs", "Writing had to wait "),
    ("Warning::DiskFillsUp", "faults/refused.rs", "The disk has room for less than 1 minute at this rate"),
    ("Warning::NoInput", "bad_input.rs", "nothing is wired"),
    ("Warning::NoChannels", "bad_input.rs", "has no channels"),
    ("Warning::NoRate", "bad_input.rs", "sample rate of"),
    ("Warning::NothingRecords", "splits.rs", "was pressed while nothing is recorded"),
    ("Warning::MarkerNameCut", "markers.rs", "A marker's name is longer than 126 bytes"),
    ("Warning::TooManyMarkers", "markers.rs", "has no room for more markers"),
    ("Warning::PrerollTooLong", "preroll.rs", "so only the last 10.9 s are kept"),
    ("Warning::NotTimeSliced", "info.rs", "not time sliced"),
    ("Warning::OddTime", "sentences.rs", "frames since the last cook"),
    ("Warning::GapTooLong", "gaps.rs", "did not cook for 700 s"),
    ("Warning::SlowDisk", "sentences.rs", "of audio wait in memory"),
    ("Warning::SlowEncoder", "sentences.rs", "encodes slower than the audio comes"),
    ("Warning::Suspended", "time.rs", "The take is suspended because"),
    ("Warning::WasSuspended", "time.rs", "The take was suspended for"),
    ("Warning::NoTable", "sentences.rs", "is not a table"),
    ("Warning::NarrowTable", "bad_input.rs", "Header Source DAT has 1 column,"),
    ("Warning::ParameterRejected", "sentences.rs", "did not accept the parameter Quality"),
    ("Warning::MetadataKeyCut", "sentences.rs", "A metadata key is longer than 1024 bytes"),
    ("Warning::MetadataValueCut", "sentences.rs", "The metadata is longer than 16 MiB"),
    ("Warning::MetadataLeftOut", "sentences.rs", "rows of the metadata were left out"),
    ("Warning::MetadataNotInId3", "sentences.rs", "is missing in the file's ID3 tag"),
    ("Warning::VorbisFieldRenamed", "sentences.rs", "OGG metadata keys are plain ASCII"),
];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The variants of the enum `name` that is declared in a source.
fn variants(source: &str, name: &str) -> Vec<String> {
    let (_, declared) = source.split_once(&format!("pub(crate) enum {name} {{")).expect("the enum");
    let (body, _) = declared.split_once("\n}").expect("its end");
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    lines
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| line.split(|char: char| !char.is_alphanumeric()).next().expect("a name").to_owned())
        .map(|variant| format!("{name}::{variant}"))
        .collect()
}

#[test]
fn every_sentence_has_a_test_that_makes_it_appear() {
    let mut declared = BTreeSet::new();
    for (file, name) in [("problem", "Problem"), ("limit", "Limit"), ("warning", "Warning")] {
        declared.extend(variants(&read(&format!("rust/messages/{file}.rs")), name));
    }
    let listed: BTreeSet<String> = SHOWN.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(declared, listed);
    for (variant, file, words) in SHOWN {
        let tests = read(&format!("tests/{file}"));
        // Here the list itself has the words once.
        let least = if *file == "sentences.rs" { 2 } else { 1 };
        assert!(tests.matches(words).count() >= least, "{variant}: tests/{file} does not look for {words:?}");
    }
}

/// What is wrong and what helps stand in pairs in `io.rs`; the first of each is looked for in this file.
#[test]
fn every_failure_of_the_system_has_a_test_that_makes_it_appear() {
    let source = read("rust/messages/io.rs");
    let (product, _) = source.split_once("mod tests").expect("its tests");
    let here = read("tests/sentences.rs");
    let mut known = 0;
    for literal in product.split('"').skip(1).step_by(2).filter(|text| text.starts_with(char::is_uppercase)) {
        assert!(here.contains(&format!("\"{}", literal.trim_end_matches(" \\"))), "{literal}");
        known += 1;
    }
    assert!(known > 15, "{known}");
}

#[test]
fn nothing_else_in_the_product_words_a_sentence() {
    fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rust"), &mut files);
    let elsewhere = files.iter().filter(|path| !path.to_string_lossy().contains("sentences"));
    let product = elsewhere.filter(|path| !path.to_string_lossy().contains("test"));
    for path in product {
        let text = std::fs::read_to_string(path).expect("a source");
        let code = text.split("mod tests {").next().unwrap_or_default();
        for remedy in ["then switch Record", "choose WAV", "choose another File Type", "narrow Channel Scope"] {
            let line = code.lines().find(|line| line.contains(remedy) && !line.trim_start().starts_with("//"));
            assert_eq!(line, None, "{} words a sentence", path.display());
        }
    }
}

fn rig(file: &str) -> Rig {
    let mut rig = Rig::new(2, 48000.0);
    rig.set_file(file);
    rig
}

fn assert_is_one_sentence(text: &str) {
    assert!(text.starts_with(|char: char| char.is_uppercase() || char == '/'), "{text}");
    assert!(text.ends_with('.') && text.contains(": "), "a remedy: {text}");
    assert!(!text.contains(['\n', '\u{fffd}']) && !text.contains("  ") && !text.contains(". "), "one sentence: {text}");
}

/// The error of a take that cannot be, or does not end well.
fn error_of(rig: &mut Rig) -> String {
    rig.record(true);
    rig.cooks(5);
    let began = Instant::now();
    while rig.node.error().is_empty() && began.elapsed() < Duration::from_secs(1) {
        std::thread::sleep(Duration::from_millis(2));
    }
    if rig.node.error().is_empty() {
        // Some only come up when the file is completed.
        rig.record(false);
        rig.cook(800);
        rig.wait("the take has failed", |node| !node.error().is_empty());
    }
    let error = rig.node.error();
    assert_is_one_sentence(&error);
    assert_eq!(rig.number("takes_finished"), 0, "{error}");
    assert_eq!(rig.node.host_faults(), [""; 0]);
    error
}

/// The warning of a take that ends well.
fn warning_of(rig: &mut Rig) -> String {
    rig.record(true);
    rig.cooks(2);
    rig.wait("the file is open", |node| node.info("megabytes_written") > 0.0 || !node.error().is_empty());
    let warning = rig.node.warning();
    assert_eq!(rig.node.error(), "");
    rig.finish();
    warning.lines().for_each(assert_is_one_sentence);
    warning
}

/// Every failure that the system can report, at every place where it can: ordered through the name of the file.
#[cfg(unix)]
#[test]
fn failures_of_the_system_are_told_in_plain_words() {
    const OPENED: &str = "could not be opened";
    const WRITTEN: &str = "ends after what is already in it";
    for (doing, number, wrong, meaning) in [
        ("write", libc::ENOSPC, "The disk is full, so ", WRITTEN),
        ("write", libc::EDQUOT, "The disk quota is used up, so ", WRITTEN),
        ("write", libc::EFBIG, "The file is as large as this disk allows, so ", WRITTEN),
        ("open", libc::EACCES, "Permission is denied, so ", OPENED),
        ("open", libc::EROFS, "The disk is read-only, so ", OPENED),
        ("open", libc::ENOENT, "The folder is there, but the system takes no file of this name in it, so ", OPENED),
        ("header", libc::ENOENT, "The drive or folder is gone, so ", "the header of"),
        ("open", libc::ENOTDIR, "A file stands where the path has a folder, so ", OPENED),
        ("open", libc::EISDIR, "A folder has this name, so ", OPENED),
        ("open", libc::ENAMETOOLONG, "The name is too long for this disk, so ", OPENED),
        ("open", libc::EINVAL, "This disk does not allow such a name, so ", OPENED),
        ("write", libc::ESTALE, "The network folder does not answer, so ", WRITTEN),
        ("lock", libc::EBUSY, "Another program is using the file, so ", "could not be locked against other programs"),
        ("write", libc::EIO, "The drive reports a fault, so ", WRITTEN),
        ("sync", libc::ENODEV, "The drive is gone, so ", "may not be safe on the disk yet"),
        ("open", libc::EMFILE, "Too many files are open in this process, so ", OPENED),
        ("open", libc::ELOOP, "The path is a ring of links, so ", OPENED),
        ("write", libc::EPROTO, "The system reports \"Protocol error", WRITTEN),
    ] {
        let name = format!("fail-{doing}-{number}.wav");
        let mut rig = rig(&name);
        let first = error_of(&mut rig);
        assert!(first.starts_with(wrong) && first.contains(&name), "{wrong:?}: {first}");
        let error = last_error_of(&mut rig);
        println!("{first}\n{error}");
        assert!(error.starts_with(wrong), "{wrong:?}: {error}");
        assert!(error.contains(meaning) && error.contains(&name), "{meaning:?}: {error}");
        assert!(error.ends_with("then switch Record off, and on again a frame later."), "{error}");
    }
    for (number, wrong) in [
        (libc::EACCES, "Permission is denied, so the folder "),
        (libc::ENOENT, "The drive or folder does not exist, so "),
    ] {
        let mut rig = rig(&format!("fail-folder-{number}/take.wav"));
        assert!(error_of(&mut rig).starts_with(wrong));
        let error = last_error_of(&mut rig);
        assert!(error.starts_with(wrong) && error.contains("could not be created"), "{error}");
    }
}

/// What is left of an error when Record has gone off, and the node has tried once more for a second.
#[cfg(unix)]
fn last_error_of(rig: &mut Rig) -> String {
    rig.node.set("Maxbuffer", 1.0);
    rig.record(false);
    rig.cook(800);
    rig.wait("it is over", |node| !node.info_dat().iter().any(|(key, value)| key == "state" && value == "finishing"));
    let error = rig.dat("last_error");
    assert_is_one_sentence(&error);
    assert_eq!(rig.number("takes_finished"), 0, "{error}");
    error
}

#[cfg(windows)]
#[test]
fn a_device_of_windows_is_no_file() {
    let error = error_of(&mut rig("NUL.wav"));
    assert!(error.starts_with("Windows does not allow NUL"), "{error}");
}

#[test]
fn a_file_that_somebody_keeps_moving_is_given_up() {
    let error = error_of(&mut rig("fail-moving.wav"));
    assert!(error.starts_with("Another program moves or deletes ") && error.contains("fail-moving.wav"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_folder_in_which_every_name_is_taken_is_given_up() {
    let error = error_of(&mut rig(&format!("fail-open-{}{{suffix}}", libc::EEXIST)));
    assert!(error.contains(".0.wav and all names that follow it are taken: raise N"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_system_without_threads_is_told_of() {
    alone("a_system_without_threads_is_told_of", Duration::from_secs(60), || {
        // The library's own std asks for this once, before it starts its first thread: no system has so much memory.
        // SAFETY: the process runs this test alone, so nobody reads the environment meanwhile.
        unsafe { std::env::set_var("RUST_MIN_STACK", (1_u64 << 46).to_string()) };
        let error = error_of(&mut rig("take.wav"));
        assert!(error.starts_with("The system gives no thread to write with ("), "{error}");
        assert!(error.contains("so nothing is recorded: close other programs"), "{error}");
    });
}

#[test]
fn a_finished_file_that_cannot_be_read_is_no_finished_take() {
    let error = error_of(&mut rig("fail-reading.wav"));
    assert!(error.starts_with("The finished file ") && error.contains("fail-reading.wav cannot be read"), "{error}");
    assert!(error.contains("so it may be damaged: keep it"), "{error}");
}

#[test]
fn a_second_of_more_than_4_gib_is_too_much_for_wav() {
    let mut rig = Rig::new(16_000, 96_000.0);
    rig.node.set("Codec", "pcm32");
    let error = error_of(&mut rig);
    assert!(error.contains("channels of pcm32 at 96000 Hz, the input has 16000: choose AIFF"), "{error}");
}

#[test]
fn an_encoder_that_gives_up_ends_the_take() {
    let mut rig = rig("take.ogg");
    rig.node.set("Filetype", "ogg");
    rig.node.set_table("Headerdat", &[vec!["fail-encoder".to_owned(), "now".to_owned()]]);
    let error = error_of(&mut rig);
    assert!(error.starts_with("Vorbis cannot encode any more (ordered by a test), so the take ends here"), "{error}");
}

#[test]
fn a_format_that_stores_something_else_says_so() {
    let mut aiff = rig("take.aiff");
    aiff.node.set("Filetype", "aiff");
    let warning = warning_of(&mut aiff);
    assert!(warning.starts_with("AIFF stores pcm24 big-endian, since"), "{warning}");
    let mut mp3 = Rig::new(2, 22050.0);
    mp3.set_file("take.mp3");
    mp3.node.set("Filetype", "mp3");
    let warning = warning_of(&mut mp3);
    assert!(warning.starts_with("MP3 holds at most 160 kb/s at 22050 Hz, so 160 kb/s is recorded"), "{warning}");
}

#[cfg(unix)]
#[test]
fn a_disk_without_locks_is_told_of() {
    let warning = warning_of(&mut rig(&format!("fail-lock-{}.wav", libc::EOPNOTSUPP)));
    assert!(warning.starts_with("The disk of ") && warning.contains("knows no locks, so other programs"), "{warning}");
}

#[test]
fn a_cook_after_no_time_is_told_of() {
    let mut rig = rig("take.wav");
    rig.record(true);
    rig.cooks(3);
    rig.fill(800, true);
    let mut time = rig.time(1.0);
    time.delta_frames = f64::NAN;
    let warning = rig.node.cook(&time).warning;
    assert_is_one_sentence(&warning);
    assert!(warning.starts_with("TouchDesigner reported NaN frames since the last cook, so"), "{warning}");
    rig.finish();
}

/// Cooks in step with the clock for `seconds`; the last warning.
fn warned_in_real_time(rig: &mut Rig, seconds: u32) -> String {
    let began = Instant::now();
    let mut warning = String::new();
    for cook in 1..=60 * seconds {
        warning = rig.cooks(1).warning;
        std::thread::sleep(Duration::from_secs_f64(f64::from(cook) / 60.0).saturating_sub(began.elapsed()));
    }
    warning
}

#[test]
fn a_slow_disk_is_told_of_before_anything_is_lost() {
    let mut rig = Rig::with_path(2, 48000.0, "/project1/afo1?delay=writer:4000000");
    rig.record(true);
    let warning = warned_in_real_time(&mut rig, 3);
    assert_is_one_sentence(&warning);
    assert!(
        warning.starts_with("The disk is slow, so ") && warning.contains(" s of audio wait in memory"),
        "{warning}"
    );
    assert_eq!(rig.node.error(), "");
    rig.finish();
}

#[test]
fn a_slow_encoder_is_not_taken_for_a_slow_disk() {
    // Six times slower than the audio, and done with it before the end of the node waits no longer.
    let mut rig = Rig::with_path(2, 48000.0, "/project1/afo1?delay=encoder:100000");
    rig.record(true);
    let warning = warned_in_real_time(&mut rig, 3);
    assert_is_one_sentence(&warning);
    assert!(warning.starts_with("This computer encodes slower than the audio comes, so "), "{warning}");
    assert_eq!(rig.node.error(), "");
    // What waits is encoded when the node goes.
}

#[test]
fn what_waits_is_no_warning_while_the_timeline_is_ahead_of_the_clock() {
    let mut rig = Rig::with_path(2, 48000.0, "/project1/afo1?delay=writer:500000");
    rig.record(true);
    for _ in 0..600 {
        assert_eq!(rig.cooks(1).warning, "");
    }
    rig.finish();
}

#[test]
fn a_parameter_that_the_host_refuses_is_told_of() {
    let mut rig = Rig::with_path(2, 48000.0, "/project1/afo1?refuse=Quality");
    let warning = rig.cooks(1).warning;
    assert_is_one_sentence(&warning);
    assert!(warning.starts_with("TouchDesigner did not accept the parameter Quality, so it cannot"), "{warning}");
    rig.record(true);
    rig.cooks(3);
    rig.record(false);
    rig.cooks(1);
    rig.wait("the take is finished", |node| node.info("takes_finished") > 0.0);
    assert_eq!(rig.cooks(1).warning, warning, "it stays");
}

fn with_rows(file_type: &str, rows: &[Vec<String>]) -> String {
    let mut rig = rig(&format!("take.{file_type}"));
    rig.node.set("Filetype", file_type);
    rig.node.set_table("Headerdat", rows);
    warning_of(&mut rig)
}

fn row(key: &str, value: &str) -> Vec<String> {
    vec![key.to_owned(), value.to_owned()]
}

#[test]
fn metadata_that_is_not_kept_as_it_is_is_told_of() {
    let warning = with_rows("wav", &[row(&"k".repeat(2000), "a value")]);
    assert!(warning.starts_with("A metadata key is longer than 1024 bytes and was cut, it begins with"), "{warning}");
    let warning = with_rows("wav", &[row("comment", &"x".repeat(17 << 20))]);
    assert!(
        warning.starts_with("The metadata is longer than 16 MiB, so the value of \"comment\" was cut"),
        "{warning}"
    );
    let many: Vec<Vec<String>> = (0..10_005).map(|index| row(&format!("key{index}"), "value")).collect();
    let warning = with_rows("ogg", &many);
    assert!(warning.starts_with("The last 5 rows of the metadata were left out, since a file takes"), "{warning}");
    let warning = with_rows("mp3", &[row("fail-id3", "a value")]);
    assert!(warning.starts_with("The metadata key \"fail-id3\" is missing in the file's ID3 tag ("), "{warning}");
    let warning = with_rows("ogg", &[row("schlüssel", "a value"), row("a=b", "a value")]);
    assert!(warning.starts_with("OGG metadata keys are plain ASCII without '=' and '~', so"), "{warning}");
    let mut rig = rig("take.wav");
    rig.node.set("Headerdat", Value::Text("missing".to_owned()));
    let warning = warning_of(&mut rig);
    assert!(warning.starts_with("Header Source DAT missing is not a table, so"), "{warning}");
}

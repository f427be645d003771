//! Random tables of metadata, random texts in File and random patterns in Channel Scope: whatever they are, the take is in one file that programs open,
//! or no file is left and an error says why.
//!
//! `AFOP_FUZZ_SECONDS` bounds the time of each test, `AFOP_FUZZ_SEED` runs one case.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::{Rig, formats, readers};
use tdhost::audio::Decoder;
use tdhost::random::Random;
use tdhost::scope::in_scope;

const KEYS: [&str; 14] = [
    "title",
    "artist",
    "TITLE",
    "comment",
    "date",
    "track",
    "lyrics",
    "encoder",
    "compilation",
    "rating",
    "title-sort",
    "creation_time",
    "my key",
    "=",
];
const LETTERS: [&str; 24] = [
    "a", "Z", "0", "9", " ", ".", "-", "_", "=", ";", ":", "é", "ß", "日", "本", "♫", "😀", "\u{301}", "\u{202e}",
    "\u{feff}", "\u{fffd}", "\t", "\n", "\u{7f}",
];
const CONTROLS: [&str; 6] = ["\0", "\u{1}", "\r", "\u{1b}[31m", "\u{85}", "\u{2028}"];
const NAME_PIECES: [&str; 16] =
    ["{suffix}", "/", "//", "./", "{", "}", "suffix", ".wav", ".ogg", ".txt", ".", " ", "~", "\\", "%20", "$HOME"];
const FRAMES: u64 = 1600;

fn text(random: &mut Random, longest: u64) -> String {
    let length = match random.between(0, 30) {
        0 => random.between(0, longest),
        1..=5 => 0,
        _ => random.between(1, 20),
    };
    let letter = |random: &mut Random| match random.one_in(12) {
        true => *random.pick(&CONTROLS),
        false => *random.pick(&LETTERS),
    };
    (0..length).map(|_| letter(random)).collect()
}

fn table(random: &mut Random) -> Vec<Vec<String>> {
    let rows = match random.between(0, 40) {
        0 => random.between(1_000, 12_000),
        1 => 0,
        _ => random.between(1, 30),
    };
    let columns = *random.pick(&[2, 2, 2, 2, 3, 1]);
    let longest = if rows > 100 { 40 } else { 100_000 };
    let key = |random: &mut Random| match random.one_in(2) {
        true => (*random.pick(&KEYS)).to_owned(),
        false => text(random, longest.min(3_000)),
    };
    let row =
        |random: &mut Random| [key(random)].into_iter().chain((1..columns).map(|_| text(random, longest))).collect();
    (0..rows).map(|_| row(random)).collect()
}

/// A text for File that stays below its folder.
fn name(random: &mut Random) -> String {
    let mut name = String::new();
    for _ in 0..random.between(0, 6) {
        match random.one_in(2) {
            true => name += *random.pick(&NAME_PIECES),
            false => name += &text(random, 400),
        }
    }
    // A NUL ends the host's text, and nobody needs to clean up elsewhere.
    name.replace('\0', "").replace("..", "._")
}

/// Calls `run` with one seed after the other for as long as is wanted.
fn for_some_time(run: impl Fn(&mut Random)) {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let began = Instant::now();
    let budget = Duration::from_secs(number("AFOP_FUZZ_SECONDS").unwrap_or(8));
    let first = number("AFOP_FUZZ_SEED");
    for seed in first.unwrap_or(1).. {
        // Shown when the test fails.
        println!("AFOP_FUZZ_SEED={seed}");
        run(&mut Random::new(seed));
        if first.is_some() || began.elapsed() > budget {
            break;
        }
    }
}

/// Records two cooks, and waits until nothing more happens. The file, if the take is complete.
fn record(rig: &mut Rig) -> Option<PathBuf> {
    rig.record(true);
    rig.block(800);
    rig.block(800);
    rig.record(false);
    let error = rig.block(1).error;
    let mut state = String::new();
    rig.wait("the take is over", |node| {
        state.clone_from(&node.info_dat()[0].1);
        ["idle", "failed"].contains(&state.as_str())
    });
    let error = [error, rig.node.error(), rig.dat("last_error")].into_iter().find(|error| !error.is_empty());
    let finished = rig.number("takes_finished") == 1;
    assert_eq!(rig.node.host_faults(), [""; 0]);
    assert_eq!(finished, error.is_none(), "{error:?}");
    if let Some(error) = error {
        assert!(!error.contains(char::is_control) && !error.contains("mistake of its own"), "{error:?}");
        assert!(error.ends_with('.'), "{error:?}");
    }
    finished.then(|| PathBuf::from(rig.dat("last_file")))
}

/// Programs that are not ours open the file without a complaint, and it is as long as it should be.
fn assert_opens(path: &Path, file_type: &str) {
    tdhost::walk::walk(path).unwrap_or_else(|complaint| panic!("{complaint}"));
    if readers::have("ffprobe") {
        // Without the protocol a colon in the name would be taken for one.
        let named = format!("file:{}", path.to_str().expect("a UTF-8 path"));
        readers::run("ffprobe", &["-v", "error", "-show_entries", "format_tags", &named]);
    } else if file_type == "wav" {
        let read = readers::hound(path);
        assert_eq!((read.samples.len() / read.channels) as u64, FRAMES);
    }
    let mut decoder = Decoder::open(path).expect("it can be decoded");
    assert_eq!(decoder.read_to_end().expect("to its end").frames() as u64, FRAMES, "{}", path.display());
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn rig(random: &mut Random) -> (Rig, &'static str) {
    let file_type = random.pick(formats::file_types()).name;
    let mut rig = Rig::new(1, 48000.0);
    rig.node.set("Filetype", file_type);
    (rig, file_type)
}

#[test]
fn a_take_should_open_whatever_its_table_holds() {
    for_some_time(|random| {
        let (mut rig, file_type) = rig(random);
        rig.set_file("take{suffix}");
        rig.node.set_table("Headerdat", &table(random));
        let file = record(&mut rig).expect("metadata never costs a take");
        assert_opens(&file, file_type);
    });
}

#[test]
fn a_take_should_be_in_one_file_or_leave_none_whatever_its_name_is() {
    for_some_time(|random| {
        let (mut rig, file_type) = rig(random);
        let name = name(random);
        println!("File is {name:?}");
        let folder = rig.folder().to_owned();
        // A folder further down: a name like "." stands for the folder itself, and the file is then beside it.
        rig.node.set("File", format!("{}/takes/{name}", folder.display()));
        rig.node.set("Uniquesuff", random.one_in(2));
        match record(&mut rig) {
            Some(file) => {
                assert_eq!(files(&folder), std::slice::from_ref(&file), "{name:?}");
                assert_opens(&file, file_type);
            }
            None => {
                let left: Vec<_> = fs::read_dir(&folder).expect("the folder is there").collect();
                assert!(left.is_empty(), "{name:?} left {left:?}");
            }
        }
    });
}

/// Pieces of patterns, valid ones and others.
const SCOPE_PIECES: [&str; 20] = [
    "*",
    "?",
    "chan",
    "chan1",
    "chan[1-4]",
    "[a-c]",
    "^?han2",
    "^chan3",
    "^*",
    " ",
    " ",
    "  ",
    "1",
    "2",
    "[",
    "]",
    "-",
    "left",
    "日",
    "chan1?",
];

/// A scope selects the same channels as by the host's own reading of it, or the take is refused.
#[test]
fn a_take_should_hold_the_channels_that_a_random_scope_names() {
    const CHANNELS: usize = 13;
    let names: Vec<String> = (1..=CHANNELS).map(|number| format!("chan{number}")).collect();
    for_some_time(|random| {
        let mut rig = Rig::new(CHANNELS, 48000.0);
        rig.node.set("Codec", "float32");
        let scope: String = (0..random.index(7)).map(|_| *random.pick(&SCOPE_PIECES)).collect();
        println!("{scope:?}");
        rig.node.set("Channelscope", scope.as_str());
        // What a bracket without its other half means is nobody's business, as long as nothing breaks.
        let lone = scope.replace("[1-4]", "").replace("[a-c]", "").contains(['[', ']']);
        let selected = in_scope(&scope, &names);
        match record(&mut rig) {
            Some(file) if lone => assert_opens(&file, "wav"),
            None if lone => {}
            None => {
                assert!(selected.is_empty(), "{scope:?} is refused");
                assert!(rig.dat("last_error").contains("selects none of the input's channels"));
                assert!(files(rig.folder()).is_empty());
            }
            Some(file) => {
                let read = readers::hound(&file);
                assert_eq!(read.channels, selected.len(), "{scope:?}");
                for (index, frame) in read.samples.chunks_exact(read.channels).enumerate() {
                    let meant = selected.iter().map(|&channel| rig.given[channel][index].to_bits() as i32);
                    assert!(frame.iter().copied().eq(meant), "frame {index} of {scope:?}");
                }
            }
        }
    });
}

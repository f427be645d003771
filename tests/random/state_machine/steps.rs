//! What can be done to a node, and random sequences of it.

use tdhost::random::Random;

use crate::common::formats::{codecs, file_types};

/// One thing that happens to a node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Cook(Cook),
    Record(bool),
    Pause(bool),
    /// What is wired has this layout from now on.
    Layout {
        channels: usize,
        rate: f64,
    },
    Wire(bool),
    /// The index of an item.
    FileType(usize),
    Codec(usize),
    File(Name),
    Unique(bool),
    Number(f64),
    Scope(&'static str),
    FillGaps(bool),
    /// Seconds after which a take ends; 0 for no limit.
    Limit(f64),
    /// An item of Split.
    Split(&'static str),
    /// A button is pressed before the next cook.
    Press(&'static str),
    /// A parameter that has no influence on what is recorded.
    Harmless(&'static str, f64),
    Table(Table),
    /// Every getter that returns a pointer returns null for the parameter.
    Null(&'static str, bool),
    /// Wait until nothing is being opened or finished.
    Settle,
    /// Somebody deletes the file that is recorded, or moves it away.
    Remove {
        moved: bool,
    },
    /// The node is destroyed and another made, whose disk may be a slow one.
    Recreate {
        slow: bool,
    },
}

/// A cook and what is on the wire then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cook {
    /// Of the timeline, since the cook before.
    pub(crate) frames: f64,
    /// `None`: as many as a time slice has.
    pub(crate) samples: Option<usize>,
    /// False: the source has not cooked since.
    pub(crate) fresh: bool,
    /// Added to the index of the first sample.
    pub(crate) astray: f64,
}

/// What stands in File.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Name {
    /// Text with the place of the suffix.
    Suffixed(&'static str),
    /// A stem and an extension, perhaps the wrong one.
    Fixed(&'static str, Option<&'static str>),
    /// Held by somebody else.
    Locked,
    /// No file can have this name.
    Impossible(&'static str),
}

/// What is in the Header Source DAT.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Table {
    None,
    Text,
    OneColumn,
    Rows(usize),
}

const SUFFIXED: [&str; 4] = ["take{suffix}", "sub/deep/take{suffix}", "a{suffix}b{suffix}", "Stück №5 ♫{suffix}"];
const FIXED: [(&str, Option<&str>); 6] = [
    ("fixed", None),
    ("fixed", Some("wav")),
    ("fixed", Some("aif")),
    ("fixed", Some("mp3")),
    ("other", Some("ogg")),
    ("fixed", Some("flac")),
];
const IMPOSSIBLE: [&str; 5] = ["", "  ", "folder/", "plain/take{suffix}", "folder"];
const RATES: [f64; 16] = [
    48000.0,
    48000.0,
    48000.0,
    44100.0,
    44100.0,
    22050.0,
    8000.0,
    11025.0,
    96000.0,
    192_000.0,
    12345.0,
    44100.5,
    60.0,
    0.0,
    -48000.0,
    f64::NAN,
];
const SCOPES: [&str; 9] = ["*", "*", "*", "chan1", "chan[1-2]", "* ^chan1", "", "none", "chan[3-9] chan[11-40]"];
/// Frames times channels of one cook, so that a run stays short.
const MOST_SAMPLES: usize = 400_000;

/// A random sequence. A plain one has nothing in it that a healthy host would not do.
pub(crate) fn draw(random: &mut Random, plain: bool) -> Vec<Step> {
    let mut steps = vec![Step::File(Name::Suffixed("take{suffix}")), Step::FileType(random.index(file_types().len()))];
    let mut channels = 2;
    for _ in 0..random.between(10, 120) {
        let step = match random.between(0, 99) {
            0..46 => draw_cook(random, plain, channels),
            46..48 => Step::Press(text(random, &["Splitnow", "Newtake"])),
            48 => Step::Limit(*random.pick(&[0.0, 0.0, 0.1, 0.5, 2.0])),
            49 => Step::Split(text(random, &["off", "time", "clock", "size"])),
            50..62 => Step::Record(random.one_in(2)),
            62..67 => Step::Pause(random.one_in(3)),
            67..72 => {
                channels = if plain { random.between(1, 8) } else { random.between(0, 40) } as usize;
                Step::Layout {
                    channels,
                    rate: if plain { RATES[random.index(12)].trunc() } else { *random.pick(&RATES) },
                }
            }
            72..75 => Step::Wire(!random.one_in(3)),
            75..79 => Step::FileType(random.index(file_types().len())),
            79..82 => Step::Codec(random.index(codecs().len())),
            82..86 => Step::File(draw_name(random)),
            86 => Step::Unique(random.one_in(2)),
            87 => Step::Number(*random.pick(&[0.0, 1.0, 2.0, 7.4, -3.0, 1e9])),
            88 => Step::Scope(text(random, &SCOPES)),
            89 => Step::FillGaps(random.one_in(2)),
            90 => draw_harmless(random),
            91 => Step::Table(*random.pick(&[
                Table::None,
                Table::Text,
                Table::OneColumn,
                Table::Rows(3),
                Table::Rows(50),
            ])),
            92 if !plain => Step::Null(
                text(random, &["File", "Filetype", "Codec", "Channelscope", "Headerdat", "Bitrate"]),
                random.one_in(3),
            ),
            93 => Step::Recreate { slow: random.one_in(3) },
            94 | 95 => Step::Remove { moved: random.one_in(2) },
            _ => Step::Settle,
        };
        steps.push(step);
    }
    steps
}

fn draw_cook(random: &mut Random, plain: bool, channels: usize) -> Step {
    let hitch = |random: &mut Random| random.between(2, 60) as f64;
    let slice = Cook { frames: 1.0, samples: None, fresh: true, astray: 0.0 };
    if plain {
        let frames = if random.one_in(8) { hitch(random) } else { 1.0 };
        return Step::Cook(Cook { frames, ..slice });
    }
    let frames = match random.between(0, 19) {
        0 => hitch(random),
        1 => 0.0,
        2 => *random.pick(&[f64::NAN, f64::INFINITY, -1.0, 0.5, 2.5, 50_000.0]),
        _ => 1.0,
    };
    let samples = match random.between(0, 19) {
        0 => Some(0),
        1 => Some(1),
        2 => Some((random.between(5_000, MOST_SAMPLES as u64) as usize).min(MOST_SAMPLES / channels.max(1))),
        3..=8 => Some(random.between(0, 5_000) as usize),
        _ => None,
    };
    let astray = if random.one_in(8) { *random.pick(&[1.0, -800.0, 1e9, -1e9, 0.5]) } else { 0.0 };
    Step::Cook(Cook { frames, samples, fresh: !random.one_in(8), astray })
}

fn draw_name(random: &mut Random) -> Name {
    match random.between(0, 11) {
        0..=5 => Name::Suffixed(text(random, &SUFFIXED)),
        6..=8 => {
            let (stem, extension) = *random.pick(&FIXED);
            Name::Fixed(stem, extension)
        }
        9 => Name::Locked,
        _ => Name::Impossible(text(random, &IMPOSSIBLE)),
    }
}

fn text(random: &mut Random, texts: &[&'static str]) -> &'static str {
    texts[random.index(texts.len())]
}

fn draw_harmless(random: &mut Random) -> Step {
    let value = *random.pick(&[0.0, 0.3, 1.0, 1.0, 7.0, -1.0, 1e12, f64::NAN, f64::INFINITY]);
    match random.between(0, 2) {
        0 => Step::Harmless("Quality", value),
        1 => Step::Harmless("Maxbuffer", value),
        _ => Step::Harmless("Bitrate", random.between(0, 4) as f64),
    }
}

//! THE table of parameters: one row each, in the order of the pages.
//!
//! The shim declares them from these rows and knows no parameter by name.

mod starting;
mod takes;

pub(crate) use starting::{HOLD, PRE_ROLL, START, THRESHOLD};
pub(super) use starting::{LONGEST_PREROLL, LOWEST_THRESHOLD};
pub(crate) use takes::{
    LENGTH, LENGTH_UNIT, LIMIT_LENGTH, MARKER, MARKER_NAME, NEW_TAKE, SPLIT, SPLIT_EVERY, SPLIT_NOW,
};

use crate::bridge::Cook;
use crate::codec::PCM_CODECS;
use crate::formats::{FORMATS, FormatOption};

const PAGE: &str = "Audio File Out";
const RECORDING: &str = "Recording";
const TAKES: &str = "Takes";

/// A row of the table.
pub(crate) struct Par {
    /// As expressions and scripts use it: a capital, then small letters and digits.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) page: &'static str,
    pub(crate) kind: Kind,
    /// A line above it sets it apart from what is before, in hosts that draw one.
    pub(crate) section: bool,
    /// Fixed by a running take, hence greyed out meanwhile.
    pub(crate) latched: bool,
    /// Used by some formats only, hence greyed out for the others.
    pub(crate) option: Option<FormatOption>,
    /// Used only while this switch or menu is not off, and greyed out otherwise.
    pub(crate) needs: Option<&'static Par>,
    pub(crate) help: &'static str,
}

/// What the host makes of a parameter.
pub(crate) enum Kind {
    /// Item names and labels, and the name of the default item.
    Menu {
        items: fn() -> Vec<(&'static str, &'static str)>,
        default: &'static str,
    },
    Toggle {
        default: bool,
    },
    /// Clamped at `min`; the slider ends at `slider`.
    Int {
        default: f64,
        min: f64,
        slider: f64,
    },
    /// Clamped at `min`, and at `max` when there is one; the slider ends at `slider`.
    Float {
        default: f64,
        min: f64,
        max: Option<f64>,
        slider: f64,
    },
    /// A path to write to.
    FileSave {
        default: &'static str,
    },
    Text {
        default: &'static str,
    },
    /// A DAT operator.
    Dat,
    Pulse,
}

/// What every cook looks at, in the order of [`Cook::pars`].
pub(crate) static WATCHED: [&Par; 3] = [&RECORD, &PAUSE, &FILE_TYPE];

impl Cook {
    pub(super) fn record(&self) -> bool {
        self.pars[0] != 0
    }

    pub(super) fn pause(&self) -> bool {
        self.pars[1] != 0
    }

    /// Index of the File Type's menu item.
    pub(super) fn file_type(&self) -> i32 {
        self.pars[2]
    }
}

/// Bit rates of MP3 in kb/s, in the order of the menu.
const BIT_RATES: [(&str, &str, u32); 5] = [
    ("b96", "96 kb/s", 96),
    ("b128", "128 kb/s", 128),
    ("b192", "192 kb/s", 192),
    ("b256", "256 kb/s", 256),
    ("b320", "320 kb/s", 320),
];

/// kb/s of a menu item of [`BIT_RATE`]; the default for a name that is none.
pub(crate) fn bit_rate(item: &str) -> u32 {
    BIT_RATES.iter().find(|(name, ..)| *name == item).map_or(192, |(.., kilobits)| *kilobits)
}

pub(crate) static FILE_TYPE: Par = Par {
    name: "Filetype",
    label: "File Type",
    page: PAGE,
    kind: Kind::Menu { items: || FORMATS.iter().map(|format| (format.name, format.label)).collect(), default: "wav" },
    section: false,
    latched: true,
    option: None,
    needs: None,
    help: "The kind of file. WAV, AIFF and FLAC keep every sample, FLAC in about half of the space; OGG and MP3 are smaller \
           and lose a little.",
};

pub(crate) static UNIQUE_SUFFIX: Par = Par {
    name: "Uniquesuff",
    label: "Unique Suffix",
    page: PAGE,
    kind: Kind::Toggle { default: true },
    section: false,
    latched: true,
    option: None,
    needs: None,
    help: "On: each take gets the first number from N upward whose file does not exist, so that no take is overwritten. \
           Off: the number is always N, and a new take replaces the one before.",
};

pub(crate) static N: Par = Par {
    name: "N",
    label: "N",
    page: PAGE,
    kind: Kind::Int { default: 0.0, min: 0.0, slider: 100.0 },
    section: false,
    latched: true,
    option: None,
    needs: None,
    help: "The number that file names start to count from, or the number itself when Unique Suffix is off.",
};

pub(crate) static FILE: Par = Par {
    name: "File",
    label: "File",
    page: PAGE,
    kind: Kind::FileSave { default: "AudioOut{suffix}" },
    section: false,
    latched: true,
    option: None,
    needs: None,
    help: "Where to record. {suffix} becomes the number of the take and the extension, as .0.wav; in a Python expression \
           use me.fileSuffix. {date}, {time} and {op} become the day, the time of day and the operator's name. Missing \
           folders are made.",
};

pub(crate) static CODEC: Par = Par {
    name: "Codec",
    label: "Codec",
    page: PAGE,
    kind: Kind::Menu { items: || PCM_CODECS.iter().map(|codec| (codec.name, codec.label)).collect(), default: "pcm24" },
    section: false,
    latched: true,
    option: Some(FormatOption::Codec),
    needs: None,
    help: "How exactly WAV, AIFF and FLAC store each sample. 24-bit is right for most; 32-bit float keeps the input to the \
           last bit, also when it is louder than full scale. FLAC takes 16 and 24 bits; the big-endian ones are for AIFF \
           only.",
};

pub(crate) static BIT_RATE: Par = Par {
    name: "Bitrate",
    label: "Bit Rate",
    page: PAGE,
    kind: Kind::Menu { items: || BIT_RATES.iter().map(|(name, label, _)| (*name, *label)).collect(), default: "b192" },
    section: false,
    latched: true,
    option: Some(FormatOption::BitRate),
    needs: None,
    help: "How much space a second of MP3 takes: more sounds better.",
};

pub(crate) static RECORD: Par = Par {
    name: "Record",
    label: "Record",
    page: PAGE,
    kind: Kind::Toggle { default: false },
    section: true,
    latched: false,
    option: None,
    needs: None,
    help: "On: opens and locks the file and records. Off: completes the file and unlocks it. When the file is ready the \
           Info CHOP channel takes_finished counts up.",
};

pub(crate) static PAUSE: Par = Par {
    name: "Pause",
    label: "Pause",
    page: PAGE,
    kind: Kind::Toggle { default: false },
    section: false,
    latched: false,
    option: None,
    needs: None,
    help: "On: nothing is recorded, and the file stays open. Off again: the take goes on in the same file.",
};

pub(crate) static HEADER_DAT: Par = Par {
    name: "Headerdat",
    label: "Header Source DAT",
    page: PAGE,
    kind: Kind::Dat,
    section: true,
    latched: true,
    option: None,
    needs: None,
    help: "A table with what the file is to say of itself: keys such as title, artist or comment in the first column, \
           their texts in the second. It is read when Record goes on.",
};

pub(crate) static CHANNEL_SCOPE: Par = Par {
    name: "Channelscope",
    label: "Channel Scope",
    page: RECORDING,
    kind: Kind::Text { default: "*" },
    section: false,
    latched: true,
    option: None,
    needs: None,
    help: "Which channels of the input are recorded, by name: * for all, chan[1-8] for eight of them, two names with a \
           blank between for these two, * ^chan3 for all but chan3.",
};

pub(crate) static QUALITY: Par = Par {
    name: "Quality",
    label: "Quality",
    page: RECORDING,
    kind: Kind::Float { default: 0.5, min: 0.0, max: Some(1.0), slider: 1.0 },
    section: false,
    latched: true,
    option: Some(FormatOption::Quality),
    needs: None,
    help: "How good OGG sounds and how large it gets: 0 is the smallest file, 1 the best sound. Quality means what it \
           means to oggenc: 0.5 here is -q 5 there.",
};

pub(crate) static FILL_GAPS: Par = Par {
    name: "Fillgaps",
    label: "Fill Gaps",
    page: RECORDING,
    kind: Kind::Toggle { default: true },
    section: true,
    latched: false,
    option: None,
    needs: None,
    help: "On: time that TouchDesigner lost in a hitch becomes silence, so that the file stays in sync with the show. \
           Off: it is left out, and the file is shorter.",
};

pub(crate) static MAX_BUFFER: Par = Par {
    name: "Maxbuffer",
    label: "Max Buffer",
    page: RECORDING,
    kind: Kind::Float { default: 60.0, min: 1.0, max: None, slider: 120.0 },
    section: false,
    latched: false,
    option: None,
    needs: None,
    help: "How many seconds of audio may wait in memory while the disk is too slow or stuck. What comes after that is \
           lost, and the operator says so.",
};

/// Those that others need.
pub(crate) static SWITCHES: [&Par; 3] = [&START, &LIMIT_LENGTH, &SPLIT];

/// THE table.
pub(crate) static PARS: [&Par; 26] = [
    &FILE_TYPE,
    &UNIQUE_SUFFIX,
    &N,
    &FILE,
    &CODEC,
    &BIT_RATE,
    &RECORD,
    &PAUSE,
    &HEADER_DAT,
    &CHANNEL_SCOPE,
    &QUALITY,
    &FILL_GAPS,
    &MAX_BUFFER,
    &PRE_ROLL,
    &START,
    &THRESHOLD,
    &HOLD,
    &NEW_TAKE,
    &LIMIT_LENGTH,
    &LENGTH,
    &LENGTH_UNIT,
    &SPLIT,
    &SPLIT_EVERY,
    &SPLIT_NOW,
    &MARKER,
    &MARKER_NAME,
];

#[cfg(test)]
mod tests;

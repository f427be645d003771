//! The warning sentences.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::problem::shown;
use super::refusal::Refusal;

/// What the user should know although the take goes on: the node's warning string.
#[derive(Debug, Clone, PartialEq, Error)]
pub(crate) enum Warning {
    /// AIFF has no little-endian form of this codec that every program reads.
    #[error(
        "AIFF stores {codec} big-endian, since no little-endian form of it is read by all programs: \
         choose {codec}be to record the same file without this warning."
    )]
    AiffBigEndian { codec: &'static str },
    /// MP3 holds less than this bit rate at this sample rate.
    #[error(
        "MP3 holds at most {used} kb/s at {rate} Hz, so {used} kb/s is recorded in place of {asked}: \
         raise the input's sample rate to 32000 Hz or more for a higher Bit Rate."
    )]
    Mp3BitRate { asked: u32, rate: u32, used: u32 },
    /// The file system knows no locks.
    #[error(
        "The disk of {} knows no locks, so other programs can write to the file while it is recorded: \
         keep them away from it, or record to a local disk.",
        shown(.path)
    )]
    NotLocked { path: PathBuf },
    /// The file system can keep nothing on request.
    #[error(
        "The disk of {} cannot be asked to keep what is written, so a power cut may cost the last seconds: \
         record to a local disk if that matters.",
        shown(.path)
    )]
    NotSynced { path: PathBuf },
    /// An operation was refused for a while in this take, `times` times, and `lost` frames found no room in memory.
    #[error(
        "Writing had to wait {}because {}, and {}: recording goes on, but look for the cause.",
        how_often(*.times, *.seconds),
        uncapitalized(.cause),
        match .lost {
            0 => "nothing was lost".to_owned(),
            lost => format!("{lost} samples a channel were lost and replaced by silence"),
        }
    )]
    WasRefused { cause: String, times: u64, seconds: f64, lost: u64 },
    /// An operation is refused, and audio waits in memory for it.
    #[error("{}", .0.sentence(None))]
    Refused(Refusal),
    /// The disk will be full soon.
    #[error(
        "The disk has room for less than {minutes} minute{} at this rate: free some space, or end the take before.",
        if *.minutes == 1 { "" } else { "s" }
    )]
    DiskFillsUp { minutes: u32 },
    /// Record is on and nothing is wired to the input.
    #[error("Record is on, but nothing is wired to the input: wire a CHOP with audio, and recording starts by itself.")]
    NoInput,
    /// Record is on and the input has no channels.
    #[error("Record is on, but the input has no channels: give it some, and recording starts by itself.")]
    NoChannels,
    /// Record is on and the input's sample rate is not a positive number.
    #[error(
        "Record is on, but the input has a sample rate of {rate} Hz: give it a positive one, and recording \
         starts by itself."
    )]
    NoRate { rate: String },
    /// A button was pressed that needs a take.
    #[error("{button} was pressed while nothing is recorded, so it has done nothing: switch Record on before.")]
    NothingRecords { button: &'static str },
    /// Memory is for less than Pre-Roll says.
    #[error(
        "Pre-Roll of {seconds} s is more than the 512 MiB of memory for it hold, so only the last {kept:.1} s are kept: \
         lower it, or record fewer channels with Channel Scope."
    )]
    PrerollTooLong { seconds: f64, kept: f64 },
    /// The input is a clip.
    #[error(
        "The input is not time sliced, so it is written whole each time it cooks: switch Time Slice on in \
         the input to record it as it plays."
    )]
    NotTimeSliced,
    /// The time since the last cook is not a positive number.
    #[error(
        "TouchDesigner reported {frames} frames since the last cook, so a gap there could not be filled: \
         check the sync at that place."
    )]
    OddTime { frames: String },
    /// A gap that cannot be believed.
    #[error(
        "TouchDesigner did not cook for {seconds:.0} s, which is more than is filled with silence, so it is \
         only counted: check the sync after that place."
    )]
    GapTooLong { seconds: f64 },
    /// Audio waits in memory for the disk.
    #[error(
        "The disk is slow, so {seconds:.1} s of audio wait in memory: nothing is lost yet, but look for what \
         keeps the disk busy."
    )]
    SlowDisk { seconds: f64 },
    /// Audio waits in memory to be encoded.
    #[error(
        "This computer encodes slower than the audio comes, so {seconds:.1} s of it wait in memory: nothing is \
         lost yet, but give it less to do, or choose another File Type."
    )]
    SlowEncoder { seconds: f64 },
    /// A marker's name is what fits of it.
    #[error("A marker's name is longer than 126 bytes and was cut, it begins with \"{}\": shorten Marker Name.", Short(.name))]
    MarkerNameCut { name: String },
    /// A file has no room for more markers.
    #[error(
        "The {format} file has no room for more markers, so the last ones are left out: pulse Split Now for a file with new \
         room, or set fewer of them."
    )]
    TooManyMarkers { format: &'static str },
    /// Nothing of the input can be recorded: the take waits.
    #[error("The take is suspended because {cause}: {}, and it goes on by itself.", .cause.remedy())]
    Suspended { cause: SuspensionCause },
    /// It was like that for so many seconds in this take, in so many pieces.
    #[error(
        "The take was suspended {}because {cause}, and {}",
        how_often(*.times, *.seconds),
        match .filled {
            Filled::Silence => "silence stands for that time: check that place in the file.",
            Filled::Nothing => "that time is not in the file: check the sync after that place.",
        }
    )]
    WasSuspended { cause: SuspensionCause, times: u64, seconds: f64, filled: Filled },
    /// Header Source DAT names nothing that has a table.
    #[error("Header Source DAT {dat} is not a table, so the file gets no metadata from it: choose a Table DAT.")]
    NoTable { dat: String },
    /// The Header Source DAT has no second column.
    #[error(
        "Header Source DAT has {columns} column{}, so the file gets no metadata from it: put keys in the first \
         column and values in the second.",
        if *.columns == 1 { "" } else { "s" }
    )]
    NarrowTable { columns: usize },
    /// The host refused a parameter.
    #[error(
        "TouchDesigner did not accept the parameter {name}, so it cannot be set: \
         use a version of the plugin that fits this TouchDesigner."
    )]
    ParameterRejected { name: String },
    /// `key` is what is left of it.
    #[error(
        "A metadata key is longer than {max} bytes and was cut, it begins with \"{}\": \
         shorten it in the Header Source DAT.",
        Short(.key)
    )]
    MetadataKeyCut { key: String, max: usize },
    /// The value with which the metadata reached its limit.
    #[error(
        "The metadata is longer than {} MiB, so the value of \"{}\" was cut: \
         shorten it in the Header Source DAT.",
        .max >> 20,
        Short(.key)
    )]
    MetadataValueCut { key: String, max: usize },
    /// Rows after the limits were reached.
    #[error(
        "The last {rows} rows of the metadata were left out, since a file takes {entries_max} rows and \
         {} MiB of text: shorten the Header Source DAT.",
        .text_max >> 20
    )]
    MetadataLeftOut { rows: usize, entries_max: usize, text_max: usize },
    /// The ID3 tag has no place for this.
    #[error(
        "The metadata key \"{}\" is missing in the file's ID3 tag ({cause}): \
         rename it or shorten its value in the Header Source DAT.",
        Short(.key)
    )]
    MetadataNotInId3 { key: String, cause: String },
    /// `more` other keys were renamed, too.
    #[error(
        "OGG metadata keys are plain ASCII without '=' and '~', so \"{}\" {}is written as \"{}\": \
         rename it in the Header Source DAT.",
        Short(.key),
        if *.more > 0 { format!("(and {more} more) ") } else { String::new() },
        Short(.written)
    )]
    VorbisFieldRenamed { key: String, written: String, more: usize },
}

impl Warning {
    /// True for a warning on the node as a whole, which the next take does not clear.
    pub(crate) fn outlives_a_take(&self) -> bool {
        matches!(self, Self::ParameterRejected { .. })
    }
}

/// Why nothing of an input can be recorded.
#[derive(Debug, Clone, PartialEq, Error)]
pub(crate) enum SuspensionCause {
    #[error("nothing is wired to the input")]
    NotWired,
    #[error("the input has no channels")]
    NoChannels,
    /// Not a positive number.
    #[error("the input has a sample rate of {0} Hz")]
    Rate(String),
    /// Channel Scope selects none of the input's channels.
    #[error("Channel Scope {0} selects none of the input's channels")]
    Scope(String),
    /// The File Type cannot hold the layout: what is wrong, without a remedy.
    #[error("{0}")]
    Layout(String),
}

/// What stands in the file for time that was not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    Silence,
    Nothing,
}

impl SuspensionCause {
    fn remedy(&self) -> &'static str {
        match self {
            Self::NotWired => "wire a CHOP with audio",
            Self::NoChannels => "give it some",
            Self::Rate(_) => "give it a positive one",
            Self::Scope(_) | Self::Layout(_) => "change the input back",
        }
    }
}

/// A sentence's beginning as it stands within another one.
fn uncapitalized(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !text.starts_with("macOS") => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// "for 2.000 s ", "3 times, for 4.000 s in all, last ".
fn how_often(times: u64, seconds: f64) -> String {
    match times {
        0 | 1 => format!("for {seconds:.3} s "),
        _ => format!("{times} times, for {seconds:.3} s in all, last "),
    }
}

/// Text of the user's, of which a sentence shows no more than tells it from others.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 40;
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => write!(f, "{}...", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

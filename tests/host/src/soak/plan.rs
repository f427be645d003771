//! What a take is to be: drawn at random from what the plugin's menus offer.

use super::ledger::Layout;
use crate::random::Random;
use crate::{Node, Value};

/// Something that happens to a take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Somebody deletes the file while it is recorded.
    Deleted,
    /// Somebody moves the file while it is recorded.
    Renamed,
    /// Somebody removes the folder while it is recorded to.
    FolderRemoved,
    /// The folder may not be written to any more.
    FolderReadOnly,
    /// Somebody else holds the file before the take begins.
    Locked,
    /// A part of the path is a file.
    NoFolder,
    /// The disk has room for a second or two.
    SmallDisk,
    /// The system refuses operations on the files for a while. Only a plugin that is built for tests understands it.
    Refused,
}

impl Fault {
    const ALL: [Self; 8] = [
        Self::Deleted,
        Self::Renamed,
        Self::FolderRemoved,
        Self::FolderReadOnly,
        Self::Locked,
        Self::NoFolder,
        Self::SmallDisk,
        Self::Refused,
    ];

    /// Whether the take's own file may be gone afterwards.
    pub(super) fn takes_away(self) -> bool {
        matches!(self, Self::Deleted | Self::FolderRemoved | Self::Locked)
    }
}

/// One take, before it begins.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) file_type: String,
    pub(super) layout: Layout,
    pub(super) scope: &'static str,
    /// An item of Split, or `now` for the button: the take then keeps its layout and has no fault.
    pub(super) split: &'static str,
    /// Cooks until Record goes off.
    pub(super) length: u64,
    /// And after how many cooks it comes, if it comes while recording.
    pub(super) fault: Option<(Fault, u64)>,
}

impl Plan {
    /// Draws a take of one of `file_types`.
    ///
    /// # Errors
    /// As [`draw_layout`].
    pub(super) fn draw(random: &mut Random, file_types: &[String], fps: u64, small_disk: bool) -> Result<Self, String> {
        let file_type = random.pick(file_types).clone();
        let scope = *random.pick(&["*", "*", "*", "chan[1-2]", "chan1", "* ^chan1"]);
        let layout = draw_layout(random, &file_type)?;
        let length = match random.between(0, 9) {
            0 => random.between(1, 5),
            1..=3 => random.between(5, 2 * fps),
            _ => random.between(2 * fps, 15 * fps),
        };
        let faults: Vec<Fault> =
            Fault::ALL.into_iter().filter(|&fault| small_disk || fault != Fault::SmallDisk).collect();
        let split = *random.pick(&["off", "off", "off", "off", "time", "clock", "size", "now"]);
        let fault = (split == "off" && random.one_in(5)).then(|| (*random.pick(&faults), random.between(1, length)));
        Ok(Self { file_type, layout, scope, split, length, fault })
    }

    /// Sets every parameter of the take but its file.
    pub(super) fn apply(&self, random: &mut Random, node: &mut Node) -> Result<(), String> {
        node.try_set("Filetype", self.file_type.as_str())?;
        node.try_set("Channelscope", self.scope)?;
        for name in ["Codec", "Bitrate"] {
            let Some(par) = node.par(name) else { continue };
            let mut item = random.pick(&par.menu).0.clone();
            // WAV refuses these: worth trying now and then.
            while self.file_type == "wav" && item.ends_with("be") && !random.one_in(6) {
                item.clone_from(&random.pick(&par.menu).0);
            }
            node.try_set(name, Value::from(item))?;
        }
        node.try_set("Split", if self.split == "now" { "off" } else { self.split })?;
        // 0.6 s to 3 s, or megabytes.
        let every = if self.split == "size" { 1.0 } else { 0.01 * random.between(1, 5) as f64 };
        node.try_set("Splitevery", every)?;
        node.try_set("Quality", random.unit())?;
        node.try_set("Maxbuffer", random.between(5, 60) as f64)?;
        node.try_set("N", random.between(0, 3) as f64)?;
        if random.one_in(3) {
            node.set_table("Headerdat", &draw_table(random));
        } else {
            node.clear_table("Headerdat");
        }
        Ok(())
    }
}

/// What may be wired to a node that records this type of file.
///
/// # Errors
/// The soak does not know what a file of this type holds.
pub(super) fn draw_layout(random: &mut Random, file_type: &str) -> Result<Layout, String> {
    let (rates, most): (&[u32], u64) = match file_type {
        "wav" | "aiff" => {
            (&[8000, 11025, 22050, 44100, 48000, 48000, 96000, 12345], if random.one_in(20) { 32 } else { 8 })
        }
        // More channels are refused.
        "mp3" => (&[16000, 22050, 32000, 44100, 48000], if random.one_in(15) { 6 } else { 2 }),
        "flac" => (&[8000, 11025, 44100, 48000, 96000, 12345], 8),
        "ogg" => (&[16000, 22050, 44100, 48000], 4),
        name => return Err(format!("the soak does not know what a file of the type {name} holds: add it to plan.rs")),
    };
    // Two at least, so that every scope finds a channel; one is tested by `chan1`.
    Ok(Layout { channels: random.between(2, most) as usize, rate: *random.pick(rates) })
}

fn draw_table(random: &mut Random) -> Vec<Vec<String>> {
    let keys = ["title", "artist", "album", "comment", "date", "track", "Mood", "title-sort", ""];
    let values = ["", "Stück №5 ♫", "a b", "x\ny", "日本語", "2026"];
    (0..random.between(0, 8)).map(|_| vec![random.pick(&keys).to_string(), random.pick(&values).repeat(3)]).collect()
}

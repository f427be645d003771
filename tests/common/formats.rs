//! What the tests know of each File Type, apart from the plugin. Which ones there are, the plugin's menu says: one that
//! is not known here fails every test that runs over all of them.

use std::sync::OnceLock;

use super::Rig;

/// A File Type.
#[derive(Debug)]
pub struct FileType {
    pub name: &'static str,
    /// The items of Codec whose samples it stores exactly; none when it is lossy.
    pub codecs: &'static [&'static str],
    /// Whether it stores so many channels at a rate in Hz.
    pub holds: fn(channels: usize, rate: f64) -> bool,
    /// The extensions that belong to it, the usual one first.
    pub extensions: &'static [&'static str],
}

const KNOWN: &[FileType] = &[
    FileType {
        name: "wav",
        codecs: &["pcm16", "pcm24", "pcm32", "float32"],
        holds: |_, rate| rate.fract() == 0.0,
        extensions: &["wav"],
    },
    FileType {
        name: "aiff",
        codecs: &["pcm16", "pcm24", "pcm32", "float32", "pcm16be", "pcm24be", "pcm32be"],
        holds: |_, _| true,
        extensions: &["aiff", "aif"],
    },
    FileType {
        name: "mp3",
        codecs: &[],
        holds: |channels, rate| {
            const RATES: [f64; 9] = [8e3, 11025.0, 12e3, 16e3, 22050.0, 24e3, 32e3, 44100.0, 48e3];
            channels <= 2 && RATES.contains(&rate)
        },
        extensions: &["mp3"],
    },
    FileType {
        name: "ogg",
        codecs: &[],
        holds: |channels, rate| channels <= 255 && rate.fract() == 0.0 && (8000.0..=192_000.0).contains(&rate),
        extensions: &["ogg"],
    },
    FileType {
        name: "flac",
        codecs: &["pcm16", "pcm24"],
        holds: |channels, rate| {
            let whole = rate.fract() == 0.0 && (34.0..=65_535.0).contains(&rate);
            channels <= 8 && (whole || rate % 10.0 == 0.0 && (65_535.0..=655_350.0).contains(&rate))
        },
        extensions: &["flac"],
    },
];

impl FileType {
    pub fn is_lossy(&self) -> bool {
        self.codecs.is_empty()
    }

    /// Whether it can record such an input with an item of Codec.
    pub fn allows(&self, codec: &str, channels: usize, rate: f64) -> bool {
        (self.holds)(channels, rate) && (self.is_lossy() || self.codecs.contains(&codec))
    }
}

/// The File Type of this name.
pub fn file_type(name: &str) -> &'static FileType {
    KNOWN.iter().find(|known| known.name == name).unwrap_or_else(|| {
        panic!("the plugin has a File Type {name}, of which tests/common/formats.rs knows nothing: add it there")
    })
}

/// All File Types, in the order of the menu.
pub fn file_types() -> &'static [&'static FileType] {
    static TYPES: OnceLock<Vec<&'static FileType>> = OnceLock::new();
    TYPES.get_or_init(|| menu("Filetype").iter().map(|name| file_type(name)).collect())
}

/// All items of Codec, in the order of the menu.
pub fn codecs() -> &'static [String] {
    static CODECS: OnceLock<Vec<String>> = OnceLock::new();
    CODECS.get_or_init(|| menu("Codec"))
}

/// The width of an item of Codec, and whether it is a float: its name says so.
pub fn width(codec: &str) -> (u16, bool) {
    let bits: String = codec.chars().filter(char::is_ascii_digit).collect();
    (bits.parse().expect("the name of a codec has its bits"), codec.starts_with("float"))
}

fn menu(name: &str) -> Vec<String> {
    let node = Rig::new(1, 48_000.0).node;
    node.par(name).expect("a menu").menu.iter().map(|(item, _)| item.clone()).collect()
}

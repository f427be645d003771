//! What a cook gives.

/// What the plugin says in `getGeneralInfo`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct General {
    /// Cooks although nobody looks.
    pub cook_every_frame: bool,
    /// Cooks every frame while somebody looks.
    pub cook_every_frame_if_asked: bool,
    /// The host decides the number of samples.
    pub timeslice: bool,
    /// The input that the output matches.
    pub input_match_index: i32,
}

/// What came out of one cook.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cooked {
    /// The output's channel names.
    pub channel_names: Vec<String>,
    /// The output's samples.
    pub channels: Vec<Vec<f32>>,
    /// The output's samples in a second.
    pub rate: f32,
    /// The first output sample's index.
    pub start_index: u32,
    /// The Info CHOP.
    pub info: Vec<(String, f32)>,
    /// The Info DAT's first two columns.
    pub dat: Vec<(String, String)>,
    /// Empty when there is no error.
    pub error: String,
    /// Empty when there is no warning.
    pub warning: String,
    /// The info popup's text.
    pub popup: String,
    /// What `getGeneralInfo` said.
    pub general: General,
}

impl Cooked {
    /// The value of an Info CHOP channel, if there is one of that name.
    pub fn info(&self, channel: &str) -> Option<f32> {
        self.info.iter().find(|(name, _)| name == channel).map(|(_, value)| *value)
    }

    /// The text beside a key of the Info DAT, if there is one.
    pub fn dat(&self, key: &str) -> Option<&str> {
        self.dat.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

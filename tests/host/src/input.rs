//! What is wired to a node.

/// A CHOP wired to the node's input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// The source operator's path.
    pub path: String,
    /// The source operator's id: another one on the same wire is another operator.
    pub op_id: u32,
    /// A name for each channel.
    pub names: Vec<String>,
    /// The samples of each channel; all of the same length.
    pub channels: Vec<Vec<f32>>,
    /// Samples in a second.
    pub rate: f64,
    /// The first sample's index in the source's own time.
    pub start_index: f64,
    /// How often the source has cooked: unmoved when it shows the same samples again.
    pub total_cooks: i64,
}

impl Input {
    /// An input of `channels` channels `chan1`, `chan2`... at `rate`, without samples yet.
    pub fn new(channels: usize, rate: f64) -> Self {
        Self {
            path: "/project1/source".to_owned(),
            op_id: 1,
            names: (1..=channels).map(|number| format!("chan{number}")).collect(),
            channels: vec![Vec::new(); channels],
            rate,
            start_index: 0.0,
            total_cooks: 0,
        }
    }

    /// Samples in each channel.
    pub fn num_samples(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// Replaces one channel's samples, in the memory that it has. Once every channel has its new samples, say
    /// [`Input::cooked`].
    pub fn set_samples(&mut self, channel: usize, samples: &[f32]) {
        let buffer = &mut self.channels[channel];
        buffer.clear();
        buffer.extend_from_slice(samples);
    }

    /// Marks the samples as fresh ones that begin at `start_index`.
    pub fn cooked(&mut self, start_index: f64) {
        self.start_index = start_index;
        self.total_cooks += 1;
    }
}

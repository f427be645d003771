//! The take that is being fed: which channels of the input it has, and since when.

use std::sync::Arc;

use super::reading::select;
use crate::bridge::Inputs;
use crate::report::TakeReport;
use crate::stream::AudioLayout;

/// A take that is being fed.
pub(super) struct Running {
    pub(super) report: Arc<TakeReport>,
    pub(super) pattern: String,
    /// Channels of the input that are recorded.
    pub(super) selected: Vec<usize>,
    /// Layout of the whole input, to see when it changes.
    pub(super) input: AudioLayout,
    /// Seconds that arrived in this take, lost and filled ones included.
    pub(super) seconds: f64,
}

impl Running {
    /// The input has another rate or channel count. The layout of what is recorded of it; `None` when Channel Scope
    /// selects nothing of it.
    pub(super) fn change_input(&mut self, inputs: &Inputs, input: AudioLayout) -> Option<AudioLayout> {
        if input.channels != self.input.channels {
            self.selected = select(&self.pattern, inputs).unwrap_or_default();
        }
        self.input = input;
        (!self.selected.is_empty()).then_some(AudioLayout { channels: self.selected.len(), rate: input.rate })
    }
}

//! The layout of audio.

/// Channel count and sample rate of consecutive frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AudioLayout {
    pub(crate) channels: usize,
    /// Hz, as TouchDesigner gives it.
    pub(crate) rate: f64,
}

impl AudioLayout {
    /// Bytes of one frame as the cook thread hands it over.
    pub(crate) fn frame_bytes(self) -> u64 {
        (self.channels * size_of::<f32>()) as u64
    }
}

//! Metadata as chunks of WAV and AIFF files.

use crate::shared::problem::Warning;

/// The chunks of a WAV file, complete with their pad bytes.
pub(crate) fn wav_chunks(_metadata: &[(String, String)], _warnings: &mut Vec<Warning>) -> Vec<u8> {
    Vec::new()
}

/// The chunks of an AIFF file, complete with their pad bytes.
pub(crate) fn aiff_chunks(_metadata: &[(String, String)], _warnings: &mut Vec<Warning>) -> Vec<u8> {
    Vec::new()
}

//! What the plugin says of itself.

use crate::bridge::ffi::Identity;

/// The operator's name as the user reads it.
pub(crate) const LABEL: &str = "Audio File Out Plus";

/// A saved project needs the same major version and at least its minor version.
pub(crate) fn identity() -> Identity {
    let part = |text: &str| text.parse().unwrap_or(0);
    Identity {
        op_type: "Audiofileoutplus".into(),
        label: LABEL.into(),
        icon: "AFO".into(),
        author: LABEL.into(),
        help_url: env!("CARGO_PKG_HOMEPAGE").into(),
        inputs: 1,
        major_version: part(env!("CARGO_PKG_VERSION_MAJOR")),
        minor_version: part(env!("CARGO_PKG_VERSION_MINOR")),
    }
}

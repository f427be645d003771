//! The names of markers that a take has by itself, and of those that the user gives none.

use thiserror::Error;

/// Why a marker stands in a take; shown, it is the marker's name.
#[derive(Debug, Clone, PartialEq, Error)]
pub(crate) enum Mark {
    /// The user's, with what Marker Name says.
    #[error("{0}")]
    Named(String),
    /// The user's, the take's nth, without a name.
    #[error("Marker {0}")]
    Numbered(u64),
    /// The pre-roll ends.
    #[error("Record on")]
    RecordOn,
    /// Pause went off.
    #[error("Pause off")]
    PauseOff,
    /// Seconds that never came, and stand as silence.
    #[error("Gap of {0:.3} s, silent")]
    Filled(f64),
    /// Seconds that never came, and are not in the file.
    #[error("Gap of {0:.3} s, left out")]
    LeftOut(f64),
    /// Samples that memory had no room for stand as silence.
    #[error("Samples lost, silent")]
    Lost,
}

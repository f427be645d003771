//! What a source has shown of itself: whether its index and its lengths can be believed.

/// Follow-ups that prove an index.
const PROOF: u8 = 3;
/// Slices in a row that make a source punctual.
const PUNCTUAL: u8 = 4;

/// What is known of a source's `startIndex`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Index {
    /// A jump that time does not explain, and it has not followed since.
    Broken,
    /// Nothing has contradicted it, and it has followed so often.
    Followed(u8),
    /// Nothing is known.
    #[default]
    Unknown,
}

impl Index {
    pub(super) fn followed(&mut self) {
        *self = match *self {
            Self::Followed(times) => Self::Followed((times + 1).min(PROOF)),
            Self::Broken | Self::Unknown => Self::Followed(1),
        };
    }

    pub(super) fn is_proved(self) -> bool {
        self == Self::Followed(PROOF)
    }
}

/// Whether a source's slices are as long as the time that goes by: how many in a row were, up to what is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Clock(u8);

impl Clock {
    pub(super) fn agreed(&mut self) {
        self.0 = (self.0 + 1).min(PUNCTUAL);
    }

    pub(super) fn disagreed(&mut self) {
        self.0 = 0;
    }

    pub(super) fn is_punctual(self) -> bool {
        self.0 == PUNCTUAL
    }
}

//! What the host noticed a plugin do wrong.

/// What a fault is about, in the order of `FaultKind` in `include/host/faults.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FaultKind {
    ParameterName,
    ParameterMenu,
    ParameterRange,
    /// A method that the host's generation lacks.
    NewerMethod,
    UnknownParameter,
    /// `OP_Inputs` outside of the call that it was handed to.
    KeptInputs,
    Threw,
    /// The output that the plugin asks for.
    Shape,
    /// Info CHOP and Info DAT.
    Information,
    BlockBounds,
    ChannelCount,
    Unwritten,
    WroteInput,
    /// A Python getter that wants the node cooked while it cooks.
    CookInACook,
}

impl FaultKind {
    pub(crate) const ALL: [Self; 14] = [
        Self::ParameterName,
        Self::ParameterMenu,
        Self::ParameterRange,
        Self::NewerMethod,
        Self::UnknownParameter,
        Self::KeptInputs,
        Self::Threw,
        Self::Shape,
        Self::Information,
        Self::BlockBounds,
        Self::ChannelCount,
        Self::Unwritten,
        Self::WroteInput,
        Self::CookInACook,
    ];
}

/// One fault, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) text: String,
}

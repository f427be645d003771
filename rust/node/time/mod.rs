//! Time as the host tells it: which samples are new, what is missing before them, whether a cook may wait.

pub(super) mod pace;
pub(super) mod slices;

//! tdhost.

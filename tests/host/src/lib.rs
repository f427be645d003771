//! tdhost.

pub mod audio;
pub mod compare;
pub mod signal;
pub mod source;
#[cfg(test)]
mod testing;
mod wav;

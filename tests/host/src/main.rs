//! tdhost.
fn main() {}

//! A model ends its threads before a ring is dropped, so that the Arc around it needs no model.

pub use std::sync::Arc;

//! Audio File Out Plus.

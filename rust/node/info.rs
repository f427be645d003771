//! THE table of Info CHOP channels and THE table of Info DAT rows.

use super::generation::Generation;
use super::status::{NodeStatus, State};
use super::takes::{Shown, TakeSummary};
use crate::messages::clock;

/// What a row of the tables is worked out from.
pub(crate) struct Facts<'a> {
    pub(crate) status: &'a NodeStatus,
    pub(crate) shown: Shown,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(status: &'a NodeStatus) -> Self {
        Self { status, shown: status.shown() }
    }

    fn count(&self, of: impl Fn(&TakeSummary) -> u64) -> u64 {
        self.shown.take().map_or(0, of)
    }

    fn number(&self, otherwise: f64, of: impl Fn(&TakeSummary) -> f64) -> f64 {
        self.shown.take().map_or(otherwise, of)
    }

    pub(crate) fn written(&self) -> u64 {
        self.count(|take| take.report.written.get())
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.number(0.0, |take| take.report.seconds.get())
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.count(|take| take.report.bytes.get())
    }

    pub(crate) fn finished(&self) -> u64 {
        self.shown.history.finished
    }

    pub(crate) fn gap(&self) -> u64 {
        self.count(|take| take.report.gap.get() + take.report.preroll_gap.get())
    }

    pub(crate) fn lost(&self) -> u64 {
        self.count(TakeSummary::lost)
    }

    fn recording(&self) -> bool {
        matches!(self.status.state(), State::Opening | State::Recording | State::Paused | State::Suspended)
    }

    fn text(&self, of: impl Fn(&TakeSummary) -> String) -> String {
        self.shown.take().map(of).unwrap_or_default()
    }

    pub(crate) fn minutes_left(&self) -> f64 {
        self.number(-1.0, |take| if take.is_over() { -1.0 } else { take.report.minutes_left.get() })
    }
}

/// A channel of the Info CHOP. The host stores its value with 32 bits; the Info DAT has the exact number.
pub(crate) struct Channel {
    pub(crate) name: &'static str,
    pub(crate) value: fn(&Facts<'_>) -> f64,
}

/// THE table of Info CHOP channels.
pub(crate) static CHANNELS: [Channel; 17] = [
    Channel { name: "last_samples_written", value: |facts| facts.status.last_written.get() as f64 },
    Channel { name: "total_samples_written", value: |facts| facts.written() as f64 },
    Channel { name: "recording", value: |facts| f64::from(u8::from(facts.recording())) },
    Channel { name: "paused", value: |facts| f64::from(u8::from(facts.status.state() == State::Paused)) },
    Channel { name: "takes_finished", value: |facts| facts.finished() as f64 },
    Channel { name: "seconds_written", value: |facts| facts.seconds() },
    Channel { name: "buffer_seconds", value: |facts| facts.status.buffer_seconds() },
    Channel { name: "gap_samples", value: |facts| facts.gap() as f64 },
    Channel { name: "lost_samples", value: |facts| facts.lost() as f64 },
    Channel { name: "clipped_samples", value: |facts| facts.count(|take| take.report.clipped.get()) as f64 },
    Channel { name: "megabytes_written", value: |facts| facts.bytes() as f64 / 1e6 },
    Channel { name: "disk_minutes_left", value: |facts| facts.minutes_left() },
    Channel { name: "peak", value: |facts| facts.status.peak.get() },
    Channel { name: "part", value: |facts| facts.count(|take| take.part) as f64 },
    Channel { name: "markers", value: |facts| facts.count(|take| take.report.markers.get()) as f64 },
    Channel { name: "preroll_seconds", value: |facts| facts.status.preroll_seconds() },
    Channel { name: "armed", value: |facts| f64::from(u8::from(facts.status.state() == State::Armed)) },
];

/// A row of the Info DAT.
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) value: fn(&Facts<'_>) -> String,
}

/// THE table of Info DAT rows.
pub(crate) static ROWS: [Row; 30] = [
    Row { key: "state", value: |facts| facts.status.state().name().into() },
    Row { key: "file", value: |facts| facts.text(|take| take.file.clone()) },
    Row { key: "file_suffix", value: |facts| facts.suffix() },
    Row { key: "file_type", value: |facts| facts.text(|take| take.file_type.into()) },
    Row { key: "codec", value: |facts| facts.text(|take| take.codec.into()) },
    Row { key: "sample_rate", value: |facts| facts.number(0.0, |take| take.layout.rate).to_string() },
    Row { key: "channels", value: |facts| facts.count(|take| take.layout.channels as u64).to_string() },
    Row { key: "duration", value: |facts| clock(facts.seconds()) },
    Row { key: "last_samples_written", value: |facts| facts.status.last_written.get().to_string() },
    Row { key: "total_samples_written", value: |facts| facts.written().to_string() },
    Row { key: "recording", value: |facts| u8::from(facts.recording()).to_string() },
    Row { key: "paused", value: |facts| u8::from(facts.status.state() == State::Paused).to_string() },
    Row { key: "takes_finished", value: |facts| facts.finished().to_string() },
    Row { key: "seconds_written", value: |facts| format!("{:.6}", facts.seconds()) },
    Row { key: "buffer_seconds", value: |facts| format!("{:.3}", facts.status.buffer_seconds()) },
    Row { key: "buffer_bytes", value: |facts| facts.status.buffer_bytes().to_string() },
    Row { key: "gap_samples", value: |facts| facts.gap().to_string() },
    Row { key: "lost_samples", value: |facts| facts.lost().to_string() },
    Row { key: "clipped_samples", value: |facts| facts.count(|take| take.report.clipped.get()).to_string() },
    Row { key: "bytes_written", value: |facts| facts.bytes().to_string() },
    Row { key: "disk_minutes_left", value: |facts| format!("{:.1}", facts.minutes_left()) },
    Row { key: "peak", value: |facts| facts.status.peak.get().to_string() },
    Row { key: "part", value: |facts| facts.count(|take| take.part).to_string() },
    Row { key: "markers", value: |facts| facts.count(|take| take.report.markers.get()).to_string() },
    Row { key: "preroll_seconds", value: |facts| format!("{:.6}", facts.status.preroll_seconds()) },
    Row { key: "armed", value: |facts| u8::from(facts.status.state() == State::Armed).to_string() },
    Row { key: "last_file", value: |facts| facts.last_file() },
    Row { key: "last_error", value: |facts| facts.last_error() },
    Row { key: "version", value: |_| env!("CARGO_PKG_VERSION").into() },
    Row { key: "interface_generation", value: |_| Generation::of_host().name().into() },
];

impl Facts<'_> {
    /// Of the running take once it is decided, else of the next one.
    pub(crate) fn suffix(&self) -> String {
        let running = self.shown.take().filter(|take| !take.is_over()).map(|take| &take.suffix);
        running.filter(|suffix| !suffix.is_empty()).unwrap_or(&self.shown.history.next_suffix).clone()
    }

    /// Empty before the first take, and while it is not known which file a new one gets.
    pub(crate) fn running_or_last_file(&self) -> String {
        let file = self.text(|take| take.file.clone());
        if file.is_empty() && !self.recording() { self.last_file() } else { file }
    }

    fn last_file(&self) -> String {
        self.shown.history.last_file.display().to_string()
    }

    fn last_error(&self) -> String {
        self.status.error().unwrap_or_else(|| self.shown.last_error.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_hours_without_an_end() {
        assert_eq!(clock(0.0), "0:00:00.000");
        assert_eq!(clock(3_661.5), "1:01:01.500");
        assert_eq!(clock(360_000.000_4), "100:00:00.000");
        assert_eq!(clock(59.9996), "0:01:00.000");
    }

    #[test]
    fn names_are_unique() {
        for channel in &CHANNELS {
            assert_eq!(CHANNELS.iter().filter(|other| other.name == channel.name).count(), 1);
        }
        for row in &ROWS {
            assert_eq!(ROWS.iter().filter(|other| other.key == row.key).count(), 1);
        }
    }
}

//! What feeds a node in `tdhost record`: a source that delivers in some way, and what befalls it.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::DEFAULT_MAX_SLICE;
use crate::delivery::{Delivery, Index, Kind, Shown};
use crate::random::Random;

/// How the source delivers, and what befalls it.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "The source")]
pub struct FeedArgs {
    /// How samples are delivered: timeline (all of the time that went by), seldom:FRAMES (the same, but it cooks only
    /// every so many frames), blocks:SAMPLES (as a device has them), bursts:FRAMES (once in so many frames), late (by a
    /// frame after a hitch, and now and then)
    #[arg(long, value_name = "KIND", default_value = "timeline")]
    pub source: Kind,
    /// What startIndex says: follows, unsigned32, signed32 (it begins again after 2^32), zero, random
    #[arg(long, value_name = "KIND", default_value_t = Index::Follows)]
    pub index: Index,
    /// startIndex of the first sample
    #[arg(long, value_name = "INDEX", default_value_t = 0.0, allow_negative_numbers = true)]
    pub index_from: f64,
    /// Milliseconds that TouchDesigner keeps of a slice that is longer: its Max Time Slice Size
    #[arg(long, value_name = "MS", default_value_t = DEFAULT_MAX_SLICE * 1000.0)]
    pub max_slice: f64,
    /// Parts in a million by which the source's clock is faster than the timeline
    #[arg(long, value_name = "PPM", default_value_t = 0.0, allow_negative_numbers = true)]
    pub drift: f64,
    /// The sample rate that the input shows, such as 47999.99999999999 [default: that of the audio]
    #[arg(long, value_name = "HZ")]
    pub shown_rate: Option<f64>,
    /// For so many seconds the source delivers nothing, and what it hears is lost, such as 5@3
    #[arg(long, value_name = "SECONDS@SECOND")]
    pub dropout: Vec<At>,
    /// For so many seconds nothing is wired to the input
    #[arg(long, value_name = "SECONDS@SECOND")]
    pub unplug: Vec<At>,
    /// For one cook the input shows so many channels, which has to be more than the File Type holds
    #[arg(long, value_name = "CHANNELS@SECOND")]
    pub flash: Vec<At>,
    /// Wire another operator, which has cooked as often as the one before
    #[arg(long, value_name = "SECOND")]
    pub rewire: Vec<f64>,
}

/// A number and a second of the timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At {
    /// How much or how long.
    pub amount: f64,
    /// When, in seconds of the timeline.
    pub second: f64,
}

impl At {
    fn covers(&self, second: f64) -> bool {
        (self.second..self.second + self.amount).contains(&second)
    }
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usable = |number: &str| {
            let number: f64 = number.parse().ok()?;
            (number.is_finite() && number >= 0.0).then_some(number)
        };
        text.split_once('@')
            .and_then(|(amount, at)| Some(Self { amount: usable(amount)?, second: usable(at)? }))
            .ok_or_else(|| format!("'{text}' is not NUMBER@SECOND, such as 5@2.5"))
    }
}

/// What is on the wire at a cook.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wire {
    /// The source.
    Plain,
    /// Nothing.
    Unplugged,
    /// The source, with so many channels.
    Flash(usize),
}

/// What a cook is fed with.
#[derive(Clone, Debug)]
pub(crate) struct Fed {
    pub(crate) wire: Wire,
    /// What the source shows; the positions are those of what it showed before if it has not cooked.
    pub(crate) shown: Shown,
    /// It is another operator than at the cook before.
    pub(crate) rewired: bool,
    /// What is missing before the samples, as far as the recorder can know it.
    pub(crate) gap: u64,
}

/// A source at work.
pub(crate) struct Feed {
    args: FeedArgs,
    rate: f64,
    delivery: Delivery,
    /// Positions that are on the wire.
    shown: Range<u64>,
    dropped_out: bool,
    last_second: f64,
}

impl Feed {
    pub(crate) fn new(args: &FeedArgs, rate: f64) -> Self {
        let most = args.max_slice / 1000.0;
        let kind = match args.source {
            Kind::Timeline(_) => Kind::Timeline(most),
            Kind::Seldom(every, _) => Kind::Seldom(every, most),
            other => other,
        };
        let mut delivery = Delivery::new(kind, args.index, rate, 0, Random::new(1));
        delivery.move_index(args.index_from);
        Self { args: args.clone(), rate, delivery, shown: 0..0, dropped_out: false, last_second: -1.0 }
    }

    /// The rate that the input shows.
    pub(crate) fn shown_rate(&self) -> f64 {
        self.args.shown_rate.unwrap_or(self.rate)
    }

    /// A cook after `frames` of the timeline, at sample `position` of it.
    pub(crate) fn cook(&mut self, position: u64, frames: f64) -> Fed {
        let second = position as f64 / self.rate;
        let is_due = |at: &f64| self.last_second < *at && *at <= second;
        let rewired = self.args.rewire.iter().any(is_due);
        let wire = if self.args.unplug.iter().any(|at| at.covers(second)) {
            Wire::Unplugged
        } else if let Some(flash) = self.args.flash.iter().find(|at| is_due(&at.second)) {
            Wire::Flash(flash.amount as usize)
        } else {
            Wire::Plain
        };
        self.last_second = second;
        let out = self.args.dropout.iter().any(|at| at.covers(second));
        self.dropped_out |= out;
        let produced = position as f64 * (1.0 + self.args.drift * 1e-6);
        let mut shown = self.delivery.cook(produced as u64, frames, out);
        if shown.cooked {
            self.shown = shown.samples.clone();
        } else {
            shown.samples = self.shown.clone();
        }
        let mut gap = 0;
        if shown.cooked && !shown.samples.is_empty() {
            let by_clock = self.delivery.is_timeline_driven() && !self.dropped_out;
            gap = if shown.is_indexed || by_clock { shown.lost } else { 0 };
            self.dropped_out = false;
        }
        Fed { wire, shown, rewired, gap }
    }
}

const KINDS: &str = "timeline, seldom:FRAMES, blocks:SAMPLES, bursts:FRAMES, late";

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once(':').map_or((text, None), |(name, number)| (name, Some(number)));
        let count = number.map(|number| number.parse::<u64>().ok().filter(|count| *count > 0));
        match (name, count) {
            ("timeline", None) => Ok(Self::Timeline(DEFAULT_MAX_SLICE)),
            ("late", None) => Ok(Self::Late),
            ("seldom", Some(Some(every))) => Ok(Self::Seldom(every, DEFAULT_MAX_SLICE)),
            ("blocks", Some(Some(samples))) => Ok(Self::Blocks(samples)),
            ("bursts", Some(Some(frames))) => Ok(Self::Bursts(frames)),
            _ => Err(format!("it must be one of {KINDS}")),
        }
    }
}

const INDICES: [(&str, Index); 5] = [
    ("follows", Index::Follows),
    ("unsigned32", Index::Unsigned32),
    ("signed32", Index::Signed32),
    ("zero", Index::Zero),
    ("random", Index::Random),
];

impl FromStr for Index {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = INDICES.iter().find(|(name, _)| *name == text);
        let names = INDICES.map(|(name, _)| name).join(", ");
        found.map(|(_, index)| *index).ok_or_else(|| format!("it must be one of {names}"))
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = INDICES.iter().find(|(_, index)| index == self);
        f.write_str(found.map_or("", |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_should_be_read() {
        assert_eq!("500@2.5".parse(), Ok(At { amount: 500.0, second: 2.5 }));
        for text in ["", "500", "@2", "500@", "-1@2", "1@inf", "a@b"] {
            assert!(text.parse::<At>().unwrap_err().contains("NUMBER@SECOND"));
        }
    }

    #[test]
    fn kinds_should_be_read() {
        assert_eq!("blocks:1024".parse(), Ok(Kind::Blocks(1024)));
        assert_eq!("bursts:2".parse(), Ok(Kind::Bursts(2)));
        assert_eq!("late".parse(), Ok(Kind::Late));
        for text in ["", "blocks", "blocks:", "blocks:0", "late:1", "timeline:", "blocks:a"] {
            assert!(text.parse::<Kind>().unwrap_err().contains("blocks:SAMPLES"), "{text}");
        }
        for (name, index) in INDICES {
            assert_eq!((name.parse(), index.to_string().as_str()), (Ok(index), name));
        }
        assert!("one".parse::<Index>().unwrap_err().contains("follows"));
    }
}

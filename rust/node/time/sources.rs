//! Sources as they are, crossed with timelines as they are: whatever is drawn, no source gets silence for samples that
//! it did deliver, and no loss that can be known is left out.
//!
//! `AFOP_FUZZ_SECONDS` bounds the time, `AFOP_FUZZ_SEED` repeats one show.

#![allow(unreachable_pub, dead_code, reason = "shared with tdhost, whose library shows it")]

use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::*;
use delivery::{DEVICE_DRIFT, Delivery, Index, Kind, Shown};
use random::Random;

#[path = "../../../tests/host/src/delivery.rs"]
mod delivery;
#[path = "../../../tests/host/src/random.rs"]
mod random;

const RATES: [f64; 10] = [8000.0, 11025.0, 12_000.0, 12345.0, 22050.0, 44100.0, 48000.0, 88200.0, 96000.0, 192_000.0];
const FPS: [f64; 9] = [24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0, 60.0, 120.0];
/// Frames of a timeline after which a show is over, or after so many things that happened.
const FRAMES: u64 = 20_000;
const HAPPENINGS: u64 = 60;
/// Slices with samples between two things that happen, so that it is clear what each leads to.
const CALM: u64 = 6;

/// What can happen at a cook.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Happening {
    Nothing,
    Hitch,
    /// The index begins anew at the next delivery.
    Restart,
    /// With a hitch.
    RestartAndHitch,
    /// The timeline gets another rate.
    Fps,
    Pause(u64),
    /// The device delivers nothing for so many frames, and what it hears is lost.
    Dropout(u64),
    /// The input cannot be recorded for so many frames.
    Suspension(u64),
    /// Another source is wired; perhaps it has cooked as often as the one before.
    Rewire,
    /// A new take.
    Take,
}

/// One node and what it is shown.
struct Show {
    random: Random,
    slices: Slices,
    steady: Option<TimeSlice>,
    source: Delivery,
    rate: f64,
    /// What is on the wire.
    wire: TimeSlice,
    /// Seconds of the timeline.
    now: f64,
    fps: f64,
    /// Slices with samples since something happened, and since something did that makes an index less known.
    calm: u64,
    indexed: u64,
    paused: u64,
    out: u64,
    suspended: u64,
    /// Since the last slice with samples.
    first: bool,
    after_suspension: bool,
    dropped_out: bool,
    /// Positions of what is on the wire.
    shown: Range<u64>,
    /// Position after the last sample that was taken.
    taken: u64,
    happened: u64,
    last: VecDeque<(Happening, TimeSlice, Shown)>,
}

impl Show {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let now = random.unit() * 10.0;
        let (source, rate, wire) = draw_source(&mut random, now, 1);
        let fps = *random.pick(&FPS);
        Self {
            taken: 0,
            random,
            rate,
            slices: Slices::default(),
            steady: None,
            source,
            wire,
            now,
            fps,
            calm: 0,
            indexed: 0,
            paused: 0,
            out: 0,
            suspended: 0,
            first: true,
            after_suspension: false,
            dropped_out: false,
            shown: 0..0,
            happened: 0,
            last: VecDeque::new(),
        }
    }

    fn draw(&mut self) -> Happening {
        if self.indexed >= CALM && self.paused + self.suspended == 0 && self.random.one_in(16) {
            // An index tells whatever follows what.
            let frames = self.random.between(1, 30);
            return if self.random.one_in(2) { Happening::Hitch } else { Happening::Dropout(frames) };
        }
        let quiet = self.paused + self.out + self.suspended == 0 && self.calm >= CALM;
        if !quiet || !self.random.one_in(4) {
            return Happening::Nothing;
        }
        let frames = self.random.between(1, 300);
        match self.random.between(0, 19) {
            0..8 => Happening::Hitch,
            8 => Happening::Restart,
            9 => Happening::RestartAndHitch,
            10 => Happening::Fps,
            11 | 12 => Happening::Pause(frames),
            13 | 14 => Happening::Dropout(frames),
            15 | 16 => Happening::Suspension(frames),
            17 | 18 => Happening::Rewire,
            _ => Happening::Take,
        }
    }

    /// Makes it happen; how many frames of the timeline go by.
    fn happen(&mut self, happening: Happening) -> f64 {
        if happening != Happening::Nothing {
            self.calm = 0;
            self.happened += 1;
            if !matches!(happening, Happening::Hitch | Happening::Dropout(_)) {
                self.indexed = 0;
            }
        }
        match happening {
            Happening::Hitch => return self.hitch(),
            Happening::Restart | Happening::RestartAndHitch => {
                let position = (self.now * self.wire.rate).round();
                // No further away than a hitch may be long, in 32 bits too, it would not be a restart.
                let far = |index: &f64| {
                    let moved = (index - self.wire.start_index).rem_euclid(4_294_967_296.0);
                    (3e8..4_294_967_296.0 - 3e8).contains(&moved)
                };
                let any = [0.0, self.random.between(0, 1 << 40) as f64, 1e9, 2e9, 3e9, 4e9];
                let to = any[self.random.index(3)..].iter().copied().find(far).unwrap_or(-1e10);
                self.source.move_index(to - position);
                if happening == Happening::RestartAndHitch {
                    return self.hitch();
                }
            }
            Happening::Fps => self.fps = *self.random.pick(&FPS),
            Happening::Pause(frames) => self.paused = frames,
            Happening::Dropout(frames) => self.out = frames,
            Happening::Suspension(frames) => self.suspended = frames,
            Happening::Rewire => {
                let cooks = self.wire.total_cooks + i64::from(self.random.one_in(2));
                let (source, rate, wire) = draw_source(&mut self.random, self.now, self.wire.op_id + 1);
                (self.source, self.rate) = (source, rate);
                self.wire = TimeSlice { total_cooks: cooks, ..wire };
                self.first = true;
                // It is new even if it has cooked as often: its first samples are what it shows.
                self.wire.total_cooks -= 1;
            }
            Happening::Take => {
                self.slices.begin();
                self.first = true;
                self.after_suspension = false;
                self.steady = None;
            }
            Happening::Nothing => {}
        }
        1.0
    }

    fn hitch(&mut self) -> f64 {
        // From 20 ms to 900 s, the short ones as often as the long ones.
        let seconds = 0.02 * (45_000.0_f64).powf(self.random.unit());
        (seconds * self.fps).round().max(1.0)
    }

    fn cook(&mut self) -> Result<(), String> {
        let happening = self.draw();
        let frames = self.happen(happening);
        self.now += frames / self.fps;
        let out = self.out > 0;
        self.dropped_out |= out;
        self.out = self.out.saturating_sub(1);
        let produced = (self.now * self.rate) as u64;
        let mut shown = self.source.cook(produced, frames, out);
        if shown.cooked {
            self.shown = shown.samples.clone();
            self.wire.total_cooks += 1;
            self.wire.samples = (shown.samples.end - shown.samples.start) as usize;
            self.wire.start_index = shown.start_index;
        } else {
            shown.samples = self.shown.clone();
        }
        let nominal = self.wire.rate;
        let digits = 1.0 + 4e-7 * (self.random.unit() - 0.5) * f64::from(u8::from(self.random.one_in(3)));
        let slice = TimeSlice { delta_frames: frames, timeline_rate: self.fps, rate: nominal * digits, ..self.wire };
        if self.last.len() == 8 {
            self.last.pop_front();
        }
        self.last.push_back((happening, slice, shown.clone()));
        if self.suspended > 0 {
            self.suspended -= 1;
            self.slices.suspend(slice.elapsed());
            (self.after_suspension, self.steady) = (true, None);
            return Ok(());
        }
        let kind = self.judge(slice);
        if self.paused > 0 {
            self.paused -= 1;
            self.slices.interrupt();
            (self.first, self.steady) = (true, None);
            return Ok(());
        }
        self.check(&slice, &shown, kind)
    }

    /// As the recorder does it: a slice like a steady one before it is not looked at closely.
    fn judge(&mut self, slice: TimeSlice) -> SliceKind {
        let like = |steady: &TimeSlice| TimeSlice {
            total_cooks: steady.total_cooks,
            start_index: steady.start_index,
            ..slice
        };
        if self.steady.is_some_and(|steady| like(&steady) == steady)
            && self.slices.goes_on(slice.total_cooks, slice.start_index)
        {
            self.slices.go_on(slice.total_cooks, slice.start_index, slice.samples);
            return SliceKind::New { gap: 0, odd: None };
        }
        let kind = self.slices.look(slice);
        self.steady = (slice.samples > 0 && self.slices.is_steady(&slice)).then_some(slice);
        kind
    }

    fn check(&mut self, slice: &TimeSlice, shown: &Shown, kind: SliceKind) -> Result<(), String> {
        if self.slices.is_clip() {
            return Err("a time slice was taken for a clip".to_owned());
        }
        let SliceKind::New { gap, odd } = kind else {
            return if shown.cooked { Err("new samples were left out".to_owned()) } else { Ok(()) };
        };
        if !self.first && shown.samples.start < self.taken {
            return Err("samples were taken twice".to_owned());
        }
        if slice.samples == 0 {
            return if gap == 0 { Ok(()) } else { Err(format!("a gap of {gap} before nothing")) };
        }
        self.calm += 1;
        self.indexed = if shown.is_indexed { self.indexed + 1 } else { 0 };
        let seconds = gap as f64 / slice.rate;
        if odd.is_some() != (seconds > 600.0) {
            return Err(format!("{odd:?} after {seconds} s"));
        }
        let between = shown.samples.start.saturating_sub(self.taken);
        self.taken = shown.samples.end;
        let frame = slice.rate / slice.timeline_rate;
        let (first, after_suspension) = (std::mem::take(&mut self.first), std::mem::take(&mut self.after_suspension));
        let dropped_out = std::mem::take(&mut self.dropped_out);
        let gap = gap as f64;
        let (right, tolerance) = match (after_suspension, first) {
            (true, false) => self.source.gap_after_suspension(shown, between, frame),
            (true, true) => (gap, 0.0),
            (false, true) => (0.0, 0.0),
            (false, false) => self.source.gap(shown, dropped_out, frame),
        };
        if (gap - right).abs() > tolerance {
            return Err(format!("a gap of {gap}, and {right} is right, give or take {tolerance}"));
        }
        Ok(())
    }
}

/// A source, how many samples it produces in a second, and what it shows.
fn draw_source(random: &mut Random, now: f64, op_id: u32) -> (Delivery, f64, TimeSlice) {
    let most = *random.pick(&[0.1, 0.2, 0.5]);
    let kind = match random.between(0, 9) {
        0..4 => Kind::Timeline(most),
        // One that cooks less often than that loses something every time.
        4 => Kind::Seldom(random.between(2, 4), 0.5),
        5 | 6 => Kind::Blocks(1 << random.between(6, 13)),
        7 => Kind::Blocks(random.between(64, 8192)),
        8 => Kind::Bursts(random.between(2, 12)),
        _ => Kind::Late,
    };
    let follows_time = matches!(kind, Kind::Timeline(_) | Kind::Seldom(..));
    let index = match random.between(0, 9) {
        0..4 => Index::Follows,
        4 => Index::Unsigned32,
        5 => Index::Signed32,
        6 | 7 => Index::Zero,
        _ => Index::Random,
    };
    let rate = *random.pick(&RATES);
    // A device has a clock of its own.
    let drift = if follows_time { 0.0 } else { DEVICE_DRIFT * (2.0 * random.unit() - 1.0) };
    let produced = rate * (1.0 + drift);
    let mut source = Delivery::new(kind, index, rate, (now * produced) as u64, random.fork());
    // Shortly before a number that a smaller type cannot hold.
    let near = *random.pick(&[0.0, 2_147_483_648.0, 4_294_967_296.0, 9_007_199_254_740_992.0]);
    // Beyond 2^53 there is no telling how a number of 32 bits is made.
    if near > 0.0 && (near < 1e15 || index == Index::Follows) {
        source.move_index(near - ((now + 60.0 * random.unit()) * rate).round());
    }
    let wire = TimeSlice {
        op_id,
        total_cooks: random.between(0, 3) as i64,
        channels: 2,
        samples: 0,
        start_index: 0.0,
        rate,
        delta_frames: 1.0,
        timeline_rate: 60.0,
    };
    (source, produced, wire)
}

fn play(seed: u64) -> Result<u64, String> {
    let mut show = Show::new(seed);
    show.slices.begin();
    for frame in 1..=FRAMES {
        show.cook().map_err(|reason| {
            let last: Vec<_> = show.last.iter().map(|cook| format!("{cook:?}")).collect();
            let (last, source, slices) = (last.join("\n  "), &show.source, &show.slices);
            format!("seed {seed}, cook {frame}: {reason}\n  {last}\n  {source:?}\n  {slices:?}")
        })?;
        if show.happened > HAPPENINGS {
            return Ok(frame);
        }
    }
    Ok(FRAMES)
}

#[test]
fn no_source_gets_silence_for_what_it_delivered_and_no_known_loss_is_left_out() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let began = Instant::now();
    let budget = Duration::from_secs(number("AFOP_FUZZ_SECONDS").unwrap_or(10));
    let seeds = match number("AFOP_FUZZ_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=u64::MAX,
    };
    let mut cooks = 0;
    for seed in seeds {
        match play(seed) {
            Ok(count) => cooks += count,
            Err(report) => panic!("{report}"),
        }
        if began.elapsed() > budget {
            println!("seeds 1 to {seed}: {cooks} cooks");
            break;
        }
    }
}

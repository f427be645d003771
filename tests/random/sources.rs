//! Sources and timelines of every kind, crossed at random and played through the built plugin: the file holds all that
//! was delivered, silence stands where something was lost, and nowhere else.
//!
//! The same as `rust/node/time/sources.rs` does with the rules alone, and much faster. `AFOP_FUZZ_SECONDS` bounds the
//! time, `AFOP_FUZZ_SEED` repeats one show.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::{assert_same, bits, plugin, sample};
use tdhost::delivery::{Delivery, Index, Kind, Shown};
use tdhost::random::Random;
use tdhost::{Cooked, Input, Node, NodeOptions, Time};
use tempfile::TempDir;

const RATES: [f64; 4] = [8000.0, 11025.0, 22050.0, 48000.0];
const FPS: [f64; 7] = [24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0];
const COOKS: usize = 600;
/// Slices with samples between two things that happen.
const CALM: usize = 6;
/// A longer gap is not filled.
const LONGEST_FILLED: u64 = 600;

struct Show {
    random: Random,
    node: Node,
    input: Input,
    source: Delivery,
    fps: f64,
    seconds: f64,
    frame: i64,
    /// Frames for which the device is out, or nothing is wired.
    out: u64,
    unwired: u64,
    calm: usize,
    dropped_out: bool,
    was_unwired: bool,
    /// Positions that are on the wire, and the one after the last that was recorded.
    shown: Range<u64>,
    taken: Option<u64>,
    gap: u64,
    /// What the file is to hold.
    due: Vec<f32>,
    dir: TempDir,
}

impl Show {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut node = Node::create(&plugin(), &NodeOptions::default());
        node.set("Codec", "float32");
        // A slice may be very long.
        node.set("Maxbuffer", 36_000.0);
        node.set("File", dir.path().join("take.wav").to_str().expect("a UTF-8 path"));
        let rate = *random.pick(&RATES);
        let most = *random.pick(&[0.1, 0.2, 0.5]);
        node.set_max_slice(most);
        let kind = match random.between(0, 9) {
            0..4 => Kind::Timeline(most),
            4 => Kind::Seldom(2, 0.5),
            5 | 6 => Kind::Blocks(1 << random.between(6, 12)),
            7 => Kind::Bursts(random.between(2, 8)),
            _ => Kind::Late,
        };
        let index = *random.pick(&[Index::Follows, Index::Follows, Index::Signed32, Index::Zero, Index::Random]);
        let mut source = Delivery::new(kind, index, rate, 0, random.fork());
        if random.one_in(2) {
            // 2^31 and 2^32 come in mid-take.
            source.move_index(*random.pick(&[2_147_483_648.0, 4_294_967_296.0]) - (rate * 5.0).round());
        }
        let fps = *random.pick(&FPS);
        Self {
            node,
            input: Input::new(1, rate),
            source,
            fps,
            seconds: 0.0,
            frame: 0,
            out: 0,
            unwired: 0,
            calm: 0,
            dropped_out: false,
            was_unwired: false,
            shown: 0..0,
            taken: None,
            gap: 0,
            due: Vec::new(),
            random,
            dir,
        }
    }

    /// What happens now, and how many frames of the timeline go by.
    fn happen(&mut self) -> f64 {
        if self.calm < CALM || self.out + self.unwired > 0 || !self.random.one_in(4) {
            return 1.0;
        }
        self.calm = 0;
        match self.random.between(0, 9) {
            0..5 => {
                // From 20 ms to 40 s.
                let seconds = 0.02 * 2000.0_f64.powf(self.random.unit());
                return (seconds * self.fps).round().max(1.0);
            }
            5 => self.source.move_index(-1e10),
            6 => self.fps = *self.random.pick(&FPS),
            7 => self.out = self.random.between(1, 60),
            _ => self.unwired = self.random.between(1, 60),
        }
        1.0
    }

    fn time(&mut self, frames: f64) -> Time {
        self.seconds += frames / self.fps;
        self.frame += frames as i64;
        let frame = self.frame as f64;
        Time {
            abs_frame: self.frame,
            frame,
            rate: self.fps,
            root_frame: frame,
            root_rate: self.fps,
            delta_frames: frames,
            delta_ms: frames * 1000.0 / self.fps,
        }
    }

    fn cook(&mut self) -> Result<(), String> {
        let frames = self.happen();
        let time = self.time(frames);
        let out = self.out > 0;
        self.out = self.out.saturating_sub(1);
        self.dropped_out |= out;
        let mut shown = self.source.cook((self.seconds * self.input.rate) as u64, frames, out);
        if shown.cooked {
            self.shown = shown.samples.clone();
            let channel = &mut self.input.channels[0];
            channel.clear();
            channel.extend(shown.samples.clone().map(|position| sample(0, position)));
            self.input.cooked(shown.start_index);
        } else {
            shown.samples = self.shown.clone();
        }
        let wired = self.unwired == 0;
        self.unwired = self.unwired.saturating_sub(1);
        self.node.set_input(wired.then(|| self.input.clone()));
        let cooked = self.node.cook(&time);
        self.judge(&cooked, &shown, wired)
    }

    /// Notes what the file is to hold after the cook, and whether the gap in it is right.
    fn judge(&mut self, cooked: &Cooked, shown: &Shown, wired: bool) -> Result<(), String> {
        if !cooked.error.is_empty() || cooked.warning.contains("not time sliced") {
            return Err(format!("{:?} {:?}", cooked.error, cooked.warning));
        }
        let counted: u64 = cooked.dat("gap_samples").and_then(|text| text.parse().ok()).ok_or("no gap_samples")?;
        let gap = counted - std::mem::replace(&mut self.gap, counted);
        let state = cooked.dat("state").unwrap_or_default();
        if !wired && self.taken.is_some() {
            self.was_unwired = true;
            return if ["suspended", "opening"].contains(&state) {
                Ok(())
            } else {
                Err(format!("the node is {state}"))
            };
        }
        let is_new = !shown.samples.is_empty() && self.taken.is_none_or(|taken| shown.samples.start >= taken);
        if !wired || !is_new {
            return if gap == 0 { Ok(()) } else { Err(format!("a gap of {gap} before nothing")) };
        }
        self.calm += 1;
        let between = self.taken.map(|taken| shown.samples.start - taken);
        self.taken = Some(shown.samples.end);
        let frame = self.input.rate / self.fps;
        let dropped_out = std::mem::take(&mut self.dropped_out);
        let (right, tolerance) = match between {
            None => (0.0, 0.0),
            Some(between) if std::mem::take(&mut self.was_unwired) => {
                self.source.gap_after_suspension(shown, between, frame)
            }
            Some(_) => self.source.gap(shown, dropped_out, frame),
        };
        if (gap as f64 - right).abs() > tolerance {
            return Err(format!("a gap of {gap}, and {right} is right, give or take {tolerance}: {shown:?}"));
        }
        if gap <= LONGEST_FILLED * self.input.rate as u64 {
            self.due.resize(self.due.len() + gap as usize, 0.0);
        }
        self.due.extend_from_slice(&self.input.channels[0]);
        Ok(())
    }

    /// Ends the take and compares its file.
    fn close(mut self) -> Result<(), String> {
        // A suspension that nothing ended has its time in the file, too: it is wired again before the end.
        self.unwired = 0;
        for _ in 0..COOKS {
            let taken = self.taken;
            self.cook()?;
            if taken != self.taken {
                break;
            }
        }
        self.node.set("Record", false);
        let time = self.time(1.0);
        self.node.cook(&time);
        let began = Instant::now();
        while self.node.info("takes_finished") == 0.0 {
            if began.elapsed() > crate::common::PATIENCE {
                return Err(format!("the take is not finished: {:?}", self.node.info_dat()));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let path: PathBuf = self.dir.path().join("take.wav");
        let due: Vec<i32> = self.due.iter().map(|sample| bits(*sample)).collect();
        assert_same(&crate::common::readers::hound(&path).samples, &due, "the file");
        Ok(())
    }
}

fn play(seed: u64) -> Result<(), String> {
    let mut show = Show::new(seed);
    show.node.set("Record", true);
    for cook in 1..=COOKS {
        let reason = show.cook();
        reason.map_err(|reason| format!("seed {seed}, cook {cook}, {:?}: {reason}", show.source))?;
    }
    show.close().map_err(|reason| format!("seed {seed}, at the end: {reason}"))
}

#[test]
fn files_hold_what_sources_delivered_and_silence_only_for_what_was_lost() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let began = Instant::now();
    let budget = Duration::from_secs(number("AFOP_FUZZ_SECONDS").unwrap_or(10));
    let seeds = match number("AFOP_FUZZ_SEED") {
        Some(seed) => seed..=seed,
        None => 1..=u64::MAX,
    };
    for seed in seeds {
        if let Err(report) = play(seed) {
            panic!("{report}");
        }
        if began.elapsed() > budget {
            println!("seeds 1 to {seed}");
            break;
        }
    }
}

/// `tdhost record` with what is said, of which it compares the file with what was given.
fn record(file: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tdhost"))
        .args(["record", "--rate", "48000", "--out"])
        .arg(file)
        .args(if args.contains(&"--seconds") { &[] as &[&str] } else { &["--seconds", "6"] })
        .args(args)
        .output()
        .expect("tdhost runs");
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{args:?}\n{table}\n{}", String::from_utf8_lossy(&output.stderr));
    table
}

/// The number in a row of the table.
fn cell(table: &str, row: &str) -> u64 {
    let line = table.lines().find(|line| line.contains(row)).unwrap_or_else(|| panic!("no row {row} in\n{table}"));
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number in {line}"))
}

#[test]
fn tdhost_plays_sources_of_every_kind_and_all_of_them_come_out_right() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("take.wav");
    for (args, gap) in [
        (&["--source", "blocks:1024"] as &[&str], 0),
        (&["--source", "blocks:1024", "--index", "zero", "--hitch", "500@2"], 0),
        (&["--source", "bursts:3", "--index", "random"], 0),
        (&["--source", "late", "--index", "zero", "--hitch", "2000@2", "--drift", "90"], 0),
        (&["--source", "seldom:3", "--hitch", "1000@2"], 40_000),
        (&["--hitch", "1000@2", "--index", "zero"], 38_400),
        (&["--hitch", "1000@2", "--max-slice", "500"], 24_000),
        (&["--hitch", "1000@2", "--index", "unsigned32", "--index-from", "4294900000"], 38_400),
        (&["--source", "blocks:512", "--dropout", "2@3"], 96_000),
        (&["--unplug", "2@3"], 96_000),
        (&["--unplug", "2@3", "--set", "Fillgaps=off"], 96_000),
        (&["--unplug", "3@4"], 96_800),
        (&["--rewire", "3"], 0),
        (&["--shown-rate", "47999.99999999999"], 0),
        (&["--hitch", "700000@1", "--seconds", "710"], 700 * 48_000 - 9600),
    ] {
        let table = record(&file, args);
        let found = cell(&table, "gaps (frames)");
        // A dropout begins and ends within a block.
        let tolerance = if args.contains(&"--dropout") { 1024 } else { 0 };
        assert!(found.abs_diff(gap) <= tolerance, "{args:?}: {found} frames of gaps, {gap} are right\n{table}");
    }
}

#[test]
fn an_mp3_that_shows_six_channels_for_a_cook_is_silent_for_that_cook() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = record(&folder.path().join("take.mp3"), &["--flash", "6@2"]);
    assert_eq!((cell(&table, "gaps (frames)"), cell(&table, "frames in the file")), (800, 6 * 48_000));
    assert_eq!(folder.path().read_dir().expect("the folder").count(), 1);
}

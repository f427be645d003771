//! `tdhost soak`: many nodes record in real time, with everything at random that can happen to them, and every frame
//! that they were given is accounted for.
//!
//! All nodes cook 60 times a second on one thread, as in TouchDesigner; when that thread is late, the next cook has
//! the more `deltaFrames`. Takes that are over go to a second thread, which decodes and compares them and deletes
//! those that are right, so that the disk does not fill.

mod ledger;
mod performer;
mod plan;
mod small_disk;
mod take;
mod totals;
mod verdict;

use std::io::{IsTerminal, stderr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use self::performer::{Performer, Places};
use self::small_disk::SmallDisk;
use self::totals::Totals;
use self::verdict::{Ended, Verdict, judge};
use crate::random::Random;
use crate::{Generation, Plugin, Timeline, find_plugin};

const FPS: f64 = 60.0;
/// Between two plain lines of progress.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Records with many nodes, random settings and random faults, and accounts for every frame.
#[derive(Clone, Debug, clap::Args)]
pub struct SoakArgs {
    /// How long takes go on beginning
    #[arg(long, default_value_t = 2.0)]
    pub minutes: f64,
    /// Nodes that record at once
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    pub nodes: u16,
    /// What all that is random follows from [default: the clock]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where to record [default: a new folder for temporary files]; takes that are wrong stay there
    #[arg(long)]
    pub folder: Option<PathBuf>,
    /// Also record to a memory disk of 3 MB that fills up again and again (Linux, as root)
    #[arg(long)]
    pub small_disk: bool,
    /// The plugin's file [default: the one that was built last]
    #[arg(long, value_name = "PATH")]
    pub plugin: Option<PathBuf>,
}

/// Runs the command. Success means that every frame is in a file or was announced as lost.
pub fn run(args: &SoakArgs) -> ExitCode {
    match soak(args) {
        Ok(totals) => {
            print!("{}", totals.describe());
            if totals.all_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(reason) => {
            eprintln!("tdhost soak: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn soak(args: &SoakArgs) -> Result<Totals, String> {
    let path = args.plugin.clone().map_or_else(find_plugin, Ok)?;
    let plugin = Plugin::load(&path, Generation::default()).map_err(|error| error.to_string())?;
    let seed = args.seed.unwrap_or_else(Random::any_seed);
    let own = format!("tdhost-soak-{}", std::process::id());
    let folder = args.folder.clone().unwrap_or_else(std::env::temp_dir).join(own);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let small_disk = args.small_disk.then(|| SmallDisk::mount(&folder)).transpose()?;
    let places =
        Places { folder: folder.clone(), small_disk: small_disk.as_ref().map(|disk| disk.folder().to_owned()) };
    eprintln!("{} nodes, {} minutes, seed {seed}, in {}", args.nodes, args.minutes, folder.display());

    let mut random = Random::new(seed);
    let performers =
        (0..usize::from(args.nodes)).map(|index| Performer::new(&plugin, index, random.fork(), places.clone()));
    let (orders, ordered) = mpsc::channel::<Ended>();
    let (verdicts, judged) = mpsc::channel::<Verdict>();
    let checker = thread::spawn(move || check(&ordered, &verdicts));
    let mut stage = Stage {
        performers: performers.collect(),
        random,
        timeline: Timeline::new(FPS),
        orders,
        judged,
        totals: Totals::new(seed),
        display: Display::new(args.minutes * 60.0),
    };
    let played = stage.play(Duration::from_secs_f64(args.minutes * 60.0));
    let mut totals = stage.close();
    checker.join().map_err(|_| "the checking thread panicked")?;
    if let Err(reason) = played {
        totals.fault(reason);
    }
    drop(small_disk);
    // Only when nothing that is wrong is left in it.
    if totals.all_good() {
        let _ = std::fs::remove_dir_all(&folder);
    }
    Ok(totals)
}

fn check(ordered: &Receiver<Ended>, verdicts: &Sender<Verdict>) {
    for ended in ordered {
        // Fails only when nobody wants to know any more.
        let _ = verdicts.send(judge(ended));
    }
}

/// The nodes, their timeline and their clock.
struct Stage {
    performers: Vec<Performer>,
    random: Random,
    timeline: Timeline,
    orders: Sender<Ended>,
    judged: Receiver<Verdict>,
    totals: Totals,
    display: Display,
}

impl Stage {
    fn play(&mut self, length: Duration) -> Result<(), String> {
        let start = Instant::now();
        let mut frame = 0;
        loop {
            let due = start + Duration::from_secs_f64((frame + 1) as f64 / FPS);
            thread::sleep(due.saturating_duration_since(Instant::now()) + self.stall());
            let now = (start.elapsed().as_secs_f64() * FPS) as u64;
            // At least one frame: a clock that is read twice in one frame is no reason to cook without time.
            let passed = (now.max(frame + 1) - frame) as u32;
            frame += u64::from(passed);
            self.totals.late_frames += u64::from(passed) - 1;
            let over = start.elapsed() >= length;
            self.cook(passed, over)?;
            self.collect();
            self.display.update(start.elapsed(), &self.totals, &self.performers);
            if over && self.performers.iter().all(Performer::is_over) {
                return Ok(());
            }
        }
    }

    /// A hitch of the whole timeline, now and then.
    fn stall(&mut self) -> Duration {
        match self.random.between(0, 1500) {
            0..=2 => Duration::from_millis(self.random.between(20, 400)),
            3 => Duration::from_millis(self.random.between(400, 3000)),
            _ => Duration::ZERO,
        }
    }

    fn cook(&mut self, frames: u32, over: bool) -> Result<(), String> {
        let time = self.timeline.advance(frames);
        self.totals.cooks += 1;
        for performer in &mut self.performers {
            if over {
                performer.stop();
            }
            performer.cook(&time, &self.timeline, FPS)?;
            for ended in performer.ended() {
                self.totals.ordered += 1;
                // Fails only when the checking thread has panicked, which joining it tells.
                let _ = self.orders.send(ended);
            }
        }
        Ok(())
    }

    fn collect(&mut self) {
        for verdict in self.judged.try_iter() {
            if let Some(line) = self.totals.add(&verdict) {
                self.display.line(&line);
            }
        }
    }

    /// Destroys the nodes and waits for the last verdicts.
    fn close(mut self) -> Totals {
        for (index, performer) in self.performers.drain(..).enumerate() {
            for fault in performer.host_faults() {
                self.totals.fault(format!("node {}: the plugin broke a rule: {fault}", index + 1));
            }
        }
        drop(self.orders);
        for verdict in &self.judged {
            if let Some(line) = self.totals.add(&verdict) {
                self.display.line(&line);
            }
        }
        self.display.finish();
        self.totals
    }
}

/// A bar on a terminal, plain lines elsewhere.
struct Display {
    bar: Option<ProgressBar>,
    shown: Option<Instant>,
}

impl Display {
    fn new(seconds: f64) -> Self {
        let style = ProgressStyle::with_template("[{bar:30}] {percent:>3}%  {msg}")
            .expect("the template is right")
            .progress_chars("=> ");
        let bar = stderr().is_terminal().then(|| ProgressBar::new(seconds.ceil() as u64).with_style(style));
        Self { bar, shown: None }
    }

    fn update(&mut self, elapsed: Duration, totals: &Totals, performers: &[Performer]) {
        let interval = if self.bar.is_some() { Duration::from_millis(250) } else { LINE_INTERVAL };
        if self.shown.is_some_and(|shown| shown.elapsed() < interval) {
            return;
        }
        self.shown = Some(Instant::now());
        let recording = performers.iter().filter(|performer| performer.is_recording()).count();
        let text = format!("recording {recording}  {}", totals.in_a_line());
        match &self.bar {
            Some(bar) => {
                bar.set_position(elapsed.as_secs());
                bar.set_message(text);
            }
            None => eprintln!("{:>5} s  {text}", elapsed.as_secs()),
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

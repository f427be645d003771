//! The encoding thread: reads the stream, encodes the take that runs, and hands the packets to the destination.

mod held;
mod marks;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::held::Held;
use super::history::{History, Kept};
use super::part::Part;
use super::{Command, Split, TakeRequest};
use crate::container::metadata;
use crate::destination::{Batch, OpenPart, QueueSender, TakeOutput, Work};
use crate::faults::Faults;
use crate::formats::{Setup, serial_number};
use crate::messages::Problem;
use crate::report::{Event, Report};
use crate::stream::planar::Planar;
use crate::stream::{AudioLayout, Next, StreamReader};

/// How long the thread sleeps when nothing waits: it then finds a few slices at once, and the cook thread need not wake
/// it.
const NAP: Duration = Duration::from_millis(50);
/// A thread that the system starves, and so never finds the stream empty, sends what it has encoded after this time: a
/// batch of MP3 is ten seconds.
const ENCODING: Duration = Duration::from_millis(100);
/// Bytes of samples that are encoded before it looks at the clock again.
const LOOK_AT_THE_CLOCK: u64 = 64 * 1024;
/// Items of the stream that are held, at most, before something of what is held goes on.
const HELD_AT_ONCE: usize = 4096;
/// What may still come behind the packets of a file: pads, and markers.
const LARGEST_TAIL: u64 = 1024 * 1024;
/// The same where a file should not be larger, and may be: pads, and the Info tag of an MP3.
const SPLIT_TAIL: u64 = 4096;

/// What the encoding thread works with.
pub(super) struct Session {
    stream: StreamReader<Command>,
    encoder: Encoder,
}

/// All of it but the stream.
struct Encoder {
    main: QueueSender,
    report: Arc<Report>,
    faults: Arc<Faults>,
    layout: AudioLayout,
    take: Option<Take>,
    /// What is kept while no take runs.
    history: History,
    held: Held,
    /// Frames of the stream that were taken in, silence included.
    passed: u64,
    /// Commands that are due when so many were.
    cuts: VecDeque<(u64, Box<Command>)>,
    /// Bytes of samples that were taken out of the stream and not sent on in any form.
    source_bytes: u64,
    /// When packets were sent last.
    sent: Instant,
}

/// The take that runs.
struct Take {
    output: Arc<TakeOutput>,
    metadata: Vec<(String, String)>,
    /// `None` once a problem has ended the take.
    part: Option<Part>,
    /// Samples clipped in the parts before.
    clipped: u64,
    split: Split,
    /// Names of markers that stand before the next frame.
    marks: Vec<String>,
    /// Frames until it ends by itself, those of the part that runs included; the greatest number when it does not.
    left: u64,
    /// Frames that are kept from then on.
    keeps: u64,
}

/// What a turn has come to.
#[derive(PartialEq, Eq)]
enum Turn {
    /// There is more to do.
    GoOn,
    /// Nothing to do at the moment.
    Rest,
    /// The stream has ended.
    End,
}

impl Session {
    pub(super) fn new(
        stream: StreamReader<Command>,
        layout: AudioLayout,
        main: QueueSender,
        report: Arc<Report>,
        faults: Arc<Faults>,
    ) -> Self {
        let encoder = Encoder {
            main,
            report,
            faults,
            layout,
            take: None,
            history: History::default(),
            held: Held::default(),
            passed: 0,
            cuts: VecDeque::new(),
            source_bytes: 0,
            sent: Instant::now(),
        };
        Self { stream, encoder }
    }

    /// Works until the stream ends.
    pub(super) fn run(mut self) {
        loop {
            match self.turn() {
                Turn::GoOn => {}
                // With nothing to do the cook thread wakes this one when that changes.
                Turn::Rest if self.encoder.is_idle() => thread::park(),
                Turn::Rest => thread::park_timeout(NAP),
                Turn::End => break,
            }
        }
        self.encoder.end_take();
    }

    /// Encodes what waits, up to a batch.
    fn turn(&mut self) -> Turn {
        let Self { stream, encoder } = self;
        if encoder.holds_audio() {
            // The ring is to be empty meanwhile.
            for _ in 0..HELD_AT_ONCE {
                let Next::Item(()) = stream.next(|item| encoder.take_item(item)) else { break };
            }
        }
        if !encoder.held.is_empty() {
            return encoder.take_held();
        }
        let (began, mut clock_at) = (Instant::now(), LOOK_AT_THE_CLOCK);
        loop {
            match stream.next(|item| encoder.take_item(item)) {
                Next::Item(()) => {}
                // A host that plays faster than the clock wakes this thread often: what makes no batch then waits for
                // more.
                Next::Nothing if encoder.sent.elapsed() < NAP => return Turn::Rest,
                Next::Nothing => {
                    // They are in the file although no frame may ever follow.
                    encoder.place_marks_here();
                    encoder.send(false);
                    return Turn::Rest;
                }
                Next::End => return Turn::End,
            }
            let has_batch = encoder.take.as_ref().and_then(|take| take.part.as_ref()).is_some_and(Part::has_batch);
            if has_batch {
                encoder.send(true);
                return Turn::GoOn;
            }
            let look = encoder.source_bytes >= clock_at;
            clock_at += if look { LOOK_AT_THE_CLOCK } else { 0 };
            if look && began.elapsed() >= ENCODING {
                encoder.send(false);
                return Turn::GoOn;
            }
            if !encoder.held.is_empty() {
                return Turn::GoOn;
            }
        }
    }
}

impl Encoder {
    fn obey(&mut self, command: Command) -> Result<(), Problem> {
        match command {
            Command::Begin(request) => self.begin(*request)?,
            Command::End => self.end_take(),
            Command::Split if self.part().is_some_and(|part| part.frames() > 0) => self.roll_over()?,
            // Nothing is to be in a file of its own.
            Command::Split => {}
            Command::Mark(mark) => self.mark(&mark),
            Command::Listen { frames, anew } => {
                if anew {
                    self.history.clear();
                }
                self.history.set_limit(frames);
            }
            Command::Gap { frames, filled: true } => {
                self.history.push_other(Kept::Silence { frames, is_gap: true });
            }
            Command::Gap { frames, filled: false } => self.history.push_other(Kept::Skipped(frames)),
            Command::Lost { frames } => self.history.push_other(Kept::Lost(frames)),
            Command::After { frames, command } => self.cuts.push_back((self.passed + frames, command)),
        }
        Ok(())
    }

    /// Runs `body`; a problem or a panic in it ends the take.
    fn guarded(&mut self, body: impl FnOnce(&mut Self) -> Result<(), Problem>) {
        let outcome = catch_unwind(AssertUnwindSafe(|| body(self)));
        if let Err(problem) = outcome.unwrap_or_else(|panic| Err(Problem::internal(&*panic))) {
            self.fail(problem);
        }
    }

    fn fail(&mut self, problem: Problem) {
        let Some(take) = &mut self.take else { return };
        take.part = None;
        self.report.problem(take.output.id, &take.output.report, problem);
        take.output.report.give_up();
        let output = Arc::clone(&take.output);
        self.send(false);
        self.main.send(Work::Abandon(output));
    }

    fn begin(&mut self, request: TakeRequest) -> Result<(), Problem> {
        self.end_take();
        let TakeRequest { id, report, name, preroll, limit, keeps, split, format, settings, rows } = request;
        let contents = self.history.cut(preroll);
        report.preroll.set(contents.heard);
        report.preroll_gap.set(contents.gap);
        report.preroll_lost.set(contents.lost);
        let mut warnings = Vec::new();
        let metadata = metadata::collect(&rows, &mut warnings);
        self.take = Some(Take {
            output: Arc::new(TakeOutput { id, report, name, format, settings, largest_file: AtomicU64::new(u64::MAX) }),
            metadata,
            part: None,
            clipped: 0,
            split,
            marks: Vec::new(),
            left: limit.map_or(u64::MAX, |seconds| in_frames(seconds, self.layout.rate)),
            keeps,
        });
        self.held.push_preroll(self.history.take(), self.layout.rate);
        for warning in warnings {
            self.report.events.post(id, Event::Warning(warning));
        }
        self.open_part()
    }

    /// Begins the next file of the take, with everything checked before one is touched.
    fn open_part(&mut self) -> Result<(), Problem> {
        let Some(take) = &mut self.take else { return Ok(()) };
        let (layout, output) = (self.layout, &take.output);
        let settings = output.settings;
        output.format.allows(layout, settings)?;
        let mut warnings = Vec::new();
        let setup =
            Setup { layout, settings, metadata: &take.metadata, serial: serial_number(), warnings: &mut warnings };
        let opened = (output.format.open)(setup)?;
        for warning in warnings {
            self.report.events.post(output.id, Event::Warning(warning));
        }
        let container = opened.container;
        let split = if let Split::Seconds(seconds) = take.split { in_frames(seconds, layout.rate) } else { u64::MAX };
        let most = container.max_frames().min(split).min(take.left);
        take.part = Some(Part::new(layout, opened.codec, container.header().len(), most));
        self.main.send(Work::Open(Box::new(OpenPart { take: Arc::clone(output), container, layout })));
        Ok(())
    }

    /// Ends the current file. `frames` of the part are all in the packets that were sent.
    fn finish_part(&mut self, take_ends: bool) -> Result<(), Problem> {
        if take_ends {
            self.place_marks_here();
        }
        let Some(part) = self.take.as_mut().and_then(|take| take.part.as_mut()) else { return Ok(()) };
        part.finish()?;
        let frames = part.frames();
        self.send(false);
        if let Some(take) = &mut self.take {
            take.clipped += take.part.take().map_or(0, |part| part.clipped());
            take.left -= if take.left == u64::MAX { 0 } else { frames };
        }
        self.main.send(Work::Finish { frames, take_ends });
        Ok(())
    }

    fn end_take(&mut self) {
        self.guarded(|encoder| encoder.finish_part(true));
        self.take = None;
        self.send(false);
    }

    /// The layout changed: a take goes on in another file.
    fn set_layout(&mut self, layout: AudioLayout) -> Result<(), Problem> {
        self.layout = layout;
        self.history.clear();
        let runs = self.take.as_ref().and_then(|take| take.part.as_ref());
        if let Some(former) = runs.map(|part| part.layout).filter(|former| *former != layout) {
            self.finish_part(false)?;
            if let Some(take) = self.take.as_mut().filter(|take| take.left != u64::MAX) {
                take.left = in_frames(take.left as f64 / former.rate, layout.rate);
            }
            self.open_part()?;
        }
        Ok(())
    }

    /// The container is full: the take goes on in another file.
    fn roll_over(&mut self) -> Result<(), Problem> {
        self.finish_part(false)?;
        self.open_part()
    }

    /// Whether the take is as long as it is to be.
    fn is_complete(&self) -> bool {
        let Some(Take { part: Some(part), left, .. }) = &self.take else { return false };
        part.frames() >= *left
    }

    /// The take is as long as it is to be. What comes until the cook thread knows, and the `rest` of what came, is in none,
    /// or in the next one.
    fn complete(&mut self, rest: Option<Planar<'_>>) {
        if let Some(take) = &self.take {
            self.history.set_limit(take.keeps);
            if let Some(rest) = rest.filter(|_| self.history.is_on()) {
                self.history.push(rest);
            }
            self.show_history();
            // Last: the cook thread then asks how much was kept.
            take.output.report.end();
        }
        self.end_take();
    }

    /// The part that takes audio. None when nothing is recorded, or no longer.
    fn part(&mut self) -> Option<&mut Part> {
        let take = self.take.as_mut()?;
        if take.output.report.has_failed() {
            take.part = None;
        }
        take.part.as_mut()
    }

    /// Goes on in another file when the disk has no more room in this one, or none at all for it, before `frames` more
    /// are encoded.
    fn look_for_the_limit(&mut self, frames: u64) -> Result<(), Problem> {
        let Some(Take { output, part: Some(part), split, .. }) = &self.take else { return Ok(()) };
        // A lossy codec makes of what it holds back far less than this.
        let held_back = if output.format.is_lossy() { 0 } else { part.held_back() };
        let coming = (held_back + frames) * self.layout.frame_bytes();
        let largest = output.largest_file.load(Ordering::Relaxed);
        let wanted = if let Split::Bytes(bytes) = split { *bytes } else { u64::MAX };
        let bytes = part.bytes().saturating_add(coming);
        let is_full = part.frames() > 0
            && (bytes.saturating_add(LARGEST_TAIL) > largest || bytes.saturating_add(SPLIT_TAIL) > wanted);
        if is_full || output.report.wanted_part() { self.roll_over() } else { Ok(()) }
    }

    fn encode(&mut self, mut view: Planar<'_>) -> Result<(), Problem> {
        self.look_for_the_limit(view.frames() as u64)?;
        while self.part().is_some() {
            self.place_marks();
            let Some(part) = self.part() else { break };
            let rest = part.encode(view)?;
            if self.is_complete() {
                self.complete(rest);
                break;
            }
            let Some(rest) = rest else { break };
            view = rest;
            self.roll_over()?;
        }
        Ok(())
    }

    /// Hands on what was encoded; only whole batches if that is enough.
    fn send(&mut self, only_batches: bool) {
        self.sent = Instant::now();
        let source_bytes = std::mem::take(&mut self.source_bytes);
        if let Some(Take { output, part: Some(part), clipped, .. }) = &mut self.take {
            part.send(&self.main, source_bytes, only_batches);
            output.report.clipped.set(*clipped + part.clipped());
        } else if source_bytes > 0 {
            // What is in no take, or in one that has failed, is done with.
            self.main.send(Work::Write(Batch { source_bytes, ..Batch::default() }));
        }
    }
}

/// So many seconds, which are a frame at least.
fn in_frames(seconds: f64, rate: f64) -> u64 {
    ((seconds * rate).round() as u64).max(1)
}

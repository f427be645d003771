//! One take on the writer thread: from its order to the finished file or files.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::container::{Playable, metadata};
use crate::destination::names::{self, NameRequest};
use crate::destination::syncing::Syncing;
use crate::destination::take_file::{FileLocation, TakeFile};
use crate::destination::verify;
use crate::faults::{Faults, Point};
use crate::formats::{Format, Recorded, Settings, Setup, serial_number};
use crate::messages::{Problem, Warning};
use crate::report::{Phase, TakeStatus};
use crate::stream::AudioLayout;
use crate::stream::inbox::{Inbox, Item, Taken};
use crate::stream::planar::Planar;

mod legacy;
pub(crate) mod threads;

use self::legacy::Legacy;

/// How long the writer thread sleeps when nothing waits: it then finds a few slices at once, and the cook
/// thread need not wake it.
const POLL: Duration = Duration::from_millis(50);
/// The file is made playable at least this often; the promise to users is once a second.
const CHECKPOINT: Duration = Duration::from_millis(500);
/// How often the free space is asked for.
const LOOK_AROUND: Duration = Duration::from_secs(2);
/// Encoded bytes that are gathered before they are written. While more waits, writes end at multiples of it: file
/// systems then take them in whole large pages, for three quarters of the time.
const BATCH: usize = 256 * 1024;
/// A writer thread that the system starves, and so never finds its inbox empty, writes what it has encoded after this
/// time: a batch of MP3 is ten seconds.
const ENCODING: Duration = Duration::from_millis(100);
/// Bytes of samples that are encoded before it looks at the clock again.
const LOOK_AT_THE_CLOCK: u64 = 64 * 1024;
/// Frames of silence that are encoded at once.
const SILENCE: [f32; 4096] = [0.0; 4096];

/// What the cook thread orders when Record goes on.
pub(crate) struct Order {
    pub(crate) name: NameRequest,
    pub(crate) format: &'static Format,
    pub(crate) settings: Settings,
    /// Rows of the Header Source DAT.
    pub(crate) rows: Vec<(String, String)>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) status: Arc<TakeStatus>,
    pub(crate) faults: Arc<Faults>,
}

/// Records the take of `order` until its feed is closed. Returns the last file when the take is complete: only the
/// caller says so in the status, together with counting it.
///
/// A problem or a panic ends the take: what was written is made playable, and the status says why.
pub(crate) fn record(order: Order) -> Option<PathBuf> {
    let status = Arc::clone(&order.status);
    let mut take = Take::new(order);
    let outcome = catch_unwind(AssertUnwindSafe(|| take.run()));
    match outcome.unwrap_or_else(|panic| Err(Problem::internal(&*panic))) {
        Ok(last) => {
            // The cook thread may have failed meanwhile: the file is whole, but the take ended in an error.
            let failed = status.texts().error.is_some();
            if failed {
                status.set_phase(Phase::Failed);
            }
            (!failed).then_some(last)
        }
        Err(problem) => {
            status.fail(&problem);
            // An encoder that has panicked may do so again; its file is closed and unlocked all the same.
            let _ = catch_unwind(AssertUnwindSafe(|| take.salvage()));
            drop(take);
            status.set_phase(Phase::Failed);
            None
        }
    }
}

struct Take {
    order: Order,
    /// Where the samples come from at the moment.
    inbox: Arc<Inbox>,
    metadata: Vec<(String, String)>,
    /// The first part's file, which gives the others their names.
    first: Option<PathBuf>,
    /// Number of the last part.
    parts: u32,
    part: Option<Part>,
    /// Of the parts before the current one.
    before: Totals,
    checkpointed: Instant,
    /// When the file was written to last.
    wrote: Instant,
    looked: Option<Instant>,
}

#[derive(Clone, Copy, Default)]
struct Totals {
    frames: u64,
    /// Frames of silence among them.
    silence: u64,
    bytes: u64,
    seconds: f64,
    clipped: u64,
}

/// One file of the take.
struct Part {
    sound: AudioLayout,
    // Before the file, which is not closed while it is synced.
    syncing: Syncing,
    file: TakeFile,
    encoder: Legacy,
    /// Encoded bytes that are not in the file yet.
    out: Vec<u8>,
    /// Frames that the encoder has taken.
    frames: u64,
    /// Frames of which nothing is left in `out`.
    written: u64,
    /// Frames at the last checkpoint: what can be played if the disk refuses everything from now on.
    safe: u64,
    /// Bytes of samples encoded since the last write.
    taken: u64,
    /// Which frames are silence, in their order.
    silence: Vec<Range<u64>>,
    /// Frames that the file had no room for: a planar block for the next part.
    rest: Option<Rest>,
    /// The file is no longer at its path, which the node shows as an error.
    moved: bool,
}

enum Rest {
    Audio(Vec<f32>, usize),
    Silence(u64),
}

/// How much of a part is encoded at a moment.
struct Mark {
    /// Of the part.
    frames: u64,
    /// In [`Part::out`].
    bytes: usize,
}

impl Take {
    fn new(order: Order) -> Self {
        let mut warnings = Vec::new();
        let metadata = metadata::collect(&order.rows, &mut warnings);
        order.status.warn(warnings);
        Self {
            inbox: Arc::clone(&order.inbox),
            order,
            metadata,
            first: None,
            parts: 1,
            part: None,
            before: Totals::default(),
            checkpointed: Instant::now(),
            wrote: Instant::now(),
            looked: None,
        }
    }

    fn run(&mut self) -> Result<PathBuf, Problem> {
        self.open_part()?;
        self.order.status.set_phase(Phase::Recording);
        loop {
            match self.write_batch()? {
                Taken::Item(()) => self.keep_safe()?,
                Taken::Nothing => {
                    self.keep_safe()?;
                    thread::park_timeout(POLL);
                }
                Taken::End => {
                    let last = self.finish_part()?;
                    let Some(next) = self.inbox.next().map(Arc::clone) else { return Ok(last) };
                    self.inbox = next;
                    self.open_part()?;
                }
            }
        }
    }

    /// Opens the next file, with everything checked before a file is touched.
    fn open_part(&mut self) -> Result<(), Problem> {
        let Order { format, settings, .. } = self.order;
        let sound = self.inbox.sound();
        format.allows(sound, settings)?;
        let mut warnings: Vec<Warning> = Vec::new();
        let encoder = Legacy::new((format.open)(Setup {
            layout: sound,
            settings,
            serial: serial_number(),
            metadata: &self.metadata,
            warnings: &mut warnings,
        })?);
        let file = match &self.first {
            None => {
                let reserved = names::reserve(&self.order.name)?;
                warnings.extend(reserved.warning());
                self.order.status.set_suffix(reserved.suffix.clone());
                reserved.start(encoder.header(), encoder.silence())?
            }
            Some(first) => {
                let (held, part) = names::reserve_part(first, self.parts + 1)?;
                self.parts = part;
                warnings.extend(held.warning());
                held.start(encoder.header(), encoder.silence())?
            }
        };
        self.order.status.warn(warnings);
        self.order.status.set_file(file.path().display().to_string());
        self.first.get_or_insert_with(|| file.path().to_owned());
        self.part = Some(Part {
            sound,
            syncing: Syncing::new(Arc::clone(&self.order.faults)),
            file,
            encoder,
            out: Vec::new(),
            frames: 0,
            written: 0,
            safe: 0,
            taken: 0,
            silence: Vec::new(),
            rest: None,
            moved: false,
        });
        if let Some(part) = &mut self.part {
            part.encoder.checkpoint(&mut part.file)?;
        }
        Ok(())
    }

    /// Encodes what waits, up to a batch, and writes it.
    fn write_batch(&mut self) -> Result<Taken<()>, Problem> {
        let Some(part) = &mut self.part else { return Ok(Taken::End) };
        let (began, mut clock_at) = (Instant::now(), LOOK_AT_THE_CLOCK);
        let taken = loop {
            let before = Mark { frames: part.frames, bytes: part.out.len() };
            match self.inbox.take(|item| part.encode(item)) {
                Taken::Item(encoded) => encoded?,
                Taken::Nothing => break Taken::Nothing,
                Taken::End => break Taken::End,
            }
            let look = part.taken >= clock_at;
            if part.rest.is_some() || look && began.elapsed() >= ENCODING {
                break Taken::Item(());
            }
            clock_at += if look { LOOK_AT_THE_CLOCK } else { 0 };
            if part.out.len() >= BATCH {
                self.order.faults.pass(Point::Writer);
                part.write_batches(&before)?;
                self.wrote = Instant::now();
                self.publish();
                return Ok(Taken::Item(()));
            }
        };
        self.order.faults.pass(Point::Writer);
        // A host that plays faster than the clock wakes this thread often: what makes no batch then waits for more.
        if taken != Taken::Nothing || self.wrote.elapsed() >= POLL {
            part.write()?;
            self.wrote = Instant::now();
        }
        self.publish();
        while let Some(rest) = self.part.as_mut().and_then(|part| part.rest.take()) {
            self.finish_part()?;
            self.open_part()?;
            let Some(part) = &mut self.part else { break };
            match rest {
                Rest::Audio(samples, frames) => {
                    let view = Planar::contiguous(&samples, part.sound.channels, frames);
                    part.encode(Item::Audio(view.split_at(frames).into()))?;
                }
                Rest::Silence(frames) => part.encode(Item::Silence(frames))?,
            }
            part.write()?;
            self.publish();
        }
        Ok(taken)
    }

    /// Checkpoint, sync and a look at the free space, each when its time has come.
    fn keep_safe(&mut self) -> Result<(), Problem> {
        let Some(part) = &mut self.part else { return Ok(()) };
        // The first frames count at once: SoX, for one, takes an AIFF without any for damaged.
        let first = part.safe == 0 && part.frames > 0;
        if first || self.checkpointed.elapsed() >= CHECKPOINT {
            part.look_for(&self.order.status)?;
            part.write()?;
            part.encoder.checkpoint(&mut part.file)?;
            part.safe = part.frames;
            self.checkpointed = Instant::now();
        }
        part.syncing.go_on(&part.file)?;
        if self.looked.is_none_or(|looked| looked.elapsed() >= LOOK_AROUND) {
            let seconds = self.order.status.seconds.get();
            let a_minute = if seconds > 0.0 { self.order.status.bytes.get() as f64 / seconds * 60.0 } else { 0.0 };
            let minutes = match part.file.room() {
                Some(free) if a_minute > 0.0 => free as f64 / a_minute,
                _ => -1.0,
            };
            self.order.status.minutes_left.set(minutes);
            // Asked again soon while the data rate is not known yet.
            self.looked = (a_minute > 0.0).then(Instant::now);
        }
        Ok(())
    }

    /// Completes the current file, reads it again, closes and unlocks it.
    fn finish_part(&mut self) -> Result<PathBuf, Problem> {
        let Some(part) = &mut self.part else { return Ok(PathBuf::new()) };
        part.write()?;
        part.encoder.finish(&mut part.file)?;
        part.file.end()?;
        part.syncing.wait()?;
        part.file.sync()?;
        part.look_for(&self.order.status)?;
        let path = part.file.path().to_owned();
        let Order { format, settings, .. } = self.order;
        let recorded = Recorded { layout: part.sound, settings, frames: part.frames, len: part.file.len() };
        verify::read_again(&part.file, format, &recorded)?;
        self.publish();
        let part = self.part.take();
        self.before = self.totals(part.as_ref());
        Ok(path)
    }

    /// After a problem: cuts the file to what can be played and makes its header say so.
    fn salvage(&mut self) {
        let Some(mut part) = self.part.take() else { return };
        part.out.clear();
        // Of a file that was deleted, nothing: what was written to it is lost.
        let there = part.file.location() != FileLocation::Deleted;
        let playable = if there { part.encoder.playable(part.file.len()) } else { Playable { len: 0, frames: 0 } };
        part.frames = part.frames.min(playable.frames);
        // The first problem is the one to show; a further one here only means that less could be saved.
        let _ = part.file.truncate(playable.len);
        if there {
            if part.encoder.checkpoint(&mut part.file).is_err() {
                part.frames = part.frames.min(part.safe);
            }
            let _ = part.file.sync();
        }
        part.written = part.frames;
        self.part = Some(part);
        self.publish();
        self.part = None;
    }

    /// Shows the state of the file to the cook thread.
    fn publish(&mut self) {
        let totals = self.totals(self.part.as_ref());
        let status = &self.order.status;
        if let Some(part) = &mut self.part {
            status.done_bytes.add(std::mem::take(&mut part.taken));
        }
        status.silence.set(totals.silence);
        status.written.set(totals.frames);
        status.bytes.set(totals.bytes);
        status.seconds.set(totals.seconds);
        status.clipped.set(totals.clipped);
    }

    /// The parts before plus `part`.
    fn totals(&self, part: Option<&Part>) -> Totals {
        part.map_or(self.before, |part| Totals {
            frames: self.before.frames + part.written,
            silence: self.before.silence + part.silent_frames(),
            bytes: self.before.bytes + part.file.len(),
            seconds: self.before.seconds + part.written as f64 / part.sound.rate,
            clipped: self.before.clipped + part.encoder.clipped(),
        })
    }
}

impl Part {
    /// Encodes `item` into `out`, as far as the container has room; the rest is for the next part.
    fn encode(&mut self, item: Item<'_>) -> Result<(), Problem> {
        match item {
            Item::Audio(views) => {
                for view in views {
                    self.encode_view(view)?;
                }
            }
            Item::Silence(frames) => self.encode_silence(frames)?,
        }
        Ok(())
    }

    fn encode_view(&mut self, view: Planar<'_>) -> Result<(), Problem> {
        let room = if self.rest.is_some() { 0 } else { self.encoder.frames_left() };
        let (now, later) = view.split_at(usize::try_from(room).unwrap_or(usize::MAX));
        if now.frames() > 0 {
            self.encoder.write(now, &mut self.out)?;
            self.frames += now.frames() as u64;
            self.taken += now.frames() as u64 * self.sound.frame_bytes();
        }
        if later.frames() > 0 {
            self.keep_for_the_next_part(later);
        }
        Ok(())
    }

    /// At most two views of one block come here; the second is appended channel by channel.
    fn keep_for_the_next_part(&mut self, view: Planar<'_>) {
        let (kept, had) = match self.rest.take() {
            Some(Rest::Audio(samples, frames)) => (samples, frames),
            _ => (Vec::new(), 0),
        };
        let frames = had + view.frames();
        let mut samples = Vec::with_capacity(frames * view.channels());
        for channel in 0..view.channels() {
            samples.extend_from_slice(&kept[channel * had..(channel + 1) * had]);
            samples.extend_from_slice(view.channel(channel));
        }
        self.rest = Some(Rest::Audio(samples, frames));
    }

    fn encode_silence(&mut self, mut frames: u64) -> Result<(), Problem> {
        while frames > 0 {
            let now = frames.min(SILENCE.len() as u64).min(self.encoder.frames_left());
            if now == 0 {
                self.rest = Some(Rest::Silence(frames));
                break;
            }
            self.encoder.write(Planar::repeated(&SILENCE[..now as usize], self.sound.channels), &mut self.out)?;
            match self.silence.last_mut() {
                Some(last) if last.end == self.frames => last.end += now,
                _ => self.silence.push(self.frames..self.frames + now),
            }
            self.frames += now;
            frames -= now;
            // A long silence of many channels would not fit into memory; silence comes without the ring's
            // lock, so the file may be written here.
            if self.out.len() >= BATCH {
                self.write()?;
            }
        }
        Ok(())
    }

    /// Frames of silence among those that the file holds: of a file that was cut they may not be all.
    fn silent_frames(&self) -> u64 {
        self.silence.iter().map(|silence| silence.end.min(self.written).saturating_sub(silence.start)).sum()
    }

    /// Looks whether the file can still be found.
    ///
    /// A file that was deleted ends the take, so that the user learns of it before more is lost. One that was
    /// moved is written on: no audio is lost, but the take is not where it was promised, which is an error too.
    fn look_for(&mut self, status: &TakeStatus) -> Result<(), Problem> {
        let path = || self.file.path().to_owned();
        match self.file.location() {
            FileLocation::Deleted => return Err(Problem::Deleted { path: path() }),
            FileLocation::Moved if !self.moved => {
                status.fail(&Problem::Moved { path: path() });
                self.moved = true;
            }
            FileLocation::Moved | FileLocation::InPlace => {}
        }
        Ok(())
    }

    /// Writes up to the last multiple of [`BATCH`] in the file; `last` is where the last item began.
    fn write_batches(&mut self, last: &Mark) -> Result<(), Problem> {
        let past = (self.file.len() + self.out.len() as u64) % BATCH as u64;
        let whole = self.out.len().saturating_sub(past as usize);
        self.file.append(&self.out[..whole])?;
        self.out.drain(..whole);
        // What stays may reach back behind the last item: then nobody is told of more than before.
        if self.out.is_empty() {
            self.written = self.frames;
        } else if whole >= last.bytes {
            self.written = last.frames;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), Problem> {
        let written = self.file.append(&self.out);
        self.written = self.frames;
        self.out.clear();
        written
    }
}

//! One open file of a take, with the container that lays it out.

mod heir;
mod marks;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::marks::Marks;
use super::queue::{Batch, TakeOutput};
use super::syncing::Syncing;
use super::take_file::{FileLocation, Reopened, TakeFile};
use crate::container::{Checkpoint, Container, Patch, Playable};
use crate::faults::{self, Faults, Point};
use crate::formats::Recorded;
use crate::messages::{Problem, Warning};
use crate::report::{Event, Report};
use crate::stream::AudioLayout;
pub(super) use heir::{Heir, Unwritten};

/// The file is looked for and made playable at least this often; the promise to users is once a second.
const CHECKPOINT: Duration = Duration::from_millis(500);

/// While a checkpoint takes no longer than this, a write is followed by one: what a process that dies leaves has then no
/// audio behind its stated end, which WavPack, BWF MetaEdit and music-metadata take for damage.
const CHEAP: Duration = Duration::from_micros(500);

/// But not by one sooner than this after the one before: writes of a render or of what has waited follow each other in
/// microseconds.
const LEAST: Duration = Duration::from_millis(10);

/// One file of a take.
pub(super) struct Part {
    pub(super) layout: AudioLayout,
    /// Bytes before the first frame.
    header: u64,
    /// The frame of the encoder's part with which the file begins: the file before it may have taken no more.
    from: u64,
    // Before the file, which is not closed while it is synced.
    syncing: Syncing,
    file: TakeFile,
    container: Box<dyn Container>,
    /// What the container has made of packets and the file has not taken yet.
    out: Vec<u8>,
    /// The container's last bytes are laid out.
    ended: bool,
    /// Frames of which nothing is missing in the file.
    frames: u64,
    /// What the last checkpoint states: what can be played if the disk refuses everything from now on.
    safe: u64,
    checkpointed: Instant,
    /// How long that took.
    checkpoint_took: Duration,
    /// When the file was last looked for.
    looked: Instant,
    /// Which frames are silence, in their order.
    silence: Vec<Range<u64>>,
    marks: Marks,
    /// The file is no longer at its path, which was reported.
    moved: bool,
    /// Nothing more is written to it, for this reason.
    given_up: Option<Problem>,
    /// It cannot be synced, which was reported.
    told: bool,
    faults: Arc<Faults>,
}

impl Part {
    /// A file whose header and placeholder are written.
    ///
    /// # Errors
    /// What the first checkpoint says; the file is then closed as it is.
    pub(super) fn new(
        file: TakeFile,
        container: Box<dyn Container>,
        layout: AudioLayout,
        faults: &Arc<Faults>,
    ) -> Self {
        Self {
            layout,
            header: file.len(),
            from: 0,
            syncing: Syncing::new(Arc::clone(faults)),
            file,
            container,
            out: Vec::new(),
            ended: false,
            frames: 0,
            safe: 0,
            checkpointed: Instant::now(),
            checkpoint_took: Duration::ZERO,
            looked: Instant::now(),
            silence: Vec::new(),
            marks: Marks::default(),
            moved: false,
            given_up: None,
            told: false,
            faults: Arc::clone(faults),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Frames of which nothing is missing in the file.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Bytes in the file.
    pub(super) fn bytes(&self) -> u64 {
        self.file.len()
    }

    /// Bytes that a second of audio takes, as far as there is some.
    pub(super) fn bytes_a_second(&self) -> f64 {
        let audio = self.bytes().saturating_sub(self.header);
        if self.frames > 0 { audio as f64 / self.frames as f64 * self.layout.rate } else { 0.0 }
    }

    /// Bytes that the disk has room for, unless it does not say.
    pub(super) fn room(&self) -> Option<u64> {
        self.file.room()
    }

    /// Frames of silence among those that the file holds: of a file that was cut they may not be all.
    pub(super) fn silent_frames(&self) -> u64 {
        self.silent_frames_of(self.frames)
    }

    /// Frames of silence among the first `frames` of those that came.
    pub(super) fn silent_frames_of(&self, frames: u64) -> u64 {
        self.silence.iter().map(|silence| silence.end.min(frames).saturating_sub(silence.start)).sum()
    }

    /// Markers that the file has, or will have.
    pub(super) fn markers(&self) -> u64 {
        self.marks.count()
    }

    fn note_silence(&mut self, batch: &mut Batch) {
        for silence in batch.silence.drain(..) {
            let silence = silence.start.saturating_sub(self.from)..silence.end.saturating_sub(self.from);
            match self.silence.last_mut() {
                Some(last) if last.end == silence.start => last.end = silence.end,
                _ => self.silence.push(silence),
            }
        }
    }

    /// Lays out what is in the batch; its packets are empty then. Bytes that wait to be written.
    pub(super) fn lay_out(&mut self, batch: &mut Batch) -> usize {
        self.note_silence(batch);
        self.marks.note(batch, self.from);
        if self.is_given_up() {
            return 0;
        }
        self.container.append(&mut batch.packets, &mut self.out);
        self.out.len()
    }

    /// Writes what was laid out. After a refusal the next call goes on with what is left.
    pub(super) fn write(&mut self) -> Result<(), Problem> {
        self.faults.pass(Point::Writer);
        self.append()?;
        let due = self.checkpoint_took <= CHEAP && self.checkpointed.elapsed() >= LEAST;
        if due { self.checkpoint() } else { Ok(()) }
    }

    /// Appends what was laid out to the file, as much as it takes.
    fn append(&mut self) -> Result<(), Problem> {
        let before = self.file.len();
        let written = self.file.append(&self.out);
        self.out.drain(..(self.file.len() - before) as usize);
        self.frames = self.container.playable(self.file.len()).frames;
        written
    }

    /// Checkpoint and sync, each when its time has come.
    pub(super) fn keep_safe(&mut self, report: &Report, take: &TakeOutput) -> Result<(), Problem> {
        // What was refused, or came over from a file that took no more.
        self.append()?;
        // The first frames count at once: SoX, for one, takes an AIFF without any for damaged.
        let first = self.safe == 0 && self.frames > 0;
        if first || self.looked.elapsed() >= CHECKPOINT {
            self.look_for(report, take)?;
            self.checkpoint()?;
            // Not before: when that is refused, the next attempt has it to do.
            self.looked = Instant::now();
        }
        self.tell_of_marks(report, take);
        let synced = self.syncing.go_on(&self.file);
        self.note_sync(synced, report, take);
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<(), Problem> {
        let began = Instant::now();
        let safe = if self.file.has_placeholder() {
            self.frames
        } else {
            let Checkpoint { patches, stated } = self.container.checkpoint(self.file.len());
            self.patch(&patches)?;
            self.mark()?;
            stated.frames
        };
        self.safe = safe;
        self.checkpointed = Instant::now();
        self.checkpoint_took = self.checkpointed - began;
        Ok(())
    }

    fn patch(&mut self, patches: &[Patch]) -> Result<(), Problem> {
        patches.iter().try_for_each(|patch| self.file.patch(patch.at, &patch.bytes))
    }

    /// Completes the file. After a refusal the next call goes on where this one stopped.
    pub(super) fn complete(&mut self) -> Result<(), Problem> {
        if !self.ended {
            self.append()?;
            self.out = self.container.tail(self.file.len());
            let len = self.file.len() + self.out.len() as u64;
            let behind = self.container.behind(self.marks.all(), len);
            self.out.extend(behind);
            self.ended = true;
        }
        self.append()?;
        let patches = self.container.complete(self.file.len());
        self.patch(&patches)?;
        self.frames = self.container.playable(self.file.len()).frames;
        self.mark_all()?;
        self.file.end()
    }

    /// Syncs the completed file, reads it again and closes it. `frames` of the encoder's part must be in the files.
    pub(super) fn finish(mut self, frames: u64, report: &Report, take: &TakeOutput) -> Result<(), Problem> {
        let synced = self.syncing.wait().and_then(|()| self.file.sync());
        self.note_sync(synced, report, take);
        self.tell_of_marks(report, take);
        self.look_for(report, take)?;
        self.verify(frames - self.from, take)?;
        self.file.close()
    }

    /// A sync that fails is an error, but no reason to stop writing.
    fn note_sync(&mut self, synced: Result<(), Problem>, report: &Report, take: &TakeOutput) {
        if let Err(problem) = synced {
            report.problem(take.id, &take.report, problem);
        }
        if !self.file.can_sync() && !self.told {
            self.told = true;
            let warning = Warning::NotSynced { path: self.path().to_owned() };
            report.events.post(take.id, Event::Warning(warning));
        }
    }

    /// Bytes that such a file can have.
    pub(super) fn largest(&self) -> u64 {
        self.file.largest()
    }

    /// A second opinion, from a reader that shares no code with the writer. The open file is read, and not what is at its
    /// path: a permission that was taken away or a folder that was moved meanwhile says nothing about the file.
    fn verify(&self, frames: u64, take: &TakeOutput) -> Result<(), Problem> {
        let Some(verify) = take.format.verify else { return Ok(()) };
        let recorded = Recorded { layout: self.layout, settings: take.settings, frames, len: self.file.len() };
        let difference = if faults::ordered(&self.path().to_string_lossy(), "fail-reading") {
            Some("cannot be read again (ordered by a test)".to_owned())
        } else {
            verify(&|at| Box::new(self.file.reader(at)), &recorded)
        };
        let problem = |difference| Problem::ReadsDifferently { path: self.path().to_owned(), difference };
        difference.map_or(Ok(()), |difference| Err(problem(difference)))
    }

    /// Looks whether the file can be written to by its path, although it is refused: then the next write goes there.
    ///
    /// # Errors
    /// When its disk has come back without some of it.
    pub(super) fn reopen(&mut self) -> Result<(), Problem> {
        let part = match self.file.reopen() {
            Reopened::NotYet => return Ok(()),
            Reopened::Whole => {
                // Of the file that is dead, nothing is to be kept safe any more.
                self.syncing = Syncing::new(Arc::clone(&self.faults));
                self.marks.forget();
                return Ok(());
            }
            Reopened::Deleted => return Err(Problem::Deleted { path: self.path().to_owned() }),
            Reopened::Shorter => "the end of ",
            Reopened::Gone => "",
        };
        self.safe = self.safe.min(self.container.playable(self.file.len()).frames);
        Err(Problem::CameBack { path: self.path().to_owned(), part, frames: 0 })
    }

    /// After a problem: cuts the file to what can be played and makes its header say so.
    ///
    /// # Errors
    /// When some of that is refused. It can be tried again.
    pub(super) fn salvage(&mut self) -> Result<(), Problem> {
        self.out.clear();
        // Of a file that was deleted, nothing: what was written to it is lost.
        let there = self.file.location() != FileLocation::Deleted;
        let playable = if there { self.container.playable(self.file.len()) } else { Playable { len: 0, frames: 0 } };
        self.frames = playable.frames;
        let cut = self.file.truncate(playable.len);
        if !there || playable.len == 0 {
            return cut;
        }
        let ended = self.end_at(playable.len, cut);
        // The first problem is the one to show.
        let _ = self.file.sync();
        ended
    }

    /// Nothing more is written to the file: what it was to get, and what it got last.
    pub(super) fn stop(&mut self) -> Unwritten {
        Unwritten { recent: self.file.take_recent(), waiting: std::mem::take(&mut self.out), marks: self.marks.clone() }
    }

    /// After a problem that only this file has, and [`Part::salvage`]: what it has not taken is for the next file, and the
    /// problem is handed back.
    ///
    /// # Errors
    /// When the format does not allow that: what still comes for it is left out.
    pub(super) fn give_up(&mut self, unwritten: &Unwritten, problem: Problem) -> Result<(Heir, Problem), ()> {
        match self.heir(unwritten) {
            Some(heir) => Ok((heir, problem)),
            None => {
                self.given_up = Some(problem);
                Err(())
            }
        }
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.is_some()
    }

    /// Frames among the first `frames` that are not silence.
    fn heard(&self, frames: u64) -> u64 {
        frames - self.silent_frames_of(frames)
    }

    /// How many of the `frames` of the encoder's part that came for a file which was given up are not in it, silence not
    /// counted, and why.
    pub(super) fn left_out(&mut self, frames: u64) -> Option<(u64, Problem)> {
        let left_out = self.heard(frames - self.from).saturating_sub(self.heard(self.frames));
        self.given_up.take().map(|problem| (left_out, problem))
    }

    /// Makes a file that was cut after `len` bytes a whole one.
    fn end_at(&mut self, len: u64, cut: Result<(), Problem>) -> Result<(), Problem> {
        let pad = self.container.pad(len);
        let mut refused = Ok(());
        let patches = if cut.and_then(|()| self.file.append(&pad)).is_ok() {
            self.container.complete(self.file.len())
        } else {
            let Checkpoint { patches, stated } = self.container.checkpoint(len);
            self.frames = stated.frames;
            refused = self.file.truncate(stated.len);
            // Without its last frame it needs no pad.
            if refused.is_ok() { self.container.complete(stated.len) } else { patches }
        };
        let patched = self.patch(&patches).and_then(|()| self.mark_what_is_left());
        if patched.is_err() {
            self.frames = self.frames.min(self.safe);
        }
        refused.and(patched)
    }

    /// Looks whether the file can still be found.
    ///
    /// A file that was deleted ends the take, so that the user learns of it before more is lost. One that was
    /// moved is written on: no audio is lost, but the take is not where it was promised, which is an error too.
    fn look_for(&mut self, report: &Report, take: &TakeOutput) -> Result<(), Problem> {
        let path = || self.file.path().to_owned();
        match self.file.location() {
            FileLocation::Deleted => return Err(Problem::Deleted { path: path() }),
            FileLocation::Moved if !self.moved => {
                report.problem(take.id, &take.report, Problem::Moved { path: path() });
                self.moved = true;
            }
            FileLocation::Moved | FileLocation::InPlace => {}
        }
        Ok(())
    }
}

//! The state machine of a node's takes: from the parameters and slices of each cook to what is fed to the disk.
//!
//! In the steady state a cook compares a few numbers and copies the block into the ring.
//!
//! The cook thread waits in one case only: offline rendering (Realtime off) cooks every frame however long it takes,
//! and when memory is full while the timeline does not follow the wall clock, nothing needs to be lost: the cook then
//! lets the writer catch up. It does so for some milliseconds, too, before it goes on into memory that is not in the
//! caches.

use std::sync::Arc;

use super::board::{Board, Shot};
use super::greyed::Greyed;
use super::naming::{self, Naming};
use super::params;
use super::passage::Passage;
use super::reading::{chosen_format, chosen_settings, metadata_rows, select, text};
use super::running::{Running, patience};
use super::steady::Steady;
use super::suspension::Suspension;
use super::time::{Odd, Pace, SliceKind, Slices, TimeSlice, elapsed, is_same_rate, settled_rate};
use crate::bridge::{Cook, Inputs};
use crate::container::FormatOption;
use crate::faults::Faults;
use crate::messages::{Problem, SuspensionCause, Warning};
use crate::report::{Phase, TakeStatus};
use crate::stream::AudioLayout;
use crate::stream::inbox::{Full, Reach, inbox};
use crate::take::Order;
use crate::take::threads::Threads;

/// No more takes wait for a disk that hangs: each has a ring of its own.
const MOST_WAITING_TAKES: usize = 1000;

/// The takes of one node. Dropping it finishes the running one.
pub(crate) struct Recorder {
    // Before `threads`, whose drop waits for the writer, which waits for the feed to close.
    running: Option<Running>,
    /// Started with the first take.
    threads: Option<Threads>,
    board: Arc<Board>,
    faults: Arc<Faults>,
    /// The take ended in an error, or could not start: nothing more until Record goes off.
    blocked: bool,
    /// A running take ended in an error, and Record is still on: what arrives is in no file, and counted.
    cut_short: bool,
    /// Takes that are no longer fed; those that the disk has not taken yet share the memory with the running one.
    former: Vec<Arc<TakeStatus>>,
    /// The last cook, if one that is like it goes the same way.
    steady: Option<Steady>,
    slices: Slices,
    suspension: Suspension,
    pace: Pace,
    /// The last take, and its frames in the file at the cook before.
    progress: Option<(Arc<TakeStatus>, u64)>,
    trouble: Option<Warning>,
    greyed: Greyed,
    naming: Naming,
}

impl Recorder {
    pub(crate) fn new(board: Arc<Board>, faults: Arc<Faults>) -> Self {
        Self {
            running: None,
            threads: None,
            board,
            faults,
            blocked: false,
            cut_short: false,
            former: Vec::new(),
            steady: None,
            slices: Slices::default(),
            suspension: Suspension::default(),
            pace: Pace::default(),
            progress: None,
            trouble: None,
            greyed: Greyed::default(),
            naming: Naming::default(),
        }
    }

    /// One cook. What does not happen at every cook stands in functions of its own, out of the way of the rest.
    #[inline]
    pub(crate) fn cook(&mut self, cook: &Cook, inputs: &Inputs, sound: Option<AudioLayout>, passage: &mut Passage<'_>) {
        match &self.steady {
            Some(steady) if steady.is_like(cook) && self.goes_on(cook) => {
                let seconds = steady.seconds;
                self.go_on(cook, inputs, seconds, passage);
            }
            _ => {
                let sound = sound.map(|sound| self.settled(sound));
                self.find_way(cook, inputs, sound, passage);
                self.steady = self.is_steady(cook, sound).then(|| Steady::new(cook));
            }
        }
    }

    /// Whether a cook that is like the one before goes its way: what else there is to ask.
    #[inline]
    fn goes_on(&self, cook: &Cook) -> bool {
        self.running.as_ref().is_none_or(|running| {
            running.status.phase() != Phase::Failed && self.slices.goes_on(cook.total_cooks, cook.start_index)
        })
    }

    /// The layout of the input, or that of the running take where a rate differs in its last digits only.
    #[cold]
    fn settled(&self, sound: AudioLayout) -> AudioLayout {
        match &self.running {
            Some(running) if is_same_rate(running.input.rate, sound.rate) => {
                AudioLayout { rate: running.input.rate, ..sound }
            }
            _ => AudioLayout { rate: settled_rate(sound.rate), ..sound },
        }
    }

    /// A cook that is like the one before.
    #[inline]
    fn go_on(&mut self, cook: &Cook, inputs: &Inputs, seconds: f64, passage: &mut Passage<'_>) {
        self.show_progress();
        if self.running.is_some() {
            self.slices.go_on(cook.total_cooks, cook.start_index, cook.samples);
            self.pace.advance(seconds);
            self.put_now(inputs, cook.samples, seconds, passage);
        } else {
            self.naming.idle(inputs, &self.board, &self.faults);
        }
        self.board.peak.set(f64::from(passage.peak()));
    }

    /// Whether a cook that is like this one, which has found its way, goes on the same.
    fn is_steady(&self, cook: &Cook, sound: Option<AudioLayout>) -> bool {
        let Some(sound) = sound.filter(|_| cook.samples > 0 && !self.blocked && !self.cut_short) else { return false };
        match &self.running {
            None => !cook.record() && self.trouble.is_none(),
            Some(running) => {
                let is_fed = cook.record() && !cook.pause() && running.input == sound;
                let is_suspended = self.suspension.is_suspended() || self.suspension.is_owed();
                is_fed && !is_suspended && !self.pace.is_resting() && self.slices.is_steady(&time_slice(cook, sound))
            }
        }
    }

    /// A cook that differs from the one before.
    #[cold]
    #[inline(never)]
    fn find_way(&mut self, cook: &Cook, inputs: &Inputs, sound: Option<AudioLayout>, passage: &mut Passage<'_>) {
        let record = cook.record();
        let trouble = record && sound.is_none() && self.running.is_none();
        if trouble || self.trouble.is_some() {
            self.tell_trouble(cook, trouble);
        }
        if !record {
            if self.running.is_some() || self.blocked {
                self.settle_suspension(inputs);
                self.stop();
            }
        } else if let Some(sound) = sound
            && cook.samples > 0
            && self.running.is_none()
            && !self.blocked
        {
            self.start(cook, inputs, sound);
        }
        self.show_progress();
        self.look(cook, inputs, sound, passage);
        self.greyed.update(cook, inputs, self.running.is_some());
        if self.running.is_none() {
            self.naming.idle(inputs, &self.board, &self.faults);
        }
    }

    /// Ends the take after a panic, wherever it stood; what was fed until then is completed by the writer.
    pub(crate) fn abandon(&mut self, problem: &Problem) {
        if let Some(running) = &self.running {
            running.status.fail(problem);
            self.cut_short = true;
        }
        self.let_go();
        self.blocked = true;
        self.steady = None;
    }

    #[cold]
    fn start(&mut self, cook: &Cook, inputs: &Inputs, input: AudioLayout) {
        match self.order(cook, inputs, input) {
            Ok(running) => {
                self.slices.begin();
                self.suspension = Suspension::default();
                self.progress = Some((Arc::clone(&running.status), 0));
                self.board.feeding.set(true);
                self.running = Some(running);
            }
            Err(problem) => {
                self.board.fail(&problem);
                self.blocked = true;
            }
        }
    }

    #[cold]
    fn stop(&mut self) {
        self.let_go();
        self.blocked = false;
        self.cut_short = false;
        self.board.record_off();
    }

    /// Closes the feed of the running take, if there is one.
    #[cold]
    fn let_go(&mut self) {
        self.board.feeding.set(false);
        self.board.paused.set(false);
        self.suspension.end(&self.board);
        self.rest();
        if let Some(running) = self.running.take() {
            running.feed.close(None);
            self.former.push(running.status);
            // So that the file is completed now and not at the writer's next look.
            self.wake_writer();
        }
    }

    fn wake_writer(&self) {
        if let Some(writer) = self.threads.as_ref().and_then(Threads::writer) {
            writer.unpark();
        }
    }

    /// Reads the parameters of a take and orders it from the writer thread.
    fn order(&mut self, cook: &Cook, inputs: &Inputs, input: AudioLayout) -> Result<Running, Problem> {
        let format = chosen_format(inputs);
        let settings = chosen_settings(inputs);
        let name = naming::order(inputs, format, &self.board)?;
        let pattern = text(inputs, &params::CHANNEL_SCOPE);
        let selected = select(&pattern, inputs)?;
        let sound = AudioLayout { channels: selected.len(), rate: input.rate };
        format.allows(sound, settings)?;
        self.former.retain(|take| !take.is_over());
        if self.former.len() >= MOST_WAITING_TAKES {
            return Err(Problem::TooManyTakes { takes: self.former.len() });
        }
        let (rows, warning) = metadata_rows(inputs);
        let threads = match self.threads.take() {
            Some(threads) => threads,
            None => Threads::start(Arc::clone(&self.board.finished))?,
        };
        let threads = self.threads.insert(threads);
        let status = Arc::new(TakeStatus::default());
        status.warn(warning.into_iter().collect());
        status.minutes_left.set(-1.0);
        self.board.begin(Shot {
            status: Arc::clone(&status),
            file_type: format.name,
            codec: if format.options.contains(&FormatOption::Codec) { settings.codec.name } else { "" },
            sound,
        });
        let (feed, inbox) = inbox(sound, cook.samples);
        let faults = Arc::clone(&self.faults);
        threads.order(Order { name, format, settings, rows, inbox, status: Arc::clone(&status), faults });
        Ok(Running { feed, status, pattern, selected, input, format, settings, refused: None, seconds: 0.0 })
    }

    /// Looks at the input and, while a take runs, feeds it.
    fn look(&mut self, cook: &Cook, inputs: &Inputs, sound: Option<AudioLayout>, passage: &mut Passage<'_>) {
        self.notice_failure();
        if self.running.is_some() && cook.pause() {
            self.board.paused.set(true);
            self.settle_suspension(inputs);
        }
        match self.why_suspended(cook, inputs, sound) {
            Some(cause) => self.suspend(cook, cause),
            None => self.suspension.end(&self.board),
        }
        let Some(sound) = sound else {
            if !self.suspension.is_suspended() {
                self.rest();
            }
            return;
        };
        // A take looks at its slices with new eyes: before it, only their level counts.
        let is_fed = (self.running.is_some() && !self.suspension.is_suspended()) || self.cut_short;
        let fresh = if is_fed { self.feed(cook, inputs, sound, passage) } else { cook.samples > 0 };
        if fresh {
            self.board.peak.set(f64::from(passage.peak()));
        }
    }

    fn notice_failure(&mut self) {
        if self.running.as_ref().is_some_and(|running| running.status.phase() == Phase::Failed) {
            self.let_go();
            self.blocked = true;
            self.cut_short = true;
        }
    }

    /// Why nothing of this cook's input can be recorded, if a take runs and is not paused.
    fn why_suspended(&mut self, cook: &Cook, inputs: &Inputs, sound: Option<AudioLayout>) -> Option<SuspensionCause> {
        let running = self.running.as_mut().filter(|_| !cook.pause())?;
        match sound {
            None if !cook.wired => Some(SuspensionCause::NotWired),
            None if cook.channels == 0 => Some(SuspensionCause::NoChannels),
            None => Some(SuspensionCause::Rate(cook.sample_rate.to_string())),
            // A source that is being rebuilt can show any layout: one that brings samples is meant.
            Some(sound) if cook.samples > 0 || self.suspension.is_suspended() => running.refuses(sound, inputs),
            Some(_) => None,
        }
    }

    #[cold]
    fn suspend(&mut self, cook: &Cook, cause: SuspensionCause) {
        self.board.paused.set(false);
        self.pace.rest();
        self.slices.suspend(elapsed(cook.delta_frames, cook.timeline_rate));
        self.suspension.hold(cause, &self.board);
    }

    /// Pause or Record off ends a suspension: its time is a gap that no samples follow.
    fn settle_suspension(&mut self, inputs: &Inputs) {
        let seconds = self.slices.settle();
        self.suspension.end(&self.board);
        if let Some(running) = self.running.as_mut().filter(|_| self.suspension.is_owed()) {
            let kind = SliceKind::after_seconds(seconds, running.feed.sound().rate);
            self.fill(inputs, kind);
        }
    }

    /// Records the samples of one cook, or counts those that are lost. Whether there are new ones.
    fn feed(&mut self, cook: &Cook, inputs: &Inputs, sound: AudioLayout, passage: &mut Passage<'_>) -> bool {
        let kind = self.slices.look(time_slice(cook, sound));
        let is_new = kind != SliceKind::Seen;
        if let Some(seconds) = elapsed(cook.delta_frames, cook.timeline_rate) {
            let audio = if is_new { cook.samples as f64 / sound.rate } else { 0.0 };
            self.pace.pass(seconds, cook.delta_frames, audio);
        }
        self.heed(cook, inputs, sound, kind, passage);
        is_new
    }

    /// Takes in what has arrived, if it is to be recorded.
    fn heed(&mut self, cook: &Cook, inputs: &Inputs, sound: AudioLayout, kind: SliceKind, passage: &mut Passage<'_>) {
        let paused = cook.pause();
        self.board.paused.set(paused && self.running.is_some());
        if self.running.is_none() || paused {
            if self.cut_short && !paused && kind != SliceKind::Seen {
                self.board.lost.add(cook.samples as u64);
            }
            self.rest();
            return;
        }
        if self.slices.is_clip() {
            self.board.warn(Warning::NotTimeSliced);
        }
        if kind != SliceKind::Seen {
            self.take_in(cook, inputs, sound, kind, passage);
        }
    }

    /// Nothing is recorded at this cook: no gap can lie before the next one.
    fn rest(&mut self) {
        self.slices.interrupt();
        self.pace.rest();
    }

    /// Feeds the gap and the samples of one cook.
    fn take_in(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        sound: AudioLayout,
        kind: SliceKind,
        passage: &mut Passage<'_>,
    ) {
        let frames = cook.samples;
        if frames == 0 {
            return;
        }
        self.pace.go_on();
        // In the layout of what came before it.
        self.fill(inputs, self.running.as_ref().map_or(kind, |running| kind.at_rate(sound.rate, running.input.rate)));
        if let Some(running) = self.running.as_mut().filter(|running| sound != running.input) {
            running.change_layout(cook, inputs, sound, &self.board, self.threads.as_ref());
        }
        self.put_now(inputs, frames, frames as f64 / sound.rate, passage);
    }

    /// Counts what is missing before a cook's samples, fills it if it is to be filled, and says what the user should
    /// know of it.
    fn fill(&mut self, inputs: &Inputs, kind: SliceKind) {
        let SliceKind::New { gap, odd } = kind else { return };
        let Some(running) = &mut self.running else { return };
        let filled = running.skip(inputs, gap, odd.is_none(), &self.board);
        if self.suspension.is_owed() {
            let seconds = gap as f64 / running.feed.sound().rate;
            self.suspension.account(seconds, filled, &self.board);
            return;
        }
        match odd {
            None => {}
            Some(Odd::Delta(frames)) => self.board.warn(Warning::OddTime { frames: frames.to_string() }),
            Some(Odd::TooLong(seconds)) => self.board.warn(Warning::GapTooLong { seconds }),
        }
    }

    /// Feeds the samples of one cook.
    #[inline(always)]
    fn put_now(&mut self, inputs: &Inputs, frames: usize, seconds: f64, passage: &mut Passage<'_>) {
        let Some(running) = &mut self.running else { return };
        running.seconds += seconds;
        if running.put(inputs, frames, passage, &self.former, Reach::Near).is_err() {
            self.put_late(inputs, frames, seconds, passage);
        }
    }

    /// There was no room nearby. An offline cook waits a moment for it; what does not fit then goes where there is any.
    /// When all memory is full such a cook waits for the writer, and at any other the samples are lost.
    ///
    /// The writer thread may be asleep, when a host in a hurry begins: the earlier it is woken, the less new memory
    /// its audio takes. While the disk holds it up waking it is no call of the system.
    #[cold]
    fn put_late(&mut self, inputs: &Inputs, frames: usize, seconds: f64, passage: &mut Passage<'_>) {
        self.wake_writer();
        if self.catch_up(inputs) && self.put(inputs, frames, passage, Reach::Near).is_ok() {
            return;
        }
        while self.put(inputs, frames, passage, Reach::All).is_err() {
            if self.catch_up(inputs) {
                continue;
            }
            let Some(running) = &mut self.running else { return };
            if self.board.lost.get() == 0 {
                self.board.lost_first(running.seconds - seconds);
            }
            self.board.lost.add(frames as u64);
            running.feed.silence(frames as u64);
            return;
        }
    }

    /// As [`Running::put`], out of the way of what happens at every cook.
    #[cold]
    fn put(&mut self, inputs: &Inputs, frames: usize, passage: &mut Passage<'_>, reach: Reach) -> Result<(), Full> {
        let Some(running) = &mut self.running else { return Ok(()) };
        running.put(inputs, frames, passage, &self.former, reach)
    }

    /// Gives the writer a few milliseconds, if the timeline does not follow the clock; else nothing is to be waited for.
    fn catch_up(&mut self, inputs: &Inputs) -> bool {
        let Some(running) = &self.running else { return false };
        let done = self.former.iter().fold(running.status.done(), |done, take| done.wrapping_add(take.done()));
        if running.status.is_over() || !self.pace.may_wait(running.feed.seconds(), done, patience(inputs)) {
            return false;
        }
        self.wake_writer();
        running.wait_for_room();
        true
    }

    #[inline]
    fn show_progress(&mut self) {
        if let Some((status, before)) = &mut self.progress {
            let now = status.written.get();
            self.board.last_written.set(now.saturating_sub(*before));
            *before = now;
        }
    }

    /// Says what is missing while Record is on and there is nothing to record.
    #[cold]
    fn tell_trouble(&mut self, cook: &Cook, trouble: bool) {
        let now = trouble.then(|| {
            if !cook.wired {
                Warning::NoInput
            } else if cook.channels == 0 {
                Warning::NoChannels
            } else {
                Warning::NoRate { rate: cook.sample_rate.to_string() }
            }
        });
        if now != self.trouble {
            let before = self.trouble.take();
            self.board.unwarn(|warning| Some(warning) == before.as_ref());
            now.iter().for_each(|warning| self.board.warn(warning.clone()));
            self.trouble = now;
        }
    }
}

/// What `cook` says of an input of the layout `sound`.
fn time_slice(cook: &Cook, sound: AudioLayout) -> TimeSlice {
    TimeSlice {
        op_id: cook.op_id,
        total_cooks: cook.total_cooks,
        channels: sound.channels,
        samples: cook.samples,
        start_index: cook.start_index,
        rate: sound.rate,
        delta_frames: cook.delta_frames,
        timeline_rate: cook.timeline_rate,
    }
}

//! The take that is being fed: which channels of the input, into which inbox, and how much of it may wait.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::board::Board;
use super::params;
use super::passage::Passage;
use super::reading::{select, toggle};
use crate::bridge::{Cook, Inputs};
use crate::container::{Format, Settings};
use crate::messages::{Filled, SuspensionCause};
use crate::report::TakeStatus;
use crate::stream::AudioLayout;
use crate::stream::inbox::{Feed, Full, Reach, inbox};
use crate::take::threads::Threads;

/// Memory for waiting audio never exceeds this, whatever Max Buffer says.
const MOST_WAITING_BYTES: f64 = 1024.0 * 1024.0 * 1024.0;
/// How long an offline cook sleeps between its looks for room, in microseconds. It goes on when the ring is half
/// empty: a sleep for each block would cost more than the block.
const OFFLINE_NAPS: [u64; 6] = [100, 200, 400, 800, 1600, 3200];
/// Below this much waiting audio Max Buffer, which is never less, need not be asked for.
const SHORTEST_BUFFER_SECONDS: f64 = 1.0;

/// Bytes that may wait when a second of audio has so many.
#[cold]
fn most_waiting(inputs: &Inputs, second: f64) -> f64 {
    let seconds = inputs.par_double(params::MAX_BUFFER.name).max(SHORTEST_BUFFER_SECONDS);
    (seconds * second).min(MOST_WAITING_BYTES)
}

/// How long an offline cook waits for a writer that does nothing at all, in seconds, if Max Buffer is not more.
const OFFLINE_PATIENCE: f64 = 10.0;

/// How long an offline cook waits for a writer that does nothing at all.
#[cold]
pub(super) fn patience(inputs: &Inputs) -> Duration {
    let seconds = inputs.par_double(params::MAX_BUFFER.name).max(OFFLINE_PATIENCE);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// A take that is being fed.
pub(super) struct Running {
    pub(super) feed: Feed,
    pub(super) status: Arc<TakeStatus>,
    pub(super) pattern: String,
    /// Channels of the input that are recorded.
    pub(super) selected: Vec<usize>,
    /// Layout of the whole input, to see when it changes.
    pub(super) input: AudioLayout,
    pub(super) format: &'static Format,
    pub(super) settings: Settings,
    /// The last layout that cannot be recorded, and why.
    pub(super) refused: Option<(AudioLayout, SuspensionCause)>,
    /// Seconds that arrived in this take, lost and filled ones included.
    pub(super) seconds: f64,
}

impl Running {
    /// Lets the writer thread empty half of the ring, for a few milliseconds at most.
    pub(super) fn wait_for_room(&self) {
        for nap in OFFLINE_NAPS {
            thread::sleep(Duration::from_micros(nap));
            if self.feed.is_half_empty() || self.status.is_over() {
                break;
            }
        }
    }

    /// So many frames are missing before this cook, which may be filled. What stands for them in the file.
    pub(super) fn skip(&mut self, inputs: &Inputs, gap: u64, fillable: bool, board: &Board) -> Filled {
        if gap == 0 {
            return Filled::Nothing;
        }
        board.gap.add(gap);
        if !fillable || !toggle(inputs, &params::FILL_GAPS) {
            return Filled::Nothing;
        }
        self.feed.silence(gap);
        self.seconds += gap as f64 / self.input.rate;
        Filled::Silence
    }

    /// Why nothing of an input with this layout can be recorded, if that is so.
    pub(super) fn refuses(&mut self, input: AudioLayout, inputs: &Inputs) -> Option<SuspensionCause> {
        if input == self.input {
            return None;
        }
        if let Some((refused, cause)) = &self.refused
            && *refused == input
        {
            return Some(cause.clone());
        }
        let cause = match select(&self.pattern, inputs) {
            Err(_) => SuspensionCause::Scope(self.pattern.clone()),
            Ok(selected) => {
                let sound = AudioLayout { channels: selected.len(), rate: input.rate };
                SuspensionCause::Layout(self.format.allows(sound, self.settings).err()?.cause())
            }
        };
        self.refused = Some((input, cause.clone()));
        Some(cause)
    }

    /// Puts the selected channels of this cook's input into the feed.
    #[inline(always)]
    pub(super) fn put(
        &mut self,
        inputs: &Inputs,
        frames: usize,
        passage: &mut Passage<'_>,
        former: &[Arc<TakeStatus>],
        reach: Reach,
    ) -> Result<(), Full> {
        let sound = self.feed.sound();
        let bytes = frames as u64 * sound.frame_bytes();
        let own = self.status.waiting_bytes();
        let waiting = own + former.iter().map(|take| take.waiting_bytes()).sum::<u64>();
        let second = sound.rate * sound.frame_bytes() as i64 as f64;
        if waiting > 0 && (waiting + bytes) as i64 as f64 > second * SHORTEST_BUFFER_SECONDS {
            // A block that comes alone is taken whatever its size, since a clip is not to be cut; one that comes
            // alone in its take only while memory has room for it.
            let most = if own > 0 { most_waiting(inputs, second) } else { MOST_WAITING_BYTES };
            if (waiting + bytes) as f64 > most {
                return Err(Full);
            }
        }
        self.feed.audio(frames, &mut passage.lanes(&self.selected), reach)?;
        self.status.fed_bytes.add(bytes);
        self.status.fed.add(frames as u64);
        Ok(())
    }

    /// The input has another rate or channel count: the take goes on in another file if what is recorded has too.
    #[cold]
    pub(super) fn change_layout(
        &mut self,
        cook: &Cook,
        inputs: &Inputs,
        input: AudioLayout,
        board: &Board,
        threads: Option<&Threads>,
    ) {
        if input.channels != self.input.channels {
            self.selected = select(&self.pattern, inputs).unwrap_or_default();
        }
        self.input = input;
        let sound = AudioLayout { channels: self.selected.len(), rate: input.rate };
        if sound != self.feed.sound() {
            let (feed, next) = inbox(sound, cook.samples);
            if let Some(threads) = threads {
                threads.watch(Arc::clone(&next));
            }
            std::mem::replace(&mut self.feed, feed).close(Some(next));
            board.set_sound(sound);
        }
    }
}

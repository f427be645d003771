//! What was heard while no take runs: the pre-roll of the next one.
//!
//! Audio is copied out of the stream into pieces of memory that are taken one by one and used again, so that only as much
//! is held as was heard. Silence takes none.

use std::collections::VecDeque;

use crate::messages::Mark;
use crate::stream::planar::Planar;

/// Samples of a piece.
const PIECE: usize = 64 * 1024;

/// The last frames of a stream, in their order.
#[derive(Default)]
pub(super) struct History {
    /// So many frames are kept, and up to a piece more.
    limit: u64,
    frames: u64,
    kept: VecDeque<Kept>,
    /// A piece that is used again.
    spare: Option<Box<[f32]>>,
}

/// What was heard, or not.
pub(super) enum Kept {
    Audio(Piece),
    /// Frames of silence, which stand for a gap or for what memory had no room for.
    Silence {
        frames: u64,
        is_gap: bool,
    },
    /// Frames that are missing and have no silence.
    Skipped(u64),
    /// So many frames of the silence before were lost.
    Lost(u64),
}

/// Planar samples.
pub(super) struct Piece {
    samples: Box<[f32]>,
    channels: usize,
    from: usize,
    to: usize,
}

/// What is in a pre-roll.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Frames, silence not counted.
    pub(super) heard: u64,
    pub(super) gap: u64,
    pub(super) lost: u64,
}

impl Piece {
    /// `None` when the system has no memory.
    fn new(channels: usize, spare: Option<Box<[f32]>>) -> Option<Self> {
        let frames = (PIECE / channels).max(1);
        let samples = spare.filter(|spare| spare.len() == frames * channels);
        let samples = samples.map_or_else(|| zeros(frames * channels), Some)?;
        Some(Self { samples, channels, from: 0, to: 0 })
    }

    fn stride(&self) -> usize {
        self.samples.len() / self.channels
    }

    /// A copy of `view`; `None` when the system has no memory.
    pub(super) fn of(view: Planar<'_>) -> Option<Self> {
        let (channels, frames) = (view.channels(), view.frames());
        let mut piece = Self { samples: zeros(frames * channels)?, channels, from: 0, to: 0 };
        piece.push(view);
        Some(piece)
    }

    pub(super) fn frames(&self) -> u64 {
        (self.to - self.from) as u64
    }

    /// Forgets the first `frames`.
    pub(super) fn cut(&mut self, frames: u64) {
        self.from += frames as usize;
    }

    pub(super) fn view(&self) -> Planar<'_> {
        Planar::window(&self.samples, self.channels, self.stride(), self.from..self.to)
    }

    /// Gives back the memory that is not filled.
    fn shrink(&mut self) {
        if self.to - self.from < self.stride()
            && let Some(shrunk) = Self::of(self.view())
        {
            *self = shrunk;
        }
    }

    /// Takes in as much of `view` as there is room for; the rest.
    fn push<'a>(&mut self, view: Planar<'a>) -> Planar<'a> {
        let stride = self.stride();
        let (now, later) = view.split_at(stride - self.to);
        let end = self.to + now.frames();
        for (channel, place) in self.samples.chunks_exact_mut(stride).enumerate() {
            place[self.to..end].copy_from_slice(now.channel(channel));
        }
        self.to = end;
        later
    }
}

impl Kept {
    /// What marks it in a take of so many frames a second. Silence that stands for lost samples is marked where it begins.
    pub(super) fn mark(&self, rate: f64) -> Option<Mark> {
        match self {
            Self::Audio(_) | Self::Lost(_) => None,
            Self::Silence { frames, is_gap: true } => Some(Mark::Filled(*frames as f64 / rate)),
            Self::Silence { .. } => Some(Mark::Lost),
            Self::Skipped(frames) => Some(Mark::LeftOut(*frames as f64 / rate)),
        }
    }

    pub(super) fn frames(&self) -> u64 {
        match self {
            Self::Audio(piece) => piece.frames(),
            Self::Silence { frames, .. } => *frames,
            Self::Skipped(_) | Self::Lost(_) => 0,
        }
    }

    /// Bytes of memory that it takes.
    pub(super) fn bytes(&self) -> u64 {
        if let Self::Audio(piece) = self { (piece.samples.len() * size_of::<f32>()) as u64 } else { 0 }
    }

    /// Forgets the first `frames`, of which it has more.
    fn cut(&mut self, by: u64) {
        match self {
            Self::Audio(piece) => piece.cut(by),
            Self::Silence { frames, .. } => *frames -= by,
            Self::Skipped(_) | Self::Lost(_) => {}
        }
    }
}

impl History {
    /// Whether anything is to be kept.
    pub(super) fn is_on(&self) -> bool {
        self.limit > 0
    }

    /// From now on `limit` frames are kept.
    pub(super) fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
        if limit == 0 {
            self.clear();
        }
        self.trim();
    }

    /// Forgets everything, and gives its memory back.
    pub(super) fn clear(&mut self) {
        let limit = self.limit;
        *self = Self { limit, ..Self::default() };
    }

    /// Frames that are there, of those that are wanted.
    pub(super) fn frames(&self) -> u64 {
        self.frames.min(self.limit)
    }

    /// Bytes of memory that it takes.
    pub(super) fn bytes(&self) -> u64 {
        self.kept.iter().map(Kept::bytes).sum()
    }

    pub(super) fn push(&mut self, mut view: Planar<'_>) {
        self.frames += view.frames() as u64;
        while view.frames() > 0 {
            view = match self.kept.back_mut() {
                Some(Kept::Audio(piece)) if piece.to < piece.stride() => piece.push(view),
                _ => match Piece::new(view.channels(), self.spare.take()) {
                    Some(piece) => {
                        self.kept.push_back(Kept::Audio(piece));
                        view
                    }
                    // What comes then follows on nothing.
                    None => return self.clear(),
                },
            };
        }
        self.trim();
    }

    pub(super) fn push_other(&mut self, kept: Kept) {
        // A gap at each cook must not make of each block a whole piece.
        if let Some(Kept::Audio(piece)) = self.kept.back_mut() {
            piece.shrink();
        }
        self.frames += kept.frames();
        self.kept.push_back(kept);
        self.trim();
    }

    /// Forgets what is not needed.
    fn trim(&mut self) {
        while let Some(first) = self.kept.front()
            && self.frames - first.frames() >= self.limit
        {
            self.frames -= first.frames();
            if let Some(Kept::Audio(piece)) = self.kept.pop_front() {
                self.spare = Some(piece.samples);
            }
        }
    }

    /// Keeps the last `frames` for a take that begins, and nothing that comes; what they hold.
    pub(super) fn cut(&mut self, frames: u64) -> Contents {
        let mut excess = self.frames.saturating_sub(frames);
        self.frames -= excess;
        self.limit = 0;
        while let Some(first) = self.kept.front_mut() {
            if first.frames() > excess {
                first.cut(excess);
                break;
            }
            excess -= first.frames();
            self.kept.pop_front();
        }
        let mut contents = Contents::default();
        for kept in &self.kept {
            match kept {
                Kept::Audio(piece) => contents.heard += piece.frames(),
                Kept::Silence { frames, is_gap: true } | Kept::Skipped(frames) => contents.gap += frames,
                Kept::Lost(frames) => contents.lost += frames,
                Kept::Silence { .. } => {}
            }
        }
        contents
    }

    /// All of it.
    pub(super) fn take(&mut self) -> VecDeque<Kept> {
        self.frames = 0;
        std::mem::take(&mut self.kept)
    }
}

/// So many zeros; `None` when the system has no memory.
fn zeros(samples: usize) -> Option<Box<[f32]>> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(samples).ok()?;
    zeros.resize(samples, 0.0);
    Some(zeros.into_boxed_slice())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Heard {
        Audio(usize),
        Gap(u64),
        Skipped(u64),
    }

    fn heard() -> impl Strategy<Value = Heard> {
        prop_oneof![
            4 => (1usize..90_000).prop_map(Heard::Audio),
            1 => (1u64..50_000).prop_map(Heard::Gap),
            1 => (1u64..50_000).prop_map(Heard::Skipped),
        ]
    }

    /// What is left of a history, frame by frame: of silence, zeros.
    fn drain(history: &mut History, channel: usize) -> Vec<f32> {
        let mut read = Vec::new();
        for kept in history.take() {
            match kept {
                Kept::Audio(piece) => read.extend_from_slice(piece.view().channel(channel)),
                Kept::Silence { frames, .. } => read.extend((0..frames).map(|_| 0.0)),
                Kept::Skipped(_) | Kept::Lost(_) => {}
            }
        }
        read
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever was heard: the last frames come out, each once, and their gaps are counted to the frame.
        #[test]
        fn the_last_frames_are_those_that_were_heard_last(
            all in prop::collection::vec(heard(), 0..12),
            channels in 1usize..4,
            limit in 1u64..200_000,
            wanted in 0u64..200_000,
        ) {
            let wanted = wanted.min(limit);
            let mut history = History::default();
            history.set_limit(limit);
            // A sample of the first channel for each frame, 0 for a gap, and what was skipped before which frame.
            let (mut frames, mut is_gap, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
            for heard in all {
                match heard {
                    Heard::Audio(count) => {
                        let block: Vec<f32> = (0..count * channels).map(|at| (frames.len() + at + 1) as f32).collect();
                        history.push(Planar::contiguous(&block, channels, count));
                        frames.extend_from_slice(&block[..count]);
                        is_gap.extend((0..count).map(|_| false));
                    }
                    Heard::Gap(count) => {
                        history.push_other(Kept::Silence { frames: count, is_gap: true });
                        frames.extend((0..count).map(|_| 0.0));
                        is_gap.extend((0..count).map(|_| true));
                    }
                    Heard::Skipped(count) => {
                        history.push_other(Kept::Skipped(count));
                        skipped.push((frames.len(), count));
                    }
                }
                let most = limit + (PIECE / channels) as u64;
                prop_assert!(history.bytes() <= (most + (PIECE / channels) as u64) * 4 * channels as u64);
            }
            prop_assert_eq!(history.frames(), limit.min(frames.len() as u64));
            let begin = frames.len() - (wanted as usize).min(frames.len());
            let gaps = is_gap[begin..].iter().filter(|gap| **gap).count() as u64;
            // What was skipped before the first frame is not in the pre-roll.
            let skips: u64 = skipped.iter().filter(|(at, _)| *at > begin).map(|(_, count)| count).sum();
            let contents = history.cut(wanted);
            prop_assert_eq!(contents.gap, gaps + skips);
            prop_assert_eq!(contents.heard, frames.len() as u64 - begin as u64 - gaps);
            prop_assert_eq!(drain(&mut history, 0), &frames[begin..]);
            prop_assert_eq!(history.frames(), 0);
        }
    }

    #[test]
    fn memory_goes_back_when_nothing_is_to_be_kept() {
        let mut history = History::default();
        history.set_limit(100_000);
        history.push(Planar::contiguous(&[0.5; 90_000], 1, 90_000));
        assert!(history.is_on() && history.bytes() >= 90_000 * 4);
        history.set_limit(0);
        assert!(!history.is_on() && history.take().is_empty());
        assert_eq!((history.frames(), history.bytes()), (0, 0));
    }
}

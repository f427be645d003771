//! Whether a take on disk is what its node was given: every sample, without holding a take in memory.

use std::path::{Path, PathBuf};

use crate::audio::{Decoder, Format, Samples};
use crate::source::Source;

/// A stretch of what a take should hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Frames that the node was given, by their index in the source.
    Given {
        /// Index of the first frame.
        start: u64,
        /// Number of frames.
        frames: u64,
    },
    /// Silence in place of time that was lost.
    Silence {
        /// Number of frames.
        frames: u64,
    },
}

impl Run {
    fn frames(self) -> u64 {
        match self {
            Self::Given { frames, .. } | Self::Silence { frames } => frames,
        }
    }
}

/// All that a take should hold, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs(Vec<Run>);

impl Runs {
    /// Appends a run; one that carries on where the last one ended lengthens that.
    pub fn push(&mut self, run: Run) {
        match (self.0.last_mut(), run) {
            (_, run) if run.frames() == 0 => {}
            (Some(Run::Given { start, frames }), Run::Given { start: next, frames: more })
                if *start + *frames == next =>
            {
                *frames += more;
            }
            (Some(Run::Silence { frames }), Run::Silence { frames: more }) => *frames += more,
            (_, run) => self.0.push(run),
        }
    }

    /// Frames of all runs together.
    pub fn frames(&self) -> u64 {
        self.0.iter().map(|run| run.frames()).sum()
    }

    /// The first `frames` of them.
    #[must_use]
    pub fn head(&self, frames: u64) -> Self {
        let mut left = frames;
        let mut head = Self::default();
        for run in &self.0 {
            let frames = run.frames().min(left);
            left -= frames;
            head.push(match *run {
                Run::Given { start, .. } => Run::Given { start, frames },
                Run::Silence { .. } => Run::Silence { frames },
            });
        }
        head
    }

    /// The last `frames` of them.
    #[must_use]
    pub fn tail(&self, frames: u64) -> Self {
        let mut skipped = self.frames().saturating_sub(frames);
        let mut tail = Self::default();
        for run in &self.0 {
            let here = run.frames().min(skipped);
            skipped -= here;
            tail.push(match *run {
                Run::Given { start, frames } => Run::Given { start: start + here, frames: frames - here },
                Run::Silence { frames } => Run::Silence { frames: frames - here },
            });
        }
        tail
    }

    /// Frames that the node was given among the first `frames`.
    pub fn given_within(&self, frames: u64) -> u64 {
        let mut left = frames;
        let mut given = 0;
        for run in &self.0 {
            let taken = run.frames().min(left);
            left -= taken;
            if matches!(run, Run::Given { .. }) {
                given += taken;
            }
        }
        given
    }
}

/// Place and content of the first sample that is not as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Frame, counted from the start of the take.
    pub frame: u64,
    /// Channel, counted from 0.
    pub channel: usize,
    /// The file's sample, as the file holds it.
    pub found: f64,
    /// The sample that should be there.
    pub expected: f64,
}

/// What a comparison found.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The files of the take.
    pub files: Vec<PathBuf>,
    /// Format of the first of them.
    pub format: Format,
    /// Size of all of them on disk.
    pub bytes: u64,
    /// Frames that the take should hold.
    pub frames_expected: u64,
    /// Frames that decoding gave.
    pub frames_found: u64,
    /// Frames that are silent in the file though they were given sound.
    pub silenced: u64,
    /// Samples of the given frames that integers of the file's width cannot hold.
    pub clipped: u64,
    /// Samples that differ, silenced frames aside; not counted for a lossy codec.
    pub wrong_samples: u64,
    /// The first of them.
    pub first_difference: Option<Difference>,
    /// Signal-to-noise ratio in dB of a lossy codec; `None` when the input was silent throughout.
    pub snr: Option<f64>,
}

/// Signals that have nothing to do with each other come out at -3 dB; what a codec makes of its input, far above 0.
const LEAST_SNR: f64 = 0.0;

impl Comparison {
    /// Whether the take holds what was given, apart from at most `lost` frames that were replaced by silence.
    pub fn agrees(&self, lost: u64) -> bool {
        self.complaint(lost).is_none()
    }

    /// What is wrong with the take, in a sentence.
    pub fn complaint(&self, lost: u64) -> Option<String> {
        if self.frames_found != self.frames_expected {
            return Some(format!(
                "the file holds {} frames, {} were expected",
                self.frames_found, self.frames_expected
            ));
        }
        if let Some(Difference { frame, channel, found, expected }) = self.first_difference {
            return Some(format!(
                "{} samples differ, the first in channel {} at frame {frame}: {found} instead of {expected}",
                self.wrong_samples,
                channel + 1
            ));
        }
        if self.silenced > lost {
            return Some(format!("{} frames are silent in the file, the node reported {lost} as lost", self.silenced));
        }
        match self.snr {
            Some(snr) if snr <= LEAST_SNR => {
                Some(format!("the file does not sound like its input: the signal-to-noise ratio is {snr:.1} dB"))
            }
            _ => None,
        }
    }
}

/// Decodes the files of a take, laid end to end, and compares them with the runs that its node was given.
///
/// `channels` names the source channels that were recorded, in the order of the file.
pub fn compare(files: &[PathBuf], source: &mut Source, channels: &[usize], runs: &Runs) -> Result<Comparison, String> {
    if let Some(channel) = channels.iter().find(|&&channel| channel >= source.channels()) {
        return Err(format!("the input has no channel {}", channel + 1));
    }
    let first = files.first().ok_or("the take has no file")?;
    let mut comparison = Comparison {
        files: files.to_vec(),
        format: Decoder::open(first)?.format().clone(),
        bytes: 0,
        frames_expected: runs.frames(),
        frames_found: 0,
        silenced: 0,
        clipped: 0,
        wrong_samples: 0,
        first_difference: None,
        snr: None,
    };
    let mut expected = Expected::new(source, channels, runs);
    let mut power = Power::default();
    for path in files {
        let mut decoder = Decoder::open(path)?;
        check_format(path, decoder.format(), &expected)?;
        while let Some(block) = decoder.next_block()? {
            let frames = expected.read(block.frames())?;
            if comparison.format.lossy {
                power.add(block, &expected.block, frames);
            } else {
                comparison.check(block, &expected.block, frames);
            }
            comparison.frames_found += block.frames() as u64;
        }
        comparison.bytes += path.metadata().map_err(|error| error.to_string())?.len();
    }
    comparison.snr = power.snr();
    Ok(comparison)
}

fn check_format(path: &Path, format: &Format, expected: &Expected<'_>) -> Result<(), String> {
    let (channels, rate) = (expected.channels.len(), expected.source.rate());
    if (format.channels, format.rate) == (channels, rate) {
        return Ok(());
    }
    Err(format!(
        "{} has {} channels at {} Hz, its input had {channels} at {rate} Hz",
        path.display(),
        format.channels,
        format.rate
    ))
}

impl Comparison {
    fn check(&mut self, found: &Samples, expected: &[Vec<f32>], frames: usize) {
        match found {
            Samples::Int { bits, channels } => {
                self.clipped += count_clipped(expected, *bits);
                let stored = |value| pcm(value, *bits);
                self.check_samples(channels, expected, frames, stored, |a, b| a == b);
            }
            Samples::Float(channels) => {
                // NaN differs from itself, and the sign of a zero counts too.
                let same = |a: f32, b: f32| a.to_bits() == b.to_bits();
                self.check_samples(channels, expected, frames, |value| value, same);
            }
        }
    }

    fn check_samples<T: Copy + Into<f64>>(
        &mut self,
        found: &[Vec<T>],
        expected: &[Vec<f32>],
        frames: usize,
        stored: impl Fn(f32) -> T,
        same: impl Fn(T, T) -> bool,
    ) {
        let mut wrong_frames = Vec::new();
        for (found, expected) in found.iter().zip(expected) {
            let pairs = found[..frames].iter().zip(expected).enumerate();
            let wrong = pairs.filter(|(_, (found, expected))| !same(**found, stored(**expected)));
            wrong_frames.extend(wrong.map(|(frame, _)| frame));
        }
        wrong_frames.sort_unstable();
        wrong_frames.dedup();
        for frame in wrong_frames {
            if found.iter().all(|channel| channel[frame].into() == 0.0) {
                self.silenced += 1;
                continue;
            }
            for (channel, (found, expected)) in found.iter().zip(expected).enumerate() {
                let (found, expected) = (found[frame], stored(expected[frame]));
                if !same(found, expected) {
                    self.wrong_samples += 1;
                    self.first_difference.get_or_insert(Difference {
                        frame: self.frames_found + frame as u64,
                        channel,
                        found: found.into(),
                        expected: expected.into(),
                    });
                }
            }
        }
    }
}

/// The integer that a sample is recorded as: scaled by 2^(bits-1), rounded to nearest even, clipped, NaN as 0.
pub fn pcm(value: f32, bits: u32) -> i32 {
    let full = full_scale(bits);
    let rounded = (f64::from(value) * full).round_ties_even();
    rounded.clamp(-full, full - 1.0) as i32
}

fn full_scale(bits: u32) -> f64 {
    (1u64 << (bits - 1)) as f64
}

fn count_clipped(expected: &[Vec<f32>], bits: u32) -> u64 {
    let full = full_scale(bits);
    let fits = |value: f32| {
        let rounded = (f64::from(value) * full).round_ties_even();
        value.is_nan() || (-full..full).contains(&rounded)
    };
    let clipped = expected.iter().flatten().filter(|&&value| !fits(value));
    clipped.count() as u64
}

/// Energy of what was given and of what the codec made of it.
#[derive(Default)]
struct Power {
    signal: f64,
    noise: f64,
}

impl Power {
    fn add(&mut self, block: &Samples, expected: &[Vec<f32>], frames: usize) {
        let mut decoded = Vec::new();
        for (channel, expected) in expected.iter().enumerate() {
            decoded.clear();
            block.extend_floats(channel, &mut decoded);
            for (&found, &expected) in decoded[..frames].iter().zip(expected) {
                // No lossy codec takes more than full scale.
                let expected = if expected.is_nan() { 0.0 } else { f64::from(expected.clamp(-1.0, 1.0)) };
                self.signal += expected * expected;
                self.noise += (f64::from(found) - expected).powi(2);
            }
        }
    }

    fn snr(&self) -> Option<f64> {
        (self.signal > 0.0).then(|| 10.0 * (self.signal / self.noise).log10())
    }
}

/// The samples that should come next, made from the source as they are needed.
struct Expected<'a> {
    source: &'a mut Source,
    channels: &'a [usize],
    runs: std::slice::Iter<'a, Run>,
    run: Run,
    piece: Vec<Vec<f32>>,
    block: Vec<Vec<f32>>,
}

impl<'a> Expected<'a> {
    fn new(source: &'a mut Source, channels: &'a [usize], runs: &'a Runs) -> Self {
        Self {
            source,
            channels,
            runs: runs.0.iter(),
            run: Run::Silence { frames: 0 },
            piece: Vec::new(),
            block: vec![Vec::new(); channels.len()],
        }
    }

    /// Fills `block` with the next frames and returns how many there are: fewer than wanted at the end.
    fn read(&mut self, wanted: usize) -> Result<usize, String> {
        for channel in &mut self.block {
            channel.clear();
        }
        let mut filled = 0;
        while filled < wanted {
            let count = self.run.frames().min((wanted - filled) as u64);
            if count == 0 {
                match self.runs.next() {
                    Some(run) => self.run = *run,
                    None => break,
                }
                continue;
            }
            filled += count as usize;
            match &mut self.run {
                Run::Given { start, frames } => {
                    self.source.read(*start, count as usize, &mut self.piece)?;
                    for (channel, from) in self.block.iter_mut().zip(self.channels) {
                        channel.extend_from_slice(&self.piece[*from]);
                    }
                    *start += count;
                    *frames -= count;
                }
                Run::Silence { frames } => {
                    for channel in &mut self.block {
                        channel.resize(filled, 0.0);
                    }
                    *frames -= count;
                }
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests;

//! THE calibration of Quality: what libvorbis is told, so that no take is worse than one of the reference encoder.
//!
//! The libvorbis in here is aoTuV, which differs from the reference in three ways that cost a recorder its signal
//! (`_vp_offset_and_mix` in `lib/psy.c` and the tables in `lib/modes/`):
//!
//! - M4, "extreme boost of floor": where a line of the spectrum lies below its own mask, the floor is pulled down to
//!   the line. The lines beside a pure tone are such lines, so the floor there ends up 60 dB and more below the tone,
//!   and what stands above the floor no longer fits into the residue's codebooks: the tone comes out as near silence.
//!   M4 is on below 26 kHz in the low-rate setups, and in the others up to Quality 0.4.
//! - A gain: the low-rate setups turn the signal down by up to 15 %.
//! - M1 amplifies what lies far above the noise mask by up to 1.3 %, also in the reference. It is off when the
//!   psychoacoustic model is computed for less than 26 kHz.
//!
//! So all sounds are encoded with the setup of the middle rates, at a quality of 0.4 or more, where M4 is off and the
//! gain is 1. Each quality stands one step higher than the reference's of the same name: as far as it takes for the
//! signal to noise ratio of tones, chords, noise, speech and music to be no worse, at every rate. Files are larger for
//! that: by 40 % on average at the default of 0.5, by 20 to 80 % above it, two to four times at a quality of 0, and two
//! to two and a half times below 15 kHz.
//!
//! Below 15 kHz the reference spends so much on each sample that tones come to 60 dB, but also loses one in ten at its
//! best quality, as they do not fit into its codebooks either. From a Quality of 0.5 the library's bitrate management is
//! made to give a finer version of every block than its highest quality (`Depth`), by two encoders: the first stays
//! where no tone was ever lost, the second goes further, and each of its blocks counts where it has lost nothing. Of
//! 6300 random tones eight were worse than the reference's then, by 1.8 dB at most, seven of them at Quality 1; none had
//! less than 45 dB. It takes five times the CPU time of `oggenc`: 3 % of a core for stereo. Two channels are not coupled
//! there, since their difference can be twice as high.
//!
//! What is left: below 15 kHz at a Quality below 0.5, one random tone in forty is worse, by up to 8 dB; from 15 to
//! 26 kHz one in fifty, by up to 16 dB near 8 kHz at 19000 Hz. From 26 kHz there was none among 1500.
//!
//! Which rate the psychoacoustic model is computed for matters little to what is heard, but much to what fits into the
//! codebooks: near 9500, 13000 and 19000 Hz high tones do not. So below 26 kHz it is not the sound's own.
//!
//! The long blocks are longer than the reference's below 26 kHz, but the mean over segments of 16 ms is higher, too: in
//! all but one of ten recordings (a chime of two notes, up to 2.5 dB lower at some settings).
//!
//! Measured with sines, chords, noise, the speech of ALSA and the sounds of freedesktop, in mono and stereo, from 8 to
//! 192 kHz, against libvorbis 1.3.7.

/// What libvorbis is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plan {
    /// The rate that decides among the library's setups.
    pub(super) setup_rate: u32,
    /// 0.4 to 1.
    pub(super) quality: f32,
    /// Whether two channels are stored as what they share and what they do not.
    pub(super) coupled: bool,
    /// As if the sound had `setup_rate`.
    pub(super) lowpass_khz: f64,
    /// What the samples are multiplied by.
    pub(super) gain: f32,
    /// How deep the floors lie.
    pub(super) depth: Depth,
    /// How deep they may lie in blocks that lose nothing by it.
    pub(super) deeper: Option<Depth>,
}

/// How far below the sound the library draws the floor, the spectrum that all values are multiples of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Depth {
    /// The rate that the psychoacoustic model is computed for.
    pub(super) hearing_rate: u32,
    /// The one of the 15 versions that the library makes of a block when it manages a bitrate: 7 is what it does without,
    /// 14 has the lowest floor.
    pub(super) version: u8,
}

/// The library's quality at each tenth of Quality.
type Steps = [f32; 11];

/// From 26 kHz, up to [`FINE`].
const HIGH: Steps = [0.44, 0.46, 0.48, 0.54, 0.63, 0.69, 0.8, 0.82, 0.82, 0.82, 0.82];
/// From 26 kHz, above [`FINE`].
const HIGHEST: Steps = [0.86, 0.86, 0.86, 0.86, 0.86, 0.86, 0.86, 0.86, 0.92, 0.95, 1.0];
/// From 15 to 26 kHz.
const LOW: Steps = [0.45, 0.5, 0.52, 0.58, 0.62, 0.7, 0.77, 0.85, 0.93, 1.0, 1.0];
/// Below 15 kHz.
const LOWEST: Steps = [0.52, 0.61, 0.72, 0.83, 0.92, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];

/// The Quality from which a setup's best is not enough below 15 kHz.
const BEYOND: f32 = 0.5;
/// The channels up to which two encoders, each with 15 versions of a block, keep up with the sound by far.
const FEW: u8 = 16;

/// The Quality above which M1 costs more than it helps.
const FINE: f32 = 0.7;
/// The highest rate without M1.
const WITHOUT_M1: u32 = 25_999;
/// Half of what M1 amplifies pure tones by.
const AGAINST_M1: f32 = 0.996;
/// Up to Quality 0.5 the reference leaves out what lies higher.
const LOWPASS_HZ: f64 = 20_500.0;
/// The highest that the library takes: no lowpass.
const NO_LOWPASS_KHZ: f64 = 99.0;

impl Plan {
    /// For a sound of `rate` Hz with `channels` channels and a `quality` of 0 to 1.
    pub(super) fn of(rate: u32, channels: u8, quality: f32) -> Self {
        // Six channels have a setup of their own at 44100 Hz, in which the fourth one ends at 250 Hz.
        let setup_rate = if channels == 6 { 32_000 } else { 44_100 };
        let with_m1 = rate > WITHOUT_M1 && quality <= FINE;
        let beyond = rate < 15_000 && quality >= BEYOND && channels <= FEW;
        let (steps, hearing_rate) = match rate {
            _ if beyond => (&LOWEST, 23_000),
            ..15_000 => (&LOWEST, 8000),
            15_000..=WITHOUT_M1 => (&LOW, 25_000),
            _ if with_m1 => (&HIGH, rate.min(44_100)),
            _ => (&HIGHEST, WITHOUT_M1),
        };
        // 11 to 14.
        let finest = ((quality * 10.0).round() as u8 + 6).min(14);
        let lowpass = if quality > 0.5 { f64::INFINITY } else { LOWPASS_HZ / f64::from(rate) };
        Self {
            setup_rate,
            quality: between(steps, quality),
            coupled: !beyond,
            lowpass_khz: (lowpass * f64::from(setup_rate) / 1000.0).min(NO_LOWPASS_KHZ),
            gain: if with_m1 { AGAINST_M1 } else { 1.0 },
            depth: Depth { hearing_rate, version: if beyond { finest - 3 } else { 7 } },
            deeper: beyond.then_some(Depth { hearing_rate: 5500, version: finest }),
        }
    }
}

fn between(steps: &Steps, quality: f32) -> f32 {
    let at = quality * 10.0;
    let below = (at as usize).min(9);
    steps[below] + (steps[below + 1] - steps[below]) * (at - below as f32)
}

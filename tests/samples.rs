//! What goes in comes out: of the output at the same cook, and of a WAV file through readers of four kinds.

mod common;

use std::path::{Path, PathBuf};

use common::readers::{ffmpeg, have, hound, sndfile, sox};
use common::{Rig, assert_same, bits, expected, interleaved};
use tdhost::audio::Audio;
use tdhost::{Input, Timeline};

/// Slices of usual rates, slices that alternate, and slices of one sample and none.
const BLOCKS: [usize; 9] = [735, 800, 367, 368, 1, 0, 1, 0, 735];

/// The command-line readers that are installed.
#[derive(Clone, Copy)]
struct Tools {
    ffmpeg: bool,
    sndfile: bool,
    sox: bool,
}

impl Tools {
    fn found() -> Self {
        Self { ffmpeg: have("ffmpeg"), sndfile: have("sndfile-convert"), sox: have("sox") }
    }

    /// Asserts that every reader finds `samples` in the file.
    fn agree(self, path: &Path, channels: usize, rate: f64, codec: &str, samples: &[i32]) {
        let float = codec == "float32";
        let width = if float { 32 } else { codec["pcm".len()..].parse().expect("pcm and a width") };
        let name = format!("{channels} channels at {rate} Hz as {codec}");
        let read = hound(path);
        assert_eq!((read.channels, f64::from(read.rate)), (channels, rate), "{name}");
        assert_same(&read.samples, samples, &format!("hound, {name}"));
        if self.ffmpeg {
            assert_same(&ffmpeg(path, width, float), samples, &format!("ffmpeg, {name}"));
        }
        if self.sndfile {
            assert_same(&sndfile(path, width, float), samples, &format!("libsndfile, {name}"));
        }
        if self.sox && !float {
            assert_same(&sox(path, width), samples, &format!("sox, {name}"));
        }
    }
}

fn every_layout_is_kept(codec: &str, convert: impl Fn(f32) -> i32) {
    let tools = Tools::found();
    for channels in [1, 2, 6, 64] {
        for rate in [44100.0, 48000.0, 96000.0] {
            let mut rig = Rig::new(channels, rate);
            rig.node.set("Codec", codec);
            let path = rig.take(BLOCKS);
            let samples = interleaved(&rig.given, &convert);
            assert_eq!(rig.number("total_samples_written"), BLOCKS.iter().sum::<usize>() as u64);
            assert_eq!(rig.number("gap_samples") + rig.number("lost_samples"), 0);
            tools.agree(&path, channels, rate, codec, &samples);
        }
    }
}

#[test]
fn pcm16_holds_the_nearest_step_of_every_sample() {
    every_layout_is_kept("pcm16", |sample| expected(sample, 16));
}

#[test]
fn pcm24_holds_the_nearest_step_of_every_sample() {
    every_layout_is_kept("pcm24", |sample| expected(sample, 24));
}

#[test]
fn pcm32_holds_the_nearest_step_of_every_sample() {
    every_layout_is_kept("pcm32", |sample| expected(sample, 32));
}

#[test]
fn float32_holds_the_bits_of_every_sample() {
    every_layout_is_kept("float32", bits);
}

/// What an ordinary sample is not.
fn odd_samples() -> Vec<f32> {
    let patterns = [0x7fc0_0001u32, 0xffff_ffff, 0x7fbf_1234, 0xff80_0001, 0x0000_0001, 0x807f_ffff, 0x8000_0000];
    let values = [f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1.0, -1.0, 1.5, -7.25, f32::MIN_POSITIVE];
    patterns.map(f32::from_bits).into_iter().chain(values).collect()
}

#[test]
fn float32_holds_the_bits_of_what_is_no_ordinary_sample() {
    let odd = odd_samples();
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set("Codec", "float32");
    rig.record(true);
    let backwards: Vec<f32> = odd.iter().rev().copied().collect();
    for _ in 0..50 {
        rig.play(&[&odd, &backwards]);
    }
    let path = rig.finish();
    let samples = interleaved(&rig.given, bits);
    assert_same(&hound(&path).samples, &samples, "hound");
    if have("ffmpeg") {
        assert_same(&ffmpeg(&path, 32, true), &samples, "ffmpeg");
    }
}

#[test]
fn pcm_clips_what_is_beyond_full_scale_and_counts_it() {
    let odd = odd_samples();
    // At a full scale of 1 there is no step for +1, but for -1.
    let beyond = odd.iter().filter(|sample| **sample >= 1.0 || **sample < -1.0).count() as u64;
    for (codec, width) in [("pcm16", 16), ("pcm24", 24), ("pcm32", 32)] {
        let mut rig = Rig::new(1, 48000.0);
        rig.node.set("Codec", codec);
        rig.record(true);
        for _ in 0..3 {
            rig.play(&[&odd]);
        }
        let path = rig.finish();
        let samples = interleaved(&rig.given, |sample| expected(sample, width));
        assert_same(&hound(&path).samples, &samples, codec);
        assert_eq!(rig.number("clipped_samples"), 3 * beyond, "{codec}");
    }
}

/// The sound files that Debian's packages bring, or none with a message.
fn recordings(folder: &str, package: &str) -> Vec<PathBuf> {
    let Ok(entries) = Path::new("/usr/share/sounds").join(folder).read_dir() else {
        assert!(std::env::var_os("AFOP_REQUIRE_TOOLS").is_none(), "{package} is required here and not installed");
        println!("skipped: {package} is not installed");
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

/// Records all of `audio` in slices of a 60th of a second.
fn record_audio(audio: &Audio, codec: &str) -> (Rig, PathBuf) {
    let mut rig = Rig::new(audio.channels.len(), f64::from(audio.rate));
    rig.node.set("Codec", codec);
    rig.record(true);
    let (mut timeline, frames) = (Timeline::new(60.0), audio.channels[0].len());
    loop {
        timeline.advance(1);
        let slice = timeline.slice(f64::from(audio.rate));
        let range = (slice.start as usize).min(frames)..(slice.end as usize).min(frames);
        if range.is_empty() {
            break;
        }
        let block: Vec<&[f32]> = audio.channels.iter().map(|channel| &channel[range.clone()]).collect();
        let cooked = rig.play(&block);
        assert_eq!(cooked.error, "");
    }
    let path = rig.finish();
    (rig, path)
}

#[test]
fn pcm16_of_a_16_bit_recording_is_the_recording() {
    let tools = Tools::found();
    for source in recordings("alsa", "alsa-utils") {
        // The reference comes from a reader that the host does not use.
        let original = hound(&source);
        let audio = Audio::read(&source).expect("a WAV file");
        assert_eq!(audio.bits, Some(16), "{}", source.display());
        let (_rig, path) = record_audio(&audio, "pcm16");
        tools.agree(&path, original.channels, f64::from(original.rate), "pcm16", &original.samples);
    }
}

#[test]
fn real_music_is_kept_by_every_codec() {
    let tools = Tools::found();
    let sources = recordings("freedesktop/stereo", "sound-theme-freedesktop");
    for source in sources.into_iter().step_by(6) {
        let mut audio = Audio::read(&source).unwrap_or_else(|error| panic!("{error}"));
        let (channels, rate) = (audio.channels.len(), f64::from(audio.rate));
        for (codec, width) in [("float32", 0), ("pcm24", 24)] {
            let (rig, path) = record_audio(&audio, codec);
            let samples =
                interleaved(&rig.given, |sample| if width == 0 { bits(sample) } else { expected(sample, width) });
            tools.agree(&path, channels, rate, codec, &samples);
        }
        // As 16-bit files hold it: it must come back as it was.
        audio.channels.iter_mut().flatten().for_each(|sample| *sample = expected(*sample, 16) as f32 / 32768.0);
        let (_rig, path) = record_audio(&audio, "pcm16");
        let samples = interleaved(&audio.channels, |sample| (sample * 32768.0) as i32);
        tools.agree(&path, channels, rate, "pcm16", &samples);
    }
}

#[test]
fn the_output_is_the_input_recording_or_not() {
    for (channels, rate) in [(1, 44100.0), (2, 22050.0), (6, 48000.0), (64, 96000.0)] {
        let mut rig = Rig::new(channels, rate);
        let names: Vec<String> = (0..channels).map(|index| format!("mic{index}/l")).collect();
        rig.node.input_mut().expect("an input").names.clone_from(&names);
        let mut timeline = Timeline::new(60.0);
        for cook in 0..60 {
            rig.record((20..40).contains(&cook));
            rig.pause((30..35).contains(&cook));
            let time = timeline.advance(1);
            let slice = timeline.slice(rate);
            rig.next = slice.start;
            rig.fill((slice.end - slice.start) as usize, false);
            let cooked = rig.node.cook(&time);
            let input = rig.node.input_mut().expect("an input");
            assert_eq!(cooked.channel_names, names);
            assert_eq!(f64::from(cooked.rate), rate);
            assert!(cooked.channels == input.channels, "cook {cook} of {channels} channels at {rate} Hz");
        }
        assert_eq!(rig.node.host_faults(), [""; 0]);
    }
}

#[test]
fn without_an_input_the_output_is_one_silent_channel() {
    let mut rig = Rig::new(2, 48000.0);
    rig.cooks(3);
    let unusable = [None, Some(Input::new(0, 48000.0)), Some(Input::new(2, 0.0)), Some(Input::new(2, f64::NAN))];
    for input in unusable {
        rig.node.set_input(input);
        for record in [false, true] {
            rig.record(record);
            let time = rig.time(1.0);
            let cooked = rig.node.cook(&time);
            assert_eq!(cooked.channel_names, ["chan1"]);
            assert_eq!(cooked.rate, 44100.0);
            assert_eq!(cooked.channels, [vec![0.0; 735]]);
        }
    }
    assert_eq!(rig.node.host_faults(), [""; 0]);
    assert_eq!(rig.files(), [""; 0]);
}

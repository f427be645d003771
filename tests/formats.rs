//! Every File Type and Codec, through the plugin, read by programs that share no code with it.

mod common;

use std::path::Path;

use common::formats::{codecs, file_type, file_types, width};
use common::readers::{ffmpeg, have, run, sndfile, sox};
use common::{Rig, expected, sample};

fn rig(file_type: &str, channels: usize, rate: f64) -> Rig {
    let mut rig = Rig::new(channels, rate);
    rig.node.set("Filetype", file_type);
    rig.set_file(&format!("take.{file_type}"));
    rig
}

/// What a reader must find: interleaved integers, or the bits of floats.
fn interleaved(given: &[Vec<f32>], bits: u16, float: bool) -> Vec<i32> {
    let stored = |sample: f32| if float { sample.to_bits() as i32 } else { expected(sample, bits) };
    (0..given[0].len()).flat_map(|frame| given.iter().map(move |channel| stored(channel[frame]))).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a UTF-8 path")
}

/// ffprobe's channels, rate and seconds; it must not complain.
fn probe(path: &Path) -> (usize, f64, f64) {
    let entries = "stream=channels,sample_rate,duration";
    let out = run("ffprobe", &["-v", "error", "-show_entries", entries, "-of", "default=nk=0:nw=1", text(path)]);
    let out = String::from_utf8(out).expect("text");
    let value = |key: &str| -> f64 {
        let line = out.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).expect("the entry");
        line.parse().expect("a number")
    };
    (value("channels") as usize, value("sample_rate"), value("duration"))
}

/// Every File Type with each Codec that it stores exactly, and each lossy one with the default.
fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    file_types().iter().flat_map(|file_type| {
        let codecs = if file_type.is_lossy() { &["pcm24"] } else { file_type.codecs };
        codecs.iter().map(|codec| (file_type.name, *codec))
    })
}

#[test]
fn every_codec_is_stored_by_a_file_type() {
    for codec in codecs() {
        assert!(file_types().iter().any(|file_type| file_type.codecs.contains(&codec.as_str())), "{codec}");
    }
}

#[test]
fn every_lossless_codec_decodes_exactly_in_every_reader() {
    let (ffmpeg_here, sndfile_here, sox_here) = (have("ffmpeg"), have("sndfile-convert"), have("sox"));
    for (name, codec) in cases().filter(|(name, _)| !file_type(name).is_lossy()) {
        let (bits, float) = width(codec);
        for channels in [1, 2, 6, 64, 256].into_iter().filter(|channels| (file_type(name).holds)(*channels, 48000.0)) {
            let mut rig = rig(name, channels, 48000.0);
            rig.node.set("Codec", codec);
            let path = rig.take([800, 0, 1, 799, 367, 2400]);
            let meant = interleaved(&rig.given, bits, float);
            let what = format!("{codec} in {name}, {channels} channels");
            if ffmpeg_here {
                assert!(ffmpeg(&path, bits, float) == meant, "ffmpeg reads other samples: {what}");
            }
            if sndfile_here {
                assert!(sndfile(&path, bits, float) == meant, "libsndfile reads other samples: {what}");
            }
            // SoX keeps 32-bit integers inside, which no float's bits survive.
            if sox_here && !float {
                assert!(sox(&path, bits) == meant, "SoX reads other samples: {what}");
            }
        }
    }
}

/// The value behind `key` in what a program prints, such as `Sample Rate   : 48000`.
fn printed(text: &str, key: &str) -> Option<f64> {
    let value = text.lines().find_map(|line| line.trim().strip_prefix(key)?.trim_start().strip_prefix(':'))?;
    value.trim().parse().ok()
}

#[test]
fn every_format_opens_everywhere_with_the_right_length_channels_and_rate() {
    for (file_type, codec) in cases() {
        for (rate, channels) in [(44100.0, 2), (48000.0, 1)] {
            let what = format!("{codec} in {file_type} at {rate} Hz");
            let mut rig = rig(file_type, channels, rate);
            rig.node.set("Codec", codec);
            let path = rig.take([rate as usize / 60; 90]);
            let frames = rig.given[0].len();
            let seconds = frames as f64 / rate;
            // MP3 counts whole frames of 1152 samples there; its exact length is checked by decoding.
            let slack = if file_type == "mp3" { 3.0 * 1152.0 / rate } else { 1.0 / rate };
            if have("ffprobe") {
                let (found_channels, found_rate, found_seconds) = probe(&path);
                assert_eq!((found_channels, found_rate), (channels, rate), "{what}");
                assert!((found_seconds - seconds).abs() < slack, "{what}: {found_seconds} s");
            }
            if have("ffmpeg") {
                assert_eq!(ffmpeg(&path, 16, false).len(), channels * frames, "{what}");
            }
            if have("sox") {
                run("sox", &["-V1", text(&path), "-n"]);
                for (option, meant, slack) in [("-r", rate, 0.5), ("-c", channels as f64, 0.5), ("-D", seconds, slack)]
                {
                    let found = String::from_utf8(run("sox", &["--i", "-V1", option, text(&path)])).expect("text");
                    let found: f64 = found.trim().parse().expect("a number");
                    assert!((found - meant).abs() < slack, "{what}: sox {option} {found}");
                }
            }
            // Debian 12's libsndfile was built before MP3 was read by default everywhere.
            if file_type != "mp3" && have("sndfile-info") {
                let found = String::from_utf8_lossy(&run("sndfile-info", &[text(&path)])).into_owned();
                // What the file says of itself comes first, and libsndfile's own view last.
                let (_, own) = found.rsplit_once("-----").unwrap_or(("", &found));
                for (key, meant) in [("Sample Rate", rate), ("Channels", channels as f64), ("Frames", frames as f64)] {
                    assert_eq!(printed(own, key), Some(meant), "{what}: {key} in {found}");
                }
            }
            if file_type == "ogg" && have("ogginfo") {
                let found = String::from_utf8(run("ogginfo", &[text(&path)])).expect("text");
                assert!(
                    found.contains(&format!("Channels: {channels}")) && found.contains(&format!("Rate: {rate}")),
                    "{found}"
                );
                assert!(!found.to_lowercase().contains("warning"), "{found}");
            }
        }
    }
}

#[test]
fn garbage_in_any_format_leaves_the_host_alive_and_the_file_playable() {
    let garbage = |index: u64| match index % 7 {
        0 => f32::NAN,
        1 => f32::INFINITY,
        2 => f32::NEG_INFINITY,
        3 => 1e9,
        4 => 1e-40,
        5 => -1e9,
        _ => 0.25,
    };
    let square = |index: u64| if (index / 40).is_multiple_of(2) { 1.0 } else { -1.0 };
    for file_type in file_types().iter().map(|file_type| file_type.name) {
        let mut rig = rig(file_type, 2, 48000.0);
        rig.record(true);
        for block in 0..60u64 {
            rig.fill(800, false);
            let input = rig.node.input_mut().expect("an input");
            for (index, sample) in (block * 800..).zip(0..800) {
                input.channels[0][sample] = garbage(index);
                input.channels[1][sample] = square(index);
            }
            let time = rig.time(1.0);
            assert_eq!(rig.node.cook(&time).error, "", "{file_type}");
        }
        rig.record(false);
        rig.cook_unrecorded(1);
        rig.wait("the take is finished", |node| node.info("takes_finished") == 1.0);
        assert!(rig.number("clipped_samples") >= 48_000 * 4 / 7, "{file_type}");
        let path = rig.path(&format!("take.{file_type}"));
        if have("ffmpeg") {
            assert_eq!(ffmpeg(&path, 16, false).len(), 2 * 48_000, "{file_type}");
        }
    }
}

#[test]
fn a_lossy_take_sounds_like_its_input() {
    for file_type in file_types().iter().filter(|file_type| file_type.is_lossy()).map(|file_type| file_type.name) {
        let least = match file_type {
            "mp3" => 15.0,
            "ogg" => 9.0,
            name => panic!("how many decibels must a take in {name} have?"),
        };
        let mut rig = rig(file_type, 2, 48000.0);
        rig.record(true);
        let mut meant = vec![Vec::new(); 2];
        for block in 0..180u64 {
            rig.fill(800, false);
            let input = rig.node.input_mut().expect("an input");
            for (channel, samples) in input.channels.iter_mut().enumerate() {
                for (index, sample) in (block * 800..).zip(samples.iter_mut()) {
                    let phase = index as f64 * (220.0 + 110.0 * channel as f64) * std::f64::consts::TAU / 48000.0;
                    *sample = (phase.sin() * 0.5) as f32 + common::sample(channel, index) * 0.01;
                }
                meant[channel].extend_from_slice(samples);
            }
            let time = rig.time(1.0);
            rig.node.cook(&time);
        }
        rig.record(false);
        rig.cook_unrecorded(1);
        rig.wait("the take is finished", |node| node.info("takes_finished") == 1.0);
        if !have("ffmpeg") {
            continue;
        }
        let read = ffmpeg(&rig.path(&format!("take.{file_type}")), 24, false);
        assert_eq!(read.len(), 2 * meant[0].len(), "{file_type} keeps every frame");
        let (mut signal, mut noise) = (0.0, 0.0);
        for (frame, pair) in read.chunks_exact(2).enumerate() {
            for (channel, found) in pair.iter().enumerate() {
                let wanted = f64::from(meant[channel][frame]);
                signal += wanted * wanted;
                noise += (wanted - f64::from(*found) / f64::from(1 << 23)).powi(2);
            }
        }
        let decibels = 10.0 * f64::log10(signal / noise);
        assert!(decibels > least, "{file_type}: {decibels:.1} dB");
    }
}

#[test]
fn a_format_that_cannot_hold_the_input_says_so_before_a_file_is_made() {
    for (file_type, channels, rate, words) in [
        ("mp3", 6, 48000.0, "MP3 holds 1 or 2 channels, the input has 6"),
        ("mp3", 2, 96000.0, "96000 Hz"),
        ("ogg", 300, 48000.0, "OGG holds 1 to 255 channels, the input has 300"),
        ("wav", 30_000, 48000.0, "WAV holds at most 21845 channels of pcm24"),
        ("wav", 2, 44100.5, "44100.5 Hz"),
        ("flac", 9, 48000.0, "FLAC holds 1 to 8 channels, the input has 9: choose WAV, OGG or AIFF, or narrow"),
        (
            "flac",
            2,
            96001.0,
            "FLAC stores whole rates from 34 to 65535 Hz and multiples of 10 up to 655350 Hz, the input has",
        ),
        ("flac", 2, 30.0, "30 Hz: resample the input, or choose WAV or AIFF"),
    ] {
        let mut rig = rig(file_type, channels, rate);
        rig.record(true);
        let error = rig.cook(10).error;
        assert!(error.contains(words), "{file_type}: {error}");
        assert_eq!(std::fs::read_dir(rig.folder()).expect("the folder").count(), 0, "nothing is made");
        assert_eq!(rig.dat("state"), "failed");
    }
}

#[test]
fn what_flac_cannot_store_is_told_with_what_to_choose() {
    for (codec, words) in [
        ("pcm32", "FLAC cannot hold pcm32: choose pcm16 or pcm24, or WAV or AIFF"),
        ("float32", "FLAC cannot hold float32: choose pcm16 or pcm24, or WAV or AIFF"),
        ("pcm24be", "FLAC stores no big-endian samples, so it cannot hold pcm24be: choose pcm24 for the same samples"),
    ] {
        let mut rig = rig("flac", 2, 48000.0);
        rig.node.set("Codec", codec);
        rig.record(true);
        let error = rig.cook(10).error;
        assert!(error.starts_with(words), "{error}");
        assert_eq!(std::fs::read_dir(rig.folder()).expect("the folder").count(), 0, "nothing is made");
    }
}

#[test]
fn big_endian_in_wav_is_an_error() {
    let mut rig = rig("wav", 2, 48000.0);
    rig.node.set("Codec", "pcm24be");
    rig.record(true);
    let error = rig.cook(10).error;
    assert!(error.starts_with("WAV stores no big-endian samples"), "{error}");
}

#[test]
fn channel_scope_records_what_it_names() {
    let mut rig = rig("wav", 8, 48000.0);
    rig.node.set("Codec", "float32");
    rig.node.set("Channelscope", "chan[2-4] chan8 ^chan3");
    let path = rig.take([800; 5]);
    let read = common::readers::hound(&path);
    assert_eq!(read.channels, 3);
    for (index, frame) in read.samples.chunks_exact(3).enumerate() {
        let meant = [1, 3, 7].map(|channel| sample(channel, index as u64).to_bits() as i32);
        assert_eq!(frame, meant);
    }
}

#[test]
fn a_scope_that_matches_nothing_lists_the_channels() {
    let mut rig = rig("wav", 8, 48000.0);
    rig.node.set("Channelscope", "left right");
    rig.record(true);
    let error = rig.cook(10).error;
    assert!(error.contains("left right") && error.contains("chan1, chan2"), "{error}");
}

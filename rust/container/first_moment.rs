//! A file opens in every program from the moment on in which it is there, whenever the process that writes it dies.

use std::path::Path;
use std::process::Command;

use super::peers::side_by_side;
use super::proof::*;
use super::{AudioLayout, FORMATS, Format, PCM_CODECS, PcmCodec, Settings};

const BLOCK: usize = 64;

#[derive(Clone, Copy)]
struct Case {
    format: &'static Format,
    sound: AudioLayout,
    settings: Settings,
}

impl Case {
    fn new(format: &str, channels: usize, rate: u32) -> Self {
        let format = FORMATS.iter().find(|row| row.name == format).unwrap();
        Self { format, sound: AudioLayout { channels, rate: f64::from(rate) }, settings: SETTINGS }
    }

    fn coded(self, codec: &'static PcmCodec) -> Self {
        Self { settings: Settings { codec, ..self.settings }, ..self }
    }

    fn at_bit_rate(self, bit_rate: u32) -> Self {
        Self { settings: Settings { bit_rate, ..self.settings }, ..self }
    }

    fn at_quality(self, quality: f32) -> Self {
        Self { settings: Settings { quality, ..self.settings }, ..self }
    }

    fn open(&self) -> Take {
        Take::open(self.format, self.sound, self.settings).unwrap()
    }

    fn told(&self, what: &str) -> String {
        let Settings { codec, bit_rate, quality } = self.settings;
        let (format, AudioLayout { channels, rate }) = (self.format.name, self.sound);
        format!("{format}, {channels} channels, {rate} Hz, {}, {bit_rate} kb/s, {quality}: {what}", codec.name)
    }

    /// What programs do not like about the file, which they find by its name alone.
    fn complaints(&self, path: &Path) -> Vec<String> {
        let readers: &[(&str, &[&str])] = match self.format.name {
            "ogg" => &[("ffprobe", &["-v", "error"]), ("ogginfo", &[])],
            _ => &[("ffprobe", &["-v", "error"]), ("sndfile-info", &[]), ("sox", &["--i"])],
        };
        let complaint = |&(reader, arguments): &(&str, &[&str])| {
            let output = have(reader).then(|| Command::new(reader).args(arguments).arg(path).output().unwrap())?;
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            // ogginfo has an answer of its own for a stream that does not say that it ends.
            let opened = if reader == "ogginfo" { ogginfo_is_content(&said) } else { output.status.success() };
            (!opened).then(|| self.told(&format!("{reader}: {said}")))
        };
        readers.iter().filter_map(complaint).collect()
    }
}

fn ogginfo_is_content(said: &str) -> bool {
    const WORDS: [&str; 5] = ["warning", "error", "buggy", "hole", "granulepos"];
    let said = said.replace("WARNING: EOS not set on stream 1", "").to_ascii_lowercase();
    said.contains("playback length") && !WORDS.iter().any(|word| said.contains(word))
}

#[test]
fn a_file_without_a_frame_opens_and_is_silent() {
    let mut cases = Vec::new();
    for codec in &PCM_CODECS {
        cases.extend([1, 2, 64].map(|channels| Case::new("aiff", channels, 96000).coded(codec)));
        if !codec.big_endian {
            cases.extend([1, 2, 64].map(|channels| Case::new("wav", channels, 96000).coded(codec)));
        }
    }
    for rate in [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000] {
        for (channels, bit_rate) in [(1, 64), (1, 320), (2, 64), (2, 128), (2, 320)] {
            cases.push(Case::new("mp3", channels, rate).at_bit_rate(bit_rate));
        }
    }
    for rate in [8000, 15000, 26000, 44100, 48000, 192_000] {
        cases.extend([1, 2, 6, 64, 255].map(|channels| Case::new("ogg", channels, rate)));
        cases.extend([0.0, 1.0].map(|level| Case::new("ogg", 2, rate).at_quality(level)));
    }
    let complaints = side_by_side(cases, |case| {
        let take = case.open();
        let mut complaints = case.complaints(take.path());
        if ["mp3", "ogg"].contains(&case.format.name) && case.sound.channels <= 8 && symphonia_frames(take.path()) == 0
        {
            complaints.push(case.told("Symphonia finds no frame"));
        }
        // FFmpeg writes no more than 64 channels.
        if case.sound.channels <= 64 && have("ffmpeg") {
            let mut command = Command::new("ffmpeg");
            let pcm = run(command.args(["-v", "error", "-i"]).arg(take.path()).args(["-f", "f32le", "-"])).stdout;
            let seconds = (pcm.len() / 4 / case.sound.channels) as f64 / case.sound.rate;
            let silent = pcm.chunks_exact(4).all(|sample| f32::from_le_bytes(sample.try_into().unwrap()) == 0.0);
            if seconds > 0.51 || !silent {
                complaints.push(case.told(&format!("{seconds} s that are not silent, or too long")));
            }
        }
        complaints
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// Silence with a seed of 0.
fn noise(seed: u32, frames: usize) -> Vec<f32> {
    let mut bits = seed;
    let mut next = || {
        bits ^= bits << 13;
        bits ^= bits >> 17;
        bits ^= bits << 5;
        bits as f32 / u32::MAX as f32
    };
    (0..frames).map(|_| next()).collect()
}

#[test]
fn a_file_opens_while_the_first_frames_replace_the_silence() {
    let mut cases = vec![(Case::new("wav", 2, 48000), 1), (Case::new("aiff", 2, 48000), 1)];
    for (channels, rate, bit_rate, seed) in [
        (2, 48000, 192, 1),
        (2, 44100, 320, 0),
        (1, 44100, 64, 2),
        (1, 11025, 64, 3),
        // With less silence FFmpeg takes this one for H.263 video.
        (1, 8000, 64, 24),
        (2, 22050, 96, 4),
    ] {
        cases.push((Case::new("mp3", channels, rate).at_bit_rate(bit_rate), seed));
    }
    for (channels, rate, level, seed) in [
        (2, 48000, 0.5, 1),
        (2, 44100, 0.5, 0),
        (1, 8000, 0.0, 2),
        (6, 44100, 1.0, 3),
        (2, 192_000, 0.3, 0),
        (255, 8000, 0.0, 0),
    ] {
        cases.push((Case::new("ogg", channels, rate).at_quality(level), seed));
    }
    let complaints = side_by_side(cases, |(case, seed)| {
        let AudioLayout { channels, rate } = case.sound;
        let signal = vec![noise(seed, (rate as usize / 2).max(16_000)); channels];
        let (mut take, mut complaints, mut seen) = (case.open(), Vec::new(), Vec::new());
        for from in (0..signal[0].len() - BLOCK).step_by(BLOCK) {
            let block: Vec<Vec<f32>> = signal.iter().map(|channel| channel[from..from + BLOCK].to_vec()).collect();
            take.write_all(&block, BLOCK);
            if seen.last() != Some(&take.file.len()) && (take.file.has_silence() || seen.len() < 4) {
                seen.push(take.file.len());
                take.checkpoint();
                complaints.extend(case.complaints(take.path()));
            }
        }
        assert!(seen.len() > 2 && !take.file.has_silence(), "{}", case.told("nothing replaces the silence"));
        complaints
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

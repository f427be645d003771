//! What the tests of the lossy formats share: recording into a file, and asking other programs what is in it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::TrackType;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::MediaSourceStream;
use tempfile::TempDir;

use super::{AudioLayout, Encoder, Format, Opening, PCM_CODECS, Settings};
use crate::destination::take_file::TakeFile;
use crate::messages::{Problem, Warning};
use crate::stream::planar::Planar;

pub(super) const SETTINGS: Settings = Settings { codec: &PCM_CODECS[0], bit_rate: 192, quality: 0.5 };

/// The metadata of every take here.
pub(super) const METADATA: &[(String, String)] = &[];

/// A take in a folder of its own.
pub(super) struct Take {
    pub(super) encoder: Box<dyn Encoder>,
    pub(super) file: TakeFile,
    pub(super) warnings: Vec<Warning>,
    folder: TempDir,
}

impl Take {
    pub(super) fn open(format: &Format, sound: AudioLayout, settings: Settings) -> Result<Self, Problem> {
        (format.check)(sound, settings)?;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("take").with_extension(format.extensions[0]);
        let (mut header, mut silence, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
        let encoder = (format.open)(Opening {
            sound,
            settings,
            metadata: METADATA,
            header: &mut header,
            silence: &mut silence,
            warnings: &mut warnings,
        })?;
        let file = TakeFile::beginning(File::create_new(&path).unwrap(), path, &header, &silence);
        Ok(Self { encoder, file, warnings, folder })
    }

    pub(super) fn write(&mut self, block: Planar<'_>) {
        let mut out = Vec::new();
        self.encoder.write(block, &mut out).unwrap();
        self.file.append(&out).unwrap();
    }

    /// Records planar channels in blocks of `block` frames.
    pub(super) fn write_all(&mut self, channels: &[Vec<f32>], block: usize) {
        let frames = channels[0].len();
        let mut from = 0;
        while from < frames {
            let to = (from + block).min(frames);
            let planar: Vec<f32> = channels.iter().flat_map(|channel| &channel[from..to]).copied().collect();
            self.write(Planar::contiguous(&planar, channels.len(), to - from));
            from = to;
        }
    }

    pub(super) fn checkpoint(&mut self) {
        self.encoder.checkpoint(&mut self.file).unwrap();
    }

    pub(super) fn finish(&mut self) {
        self.encoder.finish(&mut self.file).unwrap();
        self.file.end().unwrap();
    }

    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    /// A file beside the take.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A finished take of the whole signal, in blocks of one 60th of a second.
pub(super) fn record(format: &Format, rate: u32, settings: Settings, channels: &[Vec<f32>]) -> Take {
    let sound = AudioLayout { channels: channels.len(), rate: f64::from(rate) };
    let mut take = Take::open(format, sound, settings).unwrap();
    take.write_all(channels, (rate / 60) as usize);
    take.finish();
    take
}

/// Something that sounds like music: partials that come and go over quiet noise, different in every channel.
pub(super) fn music(rate: u32, channels: usize, frames: usize) -> Vec<Vec<f32>> {
    (0..channels)
        .map(|channel| {
            let mut noise = 0x2545_f491u32 ^ (channel as u32).wrapping_mul(0x9e37_79b9);
            (0..frames)
                .map(|frame| {
                    let t = frame as f32 / rate as f32;
                    let tone = 180.0 + 37.0 * (channel % 7) as f32;
                    let beat = (-6.0 * (t * 2.0).fract()).exp();
                    let partials: f32 = (1..=8)
                        .map(|n| (std::f32::consts::TAU * (tone * n as f32 * t).fract()).sin() / (n * n) as f32)
                        .sum();
                    noise ^= noise << 13;
                    noise ^= noise >> 17;
                    noise ^= noise << 5;
                    0.35 * beat * partials + 0.02 * (noise as f32 / u32::MAX as f32 - 0.5)
                })
                .collect()
        })
        .collect()
}

/// Whether a program is installed. A missing one skips what needs it, but not where all must be there.
pub(super) fn have(program: &str) -> bool {
    // Some take a tenth of a second to say what they can.
    static ASKED: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());
    let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let found = *asked
        .entry(program.to_owned())
        .or_insert_with(|| Command::new(program).arg("--help").stdin(Stdio::null()).output().is_ok());
    drop(asked);
    assert!(found || !required(), "{program} is not installed");
    if !found {
        println!("skipped what needs {program}: it is not installed");
    }
    found
}

fn required() -> bool {
    std::env::var_os("AFOP_REQUIRE_TOOLS").is_some_and(|value| value == "1")
}

pub(super) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The channels as FFmpeg decodes them, which must have nothing to complain about when `quietly`.
pub(super) fn ffmpeg(path: &Path, channels: usize, quietly: bool) -> Option<Vec<Vec<f32>>> {
    if !have("ffmpeg") {
        return None;
    }
    let mut command = Command::new("ffmpeg");
    if std::fs::metadata(path).unwrap().len() < 10_000 {
        // So few frames can look like H.263 video to it as well.
        command.arg("-f").arg(path.extension().unwrap());
    }
    command.args(["-v", "error", "-i"]).arg(path).args(["-f", "f32le", "-c:a", "pcm_f32le", "-"]);
    let output = run(&mut command);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(!quietly || complaints.is_empty(), "{}: {complaints}", path.display());
    Some(deinterleaved(&output.stdout, channels))
}

/// The first `seconds` of a recording that is installed, at `rate`.
pub(super) fn recording(path: &Path, rate: u32, channels: usize, seconds: u32) -> Option<Vec<Vec<f32>>> {
    if !have("ffmpeg") {
        return None;
    }
    assert!(path.exists() || !required(), "{} is not installed", path.display());
    if !path.exists() {
        println!("skipped what needs {}: it is not installed", path.display());
        return None;
    }
    let (rate, count, seconds) = (rate.to_string(), channels.to_string(), seconds.to_string());
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(path);
    command.args(["-t", &seconds, "-ar", &rate, "-ac", &count, "-f", "f32le", "-c:a", "pcm_f32le", "-"]);
    Some(deinterleaved(&run(&mut command).stdout, channels))
}

/// FFprobe opens the file and reads all of it without a word.
pub(super) fn assert_ffprobe_is_silent(path: &Path) {
    if have("ffprobe") {
        let mut command = Command::new("ffprobe");
        let output = run(command.args(["-v", "error", "-count_packets", "-show_streams"]).arg(path));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", path.display());
    }
}

/// The channels as libsndfile decodes them.
pub(super) fn sndfile(take: &Take) -> Option<Vec<Vec<f32>>> {
    if !have("sndfile-convert") {
        return None;
    }
    let wav = take.beside("sndfile.wav");
    run(Command::new("sndfile-convert").arg("-float32").arg(take.path()).arg(&wav));
    let mut reader = hound::WavReader::open(&wav).unwrap();
    let mut channels = vec![Vec::new(); usize::from(reader.spec().channels)];
    for (index, sample) in reader.samples::<f32>().enumerate() {
        let channel = index % channels.len();
        channels[channel].push(sample.unwrap());
    }
    Some(channels)
}

/// SoX opens the file and reads all of it.
pub(super) fn assert_sox_reads(path: &Path) {
    if have("sox") {
        run(Command::new("sox").arg(path).args(["-n", "stat"]));
    }
}

fn deinterleaved(bytes: &[u8], channels: usize) -> Vec<Vec<f32>> {
    let mut planar = vec![Vec::with_capacity(bytes.len() / 4 / channels); channels];
    for (index, sample) in bytes.chunks_exact(4).enumerate() {
        planar[index % channels].push(f32::from_le_bytes(sample.try_into().unwrap()));
    }
    planar
}

/// Frames that Symphonia decodes.
pub(super) fn symphonia_frames(path: &Path) -> u64 {
    let source = MediaSourceStream::new(Box::new(File::open(path).unwrap()), Default::default());
    let mut reader =
        symphonia::default::get_probe().probe(&Hint::new(), source, Default::default(), Default::default()).unwrap();
    let track = reader.default_track(TrackType::Audio).unwrap();
    let params = track.codec_params.as_ref().unwrap().audio().unwrap();
    let mut decoder =
        symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default()).unwrap();
    let mut frames = 0;
    while let Ok(Some(packet)) = reader.next_packet() {
        if let Ok(audio) = decoder.decode(&packet) {
            frames += audio.frames() as u64;
        }
    }
    frames
}

/// Signal to noise in dB over all channels, with no change of level or time forgiven.
pub(super) fn snr(original: &[Vec<f32>], decoded: &[Vec<f32>]) -> f64 {
    let (mut signal, mut noise) = (0.0f64, 0.0f64);
    for (original, decoded) in original.iter().zip(decoded) {
        assert_eq!(original.len(), decoded.len());
        for (&a, &b) in original.iter().zip(decoded) {
            signal += f64::from(a).powi(2);
            noise += (f64::from(a) - f64::from(b)).powi(2);
        }
    }
    10.0 * (signal / noise).log10()
}

/// The same after the best change of level: what an encoder that turns the level down is worth by itself.
pub(super) fn levelled_snr(original: &[Vec<f32>], decoded: &[Vec<f32>]) -> f64 {
    let pairs = || original.iter().flatten().zip(decoded.iter().flatten()).map(|(&a, &b)| (f64::from(a), f64::from(b)));
    let gain = pairs().map(|(a, b)| a * b).sum::<f64>() / pairs().map(|(_, b)| b * b).sum::<f64>();
    let levelled: Vec<Vec<f32>> =
        decoded.iter().map(|channel| channel.iter().map(|&b| (f64::from(b) * gain) as f32).collect()).collect();
    snr(original, &levelled)
}

/// The signal as a 24-bit WAV file, for encoders that are programs.
pub(super) fn write_wav(path: &Path, rate: u32, channels: &[Vec<f32>]) {
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: rate,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for frame in 0..channels[0].len() {
        for channel in channels {
            writer.write_sample((channel[frame] * 8_388_608.0).round().min(8_388_607.0) as i32).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// Samples that no microphone gives: what a patch can send by mistake.
pub(super) fn garbage(frames: usize) -> Vec<(&'static str, Vec<f32>)> {
    let mut bits = 0x1234_5678u32;
    let mut random = move || {
        bits ^= bits << 13;
        bits ^= bits >> 17;
        bits ^= bits << 5;
        bits
    };
    let square =
        |period: usize, level: f32| move |frame: usize| if (frame / period).is_multiple_of(2) { level } else { -level };
    let filled = |value: f32| vec![value; frames];
    vec![
        ("NaN", filled(f32::NAN)),
        ("infinity", filled(f32::INFINITY)),
        ("minus infinity", filled(f32::NEG_INFINITY)),
        ("1e9", filled(1e9)),
        ("the greatest float", filled(f32::MAX)),
        ("denormals", (0..frames).map(|frame| f32::from_bits(frame as u32 % 999)).collect()),
        ("full scale", filled(1.0)),
        ("square of the Nyquist frequency", (0..frames).map(square(1, 1.0)).collect()),
        ("square of 100 samples", (0..frames).map(square(100, 1.0)).collect()),
        ("square of infinity", (0..frames).map(square(37, f32::INFINITY)).collect()),
        ("impulses", (0..frames).map(|frame| if frame % 1000 == 0 { 1.0 } else { 0.0 }).collect()),
        ("NaN among music", (0..frames).map(|frame| if frame % 7 == 0 { f32::NAN } else { 0.3 }).collect()),
        ("full scale noise", (0..frames).map(|_| random() as f32 / u32::MAX as f32 * 2.0 - 1.0).collect()),
        ("random bits", (0..frames).map(|_| f32::from_bits(random())).collect()),
        ("silence after a bang", (0..frames).map(|frame| if frame < 20 { -1e30 } else { 0.0 }).collect()),
    ]
}

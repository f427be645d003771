use tempfile::tempdir;

use super::*;
use crate::signal;
use crate::testing::{run, signal_ints, write_signal};

const RATE: u32 = 48000;

fn read(path: &Path) -> (Format, Samples) {
    let mut decoder = Decoder::open(path).unwrap();
    let promised = decoder.frames_left();
    let samples = decoder.read_to_end().unwrap();
    if let Some(promised) = promised {
        assert_eq!(promised, samples.frames() as u64, "{}", path.display());
    }
    (decoder.format().clone(), samples)
}

fn expect_ints(path: &Path, channels: usize, frames: usize, bits: u32) {
    let (format, samples) = read(path);
    assert_eq!((format.channels, format.rate, format.bits), (channels, RATE, Some(bits)));
    let channels = signal_ints(channels, RATE, frames, bits);
    assert!(samples == Samples::Int { bits, channels }, "{} differs", path.display());
}

#[test]
fn wav_integers_are_read_as_they_are() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("take.wav");
    for (channels, bits) in [(1, 8), (2, 16), (2, 24), (3, 32), (64, 24), (1000, 16)] {
        write_signal(&path, channels, RATE, 3001, Some(bits));
        expect_ints(&path, channels.into(), 3001, bits.into());
    }
}

#[test]
fn wav_floats_keep_their_bits() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("take.wav");
    write_signal(&path, 2, RATE, 5000, None);
    let audio = Audio::read(&path).unwrap();
    assert_eq!((audio.channels.len(), audio.rate, audio.bits), (2, RATE, None));
    for (channel, samples) in audio.channels.iter().enumerate() {
        let mut expected = vec![0.0; 5000];
        signal::fill(channel, 0, RATE, &mut expected);
        assert!(samples.iter().zip(expected).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

#[test]
fn a_wav_that_is_cut_off_is_an_error() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("take.wav");
    write_signal(&path, 2, RATE, 1000, Some(16));
    let size = path.metadata().unwrap().len();
    File::options().write(true).open(&path).unwrap().set_len(size - 1).unwrap();
    let error = Decoder::open(&path).err().unwrap();
    assert!(error.contains("promises 4000 bytes"), "{error}");
}

#[test]
fn rf64_is_read() {
    let folder = tempdir().unwrap();
    let (wav, rf64) = (folder.path().join("take.wav"), folder.path().join("take.rf64.wav"));
    write_signal(&wav, 2, RATE, 3001, Some(24));
    let [from, to] = [&wav, &rf64].map(|path| path.to_str().unwrap());
    let options = ["-i", from, "-c:a", "pcm_s24le", "-rf64", "always", to];
    if run("ffmpeg", &options) {
        assert_eq!(std::fs::read(&rf64).unwrap()[..4], *b"RF64");
        expect_ints(&rf64, 2, 3001, 24);
    }
}

#[test]
fn aiff_and_flac_integers_are_read_as_they_are() {
    let folder = tempdir().unwrap();
    let wav = folder.path().join("take.wav");
    for (bits, codec, name) in [
        (16, "pcm_s16be", "16.aiff"),
        (24, "pcm_s24be", "24.aif"),
        (32, "pcm_s32be", "32.aiff"),
        (16, "pcm_s16le", "sowt.aiff"),
        (16, "flac", "16.flac"),
        (24, "flac", "24.flac"),
    ] {
        write_signal(&wav, 2, RATE, 3001, Some(bits));
        let path = folder.path().join(name);
        let [from, to] = [&wav, &path].map(|path| path.to_str().unwrap());
        if run("ffmpeg", &["-i", from, "-c:a", codec, to]) {
            expect_ints(&path, 2, 3001, bits.into());
        }
    }
}

#[test]
fn aiff_of_many_channels_is_read() {
    let folder = tempdir().unwrap();
    let [wav, aiff] = ["take.wav", "take.aiff"].map(|name| folder.path().join(name));
    write_signal(&wav, 64, RATE, 3001, Some(24));
    if run("sox", &[wav.to_str().unwrap(), aiff.to_str().unwrap()]) {
        expect_ints(&aiff, 64, 3001, 24);
    }
}

#[test]
fn aiff_floats_keep_their_bits() {
    let folder = tempdir().unwrap();
    let [wav, aiff] = ["take.wav", "take.aiff"].map(|name| folder.path().join(name));
    write_signal(&wav, 2, RATE, 3001, None);
    let [from, to] = [&wav, &aiff].map(|path| path.to_str().unwrap());
    if run("ffmpeg", &["-i", from, "-c:a", "pcm_f32be", to]) {
        assert!(read(&aiff).1 == read(&wav).1);
    }
}

/// Lengths around the codecs' own block sizes, where counting goes wrong first.
const LENGTHS: [u64; 9] = [1, 100, 575, 1152, 1153, 2048, 4799, 48000, 100_003];

#[test]
fn mp3_has_the_frames_that_were_recorded() {
    lossy_length("mp3", &[8000, 22050, 44100, 48000], |from, to| {
        run("lame", &["--quiet", "--cbr", "-b", "128", from, to])
    });
}

#[test]
fn ogg_has_the_frames_that_were_recorded() {
    lossy_length("ogg", &[8000, 44100, 48000, 96000], |from, to| run("oggenc", &["-Q", "-q", "5", "-o", to, from]));
}

fn lossy_length(extension: &str, rates: &[u32], encode: impl Fn(&str, &str) -> bool) {
    let folder = tempdir().unwrap();
    let [wav, lossy] = [folder.path().join("take.wav"), folder.path().join("take").with_extension(extension)];
    for &rate in rates {
        for frames in LENGTHS {
            write_signal(&wav, 2, rate, frames, Some(16));
            if !encode(wav.to_str().unwrap(), lossy.to_str().unwrap()) {
                return;
            }
            let mut decoder = Decoder::open(&lossy).unwrap();
            assert!(decoder.format().lossy);
            // An encoder may change the rate; then the count is not comparable.
            if decoder.format().rate == rate {
                let found = decoder.read_to_end().unwrap().frames() as u64;
                assert_eq!(found, frames, "{frames} frames at {rate} Hz");
            }
        }
    }
}

#[test]
fn ogg_that_is_cut_after_its_first_page_of_sound_is_read() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("take.ogg");
    let mut builder =
        vorbis_rs::VorbisEncoderBuilder::new(22050.try_into().unwrap(), 1.try_into().unwrap(), Vec::new()).unwrap();
    let mut encoder = builder.minimum_page_data_size(Some(1)).build().unwrap();
    for _ in 0..20 {
        encoder.encode_audio_block([[0.25; 1000]]).unwrap();
    }
    let bytes = encoder.finish().unwrap();
    // After the two pages of headers.
    let page = bytes.windows(4).enumerate().filter(|(_, id)| id == b"OggS").nth(3).unwrap().0;
    std::fs::write(&path, &bytes[..page]).unwrap();
    let granule = bytes[..page].windows(4).rposition(|id| id == b"OggS").unwrap() + 6;
    let frames = u64::from_le_bytes(bytes[granule..granule + 8].try_into().unwrap());
    assert_eq!(read(&path).1.frames() as u64, frames);
}

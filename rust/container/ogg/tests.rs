use std::path::Path;
use std::process::Command;

use super::*;
use crate::container::testing::readers::*;
use crate::container::testing::signals::*;
use crate::container::testing::*;
use crate::formats::Settings;
use crate::stream::planar::Planar;

fn quality(quality: f32) -> Settings {
    Settings { quality, ..SETTINGS }
}

/// Frames that the reference decoder writes.
fn oggdec(take: &Take, channels: usize) -> Option<usize> {
    have("oggdec").then(|| {
        let pcm = run(Command::new("oggdec").args(["-Q", "-R", "-o", "-"]).arg(take.path())).stdout;
        pcm.len() / 2 / channels
    })
}

/// The channels in the order of WAV, as far as they have one.
fn decoded(path: &Path, channels: usize) -> Option<Vec<Vec<f32>>> {
    // FFmpeg decodes more of them, but does not write them.
    if channels <= 64 { ffmpeg(path, channels, true) } else { Some(reference_decoder(path, channels)) }
}

/// The reference decoder's samples. It is the same library, but its decoder is that of the reference, too.
pub(super) fn reference_decoder(path: &Path, channels: usize) -> Vec<Vec<f32>> {
    let mut decoder = vorbis_rs::VorbisDecoder::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut decoded = vec![Vec::new(); channels];
    while let Some(block) = decoder.decode_audio_block().unwrap() {
        for (channel, samples) in decoded.iter_mut().zip(block.samples()) {
            channel.extend_from_slice(samples);
        }
    }
    decoded
}

fn assert_exact(take: &Take, frames: usize, channels: usize) {
    let what = format!("{frames} frames, {channels} channels");
    // Symphonia knows no more channels than Vorbis has an order for.
    if channels <= 8 {
        assert_eq!(symphonia_frames(take.path()), frames as u64, "Symphonia: {what}");
    }
    // FFmpeg does not cut the end of a file with a single audio page, whoever wrote it.
    if let Some(decoded) = (frames == 0 || frames > 1000).then(|| decoded(take.path(), channels)).flatten() {
        assert!(decoded.iter().all(|channel| channel.len() == frames), "FFmpeg: {} of {what}", decoded[0].len());
    }
    let end = Playable { len: take.len(), frames: frames as u64 };
    assert_eq!(take.playable(), end, "{what}");
}

#[test]
fn every_length_is_decoded_to_the_frame() {
    for (rate, channels) in [(48000, 2), (8000, 1)] {
        let signal = music(rate, channels, 7000);
        for frames in [0, 1, 2, 63, 64, 128, 500, 1023, 1024, 1025, 2047, 2048, 2049, 7000] {
            let take = record(&FORMAT, rate, SETTINGS, &head(&signal, frames));
            assert_exact(&take, frames, channels);
            assert_ffprobe_is_silent(take.path());
            if let Some(read) = oggdec(&take, channels) {
                assert_eq!(read, frames, "oggdec at {rate} Hz");
            }
            if let Some(decoded) = (frames > 0).then(|| sndfile(&take)).flatten() {
                assert_eq!(decoded[0].len(), frames, "libsndfile at {rate} Hz");
            }
        }
    }
}

/// FFmpeg gives the channels back in the order of WAV.
#[test]
fn one_to_64_channels_and_255_keep_their_order() {
    for channels in (1..=64).chain([255]) {
        let signal = music(16000, channels, 4000);
        let take = record(&FORMAT, 16000, SETTINGS, &signal);
        assert_eq!(take.playable().frames, 4000);
        if let Some(decoded) = decoded(take.path(), channels) {
            assert_eq!(decoded.len(), channels);
            for (channel, (before, after)) in signal.iter().zip(&decoded).enumerate() {
                let snr = snr(std::slice::from_ref(before), std::slice::from_ref(after));
                assert!(snr > 10.0, "{snr:.1} dB in channel {channel} of {channels}");
            }
        }
    }
}

#[test]
fn every_rate_and_quality_is_recorded() {
    for rate in [8000, 11025, 12345, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176_400, 192_000] {
        let signal = music(rate, 2, rate as usize / 4);
        for level in [0.0, 0.5, 1.0] {
            let take = record(&FORMAT, rate, quality(level), &signal);
            assert_exact(&take, signal[0].len(), 2);
            assert_ffprobe_is_silent(take.path());
        }
    }
}

#[test]
fn libvorbis_has_a_mode_for_every_sound_and_quality() {
    for rate in (8000..=192_000).step_by(9200).chain([8999, 9000, 15000, 19000, 26000, 40000, 50000, 192_000]) {
        for (channels, levels) in [(1, 11), (2, 11), (6, 4), (255, 2)] {
            for level in 0..levels {
                let settings = quality(level as f32 / (levels - 1) as f32);
                Take::open(&FORMAT, layout(channels, rate), settings).unwrap();
            }
        }
    }
    for level in [-3.0, 7.0, f32::NAN, f32::INFINITY] {
        Take::open(&FORMAT, layout(2, 48000.0), quality(level)).unwrap();
    }
}

#[test]
fn garbage_is_recorded_as_finite_sound() {
    for (name, samples) in garbage(9000) {
        let clipped = samples.iter().filter(|sample| sample.abs() > 1.0).count() as u64;
        for level in [0.0, 1.0] {
            let take = record(&FORMAT, 44100, quality(level), &[samples.clone(), vec![0.0; 9000]]);
            assert_eq!(take.codec.clipped(), clipped, "{name}");
            assert_exact(&take, 9000, 2);
            if let Some(decoded) = ffmpeg(take.path(), 2, true) {
                let peak = decoded.iter().flatten().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
                assert!(peak < 4.0, "{name}: {peak}");
            }
        }
    }
}

#[test]
fn a_file_cut_at_any_byte_plays_up_to_what_is_playable() {
    // Many channels at the best quality: packets that are longer than a page.
    for (rate, channels, level) in [(44100, 2, 0.5), (8000, 1, 0.0), (48000, 255, 1.0)] {
        let signal = music(rate, channels, if channels > 100 { 12000 } else { rate as usize });
        let mut take = Take::open(&FORMAT, layout(channels, rate), quality(level)).unwrap();
        take.write_all(&signal, 500);
        let killed = take.bytes();
        let whole = take.container.playable(killed.len() as u64);
        assert_eq!(whole.len, killed.len() as u64);
        let cut_path = take.beside("cut.ogg");
        for cut in (0..=killed.len()).step_by(killed.len() / 13).chain([killed.len()]) {
            let playable = take.container.playable(cut as u64);
            assert!(playable.len <= cut as u64);
            if playable.frames == 0 {
                continue;
            }
            std::fs::write(&cut_path, &killed[..playable.len as usize]).unwrap();
            if channels <= 8 {
                assert_eq!(symphonia_frames(&cut_path), playable.frames);
                assert_sox_reads(&cut_path);
            }
            if let Some(decoded) = decoded(&cut_path, channels) {
                assert_eq!(decoded[0].len() as u64, playable.frames);
                assert!(snr(&head(&signal, decoded[0].len()), &decoded) > 10.0);
            }
            // What the writer does not cut off does no harm either.
            std::fs::write(&cut_path, &killed[..cut]).unwrap();
            if channels <= 64 {
                ffmpeg(&cut_path, channels, false);
            }
        }
    }
}

#[test]
fn little_is_held_back_even_of_silence() {
    for rate in [8000, 16000, 32000, 48000, 192_000] {
        for (channels, level, silent) in
            [(1, 0.0, true), (2, 0.5, false), (2, 1.0, false), (8, 1.0, false), (8, 0.5, true)]
        {
            let mut signal = music(rate, channels, rate as usize);
            if silent {
                signal.fill(vec![0.0; rate as usize]);
            }
            let mut take = Take::open(&FORMAT, layout(channels, rate), quality(level)).unwrap();
            let (mut worst, block) = (0, rate as usize / 100);
            for start in (0..rate as usize).step_by(block) {
                let block: Vec<Vec<f32>> =
                    signal.iter().map(|channel| channel[start..start + block].to_vec()).collect();
                take.write_all(&block, block[0].len());
                worst = worst.max(start as u64 - take.playable().frames.min(start as u64));
            }
            let seconds = worst as f64 / f64::from(rate);
            assert!(seconds < 0.33, "{seconds:.3} s of {channels} channels at {rate} Hz, quality {level}");
        }
    }
}

/// An audio page: the frames up to its end, and the lengths of its packets.
struct Page {
    end: u64,
    packets: Vec<usize>,
}

impl Page {
    fn bytes(&self) -> usize {
        self.packets.iter().sum()
    }
}

/// The audio pages of a file none of whose packets is longer than a page.
fn audio_pages(take: &Take) -> Vec<Page> {
    let (bytes, mut found, mut headers) = (take.bytes(), Vec::new(), 3);
    let mut rest = &bytes[..];
    while let Some(len) = pages::page_len(rest) {
        let end = u64::from_le_bytes(rest[6..14].try_into().unwrap());
        let table = &rest[27..27 + usize::from(rest[26])];
        let packets: Vec<usize> = table
            .split_inclusive(|segment| *segment < 255)
            .map(|segments| segments.iter().map(|&segment| usize::from(segment)).sum())
            .collect();
        if headers == 0 {
            found.push(Page { end, packets });
        } else {
            headers -= packets.len();
        }
        rest = &rest[len..];
    }
    found
}

#[test]
fn a_page_ends_when_it_holds_4_kib_or_0_2_seconds_and_not_before() {
    for rate in [8000, 11025, 16000, 44100, 48000, 192_000] {
        for (level, silent) in [(0.0, false), (0.5, false), (1.0, false), (0.5, true)] {
            let mut signal = music(rate, 2, 2 * rate as usize);
            if silent {
                signal.fill(vec![0.0; 2 * rate as usize]);
            }
            let pages = audio_pages(&record(&FORMAT, rate, quality(level), &signal));
            assert_eq!(pages[0].packets.len(), 2, "the first one ends as soon as there is sound");
            // The last one ends with the take.
            for pair in pages[..pages.len() - 1].windows(2) {
                let (frames, next) = (pair[1].end - pair[0].end, 1024);
                let what = format!("{frames} frames, {} bytes at {rate} Hz, {level}", pair[1].bytes());
                assert!(frames <= u64::from(rate / 5), "{what}");
                assert!(frames + next > u64::from(rate / 5) || pair[1].bytes() > 4096, "{what}");
            }
        }
    }
}

#[test]
fn every_take_has_a_serial_number_of_its_own() {
    let signal = music(48000, 1, 5000);
    let serials = [0; 3].map(|_| record(&FORMAT, 48000, SETTINGS, &signal).bytes()[14..18].to_vec());
    assert!(serials[0] != serials[1] && serials[1] != serials[2]);
}

#[test]
fn two_nodes_encode_at_once_what_each_encodes_alone() {
    let signal = music(48000, 2, 200_000);
    let sizes: Vec<u64> = std::thread::scope(|scope| {
        let takes = [0; 4].map(|_| scope.spawn(|| record(&FORMAT, 48000, SETTINGS, &signal).len()));
        takes.map(|take| take.join().unwrap()).to_vec()
    });
    assert_eq!(sizes, vec![record(&FORMAT, 48000, SETTINGS, &signal).len(); 4]);
}

#[test]
fn comments_of_any_kind_are_kept() {
    let long = "ä".repeat(100_000);
    let comments = [("title".to_owned(), "Übung\0 1".to_owned()), ("my own key".to_owned(), long.clone())];
    let mut take = Take::with_metadata(&FORMAT, layout(2, 48000), SETTINGS, &comments).unwrap();
    take.write(Planar::repeated(&[0.25; 5000], 2));
    take.finish();
    if have("ogginfo") {
        let shown = run(Command::new("ogginfo").env("LC_ALL", "C.UTF-8").arg(take.path())).stdout;
        let shown = String::from_utf8_lossy(&shown).into_owned();
        assert!(shown.contains("title=Übung 1") && shown.contains(&long), "{}", &shown[..500.min(shown.len())]);
        assert!(!shown.to_lowercase().contains("warning"));
    }
}

#[test]
fn what_ogg_cannot_hold_is_told_before_a_file_is_opened() {
    let told = |layout| sentence_of(&FORMAT.allows(layout, SETTINGS).unwrap_err());
    assert_eq!(
        told(layout(256, 48000.0)),
        "OGG holds 1 to 255 channels, the input has 256: choose WAV or AIFF, or narrow Channel Scope."
    );
    assert!(told(layout(0, 48000.0)).contains("the input has 0"));
    for rate in [0.0, 7999.0, 44100.5, 192_001.0, f64::NAN, f64::INFINITY, -48000.0] {
        assert!(told(layout(2, rate)).contains(&format!("the input has {rate} Hz: resample the input")));
    }
}

#[test]
fn the_silence_is_a_page_that_the_first_of_any_sound_replaces() {
    let sounds = [(8000, 1), (11025, 2), (15000, 2), (26000, 6), (44100, 2), (48000, 64), (192_000, 255)];
    for (rate, channels, level) in sounds.into_iter().flat_map(|(rate, n)| [0.0, 0.5, 1.0].map(|q| (rate, n, q))) {
        let what = format!("{rate} Hz, {channels} channels, quality {level}");
        let mut take = Take::open(&FORMAT, layout(channels, rate), quality(level)).unwrap();
        let header = take.len();
        let granule = u64::from_le_bytes(take.bytes()[header as usize + 6..][..8].try_into().unwrap());
        let silence = reference_decoder(take.path(), channels);
        assert!(granule > 0 && silence.iter().all(|channel| channel.len() as u64 == granule), "{what}: {granule}");
        assert!(silence.iter().flatten().all(|sample| *sample == 0.0), "{what}");
        while take.len() == header {
            take.write(Planar::repeated(&[0.0; 32], channels));
        }
        assert!(!take.has_placeholder(), "{what}");
    }
}

/// A memory page that cannot be touched lies behind what libvorbis allocates: in a process of its own, which the system
/// ends where it reads beyond.
#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn libvorbis_reads_nothing_beyond_its_memory() {
    const GUARDED: &str = "AFOP_TEST_GUARDED";

    if std::env::var_os(GUARDED).is_none() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("guard.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/guard.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"]).arg(&library).arg(source);
        run(&mut compiler);
        let name = "container::ogg::tests::libvorbis_reads_nothing_beyond_its_memory";
        let mut child = Command::new(std::env::current_exe().unwrap());
        let said = run(child.args(["--exact", name]).env("LD_PRELOAD", &library).env(GUARDED, "1")).stdout;
        assert!(String::from_utf8_lossy(&said).contains("1 passed"));
        return;
    }
    // The sizes of blocks with which libvorbis, without room to spare, leaves the least of it: in mid-take, and for some
    // lengths at the end, where it has appended blocks of its own.
    let ends = [(660, 3201), (690, 3073), (700, 3105), (720, 3137), (730, 3625)];
    let ends = ends.map(|(block, length)| (8000, block, length - 20..length + 20));
    let middles = [3, 7, 10, 684, 813, 1024].map(|block| (48_000, block, 40_000..40_001));
    for (rate, block, lengths) in middles.into_iter().chain(ends) {
        let signal = vec![vec![0.25; lengths.end]];
        for frames in lengths {
            let mut take = Take::open(&FORMAT, layout(1, rate), SETTINGS).unwrap();
            take.write_all(&head(&signal, frames), block);
            take.finish();
        }
    }
}

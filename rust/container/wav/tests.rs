mod layout;

use std::io::Read;

use proptest::prelude::*;

use super::*;
use crate::codec::{PCM_CODECS, PcmCodec};
use crate::container::testing::readers::{Seen, seen_by, seen_by_others, tool};
use crate::container::testing::signals::{interleaved, signal};
use crate::container::testing::{Take, coded, layout, sentence_of};
use crate::formats::Recorded;

/// pcm16, pcm24, pcm32 and float32.
fn codecs() -> impl Iterator<Item = &'static PcmCodec> {
    PCM_CODECS.iter().filter(|codec| !codec.big_endian)
}

fn start(codec: &'static PcmCodec, channels: usize, riff_limit: u64) -> Take {
    Take::with("wav", layout(channels, 48000), coded(codec), &[], |setup| Ok(open(setup, riff_limit))).unwrap()
}

#[test]
fn a_file_that_became_rf64_keeps_its_markers() {
    let mut take = start(&PCM_CODECS[0], 1, 100);
    take.write_planar(&[0.25; 600]);
    take.checkpoint();
    let markers = [100, 500].map(|frame| Marker { frame, name: format!("at {frame}") });
    assert_eq!(take.mark(&markers), 2);
    for finished in [false, true] {
        assert!(take.bytes().starts_with(b"RF64"));
        let arguments = ["-v", "error", "-show_entries", "chapter=start:chapter_tags=title", "-of", "csv=p=0", "FILE"];
        if let Some((shown, _)) = tool("ffprobe", &arguments, take.path()) {
            assert_eq!(String::from_utf8_lossy(&shown).split_whitespace().collect::<String>(), "100,at100500,at500");
        }
        if !finished {
            assert_eq!(take.finish_marked(&markers), 2);
        }
    }
}

/// What hound reads: the frames one after the other, integers as they are stored, floats as their bits.
fn read_with_hound(bytes: &[u8]) -> (hound::WavSpec, Vec<i32>) {
    let reader = hound::WavReader::new(bytes).unwrap();
    let spec = reader.spec();
    let samples = match spec.sample_format {
        hound::SampleFormat::Int => reader.into_samples::<i32>().map(Result::unwrap).collect(),
        hound::SampleFormat::Float => reader.into_samples::<f32>().map(|s| s.unwrap().to_bits() as i32).collect(),
    };
    (spec, samples)
}

/// What a reader should get from planar `samples`.
fn stored(codec: &PcmCodec, samples: &[f32], channels: usize) -> Vec<i32> {
    let full = 2f64.powi(i32::from(codec.bits) - 1);
    let value = |sample: f32| match codec.float {
        true => sample.to_bits() as i32,
        false => (f64::from(sample) * full).round_ties_even().clamp(-full, full - 1.0) as i32,
    };
    interleaved(samples, channels).into_iter().map(value).collect()
}

#[test]
fn a_file_without_a_frame_is_whole() {
    for codec in codecs() {
        let mut take = start(codec, 2, RIFF_LIMIT);
        let before = take.bytes();
        take.finish();
        let finished = take.bytes();
        assert_eq!((&before[12..16], &finished[12..16], finished.len()), (&b"JUNK"[..], &b"fmt "[..], before.len()));
        assert!(read_with_hound(&before).1.is_empty() && read_with_hound(&finished).1.is_empty());
    }
}

#[test]
fn every_flavour_is_read_by_hound_with_the_exact_samples() {
    for codec in codecs() {
        for channels in [1, 2, 3, 6, 64] {
            let samples = signal(channels, 101);
            let mut take = start(codec, channels, RIFF_LIMIT);
            take.write_planar(&samples);
            take.checkpoint();
            let (checkpointed_spec, checkpointed) = read_with_hound(&take.bytes());
            assert_eq!(checkpointed.len() as u64, take.stated() * channels as u64);
            take.finish();
            let (spec, read) = read_with_hound(&take.bytes());
            assert_eq!((usize::from(spec.channels), spec.sample_rate), (channels, 48000));
            assert_eq!(spec.bits_per_sample, codec.bits);
            assert!(read == stored(codec, &samples, channels), "{} {channels}", codec.name);
            assert!(checkpointed_spec == spec && read.starts_with(&checkpointed));
        }
    }
}

#[test]
fn other_programs_read_every_flavour() {
    let flavours = codecs().flat_map(|codec| [1, 2, 6, 64, 256].map(|channels| (codec, channels)));
    let masks = [3, 4, 5, 7, 8, 12, 18].map(|channels| (&PCM_CODECS[0], channels));
    for (codec, channels) in flavours.chain(masks) {
        let frames = 1001;
        let mut take = start(codec, channels, RIFF_LIMIT);
        take.write_planar(&signal(channels, frames));
        take.finish();
        for (reader, seen) in seen_by_others(take.path()) {
            assert_eq!(seen, Seen { channels, rate: 48000, frames: frames as u64 }, "{reader}, {}", codec.name);
        }
    }
}

#[test]
fn a_killed_take_is_read_up_to_the_last_checkpoint() {
    for codec in codecs() {
        for channels in [1, 6] {
            let mut take = start(codec, channels, RIFF_LIMIT);
            take.write_planar(&signal(channels, 1001));
            take.checkpoint();
            take.write_planar(&signal(channels, 500));
            // Without a pad byte, for which there is no place between frames.
            let frames = if codec.bits == 24 && channels == 1 { 1000 } else { 1001 };
            for (reader, seen) in seen_by_others(take.path()) {
                assert_eq!(seen, Seen { channels, rate: 48000, frames }, "{reader}, {}", codec.name);
            }
        }
    }
}

#[test]
fn ffmpeg_and_libsndfile_decode_the_exact_samples() {
    for codec in codecs() {
        let samples = signal(6, 333);
        let mut take = start(codec, 6, RIFF_LIMIT);
        take.write_planar(&samples);
        take.finish();
        let shift = if codec.float { 0 } else { 32 - codec.bits };
        let expected: Vec<u8> = stored(codec, &samples, 6).iter().flat_map(|s| (s << shift).to_le_bytes()).collect();
        let format = if codec.float { "f32le" } else { "s32le" };
        if let Some((decoded, errors)) = tool("ffmpeg", &["-v", "error", "-i", "FILE", "-f", format, "-"], take.path())
        {
            assert_eq!(errors, "");
            assert!(decoded == expected, "ffmpeg, {}", codec.name);
        }
        let raw = take.path().with_extension("raw");
        let encoding = if codec.float { "-float32" } else { "-pcm32" };
        if tool("sndfile-convert", &[encoding, "FILE", raw.to_str().unwrap()], take.path()).is_some() {
            assert!(std::fs::read(raw).unwrap() == expected, "libsndfile, {}", codec.name);
        }
    }
}

#[test]
fn odd_data_is_padded_and_counted_without_its_pad() {
    let mut take = start(&PCM_CODECS[1], 1, RIFF_LIMIT);
    take.write_planar(&[0.5; 5]);
    take.finish();
    let bytes = take.bytes();
    assert_eq!(bytes.len() % 2, 0);
    assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
    assert_eq!(read_with_hound(&bytes).1.len(), 5);
    for (reader, seen) in seen_by_others(take.path()) {
        assert_eq!(seen.frames, 5, "{reader}");
    }
}

proptest! {
    #[test]
    fn a_file_cut_anywhere_is_whole_after_a_checkpoint_or_the_finish(
        codec in 0usize..4, channels in 1usize..5, frames in 0usize..40, cut in 0.0f64..=1.0, finished in any::<bool>(),
    ) {
        let codec = &PCM_CODECS[codec];
        let samples = signal(channels, frames);
        let mut take = start(codec, channels, RIFF_LIMIT);
        let header = take.len();
        take.write_planar(&samples);
        let len = header + ((take.len() - header) as f64 * cut) as u64;
        take.truncate(len);
        let playable = take.container.playable(len);
        prop_assert!(playable.len <= len && len - playable.len < (channels * 4) as u64);
        if finished { take.complete() } else { take.checkpoint() }
        let bytes = take.bytes();
        let expected = stored(codec, &samples, channels);
        let (_, read) = read_with_hound(&bytes);
        let less = u64::from(!finished && playable.len % 2 == 1);
        prop_assert_eq!(read.len() as u64, (playable.frames - less) * channels as u64);
        prop_assert_eq!(&read[..], &expected[..read.len()]);
    }
}

#[test]
fn a_file_without_a_whole_header_is_left_alone() {
    let mut take = start(&PCM_CODECS[1], 2, RIFF_LIMIT);
    let container = &mut take.container;
    assert_eq!(container.playable(51), Playable { len: 0, frames: 0 });
    assert_eq!(container.checkpoint(51), Checkpoint::default());
    assert_eq!((container.tail(51), container.complete(51)), (vec![], vec![]));
}

#[test]
fn a_checkpoint_says_all_again_since_the_one_before_may_not_have_been_written() {
    let mut take = start(&PCM_CODECS[3], 2, 16_000);
    take.write_planar(&signal(2, 3000));
    let len = take.len();
    let first = take.container.checkpoint(len);
    assert_eq!(first, take.container.checkpoint(len));
    assert_eq!(first.patches[0].bytes[..4], *b"RF64");
}

#[test]
fn a_growing_file_becomes_rf64_before_its_sizes_overflow() {
    for codec in [&PCM_CODECS[1], &PCM_CODECS[3]] {
        let mut take = start(codec, 2, 25_360);
        for frames in [1000, 2000, 3000] {
            take.write_planar(&signal(2, 1000));
            take.checkpoint();
            let bytes = take.bytes();
            let large = bytes.len() - 8 > 22_190;
            assert_eq!(large, frames * 2 * usize::from(codec.bits / 8) > 13_900);
            assert_eq!(&bytes[..4], if large { b"RF64" } else { b"RIFF" });
            assert_eq!(&bytes[12..16], if large { b"ds64" } else { b"JUNK" });
            for (reader, seen) in seen_by_others(take.path()) {
                assert_eq!(seen, Seen { channels: 2, rate: 48000, frames: frames as u64 }, "{reader}, {}", codec.name);
            }
        }
        take.finish();
        assert_eq!(&take.bytes()[..4], b"RF64");
        for (reader, seen) in seen_by_others(take.path()) {
            assert_eq!(seen, Seen { channels: 2, rate: 48000, frames: 3000 }, "{reader}, {}", codec.name);
        }
    }
}

#[test]
fn a_finished_file_that_fits_is_riff_again() {
    let mut take = start(&PCM_CODECS[0], 1, 18_192);
    take.write_planar(&vec![0.5; 4700]);
    take.checkpoint();
    assert_eq!(&take.bytes()[..4], b"RF64");
    take.finish();
    let bytes = take.bytes();
    assert_eq!((&bytes[..4], &bytes[12..16]), (&b"RIFF"[..], &b"fmt "[..]));
    assert_eq!(read_with_hound(&bytes).1.len(), 4700);
}

/// With metadata between the sizes there are two patches.
#[test]
fn a_kill_between_two_patches_leaves_rf64_and_riff_readable() {
    let text = [("comment".to_owned(), "c".repeat(5000))];
    let open = |setup: Setup<'_>| Ok(open(setup, 28_192));
    let mut take = Take::with("wav", layout(2, 48000), coded(&PCM_CODECS[0]), &text, open).unwrap();
    let header = take.len();
    let assert_reads = |take: &Take, least: u64, most: u64| {
        for (reader, seen) in seen_by_others(take.path()) {
            assert!((least..=most).contains(&seen.frames), "{reader}: {} frames of {least} to {most}", seen.frames);
        }
    };
    take.write_planar(&signal(2, 1000));
    take.checkpoint();
    // An eighth before the limit it becomes RF64.
    let mut before = 1000;
    for (block, form) in [(500, b"RIFF"), (1750, b"RF64")] {
        take.write_planar(&signal(2, block));
        let frames = (take.len() - header) / 4;
        let Checkpoint { patches, .. } = take.container.checkpoint(take.len());
        assert_eq!(patches.len(), 2);
        for patch in patches {
            assert_reads(&take, before, frames);
            take.patch(&[patch]);
        }
        assert_reads(&take, frames, frames);
        assert_eq!(take.bytes()[..4], *form);
        before = frames;
    }
    // What is complete fits into RIFF again.
    let patches = take.container.complete(take.len());
    assert_eq!(patches.len(), 2);
    for patch in patches {
        assert_reads(&take, before, before);
        take.patch(&[patch]);
    }
    assert_reads(&take, before, before);
    assert_eq!(take.bytes()[..4], *b"RIFF");
}

#[test]
fn a_take_that_passes_4_gib_is_read_up_to_the_last_checkpoint() {
    // Holes take no room on the disk.
    let mut take = start(&PCM_CODECS[1], 2, RIFF_LIMIT);
    let header = take.len();
    let lens = [3_000_000_000, 3_700_000_000, 3_800_000_000, 4_294_900_000, 6_000_000_000];
    for (len, form) in lens.into_iter().zip([b"RIFF", b"RIFF", b"RF64", b"RF64", b"RF64"]) {
        take.truncate(len);
        take.checkpoint();
        // As a kill leaves it a little later.
        take.truncate(len + 200_000);
        let mut id = [0; 4];
        std::fs::File::open(take.path()).and_then(|mut file| file.read_exact(&mut id)).unwrap();
        assert_eq!(id, *form);
        // Not sox, which reads the whole file to tell its length.
        for (reader, seen) in seen_by(&["ffprobe", "sndfile-info"], take.path()) {
            assert_eq!(seen.frames, (len - header) / 6, "{reader}, {len} bytes");
        }
    }
}

#[test]
fn what_wav_cannot_hold_is_refused_with_a_remedy() {
    let refusal =
        |codec: usize, channels, rate: f64| match FORMAT.allows(layout(channels, rate), coded(&PCM_CODECS[codec])) {
            Ok(()) => String::new(),
            Err(problem) => sentence_of(&problem),
        };
    assert_eq!(
        refusal(1, 30000, 48000.0),
        "WAV holds at most 21845 channels of pcm24, the input has 30000: choose pcm16, or narrow Channel Scope."
    );
    assert_eq!(
        refusal(0, 40000, 48000.0),
        "WAV holds 1 to 32767 channels, the input has 40000: choose AIFF, or narrow Channel Scope."
    );
    assert_eq!(
        refusal(2, 16000, 96000.0),
        "WAV holds at most 11184 channels of pcm32 at 96000 Hz, the input has 16000: \
         choose AIFF, or narrow Channel Scope."
    );
    assert_eq!(
        refusal(5, 2, 48000.0),
        "WAV is little-endian, so it cannot hold pcm24be: choose pcm24 for the same samples, or AIFF."
    );
    assert_eq!(
        refusal(0, 2, 44100.5),
        "WAV stores whole rates from 1 to 4294967295 Hz, the input has 44100.5 Hz: \
         resample the input, or choose AIFF."
    );
    for rate in [0.0, -1.0, 5e9, f64::NAN, f64::INFINITY] {
        assert!(refusal(0, 2, rate).starts_with("WAV stores whole rates"));
    }
    for (codec, channels, rate) in [(0, 32767, 48000.0), (1, 21845, 44100.0), (3, 1, 1.0), (0, 1, 2147483647.0)] {
        assert_eq!(refusal(codec, channels, rate), "");
    }
}

#[test]
fn verifying_finds_what_is_not_as_recorded() {
    for codec in codecs() {
        let mut take = start(codec, 2, RIFF_LIMIT);
        take.write_planar(&signal(2, 500));
        take.finish();
        let (bytes, layout, settings) = (take.bytes(), take.layout(), coded(codec));
        let recorded = Recorded { layout, settings, frames: 500, len: take.len() };
        let found = |recorded: &Recorded| verify::difference(&mut &bytes[..], recorded);
        assert_eq!(found(&recorded), None);
        assert_eq!(found(&Recorded { frames: 499, ..recorded }).as_deref(), Some("reads as 500 frames instead of 499"));
        let other = AudioLayout { channels: 3, ..layout };
        assert!(found(&Recorded { layout: other, ..recorded }).unwrap().starts_with("reads as 2 channels at 48000 Hz"));
        let other = if codec.float { &PCM_CODECS[2] } else { &PCM_CODECS[3] };
        assert!(found(&Recorded { settings: coded(other), ..recorded }).unwrap().starts_with("reads as 2 channels"));
        assert!(verify::difference(&mut &bytes[..50], &recorded).unwrap().starts_with("cannot be read again ("));
    }
}

use proptest::prelude::*;

use super::*;
use crate::codec::PCM_CODECS;
use crate::container::testing::readers::{Seen, seen_by_others, tool};
use crate::container::testing::signals::{interleaved, signal};
use crate::container::testing::{Take, coded, layout};

fn start(codec: &'static PcmCodec, channels: usize, rate: f64, max_len: u64) -> Take {
    Take::with("aiff", layout(channels, rate), coded(codec), &[], |setup| Ok(open(setup, max_len))).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What COMM and SSND state, read by the letter of the format: frames, and bytes of frames.
fn stated(bytes: &[u8]) -> (u64, u64) {
    let be = |at: usize| u64::from(u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()));
    let (mut at, mut frames) = (12, 0);
    loop {
        match &bytes[at..at + 4] {
            b"COMM" => frames = be(at + 10),
            b"SSND" => return (frames, be(at + 4) - 8),
            _ => {}
        }
        at += 8 + be(at + 4).next_multiple_of(2) as usize;
    }
}

/// `FLLR` where markers may come.
fn room_hex() -> String {
    format!("464c4c52 00001ff8 {}", "00".repeat(ROOM - 8))
}

#[test]
fn pcm24be_has_the_aiff_header() {
    let mut take = start(&PCM_CODECS[5], 1, 44100.0, MAX_LEN);
    take.write_planar(&[0.5]);
    let expected = [
        "464f524d 00002032 41494646", // FORM, size 50 and the room for markers, AIFF
        "434f4d4d 00000012 0001 00000001 0018 400eac44000000000000", // COMM: 1 channel, 1 frame, 24 bits, 44100 Hz
        &room_hex(),
        "53534e44 0000000b 00000000 00000000 400000 00", // SSND: offset, block size, frame, pad
    ];
    take.finish();
    assert_eq!(hex(&take.bytes()), expected.concat().replace(' ', ""));
}

#[test]
fn pcm16_has_the_aiff_c_header() {
    let mut take = start(&PCM_CODECS[0], 2, 48000.0, MAX_LEN);
    take.write_planar(&[0.5, -1.0]);
    let expected = [
        "464f524d 00002050 41494643", // FORM, size 80 and the room for markers, AIFC
        "46564552 00000004 a2805140", // FVER
        "434f4d4d 00000024 0002 00000001 0010 400ebb80000000000000", // COMM: 2 channels, 1 frame, 16 bits, 48000 Hz
        "736f7774 0d 6c6974746c652d656e6469616e", // sowt, "little-endian"
        &room_hex(),
        "53534e44 0000000c 00000000 00000000 0040 0080",
    ];
    take.finish();
    assert_eq!(hex(&take.bytes()), expected.concat().replace(' ', ""));
}

#[test]
fn codecs_without_a_little_endian_form_are_stored_big_endian_with_a_warning() {
    for (codec, big_endian, warned) in [(0, 4, false), (1, 5, true), (2, 6, true), (4, 4, false), (5, 5, false)] {
        let samples = signal(2, 20);
        let [one, other] = [codec, big_endian].map(|codec| {
            let mut take = start(&PCM_CODECS[codec], 2, 48000.0, MAX_LEN);
            take.write_planar(&samples);
            take.finish();
            (take.warnings.clone(), take.bytes())
        });
        let expected = if warned { vec![Warning::AiffBigEndian { codec: PCM_CODECS[codec].name }] } else { vec![] };
        assert_eq!(one.0, expected);
        assert_eq!(one.1 == other.1, codec != 0);
    }
}

#[test]
fn other_programs_read_every_flavour() {
    let flavours = PCM_CODECS.iter().flat_map(|codec| [1, 2, 64].map(|channels| (codec, channels)));
    for (codec, channels) in flavours.chain([(&PCM_CODECS[3], 6), (&PCM_CODECS[5], 256)]) {
        let frames = 1001;
        let mut take = start(codec, channels, 96000.0, MAX_LEN);
        take.write_planar(&signal(channels, frames));
        take.finish();
        for (reader, seen) in seen_by_others(take.path()) {
            assert_eq!(seen, Seen { channels, rate: 96000, frames: frames as u64 }, "{reader}, {}", codec.name);
        }
    }
}

#[test]
fn a_killed_take_is_read_up_to_the_last_checkpoint() {
    for codec in &PCM_CODECS {
        let mut take = start(codec, 1, 96000.0, MAX_LEN);
        take.write_planar(&signal(1, 1001));
        take.checkpoint();
        take.write_planar(&signal(1, 500));
        // Without a pad byte, for which there is no place between frames.
        let frames = if codec.bits == 24 { 1000 } else { 1001 };
        for (reader, seen) in seen_by_others(take.path()) {
            assert_eq!(seen, Seen { channels: 1, rate: 96000, frames }, "{reader}, {}", codec.name);
        }
    }
}

#[test]
fn the_silence_of_the_beginning_has_an_even_size() {
    for (codec, channels, frames) in [(1, 1, 2), (1, 3, 2), (1, 2, 1), (0, 1, 1), (3, 1, 1)] {
        let bytes = start(&PCM_CODECS[codec], channels, 48000.0, MAX_LEN).bytes();
        let frame_bytes = channels as u64 * u64::from(PCM_CODECS[codec].bits / 8);
        assert_eq!(stated(&bytes), (frames, frames * frame_bytes));
        assert_eq!(u32::from_be_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
        assert_eq!(bytes.len() % 2, 0);
    }
}

#[test]
fn ffmpeg_and_libsndfile_decode_the_exact_samples() {
    for codec in &PCM_CODECS {
        let samples = signal(3, 333);
        let mut take = start(codec, 3, 48000.0, MAX_LEN);
        take.write_planar(&samples);
        take.finish();
        let full = 2f64.powi(i32::from(codec.bits) - 1);
        let stored = |sample: f32| match codec.float {
            true => sample.to_bits() as i32,
            false => {
                let value = (f64::from(sample) * full).round_ties_even().clamp(-full, full - 1.0);
                (value as i32) << (32 - codec.bits)
            }
        };
        let expected: Vec<u8> = interleaved(&samples, 3).into_iter().flat_map(|s| stored(s).to_le_bytes()).collect();
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

proptest! {
    #[test]
    fn a_file_cut_anywhere_is_whole_after_a_checkpoint_or_the_finish(
        codec in 0..PCM_CODECS.len(), channels in 1usize..5, frames in 0usize..40, cut in 0.0f64..=1.0,
        finished in any::<bool>(),
    ) {
        let mut take = start(&PCM_CODECS[codec], channels, 48000.0, MAX_LEN);
        let header = take.len();
        take.write_planar(&signal(channels, frames));
        let whole = take.bytes();
        let len = header + ((take.len() - header) as f64 * cut) as u64;
        take.truncate(len);
        let playable = take.container.playable(len);
        let frame_bytes = channels as u64 * u64::from(PCM_CODECS[codec].bits / 8);
        prop_assert_eq!(playable.frames, (len - header) / frame_bytes);
        if finished { take.complete() } else { take.checkpoint() }
        let bytes = take.bytes();
        let form_size = u64::from(u32::from_be_bytes(bytes[4..8].try_into().unwrap()));
        let less = u64::from(!finished && playable.len % 2 == 1);
        let frames = playable.frames - less;
        prop_assert_eq!(stated(&bytes), (frames, frames * frame_bytes));
        prop_assert_eq!(&bytes[header as usize..playable.len as usize], &whole[header as usize..playable.len as usize]);
        let expected = if finished { playable.len.next_multiple_of(2) } else { header + frames * frame_bytes };
        prop_assert_eq!(expected % 2, 0);
        prop_assert_eq!(form_size, expected - 8);
        prop_assert!(!finished || bytes.len() as u64 == expected);
    }
}

#[test]
fn the_most_frames_fill_the_longest_file() {
    let mut take = start(&PCM_CODECS[5], 1, 48000.0, 10_000);
    let most = take.container.max_frames();
    assert_eq!(most, (10_000 - 1 - take.len()) / 3);
    take.write_planar(&vec![0.1; most as usize]);
    take.finish();
    let bytes = take.bytes();
    assert!(bytes.len() <= 10_000 && bytes.len() > 10_000 - 6);
    assert_eq!(stated(&bytes).0, most);
}

#[test]
fn the_longest_file_is_read_by_other_programs() {
    // A hole of 2 GiB takes no room on the disk.
    let mut take = start(&PCM_CODECS[5], 2, 48000.0, MAX_LEN);
    let frames = take.container.max_frames();
    take.truncate(take.len() + frames * 6);
    take.checkpoint();
    // "long ckDataSize"
    assert!(i32::try_from(take.len()).is_ok());
    for (reader, seen) in seen_by_others(take.path()) {
        assert_eq!(seen, Seen { channels: 2, rate: 48000, frames }, "{reader}");
    }
}

#[test]
fn sample_rates_are_stored_exactly() {
    assert_eq!(hex(&extended(44100.0)), "400eac44000000000000");
    assert_eq!(hex(&extended(1.0)), "3fff8000000000000000");
    assert_eq!(hex(&extended(0.5)), "3ffe8000000000000000");
    assert_eq!(hex(&extended(44100.5)), "400eac44800000000000");
    // 60000 / 1001 as an f64: 0x404d_f853_e255_6b28.
    assert_eq!(
        hex(&extended(60000.0 / 1001.0)),
        hex(&{
            let mantissa = 0x1d_f853_e255_6b28u64 << 11;
            [&0x4004u16.to_be_bytes()[..], &mantissa.to_be_bytes()].concat()
        })
    );
}

#[test]
fn an_input_without_a_sample_rate_is_refused() {
    for rate in [0.0, -48000.0, f64::NAN, f64::INFINITY] {
        let refused = FORMAT.allows(layout(2, rate), coded(&PCM_CODECS[0]));
        assert!(refused.unwrap_err().to_string().starts_with("AIFF stores rates above 0 Hz, the input has"));
    }
    assert!(FORMAT.allows(layout(2, 59.94), coded(&PCM_CODECS[0])).is_ok());
}

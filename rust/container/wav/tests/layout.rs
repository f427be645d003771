//! Headers, byte by byte.

use super::*;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `JUNK` with a content of so many zeros.
fn junk_hex(bytes: u32) -> String {
    format!("4a554e4b {} {}", hex(&bytes.to_le_bytes()), "00".repeat(bytes as usize))
}

/// The room for markers.
fn room_hex() -> String {
    junk_hex(ROOM as u32 - 8)
}

fn assert_is_hex(bytes: &[u8], expected: &[&str]) {
    assert_eq!(hex(bytes), expected.concat().replace(' ', ""));
}

#[test]
fn stereo_pcm16_has_the_plain_header_first_once_it_is_complete() {
    let mut take = start(&PCM_CODECS[0], 2, RIFF_LIMIT);
    take.write_planar(&[0.5, -1.0, 0.25, f32::NAN]);
    take.checkpoint();
    let begin = "52494646 80200000 57415645"; // RIFF, size 128 and the room for markers, WAVE
    let junk = junk_hex(76); // so that the audio begins at 128, and the room
    let fmt = "666d7420 10000000 0100 0200 80bb0000 00ee0200 0400 1000"; // PCM, 2 channels, 48000 Hz
    let data = "64617461 08000000 0040 0020 0080 0000"; // interleaved
    let room = room_hex();
    assert_is_hex(&take.bytes(), &[begin, &junk, fmt, &room, data]);
    take.finish();
    assert_is_hex(&take.bytes(), &[begin, fmt, &junk, &room, data]);
}

#[test]
fn mono_float32_has_the_plain_tag_and_a_fact() {
    let mut take = start(&PCM_CODECS[3], 1, RIFF_LIMIT);
    take.write_planar(&[2.0]);
    take.finish();
    let junk = junk_hex(62);
    let expected = [
        "52494646 7c200000 57415645",
        "666d7420 12000000 0300 0100 80bb0000 00ee0200 0400 2000 0000", // IEEE float, no extension
        "66616374 04000000 01000000",                                   // fact: 1 frame
        &junk,
        &room_hex(),
        "64617461 04000000 00000040",
    ];
    assert_is_hex(&take.bytes(), &expected);
}

#[test]
fn three_channels_have_the_extensible_header() {
    let mut take = start(&PCM_CODECS[1], 3, RIFF_LIMIT);
    take.write_planar(&[0.5, -1.0, 0.25]);
    take.finish();
    let junk = junk_hex(52);
    let expected = [
        "52494646 82200000 57415645",
        "666d7420 28000000 feff 0300 80bb0000 80970600 0900 1800", // fmt: EXTENSIBLE
        "1600 1800 07000000 0100 0000 0000 1000 8000 00aa00389b71", // 24 valid bits, left, right, centre, PCM
        &junk,
        &room_hex(),
        "64617461 09000000 000040 000080 000020 00", // an odd number of bytes, and the pad
    ];
    assert_is_hex(&take.bytes(), &expected);
}

/// Also beside texts of all lengths.
#[test]
fn audio_begins_at_a_multiple_of_64_bytes_in_each_form() {
    for (codec, channels) in codecs().flat_map(|codec| [1, 2, 3].map(|channels| (codec, channels))) {
        for letters in 0..70 {
            let text = [("comment".to_owned(), "c".repeat(letters))];
            let settings = coded(codec);
            let open = |setup: Setup<'_>| Ok(open(setup, 9000));
            let mut take = Take::with("wav", layout(channels, 48000), settings, &text[..letters.min(1)], open).unwrap();
            let header = take.len();
            assert_eq!(header % 64, 0);
            take.write_planar(&signal(channels, 600));
            take.checkpoint();
            let rf64 = take.bytes();
            take.truncate(header);
            take.complete();
            for (bytes, first) in [(rf64, b"ds64"), (take.bytes(), b"fmt ")] {
                assert_eq!(&bytes[12..16], first);
                let mut at = 12;
                while &bytes[at..at + 4] != b"data" {
                    at += 8 + u32::from_le_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
                }
                assert_eq!(at as u64 + 8, header, "no byte is unaccounted for");
            }
        }
    }
}

#[test]
fn rf64_states_what_riff_cannot() {
    let mut take = start(&PCM_CODECS[1], 1, 100);
    take.write_planar(&[0.0; 41]);
    take.finish();
    let bytes = take.bytes();
    assert_eq!(&bytes[..12], b"RF64\xff\xff\xff\xffWAVE");
    assert_eq!(bytes[12..20], *b"ds64\x1c\0\0\0");
    let stated = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    assert_eq!([stated(20), stated(28), stated(36)], [bytes.len() as u64 - 8, 123, 41]);
    assert_eq!(bytes[44..48], [0; 4]);
    assert_eq!(bytes[bytes.len() - 124 - 8..][..8], *b"data\xff\xff\xff\xff");
}

#[test]
fn speaker_masks_name_as_many_speakers_as_there_are_channels() {
    for channels in 3..=18 {
        assert_eq!(speakers(channels).count_ones() as usize, channels);
        assert!(speakers(channels) < 1 << 18);
    }
    assert_eq!(speakers(19), 0);
}

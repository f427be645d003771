//! What other programs read from files with our metadata: ffprobe, SoX and libsndfile's tools.
//!
//! A test whose program is not installed says so and passes; with `AFOP_REQUIRE_TOOLS=1` it fails.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::num::{NonZeroU8, NonZeroU32};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tests::{collected, rows};
use super::*;

const FRAMES: u32 = 441;

struct File {
    folder: tempfile::TempDir,
    name: &'static str,
}

impl File {
    fn new(name: &'static str, bytes: &[u8]) -> Self {
        let file = Self { folder: tempfile::tempdir().expect("a folder"), name };
        std::fs::write(file.path(), bytes).expect("a file");
        file
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }
}

/// Runs a program; `None` when it is not installed.
fn run(program: &str, arguments: &[&str], file: &Path) -> Option<std::process::Output> {
    match Command::new(program).args(arguments).arg(file).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            assert!(std::env::var_os("AFOP_REQUIRE_TOOLS").is_none_or(|set| set != "1"), "{program} is not installed");
            eprintln!("skipped: {program} is not installed");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

/// The tags that ffprobe shows, of the file and of its stream.
fn ffprobe(file: &File) -> Option<BTreeMap<String, String>> {
    let arguments = ["-v", "error", "-show_format", "-show_streams", "-of", "json"];
    let output = run("ffprobe", &arguments, &file.path())?;
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", file.name);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut tags = BTreeMap::new();
    for owner in [&json["format"], &json["streams"][0]] {
        for (key, value) in owner["tags"].as_object().into_iter().flatten() {
            tags.insert(key.clone(), value.as_str().expect("text").to_owned());
        }
    }
    Some(tags)
}

fn pcm(big_endian: bool) -> Vec<u8> {
    (0..FRAMES as i16).flat_map(|n| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() }).collect()
}

fn wav_file(entries: &[(String, String)]) -> File {
    let mut body = b"WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    for field in [44_100_u32, 88_200, 16 << 16 | 2] {
        body.extend_from_slice(&field.to_le_bytes());
    }
    body.extend_from_slice(&wav_chunks(entries, &mut Vec::new()));
    body.extend_from_slice(b"data");
    body.extend_from_slice(&(FRAMES * 2).to_le_bytes());
    body.extend_from_slice(&pcm(false));
    File::new("take.wav", &[b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat())
}

fn aiff_file(entries: &[(String, String)]) -> File {
    let mut body = b"AIFFCOMM\0\0\0\x12\0\x01".to_vec();
    body.extend_from_slice(&FRAMES.to_be_bytes());
    // 16 bits; 44100 as an 80-bit float.
    body.extend_from_slice(b"\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0");
    body.extend_from_slice(&aiff_chunks(entries, &mut Vec::new()));
    body.extend_from_slice(b"SSND");
    body.extend_from_slice(&(FRAMES * 2 + 8).to_be_bytes());
    body.extend_from_slice(&[0; 8]);
    body.extend_from_slice(&pcm(true));
    File::new("take.aiff", &[b"FORM", &(body.len() as u32).to_be_bytes()[..], &body].concat())
}

/// Frames of MPEG-1 Layer III, 128 kb/s, 44.1 kHz: with empty side information they are silence.
fn mp3_file(entries: &[(String, String)]) -> File {
    let mut frame = [0; 417];
    frame[..4].copy_from_slice(b"\xff\xfb\x90\x64");
    File::new("take.mp3", &[id3_tag(entries, &mut Vec::new()), frame.repeat(40)].concat())
}

fn ogg_file(entries: &[(String, String)]) -> File {
    let rate = NonZeroU32::new(44_100).expect("a rate");
    let mut bytes = Vec::new();
    let builder = vorbis_rs::VorbisEncoderBuilder::new_with_serial(rate, NonZeroU8::MIN, &mut bytes, 1);
    let mut encoder = { builder }.build().expect("an encoder");
    encoder.encode_audio_block([[0.1_f32; FRAMES as usize]]).expect("a block");
    encoder.finish().expect("an end");
    File::new("take.ogg", &with_comments(&bytes, &vorbis_comments(entries, &mut Vec::new())))
}

/// An OGG file with other comments (RFC 3533).
fn with_comments(file: &[u8], fields: &[(String, String)]) -> Vec<u8> {
    const GRANULE: std::ops::Range<usize> = 6..14;
    let mut pages = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let body = 27 + usize::from(rest[26]);
        let len = body + rest[27..body].iter().map(|&lacing| usize::from(lacing)).sum::<usize>();
        pages.push((&rest[..body], &rest[body..len]));
        rest = &rest[len..];
    }
    // The comments and the setup have granule 0 on their pages, and no audio with them.
    let audio = (1..).find(|&page| pages[page].0[GRANULE] != [0; 8]).expect("audio");
    let headers: Vec<u8> = pages[1..audio].iter().flat_map(|(_, body)| *body).copied().collect();
    let setup = headers.windows(7).position(|window| window == b"\x05vorbis").expect("a setup");
    let packets = [vorbis_comment_packet(&headers[..setup], fields), headers[setup..].to_vec()];
    let lacings = packets.iter().flat_map(|packet| {
        let whole = packet.chunks_exact(255).map(|_| 255);
        whole.chain([(packet.len() % 255) as u8]).collect::<Vec<_>>()
    });
    let (lacings, bodies) = (lacings.collect::<Vec<u8>>(), packets.concat());
    let mut out = Vec::new();
    let mut number = 0_u32;
    let mut page = |header: &[u8], lacings: &[u8], body: &[u8]| {
        let mut page = [&header[..26], &[lacings.len() as u8], lacings, body].concat();
        page[18..22].copy_from_slice(&number.to_le_bytes());
        page[22..26].fill(0);
        let checksum = page.iter().fold(0_u32, |crc, &byte| {
            let shifted = |crc: u32, _| if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
            (0..8).fold(crc ^ u32::from(byte) << 24, shifted)
        });
        page[22..26].copy_from_slice(&checksum.to_le_bytes());
        out.extend(page);
        number += 1;
    };
    page(pages[0].0, &pages[0].0[27..], pages[0].1);
    let mut header = pages[1].0[..26].to_vec();
    let mut rest = &bodies[..];
    for lacings in lacings.chunks(255) {
        let (body, later) = rest.split_at(lacings.iter().map(|&lacing| usize::from(lacing)).sum());
        // Whether a packet ends there, and whether the one before goes on.
        header[GRANULE].fill(if lacings.iter().all(|&lacing| lacing == 255) { 0xff } else { 0 });
        page(&header, lacings, body);
        header[5] = u8::from(lacings.last() == Some(&255));
        rest = later;
    }
    for (header, body) in &pages[audio..] {
        page(header, &header[27..], body);
    }
    out
}

type Carrier = fn(&[(String, String)]) -> File;
type Hidden = fn(&str) -> bool;

/// Each format, and which keys ffprobe (5.1) cannot show in it under their names.
const FORMATS: [(Carrier, Hidden); 4] = [
    // FFmpeg drops the ID3 chunk of a file that has INFO.
    (wav_file, |key| {
        table::key(key).is_none_or(|key| key.info.is_none()) || ["engineer", "keywords", "subject"].contains(&key)
    }),
    (aiff_file, has_its_own_frame),
    (mp3_file, has_its_own_frame),
    // FFmpeg takes DESCRIPTION for `comment`.
    (ogg_file, |key| key == "description" || key.ends_with("-sort")),
];

/// FFmpeg shows TBPM, TSRC and TKEY by those names.
fn has_its_own_frame(key: &str) -> bool {
    ["bpm", "isrc", "key"].contains(&key)
}

/// Compares what ffprobe shows with what was written.
fn check(entries: &[(String, String)], alias: &[&str]) {
    for (carrier, hidden) in FORMATS {
        let file = carrier(entries);
        let Some(mut tags) = ffprobe(&file) else { return };
        for (key, value) in entries {
            let shown = tags.remove(key);
            assert!(shown.as_ref() == Some(value) || shown.is_none() && hidden(key), "{}: {key}: {shown:?}", file.name);
        }
        tags.retain(|key, _| !alias.contains(&key.as_str()));
        assert_eq!(tags, BTreeMap::new(), "{}: shown, but never written", file.name);
    }
}

/// Other names by which ffprobe shows what stands in the tables of the next two tests.
const ALIASES: &[&str] = &["lyrics-eng", "IENG", "IKEY", "ISBJ", "titlesort", "artistsort", "albumsort"];

#[test]
fn ffprobe_shows_every_key_that_it_can() {
    let plain: Vec<_> = table::KEYS.iter().map(|key| (key.name, format!("the {} 1", key.name))).collect();
    let plain: Vec<_> = plain.iter().map(|(key, value)| (*key, value.as_str())).collect();
    check(&collected(&plain), ALIASES);
}

#[test]
fn ffprobe_shows_every_key_in_any_script() {
    let text = "Grüße, e\u{301}, שלום \u{202b}עולם\u{202c} العربية, 日本語, हिन्दी, 👩🏽‍🚀🎧, \"q\" \\ ;=#'<>&";
    let table: Vec<_> = table::KEYS.iter().map(|key| (key.name, format!("{text} {}", key.name))).collect();
    let table: Vec<_> = table.iter().map(|(key, value)| (*key, value.as_str())).collect();
    check(&collected(&table), ALIASES);
}

#[test]
fn ffprobe_shows_dates_numbers_and_lines_as_they_are() {
    check(
        &collected(&[
            ("date", "2026-05-04T03:02:01"),
            ("year", "2026"),
            ("creation_time", "2026-05-04T03:02:01.000000Z"),
            ("genre", "80s"),
            ("track", "3/12"),
            ("disc", "1/2"),
            ("compilation", "1"),
            ("comment", "one\ntwo\n\n\tthree"),
            ("lyrics", "la\nla"),
            ("my own key", "mine"),
            ("encoder", "e"),
            ("language", "deu"),
            ("bpm", "120"),
            ("isrc", "USRC17607839"),
            ("key", "F#m"),
        ]),
        &["lyrics-deu", "TBPM", "TSRC", "TKEY"],
    );
    check(&collected(&[("performer", "p"), ("bpm", "120.5"), ("isrc", "DE"), ("key", "H")]), &["artist"]);
    check(&collected(&[("date", "spring 2026"), ("creation_time", "2026-05"), ("genre", "(17)")]), &[]);
}

#[test]
fn every_reader_opens_a_file_with_much_metadata() {
    let long = "lörem ".repeat(12_000);
    let mut table = rows(&[("comment", &"c".repeat(1 << 20)), ("title", &long), ("author", &long), ("odd", "odd")]);
    table.extend((0..3000).map(|n| (format!("key {n}"), format!("value {n}"))));
    let mut warnings = Vec::new();
    let much = collect(&table, &mut warnings);
    assert_eq!(warnings, []);
    let most = collect(&rows(&[("comment", &"c".repeat(20 << 20))]), &mut Vec::new());
    // Chunks of every parity: readers differ in what they make of pad bytes.
    let odd = collected(&[("show", "123"), ("title", "123")]);
    let even = collected(&[("show", "1234"), ("title", "1234")]);
    for entries in [&odd, &even, &much, &most] {
        check(entries, &[]);
        for carrier in [wav_file, aiff_file, ogg_file] {
            same_sound(&carrier(entries));
        }
    }
    let file = wav_file(&much);
    let reader = hound::WavReader::open(file.path()).expect("hound reads it");
    assert_eq!(reader.duration(), FRAMES);
    assert!(reader.into_samples::<i16>().map(|sample| sample.expect("a sample")).eq(0..FRAMES as i16));
    let file = mp3_file(&much);
    let (path, decoded) = (file.path(), file.folder.path().join("decoded.wav"));
    let path = path.to_str().expect("a path in UTF-8");
    for (program, arguments) in [("sox", vec![path]), ("lame", vec!["--silent", "--decode", path])] {
        let Some(output) = run(program, &arguments, &decoded) else { continue };
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        let frames = hound::WavReader::open(&decoded).expect("what was decoded").duration();
        assert!((39 * 1152 - 529..=40 * 1152).contains(&frames), "{program}: {frames}");
    }
}

/// SoX and libsndfile decode the sound that is in the file.
fn same_sound(file: &File) {
    let lossy = file.name.ends_with(".ogg");
    let decoded = file.folder.path().join("decoded.wav");
    let path = file.path();
    let path = path.to_str().expect("a path in UTF-8");
    for (program, arguments) in
        [("sox", vec![path, "-b", "16", "-e", "signed"]), ("sndfile-convert", vec!["-pcm16", path])]
    {
        let Some(output) = run(program, &arguments, &decoded) else { continue };
        assert!(output.status.success(), "{program} {}: {}", file.name, String::from_utf8_lossy(&output.stderr));
        let reader = hound::WavReader::open(&decoded).expect("what was decoded");
        assert_eq!(reader.duration(), FRAMES, "{program} {}", file.name);
        let samples = reader.into_samples::<i16>().map(|sample| sample.expect("a sample"));
        assert!(lossy || samples.eq(0..FRAMES as i16), "{program} {}", file.name);
    }
}

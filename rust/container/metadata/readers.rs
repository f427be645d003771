//! What other programs read from files with our metadata: ffprobe, SoX, LAME and libsndfile's tools.

use std::collections::BTreeMap;

use super::tests::{collected, rows};
use super::*;
use crate::container::testing::readers::tool;
use crate::container::testing::{SETTINGS, Take, layout};
use crate::formats::{FORMATS, Format};

const FRAMES: u32 = 441;

/// A take with `entries`, and with the sample n / 32768 in its n-th frame.
fn take(format: &Format, entries: &[(String, String)]) -> Take {
    let mut take = Take::with_metadata(format, layout(1, 44_100), SETTINGS, entries).expect("the format holds this");
    take.write_planar(&(0..FRAMES).map(|n| n as f32 / 32_768.0).collect::<Vec<f32>>());
    take.finish();
    take
}

/// The tags that ffprobe shows, of the file and, if it has none of that name, of its stream.
fn ffprobe(take: &Take) -> Option<BTreeMap<String, String>> {
    let arguments = ["-v", "error", "-show_format", "-show_streams", "-of", "json", "FILE"];
    let (output, errors) = tool("ffprobe", &arguments, take.path())?;
    assert_eq!(errors, "", "{}", take.path().display());
    let json: serde_json::Value = serde_json::from_slice(&output).expect("JSON");
    let mut tags = BTreeMap::new();
    for owner in [&json["format"], &json["streams"][0]] {
        for (key, value) in owner["tags"].as_object().into_iter().flatten() {
            tags.entry(key.clone()).or_insert_with(|| value.as_str().expect("text").to_owned());
        }
    }
    Some(tags)
}

/// Whether ffprobe (5.1) cannot show a key of a file under its name.
fn is_hidden(format: &Format, key: &str) -> bool {
    match format.name {
        // FFmpeg drops the ID3 chunk of a file that has INFO.
        "wav" => {
            table::key(key).is_none_or(|key| key.info.is_none()) || ["engineer", "keywords", "subject"].contains(&key)
        }
        // FFmpeg shows TBPM, TSRC and TKEY by those names.
        "aiff" | "mp3" => ["bpm", "isrc", "key"].contains(&key),
        // FFmpeg takes DESCRIPTION for `comment`.
        "ogg" | "flac" => key == "description" || key.ends_with("-sort"),
        name => panic!("which keys does ffprobe show of a file of the format {name}?"),
    }
}

/// Compares what ffprobe shows with what was written.
fn check(entries: &[(String, String)], alias: &[&str]) {
    for format in FORMATS {
        let Some(mut tags) = ffprobe(&take(format, entries)) else { return };
        for (key, value) in entries {
            let (shown, name) = (tags.remove(key), format.label);
            assert!(
                shown.as_ref() == Some(value) || shown.is_none() && is_hidden(format, key),
                "{name}: {key}: {shown:?}"
            );
        }
        tags.retain(|key, _| !alias.contains(&key.as_str()));
        assert_eq!(tags, BTreeMap::new(), "{}: shown, but never written", format.label);
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
        FORMATS.iter().for_each(|format| same_sound(format, &take(format, entries)));
    }
}

/// Other programs decode the sound that is in the file.
fn same_sound(format: &Format, take: &Take) {
    let decoded = take.beside("decoded.wav");
    let path = decoded.to_str().expect("a path in UTF-8");
    let mut programs = vec![
        ("sox", vec!["FILE", "-b", "16", "-e", "signed", path]),
        ("sndfile-convert", vec!["-pcm16", "FILE", path]),
    ];
    if format.name == "mp3" {
        programs.push(("lame", vec!["--silent", "--decode", "FILE", path]));
    }
    for (program, arguments) in programs {
        if tool(program, &arguments, take.path()).is_none() {
            continue;
        }
        let reader = hound::WavReader::open(&decoded).expect("what was decoded");
        // SoX plays the padding of MP3 too.
        let padding = if (program, format.name) == ("sox", "mp3") { 4 * 1152 } else { 0 };
        let (frames, most) = (reader.duration(), FRAMES + padding);
        assert!((FRAMES..=most).contains(&frames), "{program}, {}: {frames} frames", format.label);
        let samples = reader.into_samples::<i16>().map(|sample| sample.expect("a sample"));
        assert!(format.is_lossy() || samples.eq(0..FRAMES as i16), "{program}, {}", format.label);
    }
    if format.name == "wav" {
        let reader = hound::WavReader::open(take.path()).expect("hound reads it");
        let samples = reader.into_samples::<i16>().map(|sample| sample.expect("a sample"));
        assert!(samples.eq(0..FRAMES as i16), "hound");
    }
}

//! Metadata through the plugin: a table goes in, ffprobe shows what comes out.

mod common;

use common::Rig;
use common::formats::file_types;
use common::readers::{have, run};

/// Whether ffprobe shows a key of a file.
fn is_shown(file_type: &str, key: &str) -> bool {
    match file_type {
        // For the others there is no place in INFO that FFmpeg knows.
        "wav" => {
            let in_info = ["title", "artist", "Album", "comment", "copyright", "genre", "date", "track", "language"];
            in_info.contains(&key) || ["engineer", "keywords", "subject"].contains(&key)
        }
        "aiff" | "mp3" => true,
        // FFmpeg takes that for a comment.
        "ogg" | "flac" => key != "description",
        name => panic!("which keys does ffprobe show of a file of the type {name}?"),
    }
}

/// Key and value as the user enters them.
const KEYS: &[(&str, &str)] = &[
    ("title", "Größe 東京 \u{1f3b5}"),
    ("artist", "Ensemble \u{5e9}\u{5dc}\u{5d5}\u{5dd}"),
    ("Album", "Any Letter Case"),
    ("comment", "one; two"),
    ("copyright", "(c) 2026"),
    ("genre", "Field Recording"),
    ("date", "2026-11-23"),
    ("track", "3/12"),
    ("language", "deu"),
    ("album_artist", "Various"),
    ("composer", "B. Composer"),
    ("disc", "1/2"),
    ("publisher", "Label"),
    ("author", "Ä. Uthor"),
    ("performer", "演奏者"),
    ("description", "ein Wort \u{2013} noch eins"),
    ("year", "1999"),
    ("creation_time", "2026-11-23T10:11:12.000000Z"),
    ("lyrics", "la là 啦"),
    ("grouping", "Gruppe ß"),
    ("compilation", "1"),
    ("rating", "5 \u{2605}"),
    ("network", "Réseau"),
    ("show", "Шоу"),
    ("episode_id", "S1·E2"),
    ("synopsis", "σύνοψη"),
    ("title-sort", "Grosse, eine"),
    ("artist-sort", "Ensemble, Ô"),
    ("album-sort", "Case, Letter \u{e9}"),
    ("bpm", "120"),
    ("isrc", "USRC17607839"),
    ("key", "F#m"),
    ("engineer", "Tonmeister"),
    ("keywords", "one, two"),
    ("subject", "Thema"),
    ("scene", "12A"),
    ("mykey", "a key of one's own"),
];

/// Key, the File Types in which FFmpeg knows no name for its place, and what it shows instead.
const UNTRANSLATED: &[(&str, &[&str], &str)] = &[
    ("title-sort", &["ogg", "flac"], "titlesort"),
    ("artist-sort", &["ogg", "flac"], "artistsort"),
    ("album-sort", &["ogg", "flac"], "albumsort"),
    ("bpm", &["aiff", "mp3"], "TBPM"),
    ("isrc", &["aiff", "mp3"], "TSRC"),
    ("key", &["aiff", "mp3"], "TKEY"),
    ("engineer", &["wav"], "IENG"),
    ("keywords", &["wav"], "IKEY"),
    ("subject", &["wav"], "ISBJ"),
];

fn take_with(file_type: &str, rows: &[Vec<String>]) -> (Rig, std::path::PathBuf) {
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set("Filetype", file_type);
    rig.set_file(&format!("take.{file_type}"));
    rig.node.set_table("Headerdat", rows);
    let path = rig.take([800; 30]);
    (rig, path)
}

#[test]
fn every_key_comes_back_where_ffprobe_can_show_it() {
    if !have("ffprobe") {
        return;
    }
    let rows: Vec<Vec<String>> = KEYS.iter().map(|(key, value)| vec![(*key).into(), (*value).into()]).collect();
    for file_type in file_types().iter().map(|file_type| file_type.name) {
        let (_rig, path) = take_with(file_type, &rows);
        let path = path.to_str().expect("a UTF-8 path");
        let out = run("ffprobe", &["-v", "error", "-show_format", "-show_streams", "-of", "json", path]);
        let found: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let tag = |key: &str| {
            let key = key.to_lowercase();
            [&found["format"]["tags"], &found["streams"][0]["tags"]]
                .into_iter()
                .filter_map(|tags| tags.as_object())
                .flatten()
                .find(|(name, _)| name.to_lowercase() == key)
                .map(|(_, value)| value.as_str().unwrap_or_default().to_owned())
        };
        for (key, value) in KEYS.iter().filter(|(key, _)| is_shown(file_type, key)) {
            let row = UNTRANSLATED.iter().find(|(name, types, _)| name == key && types.contains(&file_type));
            let name = row.map_or(*key, |(_, _, shown)| shown);
            assert_eq!(tag(name).as_deref(), Some(*value), "{key} in {file_type}");
        }
        assert!(tag("encoder").is_some_and(|name| name.starts_with("Audio File Out Plus")), "{file_type}");
    }
}

#[test]
fn a_table_that_is_none_gives_a_warning_and_a_take() {
    let mut rig = Rig::new(2, 48000.0);
    rig.node.set_table("Headerdat", &[vec!["title".into()]]);
    rig.record(true);
    let warning = rig.cook(800).warning;
    assert!(warning.contains("1 column"), "{warning}");
    rig.finish();
    rig.node.set_text_dat("Headerdat", "no table at all");
    rig.record(true);
    let warning = rig.cook(800).warning;
    assert!(warning.contains("Header Source DAT"), "{warning}");
    rig.finish();
    rig.node.clear_table("Headerdat");
    rig.node.set("Headerdat", "missing");
    rig.record(true);
    let warning = rig.cook(800).warning;
    assert!(warning.contains("missing"), "{warning}");
    rig.finish();
}

#[test]
fn metadata_beyond_all_measure_breaks_no_file() {
    let mut rows: Vec<Vec<String>> = (0..3000).map(|row| vec![format!("key{row}"), format!("value {row}")]).collect();
    rows.push(vec!["title".into(), "x".repeat(70_000)]);
    rows.push(vec!["comment".into(), "control \u{1}\u{7f}\u{200f} and a newline\nhere".into()]);
    rows.push(vec!["comment".into(), "twice".into()]);
    rows.push(vec![String::new(), "no key".into()]);
    for file_type in file_types().iter().map(|file_type| file_type.name) {
        let (rig, path) = take_with(file_type, &rows);
        assert!(rig.node.host_faults().is_empty());
        if have("ffmpeg") {
            assert_eq!(common::readers::ffmpeg(&path, 16, false).len(), 2 * 24_000, "{file_type}");
        }
        if have("sox") {
            run("sox", &["-V1", path.to_str().expect("UTF-8"), "-n"]);
        }
    }
}

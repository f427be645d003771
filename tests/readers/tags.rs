//! What taggers find where they look for it.

use crate::common::readers;
use crate::files::{File, TITLE};
use crate::python;
use crate::table::FILE_TYPES;

const LAYOUT: (usize, u32, usize) = (2, 48_000, 2401);

/// Key, value, and TagLib's name for it in OGG and in the ID3 tag of all others.
const KEYS: [(&str, &str, &str, &str); 18] = [
    ("title", TITLE, "TITLE", "TITLE"),
    ("artist", "Trio", "ARTIST", "ARTIST"),
    ("performer", "演奏者", "PERFORMER", "PERFORMER"),
    ("title-sort", "Grosse", "TITLESORT", "TITLESORT"),
    ("artist-sort", "Trio, das", "ARTISTSORT", "ARTISTSORT"),
    ("album-sort", "Album, ein", "ALBUMSORT", "ALBUMSORT"),
    ("album_artist", "Alle", "ALBUMARTIST", "ALBUMARTIST"),
    ("comment", "ein Wort", "COMMENT", "COMMENT"),
    ("language", "deu", "LANGUAGE", "LANGUAGE"),
    ("track", "3/12", "TRACKNUMBER", "TRACKNUMBER"),
    ("disc", "1/2", "DISCNUMBER", "DISCNUMBER"),
    ("compilation", "1", "COMPILATION", "COMPILATION"),
    ("date", "2026-05-04", "DATE", "DATE"),
    ("bpm", "120", "BPM", "BPM"),
    ("isrc", "USRC17607839", "ISRC", "ISRC"),
    ("key", "F#m", "KEY", "INITIALKEY"),
    ("engineer", "Tonmeister", "ENGINEER", "ENGINEER"),
    ("subject", "Thema", "SUBJECT", "SUBJECT"),
];

fn libraries_are_here() -> bool {
    readers::have(python::with_libraries().to_str().expect("a UTF-8 path"))
}

#[test]
fn taglib_should_find_every_key_under_its_own_name_for_it() {
    if !libraries_are_here() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let table = KEYS.map(|(key, value, ..)| (key, value));
    let files = FILE_TYPES.map(|file_type| File::with_table(folder.path(), file_type, "pcm24", LAYOUT, &table));
    for (file, tags) in files.iter().zip(python::tags(&files.each_ref())) {
        for (key, value, in_ogg, in_id3) in KEYS {
            let name = if matches!(file.file_type, "ogg" | "flac") { in_ogg } else { in_id3 };
            assert_eq!(tags[name], serde_json::json!([value]), "{key} in {}: {tags}", file.file_type);
        }
        assert_eq!(tags["CONDUCTOR"], serde_json::Value::Null, "{}", file.file_type);
    }
}

#[test]
fn a_value_that_a_frame_cannot_hold_should_trouble_no_tagger() {
    const TABLE: [(&str, &str); 9] = [
        ("title", TITLE),
        ("track", "three"),
        ("disc", "two"),
        ("language", "English"),
        ("compilation", "yes"),
        ("bpm", "120.5"),
        ("isrc", "none"),
        ("key", "F sharp minor"),
        ("date", "next spring"),
    ];

    if !libraries_are_here() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = File::with_table(folder.path(), "mp3", "pcm24", LAYOUT, &TABLE);
    let python = python::with_libraries();
    for library in ["eyed3", "mutagen"] {
        let answer = python::library(&python, library, &[&file]).remove(0);
        let heard = answer.unwrap_or_else(|complaint| panic!("{library}: {complaint}"));
        assert_eq!(heard.complaint(&file), None, "{library}");
    }
    let tags = python::tags(&[&file]).remove(0);
    for (key, value) in TABLE {
        assert_eq!(tags[key.to_uppercase()], serde_json::json!([value]), "{tags}");
    }
}

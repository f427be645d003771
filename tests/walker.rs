//! The walker of finished files (`tdhost::walk`) finds whatever is wrong with a file of any File Type.

mod common;

use std::fs;
use std::ops::Range;
use std::path::Path;

use common::Rig;
use tdhost::walk::walk;

/// A file of each File Type, and variants in which other chunks are there.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let types: Vec<String> = {
        let rig = Rig::new(1, 48000.0);
        rig.node.par("Filetype").expect("a menu").menu.iter().map(|(item, _)| item.clone()).collect()
    };
    let plain: &[(&str, &str)] = &[("title", "plain"), ("artist", "ascii")];
    let much: &[(&str, &str)] = &[("title", "Größe"), ("comment", "日本"), ("performer", "Jane"), ("lyrics", "la")];
    for (file_type, codec, channels, table) in types
        .iter()
        .flat_map(|file_type| [("pcm16", 1, plain), ("pcm24", 3, much)].map(|(c, n, t)| (file_type.as_str(), c, n, t)))
        .chain([("wav", "float32", 2, much), ("aiff", "float32", 1, plain)])
    {
        let mut rig = Rig::new(if file_type == "mp3" { channels.min(2) } else { channels }, 48000.0);
        rig.node.set("Filetype", file_type);
        rig.node.set("Codec", codec);
        rig.set_file(&format!("take.{file_type}"));
        let rows: Vec<Vec<String>> = table.iter().map(|(key, value)| vec![(*key).into(), (*value).into()]).collect();
        rig.node.set_table("Headerdat", &rows);
        let path = rig.take([801; 3]);
        let path_here = folder.join(format!("{codec}.{file_type}"));
        fs::rename(&path, &path_here).expect("it can be moved");
        files.push((path_here.display().to_string(), fs::read(&path_here).expect("it can be read")));
    }
    files
}

/// What the walker says of a file that holds `bytes`.
fn complaint(folder: &Path, bytes: &[u8]) -> Option<String> {
    let path = folder.join("damaged");
    fs::write(&path, bytes).expect("it can be written");
    walk(&path).err()
}

#[test]
fn a_file_that_is_cut_or_longer_should_be_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files(folder.path()) {
        assert_eq!(complaint(folder.path(), &bytes), None, "{name}");
        // Every length of the headers, and some of the audio.
        let lengths = (0..bytes.len()).filter(|length| *length < 600 || length % 97 == 0 || length + 300 > bytes.len());
        for length in lengths {
            assert!(complaint(folder.path(), &bytes[..length]).is_some(), "{name}: {length} of {} bytes", bytes.len());
        }
        for more in [&[0][..], &[0; 2], b"more", &bytes] {
            let longer = [&bytes, more].concat();
            assert!(complaint(folder.path(), &longer).is_some(), "{name} and {} bytes", more.len());
        }
    }
}

/// Where another byte is as right: text, audio, room, and what a reader may believe or not.
fn free(name: &str, bytes: &[u8]) -> Vec<Range<usize>> {
    let find = |id: &[u8]| bytes.windows(id.len()).position(|window| window == id);
    let after = |id: &[u8], from: usize, len: usize| find(id).map(|at| at + from..at + from + len);
    let little = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
    let big = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
    let mut free = Vec::new();
    if name.ends_with(".wav") {
        let junk = bytes.windows(4).enumerate().filter(|(_, found)| *found == b"JUNK");
        free.extend(junk.map(|(at, _)| at + 8..at + 8 + little(at + 4)));
        // Speakers are only counted.
        free.extend(find(b"fmt ").filter(|at| little(at + 4) == 40).map(|at| at + 28..at + 32));
        free.extend(find(b"data").map(|at| at + 8..at + 8 + little(at + 4)));
    }
    if name.ends_with(".aiff") {
        free.extend(find(b"FLLR").map(|at| at + 8..at + 8 + big(at + 4)));
        free.extend(find(b"SSND").map(|at| at + 16..at + 8 + big(at + 4)));
        // The mantissa of the rate, and the name of the compression.
        free.extend(find(b"COMM").map(|at| at + 16..at + 26));
        free.extend(find(b"COMM").filter(|at| big(at + 4) > 22).map(|at| at + 31..at + 8 + big(at + 4)));
    }
    if name.ends_with(".flac") {
        // The MD5 of the samples.
        free.push(26..42);
        // The names of comments.
        let named = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'=');
        let letters = |end: usize| bytes[..end].iter().rev().take_while(|byte| byte.is_ascii_graphic()).count();
        free.extend(named.map(|(end, _)| end - letters(end)..end));
    }
    for text in [
        "reference libFLAC 1.5.0 20250211",
        "plain\0",
        "plain",
        "ascii",
        "Größe",
        "日本",
        "Jane",
        "la",
        "Audio File Out Plus 1.0.0",
        "performer",
        "lyrics",
        "eng",
    ] {
        let text = text.as_bytes();
        free.extend(
            bytes
                .windows(text.len())
                .enumerate()
                .filter(|(_, found)| *found == text)
                .map(|(at, _)| at..at + text.len()),
        );
    }
    // There is a TPE2, too.
    free.extend(after(b"TPE1", 3, 1));
    // What the Info frame says of the encoder, its gain and its presets.
    free.extend(after(b"LAME", 4, 22));
    free
}

#[test]
fn a_byte_that_is_neither_text_nor_audio_should_be_found_when_it_is_another() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, mut bytes) in files(folder.path()) {
        let free = free(&name, &bytes);
        let mut missed = Vec::new();
        let len = bytes.len();
        let looked_at = (0..len).filter(|at| *at < 900 || at % 61 == 0 || at + 100 > len);
        for at in looked_at.filter(|at| !free.iter().any(|range| range.contains(at))) {
            let right = bytes[at];
            for other in [right ^ 0x80, right.wrapping_add(1)] {
                bytes[at] = other;
                if complaint(folder.path(), &bytes).is_none() {
                    missed.push((at, right, other));
                }
            }
            bytes[at] = right;
        }
        assert_eq!(missed, [], "{name}: {:?}", String::from_utf8_lossy(&bytes[..600.min(bytes.len())]));
    }
}

#[test]
fn what_is_no_file_of_ours_should_be_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for bytes in [&b""[..], b"not ours", b"RIFF", b"RF64\xff\xff\xff\xffWAVE", b"OggS", b"ID3\x04\0\0\0\0\0\0"] {
        assert!(complaint(folder.path(), bytes).is_some(), "{bytes:?}");
    }
    assert!(walk(&folder.path().join("missing")).is_err());
}

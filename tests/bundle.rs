//! `tdhost bundle` makes what macOS takes for a plugin.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::readers;

/// The first bytes of a library for macOS, and something after them.
const LIBRARY: &[u8] = b"\xcf\xfa\xed\xfe and the rest";

fn bundle(library: &Path, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tdhost"));
    command.arg("bundle").arg(library).arg("--out").arg(out).output().expect("tdhost runs")
}

fn library(folder: &Path, content: &[u8]) -> PathBuf {
    let path = folder.join("libaudiofileoutplus.dylib");
    fs::write(&path, content).expect("a library");
    path
}

/// Every file below `folder`, as paths with slashes.
fn files(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, before: &str, found: &mut Vec<String>) {
        for entry in folder.read_dir().expect("a folder") {
            let entry = entry.expect("an entry");
            let name = format!("{before}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() { walk(&entry.path(), &format!("{name}/"), found) } else { found.push(name) }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found.sort();
    found
}

#[test]
fn a_bundle_should_have_the_layout_and_the_keys_that_touchdesigner_wants() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("dist");
    let library = library(folder.path(), LIBRARY);
    // The second takes the place of the first.
    for _ in 0..2 {
        let made = bundle(&library, &out);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    assert_eq!(
        files(&out),
        ["AudioFileOutPlus.plugin/Contents/Info.plist", "AudioFileOutPlus.plugin/Contents/MacOS/AudioFileOutPlus"]
    );
    let contents = out.join("AudioFileOutPlus.plugin/Contents");
    assert_eq!(fs::read(contents.join("MacOS/AudioFileOutPlus")).expect("the library"), LIBRARY);

    let version = env!("CARGO_PKG_VERSION").split(['-', '+']).next().expect("a version");
    let keys = BTreeMap::from([
        ("CFBundleExecutable", "AudioFileOutPlus"),
        ("CFBundleIdentifier", "audiofileoutplus.AudioFileOutPlus"),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", "AudioFileOutPlus"),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleShortVersionString", version),
        ("CFBundleVersion", version),
    ]);
    let plist = contents.join("Info.plist");
    assert_eq!(pairs(&fs::read_to_string(&plist).expect("a property list")), keys);
    if let Some(python) = readers::python() {
        let script = "import json, plistlib, sys; json.dump(plistlib.load(open(sys.argv[1], 'rb')), sys.stdout)";
        let json = readers::run(python, &["-c", script, plist.to_str().expect("a UTF-8 path")]);
        let read: BTreeMap<&str, &str> = serde_json::from_slice(&json).expect("what plistlib reads");
        assert_eq!(read, keys);
    }
}

/// The keys and texts of a property list that holds nothing else.
fn pairs(plist: &str) -> BTreeMap<&str, &str> {
    let dictionary = plist.split_once("<dict>").and_then(|(_, rest)| rest.split_once("</dict>")).expect("one <dict>").0;
    let lines: Vec<&str> = dictionary.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines
        .chunks_exact(2)
        .map(|pair| {
            let key = pair[0].strip_prefix("<key>").and_then(|rest| rest.strip_suffix("</key>"));
            let text = pair[1].strip_prefix("<string>").and_then(|rest| rest.strip_suffix("</string>"));
            (key.expect("a key"), text.expect("a text"))
        })
        .collect()
}

#[test]
fn a_library_of_another_system_should_be_refused_and_the_bundle_kept() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let good = library(folder.path(), LIBRARY);
    let out = folder.path().join("dist");
    assert!(bundle(&good, &out).status.success());
    let before = files(&out);
    for content in [&b"\x7fELF"[..], b"MZ", b""] {
        let refused = bundle(&library(folder.path(), content), &out);
        let sentence = String::from_utf8_lossy(&refused.stderr).trim().to_owned();
        let end = "is no library for macOS: build the plugin for macOS and name the .dylib";
        assert!(!refused.status.success() && sentence.ends_with(end), "{sentence}");
    }
    let missing = bundle(&folder.path().join("nothing.dylib"), &out);
    let sentence = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(sentence.contains("nothing.dylib could not be read ("), "{sentence}");
    assert_eq!(files(&out), before);
    let kept = fs::read(out.join("AudioFileOutPlus.plugin/Contents/MacOS/AudioFileOutPlus")).expect("the library");
    assert_eq!(kept, LIBRARY);
}

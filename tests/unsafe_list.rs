//! The list of modules that may hold unsafe code is the list of those that do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every Rust source below `folder`.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a source: comments and the rests of lines after them are gone.
fn code(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a source");
    text.lines().map(|line| line.split("//").next().unwrap_or_default().trim().to_owned()).collect()
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|char: char| !char.is_alphanumeric() && char != '_').any(|found| found == word)
}

/// The file of `module`, which is declared in `parent`.
fn file_of(parent: &Path, module: &str) -> PathBuf {
    let folder = match parent.file_stem().and_then(|stem| stem.to_str()) {
        Some("lib" | "mod") => parent.parent().expect("a folder").to_owned(),
        _ => parent.with_extension(""),
    };
    let file = folder.join(format!("{module}.rs"));
    if file.exists() { file } else { folder.join(module).join("mod.rs") }
}

/// The files of the modules that the attributes in `path` allow unsafe code to.
fn allowed(path: &Path) -> Vec<PathBuf> {
    let lines = code(path);
    let attributes =
        lines.iter().enumerate().filter(|(_, line)| line.starts_with("#[allow(") && has_word(line, "unsafe_code"));
    attributes
        .map(|(at, _)| {
            let declaration = lines[at + 1..].iter().find(|line| !line.starts_with("#[") && !line.is_empty());
            let declaration = declaration.map_or("", String::as_str);
            let module = declaration.strip_suffix(';').and_then(|line| line.rsplit_once("mod ")).map(|(_, name)| name);
            file_of(path, module.unwrap_or_else(|| panic!("{}: {declaration} is no module", path.display())))
        })
        .collect()
}

#[test]
fn the_modules_that_may_hold_unsafe_code_are_those_that_do() {
    let rust = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rust");
    let mut files = Vec::new();
    sources(&rust, &mut files);
    assert!(code(&rust.join("lib.rs")).iter().any(|line| line == "#![deny(unsafe_code)]"));
    let may: BTreeSet<PathBuf> = files.iter().flat_map(|path| allowed(path)).collect();
    let does: BTreeSet<PathBuf> =
        files.into_iter().filter(|path| code(path).iter().any(|l| has_word(l, "unsafe"))).collect();
    assert_eq!(may, does);
    assert!(!may.is_empty());
}

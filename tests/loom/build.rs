//! Copies the plugin's sources with `std::sync` replaced, once as they are and once for each mistake.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Sources that differ from the plugin's in one mistake.
struct Variant {
    name: &'static str,
    file: &'static str,
    /// What is right, and what stands there instead.
    changes: &'static [(&'static str, &'static str)],
}

/// The mistakes that a model has to find. A source that has changed so that one cannot be made any more ends the build.
const VARIANTS: [Variant; 6] = [
    Variant {
        name: "looks_at_messages_first",
        file: "stream/reader.rs",
        changes: &[
            ("let has_block = !self.ring.is_empty();", ""),
            ("let is_settled =", "let has_block = !self.ring.is_empty();\n        let is_settled ="),
        ],
    },
    Variant {
        name: "looks_once",
        file: "stream/reader.rs",
        changes: &[("let is_settled = ended || self.pending.is_some();", "let is_settled = false;")],
    },
    Variant {
        name: "believes_every_second_look",
        file: "stream/reader.rs",
        changes: &[("let is_settled = ended || self.pending.is_some();", "let is_settled = true;")],
    },
    Variant { name: "ends_without_a_fence", file: "stream/reader.rs", changes: &[("fence(Ordering::Acquire);", "")] },
    Variant {
        name: "raises_the_flag_before_the_event",
        file: "report.rs",
        changes: &[
            ("self.pending.store(true, Ordering::Release);", ""),
            (
                "let mut queue = self.lock();\n        queue.push_back",
                "self.pending.store(true, Ordering::Release);
                let mut queue = self.lock();\n        queue.push_back",
            ),
        ],
    },
    Variant {
        name: "lowers_the_flag_after_the_events",
        file: "report.rs",
        changes: &[
            ("self.pending.store(false, Ordering::Relaxed);", ""),
            (
                "std::mem::take(&mut queue)",
                "let events = std::mem::take(&mut *queue);
                drop(queue);
                self.pending.store(false, Ordering::Relaxed);
                events",
            ),
        ],
    },
];

/// Everywhere: where the sources find each other, their locks and their atomics here.
const REPLACED: [(&str, &str); 2] = [("std::sync::", "crate::sync::"), ("crate::stream::", "super::")];

/// The models stand inside what they look at.
const INSIDE: [(&str, &str, &str); 2] =
    [("stream/mod.rs", "#[cfg(test)]\nmod tests;", "stream"), ("report.rs", "#[cfg(test)]\nmod tests {", "report")];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it"));
    let rust = root.join("../../rust");
    let stream = fs::read_dir(rust.join("stream")).expect("the stream").map(|file| file.expect("a file").file_name());
    let mut files: Vec<String> = stream.map(|name| format!("stream/{}", name.to_string_lossy())).collect();
    files.retain(|file| file != "stream/tests.rs");
    files.push("report.rs".to_owned());

    let real = Variant { name: "real", file: "", changes: &[] };
    let mut modules = String::new();
    for variant in std::iter::once(&real).chain(&VARIANTS) {
        let folder = out.join(variant.name);
        fs::create_dir_all(folder.join("stream")).expect("a folder");
        for file in &files {
            let source = fs::read_to_string(rust.join(file)).expect("a source").replace("\r\n", "\n");
            fs::write(folder.join(file), changed(&root, file, source, variant)).expect("a copy");
        }
        let module = |name: &str, file: &str| format!("#[path = {:?}] pub mod {name};", folder.join(file));
        modules += &format!(
            "#[allow(dead_code, unused_imports, clippy::duplicate_mod)] pub mod {} {{ {} {} }}\n",
            variant.name,
            module("stream", "stream/mod.rs"),
            module("report", "report.rs"),
        );
    }
    fs::write(out.join("variants.rs"), modules).expect("the list of modules");
    println!("cargo::rerun-if-changed={}", rust.display());
    println!("cargo::rerun-if-changed=build.rs");
}

fn changed(root: &Path, file: &str, mut source: String, variant: &Variant) -> String {
    if file == variant.file {
        for (right, wrong) in variant.changes {
            assert_eq!(source.matches(right).count(), 1, "{}: {file} has changed", variant.name);
            source = source.replace(right, wrong);
        }
    }
    for (inside, tests, model) in INSIDE {
        if inside == file {
            assert_eq!(source.matches(tests).count(), 1, "{file} has changed");
            let models = root.join(format!("src/models/{model}.rs"));
            source = source.replace(tests, &format!("#[path = {models:?}]\npub mod models;\n{tests}"));
        }
    }
    REPLACED.iter().fold(source, |source, (from, to)| source.replace(from, to))
}

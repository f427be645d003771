//! Compiles the model plugin for the tests, once for each variant and process.

#[path = "../tests/plugins/compile.rs"]
mod compile;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use compile::Source;

use crate::{Generation, Node, NodeOptions, Plugin};

static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);

/// The library with `macro_name` defined, or the faultless one with an empty name.
pub(crate) fn library(macro_name: &str) -> PathBuf {
    let mut built = BUILT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    built.get_or_insert_default().entry(macro_name.to_owned()).or_insert_with(|| compile(macro_name)).clone()
}

fn compile(macro_name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Of its own for each process: two test runs at once must not write the same library.
    let folder = Path::new(env!("OUT_DIR")).join("models").join(std::process::id().to_string());
    std::fs::create_dir_all(&folder).unwrap();
    let defines: &[_] = if macro_name.is_empty() { &[] } else { &[(macro_name, "")] };
    let source = Source {
        file: &root.join("tests/plugins/model.cpp"),
        name: &format!("model{macro_name}"),
        folder: &folder,
        includes: &[&root.join("../../include")],
        defines,
        strict: true,
    };
    source.build().unwrap_or_else(|reason| panic!("{reason}"))
}

/// A library of its own for each generation: a plugin keeps the generation for the whole process, and tests of
/// several generations run at once.
pub(crate) fn plugin(generation: Generation) -> Plugin {
    let variant = format!("FOR_{generation:?}");
    Plugin::load(&library(&variant), generation).unwrap()
}

pub(crate) fn node() -> Node {
    Node::create(&plugin(Generation::G10_2), &NodeOptions::default())
}

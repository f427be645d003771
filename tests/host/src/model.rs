//! Compiles the model plugin for the tests, once for each variant and process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::{Generation, Node, NodeOptions, Plugin};

static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);

/// The library with `macro_name` defined, or the faultless one with an empty name.
pub(crate) fn library(macro_name: &str) -> PathBuf {
    let mut built = BUILT
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    built
        .get_or_insert_default()
        .entry(macro_name.to_owned())
        .or_insert_with(|| compile(macro_name))
        .clone()
}

fn compile(macro_name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Of its own for each process: two test runs at once must not write the same library.
    let folder = Path::new(env!("OUT_DIR"))
        .join("models")
        .join(std::process::id().to_string());
    std::fs::create_dir_all(&folder).unwrap();
    let library = folder.join(format!("model{macro_name}{}", std::env::consts::DLL_SUFFIX));

    let mut build = cc::Build::new();
    build
        .cpp(true)
        .std("c++17")
        .target(env!("TDHOST_TARGET"))
        .host(env!("TDHOST_TARGET"))
        .opt_level(0)
        .cargo_metadata(false)
        .warnings(true)
        .extra_warnings(true)
        .warnings_into_errors(true)
        .out_dir(&folder)
        .include(root.join("../../include"));
    if !macro_name.is_empty() {
        build.define(macro_name, None);
    }
    let compiler = build.get_compiler();
    let mut command = compiler.to_command();
    command
        .current_dir(&folder)
        .arg(root.join("tests/plugins/model.cpp"));
    if compiler.is_like_msvc() {
        command
            .arg("/EHsc")
            .arg("/LD")
            .arg(format!("/Fe{}", library.display()));
    } else {
        command.arg("-shared").arg("-fPIC").arg("-o").arg(&library);
    }
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    library
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

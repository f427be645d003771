//! The Python that users are given: the example network, and what the README shows.

mod common;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Rig, plugin, readers};
use serde_json::json;

/// Runs a Python in the project's folder with this on its standard input; what it printed.
fn run(python: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(python)
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Python starts");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("Python reads");
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_example_network_can_be_pasted_and_uses_only_what_the_plugin_has() {
    let Some(python) = readers::python() else {
        return;
    };
    let mut rig = Rig::new(1, 48000.0);
    rig.cooks(1);
    let described = json!({
        "op_type": plugin().info().op_type,
        "parameters": rig.node.pars().iter().map(|par| &par.name).collect::<Vec<_>>(),
        "info_chop": rig.node.info_chop().into_iter().map(|(name, value)| (name, value.into())).collect::<serde_json::Map<_, _>>(),
        "info_dat": rig.node.info_dat().into_iter().map(|(key, value)| (key, value.into())).collect::<serde_json::Map<_, _>>(),
    });
    let printed = run(python, &["tests/touchdesigner/check_example.py"], &described.to_string());
    assert!(printed.contains("the text shows 'idle, 0:00:00.000"), "{printed}");
}

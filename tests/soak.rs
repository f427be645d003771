//! A few seconds of `tdhost soak`; the long run is in README.md beside this file.

use std::process::Command;

#[test]
fn a_short_soak_should_account_for_every_frame() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let soak = Command::new(env!("CARGO_BIN_EXE_tdhost"))
        .args(["soak", "--minutes", "0.15", "--nodes", "6", "--seed", "1", "--folder"])
        .arg(folder.path())
        .output()
        .expect("tdhost runs");
    let (table, progress) = (String::from_utf8_lossy(&soak.stdout), String::from_utf8_lossy(&soak.stderr));
    assert!(soak.status.success(), "{progress}\n{table}");
    assert!(table.contains("OK: every frame is in a file or was announced"), "{table}");
    assert!(progress.contains("seed 1"), "{progress}");
    let left = folder.path().read_dir().expect("the folder").count();
    assert_eq!(left, 0, "a soak without a finding leaves no file behind");
}

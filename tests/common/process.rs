//! Tests that need a process of their own: to count what a process has, or to be killed.

use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Set in a process that runs one test alone.
const ALONE: &str = "AFOP_TEST_ALONE";

/// Runs `body`, which is the body of the test `name`, in a process in which nothing else happens.
///
/// # Panics
/// When the process fails, or is not done after `limit`.
pub fn alone(name: &str, limit: Duration, body: impl FnOnce()) {
    if std::env::var_os(ALONE).is_some() {
        return body();
    }
    let mut output = tempfile::tempfile().expect("a temporary file");
    let stream = || Stdio::from(output.try_clone().expect("another handle"));
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .args([name, "--exact", "--nocapture", "--include-ignored"])
        .env(ALONE, name)
        .stdin(Stdio::null())
        .stdout(stream())
        .stderr(stream())
        .spawn()
        .expect("the test starts again");
    let began = Instant::now();
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break Some(status),
            None if began.elapsed() > limit => {
                // Not waited for: what hangs in the kernel cannot be killed.
                let _ = child.kill();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let mut text = Vec::new();
    output.rewind().expect("a file");
    output.read_to_end(&mut text).expect("what was printed");
    println!("{}", String::from_utf8_lossy(&text));
    match status {
        Some(status) => assert!(status.success(), "{name} alone: {status}"),
        None => panic!("{name} alone is not done after {limit:?}"),
    }
}

/// A number that the environment may set, to make a test longer or shorter.
pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a whole number"))
}

/// Kilobytes of this process that are in memory.
#[cfg(target_os = "linux")]
pub fn resident_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("proc is mounted");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line VmRSS");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

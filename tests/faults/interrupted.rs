//! A process that is killed at a system call of the destination, one after the other: what is on the disk then can be
//! played, and where a take is replaced it is the former one or the new one.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::formats::file_types;
use crate::common::readers;

/// The system calls that change something, and the opening.
const CALLS: [&str; 9] =
    ["openat", "flock", "pwrite64", "ftruncate", "fallocate", "rename", "fchmod", "fdatasync", "close"];

/// Records under strace, which kills the process when it makes a system call that concerns one of the files for so many
/// times. Whether it came to its end before.
fn record(files: &[&Path], kill: Option<(&str, u32)>, limit: Option<u64>, arguments: &[&str]) -> bool {
    let mut command = Command::new("strace");
    command.args(["-f", "-o", "/dev/null"]);
    for file in files {
        command.arg("-P").arg(file);
    }
    if let Some((call, times)) = kill {
        command.arg("-e").arg(format!("inject={call}:signal=KILL:when={times}"));
    }
    if let Some(limit) = limit {
        command.arg("prlimit").arg(format!("--fsize={limit}"));
    }
    command.args([env!("CARGO_BIN_EXE_tdhost"), "record", "--out"]).arg(files[0]).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().expect("strace").success()
}

fn is_there(program: &str) -> bool {
    [program, "ffprobe", "soxi", "sndfile-info"].into_iter().all(readers::have)
}

/// ffprobe, sox and libsndfile open the file and find sound of so many channels in it, none perhaps.
fn assert_opens(file: &Path, channels: usize, when: &str) {
    let file = file.to_str().expect("UTF-8");
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).arg(file).stdin(Stdio::null()).output().expect("a program");
        assert!(output.status.success(), "{program}, {when}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let probed = said("ffprobe", &["-v", "error", "-show_entries", "stream=channels", "-of", "csv=p=0"]);
    assert_eq!(probed.trim(), channels.to_string(), "ffprobe, {when}");
    assert_eq!(said("soxi", &["-c"]).trim(), channels.to_string(), "sox, {when}");
    let found = said("sndfile-info", &[]);
    assert!(found.contains("Channels    : "), "libsndfile, {when}: {found}");
}

#[test]
fn a_kill_at_any_call_leaves_the_former_take_or_the_new_one() {
    if !is_there("strace") {
        return;
    }
    for file_type in file_types() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join(format!("take.{}", file_type.name));
        let beside = folder.path().join(format!(".take.{}.new", file_type.name));
        let files = [file.as_path(), beside.as_path()];
        assert!(record(&files, None, None, &["--seconds", "0.5"]));
        let former = std::fs::read(&file).expect("the former take");
        let mut kills = 0;
        for call in CALLS {
            // What follows the take are the looks of tdhost, which read it.
            let mut times = 1;
            while times < 20 && !record(&files, Some((call, times)), None, &["--seconds", "0.2"]) {
                let now = std::fs::read(&file).expect("a file is there at every moment");
                if now != former {
                    // The new one is shorter.
                    let when = format!("{}, {call} {times}", file_type.name);
                    assert!(now.len() < former.len(), "{when}: {} of {}", now.len(), former.len());
                    assert_opens(&file, 2, &when);
                }
                std::fs::write(&file, &former).expect("the former take again");
                times += 1;
            }
            kills += times - 1;
        }
        println!("{}: {kills} kills", file_type.name);
        assert!(kills > 10, "{kills}");
    }
}

#[test]
fn a_kill_at_any_call_of_a_take_that_goes_on_in_other_files_leaves_all_of_them_playable() {
    if !is_there("strace") || !is_there("prlimit") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = |part| folder.path().join(if part == 1 { "take.wav".to_owned() } else { format!("take-{part}.wav") });
    let paths = [name(1), name(2), name(3)];
    let files = [paths[0].as_path(), paths[1].as_path(), paths[2].as_path()];
    let (mut kills, mut most) = (0, 0);
    for call in CALLS {
        let mut times = 1;
        while !record(&files, Some((call, times)), Some(3 << 20), &["--channels", "8", "--seconds", "4"]) {
            // Before its first byte a file is empty.
            let there = files.iter().filter(|file| file.metadata().is_ok_and(|found| found.len() > 0));
            most = most.max(there.map(|file| assert_opens(file, 8, &format!("{call} {times}"))).count());
            files.iter().for_each(|file| drop(std::fs::remove_file(file)));
            kills += 1;
            // The writes in the middle of a file are much alike.
            times += 1 + times / 6;
        }
    }
    println!("{kills} kills, {most} files");
    assert!(kills > 20 && most > 2, "{kills}, {most}");
}

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use super::*;

const LOCK_PATH: &str = "AUDIOFILEOUTPLUS_TEST_LOCK";

/// Not a test by itself: the other program of the tests below.
#[test]
fn other_program() {
    let Some(path) = std::env::var_os(LOCK_PATH) else { return };
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    file.lock().unwrap();
    println!("\nlocked");
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().lines().next();
}

/// Another process that holds the lock of a file until it is dropped.
struct OtherProgram(Child);

impl OtherProgram {
    fn lock(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["destination::open::tests::other_program", "--exact", "--nocapture"])
            .env(LOCK_PATH, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "locked"));
        Self(child)
    }
}

impl Drop for OtherProgram {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_file_that_another_program_locked_is_left_unharmed() {
    let folder = folder();
    let path = folder.path().join("take.wav");
    fs::write(&path, b"the only copy").unwrap();
    let other = OtherProgram::lock(&path);
    assert!(matches!(replace(&path), Err(Problem::Locked { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"the only copy");
    drop(other);
    replace(&path).unwrap().start(b"RIFF", b"").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"RIFF");
}

#[test]
fn two_nodes_of_one_process_exclude_each_other() {
    let folder = folder();
    let path = folder.path().join("take.wav");
    let first = replace(&path).unwrap();
    assert!(matches!(replace(&path), Err(Problem::Locked { .. })));
    let mut take = first.start(b"RIFF", b"").unwrap();
    take.append(b"data").unwrap();
    assert!(matches!(replace(&path), Err(Problem::Locked { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"RIFFdata");
    drop(take);
    replace(&path).unwrap();
}

#[test]
fn the_former_take_stands_until_the_header_is_written() {
    let folder = folder();
    let path = folder.path().join("take.wav");
    for (former, header) in [("long former take", "head"), ("short", "long header"), ("", "x"), ("former", "")] {
        fs::write(&path, former).unwrap();
        drop(replace(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), former);
        let held = replace(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), former);
        let mut take = held.start(header.as_bytes(), b"").unwrap();
        assert_eq!(take.len(), header.len() as u64);
        take.append(b"|").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{header}|"));
    }
}

#[test]
fn a_file_that_was_never_started_leaves_no_trace() {
    let folder = folder();
    let path = folder.path().join("a/b/take.wav");
    drop(create(&path).unwrap().unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn missing_folders_are_created() {
    let folder = folder();
    let path = folder.path().join("a/../b/c/take.wav");
    create(&path).unwrap().unwrap().start(b"RIFF", b"").unwrap();
    assert_eq!(fs::read(folder.path().join("b/c/take.wav")).unwrap(), b"RIFF");
}

#[test]
fn folders_made_in_vain_are_removed() {
    let folder = folder();
    let path = folder.path().join("a/b").join("x".repeat(300));
    assert!(matches!(create(&path), Err(Problem::Io { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_name_that_exists_is_not_created() {
    let folder = folder();
    let path = folder.path().join("take.wav");
    fs::write(&path, b"kept").unwrap();
    assert!(create(&path).unwrap().is_none());
    fs::create_dir(folder.path().join("folder")).unwrap();
    assert!(create(&folder.path().join("folder")).unwrap().is_none());
    assert_eq!(fs::read(&path).unwrap(), b"kept");
}

#[test]
fn a_folder_is_not_replaced() {
    let folder = folder();
    assert!(matches!(replace(folder.path()), Err(Problem::IsFolder { .. })));
}

#[test]
fn a_file_in_place_of_a_folder_is_a_worded_problem() {
    let folder = folder();
    fs::write(folder.path().join("file"), b"").unwrap();
    let Err(problem) = replace(&folder.path().join("file/take.wav")) else { panic!("opened") };
    assert!(problem.to_string().starts_with("A file stands where the path has a folder, "), "{problem}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::destination::take_file::FileLocation;

    #[test]
    fn a_pipe_or_device_is_refused_without_waiting() {
        let folder = folder();
        let pipe = folder.path().join("pipe.wav");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let start = Instant::now();
        let mut devices = vec![pipe.as_path(), Path::new("/dev/null")];
        if cfg!(target_os = "linux") {
            devices.push(Path::new("/dev/full"));
        }
        for path in devices {
            assert!(matches!(replace(path), Err(Problem::NotAFile { .. })), "{}", path.display());
        }
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(fs::metadata(&pipe).is_ok());
    }

    const FULL_DISK: &str = "AUDIOFILEOUTPLUS_TEST_FULL_DISK";

    /// Not a test by itself: what the test below runs with a limit on the size of files.
    #[test]
    fn with_a_full_disk() {
        let Some(folder) = std::env::var_os(FULL_DISK) else { return };
        for name in ["former.wav", "deep/new.wav"] {
            let held = replace(&Path::new(&folder).join(name)).unwrap();
            let Err(problem) = held.start(b"h", &[b's'; 100_000]) else { panic!("no limit") };
            assert!(problem.to_string().starts_with("The file is as large as this disk allows, "), "{problem}");
        }
    }

    #[test]
    fn a_disk_that_takes_half_a_header_leaves_everything_as_it_was() {
        let folder = folder();
        let former = folder.path().join("former.wav");
        fs::write(&former, b"the only copy").unwrap();
        let ran = Command::new("sh")
            .args([
                "-c",
                "trap '' XFSZ; ulimit -f 1; exec \"$0\" destination::open::tests::unix::with_a_full_disk --exact",
            ])
            .arg(std::env::current_exe().unwrap())
            .env(FULL_DISK, folder.path())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
        assert_eq!(fs::read(&former).unwrap(), b"the only copy");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_is_followed_also_to_a_missing_file() {
        let folder = folder();
        let link = folder.path().join("link.wav");
        symlink(folder.path().join("real.wav"), &link).unwrap();
        replace(&link).unwrap().start(b"RIFF", b"").unwrap();
        assert_eq!(fs::read(folder.path().join("real.wav")).unwrap(), b"RIFF");
        assert!(create(&link).unwrap().is_none());
    }

    #[test]
    fn a_ring_of_links_is_a_worded_problem() {
        let folder = folder();
        let link = folder.path().join("ring.wav");
        symlink(&link, &link).unwrap();
        let Err(problem) = replace(&link) else { panic!("opened") };
        assert!(problem.to_string().starts_with("The path is a ring of links, "), "{problem}");
    }

    #[test]
    fn the_lock_is_gone_at_the_end_even_when_a_child_of_the_host_holds_the_file() {
        let folder = folder();
        let path = folder.path().join("take.wav");
        let held = replace(&path).unwrap();
        let inherited = held.file.as_ref().unwrap().try_clone().unwrap();
        let mut child = Command::new("sleep").arg("60").stdin(inherited).spawn().unwrap();
        let take = held.start(b"RIFF", b"").unwrap();
        assert!(matches!(replace(&path), Err(Problem::Locked { .. })));
        drop(take);
        assert!(replace(&path).is_ok());
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn a_file_that_was_deleted_is_told_from_one_that_was_moved() {
        let folder = folder();
        let path = folder.path().join("take.wav");
        let moved = folder.path().join("moved.wav");
        let take = create(&path).unwrap().unwrap().start(b"RIFF", b"").unwrap();
        assert_eq!(take.location(), FileLocation::InPlace);
        fs::rename(&path, &moved).unwrap();
        assert_eq!(take.location(), FileLocation::Moved);
        fs::write(&path, b"another").unwrap();
        assert_eq!(take.location(), FileLocation::Moved);
        fs::rename(&moved, &path).unwrap();
        assert_eq!(take.location(), FileLocation::InPlace);
        fs::write(&moved, b"another").unwrap();
        fs::rename(&moved, &path).unwrap();
        assert_eq!(take.location(), FileLocation::Deleted);
    }

    #[test]
    fn what_took_the_place_of_a_file_that_was_never_started_is_not_removed() {
        let folder = folder();
        let path = folder.path().join("take.wav");
        let held = create(&path).unwrap().unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"another").unwrap();
        drop(held);
        assert_eq!(fs::read(&path).unwrap(), b"another");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_is_whole_at_every_moment() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    let folder = folder();
    let (path, link) = (folder.path().join("take.ogg"), folder.path().join("link.ogg"));
    fs::write(&path, b"the former take, longer than a header").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    // What a reader has open, and what a kill just before the swap would have left.
    let former = File::open(&path).unwrap();
    fs::write(folder.path().join(".take.ogg.new"), b"left behind").unwrap();
    let file = replace(&link).unwrap().start(b"header", b"").unwrap();
    let mut read = [0; 64];
    let len = read_at(&former, &mut read).unwrap();
    assert_eq!(&read[..len], b"the former take, longer than a header", "no byte of it was ever overwritten");
    assert_eq!(fs::read(&path).unwrap(), b"header");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
    assert!(matches!(replace(&path), Err(Problem::Locked { .. })), "the new file has the lock");
    drop(file);
    replace(&path).unwrap();
    let mut names: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["link.ogg", "take.ogg"]);
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_replaced_under_both() {
    let folder = folder();
    let (path, other) = (folder.path().join("take.wav"), folder.path().join("other.wav"));
    fs::write(&path, b"the former take").unwrap();
    fs::hard_link(&path, &other).unwrap();
    replace(&path).unwrap().start(b"RIFF", b"").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"RIFF");
}

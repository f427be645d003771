//! A file system in user space that shows a folder elsewhere, for what no other can be brought to do: writes that are
//! slow or short, a disk that is gone and comes back, names of any letter case.
//!
//! It is served by another process: a thread that waits for a file system of its own process can keep that from ending.

#[path = "fuse/shown.rs"]
mod shown;

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fuser::{Config, spawn_mount};
use tempfile::TempDir;

use self::shown::Shown;

/// Names the folder of the file system that this process is to serve.
const SERVED: &str = "AFOP_TEST_FUSE";
/// Set where letter case is to make no other file, but another inode.
const CARELESS: &str = "AFOP_TEST_FUSE_CARELESS";

/// The file system; unmounted when it is dropped.
pub(crate) struct Fuse {
    folder: TempDir,
    careless: bool,
    server: Option<Child>,
}

impl Fuse {
    /// `None` where that is not possible.
    pub(crate) fn new() -> Option<Self> {
        Self::mounted(false)
    }

    /// As exfat-fuse does: names that differ in letter case are one file, and each spelling has an inode of its own.
    pub(crate) fn careless_of_case() -> Option<Self> {
        Self::mounted(true)
    }

    fn mounted(careless: bool) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["disk", "behind"] {
            fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let mut fuse = Self { folder, careless, server: None };
        let mounted = fuse.come_back();
        if !mounted {
            println!("skipped: FUSE is not to be had here");
            assert!(std::env::var_os("AFOP_REQUIRE_TOOLS").is_none(), "FUSE is required here");
        }
        mounted.then_some(fuse)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("disk").join(name)
    }

    /// Where the contents of a file are kept.
    pub(crate) fn behind(&self, name: &str) -> PathBuf {
        self.folder.path().join("behind").join(name)
    }

    /// What happens to writes from now on: `slow 20`, in milliseconds, `short 100`, in bytes, `fail 28`, or nothing.
    pub(crate) fn order(&self, order: &str) {
        let path = self.folder.path().join("order");
        fs::write(path.with_extension("new"), order).expect("a file");
        fs::rename(path.with_extension("new"), path).expect("a file");
    }

    /// Nothing answers any more, and all open files are dead for ever. The folder does not answer either.
    pub(crate) fn leave(&mut self) {
        let mut server = self.server.take().expect("it is there");
        server.kill().expect("a process");
        server.wait().expect("a process");
    }

    /// As [`Fuse::leave`], and the folder below is seen again, which is empty.
    pub(crate) fn leave_an_empty_folder(&mut self) {
        self.leave();
        self.unmount();
    }

    /// It is there again, with what it holds.
    pub(crate) fn come_back(&mut self) -> bool {
        self.unmount();
        let disk = self.folder.path().join("disk");
        let below = fs::metadata(&disk).expect("a folder").dev();
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "fuse::in_a_process_that_serves_a_file_system", "--nocapture"]);
        command.env(SERVED, self.folder.path()).stdin(Stdio::piped()).stdout(Stdio::null());
        if self.careless {
            command.env(CARELESS, "1");
        }
        let mut server = command.spawn().expect("a process");
        let began = Instant::now();
        while fs::metadata(&disk).is_ok_and(|found| found.dev() == below) {
            if server.try_wait().expect("a child").is_some() || began.elapsed() > Duration::from_secs(20) {
                let _ = server.kill();
                let _ = server.wait();
                return false;
            }
            thread::sleep(Duration::from_millis(2));
        }
        self.server = Some(server);
        true
    }

    fn unmount(&self) {
        // Also when a file on it is still open. Fails where nothing is mounted.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path().join("disk")).stderr(Stdio::null()).status();
    }
}

impl Drop for Fuse {
    fn drop(&mut self) {
        self.unmount();
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// Not a test of its own: the process that serves.
#[test]
fn in_a_process_that_serves_a_file_system() {
    let Some(folder) = std::env::var_os(SERVED).map(PathBuf::from) else { return };
    let shown = Shown::new(&folder, std::env::var_os(CARELESS).is_some());
    let session = spawn_mount(shown, folder.join("disk"), &Config::default()).expect("a file system");
    // Until the test is gone, however it ends.
    let _ = io::stdin().read(&mut [0]);
    drop(session);
}

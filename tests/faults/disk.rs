//! File systems that are mounted for a test, and frozen.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A file system of its own; unmounted when it is dropped.
pub(crate) struct Disk {
    folder: TempDir,
    /// The file that a loop device shows as a disk.
    image: Option<PathBuf>,
}

impl Disk {
    /// In memory, and full after `size`, as `mount` writes it. `None` where that is not possible.
    pub(crate) fn in_memory(size: &str) -> Option<Self> {
        let disk = Self { folder: tempfile::tempdir().expect("a temporary folder"), image: None };
        may_mount()?;
        let option = format!("size={size}");
        disk.run_mount(&["-t", "tmpfs", "-o", &option, "tmpfs"]).then_some(disk)
    }

    /// An ext4 file system in a file. `None` where that is not possible.
    pub(crate) fn ext4() -> Option<Self> {
        Self::in_a_file("mkfs.ext4", &["-q", "-F"])
    }

    /// A file system that writes every change to another place, headers too, and keeps quotas.
    pub(crate) fn btrfs() -> Option<Self> {
        Self::in_a_file("mkfs.btrfs", &["-q", "-f", "-m", "single"])
    }

    fn in_a_file(program: &str, arguments: &[&str]) -> Option<Self> {
        may_mount()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let image = folder.path().join("disk.img");
        std::fs::File::create(&image).and_then(|file| file.set_len(300 << 20)).expect("a sparse file");
        if !succeeds(Command::new(program).args(arguments).arg(&image)) {
            return None;
        }
        let disk = Self { folder, image: Some(image) };
        disk.mount().then_some(disk)
    }

    /// Makes a folder on it, a btrfs, that takes `size` and no more.
    pub(crate) fn folder_with_quota(&self, size: &str) -> Option<PathBuf> {
        let (root, folder) = (self.path(), self.path().join("limited"));
        let btrfs = |arguments: &[&str], path: &Path| succeeds(Command::new("btrfs").args(arguments).arg(path));
        let made = btrfs(&["subvolume", "create"], &folder)
            && btrfs(&["quota", "enable"], &root)
            && btrfs(&["qgroup", "limit", size], &folder);
        made.then_some(folder)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Mounts the image.
    pub(crate) fn mount(&self) -> bool {
        let image = self.image.as_ref().expect("a disk with an image").to_str().expect("a UTF-8 path");
        self.run_mount(&["-o", "loop", image])
    }

    /// Mounts it anew with other options, all in place.
    pub(crate) fn remount(&self, options: &str) -> bool {
        succeeds(Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(self.path()))
    }

    fn run_mount(&self, arguments: &[&str]) -> bool {
        std::fs::create_dir_all(self.path()).expect("a folder");
        succeeds(Command::new("mount").args(arguments).arg(self.path()))
    }

    /// From now on every operation that writes hangs in the kernel, until the answer is dropped or this process
    /// ends, at the latest after `seconds`.
    pub(crate) fn freeze(&self, seconds: u64) -> Frozen {
        Frozen::new(&self.path(), seconds)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Also when a file on it is still open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).stderr(Stdio::null()).status();
    }
}

/// A frozen file system.
///
/// A thread that hangs in one cannot be killed, and its process does not end; so the one that thaws it is another
/// process, which acts when its input is closed, whatever closes it.
pub(crate) struct Frozen {
    thawer: Child,
}

impl Frozen {
    fn new(path: &Path, seconds: u64) -> Self {
        let thawer = Command::new("sh")
            .args(["-c", r#"timeout "$1" cat; fsfreeze -u "$0""#])
            .arg(path)
            .arg(seconds.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let frozen = Self { thawer };
        assert!(succeeds(Command::new("fsfreeze").arg("-f").arg(path)), "{} is frozen", path.display());
        frozen
    }

    /// Lets the file system go on.
    pub(crate) fn thaw(self) {}
}

impl Drop for Frozen {
    fn drop(&mut self) {
        drop(self.thawer.stdin.take());
        let _ = self.thawer.wait();
    }
}

fn may_mount() -> Option<()> {
    // SAFETY: takes nothing and always succeeds.
    if unsafe { libc::geteuid() } == 0 {
        return Some(());
    }
    println!("skipped: mounting needs root");
    None
}

/// Runs a command; says why it fails.
fn succeeds(command: &mut Command) -> bool {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            println!("skipped: {command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
            false
        }
        Err(error) => {
            println!("skipped: {command:?}: {error}");
            false
        }
    }
}

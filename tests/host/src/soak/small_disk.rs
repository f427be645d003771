//! A disk that is soon full: a file system in memory.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Mounted until it is dropped.
pub(super) struct SmallDisk(PathBuf);

impl SmallDisk {
    pub(super) fn mount(folder: &Path) -> Result<Self, String> {
        let folder = folder.join("small-disk");
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&folder).output();
        match mount {
            Ok(output) if output.status.success() => Ok(Self(folder)),
            Ok(output) => Err(format!("no small disk: {}", String::from_utf8_lossy(&output.stderr).trim())),
            Err(error) => Err(format!("no small disk: mount cannot be run: {error}")),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // It stays mounted when somebody uses it; there is nobody to tell.
        let _ = Command::new("umount").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

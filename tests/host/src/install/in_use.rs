//! Who has a library loaded.

use std::path::Path;

/// Who has `file` loaded, for a sentence; nothing when nobody has, or when the system does not tell.
#[cfg(target_os = "linux")]
pub(crate) fn user_of(file: &Path) -> Option<String> {
    use std::os::unix::ffi::OsStrExt;

    let file = file.canonicalize().ok()?;
    // proc(5): the path ends the line, and a line feed in it is written as an octal number.
    let mut end = b" ".to_vec();
    for byte in file.as_os_str().as_bytes() {
        match byte {
            b'\n' => end.extend_from_slice(b"\\012"),
            byte => end.push(*byte),
        }
    }
    for process in Path::new("/proc").read_dir().ok()?.flatten() {
        // What belongs to another user cannot be read.
        let Ok(maps) = std::fs::read(process.path().join("maps")) else { continue };
        if maps.split(|byte| *byte == b'\n').any(|line| line.ends_with(&end)) {
            return Some(format!("process {}", process.file_name().to_string_lossy()));
        }
    }
    None
}

/// Who has `file` loaded, for a sentence; nothing when nobody has, or when the system does not tell.
#[cfg(target_os = "macos")]
pub(crate) fn user_of(file: &Path) -> Option<String> {
    // -t: nothing but the numbers of the processes that have the file open or mapped.
    let found = std::process::Command::new("/usr/sbin/lsof").arg("-t").arg("--").arg(file).output().ok()?;
    let numbers = String::from_utf8_lossy(&found.stdout).into_owned();
    numbers.lines().next().map(|number| format!("process {number}"))
}

/// Who has `file` loaded, for a sentence; nothing when nobody has, or when the system does not tell.
#[cfg(windows)]
pub(crate) fn user_of(file: &Path) -> Option<String> {
    // winerror.h: Windows lets nobody write to a library while a process has it loaded.
    const SHARING_VIOLATION: i32 = 32;
    let error = std::fs::OpenOptions::new().write(true).open(file).err()?;
    (error.raw_os_error() == Some(SHARING_VIOLATION)).then(|| "another program".to_owned())
}

/// Who has `file` loaded, for a sentence; nothing when nobody has, or when the system does not tell.
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
pub(crate) fn user_of(_file: &Path) -> Option<String> {
    None
}

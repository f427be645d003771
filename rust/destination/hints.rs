//! What the system is told of a large file that grows: how much more will come, and what it can begin to keep.
//!
//! Nothing depends on either: the writes and syncs that follow tell what is to be told.
//!
//! Unsafe code, since the systems are asked by address or by descriptor.

use std::fs::File;
use std::io;

/// Sets aside the room from `from` to `until` in `file`, whose length stays as it is: the files of nodes that record
/// side by side then lie in long pieces of the disk, and a write finds its place instead of looking for one.
///
/// What is left when the file is closed Windows takes back by itself; elsewhere cutting the file at its length does.
///
/// # Errors
/// When there is not so much, or the disk sets nothing aside.
#[cfg(target_os = "linux")]
pub(super) fn set_aside(file: &File, from: u64, until: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};

    Ok(fallocate(file, FallocateFlags::KEEP_SIZE, from, until - from)?)
}

/// The same.
#[cfg(windows)]
pub(super) fn set_aside(file: &File, _from: u64, until: u64) -> io::Result<()> {
    use std::os::windows::io::AsRawHandle;
    use windows_sys::Win32::Storage::FileSystem::{
        FILE_ALLOCATION_INFO, FileAllocationInfo, SetFileInformationByHandle,
    };

    let info = FILE_ALLOCATION_INFO { AllocationSize: until as i64 };
    let size = size_of_val(&info) as u32;
    // SAFETY: the handle is open, and `info` is what this kind of information is made of, and as long as `size` says.
    match unsafe {
        SetFileInformationByHandle(file.as_raw_handle(), FileAllocationInfo, (&raw const info).cast(), size)
    } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// APFS looks for room only when it writes back what has gathered, which is in long pieces anyway.
#[cfg(not(any(target_os = "linux", windows)))]
pub(super) fn set_aside(_file: &File, _from: u64, _until: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The system may begin to write what lies from `from` to `until` to the disk: the sync that follows then has less to
/// do, at the end of a take above all. Elsewhere there is no such request, and the systems begin when they see fit.
pub(super) fn start_writeback(file: &File, from: u64, until: u64) {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;

        let (from, bytes) = (from as i64, (until - from) as i64);
        // SAFETY: the descriptor is open, and no memory is passed.
        unsafe { libc::sync_file_range(file.as_raw_fd(), from, bytes, libc::SYNC_FILE_RANGE_WRITE) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, from, until);
}

//! What the standard library has no words for: how much more of a file will come, what the disk can begin to keep, how
//! large a file may become, and whether closing it worked.
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

/// Bytes that a file of this file system can have, or the greatest number when no limit is known: FAT has one, and the
/// process may.
pub(super) fn largest(file: &File) -> u64 {
    const FAT: u64 = u32::MAX as u64;

    if is_on_fat(file) { FAT.min(process_limit()) } else { process_limit() }
}

#[cfg(target_os = "linux")]
fn is_on_fat(file: &File) -> bool {
    // MSDOS_SUPER_MAGIC
    rustix::fs::fstatfs(file).is_ok_and(|system| system.f_type == 0x4d44)
}

#[cfg(target_os = "macos")]
fn is_on_fat(file: &File) -> bool {
    let is_named = |system: rustix::fs::StatFs| b"msdos".iter().zip(system.f_fstypename).all(|(a, b)| *a == b as u8);
    rustix::fs::fstatfs(file).is_ok_and(is_named)
}

#[cfg(windows)]
fn is_on_fat(file: &File) -> bool {
    use std::os::windows::io::AsRawHandle;
    use std::ptr::null_mut;
    use windows_sys::Win32::Storage::FileSystem::GetVolumeInformationByHandleW;

    let mut name = [0u16; 16];
    // SAFETY: the handle is open, and the name has as much room as is said; the other answers are not asked for.
    let known = unsafe {
        GetVolumeInformationByHandleW(
            file.as_raw_handle(),
            null_mut(),
            0,
            null_mut(),
            null_mut(),
            null_mut(),
            name.as_mut_ptr(),
            name.len() as u32,
        )
    };
    known != 0 && String::from_utf16_lossy(&name).starts_with("FAT")
}

/// RLIMIT_FSIZE.
#[cfg(unix)]
fn process_limit() -> u64 {
    rustix::process::getrlimit(rustix::process::Resource::Fsize).current.unwrap_or(u64::MAX)
}

#[cfg(windows)]
fn process_limit() -> u64 {
    u64::MAX
}

/// Closes the file.
///
/// # Errors
/// What the system says only now: that a share has not taken all of it.
#[cfg(unix)]
pub(super) fn close(file: File) -> io::Result<()> {
    use std::os::fd::IntoRawFd;

    // SAFETY: the descriptor is open, and nothing else owns it any more.
    match unsafe { libc::close(file.into_raw_fd()) } {
        0 => Ok(()),
        // An interrupted one is closed all the same.
        _ => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            error => Err(error),
        },
    }
}

/// The same.
#[cfg(windows)]
pub(super) fn close(file: File) -> io::Result<()> {
    use std::os::windows::io::IntoRawHandle;
    use windows_sys::Win32::Foundation::CloseHandle;

    // SAFETY: the handle is open, and nothing else owns it any more.
    match unsafe { CloseHandle(file.into_raw_handle()) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

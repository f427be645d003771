//! What a case asks of the operating system.
//!
//! One of this program's files with unsafe code: calls of Windows.

/// Threads of this process, where they can be counted.
#[cfg(target_os = "linux")]
pub(super) fn threads() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/task").ok()?.count())
}

/// Threads of this process, where they can be counted.
#[cfg(windows)]
pub(super) fn threads() -> Option<usize> {
    use windows_sys::Win32::Foundation::{CloseHandle, INVALID_HANDLE_VALUE};
    use windows_sys::Win32::System::Diagnostics::ToolHelp::{
        CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
    };

    // SAFETY: takes two numbers; the handle is closed below.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
    if snapshot == INVALID_HANDLE_VALUE {
        return None;
    }
    let mut entry = THREADENTRY32 { dwSize: size_of::<THREADENTRY32>() as u32, ..Default::default() };
    let mut count = 0;
    // SAFETY: the handle is a snapshot's, the entry says its size.
    let mut more = unsafe { Thread32First(snapshot, &raw mut entry) };
    while more != 0 {
        count += usize::from(entry.th32OwnerProcessID == std::process::id());
        // SAFETY: as above.
        more = unsafe { Thread32Next(snapshot, &raw mut entry) };
    }
    // SAFETY: the handle is open and used no more.
    unsafe { CloseHandle(snapshot) };
    Some(count)
}

/// Threads of this process, where they can be counted.
#[cfg(not(any(target_os = "linux", windows)))]
pub(super) fn threads() -> Option<usize> {
    None
}

/// A crash ends the process at once, with no dialog that waits for somebody.
pub(super) fn crash_silently() {
    #[cfg(windows)]
    {
        use windows_sys::Win32::System::Diagnostics::Debug::{
            SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
        };
        // SAFETY: takes a number.
        unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX) };
    }
}

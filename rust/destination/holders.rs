//! Who holds a file that cannot be opened, where the system tells.
//!
//! Unsafe code, since Windows' Restart Manager is asked through addresses.

use std::path::Path;

/// More are never needed to find the one that is in the way.
#[cfg(windows)]
const MOST: usize = 8;

/// The other programs that have the file at `path` open, as the system names them to its user, and whether this process
/// has. Takes up to some tenths of a second; finds none where the system does not tell, as on a share.
#[cfg(windows)]
pub(super) fn holders(path: &Path) -> (Vec<String>, bool) {
    use std::os::windows::ffi::OsStrExt;
    use std::ptr::null;
    use windows_sys::Win32::System::RestartManager::{
        CCH_RM_SESSION_KEY, RM_PROCESS_INFO, RmEndSession, RmGetList, RmRegisterResources, RmStartSession,
    };

    let file: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let mut session = 0;
    let mut key = [0; CCH_RM_SESSION_KEY as usize + 1];
    // SAFETY: both addresses are of variables that live on, the key as long as the function demands, and zero is the
    // only value that the flags may have.
    if unsafe { RmStartSession(&raw mut session, 0, key.as_mut_ptr()) } != 0 {
        return (Vec::new(), false);
    }
    let files = [file.as_ptr()];
    // SAFETY: `files` has one address, of text that ends with a zero and lives on; nothing else is registered.
    let registered = unsafe { RmRegisterResources(session, 1, files.as_ptr(), 0, null(), 0, null()) } == 0;
    // SAFETY: all of its fields are numbers and arrays of numbers, for which zeros are values.
    let mut found: [RM_PROCESS_INFO; MOST] = unsafe { std::mem::zeroed() };
    let (mut needed, mut count, mut reasons) = (0, MOST as u32, 0);
    // SAFETY: `found` has room for as many as `count` says, and the other addresses are of variables that live on.
    let listed = registered
        && unsafe { RmGetList(session, &raw mut needed, &raw mut count, found.as_mut_ptr(), &raw mut reasons) } == 0;
    // SAFETY: the session was started above, and is used no more.
    unsafe { RmEndSession(session) };
    let found = if listed { &found[..MOST.min(count as usize)] } else { &[] };
    let (own, others): (Vec<_>, Vec<_>) =
        found.iter().partition(|found| found.Process.dwProcessId == std::process::id());
    let name = |found: &RM_PROCESS_INFO| {
        let end = found.strAppName.iter().position(|char| *char == 0).unwrap_or(found.strAppName.len());
        String::from_utf16_lossy(&found.strAppName[..end])
    };
    (others.into_iter().map(name).filter(|name| !name.is_empty()).collect(), !own.is_empty())
}

/// Elsewhere the system does not tell.
#[cfg(not(windows))]
pub(super) fn holders(_path: &Path) -> (Vec<String>, bool) {
    (Vec::new(), false)
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    /// Wine's Restart Manager reports no process at all.
    #[test]
    fn no_other_program_holds_a_file_of_our_own() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert_eq!(holders(file.path()).0, Vec::<String>::new());
    }
}

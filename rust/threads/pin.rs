//! Keeps the plugin's library in memory while a thread that cannot be ended still runs its code, and tells when the
//! system has ended all threads.

/// The library stays loaded until the process ends, also when the host unloads it.
#[cfg(unix)]
pub(crate) fn keep_library_loaded() {
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    let here = keep_library_loaded as fn() as *const libc::c_void;
    // SAFETY: `here` is an address in this library and `found` is memory of the right type.
    if unsafe { libc::dladdr(here, found.as_mut_ptr()) } == 0 {
        return;
    }
    // SAFETY: zeroed memory is a valid `Dl_info`, and `dladdr` has filled it.
    let found = unsafe { found.assume_init() };
    // The handle is leaked on purpose: it is the reference that keeps the library.
    // SAFETY: `dli_fname` is a NUL-terminated path owned by the loader.
    let _ = unsafe { libc::dlopen(found.dli_fname, libc::RTLD_NOW | libc::RTLD_NODELETE) };
}

/// The library stays loaded until the process ends, also when the host unloads it.
#[cfg(windows)]
pub(crate) fn keep_library_loaded() {
    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };
    let mut module = std::ptr::null_mut();
    let here = keep_library_loaded as fn() as *const u16;
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
    // SAFETY: with FROM_ADDRESS the name is an address in this module, and `module` receives its handle.
    unsafe { GetModuleHandleExW(flags, here, &mut module) };
}

/// True when Windows ends the process. It has ended all other threads by then, wherever they were: they cannot be waited
/// for, and what they had locked stays locked.
#[cfg(windows)]
pub(crate) fn process_is_ending() -> bool {
    #[link(name = "ntdll", kind = "raw-dylib")]
    unsafe extern "system" {
        fn RtlDllShutdownInProgress() -> u8;
    }
    // SAFETY: takes nothing, and reads a variable of the loader.
    unsafe { RtlDllShutdownInProgress() != 0 }
}

/// Elsewhere threads run until the process is gone.
#[cfg(not(windows))]
pub(crate) fn process_is_ending() -> bool {
    false
}

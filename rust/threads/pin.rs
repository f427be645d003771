//! Keeps the plugin's library in memory while a thread that cannot be ended still runs its code.

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

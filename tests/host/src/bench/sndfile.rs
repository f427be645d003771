//! libsndfile as far as it is measured, loaded at run time so that nobody needs it.
//!
//! One of this program's files with unsafe code. What makes it sound: the functions have the types of `sndfile.h`,
//! a handle is closed once, and the library stays loaded as long as a handle lives.

use std::ffi::{CString, c_char, c_int, c_void};
use std::path::Path;
use std::sync::Arc;

/// Containers and encodings of `sndfile.h`.
pub(super) const WAV: i32 = 0x01_0000;
pub(super) const AIFF: i32 = 0x02_0000;
pub(super) const FLAC: i32 = 0x17_0000;
pub(super) const PCM_16: i32 = 2;
pub(super) const PCM_24: i32 = 3;
pub(super) const PCM_32: i32 = 4;

const READ: c_int = 0x10;
const WRITE: c_int = 0x20;
const SET_CLIPPING: c_int = 0x10c0;

#[cfg(target_os = "linux")]
const NAME: &str = "libsndfile.so.1";
#[cfg(target_os = "macos")]
const NAME: &str = "libsndfile.1.dylib";
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
const NAME: &str = "sndfile.dll";

/// `SF_INFO`.
#[repr(C)]
#[derive(Default)]
struct Info {
    frames: i64,
    samplerate: c_int,
    channels: c_int,
    format: c_int,
    sections: c_int,
    seekable: c_int,
}

#[derive(Clone, Copy)]
struct Functions {
    open: unsafe extern "C" fn(*const c_char, c_int, *mut Info) -> *mut c_void,
    command: unsafe extern "C" fn(*mut c_void, c_int, *mut c_void, c_int) -> c_int,
    read: unsafe extern "C" fn(*mut c_void, *mut f32, i64) -> i64,
    write: unsafe extern "C" fn(*mut c_void, *const f32, i64) -> i64,
    close: unsafe extern "C" fn(*mut c_void) -> c_int,
}

/// The loaded library.
#[derive(Clone)]
pub(super) struct Library {
    functions: Functions,
    _library: Arc<libloading::Library>,
}

/// An open file.
pub(super) struct File {
    handle: *mut c_void,
    channels: usize,
    rate: u32,
    library: Library,
}

impl Library {
    /// `None` where it is not installed.
    pub(super) fn load() -> Option<Self> {
        // SAFETY: loading runs initialisers of a library that does nothing there.
        let library = unsafe { libloading::Library::new(NAME) }.ok()?;
        macro_rules! find {
            ($name:literal) => {{
                // SAFETY: the field that this goes to has the function's type in `sndfile.h`.
                *unsafe { library.get($name) }.ok()?
            }};
        }
        let functions = Functions {
            open: find!("sf_open"),
            command: find!("sf_command"),
            read: find!("sf_readf_float"),
            write: find!("sf_writef_float"),
            close: find!("sf_close"),
        };
        Some(Self { functions, _library: Arc::new(library) })
    }

    pub(super) fn open(&self, path: &Path) -> Result<File, String> {
        self.open_as(path, READ, Info::default())
    }

    /// Opens a file to write, with clipping on: without it, full scale wraps around.
    pub(super) fn create(&self, path: &Path, channels: usize, rate: u32, format: i32) -> Result<File, String> {
        let info = Info { samplerate: rate as c_int, channels: channels as c_int, format, ..Info::default() };
        let file = self.open_as(path, WRITE, info)?;
        // SAFETY: the handle is open, and this command takes no data.
        unsafe { (self.functions.command)(file.handle, SET_CLIPPING, std::ptr::null_mut(), 1) };
        Ok(file)
    }

    fn open_as(&self, path: &Path, mode: c_int, mut info: Info) -> Result<File, String> {
        let name = path.to_str().and_then(|path| CString::new(path).ok()).ok_or("the path is not plain text")?;
        // SAFETY: the name ends with a NUL and `info` has the layout of SF_INFO; both outlive the call.
        let handle = unsafe { (self.functions.open)(name.as_ptr(), mode, &raw mut info) };
        if handle.is_null() {
            return Err(format!("libsndfile cannot open {}", path.display()));
        }
        Ok(File { handle, channels: info.channels as usize, rate: info.samplerate as u32, library: self.clone() })
    }
}

impl File {
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    pub(super) fn rate(&self) -> u32 {
        self.rate
    }

    /// Fills `interleaved` from its beginning; how many samples that were, 0 at the end.
    pub(super) fn read(&mut self, interleaved: &mut [f32]) -> usize {
        let frames = interleaved.len() / self.channels;
        // SAFETY: the handle is open, and the slice holds `frames` frames of its channels.
        let read = unsafe { (self.library.functions.read)(self.handle, interleaved.as_mut_ptr(), frames as i64) };
        usize::try_from(read).unwrap_or(0) * self.channels
    }

    pub(super) fn write(&mut self, interleaved: &[f32]) -> Result<(), String> {
        let frames = (interleaved.len() / self.channels) as i64;
        // SAFETY: the handle is open, and the slice holds `frames` frames of its channels.
        let written = unsafe { (self.library.functions.write)(self.handle, interleaved.as_ptr(), frames) };
        if written == frames { Ok(()) } else { Err(format!("libsndfile wrote {written} of {frames} frames")) }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // SAFETY: the handle is open and nobody uses it from here on.
        unsafe { (self.library.functions.close)(self.handle) };
    }
}

//! The part of CPython that the members need, found in the process at run time, and the getter that CPython calls.
//!
//! All of it is in Python's stable ABI, so that one binary serves every Python 3.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_char, c_int, c_ulonglong, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::{CLASS_DOC, Found, MEMBERS, Member, PythonOffer};
use crate::bridge::ffi;
use crate::node::operator::Operator;

/// Any Python object.
#[repr(C)]
struct PyObject {
    _opaque: [u8; 0],
}

/// CPython's own layout.
#[repr(C)]
struct PyGetSetDef {
    name: *const c_char,
    get: Option<unsafe extern "C" fn(*mut PyObject, *mut c_void) -> *mut PyObject>,
    set: Option<unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut c_void) -> c_int>,
    doc: *const c_char,
    closure: *mut c_void,
}

/// The members as CPython wants them, ended by a zeroed entry. Writable memory, since its declaration says so.
struct Table(UnsafeCell<[PyGetSetDef; MEMBERS.len() + 1]>);

// SAFETY: the plugin never touches it after the library is loaded; whoever has its address holds Python's lock.
unsafe impl Sync for Table {}

static TABLE: Table = Table(UnsafeCell::new(table()));

const fn table() -> [PyGetSetDef; MEMBERS.len() + 1] {
    const END: PyGetSetDef =
        PyGetSetDef { name: ptr::null(), get: None, set: None, doc: ptr::null(), closure: ptr::null_mut() };
    let mut table = [END; MEMBERS.len() + 1];
    let mut index = 0;
    while index < MEMBERS.len() {
        let Member { name, doc, .. } = &MEMBERS[index];
        table[index] = PyGetSetDef {
            name: name.as_ptr(),
            get: Some(get),
            set: None,
            doc: doc.as_ptr(),
            closure: ptr::without_provenance_mut(index),
        };
        index += 1;
    }
    table
}

/// What is called in the host's Python.
struct Python {
    /// The version, as in "3.11.10".
    version: String,
    new_text: unsafe extern "C" fn(*const c_char, isize) -> *mut PyObject,
    new_int: unsafe extern "C" fn(c_ulonglong) -> *mut PyObject,
    raise: unsafe extern "C" fn(*mut PyObject, *const c_char),
    /// The variable that holds the exception type. Atomic only so that the struct is `Sync`: it is never stored to again, and
    /// the `OnceLock` around it orders its first value.
    runtime_error: AtomicPtr<*mut PyObject>,
}

static PYTHON: OnceLock<Python> = OnceLock::new();

/// What the plugin offers to the host that loads it: nothing when there is no Python in the process.
pub(crate) fn offer() -> PythonOffer {
    let offer = catch_unwind(|| {
        if PYTHON.get().is_none()
            && let Some(found) = loaded::libraries().into_iter().find_map(Python::in_library)
        {
            // Who was faster has found the same.
            let _ = PYTHON.set(found);
        }
        PYTHON.get().map(|python| PythonOffer {
            version: python.version.clone(),
            get_sets: TABLE.0.get().expose_provenance(),
            doc: CLASS_DOC.as_ptr().expose_provenance(),
        })
    });
    offer.ok().flatten().unwrap_or_default()
}

/// The address of `name`, as a function or a pointer to a variable.
///
/// # Safety
/// `F` is the type that the name has in every Python 3.
unsafe fn find<F: Copy>(library: loaded::Library, name: &CStr) -> Option<F> {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
    let address = ptr::NonNull::new(loaded::symbol(library, name))?;
    // SAFETY: an address that is not null, as the type that the caller vouches for.
    Some(unsafe { std::mem::transmute_copy(&address) })
}

impl Python {
    /// Python, when `library` is it.
    fn in_library(library: loaded::Library) -> Option<Self> {
        // SAFETY: const char* Py_GetVersion(void).
        let get_version: unsafe extern "C" fn() -> *const c_char = unsafe { find(library, c"Py_GetVersion") }?;
        // SAFETY: one of the functions that may be called before the interpreter is initialised, which the host may
        // do after it has loaded its plugins.
        let version = unsafe { get_version() };
        // SAFETY: a NUL-terminated text that Python never changes.
        let version = unsafe { CStr::from_ptr(version) };
        Some(Self {
            version: version.to_str().ok()?.split_whitespace().next()?.to_owned(),
            // SAFETY: PyObject* PyUnicode_FromStringAndSize(const char*, Py_ssize_t).
            new_text: unsafe { find(library, c"PyUnicode_FromStringAndSize") }?,
            // SAFETY: PyObject* PyLong_FromUnsignedLongLong(unsigned long long).
            new_int: unsafe { find(library, c"PyLong_FromUnsignedLongLong") }?,
            // SAFETY: void PyErr_SetString(PyObject*, const char*).
            raise: unsafe { find(library, c"PyErr_SetString") }?,
            // SAFETY: PyObject* PyExc_RuntimeError, a variable.
            runtime_error: AtomicPtr::new(unsafe { find(library, c"PyExc_RuntimeError") }?),
        })
    }

    /// A new reference, or null with a Python exception set.
    ///
    /// # Safety
    /// The thread holds Python's lock.
    unsafe fn object(&self, value: Result<Found, &CStr>) -> *mut PyObject {
        match value {
            // SAFETY: as many bytes of UTF-8, which Python copies. No text is longer than isize says.
            Ok(Found::Text(text)) => unsafe { (self.new_text)(text.as_ptr().cast(), text.len() as isize) },
            // SAFETY: any number is fine.
            Ok(Found::Count(count)) => unsafe { (self.new_int)(count) },
            Err(sentence) => {
                // SAFETY: Python's own variable, set while the interpreter runs, and only read here.
                let kind = unsafe { *self.runtime_error.load(Ordering::Relaxed) };
                // SAFETY: an exception type and a NUL-terminated text, which Python copies.
                unsafe { (self.raise)(kind, sentence.as_ptr()) };
                ptr::null_mut()
            }
        }
    }
}

/// The getter of every member; `closure` is its index in the table.
///
/// # Safety
/// Called by Python with the object that the host made for a node, on a thread that holds Python's lock.
unsafe extern "C" fn get(object: *mut PyObject, closure: *mut c_void) -> *mut PyObject {
    let Some(python) = PYTHON.get() else { return ptr::null_mut() };
    // SAFETY: the host makes these objects as `PY_Struct`.
    let node = unsafe { ffi::node_of(object.cast()) };
    // SAFETY: null, or a node that lives until the host destroys it, which it does on this thread.
    let node: Option<&Operator> = unsafe { node.as_ref() };
    let value =
        node.ok_or(c"This operator has no Audio File Out Plus behind it: it may be deleted.").and_then(|node| {
            // Python must not see a panic.
            catch_unwind(AssertUnwindSafe(|| node.ask(|facts| MEMBERS[closure.addr()].found(facts))))
                .map_err(|_| c"Audio File Out Plus could not work this out because of a mistake of its own.")
        });
    // SAFETY: Python called this function, so the thread holds its lock.
    unsafe { python.object(value) }
}

/// What the host has loaded.
#[cfg(unix)]
mod loaded {
    use std::ffi::{CStr, c_void};

    /// Every library whose names are for all.
    pub(super) type Library = *mut c_void;

    pub(super) fn libraries() -> Vec<Library> {
        vec![libc::RTLD_DEFAULT]
    }

    /// Null when the library has no such name.
    pub(super) fn symbol(library: Library, name: &CStr) -> *mut c_void {
        // SAFETY: a pseudo handle of the loader's, and a NUL-terminated name.
        unsafe { libc::dlsym(library, name.as_ptr()) }
    }
}

/// What the host has loaded.
#[cfg(windows)]
mod loaded {
    use std::ffi::{CStr, c_void};
    use std::ptr;

    use windows_sys::Win32::Foundation::HMODULE;
    use windows_sys::Win32::System::LibraryLoader::GetProcAddress;
    use windows_sys::Win32::System::ProcessStatus::{K32EnumProcessModules, K32GetModuleBaseNameW};
    use windows_sys::Win32::System::Threading::GetCurrentProcess;

    pub(super) type Library = HMODULE;

    /// More than a process has; what is beyond is not looked at.
    const MOST: usize = 4096;

    /// The loaded libraries that are named like Python's: python3.dll, python39.dll, python311.dll.
    pub(super) fn libraries() -> Vec<Library> {
        let mut modules = vec![ptr::null_mut(); MOST];
        let mut bytes = 0;
        let room = (MOST * size_of::<HMODULE>()) as u32;
        // SAFETY: without arguments; the result is a pseudo handle that needs no closing.
        let process = unsafe { GetCurrentProcess() };
        // SAFETY: memory for as many handles as `room` says.
        if unsafe { K32EnumProcessModules(process, modules.as_mut_ptr(), room, &mut bytes) } == 0 {
            return Vec::new();
        }
        modules.truncate(bytes as usize / size_of::<HMODULE>());
        modules.retain(|module| {
            let mut name = [0u16; 64];
            // SAFETY: memory for as many letters as said.
            let length = unsafe { K32GetModuleBaseNameW(process, *module, name.as_mut_ptr(), name.len() as u32) };
            let name = String::from_utf16_lossy(&name[..length as usize]).to_ascii_lowercase();
            name.starts_with("python3") && name.ends_with(".dll")
        });
        modules
    }

    /// Null when the library has no such name.
    pub(super) fn symbol(library: Library, name: &CStr) -> *mut c_void {
        // SAFETY: a library of this process, and a NUL-terminated name.
        unsafe { GetProcAddress(library, name.as_ptr().cast()) }
            .map_or(ptr::null_mut(), |function| function as *mut c_void)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_ends_with_a_zeroed_entry_and_lets_nothing_be_set() {
        let table = table();
        let (end, members) = table.split_last().unwrap();
        assert!(end.name.is_null() && end.get.is_none() && end.doc.is_null());
        for (index, member) in members.iter().enumerate() {
            assert!(member.get.is_some() && member.set.is_none() && member.closure.addr() == index);
        }
        assert_eq!(size_of::<PyGetSetDef>(), 40);
    }

    #[test]
    fn without_a_python_nothing_is_offered() {
        let offer = offer();
        assert_eq!((offer.version.as_str(), offer.get_sets), ("", 0));
    }
}

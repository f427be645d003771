//! The three functions that TouchDesigner looks up by name.
//!
//! They are Rust functions because a cdylib exports only Rust symbols: a C++ function of the linked archive would
//! stay hidden. Each forwards to the shim, whose functions let no exception out.

use std::ffi::c_void;

unsafe extern "C" {
    fn afop_fill_plugin_info(info: *mut c_void);
    fn afop_create_instance(info: *const c_void) -> *mut c_void;
    fn afop_destroy_instance(instance: *mut c_void);
}

/// Called once when the library is loaded: `info` is a `TD::CHOP_PluginInfo`.
///
/// # Safety
/// Called by the host as the interface says.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn FillCHOPPluginInfo(info: *mut c_void) {
    // SAFETY: the host's pointer goes on unchanged.
    unsafe { afop_fill_plugin_info(info) }
}

/// Called once for each node: `info` is a `TD::OP_NodeInfo`, the result a `TD::CHOP_CPlusPlusBase`.
///
/// # Safety
/// Called by the host as the interface says.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn CreateCHOPInstance(info: *const c_void) -> *mut c_void {
    // SAFETY: the host's pointer goes on unchanged.
    unsafe { afop_create_instance(info) }
}

/// Called once when a node goes: `instance` is what [`CreateCHOPInstance`] returned.
///
/// # Safety
/// Called by the host as the interface says.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn DestroyCHOPInstance(instance: *mut c_void) {
    // SAFETY: the host's pointer goes on unchanged.
    unsafe { afop_destroy_instance(instance) }
}

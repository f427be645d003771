//! What runs on TouchDesigner's cook thread.
//!
//! Rules: no file, no wait, no lock that another thread can hold for long; in the steady state of a take no
//! allocation and no system call either. Starting and ending a take may allocate.

pub(crate) mod scope;

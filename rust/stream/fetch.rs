//! Asking for memory before it is needed.
//!
//! Unsafe code, since that takes any address; it reads nothing that anybody could see, and never faults.

/// Bytes of a line of the cache.
pub(crate) const LINE: usize = 64;

/// Asks for the line in which `at` lies, so that it may be in the caches when it is used.
#[inline(always)]
pub(crate) fn fetch<T>(at: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing that anybody could see, and never faults.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(at.cast());
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a prefetch reads nothing that anybody could see, and never faults.
    unsafe {
        std::arch::asm!("prfm pldl1keep, [{at}]", at = in(reg) at, options(nostack, preserves_flags, readonly));
    }
}

//! The place of the cook thread: what one thread at a time works with.
//!
//! A mutex without a queue. Its unlocking is a plain store: that of a std mutex is an instruction that waits until all
//! stores before it have reached the caches, which for a cook's samples takes longer than all the rest of the cook.
//!
//! Unsafe code, since the value is handed out under a flag that the compiler does not know.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A value that one thread at a time may use.
pub(crate) struct Desk<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the flag lets one thread at a time come to the value, as a mutex does.
unsafe impl<T: Send> Sync for Desk<T> {}

impl<T> Desk<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Takes the place. A host cooks a node from one thread at a time, so nobody ever has to wait; of two that come at
    /// once nevertheless, the second one does.
    #[inline]
    pub(crate) fn take(&self) -> Place<'_, T> {
        while self.taken.swap(true, Ordering::Acquire) {
            thread::yield_now();
        }
        Place { desk: self }
    }
}

/// The right to use the value, until it is dropped.
pub(crate) struct Place<'a, T> {
    desk: &'a Desk<T>,
}

impl<T> Deref for Place<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the flag is set, and this is the only place until it is dropped.
        unsafe { &*self.desk.value.get() }
    }
}

impl<T> DerefMut for Place<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the flag is set, and this is the only place until it is dropped.
        unsafe { &mut *self.desk.value.get() }
    }
}

impl<T> Drop for Place<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.desk.taken.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_at_a_time_works() {
        let desk = Desk::new(0);
        thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| (0..10_000).for_each(|_| *desk.take() += 1));
            }
        });
        assert_eq!(*desk.take(), 40_000);
    }

    #[test]
    fn a_panic_gives_the_place_back() {
        let desk = Desk::new(1);
        let panicked = thread::scope(|threads| {
            let panics = || {
                let _place = desk.take();
                panic!("ordered by the test");
            };
            threads.spawn(panics).join().is_err()
        });
        assert!(panicked);
        assert_eq!(*desk.take(), 1);
    }
}

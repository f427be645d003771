//! Mistakes with memory that are made on purpose, to prove that the checks which look for them work (`.ci/sanitizers`,
//! `.ci/memcheck`). A node orders one in its path: `?plant=race`. Only with the feature `inject-faults`.
//!
//! Unsafe code, since safe code cannot make them. Without a checker they do no harm: see at each.

use std::cell::UnsafeCell;

use super::Point;

/// A mistake that can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plant {
    /// The cook thread and the encoding thread write to one variable.
    Race,
    /// The cook thread reads what it has freed.
    UseAfterFree,
    /// The cook thread writes behind what it has allocated.
    OutOfBounds,
}

impl Plant {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "race" => Some(Self::Race),
            "use-after-free" => Some(Self::UseAfterFree),
            "out-of-bounds" => Some(Self::OutOfBounds),
            _ => None,
        }
    }
}

/// What two threads of a node write to without any order.
#[derive(Debug, Default)]
pub(super) struct Contended(UnsafeCell<u32>);

// SAFETY: wrong on purpose: `pass` lets two threads write at once.
unsafe impl Sync for Contended {}

/// Makes the mistake if this is a place for it.
pub(super) fn pass(plant: Plant, point: Point, contended: &Contended) {
    match (plant, point) {
        (Plant::Race, Point::Execute | Point::Encoder) => race(contended),
        (Plant::UseAfterFree, Point::Execute) => use_after_free(),
        (Plant::OutOfBounds, Point::Execute) => write_out_of_bounds(),
        _ => {}
    }
}

/// Does no harm, since no one reads what is written.
fn race(contended: &Contended) {
    // SAFETY: wrong on purpose: another thread may write at the same time.
    unsafe { contended.0.get().write_volatile(1) };
}

/// Does no harm, since what is read has no use, and so small a block stays with the allocator.
fn use_after_free() {
    let freed = Box::into_raw(Box::new(1u32));
    // SAFETY: it came from a box, and only here goes back to one.
    drop(unsafe { Box::from_raw(freed) });
    // SAFETY: wrong on purpose: it was freed.
    unsafe { freed.read_volatile() };
}

/// Does no harm, since allocators round up: a block of 12 bytes ends no sooner than 4 bytes behind them.
fn write_out_of_bounds() {
    let mut three = Box::new([0u32; 3]);
    let behind = three.as_mut_ptr().wrapping_add(3);
    // SAFETY: wrong on purpose: it is the fourth of three.
    unsafe { behind.write_volatile(1) };
    std::hint::black_box(&three);
}

//! The ring of ringbuf around memory that is watched: an access to a line of it that is not ordered after the last one
//! of the other thread ends the model.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::Arc;

use loom::cell::UnsafeCell;
use real_ringbuf::storage::Storage;
use real_ringbuf::traits::Split;
use real_ringbuf::{CachingCons, CachingProd, SharedRb};

/// Samples of a line. The models use blocks of whole lines, so that no line belongs to both threads at once.
pub(crate) const LINE: usize = 16;

pub type HeapProd<T> = CachingProd<Arc<SharedRb<Watched<T>>>>;
pub type HeapCons<T> = CachingCons<Arc<SharedRb<Watched<T>>>>;

pub struct HeapRb<T>(SharedRb<Watched<T>>);

impl<T> HeapRb<T> {
    pub fn try_new(capacity: usize) -> Result<Self, std::convert::Infallible> {
        // SAFETY: no place of the ring holds anything.
        Ok(Self(unsafe { SharedRb::from_raw_parts(Watched::new(capacity), 0, 0) }))
    }
}

impl<T> Split for HeapRb<T> {
    type Prod = HeapProd<T>;
    type Cons = HeapCons<T>;

    fn split(self) -> (HeapProd<T>, HeapCons<T>) {
        Arc::new(self.0).split()
    }
}

pub struct Watched<T> {
    memory: *mut MaybeUninit<T>,
    len: usize,
    lines: Vec<UnsafeCell<()>>,
}

// SAFETY: the memory belongs to the ring; who has which part of it is what the models check.
unsafe impl<T: Send> Send for Watched<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Watched<T> {}

impl<T> Watched<T> {
    fn new(len: usize) -> Self {
        let layout = Self::layout(len);
        // SAFETY: a ring has at least one sample.
        let memory = unsafe { alloc_zeroed(layout) };
        if memory.is_null() {
            handle_alloc_error(layout);
        }
        let lines = (0..len.div_ceil(LINE)).map(|_| UnsafeCell::new(())).collect();
        Self { memory: memory.cast(), len, lines }
    }

    /// Begins where a line does: a model must do the same each time it runs, wherever its memory lies.
    fn layout(len: usize) -> Layout {
        Layout::array::<T>(len).and_then(|layout| layout.align_to(LINE * size_of::<T>())).expect("a small ring")
    }

    fn lines(&self, range: &Range<usize>) -> &[UnsafeCell<()>] {
        if range.is_empty() { &[] } else { &self.lines[range.start / LINE..range.end.div_ceil(LINE)] }
    }
}

impl<T> Drop for Watched<T> {
    fn drop(&mut self) {
        // SAFETY: as it was allocated.
        unsafe { dealloc(self.memory.cast(), Self::layout(self.len)) };
    }
}

// SAFETY: the memory is apart from this value, and has `len` places.
unsafe impl<T> Storage for Watched<T> {
    type Item = T;

    fn len(&self) -> usize {
        self.len
    }

    fn as_mut_ptr(&self) -> *mut MaybeUninit<T> {
        self.memory
    }

    unsafe fn slice(&self, range: Range<usize>) -> &[MaybeUninit<T>] {
        self.lines(&range).iter().for_each(|line| line.with(|_| ()));
        // SAFETY: the caller asks for places of the ring that nothing writes meanwhile, which was checked.
        unsafe { std::slice::from_raw_parts(self.memory.add(range.start), range.len()) }
    }

    unsafe fn slice_mut(&self, range: Range<usize>) -> &mut [MaybeUninit<T>] {
        self.lines(&range).iter().for_each(|line| line.with_mut(|_| ()));
        // SAFETY: the caller asks for places of the ring that nothing else uses meanwhile, which was checked.
        unsafe { std::slice::from_raw_parts_mut(self.memory.add(range.start), range.len()) }
    }
}

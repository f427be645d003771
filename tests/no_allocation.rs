//! On the cook thread, `execute` allocates nothing in the steady state of a take, nor beside it.
//!
//! The plugin is a library of its own, with its own way to `malloc`; so this test binary takes the place of the C
//! library's allocator for the whole process and counts what the cook thread asks for while `execute` runs. The
//! exception is the start of a take, which may allocate, and which proves that the counting sees the plugin.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod common;

use std::cell::Cell;
use std::ffi::{c_int, c_void};

use common::Rig;

const STEADY_COOKS: usize = 1000;

thread_local! {
    // Without destructors and with constant beginnings, so that reading them does not allocate either.
    static COUNTING: Cell<bool> = const { Cell::new(false) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

fn count_call() {
    if COUNTING.get() {
        CALLS.set(CALLS.get() + 1);
    }
}

unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(memory: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
    fn __libc_free(memory: *mut c_void);
}

// SAFETY: has the signature and the behaviour of the C library's function, to which it forwards.
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    count_call();
    // SAFETY: every size is allowed.
    unsafe { __libc_malloc(size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    count_call();
    // SAFETY: every count and size are allowed.
    unsafe { __libc_calloc(count, size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(memory: *mut c_void, size: usize) -> *mut c_void {
    count_call();
    // SAFETY: the caller vouches for `memory`, which one of these functions has given.
    unsafe { __libc_realloc(memory, size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    count_call();
    // SAFETY: the caller vouches for the alignment, a power of two.
    unsafe { __libc_memalign(alignment, size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
    count_call();
    // SAFETY: the caller vouches for the alignment, a power of two.
    unsafe { __libc_memalign(alignment, size) }
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(memory: *mut *mut c_void, alignment: usize, size: usize) -> c_int {
    count_call();
    // SAFETY: the caller vouches for the alignment, a power of two.
    let found = unsafe { __libc_memalign(alignment, size) };
    if found.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller gives a place for the pointer.
    unsafe { memory.write(found) };
    0
}

// SAFETY: as for `malloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(memory: *mut c_void) {
    // Giving memory back takes the allocator's lock too.
    if !memory.is_null() {
        count_call();
    }
    // SAFETY: the caller vouches for `memory`, which one of these functions has given.
    unsafe { __libc_free(memory) }
}

/// One cook of `samples` frames; how often its `execute` turned to the allocator.
fn calls(rig: &mut Rig, samples: usize) -> usize {
    rig.fill(samples, false);
    let time = rig.time(1.0);
    rig.node.prepare(&time);
    CALLS.set(0);
    COUNTING.set(true);
    rig.node.execute();
    COUNTING.set(false);
    rig.node.after_cook();
    CALLS.get()
}

/// Lets the encoding thread keep up, as it does while audio comes no faster than the clock.
fn settle(rig: &mut Rig) {
    // Before the first take, seconds of what waits are not known.
    while rig.node.info("buffer_seconds") > 0.2 || rig.number("buffer_bytes") > 500_000 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

fn assert_quiet(rig: &mut Rig, what: &str) {
    for cook in 0..STEADY_COOKS {
        assert_eq!(calls(rig, 800), 0, "cook {cook}, {what}");
        settle(rig);
    }
}

fn recording(channels: usize) -> Rig {
    let mut rig = Rig::new(channels, 48_000.0);
    rig.record(true);
    calls(&mut rig, 800);
    rig
}

#[test]
fn an_allocation_inside_the_plugin_is_counted() {
    let mut rig = Rig::new(2, 48_000.0);
    calls(&mut rig, 800);
    assert_eq!(calls(&mut rig, 800), 0);
    rig.record(true);
    let first = calls(&mut rig, 800);
    println!("the cook that starts a take: {first} calls");
    assert!(first > 0);
    // A block that finds no room in the ring gets memory of its own.
    let clip = calls(&mut rig, 480_000);
    println!("a clip of ten seconds: {clip} calls");
    assert!(clip > 0);
}

#[test]
fn a_steady_take_allocates_nothing_whatever_the_format() {
    let items = Rig::new(2, 48_000.0).node.par("Filetype").expect("a menu of formats").menu.clone();
    for (format, _) in items {
        for channels in [2, 64] {
            let mut rig = Rig::new(channels, 48_000.0);
            rig.node.set("Filetype", format.as_str());
            rig.set_file("take");
            rig.record(true);
            calls(&mut rig, 800);
            if !rig.node.error().is_empty() {
                println!("skipped: {format} with {channels} channels: {}", rig.node.error());
                continue;
            }
            // 1,000 cooks are more than 16 seconds: the ring wraps several times.
            assert_quiet(&mut rig, &format!("{format} with {channels} channels"));
            assert_eq!(rig.number("lost_samples"), 0);
            rig.finish();
            assert_eq!(rig.number("total_samples_written"), 800 * (STEADY_COOKS as u64 + 1));
        }
    }
}

#[test]
fn a_paused_take_allocates_nothing() {
    let mut rig = recording(2);
    rig.pause(true);
    calls(&mut rig, 800);
    assert_quiet(&mut rig, "paused");
    rig.pause(false);
    calls(&mut rig, 800);
    assert_quiet(&mut rig, "after the pause");
}

#[test]
fn an_idle_node_allocates_nothing() {
    let mut rig = Rig::new(64, 48_000.0);
    calls(&mut rig, 800);
    assert_quiet(&mut rig, "before any take");
    rig.record(true);
    calls(&mut rig, 800);
    rig.finish();
    assert_quiet(&mut rig, "after a take");
}

#[test]
fn a_node_that_listens_for_its_pre_roll_allocates_nothing() {
    for channels in [2, 64] {
        let mut rig = Rig::new(channels, 48_000.0);
        rig.node.set("Preroll", 5.0);
        calls(&mut rig, 800);
        assert_quiet(&mut rig, "listening");
        assert!(rig.node.info("preroll_seconds") > 4.5);
        rig.record(true);
        calls(&mut rig, 800);
        settle(&mut rig);
        assert_quiet(&mut rig, "recording");
        rig.finish();
        assert_quiet(&mut rig, "listening again");
    }
}

#[test]
fn slices_of_any_length_allocate_nothing() {
    let mut rig = recording(2);
    for cook in 0..STEADY_COOKS {
        let samples = [800, 0, 1, 735, 2000, 367][cook % 6];
        assert_eq!(calls(&mut rig, samples), 0, "cook {cook} of {samples} frames");
        settle(&mut rig);
    }
}

#[test]
fn a_take_whose_disk_is_slow_allocates_nothing_on_the_cook_thread() {
    let mut rig = Rig::with_path(2, 48_000.0, "/project1/afo1?delay=writer:1000000");
    rig.record(true);
    calls(&mut rig, 800);
    for cook in 0..STEADY_COOKS {
        assert_eq!(calls(&mut rig, 800), 0, "cook {cook}");
        // Ten times the clock, so that the encoding thread gets its turn on a busy machine too.
        std::thread::sleep(std::time::Duration::from_micros(1600));
    }
    assert!(rig.node.info("buffer_seconds") > 2.0, "more waits than the ring holds");
    rig.finish();
    assert_eq!(rig.number("total_samples_written"), 800 * (STEADY_COOKS as u64 + 1));
}

#[test]
fn a_node_that_waits_for_a_level_allocates_nothing() {
    for (channels, preroll) in [(2, 0.0), (8, 1.0)] {
        let mut rig = Rig::new(channels, 48_000.0);
        rig.node.set("Start", "level");
        rig.node.set("Threshold", 0.0);
        rig.node.set("Preroll", preroll);
        rig.record(true);
        calls(&mut rig, 800);
        assert_quiet(&mut rig, "armed");
        assert_eq!(rig.node.info("armed"), 1.0);
        rig.node.set("Threshold", -40.0);
        calls(&mut rig, 800);
        settle(&mut rig);
        assert_quiet(&mut rig, "recording");
        assert_eq!(rig.node.info("recording"), 1.0);
        rig.finish();
    }
}

#[test]
fn while_a_long_pre_roll_is_encoded_the_ring_has_room() {
    let mut rig = Rig::with_path(2, 48_000.0, "/project1/afo1?delay=writer:100000");
    rig.node.set("Preroll", 120.0);
    rig.node.set("Codec", "pcm32");
    for second in 1..=121 {
        rig.block(48_000);
        rig.wait("it is heard", |node| node.info("preroll_seconds") >= second.min(120) as f32 - 0.5);
    }
    rig.record(true);
    calls(&mut rig, 800);
    // More than the ring holds, while the disk has taken only some of it.
    const COOKS: usize = 400;
    for cook in 0..COOKS {
        assert_eq!(calls(&mut rig, 800), 0, "cook {cook}");
        std::thread::sleep(std::time::Duration::from_micros(1600));
    }
    assert!(rig.node.info("seconds_written") < 120.0, "the pre-roll is not written yet");
    rig.finish();
    assert_eq!(rig.number("total_samples_written"), 120 * 48_000 + 800 * (COOKS as u64 + 1));
}

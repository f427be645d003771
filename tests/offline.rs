//! Rendering offline, TouchDesigner cooks as fast as it can. A disk that is slower than that loses nothing and
//! fills no memory: the cook waits for it.

#![cfg(target_os = "linux")]

mod common;

use std::time::{Duration, Instant};

use common::process::{alone, resident_kilobytes};
use common::{Rig, expected, readers};

const RATE: f64 = 48_000.0;
const SLICE: usize = 800;
/// Float noise in what the Info CHOP shows.
const NOISE: f32 = 0.001;

/// Cooks `seconds` of audio as fast as can be; the most that waited, in seconds.
fn render(rig: &mut Rig, seconds: usize, mut after_cook: impl FnMut(&mut Rig)) -> f32 {
    rig.record(true);
    let began = Instant::now();
    let mut most = 0.0f32;
    for _ in 0..seconds * 60 {
        let cooked = rig.cook(SLICE);
        assert_eq!(cooked.error, "");
        most = most.max(cooked.info("buffer_seconds").expect("a channel"));
        after_cook(rig);
    }
    println!(
        "{seconds} s in {:.2} s, {:.0} times the clock; at most {most:.2} s waited",
        began.elapsed().as_secs_f64(),
        seconds as f64 / began.elapsed().as_secs_f64()
    );
    most
}

#[test]
fn a_writer_slower_than_the_render_loses_nothing() {
    for (max_buffer, micros) in [(1.0, 50_000), (2.0, 100_000), (5.0, 300_000)] {
        let mut rig = Rig::with_path(2, RATE, &format!("/project1/afo1?delay=writer:{micros}"));
        rig.node.set("Maxbuffer", max_buffer);
        let most = render(&mut rig, 30, |_| ());
        assert!(most <= max_buffer as f32 + NOISE, "{most} s waited, Max Buffer is {max_buffer} s");
        let path = rig.finish();
        assert_eq!(rig.number("lost_samples"), 0);
        assert_eq!(rig.number("gap_samples"), 0);
        let read = readers::hound(&path);
        assert_eq!(read.samples.len(), 30 * 48_000 * 2);
        for (index, sample) in read.samples.iter().enumerate() {
            assert_eq!(*sample, expected(rig.given[index % 2][index / 2], 24), "sample {index}");
        }
    }
}

#[test]
fn fifty_times_the_clock_into_a_writer_at_ten_times_loses_nothing() {
    const SECONDS: usize = 40;
    // A batch of 256 KiB is 0.91 s of this, so that this delay makes ten seconds a second.
    let mut rig = Rig::with_path(2, RATE, "/project1/afo1?delay=writer:91000");
    rig.node.set("Maxbuffer", 2.0);
    let began = Instant::now();
    let mut cooks = 0;
    let most = render(&mut rig, SECONDS, |_| {
        cooks += 1;
        let due = Duration::from_secs_f64(f64::from(cooks) / 60.0 / 50.0);
        std::thread::sleep(due.saturating_sub(began.elapsed()));
    });
    let speed = SECONDS as f64 / began.elapsed().as_secs_f64();
    assert!(speed < 15.0, "the writer sets the pace: {speed}");
    assert!(most <= 2.0 + NOISE, "{most} s waited");
    rig.finish();
    assert_eq!((rig.number("lost_samples"), rig.number("gap_samples")), (0, 0));
    assert_eq!(rig.number("total_samples_written"), rig.given[0].len() as u64);
}

/// A batch of 256 KiB is 0.23 s of eight channels: a writer that needs this long for each is half as fast as they come.
const HALF_SPEED: &str = "/project1/afo1?delay=writer:455000";

#[test]
fn a_render_of_a_heavy_scene_waits_although_it_falls_behind_the_clock() {
    // Frames take as long as this, whatever the disk does; none is ever skipped.
    for (millis, seconds) in [(0, 5), (24, 5)] {
        let mut rig = Rig::with_path(8, RATE, HALF_SPEED);
        rig.node.set("Maxbuffer", 1.0);
        render(&mut rig, seconds, |_| std::thread::sleep(Duration::from_millis(millis)));
        let path = rig.finish();
        assert_eq!((rig.number("lost_samples"), rig.number("gap_samples")), (0, 0), "{millis} ms a frame");
        let read = readers::hound(&path);
        assert_eq!(read.samples.len(), seconds * 48_000 * 8);
        for (index, sample) in read.samples.iter().enumerate() {
            assert_eq!(*sample, expected(rig.given[index % 8][index / 8], 24), "sample {index}");
        }
    }
}

#[test]
fn a_host_that_skips_frames_to_keep_up_with_the_clock_never_waits() {
    let mut rig = Rig::with_path(8, RATE, HALF_SPEED);
    rig.node.set("Maxbuffer", 1.0);
    rig.record(true);
    let (start, mut frame) = (Instant::now(), 0u64);
    let mut slowest = Duration::ZERO;
    while start.elapsed() < Duration::from_secs(6) {
        std::thread::sleep(Duration::from_millis(24));
        let now = (start.elapsed().as_secs_f64() * 60.0) as u64;
        rig.fill((now - frame) as usize * SLICE, true);
        let time = rig.time((now - frame) as f64);
        frame = now;
        rig.node.prepare(&time);
        let began = Instant::now();
        rig.node.execute();
        slowest = slowest.max(began.elapsed());
        rig.node.after_cook();
    }
    println!("the slowest cook took {slowest:?}");
    assert!(rig.number("lost_samples") > 48_000);
    assert!(slowest < Duration::from_millis(400), "{slowest:?}");
    rig.finish();
    assert_eq!(rig.number("total_samples_written"), rig.given[0].len() as u64);
}

#[test]
fn a_writer_that_stalls_holds_no_render_up_while_memory_has_room() {
    const STALL: Duration = Duration::from_secs(2);
    let mut rig = Rig::with_path(2, RATE, &format!("/project1/afo1?delay=writer:{}", STALL.as_micros()));
    rig.node.set("Maxbuffer", 60.0);
    let mut before = Instant::now();
    let mut slowest = Duration::ZERO;
    let most = render(&mut rig, 20, |_| {
        slowest = slowest.max(before.elapsed());
        before = Instant::now();
    });
    println!("slowest cook {slowest:?}");
    assert!(most > 5.0, "{most} s waited");
    assert!(slowest < STALL / 4, "{slowest:?}");
    rig.finish();
    assert_eq!((rig.number("lost_samples"), rig.number("gap_samples")), (0, 0));
    assert_eq!(rig.number("total_samples_written"), rig.given[0].len() as u64);
}

#[test]
fn a_render_after_a_pause_loses_nothing() {
    let mut rig = Rig::with_path(2, RATE, "/project1/afo1?delay=writer:100000");
    rig.node.set("Maxbuffer", 1.0);
    render(&mut rig, 5, |_| ());
    rig.pause(true);
    rig.cook_unrecorded(SLICE);
    // Longer than the take was ahead of the clock: what counts is the stretch since the pause.
    std::thread::sleep(Duration::from_secs(2));
    rig.pause(false);
    render(&mut rig, 5, |_| ());
    rig.finish();
    assert_eq!(rig.number("lost_samples"), 0);
    assert_eq!(rig.number("total_samples_written"), rig.given[0].len() as u64);
}

#[test]
fn memory_stays_within_max_buffer() {
    alone("memory_stays_within_max_buffer", Duration::from_secs(300), || {
        const CHANNELS: usize = 64;
        const SECONDS: usize = 60;
        let mut rig = Rig::with_path(CHANNELS, RATE, "/project1/afo1?delay=writer:2000");
        rig.node.set("Maxbuffer", 2.0);
        rig.cooks(10);
        let before = resident_kilobytes();
        let mut peak = 0;
        let most = render(&mut rig, SECONDS, |rig| {
            rig.given.iter_mut().for_each(Vec::clear);
            peak = peak.max(resident_kilobytes());
        });
        assert!(most <= 2.0 + NOISE, "{most} s waited");
        let grown = (peak - before) / 1024;
        let waiting = 2 * 48_000 * CHANNELS as u64 * 4 / (1024 * 1024);
        println!(
            "{grown} MiB more in memory; Max Buffer is {waiting} MiB, the audio {} MiB",
            waiting / 2 * SECONDS as u64
        );
        // The ring, as much again behind it, and what the allocator does not give back at once.
        assert!(grown <= 3 * waiting + 32, "{grown} MiB");
        rig.finish();
        assert_eq!(rig.number("lost_samples"), 0);
        assert_eq!(rig.number("total_samples_written"), (SECONDS * 48_000) as u64);
    });
}

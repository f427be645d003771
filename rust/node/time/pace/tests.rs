//! Hosts that play and hosts that render, on a clock of the test's own.

use super::*;

const FRAME: f64 = 1.0 / 60.0;
/// What the ring holds, in seconds.
const RING: f64 = 2.0;

/// A host, its clock, and a disk.
struct Show {
    pace: Pace,
    start: Instant,
    /// Seconds of the clock.
    now: f64,
    /// Seconds of audio that wait, and that may.
    waiting: f64,
    room: f64,
    /// Seconds of audio that the disk takes in a second.
    disk: f64,
    written: f64,
    lost: f64,
    /// The longest that a cook has waited.
    longest_wait: f64,
}

impl Show {
    fn new(disk: f64, room: f64) -> Self {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.begin(start);
        Self { pace, start, now: 0.0, waiting: 0.0, room, disk, written: 0.0, lost: 0.0, longest_wait: 0.0 }
    }

    fn clock(&self) -> Instant {
        self.start + Duration::from_secs_f64(self.now)
    }

    fn run(&mut self, seconds: f64) {
        let taken = self.waiting.min(self.disk * seconds);
        self.waiting -= taken;
        self.written += taken;
        self.now += seconds;
    }

    /// A cook after `frames` of the timeline, with as much audio.
    fn cook(&mut self, frames: f64) {
        self.cook_with(frames, frames * FRAME);
    }

    fn cook_with(&mut self, frames: f64, audio: f64) {
        let clock = self.clock();
        self.pace.pass_with(frames * FRAME, frames, audio, || clock);
        let began = self.now;
        while self.waiting + audio > self.room {
            let done = (self.written * 1e6) as u64;
            if !self.pace.may_wait_at(self.clock(), RING, done, Duration::from_secs_f64(self.room)) {
                self.lost += audio;
                return;
            }
            self.run(0.006);
            self.longest_wait = self.longest_wait.max(self.now - began);
        }
        self.waiting += audio;
    }

    /// Realtime off: every frame is cooked, `speed` times as fast as the clock where nothing waits.
    fn render(&mut self, seconds: f64, speed: f64) {
        for _ in 0..(seconds / FRAME) as usize {
            self.run(FRAME / speed);
            self.cook(1.0);
        }
    }

    /// Realtime on: a frame takes `work` seconds, and those that are late are skipped.
    fn play(&mut self, seconds: f64, work: f64) {
        let (start, mut frame) = (self.now, 0.0);
        while self.now < start + seconds {
            self.run(work);
            let due = ((self.now - start) / FRAME).floor().max(frame + 1.0);
            self.run((start + due * FRAME - self.now).max(0.0));
            self.cook(due - frame);
            frame = due;
        }
    }
}

#[test]
fn a_day_in_real_time_is_never_ahead_of_a_clock_that_runs_a_little_slower() {
    let mut show = Show::new(1e9, RING);
    for _ in 0..86_400 * 60 {
        show.run(FRAME / 1.005);
        show.cook(1.0);
    }
    assert!(!show.pace.may_wait_at(show.clock(), RING, 0, Duration::ZERO));
}

#[test]
fn a_render_waits_for_a_disk_at_any_speed_and_loses_nothing() {
    for speed in [50.0, 4.0, 2.0, 0.8, 0.7, 0.55] {
        for disk in [0.1, 0.5] {
            let mut show = Show::new(disk, 1.0);
            show.render(15.0, speed);
            assert_eq!(show.lost, 0.0, "{speed} times the clock, a disk of {disk}");
        }
    }
}

#[test]
fn a_render_that_becomes_as_fast_as_the_clock_because_it_waits_goes_on_waiting() {
    let mut show = Show::new(1.0, 1.0);
    show.render(60.0, 20.0);
    assert_eq!(show.lost, 0.0);
}

#[test]
fn a_host_in_real_time_never_waits() {
    for work in [0.001, 0.016, 0.020, 0.045, 0.2, 1.5] {
        let mut show = Show::new(0.5, 1.0);
        show.play(30.0, work);
        assert!(show.lost > 10.0, "{work}");
        assert_eq!(show.longest_wait, 0.0, "{work}");
    }
}

#[test]
fn a_host_that_is_stopped_once_and_tells_of_no_frame_is_no_render() {
    let mut show = Show::new(0.0, 1.0);
    show.play(0.9, 0.001);
    show.run(700.0);
    show.play(20.0, 0.001);
    assert!(show.lost > 15.0);
    assert_eq!(show.longest_wait, 0.0);
}

#[test]
fn real_time_after_a_render_waits_no_more() {
    let mut show = Show::new(2.0, 1.0);
    show.render(600.0, 50.0);
    assert_eq!(show.lost, 0.0);
    // While the disk keeps up, playing shows that it is real time.
    show.play(10.0, 0.001);
    show.longest_wait = 0.0;
    show.disk = 0.5;
    show.play(10.0, 0.001);
    assert!(show.lost > 2.0);
    assert_eq!(show.longest_wait, 0.0);
}

#[test]
fn real_time_with_a_slow_disk_right_after_a_render_waits_at_one_cook_at_most() {
    let mut show = Show::new(0.5, 1.0);
    show.render(10.0, 0.8);
    assert_eq!(show.lost, 0.0);
    show.longest_wait = 0.0;
    let before = show.now;
    show.play(10.0, 0.001);
    assert!(show.lost > 3.0, "{}", show.lost);
    assert!(show.longest_wait < 0.05, "{}", show.longest_wait);
    assert!(show.now - before < 10.1);
}

#[test]
fn a_render_is_ahead_before_a_second_of_it_waits_also_after_hours_in_real_time() {
    let mut show = Show::new(1e9, 1.0);
    show.play(7200.0, 0.001);
    show.disk = 0.5;
    show.render(5.0, 50.0);
    assert_eq!(show.lost, 0.0);
}

#[test]
fn a_stretch_begins_with_no_debt() {
    let mut show = Show::new(0.5, 1.0);
    show.run(60.0);
    show.pace.rest();
    show.pace.begin(show.clock());
    show.render(5.0, 50.0);
    assert_eq!(show.lost, 0.0);
    // A render goes on over the end of a take.
    show.pace.rest();
    show.pace.begin(show.clock());
    show.render(5.0, 50.0);
    assert_eq!(show.lost, 0.0);
}

#[test]
fn a_clip_in_real_time_is_not_ahead() {
    let mut show = Show::new(0.5, 1.0);
    for _ in 0..600 {
        show.run(FRAME);
        show.cook_with(1.0, 0.5);
    }
    assert!(show.lost > 100.0);
    assert_eq!(show.longest_wait, 0.0);
}

#[test]
fn a_source_in_blocks_is_rendered_as_any_other() {
    let mut show = Show::new(0.5, 1.0);
    for cook in 0..1200 {
        show.run(FRAME / 50.0);
        show.cook_with(1.0, if cook % 2 == 0 { 0.0 } else { 2.0 * FRAME });
    }
    assert_eq!(show.lost, 0.0);
}

#[test]
fn a_time_that_cannot_be_does_not_make_a_cook_wait() {
    let mut show = Show::new(0.5, 1.0);
    show.cook_with(1e9, FRAME);
    show.play(10.0, 0.001);
    assert!(show.lost > 2.0);
    assert_eq!(show.longest_wait, 0.0);
}

#[test]
fn a_disk_that_does_nothing_at_all_is_given_up_after_a_while() {
    for speed in [50.0, 0.5] {
        let mut show = Show::new(0.0, 1.0);
        show.render(15.0, speed);
        assert!(show.lost > 10.0, "{speed}: {}", show.lost);
        // As long as the render itself, and once the patience.
        assert!(show.now < 15.0 / speed.min(1.0) + 3.0, "{speed}: {}", show.now);
    }
}

//! The timeline that plays a recording: as fast as it can or by the clock, with hitches, until every take is closed.

use std::time::{Duration, Instant};

use crate::Timeline;
use crate::feed::At;
use crate::progress::Progress;
use crate::session::Session;

/// Between two cooks after Record went off, when the clock does not matter.
const POLL: Duration = Duration::from_millis(1);
/// How long a node may show no progress after Record went off.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a node may be idle, its take not counted as finished, until that take is given up.
const GRACE: Duration = Duration::from_secs(1);

/// The time from Record on to the closed file, and why the take was not finished.
pub(crate) type Finish = (Duration, Option<String>);

/// How the timeline stands to the clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// A cook follows the other.
    Fast,
    /// In step: what is late is not skipped, but made up for.
    Realtime,
    /// Realtime off in a heavy scene: every frame is cooked, and takes its time.
    Speed(f64),
}

/// The timeline and the clock.
pub(crate) struct Player {
    timeline: Timeline,
    fps: f64,
    frame: u64,
    pace: Pace,
    /// Frames of the timeline at which it stalls, and for how many frames.
    hitches: Vec<(u64, u32)>,
    /// Frames of the timeline at which a button is pressed, and its name.
    pulses: Vec<(u64, String)>,
    start: Instant,
}

impl Player {
    pub(crate) fn new(fps: f64, pace: Pace, hitches: &[At]) -> Self {
        let frames = |hitch: &At| {
            let at = (hitch.second * fps).round() as u64;
            let length = (hitch.amount * fps / 1000.0).round() as u32;
            (at, length.max(1))
        };
        Self {
            timeline: Timeline::new(fps),
            fps,
            frame: 0,
            pace,
            hitches: hitches.iter().map(frames).collect(),
            pulses: Vec::new(),
            start: Instant::now(),
        }
    }

    /// Presses buttons at some seconds of the timeline.
    pub(crate) fn with_pulses(mut self, pulses: &[(String, f64)]) -> Self {
        self.pulses = pulses.iter().map(|(name, second)| ((second * self.fps).round() as u64, name.clone())).collect();
        self
    }

    /// Cooks until `length` frames have passed or the source ends.
    pub(crate) fn play(
        &mut self,
        sessions: &mut [Session],
        length: u64,
        progress: &mut Progress,
    ) -> Result<(), String> {
        while self.frame < length {
            let mut frames = 1;
            self.hitches.retain(|&(at, stalled)| {
                let now = at <= self.frame;
                if now {
                    frames = frames.max(stalled);
                }
                !now
            });
            self.pulses.retain(|(at, name)| {
                let now = *at <= self.frame;
                if now {
                    sessions.iter_mut().for_each(|session| session.pulse(name));
                }
                !now
            });
            match self.pace {
                Pace::Fast => {}
                Pace::Realtime => {
                    let due = self.start + Duration::from_secs_f64((self.frame + u64::from(frames)) as f64 / self.fps);
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                }
                Pace::Speed(times) => std::thread::sleep(Duration::from_secs_f64(1.0 / self.fps / times)),
            }
            let ended = self.cook(sessions, frames)?;
            progress.update(self.frame, sessions);
            let failed = |session: &Session| session.dat("state") == "failed";
            if ended || sessions.iter().all(failed) {
                break;
            }
        }
        Ok(())
    }

    fn cook(&mut self, sessions: &mut [Session], frames: u32) -> Result<bool, String> {
        let time = self.timeline.advance(frames);
        self.frame += u64::from(frames);
        let mut ended = false;
        for session in sessions {
            let slice = self.timeline.slice(session.source().rate().into());
            ended |= session.cook(&time, slice.end)?;
        }
        Ok(ended)
    }

    /// Record off, then cooks as TouchDesigner goes on cooking, until each take is closed or given up. Returns for
    /// each node the time that it took since the start, and what went wrong.
    pub(crate) fn finish(&mut self, sessions: &mut [Session], progress: &mut Progress) -> Result<Vec<Finish>, String> {
        let pause = if self.pace == Pace::Realtime { Duration::from_secs_f64(1.0 / self.fps) } else { POLL };
        let mut endings: Vec<Ending> = sessions.iter().map(Ending::new).collect();
        for session in sessions.iter_mut() {
            session.record(false);
        }
        loop {
            self.cook(sessions, 1)?;
            progress.update(self.frame, sessions);
            for (ending, session) in endings.iter_mut().zip(&*sessions) {
                ending.look(session, self.start);
            }
            if endings.iter().all(|ending| ending.result.is_some()) {
                break;
            }
            std::thread::sleep(pause);
        }
        Ok(endings.into_iter().filter_map(|ending| ending.result).collect())
    }
}

/// How a take comes to its end.
struct Ending {
    error: String,
    written: f32,
    moved: Instant,
    result: Option<Finish>,
}

impl Ending {
    fn new(session: &Session) -> Self {
        Self {
            // Record off clears it.
            error: session.last_cook().map_or_else(String::new, |cooked| cooked.error.clone()),
            written: 0.0,
            moved: Instant::now(),
            result: None,
        }
    }

    fn look(&mut self, session: &Session, start: Instant) {
        if self.result.is_some() {
            return;
        }
        if session.info("takes_finished") > 0.0 {
            self.result = Some((start.elapsed(), None));
            return;
        }
        if let Some(cooked) = session.last_cook().filter(|cooked| !cooked.error.is_empty()) {
            self.error.clone_from(&cooked.error);
        }
        let written = session.info("total_samples_written");
        if written != self.written {
            self.written = written;
            self.moved = Instant::now();
        }
        let state = session.dat("state");
        let patience = if matches!(state, "idle" | "failed") { GRACE } else { PATIENCE };
        if self.moved.elapsed() > patience {
            let failure = match self.error.as_str() {
                "" => format!("the take was not finished: the node is {state}"),
                error => error.to_owned(),
            };
            self.result = Some((start.elapsed(), Some(failure)));
        }
    }
}

//! A node on the bench: wired, prepared once, and cooked without the host's own work.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::{Input, Node, NodeOptions, Plugin, Timeline, signal};

/// Frames of a cook: 48 kHz at 60 cooks a second.
pub(super) const FRAMES: usize = 800;
/// Samples a second.
pub(super) const RATE: u32 = 48_000;
/// Cooks a second.
pub(super) const FPS: f64 = 60.0;
/// How long a take may need to be complete.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks at whether it is: the question costs, too.
const POLL: Duration = Duration::from_millis(5);

/// What is recorded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind<'a> {
    /// Item of File Type.
    pub(super) file_type: &'a str,
    /// Item of Codec, where it matters.
    pub(super) codec: &'a str,
}

/// 24-bit WAV.
pub(super) const WAV24: Kind<'static> = Kind { file_type: "wav", codec: "pcm24" };

/// A node that can be cooked.
pub(super) struct Stage {
    pub(super) node: Node,
}

impl Stage {
    /// A node that would record the test signal to `file`, after its first cook.
    pub(super) fn new(plugin: &Plugin, channels: usize, file: &Path, kind: Kind<'_>) -> Result<Self, String> {
        let mut node = Node::create(plugin, &NodeOptions::default());
        node.try_set("Filetype", kind.file_type)?;
        node.try_set("Codec", kind.codec)?;
        node.try_set("File", file)?;
        node.try_set("Uniquesuff", false)?;
        let mut input = Input::new(channels, f64::from(RATE));
        for (channel, samples) in input.channels.iter_mut().enumerate() {
            samples.resize(FRAMES, 0.0);
            signal::fill(channel, 0, RATE, samples);
        }
        input.cooked(0.0);
        node.set_input(Some(input));
        node.prepare(&Timeline::new(FPS).advance(1));
        node.execute();
        Ok(Self { node })
    }

    pub(super) fn record(&mut self, on: bool) {
        self.node.set("Record", on);
    }

    pub(super) fn cook(&mut self) {
        self.node.execute_again();
    }

    /// Record off, and waits until the take is complete.
    ///
    /// # Errors
    /// When it fails or lacks a frame: a measurement of it would mean nothing.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        let error = self.node.error();
        if !error.is_empty() {
            return Err(error);
        }
        self.record(false);
        self.cook();
        let began = Instant::now();
        while self.node.info("takes_finished") == 0.0 {
            let error = self.node.error();
            if !error.is_empty() {
                return Err(error);
            }
            if began.elapsed() > PATIENCE {
                return Err("the take was not finished".to_owned());
            }
            std::thread::sleep(POLL);
        }
        match self.node.info("lost_samples") {
            0.0 => Ok(()),
            lost => Err(format!("{lost} frames were lost")),
        }
    }
}

/// Whether the plugin has this item of File Type.
pub(super) fn offers(plugin: &Plugin, file_type: &str) -> bool {
    let node = Node::create(plugin, &NodeOptions::default());
    node.par("Filetype").is_some_and(|par| par.menu.iter().any(|(name, _)| name == file_type))
}

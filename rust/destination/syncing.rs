//! Asking the disk to keep what it has, beside the writing.
//!
//! A disk that is busy with others can need seconds for that. The writer thread does not wait for it: what would
//! stay in memory meanwhile would be lost with the process.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::take_file::TakeFile;
use crate::faults::{Faults, Point};
use crate::messages::Problem;

/// The disk is asked to keep what it has at least this often; the promise to users is 10 seconds.
const SYNC: Duration = Duration::from_secs(8);

/// How a file is synced: as well as its file system can.
#[derive(Debug, Clone, Default)]
pub(super) struct SyncMode(Arc<AtomicU8>);

impl SyncMode {
    /// `fdatasync`; on macOS F_FULLFSYNC, which the cache of a drive takes part in and many shares refuse; on Windows
    /// FlushFileBuffers.
    const FULL: u8 = 0;
    /// `fsync`.
    const PLAIN: u8 = 1;
    /// Not at all.
    const OFF: u8 = 2;

    pub(super) fn sync(&self, file: &File) -> io::Result<()> {
        match self.0.load(Ordering::Relaxed) {
            Self::FULL => file.sync_data(),
            #[cfg(unix)]
            Self::PLAIN => Ok(rustix::fs::fsync(file)?),
            _ => Ok(()),
        }
    }

    /// The file system cannot do what it was asked for: it is asked for less.
    pub(super) fn step_down(&self) {
        let next = if self.0.load(Ordering::Relaxed) == Self::FULL && cfg!(unix) { Self::PLAIN } else { Self::OFF };
        self.0.store(next, Ordering::Relaxed);
    }

    pub(super) fn is_off(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::OFF
    }
}

/// The syncing of one file.
///
/// Dropped, it waits for the thread: its code must stay loaded, and the file is not closed before.
pub(crate) struct Syncing {
    began: Instant,
    running: Option<JoinHandle<Result<(), Problem>>>,
    faults: Arc<Faults>,
}

impl Syncing {
    /// The next one is due after [`SYNC`].
    pub(crate) fn new(faults: Arc<Faults>) -> Self {
        Self { began: Instant::now(), running: None, faults }
    }

    /// Starts the next one when its time has come and the one before is done.
    ///
    /// # Errors
    /// What the disk refused to keep.
    pub(crate) fn go_on(&mut self, file: &TakeFile) -> Result<(), Problem> {
        if self.running.as_ref().is_some_and(JoinHandle::is_finished) {
            self.wait()?;
        }
        if self.running.is_some() || self.began.elapsed() < SYNC {
            return Ok(());
        }
        self.began = Instant::now();
        let faults = Arc::clone(&self.faults);
        let sync = file.try_clone().and_then(|file| {
            Builder::new().name("afop-sync".into()).spawn(move || {
                faults.pass(Point::Sync);
                file.sync()
            })
        });
        match sync {
            Ok(running) => self.running = Some(running),
            // The system gives no handle or no thread: then the writing waits.
            Err(_) => file.sync()?,
        }
        Ok(())
    }

    /// Waits for the one that is running.
    ///
    /// # Errors
    /// What the disk refused to keep.
    pub(crate) fn wait(&mut self) -> Result<(), Problem> {
        match self.running.take().map(JoinHandle::join) {
            Some(Err(panic)) => Err(Problem::internal(&*panic)),
            Some(Ok(synced)) => synced,
            None => Ok(()),
        }
    }
}

impl Drop for Syncing {
    fn drop(&mut self) {
        // Whoever wanted to know has asked before.
        let _ = self.wait();
    }
}

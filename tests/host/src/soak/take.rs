//! The take that a node records, and what is done to its files.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::ledger::Ledger;
use super::plan::{Fault, Plan};
use super::verdict::{Ended, files, protect};
use crate::random::Random;

/// What stands in a file that somebody else holds.
const FOREIGN: &str = "not ours";

/// A file of somebody else, who holds it.
pub(super) type Locked = (File, PathBuf);

/// The take that is recorded.
pub(super) struct Take {
    pub(super) plan: Plan,
    pub(super) folder: PathBuf,
    pub(super) ledger: Ledger,
    pub(super) began: u64,
    /// The error with which it ended.
    pub(super) error: String,
    /// An error that was shown while it went on.
    pub(super) noted: String,
    pub(super) refused: bool,
    pub(super) unsure: u64,
    pub(super) gap: u64,
    pub(super) lost: u64,
    pub(super) hit: Option<Fault>,
    /// What is refused is allowed again at this cook.
    pub(super) allowed_at: u64,
    pub(super) locked: Option<Locked>,
}

impl Take {
    /// A take that begins at this cook.
    pub(super) fn new(plan: Plan, folder: PathBuf, ledger: Ledger, began: u64, locked: Option<Locked>) -> Self {
        Self {
            plan,
            folder,
            ledger,
            began,
            error: String::new(),
            noted: String::new(),
            refused: false,
            unsure: 0,
            gap: 0,
            lost: 0,
            hit: None,
            allowed_at: 0,
            locked,
        }
    }

    /// Record is off, or the node is gone.
    pub(super) fn over(self, number: usize) -> Ended {
        let fault = self.plan.fault.map(|(fault, _)| fault);
        if self.hit == Some(Fault::Refused) {
            // Before the node is asked to complete its files, or while it does so.
            allow(&self.folder);
        }
        let harmed = self.locked.as_ref().filter(|(_, path)| fs::read_to_string(path).ok().as_deref() != Some(FOREIGN));
        Ended {
            name: format!("take {number}"),
            folder: self.folder,
            file_type: self.plan.file_type,
            is_split: self.plan.split != "off",
            ledger: self.ledger,
            fault: fault.map(|fault| format!("{fault:?}")),
            harm: harmed.map(|(_, path)| format!("{} was locked and is no longer what it was", path.display())),
            taken_away: fault.is_some_and(Fault::takes_away),
            finished: false,
            error: self.error,
            noted: self.noted,
            refused: self.refused,
            unsure: self.unsure,
            gap_reported: self.gap,
            lost: self.lost,
            lost_at_the_end: None,
            written_reported: None,
        }
    }
}

/// Makes the faults that come before the take begins. Returns what File is to be.
pub(super) fn prepare(plan: &Plan, folder: &Path, suffixed: bool) -> io::Result<(PathBuf, Option<Locked>)> {
    match plan.fault {
        Some((Fault::Locked, _)) => {
            let path = folder.join(format!("rec.{}", plan.file_type));
            fs::create_dir_all(folder)?;
            fs::write(&path, FOREIGN)?;
            let file = File::open(&path)?;
            file.lock()?;
            return Ok((path.clone(), Some((file, path))));
        }
        Some((Fault::NoFolder, _)) => fs::write(folder, FOREIGN)?,
        _ => {}
    }
    let name = if suffixed { "rec{suffix}".to_owned() } else { format!("rec.0.{}", plan.file_type) };
    Ok((folder.join(name), None))
}

/// Makes a fault that comes in mid-take; false when there is nothing to strike yet.
pub(super) fn strike(fault: Fault, folder: &Path, random: &mut Random) -> bool {
    // The last part is the one that is written.
    let Some(file) = files(folder).pop() else { return false };
    match fault {
        Fault::Deleted => fs::remove_file(file).is_ok(),
        Fault::Renamed => {
            // Recognised by its number as the same part of the take.
            let name = file.file_name().unwrap_or_default().to_string_lossy().replace("rec", "moved");
            fs::rename(&file, folder.join(name)).is_ok()
        }
        Fault::FolderRemoved => fs::remove_dir_all(folder).is_ok(),
        Fault::FolderReadOnly => protect(folder, true),
        Fault::Refused => refuse(folder, random).is_ok(),
        _ => false,
    }
}

/// The file that says which operations on files of its folder are refused: see `rust/faults.rs`.
const ORDERS: &str = "faults";

/// From now on the system refuses some operations on files of the folder, with errors that pass.
fn refuse(folder: &Path, random: &mut Random) -> io::Result<()> {
    let operations = ["open", "lock", "begin", "write", "write", "header", "truncate", "sync", "close"];
    // EIO, EACCES, EBUSY, ENOSPC, EROFS, and what Windows calls a disk that is full or not ready.
    let numbers: &[i32] = if cfg!(windows) { &[5, 21, 112] } else { &[5, 13, 16, 28, 30] };
    let orders: String =
        (0..random.between(1, 3)).map(|_| format!("{} {}\n", random.pick(&operations), random.pick(numbers))).collect();
    // In one step: it is read at every operation.
    let draft = folder.join("drafted");
    fs::write(&draft, orders)?;
    fs::rename(draft, folder.join(ORDERS))
}

/// Nothing is refused any more.
pub(super) fn allow(folder: &Path) {
    // Fails when it was done before.
    let _ = fs::remove_file(folder.join(ORDERS));
}

//! Opening and locking: from a path to a file that nobody else writes to.
//!
//! Elsewhere than on Windows the lock is `flock`'s: it belongs to the open file, so two nodes of one process
//! exclude each other like two programs, and it goes with the file, however the process ends. On Windows the
//! share mode does the same, and keeps other programs from deleting or renaming the file as well.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::destination::holders::holders;
use crate::destination::open_names::OpenName;
#[cfg(unix)]
use crate::destination::refusals::{self, Verdict};
use crate::destination::take_file::{TakeFile, is_at, read_at, unlock, write_all_at};
use crate::faults;
use crate::messages::{FileOp, Problem, Warning};

/// How often an opening starts over because somebody moved or deleted the file in between.
const ATTEMPTS: u32 = 16;

/// An open, locked file whose former contents still stand.
///
/// Dropped before [`Held::start`] succeeds, it leaves no trace: a file or folder that was not there before is
/// removed again.
pub(crate) struct Held {
    /// `None` once the take has it.
    file: Option<File>,
    path: PathBuf,
    /// Whether the file was not there before.
    created: bool,
    folders: NewFolders,
    locked: bool,
    name: Option<OpenName>,
}

impl Held {
    /// `None` when another node has the file open under another spelling of its name.
    fn new(file: File, path: &Path, created: bool, folders: NewFolders, locked: bool) -> Option<Self> {
        let name = OpenName::new(path);
        let is_taken = name.is_taken();
        let held = Self { file: Some(file), path: path.to_owned(), created, folders, locked, name: Some(name) };
        (!is_taken).then_some(held)
    }

    #[cfg(test)]
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What the user should know about the lock.
    pub(crate) fn warning(&self) -> Option<Warning> {
        (!self.locked).then(|| Warning::NotLocked { path: self.path.clone() })
    }

    /// Replaces whatever the file holds by `header` and `silence`: see [`TakeFile::begun`].
    ///
    /// # Errors
    /// The disk's refusal; what the file held before then stands unharmed.
    pub(crate) fn start(mut self, header: &[u8], silence: &[u8]) -> Result<TakeFile, Problem> {
        if let Some(file) = &self.file {
            // In one write: no kill comes between them.
            let beginning = [header, silence].concat();
            let refused = |cause| Problem::io(FileOp::Begin, &self.path, cause);
            faults::system("begin", &self.path).map_err(refused)?;
            match beside(file, &self.path, &beginning).map_err(refused)? {
                Some(new) => self.file = Some(new),
                None => lay(file, &beginning).map_err(refused)?,
            }
        }
        let file = self.file.take().expect("only start and drop take the file");
        self.folders.keep();
        let (path, name) = (self.path.clone(), self.name.take());
        Ok(TakeFile::begun(file, path, name, header.len() as u64, silence.len() as u64))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else { return };
        if !(self.created && is_at(&file, &self.path)) {
            return unlock(&file);
        }
        // Windows removes a file only after it is closed; elsewhere the lock keeps others out until it is gone.
        #[cfg(windows)]
        drop(file);
        // A file that stays is empty and harms nobody, and there is nobody to tell.
        let _ = fs::remove_file(&self.path);
        #[cfg(unix)]
        unlock(&file);
    }
}

/// Writes `bytes` to a new file beside `former`, which has contents, and lets it take its place and its lock: at every
/// moment either stands there whole. Between a new header and the cut of what stood behind it, an OGG file would hold
/// parts of both.
///
/// `None` where that is not possible: nothing has changed then. On Windows a file that is open is not replaced.
///
/// # Errors
/// When the disk has no room for `bytes`; the former contents stand.
#[cfg(unix)]
fn beside(former: &File, path: &Path, bytes: &[u8]) -> io::Result<Option<File>> {
    use std::os::unix::fs::MetadataExt;

    use crate::destination::names::cut;

    let found = former.metadata()?;
    // Other names of the file would keep what it held.
    if found.len() == 0 || found.nlink() > 1 {
        return Ok(None);
    }
    // A link to it stays a link.
    let Ok(path) = fs::canonicalize(path) else { return Ok(None) };
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
    let new_path = path.with_file_name(format!(".{}.new", cut(name, 240)));
    // One that a kill has left behind is used again.
    let Ok(new) = options().create(true).truncate(true).open(&new_path) else { return Ok(None) };
    let outcome = match lock(&new, &new_path) {
        Ok(_) if is_at(&new, &new_path) => write_all_at(&new, bytes, 0).map(|()| {
            let likened = new.set_permissions(found.permissions()).is_ok();
            likened && fs::rename(&new_path, &path).is_ok()
        }),
        // Another node is about to do the same.
        _ => return Ok(None),
    };
    if !matches!(outcome, Ok(true)) {
        let _ = fs::remove_file(&new_path);
    }
    outcome.map(|replaced| replaced.then_some(new))
}

#[cfg(windows)]
fn beside(_former: &File, _path: &Path, _bytes: &[u8]) -> io::Result<Option<File>> {
    Ok(None)
}

/// Overwrites the beginning first and cuts the rest off only when that has worked: the other way round a disk
/// that refuses the bytes would have cost the former contents.
fn lay(file: &File, bytes: &[u8]) -> io::Result<()> {
    let former = file.metadata()?.len();
    let mut beginning = vec![0; bytes.len().min(usize::try_from(former).unwrap_or(usize::MAX))];
    let kept = read_at(file, &mut beginning)?;
    beginning.truncate(kept);
    write_all_at(file, bytes, 0).and_then(|()| file.set_len(bytes.len() as u64)).inspect_err(|_| {
        // The first failure is the one to report.
        let _ = write_all_at(file, &beginning, 0);
        let _ = file.set_len(former);
    })
}

/// Creates `path`, missing folders included, and locks it. `None`: the name is taken.
pub(crate) fn create(path: &Path) -> Result<Option<Held>, Problem> {
    let mut folders = NewFolders::default();
    for attempt in 0..ATTEMPTS {
        let file = match faults::system("open", path).and_then(|()| options().create_new(true).open(path)) {
            Ok(file) => file,
            // More than once, since another node that failed may be cleaning up the same folders.
            Err(cause) if cause.kind() == ErrorKind::NotFound && attempt < 3 => {
                folders.create(path)?;
                continue;
            }
            Err(cause) if cause.kind() == ErrorKind::AlreadyExists || fs::symlink_metadata(path).is_ok() => {
                return Ok(None);
            }
            Err(cause) => {
                let op = if path.parent().is_some_and(Path::is_dir) { FileOp::OpenInFolder } else { FileOp::Open };
                return Err(Problem::io(op, path, cause));
            }
        };
        let locked = match lock(&file, path) {
            Ok(locked) => locked,
            // Somebody was faster between the creation and the lock, and has the better claim to the name.
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(cause) => {
                drop(Held::new(file, path, true, folders, false));
                return Err(Problem::io(FileOp::Lock, path, cause));
            }
        };
        if is_where_it_was(&file, path) {
            return Ok(Held::new(file, path, true, folders, locked));
        }
    }
    Err(Problem::KeepsMoving { path: path.to_owned() })
}

/// Opens `path`, or creates it when it is missing, and locks it.
///
/// # Errors
/// Among others [`Problem::Locked`], when another program or node holds it; it is then left as it is.
pub(crate) fn replace(path: &Path) -> Result<Held, Problem> {
    for _ in 0..ATTEMPTS {
        if let Some(held) = create(path)? {
            return Ok(held);
        }
        // Before it is opened: opening a pipe can wait for ever, and opening a device can do anything.
        if let Ok(found) = fs::metadata(path) {
            plain(&found, path)?;
        }
        // `create` is for a link whose target is missing; the name itself is taken.
        let file = match options().create(true).truncate(false).open(path) {
            Ok(file) => file,
            Err(cause) if in_use(&cause) => return Err(locked_by_others(path)),
            Err(cause) => return Err(Problem::io(FileOp::Open, path, cause)),
        };
        plain(&file.metadata().map_err(|cause| Problem::io(FileOp::Open, path, cause))?, path)?;
        let locked = match lock(&file, path) {
            Ok(locked) => locked,
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => {
                return Err(locked_by_others(path));
            }
            Err(cause) => return Err(Problem::io(FileOp::Lock, path, cause)),
        };
        if is_where_it_was(&file, path) {
            let held = Held::new(file, path, false, NewFolders::default(), locked);
            return held.ok_or_else(|| Problem::locked(path, &[], true));
        }
    }
    Err(Problem::KeepsMoving { path: path.to_owned() })
}

fn locked_by_others(path: &Path) -> Problem {
    let (programs, this_process) = holders(path);
    Problem::locked(path, &programs, this_process)
}

/// Whether nobody has moved or removed the file since it was opened.
fn is_where_it_was(file: &File, path: &Path) -> bool {
    is_at(file, path) && !faults::ordered(&path.to_string_lossy(), "fail-moving")
}

fn plain(found: &fs::Metadata, path: &Path) -> Result<(), Problem> {
    if found.is_dir() {
        return Err(Problem::IsFolder { path: path.to_owned() });
    }
    if !found.is_file() {
        return Err(Problem::NotAFile { path: path.to_owned() });
    }
    Ok(())
}

pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // Reading too: some network file systems lock only what can be read and written.
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A pipe that took the place of the file after it was looked at must not make the opening wait.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        const FILE_SHARE_READ: u32 = 1;
        options.share_mode(FILE_SHARE_READ);
    }
    options
}

/// Whether the file is locked now: a file system without locks is no reason to lose a take.
#[cfg(unix)]
pub(super) fn lock(file: &File, path: &Path) -> io::Result<bool> {
    use std::fs::TryLockError;

    match faults::system("lock", path).map_err(TryLockError::Error).and_then(|()| file.try_lock()) {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(cause)) => match refusals::verdict(FileOp::Lock, &cause, 0) {
            Verdict::DoWithout => Ok(false),
            _ => Err(cause),
        },
    }
}

/// The share mode has locked it already; a lock on top would keep readers out.
#[cfg(windows)]
pub(super) fn lock(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Whether a file could not be opened because somebody else has it open: on Windows by its share mode,
/// elsewhere by a lease.
fn in_use(cause: &io::Error) -> bool {
    // SHARING_VIOLATION, LOCK_VIOLATION
    cause.kind() == ErrorKind::WouldBlock || cfg!(windows) && matches!(cause.raw_os_error(), Some(32 | 33))
}

/// Folders that were made for a file; dropped, those that are empty are removed again.
#[derive(Default)]
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    /// Makes what is missing of the folders above `path`.
    fn create(&mut self, path: &Path) -> Result<(), Problem> {
        let Some(folder) = path.parent() else { return Ok(()) };
        let missing = folder.ancestors().take_while(|folder| fs::symlink_metadata(folder).is_err());
        self.0.extend(missing.map(Path::to_owned));
        let created = faults::system("folder", folder).and_then(|()| fs::create_dir_all(folder));
        created.map_err(|cause| Problem::io(FileOp::CreateFolder, folder, cause))
    }

    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // Fails when somebody has put something into it meanwhile, as it should.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests;

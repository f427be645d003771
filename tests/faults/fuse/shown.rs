//! The process that serves: it answers the kernel.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation, INodeNo, LockOwner,
    OpenFlags, RenameFlags, ReplyAttr, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs,
    ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use rustix::fs::statvfs;

/// What the file system shows: a folder elsewhere, in its own way.
pub(super) struct Shown {
    root: PathBuf,
    order: PathBuf,
    careless: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The path of each inode, by its number less one, as it was first spelled.
    paths: Vec<PathBuf>,
    open: HashMap<u64, File>,
    opened: u64,
}

/// The kernel is to keep nothing in mind.
const FORGET_AT_ONCE: Duration = Duration::ZERO;

impl Shown {
    /// What is in `behind` below `folder`, as `order` there says.
    pub(super) fn new(folder: &Path, careless: bool) -> Self {
        let state = Mutex::new(State { paths: vec![PathBuf::new()], ..State::default() });
        Self { root: folder.join("behind"), order: folder.join("order"), careless, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    /// The path of `name`, as it is spelled, in the folder `parent`.
    fn path(&self, parent: INodeNo, name: &OsStr) -> PathBuf {
        self.state().paths[parent.0 as usize - 1].join(name)
    }

    fn path_of(&self, inode: INodeNo) -> PathBuf {
        self.state().paths[inode.0 as usize - 1].clone()
    }

    /// Where the contents of `path` are.
    fn behind(&self, path: &Path) -> PathBuf {
        path.iter().fold(self.root.clone(), |folder, name| {
            let means = |found: &fs::DirEntry| found.file_name().eq_ignore_ascii_case(name);
            let found = || fs::read_dir(&folder).into_iter().flatten().flatten().find(means);
            let found = self.careless.then(found).flatten();
            found.map_or_else(|| folder.join(name), |found| found.path())
        })
    }

    /// What the kernel is told of `path`.
    fn attributes(&self, path: &Path) -> io::Result<FileAttr> {
        let found = fs::symlink_metadata(self.behind(path))?;
        let mut state = self.state();
        let known = state.paths.iter().position(|known| known == path);
        let index = known.unwrap_or_else(|| {
            state.paths.push(path.to_owned());
            state.paths.len() - 1
        });
        let time = found.modified()?;
        Ok(FileAttr {
            ino: INodeNo(index as u64 + 1),
            size: found.len(),
            blocks: found.blocks(),
            atime: time,
            mtime: time,
            ctime: time,
            crtime: time,
            kind: if found.is_dir() { FileType::Directory } else { FileType::RegularFile },
            perm: (found.mode() & 0o7777) as u16,
            nlink: found.nlink() as u32,
            uid: found.uid(),
            gid: found.gid(),
            rdev: 0,
            blksize: 4096,
            flags: 0,
        })
    }

    fn enter(&self, path: &Path, made: io::Result<()>, reply: ReplyEntry) {
        match made.and_then(|()| self.attributes(path)) {
            Ok(found) => reply.entry(&FORGET_AT_ONCE, &found, Generation(0)),
            Err(error) => reply.error(error.into()),
        }
    }

    /// How much of `data` is written, as it was ordered.
    fn write(&self, handle: FileHandle, data: &[u8], offset: u64) -> io::Result<usize> {
        let order = fs::read_to_string(&self.order).unwrap_or_default();
        let number = |what| order.strip_prefix(what)?.trim().parse::<u64>().ok();
        if let Some(number) = number("fail ") {
            return Err(io::Error::from_raw_os_error(number as i32));
        }
        thread::sleep(Duration::from_millis(number("slow ").unwrap_or(0)));
        let most = number("short ").map_or(data.len(), |most| (most as usize).min(data.len()));
        self.state().open[&handle.0].write_at(&data[..most], offset)
    }
}

fn answer(outcome: io::Result<()>, reply: ReplyEmpty) {
    match outcome {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(error.into()),
    }
}

impl Filesystem for Shown {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        self.enter(&self.path(parent, name), Ok(()), reply);
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(&self.path_of(inode)) {
            Ok(found) => reply.attr(&FORGET_AT_ONCE, &found),
            Err(error) => reply.error(error.into()),
        }
    }

    fn setattr(
        &self,
        request: &Request,
        inode: INodeNo,
        _mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        _mtime: Option<TimeOrNow>,
        _ctime: Option<std::time::SystemTime>,
        handle: Option<FileHandle>,
        _crtime: Option<std::time::SystemTime>,
        _chgtime: Option<std::time::SystemTime>,
        _bkuptime: Option<std::time::SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let behind = self.behind(&self.path_of(inode));
        let cut = |size| OpenOptions::new().write(true).open(behind).and_then(|file| file.set_len(size));
        match size.map_or(Ok(()), cut) {
            Ok(()) => self.getattr(request, inode, handle, reply),
            Err(error) => reply.error(error.into()),
        }
    }

    fn mknod(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, _: u32, reply: ReplyEntry) {
        let path = self.path(parent, name);
        self.enter(&path, File::create_new(self.behind(&path)).map(drop), reply);
    }

    fn mkdir(&self, _: &Request, parent: INodeNo, name: &OsStr, _: u32, _: u32, reply: ReplyEntry) {
        let path = self.path(parent, name);
        self.enter(&path, fs::create_dir(self.behind(&path)), reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(fs::remove_file(self.behind(&self.path(parent, name))), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        answer(fs::remove_dir(self.behind(&self.path(parent, name))), reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        _: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let (path, new) = (self.path(parent, name), self.path(new_parent, new_name));
        let renamed = fs::rename(self.behind(&path), self.behind(&new));
        if renamed.is_ok() {
            // The inode goes with the file; that of the one which stood there before has no name any more.
            for known in &mut self.state().paths {
                match () {
                    () if *known == new => *known = PathBuf::from("/nowhere"),
                    () if *known == path => known.clone_from(&new),
                    () => {}
                }
            }
        }
        answer(renamed, reply);
    }

    fn open(&self, _: &Request, inode: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let behind = self.behind(&self.path_of(inode));
        match OpenOptions::new().read(true).write(true).open(behind) {
            Ok(file) => {
                let mut state = self.state();
                state.opened += 1;
                let number = state.opened;
                state.open.insert(number, file);
                reply.opened(FileHandle(number), FopenFlags::empty());
            }
            Err(error) => reply.error(error.into()),
        }
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let mut bytes = vec![0; size as usize];
        match self.state().open[&handle.0].read_at(&mut bytes, offset) {
            Ok(read) => reply.data(&bytes[..read]),
            Err(error) => reply.error(error.into()),
        }
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        match self.write(handle, data, offset) {
            Ok(written) => reply.written(written as u32),
            Err(error) => reply.error(error.into()),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn release(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        self.state().open.remove(&handle.0);
        reply.ok();
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    fn readdir(&self, _: &Request, inode: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let folder = self.path_of(inode);
        let entries = fs::read_dir(self.behind(&folder)).into_iter().flatten().flatten();
        for (index, entry) in entries.enumerate().skip(offset as usize) {
            let Ok(found) = self.attributes(&folder.join(entry.file_name())) else { continue };
            if reply.add(found.ino, index as u64 + 1, found.kind, entry.file_name()) {
                break;
            }
        }
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        match statvfs(&self.root) {
            Ok(found) => reply.statfs(
                found.f_blocks,
                found.f_bfree,
                found.f_bavail,
                found.f_files,
                found.f_ffree,
                found.f_bsize as u32,
                255,
                found.f_frsize as u32,
            ),
            Err(_) => reply.error(Errno::EIO),
        }
    }
}

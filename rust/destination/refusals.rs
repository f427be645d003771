//! What to do when a system refuses an operation on a file: wait, go on in another file, do without, or end the take.
//!
//! Whatever is not in [`TABLE`] is worth waiting for: a full disk gets room, a network comes back, a scanner lets go of
//! the file. Only what no waiting can mend ends a take before its user does.

use std::io::{Error, ErrorKind};

use crate::messages::{FileOp, Problem};

/// A system with error numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Linux,
    MacOs,
    Windows,
}

const HERE: System = if cfg!(windows) {
    System::Windows
} else if cfg!(target_os = "macos") {
    System::MacOs
} else {
    System::Linux
};

/// What a refusal means for the take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is tried again.
    Wait,
    /// This file takes no more: the take goes on in another one.
    NextPart,
    /// The disk cannot do this at all, and the take does without.
    DoWithout,
    /// The user must change something.
    GiveUp,
}

const STARTING: &[FileOp] = &[FileOp::Open, FileOp::OpenInFolder, FileOp::CreateFolder];
const WRITING: &[FileOp] = &[FileOp::Begin, FileOp::Write, FileOp::UpdateHeader];

/// THE table: which error numbers of which operations on which system are not worth waiting for.
///
/// errno.h of Linux (asm-generic) and of Darwin, winerror.h.
const TABLE: &[(&[FileOp], System, &[i32], Verdict)] = &[
    // ENOLCK, ENOSYS, EOPNOTSUPP
    (&[FileOp::Lock], System::Linux, &[37, 38, 95], Verdict::DoWithout),
    // ENOTSUP, ENOLCK, ENOSYS, EOPNOTSUPP
    (&[FileOp::Lock], System::MacOs, &[45, 77, 78, 102], Verdict::DoWithout),
    // EINVAL, ENOSYS, EOPNOTSUPP
    (&[FileOp::Sync], System::Linux, &[22, 38, 95], Verdict::DoWithout),
    // EINVAL, ENOTTY, ENOTSUP, ENOSYS, EOPNOTSUPP: what SMB shares and FUSE answer to F_FULLFSYNC
    (&[FileOp::Sync], System::MacOs, &[22, 25, 45, 78, 102], Verdict::DoWithout),
    // INVALID_FUNCTION, NOT_SUPPORTED, INVALID_PARAMETER
    (&[FileOp::Sync], System::Windows, &[1, 50, 87], Verdict::DoWithout),
    // EFBIG
    (WRITING, System::Linux, &[27], Verdict::NextPart),
    (WRITING, System::MacOs, &[27], Verdict::NextPart),
    // FILE_TOO_LARGE
    (WRITING, System::Windows, &[223], Verdict::NextPart),
    // EEXIST, ENOTDIR, EISDIR, EINVAL, ENAMETOOLONG, ELOOP, EILSEQ
    (STARTING, System::Linux, &[17, 20, 21, 22, 36, 40, 84], Verdict::GiveUp),
    (STARTING, System::MacOs, &[17, 20, 21, 22, 63, 62, 92], Verdict::GiveUp),
    // INVALID_NAME, BAD_PATHNAME, FILENAME_EXCED_RANGE, DIRECTORY, CANT_RESOLVE_FILENAME, ALREADY_EXISTS
    (STARTING, System::Windows, &[123, 161, 206, 267, 1921, 183], Verdict::GiveUp),
];

/// Windows says "disk full" of a file on FAT32 that has come to 4 GiB - 1, whatever room there is.
const DISK_FULL: i32 = 112;
const FAT32_LIMIT: u64 = u32::MAX as u64;

/// What the refusal of `op` means, for a file that has `len` bytes.
pub(super) fn verdict(op: FileOp, cause: &Error, len: u64) -> Verdict {
    // A sign in the name that the disk forbids, or a program that protects the folder.
    if cause.kind() == ErrorKind::NotFound && op == FileOp::OpenInFolder {
        return Verdict::GiveUp;
    }
    if cause.kind() == ErrorKind::Unsupported && matches!(op, FileOp::Lock | FileOp::Sync) {
        return Verdict::DoWithout;
    }
    cause.raw_os_error().map_or(Verdict::Wait, |number| looked_up(HERE, op, number, len))
}

fn looked_up(system: System, op: FileOp, number: i32, len: u64) -> Verdict {
    if system == System::Windows && number == DISK_FULL && len + 1024 * 1024 > FAT32_LIMIT && len <= FAT32_LIMIT {
        return Verdict::NextPart;
    }
    let row =
        TABLE.iter().find(|(ops, on, numbers, _)| *on == system && ops.contains(&op) && numbers.contains(&number));
    row.map_or(Verdict::Wait, |row| row.3)
}

/// What a problem with a file of `len` bytes means for its take.
pub(super) fn of(problem: &Problem, len: u64) -> Verdict {
    match problem {
        Problem::Io { op, cause, .. } => verdict(*op, cause, len),
        Problem::Locked { .. } | Problem::KeepsMoving { .. } => Verdict::Wait,
        Problem::Deleted { .. } | Problem::CameBack { .. } => Verdict::NextPart,
        _ => Verdict::GiveUp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_does_without_what_its_shares_cannot() {
        for (system, op, number) in [
            (System::MacOs, FileOp::Lock, 45),
            (System::MacOs, FileOp::Lock, 102),
            (System::MacOs, FileOp::Sync, 45),
            (System::MacOs, FileOp::Sync, 22),
            (System::Linux, FileOp::Lock, 95),
            (System::Linux, FileOp::Sync, 22),
            (System::Windows, FileOp::Sync, 50),
        ] {
            assert_eq!(looked_up(system, op, number, 0), Verdict::DoWithout, "{system:?}, {op:?}, {number}");
        }
    }

    #[test]
    fn what_can_pass_is_waited_for() {
        for (system, numbers) in [
            // EPERM, ENOENT, EIO, ENXIO, EAGAIN, ENOMEM, EACCES, EBUSY, ENODEV, EMFILE, ETXTBSY, ENOSPC, EROFS, ENETDOWN,
            // ETIMEDOUT, ESTALE, EDQUOT
            (System::Linux, [1, 2, 5, 6, 11, 12, 13, 16, 19, 24, 26, 28, 30, 100, 110, 116, 122]),
            (System::MacOs, [1, 2, 5, 6, 35, 12, 13, 16, 19, 24, 26, 28, 30, 50, 60, 70, 69]),
            // ACCESS_DENIED, PATH_NOT_FOUND, SHARING_VIOLATION, LOCK_VIOLATION, DISK_FULL, BAD_NETPATH...
            (System::Windows, [5, 3, 32, 33, 112, 39, 53, 59, 64, 121, 21, 19, 23, 1117, 1167, 4, 1295]),
        ] {
            for op in [FileOp::Open, FileOp::Write, FileOp::UpdateHeader] {
                for number in numbers {
                    assert_eq!(looked_up(system, op, number, 0), Verdict::Wait, "{system:?}, {op:?}, {number}");
                }
            }
        }
    }

    #[test]
    fn a_file_at_its_limit_goes_on_in_the_next_part() {
        for (system, number) in [(System::Linux, 27), (System::MacOs, 27), (System::Windows, 223)] {
            assert_eq!(looked_up(system, FileOp::Write, number, 0), Verdict::NextPart);
        }
        let full_at = |len| looked_up(System::Windows, FileOp::Write, 112, len);
        assert_eq!(full_at((4 << 30) - 1), Verdict::NextPart);
        assert_eq!(full_at((4 << 30) - 2000), Verdict::NextPart);
        assert_eq!(full_at(3 << 30), Verdict::Wait);
        assert_eq!(full_at(5 << 30), Verdict::Wait);
    }

    #[test]
    fn a_name_that_no_disk_takes_ends_the_take() {
        for (system, number) in [(System::Linux, 36), (System::MacOs, 63), (System::Windows, 123), (System::MacOs, 62)]
        {
            assert_eq!(looked_up(system, FileOp::Open, number, 0), Verdict::GiveUp);
        }
    }
}

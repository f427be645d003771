//! A failed file operation in plain words: what is wrong, what that means for the file, and what helps.

use std::io::{Error, ErrorKind};
use std::path::Path;

use super::problem::{FileOp, shown};
use super::refusal::Refusal;

/// The sentence for `cause`, which ended a take when it came up while `op` something to `path`.
pub(crate) fn io_sentence(op: FileOp, path: &Path, cause: &Error) -> String {
    let Words { wrong, mend, elsewhere } = explain(op, cause);
    let path = shown(path);
    let meaning = match op {
        FileOp::Open | FileOp::OpenInFolder => format!("{path} could not be opened"),
        FileOp::CreateFolder => format!("the folder {path} could not be created"),
        FileOp::Lock => format!("{path} could not be locked against other programs"),
        FileOp::Begin => format!("nothing is recorded to {path}, and it is as it was before"),
        FileOp::Write => format!("{path} ends after what is already in it"),
        FileOp::UpdateHeader => format!("the header of {path} may not know its last seconds"),
        FileOp::Sync => format!("{path} may not be safe on the disk yet"),
        FileOp::Close => format!("{path} may not be whole"),
    };
    let remedy = [mend, elsewhere].into_iter().filter(|remedy| !remedy.is_empty()).collect::<Vec<_>>().join(" or ");
    format!("{wrong}, so {meaning}: {remedy}, then switch Record off, and on again a frame later.")
}

/// What is shown of `cause` while `op` is tried again.
pub(super) fn io_refusal(op: FileOp, path: &Path, cause: &Error) -> Refusal {
    let Words { wrong, mend, elsewhere } = explain(op, cause);
    let path = shown(path);
    let meaning = match op {
        FileOp::Open | FileOp::OpenInFolder => format!("{path} cannot be opened"),
        FileOp::CreateFolder => format!("the folder {path} cannot be created"),
        FileOp::Lock => format!("{path} cannot be locked against other programs"),
        FileOp::Begin => format!("{path} cannot be begun"),
        FileOp::Write => format!("{path} cannot be written"),
        FileOp::UpdateHeader => format!("the header of {path} cannot be updated"),
        FileOp::Sync => format!("{path} cannot be kept safe"),
        FileOp::Close => format!("{path} cannot be closed"),
    };
    let remedy = match (mend, elsewhere) {
        ("", "") => "check the drive, and recording goes on by itself".to_owned(),
        (mend, "") => format!("{mend}, and recording goes on by itself"),
        ("", elsewhere) => format!("{elsewhere}, then switch Record off, and on again a frame later"),
        (mend, elsewhere) => format!(
            "{mend}, and recording goes on by itself, or {elsewhere}, then switch Record off, and on again a frame later"
        ),
    };
    Refusal { cause: wrong, meaning, remedy, is_lock: false }
}

/// A failed file operation in plain words.
struct Words {
    wrong: String,
    /// What makes the operation work.
    mend: &'static str,
    /// What makes another take work.
    elsewhere: &'static str,
}

/// What is wrong, and what helps.
fn explain(op: FileOp, cause: &Error) -> Words {
    let starting = matches!(op, FileOp::Open | FileOp::OpenInFolder | FileOp::CreateFolder);
    if op == FileOp::OpenInFolder && cause.kind() == ErrorKind::NotFound {
        let wrong = "The folder is there, but the system takes no file of this name in it".to_owned();
        return Words {
            wrong,
            mend: "let TouchDesigner through the protection of folders (on Windows, Controlled Folder Access)",
            elsewhere: "leave signs such as a colon or a question mark out of File",
        };
    }
    let (wrong, mend, elsewhere) = match cause.kind() {
        ErrorKind::StorageFull | ErrorKind::WriteZero => ("The disk is full", "free some space", ""),
        ErrorKind::QuotaExceeded => ("The disk quota is used up", "free some space", ""),
        ErrorKind::FileTooLarge => {
            ("The file is as large as this disk allows", "", "record to a disk with a newer file system")
        }
        ErrorKind::PermissionDenied if cfg!(target_os = "macos") && cause.raw_os_error() == Some(EPERM) => PRIVATE,
        ErrorKind::PermissionDenied => {
            ("Permission is denied", "change the permissions", "choose a place where this user may write")
        }
        ErrorKind::ReadOnlyFilesystem => ("The disk is read-only", "make it writable", "choose another disk"),
        ErrorKind::NotFound if starting => ("The drive or folder does not exist", "connect it", "change File"),
        ErrorKind::NotFound => ("The drive or folder is gone", "connect it again", "change File"),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            ("A file stands where the path has a folder", "", "change File")
        }
        ErrorKind::IsADirectory => ("A folder has this name", "", "change File"),
        ErrorKind::InvalidFilename if too_long(cause) => ("The name is too long for this disk", "", "shorten File"),
        ErrorKind::InvalidFilename => ("This disk does not allow such a name", "", "change File"),
        ErrorKind::InvalidInput if starting => ("This disk does not allow such a name", "", "change File"),
        ErrorKind::StaleNetworkFileHandle
        | ErrorKind::NotConnected
        | ErrorKind::NetworkDown
        | ErrorKind::NetworkUnreachable
        | ErrorKind::HostUnreachable
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::TimedOut => NO_ANSWER,
        ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy | ErrorKind::Deadlock => IN_USE,
        _ => match known(cause) {
            Some(known) => known,
            // The system's own words, since they are all that is known.
            None => {
                let wrong = format!("The system reports \"{}\"", words(cause));
                return Words { wrong, mend: "check the drive", elsewhere: "" };
            }
        },
    };
    Words { wrong: wrong.to_owned(), mend, elsewhere }
}

type Known = (&'static str, &'static str, &'static str);

const IN_USE: Known = ("Another program is using the file", "close it there", "change File");
const FAULT: Known = ("The drive reports a fault", "check the drive and its cable", "");
const RING: Known = ("The path is a ring of links", "", "change File");
const REMOVED: Known = ("The drive is gone", "connect it again", "");
const TOO_MANY: Known = ("Too many files are open in this process", "close some of them", "");
const NO_ANSWER: Known = ("The network folder does not answer", "restore the connection", "");
/// What macOS keeps from a program until its user allows it: Documents, Desktop, Downloads, removable and network drives.
const PRIVATE: Known = (
    "macOS keeps TouchDesigner out of this folder",
    "allow it under System Settings, Privacy & Security, Files and Folders",
    "choose another folder",
);
const EPERM: i32 = 1;

/// The errors that std has no kind for.
#[cfg(unix)]
fn known(cause: &Error) -> Option<Known> {
    match cause.raw_os_error()? {
        libc::EIO => Some(FAULT),
        libc::ENODEV | libc::ENXIO => Some(REMOVED),
        libc::EMFILE | libc::ENFILE => Some(TOO_MANY),
        libc::ENOTCONN => Some(NO_ANSWER),
        libc::ELOOP => Some(RING),
        _ => None,
    }
}

/// The errors that std has no kind for: winerror.h.
#[cfg(windows)]
fn known(cause: &Error) -> Option<Known> {
    match cause.raw_os_error()? {
        // SHARING_VIOLATION, LOCK_VIOLATION
        32 | 33 => Some(IN_USE),
        // CRC, SEEK, SECTOR_NOT_FOUND, WRITE_FAULT, READ_FAULT, GEN_FAILURE, IO_DEVICE
        23 | 25 | 27 | 29 | 30 | 31 | 1117 => Some(FAULT),
        // NOT_READY, NO_SUCH_DEVICE, FILE_INVALID, DEVICE_NOT_CONNECTED
        21 | 433 | 1006 | 1167 => Some(REMOVED),
        // CANT_RESOLVE_FILENAME
        1921 => Some(RING),
        // TOO_MANY_OPEN_FILES
        4 => Some(TOO_MANY),
        // BAD_NETPATH, NETWORK_BUSY, UNEXP_NET_ERR, NETNAME_DELETED, SEM_TIMEOUT
        53 | 54 | 59 | 64 | 121 => Some(NO_ANSWER),
        _ => None,
    }
}

fn too_long(cause: &Error) -> bool {
    #[cfg(unix)]
    return cause.raw_os_error() == Some(libc::ENAMETOOLONG);
    // FILENAME_EXCED_RANGE
    #[cfg(windows)]
    return cause.raw_os_error() == Some(206);
}

fn words(cause: &Error) -> String {
    cause
        .to_string()
        .replace('"', "'")
        .replace(|char: char| char.is_control(), " ")
        // Those of Windows are sentences themselves, with the error's number behind.
        .replace(". (", " (")
        .replace(". ", "; ")
        .trim_end_matches(['.', ' '])
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [FileOp; 9] = [
        FileOp::Open,
        FileOp::OpenInFolder,
        FileOp::CreateFolder,
        FileOp::Lock,
        FileOp::Begin,
        FileOp::Write,
        FileOp::UpdateHeader,
        FileOp::Sync,
        FileOp::Close,
    ];

    fn sentence(op: FileOp, kind: ErrorKind) -> String {
        io_sentence(op, Path::new("/x/take.0.wav"), &kind.into())
    }

    #[test]
    fn a_full_disk_says_what_is_kept_and_what_helps() {
        assert_eq!(
            sentence(FileOp::Write, ErrorKind::StorageFull),
            "The disk is full, so /x/take.0.wav ends after what is already in it: free some space, \
             then switch Record off, and on again a frame later."
        );
    }

    #[test]
    fn a_denied_permission_says_where_to_go() {
        assert_eq!(
            sentence(FileOp::Open, ErrorKind::PermissionDenied),
            "Permission is denied, so /x/take.0.wav could not be opened: change the permissions \
             or choose a place where this user may write, then switch Record off, and on again a frame later."
        );
    }

    #[test]
    fn a_missing_drive_is_told_from_one_that_left() {
        assert!(
            sentence(FileOp::CreateFolder, ErrorKind::NotFound).starts_with("The drive or folder does not exist, so")
        );
        assert!(sentence(FileOp::Write, ErrorKind::NotFound).starts_with("The drive or folder is gone, so"));
    }

    #[cfg(unix)]
    #[test]
    fn system_errors_are_recognised() {
        for (number, start) in [
            (libc::ENOSPC, "The disk is full, "),
            (libc::EDQUOT, "The disk quota is used up, "),
            (libc::EFBIG, "The file is as large as this disk allows, "),
            (libc::EACCES, "Permission is denied, "),
            (libc::EPERM, "Permission is denied, "),
            (libc::EROFS, "The disk is read-only, "),
            (libc::ENOENT, "The drive or folder does not exist, "),
            (libc::ENOTDIR, "A file stands where the path has a folder, "),
            (libc::EISDIR, "A folder has this name, "),
            (libc::ENAMETOOLONG, "The name is too long for this disk, "),
            (libc::EINVAL, "This disk does not allow such a name, "),
            (libc::ESTALE, "The network folder does not answer, "),
            (libc::ETIMEDOUT, "The network folder does not answer, "),
            (libc::EBUSY, "Another program is using the file, "),
            (libc::ETXTBSY, "Another program is using the file, "),
            (libc::EIO, "The drive reports a fault, "),
            (libc::ENODEV, "The drive is gone, "),
            (libc::EMFILE, "Too many files are open in this process, "),
            (libc::ELOOP, "The path is a ring of links, "),
        ] {
            let sentence = io_sentence(FileOp::Open, Path::new("/x/take.0.wav"), &Error::from_raw_os_error(number));
            assert!(sentence.starts_with(start), "{number}: {sentence}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn system_errors_are_recognised() {
        for (number, start) in [
            (112, "The disk is full, "),
            (39, "The disk is full, "),
            (1295, "The disk quota is used up, "),
            (223, "The file is as large as this disk allows, "),
            (5, "Permission is denied, "),
            (19, "The disk is read-only, "),
            (2, "The drive or folder does not exist, "),
            (3, "The drive or folder does not exist, "),
            (15, "The drive or folder does not exist, "),
            (67, "The drive or folder does not exist, "),
            (267, "A file stands where the path has a folder, "),
            (123, "This disk does not allow such a name, "),
            (161, "This disk does not allow such a name, "),
            (206, "The name is too long for this disk, "),
            (32, "Another program is using the file, "),
            (33, "Another program is using the file, "),
            (170, "Another program is using the file, "),
            (23, "The drive reports a fault, "),
            (1117, "The drive reports a fault, "),
            (21, "The drive is gone, "),
            (1167, "The drive is gone, "),
            (59, "The network folder does not answer, "),
            (64, "The network folder does not answer, "),
            (121, "The network folder does not answer, "),
            (4, "Too many files are open in this process, "),
            (1921, "The path is a ring of links, "),
        ] {
            let sentence = io_sentence(FileOp::Open, Path::new("/x/take.0.wav"), &Error::from_raw_os_error(number));
            assert!(sentence.starts_with(start), "{number}: {sentence}");
        }
    }

    #[test]
    fn every_failure_is_one_sentence_that_names_the_file() {
        let odd = Error::other("something \"odd\" happened.\n");
        let mut causes: Vec<Error> = (1..135).map(Error::from_raw_os_error).collect();
        causes.push(odd);
        for op in ALL {
            for cause in &causes {
                let sentence = io_sentence(op, Path::new("/x/take"), cause);
                assert!(sentence.contains("/x/take"), "{sentence}");
                assert!(sentence.ends_with("then switch Record off, and on again a frame later."), "{sentence}");
                assert!(!sentence.contains(". ") && !sentence.contains(".,"), "{sentence}");
                assert!(!sentence.contains(char::is_control) && !sentence.contains("  "), "{sentence:?}");
                assert!(sentence.starts_with(char::is_uppercase), "{sentence}");
                for lost in [None, Some((1.5, 72_000))] {
                    let waiting = io_refusal(op, Path::new("/x/take"), cause).sentence(lost);
                    assert!(waiting.contains("/x/take") && waiting.ends_with('.'), "{waiting}");
                    assert!(!waiting.contains(". ") && !waiting.contains(".,"), "{waiting}");
                }
            }
        }
    }
}

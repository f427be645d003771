//! Putting a file or a folder in its place: whole, or not at all.

use std::fs::{self, File};
use std::io::{self, Error};
use std::path::Path;

use tempfile::TempDir;

/// Puts what `make` writes to the path that it is given at `target`, in place of what stands there.
///
/// A file is replaced in one step. A folder cannot be: its former state stands aside for the moment of two renames,
/// and comes back when the second one fails.
///
/// # Errors
/// When `make` fails, or the folder of `target` cannot be made or written to; `target` is then what it was.
pub(crate) fn put(target: &Path, make: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), String> {
    let folder = parent(target);
    fs::create_dir_all(folder).map_err(|error| failed("created", folder, &error))?;
    let aside = aside(folder)?;
    let (new, former) = (aside.path().join("new"), aside.path().join("former"));
    make(&new)?;
    let swapped = swap(&new, target, &former);
    if former.exists() && swapped.is_err() {
        // All that is left of what stood there: not ours to delete.
        let _ = aside.keep();
    }
    swapped.map_err(|error| failed("replaced", target, &error))
}

/// Moves `new` to `target`. A folder that stands there goes to `former`, and back again when `new` cannot be moved.
fn swap(new: &Path, target: &Path, former: &Path) -> io::Result<()> {
    if !target.is_dir() {
        return fs::rename(new, target);
    }
    fs::rename(target, former)?;
    fs::rename(new, target).inspect_err(|_| {
        let _ = fs::rename(former, target);
    })
}

/// Removes the file or folder `target`; a folder vanishes in one step too.
///
/// # Errors
/// When the system does not allow it; `target` is then what it was.
pub(crate) fn remove(target: &Path) -> Result<(), String> {
    let aside = aside(parent(target))?;
    fs::rename(target, aside.path().join("former")).map_err(|error| failed("removed", target, &error))
}

/// Copies a file, or a folder with all that is in it, to `to`, which does not exist yet.
///
/// Contents and permissions alone are copied: the mark that a file was downloaded stays behind, since whoever installs
/// it has decided to trust it.
///
/// # Errors
/// When something cannot be read or written.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    if from.is_dir() {
        fs::create_dir(to).map_err(|error| failed("created", to, &error))?;
        for entry in from.read_dir().map_err(|error| failed("read", from, &error))? {
            let entry = entry.map_err(|error| failed("read", from, &error))?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    let mut reader = File::open(from).map_err(|error| failed("read", from, &error))?;
    File::create_new(to)
        .and_then(|mut writer| {
            io::copy(&mut reader, &mut writer)?;
            #[cfg(unix)]
            writer.set_permissions(reader.metadata()?.permissions())?;
            writer.sync_all()
        })
        .map_err(|error| failed("written", to, &error))
}

/// One sentence for a step that failed.
pub(crate) fn failed(step: &str, path: &Path, error: &Error) -> String {
    let path = path.display();
    match step {
        "read" => format!("{path} could not be read ({error}): check the path and that you may read it"),
        _ => format!("{path} could not be {step} ({error}): check that you may write there and that the disk has room"),
    }
}

/// A folder on the same disk as `folder`, gone when dropped. In it stands nothing with a name that TouchDesigner,
/// which searches sub-folders, would take for a plugin.
fn aside(folder: &Path) -> Result<TempDir, String> {
    tempfile::Builder::new()
        .prefix(".audiofileoutplus-")
        .tempdir_in(folder)
        .map_err(|error| failed("written to", folder, &error))
}

/// The folder of `path`; that of a bare name is the current one.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// A folder that holds `text` as a bundle holds its executable.
    fn bundle(folder: &Path, text: &str) -> Result<(), String> {
        fs::create_dir_all(folder.join("Contents")).unwrap();
        fs::write(folder.join("Contents").join("file"), text).unwrap();
        Ok(())
    }

    #[test]
    fn a_file_or_folder_should_take_the_place_of_the_former_and_leave_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (file, dir) = (folder.path().join("a.dll"), folder.path().join("A.plugin"));
        for text in ["first", "second"] {
            put(&file, |new| fs::write(new, text).map_err(|error| error.to_string())).unwrap();
            put(&dir, |new| bundle(new, text)).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
            assert_eq!(fs::read_to_string(dir.join("Contents").join("file")).unwrap(), text);
            assert_eq!(names(folder.path()), ["A.plugin", "a.dll"]);
        }
    }

    #[test]
    fn a_failure_should_leave_the_former_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("A.plugin");
        put(&dir, |new| bundle(new, "first")).unwrap();
        let lost = |new: &Path| {
            // Half of it, and then an error.
            bundle(new, "second")?;
            Err("the disk is full".to_owned())
        };
        assert_eq!(put(&dir, lost), Err("the disk is full".to_owned()));
        assert_eq!(fs::read_to_string(dir.join("Contents").join("file")).unwrap(), "first");
        assert_eq!(names(folder.path()), ["A.plugin"]);
    }

    #[test]
    fn a_folder_should_come_back_when_the_new_one_cannot_be_moved() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("A.plugin");
        put(&dir, |new| bundle(new, "first")).unwrap();
        let swapped = swap(&folder.path().join("nothing"), &dir, &folder.path().join("former"));
        assert_eq!(swapped.unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(fs::read_to_string(dir.join("Contents").join("file")).unwrap(), "first");
        assert_eq!(names(folder.path()), ["A.plugin"]);
    }

    #[test]
    fn a_removed_folder_should_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("A.plugin");
        put(&dir, |new| bundle(new, "first")).unwrap();
        remove(&dir).unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
        let again = remove(&dir).unwrap_err();
        assert!(again.contains("A.plugin could not be removed ("), "{again}");
    }
}

use std::fs;

use super::*;

fn begun(folder: &Path) -> TakeFile {
    let path = folder.join("take.raw");
    let file = File::create_new(&path).unwrap();
    TakeFile::beginning(file, path, b"head", b"silence")
}

#[test]
fn what_is_appended_replaces_the_silence() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = begun(folder.path());
    let bytes = |file: &TakeFile| String::from_utf8(fs::read(&file.path).unwrap()).unwrap();
    assert_eq!((bytes(&file).as_str(), file.len(), file.has_placeholder()), ("headsilence", 4, true));
    file.append(b"SO").unwrap();
    file.patch(0, b"H").unwrap();
    assert_eq!((bytes(&file).as_str(), file.len(), file.has_placeholder()), ("HeadSOlence", 6, true));
    file.append(b"UND and on").unwrap();
    file.end().unwrap();
    assert_eq!((bytes(&file).as_str(), file.len(), file.has_placeholder()), ("HeadSOUND and on", 16, false));
}

/// Appends so many quarters of [`STEP`], and returns one of them.
fn grow(file: &mut TakeFile, quarters: usize) -> Vec<u8> {
    let quarter: Vec<u8> = (0..STEP / 4).map(|index| (index % 251) as u8).collect();
    (0..quarters).for_each(|_| file.append(&quarter).unwrap());
    quarter
}

#[test]
fn a_large_file_is_as_long_as_what_was_appended() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = begun(folder.path());
    let quarter = grow(&mut file, 9);
    assert_eq!(file.file.metadata().unwrap().len(), file.len());
    file.end().unwrap();
    assert_eq!(fs::read(&file.path).unwrap(), [b"head".as_slice(), &quarter.repeat(9)].concat());
}

#[cfg(target_os = "linux")]
#[test]
fn room_is_set_aside_for_a_large_file_and_given_back_at_its_end() {
    use std::os::unix::fs::MetadataExt;

    let folder = tempfile::tempdir().unwrap();
    let mut file = begun(folder.path());
    let room = |file: &TakeFile| file.file.metadata().unwrap().blocks() * 512;
    grow(&mut file, 4);
    if file.room_until == u64::MAX {
        eprintln!("skipped: the disk of the temporary folder is nearly full or sets nothing aside");
        return;
    }
    assert!(file.room_until == 2 * STEP && room(&file) >= 2 * STEP, "{} of {}", room(&file), file.room_until);
    grow(&mut file, 4);
    assert_eq!(file.room_until, 3 * STEP);
    file.end().unwrap();
    assert!(room(&file) < 2 * STEP + STEP / 4, "{}", room(&file));
}

#[test]
fn a_take_that_ends_sooner_keeps_none_of_the_silence() {
    for (sound, cut, left) in [("", None, "head"), ("SO", None, "headSO"), ("SO", Some(5), "headS")] {
        let folder = tempfile::tempdir().unwrap();
        let mut file = begun(folder.path());
        file.append(sound.as_bytes()).unwrap();
        match cut {
            Some(len) => file.truncate(len).unwrap(),
            None => file.end().unwrap(),
        }
        assert_eq!(fs::read(&file.path).unwrap(), left.as_bytes());
        assert_eq!((file.len(), file.has_placeholder()), (left.len() as u64, false));
    }
}

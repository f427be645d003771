//! How a WAV file is laid out so that plain readers open it: what each of them trips over otherwise stands beside it.

use std::path::Path;
use std::time::Duration;

use crate::common::{Rig, readers};
use crate::files::{File, PCM};
use crate::python;

const PCM_TAG: u16 = 1;
const FLOAT_TAG: u16 = 3;
const EXTENSIBLE_TAG: u16 = 0xfffe;

/// A chunk's id, where its content begins, and its size.
type Chunk = ([u8; 4], usize, usize);

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(bytes[at..at + 2].try_into().expect("two bytes"))
}

/// The chunks of a RIFF file up to its audio.
fn chunks(bytes: &[u8]) -> Vec<Chunk> {
    assert!(bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WAVE");
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut at = 12;
    while chunks.last().is_none_or(|(id, ..)| id != b"data") {
        let (id, size) = (bytes[at..at + 4].try_into().expect("four bytes"), u32_at(bytes, at + 4));
        chunks.push((id, at + 8, size));
        at += 8 + size + size % 2;
    }
    chunks
}

fn finished(folder: &Path, codec: &'static str, channels: usize) -> Vec<u8> {
    let file = File::record(folder, "wav", codec, (channels, 48_000, 2401));
    std::fs::read(&file.path).expect("it is there")
}

/// Python's wave up to 3.11, node-wav, wav-decoder and ecasound know no WAVE_FORMAT_EXTENSIBLE; libsndfile, too, writes it
/// from three channels on.
#[test]
fn one_and_two_channels_should_have_a_plain_format_tag() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for codec in PCM {
        for channels in [1, 2, 3, 8] {
            let bytes = finished(folder.path(), codec, channels);
            let (_, at, size) = chunks(&bytes).into_iter().find(|(id, ..)| id == b"fmt ").expect("a format");
            let plain = if codec == "float32" { (FLOAT_TAG, 18) } else { (PCM_TAG, 16) };
            let right = if channels > 2 { (EXTENSIBLE_TAG, 40) } else { plain };
            assert_eq!((u16_at(&bytes, at), size), right, "{codec}, {channels} channels");
        }
    }
}

/// flac refuses the mask 0x13F; opusenc and oggenc warn of it.
#[test]
fn seven_channels_should_be_those_that_flac_knows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bytes = finished(folder.path(), "pcm24", 7);
    let (_, at, _) = chunks(&bytes).into_iter().find(|(id, ..)| id == b"fmt ").expect("a format");
    assert_eq!(u32_at(&bytes, at + 20), 0x70f);
}

/// npm's wav and wav-file-info and `file` look for the format right behind WAVE.
#[test]
fn the_format_should_come_first_in_a_finished_file_and_room_behind_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for codec in PCM {
        let found = chunks(&finished(folder.path(), codec, 2));
        let ids: Vec<[u8; 4]> = found.iter().map(|(id, ..)| *id).collect();
        assert_eq!(&ids[0], b"fmt ", "{ids:?}");
        assert!(ids.contains(b"JUNK"), "the room of ds64 is kept: {ids:?}");
        // O_DIRECT and memory mapping want an aligned address.
        let (_, at, _) = found.last().expect("audio");
        assert_eq!(at % 4, 0, "{codec}");
    }
}

/// While it is recorded, the room for ds64 has to come first (EBU Tech 3306), and what a checkpoint states is even:
/// WavPack, bwavfile and music-metadata take the byte behind an odd size for a pad byte, and it would be audio. They and
/// BWF MetaEdit also complain of audio behind the stated end: mostly there is none, since a write ends with a checkpoint.
#[test]
fn a_checkpoint_should_have_its_room_first_and_state_even_sizes() {
    // Three bytes a frame, an odd number of them in each cook.
    let mut rig = Rig::new(1, 48_000.0);
    rig.record(true);
    let (mut seen, mut whole, mut all) = (0, 0, 0);
    for _ in 0..150 {
        rig.block(799);
        std::thread::sleep(Duration::from_millis(16));
        let bytes = std::fs::read(rig.path("take.wav")).unwrap_or_default();
        if bytes.len() < 200 {
            continue;
        }
        let found = chunks(&bytes);
        let (_, _, size) = found.last().expect("audio");
        assert_eq!((&found[0].0, size % 2, u32_at(&bytes, 4) % 2), (b"JUNK", 0, 0));
        seen = seen.max(*size);
        all += 1;
        // At most the frame that would make the sizes odd.
        whole += usize::from(bytes.len() - 8 - u32_at(&bytes, 4) <= 3);
    }
    println!("{whole} of {all} times the file ended where it says");
    // With two checkpoints a second it would be 7 %; a busy machine may take some of them for costly.
    assert!(whole * 4 > all, "{whole} of {all}");
    assert!(seen > 48_000, "there were checkpoints: {seen} bytes");
    rig.finish();
}

/// What a script does with the take that the parameters as they are give.
#[test]
fn the_oldest_python_should_read_the_default_take() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut rig = Rig::new(2, 48_000.0);
    rig.set_file("take{suffix}");
    let made = rig.take([2401]);
    let path = folder.path().join("take.wav");
    std::fs::rename(made, &path).expect("it can be moved");
    let (_, given) = rig.delete();
    let file = File { path, file_type: "wav", codec: "pcm24", rate: 48_000, given };
    let Some((version, python)) = python::all().into_iter().next() else {
        assert!(!readers::have("python3"));
        return;
    };
    println!("Python {version:?}");
    let answer = python::library(&python, "wave", &[&file]).remove(0);
    assert_eq!(answer.expect("it is read").complaint(&file), None);
}

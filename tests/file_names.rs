//! Names of takes, through the plugin. Spec: "File names".

mod common;

use std::fs;

use common::Rig;

fn name_of(rig: &mut Rig, file: &str) -> String {
    rig.set_file(file);
    let path = rig.take([800]);
    path.strip_prefix(rig.folder()).expect("in the folder").to_str().expect("UTF-8").replace('\\', "/")
}

#[test]
fn takes_are_numbered_and_a_hole_is_filled() {
    let mut rig = Rig::new(1, 48000.0);
    fs::write(rig.path("t.0.wav"), "kept").expect("a file");
    fs::write(rig.path("t.2.wav"), "kept").expect("a file");
    assert_eq!(name_of(&mut rig, "t{suffix}"), "t.1.wav");
    assert_eq!(name_of(&mut rig, "t{suffix}"), "t.3.wav");
    for name in ["t.0.wav", "t.2.wav"] {
        assert_eq!(fs::read(rig.path(name)).expect("the file"), b"kept");
    }
}

#[test]
fn numbering_starts_at_n() {
    let mut rig = Rig::new(1, 48000.0);
    rig.node.set("N", 5.0);
    assert_eq!(name_of(&mut rig, "t{suffix}"), "t.5.wav");
    assert_eq!(name_of(&mut rig, "t{suffix}"), "t.6.wav");
    assert_eq!(rig.dat("file_suffix"), ".7.wav");
}

#[test]
fn without_unique_suffix_the_index_is_n_and_the_file_is_replaced() {
    let mut rig = Rig::new(1, 48000.0);
    rig.node.set("Uniquesuff", 0.0);
    rig.node.set("N", 3.0);
    assert_eq!(name_of(&mut rig, "t{suffix}"), "t.3.wav");
    assert_eq!(name_of(&mut rig, "t{suffix}"), "t.3.wav");
    assert_eq!(fs::read_dir(rig.folder()).expect("the folder").count(), 1);
}

#[test]
fn the_suffix_can_stand_twice_and_in_a_folder() {
    let mut rig = Rig::new(1, 48000.0);
    assert_eq!(name_of(&mut rig, "a{suffix}/b{suffix}"), "a.0.wav/b.0.wav");
    assert_eq!(name_of(&mut rig, "x{suffix}y{suffix}"), "x.0.wavy.0.wav");
}

/// The digits of a text are zeros then.
fn shape(text: &str) -> String {
    text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect()
}

#[test]
fn date_time_and_op_become_those_of_the_moment_in_which_the_take_began() {
    let mut rig = Rig::with_path(1, 48000.0, "/project1/stage_left");
    rig.set_file("{date}/{op} {time}{suffix}");
    rig.record(true);
    rig.cook(800);
    // The name does not follow the clock.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    rig.cook(800);
    let file = rig.finish();
    let name = file.strip_prefix(rig.folder()).expect("in the folder").to_str().expect("UTF-8").replace('\\', "/");
    assert_eq!(shape(&name), "0000-00-00/stage_left 00-00-00.0.wav");
    assert!(name.ends_with(".0.wav"), "{name}");
    // Two takes of one day count, and a word that means nothing stays.
    let first = name_of(&mut rig, "{word}{date}{suffix}");
    let second = name_of(&mut rig, "{word}{date}{suffix}");
    assert!(first.ends_with(".0.wav") && second.ends_with(".1.wav"), "{first} {second}");
    assert_eq!(shape(&first), "{word}0000-00-00.0.wav");
}

#[test]
fn a_node_that_is_renamed_gives_its_new_name_to_the_next_take() {
    let mut rig = Rig::with_path(1, 48000.0, "/project1/before");
    assert_eq!(name_of(&mut rig, "{op}"), "before.wav");
    rig.node.rename("/project1/after");
    assert_eq!(name_of(&mut rig, "{op}"), "after.wav");
    rig.node.rename("");
    assert_eq!(name_of(&mut rig, "{op}"), "audiofileoutplus.wav");
}

#[test]
fn a_fixed_name_keeps_its_extension_in_any_letter_case() {
    let mut rig = Rig::new(1, 48000.0);
    assert_eq!(name_of(&mut rig, "Take.WAV"), "Take.WAV");
    assert_eq!(name_of(&mut rig, "take 1"), "take 1.wav");
    rig.node.set("Filetype", "aiff");
    assert_eq!(name_of(&mut rig, "take.aif"), "take.aif");
    assert_eq!(name_of(&mut rig, "take.AIFF"), "take.AIFF");
    assert_eq!(name_of(&mut rig, "take"), "take.aiff");
}

#[test]
fn a_wrong_extension_touches_nothing() {
    let mut rig = Rig::new(1, 48000.0);
    fs::write(rig.path("song.mp3"), "somebody's song").expect("a file");
    rig.set_file("song.mp3");
    rig.record(true);
    let mut error = rig.cook(800).error;
    if error.is_empty() {
        rig.wait("the error shows", |node| !node.error().is_empty());
        error = rig.node.error();
    }
    assert!(error.contains("extension") && error.contains("song.mp3"), "{error}");
    assert_eq!(fs::read(rig.path("song.mp3")).expect("the file"), b"somebody's song");
}

#[test]
fn two_nodes_that_start_at_the_same_cook_get_two_names() {
    for _ in 0..20 {
        let (mut one, mut two) = (Rig::new(1, 48000.0), Rig::new(1, 48000.0));
        let shared = one.path("both{suffix}");
        two.node.set("File", shared.to_str().expect("UTF-8"));
        one.set_file("both{suffix}");
        one.record(true);
        two.record(true);
        one.cook(800);
        two.cook(800);
        let (first, second) = (one.finish(), two.finish());
        assert_ne!(first, second);
        assert_eq!(first.parent(), second.parent());
    }
}

#[test]
fn missing_folders_are_made() {
    let mut rig = Rig::new(1, 48000.0);
    assert_eq!(name_of(&mut rig, "new/folders/here/take"), "new/folders/here/take.wav");
}

#[test]
fn names_in_any_script_work() {
    let mut rig = Rig::new(1, 48000.0);
    assert_eq!(name_of(&mut rig, "\u{6771}\u{4eac} \u{1f3b5} \u{5e9}.wav"), "\u{6771}\u{4eac} \u{1f3b5} \u{5e9}.wav");
}

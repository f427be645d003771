//! Our plugin in hosts of the three interface generations, and in one that knows none of them.

mod common;

use common::PATIENCE;
use tdhost::{Generation, Input, Node, NodeOptions, ParKind, Plugin, Timeline, answer_to, find_plugin};
use tempfile::TempDir;

const RATE: f64 = 48_000.0;
const COOKS: usize = 60;
/// What depends on the disk and on when the writer thread ran.
const CHANCE: [&str; 2] = ["disk_minutes_left", "last_samples_written"];

/// The plugin's file under a name of its own: a library keeps the generation that it was told, and other tests in
/// this process tell it another.
fn copied(folder: &TempDir) -> std::path::PathBuf {
    let copy = folder.path().join(format!("plugin{}", std::env::consts::DLL_SUFFIX));
    std::fs::copy(find_plugin().unwrap(), &copy).unwrap();
    copy
}

/// The plugin in a host of `generation`.
fn in_host(generation: Generation, folder: &TempDir) -> (Plugin, Node) {
    let plugin = Plugin::load(&copied(folder), generation).unwrap();
    let node = Node::create(&plugin, &NodeOptions::default());
    (plugin, node)
}

fn folders() -> [(Generation, TempDir); 3] {
    Generation::ALL.map(|generation| (generation, tempfile::tempdir().unwrap()))
}

fn word(family: i32, common: i32) -> i32 {
    family | common << 16
}

#[test]
fn the_newest_word_that_both_know_should_be_agreed_on() {
    let words = [9, word(10, 1), word(10, 2)];
    for ((generation, folder), word) in folders().iter().zip(words) {
        let (plugin, node) = in_host(*generation, folder);
        assert_eq!(plugin.info().api_version, word, "{generation}");
        let table = node_table(node);
        assert!(
            table.contains(&("interface_generation".to_owned(), generation.to_string())),
            "{generation}: {table:?}"
        );
    }
}

fn node_table(mut node: Node) -> Vec<(String, String)> {
    node.info_dat()
}

#[test]
fn a_host_that_knows_none_of_our_words_should_reject_us_and_get_nothing_else() {
    for (min, max) in [(word(11, 1), word(12, 4)), (word(10, 3), word(10, 4)), (word(200, 200), word(255, 255))] {
        let folder = tempfile::tempdir().unwrap();
        let info = answer_to(&copied(&folder), min, max).unwrap();
        assert_eq!(info.api_version, word(10, 2), "the newest that we know");
        let supported = |half: fn(i32) -> i32| (half(min)..=half(max)).contains(&half(info.api_version));
        assert!(!(supported(|word| word & 0xFFFF) && supported(|word| word >> 16)), "such a host refuses that");
        assert_eq!((info.op_type.as_str(), info.op_label.as_str(), info.op_icon.as_str()), ("", "", ""));
        assert_eq!((info.author_name.as_str(), info.op_help_url.as_str()), ("", ""));
        assert_eq!((info.min_inputs, info.max_inputs, info.cook_on_start), (0, 0, false));
        assert_eq!((info.major_version, info.minor_version), (0, 0));
    }
}

#[test]
fn parameters_should_be_the_same_but_for_what_a_host_lacks() {
    let mut names: Vec<Vec<String>> = Vec::new();
    for (generation, folder) in &folders() {
        let (_plugin, node) = in_host(*generation, folder);
        let newest = *generation == Generation::G10_2;
        let kind = if newest { ParKind::FileSave } else { ParKind::File };
        assert_eq!(node.par("File").unwrap().kind, kind, "{generation}");
        for par in node.pars() {
            assert_eq!(par.result, 0, "{generation}: {}", par.name);
            let helped = par.help.as_deref().is_some_and(|help| help.len() > 10);
            assert_eq!(helped, newest, "{generation}: help of {}", par.name);
        }
        let sections: Vec<_> = node.pars().iter().filter(|par| par.section).map(|par| par.name.as_str()).collect();
        let drawn: &[&str] = &["Record", "Headerdat", "Fillgaps", "Preroll", "Start", "Limitlength", "Split", "Marker"];
        let expected: &[&str] = if newest { drawn } else { &[] };
        assert_eq!(sections, expected, "{generation}");
        assert_eq!(node.host_faults(), [""; 0], "{generation}");
        names.push(node.pars().iter().map(|par| format!("{} {} {}", par.page, par.name, par.label)).collect());
    }
    assert!(names.iter().all(|list| *list == names[0]));
}

#[test]
fn the_input_connector_should_be_labelled_where_a_host_shows_labels() {
    for (generation, folder) in &folders() {
        let (_plugin, mut node) = in_host(*generation, folder);
        let label = if *generation == Generation::G10_2 { "Audio to record" } else { "" };
        assert_eq!(node.input_label(0), label, "{generation}");
        assert_eq!(node.host_faults(), [""; 0], "{generation}");
    }
}

/// Records a second and gives the file, the output and the counters.
fn record(generation: Generation, folder: &TempDir) -> (Vec<u8>, Vec<f32>, Vec<(String, f32)>) {
    let (_plugin, mut node) = in_host(generation, folder);
    let file = folder.path().join("take.wav");
    node.set("File", file.to_str().unwrap());
    node.set("Record", true);
    node.set_table("Headerdat", &[vec!["title".into(), "Three hosts".into()]]);
    node.set_input(Some(Input::new(2, RATE)));
    let mut timeline = Timeline::new(60.0);
    let mut output = Vec::new();
    for _ in 0..COOKS {
        let time = timeline.advance(1);
        let slice = timeline.slice(RATE);
        let input = node.input_mut().unwrap();
        for (channel, samples) in input.channels.iter_mut().enumerate() {
            samples.clear();
            samples.extend(slice.clone().map(|index| common::sample(channel, index)));
        }
        input.cooked(slice.start as f64);
        output.extend(node.cook(&time).channels.concat());
    }
    node.set("Record", false);
    node.cook(&timeline.advance(1));
    let began = std::time::Instant::now();
    while node.info("takes_finished") < 1.0 {
        assert!(began.elapsed() < PATIENCE, "{generation}: {}", node.error());
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!((node.error(), node.warning()), (String::new(), String::new()), "{generation}");
    assert_eq!(node.host_faults(), [""; 0], "{generation}");
    let counters = node.info_chop().into_iter().filter(|(name, _)| !CHANCE.contains(&name.as_str())).collect();
    (std::fs::read(file).unwrap(), output, counters)
}

#[test]
fn a_take_should_be_the_same_in_every_generation() {
    let takes = folders().map(|(generation, folder)| record(generation, &folder));
    let frames = takes[0].2.iter().find(|(name, _)| name == "total_samples_written").unwrap().1;
    assert_eq!(frames, RATE as f32);
    for (file, output, counters) in &takes[1..] {
        assert!(*file == takes[0].0, "the files differ");
        assert!(*output == takes[0].1, "the outputs differ");
        assert_eq!(*counters, takes[0].2);
    }
}

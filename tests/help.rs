//! What a user reads in TouchDesigner without asking: help texts, the connector's label, the popup, the help page.

mod common;

use std::path::Path;

use common::{Rig, plugin};

#[test]
fn every_parameter_has_a_help_text_where_the_host_shows_one() {
    let rig = Rig::new(1, 48000.0);
    assert!(!rig.node.pars().is_empty());
    for par in rig.node.pars() {
        assert!(par.help.as_deref().is_some_and(|help| help.ends_with('.')), "{}: {:?}", par.name, par.help);
        assert!(par.label.is_ascii() && par.help.as_deref().is_some_and(str::is_ascii), "{}", par.name);
    }
}

#[test]
fn the_input_says_what_belongs_there() {
    assert_eq!(Rig::new(1, 48000.0).node.input_label(0), "Audio to record");
}

#[test]
fn help_leads_to_the_homepage_that_cargo_names() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).expect("the manifest");
    let homepage = manifest.lines().find_map(|line| line.strip_prefix("homepage = \"")?.strip_suffix('"'));
    assert_eq!(plugin().info().op_help_url, homepage.unwrap_or(""));
}

#[test]
fn the_popup_says_what_to_do_and_what_came_of_it() {
    let mut rig = Rig::new(1, 48000.0);
    rig.node.set("Codec", "pcm16");
    rig.cooks(1);
    let lines = |rig: &mut Rig| rig.node.popup().lines().map(str::to_owned).collect::<Vec<_>>();
    let version = env!("CARGO_PKG_VERSION");
    let first = format!("Audio File Out Plus {version}: idle");
    assert_eq!(lines(&mut rig), [&first, "Nothing recorded yet: switch Record on."]);
    rig.record(true);
    rig.play(&[&[1.5; 4800]]);
    rig.wait("the file is open", |node| node.info("disk_minutes_left") >= 0.0);
    let recording = rig.node.popup();
    for part in
        [": recording\n", "\nFile: ", "1 channel at 48000 Hz", "\nRoom on the disk: ", "\nClipped: 4800 samples"]
    {
        assert!(recording.contains(part), "{part} in {recording}");
    }
    let path = rig.finish();
    let finished = lines(&mut rig);
    assert_eq!(
        finished[..3],
        [first, format!("Last file: {}", path.display()), "Format: wav pcm16, 1 channel at 48000 Hz".into()]
    );
    assert_eq!(finished.last().map(String::as_str), Some("Takes finished: 1"));
}

#[test]
fn the_popup_tells_first_what_is_wrong() {
    let mut rig = Rig::new(1, 48000.0);
    rig.node.set("File", "");
    rig.record(true);
    rig.cooks(1);
    let popup = rig.node.popup();
    let mut lines = popup.lines();
    assert!(lines.next().is_some_and(|line| line.ends_with(": failed")), "{popup}");
    assert!(lines.next().is_some_and(|line| line.starts_with("Error: File is empty")), "{popup}");
    rig.record(false);
    rig.cooks(1);
    rig.node.set_input(None);
    let time = rig.time(1.0);
    rig.node.set("Record", true);
    rig.node.cook(&time);
    let popup = rig.node.popup();
    assert!(popup.lines().nth(1).is_some_and(|line| line.starts_with("Warning: Record is on, but")), "{popup}");
}

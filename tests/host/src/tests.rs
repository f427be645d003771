//! The host against a plugin that it can trust, and against the same one when it misbehaves.

use crate::model::{library, node, plugin};
use crate::params::{self, ParamsArgs};
use crate::{Generation, Input, Node, NodeOptions, ParKind, Plugin, Timeline, Value};

fn sawtooth(channels: usize, samples: usize, rate: f64) -> Input {
    let mut input = Input::new(channels, rate);
    for channel in 0..channels {
        let wave: Vec<f32> = (0..samples).map(|s| (s + 1000 * channel) as f32).collect();
        input.set_samples(channel, &wave);
    }
    input
}

/// A cook of two channels of 800 samples, behaving as `conduct`.
fn faults_of(conduct: &str, generation: Generation) -> Vec<String> {
    let mut node = Node::create(&plugin(generation), &NodeOptions::default());
    node.set("Conduct", conduct);
    node.set_input(Some(sawtooth(2, 800, 48000.0)));
    let mut timeline = Timeline::new(60.0);
    node.cook(&timeline.advance(1));
    node.cook(&timeline.advance(1));
    node.host_faults()
}

#[test]
fn a_sound_plugin_should_be_without_fault_in_every_generation() {
    for generation in Generation::ALL {
        assert_eq!(
            faults_of("good", generation),
            [""; 0],
            "generation {generation}"
        );
    }
}

#[test]
fn every_misconduct_should_be_named() {
    for (conduct, fault) in [
        (
            "pastend",
            "execute wrote past the end of output channel 'chan1'",
        ),
        (
            "beforestart",
            "execute wrote before the start of output channel 'chan1'",
        ),
        ("unwritten", "execute left output channel 'chan2' unwritten"),
        (
            "partial",
            "execute left samples of output channel 'chan1' unwritten",
        ),
        ("writeinput", "the plugin wrote into its input"),
        (
            "unknownpar",
            "OP_Inputs::enablePar was asked for 'Nosuch', which is no parameter",
        ),
        (
            "keepinputs",
            "OP_Inputs::getNumInputs was called outside of a call that hands OP_Inputs over",
        ),
        ("throws", "the plugin threw out of execute: on purpose"),
    ] {
        let faults = faults_of(conduct, Generation::G10_2);
        assert!(
            faults.iter().any(|found| found == fault),
            "{conduct}: {faults:?}"
        );
    }
}

#[test]
fn a_method_newer_than_the_host_should_be_a_fault() {
    let fault = "OP_Inputs::getPOP does not exist in generation";
    assert_eq!(faults_of("newmethod", Generation::G10_2), [""; 0]);
    assert_eq!(
        faults_of("newmethod", Generation::G10_1),
        [format!("{fault} 10.1")]
    );
    assert_eq!(
        faults_of("newmethod", Generation::G9),
        [format!("{fault} 9")]
    );
}

#[test]
fn each_generation_should_get_its_own_word() {
    for (generation, word, url) in [
        (Generation::G9, 9, ""),
        (Generation::G10_1, 10 + (1 << 16), "https://example.org"),
        (Generation::G10_2, 10 + (2 << 16), "https://example.org"),
    ] {
        let plugin = plugin(generation);
        let info = plugin.info();
        assert_eq!((info.api_version, info.op_help_url.as_str()), (word, url));
        assert_eq!(
            (info.op_type.as_str(), info.op_icon.as_str()),
            ("Model", "Mod")
        );
        assert_eq!((info.min_inputs, info.max_inputs), (0, 1));
        assert_eq!(
            (info.major_version, info.minor_version, info.cook_on_start),
            (2, 7, true)
        );
    }
}

#[test]
fn what_touchdesigner_refuses_should_be_refused() {
    for (variant, reason) in [
        (
            "BAD_WORD",
            "asks for interface version 11/3, which a host of generation 10.2",
        ),
        ("BAD_TYPE", "has the operator type 'Bad type'"),
        ("BAD_ICON", "has the icon 'M01'"),
        ("NO_CREATE", "does not export CreateCHOPInstance"),
    ] {
        let error = Plugin::load(&library(variant), Generation::G10_2)
            .unwrap_err()
            .to_string();
        assert!(error.contains(reason), "{error}");
    }
    let error = Plugin::load("nowhere.so".as_ref(), Generation::G9)
        .unwrap_err()
        .to_string();
    assert!(error.contains("nowhere.so cannot be loaded"), "{error}");
}

#[test]
fn parameters_should_arrive_as_declared() {
    let node = node();
    let float = node.par("Float").unwrap();
    assert_eq!(
        (float.kind, &float.default),
        (ParKind::Float, &Value::Number(0.5))
    );
    assert_eq!(
        (float.clamp_min, float.clamp_max, float.min, float.max),
        (true, true, 0.0, 1.0)
    );
    assert_eq!((float.page.as_str(), float.section), ("Numbers", true));
    assert_eq!(float.help.as_deref(), Some("a number"));
    let menu = node.par("Menu").unwrap();
    assert_eq!(menu.default, Value::from("second"));
    assert_eq!(menu.menu[0], ("first".to_owned(), "First".to_owned()));
    for (name, kind) in [
        ("Press", ParKind::Pulse),
        ("Momentary", ParKind::Momentary),
        ("Text", ParKind::Str),
        ("Dat", ParKind::Dat),
        ("Header", ParKind::Header),
        ("Strmenu", ParKind::StringMenu),
        ("Dynstr", ParKind::DynamicStringMenu),
        ("Panel", ParKind::PanelComp),
        ("Filesave", ParKind::FileSave),
        ("Xyzw", ParKind::Xyzw),
        ("Pop", ParKind::Pop),
    ] {
        assert_eq!(node.par(name).unwrap().kind, kind);
    }
    assert!(node.pars().iter().all(|par| par.result == 0));
}

#[test]
fn parameters_of_a_later_generation_should_be_absent() {
    let node = Node::create(&plugin(Generation::G9), &NodeOptions::default());
    assert!(node.par("Filesave").is_none());
    assert_eq!(node.par("Float").unwrap().help, None);
    assert_eq!(node.host_faults(), [""; 0]);
}

#[test]
fn a_bad_declaration_should_be_refused_and_named() {
    let plugin = Plugin::load(&library("BAD_SETUP"), Generation::G9).unwrap();
    let node = Node::create(&plugin, &NodeOptions::default());
    let results: Vec<i32> = node
        .pars()
        .iter()
        .rev()
        .take(5)
        .rev()
        .map(|par| par.result)
        .collect();
    assert_eq!(results, [1, 1, 2, 0, 0]);
    let faults = node.host_faults().join("\n");
    for fault in [
        "parameter 'Toggle' is declared twice",
        "parameter name 'lower' is not",
        "parameter 'Many' asks for 5 values",
        "menu 'Nodefault' has no item 'third'",
        "OP_ParameterManager::appendFileSave does not exist in generation 9",
    ] {
        assert!(faults.contains(fault), "{faults}");
    }
}

#[test]
fn values_should_reach_the_plugin() {
    let mut node = node();
    let mut timeline = Timeline::new(60.0);
    let cooked = node.cook(&timeline.advance(1));
    assert_eq!(cooked.dat("text"), Some("text"));
    assert_eq!(cooked.dat("menu"), Some("second 1"));
    assert_eq!(cooked.dat("table"), Some("(null)"));
    let path = std::path::absolute("take.wav").unwrap();
    assert_eq!(cooked.dat("path"), path.to_str());
    assert!(!node.enabled("Float"));
    assert_eq!(node.enable_calls(), 1);

    node.set("Text", "grüße");
    node.set("Menu", "first");
    node.set("Toggle", true);
    node.set_null("File", true);
    node.set_table("Dat", &[vec!["title".into(), "x".into()], vec!["y".into()]]);
    let cooked = node.cook(&timeline.advance(2));
    assert_eq!(cooked.dat("text"), Some("grüße"));
    assert_eq!(cooked.dat("menu"), Some("first 0"));
    assert_eq!(cooked.dat("table"), Some("table|title|x|y|"));
    assert_eq!(cooked.dat("path"), Some("(null)"));
    assert_eq!(cooked.dat("frames"), Some("2.000000"));
    assert!(node.enabled("Float"));

    node.set_text_dat("Dat", "words");
    assert_eq!(
        node.cook(&timeline.advance(1)).dat("table"),
        Some("text|words")
    );
    node.clear_table("Dat");
    assert_eq!(node.cook(&timeline.advance(1)).dat("table"), Some("(null)"));
    assert_eq!(node.host_faults(), [""; 0]);
}

#[test]
fn a_value_that_does_not_fit_should_be_refused() {
    let mut node = node();
    for (name, value, reason) in [
        ("Nosuch", Value::from(1), "there is no parameter Nosuch"),
        (
            "Menu",
            Value::from("third"),
            "Menu has no item 'third', only first, second",
        ),
        ("Menu", Value::from(2), "Menu has no item '2'"),
        ("Text", Value::from(1), "Text is a string and does not take"),
        (
            "Toggle",
            Value::from("on"),
            "Toggle is a toggle and does not take",
        ),
    ] {
        let refused = node.try_set(name, value).unwrap_err();
        assert!(refused.starts_with(reason), "{refused}");
    }
    let par = |name| node.par(name).unwrap();
    assert_eq!(par("Toggle").parse("on"), Ok(Value::from(true)));
    assert_eq!(
        par("Menu").parse("1"),
        Err("Menu has no item '1', only first, second".to_owned())
    );
    assert_eq!(par("Float").parse("0.25"), Ok(Value::from(0.25)));
    assert!(par("Float").parse("much").is_err());
}

#[test]
fn a_string_should_be_spoiled_when_its_time_is_over() {
    let mut timeline = Timeline::new(60.0);
    let mut kept = node();
    kept.set("Conduct", "stale");
    kept.cook(&timeline.advance(1));
    kept.set("Text", "something longer than it was");
    assert_eq!(kept.cook(&timeline.advance(1)).dat("stale"), Some("????"));

    let mut asked_twice = node();
    asked_twice.set("Conduct", "twice");
    assert_eq!(
        asked_twice.cook(&timeline.advance(1)).dat("stale"),
        Some("????")
    );
}

#[test]
fn the_output_should_match_the_input_when_the_plugin_says_nothing() {
    let mut node = node();
    let input = sawtooth(2, 800, 48000.0);
    node.set_input(Some(input.clone()));
    let mut timeline = Timeline::new(60.0);
    let cooked = node.cook(&timeline.advance(1));
    assert_eq!(cooked.channels, input.channels);
    assert_eq!(cooked.channel_names, ["chan1", "chan2"]);
    assert_eq!((cooked.rate, cooked.start_index), (48000.0, 0));
    assert!(cooked.general.timeslice && cooked.general.cook_every_frame);
    assert_eq!(
        (cooked.warning.as_str(), cooked.error.as_str()),
        ("careful", "")
    );
    assert_eq!(
        (cooked.popup.as_str(), cooked.info("samples")),
        ("popup", Some(800.0))
    );
    assert_eq!(node.info("executions"), 1.0);
}

#[test]
fn the_plugin_should_be_able_to_name_channels_and_rate() {
    let mut node = node();
    node.set("Answer", true);
    node.set("Rate", 44100);
    node.set_input(Some(sawtooth(1, 800, 48000.0)));
    let mut timeline = Timeline::new(60.0);
    let cooked = node.cook(&timeline.advance(1));
    assert_eq!(cooked.channel_names, ["out1"]);
    assert_eq!((cooked.rate, cooked.channels[0].len()), (44100.0, 735));

    node.set("Rate", 0);
    let cooked = node.cook(&timeline.advance(1));
    assert!(cooked.channels[0].is_empty());
    assert_eq!(node.host_faults(), ["Sample rate is zero"]);
}

#[test]
fn the_host_should_dictate_the_length_of_a_slice() {
    let mut timeline = Timeline::new(60.0);
    let mut node = node();
    for expected in [367, 368, 367, 368] {
        let time = timeline.advance(1);
        let slice = timeline.slice(22050.0);
        let mut input = sawtooth(1, (slice.end - slice.start) as usize, 22050.0);
        input.cooked(slice.start as f64);
        node.set_input(Some(input));
        let cooked = node.cook(&time);
        assert_eq!(
            (cooked.channels[0].len(), u64::from(cooked.start_index)),
            (expected, slice.start)
        );
    }
    // A static clip is no slice: it does not decide.
    node.set_input(Some(sawtooth(1, 5000, 48000.0)));
    assert_eq!(node.cook(&timeline.advance(1)).channels[0].len(), 800);
    assert_eq!(node.cook(&timeline.advance(2)).channels[0].len(), 1600);
    assert_eq!(node.cook(&timeline.advance(0)).channels[0].len(), 0);
    assert_eq!(node.cook(&timeline.advance(60)).channels[0].len(), 9600);
    node.set("Slice", false);
    assert_eq!(node.cook(&timeline.advance(1)).channels[0].len(), 5000);
    assert_eq!(node.host_faults(), [""; 0]);
}

#[test]
fn nothing_wired_and_nothing_in_it_should_cook() {
    let mut timeline = Timeline::new(60.0);
    let mut node = node();
    assert!(node.cook(&timeline.advance(1)).channels.is_empty());
    for (channels, samples) in [(0, 0), (2, 0)] {
        node.set_input(Some(sawtooth(channels, samples, 48000.0)));
        assert_eq!(node.cook(&timeline.advance(0)).channels.len(), channels);
    }
    node.set_input(None);
    assert!(node.cook(&timeline.advance(1)).channels.is_empty());
    assert_eq!(node.host_faults(), [""; 0]);
}

#[test]
fn methods_of_10_2_should_be_called_only_there() {
    let options = NodeOptions::default();
    let saved = [("count".to_owned(), 7_i32.to_ne_bytes().to_vec())];
    for generation in [Generation::G9, Generation::G10_1] {
        let mut old = Node::create_with_saved(&plugin(generation), &options, &saved);
        assert_eq!((old.info("loaded"), old.save().len()), (-2.0, 0));
        assert_eq!(old.input_label(0), "");
    }
    let mut new = Node::create_with_saved(&plugin(Generation::G10_2), &options, &saved);
    assert_eq!(
        (new.info("loaded"), new.save()[0].0.as_str()),
        (7.0, "count")
    );
    assert_eq!(new.input_label(0), "Audio");
    let mut fresh = node();
    assert_eq!(fresh.info("loaded"), -1.0);
}

#[test]
fn buttons_and_menus_should_work_between_cooks() {
    let mut node = node();
    node.pulse("Press");
    node.pulse("Press");
    assert_eq!(node.info("pulses"), 2.0);
    let items = node.dynamic_menu("Dynmenu");
    assert_eq!(items[0], ("one".to_owned(), "Dynmenu".to_owned()));
    assert_eq!(items[1], ("two".to_owned(), "two".to_owned()));
    assert_eq!(node.info_dat()[0].0, "text");
}

#[test]
fn the_parameter_pages_should_be_shown() {
    let mut args = ParamsArgs {
        plugin: Some(library("")),
        json: false,
        generation: Generation::G10_2,
    };
    let table = params::describe(&args).unwrap();
    assert!(table.starts_with("Texts\n"), "{table}");
    assert!(table.contains("\n\nNumbers\n"), "{table}");
    assert!(table.contains("0 to 1"), "{table}");
    args.json = true;
    let pages: serde_json::Value = serde_json::from_str(&params::describe(&args).unwrap()).unwrap();
    assert_eq!(pages[0]["page"], "Texts");
    assert_eq!(pages[0]["parameters"][0]["items"][1]["name"], "pastend");
}

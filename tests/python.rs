//! The node's Python members, in a real Python that plays TouchDesigner's. Spec: "Python", "File names".

mod common;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use common::{Rig, plugin, process, readers};
use tdhost::python;

const MEMBERS: [&str; 4] = ["fileSuffix", "file", "totalSamplesWritten", "takesFinished"];

/// A node in a process with Python; `None` where none is installed.
fn rig_at(op_path: &str) -> Option<Rig> {
    match python::start() {
        Ok(_) => Some(Rig::with_path(1, 48000.0, op_path)),
        Err(reason) => {
            assert!(std::env::var_os("AFOP_REQUIRE_TOOLS").is_none(), "{reason}");
            println!("skipped: {reason}");
            None
        }
    }
}

/// A node whose File is `name` in its folder, then the suffix.
fn rig(name: &str) -> Option<Rig> {
    let mut rig = rig_at("/project1/audiofileoutplus1")?;
    expression(&mut rig, name, "me.fileSuffix");
    Some(rig)
}

fn expression(rig: &mut Rig, name: &str, rest: &str) {
    let stem = rig.path(name).display().to_string();
    rig.node.set_expression("File", &format!("{stem:?} + {rest}")).expect("the expression is right");
}

fn ask(rig: &mut Rig, code: &str) -> String {
    rig.node.evaluate(code).expect("the expression is right")
}

/// Cooks until Python is told `suffix`.
fn assert_suffix(rig: &mut Rig, suffix: &str) {
    let began = Instant::now();
    while ask(rig, "me.fileSuffix") != suffix {
        assert!(began.elapsed() < common::PATIENCE, "{} instead of {suffix}", ask(rig, "me.fileSuffix"));
        rig.cooks(1);
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn take(rig: &mut Rig) -> String {
    rig.given[0].clear();
    let path = rig.take([800; 3]);
    assert_eq!(readers::hound(&path).samples.len(), rig.given[0].len());
    path.file_name().expect("a name").to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_name_made_with_the_suffix_gets_the_next_free_index_three_times_in_a_row() {
    let Some(mut rig) = rig("take") else { return };
    assert_eq!([take(&mut rig), take(&mut rig), take(&mut rig)], ["take.0.wav", "take.1.wav", "take.2.wav"]);
    assert_eq!(ask(&mut rig, "me.fileSuffix"), ".3.wav");
}

#[test]
fn record_toggled_at_every_cook_names_a_file_for_each_take() {
    let Some(mut rig) = rig("take") else { return };
    for index in 1..=6 {
        rig.record(true);
        rig.cook(800);
        rig.record(false);
        rig.cook(800);
        rig.wait("the take is finished", |node| node.info("takes_finished") == index as f32);
    }
    for _ in 0..6 {
        rig.record(true);
        rig.cook(800);
        rig.record(false);
        rig.cook(800);
    }
    rig.wait("all takes are finished", |node| node.info("takes_finished") == 12.0);
    let expected: Vec<String> = (0..12).map(|index| format!("take.{index}.wav")).collect();
    assert!(expected.iter().all(|name| rig.path(name).exists()), "{:?}", rig.files());
    assert_eq!(rig.files().len(), 12);
}

#[test]
fn a_hole_is_filled_and_nothing_is_overwritten() {
    let Some(mut rig) = rig("take") else { return };
    for name in ["take.0.wav", "take.2.wav"] {
        std::fs::write(rig.path(name), "kept").expect("a file");
    }
    assert_suffix(&mut rig, ".1.wav");
    assert_eq!(take(&mut rig), "take.1.wav");
    assert_suffix(&mut rig, ".3.wav");
    assert_eq!(take(&mut rig), "take.3.wav");
    for name in ["take.0.wav", "take.2.wav"] {
        assert_eq!(std::fs::read(rig.path(name)).expect("the file"), b"kept");
    }
}

#[test]
fn numbering_starts_at_n_also_when_python_was_told_another_suffix_before() {
    let Some(mut rig) = rig("take") else { return };
    rig.node.set("N", 5.0);
    assert_eq!(ask(&mut rig, "me.fileSuffix"), ".0.wav", "before the first cook");
    assert_eq!(take(&mut rig), "take.5.wav");
    assert_eq!(ask(&mut rig, "me.fileSuffix"), ".6.wav");
    assert_eq!(take(&mut rig), "take.6.wav");
}

#[test]
fn without_unique_suffix_the_index_is_n() {
    let Some(mut rig) = rig("take") else { return };
    rig.node.set("Uniquesuff", 0.0);
    rig.node.set("N", 3.0);
    assert_suffix(&mut rig, ".3.wav");
    assert_eq!([take(&mut rig), take(&mut rig)], ["take.3.wav", "take.3.wav"]);
    assert_eq!(rig.files(), ["take.3.wav"]);
    rig.node.set("N", 4.0);
    assert_eq!(take(&mut rig), "take.4.wav");
}

#[test]
fn the_suffix_follows_the_parameters_between_takes_and_stays_during_one() {
    let Some(mut rig) = rig("take") else { return };
    assert_suffix(&mut rig, ".0.wav");
    rig.node.set("Filetype", "aiff");
    rig.node.set("N", 7.0);
    assert_suffix(&mut rig, ".7.aiff");
    expression(&mut rig, "other", "me.fileSuffix");
    std::fs::write(rig.path("other.7.aiff"), "kept").expect("a file");
    assert_suffix(&mut rig, ".8.aiff");
    rig.record(true);
    rig.cooks(3);
    rig.wait("the file is open", |node| node.info("total_samples_written") > 0.0);
    rig.node.set("N", 50.0);
    rig.cooks(30);
    assert_eq!(ask(&mut rig, "me.fileSuffix"), ".8.aiff");
    assert_eq!(rig.finish(), rig.path("other.8.aiff"));
    assert_suffix(&mut rig, ".50.aiff");
}

#[test]
fn the_first_question_is_answered_by_what_the_takes_before_have_left() {
    let Some(mut rig) = rig_at("/project1/audiofileoutplus1") else { return };
    rig.set_file("take{suffix}");
    assert_eq!(take(&mut rig), "take.0.wav");
    for _ in 0..100 {
        assert_eq!(ask(&mut rig, "me.fileSuffix"), ".1.wav");
        rig.cooks(1);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn files_that_come_and_go_between_takes_are_noticed() {
    let Some(mut rig) = rig("take") else { return };
    assert_suffix(&mut rig, ".0.wav");
    std::fs::write(rig.path("take.0.wav"), "kept").expect("a file");
    assert_suffix(&mut rig, ".1.wav");
    std::fs::remove_file(rig.path("take.0.wav")).expect("the file");
    assert_suffix(&mut rig, ".0.wav");
}

#[test]
fn a_file_text_that_was_evaluated_once_never_overwrites_a_take() {
    let Some(mut rig) = rig_at("/project1/audiofileoutplus1") else { return };
    let suffix = ask(&mut rig, "me.fileSuffix");
    rig.set_file(&format!("take{suffix}"));
    for index in 0..4 {
        assert_eq!(take(&mut rig), format!("take.{index}.wav"));
        // A script that looks in between is told another suffix than the one that stands in File.
        assert_eq!(ask(&mut rig, "me.fileSuffix"), format!(".{}.wav", index + 1));
    }
}

#[test]
fn a_name_without_the_suffix_is_a_fixed_one() {
    let Some(mut rig) = rig_at("/project1/audiofileoutplus1") else { return };
    expression(&mut rig, "take", "'.wav'");
    assert_eq!([take(&mut rig), take(&mut rig)], ["take.wav", "take.wav"]);
}

#[test]
fn an_expression_that_fails_is_an_error_of_the_take_and_of_nothing_else() {
    let Some(mut rig) = rig_at("/project1/audiofileoutplus1") else { return };
    expression(&mut rig, "take", "(me.fileSuffix if me.takesFinished < 1 else me.nothing)");
    assert_eq!(take(&mut rig), "take.0.wav");
    rig.record(true);
    let cooked = rig.cooks(2);
    assert!(cooked.error.starts_with("File is empty"), "{}", cooked.error);
    assert_eq!(rig.dat("state"), "failed");
    rig.record(false);
    assert_eq!(rig.cooks(1).error, "");
    expression(&mut rig, "take", "me.fileSuffix");
    assert_eq!(take(&mut rig), "take.1.wav");
    let broken = rig.node.set_expression("File", "1 +").expect_err("no expression");
    assert!(broken.starts_with("SyntaxError"), "{broken}");
}

#[test]
fn members_have_their_types_and_values() {
    let Some(mut rig) = rig("Stück 東京") else { return };
    let types = "[type(getattr(me, name)).__name__ for name in ";
    assert_eq!(ask(&mut rig, &format!("{types}{MEMBERS:?}]")), "['str', 'str', 'int', 'int']");
    let state = "(me.file, me.totalSamplesWritten, me.takesFinished)";
    assert_eq!(ask(&mut rig, state), "('', 0, 0)");
    rig.record(true);
    rig.cooks(10);
    rig.wait("all is written", |node| node.info("total_samples_written") == 8000.0);
    let first = rig.path("Stück 東京.0.wav");
    assert_eq!(ask(&mut rig, "me.file"), first.display().to_string());
    assert_eq!(ask(&mut rig, "(me.totalSamplesWritten, me.takesFinished)"), "(8000, 0)");
    rig.finish();
    assert_eq!(ask(&mut rig, "(me.totalSamplesWritten, me.takesFinished)"), "(8000, 1)");
    assert_eq!(ask(&mut rig, "me.file"), first.display().to_string());
    // A take that finds no file leaves the last one to be told.
    rig.set_file("");
    rig.record(true);
    rig.cooks(1);
    rig.wait("the folder is refused", |node| !node.error().is_empty());
    assert_eq!(ask(&mut rig, "me.file"), first.display().to_string());
}

#[test]
fn counts_are_exact_where_the_info_chop_is_not() {
    let Some(mut rig) = rig("long") else { return };
    rig.node.set("Codec", "pcm16");
    rig.record(true);
    for _ in 0..16 {
        rig.block(1 << 20);
    }
    rig.block(1);
    rig.finish();
    assert_eq!(ask(&mut rig, "me.totalSamplesWritten"), "16777217");
    assert_eq!(rig.node.info("total_samples_written"), 16_777_216.0);
}

#[test]
fn members_are_read_only_and_documented() {
    let Some(mut rig) = rig("take") else { return };
    for member in MEMBERS {
        for attempt in [format!("setattr(me, '{member}', 1)"), format!("delattr(me, '{member}')")] {
            let refused = rig.node.evaluate(&attempt).expect_err("read only");
            assert!(refused.starts_with("AttributeError"), "{attempt}: {refused}");
        }
        let doc = ask(&mut rig, &format!("type(me).{member}.__doc__"));
        assert!(doc.ends_with('.') && doc.len() > 40 && doc.is_ascii(), "{member}: {doc}");
    }
    assert_eq!(take(&mut rig), "take.0.wav");
}

#[test]
fn the_plugin_names_the_python_of_the_process() {
    if rig("take").is_none() {
        return;
    }
    assert_eq!(plugin().info().python_members, MEMBERS);
    assert_eq!(Some(plugin().info().python_version.as_str()), python::version());
}

#[test]
fn without_a_python_there_are_no_members_and_a_take_is_a_take() {
    // In a process in which no other test has started Python.
    process::alone("without_a_python_there_are_no_members_and_a_take_is_a_take", Duration::from_secs(60), || {
        assert!(plugin().info().python_members.is_empty());
        assert_eq!(plugin().info().python_version, "");
        let mut rig = Rig::new(1, 48000.0);
        rig.set_file("take{suffix}");
        assert_eq!([take(&mut rig), take(&mut rig)], ["take.0.wav", "take.1.wav"]);
    });
}

#[test]
fn an_object_whose_node_is_deleted_raises_an_exception() {
    let Some(mut gone) = rig("take") else { return };
    ask(&mut gone, "__builtins__.__setitem__('kept', me)");
    let (_folder, _) = gone.delete();
    let Some(mut rig) = rig("take") else { return };
    for member in MEMBERS {
        let refused = rig.node.evaluate(&format!("kept.{member}")).expect_err("no node");
        assert!(refused.starts_with("RuntimeError: This operator has no"), "{refused}");
    }
}

#[test]
fn a_panic_of_ours_is_an_exception_in_python_and_the_take_goes_on() {
    let Some(mut rig) = rig_at("/project1/afo1?panic=python@3") else { return };
    rig.record(true);
    rig.cooks(3);
    assert_eq!(ask(&mut rig, "me.takesFinished"), "0");
    assert_eq!(ask(&mut rig, "me.takesFinished"), "0");
    let refused = rig.node.evaluate("me.takesFinished").expect_err("it panics");
    assert!(refused.starts_with("RuntimeError: Audio File Out Plus could not"), "{refused}");
    assert_eq!(rig.cooks(3).error, "");
    rig.finish();
    assert_eq!(ask(&mut rig, "me.takesFinished"), "1");
}

#[test]
fn a_disk_that_hangs_while_it_is_searched_keeps_neither_cooks_nor_python_nor_takes() {
    const HANGS: Duration = Duration::from_secs(20);
    let Some(mut rig) = rig_at(&format!("/project1/afo1?delay=scout:{}", HANGS.as_micros())) else { return };
    expression(&mut rig, "take", "me.fileSuffix");
    rig.node.set("N", 2.0);
    let began = Instant::now();
    assert_suffix(&mut rig, ".2.wav");
    rig.cooks(60);
    assert_eq!([take(&mut rig), take(&mut rig)], ["take.2.wav", "take.3.wav"]);
    assert_eq!(ask(&mut rig, "me.fileSuffix"), ".4.wav");
    drop(rig);
    assert!(began.elapsed() < HANGS, "{:?}", began.elapsed());
}

#[cfg(target_os = "linux")]
#[test]
fn nodes_that_python_has_asked_leave_no_thread_behind() {
    process::alone("nodes_that_python_has_asked_leave_no_thread_behind", Duration::from_secs(60), || {
        let threads = || std::fs::read_dir("/proc/self/task").expect("proc is mounted").count();
        if rig("take").is_none() {
            return;
        }
        let before = threads();
        for _ in 0..100 {
            let mut rig = rig("take").expect("there is a Python");
            ask(&mut rig, "me.fileSuffix");
            rig.cooks(1);
            assert!(threads() > before, "the search has a thread of its own");
        }
        let began = Instant::now();
        while threads() > before && began.elapsed() < common::PATIENCE {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(threads(), before);
    });
}

#[test]
fn tdhost_records_to_a_name_that_python_makes() {
    if rig("take").is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let record = |expression: &str, folder: &Path| {
        Command::new(env!("CARGO_BIN_EXE_tdhost"))
            .args(["record", "--seconds", "0.2", "--python", expression])
            .current_dir(folder)
            .output()
            .expect("tdhost starts")
    };
    for index in 0..3 {
        let output = record("'take' + me.fileSuffix", folder.path());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(folder.path().join(format!("take.{index}.wav")).exists());
    }
    let output = record("'take' + me.suffix", folder.path());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && complaint.contains("AttributeError"), "{complaint}");
}

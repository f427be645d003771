//! `tdhost install` puts the plugin where TouchDesigner looks, whole or not at all, and `uninstall` takes it away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tdhost::install::{System, User, install, plugins_folder, uninstall};
use tdhost::{Generation, Plugin};

fn tdhost(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tdhost")).args(arguments).env("TDHOST_HOME", home).output().expect("tdhost runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// A folder of a project, as an argument.
fn project(home: &Path) -> String {
    let project = home.join("My Show");
    fs::create_dir_all(&project).expect("a folder");
    project.into_os_string().into_string().expect("a UTF-8 path")
}

/// What stands in `folder`.
fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a UTF-8 name")).collect()
}

/// The folder in the home `home`, of this system.
fn users_folder(home: &Path) -> Result<PathBuf, String> {
    plugins_folder(System::current(), &User::with_home(Some(home.into())).expect("a home"), None)
}

#[test]
fn an_installed_plugin_should_load_from_the_project_and_go_again() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let project = project(home.path());
    let folder = Path::new(&project).join("Plugins");
    let target = folder.join(System::current().file_name());

    let installed = tdhost(home.path(), &["install", "--project", &project]);
    assert!(installed.status.success(), "{}", text(&installed.stderr));
    let sentence = text(&installed.stdout);
    assert!(sentence.starts_with(&format!("Audio File Out Plus is now {}. ", target.display())), "{sentence}");
    assert_eq!(names(&folder), [System::current().file_name()]);
    let plugin = Plugin::load(&target, Generation::default()).expect("the installed plugin loads");
    assert_eq!(plugin.info().op_type, "Audiofileoutplus");
    drop(plugin);

    let removed = tdhost(home.path(), &["uninstall", "--project", &project]);
    assert_eq!(text(&removed.stdout), format!("{} is removed.", target.display()), "{}", text(&removed.stderr));
    assert_eq!(names(&folder), [""; 0]);
    let again = tdhost(home.path(), &["uninstall", "--project", &project]);
    assert!(again.status.success());
    assert_eq!(text(&again.stdout), format!("The plugin is not in {}: nothing to remove.", folder.display()));
}

#[test]
fn a_user_should_get_the_plugin_into_the_home_folder_where_touchdesigner_runs() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let installed = tdhost(home.path(), &["install"]);
    match users_folder(home.path()) {
        Ok(folder) => {
            assert!(installed.status.success(), "{}", text(&installed.stderr));
            assert_eq!(names(&folder), [System::current().file_name()]);
            assert!(tdhost(home.path(), &["uninstall"]).status.success());
            assert_eq!(names(&folder), [""; 0]);
        }
        Err(reason) => {
            assert_eq!(System::current(), System::Other);
            assert!(!installed.status.success());
            assert_eq!(text(&installed.stderr), format!("tdhost install: {reason}"));
            assert_eq!(names(home.path()), [""; 0]);
        }
    }
}

#[test]
fn a_plugin_in_use_should_be_neither_replaced_nor_removed() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let project = project(home.path());
    assert!(tdhost(home.path(), &["install", "--project", &project]).status.success());
    let target = Path::new(&project).join("Plugins").join(System::current().file_name());
    let plugin = Plugin::load(&target, Generation::default()).expect("the installed plugin loads");

    for command in ["install", "uninstall"] {
        let refused = tdhost(home.path(), &[command, "--project", &project]);
        assert!(!refused.status.success());
        let user = if cfg!(windows) { "another program".to_owned() } else { format!("process {}", std::process::id()) };
        assert_eq!(
            text(&refused.stderr),
            format!(
                "tdhost {command}: {} is in use by {user}: quit TouchDesigner, or whatever has it loaded, and try again",
                target.display()
            )
        );
    }
    drop(plugin);
    for command in ["install", "uninstall"] {
        let done = tdhost(home.path(), &[command, "--project", &project]);
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
}

#[test]
fn each_system_should_get_the_file_that_it_loads_in_the_folder_that_it_searches() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let user = User::with_home(Some(home.path().into())).expect("a home");
    let library = home.path().join("built");
    // As a library for macOS begins; what the others begin with does not matter.
    let content = b"\xcf\xfa\xed\xfe and the rest";
    fs::write(&library, content).expect("a library");
    for (system, target, executable) in [
        (System::Windows, "Documents/Derivative/Plugins/audiofileoutplus.dll", ""),
        (
            System::MacOs,
            "Library/Application Support/Derivative/TouchDesigner099/Plugins/AudioFileOutPlus.plugin",
            "Contents/MacOS/AudioFileOutPlus",
        ),
    ] {
        let folder = plugins_folder(system, &user, None).expect("a folder");
        let target = home.path().join(target);
        // Twice: the second time something stands there.
        for _ in 0..2 {
            assert_eq!(install(system, &library, &folder), Ok(target.clone()));
            let loaded = if executable.is_empty() { target.clone() } else { target.join(executable) };
            assert_eq!(fs::read(loaded).expect("the library"), content);
            assert_eq!(names(&folder).len(), 1);
        }
        // What is installed can be copied on, such as a bundle that was downloaded, but not to itself.
        let copied = install(system, &target, &home.path().join("elsewhere")).expect("a copy");
        assert_eq!(copied.is_dir(), target.is_dir());
        let itself = install(system, &target, &folder).expect_err("a refusal");
        assert!(itself.ends_with("is the installed plugin itself: name the new one with --plugin"), "{itself}");
        assert_eq!(uninstall(system, &folder), Ok(Some(target)));
        assert_eq!(names(&folder), [""; 0]);
    }
}

#[test]
fn what_is_no_plugin_should_not_be_installed() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let project = project(home.path());
    let wrong = home.path().join("notes.txt");
    fs::write(&wrong, "not a library").expect("a file");
    let refused = tdhost(home.path(), &["install", "--project", &project, "--plugin", wrong.to_str().expect("UTF-8")]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("notes.txt"), "{}", text(&refused.stderr));
    assert_eq!(names(Path::new(&project)), [""; 0]);
}

/// Whoever opens the file while it is replaced has the whole former one or the whole new one.
#[cfg(unix)]
#[test]
fn a_file_should_be_replaced_in_one_step() {
    use std::sync::atomic::{AtomicBool, Ordering};

    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join("Plugins");
    let sources = [b'a', b'b'].map(|letter| {
        let path = home.path().join(char::from(letter).to_string());
        fs::write(&path, [letter].repeat(1 << 20)).expect("a file");
        path
    });
    let target = install(System::Other, &sources[0], &folder).expect("installed");
    let over = AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = [0; 2];
            while !over.load(Ordering::Relaxed) {
                let found = fs::read(&target).expect("a file at every moment");
                assert_eq!(found.len(), 1 << 20);
                assert!(found.iter().all(|letter| *letter == found[0]));
                reads[usize::from(found[0] == b'b')] += 1;
            }
            reads
        });
        for turn in 0..60 {
            install(System::Other, &sources[turn % 2], &folder).expect("installed");
        }
        over.store(true, Ordering::Relaxed);
        reader.join().expect("the reader saw whole files")
    });
    println!("{} times the one, {} times the other", reads[0], reads[1]);
    assert!(reads.iter().all(|count| *count > 0));
}

#[test]
fn a_folder_that_cannot_be_made_should_be_named() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let project = project(home.path());
    let folder = Path::new(&project).join("Plugins");
    fs::write(&folder, "a file").expect("a file");
    let refused = tdhost(home.path(), &["install", "--project", &project]);
    assert!(!refused.status.success());
    let reason = text(&refused.stderr);
    assert!(reason.starts_with(&format!("tdhost install: {} could not be created (", folder.display())), "{reason}");
    assert!(reason.ends_with("check that you may write there and that the disk has room"), "{reason}");
    assert_eq!(fs::read_to_string(&folder).expect("the file"), "a file");
}

//! `tdhost install` and `tdhost uninstall`: the plugin to where TouchDesigner looks for it, and away again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::bundle::{self, BUNDLE};
use crate::plugin::executable_of;
use crate::{Generation, Plugin, find_plugin};

mod in_use;
pub(crate) mod place;

/// The variable that names a folder to take for the user's home.
const HOME: &str = "TDHOST_HOME";

/// Copies the plugin to where TouchDesigner looks for it when it starts.
#[derive(Clone, Debug, clap::Args)]
pub struct InstallArgs {
    /// The plugin's file, or its bundle [default: the one that was built last]
    #[arg(long, value_name = "PATH")]
    pub plugin: Option<PathBuf>,
    /// For one project: the folder of its .toe file, instead of the user's own plugins
    #[arg(long, value_name = "FOLDER")]
    pub project: Option<PathBuf>,
}

/// Removes what `install` has copied.
#[derive(Clone, Debug, clap::Args)]
pub struct UninstallArgs {
    /// From one project: the folder of its .toe file, instead of the user's own plugins
    #[arg(long, value_name = "FOLDER")]
    pub project: Option<PathBuf>,
}

/// A system, as far as TouchDesigner looks for plugins differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Windows.
    Windows,
    /// macOS.
    MacOs,
    /// One that TouchDesigner does not run on.
    Other,
}

impl System {
    /// The one that this program runs on.
    pub const fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Other
        }
    }

    /// What the installed plugin is called.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Windows => "audiofileoutplus.dll",
            Self::MacOs => BUNDLE,
            Self::Other => "libaudiofileoutplus.so",
        }
    }
}

/// The folders of a user that TouchDesigner's are derived from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// The home folder.
    pub home: Option<PathBuf>,
    /// The folder of documents, which on Windows can be anywhere.
    pub documents: Option<PathBuf>,
}

impl User {
    /// Who runs this program; or, when `TDHOST_HOME` names a folder, whoever has that for a home.
    pub fn current() -> Self {
        let home = std::env::var_os(HOME);
        Self::with_home(home).unwrap_or_else(|| Self { home: std::env::home_dir(), documents: documents() })
    }

    /// A user whose home is `home`, unless that is empty.
    pub fn with_home(home: Option<OsString>) -> Option<Self> {
        let home = home.filter(|home| !home.is_empty()).map(PathBuf::from)?;
        Some(Self { documents: Some(home.join("Documents")), home: Some(home) })
    }
}

/// The known folder, which can have been moved to another disk or into the cloud.
fn documents() -> Option<PathBuf> {
    #[cfg(windows)]
    return known_folders::get_known_folder_path(known_folders::KnownFolder::Documents);
    #[cfg(not(windows))]
    None
}

/// The folder in which TouchDesigner on `system` looks for plugins: that of `project`, else that of `user`.
///
/// # Errors
/// When there is no such folder; the sentence says what to do.
pub fn plugins_folder(system: System, user: &User, project: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(project) = project {
        return if project.is_dir() {
            Ok(project.join("Plugins"))
        } else {
            Err(format!("{} is no folder: name the one that holds the project's .toe file", project.display()))
        };
    }
    let unknown = |what: &str| format!("the folder of {what} is not known: name it in {HOME}, or use --project FOLDER");
    match system {
        System::Windows => {
            let documents = user.documents.as_ref().ok_or_else(|| unknown("the user's documents"))?;
            Ok(documents.join("Derivative").join("Plugins"))
        }
        System::MacOs => {
            let home = user.home.as_ref().ok_or_else(|| unknown("the user"))?;
            Ok(home.join("Library/Application Support/Derivative/TouchDesigner099/Plugins"))
        }
        System::Other => Err("TouchDesigner does not run on this system, so it has no folder for plugins here: \
                              use --project FOLDER, which installs to FOLDER/Plugins"
            .to_owned()),
    }
}

/// Copies the plugin `source` into `folder` as `system` wants it, and returns where it is now.
///
/// On macOS that is a bundle, which is made when `source` is a library.
///
/// # Errors
/// When the plugin that stands there is in use, or something cannot be read or written; what stood there is unharmed
/// then.
pub fn install(system: System, source: &Path, folder: &Path) -> Result<PathBuf, String> {
    let target = folder.join(system.file_name());
    if source.canonicalize().is_ok_and(|source| target.canonicalize().is_ok_and(|target| source == target)) {
        return Err(format!("{} is the installed plugin itself: name the new one with --plugin", source.display()));
    }
    refuse_in_use(&target)?;
    place::put(&target, |new| match system {
        System::MacOs if source.is_file() => bundle::write(source, new),
        _ => place::copy(source, new),
    })?;
    Ok(target)
}

/// Removes the plugin from `folder`, and returns where it was; nothing when it was not there.
///
/// # Errors
/// When it is in use, or cannot be removed; it is unharmed then.
pub fn uninstall(system: System, folder: &Path) -> Result<Option<PathBuf>, String> {
    let target = folder.join(system.file_name());
    if !target.exists() {
        return Ok(None);
    }
    refuse_in_use(&target)?;
    place::remove(&target)?;
    Ok(Some(target))
}

fn refuse_in_use(target: &Path) -> Result<(), String> {
    match in_use::user_of(&executable_of(target)) {
        None => Ok(()),
        Some(user) => Err(format!(
            "{} is in use by {user}: quit TouchDesigner, or whatever has it loaded, and try again",
            target.display()
        )),
    }
}

/// Runs `tdhost install`.
pub fn run(args: &InstallArgs) -> ExitCode {
    report("install", || {
        let source = args.plugin.clone().map_or_else(find_plugin, Ok)?;
        let folder = plugins_folder(System::current(), &User::current(), args.project.as_deref())?;
        // What TouchDesigner would refuse shall not get there.
        let label =
            Plugin::load(&source, Generation::default()).map_err(|error| error.to_string())?.info().op_label.clone();
        let target = install(System::current(), &source, &folder)?;
        Ok(format!(
            "{label} is now {}. TouchDesigner finds it at its next start, and asks once whether to load it.",
            target.display()
        ))
    })
}

/// Runs `tdhost uninstall`.
pub fn run_uninstall(args: &UninstallArgs) -> ExitCode {
    report("uninstall", || {
        let folder = plugins_folder(System::current(), &User::current(), args.project.as_deref())?;
        Ok(match uninstall(System::current(), &folder)? {
            Some(target) => format!("{} is removed.", target.display()),
            None => format!("The plugin is not in {}: nothing to remove.", folder.display()),
        })
    })
}

fn report(command: &str, work: impl FnOnce() -> Result<String, String>) -> ExitCode {
    match work() {
        Ok(sentence) => {
            println!("{sentence}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("tdhost {command}: {reason}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(home: &str) -> User {
        User::with_home(Some(home.into())).expect("a home")
    }

    #[test]
    fn the_folder_should_be_the_one_that_touchdesigner_searches() {
        for (system, home, folder) in [
            (System::Windows, "C:/Users/Ada", "C:/Users/Ada/Documents/Derivative/Plugins"),
            (System::MacOs, "/Users/ada", "/Users/ada/Library/Application Support/Derivative/TouchDesigner099/Plugins"),
        ] {
            assert_eq!(plugins_folder(system, &user(home), None), Ok(PathBuf::from(folder)));
        }
    }

    #[test]
    fn documents_that_have_been_moved_should_be_followed() {
        let user = User { home: Some("C:/Users/Ada".into()), documents: Some("D:/Cloud/Documents".into()) };
        let folder = plugins_folder(System::Windows, &user, None);
        assert_eq!(folder, Ok(PathBuf::from("D:/Cloud/Documents/Derivative/Plugins")));
    }

    #[test]
    fn a_project_should_come_before_the_user_on_every_system() {
        let project = tempfile::tempdir().unwrap();
        for system in [System::Windows, System::MacOs, System::Other] {
            let folder = plugins_folder(system, &user("/home/ada"), Some(project.path()));
            assert_eq!(folder, Ok(project.path().join("Plugins")));
            let missing = plugins_folder(system, &user("/home/ada"), Some(&project.path().join("show.toe")));
            assert!(missing.unwrap_err().ends_with("is no folder: name the one that holds the project's .toe file"));
        }
    }

    #[test]
    fn a_missing_folder_should_say_what_to_do() {
        for (system, start) in [
            (System::Windows, "the folder of the user's documents is not known: "),
            (System::MacOs, "the folder of the user is not known: "),
            (System::Other, "TouchDesigner does not run on this system, "),
        ] {
            let reason = plugins_folder(system, &User::default(), None).unwrap_err();
            assert!(reason.starts_with(start) && reason.contains("--project FOLDER"), "{reason}");
        }
        assert_eq!(User::with_home(None), None);
        assert_eq!(User::with_home(Some(OsString::new())), None);
    }
}

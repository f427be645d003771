//! `tdhost bundle`: the folder that macOS takes for a plugin, made from a built library on any system.
//!
//! ```text
//! AudioFileOutPlus.plugin/Contents/Info.plist
//! AudioFileOutPlus.plugin/Contents/MacOS/AudioFileOutPlus    the library
//! ```

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::find_plugin;
use crate::install::place;

/// The bundle's folder.
pub const BUNDLE: &str = "AudioFileOutPlus.plugin";
/// The executable in it, and what macOS calls it.
const NAME: &str = "AudioFileOutPlus";
/// Unique among all bundles of a machine.
const IDENTIFIER: &str = "audiofileoutplus.AudioFileOutPlus";

/// Makes `AudioFileOutPlus.plugin` for macOS from a built library, on any system.
#[derive(Clone, Debug, clap::Args)]
pub struct BundleArgs {
    /// The library, for example libaudiofileoutplus.dylib [default: the one that was built last]
    pub library: Option<PathBuf>,
    /// The folder that the bundle is made in
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub out: PathBuf,
}

/// Runs the command.
pub fn run(args: &BundleArgs) -> ExitCode {
    let bundle = args.out.join(BUNDLE);
    let library = args.library.clone().map_or_else(find_plugin, Ok);
    match library.and_then(|library| place::put(&bundle, |new| write(&library, new))) {
        Ok(()) => {
            println!("{}", bundle.display());
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("tdhost bundle: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Makes a bundle of `library` at `bundle`, which does not exist yet.
///
/// # Errors
/// When `library` is none of macOS, or something cannot be read or written; the sentence says what to do.
pub(crate) fn write(library: &Path, bundle: &Path) -> Result<(), String> {
    check(library)?;
    let contents = bundle.join("Contents");
    let executables = contents.join("MacOS");
    fs::create_dir_all(&executables).map_err(|error| place::failed("created", &executables, &error))?;
    place::copy(library, &executables.join(NAME))?;
    let plist = contents.join("Info.plist");
    fs::write(&plist, info_plist(env!("CARGO_PKG_VERSION"))).map_err(|error| place::failed("written", &plist, &error))
}

/// A bundle around a library of another system would only fail in the user's hands.
fn check(library: &Path) -> Result<(), String> {
    /// MH_MAGIC_64 as a little-endian processor writes it, and FAT_MAGIC, of several processors in one file.
    const MAGICS: [[u8; 4]; 2] = [0xfeed_facf_u32.to_le_bytes(), 0xcafe_babe_u32.to_be_bytes()];
    let mut magic = Vec::new();
    File::open(library)
        .and_then(|file| file.take(4).read_to_end(&mut magic))
        .map_err(|error| place::failed("read", library, &error))?;
    if MAGICS.iter().any(|known| *known == *magic) {
        return Ok(());
    }
    Err(format!("{} is no library for macOS: build the plugin for macOS and name the .dylib", library.display()))
}

/// The property list of a bundle of `version`, which macOS wants as three numbers without more.
fn info_plist(version: &str) -> String {
    let number = version.split(['-', '+']).next().unwrap_or(version);
    let pairs: String = [
        ("CFBundleExecutable", NAME),
        ("CFBundleIdentifier", IDENTIFIER),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", NAME),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleShortVersionString", number),
        ("CFBundleVersion", number),
    ]
    .into_iter()
    .map(|(key, value)| format!("\t<key>{}</key>\n\t<string>{}</string>\n", escaped(key), escaped(value)))
    .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n{pairs}</dict>\n</plist>\n"
    )
}

/// `text` as the content of an XML element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_should_be_written_as_numbers_only() {
        for version in ["1.2.3", "1.2.3-beta.4", "1.2.3+build"] {
            let plist = info_plist(version);
            for key in ["CFBundleVersion", "CFBundleShortVersionString"] {
                let entry = format!("<key>{key}</key>\n\t<string>1.2.3</string>");
                assert!(plist.contains(&entry), "{version}: {plist}");
            }
        }
    }

    #[test]
    fn what_xml_reserves_should_be_escaped() {
        assert_eq!(escaped("R&D <1> &amp;"), "R&amp;D &lt;1&gt; &amp;amp;");
    }
}

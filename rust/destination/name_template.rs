//! The File text, understood: where the suffix goes and which extension the name has. Touches no file.

use std::path::{Component, Path, PathBuf, Prefix, is_separator};

use crate::destination::local_time::LocalTime;
use crate::destination::names::{NameRequest, suffix};
use crate::messages::{FileOp, Problem};

/// What stands for the suffix in File.
const PLACE: &str = "{suffix}";

/// Extensions that a user who ends a name with them means as such: audio, video, and what lies about in a
/// project folder.
#[rustfmt::skip]
const KNOWN: [&str; 70] = [
    "wav", "wave", "bwf", "rf64", "w64", "aif", "aiff", "aifc", "mp1", "mp2", "mp3", "mpga", "ogg", "oga", "ogx",
    "opus", "spx", "flac", "m4a", "m4b", "aac", "ac3", "eac3", "dts", "wma", "caf", "au", "snd", "voc", "amr", "ape",
    "wv", "tta", "mka", "dsf", "dff", "mid", "midi", "pcm",
    "mp4", "m4v", "mov", "mkv", "avi", "webm", "wmv", "mpg", "mpeg", "mxf", "ogv",
    "toe", "tox", "chan", "bchan", "clip", "txt", "csv", "tsv", "json", "xml", "py", "md", "pdf", "zip",
    "png", "jpg", "jpeg", "gif", "tif", "exr",
];

/// The name of every take that File stands for.
///
/// The extension of a name is what follows its last dot:
///
/// - one of the format's: the name stays as it is, in its own letter case;
/// - another that is known as an extension ([`KNOWN`], any letter case): an error;
/// - anything else, as in `take.2024-05-01` or `my.take`, belongs to the name: the format's is added.
///
/// The suffix brings the extension, so `take{suffix}` is whole, and `take{suffix}.wav` means the same. Dots and
/// blanks at the end are dropped, since Windows drops them in its own way: `take.` is `take.wav`.
#[derive(Debug)]
pub(crate) struct NameTemplate {
    text: String,
    extension: &'static str,
}

impl NameTemplate {
    /// # Errors
    /// When no file can have the name, or not with this format.
    pub(crate) fn new(order: &NameRequest) -> Result<Self, Problem> {
        let named = || PathBuf::from(&order.file);
        if order.file.trim().is_empty() {
            return Err(Problem::NoFile);
        }
        let mut text = at_home(&order.file);
        // An expression put the suffix there: its place counts, not the index that it had then.
        if let Some(handed_out) = order.handed_out.as_deref().filter(|suffix| !suffix.is_empty())
            && let Some(stem) = text.strip_suffix(handed_out)
        {
            text = format!("{stem}{PLACE}");
        }
        text = place_words(&text, order);
        text.truncate(text.trim_end_matches(|char: char| char == '.' || char.is_whitespace()).len());
        let belongs = |extension: &str| order.extensions.iter().any(|own| own.eq_ignore_ascii_case(extension));
        if let Some((stem, rest)) = text.rsplit_once(PLACE)
            && rest.strip_prefix('.').is_some_and(belongs)
        {
            text = format!("{stem}{PLACE}");
        }

        let extension = order.extensions[0];
        let name = last_part(&text).replace(PLACE, &suffix(order.start, extension));
        if name.is_empty() {
            return Err(Problem::IsFolder { path: named() });
        }
        // A drive or a share of Windows, whatever stands in its name.
        let is_root = Path::new(&text).file_name().is_none();
        match Path::new(&name).extension().and_then(|found| found.to_str()) {
            Some(found) if belongs(found) => {}
            Some(found) if KNOWN.iter().any(|known| known.eq_ignore_ascii_case(found)) => {
                return Err(Problem::WrongExtension { path: named(), extensions: order.extensions });
            }
            _ => {
                text.push('.');
                text.push_str(extension);
            }
        }
        if cfg!(windows) {
            let shown = text.replace(PLACE, &suffix(order.start, extension));
            if let Some(name) = refused_by_windows(Path::new(&shown)) {
                return Err(Problem::WindowsName { path: named(), name });
            }
        }
        if is_root {
            return Err(Problem::IsFolder { path: named() });
        }
        Ok(Self { text, extension })
    }

    /// Whether every index gives another name.
    pub(crate) fn counts(&self) -> bool {
        self.text.contains(PLACE)
    }

    /// Makes every index give another name, with the suffix at its end if there is none.
    pub(crate) fn count(&mut self) {
        if !self.counts()
            && let Some((stem, _)) = self.text.rsplit_once('.')
        {
            self.text = format!("{stem}{PLACE}");
        }
    }

    /// The suffix of this index.
    pub(crate) fn suffix(&self, index: u64) -> String {
        suffix(index, self.extension)
    }

    /// The absolute path for this index. On Windows std takes over when it is longer than 260 characters.
    pub(crate) fn path(&self, index: u64) -> Result<PathBuf, Problem> {
        let text = self.text.replace(PLACE, &self.suffix(index));
        std::path::absolute(&text).map_err(|cause| Problem::io(FileOp::Open, Path::new(&text), cause))
    }

    /// What stands before and after the index in a file's name, when all names are in one folder and hold the
    /// index once.
    pub(crate) fn around_index(&self) -> Option<(&str, String)> {
        let (before, after) = last_part(&self.text).split_once(PLACE)?;
        let once = self.text.matches(PLACE).count() == 1;
        once.then(|| (before, format!(".{}{after}", self.extension)))
    }
}

/// Puts in what `{date}`, `{time}` and `{op}` stand for. Any other word stays.
fn place_words(text: &str, order: &NameRequest) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    let [date, time] = LocalTime::of(order.moment).words();
    // A name of a file on every system, and never another place or folder.
    let sign = |sign: char| if sign.is_alphanumeric() || sign == '-' { sign } else { '_' };
    let op: String = order.op.chars().map(sign).collect();
    text.replace("{date}", &date).replace("{time}", &time).replace("{op}", &op)
}

/// A name that begins with `~/`, as shells understand it: in the user's own folder.
fn at_home(file: &str) -> String {
    let home = || std::env::home_dir()?.into_os_string().into_string().ok();
    match file.strip_prefix('~').filter(|rest| rest.starts_with(is_separator)) {
        Some(rest) => home().map_or_else(|| file.to_owned(), |home| home + rest),
        None => file.to_owned(),
    }
}

/// What follows the last slash.
fn last_part(text: &str) -> &str {
    text.rsplit(is_separator).next().unwrap_or(text)
}

/// The part of a path that Windows would take for something else than a file's name: a device, which swallows
/// the take, or with a colon a stream that no other program sees.
fn refused_by_windows(path: &Path) -> Option<String> {
    path.components().find_map(|component| match component {
        Component::Prefix(prefix) => match prefix.kind() {
            Prefix::DeviceNS(device) => Some(device.to_string_lossy().into_owned()),
            _ => None,
        },
        Component::Normal(name) => name.to_str().filter(|name| is_refused_by_windows(name)).map(str::to_owned),
        _ => None,
    })
}

fn is_refused_by_windows(name: &str) -> bool {
    let forbidden = |char: char| char.is_ascii_control() || "<>:\"|?*".contains(char);
    // NUL.wav is the device NUL as well.
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let device = match stem.get(..3) {
        Some("COM" | "LPT") => {
            matches!(&stem[3..], "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        }
        _ => ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()),
    };
    device || name.contains(forbidden)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order(file: &str, extensions: &'static [&'static str]) -> NameRequest {
        NameRequest { unique: true, extensions, ..NameRequest::of(file) }
    }

    /// The name that a File text gives with WAV and index 7.
    fn wav(file: &str) -> String {
        let path = NameTemplate::new(&order(&format!("/x/{file}"), &["wav", "wave"])).unwrap().path(7).unwrap();
        let folder = std::path::absolute("/x").unwrap();
        path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/")
    }

    #[test]
    fn the_suffix_brings_the_extension() {
        assert_eq!(wav("take{suffix}"), "take.7.wav");
        assert_eq!(wav("take{suffix}.wav"), "take.7.wav");
        assert_eq!(wav("take{suffix}.WAV"), "take.7.wav");
        assert_eq!(wav("take{suffix}."), "take.7.wav");
        assert_eq!(wav("{suffix}"), ".7.wav");
    }

    #[test]
    fn the_suffix_may_stand_anywhere() {
        assert_eq!(wav("rec{suffix}/take"), "rec.7.wav/take.wav");
        assert_eq!(wav("rec{suffix}/take{suffix}"), "rec.7.wav/take.7.wav");
        assert_eq!(wav("take{suffix}_left"), "take.7.wav_left.wav");
        assert_eq!(wav("a{suffix}b{suffix}"), "a.7.wavb.7.wav");
    }

    #[test]
    fn date_time_and_op_stand_anywhere_and_other_words_stay() {
        let order = |file: &str| NameRequest { op: "rec/order 2{suffix}".into(), ..order(file, &["wav"]) };
        let path = |file: &str| NameTemplate::new(&order(file)).unwrap().path(7).unwrap();
        let [date, time] = LocalTime::of(order("").moment).words();
        let folder = std::path::absolute("/x").unwrap();
        let name = |name: &str| folder.join(name);
        assert_eq!(path("/x/{date}/{op} {time}{suffix}"), name(&format!("{date}/rec_order_2_suffix_ {time}.7.wav")));
        assert_eq!(path("/x/{time}.{date}"), name(&format!("{time}.{date}.wav")));
        assert_eq!(path("/x/{Date}{word}{}{date"), name("{Date}{word}{}{date.wav"));
        assert!(!NameTemplate::new(&order("/x/{date}{time}{op}")).unwrap().counts());
    }

    #[test]
    fn a_missing_extension_is_added() {
        assert_eq!(wav("take"), "take.wav");
        assert_eq!(wav("take."), "take.wav");
        assert_eq!(wav("take . "), "take.wav");
        assert_eq!(wav("take.2024-05-01"), "take.2024-05-01.wav");
        assert_eq!(wav("my.take"), "my.take.wav");
        assert_eq!(wav("v1.5"), "v1.5.wav");
        assert_eq!(wav("folder.mp3/take"), "folder.mp3/take.wav");
        assert_eq!(wav(".wav"), ".wav.wav");
        assert_eq!(wav("Stück №5 ♫"), "Stück №5 ♫.wav");
    }

    #[test]
    fn the_right_extension_stays_in_its_own_letter_case() {
        assert_eq!(wav("take.wav"), "take.wav");
        assert_eq!(wav("take.WaV"), "take.WaV");
        assert_eq!(wav("take.wave"), "take.wave");
        for name in ["take.aif", "take.AIFF"] {
            let template = NameTemplate::new(&order(name, &["aiff", "aif"])).unwrap();
            assert!(template.path(0).unwrap().ends_with(name));
        }
    }

    #[test]
    fn a_wrong_extension_is_an_error() {
        for name in ["take.mp3", "take.FLAC", "take{suffix}.mp3", "/x/project.toe", "a.wav.aif"] {
            let problem = NameTemplate::new(&order(name, &["wav"])).unwrap_err();
            assert!(matches!(problem, Problem::WrongExtension { .. }), "{name}: {problem}");
        }
    }

    #[test]
    fn every_extension_of_a_format_is_a_known_one() {
        for own in crate::formats::FORMATS.iter().flat_map(|format| format.extensions) {
            assert!(KNOWN.contains(own), "{own}");
        }
    }

    #[test]
    fn an_empty_file_is_an_error() {
        for file in ["", "  ", "\t"] {
            assert!(matches!(NameTemplate::new(&order(file, &["wav"])), Err(Problem::NoFile)));
        }
    }

    #[test]
    fn a_folder_is_an_error() {
        for file in ["/x/", "/", ".", "..", "/x/..", "/x/{suffix}/"] {
            let result = NameTemplate::new(&order(file, &["wav"]));
            assert!(matches!(result, Err(Problem::IsFolder { .. })), "{file}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn a_drive_or_a_share_is_a_folder() {
        for file in ["C:", "C:/", r"\\server\share", "//server/take", r"\\?\C:", r"\\?\UNC\server\share"] {
            let result = NameTemplate::new(&order(file, &["wav"]));
            assert!(matches!(result, Err(Problem::IsFolder { .. })), "{file}: {result:?}");
        }
        let long = format!(r"\\?\C:\{}\take{{suffix}}", "x".repeat(250));
        let path = NameTemplate::new(&order(&long, &["wav"])).unwrap().path(7).unwrap();
        assert_eq!(path.to_str(), Some(long.replace(PLACE, ".7.wav").as_str()));
    }

    #[test]
    fn the_suffix_that_was_handed_out_is_a_place_for_the_next() {
        for (file, handed_out, expected) in [
            ("/x/take.0.wav", Some(".0.wav"), "/x/take.7.wav"),
            // The format changed after the expression was evaluated.
            ("/x/take.0.mp3", Some(".0.mp3"), "/x/take.7.wav"),
            ("/x/take.0.wav", Some(".1.wav"), "/x/take.0.wav"),
            ("/x/take.0.wav", Some(""), "/x/take.0.wav"),
            ("/x/take.0.wav", None, "/x/take.0.wav"),
        ] {
            let order = NameRequest { handed_out: handed_out.map(str::to_owned), ..order(file, &["wav"]) };
            let expected = std::path::absolute(expected).unwrap();
            assert_eq!(NameTemplate::new(&order).unwrap().path(7).unwrap(), expected, "{handed_out:?}");
        }
    }

    #[test]
    fn a_tilde_in_front_is_the_users_own_folder() {
        let path = |file: &str| NameTemplate::new(&order(file, &["wav"])).unwrap().path(0).unwrap();
        let home = std::env::home_dir().unwrap();
        assert_eq!(path("~/takes/a"), home.join("takes/a.wav"));
        for name in ["takes/~/a", "~a", "~a/b"] {
            assert!(
                !path(name).starts_with(home.join("takes")) && path(name).to_string_lossy().contains('~'),
                "{name}"
            );
        }
    }

    #[test]
    fn windows_names_that_are_no_files_are_refused() {
        for name in
            ["NUL", "nul.wav", "con", "Aux.0.wav", "COM1.wav", "lpt9", "COM¹", "take:1.wav", "a?b", "a\u{1}", "nul .x"]
        {
            assert!(is_refused_by_windows(name), "{name}");
        }
        for name in ["null.wav", "COM.wav", "COM10.wav", "console", "take.0.wav", "LPT", "ö", "coö", "com", ""] {
            assert!(!is_refused_by_windows(name), "{name}");
        }
        assert_eq!(refused_by_windows(Path::new("rec/aux/take.wav")).as_deref(), Some("aux"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            file in ".{0,40}|[a./{}suffix ]{0,20}|(\\{suffix\\}|\\{time\\}|\\{op\\}|/|\\.|wav|a){0,8}",
            handed_out in prop::option::of(".{0,8}|\\.[0-9]\\.wav"),
            start in any::<u64>(),
        ) {
            let order = NameRequest { unique: true, start, handed_out, ..NameRequest::of(&file) };
            if let Ok(template) = NameTemplate::new(&order) {
                let path = template.path(start).unwrap();
                prop_assert!(path.extension().unwrap().eq_ignore_ascii_case("wav"), "{:?}", path);
                prop_assert!(path.is_absolute());
                if let Some((before, after)) = template.around_index() {
                    let name = path.file_name().unwrap().to_str().unwrap();
                    prop_assert_eq!(name, format!("{before}.{start}{after}"));
                }
            }
        }
    }
}

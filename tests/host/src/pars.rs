//! Parameters as a plugin declares them.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::ffi::RawPar;

/// Declares the kinds with their names, in the order of `Kind` in `include/host/parameters.h`.
macro_rules! kinds {
    ($($kind:ident $name:literal,)*) => {
        /// What a parameter is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum ParKind { $($kind,)* }

        impl ParKind {
            const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The kind in a word or two.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    Float "float",
    Int "int",
    Xy "xy",
    Xyz "xyz",
    Xyzw "xyzw",
    Uv "uv",
    Uvw "uvw",
    Wh "wh",
    Rgb "rgb",
    Rgba "rgba",
    Toggle "toggle",
    Pulse "pulse",
    Momentary "momentary",
    Str "string",
    File "file",
    FileSave "file (save)",
    Folder "folder",
    Dat "DAT",
    Chop "CHOP",
    Top "TOP",
    Object "object",
    Sop "SOP",
    Pop "POP",
    Python "python",
    Op "operator",
    Comp "COMP",
    Mat "MAT",
    PanelComp "panel COMP",
    Menu "menu",
    StringMenu "string menu",
    DynamicMenu "dynamic menu",
    DynamicStringMenu "dynamic string menu",
    Header "header",
}

impl fmt::Display for ParKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl ParKind {
    /// Whether a value is text. A menu's is the item's name.
    pub fn is_text(self) -> bool {
        !matches!(
            self,
            Self::Float
                | Self::Int
                | Self::Xy
                | Self::Xyz
                | Self::Xyzw
                | Self::Uv
                | Self::Uvw
                | Self::Wh
                | Self::Rgb
                | Self::Rgba
                | Self::Toggle
                | Self::Pulse
                | Self::Momentary
                | Self::DynamicMenu
        )
    }

    /// Whether a value is on or off.
    pub fn is_switch(self) -> bool {
        matches!(self, Self::Toggle | Self::Pulse | Self::Momentary)
    }
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Numbers, toggles (0 and 1), menu indices.
    Number(f64),
    /// Texts, paths, menu item names.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.pad(text),
        }
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(f64::from(number))
            }
        })*
    };
}

numbers!(f64, f32, i32, u32, u16, bool);

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&Path> for Value {
    fn from(path: &Path) -> Self {
        Self::Text(path.to_string_lossy().into_owned())
    }
}

impl From<&PathBuf> for Value {
    fn from(path: &PathBuf) -> Self {
        path.as_path().into()
    }
}

impl From<PathBuf> for Value {
    fn from(path: PathBuf) -> Self {
        path.as_path().into()
    }
}

/// A parameter as the plugin declared it.
#[derive(Clone, Debug, PartialEq)]
pub struct ParSpec {
    /// The name that scripts and the plugin use.
    pub name: String,
    /// The name that the user sees.
    pub label: String,
    /// The page that it stands on.
    pub page: String,
    /// What it is.
    pub kind: ParKind,
    /// Its value at first: of the first field where there are several.
    pub default: Value,
    /// The least value, when `clamp_min`.
    pub min: f64,
    /// The greatest value, when `clamp_max`.
    pub max: f64,
    /// Whether values below `min` are raised to it.
    pub clamp_min: bool,
    /// Whether values above `max` are lowered to it.
    pub clamp_max: bool,
    /// The slider's left end.
    pub slider_min: f64,
    /// The slider's right end.
    pub slider_max: f64,
    /// Names and labels of a menu's items.
    pub menu: Vec<(String, String)>,
    /// Whether a line is drawn above it; only in generation 10.2.
    pub section: bool,
    /// The help text; only in generation 10.2.
    pub help: Option<String>,
    /// What the host gave back for it: 0 success, 1 invalid or duplicate name, 2 invalid size.
    pub result: i32,
}

impl ParSpec {
    pub(crate) fn from_raw(raw: RawPar) -> Self {
        Self {
            name: raw.name,
            label: raw.label,
            page: raw.page,
            kind: ParKind::ALL[usize::from(raw.kind)],
            default: if raw.textual { Value::Text(raw.default_text) } else { Value::Number(raw.default_number) },
            min: raw.min,
            max: raw.max,
            clamp_min: raw.clamp_min,
            clamp_max: raw.clamp_max,
            slider_min: raw.slider_min,
            slider_max: raw.slider_max,
            menu: raw.menu.into_iter().map(|item| (item.name, item.label)).collect(),
            section: raw.section,
            help: raw.has_help.then_some(raw.help),
            result: raw.result,
        }
    }

    /// The value that somebody means who types `text`: on and off for toggles, a number, a menu item's name or index.
    ///
    /// # Errors
    /// When the text does not fit; the sentence says what would.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        if self.kind == ParKind::Menu {
            return self.item(&Value::from(text)).map(|index| Value::from(&self.menu[index].0));
        }
        if self.kind.is_text() {
            return Ok(Value::from(text));
        }
        if self.kind.is_switch() {
            match text.to_ascii_lowercase().as_str() {
                "on" | "true" | "yes" => return Ok(Value::from(true)),
                "off" | "false" | "no" => return Ok(Value::from(false)),
                _ => {}
            }
        }
        text.parse().map(Value::Number).map_err(|_| {
            let wanted = if self.kind.is_switch() { "on or off" } else { "a number" };
            format!("{} needs {wanted}, not '{text}'", self.name)
        })
    }

    /// The index of the menu item that `value` means, by name or by index.
    pub(crate) fn item(&self, value: &Value) -> Result<usize, String> {
        let found = match value {
            Value::Text(name) => self.menu.iter().position(|(item, _)| item == name),
            Value::Number(index) => (0..self.menu.len()).find(|&i| i as f64 == *index),
        };
        found.ok_or_else(|| {
            let items: Vec<&str> = self.menu.iter().map(|(name, _)| name.as_str()).collect();
            format!("{} has no item '{value}', only {}", self.name, items.join(", "))
        })
    }
}

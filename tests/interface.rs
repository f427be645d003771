//! Our declaration of the plugin interface against an SDK's: every size, every offset, and the order of virtual
//! methods, found by calling through one declaration and receiving in the other.
//!
//! `TOUCHDESIGNER_SDK` names the folder of Derivative's CHOP headers. Without it, the comparison itself is proven: our
//! own headers under an SDK's file names must agree, and copies with one mistake each must not.

mod common;
#[path = "host/tests/plugins/compile.rs"]
mod compile;

use std::ffi::{CStr, c_char, c_void};
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::process::alone;
use compile::Source;
use libloading::{Library, Symbol};
use tempfile::TempDir;

/// What an SDK's headers are called.
const CHOP_HEADER: &str = "CHOP_CPlusPlusBase.h";
const COMMON_HEADER: &str = "CPlusPlus_Common.h";
/// The generations as the probe numbers them, newest first.
const GENERATIONS: [(&str, &str); 3] = [("3", "10/2"), ("2", "10/1"), ("1", "9")];
const LIMIT: Duration = Duration::from_secs(120);

type Name = unsafe extern "C" fn(usize) -> *const c_char;
type Measure = unsafe extern "C" fn(usize, *mut usize) -> *const c_char;
type Object = unsafe extern "C" fn(usize) -> *mut c_void;
type Call = unsafe extern "C" fn(usize, *mut c_void);
type Last = unsafe extern "C" fn() -> *const c_char;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// `text` is null, or ends with a NUL and stays.
fn text(text: *const c_char) -> Option<String> {
    // SAFETY: the probe returns null or string literals, and is never unloaded while one is read.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// The probe, compiled with the headers of one side.
struct Probe(Library);

impl Probe {
    fn compile(
        name: &str,
        include: &Path,
        folder: &Path,
        generation: &str,
        defines: &[(&str, &str)],
    ) -> Result<PathBuf, String> {
        let defines: Vec<_> = defines.iter().copied().chain([("PROBE_GENERATION", generation)]).collect();
        let file = &project("tests/interface/probe.cpp");
        Source { file, name, folder, includes: &[include], defines: &defines, strict: false }.build()
    }

    fn load(library: &Path) -> Self {
        // SAFETY: the library was just compiled from our probe, which has no initialisers but its own tables.
        Self(unsafe { Library::new(library) }.unwrap())
    }

    fn symbol<T>(&self, name: &str) -> Symbol<'_, T> {
        // SAFETY: the callers below name each function with the type that the probe declares it with.
        unsafe { self.0.get(name) }.unwrap()
    }

    fn measures(&self) -> Vec<(String, usize)> {
        let measure = self.symbol::<Measure>("probe_measure");
        let all = (0..).map_while(|index| {
            let mut value = 0;
            // SAFETY: any index is allowed, and the pointer is to a number.
            let name = unsafe { measure(index, &raw mut value) };
            Some((text(name)?, value))
        });
        all.collect()
    }

    fn calls(&self) -> Vec<String> {
        let name = self.symbol::<Name>("probe_name");
        // SAFETY: any index is allowed.
        (0..).map_while(|index| text(unsafe { name(index) })).collect()
    }

    /// Calls method `index` as this side declares it on `other`'s object: the method that was entered there.
    fn enters(&self, index: usize, other: &Self) -> String {
        let object = other.symbol::<Object>("probe_object");
        let call = self.symbol::<Call>("probe_call");
        let last = other.symbol::<Last>("probe_last");
        // SAFETY: the index is that of a call, as both sides have them in the same order.
        let object = unsafe { object(index) };
        // SAFETY: the object is of the class that the call is made on, as the other side declares it. That this is
        // the same is what is tested; where it is not, this process is the one that suffers.
        unsafe { call(index, object) };
        // SAFETY: takes nothing.
        text(unsafe { last() }).unwrap_or_default()
    }
}

/// What differs between our headers and those in `sdk`, and the generation that was compared. Announces each call
/// where it may be the last thing that this process does.
fn differences(sdk: &Path, announce: bool) -> Result<(&'static str, Vec<String>), String> {
    let folder = tempfile::tempdir().unwrap();
    let theirs = [("PROBE_THEIRS", "")];
    let features = [("PROBE_THEIRS", ""), ("PROBE_FEATURES", "")];
    let (number, generation) = GENERATIONS
        .into_iter()
        .find(|(number, _)| Probe::compile("features", sdk, folder.path(), number, &features).is_ok())
        .unwrap_or(GENERATIONS[2]);
    let theirs = Probe::load(&Probe::compile("theirs", sdk, folder.path(), number, &theirs)?);
    let ours = Probe::load(&Probe::compile("ours", &project("../../include"), folder.path(), number, &[])?);
    let mut found = Vec::new();
    for ((name, our_value), (_, their_value)) in ours.measures().into_iter().zip(theirs.measures()) {
        if our_value != their_value {
            found.push(format!("{name} is {our_value} here and {their_value} there"));
        }
    }
    for (index, method) in ours.calls().iter().enumerate() {
        for (from, to, caller, callee) in [(&ours, &theirs, "ours", "theirs"), (&theirs, &ours, "theirs", "ours")] {
            if announce {
                println!("{method}: {caller} to {callee}");
            }
            let entered = from.enters(index, to);
            if entered != *method {
                found.push(format!("{method} of {caller} enters '{entered}' of {callee}"));
            }
        }
    }
    println!(
        "compared {} measures and {} methods of generation {generation}",
        ours.measures().len(),
        ours.calls().len()
    );
    Ok((generation, found))
}

/// Our headers under the names that an SDK's have, with what is peculiar there, each changed by `change`.
fn copied(change: impl Fn(String) -> String) -> TempDir {
    const FILES: [(&str, &str); 4] =
        [("chop.h", CHOP_HEADER), ("op.h", COMMON_HEADER), ("version.h", "version.h"), ("python.h", "python.h")];
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in FILES {
        let text = std::fs::read_to_string(project("../../include/touchdesigner").join(from)).unwrap();
        let text = text.replace("\r\n", "\n");
        let text = change(text).replace("\"op.h\"", &format!("\"{COMMON_HEADER}\""));
        std::fs::write(folder.path().join(to), peculiar(&text)).unwrap();
    }
    folder
}

/// Hidden methods, a calling convention of one system, and a member with the name of its type.
fn peculiar(text: &str) -> String {
    const HIDDEN: [&str; 4] = ["getInputTOPOpenGL(", "getParTOPOpenGL(", "getTOPOpenGL(", "getTOPDataInCPUMemory("];
    let mut lines = Vec::new();
    let mut hidden = false;
    for line in text.lines() {
        if hidden && line.trim_start().starts_with("virtual") {
            lines.push("public:");
            hidden = false;
        }
        if HIDDEN.iter().any(|method| line.contains(method)) {
            lines.push("private:");
            hidden = true;
        }
        lines.push(line);
    }
    if text.contains("class CHOP_CPlusPlusBase\n") {
        lines.push("typedef void (__cdecl *Filler)(TD::CHOP_PluginInfo*);");
        lines.push("struct texture;");
        lines.push("struct Holder { texture* texture = nullptr; };");
    }
    lines.join("\n") + "\n"
}

#[test]
fn our_declarations_should_be_those_of_the_sdk() {
    let Some(sdk) = std::env::var_os("TOUCHDESIGNER_SDK") else {
        println!("skipped: TOUCHDESIGNER_SDK does not name a folder with {CHOP_HEADER}");
        return;
    };
    let sdk = PathBuf::from(sdk);
    assert!(sdk.join(CHOP_HEADER).exists(), "TOUCHDESIGNER_SDK: {} has no {CHOP_HEADER}", sdk.display());
    alone("our_declarations_should_be_those_of_the_sdk", LIMIT, || {
        let (generation, found) = differences(&sdk, true).unwrap_or_else(|reason| panic!("{reason}"));
        assert!(found.is_empty(), "generation {generation}: {found:#?}");
    });
}

#[test]
fn the_comparison_should_find_nothing_where_nothing_differs() {
    let (generation, found) = differences(copied(|text| text).path(), false).unwrap();
    assert_eq!((generation, found), ("10/2", Vec::new()));
}

/// Swaps two texts that both occur once.
fn swap(text: &str, one: &str, other: &str) -> String {
    text.replace(one, "\u{1}").replace(other, one).replace('\u{1}', other)
}

/// As late headers of 10/1 have it: some methods of 10/2, none of its fields, and its slots still reserved.
fn of_10_1(text: String) -> String {
    let fields =
        "\tint32_t size = 1;\n\tbool section = false;\n\tconst char* help = nullptr;\n\tint32_t reserved[16] = {};";
    let mut text = text.replace(fields, "\tint32_t reserved[20] = {};");
    let parms = "\t// 10/2\n\tconst OP_Parameters* parms = nullptr;\n\tint32_t reserved[14] = {};";
    text = text.replace(parms, "\tint32_t reserved[16] = {};");
    let methods = ["saveData(", "loadData(", "inputConnectorLabel("];
    let reserve = |line: &str| match methods.iter().position(|method| line.contains(method)) {
        Some(index) => format!("\tvirtual int32_t reservedFunc{}() {{ return 0; }}", 6 + index),
        None => line.to_owned(),
    };
    text.lines().map(reserve).collect::<Vec<_>>().join("\n")
}

/// As headers of 9 have it, which end earlier.
fn of_9(text: String) -> String {
    const LATER: [&str; 8] = [
        "getInputPOP(",
        "getParPOP(",
        "getParRGB(",
        "getParRGBA(",
        "getPOP(",
        "appendXYZW(",
        "appendFileSave(",
        "appendPOP(",
    ];
    let text = of_10_1(text);
    let earlier = text.lines().filter(|line| !LATER.iter().any(|method| line.contains(method)));
    earlier.collect::<Vec<_>>().join("\n")
}

/// An SDK of an older generation has fewer methods and fields, and agrees in what it has.
#[test]
fn the_comparison_should_take_an_older_sdk_for_what_it_is() {
    for (change, generation) in [(of_10_1 as fn(String) -> String, "10/1"), (of_9, "9")] {
        assert_eq!(differences(copied(change).path(), false).unwrap(), (generation, Vec::new()));
    }
}

#[test]
fn the_comparison_should_find_each_mistake() {
    type Change = fn(String) -> String;
    let mistakes: [(&str, Change, &str); 7] = [
        (
            "two methods in the other order",
            |text| swap(&text, "getParString(", "getParFilePath("),
            "OP_Inputs::getParString of ours enters 'OP_Inputs::getParFilePath' of theirs",
        ),
        (
            "two methods of the plugin in the other order",
            |text| swap(&text, "getWarningString(", "getErrorString("),
            "CHOP_CPlusPlusBase::getErrorString of theirs enters 'CHOP_CPlusPlusBase::getWarningString' of ours",
        ),
        (
            "a method too many",
            |text| {
                text.replace(
                    "\tvirtual int32_t reservedFunc9() ",
                    "\tvirtual int32_t more() { return 0; }\n\tvirtual int32_t reservedFunc9() ",
                )
            },
            "CHOP_CPlusPlusBase::(behind the last) of ours enters '' of theirs",
        ),
        (
            "two fields in the other order",
            |text| {
                swap(
                    &text,
                    "int32_t numChannels = 0;\n\tint32_t numSamples = 0;",
                    "int32_t numSamples = 0;\n\tint32_t numChannels = 0;",
                )
            },
            "offset of CHOP_OutputInfo::numChannels is 0 here and 4 there",
        ),
        (
            "a field of another type",
            |text| text.replace("double startIndex", "float startIndex"),
            "size of OP_CHOPInput::startIndex is 8 here and 4 there",
        ),
        (
            "room for the future that is missing",
            |text| text.replace("int32_t reserved[400]", "int32_t reserved[398]"),
            "size of CHOP_CPlusPlusBase is 1608 here and 1600 there",
        ),
        (
            "another packing",
            |text| text.replace("pack(push, 8)", "pack(push, 4)"),
            "offset of OP_CHOPInput::sampleRate is 24 here and 20 there",
        ),
    ];
    for (what, change, expected) in mistakes {
        let sdk = copied(change);
        let (_, found) = differences(sdk.path(), false).unwrap_or_else(|reason| panic!("{what}: {reason}"));
        assert!(found.iter().any(|difference| difference == expected), "{what}: {found:#?}");
    }
}

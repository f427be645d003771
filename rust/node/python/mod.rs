//! Members of the node's Python object: THE table, and how the plugin offers them to the host.
//!
//! The host's Python calls a getter on the main thread, at any time and also in the middle of a cook: when the host
//! evaluates an expression in File because [`recorder`](super::recorder) asks for it. So getters read the
//! [`NodeStatus`](super::status::NodeStatus) like the info getters, and neither wait, touch a file nor take what a cook holds.
//!
//! Nothing is linked against Python: [`cpython`] looks up in the process what it needs. Without a Python there are no
//! members, and everything else works.

#[allow(unsafe_code, reason = "calls CPython, whose functions are looked up at run time")]
mod cpython;

use std::ffi::CStr;

use super::info::Facts;
use crate::bridge::ffi::PythonOffer;
use crate::destination::names;
use crate::formats::FORMATS;
pub(crate) use cpython::offer;

/// A read-only member.
pub(crate) struct Member {
    name: &'static CStr,
    doc: &'static CStr,
    value: Value,
}

/// What a member is, and how its value is worked out.
enum Value {
    /// A `str`.
    Text(fn(&Facts<'_>) -> String),
    /// An `int`, exact.
    Count(fn(&Facts<'_>) -> u64),
}

/// THE table of Python members.
static MEMBERS: [Member; 4] = [
    Member {
        name: c"fileSuffix",
        doc:
            c"The suffix of the running take's file, or of the next one's: a dot, the index, a dot and the extension, \
               for example '.0.wav'. Made for the File parameter: 'take' + me.fileSuffix.",
        value: Value::Text(file_suffix),
    },
    Member {
        name: c"file",
        doc:
            c"The file that is being recorded, or was recorded last, as an absolute path. Empty before the first take, \
               and until the file of a new one is open.",
        value: Value::Text(|facts| facts.running_or_last_file()),
    },
    Member {
        name: c"totalSamplesWritten",
        doc: c"Frames written in the running take, or in the last one; a frame is one sample of every channel.",
        value: Value::Count(|facts| facts.written()),
    },
    Member {
        name: c"takesFinished",
        doc: c"Counts up when a take is complete on disk, closed and unlocked. A take that ended in an error does not \
               count.",
        value: Value::Count(|facts| facts.finished()),
    },
];

/// What the node's Python class is for.
const CLASS_DOC: &CStr = c"Records its input to a file and tells when the file is ready.";

/// A member's value at the moment.
enum Found {
    Text(String),
    Count(u64),
}

impl Member {
    fn found(&self, facts: &Facts<'_>) -> Found {
        match self.value {
            Value::Text(text) => Found::Text(text(facts)),
            Value::Count(count) => Found::Count(count(facts)),
        }
    }
}

/// Never empty: before the first cook, when the parameters are not known yet, it is that of their defaults.
fn file_suffix(facts: &Facts<'_>) -> String {
    let mut suffix = facts.suffix();
    if suffix.is_empty() {
        suffix = names::suffix(0, FORMATS[0].extensions[0]);
    }
    facts.status.handed_out.note(&suffix);
    suffix
}

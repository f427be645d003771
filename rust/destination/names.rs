//! From the File text to a file that a take can be recorded to. README says how names are made.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::destination::name_template::NameTemplate;
use crate::destination::open::{self, Held};
use crate::destination::take_file::TakeFile;
use crate::messages::{Problem, Warning};

/// What the cook thread read when Record went on.
#[derive(Debug, Clone)]
pub(crate) struct NameRequest {
    /// May hold `{suffix}`, `{date}`, `{time}` and `{op}`, also more than once, also in a folder's name.
    pub(crate) file: String,
    /// The node's name.
    pub(crate) op: String,
    /// When Record went on.
    pub(crate) moment: SystemTime,
    pub(crate) unique: bool,
    /// Another take has begun since Record went on: nothing that exists is replaced.
    pub(crate) is_another: bool,
    /// N: the first index, or the index.
    pub(crate) start: u64,
    /// Of the format; the first is given to names that have none.
    pub(crate) extensions: &'static [&'static str],
    /// The suffix at the end of `file`, like `.0.wav`, when it is one that `me.fileSuffix` has returned.
    pub(crate) handed_out: Option<String>,
}

impl NameRequest {
    /// A fixed name.
    #[cfg(test)]
    pub(crate) fn of(file: &str) -> Self {
        let (op, moment) = ("audiofileoutplus1".into(), SystemTime::now());
        Self {
            file: file.into(),
            op,
            moment,
            unique: false,
            is_another: false,
            start: 0,
            extensions: &["wav"],
            handed_out: None,
        }
    }

    /// Whether both stand for the same names, whatever index an expression in File had at hand, and at any moment.
    pub(crate) fn means(&self, other: &Self) -> bool {
        fn stem(order: &NameRequest) -> (&str, bool) {
            let stem = order.handed_out.as_deref().and_then(|suffix| order.file.strip_suffix(suffix));
            stem.map_or((&order.file, false), |stem| (stem, true))
        }
        stem(self) == stem(other) && self.op == other.op && self.counts_like(other)
    }

    /// Whether both have the same first suffix, and look for a free one or not.
    pub(crate) fn counts_like(&self, other: &Self) -> bool {
        (self.unique, self.start, self.extensions) == (other.unique, other.start, other.extensions)
    }
}

/// A file that nobody else writes to any more and that waits for its header.
///
/// With a fixed name it may still hold what was recorded before. Dropped before [`Reserved::start`] succeeds, it
/// leaves everything as it was.
pub(crate) struct Reserved {
    held: Held,
    /// What `me.fileSuffix` says while the take runs.
    pub(crate) suffix: String,
}

impl Reserved {
    #[cfg(test)]
    pub(crate) fn path(&self) -> &Path {
        self.held.path()
    }

    pub(crate) fn warning(&self) -> Option<Warning> {
        self.held.warning()
    }

    /// Replaces whatever the file holds by `header` and `silence`: see [`TakeFile::begun`].
    ///
    /// # Errors
    /// The disk's refusal; what was recorded before then stands unharmed.
    pub(crate) fn start(self, header: &[u8], silence: &[u8]) -> Result<TakeFile, Problem> {
        self.held.start(header, silence)
    }
}

/// The file suffix of this index: `.0.wav`.
pub(crate) fn suffix(index: u64, extension: &str) -> String {
    format!(".{index}.{extension}")
}

/// Finds the name for a take, opens the file and locks it.
///
/// With Unique Suffix, and a name that uses the suffix, nothing that exists is ever opened: the name is taken by
/// creating the file, so that two nodes, or two names that the file system takes for one, get two files.
pub(crate) fn reserve(order: &NameRequest) -> Result<Reserved, Problem> {
    let mut template = NameTemplate::new(order)?;
    if order.is_another {
        template.count();
    }
    let reserved = |held, index| Reserved { held, suffix: template.suffix(index) };
    let is_counted = order.is_another || (order.unique && template.counts());
    if !is_counted {
        return Ok(reserved(open::replace(&template.path(order.start)?)?, order.start));
    }
    for index in Candidates::new(&template, order.start) {
        if let Some(held) = open::create(&template.path(index)?)? {
            return Ok(reserved(held, index));
        }
    }
    Err(Problem::NoFreeName { path: template.path(order.start)? })
}

/// What is wrong with the name, as far as it can be told without the disk.
pub(crate) fn check(order: &NameRequest) -> Result<(), Problem> {
    NameTemplate::new(order).map(drop)
}

/// What `me.fileSuffix` says between takes: with Unique Suffix the next free one, else that of N. Asks the disk
/// but creates nothing; an order that no take could have gives the suffix of N.
pub(crate) fn next_free(order: &NameRequest) -> String {
    let index = match NameTemplate::new(order) {
        Ok(template) if order.unique && template.counts() => Candidates::new(&template, order.start)
            .find(|index| template.path(*index).is_ok_and(|path| fs::symlink_metadata(path).is_err())),
        _ => None,
    };
    suffix(index.unwrap_or(order.start), order.extensions[0])
}

/// Bytes that file systems take for a name. Some count other units, of which no name has more than bytes.
const LONGEST_NAME: usize = 255;

/// The name of a take's continuation: `name.0.wav`, `name.0-2.wav`, `name.0-3.wav`. A stem that leaves no room for the
/// number is shortened.
pub(crate) fn roll_over(first: &Path, part: u32) -> PathBuf {
    let mut end = OsString::from(format!("-{part}"));
    if let Some(extension) = first.extension() {
        end.push(".");
        end.push(extension);
    }
    let mut name = first.file_stem().unwrap_or_default().to_owned();
    if name.len() + end.len() > LONGEST_NAME
        && let Some(stem) = name.to_str()
    {
        name = cut(stem, LONGEST_NAME.saturating_sub(end.len())).into();
    }
    name.push(end);
    first.with_file_name(name)
}

/// As much of `text` as fits into `most` bytes.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// How many numbers are tried for a continuation.
const PARTS_TRIED: u32 = 10_000;

/// Creates and locks the file in which the take that began with `first` goes on, and tells its number: `part`,
/// or the next that is free. Nothing that exists is replaced, whatever Unique Suffix says: File named the first
/// file only, so another with the name of a continuation is none of ours to overwrite.
pub(crate) fn reserve_part(first: &Path, part: u32) -> Result<(Held, u32), Problem> {
    for part in part..part.saturating_add(PARTS_TRIED) {
        if let Some(held) = open::create(&roll_over(first, part))? {
            return Ok((held, part));
        }
    }
    Err(Problem::NoFreeName { path: roll_over(first, part) })
}

/// The indices from N upward that may be free.
///
/// After a few misses the folder is listed once, and what it holds is left out: in a folder of 100,000 takes
/// that is three times as fast as asking for each on a local disk, and one question instead of 100,000 on a
/// network drive. The list is only a hint, since a file system may know names by another letter case.
struct Candidates<'a> {
    template: &'a NameTemplate,
    next: Option<u64>,
    tried: u32,
    taken: HashSet<u64>,
}

impl<'a> Candidates<'a> {
    /// How many indices are tried before the folder is listed.
    const MISSES: u32 = 32;
    /// How many indices are tried at all.
    const TRIES: u32 = 100_000;

    fn new(template: &'a NameTemplate, start: u64) -> Self {
        Self { template, next: Some(start), tried: 0, taken: HashSet::new() }
    }
}

impl Iterator for Candidates<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        if self.tried == Self::MISSES {
            self.taken = listed(self.template);
        }
        if self.tried == Self::TRIES {
            return None;
        }
        self.tried += 1;
        // As many steps at most as the folder has files.
        loop {
            let index = self.next?;
            self.next = index.checked_add(1);
            if !self.taken.contains(&index) {
                return Some(index);
            }
        }
    }
}

/// The indices that the folder shows as taken; empty when that cannot be told.
fn listed(template: &NameTemplate) -> HashSet<u64> {
    let Some((before, after)) = template.around_index() else { return HashSet::new() };
    let Ok(path) = template.path(0) else { return HashSet::new() };
    let Some(Ok(entries)) = path.parent().map(fs::read_dir) else { return HashSet::new() };
    entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let digits = name.to_str()?.strip_prefix(before)?.strip_prefix('.')?.strip_suffix(after.as_str())?;
            let index: u64 = digits.parse().ok()?;
            // Another spelling, such as 007, is another file.
            (index.to_string() == digits).then_some(index)
        })
        .collect()
}

#[cfg(test)]
mod tests;

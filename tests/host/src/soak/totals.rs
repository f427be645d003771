//! All takes of a soak, added up.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::verdict::Verdict;
use crate::summary::table;

/// What the takes of one file type came to.
#[derive(Clone, Debug, Default)]
struct Sum {
    takes: u64,
    files: u64,
    failed: u64,
    struck: u64,
    wrong: u64,
    given: u64,
    found: u64,
    gap: u64,
    announced: u64,
    bytes: u64,
}

/// All takes so far.
pub(super) struct Totals {
    seed: u64,
    sums: BTreeMap<String, Sum>,
    complaints: Vec<String>,
    /// Takes that were handed to the checking thread, and those that it is done with.
    pub(super) ordered: u64,
    judged: u64,
    pub(super) cooks: u64,
    /// Frames of the timeline that went by without a cook.
    pub(super) late_frames: u64,
}

const ROWS: [&str; 11] = [
    "takes",
    "finished",
    "ended in an error",
    "with a fault made",
    "files",
    "frames given",
    "frames in the files",
    "gaps announced",
    "losses announced",
    "megabytes",
    "wrong",
];

impl Totals {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, sums: BTreeMap::new(), complaints: Vec::new(), ordered: 0, judged: 0, cooks: 0, late_frames: 0 }
    }

    /// Takes in a verdict. Returns what is to be said about it at once.
    pub(super) fn add(&mut self, verdict: &Verdict) -> Option<String> {
        self.judged += 1;
        let sum = self.sums.entry(verdict.file_type.clone()).or_default();
        sum.takes += 1;
        sum.files += verdict.files;
        sum.failed += u64::from(!verdict.finished);
        sum.struck += u64::from(verdict.fault.is_some());
        sum.given += verdict.given;
        sum.found += verdict.found;
        sum.gap += verdict.gap;
        sum.announced += verdict.announced;
        sum.bytes += verdict.bytes;
        let complaint = verdict.complaint.as_ref()?;
        sum.wrong += 1;
        let fault = verdict.fault.as_ref().map_or(String::new(), |fault| format!(" ({fault})"));
        let line = format!("WRONG: {}{fault} in {}: {complaint}", verdict.name, verdict.folder.display());
        self.complaints.push(line.clone());
        Some(line)
    }

    /// Something is wrong that belongs to no take.
    pub(super) fn fault(&mut self, fault: String) {
        self.complaints.push(fault);
    }

    pub(super) fn all_good(&self) -> bool {
        self.complaints.is_empty() && self.judged == self.ordered && self.judged > 0
    }

    /// For the display while it goes on.
    pub(super) fn in_a_line(&self) -> String {
        let sum = self.whole();
        format!(
            "takes {}  to check {}  frames in files {:.1} M  announced {}  wrong {}",
            self.judged,
            self.ordered - self.judged,
            sum.found as f64 / 1e6,
            sum.announced,
            sum.wrong
        )
    }

    /// The table at the end, and what is wrong.
    pub(super) fn describe(&self) -> String {
        let whole = self.whole();
        let mut columns = Vec::new();
        for (name, sum) in self.sums.iter().map(|(name, sum)| (name.as_str(), sum)).chain([("all", &whole)]) {
            columns.push([name.to_owned()].into_iter().chain(sum.cells()).collect::<Vec<_>>());
        }
        let labels: Vec<&str> = ["file type"].into_iter().chain(ROWS).collect();
        let mut text = table(&labels, &columns);
        let _ = writeln!(text, "seed {}, {} cooks, {} frames late", self.seed, self.cooks, self.late_frames);
        for complaint in &self.complaints {
            let _ = writeln!(text, "{complaint}");
        }
        let _ = match self.all_good() {
            true => writeln!(text, "OK: every frame is in a file or was announced"),
            false => writeln!(text, "WRONG: {} of {} takes were checked", self.judged, self.ordered),
        };
        text
    }

    fn whole(&self) -> Sum {
        self.sums.values().fold(Sum::default(), |a, b| Sum {
            takes: a.takes + b.takes,
            files: a.files + b.files,
            failed: a.failed + b.failed,
            struck: a.struck + b.struck,
            wrong: a.wrong + b.wrong,
            given: a.given + b.given,
            found: a.found + b.found,
            gap: a.gap + b.gap,
            announced: a.announced + b.announced,
            bytes: a.bytes + b.bytes,
        })
    }
}

impl Sum {
    /// In the order of [`ROWS`].
    fn cells(&self) -> [String; 11] {
        [
            self.takes.to_string(),
            (self.takes - self.failed).to_string(),
            self.failed.to_string(),
            self.struck.to_string(),
            self.files.to_string(),
            self.given.to_string(),
            self.found.to_string(),
            self.gap.to_string(),
            self.announced.to_string(),
            format!("{:.1}", self.bytes as f64 / 1e6),
            self.wrong.to_string(),
        ]
    }
}

//! Random refusals of a disk, of any operation on a file and for any time: while memory holds, every frame is in the files
//! afterwards, and nothing else is.
//!
//! `AFOP_FUZZ_SECONDS` bounds the time, `AFOP_FUZZ_SEED` runs one case.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::formats::file_types;
use crate::common::{Rig, expected, interleaved, readers};
use tdhost::random::Random;

const RATE: f64 = 48_000.0;
const SLICE: usize = 800;
/// Cases that run side by side: most of their time is spent waiting.
const SIDE_BY_SIDE: u64 = 6;

/// The operations that can be refused.
const OPERATIONS: [&str; 9] = ["open", "lock", "begin", "write", "write", "header", "truncate", "sync", "close"];

/// Errors that pass: EIO, EACCES, EBUSY, ENOSPC, EROFS, ETIMEDOUT, ESTALE, EDQUOT, and what a share answers that cannot
/// do the operation at all: EINVAL, EOPNOTSUPP.
#[cfg(not(windows))]
const NUMBERS: [i32; 8] = [5, 13, 16, 28, 30, libc::ETIMEDOUT, libc::ESTALE, libc::EDQUOT];
#[cfg(not(windows))]
const CANNOT: [i32; 2] = [22, libc::EOPNOTSUPP];

/// ACCESS_DENIED, NOT_READY, SHARING_VIOLATION, LOCK_VIOLATION, DISK_FULL, UNEXP_NET_ERR, NETNAME_DELETED, IO_DEVICE.
#[cfg(windows)]
const NUMBERS: [i32; 8] = [5, 21, 32, 33, 112, 59, 64, 1117];
/// A file takes no more, which costs PCM nothing: EFBIG, FILE_TOO_LARGE.
const TOO_LARGE: i32 = if cfg!(windows) { 223 } else { 27 };

/// INVALID_FUNCTION, NOT_SUPPORTED.
#[cfg(windows)]
const CANNOT: [i32; 2] = [1, 50];

/// What is refused from one cook to another.
#[derive(Debug)]
struct Trouble {
    cooks: Range<usize>,
    orders: Vec<(&'static str, i32)>,
}

#[derive(Debug)]
struct Case {
    file_type: &'static str,
    channels: usize,
    cooks: usize,
    troubles: Vec<Trouble>,
    /// The last trouble is over so long after Record went off.
    late: Option<Duration>,
    /// A file of the same name stood there before.
    replaces: bool,
}

impl Case {
    fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut below = |most: usize| random.index(most);
        let file_type = file_types()[below(file_types().len())].name;
        let cooks = 30 + below(120);
        let troubles = (0..1 + below(3))
            .map(|_| {
                let from = below(cooks);
                let orders = (0..1 + below(2))
                    .map(|_| {
                        let operation = OPERATIONS[below(OPERATIONS.len())];
                        let cannot = ["sync", "lock"].contains(&operation) && below(2) == 0;
                        let is_pcm = ["wav", "aiff"].contains(&file_type);
                        let number = match () {
                            () if cannot => CANNOT[below(2)],
                            () if is_pcm && operation == "write" && below(3) == 0 => TOO_LARGE,
                            () => NUMBERS[below(NUMBERS.len())],
                        };
                        (operation, number)
                    })
                    .collect();
                Trouble { cooks: from..from + 1 + below(60), orders }
            })
            .collect();
        let late = (below(3) == 0).then(|| Duration::from_millis(below(600) as u64));
        Self { file_type, channels: 1 + below(2), cooks, troubles, late, replaces: below(3) == 0 }
    }

    /// What is refused at a cook, as the plugin reads it.
    fn orders(&self, cook: usize) -> String {
        let now = self.troubles.iter().filter(|trouble| trouble.cooks.contains(&cook));
        now.flat_map(|trouble| &trouble.orders).map(|(operation, number)| format!("{operation} {number}\n")).collect()
    }

    fn orders_any(&self, operations: &[&str]) -> bool {
        let mut orders = self.troubles.iter().flat_map(|trouble| &trouble.orders);
        orders.any(|(operation, number)| operations.contains(operation) && !CANNOT.contains(number))
    }
}

fn order(folder: &Path, orders: &str) {
    // In one step, since the plugin reads the file at every operation. Windows may refuse it just then.
    fs::write(folder.join("orders"), orders).expect("a file");
    let renamed = || fs::rename(folder.join("orders"), folder.join("faults"));
    while renamed().inspect_err(|error| assert_eq!(error.kind(), ErrorKind::PermissionDenied)).is_err() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// The files of the take, in order.
fn parts(first: &Path) -> Vec<PathBuf> {
    let (stem, extension) = (first.file_stem().expect("a name"), first.extension().expect("one"));
    let name = |number| format!("{}-{number}.{}", stem.display(), extension.display());
    let others = (2..).map(|number| first.with_file_name(name(number))).take_while(|path| path.exists());
    std::iter::once(first.to_owned()).chain(others).collect()
}

/// Plays one case; what is wrong, if something is.
fn play(case: &Case) -> Result<(), String> {
    let mut rig = Rig::new(case.channels, RATE);
    let folder = rig.folder().to_owned();
    let first = folder.join(format!("take.{}", case.file_type));
    rig.node.set("Filetype", case.file_type);
    rig.set_file(&format!("take.{}", case.file_type));
    if case.replaces {
        fs::write(&first, vec![0x55; 20_000]).expect("a file");
    }
    rig.record(true);
    let mut ordered = String::new();
    for cook in 0..case.cooks {
        let orders = case.orders(cook);
        if orders != ordered {
            order(&folder, &orders);
            ordered = orders;
        }
        rig.cook(SLICE);
        thread::sleep(Duration::from_millis(8));
    }
    if case.late.is_none() {
        order(&folder, "");
    }
    rig.record(false);
    rig.cook(SLICE);
    if let Some(late) = case.late {
        thread::sleep(late);
        order(&folder, "");
    }
    let began = Instant::now();
    while ["opening", "finishing"].contains(&rig.dat("state").as_str()) {
        if began.elapsed() > Duration::from_secs(30) {
            return Err(format!("the take does not end: {:?}", rig.node.info_dat()));
        }
        thread::sleep(Duration::from_millis(5));
    }
    judge(case, &mut rig, &first)
}

fn judge(case: &Case, rig: &mut Rig, first: &Path) -> Result<(), String> {
    let given = rig.given[0].len() as u64;
    let (written, lost) = (rig.number("total_samples_written"), rig.number("lost_samples"));
    if (written, lost) != (given, 0) {
        return Err(format!(
            "{given} frames came, {written} are in the file, {lost} are lost: {:?}",
            rig.node.info_dat()
        ));
    }
    // What a sync or a closing says of a file leaves a doubt, so that the take may not count.
    let doubt = case.orders_any(&["sync", "close"]);
    if rig.number("takes_finished") != 1 && !doubt {
        return Err(format!("the take does not count: {:?}", rig.node.info_dat()));
    }
    let files = parts(first);
    let samples = interleaved(&rig.given, |sample| expected(sample, 24));
    match case.file_type {
        "wav" => {
            let read: Vec<i32> = files.iter().flat_map(|file| readers::hound(file).samples).collect();
            if read != samples {
                return Err("the samples are others".to_owned());
            }
        }
        _ if !readers::have("ffmpeg") => {}
        "aiff" | "flac" => {
            let read: Vec<i32> = files.iter().flat_map(|file| readers::ffmpeg(file, 24, false)).collect();
            if read != samples {
                return Err("the samples are others".to_owned());
            }
        }
        _ => {
            let read: usize = files.iter().map(|file| readers::ffmpeg(file, 16, false).len()).sum();
            if read != samples.len() {
                return Err(format!("{read} samples are read in place of {}", samples.len()));
            }
        }
    }
    let faults = rig.node.host_faults();
    if faults.is_empty() { Ok(()) } else { Err(format!("the plugin broke rules: {faults:?}")) }
}

#[test]
fn no_refusal_costs_a_frame_while_memory_holds() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let until = Instant::now() + Duration::from_secs(number("AFOP_FUZZ_SECONDS").unwrap_or(10));
    let only = number("AFOP_FUZZ_SEED");
    let next = AtomicU64::new(only.unwrap_or(1));
    thread::scope(|scope| {
        for _ in 0..if only.is_some() { 1 } else { SIDE_BY_SIDE } {
            scope.spawn(|| {
                while Instant::now() < until || only.is_some() {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let case = Case::draw(seed);
                    if let Err(reason) = play(&case) {
                        panic!("AFOP_FUZZ_SEED={seed}: {reason}\n{case:#?}");
                    }
                    if only.is_some() {
                        break;
                    }
                }
            });
        }
    });
    println!("{} cases", next.load(Ordering::Relaxed));
}

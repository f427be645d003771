//! A process that is killed in the middle of a take, or while it finishes one.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::formats::file_types;
use crate::common::process::setting;
use crate::common::{PATIENCE, Rig, readers};
use crate::{RATE, SLICE, record_to};
use tdhost::random::Random;

const CHANNELS: usize = 2;
/// Set in the process that is to be killed: its folder, its codec, and the cook at which Record goes off.
const VICTIM: &str = "AFOP_VICTIM";
/// What a process may take with it.
const MOST_MISSING_SECONDS: f64 = 1.5;
/// Processes that live and die at once.
const AT_ONCE: usize = 12;
const CODECS: [&str; 4] = ["pcm16", "pcm24", "pcm32", "float32"];
const FIRST_MILLISECONDS: u64 = 250;
const LONGEST_MILLISECONDS: u64 = 3000;

/// A process to be killed, with a node for each format.
#[derive(Clone, Debug)]
struct Plan {
    codec: &'static str,
    /// How long it lives once its files are there.
    delay: Duration,
    /// The cook at which Record goes off, after which it is killed sooner.
    off: Option<u64>,
}

impl Plan {
    fn draw(random: &mut Random) -> Self {
        let off = random.one_in(4).then(|| random.between(1, LONGEST_MILLISECONDS * 60 / 1000));
        let longest = match off {
            Some(_) => 30,
            // While the first frames are written there are the most ways to leave a file that does not open.
            None if random.one_in(3) => FIRST_MILLISECONDS,
            None => LONGEST_MILLISECONDS,
        };
        Self {
            codec: CODECS[random.index(CODECS.len())],
            delay: Duration::from_micros(random.between(0, longest * 1000)),
            off,
        }
    }
}

fn formats() -> Vec<&'static str> {
    file_types().iter().map(|file_type| file_type.name).collect()
}

/// The process that is to be killed: records in real time and prints how many frames it has given.
#[test]
#[ignore = "is started by another test, which kills it"]
fn victim() {
    let Ok(order) = std::env::var(VICTIM) else { return };
    let mut order = order.splitn(3, ' ');
    let mut next = || order.next().expect("an order of three parts");
    let (codec, off, folder) = (next(), next().parse::<u64>().ok(), PathBuf::from(next()));
    let mut rigs: Vec<Rig> = file_types()
        .iter()
        .map(|file_type| {
            let mut rig = Rig::new(CHANNELS, RATE);
            let name = file_type.name;
            rig.node.set("Filetype", name);
            // One that it does not have would be no take at all.
            let has_codec = file_type.allows(codec, CHANNELS, RATE);
            rig.node.set("Codec", if has_codec { codec } else { file_type.codecs[0] });
            record_to(&mut rig, &folder.join(format!("take.{name}")));
            rig
        })
        .collect();
    rigs.iter_mut().for_each(|rig| drop(rig.cook(SLICE)));
    rigs.iter_mut().for_each(|rig| rig.wait("the file is open", |node| node.info("megabytes_written") > 0.0));
    let say = |word: &str, cooks: u64| {
        let mut output = std::io::stdout().lock();
        writeln!(output, "{word} {}", cooks * SLICE as u64).and_then(|()| output.flush()).expect("somebody listens");
    };
    let (began, mut cooks) = (Instant::now(), 1);
    while began.elapsed() < PATIENCE {
        if off.is_some_and(|off| off <= cooks) {
            rigs.iter_mut().for_each(|rig| rig.record(false));
            rigs.iter_mut().for_each(|rig| drop(rig.cook(SLICE)));
            say("off", cooks);
            thread::sleep(PATIENCE);
        }
        say("given", cooks);
        cooks += 1;
        for rig in &mut rigs {
            rig.cook(SLICE);
            rig.given.iter_mut().for_each(Vec::clear);
            assert_eq!(rig.node.error(), "");
        }
        let due = Duration::from_secs_f64(cooks as f64 / 60.0);
        thread::sleep(due.saturating_sub(began.elapsed()));
    }
}

struct Victim(Child);

impl Victim {
    fn start(plan: &Plan, folder: &Path) -> Self {
        let off = plan.off.map_or("never".to_owned(), |off| off.to_string());
        let child = Command::new(std::env::current_exe().expect("a path"))
            .args(["killed::victim", "--exact", "--nocapture", "--ignored"])
            .env(VICTIM, format!("{} {off} {}", plan.codec, folder.display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the test starts again");
        Self(child)
    }

    /// Kills it as planned. Returns the frames that it had given to each node, as far as it could say so.
    fn kill(mut self, plan: &Plan, files: &[PathBuf]) -> u64 {
        let lines = BufReader::new(self.0.stdout.take().expect("a pipe")).lines();
        let word = if plan.off.is_some() { "off " } else { "given " };
        let mut given = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix(word)?.parse().ok());
        let first: u64 = match plan.off {
            Some(_) => given.next().expect("the takes end"),
            None => {
                wait_for(files);
                0
            }
        };
        let child = &mut self.0;
        let last = thread::scope(|scope| {
            let last = scope.spawn(move || given.last());
            thread::sleep(plan.delay);
            child.kill().expect("it lives");
            last.join().expect("a reader")
        });
        assert!(!self.0.wait().expect("a child").success(), "it was killed");
        last.unwrap_or(first)
    }
}

/// Waits until all files have been begun.
fn wait_for(files: &[PathBuf]) {
    let began = Instant::now();
    while !files.iter().all(|file| file.metadata().is_ok_and(|file| file.len() > 0)) {
        assert!(began.elapsed() < PATIENCE, "the takes start");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Programs that can be run here.
struct Readers {
    ffmpeg: bool,
    ffprobe: bool,
    sndfile: bool,
    sox: bool,
    ogginfo: bool,
    /// libsndfile and SoX may have been built without MP3.
    mp3: bool,
}

impl Readers {
    fn here() -> Self {
        let [ffmpeg, ffprobe, sndfile, sox, ogginfo] =
            ["ffmpeg", "ffprobe", "sndfile-info", "sox", "ogginfo"].map(readers::have);
        Self { ffmpeg, ffprobe, sndfile, sox, ogginfo, mp3: std::env::var_os("AFOP_REQUIRE_TOOLS").is_some() }
    }

    /// Every program opens the file without a complaint. Frames that are in it.
    fn assert_open(&self, format: &str, file: &Path) -> Option<u64> {
        let mut found =
            (format == "wav").then(|| u64::from(hound::WavReader::open(file).expect("hound opens it").duration()));
        if self.ffmpeg {
            let arguments = ["-v", "fatal", "-i", utf8(file), "-f", "f32le", "-"];
            let frames = (opened("ffmpeg", &arguments).len() / 4 / CHANNELS) as u64;
            assert!(found.is_none_or(|found| found == frames), "{}: {found:?}, {frames}", file.display());
            found = Some(frames);
        }
        if self.ffprobe {
            opened("ffprobe", &["-v", "error", utf8(file)]);
        }
        let (sndfile, sox) = match format {
            "wav" | "aiff" | "flac" => (self.sndfile, self.sox),
            "mp3" => (self.sndfile && self.mp3, self.sox && self.mp3),
            "ogg" => {
                if self.ogginfo {
                    assert_is_whole_but_for_its_end(file);
                }
                (false, false)
            }
            name => panic!("which programs open a killed take in {name}?"),
        };
        if sndfile {
            opened("sndfile-info", &[utf8(file)]);
        }
        if sox {
            opened("sox", &["--i", utf8(file)]);
        }
        found
    }
}

fn utf8(file: &Path) -> &str {
    file.to_str().expect("a UTF-8 path")
}

fn opened(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().expect("it runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
    output.stdout
}

/// ogginfo finds a stream that it can play, and nothing to complain of but that the last page does not say it is one.
fn assert_is_whole_but_for_its_end(file: &Path) {
    let output = Command::new("ogginfo").arg(file).stdin(Stdio::null()).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("Vorbis headers parsed") && text.contains("Playback length"), "{text}");
    let mut complaints = text.lines().filter(|line| line.to_ascii_lowercase().contains("warning"));
    assert!(complaints.all(|line| line == "WARNING: EOS not set on stream 1"), "{text}");
    assert!(output.stderr.is_empty());
}

#[test]
fn a_killed_process_leaves_files_that_open_and_lack_at_most_a_second_and_a_half() {
    let seed = setting("AFOP_SEED", u64::from(std::process::id()));
    println!("AFOP_SEED={seed}");
    let mut random = Random::new(seed);
    let (readers, formats) = (Readers::here(), formats());
    let takes = setting("AFOP_KILLED_TAKES", 200) as usize;
    let plans: Vec<Plan> = (0..takes.div_ceil(formats.len())).map(|_| Plan::draw(&mut random)).collect();
    let (left, most_missing) = (Mutex::new(plans.clone()), Mutex::new(vec![0.0f64; formats.len()]));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(plan) = left.lock().expect("nobody panicked").pop() else { break };
                    let folder = tempfile::tempdir().expect("a temporary folder");
                    let files = formats.iter().map(|format| folder.path().join(format!("take.{format}")));
                    let files: Vec<PathBuf> = files.collect();
                    let given = Victim::start(&plan, folder.path()).kill(&plan, &files);
                    for (index, (format, file)) in formats.iter().zip(&files).enumerate() {
                        let Some(frames) = readers.assert_open(format, file) else { continue };
                        let missing = (given as f64 - frames as f64) / RATE;
                        assert!(missing <= MOST_MISSING_SECONDS, "{format}, {plan:?}: {missing} s of {given} frames");
                        let mut most = most_missing.lock().expect("nobody panicked");
                        most[index] = most[index].max(missing);
                    }
                }
            });
        }
    });
    let most = most_missing.into_inner().expect("nobody panicked");
    println!("{} takes of {formats:?}: at most {most:.3?} s are missing", plans.len() * formats.len());
}

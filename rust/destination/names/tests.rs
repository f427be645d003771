use std::time::{Duration, Instant};

#[cfg(unix)]
use proptest::prelude::*;

use super::*;

fn order(folder: &Path, file: &str) -> NameRequest {
    let file = format!("{}/{file}", folder.display());
    NameRequest { unique: true, ..NameRequest::of(&file) }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Reserves and keeps the file; the name that it got.
fn record(order: &NameRequest) -> String {
    let take = reserve(order).unwrap().start(b"RIFF", b"").unwrap();
    take.path().file_name().unwrap().to_str().unwrap().to_owned()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_suffix_is_unpadded_with_dot_and_extension() {
    assert_eq!(suffix(0, "wav"), ".0.wav");
    assert_eq!(suffix(u64::MAX, "mp3"), ".18446744073709551615.mp3");
}

#[test]
fn unique_takes_the_first_free_index_from_n_upward() {
    let folder = folder();
    for taken in ["take.2.wav", "take.3.wav", "take.5.wav"] {
        fs::write(folder.path().join(taken), b"kept").unwrap();
    }
    let order = NameRequest { start: 2, ..order(folder.path(), "take{suffix}") };
    assert_eq!(next_free(&order), ".4.wav");
    let reserved = reserve(&order).unwrap();
    assert_eq!((reserved.suffix.as_str(), reserved.path()), (".4.wav", folder.path().join("take.4.wav").as_path()));
    assert!(reserved.warning().is_none());
    let _take = reserved.start(b"RIFF", b"").unwrap();
    assert_eq!(next_free(&order), ".6.wav");
    assert_eq!(record(&order), "take.6.wav");
    assert_eq!(fs::read(folder.path().join("take.5.wav")).unwrap(), b"kept");
}

#[test]
fn asking_for_the_next_suffix_creates_nothing() {
    let folder = folder();
    assert_eq!(next_free(&order(folder.path(), "a/b{suffix}/take{suffix}")), ".0.wav");
    assert!(files(folder.path()).is_empty());
}

#[test]
fn without_unique_n_is_the_index_and_the_file_is_replaced() {
    let folder = folder();
    fs::write(folder.path().join("take.3.wav"), b"a longer former take").unwrap();
    let order = NameRequest { unique: false, start: 3, ..order(folder.path(), "take{suffix}") };
    assert_eq!(next_free(&order), ".3.wav");
    assert_eq!(record(&order), "take.3.wav");
    assert_eq!(fs::read(folder.path().join("take.3.wav")).unwrap(), b"RIFF");
}

#[test]
fn a_fixed_name_is_replaced_also_with_unique() {
    let folder = folder();
    let order = order(folder.path(), "take");
    for _ in 0..2 {
        assert_eq!(record(&order), "take.wav");
    }
    assert_eq!((next_free(&order).as_str(), files(folder.path()).len()), (".0.wav", 1));
}

#[test]
fn an_expression_finds_the_next_index_whether_or_not_it_is_evaluated_anew() {
    let folder = folder();
    let mut stale = order(folder.path(), "take.0.wav");
    stale.handed_out = Some(".0.wav".into());
    assert_eq!(record(&stale), "take.0.wav");
    assert_eq!(next_free(&stale), ".1.wav");
    assert_eq!(record(&stale), "take.1.wav");

    let mut fresh = order(folder.path(), "take.2.wav");
    fresh.handed_out = Some(next_free(&stale));
    assert_eq!(record(&fresh), "take.2.wav");
    assert_eq!(files(folder.path()), ["take.0.wav", "take.1.wav", "take.2.wav"]);
}

#[test]
fn a_wrong_extension_touches_nothing() {
    let folder = folder();
    fs::write(folder.path().join("take.mp3"), b"kept").unwrap();
    assert!(matches!(reserve(&order(folder.path(), "take.mp3")), Err(Problem::WrongExtension { .. })));
    assert!(matches!(reserve(&order(folder.path(), "new/take.mp3")), Err(Problem::WrongExtension { .. })));
    assert_eq!(files(folder.path()), ["take.mp3"]);
    assert_eq!(fs::read(folder.path().join("take.mp3")).unwrap(), b"kept");
}

#[test]
fn the_suffix_counts_in_folder_names_too() {
    let folder = folder();
    let order = order(folder.path(), "rec{suffix}/take");
    for index in 0..3 {
        assert_eq!(record(&order), "take.wav");
        assert!(folder.path().join(format!("rec.{index}.wav/take.wav")).is_file());
    }
}

#[test]
fn two_nodes_that_start_at_the_same_time_get_two_names() {
    let folder = folder();
    let order = order(folder.path(), "deep/er/take{suffix}");
    let together = std::sync::Barrier::new(2);
    let names: Vec<Vec<String>> = std::thread::scope(|scope| {
        let nodes = [(), ()].map(|()| {
            scope.spawn(|| {
                (0..200)
                    .map(|_| {
                        together.wait();
                        record(&order)
                    })
                    .collect()
            })
        });
        nodes.map(|node| node.join().unwrap()).into()
    });
    let distinct: HashSet<&String> = names.iter().flatten().collect();
    assert_eq!(distinct.len(), 400);
    assert!(folder.path().join("deep/er/take.399.wav").exists());
}

#[test]
fn two_nodes_with_one_fixed_name_are_told_apart() {
    let folder = folder();
    let order = order(folder.path(), "take");
    let _first = reserve(&order).unwrap().start(b"first", b"").unwrap();
    let Err(problem) = reserve(&order) else { panic!("opened twice") };
    assert!(matches!(problem, Problem::Locked { .. }), "{problem}");
    assert_eq!(fs::read(folder.path().join("take.wav")).unwrap(), b"first");
}

#[test]
fn a_folder_of_many_takes_is_searched_in_no_time() {
    let folder = folder();
    for index in (0..10_000).filter(|index| *index != 9_000) {
        fs::File::create(folder.path().join(format!("take.{index}.wav"))).unwrap();
    }
    for other in ["take.09000.wav", "take.9000.wave", "TAKE", "take.x.wav", "take..wav", "take.-1.wav"] {
        fs::File::create(folder.path().join(other)).unwrap();
    }
    let order = order(folder.path(), "take{suffix}");
    let start = Instant::now();
    assert_eq!(next_free(&order), ".9000.wav");
    assert_eq!(record(&order), "take.9000.wav");
    assert_eq!(record(&order), "take.10000.wav");
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn the_search_ends_at_the_last_index() {
    let folder = folder();
    let order = NameRequest { start: u64::MAX, ..order(folder.path(), "take{suffix}") };
    assert_eq!(record(&order), "take.18446744073709551615.wav");
    assert!(matches!(reserve(&order), Err(Problem::NoFreeName { .. })));
    assert_eq!(next_free(&order), ".18446744073709551615.wav");
}

// Windows has another word for it.
#[cfg(unix)]
#[test]
fn a_name_that_is_too_long_is_a_worded_problem_and_leaves_no_folder() {
    let folder = folder();
    let order = order(folder.path(), &format!("new/{}{{suffix}}", "x".repeat(300)));
    let Err(problem) = reserve(&order) else { panic!("opened") };
    assert!(problem.to_string().starts_with("The name is too long for this disk, "), "{problem}");
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_path_beyond_260_characters_works() {
    let folder = folder();
    let long = format!("{}/{}/take{{suffix}}", "x".repeat(150), "y".repeat(150));
    assert_eq!(record(&order(folder.path(), &long)), "take.0.wav");
}

#[test]
fn continuations_are_numbered_from_2() {
    for (first, second) in [
        ("/x/name.0.wav", "/x/name.0-2.wav"),
        ("/x/take.WAV", "/x/take-2.WAV"),
        ("/x.y/Stück.aif", "/x.y/Stück-2.aif"),
        ("/x/take.0.wav_left.wav", "/x/take.0.wav_left-2.wav"),
    ] {
        assert_eq!(roll_over(Path::new(first), 2), Path::new(second));
    }
    assert_eq!(roll_over(Path::new("/x/name.0.wav"), 3), Path::new("/x/name.0-3.wav"));
}

#[test]
fn a_continuation_of_the_longest_name_is_no_longer() {
    for letter in ["x", "ö", "♫"] {
        let stem = letter.repeat(251 / letter.len());
        let name = roll_over(&folder().path().join(format!("{stem}.wav")), 12);
        let name = name.file_name().unwrap().to_str().unwrap();
        assert!(name.len() <= 255 && name.len() > 250, "{}", name.len());
        assert!(name.ends_with(&format!("{letter}-12.wav")), "{name}");
    }
}

#[test]
fn a_continuation_never_replaces_a_file() {
    let folder = folder();
    let first = folder.path().join("name.0.wav");
    fs::write(folder.path().join("name.0-2.wav"), b"kept").unwrap();
    let (held, part) = reserve_part(&first, 2).unwrap();
    assert_eq!((part, held.path()), (3, folder.path().join("name.0-3.wav").as_path()));
    held.start(b"RIFF", b"").unwrap();
    assert_eq!(reserve_part(&first, part + 1).unwrap().1, 4);
    assert_eq!(fs::read(folder.path().join("name.0-2.wav")).unwrap(), b"kept");
}

// Windows folds blanks and dots within a path, so there the text says less plainly where it points.
#[cfg(unix)]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_file_says_only_its_own_folder_is_touched(
        file in ".{0,60}|[a./{}suffix]{0,20}|(\\{suffix\\}|/|\\.\\./?|\\.|wav|a|mp3){0,8}",
        unique in any::<bool>(),
        start in any::<u64>(),
    ) {
        prop_assume!(!file.split('/').any(|part| part == ".."));
        let outer = folder();
        let inner = outer.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let order = NameRequest { unique, start, ..order(&inner, &file) };
        next_free(&order);
        match reserve(&order) {
            Ok(reserved) => {
                let path = reserved.path().to_owned();
                prop_assert!(path.starts_with(&inner), "{:?}", path);
                reserved.start(b"RIFF", b"").unwrap();
                prop_assert_eq!(fs::read(&path).unwrap(), b"RIFF");
            }
            Err(problem) => {
                prop_assert!(files(&inner).is_empty());
                prop_assert!(!problem.to_string().contains(char::is_control));
            }
        }
        prop_assert_eq!(files(outer.path()), ["inner"]);
    }
}

//! Names that differ in the case of letters only.

use std::time::Duration;

use crate::common::{Rig, assert_same, expected, interleaved, readers};
use crate::fuse::Fuse;
use crate::refused::seconds;
use crate::{RATE, SLICE, cook_in_real_time, record_to};

#[test]
fn a_second_spelling_of_a_file_waits_as_for_a_locked_one() {
    let Some(fuse) = Fuse::careless_of_case() else { return };
    for folder in ["", "takes/"] {
        let (mut first, mut second) = (Rig::new(2, RATE), Rig::new(2, RATE));
        let file = fuse.file(&format!("{folder}fix.wav"));
        record_to(&mut first, &file);
        seconds(&mut first, 0.3);
        assert_eq!(first.dat("state"), "recording");
        // The folder too may be spelled in another way.
        let spelled = fuse.file(&format!("{}FIX.wav", folder.to_uppercase()));
        record_to(&mut second, &spelled);
        seconds(&mut second, 0.5);
        let warning = second.node.warning();
        println!("{warning}");
        assert!(warning.contains("FIX.wav is locked by another node, so "), "{warning}");
        assert_eq!((second.node.error().as_str(), second.dat("state").as_str()), ("", "opening"));
        first.record(false);
        first.cook(SLICE);
        first.wait("the first take is finished", |node| node.info("takes_finished") == 1.0);
        let kept = readers::hound(&file).samples;
        assert_same(&kept, &interleaved(&first.given, |sample| expected(sample, 24)), "the first take");
        cook_in_real_time(&mut second, Duration::from_secs(8), |rig| rig.dat("state") == "opening");
        second.finish();
        let replaced = readers::hound(&file).samples;
        assert_same(&replaced, &interleaved(&second.given, |sample| expected(sample, 24)), "the second take");
        assert_eq!((second.number("takes_finished"), second.number("lost_samples")), (1, 0));
    }
}

#[test]
fn two_files_whose_names_differ_in_case_are_recorded_side_by_side() {
    // Both when they are new, and when both are replaced.
    let (mut first, mut second) = (Rig::new(2, RATE), Rig::new(2, RATE));
    let (small, large) = (first.path("fix.wav"), first.path("FIX.wav"));
    for _ in 0..2 {
        record_to(&mut first, &small);
        record_to(&mut second, &large);
        seconds(&mut first, 0.3);
        seconds(&mut second, 0.3);
        assert_eq!((second.node.warning(), second.node.error()), (String::new(), String::new()));
        for (rig, file) in [(&mut first, &small), (&mut second, &large)] {
            assert_eq!(rig.finish(), *file);
            let given = interleaved(&rig.given, |sample| expected(sample, 24));
            assert_same(&readers::hound(file).samples, &given, "each has its own");
        }
    }
}

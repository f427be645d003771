//! What the soak and the fuzz tests once found, each as a test of its own.

use crate::common::Rig;

/// The state was idle while the writer thread still looked for the next free name, and the take was counted only then:
/// a host that waits for idle and then reads takes_finished or last_file read those of the take before.
#[test]
fn an_idle_node_should_have_counted_its_take() {
    let mut rig = Rig::new(1, 48000.0);
    rig.set_file("take{suffix}");
    for take in 1..=150 {
        rig.record(true);
        rig.cooks(2);
        rig.record(false);
        rig.cook(1);
        rig.wait("the node is idle", |node| {
            let rows = node.info_dat();
            let value = |key| rows.iter().find(|(name, _)| name == key).expect("a row").1.clone();
            let idle = value("state") == "idle";
            assert!(!idle || value("takes_finished") == take.to_string(), "idle, and take {take} is not counted");
            idle
        });
    }
}

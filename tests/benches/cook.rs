//! Whole cooks of the built plugin through the C++ interface, with warm caches. `tdhost bench` has them cold.

use divan::Bencher;
use divan::counter::BytesCount;
use tdhost::{Generation, Input, Node, NodeOptions, Plugin, Timeline, find_plugin, signal};

const FRAMES: usize = 800;
const RATE: u32 = 48_000;

fn main() {
    divan::main();
}

/// A node with its input wired, cooked once.
fn node(channels: usize, folder: &tempfile::TempDir) -> Node {
    let path = find_plugin().expect("the plugin is built with the benchmarks");
    let plugin = Plugin::load(&path, Generation::G10_2).expect("the plugin loads");
    let mut node = Node::create(&plugin, &NodeOptions::default());
    node.set("File", folder.path().join("cook.wav"));
    let mut input = Input::new(channels, f64::from(RATE));
    for (channel, samples) in input.channels.iter_mut().enumerate() {
        samples.resize(FRAMES, 0.0);
        signal::fill(channel, 0, RATE, samples);
    }
    input.cooked(0.0);
    node.set_input(Some(input));
    node.prepare(&Timeline::new(60.0).advance(1));
    node.execute();
    node
}

fn cook(bencher: Bencher<'_, '_>, channels: usize, record: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut node = node(channels, &folder);
    node.set("Record", record);
    bencher.counter(BytesCount::new(channels * FRAMES * size_of::<f32>())).bench_local(|| node.execute_again());
}

/// Passes through and records. Cooks come faster than the writer can take them, so that some wait for it.
#[divan::bench(args = [2, 8, 64], sample_count = 20, sample_size = 50)]
fn recording(bencher: Bencher<'_, '_>, channels: usize) {
    cook(bencher, channels, true);
}

/// Passes through only.
#[divan::bench(args = [2, 8, 64])]
fn idle(bencher: Bencher<'_, '_>, channels: usize) {
    cook(bencher, channels, false);
}

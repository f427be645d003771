//! The ring, every codec and its container, each alone and with warm caches: what a change to one of them costs.

use audiofileoutplus::bench_api::{Encoding, Ring};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

const FRAMES: usize = 800;

fn main() {
    divan::main();
}

fn noise(samples: usize) -> Vec<f32> {
    (0..samples).map(|index| tdhost::signal::sample(index / FRAMES, (index % FRAMES) as u64, 48_000)).collect()
}

/// A block into the ring and out again, as bytes of samples.
#[divan::bench(args = [1, 2, 8, 64, 1024])]
fn ring(bencher: Bencher<'_, '_>, channels: usize) {
    let mut ring = Ring::new(channels, FRAMES);
    bencher.counter(BytesCount::new(channels * FRAMES * size_of::<f32>())).bench_local(|| {
        assert!(ring.put());
        assert_eq!(ring.take(), FRAMES);
    });
}

/// Every conversion of the PCM codecs, as samples.
#[divan::bench(args = Case::pcm())]
fn pcm(bencher: Bencher<'_, '_>, case: &Case) {
    case.encode(bencher);
}

/// The lossy formats, as samples.
#[divan::bench(args = Case::lossy(), sample_count = 20)]
fn lossy(bencher: Bencher<'_, '_>, case: &Case) {
    case.encode(bencher);
}

struct Case {
    format: &'static str,
    codec: &'static str,
    channels: usize,
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} ch", self.format, self.codec, self.channels)
    }
}

impl Case {
    fn pcm() -> Vec<Self> {
        let cases = Encoding::pcm().into_iter();
        cases.flat_map(|(format, codec)| [1, 2, 8, 64].map(|channels| Self { format, codec, channels })).collect()
    }

    fn lossy() -> Vec<Self> {
        Encoding::lossy().into_iter().map(|format| Self { format, codec: "pcm24", channels: 2 }).collect()
    }

    fn encode(&self, bencher: Bencher<'_, '_>) {
        let block = noise(self.channels * FRAMES);
        let mut encoding = Encoding::open(self.format, self.codec, self.channels).expect("the format holds this");
        bencher.counter(ItemsCount::new(block.len())).bench_local(|| encoding.write(&block));
    }
}

use super::*;
use crate::stream::lane::copy::{Ahead, Loops};
use crate::stream::lane::{Lane, Peak};
use proptest::prelude::*;

struct Mono<'a> {
    source: &'a [f32],
    output: Vec<f32>,
    peak: Peak,
}

impl Lanes for Mono<'_> {
    fn lane(&mut self, _index: usize) -> Lane<'_> {
        let (loops, ahead) = (Loops::new(), Ahead { source: self.source.as_ptr(), output: self.output.as_ptr() });
        Lane { source: self.source, output: &mut self.output, peak: &mut self.peak, loops, ahead }
    }
}

fn put(feed: &mut Feed, source: &[f32]) -> Result<(), Full> {
    // Most hosts want as many samples as there are.
    let wanted = if source.len() % 5 == 1 { 7 } else { source.len() };
    feed.audio(source.len(), &mut Mono { source, output: vec![0.0; wanted], peak: Peak::default() }, Reach::All)
}

const MONO: AudioLayout = AudioLayout { channels: 1, rate: 100.0 };

#[test]
fn the_reserve_is_for_what_the_near_ring_has_no_room_for() {
    let (mut feed, inbox) = inbox(MONO, 1);
    let mut next = 0.0;
    let mut give = |feed: &mut Feed, reach| {
        let source = [next, next + 1.0, next + 2.0];
        let output = vec![0.0; source.len()];
        let given = feed.audio(source.len(), &mut Mono { source: &source, output, peak: Peak::default() }, reach);
        next += if given.is_ok() { 3.0 } else { 0.0 };
        given
    };
    let mut read = Vec::new();
    for lap in 0..3 {
        while give(&mut feed, Reach::Near).is_ok() {}
        assert_eq!(inbox.outlet().reserve.occupied_len(), 0, "lap {lap}");
        for _ in 0..5 {
            assert_eq!(give(&mut feed, Reach::All), Ok(()), "lap {lap}");
        }
        assert_eq!(inbox.outlet().reserve.occupied_len(), 5 * (HEADER + 3), "lap {lap}");
        // Room in the near ring while older blocks wait in the reserve.
        assert_eq!(inbox.take(|_| ()), Taken::Item(()));
        read.extend([f32::NAN; 3]);
        assert_eq!(give(&mut feed, Reach::Near), Ok(()), "lap {lap}");
        if lap == 1 {
            (0..5).for_each(|_| inbox.outlet().spill_one(1).then_some(()).expect("memory"));
        }
        assert!(!drain(&inbox, &mut read));
    }
    assert!(read.iter().enumerate().all(|(at, sample)| sample.is_nan() || *sample == at as f32), "{read:?}");
    assert_eq!(read.len(), next as usize);
}

/// Everything that waits, silence as NaN.
fn drain(inbox: &Inbox, into: &mut Vec<f32>) -> bool {
    loop {
        let taken = inbox.take(|item| match item {
            Item::Audio(views) => views.iter().for_each(|view| into.extend_from_slice(view.channel(0))),
            Item::Silence(frames) => into.extend((0..frames).map(|_| f32::NAN)),
        });
        match taken {
            Taken::Item(()) => {}
            Taken::Nothing => return false,
            Taken::End => return true,
        }
    }
}

#[test]
fn blocks_that_are_kept_past_the_caches_come_out_as_they_went_in() {
    // Of lengths that begin and end anywhere in a line, some of them around the seam of the ring.
    let lengths = || (0..60).map(|block| 32_768 + block * 7);
    let block = |length: usize| (0..length).map(|at| (at * 31 + length) as f32).collect::<Vec<_>>();
    let (mut feed, inbox) = inbox(MONO, 33_000);
    for length in lengths() {
        let (source, mut read) = (block(length), Vec::new());
        assert_eq!(put(&mut feed, &source), Ok(()));
        assert!(!drain(&inbox, &mut read));
        assert!(read == source, "{length} samples");
    }
    let (mut own, own_inbox) = super::inbox(MONO, 1);
    let (source, mut read) = (block(3 << 20), Vec::new());
    assert_eq!(put(&mut own, &source), Ok(()));
    assert!(!drain(&own_inbox, &mut read) && read == source, "a block in memory of its own");
}

#[test]
fn large_blocks_are_shown_in_pieces_wherever_they_are_moved_to_meanwhile() {
    const LENGTH: usize = PIECE + 1000;
    // A block of the near ring, one of the reserve, and one in memory of its own.
    for (made_for, moved_after) in [(LENGTH, 0), (LENGTH, 1), (LENGTH, 4), (LENGTH, usize::MAX), (1, usize::MAX)] {
        let (mut feed, inbox) = inbox(MONO, made_for);
        let source: Vec<f32> = (0..LENGTH).map(|at| at as f32).collect();
        let mut blocks = 0;
        while put(&mut feed, &source).is_ok() {
            blocks += 1;
            if made_for != LENGTH || inbox.outlet().reserve.occupied_len() > 0 {
                break;
            }
        }
        feed.silence(7);
        let (mut read, mut silent, mut pieces) = (Vec::new(), 0, 0);
        while inbox.take(|item| match item {
            Item::Audio(views) => {
                let before = read.len();
                views.iter().for_each(|view| read.extend_from_slice(view.channel(0)));
                assert!(read.len() - before <= PIECE, "{} samples at once", read.len() - before);
            }
            Item::Silence(frames) => silent += frames,
        }) == Taken::Item(())
        {
            if pieces == moved_after {
                while inbox.outlet().spill_one(1) {}
            }
            pieces += 1;
        }
        assert!(blocks > 0 && (blocks > 3) == (made_for == LENGTH), "{blocks} blocks");
        assert_eq!((pieces, silent), (2 * blocks + 1, 7));
        assert!(read == source.repeat(blocks), "moved after {moved_after} pieces");
    }
}

proptest! {
    #[test]
    fn no_ring_is_larger_than_a_gigabyte(channels in 1usize..70_000, rate in 1.0f64..1e6, frames in 0usize..10_000_000) {
        let (near, reserve) = ring_frames(AudioLayout { channels, rate }, frames);
        let bytes = |frames: usize| frames * channels * size_of::<f32>();
        prop_assert!(bytes(near) <= MOST_RING_BYTES && bytes(reserve) <= MOST_RING_BYTES, "{} {}", near, reserve);
        prop_assert!(near > 0 && reserve > 0);
    }

    #[test]
    fn what_goes_in_comes_out_in_order(steps in prop::collection::vec((0u8..5, 0usize..260), 1..60)) {
        let (mut feed, inbox) = inbox(MONO, 1);
        let (mut expected, mut read, mut next) = (Vec::new(), Vec::new(), 0.0);
        for (step, size) in steps {
            match step {
                0 => inbox.spill(),
                1 => prop_assert!(!drain(&inbox, &mut read)),
                2 => {
                    feed.silence(size as u64);
                    expected.extend((0..size).map(|_| f32::NAN));
                }
                _ => {
                    let block: Vec<f32> = (0..size).map(|i| next + i as f32).collect();
                    if put(&mut feed, &block) == Ok(()) {
                        next += size as f32;
                        expected.extend(block);
                    }
                }
            }
        }
        feed.close(None);
        prop_assert!(drain(&inbox, &mut read));
        let bits = |samples: &[f32]| samples.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&read), bits(&expected));
    }
}

#[test]
fn a_full_ring_takes_nothing_of_a_block() {
    let (mut feed, inbox) = inbox(MONO, 1);
    let block = [1.0; 60];
    while put(&mut feed, &block) == Ok(()) {}
    assert_eq!(put(&mut feed, &block), Err(Full));
    feed.close(None);
    let mut read = Vec::new();
    assert!(drain(&inbox, &mut read));
    assert_eq!(read.len() % 60, 0);
}

#[test]
fn a_spilling_ring_is_never_full() {
    let (mut feed, inbox) = inbox(MONO, 1);
    for _ in 0..1_000 {
        assert_eq!(put(&mut feed, &[0.5; 60]), Ok(()));
        inbox.spill();
    }
    feed.close(None);
    let mut read = Vec::new();
    assert!(drain(&inbox, &mut read));
    assert_eq!(read.len(), 60_000);
}

#[test]
fn silence_of_a_day_waits_in_no_more_memory_than_that_of_a_cook() {
    let (mut feed, inbox) = inbox(MONO, 1);
    for _ in 0..24 * 3600 {
        feed.silence(100);
        inbox.spill();
    }
    assert!(inbox.outlet().spilled.len() <= 1);
    feed.close(None);
    let mut frames = 0;
    while let Taken::Item(silence) = inbox.take(|item| if let Item::Silence(frames) = item { frames } else { 0 }) {
        frames += silence;
    }
    assert_eq!(frames, 24 * 360_000);
}

#[test]
fn silence_is_owed_while_the_ring_has_no_room() {
    let (mut feed, inbox) = inbox(MONO, 1);
    for _ in 0..RING_EVENTS {
        feed.silence(1);
    }
    feed.silence(7);
    feed.silence(5);
    feed.close(None);
    let mut read = Vec::new();
    assert!(drain(&inbox, &mut read));
    assert_eq!(read.len(), RING_EVENTS + 12);
}

#[test]
fn a_writer_that_is_always_encoding_does_not_keep_the_ring_from_being_emptied() {
    use std::thread::{scope, sleep};
    const BLOCK: usize = 800;
    let (mut feed, inbox) = inbox(AudioLayout { channels: 1, rate: 48_000.0 }, BLOCK);
    let (mut took, mut full) = (0, 0);
    let taken = scope(|threads| {
        let writer = threads.spawn(|| {
            let mut blocks = 0;
            loop {
                // Slower than the blocks come.
                match inbox.take(|_| sleep(Duration::from_millis(if blocks < 200 { 4 } else { 0 }))) {
                    Taken::Item(()) => blocks += 1,
                    Taken::Nothing => {}
                    Taken::End => return blocks,
                }
            }
        });
        threads.spawn(|| {
            while !inbox.is_closed() {
                sleep(Duration::from_millis(5));
                inbox.spill();
            }
        });
        for _ in 0..600 {
            match put(&mut feed, &[0.5; BLOCK]) {
                Ok(()) => took += 1,
                Err(Full) => full += 1,
            }
            sleep(Duration::from_millis(1));
        }
        feed.close(None);
        writer.join().unwrap()
    });
    assert_eq!((took, full), (600, 0), "the ring holds 120 blocks");
    assert_eq!(taken, took);
}

#[test]
fn a_dropped_feed_ends_the_take() {
    let (feed, inbox) = inbox(MONO, 1);
    drop(feed);
    assert_eq!(inbox.take(|_| ()), Taken::End);
}

#[test]
fn blocks_and_silence_stay_in_order_while_two_threads_empty_the_rings() {
    use std::thread::{scope, yield_now};
    const STEPS: usize = 300_000;
    // Between blocks of both rings, of which the number tells the step, there is silence of which the length does.
    let silent = |step: usize| step % 3 == 1;
    let frames = |step: usize| if silent(step) { step } else { 1 + step * 7 % 50 };
    let (mut feed, inbox) = inbox(MONO, 1);
    let (mut step, mut blocks) = (0, 0);
    scope(|threads| {
        threads.spawn(|| {
            for step in 0..STEPS {
                if silent(step) {
                    feed.silence(frames(step) as u64);
                    continue;
                }
                while put(&mut feed, &[step as f32; 50][..frames(step)]) == Err(Full) {
                    yield_now();
                }
            }
            feed.close(None);
        });
        threads.spawn(|| {
            while !inbox.is_closed() {
                inbox.spill();
                yield_now();
            }
        });
        loop {
            let taken = inbox.take(|item| match item {
                Item::Audio(views) => {
                    let samples = views.iter().flat_map(|view| view.channel(0)).collect::<Vec<_>>();
                    assert_eq!((silent(step), samples.len()), (false, frames(step)), "step {step}");
                    assert!(samples.iter().all(|sample| **sample == step as f32), "step {step}");
                    blocks += 1;
                }
                Item::Silence(length) => {
                    assert_eq!((silent(step), length), (true, frames(step) as u64), "step {step}");
                }
            });
            match taken {
                Taken::Item(()) => step += 1,
                Taken::Nothing => yield_now(),
                Taken::End => break,
            }
        }
    });
    assert_eq!((step, blocks), (STEPS, STEPS - STEPS / 3));
}

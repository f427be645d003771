use std::thread::{scope, yield_now};

use proptest::prelude::*;

use super::block::lent::Lent;
use super::copy::Loops;
use super::*;

const MONO: AudioLayout = AudioLayout { channels: 1, rate: 100.0 };

/// What came out of a stream: samples of the first channel with silence as NaN, layouts, and messages.
#[derive(Debug, Clone, PartialEq)]
enum Seen {
    Samples(Vec<u32>),
    Layout(AudioLayout),
    Control(usize),
}

fn push(writer: &mut StreamWriter<usize>, samples: &[f32]) -> Result<(), Full> {
    // Most hosts want as many samples as there are.
    let wanted = if samples.len() % 5 == 1 { 7 } else { samples.len() };
    let mut lent = Lent::new(samples.to_vec(), 1, wanted);
    writer.push(&mut lent.block(Loops::new()), &[0])
}

fn push_outside(writer: &mut StreamWriter<usize>, samples: &[f32]) {
    let mut lent = Lent::new(samples.to_vec(), 1, samples.len());
    assert_eq!(writer.push_outside(&mut lent.block(Loops::new()), &[0]), Ok(()));
}

/// Appends what waits. Whether the stream has ended.
fn drain(reader: &mut StreamReader<usize>, seen: &mut Vec<Seen>) -> bool {
    loop {
        let next = reader.next(|item| match item {
            Item::Audio(views) => Seen::Samples(views.iter().flat_map(|view| bits(view.channel(0))).collect()),
            Item::Silence(frames) => Seen::Samples(vec![f32::NAN.to_bits(); frames as usize]),
            Item::Layout(layout) => Seen::Layout(layout),
            Item::Control(message) => Seen::Control(message),
        });
        match (next, seen.last_mut()) {
            (Next::Item(Seen::Samples(more)), Some(Seen::Samples(before))) => before.extend(more),
            (Next::Item(item), _) => seen.push(item),
            (Next::Nothing, _) => return false,
            (Next::End, _) => return true,
        }
    }
}

fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

/// The same, and everything joined that follows each other.
fn expect(expected: &mut Vec<Seen>, item: Seen) {
    match (item, expected.last_mut()) {
        (Seen::Samples(more), Some(Seen::Samples(before))) => before.extend(more),
        (item, _) => expected.push(item),
    }
}

#[test]
fn blocks_that_are_kept_past_the_caches_come_out_as_they_went_in() {
    // Of lengths that begin and end anywhere in a line, some of them around the seam of the ring.
    let lengths = (0..60).map(|block| 32_768 + block * 7).chain([super::ring::samples_for(MONO, 1) * 2]);
    let (mut writer, mut reader) = stream(MONO, 33_000);
    for length in lengths {
        let source: Vec<f32> = (0..length).map(|at| (at * 31 + length) as f32).collect();
        if writer.fits_ring(length) {
            assert_eq!(push(&mut writer, &source), Ok(()));
        } else {
            push_outside(&mut writer, &source);
        }
        let mut seen = Vec::new();
        assert!(!drain(&mut reader, &mut seen));
        assert!(seen == [Seen::Samples(bits(&source))], "{length} samples");
    }
}

#[test]
fn large_blocks_are_shown_in_pieces() {
    const MOST: usize = 96 * 1024;
    const LENGTH: usize = MOST + 1000;
    for outside in [false, true] {
        let (mut writer, mut reader) = stream(MONO, LENGTH);
        let source: Vec<f32> = (0..LENGTH).map(|at| at as f32).collect();
        for _ in 0..2 {
            if outside {
                push_outside(&mut writer, &source);
            } else {
                assert_eq!(push(&mut writer, &source), Ok(()));
            }
        }
        writer.push_silence(7);
        drop(writer);
        let (mut read, mut silent, mut pieces) = (Vec::new(), 0, 0);
        while let Next::Item(()) = reader.next(|item| match item {
            Item::Audio(views) => {
                let before = read.len();
                views.iter().for_each(|view| read.extend_from_slice(view.channel(0)));
                assert!(read.len() - before <= MOST, "{} samples at once", read.len() - before);
                pieces += 1;
            }
            Item::Silence(frames) => silent += frames,
            Item::Layout(_) | Item::Control(_) => unreachable!("none was put in"),
        }) {}
        assert_eq!((pieces, silent), (4, 7));
        assert!(read == source.repeat(2));
    }
}

#[test]
fn a_full_ring_takes_nothing_of_a_block() {
    let (mut writer, mut reader) = stream(MONO, 1);
    let block = [1.0; 60];
    while push(&mut writer, &block) == Ok(()) {}
    assert_eq!(push(&mut writer, &block), Err(Full));
    assert!(!writer.has_headroom());
    push_outside(&mut writer, &[2.0; 60]);
    drop(writer);
    let mut seen = Vec::new();
    assert!(drain(&mut reader, &mut seen));
    let [Seen::Samples(samples)] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(samples.len() % 60, 0);
    assert_eq!(samples[samples.len() - 60..], bits(&[2.0; 60]), "the block outside comes last");
}

#[test]
fn silence_of_a_day_waits_in_no_more_memory_than_that_of_a_cook() {
    let (mut writer, mut reader) = stream::<usize>(MONO, 1);
    for _ in 0..24 * 3600 {
        writer.push_silence(100);
    }
    drop(writer);
    let mut silences = Vec::new();
    while let Next::Item(frames) = reader.next(|item| if let Item::Silence(frames) = item { frames } else { 0 }) {
        silences.push(frames);
    }
    assert_eq!(silences, [24 * 360_000]);
}

#[test]
fn a_dropped_writer_ends_the_stream() {
    let (writer, mut reader) = stream::<usize>(MONO, 1);
    drop(writer);
    assert_eq!(reader.next(|_| ()), Next::End);
}

/// The node had a list of inboxes that grew with each change, and ended the host when it was dropped.
#[test]
fn two_hundred_thousand_layouts_take_no_more_memory_than_one() {
    let (mut writer, mut reader) = stream(AudioLayout { channels: 1, rate: 48_000.0 }, 800);
    let mut rings = 0;
    for change in 0..200_000 {
        let layout = AudioLayout { channels: 1, rate: 44_100.0 + f64::from(change % 2) };
        writer.set_layout(layout, 800);
        rings += usize::from(writer.ring_seconds() > 100.0);
        assert_eq!(push(&mut writer, &[change as f32; 3]), Ok(()), "change {change}");
        assert_eq!(reader.next(|item| matches!(item, Item::Layout(found) if found == layout)), Next::Item(true));
        assert_eq!(reader.next(|item| matches!(item, Item::Audio(_))), Next::Item(true));
    }
    assert_eq!(rings, 0);
}

proptest! {
    #[test]
    fn no_ring_is_larger_than_a_gigabyte(channels in 1usize..70_000, rate in 1.0f64..1e6, frames in 0usize..10_000_000) {
        let samples = super::ring::samples_for(AudioLayout { channels, rate }, frames);
        prop_assert!(samples * size_of::<f32>() <= (1 << 30) + 512 * 64 + 64 * channels * 4, "{samples}");
        prop_assert!(samples > channels);
    }

    #[test]
    fn what_goes_in_comes_out_in_order(steps in prop::collection::vec((0u8..8, 0usize..260), 1..80)) {
        let (mut writer, mut reader) = stream(MONO, 1);
        let (mut expected, mut seen, mut next) = (Vec::new(), Vec::new(), 0.0);
        for (step, size) in steps {
            match step {
                0 => prop_assert!(!drain(&mut reader, &mut seen)),
                1 => {
                    writer.push_silence(size as u64);
                    expect(&mut expected, Seen::Samples(vec![f32::NAN.to_bits(); size]));
                }
                2 => {
                    writer.control(size);
                    expect(&mut expected, Seen::Control(size));
                }
                3 => {
                    // Now and then one that needs a larger ring.
                    let layout = AudioLayout { channels: 1, rate: 100.0 * (1 + size % 7 * 50) as f64 };
                    writer.set_layout(layout, size);
                    expect(&mut expected, Seen::Layout(layout));
                }
                4 => {
                    let block: Vec<f32> = (0..size).map(|at| next + at as f32).collect();
                    push_outside(&mut writer, &block);
                    next += size as f32;
                    expect(&mut expected, Seen::Samples(bits(&block)));
                }
                _ => {
                    let block: Vec<f32> = (0..size).map(|at| next + at as f32).collect();
                    if push(&mut writer, &block) == Ok(()) {
                        next += size as f32;
                        expect(&mut expected, Seen::Samples(bits(&block)));
                    }
                }
            }
        }
        drop(writer);
        prop_assert!(drain(&mut reader, &mut seen));
        let not_empty = |item: &Seen| !matches!(item, Seen::Samples(samples) if samples.is_empty());
        expected.retain(not_empty);
        seen.retain(not_empty);
        let mut joined = Vec::new();
        seen.into_iter().for_each(|item| expect(&mut joined, item));
        let mut as_expected = Vec::new();
        expected.into_iter().for_each(|item| expect(&mut as_expected, item));
        prop_assert_eq!(joined, as_expected);
    }
}

#[test]
fn blocks_and_messages_stay_in_order_between_two_threads() {
    const STEPS: usize = 200_000;
    // Of which kind a step is, and how long.
    let kind = |step: usize| step % 4;
    let frames = |step: usize| 1 + step * 7 % 50;
    let (mut writer, mut reader) = stream(MONO, 1);
    scope(|threads| {
        threads.spawn(move || {
            for step in 0..STEPS {
                let block = &[step as f32; 50][..frames(step)];
                match kind(step) {
                    0 => writer.control(step),
                    1 => writer.push_silence(step as u64),
                    2 if step % 8 == 2 => push_outside(&mut writer, block),
                    _ => {
                        while push(&mut writer, block) == Err(Full) {
                            yield_now();
                        }
                    }
                }
            }
        });
        let mut step = 0;
        loop {
            let next = reader.next(|item| match item {
                Item::Audio(views) => {
                    let samples = views.iter().flat_map(|view| view.channel(0)).collect::<Vec<_>>();
                    assert_eq!((kind(step) > 1, samples.len()), (true, frames(step)), "step {step}");
                    assert!(samples.iter().all(|sample| **sample == step as f32), "step {step}");
                }
                Item::Silence(length) => assert_eq!((kind(step), length), (1, step as u64), "step {step}"),
                Item::Control(message) => assert_eq!((kind(step), message), (0, step), "step {step}"),
                Item::Layout(_) => unreachable!("none was put in"),
            });
            match next {
                Next::Item(()) => step += 1,
                Next::Nothing => yield_now(),
                Next::End => break,
            }
        }
        assert_eq!(step, STEPS);
    });
}

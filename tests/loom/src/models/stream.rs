//! What the stream promises, under every order of its two threads.

use std::sync::Arc;

use loom::thread;

use super::block::lent::Lent;
use super::copy::Loops;
use super::*;

const MONO: AudioLayout = AudioLayout { channels: 1, rate: 100.0 };
/// Frames of a block: with its header two lines of the ring.
const FRAMES: usize = 16;
/// Room for so many blocks and a half, so that the third one lies around the seam.
const ROOM: usize = 2 * (ring::HEADER + FRAMES) + ring::HEADER;

/// What came out.
#[derive(Debug, PartialEq)]
enum Seen {
    Block(u32),
    Silence(u64),
    Layout(f64),
    Control(u32),
}
use Seen::{Block, Control, Layout, Silence};

type Writer = StreamWriter<u32>;
type Reader = StreamReader<u32>;

fn small_stream() -> (Writer, Reader) {
    let (ring_in, ring_out) = ring::ring(ROOM);
    let (sender, receiver) = mpsc::channel();
    (StreamWriter::new(ring_in, sender, MONO), StreamReader::new(ring_out, receiver, MONO))
}

fn push(writer: &mut Writer, number: u32) {
    let mut lent = Lent::new(vec![number as f32; FRAMES], 1, FRAMES);
    if writer.push(&mut lent.block(Loops::new()), &[0]) == Err(Full) {
        assert_eq!(writer.push_outside(&mut lent.block(Loops::new()), &[0]), Ok(()));
    }
}

/// Takes out what comes next. Whether the stream has ended, or nothing waits at the moment.
fn next(reader: &mut Reader, seen: &mut Vec<Seen>) -> Next<()> {
    reader.next(|item| match item {
        Item::Audio([first, second]) => {
            let samples: Vec<f32> = [first, second].iter().flat_map(|view| view.channel(0)).copied().collect();
            assert!(samples.len() == FRAMES && samples.iter().all(|sample| *sample == samples[0]), "{samples:?}");
            seen.push(Block(samples[0] as u32));
        }
        Item::Silence(frames) => seen.push(Silence(frames)),
        Item::Layout(layout) => seen.push(Layout(layout.rate)),
        Item::Control(number) => seen.push(Control(number)),
    })
}

/// Reads while `write` does, looks at the empty stream `looks` times, and once more until the end after it.
fn reads(looks: usize, write: fn(&mut Writer), expected: &'static [Seen]) {
    loom_model(move || {
        let (mut writer, mut reader) = small_stream();
        let cook = thread::spawn(move || write(&mut writer));
        let mut seen = Vec::new();
        let mut left = looks;
        while left > 0 {
            match next(&mut reader, &mut seen) {
                Next::Item(()) => {}
                Next::Nothing => left -= 1,
                Next::End => break,
            }
        }
        // An end that was seen is final.
        if left == 0 {
            cook.join().expect("the writer");
            while next(&mut reader, &mut seen) == Next::Item(()) {}
            assert_eq!(next(&mut reader, &mut seen), Next::End);
        } else {
            assert_eq!(seen, expected, "at the end");
            cook.join().expect("the writer");
        }
        assert_eq!(seen, expected);
    });
}

fn loom_model(body: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(body);
}

pub fn a_message_comes_before_the_block_after_it() {
    let write = |writer: &mut Writer| {
        writer.control(1);
        push(writer, 2);
    };
    reads(2, write, &[Control(1), Block(2)]);
}

pub fn a_message_comes_after_the_block_before_it() {
    let write = |writer: &mut Writer| {
        push(writer, 1);
        writer.control(2);
        push(writer, 3);
    };
    reads(2, write, &[Block(1), Control(2), Block(3)]);
}

pub fn an_end_comes_after_the_last_block() {
    reads(2, |writer| push(writer, 1), &[Block(1)]);
}

pub fn blocks_go_around_the_ring_and_beside_it() {
    let write = |writer: &mut Writer| (1..5).for_each(|number| push(writer, number));
    reads(1, write, &[Block(1), Block(2), Block(3), Block(4)]);
}

pub fn silence_comes_where_it_was_put() {
    let write = |writer: &mut Writer| {
        writer.push_silence(7);
        push(writer, 1);
        writer.push_silence(5);
        writer.push_silence(3);
        writer.control(2);
        writer.push_silence(4);
    };
    reads(1, write, &[Silence(7), Block(1), Silence(8), Control(2), Silence(4)]);
}

/// The second layout needs a larger ring, the third does not.
pub fn a_layout_holds_for_the_blocks_after_it() {
    let write = |writer: &mut Writer| {
        push(writer, 1);
        writer.set_layout(AudioLayout { rate: 200.0, ..MONO }, FRAMES);
        push(writer, 2);
        writer.set_layout(AudioLayout { rate: 150.0, ..MONO }, FRAMES);
        push(writer, 3);
    };
    reads(1, write, &[Block(1), Layout(200.0), Block(2), Layout(150.0), Block(3)]);
}

/// The loops of `Session::run` and of `Feed`: the reader sleeps when it finds nothing, and the writer wakes it after a
/// message (`Feed::command`) and after it has gone (`NodeThread::join_until`), but for no block.
fn sleeps_and_wakes(wakes_after: bool) {
    loom_model(move || {
        let (mut writer, mut reader) = small_stream();
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let heard = Arc::clone(&seen);
        let encoder = thread::spawn(move || {
            let mut seen = heard.lock().expect("no panic");
            loop {
                match next(&mut reader, &mut seen) {
                    Next::Item(()) => {}
                    Next::Nothing => thread::park(),
                    Next::End => break,
                }
            }
        });
        if !wakes_after {
            encoder.thread().unpark();
        }
        writer.control(1);
        if wakes_after {
            encoder.thread().unpark();
        }
        push(&mut writer, 2);
        drop(writer);
        if wakes_after {
            encoder.thread().unpark();
        }
        encoder.join().expect("the reader");
        assert_eq!(*seen.lock().expect("no panic"), [Control(1), Block(2)]);
    });
}

pub fn a_sleeping_reader_is_woken() {
    sleeps_and_wakes(true);
}

pub fn a_reader_is_woken_too_early() {
    sleeps_and_wakes(false);
}

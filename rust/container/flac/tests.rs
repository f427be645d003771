//! What is FLAC's own; what every format owes stands in the contract.

use super::super::testing::readers::*;
use super::super::testing::signals::music;
use super::super::testing::*;
use super::*;
use crate::codec::PCM_CODECS;
use crate::formats::{ReadFrom, Recorded, Settings};
use crate::stream::AudioLayout;

const DEPTHS: [Settings; 2] =
    [Settings { codec: &PCM_CODECS[0], ..SETTINGS }, Settings { codec: &PCM_CODECS[1], ..SETTINGS }];

/// The integers that a take must hold, interleaved.
fn integers(signal: &[Vec<f32>], bits: u16) -> Vec<i32> {
    let scale = f64::from(1 << (bits - 1));
    let integer = |sample: f32| (f64::from(sample) * scale).round_ties_even().clamp(-scale, scale - 1.0) as i32;
    (0..signal[0].len()).flat_map(|frame| signal.iter().map(move |channel| integer(channel[frame]))).collect()
}

/// What `verify` says of a file that is read as a destination reads it.
fn verified<T>(bytes: &[u8], verify: impl FnOnce(ReadFrom<'_>) -> T) -> T {
    verify(&|at| Box::new(bytes.get(at as usize..).unwrap_or_default()))
}

/// What is wrong with a finished take, by each reader that shares no code with libFLAC, and by its own program.
fn wrong(take: &Take, signal: &[Vec<f32>], settings: Settings) -> Vec<String> {
    let (path, bits, mut wrong) = (take.path(), settings.codec.bits, Vec::new());
    let AudioLayout { channels, rate } = take.layout();
    let expected = integers(signal, bits);
    let bytes = take.bytes();
    let recorded =
        Recorded { layout: take.layout(), settings, frames: signal[0].len() as u64, len: bytes.len() as u64 };
    wrong.extend(verified(&bytes, |file| verify::difference(file, &recorded)));
    if have("flac") {
        // -t compares the MD5 as well, and says so when there is none.
        let output = std::process::Command::new("flac").args(["-t", "--totally-silent"]).arg(path).output().unwrap();
        if !output.status.success() {
            wrong.push(format!("flac -t: {}", output.status));
        }
    }
    if let Some(decoded) = ffmpeg(path, channels, true) {
        let unit = f64::from(1 << (bits - 1));
        let read: Vec<i32> = (0..decoded[0].len())
            .flat_map(|frame| decoded.iter().map(move |channel| (f64::from(channel[frame]) * unit) as i32))
            .collect();
        if read != expected {
            wrong.push(format!("FFmpeg decodes {} samples of {}, or others", read.len(), expected.len()));
        }
    }
    // libsndfile opens a file without a frame, but its program for information divides by their number.
    if !expected.is_empty() {
        for (reader, seen) in seen_by_others(path) {
            let right = Seen { channels, rate: rate as u64, frames: signal[0].len() as u64 };
            if seen != right {
                wrong.push(format!("{reader}: {seen:?}"));
            }
        }
        let decoded = symphonia_frames(path);
        if decoded != signal[0].len() as u64 {
            wrong.push(format!("Symphonia decodes {decoded} frames"));
        }
    }
    wrong
}

#[test]
fn every_layout_rate_and_length_decodes_to_the_samples_that_were_recorded() {
    let mut cases = Vec::new();
    for settings in DEPTHS {
        cases.extend([1, 2, 3, 6, 8].map(|channels| (channels, 48_000, 5000, settings)));
        cases.extend(
            [34, 8000, 44_101, 65_535, 96_000, 192_000, 352_800, 655_350].map(|rate| (2, rate, 9000, settings)),
        );
        cases.extend([0, 1, 15, 16, 191, 4095, 4096, 4097, 8193].map(|frames| (2, 44_100, frames, settings)));
    }
    let found = side_by_side(cases, |(channels, rate, frames, settings)| {
        let signal = music(rate, channels, frames);
        let mut take = Take::open(&FORMAT, layout(channels, rate), settings).unwrap();
        if frames > 0 {
            take.write_all(&signal, 441);
        }
        take.finish();
        let case = format!("{channels} channels, {rate} Hz, {frames} frames, {}", settings.codec.name);
        wrong(&take, &signal, settings).into_iter().map(|what| format!("{case}: {what}")).collect()
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn full_scale_noise_and_silence_decode_to_themselves() {
    for settings in DEPTHS {
        let noise: Vec<f32> = (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) as i32) as f32 / 2e9).collect();
        let signal = [noise, vec![0.0; 20_000]];
        let take = record(&FORMAT, 44_100, settings, &signal);
        assert_eq!(wrong(&take, &signal, settings), [""; 0]);
    }
}

#[test]
fn what_is_no_number_is_silence_and_what_is_too_loud_is_clipped_and_counted() {
    let wild = vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2.0, -1.0, 0.5];
    let take = record(&FORMAT, 44_100, DEPTHS[1], std::slice::from_ref(&wild));
    assert_eq!(take.codec.clipped(), 3);
    let tame = [vec![0.0, 1.0, -1.0, 1.0, -1.0, 0.5]];
    assert_eq!(wrong(&take, &tame, DEPTHS[1]), [""; 0]);
}

/// The block of metadata of this type.
fn metadata_block(bytes: &[u8], kind: u8) -> &[u8] {
    let mut rest = &bytes[4..];
    loop {
        let head = u32::from_be_bytes(rest[..4].try_into().unwrap());
        let (content, behind) = rest[4..].split_at((head & 0xff_ffff) as usize);
        if (head >> 24) as u8 & !LAST == kind {
            return content;
        }
        rest = behind;
    }
}

#[test]
fn the_seek_points_of_a_long_file_are_so_many_seconds_apart_and_lead_to_blocks() {
    // 34 Hz, to have hours of audio in little time.
    for seconds in [5, 25, 5_200] {
        let rate = flac::LEAST_RATE;
        let mut take = Take::open(&FORMAT, layout(1, rate), DEPTHS[0]).unwrap();
        take.write_all(&[vec![0.25; (rate * seconds) as usize]], 16);
        take.finish();
        let bytes = take.bytes();
        let points: Vec<(u64, u64)> = metadata_block(&bytes, SEEKTABLE)
            .chunks_exact(18)
            .map(|point| {
                let number = |at: usize| u64::from_be_bytes(point[at..at + 8].try_into().unwrap());
                (number(0), number(8))
            })
            .take_while(|point| point.0 != u64::MAX)
            .collect();
        let step = if seconds > 5120 { 20 } else { 10 };
        assert_eq!(points.len() as u32, seconds.div_ceil(step), "{seconds} s");
        let audio = take.container.header().len();
        for (nth, &(frame, byte)) in points.iter().enumerate() {
            let asked = nth as u64 * u64::from(step * rate);
            assert!(frame <= asked && asked < frame + 16, "{frame} for {asked}");
            let at = audio + byte as usize;
            assert_eq!(bytes[at..at + 2], [0xff, 0xf8], "no block at {at}");
        }
    }
}

#[test]
fn ffmpeg_seeks_to_the_exact_frame() {
    if !have("ffmpeg") {
        return;
    }
    let signal = music(48_000, 1, 48_000 * 25);
    let take = record(&FORMAT, 48_000, DEPTHS[0], &signal);
    let expected = integers(&signal, 16);
    for second in [0.5, 9.99, 10.0, 17.123, 24.9] {
        let mut command = std::process::Command::new("ffmpeg");
        command.args(["-v", "error", "-ss", &second.to_string(), "-i"]).arg(take.path());
        let pcm = run(command.args(["-frames:a", "1", "-f", "s16le", "-"])).stdout;
        let first = (second * 48_000.0_f64).round() as usize;
        let read: Vec<i32> =
            pcm.chunks_exact(2).take(100).map(|pair| i16::from_le_bytes([pair[0], pair[1]]).into()).collect();
        assert!(read.len() == 100 && read == expected[first..first + 100], "at {second} s");
    }
}

#[test]
fn a_file_in_which_a_byte_is_another_one_is_not_taken_for_whole() {
    let signal = music(44_100, 2, 20_000);
    let take = record(&FORMAT, 44_100, DEPTHS[1], &signal);
    let recorded = Recorded { layout: take.layout(), settings: DEPTHS[1], frames: 20_000, len: take.len() };
    let differs = |bytes: &[u8]| verified(bytes, |file| verify::difference(file, &recorded));
    let whole = take.bytes();
    assert_eq!(differs(&whole), None);
    let audio = take.container.header().len();
    // In the MD5, in the total, in the first block and in the last one.
    for at in [INFO_AT + 20, INFO_AT + 17, audio + 100, whole.len() - 3] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert!(differs(&bytes).is_some(), "byte {at}");
    }
    assert!(differs(&whole[..whole.len() - 1000]).is_some());
}

#[test]
fn of_a_long_file_beginning_and_end_are_decoded() {
    let signal = music(8000, 2, 8000 * 45);
    let take = record(&FORMAT, 8000, DEPTHS[1], &signal);
    let recorded = Recorded { layout: take.layout(), settings: DEPTHS[1], frames: 8000 * 45, len: take.len() };
    let differs = |bytes: &[u8]| {
        let read = verified(bytes, |file| verify::read(file, &recorded, 20_000));
        read.unwrap_or_else(|error| Some(error.to_string()))
    };
    let whole = take.bytes();
    assert_eq!(differs(&whole), None);
    let audio = take.container.header().len();
    let last_point = POINTS_AT + 4 * blocks::POINT_BYTES + 15;
    for at in [audio + 100, whole.len() - 3, whole.len() - 20_000, last_point] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert!(differs(&bytes).is_some(), "byte {at}");
    }
    assert!(differs(&whole[..whole.len() - 1000]).is_some());
}

#[test]
fn a_file_that_was_cut_has_no_md5_but_its_frames() {
    let signal = music(44_100, 1, 30_000);
    let mut take = record(&FORMAT, 44_100, DEPTHS[0], &signal);
    let (path, playable) = take.salvaged_copy(take.len() - 10);
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(metadata_block(&bytes, STREAMINFO)[18..], [0; 16]);
    assert_eq!(playable.frames, 30_000 / 4096 * 4096);
    assert_ne!(metadata_block(&take.bytes(), STREAMINFO)[18..], [0; 16]);
}

#[test]
fn comments_of_any_length_fit_and_leave_room_for_more() {
    let long = [("comment".to_owned(), "x".repeat(15 << 20)), ("title".to_owned(), "t".to_owned())];
    let mut warnings = Vec::new();
    let entries = crate::container::metadata::collect(&long, &mut warnings);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let mut take = Take::with_metadata(&FORMAT, layout(1, 44_100), DEPTHS[0], &entries).unwrap();
    take.write_planar(&[0.5; 5000]);
    take.finish();
    assert_eq!(complaints(&FORMAT, take.path()), [""; 0]);
    assert_eq!(metadata_block(&take.bytes(), PADDING).len(), PADDING_BYTES);
}

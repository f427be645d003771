use std::path::Path;
use std::process::Command;

use mp3lame_encoder::{Bitrate, Builder, DualPcm, FlushGap, MonoPcm};

use super::*;
use crate::container::testing::readers::*;
use crate::container::testing::signals::*;
use crate::container::testing::*;
use crate::formats::Settings;

const BIT_RATES: [u32; 5] = [96, 128, 192, 256, 320];

fn settings(bit_rate: u32) -> Settings {
    Settings { bit_rate, ..SETTINGS }
}

/// What follows the ID3 tag.
fn stream_bytes(take: &Take) -> Vec<u8> {
    take.bytes().split_off(id3_tag(&[], &mut Vec::new()).len() + ROOM)
}

/// A finished take holds exactly what went in. SoX is not asked, since it plays the padding too.
fn assert_exact(take: &Take, frames: usize, channels: usize) {
    let what = format!("{frames} frames, {channels} channels");
    if let Some(decoded) = ffmpeg(take.path(), channels, true) {
        assert!(decoded.iter().all(|channel| channel.len() == frames), "FFmpeg: {} in {what}", decoded[0].len());
    }
    assert_eq!(symphonia_frames(take.path()), frames as u64, "Symphonia: {what}");
    let end = Playable { len: take.len(), frames: frames as u64 };
    assert_eq!(take.playable(), end, "{what}");
}

#[test]
fn every_length_is_decoded_to_the_frame() {
    for (rate, channels) in [(48000, 2), (11025, 1)] {
        let signal = music(rate, channels, 7000);
        for frames in [0, 1, 2, 46, 47, 48, 575, 576, 577, 1151, 1152, 1153, 1727, 2303, 2304, 2305, 7000] {
            let take = record(&FORMAT, rate, SETTINGS, &head(&signal, frames));
            assert_exact(&take, frames, channels);
            // sndfile-convert refuses to write a file without frames.
            if let Some(decoded) = (frames > 0).then(|| sndfile(&take)).flatten() {
                assert_eq!(decoded[0].len(), frames, "libsndfile at {rate} Hz");
            }
        }
    }
}

#[test]
fn every_rate_bit_rate_and_channel_count_is_recorded_at_its_own_rate() {
    let bit_rates = BIT_RATES.into_iter().flat_map(|bit_rate| [(bit_rate, 1), (bit_rate, 2)]);
    let cases = lame::RATES.into_iter().flat_map(|rate| bit_rates.clone().map(move |case| (rate, case)));
    for (rate, (bit_rate, channels)) in a_third_of(cases) {
        let signal = music(rate, channels, rate as usize / 2 + 321);
        let take = record(&FORMAT, rate, settings(bit_rate), &signal);
        assert_exact(&take, signal[0].len(), channels);
        assert_ffprobe_is_silent(take.path());
        let real = bit_rate.min(Stream::max_kbps(rate));
        let told = Warning::Mp3BitRate { asked: bit_rate, rate, used: real };
        assert_eq!(take.warnings, if real == bit_rate { vec![] } else { vec![told] });
        assert_eq!(stream_bytes(&take)[..4], Stream::new(rate, real, channels).header());
        let decoded = ffmpeg(take.path(), channels, true);
        let snr = decoded.map_or(99.0, |decoded| snr(&signal, &decoded));
        assert!(snr > 13.0, "{snr:.1} dB at {rate} Hz, {bit_rate} kb/s, {channels} channels");
    }
}

#[test]
fn garbage_is_recorded_as_finite_sound() {
    for rate in [8000, 22050, 44100, 48000] {
        for bit_rate in [96, 320] {
            for (name, samples) in garbage(9000) {
                let quiet = vec![0.0; samples.len()];
                for channels in [vec![samples.clone()], vec![samples.clone(), samples.clone()], vec![quiet, samples]] {
                    let take = record(&FORMAT, rate, settings(bit_rate), &channels);
                    let clipped = channels.iter().flatten().filter(|sample| sample.abs() > 1.0).count();
                    assert_eq!(take.codec.clipped(), clipped as u64, "{name}");
                    assert_eq!(symphonia_frames(take.path()), 9000, "{name}");
                }
            }
        }
    }
}

#[test]
fn a_file_cut_at_any_byte_plays_up_to_what_is_playable() {
    for (rate, bit_rate, channels) in [(44100, 192, 2), (16000, 128, 1), (11025, 96, 2)] {
        let signal = music(rate, channels, rate as usize);
        let mut take = Take::open(&FORMAT, layout(channels, rate), settings(bit_rate)).unwrap();
        take.write_all(&signal, 500);
        let killed = take.bytes();
        let whole = take.container.playable(killed.len() as u64);
        assert!(whole.frames + 4 * 1152 > u64::from(rate), "{whole:?}");
        let cut_path = take.beside("cut.mp3");
        for cut in (0..=killed.len()).step_by(killed.len() / 13).chain([killed.len()]) {
            let playable = take.container.playable(cut as u64);
            assert!(playable.len <= cut as u64);
            if playable.frames < 1200 {
                // FFmpeg opens nothing that has less than two MPEG frames.
                continue;
            }
            std::fs::write(&cut_path, &killed[..playable.len as usize]).unwrap();
            assert_sox_reads(&cut_path);
            assert_eq!(symphonia_frames(&cut_path), playable.frames);
            if let Some(decoded) = ffmpeg(&cut_path, channels, true) {
                assert_eq!(decoded[0].len() as u64, playable.frames);
                // From the first sample on, and not shifted by a delay.
                assert!(snr(&head(&signal, decoded[0].len()), &decoded) > 10.0);
            }
            // What the writer does not cut off does no harm either.
            std::fs::write(&cut_path, &killed[..cut]).unwrap();
            assert!(symphonia_frames(&cut_path) >= playable.frames);
            ffmpeg(&cut_path, channels, false);
        }
    }
}

#[test]
fn a_file_killed_after_a_checkpoint_begins_with_the_first_sample_for_every_reader() {
    for (rate, channels) in [(44100, 2), (24000, 1)] {
        let signal = music(rate, channels, 2 * rate as usize);
        let mut take = Take::open(&FORMAT, layout(channels, rate), SETTINGS).unwrap();
        take.write_all(&head(&signal, rate as usize), 500);
        take.checkpoint();
        let at_checkpoint = take.playable().frames as usize;
        assert_eq!(symphonia_frames(take.path()), at_checkpoint as u64);
        if let Some(decoded) = sndfile(&take) {
            assert_eq!(decoded[0].len(), at_checkpoint, "libsndfile");
            // sndfile-convert brings the level up to full scale.
            assert!(levelled_snr(&head(&signal, at_checkpoint), &decoded) > 15.0, "libsndfile");
        }

        let rest: Vec<Vec<f32>> = signal.iter().map(|channel| channel[rate as usize..].to_vec()).collect();
        take.write_all(&rest, 500);
        let playable = take.playable();
        take.truncate(playable.len);
        if let Some(decoded) = ffmpeg(take.path(), channels, true) {
            assert_eq!(decoded[0].len() as u64, playable.frames, "FFmpeg");
            assert!(snr(&head(&signal, decoded[0].len()), &decoded) > 15.0, "FFmpeg");
        }
        if let Some(decoded) = sndfile(&take) {
            assert!(decoded[0].len() >= at_checkpoint, "libsndfile");
        }
        assert!(symphonia_frames(take.path()) >= at_checkpoint as u64);
        assert_sox_reads(take.path());
    }
}

/// The Info frame told the length at the last checkpoint, and readers that believe it left out what came after.
#[test]
fn a_file_that_a_full_disk_has_cut_plays_to_its_end_although_a_checkpoint_came_before() {
    for missing in [5000, 30_000] {
        let signal = music(48000, 2, 96_000);
        let mut take = Take::open(&FORMAT, layout(2, 48000.0), SETTINGS).unwrap();
        take.write_all(&head(&signal, 24_000), 500);
        take.checkpoint();
        let rest: Vec<Vec<f32>> = signal.iter().map(|channel| channel[24_000..].to_vec()).collect();
        take.write_all(&rest, 500);
        // As when the disk has taken only a part.
        let playable = take.salvage(take.len() - missing);
        assert!(playable.frames > 24_000);
        assert_eq!(symphonia_frames(take.path()), playable.frames);
        if let Some(decoded) = ffmpeg(take.path(), 2, true) {
            assert_eq!(decoded[0].len() as u64, playable.frames, "FFmpeg");
        }
        if let Some(decoded) = sndfile(&take) {
            assert!(decoded[0].len() as u64 >= playable.frames, "libsndfile");
        }
        assert_sox_reads(take.path());
    }
}

#[test]
fn the_bytes_do_not_depend_on_the_block_size() {
    let signal = music(48000, 2, 20000);
    let mut files = [1, 7, 800, 1152, 20000].map(|block| {
        let mut take = Take::open(&FORMAT, layout(2, 48000.0), SETTINGS).unwrap();
        take.write_all(&signal, block);
        take.finish();
        take.bytes()
    });
    files.sort();
    assert_eq!(files[0], files[4]);
}

#[test]
fn the_info_frame_is_the_one_that_lame_would_write() {
    let bit_rates = [
        (64, Bitrate::Kbps64),
        (96, Bitrate::Kbps96),
        (128, Bitrate::Kbps128),
        (160, Bitrate::Kbps160),
        (192, Bitrate::Kbps192),
        (256, Bitrate::Kbps256),
        (320, Bitrate::Kbps320),
    ];
    assert!(bit_rates.iter().map(|row| row.0).eq(lame::bit_rates()));
    let streams = lame::RATES.into_iter().flat_map(|rate| bit_rates.map(|(bit_rate, lame_s)| (rate, bit_rate, lame_s)));
    let streams = streams.filter(|(rate, bit_rate, _)| *bit_rate <= Stream::max_kbps(*rate));
    for (rate, bit_rate, lame_s, channels) in
        streams.flat_map(|(rate, bit_rate, lame_s)| [1, 2].map(|channels| (rate, bit_rate, lame_s, channels)))
    {
        let signal = music(rate, channels, 20_000);
        let stream = Stream::new(rate, bit_rate, channels);
        let take = record(&FORMAT, rate, settings(bit_rate), &signal);
        let mut ours = stream_bytes(&take)[..stream.frame_bytes()].to_vec();

        let mut builder = Builder::new().unwrap();
        builder.set_num_channels(channels as u8).unwrap();
        builder.set_sample_rate(rate).unwrap();
        builder.set_output_sample_rate(rate.try_into().ok()).unwrap();
        builder.set_brate(lame_s).unwrap();
        let mut lame = builder.build().unwrap();
        let mut out = Vec::with_capacity(1 << 18);
        let pcm: Vec<Vec<i32>> =
            signal.iter().map(|channel| channel.iter().map(|s| (s * 2_147_483_648.0) as i32).collect()).collect();
        match &pcm[..] {
            [left, right] => lame.encode_to_vec(DualPcm { left, right }, &mut out).unwrap(),
            all => lame.encode_to_vec(MonoPcm(&all[0]), &mut out).unwrap(),
        };
        lame.flush_to_vec::<FlushGap>(&mut out).unwrap();
        let mut theirs = Vec::with_capacity(2880);
        lame.lame_tag_encode_to_vec(&mut theirs).unwrap();
        assert_eq!(out[theirs.len()..], stream_bytes(&take)[ours.len()..], "the audio at {rate} Hz");

        // LAME's repeats the mode extension of the last MPEG frame and rounds the table of contents to whole ones; the
        // CRC of the tag covers both.
        let tag = 4 + stream.side_info_bytes();
        for tag_bytes in [&mut ours, &mut theirs] {
            tag_bytes[3] &= 0xcf;
            tag_bytes[tag + 16..tag + 116].fill(0);
            tag_bytes[tag + 154..tag + 156].fill(0);
        }
        assert_eq!(ours, theirs, "{rate} Hz, {bit_rate} kb/s, {channels} channels");
    }
}

/// What the lame program makes of a WAV file, as FFmpeg decodes it.
fn by_lame(wav: &Path, rate: u32, kbps: u32, channels: usize) -> Vec<Vec<f32>> {
    let mp3 = wav.with_extension(format!("{kbps}.mp3"));
    let (bits, khz) = (kbps.to_string(), format!("{}", f64::from(rate) / 1000.0));
    run(Command::new("lame").args(["--quiet", "-b", &bits, "--resample", &khz]).arg(wav).arg(&mp3));
    ffmpeg(&mp3, channels, true).unwrap()
}

#[test]
fn the_audio_is_that_of_the_lame_program_to_the_byte() {
    if !have("lame") || !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (rate, kbps) in [(48000, 96), (44100, 192), (22050, 160)] {
        for (at, (name, signal)) in sounds(rate).into_iter().enumerate() {
            let wav = folder.path().join(format!("{rate}-{kbps}-{at}.wav"));
            write_wav(&wav, rate, &signal);
            by_lame(&wav, rate, kbps, signal.len());
            let theirs = std::fs::read(wav.with_extension(format!("{kbps}.mp3"))).unwrap();
            let ours = stream_bytes(&record(&FORMAT, rate, settings(kbps), &signal));
            // Behind the Info frame.
            let audio = Stream::new(rate, kbps, signal.len()).frame_bytes();
            let first = ours[audio..].iter().zip(&theirs[audio..]).position(|(a, b)| a != b);
            assert_eq!((first, ours.len()), (None, theirs.len()), "{name} at {rate} Hz, {kbps} kb/s");
        }
    }
}

#[test]
fn no_take_is_worse_than_one_of_the_lame_program() {
    if !have("lame") || !have("ffmpeg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cases =
        lame::RATES.iter().flat_map(|&rate| sounds(rate).into_iter().map(move |sound| (rate, sound))).enumerate();
    let worse = side_by_side(a_third_of(cases), |(at, (rate, (name, signal)))| {
        let wav = folder.path().join(format!("{at}.wav"));
        write_wav(&wav, rate, &signal);
        // Every sound at a third of the bit rates, every sample rate at all of them.
        let most = Stream::max_kbps(rate);
        let mut allowed: Vec<u32> = lame::bit_rates().filter(|&kbps| kbps <= most).collect();
        allowed.retain(|&kbps| BIT_RATES.contains(&kbps) || kbps == most);
        let compared = allowed.iter().skip(at % allowed.len().min(3)).step_by(3).filter_map(|&kbps| {
            let take = record(&FORMAT, rate, settings(kbps), &signal);
            let ours = snr(&signal, &ffmpeg(take.path(), signal.len(), true)?);
            let theirs = snr(&signal, &by_lame(&wav, rate, kbps, signal.len()));
            (ours < theirs - TOLERANCE)
                .then(|| format!("{name} at {rate} Hz, {kbps} kb/s: {ours:.2} dB, lame {theirs:.2} dB"))
        });
        compared.collect()
    });
    assert!(worse.is_empty(), "{} are worse:\n{}", worse.len(), worse.join("\n"));
}

#[test]
fn at_most_0_35_seconds_are_held_back() {
    for rate in lame::RATES {
        let signal = music(rate, 2, rate as usize);
        let mut take = Take::open(&FORMAT, layout(2, rate), SETTINGS).unwrap();
        let mut worst = 0;
        for end in (0..rate as usize).step_by(100) {
            let block = signal.iter().map(|channel| channel[end..(end + 100).min(channel.len())].to_vec());
            take.write_all(&block.collect::<Vec<_>>(), 100);
            worst = worst.max(end as u64 - take.playable().frames.min(end as u64));
        }
        let seconds = worst as f64 / f64::from(rate);
        println!("{rate} Hz: {seconds:.3} s held back");
        assert!(seconds < 0.35, "{seconds:.3} s at {rate} Hz");
    }
}

#[test]
fn what_mp3_cannot_hold_is_told_before_a_file_is_opened() {
    let told = |layout, settings| sentence_of(&FORMAT.allows(layout, settings).unwrap_err());
    assert_eq!(
        told(layout(6, 48000.0), SETTINGS),
        "MP3 holds 1 or 2 channels, the input has 6: choose WAV, OGG, AIFF or FLAC, or narrow Channel Scope."
    );
    assert!(told(layout(0, 48000.0), SETTINGS).contains("the input has 0"));
    for rate in [0.0, 44100.5, 96000.0, f64::NAN, f64::INFINITY, -48000.0] {
        assert!(told(layout(2, rate), SETTINGS).contains(&format!("the input has {rate} Hz: resample the input")));
    }
}

#[test]
fn the_id3_tag_stands_at_the_very_start() {
    let take = record(&FORMAT, 48000, SETTINGS, &music(48000, 2, 5000));
    let mut tag = id3_tag(&[], &mut Vec::new());
    id3_room(&mut tag);
    assert_eq!(take.bytes()[..tag.len()], tag);
    assert_eq!(stream_bytes(&take)[36..40], *b"Info");
}

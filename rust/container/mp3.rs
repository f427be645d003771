//! MP3 at a constant bit rate, by LAME.
//!
//! The file: an ID3v2.4 tag, the Info frame, MPEG frames. Every MPEG frame that LAME has given out can be
//! decoded without the ones after it, so what a crash leaves is playable. A checkpoint counts the MPEG frames in
//! the Info frame, for players that stop there; only `finish` knows where in the last one the take ends.
//!
//! LAME itself writes neither tag: its ID3 is Latin-1 only, and its Info frame is silence until the end.

mod info_tag;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use mp3lame_encoder::{Bitrate, Builder, DualPcm, FlushGap, MonoPcm, Quality, max_required_buffer_size};

use self::info_tag::{DECODER_DELAY, ENCODER_DELAY, Totals, crc16, info_frame};
use self::stream::{RATES, Stream};
use super::{AudioLayout, Encoder, Format, FormatOption, Opening, Playable, Rates, Settings};
use crate::codec::append_sane;
use crate::container::metadata::id3_tag;
use crate::destination::take_file::TakeFile;
use crate::messages::{Limit, Problem, Warning};
use crate::stream::planar::Planar;

pub(crate) static FORMAT: Format = Format {
    name: "mp3",
    label: "MP3",
    extensions: &["mp3"],
    options: &[FormatOption::BitRate],
    channels: 1..=2,
    rates: Rates::Listed(&RATES),
    check,
    open,
};

/// A bit rate and LAME's name of it.
///
/// LAME turns the level down by 5 % up to 160 kb/s and by 3 % at 192, to clip less (`abr_switch_map` in its presets.c).
/// That is left as it is: turned up again, noise comes out up to 2 dB worse than by the lame program.
struct Kbps {
    kbps: u32,
    lame: Bitrate,
}

/// Full scale of LAME's widest samples. Its floats take 1.0 for 32767, which decoders do not give back as 1.0.
const FULL_SCALE: f32 = 2_147_483_648.0;

const KBPS: [Kbps; 7] = [
    Kbps { kbps: 64, lame: Bitrate::Kbps64 },
    Kbps { kbps: 96, lame: Bitrate::Kbps96 },
    Kbps { kbps: 128, lame: Bitrate::Kbps128 },
    Kbps { kbps: 160, lame: Bitrate::Kbps160 },
    Kbps { kbps: 192, lame: Bitrate::Kbps192 },
    Kbps { kbps: 256, lame: Bitrate::Kbps256 },
    Kbps { kbps: 320, lame: Bitrate::Kbps320 },
];

/// A take shorter than this lies wholly in the MPEG frame in which the delay ends. FFmpeg then forgets the delay
/// or, when there is no frame after it, cannot open the file; so a tiny take begins with the next MPEG frame.
const TINY: u64 = 1152 - ENCODER_DELAY - DECODER_DELAY;

/// MPEG frames of silence until there is sound. FFmpeg opens no file with less than two behind the Info frame, and can
/// take one with less than seven in all for H.263 video. They lie where the real ones will, so those can begin to
/// replace them at any byte.
const SILENT_FRAMES: u64 = 6;

fn check(sound: AudioLayout, settings: Settings) -> Result<(), Problem> {
    plan(sound, settings).map(drop)
}

/// The stream that holds `sound`, with the bit rate that its sample rate allows.
fn plan(sound: AudioLayout, settings: Settings) -> Result<(Stream, &'static Kbps), Problem> {
    FORMAT.fits(sound)?;
    let rate = sound.rate as u32;
    let most = settings.bit_rate.min(Stream::max_kbps(rate));
    let kbps = KBPS.iter().rfind(|row| row.kbps <= most).unwrap_or(&KBPS[0]);
    Ok((Stream::new(rate, kbps.kbps, sound.channels), kbps))
}

fn open(opening: Opening<'_>) -> Result<Box<dyn Encoder>, Problem> {
    let (stream, kbps) = plan(opening.sound, opening.settings)?;
    let lame = lame(&stream, kbps).ok_or_else(|| failed("it did not start"))?;
    if kbps.kbps != opening.settings.bit_rate {
        let (asked, used) = (opening.settings.bit_rate, kbps.kbps);
        opening.warnings.push(Warning::Mp3BitRate { asked, rate: stream.rate(), used });
    }
    opening.header.extend(id3_tag(opening.metadata, opening.warnings));
    let info_at = opening.header.len() as u64;
    opening.header.extend(info_frame(&stream, &Totals::unknown()));
    opening.silence.extend(stream.silence(SILENT_FRAMES));
    Ok(Box::new(Mp3 {
        lame,
        stream,
        sane: Vec::with_capacity(stream.frame_samples()),
        staged: vec![Vec::with_capacity(stream.frame_samples()); stream.channels()],
        info_at,
        delay: ENCODER_DELAY,
        frames: 0,
        bytes: 0,
        crc: 0,
        clipped: 0,
        finished: false,
    }))
}

/// LAME with the settings of its own command line program, and without a rate of its own choice.
///
/// All encoders share LAME's tables, which it fills without a lock: `init_log_table` (util.c) once, behind a flag that
/// another thread can see before the table; `iteration_init` (quantize_pvt.c) again for each encoder, with the same
/// values. So one encoder is made before all others: its stores happen before every later use, and what is stored again
/// does not change anything.
fn lame(stream: &Stream, kbps: &Kbps) -> Option<mp3lame_encoder::Encoder> {
    static TABLES: OnceLock<()> = OnceLock::new();
    TABLES.get_or_init(|| drop(Builder::new().map(Builder::build)));

    let mut builder = Builder::new()?;
    builder.set_num_channels(stream.channels() as u8).ok()?;
    builder.set_sample_rate(stream.rate()).ok()?;
    builder.set_output_sample_rate(stream.rate().try_into().ok()).ok()?;
    builder.set_brate(kbps.lame).ok()?;
    builder.set_quality(Quality::VeryNice).ok()?;
    builder.set_to_write_vbr_tag(false).ok()?;
    builder.build().ok()
}

struct Mp3 {
    lame: mp3lame_encoder::Encoder,
    stream: Stream,
    /// Sanitised samples of one channel; empty between calls.
    sane: Vec<f32>,
    /// Those of each channel that do not fill an MPEG frame yet.
    staged: Vec<Vec<i32>>,
    /// Where the Info frame begins.
    info_at: u64,
    /// Samples before the first one of the take, without what decoders add.
    delay: u64,
    /// Frames written.
    frames: u64,
    /// Bytes of MPEG frames that LAME has given out.
    bytes: u64,
    /// CRC-16 of those bytes.
    crc: u16,
    clipped: u64,
    /// The Info frame tells the exact length.
    finished: bool,
}

impl Mp3 {
    /// Encodes what is staged.
    fn encode_staged(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        let start = out.len();
        // LAME does not look where its output ends when it is told a size of 0.
        out.reserve(max_required_buffer_size(self.staged[0].len()));
        let encoded = match &self.staged[..] {
            [left, right] => self.lame.encode_to_vec(DualPcm { left, right }, out),
            all => self.lame.encode_to_vec(MonoPcm(&all[0]), out),
        };
        for channel in &mut self.staged {
            channel.clear();
        }
        encoded.map_err(failed)?;
        self.account(&out[start..]);
        Ok(())
    }

    fn account(&mut self, encoded: &[u8]) {
        self.bytes += encoded.len() as u64;
        self.crc = crc16(self.crc, encoded);
    }

    /// Where the first MPEG frame begins.
    fn audio_at(&self) -> u64 {
        self.info_at + self.stream.frame_bytes() as u64
    }

    /// What LAME has given out so far.
    fn totals(&self) -> Totals {
        let mpeg_frames = self.stream.whole_frames(self.bytes);
        Totals { mpeg_frames, bytes: self.bytes, crc: self.crc, delay: self.delay, padding: 0 }
    }

    /// What LAME has given out, once that is all.
    fn final_totals(&self) -> Totals {
        let totals = self.totals();
        let samples = totals.mpeg_frames * self.stream.frame_samples() as u64;
        Totals { padding: samples.saturating_sub(self.delay + self.frames), ..totals }
    }
}

impl Encoder for Mp3 {
    fn write(&mut self, block: Planar<'_>, out: &mut Vec<u8>) -> Result<(), Problem> {
        debug_assert_eq!(block.channels(), self.staged.len());
        let mut rest = block;
        while rest.frames() > 0 {
            let room = self.stream.frame_samples() - self.staged[0].len();
            let (now, later) = rest.split_at(room);
            for (index, channel) in self.staged.iter_mut().enumerate() {
                self.clipped += append_sane(now.channel(index), FULL_SCALE, &mut self.sane);
                // The cast takes +1.0 for the greatest integer.
                channel.extend(self.sane.drain(..).map(|sample| sample as i32));
            }
            self.frames += now.frames() as u64;
            if self.staged[0].len() == self.stream.frame_samples() {
                self.encode_staged(out)?;
            }
            rest = later;
        }
        Ok(())
    }

    fn checkpoint(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        if self.finished || self.bytes == 0 || file.len() < self.audio_at() || file.has_silence() {
            return Ok(());
        }
        let totals = if file.len() < self.audio_at() + self.bytes {
            // A full disk has not taken all that was encoded, but perhaps more than the last Info frame tells:
            // players are to go on to the end of the file.
            Totals { delay: self.delay, ..Totals::unknown() }
        } else {
            self.totals()
        };
        file.patch(self.info_at, &info_frame(&self.stream, &totals))
    }

    fn finish(&mut self, file: &mut TakeFile) -> Result<(), Problem> {
        let mut out = Vec::new();
        if self.frames < TINY {
            for channel in &mut self.staged {
                channel.splice(0..0, [0; TINY as usize]);
            }
            self.delay += TINY;
        }
        if !self.staged[0].is_empty() {
            self.encode_staged(&mut out)?;
        }
        let start = out.len();
        // The other kind of flush leaves the last 1500 to 2000 samples behind.
        out.reserve(max_required_buffer_size(4 * self.stream.frame_samples()));
        self.lame.flush_to_vec::<FlushGap>(&mut out).map_err(failed)?;
        self.account(&out[start..]);
        file.append(&out)?;
        file.patch(self.info_at, &info_frame(&self.stream, &self.final_totals()))?;
        self.finished = true;
        Ok(())
    }

    fn playable(&self, len: u64) -> Playable {
        let Some(audio) = len.checked_sub(self.audio_at()) else {
            return Playable { len: 0, frames: 0 };
        };
        let whole = self.stream.whole_frames(audio.min(self.bytes));
        let decoded = whole * self.stream.frame_samples() as u64;
        let frames = decoded.saturating_sub(self.delay + DECODER_DELAY);
        Playable {
            len: self.audio_at() + self.stream.bytes(whole),
            // Only a complete Info frame tells a decoder where the padding begins.
            frames: if self.finished { frames.min(self.frames) } else { frames },
        }
    }

    fn clipped(&self) -> u64 {
        self.clipped
    }
}

fn failed(cause: impl ToString) -> Problem {
    Problem::Limit(Limit::Encoder { library: "LAME", cause: cause.to_string() })
}

//! MPEG audio layer III at a constant bit rate, by LAME.
//!
//! LAME is given the samples of one MPEG frame at a time, so that the result does not depend on the size of the blocks;
//! each time it answers with bytes, they are a packet. Packets need not end where MPEG frames end.
//!
//! LAME writes neither of its tags: its ID3 is Latin-1 only, and its Info frame is silence until the end.

mod stream;

use std::sync::OnceLock;

use mp3lame_encoder::{Bitrate, Builder, DualPcm, Encoder, FlushGap, MonoPcm, Quality, max_required_buffer_size};

pub(crate) use stream::{RATES, Stream};

use super::{Codec, Packets, append_sane};
use crate::messages::{Limit, Problem};
use crate::stream::planar::Planar;

/// Samples that LAME puts before the first of the input.
pub(crate) const ENCODER_DELAY: u64 = 576;
/// Samples that every layer III decoder adds before the first one.
pub(crate) const DECODER_DELAY: u64 = 529;

/// A take shorter than this lies wholly in the MPEG frame in which the delay ends. FFmpeg then forgets the delay or, when
/// there is no frame after it, cannot open the file; so as many samples of silence go before a tiny take.
pub(crate) const TINY: u64 = 1152 - ENCODER_DELAY - DECODER_DELAY;

/// Full scale of LAME's widest samples. Its floats take 1.0 for 32767, which decoders do not give back as 1.0.
const FULL_SCALE: f32 = 2_147_483_648.0;

/// A bit rate and LAME's name of it.
///
/// LAME turns the level down by 5 % up to 160 kb/s and by 3 % at 192, to clip less (`abr_switch_map` in its presets.c).
/// That is left as it is: turned up again, noise comes out up to 2 dB worse than by the lame program.
const KBPS: [(u32, Bitrate); 7] = [
    (64, Bitrate::Kbps64),
    (96, Bitrate::Kbps96),
    (128, Bitrate::Kbps128),
    (160, Bitrate::Kbps160),
    (192, Bitrate::Kbps192),
    (256, Bitrate::Kbps256),
    (320, Bitrate::Kbps320),
];

/// All bit rates, in kb/s.
pub(crate) fn bit_rates() -> impl Iterator<Item = u32> {
    KBPS.iter().map(|row| row.0)
}

/// The highest bit rate up to `asked` kb/s that a stream of `rate` Hz can have.
pub(crate) fn bit_rate(rate: u32, asked: u32) -> u32 {
    let most = asked.min(Stream::max_kbps(rate));
    bit_rates().filter(|&kbps| kbps <= most).last().unwrap_or(KBPS[0].0)
}

/// Encodes to one [`Stream`].
pub(crate) struct Lame {
    lame: Encoder,
    stream: Stream,
    /// Sanitised samples of one channel; empty between calls.
    sane: Vec<f32>,
    /// Those of each channel that do not fill an MPEG frame yet.
    staged: Vec<Vec<i32>>,
    /// Frames that were encoded or staged.
    frames: u64,
    /// Bytes of MPEG frames that LAME has given out.
    bytes: u64,
    clipped: u64,
}

impl Lame {
    pub(crate) fn new(stream: Stream) -> Result<Self, Problem> {
        let samples = stream.frame_samples();
        Ok(Self {
            lame: builder(&stream)
                .and_then(|builder| builder.build().ok())
                .ok_or_else(|| failed("it did not start"))?,
            stream,
            sane: Vec::with_capacity(samples),
            staged: vec![Vec::with_capacity(samples); stream.channels()],
            frames: 0,
            bytes: 0,
            clipped: 0,
        })
    }

    /// Encodes what is staged.
    fn encode_staged(&mut self, out: &mut Packets) -> Result<(), Problem> {
        let start = out.bytes.len();
        // LAME does not look where its output ends when it is told a size of 0.
        out.bytes.reserve(max_required_buffer_size(self.staged[0].len()));
        let encoded = match &self.staged[..] {
            [left, right] => self.lame.encode_to_vec(DualPcm { left, right }, &mut out.bytes),
            all => self.lame.encode_to_vec(MonoPcm(&all[0]), &mut out.bytes),
        };
        for channel in &mut self.staged {
            channel.clear();
        }
        encoded.map_err(failed)?;
        self.bytes += (out.bytes.len() - start) as u64;
        if out.bytes.len() > start {
            out.end_packet(self.decodable());
        }
        Ok(())
    }

    /// Frames that a decoder returns of the bytes so far, without those that only the end of the stream completes.
    fn decodable(&self) -> u64 {
        let samples = self.stream.whole_frames(self.bytes) * self.stream.frame_samples() as u64;
        samples.saturating_sub(ENCODER_DELAY + DECODER_DELAY).min(self.frames)
    }
}

impl Codec for Lame {
    fn encode(&mut self, block: Planar<'_>, out: &mut Packets) -> Result<(), Problem> {
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

    fn finish(&mut self, out: &mut Packets) -> Result<(), Problem> {
        if self.frames < TINY {
            for channel in &mut self.staged {
                channel.splice(0..0, [0; TINY as usize]);
            }
        }
        if !self.staged[0].is_empty() {
            self.encode_staged(out)?;
        }
        // The other kind of flush leaves the last 1500 to 2000 samples behind.
        out.bytes.reserve(max_required_buffer_size(4 * self.stream.frame_samples()));
        self.lame.flush_to_vec::<FlushGap>(&mut out.bytes).map_err(failed)?;
        out.end_packet(self.frames);
        out.last = true;
        Ok(())
    }

    fn clipped(&self) -> u64 {
        self.clipped
    }
}

/// LAME with the settings of its own command line program, and without a rate of its own choice.
///
/// All encoders share LAME's tables, which it fills without a lock: `init_log_table` (util.c) once, behind a flag that
/// another thread can see before the table; `iteration_init` (quantize_pvt.c) again for each encoder, with the same
/// values. So one encoder is made before all others: its stores happen before every later use, and what is stored again
/// does not change anything.
fn builder(stream: &Stream) -> Option<Builder> {
    static TABLES: OnceLock<()> = OnceLock::new();
    TABLES.get_or_init(|| drop(Builder::new().map(Builder::build)));

    let (_, bit_rate) = KBPS.into_iter().find(|row| row.0 == stream.kbps())?;
    let mut builder = Builder::new()?;
    builder.set_num_channels(stream.channels() as u8).ok()?;
    builder.set_sample_rate(stream.rate()).ok()?;
    builder.set_output_sample_rate(stream.rate().try_into().ok()).ok()?;
    builder.set_brate(bit_rate).ok()?;
    builder.set_quality(Quality::VeryNice).ok()?;
    builder.set_to_write_vbr_tag(false).ok()?;
    Some(builder)
}

fn failed(cause: impl ToString) -> Problem {
    Problem::Limit(Limit::Encoder { library: "LAME", cause: cause.to_string() })
}

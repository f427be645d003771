//! MP3: MPEG frames of layer III at a constant bit rate.
//!
//! The file: an ID3v2.4 tag with room for markers, the Info frame, MPEG frames. Every MPEG frame can be decoded without
//! the ones after it, so what a crash leaves is playable. A checkpoint counts the MPEG frames in the Info frame, for
//! players that stop there; only when the last packet is in the file does it know where in the last one the take ends.

mod info_tag;
#[cfg(test)]
mod tests;

use self::info_tag::{Totals, crc16, info_frame};
use super::markers::{Marked, Marker, ROOM, id3_chapters, id3_room};
use super::{Checkpoint, Container, Patch, Playable};
use crate::codec::Packets;
use crate::codec::lame::{self, DECODER_DELAY, ENCODER_DELAY, Lame, Stream, TINY};
use crate::container::metadata::id3_tag;
use crate::formats::{Format, FormatOption, Opened, Rates, Setup};
use crate::messages::{Problem, Warning};

pub(crate) static FORMAT: Format = Format {
    name: "mp3",
    label: "MP3",
    extensions: &["mp3"],
    options: &[FormatOption::BitRate],
    codecs: &[],
    channels: 1..=2,
    rates: Rates::Listed(&lame::RATES),
    frame_bytes: u64::MAX,
    second_bytes: u64::MAX,
    open,
    verify: None,
};

/// MPEG frames of silence until there is sound. FFmpeg opens no file with less than two behind the Info frame, and can
/// take one with less than seven in all for H.263 video. They lie where the real ones will, so those can begin to
/// replace them at any byte.
const SILENT_FRAMES: u64 = 6;

fn open(setup: Setup<'_>) -> Result<Opened, Problem> {
    let Setup { layout, settings, metadata, warnings, .. } = setup;
    let (rate, asked) = (layout.rate as u32, settings.bit_rate);
    let used = lame::bit_rate(rate, asked);
    let stream = Stream::new(rate, used, layout.channels);
    let codec = Lame::new(stream)?;
    if used != asked {
        warnings.push(Warning::Mp3BitRate { asked, rate, used });
    }
    let mut header = id3_tag(metadata, warnings);
    id3_room(&mut header);
    let info_at = header.len() as u64;
    header.extend(info_frame(&stream, &Totals::unknown(ENCODER_DELAY)));
    let placeholder = stream.silence(SILENT_FRAMES);
    let container = Mp3 { stream, header, placeholder, info_at, bytes: 0, crc: 0, frames: 0, last: false };
    Ok(Opened { codec: Box::new(codec), container: Box::new(container) })
}

struct Mp3 {
    stream: Stream,
    header: Vec<u8>,
    placeholder: Vec<u8>,
    /// Where the Info frame begins.
    info_at: u64,
    /// Bytes of MPEG frames that were appended.
    bytes: u64,
    /// CRC-16 of those bytes.
    crc: u16,
    /// Frames that can be decoded of them.
    frames: u64,
    /// No more will be appended.
    last: bool,
}

impl Mp3 {
    /// Where the first MPEG frame begins.
    fn audio_at(&self) -> u64 {
        self.header.len() as u64
    }

    /// Samples before the first one of the take, without what decoders add.
    fn delay(&self) -> u64 {
        ENCODER_DELAY + if self.last && self.frames < TINY { TINY } else { 0 }
    }

    /// What the Info frame of a file with so many bytes of MPEG frames says.
    fn totals(&self, bytes: u64) -> Totals {
        let (delay, mpeg_frames) = (self.delay(), self.stream.whole_frames(bytes));
        if mpeg_frames == 0 {
            return Totals::unknown(delay);
        }
        if bytes < self.bytes {
            // The CRC of a part is not known; decoders do without.
            return Totals { mpeg_frames, bytes, crc: 0, delay, padding: 0 };
        }
        let samples = mpeg_frames * self.stream.frame_samples() as u64;
        let padding = if self.last { samples.saturating_sub(delay + self.frames) } else { 0 };
        Totals { mpeg_frames, bytes, crc: self.crc, delay, padding }
    }
}

impl Container for Mp3 {
    fn header(&self) -> &[u8] {
        &self.header
    }

    fn placeholder(&self) -> &[u8] {
        &self.placeholder
    }

    fn append(&mut self, packets: &mut Packets, out: &mut Vec<u8>) {
        self.bytes += packets.bytes.len() as u64;
        self.crc = crc16(self.crc, &packets.bytes);
        self.frames = packets.ends.last().map_or(self.frames, |end| end.frames);
        self.last |= packets.last;
        packets.append_to(out);
    }

    fn playable(&self, len: u64) -> Playable {
        let Some(bytes) = len.checked_sub(self.audio_at()) else {
            return Playable { len: 0, frames: 0 };
        };
        let whole = self.stream.whole_frames(bytes.min(self.bytes));
        let samples = whole * self.stream.frame_samples() as u64;
        Playable {
            len: self.audio_at() + self.stream.bytes(whole),
            frames: samples.saturating_sub(self.delay() + DECODER_DELAY).min(self.frames),
        }
    }

    fn checkpoint(&mut self, len: u64) -> Checkpoint {
        Checkpoint { patches: self.complete(len), stated: self.playable(len) }
    }

    fn complete(&mut self, len: u64) -> Vec<Patch> {
        let Some(bytes) = len.checked_sub(self.audio_at()) else { return Vec::new() };
        vec![Patch { at: self.info_at, bytes: info_frame(&self.stream, &self.totals(bytes.min(self.bytes))) }]
    }

    fn mark(&mut self, markers: &[Marker], len: u64) -> Marked {
        let rate = self.stream.rate().into();
        let (bytes, kept) = id3_chapters(markers, rate, self.playable(len).frames);
        Marked { patches: vec![Patch { at: self.info_at - ROOM as u64, bytes }], kept }
    }
}

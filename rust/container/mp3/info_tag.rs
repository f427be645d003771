//! The Info frame: a silent MPEG frame before the first real one that tells players what the stream itself
//! cannot say: how many frames to play, and how many samples of the first and the last are not the recording.
//! Layout: Xing's VBR header with LAME's extension (gabriel.mp3-tech.org/mp3infotag.html).

use crate::codec::lame::Stream;

/// What is known of the stream in a file.
pub(super) struct Totals {
    pub(super) mpeg_frames: u64,
    /// Of the MPEG frames, without the Info frame.
    pub(super) bytes: u64,
    /// CRC-16 of those bytes.
    pub(super) crc: u16,
    /// Samples before the first one of the input.
    pub(super) delay: u64,
    /// Samples after the last one of the input.
    pub(super) padding: u64,
}

impl Totals {
    /// What stands in the file until the first checkpoint: the delay makes a file that a crash left behind begin
    /// with the very first sample, and the unknown length makes players go on to the end of the file.
    pub(super) fn unknown(delay: u64) -> Self {
        // A byte count must stand there: without one FFmpeg plays the Info frame itself as audio.
        Self { mpeg_frames: 0, bytes: u64::MAX, crc: 0, delay, padding: 0 }
    }
}

/// The Info frame of a stream.
pub(super) fn info_frame(stream: &Stream, totals: &Totals) -> Vec<u8> {
    let info_bytes = stream.frame_bytes();
    let stream_bytes = saturated(totals.bytes.saturating_add(info_bytes as u64));
    let counted = totals.mpeg_frames > 0;

    let mut tag = Vec::with_capacity(info_bytes);
    tag.extend(stream.header());
    tag.resize(tag.len() + stream.side_info_bytes(), 0);
    tag.extend(b"Info");
    tag.extend([0, 0, 0, if counted { 0b1111 } else { 0b1110 }]);
    if counted {
        tag.extend(saturated(totals.mpeg_frames).to_be_bytes());
    }
    tag.extend(stream_bytes.to_be_bytes());
    // Where each hundredth of the time begins, in 256ths of the bytes: the same at a constant bit rate.
    tag.extend((0..100u32).map(|percent| (percent * 256 / 100) as u8));
    // 100 - 10 x VBR quality (4, unused) - algorithm quality (3).
    tag.extend(57u32.to_be_bytes());
    tag.extend(b"LAME3.100");
    // Revision 0, constant bit rate; the lowpass, rounded.
    tag.extend([0x01, ((stream.lowpass() + 50) / 100) as u8]);
    // Peak and both replay gains: not computed.
    tag.extend([0; 8]);
    tag.push(model(stream));
    tag.push(stream.kbps().min(255) as u8);
    let delays = (totals.delay as u32) << 12 | (totals.padding as u32 & 0xfff);
    tag.extend(&delays.to_be_bytes()[1..]);
    tag.push(source(stream));
    // MP3 gain.
    tag.push(0);
    tag.extend((stream.kbps() as u16).to_be_bytes());
    tag.extend(stream_bytes.to_be_bytes());
    tag.extend(totals.crc.to_be_bytes());
    let tag_crc = crc16(0, &tag);
    tag.extend(tag_crc.to_be_bytes());
    tag.resize(info_bytes, 0);
    tag
}

/// ATH type 4, LAME's own psychoacoustic model; its joint stereo is the safe one from 160 kb/s on.
fn model(stream: &Stream) -> u8 {
    let safe_joint_stereo = stream.channels() == 2 && stream.kbps() >= 160;
    4 | 1 << 4 | u8::from(safe_joint_stereo) << 5
}

/// Noise shaping, which is the coarser kind up to 160 kb/s; mono or joint stereo; whether the settings are not
/// optimal, which LAME says of all rates up to 32 kHz; the source's rate.
fn source(stream: &Stream) -> u8 {
    let mode = if stream.channels() == 1 { 0 } else { 3 };
    let rate = match stream.rate() {
        ..=32000 => 0,
        48000 => 2,
        _ => 1,
    };
    let noise_shaping = if stream.kbps() <= 160 { 2 } else { 1 };
    noise_shaping | mode << 2 | u8::from(stream.rate() <= 32000) << 5 | rate << 6
}

/// A field that a very long take has outgrown holds the greatest value.
fn saturated(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Carries `crc` on over `bytes`: CRC-16/ARC, as LAME uses it.
pub(super) fn crc16(crc: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(crc, |crc, &byte| (crc >> 8) ^ CRC_TABLE[usize::from(crc as u8 ^ byte)])
}

const CRC_TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut crc = index as u16;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_is_the_arc_variant() {
        assert_eq!(crc16(0, b"123456789"), 0xbb3d);
        assert_eq!(crc16(crc16(0, b"1234"), b"56789"), 0xbb3d);
    }
}

//! MPEG audio, layer III (ISO 11172-3, 13818-3 and the extension to lower rates), behind an ID3 tag. The first frame is
//! the Info frame of Xing and LAME (gabriel.mp3-tech.org/mp3infotag.html).

use super::{Findings, array, id3};

/// What a frame header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    /// Version, layer, protection, rate, channel mode and emphasis: the same in all frames.
    stream: [u8; 4],
    bytes: usize,
    samples: u64,
    mpeg1: bool,
    mono: bool,
}

impl Header {
    fn of(bytes: [u8; 4]) -> Result<Self, String> {
        const MPEG1: [usize; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        const MPEG2: [usize; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

        let [sync, version, rates, mode] = bytes;
        let no = || format!("no frame header: {bytes:02x?}");
        // Eleven bits of sync; layer III without a checksum.
        if sync != 0xff || version & 0b1110_0111 != 0b1110_0011 {
            return Err(no());
        }
        let (mpeg1, slower) = match version >> 3 & 3 {
            0b11 => (true, 1),
            0b10 => (false, 2),
            0b00 => (false, 4),
            _ => return Err(no()),
        };
        let rate = [44100, 48000, 32000].get(usize::from(rates >> 2 & 3)).ok_or_else(no)? / slower;
        let index = usize::from(rates >> 4).checked_sub(1).ok_or_else(no)?;
        let kbps = *if mpeg1 { MPEG1 } else { MPEG2 }.get(index).ok_or_else(no)?;
        let samples: usize = if mpeg1 { 1152 } else { 576 };
        let padding = usize::from(rates >> 1 & 1);
        Ok(Self {
            // All but the padding, and how joint stereo is joint.
            stream: [sync, version, rates & 0b1111_1100, mode & 0b1100_1111],
            bytes: samples / 8 * kbps * 1000 / rate + padding,
            samples: samples as u64,
            mpeg1,
            mono: mode >> 6 == 0b11,
        })
    }

    /// Bytes of the side information.
    fn side_info(&self) -> usize {
        match (self.mpeg1, self.mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        }
    }

    /// How many bytes before its own the main data of a frame begins.
    fn reaches_back(&self, frame: &[u8]) -> usize {
        let (first, second) = (usize::from(frame[4]), usize::from(frame[5]));
        if self.mpeg1 { first << 1 | second >> 7 } else { first }
    }
}

pub(super) fn walk(bytes: &[u8], findings: &mut Findings) -> Result<(), String> {
    let mut at = 0;
    if bytes.starts_with(b"ID3") {
        at = id3::length(bytes)?;
        id3::walk(bytes.get(..at).ok_or("an ID3 tag that is cut off")?, findings)?;
    }
    let (info_at, mut frames, mut first, mut kept) = (at, 0_u64, None, 0);
    while at < bytes.len() {
        let header = Header::of(array(bytes, at)?).map_err(|text| format!("{text} at {at}"))?;
        let frame = bytes.get(at..at + header.bytes).ok_or_else(|| format!("the frame at {at} is cut off"))?;
        let Header { stream, .. } = *first.get_or_insert(header);
        findings.check(header.stream == stream, || format!("the frame at {at} belongs to another stream"));
        if frames > 0 {
            let back = header.reaches_back(frame);
            findings
                .check(back <= kept, || format!("the frame at {at} needs {back} bytes before it, {kept} are there"));
            kept += header.bytes - 4 - header.side_info();
        }
        frames += 1;
        at += header.bytes;
    }
    let header = first.ok_or("no frame")?;
    walk_info(&bytes[info_at..], &header, frames - 1, findings)
}

/// The Info frame, of a stream of so many `frames` behind it.
fn walk_info(stream: &[u8], header: &Header, frames: u64, findings: &mut Findings) -> Result<(), String> {
    let (frame, music) = stream.split_at(header.bytes);
    let begin = 4 + header.side_info();
    findings.check(frame[4..begin].iter().all(|byte| *byte == 0), || "the Info frame has side information".to_owned());
    let info = frame.get(begin..begin + 156).ok_or("an Info frame without room")?;
    let number = |at| array(info, at).map(u32::from_be_bytes);
    // Frames, bytes, table of contents and quality are there.
    findings.check(info.starts_with(b"Info\0\0\0\x0f"), || format!("the Info frame begins with {:?}", &info[..8]));
    findings.check(u64::from(number(8)?) == frames, || format!("Info states {:?} of {frames} frames", number(8)));
    for at in [12, 148] {
        let stated = number(at)?;
        findings.check(stated as usize == stream.len(), || format!("Info states {stated} of {} bytes", stream.len()));
    }
    findings.check(info[16..116].is_sorted() && info[16] == 0, || "no table of contents".to_owned());
    findings.check(number(116)? <= 100, || format!("quality {:?}", number(116)));
    findings.check(info[120..124] == *b"LAME", || format!("an encoder {:?}", &info[120..129]));
    let [high, middle, low] = array(info, 141)?.map(u64::from);
    let (delay, padding) = (high << 4 | middle >> 4, (middle & 15) << 8 | low);
    let samples = frames * header.samples;
    findings.check(delay >= 576 && delay + padding <= samples, || {
        format!("a delay of {delay} and a padding of {padding} in {samples} samples")
    });
    let checksums = [array(info, 152)?, array(info, 154)?].map(u16::from_be_bytes);
    let right = [crc(music), crc(&frame[..begin + 154])];
    findings.check(checksums == right, || format!("Info has checksums {checksums:04x?} instead of {right:04x?}"));
    findings.check(frame[begin + 156..].iter().all(|byte| *byte == 0), || "the Info frame goes on".to_owned());
    Ok(())
}

/// CRC-16 with the polynomial 0x8005, lowest bit first.
fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xa001 } else { crc >> 1 })
    })
}

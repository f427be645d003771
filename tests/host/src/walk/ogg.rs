//! Ogg pages (RFC 3533) with one stream of Vorbis.

use super::vorbis::{self, Setup};
use super::{Findings, array};

struct Page<'a> {
    flags: u8,
    granule: i64,
    serial: u32,
    sequence: u32,
    lacing: &'a [u8],
    body: &'a [u8],
}

const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// The position of a page on which no packet ends.
const NO_POSITION: i64 = -1;

impl<'a> Page<'a> {
    /// The page that `bytes` begin with, and what follows it.
    fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), String> {
        const HEADER: usize = 27;

        let head: [u8; HEADER] = array(bytes, 0)?;
        if !head.starts_with(b"OggS\0") {
            return Err(format!("no page: {:02x?}", &head[..5]));
        }
        let lacing = bytes.get(HEADER..HEADER + usize::from(head[26])).ok_or("a page without its lacing")?;
        let (start, len) = (HEADER + lacing.len(), lacing.iter().map(|byte| usize::from(*byte)).sum::<usize>());
        let body = bytes.get(start..start + len).ok_or("a page without its body")?;
        let page = Self {
            flags: head[5],
            granule: i64::from_le_bytes(array(&head, 6)?),
            serial: u32::from_le_bytes(array(&head, 14)?),
            sequence: u32::from_le_bytes(array(&head, 18)?),
            lacing,
            body,
        };
        let without_checksum = [&head[..22], &[0; 4], &bytes[26..start + len]].concat();
        if crc(&without_checksum) != u32::from_le_bytes(array(&head, 22)?) {
            return Err(format!("the checksum of page {} is wrong", page.sequence));
        }
        Ok((page, &bytes[start + len..]))
    }
}

/// The packets of a stream so far, and where their pages say that they end.
#[derive(Default)]
struct Packets {
    /// The beginning of one that goes on on the next page.
    begun: Vec<u8>,
    complete: u64,
    setup: Option<Setup>,
    /// Frames that can be decoded from the audio packets.
    frames: i64,
    position: i64,
}

pub(super) fn walk(bytes: &[u8], findings: &mut Findings) -> Result<(), String> {
    let mut rest = bytes;
    let mut packets = Packets::default();
    let (mut number, mut serial) = (0, None);
    while !rest.is_empty() {
        let at = bytes.len() - rest.len();
        let (page, behind) = Page::read(rest).map_err(|text| format!("{text} at {at}"))?;
        let first = if number == 0 { FIRST } else { 0 };
        let last = if behind.is_empty() { LAST } else { 0 };
        let continued = if packets.begun.is_empty() { 0 } else { CONTINUED };
        findings.check(page.flags == first | last | continued, || format!("page {number} has flags {}", page.flags));
        findings.check(page.sequence == number && page.serial == *serial.get_or_insert(page.serial), || {
            format!("page {number} is page {} of stream {:#x}", page.sequence, page.serial)
        });
        packets.take(&page, findings).map_err(|text| format!("page {number}: {text}"))?;
        number += 1;
        rest = behind;
    }
    findings.check(packets.begun.is_empty(), || "the last packet is cut off".to_owned());
    findings.check(packets.complete > 3, || format!("{} packets", packets.complete));
    Ok(())
}

impl Packets {
    fn take(&mut self, page: &Page<'_>, findings: &mut Findings) -> Result<(), String> {
        let headers_before = self.complete;
        let mut body = page.body;
        let mut ended = 0;
        for lacing in page.lacing {
            let (segment, rest) = body.split_at(usize::from(*lacing));
            self.begun.extend_from_slice(segment);
            body = rest;
            if *lacing < 255 {
                let packet = std::mem::take(&mut self.begun);
                self.packet(&packet, findings)?;
                ended += 1;
            }
        }
        let number = page.sequence;
        // Vorbis I, A.2: the first header has a page of its own, and no audio is on a page with headers.
        findings
            .check(number > 0 || ended == 1 && self.begun.is_empty(), || "more than one header at first".to_owned());
        findings.check(headers_before >= 3 || self.complete < 3 || self.complete == 3 && self.begun.is_empty(), || {
            format!("page {number} has headers and audio")
        });
        if ended == 0 {
            findings.check(page.granule == NO_POSITION, || format!("page {number} is at {}", page.granule));
            return Ok(());
        }
        // The first page with audio may leave out frames at the beginning, the last one at the end.
        let (begins, ends) = (headers_before == 3, page.flags & LAST != 0);
        let right = match page.granule {
            granule if begins || ends => (self.position..=self.frames).contains(&granule),
            granule => granule == self.frames,
        };
        findings.check(right, || format!("page {number} is at {}, its packets end at {}", page.granule, self.frames));
        self.position = page.granule;
        Ok(())
    }

    fn packet(&mut self, packet: &[u8], findings: &mut Findings) -> Result<(), String> {
        match self.complete {
            0 => self.setup = Some(vorbis::identification(packet, findings)?),
            1 => vorbis::comments(packet, findings)?,
            2 => self.setup.as_mut().ok_or("no identification")?.read_modes(packet)?,
            _ => self.frames += self.setup.as_mut().ok_or("no setup")?.frames(packet)?,
        }
        self.complete += 1;
        Ok(())
    }
}

/// CRC-32 with the polynomial 0x04c11db7, highest bit first, from 0.
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index = 0;
        while index < 256 {
            let mut crc = (index as u32) << 24;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
                bit += 1;
            }
            table[index] = crc;
            index += 1;
        }
        table
    };
    bytes.iter().fold(0, |crc: u32, byte| crc << 8 ^ TABLE[usize::from((crc >> 24) as u8 ^ byte)])
}

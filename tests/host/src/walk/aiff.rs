//! AIFF 1.3 and the draft of AIFF-C of 1991.

use std::fs::File;

use super::chunks::{Chunk, Order, content, only, scan};
use super::{Findings, array, id3, name, read};

const ORDER: Order = Order::Big;

/// Texts, of which the standard allows one each but for ANNO.
const TEXTS: [&[u8; 4]; 4] = [b"NAME", b"AUTH", b"(c) ", b"ANNO"];

pub(super) fn walk(file: &mut File, findings: &mut Findings) -> Result<(), String> {
    let len = file.metadata().map_err(|error| error.to_string())?.len();
    let head = read(file, 0, 12)?;
    let compressed = match &head[8..] {
        b"AIFF" => false,
        b"AIFC" => true,
        other => return Err(format!("a form {other:?}")),
    };
    let stated = ORDER.u32(&head, 4)?;
    findings.check(u64::from(stated) + 8 == len, || format!("FORM states {stated} of {len} bytes"));
    // "ckSize: signed 32-bit integer"
    findings.check(i32::try_from(stated).is_ok(), || format!("FORM states {stated} bytes, which is negative"));
    let chunks = scan(file, 12..len, ORDER, |_, stated| stated.into(), findings)?;
    for chunk in &chunks {
        let known =
            TEXTS.contains(&&chunk.id) || [b"COMM", b"SSND", b"FVER", b"ID3 ", b"MARK", b"FLLR"].contains(&&chunk.id);
        findings.check(known, || format!("a chunk {}", name(chunk.id)));
        // Readers of AIFF forget pad bytes: of ours, the audio alone may need one.
        findings.check(chunk.size % 2 == 0 || chunk.id == *b"SSND", || format!("{} has an odd size", name(chunk.id)));
    }
    let mut one = |id: &[u8; 4]| only(&chunks, *id, findings);
    let (common, sound, version, tag) = (one(b"COMM"), one(b"SSND"), one(b"FVER"), one(b"ID3 "));
    let marks = one(b"MARK");
    let (Some(common), Some(sound)) = (common, sound) else { return Err("no COMM or no SSND".to_owned()) };
    findings.check(common.at < sound.at, || "COMM behind SSND".to_owned());
    walk_version(file, compressed, version, findings)?;
    let (frames, frame_bytes) = walk_common(&content(file, common)?, compressed, findings)?;
    let offsets = read(file, sound.at, 8)?;
    findings.check(sound.size >= 8 && offsets == [0; 8], || format!("SSND begins with {offsets:?}"));
    findings.check(sound.size == 8 + frames * frame_bytes, || {
        format!("SSND has {} bytes for {frames} frames of {frame_bytes}", sound.size)
    });
    for text in chunks.iter().filter(|chunk| TEXTS.contains(&&chunk.id)) {
        let bytes = content(file, *text)?;
        let text_bytes = bytes.strip_suffix(&[0]).unwrap_or(&bytes);
        findings.check(text_bytes.iter().all(|byte| byte.is_ascii() && *byte != 0), || {
            format!("{} is not ASCII", name(text.id))
        });
        if text.id != *b"ANNO" {
            only(&chunks, text.id, findings);
        }
    }
    if let Some(marks) = marks {
        walk_markers(&content(file, marks)?, frames, findings)?;
    }
    match tag {
        Some(tag) => id3::walk(&content(file, tag)?, findings),
        None => Ok(()),
    }
}

/// Markers in the order of their frames, each with its name.
fn walk_markers(bytes: &[u8], frames: u64, findings: &mut Findings) -> Result<(), String> {
    let count = ORDER.u16(bytes, 0)?;
    let (mut rest, mut before) = (&bytes[2..], 0);
    for index in 1..=count {
        let (id, frame) = (ORDER.u16(rest, 0)?, u64::from(ORDER.u32(rest, 2)?));
        findings.check(id == index && (before..=frames).contains(&frame), || format!("marker {id} is at {frame}"));
        before = frame;
        let len = usize::from(*rest.get(6).ok_or("a marker without a name")?);
        let text = rest.get(7..7 + len).ok_or("a name that is cut off")?;
        findings.check(len > 0 && std::str::from_utf8(text).is_ok(), || format!("marker {id} is called {text:02x?}"));
        rest = rest.get(6 + (1 + len).next_multiple_of(2)..).ok_or("a name without its pad")?;
    }
    findings.check(count > 0 && rest.is_empty(), || format!("{} bytes behind {count} markers", rest.len()));
    Ok(())
}

fn walk_version(
    file: &mut File,
    compressed: bool,
    version: Option<Chunk>,
    findings: &mut Findings,
) -> Result<(), String> {
    findings.check(version.is_some() == compressed, || "FVER belongs to AIFC, and to nothing else".to_owned());
    if let Some(version) = version {
        let bytes = content(file, version)?;
        findings.check(bytes == 0xa280_5140_u32.to_be_bytes(), || format!("FVER {bytes:02x?}"));
    }
    Ok(())
}

/// Frames, and bytes of each.
fn walk_common(bytes: &[u8], compressed: bool, findings: &mut Findings) -> Result<(u64, u64), String> {
    let (channels, frames, bits) = (ORDER.u16(bytes, 0)?, ORDER.u32(bytes, 2)?, ORDER.u16(bytes, 6)?);
    let rate: [u8; 10] = array(bytes, 8)?;
    findings.check(i16::try_from(channels).is_ok_and(|channels| channels > 0), || format!("{channels} channels"));
    findings.check(matches!(bits, 8 | 16 | 24 | 32), || format!("{bits} bits"));
    // A positive number with its leading one: sign, exponent, and the highest bit of the mantissa.
    let exponent = u16::from_be_bytes([rate[0], rate[1]]);
    findings.check((1..0x7fff).contains(&exponent) && rate[2] & 0x80 != 0, || format!("rate {rate:02x?}"));
    let mut size = 18;
    if compressed {
        let kind: [u8; 4] = array(bytes, 18)?;
        let right = matches!((&kind, bits), (b"sowt", 16) | (b"fl32", 32));
        findings.check(right, || format!("compression {} with {bits} bits", name(kind)));
        // A Pascal string, whose pad byte belongs to the chunk.
        let count = usize::from(*bytes.get(22).ok_or("no name of the compression")?);
        let end = 23 + count;
        size = end + end % 2;
        let (text, pad) = (bytes.get(23..end).unwrap_or_default(), bytes.get(end..).unwrap_or_default());
        findings.check(!text.is_empty() && text.is_ascii() && pad.iter().all(|byte| *byte == 0), || {
            "no name of the compression".to_owned()
        });
    }
    findings.check(bytes.len() == size, || format!("COMM has {} bytes instead of {size}", bytes.len()));
    Ok((frames.into(), u64::from(channels) * u64::from(bits) / 8))
}

//! WAV: Multimedia Programming Interface and Data Specifications 1.0, chapter 2; "Multiple channel audio data and WAVE
//! files"; RF64 by EBU Tech 3306.

use std::fs::File;

use super::chunks::{Chunk, Order, content, only, scan};
use super::{Findings, array, id3, name, read};

const ORDER: Order = Order::Little;

/// A 32-bit size that stands in ds64 instead.
const IN_DS64: u32 = u32::MAX;

/// Chunks of our files.
const KNOWN: [&[u8; 4]; 9] = [b"ds64", b"JUNK", b"fmt ", b"fact", b"CSET", b"LIST", b"id3 ", b"cue ", b"data"];

/// INFO ids of the standard, and the two that FFmpeg has for track and language.
const INFO: &str = "IARL IART ICMS ICMT ICOP ICRD ICRP IDIM IDPI IENG IGNR IKEY ILGT IMED INAM IPLT IPRD ISBJ ISFT \
                    ISHP ISRC ISRF ITCH ITRK ILNG";

/// Code page of UTF-8 in CSET.
const UTF_8: u16 = 65001;

/// The 64-bit sizes of RF64.
struct Ds64 {
    riff: u64,
    data: u64,
    frames: u64,
}

pub(super) fn walk(file: &mut File, findings: &mut Findings) -> Result<(), String> {
    let len = file.metadata().map_err(|error| error.to_string())?.len();
    let head = read(file, 0, 12)?;
    if &head[8..] != b"WAVE" {
        return Err("no WAVE".to_owned());
    }
    let ds64 = if head.starts_with(b"RF64") { Some(read_ds64(file)?) } else { None };
    let stated = ORDER.u32(&head, 4)?;
    match &ds64 {
        Some(ds64) => findings.check(stated == IN_DS64 && ds64.riff + 8 == len, || {
            format!("RF64 states {stated} and {} of {len} bytes", ds64.riff)
        }),
        None => findings.check(u64::from(stated) + 8 == len && stated != IN_DS64, || {
            format!("RIFF states {stated} of {len} bytes")
        }),
    }
    let size = |id, stated| match &ds64 {
        Some(ds64) if id == *b"data" && stated == IN_DS64 => ds64.data,
        _ => u64::from(stated),
    };
    let chunks = scan(file, 12..len, ORDER, size, findings)?;
    for chunk in &chunks {
        findings.check(KNOWN.contains(&&chunk.id), || format!("a chunk {}", name(chunk.id)));
    }
    let mut one = |id: &[u8; 4]| only(&chunks, *id, findings);
    let (format, fact, data) = (one(b"fmt "), one(b"fact"), one(b"data"));
    let (charset, cue, tag) = (one(b"CSET"), one(b"cue "), one(b"id3 "));
    let (mut list, mut labels) = (None, None);
    for chunk in chunks.iter().filter(|chunk| chunk.id == *b"LIST") {
        let kind = if chunk.size >= 4 { read(file, chunk.at, 4)? } else { Vec::new() };
        let place = if kind == b"adtl" { &mut labels } else { &mut list };
        findings.check(place.replace(*chunk).is_none(), || format!("two lists of {kind:?}"));
    }
    let (Some(format), Some(data)) = (format, data) else { return Err("no fmt or no data".to_owned()) };
    findings.check(chunks.iter().all(|chunk| chunk.id != *b"ds64") == ds64.is_none(), || "ds64 in RIFF".to_owned());
    // RF64 begins with ds64. In RIFF, npm's wav and wav-file-info look for fmt nowhere but in front.
    let first = chunks.iter().find(|chunk| chunk.id != *b"ds64");
    findings.check(first.is_some_and(|chunk| chunk.id == *b"fmt "), || "fmt is not in front".to_owned());
    findings.check(data.at % 4 == 0, || format!("the audio begins at {}", data.at));
    let (frame_bytes, pcm) = walk_format(&content(file, format)?, findings)?;
    let frames = data.size / frame_bytes;
    findings.check(data.size % frame_bytes == 0, || format!("{} bytes of frames of {frame_bytes}", data.size));
    if let Some(ds64) = &ds64 {
        findings.check(ds64.frames == frames, || format!("ds64 states {} of {frames} frames", ds64.frames));
    }
    match fact {
        None => findings.check(pcm, || "no fact, which all but PCM must have".to_owned()),
        Some(fact) => {
            let content = content(file, fact)?;
            let stated = ORDER.u32(&content, 0)?;
            let right = u32::try_from(frames).unwrap_or(IN_DS64);
            findings.check(content.len() == 4 && (stated == right || ds64.is_some() && stated == IN_DS64), || {
                format!("fact states {stated} of {frames} frames")
            });
        }
    }
    walk_texts(file, charset, list, findings)?;
    walk_markers(file, cue, labels, frames, findings)?;
    match tag {
        Some(tag) => id3::walk(&content(file, tag)?, findings),
        None => Ok(()),
    }
}

/// Points of `cue ` in the order of their frames, each with its label.
fn walk_markers(
    file: &mut File,
    cue: Option<Chunk>,
    labels: Option<Chunk>,
    frames: u64,
    findings: &mut Findings,
) -> Result<(), String> {
    const POINT: usize = 24;

    findings.check(cue.is_some() == labels.is_some(), || "cue without labels, or labels without cue".to_owned());
    let (Some(cue), Some(labels)) = (cue, labels) else { return Ok(()) };
    let bytes = content(file, cue)?;
    let count = ORDER.u32(&bytes, 0)? as usize;
    findings.check(count > 0 && bytes.len() == 4 + count * POINT, || format!("{count} points in {}", bytes.len()));
    let mut before = 0;
    for (index, point) in bytes[4..].chunks_exact(POINT).enumerate() {
        let field = |at| ORDER.u32(point, at);
        let (id, frame) = (field(0)?, field(4)?);
        let right = id as usize == index + 1 && &point[8..12] == b"data" && [field(12)?, field(16)?] == [0; 2];
        findings.check(right && field(20)? == frame, || format!("point {index} is {point:02x?}"));
        findings.check((before..=frames).contains(&u64::from(frame)), || format!("point {index} is at {frame}"));
        before = frame.into();
    }
    let texts = scan(file, labels.at + 4..labels.at + labels.size, ORDER, |_, stated| stated.into(), findings)?;
    findings.check(texts.len() == count, || format!("{} labels of {count} points", texts.len()));
    for (index, text) in texts.iter().enumerate() {
        let bytes = content(file, *text)?;
        let label = bytes.get(4..).and_then(|label| label.strip_suffix(&[0])).unwrap_or_default();
        let right = text.id == *b"labl" && ORDER.u32(&bytes, 0)? as usize == index + 1;
        findings.check(right && !label.is_empty() && !label.contains(&0) && std::str::from_utf8(label).is_ok(), || {
            format!("label {index} is {bytes:02x?}")
        });
    }
    Ok(())
}

fn read_ds64(file: &mut File) -> Result<Ds64, String> {
    const SIZE: u32 = 28;

    let bytes = read(file, 12, u64::from(8 + SIZE)).map_err(|_| "no ds64".to_owned())?;
    let table = ORDER.u32(&bytes, 32)?;
    if !bytes.starts_with(b"ds64") || ORDER.u32(&bytes, 4)? != SIZE || table != 0 {
        return Err("RF64 does not begin with a ds64 without a table".to_owned());
    }
    let number = |at| array(&bytes, at).map(u64::from_le_bytes);
    Ok(Ds64 { riff: number(8)?, data: number(16)?, frames: number(24)? })
}

/// Bytes of a frame, and whether they are integers.
fn walk_format(bytes: &[u8], findings: &mut Findings) -> Result<(u64, bool), String> {
    const PCM: u16 = 1;
    const FLOAT: u16 = 3;
    const EXTENSIBLE: u16 = 0xfffe;
    /// What follows the tag in a KSDATAFORMAT_SUBTYPE.
    const SUBTYPE: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

    let number = |at| ORDER.u16(bytes, at);
    let (tag, channels, frame_bytes, bits) = (number(0)?, number(2)?, number(12)?, number(14)?);
    let (rate, second_bytes) = (ORDER.u32(bytes, 4)?, ORDER.u32(bytes, 8)?);
    findings.check(channels > 0 && rate > 0, || format!("{channels} channels at {rate} Hz"));
    findings.check(matches!(bits, 8 | 16 | 24 | 32 | 64), || format!("{bits} bits"));
    findings.check(u32::from(frame_bytes) == u32::from(channels) * u32::from(bits) / 8, || {
        format!("frames of {frame_bytes} bytes, {channels} channels of {bits} bits")
    });
    findings.check(u64::from(second_bytes) == u64::from(rate) * u64::from(frame_bytes), || {
        format!("{second_bytes} bytes a second, {rate} frames of {frame_bytes}")
    });
    findings.check((tag == EXTENSIBLE) == (channels > 2), || format!("tag {tag:#x} for {channels} channels"));
    let (sub, size) = match tag {
        EXTENSIBLE => {
            findings.check(number(16)? == 22 && number(18)? == bits, || "an odd extension of fmt".to_owned());
            let mask = ORDER.u32(bytes, 20)?;
            findings.check(mask >> 18 == 0 && mask.count_ones() <= u32::from(channels), || format!("mask {mask:#x}"));
            findings.check(array(bytes, 26)? == SUBTYPE, || "no KSDATAFORMAT_SUBTYPE".to_owned());
            (number(24)?, 40)
        }
        PCM => (tag, 16),
        // "The extension has a size in all formats but PCM."
        _ => {
            findings.check(number(16)? == 0, || "an extension of fmt".to_owned());
            (tag, 18)
        }
    };
    findings.check(bytes.len() == size, || format!("fmt has {} bytes, {size} for tag {tag:#x}", bytes.len()));
    findings.check(matches!((sub, bits), (PCM, _) | (FLOAT, 32 | 64)), || format!("tag {sub:#x} with {bits} bits"));
    Ok((u64::from(frame_bytes.max(1)), sub == PCM))
}

/// CSET and the texts of INFO, which are ASCII unless CSET says otherwise, and which come in this order.
fn walk_texts(
    file: &mut File,
    charset: Option<Chunk>,
    list: Option<Chunk>,
    findings: &mut Findings,
) -> Result<(), String> {
    let mut utf_8 = false;
    if let Some(charset) = charset {
        let bytes = content(file, charset)?;
        utf_8 = bytes == [UTF_8.to_le_bytes().to_vec(), vec![0; 6]].concat();
        findings.check(utf_8, || format!("CSET holds {bytes:?}"));
        findings.check(list.is_some_and(|list| list.at > charset.at), || "CSET is not in front of INFO".to_owned());
    }
    let Some(list) = list else { return Ok(()) };
    let kind = if list.size >= 4 { read(file, list.at, 4)? } else { Vec::new() };
    findings.check(kind == b"INFO", || format!("a list of {kind:?}"));
    let texts = scan(file, list.at + 4..list.at + list.size, ORDER, |_, stated| stated.into(), findings)?;
    let mut ascii = true;
    for text in &texts {
        let known = INFO.split(' ').any(|id| id.as_bytes() == text.id);
        findings.check(known, || format!("INFO has {}", name(text.id)));
        only(&texts, text.id, findings);
        let bytes = content(file, *text)?;
        let text_bytes = bytes.strip_suffix(&[0]).unwrap_or(&[0]);
        findings.check(!text_bytes.contains(&0) && std::str::from_utf8(text_bytes).is_ok(), || {
            format!("{} is no text that ends with NUL", name(text.id))
        });
        ascii &= bytes.is_ascii();
    }
    findings.check(utf_8 != ascii, || "CSET is there if and only if INFO is not ASCII".to_owned());
    Ok(())
}

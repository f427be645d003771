//! ID3v2.4.0: Structure and Native Frames.

use super::{Findings, array, name};

const HEADER: usize = 10;

/// The text frames of our files.
const TEXTS: &str = "TALB TBPM TCMP TCOM TCON TCOP TDEN TDRC TIT1 TIT2 TKEY TLAN TPE1 TPE2 TPOS TPUB TRCK TSOA TSOP \
                     TSOT TSRC TSSE";

/// Walks a tag that fills `bytes`.
pub(super) fn walk(bytes: &[u8], findings: &mut Findings) -> Result<(), String> {
    let len = length(bytes)?;
    findings.check(len == bytes.len(), || format!("an ID3 tag of {len} bytes in {}", bytes.len()));
    let mut rest = bytes.get(HEADER..len).ok_or("an ID3 tag that is cut off")?;
    let mut seen = Vec::new();
    while rest.first().is_some_and(|byte| *byte != 0) {
        let id = array(rest, 0)?;
        let size = synchsafe(array(rest, 4)?)?;
        let flags: [u8; 2] = array(rest, 8)?;
        findings.check(flags == [0; 2], || format!("{} has flags {flags:?}", name(id)));
        let body = rest.get(HEADER..HEADER + size).ok_or_else(|| format!("{} reaches beyond its tag", name(id)))?;
        let frame = frame(id, body)?;
        findings.check(!seen.contains(&frame), || format!("{frame:?} is there twice"));
        seen.push(frame);
        rest = &rest[HEADER + size..];
    }
    findings.check(!seen.is_empty(), || "an ID3 tag without a frame".to_owned());
    findings.check(rest.iter().all(|byte| *byte == 0), || "ID3 padding that is not 0".to_owned());
    // music-metadata takes less than the header of a frame for a frame that is cut off.
    findings.check(rest.is_empty() || rest.len() >= HEADER, || format!("{} bytes of ID3 padding", rest.len()));
    Ok(())
}

/// Bytes of the tag that `bytes` begin with.
pub(super) fn length(bytes: &[u8]) -> Result<usize, String> {
    let head: [u8; 6] = array(bytes, 0)?;
    if head != *b"ID3\x04\0\0" {
        return Err(format!("an ID3 tag that begins with {head:02x?}"));
    }
    Ok(HEADER + synchsafe(array(bytes, 6)?)?)
}

fn synchsafe(bytes: [u8; 4]) -> Result<usize, String> {
    if bytes.iter().any(|byte| *byte >= 0x80) {
        return Err(format!("{bytes:02x?} is no ID3 size"));
    }
    Ok(bytes.iter().fold(0, |size, byte| size << 7 | usize::from(*byte)))
}

/// What makes a frame the only one of its kind: its name, and the description and language of some.
fn frame(id: [u8; 4], body: &[u8]) -> Result<(String, Vec<u8>), String> {
    let complain = |what: &str| Err(format!("{} {what}", name(id)));
    if let b"CHAP" | b"CTOC" = &id {
        return chapters(id, body);
    }
    let Some((3, body)) = body.split_first() else { return complain("is not UTF-8") };
    let (key, texts) = match &id {
        b"TXXX" => (Vec::new(), body),
        b"COMM" | b"USLT" => {
            let Some((language, texts)) = body.split_at_checked(3) else { return complain("has no language") };
            if !language.iter().all(u8::is_ascii_lowercase) {
                return complain("has no ISO 639-2 language");
            }
            (language.to_vec(), texts)
        }
        _ if TEXTS.split(' ').any(|text| text.as_bytes() == id) => {
            return match std::str::from_utf8(body) {
                Ok(text) if !text.contains('\0') && is_formed(id, text) => Ok((name(id), Vec::new())),
                _ => complain("holds what it must not"),
            };
        }
        _ => return complain("is no frame of ours"),
    };
    let Some(end) = texts.iter().position(|byte| *byte == 0) else { return complain("has no description") };
    let (description, text) = (&texts[..end], &texts[end + 1..]);
    if std::str::from_utf8(texts).is_err() || text.is_empty() || text.contains(&0) {
        return complain("is no text");
    }
    Ok((name(id), [&key, description].concat()))
}

/// CHAP and CTOC (ID3v2 Chapter Frame Addendum 1.0): the element id, which nothing else has.
fn chapters(id: [u8; 4], body: &[u8]) -> Result<(String, Vec<u8>), String> {
    let end = body.iter().position(|byte| *byte == 0).filter(|end| *end > 0).ok_or("an element without an id")?;
    let (element, rest) = (&body[..end], &body[end + 1..]);
    if id == *b"CTOC" {
        let (head, children): ([u8; 2], _) = (array(rest, 0)?, &rest[2..]);
        let listed = children.iter().filter(|byte| **byte == 0).count();
        if head != [3, listed as u8] || listed == 0 {
            return Err(format!("CTOC begins with {head:02x?} and lists {listed}"));
        }
        return Ok((name(id), element.to_vec()));
    }
    let times: [[u8; 4]; 4] = [array(rest, 0)?, array(rest, 4)?, array(rest, 8)?, array(rest, 12)?];
    let [start, end, first, last] = times.map(u32::from_be_bytes);
    let title = rest.get(16..).unwrap_or_default();
    let size = synchsafe(array(title, 4)?)?;
    let is_title = title.starts_with(b"TIT2") && title.len() == HEADER + size && title.get(HEADER) == Some(&3);
    if start > end || [first, last] != [u32::MAX; 2] || !is_title {
        return Err(format!("CHAP from {start} to {end} ms with {title:02x?}"));
    }
    Ok((name(id), element.to_vec()))
}

/// Whether a text frame holds what the standard has for it.
fn is_formed(id: [u8; 4], text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match &id {
        b"TBPM" => digits(text),
        b"TRCK" | b"TPOS" => text.splitn(2, '/').all(digits),
        b"TCMP" => text == "0" || text == "1",
        b"TLAN" => text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_lowercase()),
        b"TSRC" => text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
        b"TKEY" => text.chars().count() <= 3,
        b"TDEN" | b"TDRC" => {
            let form = "dddd-dd-ddTdd:dd:dd".chars();
            let fits = |(found, form): (char, char)| if form == 'd' { found.is_ascii_digit() } else { found == form };
            matches!(text.len(), 4 | 7 | 10 | 13 | 16 | 19) && text.chars().zip(form).all(fits)
        }
        _ => !text.is_empty(),
    }
}

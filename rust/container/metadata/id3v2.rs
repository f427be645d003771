//! ID3v2.4 tags: the start of an MP3 file, and a chunk of WAV and AIFF files.

use id3::frame::{Comment, Content, ExtendedText, Frame, Lyrics};
use id3::{Encoder, Tag, TagLike, Version};

use super::joined;
use super::table::{self, Frame as Place};
use crate::faults;
use crate::messages::Warning;

/// "If the language is not known the string "XXX" should be used" (ID3v2.4 Native Frames, section 4).
const LANGUAGE_UNKNOWN: &str = "XXX";

/// Bytes of the tag's header, also of a frame's.
const HEADER_LEN: usize = 10;

/// A whole tag, UTF-8, of even length.
pub(crate) fn id3_tag(metadata: &[(String, String)], warnings: &mut Vec<Warning>) -> Vec<u8> {
    let entries = joined(metadata);
    let dated = entries.iter().any(|(key, _)| *key == "date");
    let mut tag = Vec::new();
    // ID3v2.4 Structure, section 3.1: version 4.0, no flags; the size follows below.
    tag.extend_from_slice(b"ID3\x04\0\0\0\0\0\0");
    for (key, value) in &entries {
        for frame in frames(key, value, dated) {
            let encoded = if faults::ordered(key, "fail-id3") { Err(ordered_error()) } else { encode(frame, &mut tag) };
            if let Err(error) = encoded {
                warnings.push(Warning::MetadataNotInId3 { key: (*key).into(), cause: error.to_string() });
            }
        }
    }
    // One byte of padding (section 3.3) makes the length even: SoX loses the sound of an AIFF file whose ID3
    // chunk has an odd size, because it forgets the pad byte of a chunk that it does not know.
    if tag.len() % 2 == 1 {
        tag.push(0);
    }
    let size = tag.len() - HEADER_LEN;
    // Synchsafe: seven bits a byte (section 6.2). `collect` keeps the text far below the limit of 256 MiB.
    debug_assert!(size < 1 << 28);
    for (byte, shift) in tag[6..HEADER_LEN].iter_mut().zip([21, 14, 7, 0]) {
        *byte = (size >> shift & 0x7F) as u8;
    }
    tag
}

fn ordered_error() -> id3::Error {
    id3::Error::new(id3::ErrorKind::InvalidInput, "ordered by a test")
}

/// Appends a frame. Each goes through a tag of its own, because adding to a tag compares with all its frames,
/// which takes seconds for thousands of keys.
fn encode(frame: Frame, out: &mut Vec<u8>) -> id3::Result<()> {
    let mut tag = Tag::new();
    tag.add_frame(frame);
    let mut bytes = Vec::new();
    Encoder::new().version(Version::Id3v24).encode(&tag, &mut bytes)?;
    out.extend_from_slice(bytes.get(HEADER_LEN..).unwrap_or_default());
    Ok(())
}

/// The frames of a key. Where FFmpeg does not give a frame's text back under the key, a TXXX frame repeats it;
/// it comes last, because FFmpeg takes the last of two.
fn frames(key: &str, value: &str, dated: bool) -> Vec<Frame> {
    let text = |id| Frame::with_content(id, Content::Text(value.into()));
    let custom = || ExtendedText { description: key.into(), value: value.into() }.into();
    match table::key(key).map_or(Place::Custom, |key| key.id3) {
        Place::Text(id) => vec![text(id)],
        Place::Time(id) if is_timestamp(value) => vec![text(id)],
        Place::Year if is_timestamp(value) && !dated => vec![text("TDRC"), custom()],
        Place::Time(_) | Place::Year | Place::Custom => vec![custom()],
        // "80s" is read as the number of a genre, and shown by its name: Folk.
        Place::Genre if value.trim_start().starts_with(|c: char| c.is_ascii_digit() || "(+-".contains(c)) => {
            vec![text("TCON"), custom()]
        }
        Place::Genre => vec![text("TCON")],
        Place::Comment => {
            vec![Comment { lang: LANGUAGE_UNKNOWN.into(), description: String::new(), text: value.into() }.into()]
        }
        // FFmpeg shows USLT as "lyrics-XXX".
        Place::Lyrics => {
            let lyrics = Lyrics { lang: LANGUAGE_UNKNOWN.into(), description: String::new(), text: value.into() };
            vec![lyrics.into(), custom()]
        }
    }
}

/// Whether `text` is yyyy, yyyy-MM, yyyy-MM-dd, yyyy-MM-ddTHH, yyyy-MM-ddTHH:mm or yyyy-MM-ddTHH:mm:ss: all that
/// a time frame may hold (ID3v2.4 Structure, section 4). Other texts make strict readers drop the frame.
fn is_timestamp(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    matches!(text.len(), 4 | 7 | 10 | 13 | 16 | 19)
        && text.bytes().zip(FORM).all(|(byte, &form)| if form == b'0' { byte.is_ascii_digit() } else { byte == form })
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn only_the_six_forms_are_timestamps() {
        for text in ["2026", "2026-01", "2026-01-02", "2026-01-02T03", "2026-01-02T03:04", "2026-01-02T03:04:05"] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in ["", "26", "spring", "2026-", "2026/01/02", "2026-01-02 03:04", "2026-01-02T03:04:05Z", "٢٠٢٦"]
        {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}

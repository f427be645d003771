//! ID3v2.4 tags: the start of an MP3 file, and a chunk of WAV and AIFF files.

use id3::frame::{Comment, Content, ExtendedText, Frame, Lyrics};
use id3::{Encoder, Tag, TagLike, Version};

use super::table::{self, Frame as Place};
use super::{forms, joined, language};
use crate::faults;
use crate::messages::Warning;

/// The language of comments and lyrics whose own is not known. The standard has "XXX" for that (ID3v2.4 Native Frames,
/// section 4), of which Apple's players show nothing.
const LANGUAGE: &str = "eng";

/// Bytes of the tag's header, also of a frame's.
const HEADER_LEN: usize = 10;

/// Zeros that make the length of a tag even: more than a frame's header, since music-metadata takes fewer for a frame
/// that is cut off, and an odd number.
const PADDING: usize = HEADER_LEN + 1;

/// What the frames of one key depend on besides its value.
struct Context {
    has_date: bool,
    has_artist: bool,
    language: &'static str,
}

/// A whole tag, UTF-8, without padding (section 3.3 of the Structure).
pub(crate) fn id3_tag(metadata: &[(String, String)], warnings: &mut Vec<Warning>) -> Vec<u8> {
    let entries = joined(metadata);
    let value = |name: &str| entries.iter().find(|(key, _)| *key == name).map(|(_, value)| &**value);
    let context = Context {
        has_date: value("date").is_some(),
        has_artist: value("artist").is_some(),
        language: value("language").and_then(language::iso_639_2).unwrap_or(LANGUAGE),
    };
    let mut tag = Vec::new();
    // Section 3.1: version 4.0, no flags; the size follows below.
    tag.extend_from_slice(b"ID3\x04\0\0\0\0\0\0");
    for (key, value) in &entries {
        for frame in frames(key, value, &context) {
            let encoded =
                if faults::ordered(key, "fail-id3") { Err(ordered_error()) } else { append_id3_frame(frame, &mut tag) };
            if let Err(error) = encoded {
                warnings.push(Warning::MetadataNotInId3 { key: (*key).into(), cause: error.to_string() });
            }
        }
    }
    set_id3_size(&mut tag);
    tag
}

/// A tag for a chunk: of even length, because SoX loses the sound of an AIFF file whose ID3 chunk has an odd size. It
/// forgets the pad byte of a chunk that it does not know.
pub(super) fn id3_tag_of_even_length(metadata: &[(String, String)], warnings: &mut Vec<Warning>) -> Vec<u8> {
    let mut tag = id3_tag(metadata, warnings);
    if tag.len() % 2 == 1 {
        tag.resize(tag.len() + PADDING, 0);
        set_id3_size(&mut tag);
    }
    tag
}

/// States how long the tag is without its header, seven bits a byte (section 6.2).
pub(crate) fn set_id3_size(tag: &mut [u8]) {
    let size = tag.len() - HEADER_LEN;
    // `collect` keeps the text far below the limit of 256 MiB.
    debug_assert!(size < 1 << 28);
    for (byte, shift) in tag[6..HEADER_LEN].iter_mut().zip([21, 14, 7, 0]) {
        *byte = (size >> shift & 0x7F) as u8;
    }
}

fn ordered_error() -> id3::Error {
    id3::Error::new(id3::ErrorKind::InvalidInput, "ordered by a test")
}

/// Appends a frame. Each goes through a tag of its own, because adding to a tag compares with all its frames,
/// which takes seconds for thousands of keys.
pub(crate) fn append_id3_frame(frame: Frame, out: &mut Vec<u8>) -> id3::Result<()> {
    let mut tag = Tag::new();
    tag.add_frame(frame);
    let mut bytes = Vec::new();
    Encoder::new().version(Version::Id3v24).encode(&tag, &mut bytes)?;
    out.extend_from_slice(bytes.get(HEADER_LEN..).unwrap_or_default());
    Ok(())
}

/// The frames of a key. Where FFmpeg does not give a frame's text back under the key, a TXXX frame repeats it if other
/// readers show both as one; it comes last, because FFmpeg takes the last of two.
fn frames(key: &str, value: &str, context: &Context) -> Vec<Frame> {
    let text = |id| Frame::with_content(id, Content::Text(value.into()));
    let custom = || ExtendedText { description: key.into(), value: value.into() }.into();
    let (lang, description) = (context.language.to_owned(), String::new());
    match table::key(key).map_or(Place::Custom, |key| key.id3) {
        Place::Text(id) => vec![text(id)],
        Place::Formed(id, fits) if fits(value) => vec![text(id)],
        Place::Year if forms::is_timestamp(value) && !context.has_date => vec![text("TDRC"), custom()],
        Place::Performer if !context.has_artist => vec![text("TPE1"), custom()],
        Place::Formed(..) | Place::Year | Place::Performer | Place::Custom => vec![custom()],
        // "80s" is read as the number of a genre, and shown by its name: Folk.
        Place::Genre if value.trim_start().starts_with(|c: char| c.is_ascii_digit() || "(+-".contains(c)) => {
            vec![text("TCON"), custom()]
        }
        Place::Genre => vec![text("TCON")],
        Place::Comment => vec![Comment { lang, description, text: value.into() }.into()],
        // FFmpeg shows USLT as "lyrics-eng".
        Place::Lyrics => vec![Lyrics { lang, description, text: value.into() }.into(), custom()],
    }
}

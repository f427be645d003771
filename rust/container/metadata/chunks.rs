//! The metadata chunks of WAV and AIFF files.
//!
//! Both formats get an ID3 chunk when their own chunks lack a place for some key, or for some character. It repeats the
//! keys that have a place, because readers that know it do not look further.

use super::id3v2::id3_tag_of_even_length;
use super::joined;
use super::table::{self, Key};
use crate::messages::Warning;

/// libsndfile (1.2) ignores a longer INFO text and all that follow: so the long ones come last.
const INFO_TEXT_MAX: usize = 2045;

/// libsndfile (1.2) refuses a whole AIFF file for a NAME or ANNO chunk of 8190 bytes.
const AIFF_TEXT_MAX: usize = 8000;

/// Windows' number for UTF-8, as CSET has it.
const UTF_8: u16 = 65001;

/// CSET if INFO is not ASCII, then LIST/INFO, then, if there is a key that INFO has no id for or INFO is not ASCII,
/// `id3 `. Each chunk with its pad byte.
///
/// FFmpeg shows INFO, and the ID3 chunk only when there is no INFO. By the standard, INFO without CSET is ISO 8859-1.
/// FFmpeg, GStreamer, libsndfile, TagLib and TinyTag take it for UTF-8 all the same; ExifTool, BWF MetaEdit and
/// music-metadata look into CSET, which must come first. MediaInfo (24.12) shows in its usual fields what ID3 says, if
/// that comes behind INFO, and else INFO as ISO 8859-1. Windows' Explorer reads INFO alone, in the code page of the
/// system.
pub(crate) fn wav_chunks(metadata: &[(String, String)], warnings: &mut Vec<Warning>) -> Vec<u8> {
    let (mut texts, complete) = places(metadata, |key| key.info);
    texts.sort_by_key(|(_, text)| text.len() > INFO_TEXT_MAX);
    let ascii = texts.iter().all(|(_, text)| text.is_ascii());
    let mut chunks = Vec::new();
    if !ascii {
        // No country, language or dialect (same specification, "CSET Chunk").
        let [low, high] = UTF_8.to_le_bytes();
        chunk(&mut chunks, b"CSET", &[low, high, 0, 0, 0, 0, 0, 0], u32::to_le_bytes);
    }
    if !texts.is_empty() {
        let mut list = b"INFO".to_vec();
        for (id, text) in texts {
            // ZSTR: the NUL belongs to the text.
            chunk(&mut list, id, &[text.as_bytes(), b"\0"].concat(), u32::to_le_bytes);
        }
        chunk(&mut chunks, b"LIST", &list, u32::to_le_bytes);
    }
    if !(complete && ascii) {
        chunk(&mut chunks, b"id3 ", &id3_tag_of_even_length(metadata, warnings), u32::to_le_bytes);
    }
    chunks
}

/// NAME, AUTH, `(c) ` and ANNO, then, if there is a key or a text that they have no place for, `ID3 `.
///
/// Text chunks are ASCII by the standard. FFmpeg takes them for UTF-8, MediaInfo for ISO 8859-1 and ExifTool for Mac
/// Roman, so other characters stand in the ID3 chunk alone, which they all read.
pub(crate) fn aiff_chunks(metadata: &[(String, String)], warnings: &mut Vec<Warning>) -> Vec<u8> {
    let (mut texts, mut complete) = places(metadata, |key| key.aiff);
    texts.retain(|(_, text)| {
        let fits = text.len() <= AIFF_TEXT_MAX && text.is_ascii();
        complete &= fits;
        fits
    });
    let mut chunks = Vec::new();
    for (id, text) in texts {
        let mut text = text.into_bytes();
        if text.len() % 2 == 1 {
            // A NUL of the text's own, as FFmpeg writes it: Java Sound and the Edinburgh Speech Tools forget pad bytes.
            text.push(0);
        }
        chunk(&mut chunks, id, &text, u32::to_be_bytes);
    }
    if !complete {
        chunk(&mut chunks, b"ID3 ", &id3_tag_of_even_length(metadata, warnings), u32::to_be_bytes);
    }
    chunks
}

/// What `id` has a place for, and whether that is everything.
fn places(
    metadata: &[(String, String)],
    id: impl Fn(&Key) -> Option<&'static [u8; 4]>,
) -> (Vec<(&'static [u8; 4], String)>, bool) {
    let entries = joined(metadata);
    let texts: Vec<_> = entries
        .iter()
        .filter_map(|(key, text)| Some((table::key(key).and_then(&id)?, text.clone().into_owned())))
        .collect();
    let complete = texts.len() == entries.len();
    (texts, complete)
}

/// Appends a chunk; the pad byte is not counted in its size (EA IFF 85, "Chunks").
fn chunk(out: &mut Vec<u8>, id: &[u8; 4], content: &[u8], size: fn(u32) -> [u8; 4]) {
    // `collect` keeps all text together far below 4 GiB.
    debug_assert!(u32::try_from(content.len()).is_ok());
    out.extend_from_slice(id);
    out.extend_from_slice(&size(content.len() as u32));
    out.extend_from_slice(content);
    if content.len() % 2 == 1 {
        out.push(0);
    }
}

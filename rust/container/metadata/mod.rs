//! Metadata: from the rows of the Header Source DAT to the chunks, tags and fields of each format.
//!
//! [`collect`] makes rows fit for every format; the other functions take what it returns and neither fail nor
//! lose anything but what they warn of. All text is UTF-8, in and out. Runs once a take, before the file opens.

mod chunks;
mod forms;
mod id3v2;
mod language;
#[cfg(test)]
mod readers;
mod table;
#[cfg(test)]
mod tests;
mod vorbis;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::messages::Warning;

pub(crate) use chunks::{aiff_chunks, wav_chunks};
pub(crate) use id3v2::{append_id3_frame, id3_tag, set_id3_size};
pub(crate) use vorbis::{vorbis_comment_packet, vorbis_comments};

/// Bytes of keys and values together. Far below what any container holds, since a header is written before the
/// first frame and some text stands in it two or three times.
const TEXT_MAX: usize = 16 << 20;

/// Readers search their list of keys from the start for each new one: more would keep them busy for seconds.
const ENTRIES_MAX: usize = 10_000;

/// Bytes of a key.
const KEY_MAX: usize = 1024;

const ENCODER: &str = concat!("Audio File Out Plus ", env!("CARGO_PKG_VERSION"));

/// Turns rows (key, value) into entries, in the same order, of which `encoder` is always one.
///
/// Keys are trimmed and in lower case; texts end at a NUL, line ends are `\n`, and no other control character
/// but the tab is left. A row whose key or value is empty is skipped. A key that occurs again stays: Vorbis
/// comments have lists of fields, the other formats join the values with "; ".
pub(crate) fn collect(rows: &[(String, String)], warnings: &mut Vec<Warning>) -> Vec<(String, String)> {
    let mut entries = Vec::new();
    let mut room = TEXT_MAX;
    let mut cut_value = None;
    let mut left_out = 0;
    for (key, value) in rows {
        let (mut key, mut value) = (clean_key(key), clean_value(value));
        if key.is_empty() || value.is_empty() {
            continue;
        }
        if entries.len() == ENTRIES_MAX || room <= KEY_MAX {
            left_out += 1;
            continue;
        }
        if cut(&mut key, KEY_MAX) {
            warnings.push(Warning::MetadataKeyCut { key: key.clone(), max: KEY_MAX });
        }
        room -= key.len();
        if cut(&mut value, room) {
            cut_value = Some(key.clone());
            room = 0;
        } else {
            room -= value.len();
        }
        entries.push((key, value));
    }
    if let Some(key) = cut_value {
        warnings.push(Warning::MetadataValueCut { key, max: TEXT_MAX });
    }
    if left_out > 0 {
        warnings.push(Warning::MetadataLeftOut { rows: left_out, entries_max: ENTRIES_MAX, text_max: TEXT_MAX });
    }
    if !entries.iter().any(|(key, _)| key == "encoder") {
        entries.push(("encoder".into(), ENCODER.into()));
    }
    entries
}

fn clean_key(text: &str) -> String {
    let text: String = before_nul(text).chars().filter(|c| !c.is_control()).collect();
    text.trim().to_lowercase()
}

fn clean_value(text: &str) -> String {
    let mut text = before_nul(text).replace("\r\n", "\n").replace('\r', "\n");
    text.retain(|c| !c.is_control() || c == '\n' || c == '\t');
    text
}

fn before_nul(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}

/// Shortens `text` to `max` bytes or a little less, between two characters; tells whether it had to.
fn cut(text: &mut String, max: usize) -> bool {
    if text.len() <= max {
        return false;
    }
    let end = (0..=max).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text.truncate(end);
    true
}

/// The entries with one value a key, for formats that have no lists.
fn joined(metadata: &[(String, String)]) -> Vec<(&str, Cow<'_, str>)> {
    let mut entries: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(metadata.len());
    let mut places = HashMap::new();
    for (key, value) in metadata {
        match places.get(key.as_str()) {
            Some(&place) => {
                let (_, joined): &mut (&str, Cow<'_, str>) = &mut entries[place];
                let joined = joined.to_mut();
                joined.push_str("; ");
                joined.push_str(value);
            }
            None => {
                places.insert(key.as_str(), entries.len());
                entries.push((key, Cow::Borrowed(value)));
            }
        }
    }
    entries
}

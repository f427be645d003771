//! Vorbis comments: the fields of an OGG file.

use super::table;
use crate::messages::Warning;

/// The fields (name, value), all of them, in order, but for `description`.
///
/// FFmpeg reads DESCRIPTION as `comment`, and the last of the two wins: so descriptions come first.
pub(crate) fn vorbis_comments(metadata: &[(String, String)], warnings: &mut Vec<Warning>) -> Vec<(String, String)> {
    let mut renamed: Option<(&str, String)> = None;
    let mut more = 0;
    let mut fields: Vec<_> = metadata
        .iter()
        .map(|(key, value)| {
            let name = match table::key(key) {
                Some(row) => row.vorbis.to_owned(),
                None => field_name(key),
            };
            if table::key(key).is_none() && name != *key {
                match renamed {
                    Some(_) => more += 1,
                    None => renamed = Some((key, name.clone())),
                }
            }
            (name, value.clone())
        })
        .collect();
    fields.sort_by_key(|(name, _)| name != "description");
    if let Some((key, written)) = renamed {
        warnings.push(Warning::VorbisFieldRenamed { key: key.to_owned(), written, more });
    }
    fields
}

/// "ASCII 0x20 through 0x7D, 0x3D ('=') excluded" (Vorbis I specification, section 5.2.1).
fn field_name(key: &str) -> String {
    key.chars().map(|c| if matches!(c, ' '..='}') && c != '=' { c } else { '_' }).collect()
}

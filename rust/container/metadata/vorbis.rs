//! Vorbis comments: the fields of OGG and FLAC files.

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
            // Readers take a text for a C string.
            (name, value.replace('\0', ""))
        })
        .collect();
    fields.sort_by_key(|(name, _)| name != "description");
    if let Some((key, written)) = renamed {
        warnings.push(Warning::VorbisFieldRenamed { key: key.to_owned(), written, more });
    }
    fields
}

/// The comment packet with all `fields`, made from one without any (Vorbis I specification, section 5.2).
///
/// libvorbis would make it too, and enlarge its memory by 256 bytes each time: for a text of 15 MiB it moves 512 GiB
/// where an allocator copies what grows, as Windows' and ThreadSanitizer's do.
pub(crate) fn vorbis_comment_packet(empty: &[u8], fields: &[(String, String)]) -> Vec<u8> {
    // It ends with the number of fields, which is 0, and the framing bit.
    const FRAMING: u8 = 1;
    let mut packet = empty[..empty.len().saturating_sub(NUMBER_LEN + 1)].to_vec();
    append_fields(fields, &mut packet);
    packet.push(FRAMING);
    packet
}

/// The comments of FLAC (RFC 9639, section 8.6): the same without what makes them a packet.
pub(crate) fn vorbis_comment_block(vendor: &[u8], fields: &[(String, String)]) -> Vec<u8> {
    let mut block = [&number(vendor.len()), vendor].concat();
    append_fields(fields, &mut block);
    block
}

const NUMBER_LEN: usize = 4;

fn number(n: usize) -> [u8; NUMBER_LEN] {
    // `collect` keeps their number and lengths far below 4 GiB.
    u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes()
}

/// Appends the number of `fields`, and each with its length.
fn append_fields(fields: &[(String, String)], out: &mut Vec<u8>) {
    out.reserve(fields.iter().map(|(name, value)| NUMBER_LEN + name.len() + 1 + value.len()).sum::<usize>() + 8);
    out.extend_from_slice(&number(fields.len()));
    for (name, value) in fields {
        out.extend_from_slice(&number(name.len() + 1 + value.len()));
        for part in [name.as_bytes(), b"=", value.as_bytes()] {
            out.extend_from_slice(part);
        }
    }
}

/// "ASCII 0x20 through 0x7D, 0x3D ('=') excluded" (Vorbis I specification, section 5.2.1).
fn field_name(key: &str) -> String {
    key.chars().map(|c| if matches!(c, ' '..='}') && c != '=' { c } else { '_' }).collect()
}

//! What a frame of ID3v2.4 may hold where it may not hold everything.
//!
//! Readers that parse such a frame drop the text, the frame or the tag when it holds something else.

pub(super) use super::language::is_iso_639_2 as is_language;

/// yyyy, yyyy-MM, yyyy-MM-dd, yyyy-MM-ddTHH, yyyy-MM-ddTHH:mm or yyyy-MM-ddTHH:mm:ss (ID3v2.4 Structure, section 4).
pub(super) fn is_timestamp(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    matches!(text.len(), 4 | 7 | 10 | 13 | 16 | 19)
        && text.bytes().zip(FORM).all(|(byte, &form)| if form == b'0' { byte.is_ascii_digit() } else { byte == form })
}

/// A number, or a number and how many there are: `3`, `3/12` (TRCK and TPOS).
pub(super) fn is_position(text: &str) -> bool {
    text.split_once('/').map_or_else(|| is_number(text), |(number, of)| is_number(number) && is_number(of))
}

/// "An integer and represented as a numerical string" (TBPM).
pub(super) fn is_number(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What iTunes, whose frame TCMP is, writes and reads.
pub(super) fn is_flag(text: &str) -> bool {
    matches!(text, "0" | "1")
}

/// Twelve characters: country, registrant, year and designation (TSRC; ISO 3901).
pub(super) fn is_isrc(text: &str) -> bool {
    text.len() == 12
        && text.bytes().enumerate().all(|(at, byte)| match at {
            0..2 => byte.is_ascii_uppercase(),
            2..5 => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            _ => byte.is_ascii_digit(),
        })
}

/// A to G, `#` or `b`, `m` for minor; `o` for off key (TKEY). DJ programs write and read their wheel of keys there,
/// from `1A` to `12B`.
pub(super) fn is_musical_key(text: &str) -> bool {
    if let Some(hour) = text.strip_suffix(['A', 'B'])
        && matches!(hour.parse(), Ok(1..=12_u8))
    {
        return !hour.starts_with(['0', '+']);
    }
    let Some(rest) = text.strip_prefix(|note: char| ('A'..='G').contains(&note)) else { return text == "o" };
    let rest = rest.strip_prefix(['#', 'b']).unwrap_or(rest);
    matches!(rest, "" | "m")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fits: fn(&str) -> bool, yes: &[&str], no: &[&str]) {
        for text in yes {
            assert!(fits(text), "{text}");
        }
        for text in no {
            assert!(!fits(text), "{text}");
        }
    }

    #[test]
    fn only_the_six_forms_are_timestamps() {
        check(
            is_timestamp,
            &["2026", "2026-01", "2026-01-02", "2026-01-02T03", "2026-01-02T03:04", "2026-01-02T03:04:05"],
            &["", "26", "spring", "2026-", "2026/01/02", "2026-01-02 03:04", "2026-01-02T03:04:05Z", "٢٠٢٦"],
        );
    }

    #[test]
    fn numbers_are_digits_and_a_position_may_say_of_how_many() {
        check(is_number, &["0", "120"], &["", "120.5", "-1", "+1", "three", "٣", "1234567890"]);
        check(is_position, &["3", "03", "3/12"], &["", "/", "3/", "/12", "3/12/1", "three", "3 of 12", "A1"]);
        check(is_flag, &["0", "1"], &["", "yes", "2", "true"]);
    }

    #[test]
    fn an_isrc_has_twelve_characters() {
        check(is_isrc, &["USRC17607839", "DEA999900001"], &["", "US-RC1-76-07839", "usrc17607839", "USRC1760783X"]);
    }

    #[test]
    fn a_musical_key_is_short() {
        check(
            is_musical_key,
            &["A", "Cm", "Dbm", "F#", "F#m", "o", "8A", "12B"],
            &["", "H", "m", "C minor", "Cbb", "c", "0A", "13A", "A#mm", "+1A", "08A"],
        );
    }
}

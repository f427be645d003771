//! What the metadata functions make of ordinary, awkward and random tables, read back by parsers of our own and
//! by the `id3` crate.

use id3::TagLike;
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

pub(super) fn rows(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

pub(super) fn collected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut warnings = Vec::new();
    let entries = collect(&rows(pairs), &mut warnings);
    assert_eq!(warnings, []);
    entries
}

/// Splits `bytes` into chunks, checking ids, sizes and pads.
fn parse_chunks(mut bytes: &[u8], size: fn([u8; 4]) -> u32) -> Vec<(String, &[u8])> {
    let mut chunks = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at(8);
        let id = std::str::from_utf8(&head[..4]).expect("ids are text");
        assert!(id.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{id:?}");
        let size = size(head[4..].try_into().expect("four bytes")) as usize;
        let (content, rest) = rest.split_at(size);
        bytes = if size % 2 == 1 { rest.strip_prefix(&[0]).expect("a pad byte") } else { rest };
        chunks.push((id.to_owned(), content));
    }
    chunks
}

fn wav(entries: &[(String, String)]) -> Vec<(String, String)> {
    let bytes = wav_chunks(entries, &mut Vec::new());
    let mut texts = Vec::new();
    for (id, content) in parse_chunks(&bytes, u32::from_le_bytes) {
        match id.as_str() {
            "CSET" => assert_eq!(content, [0xe9, 0xfd, 0, 0, 0, 0, 0, 0], "65001 is UTF-8"),
            "LIST" => {
                let list = content.strip_prefix(b"INFO").expect("an INFO list");
                for (id, text) in parse_chunks(list, u32::from_le_bytes) {
                    let text = text.strip_suffix(b"\0").expect("a NUL");
                    assert!(!text.contains(&0));
                    texts.push((id, String::from_utf8(text.to_vec()).expect("UTF-8")));
                }
            }
            "id3 " => check_id3(content, entries),
            _ => panic!("{id}"),
        }
    }
    texts
}

fn aiff(entries: &[(String, String)]) -> Vec<(String, String)> {
    let bytes = aiff_chunks(entries, &mut Vec::new());
    let mut texts = Vec::new();
    for (id, content) in parse_chunks(&bytes, u32::from_be_bytes) {
        assert_eq!(content.len() % 2, 0, "{id}: readers forget pad bytes");
        match id.as_str() {
            "NAME" | "AUTH" | "(c) " | "ANNO" => {
                let text = content.strip_suffix(b"\0").unwrap_or(content);
                assert!(text.is_ascii() && !text.contains(&0));
                texts.push((id, String::from_utf8(text.to_vec()).expect("ASCII")));
            }
            "ID3 " => check_id3(content, entries),
            _ => panic!("{id}"),
        }
    }
    texts
}

/// The tag is as long as it says, and holds every text once more, under the key where it is a TXXX frame.
fn check_id3(bytes: &[u8], entries: &[(String, String)]) {
    let size = bytes[6..10].iter().fold(0, |size, &byte| size << 7 | usize::from(byte));
    assert_eq!(bytes.len(), size + 10);
    let tag = tag(bytes);
    assert_eq!(tag.version(), id3::Version::Id3v24);
    let text = |id: &str| tag.get(id).and_then(|frame| frame.content().text());
    for (key, value) in joined(entries) {
        let custom = tag.extended_texts().find(|text| text.description == key).map(|text| text.value.as_str());
        let found = match table::key(key).map_or(table::Frame::Custom, |key| key.id3) {
            table::Frame::Text(id) => text(id),
            table::Frame::Formed(id, _) => text(id).or(custom),
            table::Frame::Genre => text("TCON"),
            table::Frame::Comment => tag.comments().next().map(|comment| comment.text.as_str()),
            table::Frame::Lyrics => {
                tag.lyrics().next().map(|lyrics| lyrics.text.as_str()).filter(|&t| custom == Some(t))
            }
            table::Frame::Year | table::Frame::Performer | table::Frame::Custom => custom,
        };
        assert_eq!(found, Some(&*value), "{key:?}");
    }
}

fn tag(bytes: &[u8]) -> id3::Tag {
    id3::Tag::read_from2(std::io::Cursor::new(bytes)).expect("a tag")
}

fn tag_of(pairs: &[(&str, &str)]) -> id3::Tag {
    tag(&id3_tag(&collected(pairs), &mut Vec::new()))
}

/// The text of a frame, or that of a TXXX frame.
fn text_of(tag: &id3::Tag, id: &str) -> Option<String> {
    let custom = || tag.extended_texts().find(|text| text.description == id).map(|text| text.value.clone());
    tag.get(id).and_then(|frame| frame.content().text()).map(str::to_owned).or_else(custom)
}

#[test]
fn the_table_has_every_key_of_the_specification_once() {
    let spec = "title, artist, author, album, album_artist, composer, performer, copyright, comment, description, \
                genre, date, year, creation_time, track, disc, publisher, encoder, language, lyrics, grouping, \
                compilation, rating, network, show, episode_id, synopsis, title-sort, artist-sort, album-sort, bpm, \
                isrc, key, keywords, subject, engineer, project, scene, take, tape, note, circled, location";
    let mut spec: Vec<_> = spec.split(", ").collect();
    let mut table: Vec<_> = table::KEYS.iter().map(|key| key.name).collect();
    spec.sort_unstable();
    table.sort_unstable();
    assert_eq!(table, spec);
}

#[test]
fn collect_cleans_keys_and_values_and_adds_the_encoder() {
    let entries = collected(&[
        ("  TITLE\t", "one\r\ntwo\rthree\tfour\u{7}\u{85}"),
        ("", "no key"),
        (" \u{1}", "no key either"),
        ("artist", ""),
        ("Art\u{0}ist", "cut\0here"),
        ("Größe", "👩🏽‍🚀 שלום e\u{301}"),
    ]);
    let version = format!("Audio File Out Plus {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        entries,
        rows(&[
            ("title", "one\ntwo\nthree\tfour"),
            ("art", "cut"),
            ("größe", "👩🏽‍🚀 שלום e\u{301}"),
            ("encoder", &version),
        ])
    );
    assert_eq!(collected(&[("Encoder", "mine")]), rows(&[("encoder", "mine")]));
    assert_eq!(collected(&[("encoder", "")]), rows(&[("encoder", &version)]));
}

#[test]
fn collect_limits_keys_text_and_rows_with_a_warning() {
    let limited = |rows: &[(String, String)]| {
        let mut warnings = Vec::new();
        let entries = collect(rows, &mut warnings);
        (entries, warnings)
    };
    let (entries, warnings) = limited(&rows(&[(&"é".repeat(600), "v"), ("title", "t")]));
    assert_eq!(entries[..2], rows(&[(&"é".repeat(512), "v"), ("title", "t")]));
    assert_eq!(warnings, [Warning::MetadataKeyCut { key: "é".repeat(512), max: 1024 }]);
    assert!(warnings[0].to_string().len() < 300);

    let (entries, warnings) = limited(&rows(&[("a", &"é".repeat(9 << 20)), ("b", "2"), ("c", "3")]));
    assert_eq!(entries[0].1.len(), (15 << 20) - 2, "cut between characters");
    assert_eq!(entries.len(), 2, "the encoder is not left out");
    assert_eq!(
        warnings,
        [
            Warning::MetadataValueCut { key: "a".into(), max: 15 << 20 },
            Warning::MetadataLeftOut { rows: 2, entries_max: 10_000, text_max: 15 << 20 },
        ]
    );

    let many: Vec<_> = (0..10_003).map(|n| (format!("key {n}"), "v".to_owned())).collect();
    let (entries, warnings) = limited(&many);
    assert_eq!(entries.len(), 10_001);
    assert_eq!(warnings, [Warning::MetadataLeftOut { rows: 3, entries_max: 10_000, text_max: 15 << 20 }]);
}

/// The ids of the chunks of a WAV file.
fn wav_ids(entries: &[(String, String)]) -> Vec<String> {
    let bytes = wav_chunks(entries, &mut Vec::new());
    parse_chunks(&bytes, u32::from_le_bytes).into_iter().map(|(id, _)| id).collect()
}

#[test]
fn wav_texts_go_to_info_and_the_others_to_id3() {
    let entries = collected(&[("title", "title"), ("artist", "a"), ("artist", "b"), ("encoder", "e")]);
    assert_eq!(wav(&entries), rows(&[("INAM", "title"), ("IART", "a; b"), ("ISFT", "e")]));
    assert_eq!(wav_ids(&entries), ["LIST"], "no need for ID3");

    let entries = collected(&[("engineer", "e"), ("keywords", "k"), ("subject", "s"), ("encoder", "e")]);
    assert_eq!(wav(&entries), rows(&[("IENG", "e"), ("IKEY", "k"), ("ISBJ", "s"), ("ISFT", "e")]));

    let entries = collected(&[("comment", &"c".repeat(5000)), ("title", "t"), ("disc", "1"), ("encoder", "e")]);
    assert_eq!(wav(&entries), rows(&[("INAM", "t"), ("ISFT", "e"), ("ICMT", &"c".repeat(5000))]));
    assert_eq!(wav_ids(&entries), ["LIST", "id3 "]);
}

#[test]
fn wav_declares_utf_8_before_info_and_repeats_it_in_id3() {
    let entries = collected(&[("title", "Tïtle"), ("encoder", "e")]);
    assert_eq!(wav(&entries), rows(&[("INAM", "Tïtle"), ("ISFT", "e")]));
    assert_eq!(wav_ids(&entries), ["CSET", "LIST", "id3 "]);
    // Text that is not in INFO has nothing to declare.
    assert_eq!(wav_ids(&collected(&[("disc", "ï")])), ["LIST", "id3 "]);
}

#[test]
fn aiff_texts_go_to_their_chunks_and_the_others_to_id3() {
    let entries = collected(&[
        ("copyright", "(c) me"),
        ("comment", &"c".repeat(8001)),
        ("author", &"a".repeat(8000)),
        ("title", "odd"),
    ]);
    assert_eq!(aiff(&entries), rows(&[("(c) ", "(c) me"), ("AUTH", &"a".repeat(8000)), ("NAME", "odd")]));
    let ids: Vec<_> = parse_chunks(&aiff_chunks(&entries, &mut Vec::new()), u32::from_be_bytes)
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    assert_eq!(ids, ["(c) ", "AUTH", "NAME", "ID3 "]);
    assert_eq!(aiff_chunks(&rows(&[("title", "t")]), &mut Vec::new()), b"NAME\0\0\0\x02t\0");
    for beyond in [&"c".repeat(9000), "Größe"] {
        assert_eq!(aiff_chunks(&rows(&[("comment", beyond)]), &mut Vec::new())[..4], *b"ID3 ");
    }
}

#[test]
fn an_id3_tag_has_no_padding_or_more_than_a_frames_header() {
    let mut parities = [0; 2];
    for title in ["1", "12"] {
        let entries = rows(&[("title", title)]);
        let bare = id3_tag(&entries, &mut Vec::new());
        assert_ne!(bare.last(), Some(&0));
        let even = id3v2::id3_tag_of_even_length(&entries, &mut Vec::new());
        check_id3(&even, &entries);
        let padding = even.len() - bare.len();
        assert_eq!((even.len() % 2, padding), (0, if bare.len() % 2 == 1 { 11 } else { 0 }));
        parities[bare.len() % 2] += 1;
    }
    assert_eq!(parities, [1, 1]);
}

#[test]
fn no_metadata_makes_no_chunks() {
    let mut warnings = Vec::new();
    assert!(wav_chunks(&[], &mut warnings).is_empty());
    assert!(aiff_chunks(&[], &mut warnings).is_empty());
    assert_eq!(vorbis_comments(&[], &mut warnings), []);
    assert_eq!(warnings, []);
}

#[test]
fn vorbis_keeps_lists_and_renames_what_is_not_ascii() {
    let mut warnings = Vec::new();
    let entries = collected(&[
        ("artist", "a"),
        ("comment", "c"),
        ("Artist", "b"),
        ("description", "d"),
        ("track", "3/9"),
        ("a=b~", "x"),
        ("größe", "y"),
        ("my key", "z"),
        ("encoder", "e"),
        ("title-sort", "t"),
        ("artist-sort", "a"),
        ("album-sort", "l"),
    ]);
    assert_eq!(
        vorbis_comments(&entries, &mut warnings),
        rows(&[
            ("description", "d"),
            ("artist", "a"),
            ("comment", "c"),
            ("artist", "b"),
            ("tracknumber", "3/9"),
            ("a_b_", "x"),
            ("gr__e", "y"),
            ("my key", "z"),
            ("encoder", "e"),
            ("titlesort", "t"),
            ("artistsort", "a"),
            ("albumsort", "l"),
        ])
    );
    assert_eq!(warnings, [Warning::VorbisFieldRenamed { key: "a=b~".into(), written: "a_b_".into(), more: 1 }]);
    assert_eq!(
        warnings[0].to_string(),
        "OGG metadata keys are plain ASCII without '=' and '~', so \"a=b~\" (and 1 more) is written as \"a_b_\": \
         rename it in the Header Source DAT."
    );
}

#[test]
fn a_comment_packet_is_what_the_standard_lays_out() {
    let empty = b"\x03vorbis\x02\0\0\0me\0\0\0\0\x01";
    assert_eq!(vorbis_comment_packet(empty, &[]), empty);
    assert_eq!(
        vorbis_comment_packet(empty, &rows(&[("a", "é"), ("b", "c=d")])),
        b"\x03vorbis\x02\0\0\0me\x02\0\0\0\x04\0\0\0a=\xc3\xa9\x05\0\0\0b=c=d\x01"
    );
}

#[test]
fn a_year_alone_is_the_date_of_an_id3_tag() {
    let date = |pairs| text_of(&tag_of(pairs), "TDRC");
    assert_eq!(date(&[("year", "1999")]).as_deref(), Some("1999"));
    assert_eq!(date(&[("year", "1999"), ("date", "2026-05")]).as_deref(), Some("2026-05"));
    assert_eq!(date(&[("date", "next spring")]), None);
}

#[test]
fn a_performer_alone_is_the_artist_of_an_id3_tag() {
    let artist = |pairs| {
        let tag = tag_of(pairs);
        assert_eq!(text_of(&tag, "performer").as_deref(), Some("Jane"));
        assert_eq!(text_of(&tag, "TPE3"), None, "the conductor, to most readers");
        text_of(&tag, "TPE1")
    };
    assert_eq!(artist(&[("performer", "Jane")]).as_deref(), Some("Jane"));
    assert_eq!(artist(&[("performer", "Jane"), ("artist", "Trio")]).as_deref(), Some("Trio"));
}

#[test]
fn comments_and_lyrics_have_the_language_that_the_table_names_or_english() {
    for (language, code) in [(Some("deu"), "deu"), (Some("de-AT"), "deu"), (Some("English"), "eng"), (None, "eng")] {
        let mut pairs = vec![("comment", "c"), ("lyrics", "l")];
        pairs.extend(language.map(|language| ("language", language)));
        let tag = tag_of(&pairs);
        let found = (tag.comments().next().map(|text| &*text.lang), tag.lyrics().next().map(|text| &*text.lang));
        assert_eq!(found, (Some(code), Some(code)), "{language:?}");
    }
}

#[test]
fn what_an_id3_frame_cannot_hold_is_free_text() {
    for (key, id, fits, other) in [
        ("track", "TRCK", "3/12", "three"),
        ("disc", "TPOS", "1", "two"),
        ("language", "TLAN", "deu", "English"),
        ("compilation", "TCMP", "1", "yes"),
        ("bpm", "TBPM", "120", "120.5"),
        ("isrc", "TSRC", "USRC17607839", "US-RC1-76-07839"),
        ("key", "TKEY", "F#m", "F sharp minor"),
        ("date", "TDRC", "2026-05", "next spring"),
        ("creation_time", "TDEN", "2026-05-04T03:02:01", "2026-05-04T03:02:01.5Z"),
    ] {
        let (tag, free) = (tag_of(&[(key, fits)]), tag_of(&[(key, other)]));
        assert_eq!([text_of(&tag, id).as_deref(), text_of(&tag, key).as_deref()], [Some(fits), None], "{key}");
        assert_eq!([text_of(&free, id).as_deref(), text_of(&free, key).as_deref()], [None, Some(other)], "{key}");
    }
}

/// Keys that mean something as often as keys that do not; values of any characters.
fn tables() -> impl Strategy<Value = Vec<(String, String)>> {
    let text = |len| vec(any::<char>(), 0..len).prop_map(String::from_iter);
    let known = (0..table::KEYS.len()).prop_map(|row| table::KEYS[row].name.to_uppercase());
    let frames = prop_oneof![Just("TXXX"), Just("INAM"), Just("LIST"), Just("="), Just("ID3")];
    let key = prop_oneof![3 => known, 2 => text(12), 1 => frames.prop_map(str::to_owned)];
    let value = prop_oneof![4 => text(30), 1 => "[0-9-]{0,19}", 1 => text(9000)];
    vec((key, value), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_table_makes_files_that_parse(table in tables()) {
        let mut warnings = Vec::new();
        let entries = collect(&table, &mut warnings);
        prop_assert_eq!(&warnings, &[]);
        prop_assert_eq!(&collect(&entries, &mut warnings), &entries, "collecting twice changes nothing");
        for (key, value) in &entries {
            prop_assert!(!key.is_empty() && !key.contains(char::is_control));
            prop_assert!(!value.is_empty() && !value.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
        }

        for (id, text) in wav(&entries) {
            let known = joined(&entries).iter().any(|(key, value)| {
                *value == text && table::key(key).and_then(|key| key.info).is_some_and(|info| info == id.as_bytes())
            });
            prop_assert!(known, "{}", id);
        }
        aiff(&entries);
        check_id3(&id3_tag(&entries, &mut warnings), &entries);
        prop_assert_eq!(&warnings, &[]);

        let fields = vorbis_comments(&entries, &mut warnings);
        prop_assert_eq!(fields.len(), entries.len());
        let packet = vorbis_comment_packet(b"\x03vorbis\0\0\0\0\0\0\0\0\x01", &fields);
        let text: usize = fields.iter().map(|(name, value)| name.len() + value.len() + 5).sum();
        prop_assert_eq!(packet.len(), 16 + text);
        for (name, value) in fields {
            prop_assert!(name.bytes().all(|byte| (b' '..=b'}').contains(&byte) && byte != b'='), "{}", name);
            prop_assert!(entries.iter().any(|(_, text)| *text == value));
        }
    }
}

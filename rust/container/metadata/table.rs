//! THE table of metadata keys: where each format keeps what FFmpeg calls by that name.

/// A row of [`KEYS`].
pub(super) struct Key {
    /// FFmpeg's name.
    pub(super) name: &'static str,
    /// RIFF INFO id (Multimedia Programming Interface and Data Specifications 1.0, chapter 2, "INFO List Chunk").
    /// Only ids that FFmpeg translates back to `name`: it shows others by their four letters.
    pub(super) info: Option<&'static [u8; 4]>,
    pub(super) id3: Frame,
    /// Text chunk id (AIFF 1.3, "Text Chunks").
    pub(super) aiff: Option<&'static [u8; 4]>,
    /// Field name (Vorbis I specification, section 5).
    pub(super) vorbis: &'static str,
}

/// The frame of ID3v2.4 (Native Frames, section 4) that holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Text(&'static str),
    /// A frame that holds nothing but a timestamp.
    Time(&'static str),
    /// No frame of its own, yet players look for it in TDRC.
    Year,
    Genre,
    Comment,
    Lyrics,
    /// TXXX, described by the key.
    Custom,
}

use Frame::{Comment, Custom, Genre, Lyrics, Text, Time, Year};

#[rustfmt::skip]
pub(super) static KEYS: [Key; 30] = [
    Key { name: "title",         info: Some(b"INAM"), id3: Text("TIT2"), aiff: Some(b"NAME"), vorbis: "title" },
    Key { name: "artist",        info: Some(b"IART"), id3: Text("TPE1"), aiff: None,          vorbis: "artist" },
    Key { name: "author",        info: None,          id3: Custom,       aiff: Some(b"AUTH"), vorbis: "author" },
    Key { name: "album",         info: Some(b"IPRD"), id3: Text("TALB"), aiff: None,          vorbis: "album" },
    Key { name: "album_artist",  info: None,          id3: Text("TPE2"), aiff: None,          vorbis: "albumartist" },
    Key { name: "composer",      info: None,          id3: Text("TCOM"), aiff: None,          vorbis: "composer" },
    Key { name: "performer",     info: None,          id3: Text("TPE3"), aiff: None,          vorbis: "performer" },
    Key { name: "copyright",     info: Some(b"ICOP"), id3: Text("TCOP"), aiff: Some(b"(c) "), vorbis: "copyright" },
    Key { name: "comment",       info: Some(b"ICMT"), id3: Comment,      aiff: Some(b"ANNO"), vorbis: "comment" },
    Key { name: "description",   info: None,          id3: Custom,       aiff: None,          vorbis: "description" },
    Key { name: "genre",         info: Some(b"IGNR"), id3: Genre,        aiff: None,          vorbis: "genre" },
    Key { name: "date",          info: Some(b"ICRD"), id3: Time("TDRC"), aiff: None,          vorbis: "date" },
    Key { name: "year",          info: None,          id3: Year,         aiff: None,          vorbis: "year" },
    Key { name: "creation_time", info: None,          id3: Time("TDEN"), aiff: None,          vorbis: "creation_time" },
    Key { name: "track",         info: Some(b"ITRK"), id3: Text("TRCK"), aiff: None,          vorbis: "tracknumber" },
    Key { name: "disc",          info: None,          id3: Text("TPOS"), aiff: None,          vorbis: "discnumber" },
    Key { name: "publisher",     info: None,          id3: Text("TPUB"), aiff: None,          vorbis: "publisher" },
    Key { name: "encoder",       info: Some(b"ISFT"), id3: Text("TSSE"), aiff: None,          vorbis: "encoder" },
    Key { name: "language",      info: Some(b"ILNG"), id3: Text("TLAN"), aiff: None,          vorbis: "language" },
    Key { name: "lyrics",        info: None,          id3: Lyrics,       aiff: None,          vorbis: "lyrics" },
    Key { name: "grouping",      info: None,          id3: Text("TIT1"), aiff: None,          vorbis: "grouping" },
    Key { name: "compilation",   info: None,          id3: Text("TCMP"), aiff: None,          vorbis: "compilation" },
    Key { name: "rating",        info: None,          id3: Custom,       aiff: None,          vorbis: "rating" },
    Key { name: "network",       info: None,          id3: Custom,       aiff: None,          vorbis: "network" },
    Key { name: "show",          info: None,          id3: Custom,       aiff: None,          vorbis: "show" },
    Key { name: "episode_id",    info: None,          id3: Custom,       aiff: None,          vorbis: "episode_id" },
    Key { name: "synopsis",      info: None,          id3: Custom,       aiff: None,          vorbis: "synopsis" },
    Key { name: "title-sort",    info: None,          id3: Text("TSOT"), aiff: None,          vorbis: "title-sort" },
    Key { name: "artist-sort",   info: None,          id3: Text("TSOP"), aiff: None,          vorbis: "artist-sort" },
    Key { name: "album-sort",    info: None,          id3: Text("TSOA"), aiff: None,          vorbis: "album-sort" },
];

/// The row of a key, if it is one that FFmpeg names.
pub(super) fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

//! THE table of metadata keys: where each format keeps what FFmpeg calls by that name.

use super::forms::{is_flag, is_isrc, is_language, is_musical_key, is_number, is_position, is_timestamp};

/// A row of [`KEYS`].
pub(super) struct Key {
    /// FFmpeg's name, or that of a field recorder's iXML.
    pub(super) name: &'static str,
    /// RIFF INFO id (Multimedia Programming Interface and Data Specifications 1.0, chapter 2, "INFO List Chunk").
    /// FFmpeg translates all back to `name` but those of engineer, keywords and subject: it shows their four letters.
    pub(super) info: Option<&'static [u8; 4]>,
    pub(super) id3: Frame,
    /// Text chunk id (AIFF 1.3, "Text Chunks").
    pub(super) aiff: Option<&'static [u8; 4]>,
    /// Field name (Vorbis I specification, section 5). The names for sorting are those that TagLib, GStreamer and
    /// Picard read; FFmpeg has none.
    pub(super) vorbis: &'static str,
}

/// The frame of ID3v2.4 (Native Frames, section 4) that holds a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Frame {
    Text(&'static str),
    /// A frame for texts of a certain form; others become TXXX.
    Formed(&'static str, fn(&str) -> bool),
    /// No frame of its own, yet players look for it in TDRC.
    Year,
    /// TXXX, and TPE1, the "lead performer", where no artist is named.
    ///
    /// FFmpeg means TPE3 by it, which is the conductor to eyeD3, ExifTool, GStreamer, MediaInfo, Mutagen, TagLib and
    /// TinyTag. TMCL wants an instrument: most show nothing of it or the instrument alone.
    Performer,
    Genre,
    Comment,
    Lyrics,
    /// TXXX, described by the key.
    Custom,
}

use Frame::{Comment, Custom, Formed, Genre, Lyrics, Performer, Text, Year};

const DATE: Frame = Formed("TDRC", is_timestamp);
const ENCODED: Frame = Formed("TDEN", is_timestamp);
const TRACK: Frame = Formed("TRCK", is_position);
const DISC: Frame = Formed("TPOS", is_position);
const LANG: Frame = Formed("TLAN", is_language);
const FLAG: Frame = Formed("TCMP", is_flag);
const BPM: Frame = Formed("TBPM", is_number);
const ISRC: Frame = Formed("TSRC", is_isrc);
const PITCH: Frame = Formed("TKEY", is_musical_key);

#[rustfmt::skip]
pub(super) static KEYS: [Key; 43] = [
    Key { name: "title",         info: Some(b"INAM"), id3: Text("TIT2"), aiff: Some(b"NAME"), vorbis: "title" },
    Key { name: "artist",        info: Some(b"IART"), id3: Text("TPE1"), aiff: None,          vorbis: "artist" },
    Key { name: "author",        info: None,          id3: Custom,       aiff: Some(b"AUTH"), vorbis: "author" },
    Key { name: "album",         info: Some(b"IPRD"), id3: Text("TALB"), aiff: None,          vorbis: "album" },
    Key { name: "album_artist",  info: None,          id3: Text("TPE2"), aiff: None,          vorbis: "albumartist" },
    Key { name: "composer",      info: None,          id3: Text("TCOM"), aiff: None,          vorbis: "composer" },
    Key { name: "performer",     info: None,          id3: Performer,    aiff: None,          vorbis: "performer" },
    Key { name: "copyright",     info: Some(b"ICOP"), id3: Text("TCOP"), aiff: Some(b"(c) "), vorbis: "copyright" },
    Key { name: "comment",       info: Some(b"ICMT"), id3: Comment,      aiff: Some(b"ANNO"), vorbis: "comment" },
    Key { name: "description",   info: None,          id3: Custom,       aiff: None,          vorbis: "description" },
    Key { name: "genre",         info: Some(b"IGNR"), id3: Genre,        aiff: None,          vorbis: "genre" },
    Key { name: "date",          info: Some(b"ICRD"), id3: DATE,         aiff: None,          vorbis: "date" },
    Key { name: "year",          info: None,          id3: Year,         aiff: None,          vorbis: "year" },
    Key { name: "creation_time", info: None,          id3: ENCODED,      aiff: None,          vorbis: "creation_time" },
    Key { name: "track",         info: Some(b"ITRK"), id3: TRACK,        aiff: None,          vorbis: "tracknumber" },
    Key { name: "disc",          info: None,          id3: DISC,         aiff: None,          vorbis: "discnumber" },
    Key { name: "publisher",     info: None,          id3: Text("TPUB"), aiff: None,          vorbis: "publisher" },
    Key { name: "encoder",       info: Some(b"ISFT"), id3: Text("TSSE"), aiff: None,          vorbis: "encoder" },
    Key { name: "language",      info: Some(b"ILNG"), id3: LANG,         aiff: None,          vorbis: "language" },
    Key { name: "lyrics",        info: None,          id3: Lyrics,       aiff: None,          vorbis: "lyrics" },
    Key { name: "grouping",      info: None,          id3: Text("TIT1"), aiff: None,          vorbis: "grouping" },
    Key { name: "compilation",   info: None,          id3: FLAG,         aiff: None,          vorbis: "compilation" },
    Key { name: "rating",        info: None,          id3: Custom,       aiff: None,          vorbis: "rating" },
    Key { name: "network",       info: None,          id3: Custom,       aiff: None,          vorbis: "network" },
    Key { name: "show",          info: None,          id3: Custom,       aiff: None,          vorbis: "show" },
    Key { name: "episode_id",    info: None,          id3: Custom,       aiff: None,          vorbis: "episode_id" },
    Key { name: "synopsis",      info: None,          id3: Custom,       aiff: None,          vorbis: "synopsis" },
    Key { name: "title-sort",    info: None,          id3: Text("TSOT"), aiff: None,          vorbis: "titlesort" },
    Key { name: "artist-sort",   info: None,          id3: Text("TSOP"), aiff: None,          vorbis: "artistsort" },
    Key { name: "album-sort",    info: None,          id3: Text("TSOA"), aiff: None,          vorbis: "albumsort" },
    Key { name: "bpm",           info: None,          id3: BPM,          aiff: None,          vorbis: "bpm" },
    Key { name: "isrc",          info: None,          id3: ISRC,         aiff: None,          vorbis: "isrc" },
    Key { name: "key",           info: None,          id3: PITCH,        aiff: None,          vorbis: "key" },
    Key { name: "keywords",      info: Some(b"IKEY"), id3: Custom,       aiff: None,          vorbis: "keywords" },
    Key { name: "subject",       info: Some(b"ISBJ"), id3: Custom,       aiff: None,          vorbis: "subject" },
    Key { name: "engineer",      info: Some(b"IENG"), id3: Custom,       aiff: None,          vorbis: "engineer" },
    Key { name: "project",       info: None,          id3: Custom,       aiff: None,          vorbis: "project" },
    Key { name: "scene",         info: None,          id3: Custom,       aiff: None,          vorbis: "scene" },
    Key { name: "take",          info: None,          id3: Custom,       aiff: None,          vorbis: "take" },
    Key { name: "tape",          info: None,          id3: Custom,       aiff: None,          vorbis: "tape" },
    Key { name: "note",          info: None,          id3: Custom,       aiff: None,          vorbis: "note" },
    Key { name: "circled",       info: None,          id3: Custom,       aiff: None,          vorbis: "circled" },
    Key { name: "location",      info: None,          id3: Custom,       aiff: None,          vorbis: "location" },
];

/// The row of a key, if it has one.
pub(super) fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

//! OGG: pages (RFC 3533) of a single stream of Vorbis.
//!
//! The file: three header packets on pages of their own, then audio pages of at most 0.2 seconds. A page is complete when
//! it is in the file and says how many frames can be decoded at its end, so a checkpoint has nothing to do. The comments
//! end with room for markers: zeros behind the framing bit, which belong to the packet.

#[allow(unsafe_code, reason = "libogg")]
mod pager;
mod pages;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod tests;

use self::pager::Pager;
use self::pages::Pages;
use super::markers::{Changed, Marked, Marker, ROOM, vorbis_chapters};
use super::{Checkpoint, Container, Patch, Playable};
use crate::codec::Packets;
use crate::codec::vorbis::{self, Headers, Vorbis};
use crate::container::metadata::{vorbis_comment_packet, vorbis_comments};
use crate::faults;
use crate::formats::{Format, FormatOption, Opened, Rates, Setup};
use crate::messages::Problem;
use crate::stream::AudioLayout;

pub(crate) static FORMAT: Format = Format {
    name: "ogg",
    label: "OGG",
    extensions: &["ogg"],
    options: &[FormatOption::Quality],
    codecs: &[],
    channels: 1..=255,
    // libvorbis has a mode for every layout that fits, at every quality; a test tries them.
    rates: Rates::Whole(8000..=192_000),
    frame_bytes: u64::MAX,
    second_bytes: u64::MAX,
    open,
    verify: None,
};

fn open(setup: Setup<'_>) -> Result<Opened, Problem> {
    let Setup { layout, settings, serial, metadata, warnings } = setup;
    if metadata.iter().any(|(key, _)| faults::ordered(key, "fail-encoder")) {
        return Err(vorbis::failed("ordered by a test"));
    }
    let comments = vorbis_comments(metadata, warnings);
    let (codec, mut headers) = Vorbis::new(layout, settings.quality)?;
    let comments = Comments { empty: std::mem::take(&mut headers[1]), fields: comments };
    let container =
        Ogg::new(layout, serial, headers, comments).ok_or_else(|| vorbis::failed("libogg does not start"))?;
    Ok(Opened { codec: Box::new(codec), container: Box::new(container) })
}

struct Ogg {
    layout: AudioLayout,
    serial: u32,
    /// The packets that the stream begins with, and the pages of these.
    headers: Headers,
    header: Vec<u8>,
    comments: Comments,
    changed: Changed,
    placeholder: Vec<u8>,
    pager: Pager,
    pages: Pages,
}

impl Ogg {
    /// A file with one stream, which begins with `headers`, of which the second one is made from the `comments`. `None` when
    /// libogg gets no memory.
    fn new(layout: AudioLayout, serial: u32, mut headers: Headers, comments: Comments) -> Option<Self> {
        headers[1] = comments.packet(&[]);
        let mut pager = Pager::new(layout.rate, serial)?;
        let mut header = Vec::new();
        pager.begin(&headers, &mut header);
        let (packet, frames) = pages::silence(&headers[0], layout.channels);
        let placeholder = pager.next_page(&[(&packet, 0), (&packet, frames)])?;
        let pages = Pages::after(header.len() as u64);
        Some(Self { layout, serial, headers, header, comments, changed: Changed::default(), placeholder, pager, pages })
    }
}

/// What the second packet is made from.
struct Comments {
    /// The packet without a field.
    empty: Vec<u8>,
    fields: Vec<(String, String)>,
}

impl Comments {
    /// The packet with these `chapters`, as long for all of them that fit into its room.
    fn packet(&self, chapters: &[(String, String)]) -> Vec<u8> {
        let len = vorbis_comment_packet(&self.empty, &self.fields).len() + ROOM;
        let mut packet = vorbis_comment_packet(&self.empty, &[&self.fields, chapters].concat());
        packet.resize(len, 0);
        packet
    }
}

impl Container for Ogg {
    fn header(&self) -> &[u8] {
        &self.header
    }

    fn placeholder(&self) -> &[u8] {
        &self.placeholder
    }

    fn append(&mut self, packets: &mut Packets, out: &mut Vec<u8>) {
        let (begin, mut from) = (out.len(), 0);
        for (index, end) in packets.ends.iter().enumerate() {
            let last = packets.last && index + 1 == packets.ends.len();
            self.pager.append(&packets.bytes[from..end.at], end.frames, last, out);
            from = end.at;
        }
        packets.clear();
        self.pages.count(&out[begin..]);
    }

    fn playable(&self, len: u64) -> Playable {
        self.pages.playable(len)
    }

    fn checkpoint(&mut self, len: u64) -> Checkpoint {
        Checkpoint { patches: Vec::new(), stated: self.playable(len) }
    }

    /// What waits for more packets, when the stream has not said which one is its last.
    fn tail(&mut self, _len: u64) -> Vec<u8> {
        let mut out = Vec::new();
        self.pager.end(&mut out);
        self.pages.count(&out);
        out
    }

    fn complete(&mut self, _len: u64) -> Vec<Patch> {
        Vec::new()
    }

    fn mark(&mut self, markers: &[Marker], _len: u64) -> Marked {
        let (chapters, kept) = vorbis_chapters(markers, self.layout.rate, ROOM);
        self.headers[1] = self.comments.packet(&chapters);
        let mut header = Vec::new();
        // Without memory for it the markers are left out.
        let Some(mut pager) = Pager::new(self.layout.rate, self.serial) else { return Marked::default() };
        pager.begin(&self.headers, &mut header);
        Marked { patches: self.changed.patches(&self.header, &header), kept }
    }
}

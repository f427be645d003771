//! OGG: pages (RFC 3533) of a single stream of Vorbis.
//!
//! The file: three header packets on pages of their own, then audio pages of at most 0.2 seconds. A page is complete when
//! it is in the file and says how many frames can be decoded at its end, so a checkpoint has nothing to do.

#[allow(unsafe_code, reason = "libogg")]
mod pager;
mod pages;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod tests;

use self::pager::Pager;
use self::pages::Pages;
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
    headers[1] = vorbis_comment_packet(&headers[1], &comments);
    let container = Ogg::new(layout, serial, &headers).ok_or_else(|| vorbis::failed("libogg does not start"))?;
    Ok(Opened { codec: Box::new(codec), container: Box::new(container) })
}

struct Ogg {
    header: Vec<u8>,
    placeholder: Vec<u8>,
    pager: Pager,
    pages: Pages,
}

impl Ogg {
    /// A file with one stream, which begins with `headers`. `None` when libogg gets no memory.
    fn new(layout: AudioLayout, serial: u32, headers: &Headers) -> Option<Self> {
        let mut pager = Pager::new(layout.rate, serial)?;
        let mut header = Vec::new();
        pager.begin(headers, &mut header);
        let (packet, frames) = pages::silence(&headers[0], layout.channels);
        let placeholder = pager.next_page(&[(&packet, 0), (&packet, frames)])?;
        Some(Self { pages: Pages::after(header.len() as u64), header, placeholder, pager })
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
}

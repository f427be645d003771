//! libogg: packets become pages.

use std::ffi::{c_int, c_long};
use std::mem::zeroed;
use std::ptr::null_mut;
use std::slice;

use ogg_next_sys::*;

/// Lays packets out on the pages of one stream (RFC 3533).
///
/// A page ends when it holds about 4 KiB, as libogg has it, and before it holds more than 0.2 seconds. The first one with
/// audio ends as soon as there is a frame on it: a file is then there early, and has two such pages unless it is tiny.
/// FFmpeg does not cut the end of a file that has one.
pub(super) struct Pager {
    stream: ogg_stream_state,
    /// Frames that a page holds at most, unless a packet alone has more.
    page_frames: u64,
    /// Frames up to the end of the last complete page.
    paged: u64,
}

// SAFETY: what `stream` points at is owned by this value alone, every access takes `&mut self`, and libogg has neither
// variables of its own nor locks.
unsafe impl Send for Pager {}

impl Pager {
    /// A stream with frames of `rate` Hz. `None` when libogg gets no memory.
    pub(super) fn new(rate: f64, serial: u32) -> Option<Self> {
        // SAFETY: numbers and raw pointers.
        let stream = unsafe { zeroed() };
        let mut pager = Self { stream, page_frames: rate as u64 / PAGES_A_SECOND, paged: 0 };
        // SAFETY: `stream` is ours to fill. libogg keeps no pointer to it, so that it may move.
        let begun = unsafe { ogg_stream_init(&raw mut pager.stream, serial as c_int) };
        (begun == 0).then_some(pager)
    }

    /// Appends the pages of the packets that a stream begins with to `out`: the first one has a page of its own, and so
    /// has the audio that follows.
    pub(super) fn begin(&mut self, headers: &[Vec<u8>], out: &mut Vec<u8>) {
        for bytes in headers {
            self.put(bytes, 0, false);
        }
        self.complete(ogg_stream_flush, out);
    }

    /// Appends the pages that are complete to `out`, now that there is another packet, up to whose end `frames` can be
    /// decoded.
    pub(super) fn append(&mut self, packet: &[u8], frames: u64, last: bool, out: &mut Vec<u8>) {
        if frames > self.paged + self.page_frames {
            self.complete(ogg_stream_flush, out);
        }
        self.put(packet, frames, last);
        let begins = self.paged == 0 && frames > 0;
        self.complete(if begins { ogg_stream_flush } else { ogg_stream_pageout }, out);
    }

    /// Ends the stream: appends a page of the packets that are on none yet to `out`, if there are any.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        self.stream.e_o_s = 1;
        self.complete(ogg_stream_flush, out);
    }

    /// The page that would follow if the next packets were `packets`, each with the frames up to its end.
    pub(super) fn next_page(&self, packets: &[(&[u8], u64)]) -> Option<Vec<u8>> {
        let mut other = Self::new(0.0, self.stream.serialno as u32)?;
        (other.stream.b_o_s, other.stream.pageno) = (1, self.stream.pageno);
        for (packet, frames) in packets {
            other.put(packet, *frames, false);
        }
        let mut page = Vec::new();
        other.complete(ogg_stream_flush, &mut page);
        Some(page)
    }

    fn put(&mut self, bytes: &[u8], frames: u64, last: bool) {
        let mut packet = ogg_packet {
            packet: bytes.as_ptr().cast_mut(),
            bytes: bytes.len() as c_long,
            b_o_s: 0,
            e_o_s: last.into(),
            granulepos: frames as i64,
            packetno: 0,
        };
        // It fails when memory is out, which Rust ends the process for as well.
        // SAFETY: `stream` is set up; libogg only reads the packet's bytes, and copies them.
        unsafe { ogg_stream_packetin(&raw mut self.stream, &raw mut packet) };
    }

    /// Appends all pages that `next` gives to `out`.
    fn complete(
        &mut self,
        next: unsafe extern "C" fn(*mut ogg_stream_state, *mut ogg_page) -> c_int,
        out: &mut Vec<u8>,
    ) {
        let mut page = ogg_page { header: null_mut(), header_len: 0, body: null_mut(), body_len: 0 };
        // SAFETY: `stream` is set up and `page` is ours to fill.
        while unsafe { next(&raw mut self.stream, &raw mut page) } != 0 {
            // SAFETY: a page points at that many bytes of the stream's memory, until the stream is used again.
            out.extend_from_slice(unsafe { slice::from_raw_parts(page.header, page.header_len as usize) });
            // SAFETY: as above.
            out.extend_from_slice(unsafe { slice::from_raw_parts(page.body, page.body_len as usize) });
            // SAFETY: the page is complete.
            let granule = unsafe { ogg_page_granulepos(&raw const page) };
            // -1: no packet ends on it.
            self.paged = self.paged.max(granule.max(0) as u64);
        }
    }
}

impl Drop for Pager {
    fn drop(&mut self) {
        // SAFETY: `stream` is set up or zeroed, which libogg takes, too, and this is its last use.
        unsafe { ogg_stream_clear(&raw mut self.stream) };
    }
}

/// At least as many.
const PAGES_A_SECOND: u64 = 5;

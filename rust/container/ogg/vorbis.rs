//! libvorbis and libogg: one stream behind a value that may move to another thread.
//!
//! `vorbis_rs` is made of the same two libraries, but it has no way to the controls that [`Plan`] needs.

#[allow(unsafe_code, reason = "libvorbis")]
mod coder;
#[allow(unsafe_code, reason = "libvorbis")]
mod deeper;

use std::collections::hash_map::RandomState;
use std::ffi::c_int;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::mem::zeroed;
use std::num::{NonZeroU8, NonZeroU32};
use std::ptr::{NonNull, null_mut};
use std::slice;

use aotuv_lancer_vorbis_sys::*;
use ogg_next_sys::*;

use self::coder::Coder;
use self::deeper::Deeper;
use super::plan::Plan;

/// What libvorbis or libogg answered instead of doing its work: vorbis/codec.h.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failed(c_int);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "libvorbis error {}", self.0)
    }
}

/// `answer`, if it is none of the negative numbers that tell of an error.
fn done(answer: c_int) -> Result<c_int, Failed> {
    if answer < 0 { Err(Failed(answer)) } else { Ok(answer) }
}

/// An encoder and the pages that it has completed.
pub(super) struct Vorbis {
    coder: Coder,
    /// Where the plan has one.
    deeper: Option<Deeper>,
    stream: Place<ogg_stream_state>,
    channels: usize,
    /// A page that holds more frames than this is not given another packet.
    page_frames: i64,
    /// Frames on the pages so far that were ended for that.
    paged: i64,
    /// Complete pages that nobody has taken yet.
    pages: Vec<u8>,
}

// SAFETY: the places and all that they point at are owned by this value alone, every access takes `&mut self` or
// `self`, and libvorbis and libogg keep nothing that belongs to a thread: neither thread-local variables nor locks.
unsafe impl Send for Vorbis {}

impl Vorbis {
    /// Starts a stream with a random serial number; its header pages are then ready to be drained.
    pub(super) fn new(
        rate: NonZeroU32,
        channels: NonZeroU8,
        plan: Plan,
        comments: &[(String, String)],
    ) -> Result<Self, Failed> {
        let mut vorbis = Self {
            coder: Coder::new(rate, channels, plan, plan.depth)?,
            deeper: plan.deeper.map(|depth| Deeper::new(rate, channels, plan, depth)).transpose()?,
            stream: Place::zeroed(),
            channels: usize::from(channels.get()),
            page_frames: i64::from(rate.get()) / PAGES_A_SECOND - LONGEST_PACKET,
            paged: 0,
            pages: Vec::new(),
        };
        // SAFETY: `stream` is ours to fill.
        done(unsafe { ogg_stream_init(vorbis.stream.at(), random()) })?;
        vorbis.write_headers(comments)?;
        Ok(vorbis)
    }

    fn write_headers(&mut self, comments: &[(String, String)]) -> Result<(), Failed> {
        let mut packets = self.coder.headers(comments)?;
        for packet in &mut packets {
            // SAFETY: the packet's memory is still that of `coder`; libogg copies it.
            done(unsafe { ogg_stream_packetin(self.stream.at(), packet) })?;
        }
        // The first audio packet begins a page of its own.
        self.complete(ogg_stream_flush);
        if let Some(deeper) = &mut self.deeper {
            deeper.begin(&mut packets)?;
        }
        Ok(())
    }

    /// Encodes one block, a slice for each channel.
    pub(super) fn encode(&mut self, channels: &[Vec<f32>]) -> Result<(), Failed> {
        let frames = channels.iter().map(Vec::len).min().unwrap_or(0);
        // An empty block is how libvorbis is told that the stream ends.
        if frames == 0 || channels.len() != self.channels {
            return Ok(());
        }
        self.wrote(channels, frames)
    }

    /// Ends the stream and moves its last pages to `out`.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> Result<(), Failed> {
        let ended = self.wrote(&[], 0);
        self.drain(out);
        ended
    }

    /// Moves the pages that are complete to `out`.
    pub(super) fn drain(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.pages);
    }

    /// Encodes `frames` of each of the `channels`; 0 ends the stream.
    fn wrote(&mut self, channels: &[Vec<f32>], frames: usize) -> Result<(), Failed> {
        self.coder.write(channels, frames)?;
        if let Some(deeper) = &mut self.deeper {
            deeper.write(channels, frames)?;
        }
        while let Some(mut packet) = self.coder.packet()? {
            if let Some(deeper) = &mut self.deeper {
                packet = deeper.packet_or(packet)?;
            }
            // SAFETY: the packet points at memory of a coder, which has done nothing since; libogg copies it.
            done(unsafe { ogg_stream_packetin(self.stream.at(), &raw mut packet) })?;
            if packet.granulepos > self.paged + self.page_frames {
                self.paged = packet.granulepos;
                self.complete(ogg_stream_flush);
            } else {
                self.complete(page_of_a_few_packets);
            }
        }
        Ok(())
    }

    /// Appends all pages that `next` gives.
    fn complete(&mut self, next: unsafe extern "C" fn(*mut ogg_stream_state, *mut ogg_page) -> c_int) {
        let mut page = ogg_page { header: null_mut(), header_len: 0, body: null_mut(), body_len: 0 };
        // SAFETY: `stream` is set up and `page` is ours to fill.
        while unsafe { next(self.stream.at(), &raw mut page) } != 0 {
            // SAFETY: a page points at that many bytes of the stream's memory, until the stream is used again.
            self.pages.extend_from_slice(unsafe { slice::from_raw_parts(page.header, page.header_len as usize) });
            // SAFETY: as above.
            self.pages.extend_from_slice(unsafe { slice::from_raw_parts(page.body, page.body_len as usize) });
        }
    }
}

impl Drop for Vorbis {
    fn drop(&mut self) {
        // SAFETY: `stream` is set up or zeroed, which libogg takes, too, and this is its last use.
        unsafe { ogg_stream_clear(self.stream.at()) };
    }
}

/// A structure of libvorbis, which must stay in one place, since others point at it.
struct Place<T>(NonNull<T>);

/// The structures of which [`Place`] makes empty ones.
///
/// # Safety
/// Zeroed memory is a value of the type.
unsafe trait Zero {}

// SAFETY: numbers and raw pointers.
unsafe impl Zero for vorbis_info {}
// SAFETY: numbers and raw pointers.
unsafe impl Zero for vorbis_comment {}
// SAFETY: numbers and raw pointers.
unsafe impl Zero for vorbis_dsp_state {}
// SAFETY: numbers and raw pointers.
unsafe impl Zero for vorbis_block {}
// SAFETY: numbers and raw pointers.
unsafe impl Zero for ogg_stream_state {}

impl<T: Zero> Place<T> {
    fn zeroed() -> Self {
        // SAFETY: that is what `Zero` promises.
        Self(NonNull::from(Box::leak(Box::new(unsafe { zeroed() }))))
    }

    fn at(&self) -> *mut T {
        self.0.as_ptr()
    }

    fn as_mut(&mut self) -> &mut T {
        // SAFETY: it is a live T; C code uses it only while it is called, which it is not now.
        unsafe { self.0.as_mut() }
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        // SAFETY: it came from a Box, and this is its last use.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// At least as many.
const PAGES_A_SECOND: i64 = 5;

/// Frames that a packet adds at most: half of the longest block of the setups that a [`Plan`] names.
const LONGEST_PACKET: i64 = 1024;

const NO_PACKET: ogg_packet =
    ogg_packet { packet: null_mut(), bytes: 0, b_o_s: 0, e_o_s: 0, granulepos: 0, packetno: 0 };

/// Ends a page after four packets, however small they are: a page of 4 KiB holds seconds of silence, and FFmpeg does
/// not cut the end of a file with a single audio page.
///
/// # Safety
/// That of `ogg_stream_pageout_fill`.
unsafe extern "C" fn page_of_a_few_packets(stream: *mut ogg_stream_state, page: *mut ogg_page) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { ogg_stream_pageout_fill(stream, page, 1) }
}

/// A serial number that no stream beside this one has.
fn random() -> c_int {
    RandomState::new().build_hasher().finish() as c_int
}

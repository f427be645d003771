//! libvorbis and libogg: one stream behind a value that may move to another thread.
//!
//! `vorbis_rs` is made of the same two libraries, but it has no way to the controls that [`Plan`] needs.

use std::collections::hash_map::RandomState;
use std::ffi::{CString, c_int, c_long};
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::mem::{replace, zeroed};
use std::num::{NonZeroU8, NonZeroU32};
use std::ptr::{NonNull, null_mut};
use std::slice;

use aotuv_lancer_vorbis_sys::*;
use ogg_next_sys::*;

use super::plan::{Depth, Plan};

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
            deeper.decoder.begin(&mut packets)?;
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
            deeper.coder.write(channels, frames)?;
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

/// One encoder of libvorbis.
struct Coder {
    info: Place<vorbis_info>,
    dsp: Place<vorbis_dsp_state>,
    block: Place<vorbis_block>,
    channels: usize,
    /// The rate that the bitrate management is told for the next block.
    clock: c_long,
}

impl Coder {
    fn new(rate: NonZeroU32, channels: NonZeroU8, plan: Plan, depth: Depth) -> Result<Self, Failed> {
        // From here on Drop clears whatever has been set up.
        let mut coder = Self {
            info: Place::zeroed(),
            dsp: Place::zeroed(),
            block: Place::zeroed(),
            channels: usize::from(channels.get()),
            clock: 1,
        };
        coder.set_up(rate, channels, plan, depth)?;
        Ok(coder)
    }

    fn set_up(&mut self, rate: NonZeroU32, channels: NonZeroU8, plan: Plan, depth: Depth) -> Result<(), Failed> {
        let info = self.info.at();
        // SAFETY: `info` is ours to fill.
        unsafe { vorbis_info_init(info) };
        // SAFETY: `info` was initialised, as the three steps of the setup want it (vorbis/vorbisenc.h).
        done(unsafe { vorbis_encode_setup_vbr(info, channels.get().into(), long(plan.setup_rate), plan.quality) })?;
        let mut coupled = c_int::from(plan.coupled);
        // SAFETY: the control takes a pointer to an int.
        done(unsafe { vorbis_encode_ctl(info, OV_ECTL_COUPLING_SET as c_int, (&raw mut coupled).cast()) })?;
        let mut lowpass = plan.lowpass_khz;
        // SAFETY: the control takes a pointer to a double.
        done(unsafe { vorbis_encode_ctl(info, OV_ECTL_LOWPASS_SET as c_int, (&raw mut lowpass).cast()) })?;
        if depth.version != MIDDLE {
            let mut management = management(channels, depth);
            // SAFETY: the control takes a pointer to such a structure.
            done(unsafe { vorbis_encode_ctl(info, OV_ECTL_RATEMANAGE2_SET as c_int, (&raw mut management).cast()) })?;
        }
        // SAFETY: `info` holds a setup that is not final yet.
        done(unsafe { vorbis_encode_setup_init(info) })?;
        let public = self.info.as_mut();
        let slower = f64::from(rate.get()) / f64::from(plan.setup_rate);
        public.bitrate_nominal = (public.bitrate_nominal as f64 * slower) as c_long;
        if depth.version != MIDDLE {
            // It is what the management was given, of which nothing comes true: the file shall not state it.
            public.bitrate_nominal = 0;
        }
        // The psychoacoustic model is computed for the rate that stands here now.
        public.rate = long(depth.hearing_rate);
        // SAFETY: `info` is set up, and stays where it is until `dsp` is cleared.
        done(unsafe { vorbis_analysis_init(self.dsp.at(), info) })?;
        // SAFETY: `dsp` is set up, and stays where it is until `block` is cleared.
        done(unsafe { vorbis_block_init(self.dsp.at(), self.block.at()) })?;
        self.info.as_mut().rate = long(rate.get());
        Ok(())
    }

    /// They point at memory of this coder until it is used again.
    fn headers(&mut self, comments: &[(String, String)]) -> Result<[ogg_packet; 3], Failed> {
        let list = Place::zeroed();
        // SAFETY: `list` is ours to fill.
        unsafe { vorbis_comment_init(list.at()) };
        for (key, value) in comments {
            let (key, value) = (c_string(key), c_string(value));
            // SAFETY: both are strings that end with NUL; libvorbis copies them.
            unsafe { vorbis_comment_add_tag(list.at(), key.as_ptr(), value.as_ptr()) };
        }
        let mut packets = [NO_PACKET; 3];
        let [first, second, third] = &mut packets;
        // SAFETY: `dsp` is set up, and the packets are ours to fill.
        let written = done(unsafe { vorbis_analysis_headerout(self.dsp.at(), list.at(), first, second, third) });
        // SAFETY: `list` was initialised, and this is its last use.
        unsafe { vorbis_comment_clear(list.at()) };
        written.map(|_| packets)
    }

    /// Gives libvorbis `frames` of each of the `channels`; 0 ends the stream.
    fn write(&mut self, channels: &[Vec<f32>], frames: usize) -> Result<(), Failed> {
        if frames > 0 {
            // SAFETY: `dsp` is set up; it gives room for `frames` samples of each of its channels.
            let buffer = unsafe { vorbis_analysis_buffer(self.dsp.at(), frames as c_int) };
            if buffer.is_null() {
                return Err(Failed(OV_EFAULT));
            }
            // SAFETY: it points at one pointer for each channel.
            let buffer = unsafe { slice::from_raw_parts(buffer, self.channels) };
            for (samples, room) in channels.iter().zip(buffer) {
                // SAFETY: there is room for `frames` samples, and `samples` has as many or more; they are different
                // memory.
                unsafe { room.copy_from_nonoverlapping(samples.as_ptr(), frames) };
            }
        }
        // SAFETY: `dsp` has that many samples in the buffer that it gave last.
        done(unsafe { vorbis_analysis_wrote(self.dsp.at(), frames as c_int) }).map(drop)
    }

    /// The next packet, if libvorbis has what it takes. It points at memory of this coder until it is used again.
    fn packet(&mut self) -> Result<Option<ogg_packet>, Failed> {
        let (dsp, block) = (self.dsp.at(), self.block.at());
        // SAFETY: `dsp` and `block` belong together.
        if done(unsafe { vorbis_analysis_blockout(dsp, block) })? != 1 {
            return Ok(None);
        }
        // SAFETY: `block` was just filled; without a packet the result stays in it.
        done(unsafe { vorbis_analysis(block, null_mut()) })?;
        let rate = replace(&mut self.info.as_mut().rate, self.clock);
        // SAFETY: `block` was just analysed.
        let added = done(unsafe { vorbis_bitrate_addblock(block) });
        self.info.as_mut().rate = rate;
        self.clock = c_long::from(i32::MAX);
        added?;
        let mut packet = NO_PACKET;
        // SAFETY: `packet` is ours to fill. There is one for each block.
        let given = done(unsafe { vorbis_bitrate_flushpacket(dsp, &raw mut packet) })?;
        Ok((given == 1).then_some(packet))
    }
}

impl Drop for Coder {
    fn drop(&mut self) {
        // Each before what it points at (vorbis/codec.h). All of them take what was never set up.
        // SAFETY: `block` is set up or zeroed, and this is its last use.
        unsafe { vorbis_block_clear(self.block.at()) };
        // SAFETY: so is `dsp`.
        unsafe { vorbis_dsp_clear(self.dsp.at()) };
        // SAFETY: so is `info`.
        unsafe { vorbis_info_clear(self.info.at()) };
    }
}

/// The version of a block that libvorbis makes without bitrate management, and begins with when it has some.
const MIDDLE: u8 = 7;

/// A bitrate management that gives each block in the version of `depth`, a finer one than the middle.
///
/// It never finds the files large enough, and so goes on to finer versions, but not faster than the damping allows. The
/// time it goes by is frames divided by the rate in `vorbis_info`. So the first block, always a short one, is said to
/// have 1 Hz, and takes it where it shall be; those after it are said to have 2 GHz, and take it nowhere.
fn management(channels: NonZeroU8, depth: Depth) -> ovectl_ratemanage2_arg {
    let steps = f64::from(depth.version) - f64::from(MIDDLE);
    ovectl_ratemanage2_arg {
        management_active: 1,
        bitrate_limit_min_kbps: 0,
        bitrate_limit_max_kbps: 0,
        // Not 0, which would end the management.
        bitrate_limit_reservoir_bits: 1,
        bitrate_limit_reservoir_bias: 0.0,
        // 16 bits for each sample, twice of what any sound takes. It counts at the rate of the psychoacoustic model.
        bitrate_average_kbps: long(depth.hearing_rate) * 16 * c_long::from(channels.get()) / 1000,
        // Steps in a second: 15 divided by this.
        bitrate_average_damping: 15.0 * SHORT_PACKET / steps,
    }
}

/// A second encoder of the same blocks, whose floors lie deeper.
///
/// Where a tone stands higher above such a floor than the codebooks reach (77 dB), it is lost for the length of a
/// block. What such a block plays has little in common with what the first encoder's block plays.
struct Deeper {
    coder: Coder,
    decoder: Decoder,
    /// What the decoder makes of the first encoder's block, one channel after the other.
    first: Vec<f32>,
}

impl Deeper {
    fn new(rate: NonZeroU32, channels: NonZeroU8, plan: Plan, depth: Depth) -> Result<Self, Failed> {
        Ok(Self { coder: Coder::new(rate, channels, plan, depth)?, decoder: Decoder::new(), first: Vec::new() })
    }

    /// The packet for the next block, or the `first` encoder's if this one has lost something.
    fn packet_or(&mut self, mut first: ogg_packet) -> Result<ogg_packet, Failed> {
        let Some(mut packet) = self.coder.packet()? else { return Ok(first) };
        let channels = self.coder.channels;
        self.first.clear();
        self.first.extend(self.decoder.decode(&mut first, channels)?.flatten());
        let frames = self.first.len() / channels;
        let energy =
            |samples: &mut dyn Iterator<Item = f32>| samples.map(|sample| f64::from(sample).powi(2)).sum::<f64>();
        let agrees = self.decoder.decode(&mut packet, channels)?.zip(self.first.chunks(frames)).all(|(now, first)| {
            let difference = energy(&mut now.iter().zip(first).map(|(now, first)| now - first));
            now.len() == frames && difference <= LOST * energy(&mut first.iter().copied())
        });
        Ok(if agrees { packet } else { first })
    }
}

/// The energy that a deeper block may differ by, the first one's = 1: about what the first one's noise has.
const LOST: f64 = 3e-5;

/// A decoder that does not put the blocks together.
struct Decoder {
    info: Place<vorbis_info>,
    comment: Place<vorbis_comment>,
    dsp: Place<vorbis_dsp_state>,
    block: Place<vorbis_block>,
}

impl Decoder {
    fn new() -> Self {
        Self { info: Place::zeroed(), comment: Place::zeroed(), dsp: Place::zeroed(), block: Place::zeroed() }
    }

    /// To be called once, with a stream's three header packets.
    fn begin(&mut self, headers: &mut [ogg_packet; 3]) -> Result<(), Failed> {
        // SAFETY: `info` is ours to fill.
        unsafe { vorbis_info_init(self.info.at()) };
        // SAFETY: `comment` is ours to fill.
        unsafe { vorbis_comment_init(self.comment.at()) };
        for header in headers {
            // SAFETY: both are initialised, and the packet points at memory of the encoder that made it.
            done(unsafe { vorbis_synthesis_headerin(self.info.at(), self.comment.at(), header) })?;
        }
        // SAFETY: `info` has all headers, and stays where it is until `dsp` is cleared.
        done(unsafe { vorbis_synthesis_init(self.dsp.at(), self.info.at()) })?;
        // SAFETY: `dsp` is set up, and stays where it is until `block` is cleared.
        done(unsafe { vorbis_block_init(self.dsp.at(), self.block.at()) }).map(drop)
    }

    /// A block's samples, before they are windowed and added, of each of the stream's `channels`.
    fn decode(
        &mut self,
        packet: &mut ogg_packet,
        channels: usize,
    ) -> Result<impl Iterator<Item = &[f32]> + use<'_>, Failed> {
        // SAFETY: `block` is set up, and the packet points at memory of the encoder that made it.
        done(unsafe { vorbis_synthesis(self.block.at(), packet) })?;
        let block = self.block.as_mut();
        let frames = block.pcmend as usize;
        // SAFETY: a decoded block points at one pointer for each channel of the stream.
        let pcm = unsafe { slice::from_raw_parts(block.pcm, channels) };
        // SAFETY: each of them points at `pcmend` samples, until the block is used again.
        Ok(pcm.iter().map(move |&channel| unsafe { slice::from_raw_parts(channel, frames) }))
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // As a coder's.
        // SAFETY: `block` is set up or zeroed, and this is its last use.
        unsafe { vorbis_block_clear(self.block.at()) };
        // SAFETY: so is `dsp`.
        unsafe { vorbis_dsp_clear(self.dsp.at()) };
        // SAFETY: so is `comment`.
        unsafe { vorbis_comment_clear(self.comment.at()) };
        // SAFETY: so is `info`.
        unsafe { vorbis_info_clear(self.info.at()) };
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

/// Frames that the bitrate management counts for a short block of these setups.
const SHORT_PACKET: f64 = 128.0;

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

/// Comments are C strings to libvorbis: what stands after a NUL would be lost.
fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "")).unwrap_or_default()
}

/// No rate comes near the end of the 32 bits that a C long has on Windows.
#[allow(clippy::cast_lossless, reason = "it has 64 elsewhere")]
fn long(rate: u32) -> c_long {
    rate as c_long
}

/// A serial number that no stream beside this one has.
fn random() -> c_int {
    RandomState::new().build_hasher().finish() as c_int
}

//! libvorbis: frames become packets.
//!
//! The libvorbis in here is aoTuV, set up as `oggenc` sets up the reference encoder, apart from two things that lose
//! sound in it: a branch of its psychoacoustic model (`cpp/vorbis_floor.c`) and the coupling of six channels.

use std::ffi::{c_int, c_long, c_void};
use std::fmt;
use std::mem::zeroed;
use std::num::{NonZeroU8, NonZeroU32};
use std::ptr::{NonNull, null_mut};
use std::slice;
use std::sync::{Mutex, PoisonError};

use aotuv_lancer_vorbis_sys::*;
use ogg_next_sys::ogg_packet;

use crate::codec::Packets;

/// What libvorbis answered instead of doing its work: vorbis/codec.h.
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

/// An encoder of libvorbis.
pub(super) struct Coder {
    info: Place<vorbis_info>,
    dsp: Place<vorbis_dsp_state>,
    block: Place<vorbis_block>,
    channels: usize,
}

// SAFETY: the places and all that they point at are owned by this value alone, and every access takes `&mut self` or
// `self`. libvorbis has no thread-local variables and no locks. What its encoders share is constant, apart from two
// things in builds with SSE: `_vp_psy_init` (psy.c) fills the tables `findex` and `findex2` when the first encoder is made,
// in order because of `SETTING_UP`; and `bitrv2` (smallft.c), at each block, stores a 0 into the third element of `IP256`
// and its like, which is an aligned int that is 0 from the beginning, so that no thread can read anything else there.
unsafe impl Send for Coder {}

impl Coder {
    /// An encoder for sound of `rate` Hz, at a `quality` of 0 to 1.
    pub(super) fn new(rate: NonZeroU32, channels: NonZeroU8, quality: f32) -> Result<Self, Failed> {
        // From here on Drop clears whatever has been set up.
        let mut coder = Self {
            info: Place::zeroed(),
            dsp: Place::zeroed(),
            block: Place::zeroed(),
            channels: usize::from(channels.get()),
        };
        coder.set_up(long(rate.get()), channels.get().into(), quality)?;
        Ok(coder)
    }

    fn set_up(&mut self, rate: c_long, channels: c_long, quality: f32) -> Result<(), Failed> {
        let info = self.info.at();
        // SAFETY: `info` is ours to fill.
        unsafe { vorbis_info_init(info) };
        // SAFETY: `info` was initialised, as the three steps of the setup want it (vorbis/vorbisenc.h).
        done(unsafe { vorbis_encode_setup_vbr(info, channels, rate, quality) })?;
        if self.channels == 6 {
            // Their own setup is for 5.1 and silences the fourth channel above 250 Hz.
            let mut coupled: c_int = 0;
            // SAFETY: the control takes a pointer to an int.
            done(unsafe { vorbis_encode_ctl(info, OV_ECTL_COUPLING_SET as c_int, (&raw mut coupled).cast()) })?;
        }
        // SAFETY: `info` holds a setup that is not final yet.
        done(unsafe { vorbis_encode_setup_init(info) })?;
        {
            let _one_at_a_time = SETTING_UP.lock().unwrap_or_else(PoisonError::into_inner);
            // SAFETY: `info` is set up, and stays where it is until `dsp` is cleared.
            let failed = unsafe { vorbis_analysis_init(self.dsp.at(), info) };
            // Here 1 is an error as well.
            if failed != 0 {
                return Err(Failed(failed));
            }
        }
        // SAFETY: `dsp` is set up, for encoding, and nothing has used it yet.
        unsafe { afop_vorbis_without_m4(self.dsp.at().cast()) };
        // SAFETY: `dsp` is set up, and stays where it is until `block` is cleared.
        done(unsafe { vorbis_block_init(self.dsp.at(), self.block.at()) }).map(drop)
    }

    /// The three packets that a stream begins with, the second one without a comment.
    pub(super) fn headers(&mut self) -> Result<[Vec<u8>; 3], Failed> {
        let list = Place::zeroed();
        // SAFETY: `list` is ours to fill.
        unsafe { vorbis_comment_init(list.at()) };
        let mut packets = [NO_PACKET; 3];
        let [first, second, third] = &mut packets;
        // SAFETY: `dsp` is set up, and the packets are ours to fill.
        let written = done(unsafe { vorbis_analysis_headerout(self.dsp.at(), list.at(), first, second, third) });
        // SAFETY: `list` was initialised, and this is its last use.
        unsafe { vorbis_comment_clear(list.at()) };
        written?;
        // SAFETY: the packets point at memory of `dsp`, which nothing has used since.
        Ok(packets.map(|packet| unsafe { bytes(&packet) }.to_vec()))
    }

    /// Encodes a block, a slice for each channel, and appends the packets that are complete.
    pub(super) fn encode(&mut self, channels: &[Vec<f32>], out: &mut Packets) -> Result<(), Failed> {
        let frames = channels.iter().map(Vec::len).min().unwrap_or(0);
        // An empty block is how libvorbis is told that the stream ends.
        if frames == 0 || channels.len() != self.channels {
            return Ok(());
        }
        for (samples, room) in channels.iter().zip(self.room(frames)?) {
            // SAFETY: there is room for `frames` samples, and `samples` has as many or more; they are different memory.
            unsafe { room.copy_from_nonoverlapping(samples.as_ptr(), frames) };
        }
        self.wrote(frames, out)
    }

    /// Ends the stream and appends its last packets.
    pub(super) fn finish(mut self, out: &mut Packets) -> Result<(), Failed> {
        // libvorbis then appends three long blocks of its own.
        // SAFETY: `info` is set up.
        let long_block = done(unsafe { vorbis_info_blocksize(self.info.at(), 1) })?;
        self.room(3 * long_block as usize)?;
        self.wrote(0, out)
    }

    /// The frequency above which the setup leaves everything out.
    #[cfg(test)]
    pub(super) fn lowpass_hz(&mut self) -> f64 {
        let mut khz = 0.0_f64;
        // SAFETY: `info` is set up, and the control takes a pointer to a double.
        done(unsafe { vorbis_encode_ctl(self.info.at(), OV_ECTL_LOWPASS_GET as c_int, (&raw mut khz).cast()) })
            .unwrap();
        khz * 1000.0
    }

    /// Room for `frames` samples of each channel, as one pointer for each.
    ///
    /// With SSE, `vorbis_analysis_blockout` (block.c) moves the samples that it keeps 32 at a time, also the last ones: it
    /// reads up to 31 beyond them. So these must be there.
    fn room(&mut self, frames: usize) -> Result<&[*mut f32], Failed> {
        // SAFETY: `dsp` is set up.
        let buffer = unsafe { vorbis_analysis_buffer(self.dsp.at(), (frames + READ_AHEAD) as c_int) };
        if buffer.is_null() {
            return Err(Failed(OV_EFAULT));
        }
        // SAFETY: it points at one pointer for each channel, until `dsp` is used again.
        Ok(unsafe { slice::from_raw_parts(buffer, self.channels) })
    }

    /// Encodes the `frames` that the room has been filled with; 0 ends the stream.
    fn wrote(&mut self, frames: usize, out: &mut Packets) -> Result<(), Failed> {
        // SAFETY: `dsp` has that many samples in the room that it gave last.
        done(unsafe { vorbis_analysis_wrote(self.dsp.at(), frames as c_int) })?;
        while let Some(packet) = self.packet()? {
            // SAFETY: it points at memory of `block`, which is used again only when the bytes are copied.
            out.bytes.extend_from_slice(unsafe { bytes(&packet) });
            out.end_packet(packet.granulepos.max(0) as u64);
        }
        Ok(())
    }

    /// The next packet, if libvorbis has what it takes. It points at memory of this coder until it is used again.
    fn packet(&mut self) -> Result<Option<ogg_packet>, Failed> {
        let (dsp, block) = (self.dsp.at(), self.block.at());
        // SAFETY: `dsp` and `block` belong together.
        if done(unsafe { vorbis_analysis_blockout(dsp, block) })? != 1 {
            return Ok(None);
        }
        let mut packet = NO_PACKET;
        // SAFETY: `block` was just filled, and `packet` is ours to fill. No bitrate is managed, so there is one for each
        // block.
        done(unsafe { vorbis_analysis(block, &raw mut packet) })?;
        Ok(Some(packet))
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

/// Held while an encoder is made: the first one fills tables that all use, and another one would find them begun.
static SETTING_UP: Mutex<()> = Mutex::new(());

unsafe extern "C" {
    /// `cpp/vorbis_floor.c`: takes a `vorbis_dsp_state`.
    fn afop_vorbis_without_m4(state: *mut c_void);
}

/// Samples that libvorbis reads beyond the last one, and one more.
const READ_AHEAD: usize = 32;

const NO_PACKET: ogg_packet =
    ogg_packet { packet: null_mut(), bytes: 0, b_o_s: 0, e_o_s: 0, granulepos: 0, packetno: 0 };

/// # Safety
/// The packet's memory is still there, and stays for as long as the slice is used.
unsafe fn bytes<'a>(packet: &ogg_packet) -> &'a [u8] {
    if packet.packet.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(packet.packet, packet.bytes as usize) }
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

impl<T: Zero> Place<T> {
    fn zeroed() -> Self {
        // SAFETY: that is what `Zero` promises.
        Self(NonNull::from(Box::leak(Box::new(unsafe { zeroed() }))))
    }

    fn at(&self) -> *mut T {
        self.0.as_ptr()
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        // SAFETY: it came from a Box, and this is its last use.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// No rate comes near the end of the 32 bits that a C long has on Windows.
#[allow(clippy::cast_lossless, reason = "it has 64 elsewhere")]
fn long(rate: u32) -> c_long {
    rate as c_long
}

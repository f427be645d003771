//! One encoder of libvorbis, set up as a plan wants it.

use std::ffi::{CString, c_int, c_long};
use std::mem::replace;
use std::num::{NonZeroU8, NonZeroU32};
use std::ptr::null_mut;
use std::slice;

use aotuv_lancer_vorbis_sys::*;
use ogg_next_sys::ogg_packet;

use super::super::plan::{Depth, Plan};
use super::{Failed, NO_PACKET, Place, done};

/// One encoder of libvorbis.
pub(super) struct Coder {
    info: Place<vorbis_info>,
    dsp: Place<vorbis_dsp_state>,
    block: Place<vorbis_block>,
    pub(super) channels: usize,
    /// The rate that the bitrate management is told for the next block.
    clock: c_long,
}

impl Coder {
    pub(super) fn new(rate: NonZeroU32, channels: NonZeroU8, plan: Plan, depth: Depth) -> Result<Self, Failed> {
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
    pub(super) fn headers(&mut self, comments: &[(String, String)]) -> Result<[ogg_packet; 3], Failed> {
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
    pub(super) fn write(&mut self, channels: &[Vec<f32>], frames: usize) -> Result<(), Failed> {
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
    pub(super) fn packet(&mut self) -> Result<Option<ogg_packet>, Failed> {
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
        self.clock = c_long::MAX;
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
/// have 1 Hz, and takes it where it shall be; those after it are said to have all Hz that fit into the number, and take
/// it nowhere for weeks. Where a C long has 32 bits, the bits that it finds missing wrap around in hours; nothing comes
/// of that either, since it goes back only after blocks that are larger than the average.
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

/// Frames that the bitrate management counts for a short block of these setups.
const SHORT_PACKET: f64 = 128.0;

/// Comments are C strings to libvorbis: what stands after a NUL would be lost.
fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "")).unwrap_or_default()
}

/// No rate comes near the end of the 32 bits that a C long has on Windows.
#[allow(clippy::cast_lossless, reason = "it has 64 elsewhere")]
fn long(rate: u32) -> c_long {
    rate as c_long
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of the blocks of a first and a last second of noise.
    fn bytes(version: u8) -> (usize, usize) {
        let (rate, channels) = (NonZeroU32::new(8000).unwrap(), NonZeroU8::MIN);
        let plan = Plan::of(rate.get(), 1, 1.0);
        let mut coder = Coder::new(rate, channels, plan, Depth { version, ..plan.depth }).unwrap();
        let mut bits = 0x2545_f491_u32;
        let noise = (0..8000).map(|_| {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bits as f32 / u32::MAX as f32 - 0.5
        });
        let noise = [noise.collect::<Vec<f32>>()];
        let seconds = [(); 40].map(|()| {
            coder.write(&noise, 8000).unwrap();
            std::iter::from_fn(|| coder.packet().unwrap()).map(|packet| packet.bytes as usize).sum()
        });
        (seconds[1], seconds[39])
    }

    #[test]
    fn every_version_is_finer_than_the_one_before_it_and_stays_so() {
        let versions: Vec<(usize, usize)> = (MIDDLE..=14).map(bytes).collect();
        assert!(versions.windows(2).all(|pair| pair[1].0 > pair[0].0 + 50), "{versions:?}");
        assert!(versions.iter().all(|(first, last)| first.abs_diff(*last) < 50), "{versions:?}");
    }
}

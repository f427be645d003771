//! libFLAC: integers become frames of FLAC.
//!
//! It is built without Ogg and threads (build.rs), and hands out its bytes through callbacks.

use std::ffi::{CStr, c_void};
use std::ptr::NonNull;
use std::slice;

use libflac_sys::*;

use crate::codec::{PacketEnd, Packets};

/// The effort of `flac -5`, its default.
const LEVEL: u32 = 5;

/// What libFLAC calls itself, for the comments.
pub(crate) fn vendor() -> &'static [u8] {
    // SAFETY: a constant of libFLAC, which points at a constant text.
    let text = unsafe { FLAC__VENDOR_STRING };
    // SAFETY: the text ends with a NUL and lives as long as the library.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}

/// An encoder of libFLAC.
pub(super) struct Coder {
    encoder: NonNull<FLAC__StreamEncoder>,
    /// From a `Box`, which `Drop` takes back. The encoder keeps this pointer for its callbacks.
    sink: NonNull<Sink>,
    channels: usize,
    /// Frames in the blocks so far.
    frames: u64,
}

/// What the callbacks got during one call.
#[derive(Default)]
struct Sink {
    bytes: Vec<u8>,
    /// Where in `bytes` each block ends, and how many frames it has.
    blocks: Vec<(usize, u32)>,
    md5: Option<[u8; 16]>,
}

// SAFETY: encoder and sink are owned by this value alone, and every access takes `&mut self` or `self`. libFLAC has no
// thread-local variables and, as it is built, no variables that two encoders share.
unsafe impl Send for Coder {}

impl Coder {
    /// An encoder for samples of so many bits at `rate` Hz, in blocks of `block` frames.
    pub(super) fn new(channels: usize, bits: u32, rate: u32, block: u32) -> Result<Self, &'static str> {
        // SAFETY: a constructor; it answers null when there is no memory.
        let encoder = NonNull::new(unsafe { FLAC__stream_encoder_new() }).ok_or("no memory")?;
        // From here on Drop deletes both.
        let sink = NonNull::from(Box::leak(Box::<Sink>::default()));
        let coder = Self { encoder, sink, channels, frames: 0 };
        type Set = unsafe extern "C" fn(*mut FLAC__StreamEncoder, u32) -> FLAC__bool;
        // The level before the block, which it sets as well. Outside of the streamable subset the start is refused.
        let settings: [(Set, u32); 5] = [
            (FLAC__stream_encoder_set_compression_level, LEVEL),
            (FLAC__stream_encoder_set_channels, channels as u32),
            (FLAC__stream_encoder_set_bits_per_sample, bits),
            (FLAC__stream_encoder_set_sample_rate, rate),
            (FLAC__stream_encoder_set_blocksize, block),
        ];
        for (set, value) in settings {
            // SAFETY: the encoder was made and has not started.
            if unsafe { set(encoder.as_ptr(), value) } == 0 {
                return Err("it takes no settings");
            }
        }
        let (write, metadata) = (Some(write as _), Some(metadata as _));
        // SAFETY: the encoder has not started. The callbacks get `sink`, which lives as long as the encoder does.
        let status = unsafe {
            FLAC__stream_encoder_init_stream(encoder.as_ptr(), write, None, None, metadata, sink.as_ptr().cast())
        };
        if status == FLAC__STREAM_ENCODER_INIT_STATUS_OK { Ok(coder) } else { Err("it did not start") }
    }

    /// Encodes a slice for each channel, all as long as the first, and appends the packets that are complete.
    pub(super) fn encode(&mut self, channels: &[Vec<i32>], out: &mut Packets) -> Result<(), &'static str> {
        let frames = channels.iter().map(Vec::len).min().unwrap_or(0);
        if channels.len() != self.channels {
            return Ok(());
        }
        let starts: [*const i32; FLAC__MAX_CHANNELS as usize] =
            std::array::from_fn(|channel| channels.get(channel).map_or(std::ptr::null(), |samples| samples.as_ptr()));
        // SAFETY: the encoder has started with as many channels as there are pointers to at least `frames` samples each.
        let done = unsafe { FLAC__stream_encoder_process(self.encoder.as_ptr(), starts.as_ptr(), frames as u32) };
        self.hand_out(out);
        if done == 0 { Err(self.state()) } else { Ok(()) }
    }

    /// Encodes what was held back, and tells the MD5 of all samples.
    pub(super) fn finish(mut self, out: &mut Packets) -> Result<[u8; 16], &'static str> {
        // SAFETY: the encoder has started.
        let done = unsafe { FLAC__stream_encoder_finish(self.encoder.as_ptr()) };
        let md5 = self.hand_out(out);
        if done == 0 { Err("it does not end") } else { md5.ok_or("it tells no MD5") }
    }

    /// Moves what the callbacks got to `out`.
    fn hand_out(&mut self, out: &mut Packets) -> Option<[u8; 16]> {
        // SAFETY: the sink was made by `new`, and no callback runs outside of libFLAC's functions.
        let sink = unsafe { self.sink.as_mut() };
        let base = out.bytes.len();
        out.bytes.append(&mut sink.bytes);
        for (end, frames) in sink.blocks.drain(..) {
            self.frames += u64::from(frames);
            out.ends.push(PacketEnd { at: base + end, frames: self.frames });
        }
        sink.md5
    }

    /// What is wrong, in libFLAC's words.
    fn state(&self) -> &'static str {
        // SAFETY: the encoder was made.
        let text = unsafe { FLAC__stream_encoder_get_resolved_state_string(self.encoder.as_ptr()) };
        // SAFETY: libFLAC answers with one of its constant texts.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap_or_default()
    }
}

impl Drop for Coder {
    fn drop(&mut self) {
        // SAFETY: the encoder was made by `new` and is not used after this. It may call back a last time.
        unsafe { FLAC__stream_encoder_delete(self.encoder.as_ptr()) };
        // SAFETY: the sink is from a `Box`, and the encoder that knew it is gone.
        drop(unsafe { Box::from_raw(self.sink.as_ptr()) });
    }
}

/// Gets a block, or a piece of the header, of which there are no `frames`: the container writes its own.
unsafe extern "C" fn write(
    _: *const FLAC__StreamEncoder,
    bytes: *const FLAC__byte,
    len: usize,
    frames: u32,
    _: u32,
    sink: *mut c_void,
) -> FLAC__StreamEncoderWriteStatus {
    if frames > 0 {
        // SAFETY: `new` gave libFLAC this pointer, and nothing else uses the sink during a call of libFLAC.
        let sink = unsafe { &mut *sink.cast::<Sink>() };
        // SAFETY: libFLAC lends `len` bytes for the time of this call.
        sink.bytes.extend_from_slice(unsafe { slice::from_raw_parts(bytes, len) });
        sink.blocks.push((sink.bytes.len(), frames));
    }
    FLAC__STREAM_ENCODER_WRITE_STATUS_OK
}

/// Gets STREAMINFO with its final values at the end.
unsafe extern "C" fn metadata(_: *const FLAC__StreamEncoder, metadata: *const FLAC__StreamMetadata, sink: *mut c_void) {
    // SAFETY: `new` gave libFLAC this pointer, and nothing else uses the sink during a call of libFLAC.
    let sink = unsafe { &mut *sink.cast::<Sink>() };
    // SAFETY: libFLAC lends a block of metadata for the time of this call.
    let block = unsafe { &*metadata };
    // SAFETY: it is always STREAMINFO.
    sink.md5 = Some(unsafe { block.data.stream_info }.md5sum);
}

//! libvorbis behind a value that may move to another thread.

use std::io::{self, Write};
use std::num::{NonZeroU8, NonZeroU32};
use std::sync::{Arc, Mutex, PoisonError};

use vorbis_rs::{VorbisBitrateManagementStrategy, VorbisEncoder, VorbisEncoderBuilder, VorbisError};

/// An encoder and the pages that it has completed.
pub(super) struct Vorbis {
    encoder: VorbisEncoder<Sink>,
    sink: Sink,
}

// SAFETY: the encoder holds pointers to heap memory that only it owns (vorbis_info, vorbis_dsp_state,
// vorbis_block, ogg_stream_state), every access to them takes `&mut self` or `self`, and libvorbis and libogg
// keep nothing that belongs to a thread: neither thread-local variables nor locks. The sink is Send by itself.
unsafe impl Send for Vorbis {}

impl Vorbis {
    /// Starts a stream with a random serial number; its header pages are then in the sink.
    pub(super) fn new(
        rate: NonZeroU32,
        channels: NonZeroU8,
        quality: f32,
        comments: &[(String, String)],
    ) -> Result<Self, VorbisError> {
        let sink = Sink::default();
        let mut builder = VorbisEncoderBuilder::new(rate, channels, sink.clone())?;
        builder
            .bitrate_management_strategy(VorbisBitrateManagementStrategy::QualityVbr { target_quality: quality })
            // libogg then ends a page after four packets, however small they are. The default page of 4 KiB
            // holds seconds of silence back.
            .minimum_page_data_size(Some(1));
        for (key, value) in comments {
            // Comments are C strings to libvorbis, so a NUL would make the whole take fail.
            builder.comment_tag(key.replace('\0', ""), value.replace('\0', ""))?;
        }
        Ok(Self { encoder: builder.build()?, sink })
    }

    /// Encodes one block, a slice for each channel.
    pub(super) fn encode(&mut self, channels: &[Vec<f32>]) -> Result<(), VorbisError> {
        // An empty block is how libvorbis is told that the stream ends.
        if channels.iter().all(Vec::is_empty) {
            return Ok(());
        }
        self.encoder.encode_audio_block(channels)
    }

    /// Moves the pages that are complete to `out`.
    pub(super) fn drain(&mut self, out: &mut Vec<u8>) {
        self.sink.drain(out);
    }

    /// Ends the stream and moves its last pages to `out`.
    pub(super) fn finish(self, out: &mut Vec<u8>) -> Result<(), VorbisError> {
        let ended = self.encoder.finish().map(drop);
        self.sink.drain(out);
        ended
    }
}

/// Memory that the encoder writes to and its owner empties.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn drain(&self, out: &mut Vec<u8>) {
        out.append(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Audio files, decoded block by block: takes can be hours long, so nothing here needs a whole file in memory.
//!
//! PCM integers stay integers, float samples keep their bits, and the delay and padding that an MP3 or OGG encoder
//! added are trimmed, so that a file has as many frames as were recorded.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions, well_known};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use self::vorbis::VorbisReader;
use crate::wav::WavReader;

/// Planar samples: one vector for each channel, all of one length.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// PCM integers exactly as the file holds them, `bits` wide.
    Int {
        /// Width of a sample.
        bits: u32,
        /// One vector for each channel.
        channels: Vec<Vec<i32>>,
    },
    /// Float samples, full scale at 1.
    Float(Vec<Vec<f32>>),
}

impl Samples {
    pub(crate) fn empty(channels: usize, bits: Option<u32>) -> Self {
        match bits {
            Some(bits) => Self::Int { bits, channels: vec![Vec::new(); channels] },
            None => Self::Float(vec![Vec::new(); channels]),
        }
    }

    /// Samples in each channel.
    pub fn frames(&self) -> usize {
        match self {
            Self::Int { channels, .. } => channels.first().map_or(0, Vec::len),
            Self::Float(channels) => channels.first().map_or(0, Vec::len),
        }
    }

    /// Appends the samples of one channel to `floats`, full scale at 1.
    pub fn extend_floats(&self, channel: usize, floats: &mut Vec<f32>) {
        match self {
            Self::Int { bits, channels } => {
                // A power of two: nothing is rounded but integers too wide for a float.
                let unit = 0.5f64.powi(*bits as i32 - 1);
                let widened = channels[channel].iter();
                floats.extend(widened.map(|&sample| (f64::from(sample) * unit) as f32));
            }
            Self::Float(channels) => floats.extend_from_slice(&channels[channel]),
        }
    }

    fn append(&mut self, block: &Self) {
        match (self, block) {
            (Self::Int { channels, .. }, Self::Int { channels: more, .. }) => {
                extend(channels, more);
            }
            (Self::Float(channels), Self::Float(more)) => extend(channels, more),
            _ => unreachable!("a file has one kind of samples"),
        }
    }
}

fn extend<T: Copy>(channels: &mut [Vec<T>], more: &[Vec<T>]) {
    for (channel, more) in channels.iter_mut().zip(more) {
        channel.extend_from_slice(more);
    }
}

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// Number of channels, at least 1.
    pub channels: usize,
    /// Frames per second.
    pub rate: u32,
    /// Width of the samples where they are integers.
    pub bits: Option<u32>,
    /// Whether the codec changes samples (MP3, OGG).
    pub lossy: bool,
}

/// An open audio file that hands out its samples block after block.
pub struct Decoder {
    path: PathBuf,
    reader: Reader,
}

enum Reader {
    Wav(WavReader),
    Vorbis(Box<VorbisReader>),
    Other(Box<CodecReader>),
}

impl Decoder {
    /// Opens a WAV, RF64, AIFF, AIFF-C, FLAC, MP3 or OGG file.
    pub fn open(path: &Path) -> Result<Self, String> {
        let reader = File::open(path)
            .map_err(|error| error.to_string())
            .and_then(WavReader::open)
            .and_then(|wav| match wav {
                Some(wav) => Ok(Reader::Wav(wav)),
                None => match VorbisReader::open(path)? {
                    Some(vorbis) => Ok(Reader::Vorbis(Box::new(vorbis))),
                    None => CodecReader::open(path).map(|reader| match VorbisReader::instead_of(&reader, path) {
                        Some(vorbis) => Reader::Vorbis(Box::new(vorbis)),
                        None => Reader::Other(Box::new(reader)),
                    }),
                },
            })
            .map_err(|cause| complaint(path, &cause))?;
        Ok(Self { path: path.to_owned(), reader })
    }

    /// What the file says of itself.
    pub fn format(&self) -> &Format {
        match &self.reader {
            Reader::Wav(wav) => wav.format(),
            Reader::Vorbis(vorbis) => &vorbis.format,
            Reader::Other(other) => &other.format,
        }
    }

    /// Frames that are still to come, where the container says so; only decoding tells for certain.
    pub fn frames_left(&self) -> Option<u64> {
        match &self.reader {
            Reader::Wav(wav) => Some(wav.frames_left()),
            Reader::Vorbis(_) => None,
            Reader::Other(other) => other.frames.map(|frames| frames.saturating_sub(other.position)),
        }
    }

    /// The next block, never empty, or `None` at the end of the file.
    pub fn next_block(&mut self) -> Result<Option<&Samples>, String> {
        match &mut self.reader {
            Reader::Wav(wav) => wav.next_block(),
            Reader::Vorbis(vorbis) => vorbis.next_block(),
            Reader::Other(other) => other.next_block(),
        }
        .map_err(|cause| complaint(&self.path, &cause))
    }

    /// All that is left, in one piece.
    pub fn read_to_end(&mut self) -> Result<Samples, String> {
        let format = self.format();
        let mut samples = Samples::empty(format.channels, format.bits);
        while let Some(block) = self.next_block()? {
            samples.append(block);
        }
        Ok(samples)
    }
}

fn complaint(path: &Path, cause: &str) -> String {
    format!("cannot read {}: {cause}", path.display())
}

/// A whole file in memory as float samples; for files that are known to be short.
pub struct Audio {
    /// One vector for each channel.
    pub channels: Vec<Vec<f32>>,
    /// Frames per second.
    pub rate: u32,
    /// Width of the samples in the file where they are integers.
    pub bits: Option<u32>,
}

impl Audio {
    /// Decodes a whole file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut decoder = Decoder::open(path)?;
        let Format { rate, bits, .. } = *decoder.format();
        let samples = decoder.read_to_end()?;
        let channels = (0..decoder.format().channels)
            .map(|channel| {
                let mut floats = Vec::with_capacity(samples.frames());
                samples.extend_floats(channel, &mut floats);
                floats
            })
            .collect();
        Ok(Self { channels, rate, bits })
    }
}

/// Everything but WAV.
struct CodecReader {
    container: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    format: Format,
    frames: Option<u64>,
    position: u64,
    block: Samples,
}

impl CodecReader {
    fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(OsStr::to_str) {
            hint.with_extension(extension);
        }
        let container = symphonia::default::get_probe()
            .probe(
                &hint,
                MediaSourceStream::new(Box::new(file), Default::default()),
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(|error| error.to_string())?;
        let track = container.default_track(TrackType::Audio).ok_or("it has no audio track")?;
        let params = track
            .codec_params
            .as_ref()
            .and_then(|params| params.audio())
            .ok_or("its audio track has no known codec")?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map_err(|error| error.to_string())?;
        let (track, frames) = (track.id, track.num_frames);
        let format = format_of(&*decoder)?;
        Ok(Self {
            container,
            decoder,
            track,
            frames,
            position: 0,
            block: Samples::empty(format.channels, format.bits),
            format,
        })
    }

    fn next_block(&mut self) -> Result<Option<&Samples>, String> {
        loop {
            let packet = self.container.next_packet();
            let Some(packet) = packet.map_err(|error| error.to_string())? else {
                return Ok(None);
            };
            if packet.track_id != self.track {
                continue;
            }
            let decoded = self.decoder.decode(&packet);
            let decoded = decoded.map_err(|error| error.to_string())?;
            if decoded.spec().rate() != self.format.rate || decoded.num_planes() != self.format.channels {
                return Err("its sample rate or channel count changes midway".to_owned());
            }
            // A packet that was all encoder delay is empty after trimming.
            if decoded.frames() > 0 {
                copy(&decoded, &mut self.block);
                self.position += decoded.frames() as u64;
                return Ok(Some(&self.block));
            }
        }
    }
}

fn copy(decoded: &GenericAudioBufferRef<'_>, block: &mut Samples) {
    match block {
        Samples::Int { bits, channels } => {
            // The library widens every integer to the top of 32 bits.
            decoded.copy_to_vecs_planar(channels);
            for sample in channels.iter_mut().flatten() {
                *sample >>= 32 - *bits;
            }
        }
        Samples::Float(channels) => decoded.copy_to_vecs_planar(channels),
    }
}

fn format_of(decoder: &dyn AudioDecoder) -> Result<Format, String> {
    use GenericAudioBufferRef::{F32, F64, S8, S16, S24, S32, U8, U16, U24, U32};
    let params = decoder.codec_params();
    let (rate, channels) = params
        .sample_rate
        .zip(params.channels.as_ref().map(|channels| channels.count()))
        .filter(|&(rate, channels)| rate > 0 && channels > 0)
        .ok_or("its header gives no sample rate or no channels")?;
    let width = match decoder.last_decoded() {
        U8(_) | S8(_) => Some(8),
        U16(_) | S16(_) => Some(16),
        U24(_) | S24(_) => Some(24),
        U32(_) | S32(_) => Some(32),
        F32(_) | F64(_) => None,
    };
    Ok(Format {
        channels,
        rate,
        bits: width.map(|width| params.bits_per_sample.unwrap_or(width)),
        lossy: [well_known::CODEC_ID_MP3, well_known::CODEC_ID_VORBIS].contains(&params.codec),
    })
}

#[cfg(test)]
mod tests;
mod vorbis;

//! One file's worth of a take, while it is encoded.

use std::ops::Range;

use crate::codec::{Codec, Packets};
use crate::container::markers::Marker;
use crate::destination::{Batch, QueueSender, Work};
use crate::messages::Problem;
use crate::stream::AudioLayout;
use crate::stream::planar::Planar;

/// Bytes of packets that are gathered while more audio waits. Writes then end at multiples of it: file systems take them
/// in whole large pages, for three quarters of the time.
pub(super) const BATCH: usize = 256 * 1024;
/// Markers of a file that are handed on: more than any container takes, and little memory while a disk hangs.
const MOST_MARKERS: usize = 32_768;
/// Frames of silence that are encoded at once.
const SILENCE: [f32; 4096] = [0.0; 4096];

/// One file's worth of a take.
pub(super) struct Part {
    pub(super) layout: AudioLayout,
    codec: Box<dyn Codec>,
    /// What was not sent yet.
    packets: Packets,
    /// Bytes of the file so far: its header, and what was sent.
    sent: u64,
    /// Frames that the codec has taken.
    frames: u64,
    /// Frames that the container has room for.
    max_frames: u64,
    /// Which of the frames that are in `packets` are silence.
    silence: Vec<Range<u64>>,
    /// Frames that can be decoded from the packets that were sent.
    decodable: u64,
    /// Markers that were not sent yet, and how many there were in all.
    markers: Vec<Marker>,
    marked: usize,
}

impl Part {
    /// A part whose file begins with `header` bytes and has room for `max_frames`.
    pub(super) fn new(layout: AudioLayout, codec: Box<dyn Codec>, header: usize, max_frames: u64) -> Self {
        Self {
            layout,
            codec,
            packets: Packets::default(),
            sent: header as u64,
            frames: 0,
            max_frames,
            silence: Vec::new(),
            decodable: 0,
            markers: Vec::new(),
            marked: 0,
        }
    }

    /// Frames of the part so far.
    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Bytes of the file, as far as it was encoded.
    pub(super) fn bytes(&self) -> u64 {
        self.sent + self.packets.bytes.len() as u64
    }

    /// Frames that the codec holds back: no packet has them yet.
    pub(super) fn held_back(&self) -> u64 {
        self.frames - self.packets.ends.last().map_or(self.decodable, |end| end.frames)
    }

    /// Whether the container has no room for another frame.
    pub(super) fn is_full(&self) -> bool {
        self.frames >= self.max_frames
    }

    /// Takes in a marker at or before the frame that comes next; false when there are so many that no file takes it.
    pub(super) fn mark(&mut self, marker: Marker) -> bool {
        let has_room = self.marked < MOST_MARKERS;
        if has_room {
            self.marked += 1;
            self.markers.push(marker);
        }
        has_room
    }

    /// Samples clipped so far.
    pub(super) fn clipped(&self) -> u64 {
        self.codec.clipped()
    }

    /// Whether as many packets wait to be sent as make a batch.
    pub(super) fn has_batch(&self) -> bool {
        self.packets.bytes.len() >= BATCH
    }

    /// Encodes as much of `view` as the container has room for; the rest is for the next part.
    pub(super) fn encode<'a>(&mut self, view: Planar<'a>) -> Result<Option<Planar<'a>>, Problem> {
        let room = usize::try_from(self.max_frames - self.frames).unwrap_or(usize::MAX);
        let (now, later) = view.split_at(room);
        if now.frames() > 0 {
            self.codec.encode(now, &mut self.packets)?;
            self.frames += now.frames() as u64;
        }
        Ok((later.frames() > 0).then_some(later))
    }

    /// Encodes some of `frames` of silence; how many are left. None were encoded when the container has no room.
    pub(super) fn encode_silence(&mut self, frames: u64) -> Result<u64, Problem> {
        let now = frames.min(SILENCE.len() as u64).min(self.max_frames - self.frames);
        if now > 0 {
            self.codec.encode(Planar::repeated(&SILENCE[..now as usize], self.layout.channels), &mut self.packets)?;
            match self.silence.last_mut() {
                Some(last) if last.end == self.frames => last.end += now,
                _ => self.silence.push(self.frames..self.frames + now),
            }
            self.frames += now;
        }
        Ok(frames - now)
    }

    /// Ends the part's stream of packets.
    pub(super) fn finish(&mut self) -> Result<(), Problem> {
        self.codec.finish(&mut self.packets)?;
        self.packets.last = true;
        Ok(())
    }

    /// Sends the packets that wait, as many as make whole batches in the file if `only_batches`. `source_bytes` of
    /// samples are done with them.
    pub(super) fn send(&mut self, queue: &QueueSender, source_bytes: u64, only_batches: bool) {
        let mut rest = queue.empty_packets();
        if only_batches && self.codec.is_cut_anywhere() {
            let past = (self.sent + self.packets.bytes.len() as u64) % BATCH as u64;
            let whole = self.packets.bytes.len().saturating_sub(past as usize);
            rest.bytes.extend_from_slice(&self.packets.bytes[whole..]);
            self.packets.bytes.truncate(whole);
            let first = self.packets.ends.partition_point(|end| end.at <= whole);
            rest.ends.extend(self.packets.ends.drain(first..).map(|mut end| {
                end.at -= whole;
                end
            }));
        }
        let packets = std::mem::replace(&mut self.packets, rest);
        self.decodable = packets.ends.last().map_or(self.decodable, |end| end.frames);
        self.sent += packets.bytes.len() as u64;
        let silence = std::mem::take(&mut self.silence);
        let markers = std::mem::take(&mut self.markers);
        queue.send(Work::Write(Batch { packets, silence, markers, source_bytes }));
    }
}

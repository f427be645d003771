//! Planar views of sample blocks.

use std::ops::Range;

/// Consecutive frames of all channels, one slice a channel, as they lie in the ring.
///
/// A block in the ring may wrap around its end, and the wrap may split one channel. A `Planar` is always a
/// range of frames in which no channel is split: [`Planar::wrapped`] cuts a block into at most two of them.
#[derive(Clone, Copy)]
pub(crate) struct Planar<'a> {
    head: &'a [f32],
    tail: &'a [f32],
    /// Distance from one channel's first sample to the next one's; 0 when all channels share the samples.
    stride: usize,
    from: usize,
    to: usize,
    channels: usize,
}

impl<'a> Planar<'a> {
    /// A block that lies in one piece: `samples[channel * frames + frame]`.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) fn contiguous(samples: &'a [f32], channels: usize, frames: usize) -> Self {
        debug_assert_eq!(samples.len(), channels * frames);
        Self { head: samples, tail: &[], stride: frames, from: 0, to: frames, channels }
    }

    /// `frames` of a block whose channels begin `stride` apart.
    pub(crate) fn window(samples: &'a [f32], channels: usize, stride: usize, frames: Range<usize>) -> Self {
        debug_assert!(frames.start <= frames.end && frames.end <= stride && samples.len() == channels * stride);
        Self { head: samples, tail: &[], stride, from: frames.start, to: frames.end, channels }
    }

    /// `samples` in every channel: how silence is written without a buffer a channel.
    pub(crate) fn repeated(samples: &'a [f32], channels: usize) -> Self {
        Self { head: samples, tail: &[], stride: 0, from: 0, to: samples.len(), channels }
    }

    /// The frames of `piece` of a block of `channels` x `frames` samples whose planar samples are `head` followed by
    /// `tail`: one view when no channel is split by the seam, else the frames before the split and those after it.
    pub(crate) fn wrapped(
        head: &'a [f32],
        tail: &'a [f32],
        channels: usize,
        frames: usize,
        piece: Range<usize>,
    ) -> [Self; 2] {
        debug_assert_eq!(head.len() + tail.len(), channels * frames);
        debug_assert!(piece.start <= piece.end && piece.end <= frames);
        let seam = if frames == 0 || tail.is_empty() { 0 } else { head.len() % frames };
        let split = seam.clamp(piece.start, piece.end);
        let all = Self { head, tail, stride: frames, from: piece.start, to: piece.end, channels };
        [Self { to: split, ..all }, Self { from: split, ..all }]
    }

    /// Number of frames in this view.
    pub(crate) fn frames(&self) -> usize {
        self.to - self.from
    }

    /// Number of channels.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// The samples of one channel, [`Planar::frames`] of them.
    pub(crate) fn channel(&self, channel: usize) -> &'a [f32] {
        assert!(channel < self.channels);
        let start = channel * self.stride + self.from;
        let end = channel * self.stride + self.to;
        match start.checked_sub(self.head.len()) {
            Some(in_tail) if start < end => &self.tail[in_tail..end - self.head.len()],
            _ => &self.head[start.min(self.head.len())..end.min(self.head.len())],
        }
    }

    /// The frames before `frame` and those from it on.
    pub(crate) fn split_at(self, frame: usize) -> (Self, Self) {
        let middle = self.from + frame.min(self.frames());
        (Self { to: middle, ..self }, Self { from: middle, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn wrapped_blocks_keep_every_sample(
            channels in 1usize..6,
            frames in 0usize..9,
            cut in 0usize..60,
            at in 0usize..9,
        ) {
            let samples: Vec<f32> = (0..channels * frames).map(|i| i as f32).collect();
            let (head, tail) = samples.split_at(cut.min(samples.len()));
            let at = at.min(frames);
            let pieces = [0..at, at..frames];
            let views = pieces.map(|piece| Planar::wrapped(head, tail, channels, frames, piece));
            prop_assert_eq!(views[0].iter().map(Planar::frames).sum::<usize>(), at);
            for channel in 0..channels {
                let read: Vec<f32> = views.iter().flatten().flat_map(|view| view.channel(channel).to_vec()).collect();
                prop_assert_eq!(&read[..], &samples[channel * frames..(channel + 1) * frames]);
            }
        }

        #[test]
        fn split_views_keep_every_sample(channels in 1usize..4, frames in 0usize..9, at in 0usize..12) {
            let samples: Vec<f32> = (0..channels * frames).map(|i| i as f32).collect();
            let (first, rest) = Planar::contiguous(&samples, channels, frames).split_at(at);
            prop_assert_eq!(first.frames() + rest.frames(), frames);
            for channel in 0..channels {
                let read = [first.channel(channel), rest.channel(channel)].concat();
                prop_assert_eq!(&read[..], &samples[channel * frames..(channel + 1) * frames]);
            }
        }
    }

    #[test]
    fn repeated_samples_serve_every_channel() {
        let view = Planar::repeated(&[0.0, 1.0], 3);
        assert_eq!(view.channel(2), [0.0, 1.0]);
        assert_eq!(view.frames(), 2);
    }
}

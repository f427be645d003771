//! The arithmetic of a constant bit rate MPEG audio stream, layer III.

/// MPEG-1, MPEG-2 and MPEG-2.5, in Hz.
pub(crate) const RATES: [u32; 9] = [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000];

/// What every frame header of a stream says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stream {
    rate: u32,
    kbps: u32,
    channels: usize,
}

impl Stream {
    /// `rate` is one of [`RATES`], `kbps` at most [`Stream::max_kbps`] for it, `channels` 1 or 2.
    pub(crate) fn new(rate: u32, kbps: u32, channels: usize) -> Self {
        debug_assert!(RATES.contains(&rate) && kbps <= Self::max_kbps(rate) && (1..=2).contains(&channels));
        Self { rate, kbps, channels }
    }

    /// The greatest bit rate of a sample rate: ISO 11172-3 and 13818-3, and the MPEG-2.5 extension below them,
    /// where LAME allows 64 kb/s and no more.
    pub(crate) fn max_kbps(rate: u32) -> u32 {
        match rate {
            ..16000 => 64,
            16000..32000 => 160,
            32000.. => 320,
        }
    }

    pub(crate) fn kbps(&self) -> u32 {
        self.kbps
    }

    pub(crate) fn rate(&self) -> u32 {
        self.rate
    }

    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Hz from which LAME lets nothing pass: `optimum_bandwidth` and what follows it in `lame_init_params` (lame.c), for
    /// the bit rates that we have.
    pub(crate) fn lowpass(&self) -> u32 {
        let stereo = match self.kbps {
            ..96 => 11_000,
            96..128 => 15_100,
            128..160 => 17_000,
            160..192 => 17_500,
            192..256 => 18_600,
            256..320 => 19_700,
            320.. => 20_500,
        };
        let lowpass = if self.channels == 1 { stereo * 3 / 2 } else { stereo };
        lowpass.min(20_500).min(self.rate / 2)
    }

    fn is_mpeg1(&self) -> bool {
        self.rate >= 32000
    }

    /// Samples of one channel in an MPEG frame.
    pub(crate) fn frame_samples(&self) -> usize {
        if self.is_mpeg1() { 1152 } else { 576 }
    }

    /// Bytes of an MPEG frame that has no padding byte.
    pub(crate) fn frame_bytes(&self) -> usize {
        (self.millibytes() / u64::from(self.rate)) as usize
    }

    /// Bytes of the first `frames` MPEG frames. A stream reaches its bit rate through padding bytes: LAME's
    /// first frame never has one, and the k-th brings their number to ceil((k - 1) x remainder / rate).
    pub(crate) fn bytes(&self, frames: u64) -> u64 {
        let remainder = self.millibytes() % u64::from(self.rate);
        let paddings = (frames.saturating_sub(1) * remainder).div_ceil(u64::from(self.rate));
        frames * self.frame_bytes() as u64 + paddings
    }

    /// MPEG frames that lie wholly within the first `bytes` of the stream.
    pub(crate) fn whole_frames(&self, bytes: u64) -> u64 {
        let mut frames = bytes * u64::from(self.rate) / self.millibytes() + 1;
        while self.bytes(frames) > bytes {
            frames -= 1;
        }
        frames
    }

    /// The four bytes that open an MPEG frame without padding byte, as LAME writes them: no CRC, original.
    pub(crate) fn header(&self) -> [u8; 4] {
        let version = match self.rate {
            ..16000 => 0b00,
            16000..32000 => 0b10,
            32000.. => 0b11,
        };
        let rate = match self.rate {
            11025 | 22050 | 44100 => 0,
            12000 | 24000 | 48000 => 1,
            _ => 2,
        };
        let mode = if self.channels == 1 { 0b11 } else { 0b01 };
        [0xff, 0xe3 | version << 3, self.kbps_index() << 4 | rate << 2, mode << 6 | 0b100]
    }

    /// The first `frames` MPEG frames of silence: where all of the side information is 0, no main data belongs to it.
    pub(crate) fn silence(&self, frames: u64) -> Vec<u8> {
        /// In the third byte of a header: the frame has a padding byte.
        const PADDING: u8 = 0b10;

        let mut out = Vec::new();
        for frame in 0..frames {
            let end = self.bytes(frame + 1) as usize;
            let mut header = self.header();
            if end - out.len() > self.frame_bytes() {
                header[2] |= PADDING;
            }
            out.extend(header);
            out.resize(end, 0);
        }
        out
    }

    /// Bytes between the header and the main data.
    pub(crate) fn side_info_bytes(&self) -> usize {
        match (self.is_mpeg1(), self.channels) {
            (true, 1) => 17,
            (true, _) => 32,
            (false, 1) => 9,
            (false, _) => 17,
        }
    }

    fn kbps_index(&self) -> u8 {
        let table: [u32; 14] = if self.is_mpeg1() {
            [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        } else {
            [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
        };
        // 0 is the free format, which no stream of ours has.
        table.iter().position(|&kbps| kbps == self.kbps).map_or(0, |index| index as u8 + 1)
    }

    /// A frame's mean length in bytes, times the sample rate.
    fn millibytes(&self) -> u64 {
        self.frame_samples() as u64 * u64::from(self.kbps) * 1000 / 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_frames_is_the_inverse_of_bytes() {
        for rate in RATES {
            for kbps in [64, 96, 128, 160, 192, 256, 320].into_iter().filter(|&k| k <= Stream::max_kbps(rate)) {
                let stream = Stream::new(rate, kbps, 2);
                for frames in (0..2000).chain([1 << 32, 1 << 33]) {
                    let bytes = stream.bytes(frames);
                    assert_eq!(stream.whole_frames(bytes), frames, "{rate} Hz, {kbps} kb/s");
                    assert_eq!(stream.whole_frames(bytes + 1), frames, "{rate} Hz, {kbps} kb/s");
                    assert_eq!(stream.whole_frames(bytes.saturating_sub(1)), frames.saturating_sub(1));
                }
            }
        }
    }
}

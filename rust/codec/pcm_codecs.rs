//! THE table of PCM codecs.

/// A row of [`PCM_CODECS`].
#[derive(Debug, PartialEq)]
pub(crate) struct PcmCodec {
    /// Menu item of Codec.
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) bits: u16,
    pub(crate) float: bool,
    pub(crate) big_endian: bool,
}

/// THE table of PCM codecs, in the order of the menu.
pub(crate) static PCM_CODECS: [PcmCodec; 7] = [
    PcmCodec { name: "pcm16", label: "PCM 16-bit", bits: 16, float: false, big_endian: false },
    PcmCodec { name: "pcm24", label: "PCM 24-bit", bits: 24, float: false, big_endian: false },
    PcmCodec { name: "pcm32", label: "PCM 32-bit", bits: 32, float: false, big_endian: false },
    PcmCodec { name: "float32", label: "Float 32-bit", bits: 32, float: true, big_endian: false },
    PcmCodec { name: "pcm16be", label: "PCM 16-bit Big Endian", bits: 16, float: false, big_endian: true },
    PcmCodec { name: "pcm24be", label: "PCM 24-bit Big Endian", bits: 24, float: false, big_endian: true },
    PcmCodec { name: "pcm32be", label: "PCM 32-bit Big Endian", bits: 32, float: false, big_endian: true },
];

impl PcmCodec {
    /// Whether the two store the same samples in different byte orders.
    pub(crate) fn is_other_byte_order_of(&self, other: &Self) -> bool {
        (self.bits, self.float, self.big_endian) == (other.bits, other.float, !other.big_endian)
    }
}

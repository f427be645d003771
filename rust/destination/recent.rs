//! The last bytes of a file that grows at its end: what a file that takes no more may lack of its last frames is taken from
//! here to the next one.

/// Bytes that are kept at least.
const KEPT: usize = 64 * 1024;

/// The last bytes that were appended.
pub(super) struct Recent {
    bytes: Vec<u8>,
    /// Length of the file behind them.
    end: u64,
}

impl Recent {
    /// Of a file of `len` bytes, to which nothing was appended yet.
    pub(super) fn new(len: u64) -> Self {
        Self { bytes: Vec::new(), end: len }
    }

    /// These bytes were appended.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        self.end += bytes.len() as u64;
        if bytes.len() >= KEPT {
            self.bytes.clear();
        } else if self.bytes.len() + bytes.len() > 2 * KEPT {
            self.bytes.drain(..self.bytes.len() - KEPT);
        }
        self.bytes.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT)..]);
    }

    /// Where in the file they begin.
    pub(super) fn start(&self) -> u64 {
        self.end - self.bytes.len() as u64
    }

    /// Where they end.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Those from `from` to `until`, of which the first is not before [`Recent::start`].
    pub(super) fn between(&self, from: u64, until: u64) -> &[u8] {
        let at = |place: u64| (place.clamp(self.start(), self.end) - self.start()) as usize;
        &self.bytes[at(from)..at(until).max(at(from))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_are_kept_however_they_came() {
        for piece in [1, 1000, KEPT - 1, KEPT, 3 * KEPT] {
            let mut recent = Recent::new(44);
            let file: Vec<u8> = (0..9 * KEPT / piece * piece).map(|index| (index / 3) as u8).collect();
            file.chunks(piece).for_each(|bytes| recent.note(bytes));
            assert_eq!(recent.end(), 44 + file.len() as u64);
            assert!(recent.end() - recent.start() >= KEPT as u64 && recent.bytes.len() <= 2 * KEPT);
            let from = file.len() - 1000;
            assert_eq!(recent.between(44 + from as u64, recent.end()), &file[from..]);
            assert_eq!(recent.between(44 + from as u64, recent.end() - 10), &file[from..file.len() - 10]);
            assert!(recent.between(recent.end(), recent.end() - 5).is_empty());
        }
    }
}

//! Which generation of the interface the host speaks.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::bridge::ffi::Agreement;

/// A generation of the CHOP plugin interface: family version, and common version above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Generation {
    /// TouchDesigner 2022 and 2023.
    G9,
    /// TouchDesigner 2025 before 2025.33070.
    G10_1,
    /// TouchDesigner 2025.33070 and later.
    G10_2,
}

use Generation::{G9, G10_1, G10_2};

/// What was agreed on when the library was loaded: the host is one for the whole process. Relaxed: the number is all that
/// is read, and the host makes no node before it has been given the answer.
static AGREED: AtomicU8 = AtomicU8::new(0);

impl Generation {
    const ALL: [Self; 3] = [G9, G10_1, G10_2];

    /// The version word: family in the low half, common version in the high half.
    fn word(self) -> i32 {
        match self {
            G9 => 9,
            G10_1 => 10 | 1 << 16,
            G10_2 => 10 | 2 << 16,
        }
    }

    /// As the Info DAT shows it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            G9 => "9",
            G10_1 => "10.1",
            G10_2 => "10.2",
        }
    }

    /// The generation of the host that loaded this library.
    pub(crate) fn of_host() -> Self {
        Self::ALL[usize::from(AGREED.load(Ordering::Relaxed)).min(2)]
    }
}

/// Chooses the newest generation that both sides know, from the words that the host wrote.
///
/// A host of generation 9 leaves those words uninitialised, so they count only when they look like version words.
pub(crate) fn agree(min: i32, max: i32) -> Agreement {
    let halves = |word: i32| (word & 0xffff, word >> 16);
    let ((min_family, min_common), (max_family, max_common)) = (halves(min), halves(max));
    let negotiates = (10..=255).contains(&max_family)
        && (1..=255).contains(&max_common)
        && (0..=max_family).contains(&min_family)
        && (0..=max_common).contains(&min_common);
    let supported = |generation: &&Generation| {
        let (family, common) = halves(generation.word());
        (min_family..=max_family).contains(&family) && (min_common..=max_common).contains(&common)
    };
    let chosen = if negotiates { Generation::ALL.iter().rev().find(supported).copied() } else { Some(G9) };
    let generation = chosen.unwrap_or(G10_2);
    AGREED.store(generation as u8, Ordering::Relaxed);
    Agreement { version_word: generation.word(), supported: chosen.is_some(), has_help_url: generation >= G10_1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The word chosen for a host's pair of words, and whether the host supports it.
    fn chosen(min: (i32, i32), max: (i32, i32)) -> (i32, bool) {
        let word = |(family, common): (i32, i32)| family | common << 16;
        let agreement = agree(word(min), word(max));
        (agreement.version_word, agreement.supported)
    }

    #[test]
    fn each_host_gets_the_newest_word_it_supports() {
        assert_eq!(chosen((9, 0), (10, 1)), (G10_1.word(), true));
        assert_eq!(chosen((9, 0), (10, 2)), (G10_2.word(), true));
        assert_eq!(chosen((10, 1), (10, 2)), (G10_2.word(), true));
        assert_eq!(chosen((9, 0), (12, 7)), (G10_2.word(), true));
    }

    #[test]
    fn bytes_that_are_no_version_words_mean_generation_9() {
        for (min, max) in [(0, 0), (-1, -1), (0x7fff_ffff, 0x7fff_ffff), (i32::MIN, i32::MAX), (9, 9), (0, 10)] {
            assert_eq!(agree(min, max).version_word, 9, "{min:#x} {max:#x}");
        }
        assert_eq!(chosen((10, 3), (10, 2)), (9, true), "min above max in one half");
    }

    #[test]
    fn a_host_that_is_too_new_rejects_the_plugin_itself() {
        assert_eq!(chosen((11, 1), (12, 4)), (G10_2.word(), false));
        assert_eq!(chosen((10, 3), (10, 4)), (G10_2.word(), false));
    }
}

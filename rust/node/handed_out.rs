//! Which file suffixes Python was told, so that a File text which ends with one is known to be made of it.
//!
//! The host need not evaluate an expression anew for each take, and a script may ask for the suffix in between: the
//! text can end with any suffix that was ever told. Taking such a text for a fixed name would overwrite a take.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The suffixes that one node has told. Every function returns at once, on any thread.
///
/// The flags are relaxed: they only say whether a look at the disk is worth while. What was told stands behind the lock.
#[derive(Default)]
pub(crate) struct HandedOut {
    /// Somebody has asked, ever.
    wanted: AtomicBool,
    /// Somebody has asked since [`HandedOut::asked_again`] was.
    asked: AtomicBool,
    /// The cook thread reads File itself: asking then is not somebody's interest.
    own: AtomicBool,
    spans: Mutex<Vec<Span>>,
}

/// All indices from the first told to the last count as told: few numbers for years of takes.
struct Span {
    extension: String,
    least: u64,
    most: u64,
}

impl HandedOut {
    /// Python is told this suffix.
    pub(crate) fn note(&self, suffix: &str) {
        if !self.own.load(Ordering::Relaxed) {
            self.wanted.store(true, Ordering::Relaxed);
            self.asked.store(true, Ordering::Relaxed);
        }
        let Some((_, index, extension)) = split(suffix) else { return };
        let mut spans = self.spans();
        if let Some(span) = spans.iter_mut().find(|span| span.extension == extension) {
            span.least = span.least.min(index);
            span.most = span.most.max(index);
        } else {
            spans.push(Span { extension: extension.to_owned(), least: index, most: index });
        }
    }

    /// The suffix at the end of `file`, if it is one that Python was told.
    pub(crate) fn at_the_end_of<'a>(&self, file: &'a str) -> Option<&'a str> {
        let (suffix, index, extension) = split(file)?;
        let told = |span: &Span| span.extension == extension && (span.least..=span.most).contains(&index);
        self.spans().iter().any(told).then_some(suffix)
    }

    /// Whether anybody but the cook thread has ever asked.
    pub(crate) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// Whether anybody but the cook thread has asked since this was called last.
    pub(crate) fn asked_again(&self) -> bool {
        self.asked.swap(false, Ordering::Relaxed)
    }

    /// Runs `read` on the cook thread, which lets the host evaluate File: what Python asks meanwhile is told and
    /// noted, but is not somebody's interest.
    pub(crate) fn while_reading<R>(&self, read: impl FnOnce() -> R) -> R {
        struct Done<'a>(&'a AtomicBool);
        impl Drop for Done<'_> {
            fn drop(&mut self) {
                self.0.store(false, Ordering::Relaxed);
            }
        }
        self.own.store(true, Ordering::Relaxed);
        let _done = Done(&self.own);
        read()
    }

    fn spans(&self) -> MutexGuard<'_, Vec<Span>> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The suffix that `text` ends with, its index and its extension.
fn split(text: &str) -> Option<(&str, u64, &str)> {
    let (rest, extension) = text.rsplit_once('.')?;
    let (stem, digits) = rest.rsplit_once('.')?;
    let index: u64 = digits.parse().ok()?;
    // A suffix is written in one way only: 007 is part of a name.
    (index.to_string() == digits).then(|| (&text[stem.len()..], index, extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_with_what_was_told_or_with_something_of_its_own() {
        let handed_out = HandedOut::default();
        assert_eq!(handed_out.at_the_end_of("take.0.wav"), None);
        for suffix in [".3.wav", ".7.wav", ".0.mp3"] {
            handed_out.note(suffix);
        }
        for (file, expected) in [
            ("/x/take.3.wav", Some(".3.wav")),
            ("/x/take.5.wav", Some(".5.wav")),
            (".7.wav", Some(".7.wav")),
            ("take.0.mp3", Some(".0.mp3")),
            ("take.2.wav", None),
            ("take.8.wav", None),
            ("take.1.mp3", None),
            ("take.3.aiff", None),
            ("take.03.wav", None),
            ("take.+3.wav", None),
            ("take3.wav", None),
            ("take.3", None),
            ("", None),
        ] {
            assert_eq!(handed_out.at_the_end_of(file), expected, "{file}");
        }
    }

    #[test]
    fn what_the_cook_thread_asks_itself_is_nobodys_interest() {
        let handed_out = HandedOut::default();
        handed_out.while_reading(|| handed_out.note(".0.wav"));
        assert!(!handed_out.is_wanted() && !handed_out.asked_again());
        assert_eq!(handed_out.at_the_end_of("take.0.wav"), Some(".0.wav"));
        handed_out.note(".0.wav");
        assert!(handed_out.is_wanted() && handed_out.asked_again() && !handed_out.asked_again());
    }
}

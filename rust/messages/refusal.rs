//! What is shown while an operation that was refused is tried again.

/// A refused operation, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What is wrong, as a sentence begins with it.
    pub(crate) cause: String,
    /// What that means for the file.
    pub(super) meaning: String,
    /// What helps, now or at the next take.
    pub(super) remedy: String,
    /// Another program or node holds the file, which is no error while audio has room in memory.
    pub(crate) is_lock: bool,
}

impl Refusal {
    /// The sentence, with the seconds and frames that memory had no room for meanwhile.
    pub(crate) fn sentence(&self, lost: Option<(f64, u64)>) -> String {
        let Self { cause, meaning, remedy, .. } = self;
        let memory = match lost {
            None => "audio waits in memory meanwhile".to_owned(),
            Some((seconds, frames)) => format!("{seconds:.3} s ({frames} samples a channel) are lost so far"),
        };
        format!("{cause}, so {meaning}, and {memory}: {remedy}.")
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::path::Path;

    use super::super::{FileOp, Problem};

    #[test]
    fn a_full_disk_says_that_audio_waits_and_what_helps() {
        let refusal = Problem::io(FileOp::Write, Path::new("/x/take.wav"), ErrorKind::StorageFull.into()).refusal();
        assert_eq!(
            refusal.sentence(None),
            "The disk is full, so /x/take.wav cannot be written, and audio waits in memory meanwhile: \
             free some space, and recording goes on by itself."
        );
        assert_eq!(
            refusal.sentence(Some((1.5, 72_000))),
            "The disk is full, so /x/take.wav cannot be written, and 1.500 s (72000 samples a channel) are lost so far: \
             free some space, and recording goes on by itself."
        );
    }

    #[test]
    fn a_locked_file_is_waited_for() {
        let refusal = Problem::locked(Path::new("/x/take.wav"), &[], true).refusal();
        let sentence = refusal.sentence(None);
        assert!(sentence.starts_with("/x/take.wav is ") && sentence.contains(" by another node, so "), "{sentence}");
        assert!(sentence.contains("goes on by itself"), "{sentence}");
        assert!(refusal.is_lock);
    }
}

use std::collections::BTreeSet;

use super::*;
use crate::container::testing::{SETTINGS, coded, layout, sentence_of};

#[test]
fn names_and_extensions_belong_to_one_row() {
    let names: BTreeSet<_> = FORMATS.iter().map(|row| row.name).collect();
    let extensions: Vec<_> = FORMATS.iter().flat_map(|row| row.extensions).collect();
    assert_eq!(names.len(), FORMATS.len());
    assert_eq!(extensions.iter().collect::<BTreeSet<_>>().len(), extensions.len());
    assert!(FORMATS.iter().all(|row| !row.extensions.is_empty()));
}

#[test]
fn a_row_takes_codecs_that_exist_and_has_the_menu_for_them() {
    for row in FORMATS {
        assert!(row.codecs.iter().all(|name| PCM_CODECS.iter().any(|codec| codec.name == *name)), "{}", row.label);
        assert_eq!(row.codecs.is_empty(), !row.options.contains(&FormatOption::Codec), "{}", row.label);
    }
}

/// A format whose limits no row has.
const NARROW: Format = Format {
    name: "narrow",
    label: "NARROW",
    extensions: &["nrw"],
    options: &[FormatOption::Codec],
    codecs: &["pcm16", "pcm24"],
    channels: 2..=8,
    rates: Rates::Listed(&[44100, 48000]),
    frame_bytes: 20,
    second_bytes: 1_000_000,
    open: |_| unreachable!("only asked what it holds"),
    verify: None,
};

fn refusal(row: &Format, channels: usize, rate: f64, codec: usize) -> String {
    row.allows(layout(channels, rate), coded(&PCM_CODECS[codec]))
        .map_or_else(|problem| sentence_of(&problem), |()| "".into())
}

#[test]
fn limits_are_told_from_the_row() {
    let told = |channels, rate, codec| refusal(&NARROW, channels, rate, codec);
    assert_eq!(told(6, 48000.0, 1), "");
    assert_eq!(
        told(9, 48000.0, 0),
        "NARROW holds 2 to 8 channels, the input has 9: choose WAV, OGG or AIFF, or narrow Channel Scope."
    );
    assert_eq!(
        told(2, 32000.0, 0),
        "NARROW stores 44100, 48000 Hz, the input has 32000 Hz: resample the input, or choose WAV, OGG, MP3, AIFF or FLAC."
    );
    assert_eq!(
        told(2, 48000.0, 4),
        "NARROW stores no big-endian samples, so it cannot hold pcm16be: choose pcm16 for the same samples, or AIFF."
    );
    assert_eq!(told(2, 48000.0, 2), "NARROW cannot hold pcm32: choose pcm16 or pcm24, or WAV or AIFF.");
    assert_eq!(
        told(7, 44100.0, 1),
        "NARROW holds at most 6 channels of pcm24, the input has 7: choose pcm16, or narrow Channel Scope."
    );
    let long_frames = Format { frame_bytes: 1000, ..NARROW };
    assert_eq!(
        refusal(&long_frames, 8, 48000.0, 1),
        "NARROW holds at most 6 channels of pcm24 at 48000 Hz, the input has 8: \
         choose WAV, OGG, AIFF or FLAC, or narrow Channel Scope."
    );
    let short_frames = Format { frame_bytes: 4, ..NARROW };
    assert_eq!(
        refusal(&short_frames, 3, 48000.0, 1),
        "NARROW holds at most 1 channels of pcm24, the input has 3: narrow Channel Scope."
    );
}

/// The remedy names the formats that could hold this very input, and no format when there is none.
#[test]
fn no_format_is_named_that_would_refuse_too() {
    let mp3 = FORMATS.iter().find(|row| row.name == "mp3").unwrap();
    let told = |channels, codec| refusal(mp3, channels, 48000.0, codec);
    let holds = "MP3 holds 1 or 2 channels, the input has";
    assert_eq!(told(6, 0), format!("{holds} 6: choose WAV, OGG, AIFF or FLAC, or narrow Channel Scope."));
    assert_eq!(told(6, 5), format!("{holds} 6: choose OGG or AIFF, or narrow Channel Scope."));
    assert_eq!(told(256, 5), format!("{holds} 256: choose AIFF, or narrow Channel Scope."));
    assert_eq!(told(70_000, 0), format!("{holds} 70000: narrow Channel Scope."));
    for row in FORMATS {
        for (channels, rate) in [(0, 48000.0), (70_000, 48000.0), (2, f64::NAN), (2, -1.0), (1, 44100.5), (300, 7e5)] {
            for settings in PCM_CODECS.iter().map(coded) {
                let Err(problem) = row.allows(layout(channels, rate), settings) else { continue };
                let sentence = problem.to_string();
                for other in FORMATS.iter().filter(|other| other.name != row.name) {
                    let named = sentence.split(|c: char| !c.is_alphanumeric()).any(|word| word == other.label);
                    assert!(!named || other.allows(layout(channels, rate), settings).is_ok(), "{sentence}");
                }
            }
        }
    }
}

#[test]
fn every_row_opens_what_it_allows() {
    for row in FORMATS {
        let (mut warnings, layout) = (Vec::new(), layout(1, 48000));
        assert!(row.allows(layout, SETTINGS).is_ok(), "{}", row.label);
        let setup = Setup { layout, settings: SETTINGS, serial: 1, metadata: &[], warnings: &mut warnings };
        assert!((row.open)(setup).is_ok(), "{}", row.label);
    }
}

#[test]
fn serial_numbers_differ() {
    assert_eq!((0..100).map(|_| serial_number()).collect::<BTreeSet<_>>().len(), 100);
}

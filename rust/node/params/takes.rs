//! The page Takes: where takes and files begin and end, and what is marked in them.

use super::{Kind, Par, TAKES};

pub(crate) static NEW_TAKE: Par = Par {
    name: "Newtake",
    label: "New Take",
    page: TAKES,
    kind: Kind::Pulse,
    section: false,
    latched: false,
    option: None,
    needs: None,
    help: "Ends the take and begins the next one, without a frame between them lost or doubled. After a take that has \
           ended by itself while Record is on, it begins the next one.",
};

pub(crate) static LIMIT_LENGTH: Par = Par {
    name: "Limitlength",
    label: "Limit Length",
    page: TAKES,
    kind: Kind::Toggle { default: false },
    section: true,
    latched: true,
    option: None,
    needs: None,
    help: "On: the take ends by itself when it is as long as Length says, to the frame and with its pre-roll. Switch \
           Record off and on for the next one, or pulse New Take.",
};

pub(crate) static LENGTH: Par = Par {
    name: "Length",
    label: "Length",
    page: TAKES,
    kind: Kind::Float { default: 60.0, min: 0.0, max: None, slider: 600.0 },
    section: false,
    latched: true,
    option: None,
    needs: Some(&LIMIT_LENGTH),
    help: "How long the take becomes, in the unit below. With 0 it has no limit.",
};

pub(crate) static LENGTH_UNIT: Par = Par {
    name: "Lengthunit",
    label: "Length Unit",
    page: TAKES,
    kind: Kind::Menu {
        items: || vec![("seconds", "Seconds"), ("minutes", "Minutes"), ("frames", "Frames")],
        default: "seconds",
    },
    section: false,
    latched: true,
    option: None,
    needs: Some(&LIMIT_LENGTH),
    help: "What Length is counted in. Frames are those of the timeline, not of the audio.",
};

pub(crate) static SPLIT: Par = Par {
    name: "Split",
    label: "Split",
    page: TAKES,
    kind: Kind::Menu {
        items: || vec![("off", "Off"), ("time", "Time"), ("clock", "Clock"), ("size", "Size")],
        default: "off",
    },
    section: true,
    latched: true,
    option: None,
    needs: None,
    help: "A long take goes on in a new file without a seam. Time: when a file is as long as Split Every says. Clock: at \
           full multiples of it since midnight. Size: before a file is as large.",
};

pub(crate) static SPLIT_EVERY: Par = Par {
    name: "Splitevery",
    label: "Split Every",
    page: TAKES,
    kind: Kind::Float { default: 60.0, min: 0.01, max: None, slider: 120.0 },
    section: false,
    latched: true,
    option: None,
    needs: Some(&SPLIT),
    help: "Minutes of a file with Split at Time or Clock, megabytes of it, 1 at least, with Split at Size.",
};

pub(crate) static SPLIT_NOW: Par = Par {
    name: "Splitnow",
    label: "Split Now",
    page: TAKES,
    kind: Kind::Pulse,
    section: false,
    latched: false,
    option: None,
    needs: None,
    help: "The running take goes on in a new file at this moment, without a seam; the file before is completed meanwhile.",
};

pub(crate) static MARKER: Par = Par {
    name: "Marker",
    label: "Marker",
    page: TAKES,
    kind: Kind::Pulse,
    section: true,
    latched: false,
    option: None,
    needs: None,
    help: "Marks this moment in the file: a cue point in WAV, a marker in AIFF, a chapter in the others. The take also marks \
           by itself where its pre-roll ends, where Pause went off, and where samples are missing.",
};

pub(crate) static MARKER_NAME: Par = Par {
    name: "Markername",
    label: "Marker Name",
    page: TAKES,
    kind: Kind::Text { default: "" },
    section: false,
    latched: false,
    option: None,
    needs: None,
    help: "What the next marker is called, up to 126 bytes. Empty: Marker 1, Marker 2 and so on.",
};

//! THE table of cases.

use std::fmt;
use std::str::FromStr;

/// What cases have in common; a heading of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What TouchDesigner asks when it finds the library.
    Loading,
    /// What `setupParameters` declares.
    Parameters,
    /// What a plugin must not do at any cook.
    Conduct,
    /// Cooks of an unusual kind.
    Cooks,
    /// Instances, threads, and the library itself.
    Life,
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Loading => "loading",
            Self::Parameters => "parameters",
            Self::Conduct => "conduct",
            Self::Cooks => "cooks",
            Self::Life => "life",
        })
    }
}

/// Declares the cases: group, name on the command line, what it proves.
macro_rules! cases {
    ($($case:ident $group:ident $name:literal $description:literal,)*) => {
        /// One check of a plugin's conduct.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Case { $(#[doc = $description] $case,)* }

        impl Case {
            /// All of them, in the order of the report.
            pub const ALL: &[Self] = &[$(Self::$case,)*];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$case => $name,)* }
            }

            /// What the case proves.
            pub fn description(self) -> &'static str {
                match self { $(Self::$case => $description,)* }
            }

            /// The heading that it stands under.
            pub fn group(self) -> Group {
                match self { $(Self::$case => Group::$group,)* }
            }
        }
    };
}

cases! {
    EntryPoints Loading "entry-points" "The library loads and exports the interface's three functions.",
    VersionWord Loading "version-word" "The plugin asks for a version that the host supports, whatever an old host leaves uninitialised.",
    UnknownHost Loading "unknown-host" "A host of unknown versions is not told that the plugin knows them.",
    OperatorType Loading "operator-type" "opType is a letter A-Z followed by a-z and 0-9.",
    OperatorIcon Loading "operator-icon" "opIcon is three letters A-Z, a-z.",
    OperatorLabel Loading "operator-label" "opLabel is not empty.",
    InputCounts Loading "input-counts" "minInputs and maxInputs are a range.",
    ParameterNames Parameters "parameter-names" "Each parameter's name is a letter A-Z followed by a-z and 0-9, and no other's.",
    ParameterMenus Parameters "parameter-menus" "Menu items are identifiers, each once, and the default is one of them.",
    ParameterRanges Parameters "parameter-ranges" "Defaults lie within their limits, and numbers of values are possible ones.",
    OrdinaryCook Conduct "ordinary-cook" "Plain cooks end, and ask for an output that a host can make, at a rate above 0.",
    OutputWritten Conduct "output-written" "execute writes every sample of every output channel.",
    BlockBounds Conduct "block-bounds" "execute writes no sample before the start or past the end of a channel.",
    ChannelCount Conduct "channel-count" "execute writes no channel behind the last, and leaves the pointers alone.",
    InputUnchanged Conduct "input-unchanged" "The samples of the input are the same after the cook.",
    NewerMethods Conduct "newer-methods" "No method is called that the host's generation lacks.",
    KnownParameters Conduct "known-parameters" "The host is asked only for parameters that were declared.",
    KeptInputs Conduct "kept-inputs" "OP_Inputs is used only in calls that hand it over.",
    KeptMemory Conduct "kept-memory" "Texts, tables and samples of the host are not read when their time is over: they become unreadable then.",
    Exceptions Conduct "exceptions" "No exception leaves the plugin.",
    Information Conduct "information" "Info CHOP and Info DAT have possible sizes, and every channel has a name.",
    NoInput Cooks "no-input" "A node cooks with nothing wired, and with an input that goes and comes.",
    NullGetters Cooks "null-getters" "A node cooks while every getter of an input, text, path or table returns null.",
    ZeroSamples Cooks "zero-samples" "A node cooks slices of no sample, and of no channel.",
    HugeSlices Cooks "huge-slices" "A node cooks ten seconds at once, and a thousand channels.",
    WildSamples Cooks "wild-samples" "A node cooks NaN, infinities, denormals and the greatest numbers.",
    ChangingInput Cooks "changing-input" "A node cooks an input whose channels, length and rate are others each time.",
    ZeroRate Cooks "zero-rate" "A node cooks an input whose sample rate is 0, negative or no number, and gives one above 0.",
    OddTimes Cooks "odd-times" "A node cooks at times that stand still, jump, run backwards or are no numbers.",
    OddTexts Cooks "odd-texts" "A node cooks with texts that are empty, long, foreign or full of signs.",
    CallOrder Life "call-order" "Questions can repeat, cooks can be prepared and never come, buttons can be pressed at any time.",
    EarlyGetters Life "early-getters" "Information can be asked for before the first cook.",
    OtherThreads Life "other-threads" "Information can be asked for on another thread while the node cooks.",
    ManyInstances Life "many-instances" "Many nodes cook by turns and go in any order.",
    DestroyWhileWorking Life "destroy-while-working" "A node can go in the middle of what it does.",
    SavedData Life "saved-data" "A new node takes what an old one saved, and what none ever saved.",
    Reload Life "reload" "The library can be unloaded and loaded again.",
    ThreadsLeft Life "threads-left" "When the nodes and the library are gone, so are their threads.",
    CookCost Life "cook-cost" "A cook of two channels at 48000 Hz takes well below a frame.",
}

impl Case {
    /// What must have gone well before this case can say anything: without it every case would fail for one reason.
    pub(super) fn needs(self) -> Option<Self> {
        match (self, self.group()) {
            (Self::EntryPoints, _) => None,
            (Self::VersionWord, _) => Some(Self::EntryPoints),
            (Self::OrdinaryCook, _) | (_, Group::Loading | Group::Parameters) => Some(Self::VersionWord),
            _ => Some(Self::OrdinaryCook),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|case| case.name() == text);
        found.copied().ok_or_else(|| format!("there is no case '{text}': --list shows them"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_should_be_kebab_case_and_survive_their_text() {
        for case in Case::ALL {
            assert!(case.name().chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{case}");
            assert_eq!(case.name().parse(), Ok(*case));
            assert!(case.description().ends_with('.'), "{case}");
        }
        assert!("no-such".parse::<Case>().is_err());
    }

    #[test]
    fn what_a_case_needs_should_come_before_it() {
        let place = |case| Case::ALL.iter().position(|other| *other == case);
        for case in Case::ALL {
            assert!(case.needs().is_none_or(|needed| place(needed) < place(*case)), "{case}");
        }
    }
}

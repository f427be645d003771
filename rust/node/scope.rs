//! Channel Scope: TouchDesigner's name patterns.
//!
//! Patterns are separated by blanks and read from left to right. Each adds the channels that it matches; one
//! that begins with `^` takes away what it matches from what is selected so far, so `* ^chan2` is everything
//! but chan2. A scope that begins with `^` starts from all channels: `^chan2` means the same. An empty scope
//! selects all channels too, since a field that somebody cleared must not cost a take.
//!
//! | text | stands for |
//! |---|---|
//! | `*` | any characters, or none |
//! | `?` | one character |
//! | `[xyz]`, `[a-c]`, `[a-cx]` | one of the characters |
//! | `[^xyz]` | one other character |
//! | `[1-12]`, `[1-11:2]`, `[1-3,5,13]` | a whole number: in the range, in steps, or one of the list |
//!
//! A number may have leading zeros: `ch[1-12]` selects `ch01`, and `ch1` as well. Letters match in their own
//! case only. A bracket that is never closed stands for itself. TouchDesigner documents all of this but
//! `[a-c]` and `[^xyz]`.

/// The indices of the channels that `pattern` selects: in the order of `names`, each once.
pub(crate) fn select(pattern: &str, names: &[impl AsRef<str>]) -> Vec<usize> {
    let terms: Vec<Term> = split(pattern).into_iter().filter_map(Term::parse).collect();
    let from_all = terms.first().is_none_or(|term| term.excludes);
    let mut scratch = Scratch::default();
    let mut selected = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let name: Vec<char> = name.as_ref().chars().collect();
        // The last term that matches has the say.
        let verdict = terms.iter().rev().find(|term| scratch.matches(&term.tokens, &name)).map(|term| !term.excludes);
        if verdict.unwrap_or(from_all) {
            selected.push(index);
        }
    }
    selected
}

/// Splits at blanks, but not inside brackets: `chan[1, 3]` is one pattern.
fn split(pattern: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(next) = pattern[at..].chars().next() {
        if next.is_whitespace() {
            parts.push(&pattern[start..at]);
            start = at + next.len_utf8();
        } else if next == '['
            && let Some(length) = pattern[at..].find(']')
        {
            at += length;
            continue;
        }
        at += next.len_utf8();
    }
    parts.push(&pattern[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// One of the blank-separated patterns.
struct Term {
    excludes: bool,
    tokens: Vec<Token>,
}

impl Term {
    /// `None` for a lone `^`, which says nothing.
    fn parse(text: &str) -> Option<Self> {
        let (excludes, mut rest) = match text.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut tokens = Vec::new();
        while let Some(first) = rest.chars().next() {
            let mut taken = first.len_utf8();
            match first {
                // Two stars in a row mean no more than one.
                '*' if matches!(tokens.last(), Some(Token::Anything)) => {}
                '*' => tokens.push(Token::Anything),
                '?' => tokens.push(Token::AnyOne),
                '[' => match rest.find(']') {
                    Some(end) if end > 1 => {
                        tokens.push(Token::bracket(&rest[1..end]));
                        taken = end + 1;
                    }
                    _ => tokens.push(Token::One('[')),
                },
                other => tokens.push(Token::One(other)),
            }
            rest = &rest[taken..];
        }
        (!tokens.is_empty()).then_some(Self { excludes, tokens })
    }
}

enum Token {
    Anything,
    AnyOne,
    One(char),
    /// A character of these ranges, ends included; with `negated` one outside of all of them.
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// A run of digits whose value is in one of these.
    Number(Vec<Steps>),
}

impl Token {
    /// What stands between two brackets.
    fn bracket(text: &str) -> Self {
        // A lone `[123]` is three characters: nobody brackets a number that needs no bracket.
        if text.contains(['-', ','])
            && let Some(steps) = text.split(',').map(Steps::parse).collect()
        {
            return Self::Number(steps);
        }
        let (negated, text) = match text.strip_prefix('^') {
            Some(rest) if !rest.is_empty() => (true, rest),
            _ => (false, text),
        };
        let mut ranges = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(from) = chars.next() {
            let mut ahead = chars.clone();
            match (ahead.next(), ahead.next()) {
                (Some('-'), Some(to)) => {
                    ranges.push((from.min(to), from.max(to)));
                    chars = ahead;
                }
                _ => ranges.push((from, from)),
            }
        }
        Self::Set { negated, ranges }
    }

    fn takes(&self, name: char) -> bool {
        match self {
            Self::AnyOne => true,
            Self::One(own) => *own == name,
            Self::Set { negated, ranges } => ranges.iter().any(|(from, to)| (*from..=*to).contains(&name)) != *negated,
            Self::Anything | Self::Number(_) => false,
        }
    }
}

/// `from`, and so on by `step` up or down to `to`.
struct Steps {
    from: u64,
    to: u64,
    step: u64,
}

impl Steps {
    /// Reads `5`, `1-8` or `1-8:2`.
    fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| {
            let text = text.trim();
            text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
        };
        let Some((from, rest)) = text.split_once('-') else {
            let only = number(text)?;
            return Some(Self { from: only, to: only, step: 1 });
        };
        let (to, step) = match rest.split_once(':') {
            Some((to, step)) => (to, number(step)?),
            None => (rest, 1),
        };
        Some(Self { from: number(from)?, to: number(to)?, step: step.max(1) })
    }

    fn contain(&self, value: u64) -> bool {
        (self.from.min(self.to)..=self.from.max(self.to)).contains(&value)
            && value.abs_diff(self.from).is_multiple_of(self.step)
    }
}

/// How far into a name the tokens so far can reach, for every reach at once: no backtracking, so a hostile
/// pattern costs its length times that of the name.
#[derive(Default)]
struct Scratch {
    now: Vec<bool>,
    next: Vec<bool>,
}

impl Scratch {
    fn matches(&mut self, tokens: &[Token], name: &[char]) -> bool {
        self.now.clear();
        self.now.resize(name.len() + 1, false);
        self.now[0] = true;
        for token in tokens {
            let Some(first) = self.now.iter().position(|reached| *reached) else { return false };
            self.next.clear();
            self.next.resize(name.len() + 1, false);
            match token {
                Token::Anything => self.next[first..].fill(true),
                Token::Number(steps) => {
                    for start in (first..name.len()).filter(|start| self.now[*start]) {
                        let mut value = 0_u64;
                        for (end, digit) in (start + 1..).zip(name[start..].iter().map_while(|char| char.to_digit(10)))
                        {
                            let Some(more) = value.checked_mul(10).and_then(|v| v.checked_add(u64::from(digit))) else {
                                break;
                            };
                            value = more;
                            self.next[end] |= steps.iter().any(|steps| steps.contain(value));
                        }
                    }
                }
                one => {
                    for (at, own) in name.iter().enumerate().skip(first) {
                        self.next[at + 1] = self.now[at] && one.takes(*own);
                    }
                }
            }
            std::mem::swap(&mut self.now, &mut self.next);
        }
        self.now[name.len()]
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::select;

    const INPUT: [&str; 9] = ["chan1", "chan2", "chan3", "chan10", "chan12", "left", "right", "tx", "ty"];

    fn selected(pattern: &str) -> Vec<&'static str> {
        select(pattern, &INPUT).into_iter().map(|index| INPUT[index]).collect()
    }

    #[test]
    fn a_star_selects_every_channel_in_the_order_of_the_input() {
        assert_eq!(selected("*"), INPUT);
    }

    #[test]
    fn a_scope_without_any_pattern_selects_every_channel() {
        for blank in ["", "  ", "\t\n", "^"] {
            assert_eq!(selected(blank), INPUT, "{blank:?}");
        }
    }

    #[test]
    fn names_come_in_the_order_of_the_input_and_once_each() {
        assert_eq!(selected("tx chan2 chan1 chan2 c*2"), ["chan1", "chan2", "chan12", "tx"]);
    }

    #[test]
    fn a_question_mark_is_exactly_one_character() {
        assert_eq!(selected("t?"), ["tx", "ty"]);
        assert_eq!(selected("chan?"), ["chan1", "chan2", "chan3"]);
    }

    #[test]
    fn digits_in_brackets_are_numbers() {
        assert_eq!(selected("chan[1-10]"), ["chan1", "chan2", "chan3", "chan10"]);
        assert_eq!(selected("chan[1-12:2]"), ["chan1", "chan3"]);
        assert_eq!(selected("chan[12-1:2]"), ["chan2", "chan10", "chan12"]);
        assert_eq!(selected("chan[1-2,12]"), ["chan1", "chan2", "chan12"]);
        assert_eq!(selected("chan[1, 10]"), ["chan1", "chan10"]);
        assert_eq!(select("ch[1-12]", &["ch01", "ch12", "ch13", "ch0", "ch"]), [0, 1]);
        assert_eq!(select("ch[0-9:0]", &["ch01", "ch99999999999999999999999999"]), [0]);
    }

    #[test]
    fn letters_in_brackets_are_characters() {
        assert_eq!(selected("t[xyz]"), ["tx", "ty"]);
        assert_eq!(selected("t[w-x]"), ["tx"]);
        assert_eq!(selected("chan[12]"), ["chan1", "chan2"]);
        assert_eq!(selected("[a-c]*2"), ["chan2", "chan12"]);
        assert_eq!(selected("t[^x]"), ["ty"]);
    }

    #[test]
    fn a_caret_takes_away_from_what_stands_before_it() {
        assert_eq!(selected("* ^chan*"), ["left", "right", "tx", "ty"]);
        assert_eq!(selected("^chan* ^t?"), ["left", "right"]);
        assert_eq!(selected("* ^chan* chan2"), ["chan2", "left", "right", "tx", "ty"]);
        assert_eq!(selected("chan1 ^left"), ["chan1"]);
    }

    #[test]
    fn case_counts_and_a_whole_name_must_match() {
        assert!(selected("LEFT lef eft").is_empty());
    }

    #[test]
    fn broken_brackets_stand_for_themselves() {
        assert_eq!(select("]c b[] a[", &["a[", "b[]", "]c", "a", "b"]), [0, 1, 2]);
    }

    #[test]
    fn a_hostile_pattern_does_not_hold_up_the_cook() {
        let name = "a".repeat(2_000);
        let zeros = "0".repeat(200);
        let start = Instant::now();
        assert!(select(&format!("{}b", "*a".repeat(1_000)), &[&name]).is_empty());
        assert!(select(&format!("{}x", "[0-9]".repeat(1_000)), &[&zeros]).is_empty());
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    }

    /// The same language by the plainest means: every way to cut the name is tried.
    fn naive(pattern: &str, name: &str) -> bool {
        let Some(first) = pattern.chars().next() else { return name.is_empty() };
        let rest = &pattern[1..];
        match first {
            '*' => (0..=name.len()).any(|cut| naive(rest, &name[cut..])),
            '?' => !name.is_empty() && naive(rest, &name[1..]),
            '[' => {
                let (inside, rest) = rest.split_once(']').unwrap();
                if let Some((from, to)) = inside.split_once('-')
                    && let (Ok(from), Ok(to)) = (from.parse::<u64>(), to.parse::<u64>())
                {
                    return (1..=name.len()).any(|cut| {
                        name[..cut].bytes().all(|byte| byte.is_ascii_digit())
                            && (from..=to).contains(&name[..cut].parse().unwrap())
                            && naive(rest, &name[cut..])
                    });
                }
                name.chars().next().is_some_and(|own| inside.contains(own)) && naive(rest, &name[1..])
            }
            own => name.starts_with(own) && naive(rest, &name[1..]),
        }
    }

    fn atom() -> impl Strategy<Value = String> {
        prop_oneof![
            3 => "[ab12]",
            2 => Just("*".to_owned()),
            1 => Just("?".to_owned()),
            1 => Just("[a1]".to_owned()),
            1 => (0_u64..3, 0_u64..30).prop_map(|(from, more)| format!("[{from}-{}]", from + more)),
        ]
    }

    proptest! {
        #[test]
        fn agrees_with_the_plainest_matcher(
            atoms in prop::collection::vec(atom(), 1..6),
            names in prop::collection::vec("[ab012]{0,6}", 1..8),
        ) {
            let pattern = atoms.concat();
            let expected: Vec<usize> = (0..names.len()).filter(|index| naive(&pattern, &names[*index])).collect();
            prop_assert_eq!(select(&pattern, &names), expected, "{} on {:?}", pattern, names);
        }

        #[test]
        fn no_text_makes_it_panic(
            pattern in ".{0,40}|[\\[\\]^*?:,0-9 -]{0,30}",
            names in prop::collection::vec(".{0,12}", 0..5),
        ) {
            let selected = select(&pattern, &names);
            prop_assert!(selected.is_sorted_by(|a, b| a < b));
            prop_assert!(selected.iter().all(|index| *index < names.len()));
        }
    }
}

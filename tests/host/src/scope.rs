//! Which channels a pattern means: written a second time here, for the plugin's own answer is what is under test.

/// The indices of the names that `scope` means: patterns separated by blanks, of which `^` takes names away again. No
/// pattern, or one with `^` as the first, begins with all names.
pub fn in_scope(scope: &str, names: &[String]) -> Vec<usize> {
    let from_all = scope.split_whitespace().next().is_none_or(|first| first.starts_with('^'));
    let meant = |name: &str| {
        scope.split_whitespace().fold(from_all, |meant, pattern| match pattern.strip_prefix('^') {
            Some(excluded) => meant && !matches(excluded, name),
            None => meant || matches(pattern, name),
        })
    };
    let indices = names.iter().enumerate().filter(|(_, name)| meant(name));
    indices.map(|(index, _)| index).collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return name.is_empty();
    };
    let rest = &pattern[first.len_utf8()..];
    let after_one = name.chars().next().map(|letter| (letter, &name[letter.len_utf8()..]));
    match first {
        '*' => matches(rest, name) || after_one.is_some_and(|(_, name)| matches(pattern, name)),
        '?' => after_one.is_some_and(|(_, name)| matches(rest, name)),
        '[' => match rest.split_once(']') {
            Some((class, rest)) => after_class(class, name).any(|name| matches(rest, name)),
            None => false,
        },
        letter => after_one.is_some_and(|(found, name)| found == letter && matches(rest, name)),
    }
}

/// What can be left of a name after a class took its share: one letter, or digits that are a number in its range.
fn after_class<'a>(class: &str, name: &'a str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    if let Some((low, high)) = class.split_once('-')
        && let (Ok(low), Ok(high)) = (low.parse::<u64>(), high.parse::<u64>())
    {
        let digits = name.bytes().take_while(u8::is_ascii_digit).count();
        return Box::new((1..=digits).filter_map(move |length| {
            let number: u64 = name[..length].parse().ok()?;
            (low..=high).contains(&number).then_some(&name[length..])
        }));
    }
    let letters: Vec<char> = class.chars().collect();
    let takes = move |letter: char| match letters.as_slice() {
        [low, '-', high] => (*low..=*high).contains(&letter),
        letters => letters.contains(&letter),
    };
    let one = name.chars().next().filter(|&letter| takes(letter));
    Box::new(one.map(|letter| &name[letter.len_utf8()..]).into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_should_choose_channels() {
        let names: Vec<String> = (1..=12).map(|number| format!("chan{number}")).collect();
        for (scope, expected) in [
            ("*", (0..12).collect::<Vec<_>>()),
            ("chan1", vec![0]),
            ("chan?", (0..9).collect()),
            ("chan1 chan12", vec![0, 11]),
            ("chan[2-4]", vec![1, 2, 3]),
            ("chan[9-11]", vec![8, 9, 10]),
            ("* ^chan[2-12]", vec![0]),
            ("c*1", vec![0, 10]),
            ("[a-c]han[135]", vec![0, 2, 4]),
            ("left", vec![]),
            ("", (0..12).collect()),
            ("^chan[2-12]", vec![0]),
            ("chan[1", vec![]),
        ] {
            assert_eq!(in_scope(scope, &names), expected, "{scope}");
        }
    }
}

use super::*;

#[test]
fn names_are_what_the_host_accepts() {
    for par in PARS {
        let (first, rest) = par.name.split_at(1);
        assert!(first.chars().all(|c| c.is_ascii_uppercase()), "{}", par.name);
        assert!(rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{}", par.name);
        assert!(par.label.is_ascii());
        assert_eq!(PARS.iter().filter(|other| other.name == par.name).count(), 1, "{}", par.name);
        assert!(par.help.ends_with('.') && !par.help.contains("  "), "{}: {}", par.name, par.help);
    }
}

/// A help text is for a user who does not know the parameter yet: more than its label, and of its own.
#[test]
fn every_parameter_has_a_help_text_of_its_own() {
    for par in PARS {
        assert!(par.help.len() > 50 && par.help.len() < 300, "{}: {}", par.name, par.help);
        assert_eq!(PARS.iter().filter(|other| other.help == par.help).count(), 1, "{}", par.name);
    }
}

#[test]
fn every_default_item_is_in_its_menu() {
    for par in PARS {
        if let Kind::Menu { items, default } = &par.kind {
            assert!(items().iter().any(|(name, _)| name == default), "{}", par.name);
        }
    }
}

#[test]
fn every_bit_rate_item_says_its_number() {
    for (name, _, kilobits) in BIT_RATES {
        assert_eq!(bit_rate(name), kilobits);
        assert_eq!(name, format!("b{kilobits}"));
    }
}

#[test]
fn every_parameter_that_another_needs_is_a_switch() {
    for needed in PARS.iter().filter_map(|par| par.needs) {
        assert!(SWITCHES.iter().any(|switch| switch.name == needed.name), "{}", needed.name);
    }
}

//! The README says what is.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use common::process::alone;
use common::{Rig, readers};

/// With plain line ends, whatever an editor or Git made of them.
static README: LazyLock<String> = LazyLock::new(|| include_str!("../README.md").replace("\r\n", "\n"));

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The cells of the rows of the first table below a heading, without the head.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let below = README.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}")).1;
    let rows = below.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2).map(|row| row.split('|').skip(1).map(str::trim).collect()).collect()
}

/// What stands between backquotes.
fn quoted(cell: &str) -> &str {
    cell.trim_matches('`')
}

#[test]
fn the_table_of_parameters_is_the_plugins() {
    let rig = Rig::new(1, 48000.0);
    let rows = table("### Parameters");
    assert_eq!(rows.len(), rig.node.pars().len());
    for (row, par) in rows.iter().zip(rig.node.pars()) {
        assert_eq!((row[0], quoted(row[1])), (par.label.as_str(), par.name.as_str()));
        for (item, _) in &par.menu {
            assert!(row[2].contains(item), "{}: {item}", par.name);
        }
        let default = match quoted(row[3]) {
            "on" if par.kind.is_switch() => "1",
            "off" if par.kind.is_switch() => "0",
            // A button.
            "" if par.kind.is_switch() => "0",
            other => other,
        };
        assert_eq!(default, par.default.to_string(), "{}", par.name);
    }
}

#[test]
fn the_table_of_info_channels_is_the_plugins() {
    let mut rig = Rig::new(1, 48000.0);
    let channels: Vec<String> = rig.node.info_chop().into_iter().map(|(name, _)| name).collect();
    let rows: Vec<&str> = table("### Info CHOP").iter().map(|row| quoted(row[0])).collect();
    assert_eq!(rows, channels);
}

#[test]
fn the_table_of_python_members_is_the_plugins() {
    // Python is to be there before the plugin is loaded.
    alone("the_table_of_python_members_is_the_plugins", Duration::from_secs(60), || {
        if tdhost::python::start().is_err() {
            assert!(std::env::var_os("AFOP_REQUIRE_TOOLS").is_none());
            return;
        }
        let mut rig = Rig::new(1, 48000.0);
        let rows = table("### Python");
        assert_eq!(rows.iter().map(|row| quoted(row[0])).collect::<Vec<_>>(), common::plugin().info().python_members);
        for row in rows {
            let kind = rig.node.evaluate(&format!("type(me.{}).__name__", quoted(row[0])));
            assert_eq!(kind.as_deref(), Ok(row[1]));
        }
    });
}

/// Every sentence that somebody looks up is one that the product says.
#[test]
fn the_sentences_in_the_troubleshooting_are_the_products() {
    let mut sources = String::new();
    for entry in fs::read_dir(root().join("rust/messages")).expect("a folder") {
        sources += &fs::read_to_string(entry.expect("an entry").path()).expect("a source");
    }
    // A backslash at the end of a line joins it with the next.
    let mut joined = String::new();
    for part in sources.replace("\r\n", "\n").split("\\\n") {
        joined += part.trim_start();
    }
    for row in table("## When something is wrong") {
        assert!(joined.contains(quoted(row[0])), "the product never says: {}", row[0]);
    }
}

#[test]
fn the_commands_are_those_of_tdhost() {
    let help = Command::new(env!("CARGO_BIN_EXE_tdhost")).arg("--help").output().expect("tdhost starts").stdout;
    let help = String::from_utf8(help).expect("UTF-8");
    let listed = help.split_once("Commands:\n").expect("a list").1.split("\n\n").next().expect("a list");
    let commands: BTreeSet<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let shown: BTreeSet<&str> = README
        .lines()
        .filter_map(|line| line.strip_prefix("tdhost ")?.split_whitespace().next())
        .chain(["help"])
        .collect();
    assert_eq!(shown, commands);
}

#[test]
fn every_test_is_in_the_list_of_tests() {
    let list = include_str!("README.md").replace("\r\n", "\n");
    let listed: BTreeSet<&str> =
        list.split("\n| `").filter_map(|row| row.split('`').next()?.strip_suffix(".rs")).collect();
    let folder = fs::read_dir(root().join("tests")).expect("the folder");
    let names = folder.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let there: BTreeSet<String> = names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned)).collect();
    assert_eq!(listed, there.iter().map(String::as_str).collect());
}

#[test]
fn what_it_links_to_is_there() {
    let headings: BTreeSet<String> = README
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"))
        .collect();
    let links: Vec<&str> = README.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 5);
    for link in links {
        match link.strip_prefix('#') {
            Some(heading) => assert!(headings.contains(heading), "{link}"),
            None => assert!(link.starts_with("https://") || root().join(link).exists(), "{link}"),
        }
    }
}

#[test]
fn its_python_is_python() {
    let Some(python) = readers::python() else {
        return;
    };
    let blocks: Vec<&str> = README.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        readers::run(python, &["-c", "import ast, sys, textwrap; ast.parse(textwrap.dedent(sys.argv[1]))", block]);
    }
}

//! `tdhost params`: the parameter pages as the plugin declares them.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use crate::{Generation, Node, NodeOptions, ParKind, ParSpec, Plugin, Value, find_plugin};

/// Shows the parameter pages as the plugin declares them.
#[derive(Clone, Debug, clap::Args)]
pub struct ParamsArgs {
    /// The plugin's file; without it the one that was built last
    pub plugin: Option<PathBuf>,
    /// Print JSON instead of tables
    #[arg(long)]
    pub json: bool,
    /// The interface generation that the host speaks: 9, 10.1 or 10.2
    #[arg(long, default_value_t)]
    pub generation: Generation,
}

/// Runs the command.
pub fn run(args: &ParamsArgs) -> ExitCode {
    match describe(args) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("tdhost params: {reason}");
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn describe(args: &ParamsArgs) -> Result<String, String> {
    let path = args.plugin.clone().map_or_else(find_plugin, Ok)?;
    let plugin = Plugin::load(&path, args.generation).map_err(|error| error.to_string())?;
    let node = Node::create(&plugin, &NodeOptions::default());
    Ok(if args.json { as_json(node.pars()) } else { as_tables(node.pars()) })
}

/// The pages in the order in which they first appear, as TouchDesigner shows them.
fn pages(pars: &[ParSpec]) -> Vec<(&str, Vec<&ParSpec>)> {
    let mut pages: Vec<(&str, Vec<&ParSpec>)> = Vec::new();
    for par in pars {
        match pages.iter_mut().find(|(page, _)| *page == par.page) {
            Some((_, list)) => list.push(par),
            None => pages.push((&par.page, vec![par])),
        }
    }
    pages
}

fn as_json(pars: &[ParSpec]) -> String {
    let pages: Vec<_> = pages(pars)
        .into_iter()
        .map(|(page, pars)| json!({ "page": page, "parameters": pars.iter().map(|par| one(par)).collect::<Vec<_>>() }))
        .collect();
    format!("{:#}", json!(pages))
}

fn one(par: &ParSpec) -> serde_json::Value {
    let default = match &par.default {
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
    };
    let items: Vec<_> = par.menu.iter().map(|(name, label)| json!({ "name": name, "label": label })).collect();
    json!({
        "name": par.name,
        "label": par.label,
        "kind": par.kind.name(),
        "default": default,
        "min": par.clamp_min.then_some(par.min),
        "max": par.clamp_max.then_some(par.max),
        "slider": (!par.kind.is_text()).then_some([par.slider_min, par.slider_max]),
        "items": items,
        "section": par.section,
        "help": par.help,
        "result": par.result,
    })
}

fn as_tables(pars: &[ParSpec]) -> String {
    const HEAD: [&str; 5] = ["label", "name", "kind", "default", "values"];
    let rows = |pars: &[&ParSpec]| -> Vec<[String; 5]> {
        pars.iter()
            .map(|par| [par.label.clone(), par.name.clone(), par.kind.to_string(), default(par), values(par)])
            .collect()
    };
    let pages: Vec<_> = pages(pars).into_iter().map(|(page, pars)| (page, rows(&pars))).collect();
    // The same widths on every page, so that the eye can run down.
    let mut widths = HEAD.map(str::len);
    for row in pages.iter().flat_map(|(_, rows)| rows) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; 5]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("  {}", padded.join("  ")).trim_end().to_owned()
    };
    let mut lines = Vec::new();
    for (page, rows) in &pages {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push((*page).to_owned());
        lines.push(line(HEAD));
        lines.extend(rows.iter().map(|row| line(row.each_ref().map(String::as_str))));
    }
    lines.join("\n")
}

fn default(par: &ParSpec) -> String {
    match &par.default {
        Value::Number(number) if par.kind == ParKind::Toggle => (if *number == 0.0 { "off" } else { "on" }).to_owned(),
        Value::Number(_) if par.kind.is_switch() => String::new(),
        value => value.to_string(),
    }
}

fn values(par: &ParSpec) -> String {
    if par.result != 0 {
        return "refused by the host".to_owned();
    }
    if !par.menu.is_empty() {
        let names: Vec<&str> = par.menu.iter().map(|(name, _)| name.as_str()).collect();
        return names.join(", ");
    }
    if par.kind.is_text() || par.kind.is_switch() {
        return String::new();
    }
    match (par.clamp_min, par.clamp_max) {
        (true, true) => format!("{} to {}", par.min, par.max),
        (true, false) => format!("{} or more", par.min),
        (false, true) => format!("{} or less", par.max),
        (false, false) => String::new(),
    }
}

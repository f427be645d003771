//! What TouchDesigner asks when it finds the library, and what the parameters are.

use super::case::Case;
use super::outcome::Verdict;
use super::scene::{Context, judge};
use crate::faults::{Fault, FaultKind};
use crate::ffi::Library;
use crate::plugin::{self, version};
use crate::{Generation, Node, ParSpec, Value};

/// What hosts of generation 9 may happen to have where newer ones have version words.
const GARBAGES: [u8; 5] = [0xCD, 0x00, 0x01, 0x7F, 0xFF];
/// A version whose halves are as great as they can be and still look like version words.
const FAR_FUTURE: i32 = 0xFF | 0xFF << 16;

/// The cases of the group Loading.
pub(super) fn check(context: &Context<'_>, case: Case) -> Result<Verdict, Verdict> {
    context.step("loading the library");
    let library = plugin::open(context.path).map_err(Verdict::failed)?;
    context.step("FillCHOPPluginInfo");
    let result = match case {
        Case::EntryPoints => Ok(()),
        Case::VersionWord => version_word(&library, context.generation),
        Case::UnknownHost => unknown_host(&library, context.generation)?,
        _ => {
            let raw = library.describe(context.generation as u8, GARBAGES[0]);
            match case {
                Case::OperatorType => plugin::check_type(&raw),
                Case::OperatorIcon => plugin::check_icon(&raw),
                Case::OperatorLabel if raw.op_label.is_empty() => Err("has no opLabel".to_owned()),
                Case::InputCounts => plugin::check_inputs(&raw),
                _ => Ok(()),
            }
        }
    };
    // Kept: what unloading does is the business of other cases.
    std::mem::forget(library);
    Ok(match result {
        Ok(()) => Verdict::passed(),
        Err(reason) => Verdict::failed(format!("the plugin {reason}")),
    })
}

fn version_word(library: &Library, generation: Generation) -> Result<(), String> {
    let garbages = if generation == Generation::G9 { &GARBAGES[..] } else { &GARBAGES[..1] };
    for garbage in garbages {
        plugin::check_word(&library.describe(generation as u8, *garbage), generation).map_err(|reason| {
            if generation == Generation::G9 {
                format!("{reason}, when the bytes of later fields are {garbage:#04x}")
            } else {
                reason
            }
        })?;
    }
    Ok(())
}

/// A host that supports nothing that anybody knows: the plugin writes a word that it knows, and is refused.
fn unknown_host(library: &Library, generation: Generation) -> Result<Result<(), String>, Verdict> {
    if generation == Generation::G9 {
        return Err(Verdict::skipped("a host of generation 9 does not tell what it supports"));
    }
    let raw = library.answer_to(FAR_FUTURE, FAR_FUTURE);
    Ok(if raw.threw {
        Err("threw an exception out of FillCHOPPluginInfo".to_owned())
    } else if raw.supported {
        Err(format!(
            "tells a host of version {} that it was made for it: it must write a version that it knows",
            version(FAR_FUTURE)
        ))
    } else {
        Ok(())
    })
}

/// The cases of the group Parameters: what the host noted in `setupParameters`, and what it would have to bear.
pub(super) fn check_parameters(context: &Context<'_>, kind: FaultKind) -> Result<Verdict, Verdict> {
    let plugin = context.plugin()?;
    context.step("setupParameters");
    let node = Node::try_create(&plugin, &[]).map_err(Verdict::failed)?;
    let own = node.pars().iter().filter_map(|par| match kind {
        FaultKind::ParameterMenu => doubled_item(par),
        FaultKind::ParameterRange => impossible_range(par),
        _ => None,
    });
    let own = own.map(|text| Fault { kind, text });
    let noted = node.faults().into_iter().filter(|fault| fault.kind == kind);
    Ok(judge(&noted.chain(own).collect::<Vec<_>>()))
}

fn doubled_item(par: &ParSpec) -> Option<String> {
    let names = par.menu.iter().map(|(name, _)| name);
    let doubled = names.enumerate().find(|(at, name)| par.menu[..*at].iter().any(|(other, _)| other == *name));
    doubled.map(|(_, name)| format!("menu '{}' has the item '{name}' twice", par.name))
}

fn impossible_range(par: &ParSpec) -> Option<String> {
    let Value::Number(default) = par.default else {
        return None;
    };
    let (min, max) = (par.min, par.max);
    if par.clamp_min && par.clamp_max && min > max {
        return Some(format!("parameter '{}' is limited to {min} at least and {max} at most", par.name));
    }
    let outside = par.clamp_min && default < min || par.clamp_max && default > max || !default.is_finite();
    outside.then(|| format!("parameter '{}' has the default {default} outside of its limits {min} to {max}", par.name))
}

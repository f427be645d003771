//! What the host says of a take that starts: its parameters and its table.

use super::params::{self, Par};
use super::scope;
use crate::bridge::Inputs;
use crate::codec::PCM_CODECS;
use crate::formats::{FORMATS, Format, Settings};
use crate::messages::{Problem, Warning};

pub(super) fn toggle(inputs: &Inputs, par: &Par) -> bool {
    inputs.par_int(par.name) != 0
}

pub(super) fn text(inputs: &Inputs, par: &Par) -> String {
    String::from_utf8_lossy(inputs.par_string(par.name)).into_owned()
}

pub(super) fn chosen_format(inputs: &Inputs) -> &'static Format {
    let name = inputs.par_string(params::FILE_TYPE.name);
    FORMATS.iter().find(|format| format.name.as_bytes() == name).unwrap_or(&FORMATS[0])
}

pub(super) fn chosen_settings(inputs: &Inputs) -> Settings {
    let name = inputs.par_string(params::CODEC.name);
    let codec = PCM_CODECS.iter().find(|codec| codec.name.as_bytes() == name).unwrap_or(&PCM_CODECS[1]);
    let quality = inputs.par_double(params::QUALITY.name) as f32;
    Settings {
        codec,
        bit_rate: params::bit_rate(&text(inputs, &params::BIT_RATE)),
        quality: if quality.is_finite() { quality.clamp(0.0, 1.0) } else { 0.5 },
    }
}

/// The channels of the input that `pattern` names.
pub(super) fn select(pattern: &str, inputs: &Inputs) -> Result<Vec<usize>, Problem> {
    let names: Vec<_> =
        (0..inputs.channels()).map(|index| String::from_utf8_lossy(inputs.channel_name(index))).collect();
    let selected = scope::select(pattern, &names);
    if selected.is_empty() { Err(Problem::scope_matches_nothing(pattern, &names)) } else { Ok(selected) }
}

/// The rows of the Header Source DAT, or what is wrong with it.
pub(super) fn metadata_rows(inputs: &Inputs) -> (Vec<(String, String)>, Option<Warning>) {
    let par = params::HEADER_DAT.name;
    let table = inputs.par_table(par);
    let Some(table) = table.as_ref() else {
        let named = String::from_utf8_lossy(inputs.par_string(par)).into_owned();
        return (Vec::new(), (!named.is_empty()).then_some(Warning::NoTable { dat: named }));
    };
    if table.columns() < 2 {
        return (Vec::new(), Some(Warning::NarrowTable { columns: table.columns() }));
    }
    let cell = |row, column| String::from_utf8_lossy(table.cell(row, column)).into_owned();
    ((0..table.rows()).map(|row| (cell(row, 0), cell(row, 1))).collect(), None)
}

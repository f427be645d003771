//! The figures for the eye.

use std::fmt::Write;

use super::cpu::ROWS;
use super::figures::{COOK_CHANNELS, Figures, SCALE_CHANNELS};

const NAME_WIDTH: usize = 30;
const WIDTH: usize = 11;

/// All figures in tables; a dash where there is none.
pub(super) fn describe(figures: &Figures) -> String {
    let mut text = String::new();
    let mut line = |name: &str, cells: Vec<String>| {
        let _ = write!(text, "{name:NAME_WIDTH$}");
        for cell in cells {
            let _ = write!(text, "{cell:>WIDTH$}");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    };
    let cell = |key: &str| figures.get(key).map_or("-".to_owned(), short);

    line("Microseconds of a cook", COOK_CHANNELS.map(|channels| format!("{channels} ch")).into());
    for (name, group) in [
        ("  execute, recording", "execute_us"),
        ("  memcpy of the block", "memcpy_us"),
        ("  execute, Pre-Roll on", "listening_us"),
        ("  execute, waiting for a level", "armed_us"),
        ("  hound on the cook thread", "hound_inline_us"),
        ("  libsndfile on the cook thread", "libsndfile_inline_us"),
    ] {
        line(name, COOK_CHANNELS.map(|channels| cell(&format!("{group}.{channels}"))).into());
    }
    line("  execute, not recording", vec![cell("idle_us")]);
    line("  memcpy of each channel", vec![cell("pass_through_us")]);

    let peers = ["libsndfile", "sox", "ffmpeg", "lame", "oggenc", "flac"];
    line("\nCPU time, peer's = 1", peers.map(str::to_owned).into());
    for row in &ROWS {
        let cells = peers.map(|peer| match row.peers.iter().any(|other| other.name() == peer) {
            true => cell(&format!("cpu_ratio.{}.{peer}", row.key)),
            false => String::new(),
        });
        line(&format!("  {}", row.key), cells.into());
    }

    line("\n24-bit WAV", SCALE_CHANNELS.map(|channels| format!("{channels} ch")).into());
    line("  CPU nanoseconds a sample", SCALE_CHANNELS.map(|channels| cell(&format!("scale.{channels}"))).into());

    line("\n64 nodes in real time", vec!["% of a core".to_owned(), "lost".to_owned()]);
    line("  stereo, 24-bit WAV", vec![cell("nodes64_cpu_percent"), cell("nodes64_lost")]);

    line("\nMemory of a node", ["idle", "2 ch", "64 ch"].map(str::to_owned).into());
    line("  MiB", ["idle", "recording2", "recording64"].map(|state| cell(&format!("memory_mib.{state}"))).into());
    text
}

/// Three significant digits, more only before the point.
fn short(figure: f64) -> String {
    match figure.abs() {
        0.0 => "0".to_owned(),
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_should_have_its_line() {
        let mut figures = Figures::default();
        figures.set("execute_us.64", 41.26);
        figures.set("cpu_ratio.wav24.sox", 0.456);
        let text = describe(&figures);
        assert!(text.contains("41.3") && text.contains("0.46"), "{text}");
        assert!(text.lines().all(|line| line.len() < 110), "{text}");
        for row in &ROWS {
            assert!(text.contains(row.key), "{text}");
        }
    }
}

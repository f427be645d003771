//! Cooks of an unusual kind, and what no cook may do.

use super::outcome::Verdict;
use super::scene::{Context, FPS, RATE, Scene, judge, known_faults};
use crate::faults::FaultKind;
use crate::{Node, ParKind, Time};

/// What a plugin must not do at any cook: everything is tried, and faults of one kind are looked at.
pub(super) fn conduct(context: &Context<'_>, kind: FaultKind) -> Result<Verdict, Verdict> {
    let plugin = context.plugin()?;
    let mut scene = Scene::new(context, &plugin)?;
    scene.plain();
    scene.tour();
    let faults: Vec<_> = scene.faults().into_iter().filter(|fault| fault.kind == kind).collect();
    Ok(judge(&faults))
}

/// The same with memory that becomes unreadable. Who survives has kept nothing.
pub(super) fn kept_memory(context: &Context<'_>) -> Result<Verdict, Verdict> {
    let plugin = context.plugin()?;
    context.step("making an instance");
    let node = Node::try_create_fenced(&plugin).map_err(Verdict::failed)?;
    let mut scene = Scene::of(context, &plugin, node);
    scene.plain();
    scene.tour();
    Ok(Verdict::passed())
}

/// Runs `body` with each switch, and judges what plain cooks do not show already.
pub(super) fn unusual(
    context: &Context<'_>,
    what: &str,
    mut body: impl FnMut(&mut Scene<'_>),
) -> Result<Verdict, Verdict> {
    let plugin = context.plugin()?;
    let known = known_faults(context, &plugin)?;
    let mut scene = Scene::new(context, &plugin)?;
    scene.with_each_switch(what, |scene, _| body(scene));
    let faults: Vec<_> = scene.faults().into_iter().filter(|fault| !known.contains(&fault.kind)).collect();
    Ok(judge(&faults))
}

pub(super) fn no_input(context: &Context<'_>) -> Result<Verdict, Verdict> {
    unusual(context, "cooks without an input", |scene| {
        for _ in 0..2 {
            scene.node.set_input(None);
            scene.cooks(3);
            scene.wire(2, RATE);
            scene.cooks(2);
        }
        scene.node.set_input(None);
        scene.cook(1);
    })
}

pub(super) fn null_getters(context: &Context<'_>) -> Result<Verdict, Verdict> {
    let null = |scene: &mut Scene<'_>, null| {
        let names: Vec<_> =
            scene.node.pars().iter().filter(|par| par.result == 0).map(|par| par.name.clone()).collect();
        names.iter().for_each(|name| scene.node.set_null(name, null));
    };
    unusual(context, "cooks where getters return null", |scene| {
        null(scene, true);
        scene.cooks(2);
        scene.node.set_null_input(true);
        scene.cooks(2);
        null(scene, false);
        scene.cooks(2);
        scene.node.set_null_input(false);
        scene.cook(1);
    })
}

pub(super) fn zero_samples(context: &Context<'_>) -> Result<Verdict, Verdict> {
    unusual(context, "cooks of no sample", |scene| {
        scene.cook(0);
        scene.cook(0);
        // A source that has not cooked yet, while the time goes on.
        for channels in [2, 0] {
            scene.wire(channels, RATE);
            let time = scene.time(1);
            scene.fill(0, 0.0);
            scene.node.cook(&time);
            scene.cook(0);
        }
        scene.wire(2, RATE);
        scene.cook(1);
    })
}

pub(super) fn huge_slices(context: &Context<'_>) -> Result<Verdict, Verdict> {
    const SECONDS: f64 = 10.0;
    unusual(context, "huge slices", |scene| {
        scene.cook(1);
        scene.set_max_slice(SECONDS);
        scene.cook((SECONDS * FPS) as u32);
        scene.set_max_slice(crate::DEFAULT_MAX_SLICE);
        scene.wire(1000, RATE);
        scene.cooks(2);
        scene.wire(2, RATE);
        scene.cook(1);
    })
}

pub(super) fn wild_samples(context: &Context<'_>) -> Result<Verdict, Verdict> {
    const WILD: [f32; 10] = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        f32::MIN_POSITIVE / 2.0,
        -0.0,
        1.0e30,
        2.0,
        0.5,
    ];
    unusual(context, "NaN and infinity", |scene| {
        for round in 0..3 {
            let time = scene.time(1);
            if let Some(input) = scene.node.input_mut() {
                let samples = input.channels.iter_mut().flatten();
                samples.enumerate().for_each(|(at, sample)| *sample = WILD[(at + round) % WILD.len()]);
            }
            scene.node.cook(&time);
        }
        scene.cook(1);
    })
}

pub(super) fn changing_input(context: &Context<'_>) -> Result<Verdict, Verdict> {
    unusual(context, "an input that changes", |scene| {
        for (channels, rate, samples) in [
            (1, 44_100.0, 735),
            (2, RATE, 5000),
            (6, RATE, 800),
            (2, 60.0, 1),
            (1, 192_000.0, 3200),
            (3, 22_050.5, 100),
        ] {
            scene.wire(channels, rate);
            scene.cook(1);
            // Any length: a clip, or the slice of a node that counts otherwise.
            let time = scene.time(1);
            scene.fill(samples, 0.0);
            scene.node.cook(&time);
        }
        scene.wire(2, RATE);
        scene.cook(1);
    })
}

pub(super) fn zero_rate(context: &Context<'_>) -> Result<Verdict, Verdict> {
    unusual(context, "an input without a rate", |scene| {
        for rate in [0.0, -RATE, f64::NAN, f64::INFINITY] {
            scene.wire(2, rate);
            let time = scene.time(1);
            scene.fill(800, 0.0);
            scene.node.cook(&time);
            scene.node.cook(&time);
        }
        scene.wire(2, RATE);
        scene.cook(1);
    })
}

pub(super) fn odd_times(context: &Context<'_>) -> Result<Verdict, Verdict> {
    unusual(context, "odd times", |scene| {
        let odd = |delta_frames: f64, frame: f64, rate: f64| Time {
            delta_frames,
            delta_ms: delta_frames * 1000.0 / rate,
            frame,
            root_frame: frame,
            rate,
            root_rate: rate,
            abs_frame: frame as i64,
        };
        for time in [
            odd(0.0, 1.0, FPS),
            odd(-5.0, 1.0, FPS),
            odd(1.0e9, 2.0, FPS),
            odd(f64::NAN, f64::NAN, FPS),
            odd(f64::INFINITY, 1.0e300, FPS),
            odd(1.0, -1000.0, FPS),
            odd(1.0, 1.0e12, FPS),
            odd(1.0, 3.0, 0.0),
            odd(1.0, 3.0, f64::NAN),
            odd(0.37, 3.5, 24.0),
        ] {
            scene.fill(800, time.frame);
            scene.node.cook(&time);
        }
        scene.cook(1);
    })
}

pub(super) fn odd_texts(context: &Context<'_>) -> Result<Verdict, Verdict> {
    let plugin = context.plugin()?;
    let known = known_faults(context, &plugin)?;
    let mut scene = Scene::new(context, &plugin)?;
    let long = "long ".repeat(2000);
    let texts = [
        "",
        " ",
        &long,
        "\u{fc}n\u{ef} \u{97f3} \u{1f3b5} \u{202e}",
        "%s%n%d{}{suffix}",
        "\"'`$(x);|&<>\n\t",
        "[",
        "*?^",
    ];
    let pars: Vec<_> = scene.node.pars().iter().filter(|par| par.result == 0).cloned().collect();
    for par in pars.iter().filter(|par| par.kind.is_text() && par.kind != ParKind::Menu) {
        for text in texts {
            scene.step(format!("parameter {} is {:.60}", par.name, format!("{text:?}")));
            scene.node.set(&par.name, text);
            scene.cook(1);
            scene.all_switches(true);
            scene.default_switches();
            if par.kind == ParKind::Dat {
                scene.step(format!("a table of it in parameter {}", par.name));
                scene.node.set_table(&par.name, &[vec![text.to_owned(), text.to_owned()], vec![text.to_owned()]]);
                scene.all_switches(true);
                scene.default_switches();
                scene.node.clear_table(&par.name);
            }
        }
        scene.node.set(&par.name, par.default.clone());
        scene.cook(1);
    }
    let faults: Vec<_> = scene.faults().into_iter().filter(|fault| !known.contains(&fault.kind)).collect();
    Ok(judge(&faults))
}

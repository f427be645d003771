//! Instances, threads, the order of calls, and the library itself.

use std::time::{Duration, Instant};

use super::cooks::unusual;
use super::outcome::Verdict;
use super::scene::{Context, Scene, judge, known_faults};
use super::system;
use crate::plugin::version;
use crate::{Generation, Node, ParKind};

/// For threads to go once nothing needs them any more.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn call_order(context: &Context<'_>) -> Result<Verdict, Verdict> {
    unusual(context, "calls in another order", |scene| {
        scene.cook(1);
        // The host changed its mind, twice: asked, and never executed.
        let time = scene.time(1);
        scene.node.prepare(&time);
        scene.node.prepare(&time);
        ask(&mut scene.node);
        scene.cook(1);
        let pars: Vec<_> = scene.node.pars().iter().filter(|par| par.result == 0).cloned().collect();
        for par in pars {
            match par.kind {
                ParKind::Pulse | ParKind::Momentary => scene.node.pulse(&par.name),
                ParKind::DynamicMenu | ParKind::DynamicStringMenu => {
                    scene.node.dynamic_menu(&par.name);
                }
                _ => {}
            }
        }
        // Twice in one frame.
        let time = scene.time(1);
        scene.node.cook(&time);
        scene.node.cook(&time);
        ask(&mut scene.node);
        ask(&mut scene.node);
    })
}

/// Everything that a host may ask for at any time.
fn ask(node: &mut Node) {
    node.info_chop();
    node.info_table();
    node.popup();
    node.warning();
    node.error();
    node.input_label(0);
    node.save();
}

pub(super) fn early_getters(context: &Context<'_>) -> Result<Verdict, Verdict> {
    let plugin = context.plugin()?;
    let known = known_faults(context, &plugin)?;
    let mut scene = Scene::new(context, &plugin)?;
    scene.step("asking for information before the first cook");
    ask(&mut scene.node);
    ask(&mut scene.node);
    scene.cook(1);
    let faults: Vec<_> = scene.faults().into_iter().filter(|fault| !known.contains(&fault.kind)).collect();
    Ok(judge(&faults))
}

pub(super) fn other_threads(context: &Context<'_>) -> Result<Verdict, Verdict> {
    unusual(context, "asking on another thread", |scene| {
        scene.cook(1);
        let times: Vec<_> = (0..60).map(|_| scene.time(1)).collect();
        scene.node.cook_while_asked(&times);
    })
}

pub(super) fn many_instances(context: &Context<'_>) -> Result<Verdict, Verdict> {
    const COUNT: usize = 24;
    let plugin = context.plugin()?;
    let known = known_faults(context, &plugin)?;
    let mut scenes = (0..COUNT).map(|_| Scene::new(context, &plugin)).collect::<Result<Vec<_>, _>>()?;
    context.step(format!("cooking {COUNT} nodes by turns"));
    scenes.iter_mut().for_each(|scene| scene.cooks(2));
    scenes.iter_mut().for_each(|scene| scene.all_switches(true));
    for _ in 0..5 {
        scenes.iter_mut().for_each(|scene| scene.cooks(1));
    }
    context.step(format!("deleting {COUNT} nodes in any order"));
    let mut faults = Vec::new();
    // Steps of 7 reach every remainder's place sooner or later, whatever is left.
    let mut at = 0;
    while !scenes.is_empty() {
        at = (at + 7) % scenes.len();
        let scene = scenes.swap_remove(at);
        faults.extend(scene.faults().into_iter().filter(|fault| !known.contains(&fault.kind)));
        drop(scene);
        if let Some(next) = scenes.first_mut() {
            next.cook(1);
        }
    }
    Ok(judge(&faults))
}

pub(super) fn destroy_while_working(context: &Context<'_>) -> Result<Verdict, Verdict> {
    let plugin = context.plugin()?;
    for round in 0..8 {
        let mut scene = Scene::new(context, &plugin)?;
        if round % 2 == 1 {
            scene.all_switches(true);
        }
        scene.cooks(round / 2);
        scene.step(format!("deleting a node after {} cooks{}", round / 2, ["", " with all switches on"][round % 2]));
        if round >= 6 {
            // Asked, and never executed.
            let time = scene.time(1);
            scene.node.prepare(&time);
        }
        drop(scene);
    }
    Ok(Verdict::passed())
}

pub(super) fn saved_data(context: &Context<'_>) -> Result<Verdict, Verdict> {
    if context.generation < Generation::G10_2 {
        return Err(Verdict::skipped(format!("a host of generation {} saves nothing", context.generation)));
    }
    let plugin = context.plugin()?;
    let word = plugin.info().api_version;
    if word >> 16 < 2 {
        return Err(Verdict::skipped(format!("a plugin of version {} saves nothing", version(word))));
    }
    let known = known_faults(context, &plugin)?;
    let mut scene = Scene::new(context, &plugin)?;
    scene.cooks(2);
    scene.step("saveData");
    let saved = scene.node.save();
    let halves = saved.iter().map(|(key, data)| (key.clone(), data[..data.len() / 2].to_vec())).collect();
    let emptied = saved.iter().map(|(key, _)| (key.clone(), Vec::new())).collect();
    let foreign = vec![("no such key".to_owned(), vec![0xFF; 100])];
    let mut faults = Vec::new();
    for (what, entries) in [
        ("what was saved", saved.clone()),
        ("half of it", halves),
        ("none of it", emptied),
        ("something else", foreign),
    ] {
        context.step(format!("loadData with {what}"));
        let node = Node::try_create(&plugin, &entries).map_err(Verdict::failed)?;
        let mut scene = Scene::of(context, &plugin, node);
        scene.cooks(2);
        ask(&mut scene.node);
        faults.extend(scene.faults().into_iter().filter(|fault| !known.contains(&fault.kind)));
    }
    Ok(judge(&faults))
}

pub(super) fn reload(context: &Context<'_>) -> Result<Verdict, Verdict> {
    for round in 1..=4 {
        context.step(format!("load number {round}"));
        // A refusal counts from the second time on: the first is another case's.
        let plugin = match context.load() {
            Ok(plugin) => plugin,
            Err(refused) if round == 1 => return Err(refused),
            Err(refused) => return Ok(Verdict::failed(format!("load number {round}: {}", refused.message))),
        };
        live(context, &plugin)?;
        context.step(format!("unloading for the {round}. time"));
    }
    Ok(Verdict::passed())
}

/// A node's life.
fn live(context: &Context<'_>, plugin: &crate::Plugin) -> Result<(), Verdict> {
    let mut scene = Scene::new(context, plugin)?;
    scene.cooks(2);
    scene.all_switches(true);
    scene.cooks(2);
    scene.step("deleting the node");
    Ok(())
}

pub(super) fn threads_left(context: &Context<'_>) -> Result<Verdict, Verdict> {
    let Some(before) = system::threads() else {
        return Err(Verdict::skipped("threads cannot be counted on this system"));
    };
    let plugin = context.load()?;
    for _ in 0..3 {
        live(context, &plugin)?;
    }
    context.step("unloading the library");
    drop(plugin);
    context.step("waiting for threads to go");
    let began = Instant::now();
    loop {
        let after = system::threads().unwrap_or(before);
        if after <= before {
            return Ok(Verdict::passed());
        }
        if began.elapsed() > PATIENCE {
            let more = after - before;
            let threads = if more == 1 { "thread is" } else { "threads are" };
            return Ok(Verdict::failed(format!("{more} {threads} left when the nodes and the library are gone")));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(super) fn cook_cost(context: &Context<'_>) -> Result<Verdict, Verdict> {
    const COOKS: usize = 240;
    /// Of 16.7 ms that a whole network has at 60 frames in a second.
    const LIMIT: Duration = Duration::from_millis(1);
    let plugin = context.plugin()?;
    let mut slowest = (Duration::ZERO, String::new());
    let mut scene = Scene::new(context, &plugin)?;
    scene.with_each_switch("measuring cooks", |scene, state| {
        let mut costs: Vec<Duration> = (0..COOKS).map(|_| scene.cost()).collect();
        costs.sort_unstable();
        let median = costs[COOKS / 2];
        if median >= slowest.0 {
            slowest =
                (median, format!("half of the cooks take longer than {:.1} us, {state}", median.as_secs_f64() * 1e6));
        }
    });
    let (median, text) = slowest;
    Ok(if median > LIMIT { Verdict::warning(text) } else { Verdict::noted(text) })
}

//! The plugin's sources pass every model, and for each mistake there is one that they fail.

use std::panic::{AssertUnwindSafe, catch_unwind};

use models::*;
use weak::{Weakened, weaken};

/// The model must end with a panic that says `reason`.
fn finds(mistake: &str, model: fn(), reason: &str) {
    let panic = catch_unwind(AssertUnwindSafe(model)).err();
    let panic = panic.unwrap_or_else(|| panic!("no model finds the mistake: {mistake}"));
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
    assert!(text.contains(reason), "{mistake} ends otherwise: {text}");
}

macro_rules! pass {
    ($($module:ident::$part:ident: $($model:ident)*;)*) => {
        $($(#[test] fn $model() { $module::$part::models::$model(); })*)*
    };
}

pass! {
    real::stream: a_message_comes_before_the_block_after_it a_message_comes_after_the_block_before_it
        an_end_comes_after_the_last_block blocks_go_around_the_ring_and_beside_it silence_comes_where_it_was_put
        a_layout_holds_for_the_blocks_after_it a_sleeping_reader_is_woken;
    real::report: every_event_is_found_once_and_in_order;
}

const RACE: &str = "Causality violation";
const ANOTHER: &str = "assertion `left == right` failed";

#[test]
fn a_ring_whose_stores_are_relaxed_is_found() {
    weaken(Weakened::Stores);
    finds("relaxed stores", real::stream::models::blocks_go_around_the_ring_and_beside_it, RACE);
}

#[test]
fn a_ring_whose_loads_are_relaxed_is_found() {
    weaken(Weakened::Loads);
    finds("relaxed loads", real::stream::models::blocks_go_around_the_ring_and_beside_it, RACE);
}

#[test]
fn a_reader_that_looks_at_the_messages_first_is_found() {
    let model = looks_at_messages_first::stream::models::a_message_comes_before_the_block_after_it;
    finds("messages first", model, ANOTHER);
}

#[test]
fn a_reader_that_looks_at_the_ring_once_is_found() {
    finds("one look", looks_once::stream::models::an_end_comes_after_the_last_block, ANOTHER);
}

/// It did until this model was there: a block that came between its looks was taken for older than the message before
/// it, and the message was stuck for ever.
#[test]
fn a_reader_that_believes_every_second_look_is_found() {
    let module = believes_every_second_look::stream::models::a_message_comes_before_the_block_after_it;
    finds("every second look", module, ANOTHER);
}

#[test]
fn a_reader_that_ends_without_a_fence_is_found() {
    finds("no fence", ends_without_a_fence::stream::models::an_end_comes_after_the_last_block, ANOTHER);
}

#[test]
fn a_writer_that_wakes_before_it_writes_is_found() {
    finds("woken too early", real::stream::models::a_reader_is_woken_too_early, "deadlock");
}

#[test]
fn a_flag_before_its_event_is_found() {
    let model = raises_the_flag_before_the_event::report::models::every_event_is_found_once_and_in_order;
    finds("flag too early", model, ANOTHER);
}

#[test]
fn a_flag_that_is_lowered_too_late_is_found() {
    let model = lowers_the_flag_after_the_events::report::models::every_event_is_found_once_and_in_order;
    finds("flag too late", model, ANOTHER);
}

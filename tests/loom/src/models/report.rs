//! What the queue of events promises, under every order of two threads that post and one that takes.

use std::collections::VecDeque;
use std::sync::Arc;

use loom::thread;

use super::{Event, Events, TakeId};

fn failed() -> Event {
    Event::Failed { next_suffix: String::new() }
}

fn takes(events: VecDeque<(TakeId, Event)>) -> impl Iterator<Item = TakeId> {
    events.into_iter().map(|(take, _)| take)
}

/// As `NodeStatus::lock`, which looks at the flag before it takes the lock: what was posted is found once the flag is
/// seen, in the order of its thread, and nothing stays in the queue behind a flag that is down.
pub fn every_event_is_found_once_and_in_order() {
    loom::model(|| {
        let events = Arc::new(Events::default());
        let threads = [[1, 2], [11, 12]].map(|posted| {
            let events = Arc::clone(&events);
            thread::spawn(move || posted.iter().for_each(|take| events.post(*take, failed())))
        });
        let mut found = Vec::new();
        if events.are_pending() {
            found.extend(takes(events.take()));
            assert!(!found.is_empty(), "a flag without an event");
        }
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        if events.are_pending() {
            found.extend(takes(events.take()));
        }
        for posted in [[1, 2], [11, 12]] {
            let of_thread: Vec<_> = found.iter().filter(|take| posted.contains(take)).copied().collect();
            assert_eq!(of_thread, posted, "of {found:?}");
        }
        assert!(found.len() == 4 && !events.are_pending());
    });
}

//! A file takes no more: the take goes on in another one.

use std::sync::Arc;

use super::Destination;
use super::take::Take;
use crate::destination::part::Part;
use crate::messages::Problem;
use crate::report::Event;

impl Destination {
    /// Gives the open file up because of `problem`, and opens the next for what it did not take, if the format allows
    /// that; else the encoding thread is asked for another part. Whether the next is open.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn go_on_in_another_file(&mut self, problem: Problem) -> Result<bool, Problem> {
        let refused = self.refused.take();
        let Some(take) = &mut self.take else { return Ok(false) };
        let (Some(part), output) = (&mut take.part, Arc::clone(&take.output)) else { return Ok(false) };
        let (path, unwritten) = (part.path().to_owned(), part.stop());
        // What is refused for ever, or longer than the take has time, only means that less could be saved.
        let _ = self.insist(|destination| match &mut destination.take {
            Some(Take { part: Some(part), .. }) => part.salvage(),
            _ => Ok(()),
        });
        let Some(Take { part, .. }) = &mut self.take else { return Ok(false) };
        let Some(heir) = part.as_mut().map(|part| part.give_up(&unwritten, problem)) else { return Ok(false) };
        let Ok((heir, problem)) = heir else {
            if refused.is_some() {
                self.report.events.post(output.id, Event::Dropped);
            }
            output.report.want_part();
            return Ok(false);
        };
        let Some(take) = &mut self.take else { return Ok(false) };
        take.before = take.totals();
        take.part = None;
        let left_out = heir.left_out;
        self.count_left_out(&output, &path, left_out, problem);
        let opened = self.insist(|destination| match &mut destination.take {
            Some(take) => take.open(&*heir.container).map(Some),
            None => Ok(None),
        })?;
        let Some(opened) = opened else { return Ok(false) };
        let faults = Arc::clone(&self.faults);
        self.begin(opened, |file| Part::of_heir(file, heir, &faults));
        if let Some(refused) = refused {
            let over = if left_out == 0 { refused.accepted(&output.report) } else { Event::Dropped };
            self.report.events.post(output.id, over);
        }
        Ok(true)
    }
}

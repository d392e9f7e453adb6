//! The parts that are still to be read, shared by the lanes.
//!
//! One lane is the session that holds the locks of the dump. The others lock a table before they read it, and
//! without waiting: an ALTER TABLE that is queued behind the dump's lock would make them wait for it, and it
//! waits for the dump. A part whose table they cannot lock is left to the holder, for which the lock is there.
//! So the holder stays until no other lane can refuse anything more.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pgx_archive::EntryId;
use tokio::sync::Notify;

use crate::parts::Part;

/// The parts that are still to be read.
pub struct Work {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    waiting: VecDeque<Part>,
    for_holder: VecDeque<Part>,
    others: usize,
    /// Entries whose rows have all been sent.
    sent: HashSet<EntryId>,
}

impl State {
    /// The first part whose rows may be sent now.
    fn take(parts: &mut VecDeque<Part>, sent: &HashSet<EntryId>) -> Option<Part> {
        let at = parts
            .iter()
            .position(|part| part.after.iter().all(|entry| sent.contains(entry)))?;
        parts.remove(at)
    }
}

impl Work {
    /// Work for the holder of the locks and `others` further lanes.
    pub fn new(parts: Vec<Part>, others: usize) -> Work {
        let (for_holder, waiting) = parts.into_iter().partition(|part| part.for_holder);
        let state = State {
            waiting,
            for_holder,
            others,
            sent: HashSet::new(),
        };
        Work {
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// The next part for a lane that locks; waits while parts wait for rows of others.
    pub async fn next(&self) -> Option<Part> {
        self.wait(|state| match State::take(&mut state.waiting, &state.sent) {
            None if !state.waiting.is_empty() => None,
            part => Some(part),
        })
        .await
    }

    /// Says that all rows of an entry have been sent: other parts may have waited for it.
    pub fn sent(&self, entry: EntryId) {
        self.state().sent.insert(entry);
        self.changed.notify_waiters();
    }

    /// Leaves a part, whose table could not be locked, to the holder.
    pub fn refuse(&self, part: Part) {
        self.state().for_holder.push_back(part);
        self.changed.notify_waiters();
    }

    /// The next part for the holder of the locks; waits while others might still refuse one.
    pub async fn next_for_holder(&self) -> Option<Part> {
        self.wait(|state| {
            let own = State::take(&mut state.for_holder, &state.sent);
            match own.or_else(|| State::take(&mut state.waiting, &state.sent)) {
                None if state.others > 0 || !state.waiting.is_empty() || !state.for_holder.is_empty() => None,
                part => Some(part),
            }
        })
        .await
    }

    /// Asks again after each change until there is an answer.
    async fn wait(&self, mut ask: impl FnMut(&mut State) -> Option<Option<Part>>) -> Option<Part> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            if let Some(answer) = ask(&mut self.state()) {
                return answer;
            }
            changed.await;
        }
    }

    /// Counts one of the other lanes out when the returned value is dropped, however that lane ends.
    pub fn enter(&self) -> Leaving<'_> {
        Leaving(self)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The presence of a lane.
pub struct Leaving<'a>(&'a Work);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.state().others -= 1;
        self.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::Format;

    fn part(entry: u32) -> Part {
        Part {
            entry: EntryId(entry),
            number: 1,
            of: 1,
            name: String::new(),
            table: None,
            for_holder: false,
            copy: String::new(),
            format: Format::Text,
            bytes: 0,
            after: Vec::new(),
        }
    }

    #[tokio::test]
    async fn what_only_the_holder_may_read_goes_to_no_other_lane() {
        let alone = Part {
            for_holder: true,
            ..part(1)
        };
        let work = Work::new(vec![alone.clone(), part(2)], 1);
        assert_eq!(work.next().await, Some(part(2)));
        assert_eq!(work.next().await, None);
        assert_eq!(work.next_for_holder().await, Some(alone));
    }

    #[tokio::test]
    async fn the_holder_stays_for_what_others_refuse() {
        let work = Work::new(vec![part(1)], 1);
        let lane = work.enter();
        let taken = work.next().await.expect("there is one part");
        let holder = work.next_for_holder();
        tokio::pin!(holder);
        tokio::select! {
            biased;
            _ = &mut holder => panic!("the other lane may still refuse its part"),
            () = std::future::ready(()) => {}
        }
        work.refuse(taken);
        assert_eq!(holder.await, Some(part(1)));
        drop(lane);
        assert_eq!(work.next_for_holder().await, None);
    }

    #[tokio::test]
    async fn rows_wait_for_rows_that_they_refer_to() {
        let refers = Part {
            after: vec![EntryId(1)],
            ..part(2)
        };
        let work = Work::new(vec![refers, part(1)], 0);
        assert_eq!(work.next().await.map(|part| part.entry), Some(EntryId(1)));
        let next = work.next();
        tokio::pin!(next);
        tokio::select! {
            biased;
            _ = &mut next => panic!("the rows it refers to have not been sent"),
            () = std::future::ready(()) => {}
        }
        work.sent(EntryId(1));
        assert_eq!(next.await.map(|part| part.entry), Some(EntryId(2)));
    }
}

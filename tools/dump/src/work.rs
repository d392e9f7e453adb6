//! The parts that are still to be read, shared by the lanes.
//!
//! One lane is the session that holds the locks of the dump. The others lock a table before they read it, and
//! without waiting: an ALTER TABLE that is queued behind the dump's lock would make them wait for it, and it
//! waits for the dump. A part whose table they cannot lock is left to the holder, for which the lock is there.
//! So the holder stays until no other lane can refuse anything more.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
}

impl Work {
    /// Work for the holder of the locks and `others` further lanes.
    pub fn new(parts: Vec<Part>, others: usize) -> Work {
        let (for_holder, waiting) = parts.into_iter().partition(|part| part.for_holder);
        let state = State {
            waiting,
            for_holder,
            others,
        };
        Work {
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// The next part for a lane that locks.
    pub fn next(&self) -> Option<Part> {
        self.state().waiting.pop_front()
    }

    /// Leaves a part, whose table could not be locked, to the holder.
    pub fn refuse(&self, part: Part) {
        self.state().for_holder.push_back(part);
        self.changed.notify_one();
    }

    /// The next part for the holder of the locks; waits while others might still refuse one.
    pub async fn next_for_holder(&self) -> Option<Part> {
        loop {
            {
                let mut state = self.state();
                let left = state.for_holder.pop_front();
                if let Some(part) = left.or_else(|| state.waiting.pop_front()) {
                    return Some(part);
                }
                if state.others == 0 {
                    return None;
                }
            }
            self.changed.notified().await;
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
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::{EntryId, Format};

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
        }
    }

    #[tokio::test]
    async fn what_only_the_holder_may_read_goes_to_no_other_lane() {
        let alone = Part {
            for_holder: true,
            ..part(1)
        };
        let work = Work::new(vec![alone.clone(), part(2)], 1);
        assert_eq!(work.next(), Some(part(2)));
        assert_eq!(work.next(), None);
        assert_eq!(work.next_for_holder().await, Some(alone));
    }

    #[tokio::test]
    async fn the_holder_stays_for_what_others_refuse() {
        let work = Work::new(vec![part(1)], 1);
        let lane = work.enter();
        let taken = work.next().expect("there is one part");
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
}

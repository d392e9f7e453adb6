//! The parts that are still to be read, shared by the lanes.
//!
//! One lane is the session that holds the locks of the dump. The others lock a table before they read it, and
//! without waiting: an ALTER TABLE that is queued behind the dump's lock would make them wait for it, and it
//! waits for the dump. A part whose table they cannot lock is left to the holder, for which the lock is there; so is
//! one that is partly read, by a lane whose session was lost.
//! So the holder stays until no other lane can refuse anything more.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pgx_archive::EntryId;
use tokio::sync::Notify;

use crate::parts::Part;
use crate::reading::{Reading, readings};

/// Small parts that a lane takes at once, so that the way to the server and back counts once for all of them.
const TOGETHER: usize = 32;

/// The parts that are still to be read.
pub struct Work {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    waiting: VecDeque<Part>,
    for_holder: VecDeque<Part>,
    /// Parts that others have begun, for the holder to go on with.
    begun: VecDeque<Reading>,
    others: usize,
    /// Entries whose rows have all been sent.
    sent: HashSet<EntryId>,
}

impl State {
    /// The first part whose rows may be sent now; with it, when it is small, the small ones that follow.
    fn take(parts: &mut VecDeque<Part>, sent: &HashSet<EntryId>, lanes: usize) -> Option<Vec<Part>> {
        let at = parts.iter().position(|part| State::may(part, sent))?;
        // Towards the end every lane shall have something to do.
        let together = (parts.len() / (2 * lanes)).clamp(1, TOGETHER);
        // What a lane takes it sends in this order: a part may wait for one that is taken with it.
        let mut taken = HashSet::new();
        let run = parts.range(at..).take(together).take_while(|part| {
            let follows = part.is_small() && part.after.iter().all(|id| sent.contains(id) || taken.contains(id));
            taken.insert(part.entry);
            follows
        });
        let run = run.count().max(1);
        Some(parts.drain(at..at + run).collect())
    }

    /// Whether the rows of a part may be sent now.
    fn may(part: &Part, sent: &HashSet<EntryId>) -> bool {
        part.after.iter().all(|entry| sent.contains(entry))
    }

    /// Bytes of the first part whose rows may be sent now.
    fn next_bytes(&self, parts: &VecDeque<Part>) -> Option<u64> {
        let next = parts.iter().find(|part| State::may(part, &self.sent))?;
        Some(next.bytes / u64::from(next.of.max(1)))
    }

    fn lanes(&self) -> usize {
        self.others + 1
    }
}

impl Work {
    /// Work for the holder of the locks and `others` further lanes.
    pub fn new(parts: Vec<Part>, others: usize) -> Work {
        let (for_holder, waiting) = parts.into_iter().partition(|part| part.for_holder);
        let state = State {
            waiting,
            for_holder,
            begun: VecDeque::new(),
            others,
            sent: HashSet::new(),
        };
        Work {
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// The next parts for a lane that locks; waits while parts wait for rows of others.
    pub async fn next(&self) -> Option<Vec<Part>> {
        self.wait(|state| {
            let lanes = state.lanes();
            match State::take(&mut state.waiting, &state.sent, lanes) {
                None if !state.waiting.is_empty() => None,
                parts => Some(parts),
            }
        })
        .await
    }

    /// Says that all rows of an entry have been sent: other parts may have waited for it.
    pub fn sent(&self, entry: EntryId) {
        self.state().sent.insert(entry);
        self.changed.notify_waiters();
    }

    /// Leaves a part, whose table could not be locked, to the holder.
    pub fn refuse(&self, reading: Reading) {
        match reading.has_begun() {
            true => self.state().begun.push_back(reading),
            false => self.state().for_holder.push_back(reading.part),
        }
        self.changed.notify_waiters();
    }

    /// The next parts for the holder of the locks, the largest that it may read, so that nobody is left alone
    /// with one at the end; waits while others might still refuse one.
    pub async fn next_for_holder(&self) -> Option<VecDeque<Reading>> {
        self.wait(|state| {
            if let Some(begun) = state.begun.pop_front() {
                return Some(Some([begun].into()));
            }
            let lanes = state.lanes();
            let own = state.next_bytes(&state.for_holder) >= state.next_bytes(&state.waiting);
            let queue = if own { &mut state.for_holder } else { &mut state.waiting };
            match State::take(queue, &state.sent, lanes) {
                None if state.others > 0 || !state.waiting.is_empty() || !state.for_holder.is_empty() => None,
                parts => Some(parts.map(readings)),
            }
        })
        .await
    }

    /// Asks again after each change until there is an answer.
    async fn wait<T>(&self, mut ask: impl FnMut(&mut State) -> Option<T>) -> T {
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

    async fn for_holder(work: &Work) -> Option<Vec<Part>> {
        let readings = work.next_for_holder().await?;
        Some(readings.into_iter().map(|reading| reading.part).collect())
    }

    #[tokio::test]
    async fn what_only_the_holder_may_read_goes_to_no_other_lane() {
        let alone = Part {
            for_holder: true,
            ..part(1)
        };
        let work = Work::new(vec![alone.clone(), part(2)], 1);
        assert_eq!(work.next().await, Some(vec![part(2)]));
        assert_eq!(work.next().await, None);
        assert_eq!(for_holder(&work).await, Some(vec![alone]));
    }

    #[tokio::test]
    async fn the_holder_takes_the_largest_that_it_may_read() {
        let sized = |entry, bytes, for_holder| Part {
            bytes,
            for_holder,
            ..part(entry)
        };
        let parts = vec![
            sized(1, 9 << 20, false),
            sized(2, 5 << 20, true),
            sized(3, 2 << 20, false),
        ];
        let work = Work::new(parts, 0);
        let mut taken = Vec::new();
        while let Some(parts) = for_holder(&work).await {
            taken.extend(parts.iter().map(|part| part.entry.0));
        }
        assert_eq!(taken, [1, 2, 3]);
    }

    #[tokio::test]
    async fn the_holder_stays_for_what_others_refuse() {
        let work = Work::new(vec![part(1)], 1);
        let lane = work.enter();
        let taken = work.next().await.expect("there is one part").remove(0);
        let holder = for_holder(&work);
        tokio::pin!(holder);
        tokio::select! {
            biased;
            _ = &mut holder => panic!("the other lane may still refuse its part"),
            () = std::future::ready(()) => {}
        }
        work.refuse(Reading::new(taken));
        assert_eq!(holder.await, Some(vec![part(1)]));
        drop(lane);
        assert_eq!(for_holder(&work).await, None);
    }

    #[tokio::test]
    async fn rows_wait_for_rows_that_they_refer_to() {
        let refers = Part {
            after: vec![EntryId(1)],
            ..part(2)
        };
        let work = Work::new(vec![refers, part(1)], 0);
        assert_eq!(work.next().await, Some(vec![part(1)]));
        let next = work.next();
        tokio::pin!(next);
        tokio::select! {
            biased;
            _ = &mut next => panic!("the rows it refers to have not been sent"),
            () = std::future::ready(()) => {}
        }
        work.sent(EntryId(1));
        assert_eq!(next.await.map(|parts| parts[0].entry), Some(EntryId(2)));
    }

    #[tokio::test]
    async fn rows_are_taken_together_with_those_that_they_wait_for() {
        let after = |entry: u32| Part {
            after: vec![EntryId(entry - 1)],
            ..part(entry)
        };
        let work = Work::new([part(1)].into_iter().chain((2..=100).map(after)).collect(), 0);
        let taken = for_holder(&work).await.expect("there are parts");
        assert_eq!(taken.len(), TOGETHER);
        let next = work.next();
        tokio::pin!(next);
        tokio::select! {
            biased;
            _ = &mut next => panic!("the rows it waits for have not been sent"),
            () = std::future::ready(()) => {}
        }
        work.sent(EntryId(TOGETHER as u32));
        assert_eq!(next.await.map(|parts| parts[0].entry.0), Some(TOGETHER as u32 + 1));
    }

    #[tokio::test]
    async fn small_parts_are_taken_together_until_few_are_left() {
        let work = Work::new((1..=100).map(part).collect(), 1);
        let mut taken = Vec::new();
        while let Some(parts) = work.next().await {
            taken.push(parts.len());
        }
        assert_eq!(taken[..3], [25, 18, 14]);
        assert_eq!(taken.iter().sum::<usize>(), 100);
        assert_eq!(taken.last(), Some(&1));
    }
}

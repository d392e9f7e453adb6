//! The schedule: what may start now, as a value without sockets or clocks.
//!
//! A loader asks what is ready, carries it out however it likes, and reports. That is the whole
//! contract: who starts an entry says so ([`Schedule::start`], [`Schedule::batch`]), and each entry that
//! was started ends in exactly one [`Schedule::finished`] or [`Schedule::failed`]. Time, sessions and
//! connections are absent, so that every question of order is a unit test.
//!
//! Two kinds of edges lead to an entry. It *needs* its dependencies: when one fails, it is skipped. It
//! comes *after* other things (all definitions before rows, all rows before privileges, rows before
//! whoever locks their table) whether they succeed or not. Where many wait for many there is a gate
//! between them, so that the edges stay as few as the entries.

pub(crate) mod build;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet};

use pgx_archive::EntryId;

use crate::contents::Contents;

/// Which entries of a restore may start.
///
/// ```
/// use pgx_archive::{Entry, EntryId, Kind};
/// use pgx_restore::{Contents, Options, Schedule};
///
/// let mut table = Entry::new(Kind::Table, Some("public"), "orders", "shop");
/// table.id = EntryId(1);
/// let mut index = Entry::new(Kind::Index, Some("public"), "orders_item", "shop");
/// index.id = EntryId(2);
/// index.dependencies = vec![EntryId(1)];
///
/// let entries = [table, index];
/// let mut schedule = Schedule::new(&Contents::new(&entries, &Options::default()));
/// assert_eq!(schedule.ready().collect::<Vec<_>>(), [EntryId(1)]);
/// schedule.start(EntryId(1));
/// assert_eq!(schedule.ready().count(), 0);
/// schedule.finished(EntryId(1));
/// assert_eq!(schedule.ready().collect::<Vec<_>>(), [EntryId(2)]);
/// ```
#[derive(Clone, Debug)]
pub struct Schedule {
    nodes: Vec<Node>,
    places: HashMap<EntryId, usize>,
    /// Statements that are ready.
    statements: BTreeSet<usize>,
    /// Entries with rows that are ready.
    rows: BTreeSet<usize>,
    unfinished: usize,
    /// Entries with rows that have not ended.
    unfilled: usize,
}

/// An entry, or a gate that many wait for.
#[derive(Clone, Debug, Default)]
struct Node {
    /// None for a gate.
    entry: Option<EntryId>,
    has_rows: bool,
    state: State,
    /// How many nodes it still waits for.
    waits: usize,
    /// Nodes that need it: skipped when it fails.
    needed_by: Vec<usize>,
    /// Nodes that come after it, whatever becomes of it.
    before: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Waiting,
    Ready,
    Running,
    Finished,
    Failed,
    Skipped,
}

impl State {
    fn is_over(self) -> bool {
        matches!(self, State::Finished | State::Failed | State::Skipped)
    }
}

impl Schedule {
    /// A schedule of what is wanted of the contents, with nothing started.
    pub fn new(contents: &Contents<'_>) -> Schedule {
        let (nodes, places) = build::graph(contents);
        let mut schedule = Schedule {
            unfinished: places.len(),
            unfilled: nodes.iter().filter(|node| node.has_rows).count(),
            nodes,
            places,
            statements: BTreeSet::new(),
            rows: BTreeSet::new(),
        };
        let open = (0..schedule.nodes.len()).filter(|&at| schedule.nodes[at].waits == 0);
        schedule.release(open.collect());
        schedule
    }

    /// Entries with statements that may start, in the order of the passes.
    pub fn ready(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.statements.iter().filter_map(|&at| self.nodes[at].entry)
    }

    /// Whether the rows of an entry may go in, or are going in.
    pub fn accepts_rows(&self, id: EntryId) -> bool {
        let node = self.places.get(&id).map(|&at| &self.nodes[at]);
        node.is_some_and(|node| node.has_rows && matches!(node.state, State::Ready | State::Running))
    }

    /// Takes an entry that is ready; false when it is not.
    pub fn start(&mut self, id: EntryId) -> bool {
        match self.places.get(&id) {
            Some(&at) if self.nodes[at].state == State::Ready => {
                self.statements.remove(&at);
                self.rows.remove(&at);
                self.nodes[at].state = State::Running;
                true
            }
            _ => false,
        }
    }

    /// Takes up to `limit` entries with statements that one session may run one after the other: each
    /// needs nothing but what is finished and what stands before it in the batch.
    pub fn batch(&mut self, limit: usize) -> Vec<EntryId> {
        self.batch_of(limit, |_| true)
    }

    /// The same of those entries that the caller accepts; what is refused stays ready.
    pub fn batch_of(&mut self, limit: usize, mut accept: impl FnMut(EntryId) -> bool) -> Vec<EntryId> {
        let mut batch = Vec::new();
        let mut candidates = self.statements.clone();
        // What the batch itself will have done for entries that still wait.
        let mut met: HashMap<usize, usize> = HashMap::new();
        while batch.len() < limit
            && let Some(at) = candidates.pop_first()
        {
            if self.nodes[at].entry.is_some_and(|id| !accept(id)) {
                continue;
            }
            self.statements.remove(&at);
            self.nodes[at].state = State::Running;
            batch.extend(self.nodes[at].entry);
            for &next in &self.nodes[at].needed_by {
                let node = &self.nodes[next];
                let met = met.entry(next).or_default();
                *met += 1;
                if node.state == State::Waiting && node.waits == *met && !node.has_rows {
                    candidates.insert(next);
                }
            }
        }
        batch
    }

    /// Says that an entry that was started is done.
    pub fn finished(&mut self, id: EntryId) {
        if let Some(&at) = self.places.get(&id) {
            self.end(at, State::Finished);
        }
    }

    /// Says that an entry that was started failed; the answer is what will be skipped for it. Nothing is skipped for
    /// what has ended already.
    pub fn failed(&mut self, id: EntryId) -> Vec<EntryId> {
        let Some(&failed) = self.places.get(&id).filter(|&&at| !self.nodes[at].state.is_over()) else {
            return Vec::new();
        };
        let mut skipped = Vec::new();
        let mut seen = HashSet::from([failed]);
        let mut open = vec![failed];
        while let Some(at) = open.pop() {
            for &next in &self.nodes[at].needed_by {
                if seen.insert(next) && !self.nodes[next].state.is_over() {
                    skipped.push(next);
                    open.push(next);
                }
            }
        }
        skipped.sort_unstable();
        self.end(failed, State::Failed);
        for &at in &skipped {
            self.end(at, State::Skipped);
        }
        skipped.iter().filter_map(|&at| self.nodes[at].entry).collect()
    }

    /// Whether everything has ended.
    pub fn is_done(&self) -> bool {
        self.unfinished == 0
    }

    /// Entries that have not ended. When nothing is running and nothing is ready, they wait for one
    /// another in a circle.
    pub fn unfinished(&self) -> Vec<EntryId> {
        let unfinished = self.nodes.iter().filter(|node| !node.state.is_over());
        unfinished.filter_map(|node| node.entry).collect()
    }

    /// Whether all entries with rows have ended.
    pub fn is_filled(&self) -> bool {
        self.unfilled == 0
    }

    /// Whether an entry is part of the restore.
    pub fn has(&self, id: EntryId) -> bool {
        self.places.contains_key(&id)
    }

    /// Ends an entry in whatever state it is; the second time has no effect.
    fn end(&mut self, at: usize, state: State) {
        if self.nodes[at].state.is_over() {
            return;
        }
        self.statements.remove(&at);
        self.rows.remove(&at);
        self.nodes[at].state = state;
        self.unfinished -= 1;
        self.unfilled -= usize::from(self.nodes[at].has_rows);
        let free = self.passed(at);
        self.release(free);
    }

    /// Tells those that wait for a node that it is over; the answer is who is free now.
    fn passed(&mut self, at: usize) -> Vec<usize> {
        let mut next = self.nodes[at].needed_by.clone();
        next.extend_from_slice(&self.nodes[at].before);
        next.retain(|&waiting| {
            let node = &mut self.nodes[waiting];
            node.waits -= 1;
            node.waits == 0
        });
        next
    }

    /// Makes nodes ready; gates open at once, and free who waited at them.
    fn release(&mut self, mut free: Vec<usize>) {
        while let Some(at) = free.pop() {
            let node = &mut self.nodes[at];
            if node.state != State::Waiting {
                continue;
            }
            if node.entry.is_none() {
                node.state = State::Finished;
                free.append(&mut self.passed(at));
                continue;
            }
            node.state = State::Ready;
            let has_rows = node.has_rows;
            if has_rows {
                self.rows.insert(at);
            } else {
                self.statements.insert(at);
            }
        }
    }
}

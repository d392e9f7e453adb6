//! What is to be made next, and what may be made beside it: definitions that depend on rows, and statistics.

use std::collections::BTreeSet;

use pgx_archive::{Entry, EntryId, Section};
use pgx_restore::{Analyses, Claims, Contents, Locks, Schedule, Wants};

use crate::job::{HEAVY, Half, Job, Weights};
use crate::room::Room;

/// The schedule, with what is locked while things are made.
pub struct Agenda<'a> {
    contents: &'a Contents<'a>,
    schedule: &'a mut Schedule,
    weights: Weights,
    wants: Wants<'a>,
    locks: Locks,
    /// Indexes of constraints that stand and wait to be attached.
    to_attach: Vec<EntryId>,
    /// Those that an earlier load has left.
    indexed: BTreeSet<EntryId>,
    analyses: Analyses,
    pace: Pace,
    /// Whether what comes after the rows waits until it is released.
    holding: bool,
}

/// How much is made, and when.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Entries that one session makes in one transaction, or tables that it analyzes.
    pub together: usize,
    /// Whether what depends on rows waits for all of them.
    pub at_end: bool,
}

/// Tables to analyze, each with its statement.
pub type ToAnalyze = Vec<(EntryId, String)>;

impl<'a> Agenda<'a> {
    /// Of what is left of a schedule; with ANALYZE or without. Some constraints have their index already.
    pub fn new(
        contents: &'a Contents<'a>,
        schedule: &'a mut Schedule,
        analyze: bool,
        pace: Pace,
        indexed: BTreeSet<EntryId>,
    ) -> Agenda<'a> {
        let wants = Wants::new(contents);
        let analyses = match analyze {
            true => Analyses::new(contents, &wants),
            false => Analyses::default(),
        };
        Agenda {
            contents,
            schedule,
            weights: Weights::new(contents),
            wants,
            locks: Locks::default(),
            to_attach: Vec::new(),
            indexed,
            analyses,
            pace,
            holding: false,
        }
    }

    /// The same, where what comes after the rows waits until it is [released](Agenda::release).
    pub fn holding(self, holding: bool) -> Agenda<'a> {
        Agenda { holding, ..self }
    }

    /// Whether it waits.
    pub fn holds(&self) -> bool {
        self.holding
    }

    /// Lets what comes after the rows come.
    pub fn release(&mut self) {
        self.holding = false;
    }

    /// Whether an entry is wanted.
    pub fn has(&self, id: EntryId) -> bool {
        self.schedule.has(id)
    }

    /// Whether the rows of an entry may go in, or are going in.
    pub fn accepts_rows(&self, id: EntryId) -> bool {
        self.schedule.accepts_rows(id)
    }

    /// Rows of an entry begin to go in.
    pub fn filling(&mut self, id: EntryId) {
        self.schedule.start(id);
    }

    /// All rows of an entry are in.
    pub fn filled(&mut self, id: EntryId, rows: u64) {
        self.schedule.finished(id);
        self.analyses.finished(id, rows);
    }

    /// What a free session makes next: constraints whose index stands, then what takes longest, then small
    /// things together. What they lock is theirs until they are [`made`](Agenda::made).
    pub fn next_jobs(&mut self) -> Option<(Vec<Job>, Claims)> {
        let jobs = self.ready_jobs()?;
        let claims = jobs.iter().flat_map(|job| job.claims(self.contents, &self.wants));
        let claims = Wants::together(claims.collect());
        self.locks.take(&claims);
        Some((jobs, claims))
    }

    fn ready_jobs(&mut self) -> Option<Vec<Job>> {
        let attach = |id: &EntryId| Job {
            id: *id,
            half: Half::Attach,
        };
        let free = |job: Job| self.locks.are_free(&job.claims(self.contents, &self.wants));
        if let Some(at) = self.to_attach.iter().position(|id| free(attach(id))) {
            return Some(vec![attach(&self.to_attach.swap_remove(at))]);
        }
        let (all, holding) = (
            self.contents,
            self.holding || self.pace.at_end && !self.schedule.is_filled(),
        );
        let heavy = self.schedule.ready().filter_map(|id| {
            let entry = self.contents.get(id).filter(|entry| is_time(holding, all, entry))?;
            let weight = self.weights.of(entry);
            let half = match &entry.using_index {
                Some(_) if self.indexed.contains(&id) => Half::Attach,
                Some(_) => Half::Index,
                None => Half::Whole,
            };
            let job = Job { id, half };
            (weight >= HEAVY && free(job)).then_some((weight, job))
        });
        if let Some((_, job)) = heavy.max_by_key(|(weight, job)| (*weight, std::cmp::Reverse(job.id))) {
            self.schedule.start(job.id);
            return Some(vec![job]);
        }
        let (contents, weights, wants, locks) = (self.contents, &self.weights, &self.wants, &self.locks);
        let mut room = Room::all();
        let batch = self.schedule.batch_of(self.pace.together, |id| {
            contents.get(id).is_some_and(|entry| {
                is_time(holding, contents, entry)
                    && weights.of(entry) < HEAVY
                    && locks.are_free(&Job::whole(id).claims(contents, wants))
                    && room.takes(entry)
            })
        });
        let job = |id: EntryId| match self.indexed.contains(&id) {
            true => attach(&id),
            false => Job::whole(id),
        };
        (!batch.is_empty()).then(|| batch.into_iter().map(job).collect())
    }

    /// Jobs are done, and what they locked is free; the answer is how many entries have ended.
    pub fn made(&mut self, jobs: Vec<Job>, claims: &Claims) -> u64 {
        self.locks.give_back(claims);
        let mut ended = 0;
        for job in jobs {
            match job.half {
                Half::Index => self.to_attach.push(job.id),
                Half::Whole | Half::Attach => {
                    self.schedule.finished(job.id);
                    self.analyses.finished(job.id, 0);
                    ended += 1;
                }
            }
        }
        ended
    }

    /// An entry failed; what is skipped for it.
    pub fn failed(&mut self, id: EntryId) -> Vec<EntryId> {
        let skipped = self.schedule.failed(id);
        // A table is analyzed as far as there is something of it.
        for id in skipped.iter().chain([&id]) {
            self.analyses.finished(*id, 0);
        }
        skipped
    }

    /// What a free session analyzes next: a large table, or small ones together. What they lock is theirs
    /// until they are [`analyzed`](Agenda::analyzed).
    pub fn next_analyses(&mut self) -> Option<(ToAnalyze, Claims)> {
        if self.holding {
            return None;
        }
        let taken = self.analyses.take(self.pace.together, &self.locks, HEAVY);
        let claims = Wants::together(taken.iter().flat_map(|one| one.claims.clone()).collect());
        self.locks.take(&claims);
        let tables: ToAnalyze = taken.into_iter().map(|one| (one.entry, one.sql)).collect();
        (!tables.is_empty()).then_some((tables, claims))
    }

    /// Tables have been analyzed.
    pub fn analyzed(&mut self, claims: &Claims) {
        self.locks.give_back(claims);
    }

    /// Entries that have not ended.
    pub fn unfinished(&self) -> Vec<EntryId> {
        self.schedule.unfinished()
    }
}

/// Whether an entry may be made, though what comes after the rows may have to wait.
fn is_time(holding: bool, contents: &Contents<'_>, entry: &Entry) -> bool {
    !(holding && contents.turn(entry) == Section::PostData)
}

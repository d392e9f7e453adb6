//! Who does what when: rows to sessions, definitions to sessions that are free, until everything is made.
//!
//! The foreman decides, workers carry out. Decisions are values of other files: the schedule says what may
//! be made, claims what may be made side by side, the router which rows go where. Here they meet the stream
//! and the sessions. While the stream flows one session always stays with it, so that the source never waits
//! behind an index.

use std::collections::HashMap;

use pgx_archive::{Entry, EntryEnd, EntryId, PartEnd};
use pgx_cli::{Failure, Process, Progress};
use pgx_restore::{Claims, Contents, Freeze, Locks, Schedule, Table, Wants, freeze};
use tokio::sync::mpsc;

use crate::archive_input::UNTOLD;
use crate::intake::{Arrival, Chunk, Intake};
use crate::job::{HEAVY, Half, Job, Weights};
use crate::router::{Part, Route, Router};
use crate::tally::Tally;
use crate::worker::{Feed, Order, Told, miscounted};

/// Entries that one session makes in one transaction: enough to hide the way to the server and back, few
/// enough that their locks fit the server's table of them.
const BATCH: usize = 100;
/// Small tables that one session analyzes in one go.
const ANALYZED_TOGETHER: usize = 20;
/// Frozen rows cost the table's file anew, which is not worth it below this.
const WORTH_FREEZING: u64 = 8 << 20;

/// Tells workers what to do.
pub struct Foreman<'a> {
    contents: &'a Contents<'a>,
    process: &'a Process,
    progress: &'a Progress,
    tally: &'a mut Tally,
    schedule: &'a mut Schedule,
    weights: Weights,
    wants: Wants<'a>,
    locks: Locks,
    router: Router<Chunk>,
    /// Indexes of constraints that stand and wait to be attached.
    to_attach: Vec<EntryId>,
    workers: Vec<Hand>,
    told: mpsc::UnboundedReceiver<(usize, Told)>,
    /// What the stream says of parts that are not all in yet, and how many of an entry's are.
    ends: HashMap<Part, u64>,
    entries: HashMap<EntryId, Rows>,
    /// Entries whose rows are in.
    pub loaded: Vec<EntryId>,
    created: bool,
    over: bool,
}

/// The workers, as the foreman reaches them.
pub struct Crew {
    /// Where each takes its orders.
    pub orders: Vec<mpsc::UnboundedSender<Order>>,
    /// Where they all tell what they did.
    pub told: mpsc::UnboundedReceiver<(usize, Told)>,
    /// Whether this load has made the tables.
    pub created: bool,
}

/// A worker as the foreman sees it.
struct Hand {
    orders: mpsc::UnboundedSender<Order>,
    doing: Doing,
}

enum Doing {
    Nothing,
    Filling(mpsc::UnboundedSender<Feed>),
    Making(Claims),
    Analyzing,
}

/// What is known of the rows of an entry.
#[derive(Default)]
struct Rows {
    parts: u32,
    end: Option<(u32, u64)>,
}

impl<'a> Foreman<'a> {
    /// A foreman of workers who wait for orders.
    pub fn new(
        contents: &'a Contents<'a>,
        process: &'a Process,
        progress: &'a Progress,
        tally: &'a mut Tally,
        schedule: &'a mut Schedule,
        crew: Crew,
    ) -> Foreman<'a> {
        let Crew { orders, told, created } = crew;
        let workers = orders.into_iter().map(|orders| Hand {
            orders,
            doing: Doing::Nothing,
        });
        Foreman {
            contents,
            process,
            progress,
            tally,
            schedule,
            weights: Weights::new(contents),
            wants: Wants::new(contents),
            locks: Locks::default(),
            router: Router::default(),
            to_attach: Vec::new(),
            workers: workers.collect(),
            told,
            ends: HashMap::new(),
            entries: HashMap::new(),
            loaded: Vec::new(),
            created,
            over: false,
        }
    }

    /// Everything, to the end of the stream and of the schedule.
    pub async fn load(&mut self, intake: &mut Intake) -> Result<(), Failure> {
        loop {
            self.assign(intake.is_pressed());
            if self.over && self.is_idle() {
                return self.all_done();
            }
            tokio::select! {
                biased;
                told = self.told.recv() => self.heard(told)?,
                arrival = intake.next(), if !self.over => {
                    self.arrived(arrival?)?;
                    // What has come already is taken in before anybody is told anything: small parts go
                    // together then.
                    while !self.over && let Some(arrival) = intake.at_hand() {
                        self.arrived(arrival?)?;
                    }
                }
            }
        }
    }

    /// ANALYZE of what was loaded, the largest tables first, as many at once as there are workers.
    pub async fn analyze(&mut self, intake: &mut Intake) -> Result<(), Failure> {
        let mut waiting: Vec<(u64, EntryId, String)> = pgx_restore::analyze(self.contents, &self.loaded)
            .into_iter()
            .map(|(entry, sql)| {
                (
                    entry.data.as_ref().map_or(0, |data| data.estimated_bytes),
                    entry.id,
                    sql,
                )
            })
            .collect();
        waiting.sort_by_key(|(bytes, ..)| *bytes);
        loop {
            for hand in self
                .workers
                .iter_mut()
                .filter(|hand| matches!(hand.doing, Doing::Nothing))
            {
                let Some((bytes, ..)) = waiting.last() else { break };
                let together = if *bytes < HEAVY { ANALYZED_TOGETHER } else { 1 };
                let rest = waiting.len().saturating_sub(together);
                let order = waiting.drain(rest..).map(|(_, id, sql)| (id, sql)).collect();
                hand.tell(Order::Analyze(order), Doing::Analyzing);
            }
            if self.is_idle() {
                return Ok(());
            }
            tokio::select! {
                told = self.told.recv() => self.heard(told)?,
                failure = intake.interrupted() => return Err(failure),
            }
        }
    }

    /// Gives everybody who is free something to do, as far as there is something.
    fn assign(&mut self, pressed: bool) {
        for number in 0..self.workers.len() {
            if !matches!(self.workers[number].doing, Doing::Nothing) {
                continue;
            }
            let for_the_stream = !self.over && self.router.filling() == 0 && self.free() == 1;
            if !for_the_stream && let Some(jobs) = self.next_jobs() {
                self.make(number, jobs);
            } else {
                self.fill(number, pressed);
            }
        }
        if self.free() == 0
            && let Some(number) = self.router.leave(pressed, |id| self.schedule.accepts_rows(id))
        {
            self.workers[number].end();
        }
    }

    fn free(&self) -> usize {
        self.workers
            .iter()
            .filter(|hand| matches!(hand.doing, Doing::Nothing))
            .count()
    }

    fn is_idle(&self) -> bool {
        self.free() == self.workers.len()
    }

    /// What a free session makes next: constraints whose index stands, then what takes longest, then small
    /// things together.
    fn next_jobs(&mut self) -> Option<Vec<Job>> {
        let attach = |id: &EntryId| Job {
            id: *id,
            half: Half::Attach,
        };
        let free = |job: Job| self.locks.are_free(&job.claims(self.contents, &self.wants));
        if let Some(at) = self.to_attach.iter().position(|id| free(attach(id))) {
            return Some(vec![attach(&self.to_attach.swap_remove(at))]);
        }
        let heavy = self.schedule.ready().filter_map(|id| {
            let entry = self.contents.get(id)?;
            let weight = self.weights.of(entry);
            let half = if entry.using_index.is_some() {
                Half::Index
            } else {
                Half::Whole
            };
            let job = Job { id, half };
            (weight >= HEAVY && free(job)).then_some((weight, job))
        });
        if let Some((_, job)) = heavy.max_by_key(|(weight, job)| (*weight, std::cmp::Reverse(job.id))) {
            self.schedule.start(job.id);
            return Some(vec![job]);
        }
        let (contents, weights, wants, locks) = (self.contents, &self.weights, &self.wants, &self.locks);
        let batch = self.schedule.batch_of(BATCH, |id| {
            contents.get(id).is_some_and(|entry| {
                weights.of(entry) < HEAVY && locks.are_free(&Job::whole(id).claims(contents, wants))
            })
        });
        (!batch.is_empty()).then(|| batch.into_iter().map(Job::whole).collect())
    }

    fn make(&mut self, number: usize, jobs: Vec<Job>) {
        let claims = jobs.iter().flat_map(|job| job.claims(self.contents, &self.wants));
        let claims = Wants::together(claims.collect());
        self.locks.take(&claims);
        self.workers[number].tell(Order::Make(jobs), Doing::Making(claims));
    }

    fn fill(&mut self, number: usize, pressed: bool) {
        let mut turns = self.router.turn(number, pressed, |id| self.schedule.accepts_rows(id));
        for turn in &turns {
            self.schedule.start(turn.part.0);
            self.process.messages.info(self.filling(turn.part));
        }
        let (feed, rows) = mpsc::unbounded_channel();
        let order = match turns.len() {
            0 => return,
            1 => {
                let turn = turns.remove(0);
                for chunk in turn.rows {
                    let _ = feed.send(Feed::Rows(chunk));
                }
                if turn.ended {
                    let _ = feed.send(Feed::End);
                }
                let freeze = if turn.first {
                    self.freeze(turn.part.0)
                } else {
                    Freeze::No
                };
                Order::Fill {
                    entry: turn.part.0,
                    freeze,
                    feed: rows,
                }
            }
            _ => Order::FillMany(turns.into_iter().map(|turn| (turn.part.0, turn.rows)).collect()),
        };
        self.workers[number].tell(order, Doing::Filling(feed));
    }

    fn freeze(&self, id: EntryId) -> Freeze {
        let Some(entry) = self.contents.get(id) else {
            return Freeze::No;
        };
        let worth = entry
            .data
            .as_ref()
            .is_some_and(|data| data.estimated_bytes >= WORTH_FREEZING);
        // Foreign keys come after all rows, so nothing refers to a table that was made here.
        let table = Table {
            created_here: self.created && worth,
            ..Table::default()
        };
        freeze(entry, table)
    }

    fn filling(&self, (id, part): Part) -> String {
        let Some(entry) = self.contents.get(id) else {
            return String::new();
        };
        match entry.data.as_ref().map_or(1, |data| data.parts) {
            1 | UNTOLD => format!("filling {}", entry.describe()),
            parts => format!("filling {} (part {part} of {parts})", entry.describe()),
        }
    }

    /// Something came from the stream.
    fn arrived(&mut self, arrival: Arrival) -> Result<(), Failure> {
        match arrival {
            Arrival::Rows(chunk) if self.schedule.has(chunk.entry) => {
                let (part, bytes, row_open) = ((chunk.entry, chunk.part), chunk.bytes.len(), chunk.row_open);
                if let Route::To(number, chunk) = self.router.rows(part, chunk, bytes, row_open) {
                    self.workers[number].feed(Feed::Rows(chunk));
                }
            }
            Arrival::PartEnd(id, part, PartEnd { rows, .. }) if self.schedule.has(id) => {
                let part = (id, part);
                self.ends.insert(part, rows);
                match self.router.ended(part) {
                    Some(number) => self.workers[number].end(),
                    None => {
                        if let Some(complete) = self.router.complete(part) {
                            self.part_in(complete)?;
                        }
                    }
                }
            }
            Arrival::EntryEnd(id, EntryEnd { parts, rows, .. }) if self.schedule.has(id) => {
                self.entries.entry(id).or_default().end = Some((parts, rows));
                self.entry_in(id);
            }
            Arrival::End => self.over = true,
            // What is not wanted has been checked, and goes no further.
            _ => {}
        }
        Ok(())
    }

    /// A worker said something.
    fn heard(&mut self, told: Option<(usize, Told)>) -> Result<(), Failure> {
        let Some((number, told)) = told else {
            return Err(Failure::failed("the sessions of the target stopped unexpectedly"));
        };
        match told {
            Told::Taken(rows, bytes) => {
                self.router.taken(number);
                self.progress.rows(rows, bytes);
                return Ok(());
            }
            Told::Filled(rows) => {
                self.tally.rows += rows.iter().sum::<u64>();
                self.workers[number].doing = Doing::Nothing;
                for complete in self.router.left(number, &rows) {
                    self.part_in(complete)?;
                }
            }
            Told::Made(jobs) => {
                if let Doing::Making(claims) = std::mem::replace(&mut self.workers[number].doing, Doing::Nothing) {
                    self.locks.give_back(&claims);
                }
                for job in jobs {
                    match job.half {
                        Half::Index => self.to_attach.push(job.id),
                        Half::Whole | Half::Attach => {
                            self.schedule.finished(job.id);
                            self.tally.made += 1;
                            self.progress.entry_done();
                        }
                    }
                }
            }
            Told::Analyzed => self.workers[number].doing = Doing::Nothing,
            Told::Failed(failure) => return Err(failure),
        }
        Ok(())
    }

    /// All rows of a part are in.
    fn part_in(&mut self, (part, rows): (Part, u64)) -> Result<(), Failure> {
        let sent = self.ends.remove(&part).unwrap_or(0);
        if rows != sent {
            return Err(match self.contents.get(part.0) {
                Some(entry) => miscounted(entry, rows, sent),
                None => Failure::failed("rows of an entry that is not in the table of contents"),
            });
        }
        self.entries.entry(part.0).or_default().parts += 1;
        self.entry_in(part.0);
        Ok(())
    }

    /// An entry is done when its end has come and all its parts are in.
    fn entry_in(&mut self, id: EntryId) {
        let Some(Rows {
            parts,
            end: Some((all, rows)),
        }) = self.entries.get(&id)
        else {
            return;
        };
        if parts < all {
            return;
        }
        if *rows > 0 {
            self.loaded.push(id);
        }
        let described = self.contents.get(id).map(Entry::describe).unwrap_or_default();
        self.process.messages.info(format!("filled {described}: {rows} rows"));
        self.entries.remove(&id);
        self.schedule.finished(id);
        self.tally.filled += 1;
        self.progress.entry_done();
    }

    /// An error unless nothing is left: entries that wait for one another, or for rows that did not come.
    fn all_done(&self) -> Result<(), Failure> {
        let left = self.schedule.unfinished();
        match left.first().and_then(|&id| self.contents.get(id)) {
            None => Ok(()),
            Some(entry) => Err(Failure::failed("it waits for entries that wait for it, or never came")
                .within(entry.describe())
                .detail(format!("{} entries could not be made", left.len()))),
        }
    }
}

impl Hand {
    fn tell(&mut self, order: Order, doing: Doing) {
        // A worker that has ended has said why.
        let _ = self.orders.send(order);
        self.doing = doing;
    }

    fn feed(&self, feed: Feed) {
        if let Doing::Filling(rows) = &self.doing {
            let _ = rows.send(feed);
        }
    }

    fn end(&self) {
        self.feed(Feed::End);
    }
}

//! Who does what when: rows to sessions, definitions to sessions that are free, until everything is made.
//!
//! The foreman decides, workers carry out. Decisions are values of other files: the agenda says what may be
//! made and what beside it, the router which rows go where. Here they meet the stream
//! and the sessions. While the stream flows one session always stays with it, so that the source never waits
//! behind an index.

use pgx_archive::{Entry, EntryEnd, EntryId, PartEnd};
use pgx_cli::{Failure, Process, Progress};
use pgx_restore::ledger::Done;
use pgx_restore::{Claims, Contents, Freeze, Moment, freeze};
use tokio::sync::mpsc;

use crate::agenda::Agenda;
use crate::archive_input::UNTOLD;
use crate::completion::{Completion, Miscounted};
use crate::errors::{Errors, Refusal};
use crate::existing::Existing;
use crate::intake::{Arrival, Chunk, Intake};
use crate::router::{Part, Route, Router};
use crate::skip::Skip;
use crate::tally::Tally;
use crate::worker::{Feed, Order, Small, Told, miscounted};

/// Frozen rows cost the table's file anew, which is not worth it below this.
const WORTH_FREEZING: u64 = 8 << 20;

/// Tells workers what to do.
pub struct Foreman<'a> {
    contents: &'a Contents<'a>,
    process: &'a Process,
    progress: &'a Progress,
    tally: &'a mut Tally,
    agenda: Agenda<'a>,
    router: Router<Chunk>,
    workers: Vec<Hand>,
    told: mpsc::UnboundedReceiver<(usize, Told)>,
    completion: Completion,
    skip: Skip,
    created: bool,
    existing: &'a Existing,
    errors: &'a mut Errors,
    over: bool,
}

/// The workers, as the foreman reaches them.
pub struct Crew<'a> {
    /// Where each takes its orders.
    pub orders: Vec<mpsc::UnboundedSender<Order>>,
    /// Where they all tell what they did.
    pub told: mpsc::UnboundedReceiver<(usize, Told)>,
    /// Whether this load has made the tables.
    pub created: bool,
    /// The tables that stand already.
    pub existing: &'a Existing,
    /// What an earlier load has done.
    pub done: Done,
    /// What has failed so far.
    pub errors: &'a mut Errors,
}

/// A worker as the foreman sees it.
struct Hand {
    orders: mpsc::UnboundedSender<Order>,
    doing: Doing,
    /// Rows that it has committed of what it is doing.
    kept: u64,
}

enum Doing {
    Nothing,
    Filling(mpsc::UnboundedSender<Feed>),
    Making(Claims),
}

impl<'a> Foreman<'a> {
    /// A foreman of workers who wait for orders.
    pub fn new(
        contents: &'a Contents<'a>,
        process: &'a Process,
        progress: &'a Progress,
        tally: &'a mut Tally,
        agenda: Agenda<'a>,
        crew: Crew<'a>,
    ) -> Foreman<'a> {
        let Crew {
            orders,
            told,
            created,
            existing,
            done,
            errors,
        } = crew;
        let mut router = Router::default();
        for (part, is) in &done.parts {
            router.resumed(*part, is.rows);
        }
        let workers = orders.into_iter().map(|orders| Hand {
            orders,
            doing: Doing::Nothing,
            kept: 0,
        });
        Foreman {
            contents,
            process,
            progress,
            tally,
            agenda,
            router,
            workers: workers.collect(),
            told,
            completion: Completion::default(),
            skip: Skip::new(done.parts),
            created,
            existing,
            errors,
            over: false,
        }
    }

    /// Everything, to the end of the stream and of the schedule.
    pub async fn load(&mut self, intake: &mut Intake) -> Result<(), Failure> {
        let mut interrupted = std::pin::pin!(intake.interrupted());
        loop {
            self.assign(intake.is_pressed());
            if self.over && self.is_idle() {
                if !self.agenda.holds() {
                    return self.all_done();
                }
                self.workers[0].tell(Order::Hooks(Moment::AfterData), Doing::Making(Claims::new()));
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
                failure = &mut interrupted, if self.over => return Err(failure),
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
            // Rows that are all here come first: more depends on them than on anything else.
            let _busy = match (for_the_stream, self.over) {
                (true, _) => self.fill(number, pressed),
                (false, true) => self.fill(number, pressed) || self.make(number) || self.analyze(number),
                (false, false) => self.make(number) || self.fill(number, pressed) || self.analyze(number),
            };
        }
        if self.free() == 0
            && let Some(number) = self.router.leave(pressed, |id| self.agenda.accepts_rows(id))
        {
            self.workers[number].feed(Feed::Leave);
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

    /// Has a session make what can be made, if anything can.
    fn make(&mut self, number: usize) -> bool {
        let Some((jobs, claims)) = self.agenda.next_jobs() else {
            return false;
        };
        self.workers[number].tell(Order::Make(jobs), Doing::Making(claims));
        true
    }

    /// Has a session analyze what is complete, if anything is.
    fn analyze(&mut self, number: usize) -> bool {
        let Some((tables, claims)) = self.agenda.next_analyses() else {
            return false;
        };
        self.workers[number].tell(Order::Analyze(tables), Doing::Making(claims));
        true
    }

    /// Has a session take rows, if any wait.
    fn fill(&mut self, number: usize, pressed: bool) -> bool {
        let mut turns = self.router.turn(number, pressed, |id| self.agenda.accepts_rows(id));
        for turn in &turns {
            self.agenda.filling(turn.part.0);
            self.process.messages.info(self.filling(turn.part));
        }
        let (feed, rows) = mpsc::unbounded_channel();
        let order = match turns.len() {
            0 => return false,
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
                    part: turn.part,
                    after: turn.after,
                    freeze,
                    feed: rows,
                }
            }
            _ => {
                let small = turns.into_iter().map(|turn| Small {
                    part: turn.part,
                    after: turn.after,
                    rows: turn.rows,
                });
                Order::FillMany(small.collect())
            }
        };
        self.workers[number].tell(order, Doing::Filling(feed));
        true
    }

    fn freeze(&self, id: EntryId) -> Freeze {
        let Some(entry) = self.contents.get(id) else {
            return Freeze::No;
        };
        let worth = entry
            .data
            .as_ref()
            .is_some_and(|data| data.estimated_bytes >= WORTH_FREEZING);
        match worth {
            true => freeze(entry, self.existing.table(entry, self.created)),
            false => Freeze::No,
        }
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
            Arrival::Rows(chunk) if self.wants(chunk.entry) => {
                let Some(chunk) = self.skip.rows(chunk, self.contents)? else {
                    return Ok(());
                };
                let (part, bytes, row_open) = ((chunk.entry, chunk.part), chunk.bytes.len(), chunk.row_open);
                if let Route::To(number, chunk) = self.router.rows(part, chunk, bytes, row_open) {
                    self.workers[number].feed(Feed::Rows(chunk));
                }
            }
            Arrival::PartEnd(id, part, end) if self.wants(id) => {
                let part = (id, part);
                self.skip.part_end(part, &end, self.contents)?;
                let PartEnd { rows, .. } = end;
                self.completion.part_said(part, rows);
                match self.router.ended(part) {
                    Some(number) => self.workers[number].end(),
                    None => {
                        if let Some(complete) = self.router.complete(part) {
                            self.part_in(complete)?;
                        }
                    }
                }
            }
            Arrival::EntryEnd(id, EntryEnd { parts, rows, .. }) if self.wants(id) => {
                if let Some(all) = self.completion.entry_said(id, parts, rows) {
                    self.entry_in(id, all);
                }
            }
            Arrival::EntryEnd(id, end) if self.errors.has(id) => self.errors.drained(end.rows),
            Arrival::End { .. } => self.over = true,
            // What is not wanted has been checked, and goes no further.
            _ => {}
        }
        Ok(())
    }

    /// Whether rows of an entry go anywhere.
    fn wants(&self, id: EntryId) -> bool {
        self.agenda.has(id) && !self.errors.has(id)
    }

    /// An entry failed: it is gone on without it and what needs it, where that is tolerated.
    fn give_up(&mut self, refusal: Refusal) -> Result<(), Failure> {
        let id = refusal.entry;
        // Every session that fills a part of it has something to say.
        if self.errors.has(id) {
            return Ok(());
        }
        let skipped = self.agenda.failed(id);
        self.errors.tolerate(self.contents, refusal, &skipped)?;
        for id in skipped.into_iter().chain([id]) {
            self.errors.drained(self.completion.said(id).unwrap_or(0));
            for number in self.router.forget(id) {
                self.workers[number].cut_off();
            }
            self.progress.entry_done();
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
            Told::Merged(id, merged) => {
                let described = self.contents.get(id).map(Entry::describe).unwrap_or_default();
                self.process.messages.info(format!("merged {described}: {merged}"));
                *self.tally.merged.get_or_insert_default() += merged;
                return Ok(());
            }
            Told::Kept(rows) => {
                self.tally.rows += rows;
                self.workers[number].kept += rows;
                return Ok(());
            }
            Told::Filled(rows) => {
                let kept = std::mem::take(&mut self.workers[number].kept);
                self.tally.rows += rows.iter().sum::<u64>() - kept;
                self.workers[number].doing = Doing::Nothing;
                for complete in self.router.left(number, &rows) {
                    self.part_in(complete)?;
                }
            }
            Told::Made(jobs) => {
                let claims = self.workers[number].done();
                let made = jobs.into_iter().filter(|job| !self.errors.has(job.id));
                for _ in 0..self.agenda.made(made.collect(), &claims) {
                    self.tally.made += 1;
                    self.progress.entry_done();
                }
            }
            Told::Analyzed => {
                let claims = self.workers[number].done();
                self.agenda.analyzed(&claims);
            }
            Told::Hooked => {
                self.workers[number].done();
                self.agenda.release();
            }
            Told::Refused(refusal) => return self.give_up(refusal),
            Told::Failed(failure) => return Err(failure),
        }
        Ok(())
    }

    /// All rows of a part are in.
    fn part_in(&mut self, (part, rows): (Part, u64)) -> Result<(), Failure> {
        match self.completion.part_in(part, rows) {
            Ok(Some(all)) => self.entry_in(part.0, all),
            Ok(None) => {}
            Err(Miscounted { sent }) => {
                return Err(match self.contents.get(part.0) {
                    Some(entry) => miscounted(entry, rows, sent),
                    None => Failure::failed("rows of an entry that is not in the table of contents"),
                });
            }
        }
        Ok(())
    }

    /// All rows of an entry are in.
    fn entry_in(&mut self, id: EntryId, rows: u64) {
        let described = self.contents.get(id).map(Entry::describe).unwrap_or_default();
        self.process.messages.info(format!("filled {described}: {rows} rows"));
        self.agenda.filled(id, rows);
        self.tally.filled += 1;
        self.progress.entry_done();
    }

    /// An error unless nothing is left: entries that wait for one another, or for rows that did not come.
    fn all_done(&self) -> Result<(), Failure> {
        let left = self.agenda.unfinished();
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

    /// It has done what it was told; what it had locked for that.
    fn done(&mut self) -> Claims {
        match std::mem::replace(&mut self.doing, Doing::Nothing) {
            Doing::Making(claims) => claims,
            Doing::Nothing | Doing::Filling(_) => Claims::new(),
        }
    }

    /// It gets no more rows, and is told so by that.
    fn cut_off(&mut self) {
        if let Doing::Filling(rows) = &mut self.doing {
            *rows = mpsc::unbounded_channel().0;
        }
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

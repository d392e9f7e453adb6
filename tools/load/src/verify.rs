//! The proof: what the target has now, read again and compared with what the stream said.
//!
//! Rows are digested as the server gives them, in the form and with the settings that the stream names. Of
//! definitions, the target is described as pgx-dump describes a source, and entries are compared with entries: what
//! is not found this way, the catalogs are asked for.

mod definitions;
mod only;
mod report;
mod rows;
mod sessions;

use std::collections::HashMap;

use pgx_archive::{EntryEnd, EntryId, Head};
use pgx_cli::{Failure, Process};
use pgx_restore::ledger::Done;
use pgx_restore::verify::Comparison;
use pgx_restore::{Contents, Options};
use pgx_server::{Conninfo, Session};

use crate::apply::text_of;
use crate::args::LoadArgs;

pub use only::only;
use report::Report;
use sessions::Sessions;

/// What the rows of each entry came to, as the stream says.
pub type Sums = HashMap<EntryId, EntryEnd>;

/// What the parts came to that a stream leaves out, because the target had them already.
pub fn skipped(head: &Head, done: &Done) -> Sums {
    let mut sums = Sums::new();
    for left_out in head.resumes.iter().flat_map(|resumes| &resumes.skipped) {
        // Those of another moment have other numbers, and all of them are left out.
        let is_left_out = |number: u32| head.is_inconsistent() || left_out.parts.contains(&number);
        let of_entry = done.parts.range((left_out.entry, 0)..=(left_out.entry, u32::MAX));
        for (_, part) in of_entry.filter(|((_, number), _)| is_left_out(*number)) {
            let sum = sums.entry(left_out.entry).or_default();
            sum.rows += part.rows;
            sum.digest += part.digest;
        }
    }
    sums
}

/// Both together.
pub fn together(sent: &Sums, skipped: &Sums) -> Sums {
    let mut all = sent.clone();
    for (id, end) in skipped {
        let sum = all.entry(*id).or_default();
        sum.rows += end.rows;
        sum.digest += end.digest;
    }
    all
}

/// A target that is to be proved.
pub struct Proof<'a> {
    /// What the user wants.
    pub args: &'a LoadArgs,
    /// The process.
    pub process: &'a Process,
    /// What the stream says of itself.
    pub head: &'a Head,
    /// Its entries, as far as they are wanted.
    pub contents: &'a Contents<'a>,
    /// How they are restored.
    pub options: &'a Options,
    /// What their rows came to.
    pub sums: Sums,
    /// Whether all of the stream is wanted.
    pub whole: bool,
}

impl Proof<'_> {
    /// Proves what is committed, on sessions of its own.
    pub async fn of_database(&self, info: &Conninfo) -> Result<(), Failure> {
        let sessions = Sessions::open(info, self.args, self.process, text_of(self.head)).await?;
        let holder = sessions.holder().clone();
        let report = self.report(&holder, &sessions).await?;
        sessions.end().await?;
        report.tell(self.process, self.args.verify.json)
    }

    /// Proves what a transaction has written that is not committed yet.
    pub async fn of_transaction(&self, session: &Session) -> Result<(), Failure> {
        let sessions = Sessions::within(session, self.args).await?;
        let report = self.report(session, &sessions).await?;
        report.tell(self.process, self.args.verify.json)
    }

    async fn report(&self, session: &Session, sessions: &Sessions) -> Result<Report, Failure> {
        let facts = &sessions.facts;
        let major = facts.version_num / 10_000;
        let how = Comparison {
            major,
            texts: self.head.source.version / 10_000 == major,
            nothing_else: self.whole && self.head.selection.is_empty() && !self.args.output.into_existing,
        };
        let target = definitions::describe(session, facts, self.head, self.contents).await?;
        let objects = definitions::compare(session, self.contents, &target, self.options, how).await?;
        let behind = definitions::behind(session, self.contents).await?;
        let parts = rows::parts(&target);
        let tables = rows::compare(session, sessions, self.contents, &self.sums, how.texts, &parts).await?;
        Ok(Report {
            database: facts.database.clone(),
            texts: how.texts,
            tables,
            objects,
            behind,
        })
    }
}

//! Small parts that have all come: they go in together, in one transaction and one round trip.

use bytes::Bytes;
use pgx_archive::{Entry, Format};
use pgx_cli::Failure;
use pgx_restore::ledger::{self, whole_rows};
use pgx_restore::{Freeze, copy_in};
use pgx_rows::binary::{HEADER, TRAILER};
use pgx_server::{Burst, Error, rows_of};

use crate::failure;
use crate::intake::Chunk;
use crate::objects;
use crate::worker::{STAGE, Small, Told, Worker, miscounted};

/// What a statement of a burst is there for.
enum Purpose<'a> {
    /// The session, or the transaction.
    Session,
    /// The end of the transaction.
    Commit,
    /// So many rows of a table.
    Rows(&'a Entry, u64),
    /// Large objects.
    Objects(&'a Entry),
}

impl Worker<'_> {
    /// Puts rows of several entries in; gives how many of each.
    pub async fn fill_many(&mut self, parts: &[Small]) -> Result<Vec<u64>, Failure> {
        let told = self.in_ledger(parts)?;
        let mut tries = 0;
        while let Err(failure) = self.fill_many_once(parts, &told).await {
            tries += 1;
            if !self.target.may_retry(&failure, tries) {
                return Err(failure);
            }
            self.target.revive(&failure).await?;
            // All of them are in one transaction.
            if let Some(first) = told.first()
                && self.target.has_rows(first).await?
            {
                break;
            }
        }
        self.target.acknowledged.add(0, told.iter().map(|rows| rows.rows).sum());
        for chunk in parts.iter().flat_map(|small| &small.rows) {
            let taken = Told::Taken(chunk.rows, chunk.bytes.len() as u64);
            let _ = self.tell.send((self.number, taken));
        }
        Ok(told.iter().map(|rows| rows.rows).collect())
    }

    async fn fill_many_once(&mut self, parts: &[Small], told: &[ledger::Rows]) -> Result<(), Failure> {
        let unsent = |error: Error| failure::server(&error);
        let whole = !self.target.is_one_transaction();
        let (mut burst, mut purposes) = (Burst::default(), Vec::new());
        if whole {
            burst.statement("BEGIN").map_err(unsent)?;
            purposes.push(Purpose::Session);
        }
        if self.target.ledger.is_on() {
            for sql in whole_rows(told) {
                burst.statement(&sql).map_err(unsent)?;
                purposes.push(Purpose::Session);
            }
        }
        for Small { part, rows: chunks, .. } in parts {
            let entry = self.entry(part.0)?;
            let encoding = entry
                .data
                .as_ref()
                .map(|data| self.target.encoding_for(data).to_owned());
            if let Some(sql) = encoding.and_then(|encoding| self.target.change_to(&encoding)) {
                burst.statement(&sql).map_err(unsent)?;
                purposes.push(Purpose::Session);
            }
            let before = burst.len();
            add(entry, chunks, &mut burst)?;
            let rows = chunks.iter().map(|chunk| chunk.rows).sum();
            purposes.extend((before..burst.len()).map(|_| match is_objects(entry) {
                true => Purpose::Objects(entry),
                false => Purpose::Rows(entry, rows),
            }));
        }
        if whole {
            burst.statement("COMMIT").map_err(unsent)?;
            purposes.push(Purpose::Commit);
        }
        let answers = self.target.session.burst(burst).await;
        // What happens between them may be about any.
        let name = |small: Option<&Small>| small.and_then(|small| self.contents.get(small.part.0));
        let names = match (name(parts.first()), name(parts.last())) {
            (Some(first), Some(last)) => format!("{} to {}", first.describe(), last.describe()),
            _ => String::new(),
        };
        for (answer, purpose) in answers.into_iter().zip(&purposes) {
            check(answer, purpose, &names)?;
        }
        Ok(())
    }

    /// What the ledger says of parts that are finished with these rows.
    fn in_ledger(&self, parts: &[Small]) -> Result<Vec<ledger::Rows>, Failure> {
        let rows = |small: &Small| {
            let mut rows = self.piece(self.entry(small.part.0)?, small.part, small.after);
            rows.finished = true;
            for chunk in &small.rows {
                rows.rows += chunk.rows;
                rows.digest += chunk.digest;
            }
            Ok(rows)
        };
        parts.iter().map(rows).collect()
    }
}

fn is_objects(entry: &Entry) -> bool {
    entry
        .data
        .as_ref()
        .is_some_and(|data| data.format == Format::LargeObjects)
}

/// Adds the statements that take the rows of an entry, with the rows.
fn add(entry: &Entry, chunks: &[Chunk], burst: &mut Burst) -> Result<(), Failure> {
    if is_objects(entry) {
        return chunks.iter().try_for_each(|chunk| objects::put(&chunk.bytes, burst));
    }
    let sql = copy_in(entry, Freeze::No).map_err(|error| Failure::failed(error.to_string()))?;
    let binary = entry.data.as_ref().is_some_and(|data| data.format == Format::Binary);
    let (header, trailer): (&[u8], &[u8]) = if binary { (&HEADER, &TRAILER) } else { (&[], &[]) };
    let rows = chunks.iter().map(|chunk| chunk.bytes.clone());
    let all = [Bytes::copy_from_slice(header)]
        .into_iter()
        .chain(rows)
        .chain([Bytes::copy_from_slice(trailer)]);
    let sent = burst.copy(&sql, all.filter(|bytes| !bytes.is_empty()));
    sent.map_err(|error| failure::at(&error, entry.describe(), STAGE))
}

/// An error unless the server did what a statement is there for; `names` are all of the entries.
fn check(answer: Result<String, Error>, purpose: &Purpose<'_>, names: &str) -> Result<(), Failure> {
    match (answer, purpose) {
        (Err(error), Purpose::Rows(entry, _) | Purpose::Objects(entry)) => {
            Err(failure::of_rows(&error, entry.describe(), STAGE))
        }
        (Err(error), Purpose::Session | Purpose::Commit) => Err(failure::at(&error, names, STAGE)),
        (Ok(tag), Purpose::Rows(entry, sent)) => match rows_of(&tag) {
            Some(counted) if counted == *sent => Ok(()),
            counted => Err(miscounted(entry, counted.unwrap_or(0), *sent)),
        },
        (Ok(tag), Purpose::Commit) if tag != "COMMIT" => Err(Failure::failed(format!(
            "the server answered {tag} to COMMIT: the transaction had failed before"
        ))),
        (Ok(_), _) => Ok(()),
    }
}

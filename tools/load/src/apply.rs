//! A stream into a database: definitions, rows, what depends on rows, statistics.

use pgx_archive::head::LATIN1_BYTES;
use pgx_archive::{Content, EntryId, Head, Kind};
use pgx_cli::{Failure, Process};
use pgx_restore::{Contents, Options, Schedule};
use pgx_server::Text;

use crate::args::LoadArgs;
use crate::intake::{Arrival, Intake};
use crate::rows::Filling;
use crate::tally::Tally;
use crate::target::Target;

/// How text stands in a stream.
pub fn text_of(head: &Head) -> Text {
    match head.requires.iter().any(|feature| feature == LATIN1_BYTES) {
        true => Text::Bytes,
        false => Text::Utf8,
    }
}

/// Refuses what this tool cannot load as a whole.
pub fn expect_whole_database(head: &Head) -> Result<(), Failure> {
    let content = match head.content {
        Content::Database if head.resumes.is_some() => "the rest of a stream that was cut",
        Content::Database => return Ok(()),
        Content::Globals => "what belongs to a cluster rather than to a database",
        Content::BaseBackup => "a base backup",
    };
    Err(Failure::failed(format!(
        "the stream is {content}, which this version cannot load"
    )))
}

/// Loads the stream; a failure says what the target has.
pub async fn apply(args: &LoadArgs, process: &Process, mut intake: Intake) -> Result<(), Failure> {
    let untouched = |failure| Tally::default().tell(failure);
    let (head, entries) = intake.contents().await.map_err(untouched)?;
    let mut options = args.options();
    let contents = Contents::new(&entries, &options);
    if options.create && contents.first(&Kind::Database).is_none() {
        return Err(Failure::failed("the stream does not say how to create its database")
            .within(intake.name())
            .hint("create an empty database and load into it without -C"));
    }
    let mut target = Target::connect(args, process, text_of(&head)).await?;
    target.examine(head.source.version).await?;
    options.target = Some(target.session.version().major());

    let mut tally = Tally {
        to_fill: contents.wanted().filter(|entry| entry.data.is_some()).count() as u64,
        ..Tally::default()
    };
    let loading = Loading {
        args,
        process,
        contents: &contents,
        options: &options,
        expected: head.estimates.bytes,
    };
    match loading.load(&mut target, intake, &mut tally).await {
        Ok(()) => target.close().await,
        Err(failure) => Err(tally.tell(failure)),
    }
}

/// A load with all it is about.
struct Loading<'a> {
    args: &'a LoadArgs,
    process: &'a Process,
    contents: &'a Contents<'a>,
    options: &'a Options,
    expected: u64,
}

impl Loading<'_> {
    async fn load(&self, target: &mut Target<'_>, mut intake: Intake, tally: &mut Tally) -> Result<(), Failure> {
        let progress = self.process.progress();
        progress.expect(self.contents.wanted().len() as u64, self.expected);
        let mut schedule = Schedule::new(self.contents);

        progress.stage("making definitions");
        target
            .make(&mut schedule, self.contents, self.options, tally, &progress)
            .await?;

        progress.stage("copying rows");
        let mut loaded: Vec<EntryId> = Vec::new();
        let mut filling = Filling::new(self.contents);
        loop {
            match intake.next().await? {
                Arrival::Rows(chunk) if self.takes(&mut schedule, chunk.entry)? => {
                    let (rows, bytes) = (chunk.rows, chunk.bytes.len() as u64);
                    filling.take(chunk, target, tally).await?;
                    progress.rows(rows, bytes);
                }
                Arrival::PartEnd(entry, part, end) if self.takes(&mut schedule, entry)? => {
                    filling.end((entry, part), &end, target, tally).await?;
                }
                Arrival::EntryEnd(entry, end) if self.takes(&mut schedule, entry)? => {
                    schedule.finished(entry);
                    tally.filled += 1;
                    progress.entry_done();
                    if end.rows > 0 {
                        loaded.push(entry);
                    }
                    self.say_filled(entry, end.rows);
                }
                Arrival::End => break,
                // What was not wanted has been checked, and goes no further.
                _ => {}
            }
        }

        progress.stage("making indexes and constraints");
        target
            .make(&mut schedule, self.contents, self.options, tally, &progress)
            .await?;
        self.all_done(&schedule)?;
        if !self.args.output.no_analyze {
            progress.stage("analyzing");
            target.analyze(self.contents, &loaded).await?;
        }
        Ok(())
    }

    /// Whether the rows of an entry are wanted; marks it as begun.
    fn takes(&self, schedule: &mut Schedule, id: EntryId) -> Result<bool, Failure> {
        if !schedule.has(id) {
            return Ok(false);
        }
        if schedule.start(id) || schedule.accepts_rows(id) {
            return Ok(true);
        }
        self.all_done(schedule).map(|()| true)
    }

    /// An error unless nothing is left: entries that wait for one another, or for rows that did not come.
    fn all_done(&self, schedule: &Schedule) -> Result<(), Failure> {
        let left = schedule.unfinished();
        match left.first().and_then(|&id| self.contents.get(id)) {
            None => Ok(()),
            Some(entry) => Err(Failure::failed("it waits for entries that wait for it, or never came")
                .within(entry.describe())
                .detail(format!("{} entries could not be made", left.len()))),
        }
    }

    fn say_filled(&self, id: EntryId, rows: u64) {
        if let Some(entry) = self.contents.get(id) {
            let messages = &self.process.messages;
            messages.info(format!("filled {}: {rows} rows", entry.describe()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_databases_are_loaded() {
        let head = |content| Head::new(content, "b5d6", "2026-01-01T00:00:00Z", "pgx-dump 0.1.0");
        assert!(expect_whole_database(&head(Content::Database)).is_ok());
        let refused = expect_whole_database(&head(Content::BaseBackup));
        assert_eq!(
            refused.map_err(|failure| failure.to_string()),
            Err("the stream is a base backup, which this version cannot load".to_owned())
        );
    }

    #[test]
    fn text_of_a_database_without_encoding_is_bytes() {
        let mut head = Head::new(Content::Database, "b5d6", "2026-01-01T00:00:00Z", "pgx-dump 0.1.0");
        assert_eq!(text_of(&head), Text::Utf8);
        head.requires.push(LATIN1_BYTES.to_owned());
        assert_eq!(text_of(&head), Text::Bytes);
    }
}

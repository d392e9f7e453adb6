//! Errors about single entries, which end the load, or with --keep-going are said, written down and gone on after.

use std::collections::HashSet;
use std::io::Write;

use pgx_archive::{Entry, EntryId};
use pgx_cli::{Content, Exit, Failure, Messages, Output, Process};
use pgx_restore::Contents;
use serde_json::json;

use crate::args::tolerate::TolerateArgs;

/// How many of the entries that are skipped for an error a message names.
const NAMED: usize = 10;

/// Something that failed.
#[derive(Debug)]
pub struct Refusal {
    /// The entry.
    pub entry: EntryId,
    /// Why.
    pub failure: Failure,
}

/// What has failed so far.
pub struct Errors {
    tolerates: bool,
    messages: Messages,
    file: Option<Output>,
    failed: u64,
    skipped: u64,
    /// Entries of this member whose rows are not wanted any more.
    given_up: HashSet<EntryId>,
    /// Rows that came for such entries.
    rows: u64,
}

impl Errors {
    /// None yet.
    pub fn new(args: &TolerateArgs, process: &Process) -> Result<Errors, Failure> {
        let file = args.errors.as_deref().map(|file| {
            let mut output = process.output(Some(file), Content::Text)?;
            // It says what is known, however the load ends.
            output.create().map(|()| output)
        });
        Ok(Errors {
            tolerates: args.keep_going,
            messages: process.messages.clone(),
            file: file.transpose()?,
            failed: 0,
            skipped: 0,
            given_up: HashSet::new(),
            rows: 0,
        })
    }

    /// Another member begins, with entries of its own.
    pub fn next_member(&mut self) {
        self.given_up.clear();
    }

    /// Takes note that an entry failed, and that others are skipped for it; without --keep-going that is the end.
    pub fn tolerate(&mut self, contents: &Contents<'_>, refusal: Refusal, skipped: &[EntryId]) -> Result<(), Failure> {
        if !self.tolerates {
            return Err(refusal.failure);
        }
        let Some(entry) = contents.get(refusal.entry) else {
            return Err(refusal.failure);
        };
        let skipped: Vec<&Entry> = skipped.iter().filter_map(|&id| contents.get(id)).collect();
        self.write(&record(entry, Some(&refusal.failure), None))?;
        for skipped in &skipped {
            self.write(&record(skipped, None, Some(entry.id)))?;
        }
        self.failed += 1;
        self.skipped += skipped.len() as u64;
        self.given_up.insert(entry.id);
        self.given_up.extend(skipped.iter().map(|entry| entry.id));
        let mut notice = refusal.failure.notice;
        if !skipped.is_empty() {
            let lines = notice.detail.take().into_iter().chain([for_it(&skipped)]);
            notice.detail = Some(lines.collect::<Vec<_>>().join("\n"));
        }
        self.messages.error(notice);
        Ok(())
    }

    /// Whether an entry failed, or was skipped.
    pub fn has(&self, id: EntryId) -> bool {
        self.given_up.contains(&id)
    }

    /// So many rows came for an entry that failed or was skipped.
    pub fn drained(&mut self, rows: u64) {
        self.rows += rows;
    }

    /// The end of the input has been reached: an error if anything failed on the way.
    pub fn end(self) -> Result<(), Failure> {
        if let Some(file) = self.file {
            file.finish()?;
        }
        if self.failed == 0 {
            return Ok(());
        }
        let plural = |count: u64, one: &str, many: &str| match count {
            1 => format!("1 {one}"),
            count => format!("{count} {many}"),
        };
        let failed = plural(self.failed, "entry", "entries");
        let mut message = format!("{failed} of the stream failed");
        if self.skipped > 0 {
            message += &format!(", {} skipped for them", plural(self.skipped, "was", "were"));
        }
        let failure = Failure::new(Exit::Tolerated, message);
        Err(match self.rows {
            0 => failure,
            rows => failure.detail(format!(
                "of the tables among them the stream has {}",
                plural(rows, "row", "rows")
            )),
        })
    }

    fn write(&mut self, record: &serde_json::Value) -> Result<(), Failure> {
        let Some(file) = &mut self.file else { return Ok(()) };
        // Whatever happens later, what is known is there.
        let written = writeln!(file, "{record}").and_then(|()| file.flush());
        written.map_err(|error| file.failure(error))
    }
}

/// `skipped for it: index public.a_id, table data public.a, and 3 more`
fn for_it(skipped: &[&Entry]) -> String {
    let mut names: Vec<String> = skipped.iter().take(NAMED).map(|entry| entry.describe()).collect();
    if skipped.len() > NAMED {
        names.push(format!("and {} more", skipped.len() - NAMED));
    }
    format!("skipped for it: {}", names.join(", "))
}

/// The object of the file for an entry.
fn record(entry: &Entry, failure: Option<&Failure>, because: Option<EntryId>) -> serde_json::Value {
    let notice = failure.map(|failure| &failure.notice);
    // Places are the entry and the stage.
    let stage = notice
        .and_then(|notice| notice.context.get(1..))
        .map(|places| places.join(": "));
    json!({
        "entry": entry.id,
        "kind": entry.kind.tag(),
        "schema": entry.schema,
        "name": entry.name,
        "stage": stage.filter(|stage| !stage.is_empty()),
        "sqlstate": notice.and_then(|notice| notice.code.as_deref()),
        "message": notice.map(|notice| notice.message.as_str()),
        "detail": notice.and_then(|notice| notice.detail.as_deref()),
        "hint": notice.and_then(|notice| notice.hint.as_deref()),
        "skipped_because": because,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::MANUAL;
    use crate::example::entries;
    use pgx_archive::Format;
    use pgx_restore::Options;

    fn errors(keep_going: bool) -> Errors {
        let args = TolerateArgs {
            keep_going,
            ..TolerateArgs::default()
        };
        Errors::new(&args, &Process::detached(&MANUAL)).expect("there is no file to open")
    }

    fn refusal() -> Refusal {
        let mut failure = Failure::failed("relation \"a\" already exists (SQLSTATE 42P07)").hint("drop it");
        failure.notice.code = Some("42P07".into());
        Refusal {
            entry: EntryId(1),
            failure: failure.within("creating").within("table public.a"),
        }
    }

    #[test]
    fn an_error_ends_the_load_unless_it_is_tolerated() {
        let entries = entries(Format::Text);
        let contents = Contents::new(&entries, &Options::default());
        let failure = errors(false)
            .tolerate(&contents, refusal(), &[])
            .expect_err("it is the end");
        assert_eq!(failure.exit, Exit::Failed);
        let mut errors = errors(true);
        assert!(errors.tolerate(&contents, refusal(), &[EntryId(2)]).is_ok());
        assert!(errors.has(EntryId(1)) && errors.has(EntryId(2)) && !errors.has(EntryId(3)));
        errors.drained(7);
        let failure = errors.end().expect_err("something failed");
        assert_eq!(failure.exit, Exit::Tolerated);
        assert_eq!(
            failure.to_string(),
            "1 entry of the stream failed, 1 was skipped for them"
        );
        assert_eq!(
            failure.notice.detail.as_deref(),
            Some("of the tables among them the stream has 7 rows")
        );
    }

    #[test]
    fn the_file_has_a_line_for_each() {
        let entries = entries(Format::Text);
        let failed = record(&entries[0], Some(&refusal().failure), None);
        assert_eq!(
            failed.to_string(),
            "{\"detail\":null,\"entry\":1,\"hint\":\"drop it\",\"kind\":\"TABLE\",\
             \"message\":\"relation \\\"a\\\" already exists (SQLSTATE 42P07)\",\"name\":\"a\",\"schema\":\"public\",\
             \"skipped_because\":null,\"sqlstate\":\"42P07\",\"stage\":\"creating\"}"
        );
        let skipped = record(&entries[1], None, Some(EntryId(1)));
        assert_eq!(
            (&skipped["skipped_because"], &skipped["message"]),
            (&json!(1), &json!(null))
        );
    }
}

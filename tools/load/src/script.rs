//! A stream into a script for psql.
//!
//! When the rows come in the order of the entries, the script is what pgx-dump -F plain writes, and
//! pg_dump; otherwise rows stand in the order in which they come. Binary rows become text.

use std::collections::HashSet;
use std::io::Write;

use pgx_archive::{EntryId, Format};
use pgx_cli::{Exit, Failure, Output, Process};
use pgx_restore::memberships::{NOT_MADE, Obstacles};
use pgx_restore::{Contents, Heading, Script, large_objects};
use pgx_rows::large_object::records;
use pgx_selection::Selection;
use pgx_server::Text;

use crate::apply::{expect_whole_database, text_of};
use crate::args::LoadArgs;
use crate::choice::{called, choose};
use crate::intake::{Arrival, Chunk, Intake};
use crate::{publications, rename};

mod to_text;

use to_text::ToText;

/// The line that ends COPY in a script. No row has it: a backslash in a value is doubled.
const END_OF_ROWS: &[u8] = b"\\.\n";

/// Writes the script.
pub async fn write(
    (args, selection): (&LoadArgs, &Selection),
    process: &Process,
    mut intake: Intake,
    output: Output,
) -> Result<(), Failure> {
    let (head, entries, _) = intake.contents().await?;
    expect_whole_database(&head).map_err(|failure| failure.within(intake.name()))?;
    let mut options = args.options();
    options.renames = rename::all(&head, &options);
    let kept = choose(selection, (&head, &entries), &intake, process)?;
    let entries = called(&entries, &kept, &options, process)?;
    let memberships = publications::of(&entries, &kept);
    let obstacles = match selection.bare {
        true => Obstacles::new(),
        false => memberships.none(NOT_MADE),
    };
    let order = publications::possible(&kept, memberships, &obstacles, process);
    let contents = &Contents::of(&entries, &order, &options);
    rename::check(contents, &options, process)?;
    let to_text = ToText::new(contents).map_err(|failure| failure.within(intake.name()))?;
    let heading = Heading {
        server_version: head.source.version_text.clone(),
        producer: concat!("pgx-load version ", env!("CARGO_PKG_VERSION")).to_owned(),
        restrict_key: args.output.restrict_key.clone().unwrap_or_else(random_key),
    };
    let script = Script::new(contents, &options, heading).map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    let progress = process.progress();
    progress.stage("writing");
    progress.expect(contents.wanted().len() as u64, head.estimates.bytes);
    let mut writing = Writing {
        contents,
        script,
        output,
        text: text_of(&head),
        to_text,
        open: None,
        begun: HashSet::new(),
        ended: 0,
    };
    writing.advance()?;
    loop {
        match intake.next().await? {
            Arrival::Rows(chunk) => {
                writing.rows(&chunk)?;
                progress.rows(chunk.rows, chunk.bytes.len() as u64);
            }
            Arrival::EntryEnd(entry, _) => {
                writing.end(entry)?;
                progress.entry_done();
            }
            Arrival::End { more: false } => break,
            Arrival::End { more: true } => {
                return Err(
                    Failure::failed("a script is of one database, and another follows in the stream")
                        .within(intake.name())
                        .hint("load the stream with -C, or write a script of each database"),
                );
            }
            Arrival::Head(_) | Arrival::Contents(..) | Arrival::PartEnd(..) => {}
        }
    }
    writing.advance()?;
    match writing.script.waits_for().and_then(|id| contents.get(id)) {
        Some(entry) => Err(Failure::failed("its rows never came").within(entry.describe())),
        None => writing.output.finish(),
    }
}

/// A key that nobody can guess.
fn random_key() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

struct Writing<'a> {
    contents: &'a Contents<'a>,
    script: Script<'a>,
    output: Output,
    text: Text,
    to_text: ToText,
    /// The entry whose rows are being written.
    open: Option<EntryId>,
    /// Entries of which something has been written.
    begun: HashSet<EntryId>,
    /// How many of them have ended.
    ended: usize,
}

impl Writing<'_> {
    /// Writes text up to the next rows.
    fn advance(&mut self) -> Result<(), Failure> {
        while let Some(text) = self.script.text() {
            self.say(&text)?;
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        self.put(&self.text.encode(text))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.output.write_all(bytes).map_err(|error| self.output.failure(error))
    }

    fn rows(&mut self, chunk: &Chunk) -> Result<(), Failure> {
        if !self.open(chunk.entry)? {
            return Ok(());
        }
        let entry = self.contents.get(chunk.entry);
        let format = entry.and_then(|entry| entry.data.as_ref()).map(|data| data.format);
        let wrong = match format {
            Some(Format::LargeObjects) => self.objects(&chunk.bytes)?,
            _ => match self.to_text.rows(chunk.entry, &chunk.bytes) {
                Err(wrong) => Some(wrong.to_string()),
                Ok(rows) if holds_end_of_rows(rows) => Some("a row looks like the end of all rows".to_owned()),
                Ok(rows) => {
                    let written = self.output.write_all(rows);
                    written.map_err(|error| self.output.failure(error))?;
                    None
                }
            },
        };
        match (wrong, entry) {
            (None, _) => Ok(()),
            (Some(wrong), Some(entry)) => Err(Failure::failed(wrong).within(entry.describe())),
            (Some(wrong), None) => Err(Failure::failed(wrong)),
        }
    }

    fn objects(&mut self, bytes: &[u8]) -> Result<Option<String>, Failure> {
        let mut text = String::new();
        for record in records(bytes) {
            match record {
                Ok(record) => {
                    let piece = (record.oid, record.offset, record.bytes);
                    large_objects::script_piece(piece, record.last, &mut text);
                }
                Err(error) => return Ok(Some(error.to_string())),
            }
        }
        self.put(text.as_bytes())?;
        Ok(None)
    }

    /// Makes an entry the one whose rows are being written; false when it is not wanted.
    fn open(&mut self, id: EntryId) -> Result<bool, Failure> {
        if self.open == Some(id) {
            return Ok(true);
        }
        let Some(text) = self.script.open(id) else {
            return Ok(false);
        };
        self.close()?;
        self.say(&text)?;
        self.open = Some(id);
        self.begun.insert(id);
        Ok(true)
    }

    fn close(&mut self) -> Result<(), Failure> {
        match self.open.take() {
            Some(id) => {
                let text = self.script.close(id);
                self.say(&text)
            }
            None => Ok(()),
        }
    }

    /// Ends the rows of an entry, of which there may have been none. What follows in the script waits until no entry
    /// has rows to come of which some are written: a foreign key would be made before them.
    fn end(&mut self, id: EntryId) -> Result<(), Failure> {
        if !self.begun.contains(&id) {
            self.open(id)?;
        }
        if self.open == Some(id) {
            self.close()?;
        }
        self.ended += usize::from(self.begun.contains(&id));
        match self.ended == self.begun.len() {
            true => self.advance(),
            false => Ok(()),
        }
    }
}

/// Whether COPY would stop reading before the end of these rows.
fn holds_end_of_rows(rows: &[u8]) -> bool {
    let newline_before = |at: usize| at == 0 || rows[at - 1] == b'\n';
    rows.windows(END_OF_ROWS.len())
        .enumerate()
        .any(|(at, bytes)| bytes == END_OF_ROWS && newline_before(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::MANUAL;
    use crate::example::{Sent, entries, stream_in};
    use clap::Parser;
    use pgx_cli::{Content, Input};

    #[derive(Parser)]
    #[command(disable_help_flag = true)]
    struct Tool {
        #[command(flatten)]
        args: LoadArgs,
    }

    /// The script of a stream, from its first entry to its last.
    fn script_of(format: Format, sent: &[Sent]) -> Result<String, Failure> {
        let directory = std::env::temp_dir().join(format!("pgx-load-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&directory).expect("a place for the script");
        let file = directory.join("out.sql");
        let args = Tool::parse_from(["pgx-load", "-f", "out.sql", "--restrict-key", "k"]).args;
        let process = Process::detached(&MANUAL);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let result = runtime.expect("a runtime needs only memory").block_on(async {
            let input = Input::from_reader(std::io::Cursor::new(stream_in(format, sent)), "shop.pgx")?;
            let output = process.output(Some(&file), Content::Text)?;
            let intake = Intake::start(input, false, (64 << 20, std::time::Duration::from_secs(600)), &process)?;
            write((&args, &Selection::default()), &process, intake, output).await
        });
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::remove_dir_all(&directory).expect("the script goes");
        result.map(|()| text)
    }

    /// The lines that are no comment and not empty, after the settings.
    fn lines(script: &str) -> Vec<&str> {
        let body = script.split_once("row_security = off;\n").map_or("", |(_, body)| body);
        let says = |line: &&str| !line.is_empty() && !line.starts_with("--");
        body.lines().filter(says).collect()
    }

    const TABLE: &str = "CREATE TABLE public.a (id integer);";
    const INDEX: &str = "CREATE INDEX a_id ON public.a USING btree (id);";

    #[test]
    fn interleaved_rows_are_copied_in_turns() {
        let sent = [
            Sent::Rows(3, "1\n"),
            Sent::Rows(2, "2\n"),
            Sent::Rows(3, "3\n"),
            Sent::End,
        ];
        let (a, b) = ("COPY public.a (id) FROM stdin;", "COPY public.b (id) FROM stdin;");
        assert_eq!(
            lines(&script_of(Format::Text, &sent).unwrap()),
            [
                TABLE,
                b,
                "1",
                "\\.",
                a,
                "2",
                "\\.",
                b,
                "3",
                "\\.",
                INDEX,
                "\\unrestrict k"
            ]
        );
    }

    #[test]
    fn an_entry_without_rows_is_there() {
        let (a, b) = ("COPY public.a (id) FROM stdin;", "COPY public.b (id) FROM stdin;");
        assert_eq!(
            lines(&script_of(Format::Text, &[Sent::End]).unwrap()),
            [TABLE, a, "\\.", b, "\\.", INDEX, "\\unrestrict k"]
        );
    }

    /// A binary row of an integer.
    const SEVEN: &str = "\0\x01\0\0\0\x04\0\0\0\x07";

    #[test]
    fn binary_rows_become_text() {
        let sent = [Sent::Rows(2, SEVEN), Sent::End];
        let script = script_of(Format::Binary, &sent).unwrap();
        assert_eq!(lines(&script)[1..3], ["COPY public.a (id) FROM stdin;", "7"]);
    }

    #[test]
    fn binary_rows_of_unknown_types_are_refused_with_the_remedy() {
        let refused = |types: &[&str]| {
            let mut entries = entries(Format::Binary);
            if let Some(data) = &mut entries[1].data {
                data.types = types.iter().map(|&spelled| spelled.to_owned()).collect();
            }
            let contents = Contents::new(&entries, &pgx_restore::Options::default());
            let Err(failure) = ToText::new(&contents) else {
                panic!("{types:?} are accepted");
            };
            assert!(failure.notice.hint.is_some());
            failure.to_string()
        };
        assert_eq!(
            refused(&[]),
            "table data public.a: its rows are binary, and it is not said of which types"
        );
        assert_eq!(
            refused(&["tsvector"]),
            "table data public.a: column id is binary, and of a type that is not known: tsvector"
        );
    }

    #[test]
    fn rows_that_would_end_the_rows_are_refused() {
        let failure = script_of(Format::Text, &[Sent::Rows(2, "\\.\n"), Sent::End]).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "table data public.a: a row looks like the end of all rows"
        );
    }

    #[test]
    fn a_row_cannot_end_the_rows() {
        assert!(!holds_end_of_rows(b"1\ta\\\\.\n2\tb.\n"));
        assert!(!holds_end_of_rows(b"\\N\n.\n"));
        assert!(holds_end_of_rows(b"\\.\nDROP TABLE t;\n"));
        assert!(holds_end_of_rows(b"1\n\\.\n"));
    }
}

//! The list that people read, and that `-L` reads back: pg_restore's, line for line.

use std::borrow::Cow;
use std::io::{self, Write};

use pgx_archive::{Entry, Kind};
use pgx_selection::Kept;

use crate::contents::Contents;

/// What is listed, and for whom.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice {
    /// Every entry, kept or not, and what each depends on (`-v`).
    pub everything: bool,
    /// Nothing in it may move the cursor of a terminal.
    pub safe: bool,
}

/// Writes the facts of the stream as comments, then a line for each entry that is kept.
pub fn write(contents: &Contents, kept: &Kept, choice: Choice, out: &mut impl Write) -> io::Result<()> {
    for line in facts(contents)
        .lines()
        .map(Cow::Borrowed)
        .chain(lines(contents, kept, choice))
    {
        let line = if choice.safe {
            pgx_cli::sanitize_lines(&line).into()
        } else {
            line
        };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn facts(contents: &Contents) -> String {
    let head = &contents.head;
    let source = &head.source;
    format!(
        ";\n\
         ; Archive created at {created}\n\
         ;     dbname: {database}\n\
         ;     TOC Entries: {entries}\n\
         ;     Format: {format}\n\
         {archive}\
         ;     Dumped from database version: {version}\n\
         ;     Dumped by: {producer}\n\
         ;\n;\n; Selected TOC Entries:\n;",
        created = one_line(&moment(&head.created)),
        database = one_line(&source.database),
        entries = contents.entries.len(),
        format = match contents.archive {
            None => format!("PGX {}", one_line(&head.format)),
            Some(format) => format.to_owned(),
        },
        archive = match head.archive.as_str() {
            "" => String::new(),
            archive => format!(";     Archive: {}\n", one_line(archive)),
        },
        version = one_line(&source.version_text),
        producer = one_line(&head.producer),
    )
}

fn lines<'a>(contents: &'a Contents, kept: &'a Kept, choice: Choice) -> Box<dyn Iterator<Item = Cow<'a, str>> + 'a> {
    match choice.everything {
        true => Box::new(contents.entries.iter().flat_map(|entry| {
            let needs = (!entry.dependencies.is_empty()).then(|| {
                let ids: Vec<String> = entry.dependencies.iter().map(|id| format!(" {id}")).collect();
                format!(";\tdepends on:{}", ids.concat())
            });
            [line(entry)].into_iter().chain(needs).map(Cow::from)
        })),
        false => {
            let listed = contents.kept(kept).filter(|entry| is_listed(entry));
            Box::new(listed.map(|entry| line(entry).into()))
        }
    }
}

/// Whether pg_restore's list has it: everything that a restore would run or fill, but not what only
/// sets the stage.
pub fn is_listed(entry: &Entry) -> bool {
    match entry.kind {
        Kind::Encoding | Kind::StdStrings | Kind::SearchPath => false,
        _ => entry.data.is_some() || !entry.create.is_empty(),
    }
}

/// `5; 1259 16385 TABLE public orders alice`
fn line(entry: &Entry) -> String {
    format!(
        "{}; {} {} {} {} {} {}",
        entry.id,
        entry.catalog.class,
        entry.catalog.oid,
        one_line(entry.kind.tag()),
        entry.schema.as_deref().map_or(Cow::Borrowed("-"), one_line),
        one_line(&entry.name),
        one_line(&entry.owner),
    )
}

/// A name cannot begin a new line, which `-L` would take for an entry.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(['\n', '\r']) {
        text.replace(['\n', '\r'], " ").into()
    } else {
        text.into()
    }
}

/// `2026-01-31T12:00:00Z` the way pg_restore writes it.
fn moment(rfc3339: &str) -> String {
    match rfc3339.strip_suffix('Z').and_then(|moment| moment.split_once('T')) {
        Some((date, time)) => format!("{date} {time} UTC"),
        None => rfc3339.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::Contents;
    use crate::example;
    use pgx_selection::{Selection, select};

    fn kept(entries: &[Entry], database: bool) -> Kept {
        let selection = Selection {
            database,
            ..Selection::default()
        };
        select(entries, &selection, "shop").expect("there are no patterns")
    }

    fn listed(choice: Choice, database: bool) -> String {
        let contents = Contents::of(example::head(), example::entries());
        let mut out = Vec::new();
        write(&contents, &kept(&contents.entries, database), choice, &mut out).expect("memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_list_of_pg_restore() {
        assert_eq!(
            listed(Choice::default(), false),
            ";\n\
             ; Archive created at 2026-01-31 12:00:00 UTC\n\
             ;     dbname: shop\n\
             ;     TOC Entries: 5\n\
             ;     Format: PGX 1.0\n\
             ;     Archive: 0b5fa9d2\n\
             ;     Dumped from database version: 18.6\n\
             ;     Dumped by: pgx-dump 0.1.0\n\
             ;\n;\n; Selected TOC Entries:\n;\n\
             4; 1259 16385 TABLE public or ders alice\n\
             5; 0 16385 TABLE DATA public or ders alice\n"
        );
    }

    #[test]
    fn the_database_and_what_belongs_to_it_are_listed_when_asked_for() {
        let list = listed(Choice::default(), true);
        assert!(
            list.contains("\n2; 1262 16384 DATABASE - shop alice\n3; 0 0 COMMENT - DATABASE shop alice\n"),
            "{list}"
        );
        assert!(!list.contains("ENCODING"));
    }

    #[test]
    fn everything_comes_with_what_it_depends_on() {
        let everything = Choice {
            everything: true,
            ..Choice::default()
        };
        let list = listed(everything, false);
        assert!(list.contains("\n1; 0 0 ENCODING - ENCODING \n"), "{list}");
        assert!(
            list.ends_with("TABLE DATA public or ders alice\n;\tdepends on: 4\n"),
            "{list}"
        );
    }

    #[test]
    fn a_terminal_gets_no_control_characters() {
        let mut entries = example::entries();
        entries[3].name = "\x1b[2J".into();
        let mut out = Vec::new();
        let choice = Choice {
            safe: true,
            ..Choice::default()
        };
        let contents = Contents::of(example::head(), entries);
        write(&contents, &kept(&contents.entries, false), choice, &mut out).expect("memory");
        assert!(!out.contains(&0x1b));
    }
}

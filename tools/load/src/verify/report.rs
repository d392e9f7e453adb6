//! What the proof came to, for people and for programs.

use pgx_archive::spelling::qualified;
use pgx_cli::{Content, Exit, Failure, Notice, Process, json_line};
use pgx_restore::verify::{Difference, Flaw};
use serde::Serialize;

use crate::verify::definitions::{Behind, Objects};
use crate::verify::rows::{Outcome, Table};

/// What the proof came to.
pub struct Report {
    /// The database.
    pub database: String,
    /// Whether definitions were compared word by word.
    pub texts: bool,
    /// Rows.
    pub tables: Vec<Table>,
    /// Definitions.
    pub objects: Objects,
    /// Sequences that will give values which are taken.
    pub behind: Vec<Behind>,
}

/// A line of JSON. The fields are documented in the manual page: they stay.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Rows {
        name: &'a str,
        result: &'static str,
        stream_rows: u64,
        target_rows: Option<u64>,
        stream_digest: String,
        target_digest: Option<String>,
    },
    Object {
        kind: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        schema: Option<&'a str>,
        name: &'a str,
        result: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        what: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        stream: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<&'a str>,
    },
    Sequence {
        name: String,
        result: &'static str,
        next: &'a str,
        taken: &'a str,
    },
    Summary {
        database: &'a str,
        result: &'static str,
        tables: u64,
        tables_differ: u64,
        objects: u64,
        objects_differ: u64,
        texts: bool,
    },
}

impl Report {
    /// Says what was found; a failure with its own status when that is any difference.
    pub fn tell(&self, process: &Process, json: bool) -> Result<(), Failure> {
        match json {
            true => {
                let mut output = process.output(None, Content::Text)?;
                let lines: String = self.lines().iter().map(json_line).collect();
                std::io::Write::write_all(&mut output, lines.as_bytes()).map_err(|error| output.failure(error))?;
                output.finish()?;
            }
            false => process.messages.note(self.text()),
        }
        for behind in &self.behind {
            process.messages.warning(behind.notice());
        }
        match self.failure() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn tables_differ(&self) -> u64 {
        let differs = |table: &&Table| matches!(table.outcome, Outcome::Differs | Outcome::Missing);
        self.tables.iter().filter(differs).count() as u64
    }

    fn failure(&self) -> Option<Failure> {
        let of = |count: u64, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        };
        let what: Vec<String> = [
            of(self.tables_differ(), "table", "tables"),
            of(self.objects.differences.len() as u64, "object", "objects"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let message = format!("the target is not what the stream says: {} differ", what.join(" and "));
        (!what.is_empty())
            .then(|| Failure::new(Exit::Difference, message).within(format!("database {}", self.database)))
    }

    /// A line a table, then what differs besides.
    fn text(&self) -> String {
        let mut rows: Vec<[String; 3]> = self.tables.iter().map(row).collect();
        let different = self.objects.differences.len() as u64;
        rows.push([
            "definitions".to_owned(),
            self.objects.compared.to_string(),
            match (different, self.texts) {
                (0, true) => "same".to_owned(),
                (0, false) => "there; another major spells them otherwise".to_owned(),
                (1, _) => "1 differs".to_owned(),
                (several, _) => format!("{several} differ"),
            },
        ]);
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (first, second) = (width(0), width(1));
        let mut text = format!("verified database {}", self.database);
        for [name, number, result] in &rows {
            text += &format!("\n{name:first$}  {number:>second$}  {result}");
        }
        for one in &self.objects.differences {
            text += &format!("\n{}", spoken(one));
        }
        text
    }

    fn lines(&self) -> Vec<Line<'_>> {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for table in &self.tables {
            lines.push(Line::Rows {
                name: &table.name,
                result: word(table.outcome),
                stream_rows: table.stream.0,
                target_rows: table.target.map(|target| target.0),
                stream_digest: table.stream.1.to_string(),
                target_digest: table.target.map(|target| target.1.to_string()),
            });
        }
        for one in &self.objects.differences {
            let (result, what, stream, target) = match &one.flaw {
                Flaw::Missing => ("missing", None, None, None),
                Flaw::Extra => ("extra", None, None, None),
                Flaw::Definition { stream, target } => ("differs", Some("definition"), Some(stream), Some(target)),
                Flaw::Property { name, stream, target } => ("differs", Some(*name), Some(stream), Some(target)),
                Flaw::Weak(reason) => ("disabled", Some(*reason), None, None),
            };
            lines.push(Line::Object {
                kind: one.kind.tag(),
                schema: one.schema.as_deref(),
                name: &one.name,
                result,
                what,
                stream: stream.map(String::as_str),
                target: target.map(String::as_str),
            });
        }
        for behind in &self.behind {
            lines.push(Line::Sequence {
                name: behind.name(),
                result: "behind",
                next: &behind.next,
                taken: &behind.taken,
            });
        }
        lines.push(Line::Summary {
            database: &self.database,
            result: if self.failure().is_none() { "same" } else { "differs" },
            tables: self.tables.len() as u64,
            tables_differ: self.tables_differ(),
            objects: self.objects.compared,
            objects_differ: self.objects.differences.len() as u64,
            texts: self.texts,
        });
        lines
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Same => "same",
        Outcome::Counted => "counted",
        Outcome::Differs => "differs",
        Outcome::Missing => "missing",
    }
}

fn row(table: &Table) -> [String; 3] {
    let sent = table.stream.0;
    let result = match (table.outcome, table.target) {
        (Outcome::Same, _) => "same".to_owned(),
        (Outcome::Counted, _) => "same number; there is no digest to compare".to_owned(),
        (Outcome::Missing, _) | (_, None) => "missing".to_owned(),
        (Outcome::Differs, Some((rows, _))) if rows != sent => format!("differs: the target has {rows}"),
        (Outcome::Differs, _) => "differs".to_owned(),
    };
    [table.name.clone(), sent.to_string(), result]
}

/// A difference in words.
fn spoken(one: &Difference) -> String {
    let kind = one.kind.tag().to_lowercase();
    let name = match &one.schema {
        Some(schema) => format!("{kind} {schema}.{}", one.name),
        None => format!("{kind} {}", one.name),
    };
    match &one.flaw {
        Flaw::Missing => format!("{name}: missing"),
        Flaw::Extra => format!("{name}: not in the stream"),
        Flaw::Definition { stream, target } => {
            format!("{name}: the definition differs\n  stream: {stream}\n  target: {target}")
        }
        Flaw::Property {
            name: property,
            stream,
            target,
        } => format!("{name}: the {property} differs\n  stream: {stream}\n  target: {target}"),
        Flaw::Weak(reason) => format!("{name}: {reason}"),
    }
}

impl Behind {
    fn name(&self) -> String {
        qualified(&self.owned.schema, &self.owned.name)
    }

    fn notice(&self) -> Notice {
        let owned = &self.owned;
        let table = qualified(&owned.table_schema, &owned.table);
        let message = format!(
            "sequence {} is behind, as in the stream: it gives {} next, and column {} of {table} has values up to {}",
            self.name(),
            self.next,
            owned.column,
            self.taken
        );
        Notice::new(message).hint("the source has the same fault; setval() mends it in both")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::{Digest, Kind};

    fn report() -> Report {
        let table = |name: &str, target, outcome| Table {
            name: name.to_owned(),
            stream: (12, Digest(1)),
            target,
            outcome,
        };
        Report {
            database: "copy".to_owned(),
            texts: true,
            tables: vec![
                table("public.a", Some((12, Digest(1))), Outcome::Same),
                table("public.orders", Some((11, Digest(0))), Outcome::Differs),
            ],
            objects: Objects {
                compared: 7,
                differences: vec![Difference {
                    kind: Kind::Trigger,
                    schema: Some("public".to_owned()),
                    name: "a watch".to_owned(),
                    flaw: Flaw::Missing,
                }],
            },
            behind: Vec::new(),
        }
    }

    #[test]
    fn people_read_a_line_a_table() {
        assert_eq!(
            report().text(),
            "verified database copy\n\
             public.a       12  same\n\
             public.orders  12  differs: the target has 11\n\
             definitions     7  1 differs\n\
             trigger public.a watch: missing"
        );
        let failure = report().failure().expect("it differs");
        assert_eq!(failure.exit, Exit::Difference);
        assert_eq!(
            failure.to_string(),
            "database copy: the target is not what the stream says: 1 table and 1 object differ"
        );
    }

    #[test]
    fn programs_read_an_object_a_line() {
        let lines: Vec<String> = report().lines().iter().map(json_line).collect();
        assert_eq!(
            lines[2],
            "{\"type\":\"object\",\"kind\":\"TRIGGER\",\"schema\":\"public\",\"name\":\"a watch\",\"result\":\"missing\"}\n"
        );
        assert!(lines[3].contains("\"tables_differ\":1,\"objects\":7,\"objects_differ\":1"));
    }

    #[test]
    fn nothing_is_nothing() {
        let mut same = report();
        same.tables.truncate(1);
        same.objects.differences.clear();
        assert_eq!(same.failure(), None);
        assert!(same.text().ends_with("definitions   7  same"), "{}", same.text());
    }
}

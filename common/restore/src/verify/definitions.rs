//! Entries of a stream, compared with those that describe the target.

use std::collections::HashMap;

use pgx_archive::entry::PUBLICATION;
use pgx_archive::{Entry, Kind, Section};

use crate::contents::Contents;
use crate::foreign_keys;
use crate::options::Options;

/// How strictly entries are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Major of the target.
    pub major: u32,
    /// Whether source and target spell definitions alike: they are of one major.
    pub texts: bool,
    /// Whether the target is to have nothing else.
    pub nothing_else: bool,
}

/// What is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The target does not have it.
    Missing,
    /// The target has it, and the stream does not.
    Extra,
    /// The definition is another; the first lines that differ.
    Definition {
        /// The stream's.
        stream: String,
        /// The target's.
        target: String,
    },
    /// A property beside the definition is another.
    Property {
        /// `owner`, `tablespace`, `access method`.
        name: &'static str,
        /// The stream's.
        stream: String,
        /// The target's.
        target: String,
    },
    /// It is there and does nothing: an index that is not valid, a foreign key whose triggers are off.
    Weak(&'static str),
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Kind of the object, in pg_dump's word.
    pub kind: Kind,
    /// Its schema.
    pub schema: Option<String>,
    /// Its name, as entries have it.
    pub name: String,
    /// What is wrong.
    pub flaw: Flaw,
}

impl Difference {
    fn new(entry: &Entry, flaw: Flaw) -> Difference {
        Difference {
            kind: entry.kind.clone(),
            schema: entry.schema.clone(),
            name: entry.name.clone(),
            flaw,
        }
    }
}

type Key<'a> = (&'a str, Option<&'a str>, &'a str);

fn key(entry: &Entry) -> Key<'_> {
    (entry.kind.tag(), entry.schema.as_deref(), &entry.name)
}

/// What differs between the wanted entries and those that were found in the target, in their order; rows aside.
/// The number that comes with it is how many were compared.
pub fn differences(
    contents: &Contents<'_>,
    found: &[Entry],
    options: &Options,
    how: Comparison,
) -> (u64, Vec<Difference>) {
    let mut at_hand: HashMap<Key<'_>, Vec<&Entry>> = HashMap::new();
    for entry in found {
        at_hand.entry(key(entry)).or_default().push(entry);
    }
    let wanted: Vec<&Entry> = contents
        .wanted()
        .filter(|entry| is_compared(entry, contents, options))
        .collect();
    // Entries of one name are told apart by what they say.
    let flaws = |one: &Entry, other: &Entry| {
        let unchecked = unchecked(one, contents, options, how);
        flaws(one, other, options, how, unchecked.as_deref())
    };
    let alike = |one: &Entry, other: &Entry| flaws(one, other).is_empty();
    let mut unlike = Vec::new();
    for &entry in &wanted {
        let candidates = at_hand.get_mut(&key(entry));
        match candidates.and_then(|them| Some((them.iter().position(|other| alike(entry, other))?, them))) {
            Some((at, them)) => drop(them.swap_remove(at)),
            None => unlike.push(entry),
        }
    }
    let mut differences = Vec::new();
    for entry in unlike {
        match at_hand.get_mut(&key(entry)).and_then(Vec::pop) {
            None => differences.push(Difference::new(entry, Flaw::Missing)),
            Some(other) => {
                let flaws = flaws(entry, other).into_iter();
                differences.extend(flaws.map(|flaw| Difference::new(entry, flaw)));
            }
        }
    }
    if how.nothing_else {
        let found_contents = Contents::new(found, options);
        let left = found.iter().filter(|entry| {
            let left = at_hand
                .get(&key(entry))
                .is_some_and(|them| them.iter().any(|other| other.id == entry.id));
            left && is_compared(entry, &found_contents, options) && is_extra(entry, &found_contents)
        });
        differences.extend(left.map(|entry| Difference::new(entry, Flaw::Extra)));
    }
    (wanted.len() as u64, differences)
}

/// Whether an entry is compared by its definition.
fn is_compared(entry: &Entry, contents: &Contents<'_>, options: &Options) -> bool {
    let parent = contents.parent(entry);
    match entry.kind {
        // Rows are read; statistics are gathered anew.
        Kind::TableData | Kind::Blobs | Kind::StatisticsData => false,
        Kind::Encoding | Kind::StdStrings | Kind::SearchPath => false,
        // Only an extension's owner may make it, and the extension brings its own.
        Kind::Comment if parent.is_some_and(|parent| parent.kind == Kind::Extension) => false,
        // Privileges start from those of the owner, who is another.
        Kind::Acl => !options.no_owner && !options.managed,
        _ => true,
    }
}

/// Whether an entry of the target counts as something that the stream does not have: rows and positions do not,
/// which a stream may leave out, nor does the database itself.
fn is_extra(entry: &Entry, found: &Contents<'_>) -> bool {
    let is_database = |entry: &Entry| matches!(entry.kind, Kind::Database | Kind::DatabaseProperties);
    let rows = entry.section == Section::Data && entry.kind != Kind::BlobMetadata;
    let refresh = entry.kind == Kind::MaterializedViewData;
    !(rows || refresh || is_database(entry) || found.parent(entry).is_some_and(is_database))
}

/// How a foreign key is made that is wanted without a check of the rows that are there; it may have been checked since.
fn unchecked(entry: &Entry, contents: &Contents<'_>, options: &Options, how: Comparison) -> Option<String> {
    let options = Options {
        foreign_keys: options.foreign_keys,
        target: Some(how.major),
        ..Options::default()
    };
    let is_key = entry.kind == Kind::FkConstraint;
    is_key.then(|| foreign_keys::create(entry, contents, &options).into_owned())
}

/// How the target's entry is not what the stream's is, or what else it may be.
fn flaws(stream: &Entry, target: &Entry, options: &Options, how: Comparison, or: Option<&str>) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let (wanted, there) = (stream.create_on(Some(how.major)), target.create_on(Some(how.major)));
    let has_tablespace = stream.kind == Kind::Database && options.no_tablespaces;
    if (how.texts || is_spelled_alike(&stream.kind)) && !has_tablespace && wanted != there && or != Some(there) {
        let (stream, target) = first_difference(wanted, there);
        flaws.push(Flaw::Definition { stream, target });
    }
    let mut property = |name, stream: Option<&str>, target: Option<&str>| {
        if stream != target {
            flaws.push(Flaw::Property {
                name,
                stream: stream.unwrap_or_default().to_owned(),
                target: target.unwrap_or_default().to_owned(),
            });
        }
    };
    // Who owns a comment or a list of privileges is who owns what it is about, and a publication may be there before.
    let is_membership = stream.fields.contains_key(PUBLICATION);
    let has_owner = !is_membership && (!options.managed || !stream.owner.is_empty());
    if !options.no_owner && has_owner && !stream.kind.is_facet() {
        property("owner", Some(&stream.owner), Some(&target.owner));
    }
    if !options.no_tablespaces {
        property("tablespace", stream.tablespace.as_deref(), target.tablespace.as_deref());
    }
    if !options.no_table_access_method {
        property(
            "access method",
            stream.access_method.as_deref(),
            target.access_method.as_deref(),
        );
    }
    flaws
}

/// Whether all majors spell the definition of a kind alike.
fn is_spelled_alike(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::SequenceSet | Kind::SequenceOwnedBy | Kind::Comment | Kind::SecurityLabel | Kind::BlobMetadata
    )
}

/// The first lines in which two texts differ.
fn first_difference(stream: &str, target: &str) -> (String, String) {
    let (mut one, mut other) = (stream.lines(), target.lines());
    loop {
        match (one.next(), other.next()) {
            (None, None) => return (stream.trim().to_owned(), target.trim().to_owned()),
            (line, second) if line != second => {
                let text = |line: Option<&str>| line.unwrap_or_default().trim().to_owned();
                return (text(line), text(second));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, numbered, plain, table};

    const STRICT: Comparison = Comparison {
        major: 18,
        texts: true,
        nothing_else: true,
    };

    fn compare(stream: &[Entry], target: &[Entry], options: &Options, how: Comparison) -> Vec<(String, Flaw)> {
        let contents = Contents::new(stream, options);
        let (_, found) = differences(&contents, target, options, how);
        found
            .into_iter()
            .map(|one| (format!("{} {}", one.kind, one.name), one.flaw))
            .collect()
    }

    fn sample() -> Vec<Entry> {
        numbered(vec![
            plain(Kind::Encoding, "ENCODING"),
            table("t"),
            made(Kind::Trigger, "t watch", "CREATE TRIGGER watch;\n"),
            made(
                Kind::DefaultAcl,
                "DEFAULT PRIVILEGES",
                "ALTER DEFAULT PRIVILEGES FOR a;\n",
            ),
            made(
                Kind::DefaultAcl,
                "DEFAULT PRIVILEGES",
                "ALTER DEFAULT PRIVILEGES FOR b;\n",
            ),
        ])
    }

    #[test]
    fn a_true_copy_differs_in_nothing_whatever_its_order() {
        let mut copy = sample();
        copy.reverse();
        assert_eq!(compare(&sample(), &numbered(copy), &Options::default(), STRICT), []);
    }

    #[test]
    fn what_is_missing_extra_and_changed_is_told() {
        let mut copy = sample();
        copy[1].create = "CREATE TABLE public.t (id bigint);\n".to_owned();
        copy[1].owner = "eve".to_owned();
        copy[2] = plain(Kind::View, "spy");
        let property = |name, stream: &str, target: &str| Flaw::Property {
            name,
            stream: stream.to_owned(),
            target: target.to_owned(),
        };
        let changed = Flaw::Definition {
            stream: "CREATE TABLE public.t (id integer);".to_owned(),
            target: "CREATE TABLE public.t (id bigint);".to_owned(),
        };
        let of_table = |flaw: Flaw| ("TABLE t".to_owned(), flaw);
        let all = [
            of_table(changed),
            of_table(property("owner", "shop", "eve")),
            ("TRIGGER t watch".to_owned(), Flaw::Missing),
            ("VIEW spy".to_owned(), Flaw::Extra),
        ];
        let copy = numbered(copy);
        assert_eq!(compare(&sample(), &copy, &Options::default(), STRICT), all);
        let loose = Comparison {
            texts: false,
            nothing_else: false,
            ..STRICT
        };
        let no_owner = Options {
            no_owner: true,
            ..Options::default()
        };
        assert_eq!(compare(&sample(), &copy, &no_owner, loose), all[2..3]);
    }

    #[test]
    fn keys_that_are_not_to_be_checked_may_be_or_not() {
        let key = |sql: &str| numbered(vec![table("t"), made(Kind::FkConstraint, "t k", sql)]);
        let (stream, copy) = (key("ADD FOREIGN KEY k;\n"), key("ADD FOREIGN KEY k NOT VALID;\n"));
        let unchecked = Options {
            foreign_keys: crate::ForeignKeys::NotValid,
            ..Options::default()
        };
        assert_eq!(compare(&stream, &copy, &unchecked, STRICT), []);
        assert_eq!(compare(&stream, &stream, &unchecked, STRICT), []);
        assert_eq!(compare(&copy, &stream, &unchecked, STRICT).len(), 1);
        assert_eq!(compare(&stream, &copy, &Options::default(), STRICT).len(), 1);
    }

    #[test]
    fn the_first_line_that_differs_is_shown() {
        let shown = first_difference(
            "CREATE TABLE t (\n    a integer,\n    b text\n);\n",
            "CREATE TABLE t (\n    b text\n);\n",
        );
        assert_eq!(shown, ("a integer,".to_owned(), "b text".to_owned()));
    }
}

//! What a stream says depends on the database and on nothing else: two dumps of one moment differ in the fields
//! named here, a dump of a copy in a few more, and rows digest to the same.

use std::collections::BTreeMap;

use pgx_archive::{EntryId, Event, PartEnd, Reader};
use pgx_tests::{Cluster, Database, Fixture, Pipe, Snapshot, difference, tool};
use serde_json::Value;

/// What every dump has of its own, in HEAD.
const OF_A_DUMP: &[&str] = &["/archive", "/created", "/source/snapshot", "/source/lsn"];

/// What a copy has of its own: in HEAD, estimates of its size; in entries, OIDs, and the cut and size of tables.
/// Its name is its own too, wherever it stands.
const OF_A_COPY: &[&str] = &[
    "/estimates",
    "/catalog/oid",
    "/data/parts",
    "/data/part_blocks",
    "/data/estimated_rows",
    "/data/estimated_bytes",
];

/// What a stream consists of.
#[derive(Default)]
struct Stream {
    /// HEAD and entries as JSON.
    texts: Vec<Value>,
    /// What each part of an entry adds up to.
    parts: BTreeMap<(EntryId, u32), PartEnd>,
    /// What the rows of each entry add up to, by its name: number, bytes, digest.
    rows: BTreeMap<String, (u64, u64, String)>,
}

fn dump(database: &Database, flags: &[&str]) -> Stream {
    let bytes = Pipe::of(tool("pgx-dump").args(flags).args(["-d", &database.url()]))
        .run()
        .expect_success();
    let mut stream = Stream::default();
    let mut names = BTreeMap::new();
    let mut reader = Reader::new(bytes.as_slice());
    while let Some(event) = reader.next_event().expect("the stream is good") {
        let json = "metadata came as JSON";
        match event {
            Event::Head(head) => stream.texts.push(serde_json::to_value(head).expect(json)),
            Event::Entries(entries) => {
                for entry in entries {
                    stream.texts.push(serde_json::to_value(&entry).expect(json));
                    names.insert(entry.id, entry.describe());
                }
            }
            Event::PartEnd { entry, part, end } => {
                stream.parts.insert((entry, part), end);
            }
            Event::EntryEnd { entry, end } => {
                let sums = (end.rows, end.bytes, end.digest.to_string());
                stream.rows.insert(names[&entry].clone(), sums);
            }
            _ => {}
        }
    }
    stream
}

impl Stream {
    /// HEAD and entries, one a line, without some fields and with a name for all databases.
    fn text(&self, database: &Database, without: &[&[&str]]) -> String {
        let without = without.concat();
        let line = |value: &Value| {
            let mut value = value.clone();
            without.iter().for_each(|field| remove(&mut value, field));
            // Some names need quotes.
            let name = database.name();
            let text = format!("{value}\n").replace(&format!("\\\"{name}\\\""), "DATABASE");
            text.replace(name, "DATABASE")
        };
        self.texts.iter().map(line).collect()
    }
}

/// Takes the field away that a path of names leads to.
fn remove(value: &mut Value, path: &str) {
    let (above, name) = path.rsplit_once('/').expect("a path begins with a slash");
    if let Some(fields) = value.pointer_mut(above).and_then(Value::as_object_mut) {
        fields.remove(name);
    }
}

/// Fails with all flaws, each under the name of its fixture.
fn expect_none(flaws: impl Iterator<Item = (String, String)>) {
    let flaws: Vec<String> = flaws.map(|(name, flaw)| format!("==== {name}\n{flaw}\n")).collect();
    assert!(flaws.is_empty(), "{}", flaws.concat());
}

fn fixtures() -> impl Iterator<Item = Fixture> {
    Fixture::all().into_iter().filter(|fixture| fixture.runs_on(18))
}

#[test]
fn two_dumps_of_one_moment_are_equal() {
    expect_none(fixtures().filter_map(|fixture| {
        let database = Cluster::shared(18).filled(&fixture);
        let snapshot = Snapshot::of(&database);
        for flags in [&["-s"][..], &["--snapshot", snapshot.id()]] {
            let [one, other] = ["-j1", "-j4"].map(|lanes| dump(&database, &[flags, &[lanes]].concat()));
            // The number of lanes is another because it was asked for.
            let texts = [&one, &other].map(|stream| stream.text(&database, &[OF_A_DUMP, &["/lanes"]]));
            if let Some(flaw) = difference(("one", &texts[0]), ("other", &texts[1]), 40) {
                return Some((fixture.name().to_owned(), flaw));
            }
            if one.parts != other.parts {
                return Some((fixture.name().to_owned(), format!("{:?}\n{:?}", one.parts, other.parts)));
            }
        }
        None
    }));
}

#[test]
fn a_dump_of_a_copy_is_equal() {
    expect_none(fixtures().filter_map(|fixture| {
        let source = Cluster::shared(18).filled(&fixture);
        let copy = Cluster::shared(18).database("copy");
        let pipe = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["--no-analyze", "-d", &copy.url()]))
            .run();
        let flaw = pipe.complaint().or_else(|| {
            [&["-s"][..], &[]].into_iter().find_map(|flags| {
                let streams = [&source, &copy].map(|database| {
                    let stream = dump(database, flags);
                    (stream.text(database, &[OF_A_DUMP, OF_A_COPY]), stream.rows)
                });
                let [(text, rows), (copied, copied_rows)] = streams;
                difference(("source", &text), ("copy", &copied), 40)
                    .or_else(|| (rows != copied_rows).then(|| format!("{rows:?}\n{copied_rows:?}")))
            })
        });
        flaw.map(|flaw| (fixture.name().to_owned(), flaw))
    }));
}

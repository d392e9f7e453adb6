//! The manual page of the stream says everything that the code says: every field, every kind of frame,
//! every limit, and an example that is in a vector.

use std::collections::BTreeSet;
use std::fs;

use pgx_archive::frame::{MAX_METADATA, MAX_PAYLOAD};
use pgx_archive::head::{FEATURES, FORMAT, Locale};
use pgx_archive::{
    Content, Data, Digest, End, Entry, EntryEnd, EntryId, Fail, Format, FrameKind, Grant, Head, IndexedPart, Kind,
    PartEnd, Resumes, SkippedParts, TICK_INTERVAL, Tick, TocEnd, Transform, UsingIndex,
};
use pgx_tests::repository;
use serde_json::{Value, to_value};

fn page() -> String {
    fs::read_to_string(repository().join("man/pgx-stream.5")).expect("the page can be read")
}

/// A heading of the page up to the next of its rank or higher.
fn section(page: &str, heading: &str) -> String {
    let start = page
        .find(heading)
        .unwrap_or_else(|| panic!("the page has no {heading:?}"));
    let rest = &page[start + heading.len()..];
    let end = rest.find("\n.Sh ").into_iter().chain(rest.find("\n.Ss ")).min();
    let end = end.unwrap_or(rest.len());
    rest[..end].to_owned()
}

/// The names of all fields, at any depth.
fn fields(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                names.insert(name.clone());
                fields(value, names);
            }
        }
        Value::Array(array) => array.iter().for_each(|value| fields(value, names)),
        _ => {}
    }
}

/// A HEAD that leaves nothing out.
fn head() -> Head {
    let mut head = Head::new(Content::Database, "archive", "created", "producer");
    head.requires = vec!["feature".into()];
    head.source.system_identifier = Some("1".into());
    head.source.snapshot = Some("1".into());
    head.source.lsn = Some("0/1".into());
    head.source.spelling = [("spelling".to_owned(), "x".to_owned())].into();
    head.source.locale = Locale {
        name: Some("en".into()),
        rules: Some("&a < b".into()),
        ..Locale::default()
    };
    head.selection = vec!["--schema=a".into()];
    head.estimates.entries = Some(1);
    head.plan = Some(Digest(1));
    head.transforms = vec![Transform {
        name: "mask".into(),
        rules: Digest(1),
    }];
    head.resumes = Some(Resumes {
        plan: Digest(1),
        skipped: vec![SkippedParts {
            entry: EntryId(1),
            parts: vec![1],
        }],
        inconsistent: true,
    });
    head.databases = vec!["shop".into()];
    head
}

/// An entry that leaves nothing out; the names in `settings` and `fields` are the kind's affair.
fn entry() -> Entry {
    let mut entry = Entry::new(Kind::TableData, Some("public"), "orders", "alice");
    (entry.create, entry.drop, entry.copy) = ("c".into(), "d".into(), "c".into());
    entry.tablespace = Some("fast".into());
    entry.access_method = Some("heap".into());
    entry.relkind = Some('r');
    entry.dependencies = vec![EntryId(1)];
    entry.parent = Some(EntryId(1));
    entry.visible = true;
    entry.roles = vec!["bob".into()];
    entry.grants = vec![Grant {
        revoke: true,
        privileges: "ALL".into(),
        grantee: "bob".into(),
        grantor: "alice".into(),
        grant_option: true,
    }];
    entry.using_index = Some(Box::new(UsingIndex {
        index: "i".into(),
        attach: "a".into(),
    }));
    entry.fields.insert("fields".into(), 1.into());
    entry.data = Some(Box::new(Data {
        columns: vec!["id".into()],
        types: vec!["text".into()],
        format: Format::Text,
        encoding: "UTF8".into(),
        settings: [("settings".to_owned(), "x".to_owned())].into(),
        parts: 2,
        part_blocks: 1,
        logged: true,
        via_root: true,
        estimated_rows: 1,
        estimated_bytes: 1,
    }));
    entry
}

/// The fields of a payload that its section of the page does not name.
fn unnamed(page: &str, heading: &str, payload: Result<Value, serde_json::Error>) -> Vec<String> {
    let section = section(page, &format!("\n.Ss {heading}\n"));
    let words: BTreeSet<&str> = section.split([' ', '\n']).collect();
    let mut names = BTreeSet::new();
    fields(&payload.expect("it is JSON"), &mut names);
    let missing = names.into_iter().filter(|name| !words.contains(name.as_str()));
    missing.map(|name| format!("{heading}: {name}")).collect()
}

#[test]
fn every_field_is_described() {
    let page = page();
    let fail = Fail {
        entry: Some(EntryId(1)),
        sqlstate: Some("08006".into()),
        detail: Some("d".into()),
        hint: Some("h".into()),
        ..Fail::default()
    };
    let toc_end = TocEnd {
        entries: 1,
        digest: Digest(1),
        plan: Some(Digest(1)),
    };
    let end = End {
        frames: 1,
        entries: 1,
        rows: 1,
        bytes: 1,
        digest: Digest(1),
        index: Some(1),
    };
    let part = IndexedPart {
        entry: EntryId(1),
        part: 1,
        start: 1,
        end: 2,
    };
    let missing = [
        unnamed(&page, "HEAD", to_value(head())),
        unnamed(&page, "ENTRIES", to_value(entry())),
        unnamed(&page, "TOC_END", to_value(toc_end)),
        unnamed(&page, "PART_END", to_value(PartEnd::default())),
        unnamed(&page, "ENTRY_END", to_value(EntryEnd::default())),
        unnamed(&page, "INDEX", to_value(part)),
        unnamed(&page, "END", to_value(end)),
        unnamed(&page, "FAIL", to_value(fail)),
        unnamed(&page, "TICK", to_value(Tick::default())),
    ]
    .concat();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_kind_of_frame_is_described() {
    let kinds = section(&page(), "\n.Ss KINDS OF FRAMES\n");
    for number in 0..=255 {
        let kind = FrameKind::from_number(number);
        let line = kinds
            .lines()
            .find(|line| line.starts_with(&format!(".It {number} Ta ")));
        match kind {
            FrameKind::Unknown(_) => assert_eq!(line, None),
            known => {
                let class = if known.is_ancillary() { "ancillary" } else { "" };
                let line = line.unwrap_or_else(|| panic!("{known} is missing"));
                assert!(line.contains(&format!(" {known} Ta {class}")), "{line}");
            }
        }
    }
}

#[test]
fn limits_and_words_are_those_of_the_code() {
    let page = page();
    assert!(page.contains(&format!("describes version {FORMAT} completely")));
    assert!(page.contains(&format!("at most {} MiB ({MAX_PAYLOAD})", MAX_PAYLOAD >> 20)));
    assert!(page.contains(&format!("a payload is at most {} MiB", MAX_METADATA >> 20)));
    let record = pgx_rows::large_object::MAX_RECORD;
    assert!(page.contains(&format!("number of the bytes, at most {} MiB", record >> 20)));
    assert!(page.contains(&format!("at least every {} seconds", TICK_INTERVAL.as_secs())));
    assert!(FEATURES.iter().all(|feature| page.contains(feature)));
    let words = |values: &[Value]| values.iter().all(|value| page.contains(value.as_str().unwrap_or("?")));
    let contents = [Content::Database, Content::Globals, Content::BaseBackup];
    assert!(words(&contents.map(|content| to_value(content).expect("it is JSON"))));
    let formats = [Format::Text, Format::Binary, Format::LargeObjects];
    assert!(words(&formats.map(|format| to_value(format).expect("it is JSON"))));
}

#[test]
fn the_example_is_in_its_vector() {
    let example = section(&page(), "\n.Ss Example\n");
    let (_, hexadecimal) = example
        .split_once("-offset indent\n")
        .expect("the example is displayed");
    let hexadecimal = hexadecimal.split(".Ed").next().unwrap_or_default();
    let header: Vec<u8> = hexadecimal
        .split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).expect("it is hexadecimal"))
        .collect();
    let vector = fs::read(repository().join("tests/vectors/text.pgx")).expect("the vector can be read");
    assert_eq!(header.len(), 36);
    assert!(vector.windows(36).any(|bytes| bytes == header), "{header:x?}");
}

//! Archives in pg_dump's format that somebody made to do harm: each is refused, or does none.

use std::path::PathBuf;

use pgx_archive::{Content, Data, Entry, EntryId, Format, Head, Kind};
use pgx_pgdump::{Algorithm, Compression, Plan, Version, custom};
use pgx_tests::{Cluster, Pipe, Scratch, tool};

/// A name that says what it should not: it clears the screen, and it begins lines with SQL and with commands of psql.
const NAME: &str = "t\u{1b}[2J\nDROP TABLE precious;\n\\! touch hacked\n--";

fn entry(id: u32, kind: Kind, name: &str, create: &str) -> Entry {
    let mut entry = Entry::new(kind, Some("public"), name, "postgres");
    (entry.id, entry.create) = (EntryId(id), create.to_owned());
    entry
}

/// Encoding, a table of some name, and its rows.
fn entries(name: &str) -> Vec<Entry> {
    let mut encoding = entry(1, Kind::Encoding, "ENCODING", "SET client_encoding = 'UTF8';\n");
    encoding.schema = None;
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    let table = entry(
        2,
        Kind::Table,
        name,
        &format!("CREATE TABLE public.{quoted} (x text);\n"),
    );
    let mut rows = entry(3, Kind::TableData, name, "");
    rows.copy = format!("COPY public.{quoted} (x) FROM stdin;\n");
    (rows.parent, rows.dependencies) = (Some(EntryId(2)), vec![EntryId(2)]);
    rows.data = Some(Box::new(Data {
        columns: vec!["x".into()],
        types: Vec::new(),
        format: Format::Text,
        encoding: "UTF8".into(),
        settings: Default::default(),
        parts: 1,
        part_blocks: 0,
        logged: true,
        via_root: false,
        estimated_rows: 0,
        estimated_bytes: 0,
    }));
    vec![encoding, table, rows]
}

/// A custom archive of these entries, whose rows are pieces that are said again and again.
fn archive(entries: &[Entry], piece: &[u8], times: usize) -> Vec<u8> {
    let head = Head::new(Content::Database, "", "2026-01-31T12:00:00Z", "harmless 1.0");
    let gzip = Compression::of(Algorithm::Gzip);
    let plan = Plan::new(&head, entries, Version::V1_16, gzip.algorithm).expect("it is sound");
    let blocks: Vec<_> = plan.blocks().collect();
    let mut writer = custom::Writer::new(Vec::new(), plan, gzip).expect("memory");
    for block in blocks {
        writer.begin(block).expect("it has rows");
        for _ in 0..times {
            writer.rows(piece).expect("memory");
        }
        writer.end().expect("memory");
    }
    writer.finish().expect("it is complete")
}

fn written(scratch: &Scratch, bytes: &[u8]) -> PathBuf {
    scratch.file("archive", bytes)
}

#[test]
fn names_write_no_statements_into_scripts_and_no_commands_to_terminals() {
    let scratch = Scratch::new();
    let mut entries = entries(NAME);
    entries[1].owner = NAME.to_owned();
    let mut comment = entry(
        4,
        Kind::Comment,
        &format!("TABLE {NAME}"),
        "COMMENT ON TABLE x IS 'y';\n",
    );
    (comment.parent, comment.dependencies) = (Some(EntryId(2)), vec![EntryId(2)]);
    entries.push(comment);
    let sound = written(&scratch, &archive(&entries, b"1\n", 1));
    let statements = |text: &str| {
        // Inside of quotes a name is what it is: as it stands in the definition.
        let quoted = format!("\"{NAME}\"");
        text.replace(&quoted, "\"\"")
            .lines()
            .any(|line| line.starts_with("DROP") || line.starts_with("\\!"))
    };
    for (name, flags) in [
        ("pgx-load", &["-f", "-"][..]),
        ("pgx-toc", &["--sql"]),
        ("pgx-toc", &[]),
        ("pgx-toc", &["--tree"]),
    ] {
        let text = Pipe::of(tool(name).args(flags).arg(&sound)).run().expect_success();
        let text = String::from_utf8(text).expect("it is text");
        assert!(text.contains("DROP TABLE precious"), "{name} {flags:?} names it");
        assert!(!statements(&text), "{name} {flags:?}: {text}");
    }

    // In messages the name is shown with what it is made of.
    let whole = archive(&entries, b"1\n", 1);
    let cut = written(&scratch, &whole[..whole.len() - 12]);
    for (name, flags) in [
        ("pgx-load", &["-v", "-f", "/dev/null"][..]),
        ("pgx-toc", &["--check", "-v"]),
    ] {
        let finished = Pipe::of(tool(name).args(flags).arg(&cut)).run();
        let said = finished.said(3);
        assert!(said.contains("table data"), "{said}");
        assert!(!said.contains('\u{1b}') && !statements(said), "{name}: {said}");
    }
}

#[test]
fn what_grows_when_it_is_unpacked_does_not_grow_in_memory() {
    let scratch = Scratch::new();
    // 100 MB in one row, and in many.
    for piece in [vec![b'x'; 1 << 20], b"x\n".repeat(1 << 19)] {
        let bomb = archive(&entries("t"), &piece, 100);
        assert!(bomb.len() < 2 << 20, "{} bytes", bomb.len());
        let bomb = written(&scratch, &bomb);
        for (name, flags) in [("pgx-load", &["-f", "/dev/null"][..]), ("pgx-toc", &["--check"])] {
            let finished = Pipe::of(tool(name).args(flags).arg(&bomb)).run();
            let memory = finished.stages[0].memory;
            assert!(memory < 80 << 20, "{name}: {memory} bytes");
        }
    }
}

#[test]
fn counts_and_lengths_that_cannot_be_are_not_believed() {
    let scratch = Scratch::new();
    let sound = archive(&entries("t"), b"1\n", 1);
    let producer = b"harmless 1.0";
    let at = sound.windows(producer.len()).position(|bytes| bytes == producer);
    let at = at.expect("it says who made it") + producer.len();
    for (number, status, words) in [
        ([0, 0xff, 0xff, 0xff, 0x7f], 3, "ends before it is complete"),
        ([1, 1, 0, 0, 0], 1, "-1"),
    ] {
        let mut hostile = sound[..at + 200].to_vec();
        hostile[at..at + 5].copy_from_slice(&number);
        let hostile = written(&scratch, &hostile);
        let finished = Pipe::of(tool("pgx-toc").arg(&hostile)).run();
        assert!(finished.stages[0].memory < 64 << 20);
        assert!(
            finished.codes() == [Some(status)] || finished.codes() == [Some(1)],
            "{:?}",
            finished.complaint()
        );
        let said = finished.complaint().unwrap_or_default();
        assert!(status == 3 || said.contains(words), "{said}");
    }
}

#[test]
fn entries_that_wait_for_each_other_are_refused_by_name() {
    let scratch = Scratch::new();
    let mut entries = entries("a");
    let mut view = entry(4, Kind::View, "v", "CREATE VIEW public.v AS SELECT 1 AS x;\n");
    view.dependencies = vec![EntryId(2), EntryId(4)];
    entries[1].dependencies = vec![EntryId(4)];
    entries.push(view);
    let cyclic = written(&scratch, &archive(&entries, b"1\n", 3));
    let target = Cluster::shared(18).database("cyclic");
    let finished = Pipe::of(tool("pgx-load").args(["-d", &target.url()]).arg(&cyclic)).run();
    assert!(!finished.hung);
    let said = finished.said(1);
    assert!(
        said.contains("public.a: it waits for entries that wait for it"),
        "{said}"
    );
    assert_eq!(
        target.sql("SELECT count(*) FROM pg_class WHERE relname = 'a'").trim(),
        "0"
    );
    // The same chosen with all that it needs.
    let chosen = Pipe::of(tool("pgx-toc").args(["--with-dependencies", "-t", "*.v"]).arg(&cyclic)).run();
    let list = String::from_utf8(chosen.expect_success()).expect("it is text");
    assert!(
        list.contains(" TABLE public a ") && list.contains(" VIEW public v "),
        "{list}"
    );
}

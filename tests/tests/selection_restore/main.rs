//! What pgx-toc, pgx-load and pgx-filter take of a stream is what pg_restore takes of an archive of the same
//! database, and more where the manual promises more.

mod better;
mod patterns;
mod selections;

use std::path::{Path, PathBuf};
use std::process::Command;

use pgx_tests::{Cluster, Database, Pipe, Scratch, stock, tool};

use selections::{SELECTIONS, Selection};

const SHOP: &str = include_str!("shop.sql");

/// The shop, as a stream and as an archive of stock pg_dump.
struct Shop<'a> {
    database: Database<'a>,
    stream: PathBuf,
    archive: PathBuf,
    _scratch: Scratch,
}

impl Shop<'static> {
    fn new() -> Shop<'static> {
        let database = Cluster::shared(18).database("selected");
        database.script(SHOP.as_bytes(), &[]);
        let scratch = Scratch::new();
        let (stream, archive) = (scratch.path().join("shop.pgx"), scratch.path().join("shop.custom"));
        let dump = |mut program: Command, file: &Path, format: &[&str]| {
            let program = program.args(["-d", &database.url(), "--statistics", "-f"]);
            Pipe::of(program.arg(file).args(format)).run().expect_success();
        };
        dump(tool("pgx-dump"), &stream, &["--copy-format", "text"]);
        dump(stock("pg_dump"), &archive, &["-Fc"]);
        Shop {
            database,
            stream,
            archive,
            _scratch: scratch,
        }
    }

    /// The entries that stock pg_restore takes, each as kind, schema, name and owner.
    fn by_stock(&self, flags: &[&str]) -> Vec<String> {
        let program = &mut stock("pg_restore");
        entries(
            &Pipe::of(program.arg("-l").args(flags).arg(&self.archive))
                .run()
                .expect_success(),
        )
    }

    /// The entries that pgx-toc lists.
    fn by_toc(&self, flags: &[&str]) -> Vec<String> {
        entries(
            &Pipe::of(tool("pgx-toc").args(flags).arg(&self.stream))
                .run()
                .expect_success(),
        )
    }

    /// The entries of the stream that pgx-filter makes.
    fn by_filter(&self, flags: &[&str]) -> Vec<String> {
        let listed = Pipe::of(tool("pgx-filter").args(flags).arg(&self.stream))
            .to(&mut tool("pgx-toc"))
            .run();
        entries(&listed.expect_success())
    }

    /// The lines of a script, sorted: rows come in another order than in the archive.
    fn script(&self, program: &mut Command, flags: &[&str], file: &Path) -> Vec<String> {
        let program = program.args(["-f", "-", "--restrict-key", "key"]).args(flags);
        let script = Pipe::of(program.arg(file)).run().expect_success();
        let script = String::from_utf8(script).expect("a script is text");
        let says = |line: &&str| !line.starts_with("-- Dumped ") && !line.is_empty();
        let mut lines: Vec<String> = script.lines().filter(says).map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

/// The lines of a list without their numbers.
fn entries(list: &[u8]) -> Vec<String> {
    let list = String::from_utf8_lossy(list);
    let lines = list.lines().filter(|line| !line.starts_with(';'));
    let described = lines.map(|line| line.splitn(4, ' ').nth(3).unwrap_or_default().to_owned());
    // Stock has statistics of the indexes of extensions, too, which the extension makes anew.
    described
        .filter(|line| !(line.starts_with("STATISTICS DATA shelf ") && line.contains("_pkey ")))
        .collect()
}

/// The lines of one that the other does not have as often.
fn without<'l>(lines: &'l [String], others: &[String]) -> Vec<&'l String> {
    let mut others = others.to_vec();
    let mut is_missing = |line: &&String| match others.iter().position(|other| other == *line) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    };
    lines.iter().filter(|line| is_missing(line)).collect()
}

/// What differs, for each selection that differs.
fn differences(of: impl Fn(&Selection) -> (Vec<String>, Vec<String>)) -> Vec<String> {
    let differs = |selection: &Selection| {
        let (theirs, ours) = of(selection);
        let missing = without(&theirs, &ours);
        let more = without(&ours, &theirs);
        (theirs != ours).then(|| format!("{:?}: missing {missing:#?}, more {more:#?}", selection.0))
    };
    SELECTIONS.iter().filter_map(differs).collect()
}

#[test]
fn a_bare_list_is_that_of_pg_restore() {
    let shop = Shop::new();
    let flaws = differences(|Selection(flags, ours)| {
        let ours = [ours, &["--bare"][..]].concat();
        (shop.by_stock(flags), shop.by_toc(&ours))
    });
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
    assert!(SELECTIONS.len() >= 60, "{} selections", SELECTIONS.len());
}

#[test]
fn a_filtered_stream_has_what_is_listed() {
    let shop = Shop::new();
    let flaws = differences(|Selection(_, ours)| match ours.contains(&"-C") {
        true => (Vec::new(), Vec::new()),
        false => (shop.by_toc(ours), shop.by_filter(ours)),
    });
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

#[test]
fn a_bare_script_is_that_of_pg_restore() {
    let shop = Shop::new();
    let flaws = differences(|Selection(flags, ours)| {
        // Statistics are compared in their own tests.
        let common: &[&str] = match flags
            .iter()
            .find(|flag| flag.ends_with("statistics") || flag.ends_with("-only"))
        {
            Some(&"--statistics-only") => return (Vec::new(), Vec::new()),
            Some(_) => &[],
            None => &["--no-statistics"],
        };
        (
            shop.script(&mut stock("pg_restore"), &[flags, common].concat(), &shop.archive),
            shop.script(
                &mut tool("pgx-load"),
                &[ours, common, &["--bare"]].concat(),
                &shop.stream,
            ),
        )
    });
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

#[test]
fn flags_that_exclude_each_other_are_refused_by_name() {
    let cases: &[(&[&str], &str)] = &[
        (&["-a", "-s"], "--schema-only"),
        (&["-a", "--statistics-only"], "--statistics-only"),
        (&["-s", "--statistics-only"], "--statistics-only"),
        (&["-a", "--no-data"], "--no-data"),
        (&["-s", "--no-schema"], "--no-schema"),
        (&["--statistics", "--no-statistics"], "--no-statistics"),
        (&["--statistics-only", "--no-statistics"], "--no-statistics"),
        (&["-a", "--statistics"], "--statistics"),
        (&["-s", "--statistics"], "--statistics"),
        (&["--strict-names"], "--strict-names"),
        (&["-L", "-"], "standard input"),
        (&["--section", "middle"], "middle"),
    ];
    for name in ["pgx-toc", "pgx-filter", "pgx-load"] {
        let target: &[&str] = if name == "pgx-load" { &["-f", "-"] } else { &[] };
        for (flags, named) in cases {
            let finished = Pipe::of(tool(name).args(target).args(*flags))
                .input(std::process::Stdio::null())
                .run();
            let said = finished.said(2);
            assert!(said.contains(named), "{name} {flags:?}: {said}");
        }
    }
}

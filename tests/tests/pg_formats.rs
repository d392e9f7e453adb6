//! pg_dump's archives: stock pg_restore restores what pgx-filter -F writes, pgx-load loads what stock pg_dump
//! writes, and what is damaged is refused by name. Every schema on every major in `make test-formats`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pgx_tests::{Cluster, Database, Fixture, Pipe, Scratch, campaign, comparable, difference, judge, repository, tool};

/// A stock program of a major.
fn client(major: u32, name: &str) -> Command {
    static TABLE: OnceLock<String> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let output = Command::new("bash")
            .arg(repository().join("tests/servers/fetch"))
            .output();
        String::from_utf8_lossy(&output.expect("bash runs").stdout).into_owned()
    });
    let words = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let own = |words: &Vec<&str>| words.first() == Some(&"clients") && words[1].starts_with(&format!("{major}."));
    let found = words.filter(own).find_map(|words| words.get(2).map(PathBuf::from));
    let bin = found.unwrap_or_else(|| panic!("stock clients of {major} are missing: see tests/servers/fetch"));
    let mut command = Command::new(bin.join(name));
    command.env("LC_ALL", "C.UTF-8");
    command
}

fn fixtures(major: u32) -> Vec<Fixture> {
    let few: fn(u32) -> Vec<Fixture> = |_| ["06_partitions", "13_large_objects"].map(Fixture::schema).into();
    let all: fn(u32) -> Vec<Fixture> = |major| {
        // Each alone on the newest; on the others, the samples and one database that has everything.
        let alone = if major == 18 {
            Fixture::all()
        } else {
            Fixture::samples()
        };
        let everything = [Fixture::samples(), Fixture::schemas()].concat();
        alone.into_iter().chain([Fixture::merged(everything, major)]).collect()
    };
    campaign(few, all)(major)
}

fn majors() -> &'static [u32] {
    campaign(&[16, 18], &[15, 16, 18])
}

/// Runs a program to its end; what it said, if it failed.
fn run(command: &mut Command) -> Option<String> {
    let output = command.output().expect("the program runs");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Lets something fill a copy of a database; what went wrong, if anything did.
fn copied(source: &Database, fixture: &Fixture, way: &str, fill: impl FnOnce(&Database) -> Option<String>) -> String {
    let copy = source.cluster().database("copy");
    fixture.make_roles(&copy);
    let flaw = fill(&copy).or_else(|| judge(source, &copy).difference());
    flaw.map(|flaw| format!("==== {}, {}, {way}\n{flaw}\n", fixture.name(), source.cluster().major()))
        .unwrap_or_default()
}

/// For every fixture on every major: a database and a place for files.
fn everywhere(test: impl Fn(&Database, &Fixture, &Scratch) -> String) {
    let mut flaws = String::new();
    for &major in majors() {
        for fixture in fixtures(major).iter().filter(|fixture| fixture.runs_on(major)) {
            let source = Cluster::shared(major).filled(fixture);
            flaws += &test(&source, fixture, &Scratch::new());
        }
    }
    assert!(flaws.is_empty(), "{flaws}");
}

fn converted(stream: &Path, format: &str, major: u32, to: &Path) -> Option<String> {
    run(tool("pgx-filter")
        .args(["-F", format, "--pg-restore", &major.to_string(), "-f"])
        .args([to, stream]))
}

/// What `pg_restore -l` says, as a file for `-L`.
fn list(major: u32, archive: &Path, scratch: &Scratch) -> PathBuf {
    let output = client(major, "pg_restore").arg("-l").arg(archive).output();
    scratch.file("list", output.expect("pg_restore runs").stdout)
}

#[test]
fn pg_restore_restores_what_we_write() {
    everywhere(|source, fixture, scratch| {
        let major = source.cluster().major();
        let at = |name: &str| scratch.path().join(name);
        let stream = at("stream");
        let dumped = run(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&stream));
        assert_eq!(dumped, None);
        let mut flaws = String::new();
        for format in ["custom", "directory", "tar"] {
            assert_eq!(converted(&stream, format, major, &at(format)), None);
            let list = list(major, &at(format), scratch);
            let list = list.to_string_lossy();
            let mut ways: Vec<Vec<&str>> = vec![Vec::new(), vec!["-L", &list]];
            if format != "tar" {
                ways.extend([vec!["-j", "4"], vec!["-j", "4", "-L", &list]]);
            }
            for way in campaign(&ways[ways.len() - 2..], &ways[..]) {
                flaws += &copied(source, fixture, &format!("pg_restore {way:?} of {format}"), |copy| {
                    run(client(major, "pg_restore")
                        .args(["-d", &copy.url()])
                        .args(way)
                        .arg(at(format)))
                });
            }
            if format != "directory" {
                flaws += &copied(source, fixture, &format!("pg_restore of {format} in a pipe"), |copy| {
                    let major_text = major.to_string();
                    Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
                        .to(tool("pgx-filter").args(["-F", format, "--pg-restore", &major_text]))
                        .to(client(major, "pg_restore").args(["-d", &copy.url()]))
                        .run()
                        .complaint()
                });
            }
        }
        flaws
    });
}

#[test]
fn pg_restore_restores_what_we_dump() {
    everywhere(|source, fixture, scratch| {
        let major = source.cluster().major().to_string();
        let mut flaws = String::new();
        for (number, flags) in [
            ["-Fc", "-j3", "-Z1"],
            ["-Fd", "-j3", "-Zgzip"],
            ["-Fd", "-j1", "-Z0"],
            ["-Ft", "-j3", "-Z0"],
        ]
        .iter()
        .enumerate()
        {
            let dump = || {
                let mut dump = tool("pgx-dump");
                dump.args(flags).args(["--pg-restore", &major, "-d", &source.url()]);
                dump
            };
            let archive = scratch.path().join(number.to_string());
            assert_eq!(run(dump().arg("-f").arg(&archive)), None);
            let list = list(source.cluster().major(), &archive, scratch);
            let list = list.to_string_lossy();
            let mut ways = vec![vec!["-L", &list], Vec::new()];
            if flags[0] != "-Ft" {
                ways = [vec![vec!["-j4"], vec!["-j4", "-L", &list]], ways].concat();
            }
            for way in campaign(&ways[..1], &ways[..]) {
                flaws += &copied(
                    source,
                    fixture,
                    &format!("pg_restore {way:?} of pgx-dump {flags:?}"),
                    |copy| {
                        run(client(source.cluster().major(), "pg_restore")
                            .args(["-d", &copy.url()])
                            .args(way)
                            .arg(&archive))
                    },
                );
            }
            if flags[0] != "-Fd" && campaign(number == 0, true) {
                flaws += &copied(
                    source,
                    fixture,
                    &format!("pg_restore of pgx-dump {flags:?} in a pipe"),
                    |copy| {
                        Pipe::of(&mut dump())
                            .to(client(source.cluster().major(), "pg_restore").args(["-d", &copy.url()]))
                            .run()
                            .complaint()
                    },
                );
            }
        }
        flaws
    });
}

/// Takes a setting that servers before 17 do not know out of a script: pg_dump 18 writes it for all, too, and psql
/// only goes on after it when errors do not stop it.
fn known_to(major: u32, script: &Path) {
    if major < 17 {
        let text = std::fs::read_to_string(script).expect("there is a script");
        let text = text.replacen("SET transaction_timeout = 0;\n", "", 1);
        std::fs::write(script, text).expect("a script can be changed");
    }
}

/// What psql says against a script.
fn by_psql(major: u32, script: &Path, copy: &Database) -> Option<String> {
    known_to(major, script);
    let url = copy.url();
    run(client(major, "psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", &url, "-f"])
        .arg(script))
}

/// What is wrong when psql stops at a script and says this. Servers before 18 refuse some words of pg_dump 18, which are
/// ours, too: then its script stops in the same way, and leaves the same.
fn against_stocks(
    source: &Database,
    fixture: &Fixture,
    script: &Path,
    copy: &Database,
    said: String,
) -> Option<String> {
    let major = source.cluster().major();
    let by_stock = source.cluster().database("by_stock");
    fixture.make_roles(&by_stock);
    let stocks = run(client(18, "pg_dump").args(["-d", &source.url(), "-f"]).arg(script));
    if major == 18 || stocks.is_some() || by_psql(major, script, &by_stock).as_ref() != Some(&said) {
        return Some(said);
    }
    judge(&by_stock, copy).difference()
}

#[test]
fn psql_loads_our_scripts() {
    everywhere(|source, fixture, scratch| {
        let major = source.cluster().major();
        let script = scratch.path().join("script");
        let archive = scratch.path().join("archive");
        let of_dump = |way: &str, dump: &mut Command, mut load: Command| {
            assert_eq!(run(dump), None);
            assert!(run(&mut load).is_none(), "{way}: there is no script");
            let copy = source.cluster().database("copy");
            fixture.make_roles(&copy);
            let flaw = match by_psql(major, &script, &copy) {
                None => judge(source, &copy).difference(),
                Some(said) => against_stocks(source, fixture, &script, &copy, said),
            };
            flaw.map(|flaw| format!("==== {}, {major}, {way}\n{flaw}\n", fixture.name()))
                .unwrap_or_default()
        };
        let url = source.url();
        let nothing = || Command::new("true");
        let mut written = tool("pgx-load");
        written.arg("-f").arg(&script).arg(&archive);
        let mut plain = tool("pgx-dump");
        plain.args(["-F", "plain", "-d", &url, "-f"]).arg(&script);
        let mut flaws = of_dump("psql of pgx-dump -F plain", &mut plain, nothing());
        let mut dump = tool("pgx-dump");
        dump.args(["-F", "custom", "-d", &url, "-f"]).arg(&archive);
        flaws += &of_dump("psql of pgx-load -f of custom", &mut dump, written);
        flaws
    });
}

#[test]
fn all_schemas_in_one_database_go_both_ways() {
    // Even where stock's own archive fails with -j: foreign keys to the configuration of an extension.

    let fixture = Fixture::merged(Fixture::schemas(), 18);
    let source = Cluster::shared(18).filled(&fixture);
    let scratch = Scratch::new();
    let (ours, theirs) = (scratch.path().join("ours"), scratch.path().join("theirs"));
    let dumped = run(tool("pgx-dump")
        .args(["-Fd", "-j3", "-d", &source.url(), "-f"])
        .arg(&ours));
    assert_eq!(dumped, None);
    let mut flaws = copied(&source, &fixture, "pg_restore -j4 of pgx-dump -Fd", |copy| {
        run(client(18, "pg_restore").args(["-j4", "-d", &copy.url()]).arg(&ours))
    });
    let dumped = run(client(18, "pg_dump")
        .args(["-Fc", "-d", &source.url(), "-f"])
        .arg(&theirs));
    assert_eq!(dumped, None);
    flaws += &copied(&source, &fixture, "pgx-load of pg_dump -Fc", |copy| {
        run(tool("pgx-load").args(["-d", &copy.url()]).arg(&theirs))
    });
    assert!(flaws.is_empty(), "{flaws}");
}

/// Restores what a list in a file says into a database; what went wrong, if anything did.
type Restore<'a> = &'a dyn Fn(&Database<'_>, &Path) -> Option<String>;

#[test]
fn an_edited_list_of_either_works_in_the_other() {
    let fixture = Fixture::schema("05_tables");
    let source = Cluster::shared(18).filled(&fixture);
    let scratch = Scratch::new();
    let (stream, archive) = (scratch.path().join("stream"), scratch.path().join("archive"));
    assert_eq!(
        run(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&stream)),
        None
    );
    assert_eq!(converted(&stream, "custom", 18, &archive), None);
    let listed = |mut command: Command, of: &Path| {
        let output = command.arg(of).output().expect("it runs");
        String::from_utf8(output.stdout).expect("it is text")
    };
    let mut theirs = client(18, "pg_restore");
    theirs.arg("-l");
    let lists = [listed(tool("pgx-toc"), &stream), listed(theirs, &archive)];
    // Rows, comments and foreign keys are not wanted; what is left out is out in different ways.
    let edited = lists.map(|list| {
        let lines = list.lines().map(|line| match line {
            line if line.contains(" TABLE DATA ") => format!(";{line}"),
            line if line.contains(" COMMENT ") || line.contains(" FK CONSTRAINT ") => String::new(),
            line => format!("{line} ; kept"),
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    let contents = |list: usize, restore: Restore<'_>| {
        let copy = source.cluster().database("copy");
        fixture.make_roles(&copy);
        let list = scratch.file("list", &edited[list]);
        assert_eq!(restore(&copy, &list), None);
        copy.schema()
    };
    let by_them = |copy: &Database<'_>, list: &Path| {
        run(client(18, "pg_restore")
            .args(["-d", &copy.url(), "-L"])
            .args([list, &archive]))
    };
    let by_us =
        |copy: &Database, list: &Path| run(tool("pgx-load").args(["-d", &copy.url(), "-L"]).args([list, &stream]));
    let reference = contents(1, &by_them);
    assert!(
        reference.contains("CREATE TABLE") && !reference.contains("FOREIGN KEY"),
        "{reference}"
    );
    for (list, restore) in [(0, &by_them as Restore<'_>), (0, &by_us), (1, &by_us)] {
        let made = contents(list, restore);
        let [made, reference] = [&made, &reference].map(|schema| comparable(schema));
        assert_eq!(difference(("reference", &reference), ("made", &made), 40), None);
    }
}

#[test]
fn a_table_that_is_read_in_parts_loses_no_row() {
    // Stock pg_restore -j empties a table before each of its entries with rows: there must be one.
    let source = Cluster::shared(18).database("in_parts");
    source.sql(
        "CREATE TABLE big (id integer, x text) WITH (fillfactor = 10);
         ALTER TABLE big ALTER x SET STORAGE PLAIN;
         INSERT INTO big SELECT i, repeat(md5(i::text), 25) FROM generate_series(1, 18000) i;
         CREATE UNIQUE INDEX ON big (id)",
    );
    let scratch = Scratch::new();
    let stream = scratch.path().join("stream");
    assert_eq!(
        run(tool("pgx-dump").args(["-j3", "-d", &source.url(), "-f"]).arg(&stream)),
        None
    );
    let json = tool("pgx-toc")
        .args(["--json", "--check"])
        .arg(&stream)
        .output()
        .expect("it runs")
        .stdout;
    let json = String::from_utf8_lossy(&json).into_owned();
    let in_parts = |line: &str| line.contains(r#""type":"rows""#) && !line.contains(r#""parts":1,"#);
    assert!(json.lines().any(in_parts), "it is read in parts: {json}");
    for format in ["custom", "directory"] {
        let (dumped, filtered) = (
            scratch.path().join(format),
            scratch.path().join(format!("filtered-{format}")),
        );
        let dump = run(tool("pgx-dump")
            .args(["-j3", "-Z1", "-F", format, "-d", &source.url(), "-f"])
            .arg(&dumped));
        assert_eq!(dump, None);
        assert_eq!(converted(&stream, format, 18, &filtered), None);
        let archives = [&dumped, &filtered];
        let one = usize::from(format == "directory");
        for archive in campaign(&archives[one..=one], &archives[..]) {
            let copy = source.cluster().database("copy");
            let restored = run(client(18, "pg_restore").args(["-j4", "-d", &copy.url()]).arg(archive));
            assert_eq!(restored, None);
            judge(&source, &copy).expect_equal();
        }
    }
}

#[test]
fn scripts_are_compressed_every_way() {
    let source = Cluster::shared(18).filled(&Fixture::schema("13_large_objects"));
    let script = |flags: &[&str]| {
        let mut dump = tool("pgx-dump");
        dump.args(["-F", "plain", "--restrict-key", "x", "-d", &source.url()]);
        Pipe::of(dump.args(flags)).run().expect_success()
    };
    let plain = script(&[]);
    for (method, unpack) in [("gzip", "gzip"), ("zstd:5", "zstd"), ("lz4", "lz4")] {
        let packed = script(&["-Z", method]);
        // Not every machine has every program.
        if Command::new(unpack).arg("--version").output().is_err() {
            assert!(packed.len() < plain.len(), "{method}");
            continue;
        }
        let scratch = Scratch::new();
        let file = std::fs::File::open(scratch.file("packed", packed)).expect("it was written");
        let unpacked = Pipe::of(Command::new(unpack).arg("-dc")).input(file).run();
        assert!(unpacked.expect_success() == plain, "{method}");
    }
}

#[test]
fn we_load_what_pg_dump_writes() {
    everywhere(|source, fixture, scratch| {
        let major = source.cluster().major();
        let mut flaws = String::new();
        for (number, flags) in [
            ["-Fc", "-Z6"],
            ["-Fc", "-Z0"],
            ["-Fd", "-Z1"],
            ["-Fd", "-Z0"],
            ["-Ft", "-Z0"],
        ]
        .iter()
        .enumerate()
        {
            let archive = scratch.path().join(number.to_string());
            let dumped = run(client(major, "pg_dump")
                .args(flags)
                .args(["-d", &source.url(), "-f"])
                .arg(&archive));
            assert_eq!(dumped, None);
            flaws += &copied(source, fixture, &format!("pgx-load of {flags:?}"), |copy| {
                run(tool("pgx-load").args(["-d", &copy.url()]).arg(&archive))
            });
            if flags[0] != "-Fd" {
                flaws += &copied(source, fixture, &format!("pgx-load of {flags:?} in a pipe"), |copy| {
                    Pipe::of(client(major, "pg_dump").args(flags).args(["-d", &source.url()]))
                        .to(tool("pgx-load").args(["-d", &copy.url()]))
                        .run()
                        .complaint()
                });
            }
        }
        flaws
    });
}

#[test]
fn every_compression_is_loaded() {
    // The stock clients at hand have neither lz4 nor zstd: these archives are ours.
    let fixture = Fixture::schema("13_large_objects");
    let source = Cluster::shared(18).filled(&fixture);
    let scratch = Scratch::new();
    let mut flaws = String::new();
    for format in ["custom", "directory"] {
        for compression in ["none", "gzip", "lz4", "zstd"] {
            let archive = scratch.path().join(format!("{format}-{compression}"));
            let stream = scratch.path().join("stream");
            assert_eq!(
                run(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&stream)),
                None
            );
            let converted = run(tool("pgx-filter")
                .args(["-F", format, "-Z", compression, "-f"])
                .args([&archive, &stream]));
            assert_eq!(converted, None);
            flaws += &copied(&source, &fixture, &format!("{format}, {compression}"), |copy| {
                run(tool("pgx-load").args(["-d", &copy.url()]).arg(&archive))
            });
        }
    }
    assert!(flaws.is_empty(), "{flaws}");
}

#[test]
fn text_and_binary_rows_become_the_same() {
    let fixture = Fixture::shop();
    let source = Cluster::shared(18).filled(&fixture);
    let mut flaws = String::new();
    for rows in ["text", "auto"] {
        flaws += &copied(&source, &fixture, rows, |copy| {
            Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "--copy-format", rows]))
                .to(tool("pgx-filter").args(["-F", "custom"]))
                .to(client(18, "pg_restore").args(["-d", &copy.url()]))
                .run()
                .complaint()
        });
    }
    assert!(flaws.is_empty(), "{flaws}");

    // Types whose binary form is at the user's own risk are not turned into text: that is said, and what to do.
    let refused = Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "--copy-format", "binary"]))
        .to(tool("pgx-filter").args(["-F", "custom"]))
        .run();
    let complaint = refused.complaint().unwrap_or_default();
    assert!(
        complaint.contains("column who is binary") && complaint.contains("--copy-format text"),
        "{complaint}"
    );
}

#[test]
fn lists_are_the_same_line_for_line() {
    everywhere(|source, fixture, scratch| {
        let stream = scratch.path().join("stream");
        let archive = scratch.path().join("archive");
        assert_eq!(
            run(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&stream)),
            None
        );
        assert_eq!(converted(&stream, "custom", 18, &archive), None);
        let entries = |output: Vec<u8>| -> Vec<String> {
            let text = String::from_utf8_lossy(&output).into_owned();
            text.lines()
                .filter(|line| !line.starts_with(';'))
                .map(str::to_owned)
                .collect()
        };
        let theirs = client(18, "pg_restore")
            .arg("-l")
            .arg(&archive)
            .output()
            .expect("pg_restore runs");
        let ours = tool("pgx-toc").arg(&stream).output().expect("pgx-toc runs");
        match entries(theirs.stdout) == entries(ours.stdout) {
            true => String::new(),
            false => format!("the lists of {} differ\n", fixture.name()),
        }
    });
}

#[test]
fn damaged_archives_are_refused_by_name() {
    let fixture = Fixture::shop();
    let source = Cluster::shared(18).filled(&fixture);
    let scratch = Scratch::new();
    let stock = |flags: [&str; 2], name: &str| {
        let path = scratch.path().join(name);
        assert_eq!(
            run(client(18, "pg_dump")
                .args(flags)
                .args(["-d", &source.url(), "-f"])
                .arg(&path)),
            None
        );
        path
    };
    let said = |archive: &Path| {
        let copy = source.cluster().database("copy");
        fixture.make_roles(&copy);
        let output = tool("pgx-load")
            .args(["-d", &copy.url()])
            .arg(archive)
            .output()
            .expect("pgx-load runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let expect = |archive: &Path, code: i32, words: &[&str]| {
        let (status, message) = said(archive);
        assert_eq!(status, Some(code), "{message}");
        for word in words {
            assert!(message.contains(word), "{word:?} is not in {message}");
        }
    };

    let custom = std::fs::read(stock(["-Fc", "-Z0"], "sound")).expect("readable");
    expect(
        &scratch.file("cut", &custom[..custom.len() / 2]),
        3,
        &["ends before it is complete", "byte"],
    );
    expect(
        &scratch.file("contents", &custom[..200]),
        3,
        &["ends before it is complete"],
    );
    let mut newer = custom.clone();
    newer[6] = 17;
    expect(&scratch.file("newer", newer), 1, &["version 1.17"]);
    let compressed = std::fs::read(stock(["-Fc", "-Z6"], "compressed")).expect("readable");
    let mut flipped = compressed.clone();
    let at = flipped.len() - 200;
    flipped[at] ^= 0xff;
    let (status, message) = said(&scratch.file("flipped", flipped));
    assert!(
        matches!(status, Some(1 | 3)) && message.contains("table data"),
        "{message}"
    );

    let tar = std::fs::read(stock(["-Ft", "-Z0"], "tar")).expect("readable");
    expect(
        &scratch.file("cut.tar", &tar[..tar.len() / 2]),
        3,
        &["ends before it is complete", ".dat"],
    );

    let directory = stock(["-Fd", "-Z0"], "directory");
    let rows = std::fs::read_dir(&directory).expect("readable").flatten();
    let name = |path: PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut members: Vec<String> = rows
        .map(|file| name(file.path()))
        .filter(|name| name != "toc.dat")
        .collect();
    members.sort();
    std::fs::remove_file(directory.join(&members[0])).expect("it is there");
    expect(&directory, 3, &[&format!("{} is missing", members[0])]);

    let inserts = stock(["-Fc", "--inserts"], "inserts");
    expect(&inserts, 1, &["INSERT commands", "pg_restore -f"]);
}

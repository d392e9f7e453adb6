//! Databases whose encoding is not UTF-8, with characters beyond ASCII in every sort of name, in text that is
//! part of a definition, and in rows.

use std::process::Command;

use pgx_tests::{Cluster, Database, Pipe, comparable, difference, judge, on_majors, stock, tool};

/// An encoding, and three words as its bytes.
struct Encoding {
    name: &'static str,
    words: [&'static [u8]; 3],
}

const ENCODINGS: [Encoding; 3] = [
    Encoding {
        name: "LATIN1",
        words: [b"caf\xe9", b"\xc9t\xe9 \xdf", b"\xa3\xff"],
    },
    Encoding {
        name: "EUC_JP",
        words: [b"\xc6\xfc\xcb\xdc", b"\xc5\xec\xb5\xfe \x8e\xb1", b"\x8f\xb0\xa1"],
    },
    // Bytes of several encodings side by side: that is how such databases are found.
    Encoding {
        name: "SQL_ASCII",
        words: [b"caf\xe9", "été ß".as_bytes(), b"\x80\xc6\xfc\xff"],
    },
];

/// What the database gets: `{a}`, `{b}`, `{c}` are the words.
const SCRIPT: &str = r#"
CREATE SCHEMA "{a}";
COMMENT ON SCHEMA "{a}" IS 'it''s \ {b}';
CREATE TYPE "{a}"."mood {a}" AS ENUM ('{a}', 'it''s {b}');
CREATE TYPE "{a}"."pair {b}" AS ("{a}" text, "{b}" integer);
CREATE DOMAIN "{a}"."short {c}" AS text DEFAULT '{c}' CONSTRAINT "not {b}" CHECK (VALUE <> '{b}');
CREATE FUNCTION "{a}"."f {b}"("x {a}" text DEFAULT '{b}') RETURNS text LANGUAGE plpgsql IMMUTABLE
    AS $_$BEGIN RETURN "x {a}" || '\{c}'; END$_$;
CREATE TABLE "{a}"."t {b}" (
    id serial PRIMARY KEY, "{a}" text COLLATE "C" DEFAULT '{a}' CHECK ("{a}" <> '{c}'), "{b}" "{a}"."short {c}",
    mood "{a}"."mood {a}", pair "{a}"."pair {b}", "char" "char", bytes bytea, words text[], name name
);
COMMENT ON COLUMN "{a}"."t {b}"."{a}" IS '{b}';
ALTER SEQUENCE "{a}"."t {b}_id_seq" RENAME TO "s {c}";
SELECT setval('"{a}"."s {c}"', 77);
INSERT INTO "{a}"."t {b}" ("{a}", "{b}", mood, pair, "char", bytes, words, name)
    VALUES ('{b}', '{a}', '{a}', ROW('{b}', 5), 'x', '\x00ff', ARRAY['{a}', 'a,"\{b}', NULL], '{a}'),
           (E'tab\t{a}\\{b}\n{c}', '', 'it''s {b}', NULL, 'y', '', '{}', '');
CREATE INDEX "i {a}" ON "{a}"."t {b}" (lower("{a}")) WHERE "{a}" <> '{b}';
CREATE UNIQUE INDEX "u {b}" ON "{a}"."t {b}" ("{a}");
CREATE TABLE "{a}"."keyed {b}" ("{a}" text PRIMARY KEY REFERENCES "{a}"."t {b}" ("{a}"), n integer UNIQUE);
INSERT INTO "{a}"."keyed {b}" VALUES ('{b}', 1);
CREATE VIEW "{a}"."v {b}" AS SELECT "{a}" AS "as {b}", '{c}'::text AS "{c}" FROM "{a}"."t {b}" WHERE "{a}" <> '{a}';
CREATE MATERIALIZED VIEW "{a}"."m {b}" AS SELECT "as {b}" FROM "{a}"."v {b}";
CREATE TABLE "{a}"."parts {a}" ("{b}" text) PARTITION BY LIST ("{b}");
CREATE TABLE "{a}"."part {b}" PARTITION OF "{a}"."parts {a}" FOR VALUES IN ('{a}', '{c}');
INSERT INTO "{a}"."parts {a}" VALUES ('{a}'), ('{c}');
CREATE FUNCTION "{a}".note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER "tr {a}" BEFORE UPDATE OF "{a}" ON "{a}"."t {b}" FOR EACH ROW WHEN (NEW."{a}" = '{b}')
    EXECUTE FUNCTION "{a}".note('{c}');
CREATE POLICY "p {a}" ON "{a}"."t {b}" USING ("{a}" = '{b}');
CREATE RULE "r {b}" AS ON DELETE TO "{a}"."keyed {b}" WHERE OLD."{a}" = '{c}' DO INSTEAD NOTHING;
CREATE STATISTICS "{a}"."st {b}" ON "{a}", "{b}" FROM "{a}"."t {b}";
CREATE PUBLICATION "pub {a}" FOR TABLE "{a}"."t {b}" WITH (publish = 'insert');
COMMENT ON PUBLICATION "pub {a}" IS '{b}';
CREATE TEXT SEARCH DICTIONARY "{a}"."d {b}" (TEMPLATE = simple, accept = false);
CREATE FOREIGN DATA WRAPPER "w {a}" OPTIONS (x '{b}');
GRANT SELECT ("{a}") ON "{a}"."t {b}" TO PUBLIC;
SELECT lo_from_bytea(4711, '\x00e9ff');
COMMENT ON LARGE OBJECT 4711 IS '{c}';
"#;

impl Encoding {
    fn script(&self) -> Vec<u8> {
        let mut script = format!("SET client_encoding = '{}';\n", self.name).into_bytes();
        let mut rest = SCRIPT;
        while let Some((before, after)) = rest.split_once('{') {
            script.extend(before.as_bytes());
            let place = ["a}", "b}", "c}"].iter().position(|name| after.starts_with(name));
            match place {
                Some(word) => script.extend(self.words[word]),
                None => script.extend(b"{"),
            }
            rest = if place.is_some() { &after[2..] } else { after };
        }
        script.extend(rest.as_bytes());
        script
    }

    /// An empty database in this encoding.
    fn database<'a>(&self, cluster: &'a Cluster, label: &str) -> Database<'a> {
        let name = format!("{label}_{}", self.name);
        let create = format!(
            "CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING '{}' LC_COLLATE 'C' LC_CTYPE 'C'",
            self.name
        );
        cluster.database("door").sql(&create);
        cluster.existing(&name)
    }
}

/// Copies each database within a major and judges the copies.
fn copied_on(major: u32, format: &str) {
    let cluster = Cluster::shared(major);
    for encoding in &ENCODINGS {
        let source = encoding.database(cluster, &format!("source_{format}"));
        source.script(&encoding.script(), &[]);
        let copy = encoding.database(cluster, &format!("copy_{format}"));
        Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "--copy-format", format]))
            .to(tool("pgx-load").args(["-d", &copy.url()]))
            .run()
            .expect_success();
        judge(&source, &copy).expect_equal();
    }
}

#[test]
fn copies_in_the_same_encoding_are_equal() {
    on_majors(&[15, 18], |major| {
        copied_on(major, "text");
        copied_on(major, "binary");
    });
}

/// A script without what differs between two runs, and with each byte to be seen.
fn script(bytes: &[u8]) -> String {
    comparable(&bytes.iter().copied().map(char::from).collect::<String>())
}

/// A script of definitions has the encoding of the database, or the one asked for, as stock's has.
fn same_text_on(major: u32) {
    let cluster = Cluster::shared(major);
    for encoding in &ENCODINGS {
        let source = encoding.database(cluster, "text");
        source.script(&encoding.script(), &[]);
        for asked in [&[][..], &["-E", "utf-8"]] {
            if encoding.name == "SQL_ASCII" && !asked.is_empty() {
                continue; // not all of it is UTF-8
            }
            let dump = |mut program: Command| {
                let arguments = ["-s", "-C", "-F", "plain", "-d", &source.url()];
                Pipe::of(program.args(arguments).args(asked)).run().expect_success()
            };
            let (stock, ours) = (dump(stock("pg_dump")), dump(tool("pgx-dump")));
            let flaw = difference(("pg_dump", &script(&stock)), ("pgx-dump", &script(&ours)), 40);
            assert_eq!(flaw, None, "{} {asked:?} on {major}", encoding.name);
        }
    }
}

#[test]
fn scripts_have_stocks_bytes() {
    on_majors(&[15, 18], same_text_on);
}

#[test]
fn scripts_make_the_database_again() {
    let cluster = Cluster::shared(18);
    for encoding in &ENCODINGS {
        let source = encoding.database(cluster, "script");
        source.script(&encoding.script(), &[]);
        let direct = Pipe::of(tool("pgx-dump").args(["-F", "plain", "-d", &source.url()]));
        let by_stream = Pipe::of(tool("pgx-dump").args(["--copy-format", "text", "-d", &source.url()]))
            .to(tool("pgx-load").args(["-f", "-"]));
        for (name, pipe) in [("direct", direct), ("by_stream", by_stream)] {
            let copy = encoding.database(cluster, name);
            copy.script(&pipe.run().expect_success(), &[]);
            judge(&source, &copy).expect_equal();
        }
    }
}

#[test]
fn a_database_is_made_again_in_its_encoding() {
    let (cluster, elsewhere) = (Cluster::shared(18), Cluster::private(18, &[]));
    for encoding in &ENCODINGS {
        let source = encoding.database(cluster, "made");
        source.script(&encoding.script(), &[]);
        Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["-C", "-d", &elsewhere.url("postgres")]))
            .run()
            .expect_success();
        let copy = elsewhere.existing(source.name());
        assert_eq!(copy.sql("SHOW server_encoding").trim(), encoding.name);
        judge(&source, &copy).expect_equal();
    }
}

#[test]
fn text_is_converted_for_a_target_of_another_encoding() {
    let cluster = Cluster::shared(18);
    for encoding in ENCODINGS.iter().filter(|encoding| encoding.name != "SQL_ASCII") {
        let source = encoding.database(cluster, "from");
        source.script(&encoding.script(), &[]);
        let by_stock = cluster.database("by_stock");
        by_stock.copy_by_stock(&source);
        for format in ["text", "binary"] {
            let copy = cluster.database("utf8");
            Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "--copy-format", format]))
                .to(tool("pgx-load").args(["-d", &copy.url()]))
                .run()
                .expect_success();
            judge(&by_stock, &copy).expect_equal();
        }
    }
}

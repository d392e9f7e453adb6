//! Security labels. No package has a provider for tests, so labels are written into the catalog by hand; what
//! provider they name makes no difference to a dump. A target takes them where it has one: `label_provider.c`.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use pgx_tests::{Cluster, Database, MAJORS, Pipe, Scratch, comparable, difference, judge, on_majors, repository, tool};

/// One label for each kind of object that can have one, on columns too, and two of two providers.
const LABELS: &str = r#"
CREATE SCHEMA guarded;
SET search_path = guarded;
CREATE TABLE t (id integer PRIMARY KEY, "Odd column" text);
CREATE TABLE parts (id integer) PARTITION BY RANGE (id);
CREATE VIEW v AS SELECT id FROM t;
CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
CREATE SEQUENCE s;
CREATE FUNCTION f(a integer, OUT b integer) LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE p(INOUT a integer) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE g(integer) (SFUNC = int4pl, STYPE = integer);
CREATE TYPE e AS ENUM ('x');
CREATE TYPE c AS (a integer);
CREATE TYPE r AS RANGE (SUBTYPE = integer);
CREATE DOMAIN d AS integer;
CREATE FUNCTION fired() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER pgx_guarded ON sql_drop EXECUTE FUNCTION fired();
CREATE PUBLICATION pgx_guarded;
SET client_min_messages = error;
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER far FOREIGN DATA WRAPPER far;
CREATE FOREIGN TABLE ft (a integer) SERVER far;
SELECT lo_create(52001);
SET allow_system_table_mods = on;
INSERT INTO pg_seclabel (objoid, classoid, objsubid, provider, label)
SELECT oid, class::regclass, sub, provider, label FROM (VALUES
    ('guarded'::regnamespace::oid, 'pg_namespace', 0, 'pgx', 'schema'),
    ('t'::regclass, 'pg_class', 0, 'Other Guard', ''),
    ('t'::regclass, 'pg_class', 0, 'pgx', E'it''s \\ "secret"\nand long'), ('t'::regclass, 'pg_class', 2, 'pgx', 'column'),
    ('parts'::regclass, 'pg_class', 1, 'pgx', 'only a column'),
    ('v'::regclass, 'pg_class', 0, 'pgx', 'view'), ('v'::regclass, 'pg_class', 1, 'pgx', 'column of a view'),
    ('m'::regclass, 'pg_class', 0, 'pgx', 'materialized view'), ('s'::regclass, 'pg_class', 0, 'pgx', 'sequence'),
    ('ft'::regclass, 'pg_class', 0, 'pgx', 'foreign table'),
    ('f'::regproc, 'pg_proc', 0, 'pgx', 'function'), ('p'::regproc, 'pg_proc', 0, 'pgx', 'procedure'),
    ('g'::regproc, 'pg_proc', 0, 'pgx', 'aggregate'),
    ('e'::regtype, 'pg_type', 0, 'pgx', 'enum'), ('c'::regtype, 'pg_type', 0, 'pgx', 'composite'),
    ('r'::regtype, 'pg_type', 0, 'pgx', 'range'), ('d'::regtype, 'pg_type', 0, 'pgx', 'domain'),
    ((SELECT oid FROM pg_language WHERE lanname = 'plpgsql'), 'pg_language', 0, 'pgx', 'language'),
    ((SELECT oid FROM pg_event_trigger WHERE evtname = 'pgx_guarded'), 'pg_event_trigger', 0, 'pgx', 'event trigger'),
    ((SELECT oid FROM pg_publication WHERE pubname = 'pgx_guarded'), 'pg_publication', 0, 'pgx', 'publication'),
    (52001, 'pg_largeobject', 0, 'pgx', 'large object')
) AS labels (oid, class, sub, provider, label);
INSERT INTO pg_shseclabel (objoid, classoid, provider, label)
SELECT oid, 'pg_database'::regclass, 'pgx', 'database' FROM pg_database WHERE datname = current_database();
"#;

fn labelled(cluster: &Cluster) -> Database<'_> {
    let database = cluster.database("labelled");
    database.sql(LABELS);
    database
}

fn dump(program: &mut std::process::Command, database: &Database) -> String {
    let script = Pipe::of(program.args(["-C", "-F", "plain", "-d", &database.url()])).run();
    comparable(&String::from_utf8_lossy(&script.expect_success()))
}

#[test]
fn their_text_is_stocks() {
    on_majors(&MAJORS, |major| {
        let database = labelled(Cluster::shared(major));
        let (stocks, ours) = (
            dump(&mut pgx_tests::stock("pg_dump"), &database),
            dump(&mut tool("pgx-dump"), &database),
        );
        let flaw = difference(("pg_dump", &stocks), ("pgx-dump", &ours), 60);
        assert_eq!(flaw, None, "on {major}");
        assert!(ours.contains("SECURITY LABEL FOR \"Other Guard\" ON TABLE guarded.t IS '';"));
    });
}

#[test]
fn a_target_without_the_provider_is_told_which_one_is_missing() {
    let cluster = Cluster::shared(18);
    let source = labelled(cluster);
    let load = |flags: &[&str]| {
        let copy = cluster.database("copy");
        let pipe = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["-d", &copy.url()]).args(flags))
            .run();
        (copy, pipe)
    };
    let (_, refused) = load(&[]);
    let said = refused.said(1);
    assert!(said.contains("security label"), "{said}");
    assert!(said.contains("is not loaded"), "{said}");

    let (copy, without) = load(&["--no-security-labels"]);
    without.expect_success();
    // Labels of databases are the cluster's, and so of other tests, too.
    source.sql(
        "SET allow_system_table_mods = on; DELETE FROM pg_seclabel;
         DELETE FROM pg_shseclabel s USING pg_database d WHERE s.objoid = d.oid AND d.datname = current_database()",
    );
    judge(&source, &copy).expect_equal();
}

#[test]
fn a_target_with_the_providers_has_every_label() {
    on_majors(&[18], |major| {
        let scratch = Scratch::new();
        let library = scratch.path().join("label_provider.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", &format!("-DMAJOR={major}"), "-o"])
            .arg(&library)
            .arg(repository().join("tests/servers/label_provider.c"))
            .status();
        assert!(built.expect("there is a C compiler").success());
        let everybody = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(scratch.path(), everybody).expect("it is ours");

        let source = labelled(Cluster::shared(major));
        let setting = format!("session_preload_libraries={}", library.display());
        let target = Cluster::private(major, &[&setting]);
        let door = target.database("door");
        Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["-C", "--verify", "-d", &door.url()]))
            .run()
            .expect_success();
        let copy = target.existing(source.name());
        // The language belongs to an extension, and what is said of its members is no part of a dump.
        let labels =
            "SELECT objtype, objname, provider, label FROM pg_seclabels WHERE objtype <> 'language' ORDER BY 1, 2, 3";
        assert_eq!(copy.sql(labels), source.sql(labels));
        // In which order two labels of one object come is chance.
        for database in [&source, &copy] {
            database.sql("SET allow_system_table_mods = on; DELETE FROM pg_seclabel WHERE provider = 'Other Guard'");
        }
        judge(&source, &copy).expect_equal();
        let (theirs, ours) = (
            dump(&mut pgx_tests::stock("pg_dump"), &source),
            dump(&mut pgx_tests::stock("pg_dump"), &copy),
        );
        assert_eq!(difference(("source", &theirs), ("copy", &ours), 40), None);
    });
}

//! `pgx-load --check` finds what stands against a load, each thing alone and all of it together, and nothing where
//! nothing does; and it changes nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use pgx_tests::{Cluster, Database, Pipe, Scratch, comparable, stock, tool};

/// What was found: code and object of every problem.
type Problems = BTreeSet<(String, String)>;

/// Roles of the source; the target has the last of them.
const SOURCE_ROLES: &str = "
    CREATE ROLE s_owner; CREATE ROLE s_grantee; CREATE ROLE s_policy; CREATE ROLE s_mapped; CREATE ROLE s_default;
    CREATE ROLE s_both; SET allow_in_place_tablespaces = on;";

/// A database in which a great deal is wrong for a role of few rights on another server.
const SEEDED: &str = "
    CREATE TABLE plain_table (id integer); CREATE SCHEMA s_schema; CREATE TABLE s_schema.orphan (id integer);
    CREATE TABLE owned (id integer); ALTER TABLE owned OWNER TO s_owner;
    CREATE TABLE both_owned (id integer); ALTER TABLE both_owned OWNER TO s_both;
    CREATE TABLE granted (id integer); GRANT SELECT ON granted TO s_grantee;
    CREATE TABLE guarded (id integer); CREATE POLICY s_some ON guarded TO s_policy USING (true);
    CREATE FOREIGN DATA WRAPPER s_fdw; CREATE SERVER far_server FOREIGN DATA WRAPPER s_fdw;
    CREATE USER MAPPING FOR s_mapped SERVER far_server;
    CREATE TABLE spacious (id integer) TABLESPACE s_space;
    CREATE TABLE both_spacious (id integer) TABLESPACE s_both_space;
    INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
        VALUES (99990, 'nowhere', 10, 'public'::regnamespace, false, '1.0');
    CREATE EXTENSION hstore; UPDATE pg_extension SET extversion = '99.0' WHERE extname = 'hstore';
    CREATE EXTENSION cube; CREATE EXTENSION earthdistance;
    INSERT INTO pg_am (oid, amname, amhandler, amtype) VALUES (9990, 's_heap', 'heap_tableam_handler', 't');
    CREATE TABLE odd_table (id integer) USING s_heap;
    CREATE FUNCTION s_event_function() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER s_event ON ddl_command_end EXECUTE FUNCTION s_event_function();
    ALTER EVENT TRIGGER s_event DISABLE;
    CREATE FUNCTION s_internal(integer, integer) RETURNS integer LANGUAGE internal AS 'int4pl';
    CREATE FUNCTION s_tight(integer) RETURNS integer LANGUAGE sql LEAKPROOF AS 'SELECT 1';
    CREATE PUBLICATION s_all FOR ALL TABLES;
    CREATE OPERATOR FAMILY s_family USING btree;
    CREATE TEXT SEARCH TEMPLATE s_template (LEXIZE = dsimple_lexize);
    CREATE TYPE s_base; CREATE FUNCTION s_base_in(cstring) RETURNS s_base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
    CREATE FUNCTION s_base_out(s_base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
    CREATE TYPE s_base (INPUT = s_base_in, OUTPUT = s_base_out, LIKE = integer);
    CREATE SUBSCRIPTION s_sub CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false);
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO s_default;";

/// Words of the lines of pgx-toc that make one seed, who loads it, and what is to be found then.
type Seed = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const SEEDS: &[Seed] = &[
    ("public owned ", "postgres", &[("role", "role s_owner")]),
    ("granted ", "postgres", &[("role", "role s_grantee")]),
    ("guarded", "postgres", &[("role", "role s_policy")]),
    ("far_server", "postgres", &[("role", "role s_mapped")]),
    ("DEFAULT ACL", "postgres", &[("role", "role s_default")]),
    ("public spacious ", "postgres", &[("tablespace", "tablespace s_space")]),
    ("EXTENSION - nowhere", "postgres", &[("extension", "extension nowhere")]),
    (
        "EXTENSION - hstore",
        "postgres",
        &[("extension-version", "extension hstore")],
    ),
    ("odd_table", "postgres", &[("access-method", "access method s_heap")]),
    ("orphan", "postgres", &[("schema", "schema s_schema")]),
    (
        "EXTENSION - earthdistance",
        "limited",
        &[("extension-rights", "extension earthdistance")],
    ),
    ("EVENT TRIGGER", "limited", &[("superuser", "event trigger s_event")]),
    (
        "FOREIGN DATA WRAPPER - s_fdw",
        "limited",
        &[("superuser", "foreign data wrapper s_fdw")],
    ),
    (
        "PUBLICATION - s_all",
        "limited",
        &[("superuser", "publication s_all"), ("database-rights", "database ")],
    ),
    (
        "s_internal",
        "limited",
        &[
            ("superuser", "function public.s_internal(integer, integer)"),
            ("schema-rights", "schema public"),
        ],
    ),
    (
        "s_tight",
        "limited",
        &[
            ("superuser", "function public.s_tight(integer)"),
            ("schema-rights", "schema public"),
        ],
    ),
    (
        "OPERATOR FAMILY",
        "limited",
        &[
            ("superuser", "operator family public.s_family"),
            ("schema-rights", "schema public"),
        ],
    ),
    (
        "TEMPLATE",
        "limited",
        &[
            ("superuser", "text search template public.s_template"),
            ("schema-rights", "schema public"),
        ],
    ),
    (
        " TYPE public s_base",
        "limited",
        &[("superuser", "type public.s_base"), ("schema-rights", "schema public")],
    ),
    ("SUBSCRIPTION", "limited", &[("subscription", "subscription s_sub")]),
    ("plain_table", "limited", &[("schema-rights", "schema public")]),
    ("SCHEMA - s_schema", "limited", &[("database-rights", "database ")]),
    (
        "both_owned",
        "limited",
        &[("role-rights", "role s_both"), ("schema-rights", "schema public")],
    ),
    (
        "both_spacious",
        "limited",
        &[
            ("tablespace-rights", "tablespace s_both_space"),
            ("schema-rights", "schema public"),
        ],
    ),
];

/// The source's server is shared; the target's is another, of few connections.
fn target_cluster() -> &'static Cluster {
    static TARGET: OnceLock<Cluster> = OnceLock::new();
    TARGET.get_or_init(|| {
        let cluster = Cluster::private(18, &["max_connections=12", "max_prepared_transactions=2"]);
        let database = cluster.database("prepare");
        database.sql("CREATE ROLE limited LOGIN; CREATE ROLE maker LOGIN CREATEDB; CREATE ROLE s_both");
        database.script(
            b"SET allow_in_place_tablespaces = on;\nCREATE TABLESPACE s_both_space LOCATION '';",
            &[],
        );
        drop(database);
        cluster
    })
}

/// The archive in which a great deal is wrong.
fn seeded() -> &'static Path {
    static FILE: OnceLock<(Scratch, PathBuf)> = OnceLock::new();
    let (_, file) = FILE.get_or_init(|| {
        let source = Cluster::shared(18).database("seeded");
        source.script(SOURCE_ROLES.as_bytes(), &[]);
        for space in ["s_space", "s_both_space"] {
            source.script(
                format!("SET allow_in_place_tablespaces = on;\nCREATE TABLESPACE {space} LOCATION '';").as_bytes(),
                &[],
            );
        }
        source.sql(SEEDED);
        let scratch = Scratch::new();
        let file = scratch.path().join("seeded.pgx");
        dump(&source, &file);
        // A subscription goes before its database.
        source.sql("ALTER SUBSCRIPTION s_sub SET (slot_name = NONE); DROP SUBSCRIPTION s_sub");
        (scratch, file)
    });
    file
}

fn dump(source: &Database, file: &Path) {
    let file = file.display().to_string();
    Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "-f", &file]))
        .run()
        .expect_success();
}

/// The problems that JSON lines tell.
fn problems(stdout: &[u8]) -> Problems {
    let lines = String::from_utf8_lossy(stdout);
    let mut lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let last = lines.pop().expect("a last line says how many there were");
    let text = |value: &serde_json::Value| value.as_str().expect("it is text").to_owned();
    let found: Vec<_> = lines
        .iter()
        .filter(|line| text(&line["severity"]) == "problem")
        .collect();
    assert_eq!(last["type"], "check");
    assert_eq!(last["problems"], found.len());
    for problem in &found {
        assert!(!text(&problem["hint"]).is_empty(), "{problem} has no remedy");
    }
    found
        .iter()
        .map(|line| (text(&line["code"]), text(&line["object"])))
        .collect()
}

/// What a check of a file finds; nothing is changed by it.
fn check(file: &Path, url: &str, flags: &[&str]) -> Problems {
    let file = file.display().to_string();
    let finished = Pipe::of(
        tool("pgx-load")
            .args(["--check", "--json", "-d", url])
            .args(flags)
            .arg(&file),
    )
    .run();
    let found = problems(&finished.stdout);
    let status = if found.is_empty() { 0 } else { 5 };
    assert_eq!(finished.codes(), [Some(status)], "{}", finished.stages[0].stderr);
    found
}

fn expected(database: &Database, problems: &[(&str, &str)]) -> Problems {
    let named = |object: &str| match object {
        "database " => format!("database {}", database.name()),
        object => object.to_owned(),
    };
    problems
        .iter()
        .map(|(code, object)| ((*code).to_owned(), named(object)))
        .collect()
}

#[test]
fn each_seed_is_found_alone() {
    let archive = seeded();
    let target = target_cluster().database("alone");
    let listed = tool("pgx-toc").arg(archive).output().expect("pgx-toc runs");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let scratch = Scratch::new();
    let list = scratch.path().join("list");
    let mut wrong = Vec::new();
    for (words, role, found) in SEEDS {
        let lines: Vec<&str> = listed.lines().filter(|line| line.contains(words)).collect();
        assert!(!lines.is_empty(), "{words}");
        std::fs::write(&list, lines.join("\n")).expect("a file can be written");
        let list = list.display().to_string();
        let mut flags = vec!["-L", &list];
        // Who may give nothing to anybody is told so of every owner, unless that is the seed.
        if *role == "limited" && !found.iter().any(|(code, _)| *code == "role-rights") {
            flags.push("-O");
        }
        let told = check(archive, &target.url_as(role), &flags);
        if told != expected(&target, found) {
            wrong.push(format!("{words}: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_seeds_are_found_together() {
    let target = target_cluster().database("together");
    target.sql("CREATE TABLE there (id integer)");
    let mut all: Vec<(&str, &str)> = SEEDS.iter().flat_map(|(.., found)| found.iter().copied()).collect();
    all.push(("not-empty", "target"));
    let elsewhere = ["access-method", "schema"];
    all.retain(|(code, _)| !elsewhere.contains(code));
    let told = check(seeded(), &target.url_as("limited"), &[]);
    let missing: Vec<_> = expected(&target, &all).difference(&told).cloned().collect();
    assert!(missing.is_empty(), "{missing:?} not in {told:?}");
    assert_eq!(
        target
            .sql("SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relkind = 'r'")
            .trim(),
        "1"
    );
}

/// An archive with which nothing is wrong, made once.
fn clean() -> &'static Path {
    static FILE: OnceLock<(Scratch, PathBuf)> = OnceLock::new();
    let (_, file) = FILE.get_or_init(|| {
        let source = Cluster::shared(18).database("clean");
        source.sql(
            "CREATE SCHEMA s; CREATE TABLE s.t (id integer PRIMARY KEY, x text); CREATE TABLE u (id integer);
             INSERT INTO s.t SELECT i, 'x' FROM generate_series(1, 10) i; CREATE VIEW v AS SELECT id FROM u;
             ALTER DATABASE :\"DBNAME\" SET log_statement = 'ddl'",
        );
        let scratch = Scratch::new();
        let file = scratch.path().join("clean.pgx");
        dump(&source, &file);
        (scratch, file)
    });
    file
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let target = target_cluster().database("clean");
    assert_eq!(check(clean(), &target.url(), &[]), Problems::new());
    assert_eq!(check(clean(), &target.url(), &["-C"]), Problems::new());
    // A role of few rights in its own database.
    let own = target_cluster().database("own");
    own.sql("GRANT CREATE ON DATABASE :\"DBNAME\" TO limited; GRANT CREATE ON SCHEMA public TO limited");
    assert_eq!(check(clean(), &own.url_as("limited"), &["-O", "-x"]), Problems::new());
    Pipe::of(tool("pgx-load").args(["-O", "-d", &own.url_as("limited")]).arg(clean()))
        .run()
        .expect_success();
}

#[test]
fn targets_are_found_wrong() {
    let cluster = target_cluster();
    let found = |told: Problems, wanted: &[(&str, &str)], database: &Database| {
        assert_eq!(told, expected(database, wanted));
    };
    let target = cluster.database("wrong");
    found(
        check(clean(), &target.url(), &["-a", "-t", "u"]),
        &[("table-missing", "table public.u")],
        &target,
    );
    target.sql("CREATE TABLE u (id integer)");
    found(check(clean(), &target.url(), &[]), &[("not-empty", "target")], &target);
    let into = check(clean(), &target.url(), &["--into-existing"]);
    found(into, &[("table-exists", "public.u")], &target);
    let rights = check(clean(), &target.url_as("limited"), &["-a", "-t", "u"]);
    found(rights, &[("table-rights", "table public.u")], &target);
    target.sql("ALTER TABLE u ENABLE ROW LEVEL SECURITY; GRANT INSERT ON u TO limited");
    let guarded = check(clean(), &target.url_as("limited"), &["-a", "-t", "u"]);
    found(guarded, &[("row-security", "table public.u")], &target);
    found(
        check(clean(), &target.url(), &["-a", "-t", "u", "--role", "nobody_here"]),
        &[("set-role", "role nobody_here")],
        &target,
    );
    let made = check(clean(), &target.url_as("limited"), &["-C", "-O"]);
    assert!(made.iter().any(|(code, _)| code == "createdb"), "{made:?}");
    let settings = check(clean(), &target.url_as("maker"), &["-C", "-O"]);
    found(settings, &[("setting-rights", "setting log_statement")], &target);
    let nowhere = cluster.url("no_such_database");
    found(
        check(clean(), &nowhere, &[]),
        &[("database-missing", "database no_such_database")],
        &target,
    );
    let latin = "latin_of_check";
    target.sql(&format!(
        "CREATE DATABASE {latin} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
    ));
    let latin = cluster.existing(latin);
    found(check(clean(), &latin.url(), &[]), &[("encoding", "database ")], &latin);
}

#[test]
fn older_servers_and_standbys_are_found() {
    let source = Cluster::shared(18).database("modern");
    source.sql("CREATE DATABASE builtin_of_check TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'");
    let source = source.cluster().existing("builtin_of_check");
    source.sql("ALTER DATABASE builtin_of_check SET transaction_timeout = '1h'");
    let scratch = Scratch::new();
    let file = scratch.path().join("modern.pgx");
    dump(&source, &file);
    let target = Cluster::shared(16).database("older");
    let told = check(&file, &target.url(), &["-C"]);
    let wanted = [
        ("older", "target"),
        ("locale", "database builtin_of_check"),
        ("setting", "setting transaction_timeout"),
    ];
    assert_eq!(told, expected(&target, &wanted));

    // The source is there already.
    let again = check(&file, &Cluster::shared(18).url("postgres"), &["-C"]);
    assert_eq!(
        again,
        expected(&target, &[("database-exists", "database builtin_of_check")])
    );

    let standby = Cluster::shared(16).standby();
    dump(&Cluster::shared(16).database("empty"), &file);
    let told = check(&file, &standby.url("postgres"), &[]);
    assert_eq!(told, expected(&target, &[("standby", "target")]));
}

#[test]
fn a_check_in_a_pipe_lets_the_dump_finish_and_changes_nothing() {
    let source = Cluster::shared(18).database("live");
    source.sql("CREATE TABLE t AS SELECT i, repeat('x', 100) FROM generate_series(1, 50000) i");
    let target = target_cluster().database("untouched");
    let before = target.schema();
    for (flags, status) in [(&[][..], 0), (&["--role", "nobody_here"][..], 5)] {
        let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["--check", "-d", &target.url()]).args(flags))
            .run();
        assert_eq!(finished.codes(), [Some(0), Some(status)], "{:?}", finished.complaint());
        let said = &finished.stages[1].stderr;
        assert!(
            said.contains("superuser"),
            "it says whose rights the SQL runs with: {said}"
        );
    }
    assert_eq!(comparable(&target.schema()), comparable(&before));
    assert_eq!(target.sessions_of("pgx-load"), 0);
}

#[test]
fn roles_that_the_stream_brings_are_not_missed() {
    let scratch = Scratch::new();
    let file = scratch.path().join("cluster.pgx");
    seeded();
    let mut cluster = tool("pgx-globals");
    let globals = cluster
        .args(["-d", &Cluster::shared(18).url("postgres")])
        .output()
        .expect("pgx-globals runs");
    assert!(globals.status.success(), "{}", String::from_utf8_lossy(&globals.stderr));
    let archive = std::fs::read(seeded()).expect("the archive can be read");
    std::fs::write(&file, [globals.stdout, archive].concat()).expect("a file can be written");
    let told = check(&file, &target_cluster().url("postgres"), &["-C"]);
    assert!(
        !told.iter().any(|(code, _)| code == "role" || code == "tablespace"),
        "{told:?}"
    );
    // Stock's archives are looked at, too.
    let source = Cluster::shared(18).database("stock");
    source.sql("CREATE TABLE t (id integer); ALTER TABLE t OWNER TO s_owner");
    let custom = scratch.path().join("stock.dump");
    let dumped = stock("pg_dump")
        .args(["-Fc", "-d", &source.url(), "-f", &custom.display().to_string()])
        .status();
    assert!(dumped.is_ok_and(|status| status.success()));
    let target = target_cluster().database("stock");
    let told = check(&custom, &target.url(), &[]);
    assert_eq!(told, expected(&target, &[("role", "role s_owner")]));
}

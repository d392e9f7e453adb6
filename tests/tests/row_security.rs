//! Tables under row security: refused by name, all of them at once, or dumped as far as policies show them.

use pgx_tests::{Cluster, Database, Pipe, stock, tool};

const TABLES: &str = "
    CREATE SCHEMA guarded AUTHORIZATION pgx_guarded;
    SET search_path = guarded;
    CREATE TABLE open (id integer);
    INSERT INTO open VALUES (1), (2);
    CREATE TABLE halves (id integer, secret text);
    INSERT INTO halves SELECT i, 'row ' || i FROM generate_series(1, 10) i;
    ALTER TABLE halves ENABLE ROW LEVEL SECURITY;
    CREATE POLICY even ON halves USING (id % 2 = 0);
    CREATE TABLE \"Nothing seen\" (id integer);
    INSERT INTO \"Nothing seen\" VALUES (1);
    ALTER TABLE \"Nothing seen\" ENABLE ROW LEVEL SECURITY;
    CREATE TABLE own (id integer);
    INSERT INTO own VALUES (7);
    ALTER TABLE own OWNER TO pgx_guarded;
    ALTER TABLE own ENABLE ROW LEVEL SECURITY;
    GRANT SELECT ON ALL TABLES IN SCHEMA guarded TO pgx_guarded;";

fn guarded(cluster: &Cluster) -> Database<'_> {
    let database = cluster.database("guarded");
    database.sql(
        "DO $$ BEGIN CREATE ROLE pgx_guarded LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    database.sql(TABLES);
    database
}

const ROWS: &str = "SELECT id FROM guarded.open UNION ALL SELECT id + 100 FROM guarded.halves
    UNION ALL SELECT id + 200 FROM guarded.\"Nothing seen\" UNION ALL SELECT id + 300 FROM guarded.own ORDER BY 1";

#[test]
fn they_are_refused_all_at_once_before_anything_is_read() {
    for major in [15, 18] {
        let database = guarded(Cluster::shared(major));
        let dump = Pipe::of(tool("pgx-dump").args(["-n", "guarded", "-d", &database.url_as("pgx_guarded")])).run();
        let said = dump.said(1);
        assert!(
            said.contains("row security may hide rows of guarded.halves, guarded.\"Nothing seen\"\n"),
            "{said}"
        );
        assert!(
            said.contains("hint: ") && said.contains("--enable-row-security"),
            "{said}"
        );
        // Their definitions are no secret.
        Pipe::of(tool("pgx-dump").args(["-s", "-n", "guarded", "-d", &database.url_as("pgx_guarded")]))
            .run()
            .expect_success();
        // Nor are they hidden from who may see everything.
        Pipe::of(tool("pgx-dump").args(["-n", "guarded", "-d", &database.url()]))
            .run()
            .expect_success();
    }
}

#[test]
fn what_policies_show_is_dumped_on_request() {
    let cluster = Cluster::shared(18);
    let source = guarded(cluster);
    let expected = "1\n2\n102\n104\n106\n108\n110\n307\n";
    for format in ["text", "binary"] {
        let copy = cluster.database("copy");
        Pipe::of(
            tool("pgx-dump")
                .args(["--enable-row-security", "-n", "guarded", "--copy-format", format])
                .args(["-d", &source.url_as("pgx_guarded")]),
        )
        .to(tool("pgx-load").args(["-d", &copy.url()]))
        .run()
        .expect_success();
        assert_eq!(copy.sql(ROWS), expected, "{format}");
    }
    let by_script = cluster.database("by_script");
    let script = Pipe::of(
        tool("pgx-dump")
            .args(["--enable-row-security", "-n", "guarded", "-F", "plain"])
            .args(["-d", &source.url_as("pgx_guarded")]),
    );
    let script = script.run().expect_success();
    assert!(String::from_utf8_lossy(&script).contains("\nSET row_security = on;\n"));
    by_script.script(&script, &[]);
    assert_eq!(by_script.sql(ROWS), expected);
}

/// As with pg_restore, rows cannot be copied into a table whose policies apply to the role.
#[test]
fn a_target_under_row_security_refuses_rows_either_way() {
    let cluster = Cluster::shared(18);
    let (source, target) = (guarded(cluster), guarded(cluster));
    target.sql("DELETE FROM guarded.halves; GRANT ALL ON guarded.halves TO pgx_guarded");
    let load = |flags: &[&str]| {
        let load = Pipe::of(tool("pgx-dump").args(["-a", "-t", "guarded.halves", "-d", &source.url()]))
            .to(tool("pgx-load")
                .args(["-a", "-d", &target.url_as("pgx_guarded")])
                .args(flags))
            .run();
        load.said(1).to_owned()
    };
    assert!(load(&[]).contains("query would be affected by row-level security policy"));
    assert!(load(&["--enable-row-security"]).contains("COPY FROM not supported with row-level security"));
    let rows = stock("psql")
        .args([
            "-X",
            "-A",
            "-t",
            "-c",
            "SELECT count(*) FROM guarded.halves",
            "-d",
            &target.url(),
        ])
        .output()
        .expect("psql runs");
    assert_eq!(String::from_utf8_lossy(&rows.stdout).trim(), "0");
}

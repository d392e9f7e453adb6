//! `--include-foreign-data`: rows that lie on other servers.

use pgx_tests::{Cluster, Database, Pipe, judge, tool};

/// A database with tables on postgres_fdw servers that lead to `far`.
fn with_foreign_tables<'c>(cluster: &'c Cluster, far: &Database) -> Database<'c> {
    let database = cluster.database("near");
    let (host, name) = (far.cluster().directory().display(), far.name());
    database.sql(&format!(
        "CREATE EXTENSION postgres_fdw;
         CREATE SERVER far_away FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', dbname '{name}');
         CREATE USER MAPPING FOR PUBLIC SERVER far_away OPTIONS (user 'postgres');
         CREATE SERVER \"Far_too\" FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}', dbname '{name}');
         CREATE USER MAPPING FOR PUBLIC SERVER \"Far_too\" OPTIONS (user 'postgres');
         CREATE FOREIGN TABLE visits (id integer, at timestamptz, \"No te\" text) SERVER far_away;
         CREATE FOREIGN TABLE others (id integer) SERVER \"Far_too\";
         CREATE TABLE near (id integer);
         INSERT INTO near VALUES (1);"
    ));
    database
}

const FAR: &str = "CREATE TABLE visits (id integer, at timestamptz, \"No te\" text); CREATE TABLE others (id integer)";

fn filled(cluster: &Cluster) -> Database<'_> {
    let far = cluster.database("far");
    far.sql(FAR);
    far.sql(
        "INSERT INTO visits SELECT i, '2020-02-02 02:02:02+00', E'a\\tb ' || i FROM generate_series(1, 1000) i;
         INSERT INTO others VALUES (5)",
    );
    far
}

/// The copy's server leads elsewhere, where nothing is yet.
#[test]
fn rows_come_along_into_foreign_tables_that_are_there() {
    for major in [15, 18] {
        let cluster = Cluster::shared(major);
        let (far, elsewhere) = (filled(cluster), cluster.database("elsewhere"));
        elsewhere.sql(FAR);
        let (source, target) = (
            with_foreign_tables(cluster, &far),
            with_foreign_tables(cluster, &elsewhere),
        );
        for format in ["text", "binary"] {
            elsewhere.sql("TRUNCATE visits, others");
            target.sql("TRUNCATE near");
            Pipe::of(tool("pgx-dump").args(["-a", "--include-foreign-data", "far*"]).args([
                "--copy-format",
                format,
                "-d",
                &source.url(),
            ]))
            .to(tool("pgx-load").args(["-a", "-d", &target.url()]))
            .run()
            .expect_success();
            let rows = "SELECT md5(string_agg(v::text, '|' ORDER BY id)) FROM visits v";
            assert_eq!(elsewhere.sql(rows), far.sql(rows), "{format} on {major}");
            // Of another server, whose name does not match.
            assert_eq!(elsewhere.sql("SELECT count(*) FROM others").trim(), "0");
            assert_eq!(target.sql("SELECT id FROM near").trim(), "1");
        }
    }
}

#[test]
fn without_being_asked_for_they_stay_where_they_are() {
    let cluster = Cluster::shared(18);
    let far = filled(cluster);
    let source = with_foreign_tables(cluster, &far);
    let copy = cluster.database("copy");
    Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["-d", &copy.url()]))
        .run()
        .expect_success();
    judge(&source, &copy).expect_equal();
    assert_eq!(far.sql("SELECT count(*) FROM visits").trim(), "1000");
}

#[test]
fn a_script_has_the_rows_as_stocks_does() {
    let cluster = Cluster::shared(18);
    let far = filled(cluster);
    let source = with_foreign_tables(cluster, &far);
    let script = |mut program: std::process::Command| {
        let flags = ["-a", "-F", "plain", "--include-foreign-data=*", "-d", &source.url()];
        let script = Pipe::of(program.args(flags)).run().expect_success();
        pgx_tests::comparable(&String::from_utf8_lossy(&script))
    };
    let (stocks, ours) = (script(pgx_tests::stock("pg_dump")), script(tool("pgx-dump")));
    let flaw = pgx_tests::difference(("pg_dump", &stocks), ("pgx-dump", &ours), 40);
    assert_eq!(flaw, None);
}

#[test]
fn a_pattern_without_a_server_is_an_error() {
    let cluster = Cluster::shared(18);
    let database = cluster.database("none");
    let dump = Pipe::of(tool("pgx-dump").args(["--include-foreign-data", "nowhere", "-d", &database.url()])).run();
    let said = dump.said(1);
    assert!(
        said.contains("no matching foreign servers were found for pattern \"nowhere\""),
        "{said}"
    );
    let both =
        Pipe::of(tool("pgx-dump").args(["-s", "--include-foreign-data", "nowhere", "-d", &database.url()])).run();
    both.said(2);
}

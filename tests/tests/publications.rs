//! A table that is named takes its places in publications along: it has them where the target has the publications, and
//! elsewhere a warning says which it does not have.

use std::path::Path;

use pgx_tests::{Cluster, Database, Finished, Pipe, Scratch, comparable, difference, judge, stock, tool};

const SOURCE: &str = "
CREATE SCHEMA sales;
CREATE TABLE sales.orders (id integer PRIMARY KEY, total numeric, note text);
CREATE TABLE sales.items (id integer PRIMARY KEY);
INSERT INTO sales.orders VALUES (1, 2.5, 'a'), (2, 3, 'b');
CREATE PUBLICATION news FOR TABLE sales.orders (id, total) WHERE (id > 1), sales.items;
CREATE PUBLICATION \"All of \"\"it\"\"\" FOR TABLES IN SCHEMA sales;
";

/// What is published of which table.
const PUBLISHED: &str = "SELECT p.pubname, r.prrelid::regclass::text, r.prattrs, pg_get_expr(r.prqual, r.prrelid)
FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid ORDER BY 1, 2";

fn source() -> Database<'static> {
    let source = Cluster::shared(18).database("source");
    source.sql(SOURCE);
    source
}

/// An empty database with the schema and some publications.
fn target(publications: &str) -> Database<'static> {
    let target = Cluster::shared(18).database("target");
    target.sql(&format!("CREATE SCHEMA sales; {publications}"));
    target
}

fn load(stream: &Path, target: &str, flags: &[&str]) -> Finished {
    let program = &mut tool("pgx-load");
    Pipe::of(program.args(["-d", target]).args(flags).arg(stream)).run()
}

/// The stream of one table, chosen while it is dumped, while it is filtered, and while it is loaded.
fn streams(source: &Database, scratch: &Scratch) -> Vec<(std::path::PathBuf, &'static [&'static str])> {
    let file = |name: &str| scratch.path().join(name);
    let (chosen, whole, filtered, archive) = (file("chosen"), file("whole"), file("filtered"), file("archive"));
    let run = |program: &mut std::process::Command| drop(Pipe::of(program).run().expect_success());
    let table = ["-t", "sales.orders"];
    run(tool("pgx-dump")
        .args(["-d", &source.url(), "-f"])
        .arg(&chosen)
        .args(table));
    run(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&whole));
    run(tool("pgx-filter").arg("-f").arg(&filtered).args(table).arg(&whole));
    run(stock("pg_dump").args(["-d", &source.url(), "-Fc", "-f"]).arg(&archive));
    let by_loading: &[&str] = &["-t", "sales.orders"];
    vec![
        (chosen, &[]),
        (filtered, &[]),
        (whole, by_loading),
        (archive, by_loading),
    ]
}

#[test]
fn a_table_has_its_places_where_the_publications_are() {
    let (source, scratch) = (source(), Scratch::new());
    let wanted = source.sql(PUBLISHED);
    let wanted: Vec<&str> = wanted.lines().filter(|line| line.contains("orders")).collect();
    for (stream, flags) in streams(&source, &scratch) {
        let target = target("CREATE PUBLICATION news");
        let loaded = load(&stream, &target.url(), flags);
        assert!(!loaded.said(0).contains("publication"), "{}", loaded.said(0));
        assert_eq!(target.sql(PUBLISHED).lines().collect::<Vec<_>>(), wanted);
        let verified: &[&str] = &["--verify-only", "--into-existing"];
        // An archive of pg_dump's has nothing to verify with.
        if !stream.ends_with("archive") {
            load(&stream, &target.url(), &[flags, verified].concat()).expect_success();
        }
    }
}

#[test]
fn elsewhere_it_is_said_which_it_does_not_have() {
    let (source, scratch) = (source(), Scratch::new());
    for (stream, flags) in streams(&source, &scratch) {
        for (publications, reason) in [
            ("", "it is not there"),
            ("CREATE PUBLICATION news FOR ALL TABLES", "it is for all tables"),
        ] {
            let target = target(publications);
            let message = format!("publication news: table sales.orders is not added to it: {reason}");
            let checked = load(
                &stream,
                &target.url(),
                &[flags, &["--check", "--into-existing"]].concat(),
            );
            assert!(checked.said(0).contains(&message), "{}", checked.said(0));
            let verify: &[&str] = if stream.ends_with("archive") {
                &[]
            } else {
                &["--verify", "--into-existing"]
            };
            let loaded = load(&stream, &target.url(), &[flags, verify].concat());
            assert!(loaded.said(0).contains(&message), "{}", loaded.said(0));
            assert_eq!(target.sql("SELECT count(*) FROM sales.orders").trim(), "2");
        }
    }
}

#[test]
fn of_others_and_of_schemas_likewise() {
    let (source, scratch) = (source(), Scratch::new());
    let stream = scratch.path().join("stream");
    let program = &mut tool("pgx-dump");
    let program = program.args(["-d", &source.url(), "-n", "sales", "-f"]).arg(&stream);
    Pipe::of(program).run().expect_success();
    let made = "CREATE PUBLICATION news; CREATE PUBLICATION \"All of \"\"it\"\"\"; DROP SCHEMA sales";
    let whole = target(made);
    load(&stream, &whole.url(), &[]).expect_success();
    let schemas = "SELECT count(*) FROM pg_publication_namespace";
    assert_eq!(whole.sql(schemas).trim(), "1");
    assert_eq!(whole.sql(PUBLISHED), source.sql(PUBLISHED));

    let poor = target(made);
    poor.sql("CREATE ROLE pgx_poor LOGIN");
    poor.sql(&format!("GRANT CREATE ON DATABASE {} TO pgx_poor", poor.name()));
    let loaded = load(&stream, &poor.url_as("pgx_poor"), &["-O"]);
    let said = loaded.said(0);
    for message in [
        "publication news: table sales.items and 1 more are not added to it: it belongs to another role",
        "publication All of \"it\": schema sales is not added to it: it belongs to another role",
    ] {
        assert!(said.contains(message), "{said}");
    }
    poor.sql("DROP SCHEMA sales CASCADE; ALTER PUBLICATION \"All of \"\"it\"\"\" OWNER TO pgx_poor");
    let loaded = load(&stream, &poor.url_as("pgx_poor"), &["-O"]);
    assert!(
        loaded.said(0).contains("not added to it: only superusers add schemas"),
        "{}",
        loaded.said(0)
    );
}

/// Nobody looks whether the publication is there when a script or an archive of pg_dump's is restored.
#[test]
fn scripts_and_archives_of_a_table_are_stocks() {
    let (source, scratch) = (source(), Scratch::new());
    let flags = ["-s", "-t", "sales.orders"];
    let script = |program: &mut std::process::Command| {
        let run = Pipe::of(program.args(flags)).run();
        assert!(
            run.stages[0].stderr.is_empty() || run.said(0).contains("is not added to it"),
            "{}",
            run.said(0)
        );
        comparable(&String::from_utf8_lossy(&run.expect_success()))
    };
    let theirs = script(stock("pg_dump").args(["-d", &source.url()]));
    let ours = script(tool("pgx-dump").args(["-F", "plain", "-d", &source.url()]));
    assert_eq!(difference(("pg_dump", &theirs), ("pgx-dump", &ours), 40), None);
    for (stream, _) in streams(&source, &scratch) {
        let ours = script(tool("pgx-load").args(["-f", "-"]).arg(&stream));
        assert!(!ours.contains("ALTER PUBLICATION"), "{ours}");
        // pgx-filter reads streams only.
        if stream.ends_with("archive") {
            continue;
        }
        let archive = scratch.path().join("restored");
        let mut convert = tool("pgx-filter");
        let convert = convert
            .args(flags)
            .args(["-F", "custom", "-f"])
            .arg(&archive)
            .arg(&stream);
        let converted = Pipe::of(convert).run();
        assert!(
            converted.said(0).contains("is not added to it"),
            "{}",
            converted.said(0)
        );
        let copy = target("");
        let mut restore = stock("pg_restore");
        Pipe::of(restore.args(["-e", "-d", &copy.url()]).arg(&archive))
            .run()
            .expect_success();
        let only = target("");
        only.sql("CREATE TABLE sales.orders (id integer PRIMARY KEY, total numeric, note text)");
        judge(&only, &copy).expect_equal();
    }
}

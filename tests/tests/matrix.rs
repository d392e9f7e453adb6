//! Every supported major as source, into a server of its own major (with `-C`) and into the newest, all of
//! it in `make test-matrix`.
//!
//! Each source is filled with what it knows of every schema. A copy must equal its source; where a server
//! prints a copy differently, it must equal the copy that stock pg_dump and psql make in the same server.

use pgx_tests::{Cluster, Database, Fixture, Pipe, campaign, comparable, difference, judge, on_majors, stock, tool};

const NEWEST: u32 = 18;

/// What `-C` has to carry beside the objects.
const PROPERTIES: &str = "
DO $do$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET work_mem = ''7MB''', current_database());
  EXECUTE format('ALTER DATABASE %I SET search_path = \"Odd \"\"Path\", public', current_database());
  EXECUTE format('ALTER ROLE pgx_matrix IN DATABASE %I SET DateStyle = ''SQL, DMY''', current_database());
  EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 33', current_database());
  EXECUTE format('COMMENT ON DATABASE %I IS ''it''''s the source''', current_database());
  EXECUTE format('GRANT CREATE ON DATABASE %I TO pgx_matrix', current_database());
END $do$";

/// What went wrong, if anything did, between `source` and its copy.
fn compare(source: &Database, copy: &Database) -> Option<String> {
    let flaw = judge(source, copy).difference()?;
    let by_stock = copy.cluster().database("by_stock");
    by_stock.copy_by_stock(source);
    judge(&by_stock, copy).difference().map(|_| flaw)
}

/// The database with its properties, as stock pg_dump says.
fn properties(database: &Database) -> String {
    let output = stock("pg_dump")
        .args(["-s", "-C", "-d", &database.url()])
        .output()
        .expect("pg_dump runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let (properties, _) = text.split_once("\nSET default_tablespace").unwrap_or((&text, ""));
    comparable(properties)
}

/// `door` is any database of the target, to connect to first.
fn into_its_own_major(source: &Database, door: &Database, fixture: &Fixture) -> Option<String> {
    fixture.make_roles(door);
    let pipe = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["-C", "-d", &door.url()]))
        .run();
    if let Some(complaint) = pipe.complaint() {
        return Some(complaint);
    }
    let copy = door.cluster().existing(source.name());
    let (ours, theirs) = (properties(&copy), properties(source));
    difference(("source", &theirs), ("copy", &ours), 60).or_else(|| compare(source, &copy))
}

fn into_the_newest(source: &Database, fixture: &Fixture) -> Option<String> {
    let copy = Cluster::shared(NEWEST).database("copy");
    fixture.make_roles(&copy);
    let pipe = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["-d", &copy.url()]))
        .run();
    pipe.complaint().or_else(|| compare(source, &copy))
}

/// A few schemas every day, the kitchen sink in a campaign.
fn fixtures() -> Vec<Fixture> {
    let few = || ["05_tables", "24_subscriptions"].map(Fixture::schema).into();
    campaign::<fn() -> Vec<Fixture>>(few, Fixture::all)()
}

fn from(major: u32) {
    let (cluster, own) = (Cluster::shared(major), Cluster::private(major, &[]));
    let door = own.database("door");
    for server in [&cluster.database("door"), &door] {
        server.sql("CREATE ROLE pgx_matrix");
    }
    let mut flaws = Vec::new();
    for fixture in fixtures() {
        let source = cluster.database(fixture.name());
        fixture.load_as_far_as_known(&source);
        source.sql(PROPERTIES);
        let mut found = |target: &str, flaw: Option<String>| {
            flaws.extend(flaw.map(|flaw| format!("==== {}, {major} to {target}\n{flaw}\n", fixture.name())));
        };
        found("its own major", into_its_own_major(&source, &door, &fixture));
        found("the newest", into_the_newest(&source, &fixture));
    }
    assert!(flaws.is_empty(), "{}{} copies differ", flaws.concat(), flaws.len());
}

#[test]
fn every_major_goes_into_its_own_and_into_the_newest() {
    on_majors(&[15], from);
}

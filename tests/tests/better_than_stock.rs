//! The entries whose text or place is not stock pg_dump's, because what stock writes cannot be run.
//!
//! Each has both here, and the proof: a server refuses stock's script and takes ours, and all else in
//! the two scripts is equal. A stock pg_dump that has learned it makes the test fail: the exception goes then.

use std::process::Command;

use pgx_tests::{Cluster, Database, Fixture, Pipe, Scratch, campaign, comparable, difference, stock, tool};

/// The major that refuses stock's scripts.
const NEWEST: u32 = 18;

/// An entry whose text differs on purpose.
struct Exception {
    /// Majors of the servers that are dumped: every day, and in a campaign.
    sources: [&'static [u32]; 2],
    /// What makes the table.
    make: &'static str,
    /// Its name.
    table: &'static str,
    /// What pgx-dump writes.
    ours: &'static str,
    /// What pg_dump writes.
    stock: &'static str,
    /// What the server says to that.
    refusal: &'static str,
    /// The names that its constraints have in a copy.
    constraints: &'static str,
}

/// pg_dump quotes the names of not-null constraints, except where the column itself is inherited.
const NOT_NULL_OF_AN_INHERITED_COLUMN: Exception = Exception {
    sources: [&[18], &[18]],
    make: "CREATE TABLE person (name text);
           CREATE TABLE sailor (CONSTRAINT \"has a name\" NOT NULL name) INHERITS (person)",
    table: "sailor",
    ours: "CREATE TABLE public.sailor (
    CONSTRAINT \"has a name\" NOT NULL name
)
INHERITS (public.person);
",
    stock: "CREATE TABLE public.sailor (
    CONSTRAINT has a name NOT NULL name
)
INHERITS (public.person);
",
    refusal: "ERROR:  42601: syntax error at or near \"a\"",
    constraints: "has a name\n",
};

/// Before 18 a not-null has no name. From 18 on it gets one when the table is made, and a constraint that is
/// added later, as one that is NOT VALID must be, finds that name taken.
const NAME_THAT_A_LATER_CONSTRAINT_NEEDS: Exception = Exception {
    sources: [&[15, 16], &[12, 13, 14, 15, 16, 17]],
    make: "CREATE TABLE invoice (total numeric NOT NULL);
           ALTER TABLE invoice ADD CONSTRAINT invoice_total_not_null CHECK (total > 0) NOT VALID",
    table: "invoice",
    ours: "CREATE TABLE public.invoice (
    total numeric CONSTRAINT invoice_total_not_null1 NOT NULL
);
",
    stock: "CREATE TABLE public.invoice (
    total numeric NOT NULL
);
",
    refusal: "ERROR:  42710: constraint \"invoice_total_not_null\" for relation \"invoice\" already exists",
    constraints: "invoice_total_not_null\ninvoice_total_not_null1\n",
};

/// The statement below the line that names the entry of a table.
fn text<'a>(script: &'a str, table: &str) -> &'a str {
    let entry = format!("-- Name: {table}; Type: TABLE; Schema: public; Owner: postgres\n--\n\n");
    let (_, below) = script
        .split_once(&entry)
        .unwrap_or_else(|| panic!("no \"{entry}\" in\n{script}"));
    let end = below.find(";\n").map_or(below.len(), |end| end + 2);
    &below[..end]
}

/// psql that runs a script and stops at its first error.
fn psql(url: &str) -> Command {
    let mut psql = stock("psql");
    psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"])
        .args(["-d", url, "-f"]);
    psql
}

fn prove(exception: &Exception) {
    let [every_day, in_a_campaign] = exception.sources;
    for major in campaign(every_day, in_a_campaign) {
        prove_from(*major, exception);
    }
}

fn prove_from(major: u32, exception: &Exception) {
    let source = Cluster::shared(major).database("source");
    // Not alone in its database: all else has to be equal.
    let others = Fixture::schema("05_tables");
    others.load_as_far_as_known(&source);
    source.sql(exception.make);
    let ours = Pipe::of(tool("pgx-dump").args(["-s", "-F", "plain", "-d", &source.url()])).run();
    let ours = String::from_utf8_lossy(&ours.expect_success()).into_owned();
    let stocks = source.schema();

    assert_eq!(text(&ours, exception.table), exception.ours);
    assert_eq!(text(&stocks, exception.table), exception.stock);
    let but_for_it = comparable(&ours).replacen(exception.ours, exception.stock, 1);
    let rest = difference(("pg_dump", &comparable(&stocks)), ("pgx-dump", &but_for_it), 60);
    assert_eq!(rest, None, "{}", rest.clone().unwrap_or_default());

    others.make_roles(&Cluster::shared(NEWEST).database("roles"));
    for target in copies(&source, &ours, &stocks, exception.refusal) {
        let names = format!(
            "SELECT conname FROM pg_constraint WHERE conrelid = '{}'::regclass ORDER BY conname",
            exception.table
        );
        assert_eq!(target.sql(&names), exception.constraints);
    }
}

/// What our script and our tools make of a source, of which a server refuses stock's script for a reason.
fn copies<'a>(source: &Database, ours: &str, stocks: &str, refusal: &str) -> [Database<'a>; 2] {
    let newest = Cluster::shared(NEWEST);
    let (by_stock, by_ours, copy) = (
        newest.database("stock"),
        newest.database("ours"),
        newest.database("copy"),
    );
    let scratch = Scratch::new();
    let refused = Pipe::of(psql(&by_stock.url()).arg(scratch.file("stock.sql", stocks))).run();
    assert!(refused.said(3).contains(refusal), "{}", refused.said(3));
    Pipe::of(psql(&by_ours.url()).arg(scratch.file("ours.sql", ours)))
        .run()
        .expect_success();
    Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["-d", &copy.url()]))
        .run()
        .expect_success();
    [by_ours, copy]
}

#[test]
fn the_name_of_a_not_null_of_an_inherited_column_is_quoted() {
    prove(&NOT_NULL_OF_AN_INHERITED_COLUMN);
}

#[test]
fn a_not_null_of_an_old_server_leaves_its_name_to_a_later_constraint() {
    prove(&NAME_THAT_A_LATER_CONSTRAINT_NEEDS);
}

/// What stands elsewhere than in pg_dump's script, which a server refuses for that.
struct Displaced {
    make: &'static str,
    /// What the server says to pg_dump's order.
    refusal: &'static str,
    /// What tells that a copy has it, and the answer.
    question: &'static str,
    answer: &'static str,
}

fn prove_order(majors: &[u32], displaced: &Displaced) {
    for major in majors {
        let source = Cluster::shared(*major).database("source");
        source.sql(displaced.make);
        let ours = Pipe::of(tool("pgx-dump").args(["-s", "-F", "plain", "-d", &source.url()])).run();
        let ours = String::from_utf8_lossy(&ours.expect_success()).into_owned();
        let stocks = source.schema();
        let sorted = |script: &str| {
            let script = comparable(script);
            let mut lines: Vec<String> = script.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&ours), sorted(&stocks), "only the order differs");

        for target in copies(&source, &ours, &stocks, displaced.refusal) {
            assert_eq!(target.sql(displaced.question), displaced.answer);
        }
    }
}

/// A constraint that is NOT VALID comes after the rows, with the one of its parent if it is only inherited.
/// pg_dump puts a comment on it where the child's name has it stand, be it before that.
#[test]
fn a_comment_on_an_inherited_constraint_waits_for_that_of_the_parent() {
    prove_order(
        campaign(&[15, 18][..], &[12, 13, 14, 15, 16, 17, 18][..]),
        &Displaced {
            make: "CREATE TABLE parent (a integer);
                   CREATE TABLE child () INHERITS (parent);
                   ALTER TABLE parent ADD CONSTRAINT positive CHECK (a > 0) NOT VALID;
                   COMMENT ON CONSTRAINT positive ON child IS 'inherited'",
            refusal: "ERROR:  42704: constraint \"positive\" for table \"child\" does not exist",
            question: "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE conrelid = 'child'::regclass",
            answer: "inherited\n",
        },
    );
}

/// A column has one not-null constraint. That of a parent reaches its descendants, and keeps what they have: they
/// must have it by then.
#[test]
fn a_not_null_that_is_not_valid_comes_before_that_of_an_ancestor() {
    prove_order(
        &[18],
        &Displaced {
            make: "CREATE TABLE ancestor (a integer);
                   CREATE TABLE between () INHERITS (ancestor);
                   CREATE TABLE own () INHERITS (between);
                   ALTER TABLE own ADD CONSTRAINT own_name NOT NULL a NOT VALID;
                   ALTER TABLE ancestor ADD CONSTRAINT another_name NOT NULL a NOT VALID",
            refusal: "ERROR:  55000: cannot create not-null constraint \"own_name\" on column \"a\" of table \"own\"",
            question: "SELECT conname FROM pg_constraint WHERE conrelid = 'own'::regclass AND conislocal",
            answer: "own_name\n",
        },
    );
}

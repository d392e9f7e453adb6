//! Scripts: the bytes of `pgx-dump -F plain` against those of `pg_dump`.

use pgx_tests::{Database, comparable, difference, stock, tool};

use crate::{compare, filled};

/// Lines of a difference that are shown.
const SHOWN: usize = 60;

/// What pg_dump repeats when all names are quoted; we do not.
const COMMENT_OF_INITDB: &str = "-- Name: SCHEMA \"public\"; Type: COMMENT; Schema: -; Owner: pg_database_owner\n--\n\n\
    COMMENT ON SCHEMA \"public\" IS 'standard public schema';\n\n\n--\n";

const SCRIPTS: &[&[&str]] = &[
    &[],
    &["-C"],
    &["-c"],
    &["-c", "--if-exists"],
    &["-c", "-C"],
    &["-c", "--if-exists", "-C"],
    &["-c", "--if-exists", "-s", "-n", "shop"],
    &["-O"],
    &["-x"],
    &["-O", "-x", "-C"],
    &["--no-tablespaces"],
    &["--no-table-access-method"],
    &["--no-comments"],
    &["--no-toast-compression", "-s"],
    &["--quote-all-identifiers"],
    &["--quote-all-identifiers", "-c", "--if-exists"],
    &["--disable-dollar-quoting"],
    &["-a"],
    &["-a", "--disable-triggers"],
    &["-a", "--disable-triggers", "-S", "it's me"],
    &["--disable-triggers"],
    &["--section=data", "--disable-triggers"],
    &["--inserts"],
    &["--inserts", "-a", "--on-conflict-do-nothing"],
    &["--column-inserts"],
    &["--column-inserts", "--quote-all-identifiers", "-a"],
    &["--attribute-inserts", "--rows-per-insert=2"],
    &["--rows-per-insert=1000", "-a"],
    &[
        "--rows-per-insert=2",
        "--on-conflict-do-nothing",
        "--disable-triggers",
        "-a",
    ],
    &["--load-via-partition-root", "-a"],
    &["--load-via-partition-root", "--inserts", "-a"],
    &["-s", "--sequence-data"],
    &["-b", "-t", "animal"],
    &["-e", "pgx_shelf", "--inserts"],
    &["--use-set-session-authorization"],
    &["--use-set-session-authorization", "-O"],
    &["--use-set-session-authorization", "-c", "--if-exists"],
    &["--use-set-session-authorization", "-C", "-c"],
    &[
        "--use-set-session-authorization",
        "-a",
        "--disable-triggers",
        "-S",
        "boss",
    ],
    &["--use-set-session-authorization", "--inserts"],
];

fn differs(database: &Database, flags: &[&str]) -> Option<String> {
    let script = |mut program: std::process::Command| {
        let output = program
            .args(["-d", &database.url()])
            .args(flags)
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.success() {
            true => comparable(&text).replace(COMMENT_OF_INITDB, ""),
            false => format!("failed: {}", String::from_utf8_lossy(&output.stderr)),
        }
    };
    let mut pgx = tool("pgx-dump");
    pgx.args(["-q", "-F", "plain"]);
    difference(
        ("pg_dump", &script(stock("pg_dump"))),
        ("pgx-dump", &script(pgx)),
        SHOWN,
    )
}

#[test]
fn switches_shape_scripts_as_in_stock() {
    let database = filled();
    compare(SCRIPTS, |flags| flags.join(" "), |flags| differs(&database, flags));
}

//! Settings that later servers refuse: whatever an old server has stored with a role, a database or a function, its copy
//! in a later one loads, has all that this server takes, and the rest is named.

use std::collections::{BTreeMap, BTreeSet};

use pgx_tests::{Cluster, Database, Pipe, campaign, comparable, difference, on_majors, stock, tool};

/// Stores every setting that the server takes: with a role everywhere and in the database, and with a function each.
const EVERY_SETTING: &str = r#"
CREATE ROLE pgx_settled;
DO $do$
DECLARE
    wanted record;
    number integer := 0;
BEGIN
    FOR wanted IN
        SELECT name, value FROM pg_settings, unnest(ARRAY[boot_val, min_val, max_val, setting, 'on', '1']) value
        WHERE value IS NOT NULL
        UNION SELECT name, value FROM
            unnest(ARRAY['seed', 'role', 'default_with_oids', 'ssl_renegotiation_limit', 'foo.bar']) name,
            unnest(ARRAY['0', 'off', 'none']) value
        ORDER BY 1, 2
    LOOP
        number := number + 1;
        BEGIN
            EXECUTE format('ALTER ROLE pgx_settled SET %s TO %L', wanted.name, wanted.value);
        EXCEPTION WHEN OTHERS THEN
        END;
        BEGIN
            EXECUTE format('ALTER ROLE pgx_settled IN DATABASE %I SET %s TO %L', current_database(), wanted.name, wanted.value);
        EXCEPTION WHEN OTHERS THEN
        END;
        BEGIN
            EXECUTE format('CREATE FUNCTION set_%s() RETURNS integer LANGUAGE sql SET %s TO %L AS ''SELECT 1''',
                           number, wanted.name, wanted.value);
        EXCEPTION WHEN OTHERS THEN
        END;
    END LOOP;
END $do$
"#;

/// What is stored: where, and what.
const STORED: &str = "
SELECT CASE setdatabase WHEN 0 THEN 'the role' ELSE 'the role in the database' END, item
FROM pg_db_role_setting, unnest(setconfig) item WHERE setrole = 'pgx_settled'::regrole
UNION ALL SELECT proname, item FROM pg_proc, unnest(proconfig) item WHERE proname ~ '^set_'";

/// Stores a setting again, to see whether the server takes it; the answer is empty then.
const TRY: &str = r#"
CREATE FUNCTION try(place text, name text, value text) RETURNS text LANGUAGE plpgsql AS $do$
BEGIN
    IF place ~ '^set_' THEN
        EXECUTE format('CREATE OR REPLACE FUNCTION tried() RETURNS integer LANGUAGE sql SET %s TO %L AS ''SELECT 1''', name, value);
    ELSE
        EXECUTE format('ALTER ROLE pgx_settled SET %s TO %L', name, value);
    END IF;
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END $do$
"#;

/// Settings with their values, by place and name.
fn stored(database: &Database) -> BTreeMap<(String, String), String> {
    let items = database.sql(&format!(
        "SELECT json_build_array(place, item) FROM ({STORED}) s(place, item)"
    ));
    let items = items.lines().map(|line| {
        let [place, item]: [String; 2] = serde_json::from_str(line).expect("it is JSON");
        let (name, value) = item.split_once('=').expect("a name and a value");
        // Since then, its name is another.
        let name = if name == "force_parallel_mode" {
            "debug_parallel_query"
        } else {
            name
        };
        ((place, name.to_owned()), value.to_owned())
    });
    items.collect()
}

/// The settings that a load, or a check before it, named as left out.
fn named(said: &str) -> BTreeSet<String> {
    let said = said
        .replace("note: setting ", "warning: setting ")
        .replace(": it is left out: ", " is left out: ");
    let lines = said
        .lines()
        .filter_map(|line| line.split_once("warning: setting ")?.1.split_once(" is left out: "));
    lines.map(|(name, _)| name.to_owned()).collect()
}

fn copied(source: &Database, major: u32) {
    let server = Cluster::private(major, &[]);
    let door = server.database("door");
    let load = |program: &mut std::process::Command| {
        let pipe = Pipe::of(program)
            .to(tool("pgx-load").args(["-C", "-d", &door.url()]))
            .run();
        let said = pipe.said(0).to_owned();
        pipe.expect_success();
        named(&said)
    };
    let of_role = load(tool("pgx-globals").args(["-r", "-d", &source.url()]));
    let check = Pipe::of(tool("pgx-dump").args(["-s", "-d", &source.url()]))
        .to(tool("pgx-load").args(["--check", "-C", "-d", &door.url()]))
        .run();
    let of_check = named(check.said(0));
    let of_database = load(tool("pgx-dump").args(["-d", &source.url()]));
    let copy = server.existing(source.name());
    copy.sql(TRY);
    let (before, after) = (stored(source), stored(&copy));
    assert!(before.len() > 300, "{} settings", before.len());
    let mut missing = [BTreeSet::new(), BTreeSet::new()];
    for ((place, name), value) in &before {
        match after.get(&(place.clone(), name.clone())) {
            Some(copied) => assert_eq!(copied, value, "{name} of {place}"),
            None => {
                let answer = copy.sql(&format!("SELECT try('{place}', '{name}', $value${value}$value$)"));
                assert_ne!(answer.trim(), "taken", "{name} of {place} is {value}");
                missing[usize::from(place != "the role")].insert(name.clone());
            }
        }
    }
    assert!(after.keys().all(|key| before.contains_key(key)));
    let [role, database] = missing;
    assert_eq!(of_check, database, "from {} into {major}", source.cluster().major());
    assert_eq!(
        (of_role, of_database),
        (role, database),
        "from {} into {major}",
        source.cluster().major()
    );
}

fn from(major: u32) {
    let source = Cluster::shared(major).database("settled");
    source.sql(EVERY_SETTING);
    let targets = campaign(vec![18], (major..=18).collect());
    for target in targets {
        copied(&source, target);
    }
    // Scripts are for whatever server, and stock's.
    let dump = |mut program: std::process::Command| {
        let script = Pipe::of(program.args(["-s", "-C", "-F", "plain", "-d", &source.url()])).run();
        comparable(&String::from_utf8_lossy(&script.expect_success()))
    };
    let (stock, ours) = (dump(stock("pg_dump")), dump(tool("pgx-dump")));
    assert_eq!(difference(("pg_dump", &stock), ("pgx-dump", &ours), 40), None);
}

#[test]
fn what_a_later_server_refuses_is_left_out_and_named() {
    on_majors(&[15], from);
}

//! `--map-role`, `--map-tablespace`: other names wherever the stream has fields, and a refusal where it has none.

use std::collections::BTreeSet;

use pgx_tests::{Cluster, Database, Fixture, Pipe, Scratch, comparable, difference, stock, tool};

use crate::{Shop, text};

/// Roles of the source, and what they are called in the target.
const ROLES: &[(&str, &str)] = &[("zz_boss", "yy_boss"), ("zz_ann", "yy Ann"), ("zz_bob", "yy_bob")];

/// Everything that names a role.
const NAMING: &str = "
    CREATE SCHEMA own AUTHORIZATION zz_boss;
    CREATE TABLE own.t (id integer, secret text);
    ALTER TABLE own.t OWNER TO zz_boss;
    GRANT SELECT ON own.t TO zz_ann WITH GRANT OPTION;
    GRANT UPDATE (secret) ON own.t TO zz_bob;
    GRANT USAGE ON SCHEMA own TO zz_ann, PUBLIC;
    SET SESSION AUTHORIZATION zz_ann; GRANT SELECT ON own.t TO zz_bob; RESET SESSION AUTHORIZATION;
    ALTER DEFAULT PRIVILEGES FOR ROLE zz_boss IN SCHEMA own GRANT SELECT ON TABLES TO zz_ann;
    ALTER DEFAULT PRIVILEGES FOR ROLE zz_boss REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER TABLE own.t ENABLE ROW LEVEL SECURITY;
    CREATE POLICY readers ON own.t FOR SELECT TO zz_ann, zz_bob USING (secret <> 'zz_ann');
    CREATE POLICY every ON own.t FOR UPDATE USING (true);
    CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER far FOREIGN DATA WRAPPER nothing; ALTER SERVER far OWNER TO zz_boss;
    CREATE USER MAPPING FOR zz_ann SERVER far OPTIONS (\"user\" 'zz_ann');
    CREATE USER MAPPING FOR PUBLIC SERVER far;
    SELECT lo_create(4712); ALTER LARGE OBJECT 4712 OWNER TO zz_boss; GRANT SELECT ON LARGE OBJECT 4712 TO zz_ann;
    CREATE FUNCTION own.f() RETURNS integer LANGUAGE sql RETURN 1; ALTER FUNCTION own.f() OWNER TO zz_boss;";

/// Makes roles unless they are there; tests run at the same time.
fn make_roles(database: &Database) {
    for (old, new) in ROLES {
        for role in [old, new] {
            database.sql(&format!(
                "DO $$ BEGIN CREATE ROLE \"{role}\"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            ));
        }
    }
}

/// The flags that map all roles.
fn map_all() -> Vec<String> {
    let flags = ROLES
        .iter()
        .flat_map(|(old, new)| ["--map-role".to_owned(), format!("{old}={new}")]);
    flags.collect()
}

/// The entries of a schema, in the order of their text.
fn entries(schema: &str) -> String {
    let entries: BTreeSet<&str> = schema.split("\n--\n-- ").collect();
    entries.into_iter().collect::<Vec<_>>().join("\n--\n-- ")
}

/// A schema with the names of the target's roles for those of the source, but for texts that name them.
fn in_other_words(schema: &str) -> String {
    let mut schema = schema.to_owned();
    for (old, new) in ROLES {
        let spelled = if new.contains(' ') {
            format!("\"{new}\"")
        } else {
            (*new).to_owned()
        };
        // Comments name roles bare.
        schema = schema.replace(&format!("Owner: {old}\n"), &format!("Owner: {new}\n"));
        schema = schema
            .replace(&format!("'{old}'"), "'LITERAL'")
            .replace(old, &spelled)
            .replace("'LITERAL'", &format!("'{old}'"));
    }
    // This is a tag of user mappings, where it stands bare.
    schema.replace("USER MAPPING \"yy Ann\" SERVER", "USER MAPPING yy Ann SERVER")
}

#[test]
fn roles_are_called_otherwise_wherever_they_are_named() {
    let shop = Shop::new();
    let source = Cluster::shared(18).database("roles");
    make_roles(&source);
    source.sql(NAMING);
    let stream = shop.scratch.path().join("roles.pgx");
    Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&stream))
        .run()
        .expect_success();
    let expected = entries(&comparable(&in_other_words(&source.schema())));
    let (loaded, scripted) = (shop.target(), shop.target());
    let mut load = tool("pgx-load");
    Pipe::of(load.args(["-d", &loaded.url()]).args(map_all()).arg(&stream))
        .run()
        .expect_success();
    let mut script = tool("pgx-load");
    let script = text(script.args(["-f", "-"]).args(map_all()).arg(&stream));
    scripted.script(script.as_bytes(), &[]);
    for (way, target) in [("loaded", &loaded), ("scripted", &scripted)] {
        let found = entries(&comparable(&target.schema()));
        if let Some(text) = difference(("expected", &expected), (way, &found), 60) {
            panic!("{text}");
        }
    }
    let owner = "SELECT pg_get_userbyid(lomowner), lomacl FROM pg_largeobject_metadata WHERE oid = 4712";
    assert_eq!(
        loaded.sql(owner),
        "yy_boss|{yy_boss=rw/yy_boss,\"\\\"yy Ann\\\"=r/yy_boss\"}\n"
    );
}

#[test]
fn a_text_that_is_made_anew_is_the_text() {
    let cluster = Cluster::shared(18);
    let scratch = Scratch::new();
    for name in ["10_policies", "11_privileges", "13_large_objects", "22_foreign"] {
        let source = cluster.filled(&Fixture::schema(name));
        let stream = scratch.path().join(name);
        Pipe::of(tool("pgx-dump").args(["-C", "-d", &source.url(), "-f"]).arg(&stream))
            .run()
            .expect_success();
        let script = |flags: &[&str]| {
            text(
                tool("pgx-load")
                    .args(["-C", "-f", "-", "--restrict-key", "k"])
                    .args(flags)
                    .arg(&stream),
            )
        };
        let same = script(&["--map-role", "nobody_of_this_name=somebody"]);
        if let Some(text) = difference(("as it is", &script(&[])), ("made anew", &same), 40) {
            panic!("{name}: {text}");
        }
    }
}

#[test]
fn what_says_it_in_text_alone_is_named_and_nothing_is_loaded() {
    let shop = Shop::new();
    let source = Cluster::shared(18).database("roles");
    make_roles(&source);
    source.sql(NAMING);
    let archive = shop.scratch.path().join("roles.dump");
    Pipe::of(stock("pg_dump").args(["-Fc", "-d", &source.url(), "-f"]).arg(&archive))
        .run()
        .expect_success();
    let target = shop.target();
    let load = |flags: &[&str]| {
        Pipe::of(
            tool("pgx-load")
                .args(["-d", &target.url(), "--map-role", "zz_ann=yy_bob"])
                .args(flags)
                .arg(&archive),
        )
        .run()
    };
    let refused = load(&[]);
    let said = refused.said(1);
    assert!(
        said.contains("--map-role cannot be obeyed: 6 entries name it in text alone"),
        "{said}"
    );
    assert!(said.contains("policy own.t readers"), "{said}");
    assert_eq!(target.sql("SELECT to_regnamespace('own')"), "\n");
    let rest = Pipe::of(
        tool("pgx-load")
            .args(["-d", &target.url(), "--map-role", "zz_boss=yy_boss", "-x"])
            .arg(&archive),
    )
    .run();
    rest.expect_success();
    let owner = target.sql("SELECT tableowner FROM pg_tables WHERE tablename = 't'");
    assert_eq!(owner, "yy_boss\n", "owners are fields there, too");
}

#[test]
fn a_cluster_gets_its_roles_and_tablespaces_under_other_names() {
    let (source, target) = (
        Cluster::private(18, &["allow_in_place_tablespaces=on"]),
        Cluster::private(18, &["allow_in_place_tablespaces=on"]),
    );
    let sql = |cluster: &Cluster, sql: &str| cluster.existing("postgres").sql(sql);
    for statement in [
        "SET password_encryption = 'md5'; CREATE ROLE zz_boss LOGIN CREATEDB PASSWORD 'secret'",
        "CREATE ROLE zz_ann ADMIN zz_boss",
        "COMMENT ON ROLE zz_boss IS 'zz_boss'",
        "ALTER ROLE zz_boss SET work_mem = '7MB'",
        "CREATE TABLESPACE fast OWNER zz_boss LOCATION ''",
        "GRANT SET ON PARAMETER work_mem TO zz_boss",
        "CREATE DATABASE app OWNER zz_boss TABLESPACE fast",
        "ALTER ROLE zz_boss IN DATABASE app SET lock_timeout = '7s'",
        "ALTER DATABASE app SET default_tablespace = 'fast'",
    ] {
        sql(&source, statement);
    }
    let app = source.existing("app");
    app.sql("SET ROLE zz_boss; CREATE SCHEMA s; CREATE TABLE s.t (id integer PRIMARY KEY); INSERT INTO s.t VALUES (1)");
    app.sql("CREATE TABLE s.here (id integer) TABLESPACE pg_default");
    sql(&target, "CREATE TABLESPACE slow LOCATION ''");
    let stream = Scratch::new();
    let file = stream.path().join("all.pgx");
    let globals = Pipe::of(tool("pgx-globals").args(["-d", &source.url("postgres")]))
        .run()
        .expect_success();
    let dump = Pipe::of(tool("pgx-dump").args(["-C", "-d", &source.url("app")]))
        .run()
        .expect_success();
    std::fs::write(&file, [globals, dump].concat()).expect("the directory is ours");
    let mut load = tool("pgx-load");
    load.args([
        "-C",
        "-d",
        &target.url("postgres"),
        "--map-role",
        "zz_boss=yy_boss",
        "--map-tablespace",
        "fast=slow",
    ]);
    let loaded = Pipe::of(load.arg(&file)).run();
    let said = loaded.said(0);
    assert!(said.contains("these roles cannot log in by it"), "{said}");
    assert!(said.contains("go on naming tablespaces as before"), "{said}");
    let roles = sql(
        &target,
        "SELECT rolname, rolcreatedb, rolconfig, shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname ~ '_(boss|ann)$' ORDER BY 1",
    );
    assert_eq!(roles, "yy_boss|t|{work_mem=7MB}|zz_boss\nzz_ann|f||\n");
    let members = sql(
        &target,
        "SELECT roleid::regrole, member::regrole, admin_option FROM pg_auth_members WHERE roleid = 'zz_ann'::regrole",
    );
    assert_eq!(members, "zz_ann|yy_boss|t\n");
    assert_eq!(
        sql(&target, "SELECT parname, paracl FROM pg_parameter_acl"),
        "work_mem|{postgres=sA/postgres,yy_boss=s/postgres}\n"
    );
    let database = "SELECT pg_get_userbyid(datdba), spcname FROM pg_database d JOIN pg_tablespace s ON s.oid = dattablespace WHERE datname = 'app'";
    assert_eq!(sql(&target, database), "yy_boss|slow\n");
    assert_eq!(
        sql(&target, "SELECT count(*) FROM pg_tablespace WHERE spcname = 'fast'"),
        "0\n"
    );
    let settings = "SELECT setrole::regrole, setconfig FROM pg_db_role_setting WHERE setdatabase <> 0 AND setrole <> 0";
    assert_eq!(sql(&target, settings), "yy_boss|{lock_timeout=7s}\n");
    let app = target.existing("app");
    assert_eq!(
        app.sql("SELECT tableowner, tablespace FROM pg_tables WHERE tablename = 't'"),
        "yy_boss|\n"
    );
}

#[test]
fn owners_make_what_they_own() {
    let shop = Shop::new();
    let source = Cluster::shared(18).database("roles");
    make_roles(&source);
    source.sql(NAMING);
    source.sql("ALTER SCHEMA public OWNER TO zz_boss; INSERT INTO own.t VALUES (1, 'x'); CREATE INDEX ON own.t (id)");
    // Nobody but a superuser makes a wrapper.
    source.sql("DROP FOREIGN DATA WRAPPER nothing CASCADE");
    let load = |target: &Database| {
        Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["--use-set-session-authorization", "-d", &target.url()]))
            .run()
    };
    let target = shop.target();
    let refused = load(&target);
    let said = refused.said(1);
    assert!(
        said.contains("schema own: creating: permission denied for database"),
        "{said}"
    );
    let target = shop.target();
    target.sql(&format!("GRANT CREATE ON DATABASE \"{}\" TO zz_boss", target.name()));
    load(&target).expect_success();
    pgx_tests::judge(&source, &target).expect_equal();
}

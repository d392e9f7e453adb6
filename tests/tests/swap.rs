//! A database is replaced by a new one when that is whole, and not before: whatever ends the load, the old one is
//! as it was.

use pgx_tests::{Cluster, Database, Finished, Pipe, Running, Scratch, campaign, judge, stock, tool, wait_until};

/// A database `app` of a server of its own, its successor elsewhere, and a copy of what `app` was.
struct Scene {
    source: Cluster,
    target: Cluster,
}

impl Scene {
    fn new() -> Scene {
        let scene = Scene {
            source: Cluster::private(18, &[]),
            target: Cluster::private(18, &[]),
        };
        for server in [&scene.source, &scene.target] {
            let door = server.lasting("postgres");
            door.sql("CREATE ROLE keeper; CREATE ROLE guest");
            door.sql("CREATE DATABASE app TEMPLATE template0");
        }
        scene.app(&scene.source).sql(
            "CREATE TABLE news AS SELECT n, repeat('new', 100) AS text FROM generate_series(1, 20000) n;
             CREATE INDEX ON news (n); CREATE TABLE more (id serial PRIMARY KEY); INSERT INTO more DEFAULT VALUES;
             ALTER DATABASE app SET work_mem = '7MB'; COMMENT ON DATABASE app IS 'the new one';
             ALTER DATABASE app OWNER TO keeper; GRANT CREATE ON DATABASE app TO guest",
        );
        scene
            .app(&scene.target)
            .sql("CREATE TABLE old AS SELECT 1 AS a; COMMENT ON DATABASE app IS 'the old one'");
        scene
    }

    fn app<'a>(&self, server: &'a Cluster) -> Database<'a> {
        server.lasting("app")
    }

    /// The database of the target to connect to first.
    fn door(&self) -> Database<'_> {
        self.target.lasting("postgres")
    }

    fn dump(&self, scratch: &Scratch) -> std::path::PathBuf {
        let file = scratch.path().join("app.pgx");
        Pipe::of(tool("pgx-dump").args(["-d", &self.source.url("app"), "-f"]).arg(&file))
            .run()
            .expect_success();
        file
    }

    fn swap(&self, flags: &[&str]) -> Finished {
        Pipe::of(tool("pgx-dump").args(["-d", &self.source.url("app")]))
            .to(tool("pgx-load")
                .args(["-C", "--swap", "-d", &self.door().url()])
                .args(flags))
            .run()
    }

    /// The databases of the target, in their order.
    fn databases(&self) -> Vec<String> {
        let query = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1";
        self.door().sql(query).lines().map(str::to_owned).collect()
    }

    fn expect_new(&self) {
        judge(&self.app(&self.source), &self.app(&self.target)).expect_equal();
        let facts = "SELECT pg_get_userbyid(datdba), datacl, shobj_description(oid, 'pg_database'),
                            (SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = d.oid)
                     FROM pg_database d WHERE datname = 'app'";
        assert_eq!(self.app(&self.target).sql(facts), self.app(&self.source).sql(facts));
    }

    fn expect_old(&self) {
        let app = self.app(&self.target);
        let facts = "SELECT (SELECT a FROM old), to_regclass('news'), shobj_description(oid, 'pg_database')
                     FROM pg_database WHERE datname = 'app'";
        assert_eq!(app.sql(facts), "1||the old one\n");
    }
}

#[test]
fn clients_are_ended_and_find_the_new_one() {
    let scene = Scene::new();
    let clients: Vec<Running> = (0..3)
        .map(|_| {
            Running::start(stock("psql").args(["-X", "-d", &scene.target.url("app")]).args([
                "-c",
                "BEGIN",
                "-c",
                "TABLE old",
                "-c",
                "SELECT pg_sleep(600)",
            ]))
        })
        .collect();
    wait_until("clients are connected", || {
        scene
            .door()
            .sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'app'")
            .trim()
            == "3"
    });
    scene.swap(&["--verify"]).expect_success();
    for client in clients {
        let finished = client.end();
        assert_ne!(finished.codes(), [Some(0)]);
    }
    scene.expect_new();
    assert_eq!(scene.databases(), ["app"]);
    // Once more, and the old one stays.
    let kept = scene.swap(&["--keep-old"]);
    let said = &kept.stages[1].stderr;
    assert_eq!(kept.codes(), [Some(0), Some(0)], "{said}");
    scene.expect_new();
    let databases = scene.databases();
    assert!(
        databases[1].starts_with("app_old_pgx_") && said.contains(&databases[1]),
        "{databases:?} {said}"
    );
    let old = scene.target.existing(&databases[1]);
    assert_eq!(old.sql("SELECT count(*) FROM news"), "20000\n");
}

#[test]
fn what_is_not_there_is_made() {
    let scene = Scene::new();
    let door = scene.door();
    door.sql("DROP DATABASE app");
    scene.swap(&["-j1"]).expect_success();
    scene.expect_new();
    assert_eq!(scene.databases(), ["app"]);
}

#[test]
fn a_load_that_fails_leaves_the_old_one_and_nothing_else() {
    let scene = Scene::new();
    let scratch = Scratch::new();
    let file = scene.dump(&scratch);
    let bytes = std::fs::read(&file).expect("the dump is there");
    let cut = scratch.file("cut.pgx", &bytes[..bytes.len() * 2 / 3]);
    let load = |file| {
        Pipe::of(
            tool("pgx-load")
                .args(["-C", "--swap", "-d", &scene.door().url()])
                .arg(file),
        )
        .run()
    };
    let said = load(&cut).said(3).to_owned();
    assert!(
        said.contains("what was loaded has been dropped; nothing was done to database app"),
        "{said}"
    );
    scene.expect_old();
    assert_eq!(scene.databases(), ["app"]);

    // What an earlier swap has kept is not lost to a later one.
    let names = ["app_old_pgx_", "app_pgx_"].map(|begin| format!("{begin}{}", archive(&file)));
    let door = scene.door();
    for name in &names {
        door.sql(&format!("CREATE DATABASE {name}"));
        scene.target.lasting(name).sql("CREATE TABLE precious ()");
        let said = load(&file).said(1).to_owned();
        assert!(said.contains(&format!("database {name} is there already")), "{said}");
        door.sql(&format!("DROP DATABASE {name}"));
    }
    for (flags, words) in [
        (&["-C", "--swap", "-d", "app"][..], "while we are connected to it"),
        (&["--swap", "-d", "postgres"], "--create"),
        (&["-C", "--swap", "-1", "-d", "postgres"], "--single-transaction"),
    ] {
        let mut load = tool("pgx-load");
        load.args(flags)
            .env("PGHOST", scene.target.directory())
            .env("PGUSER", "postgres")
            .arg(&file);
        let finished = Pipe::of(&mut load).run();
        let said = &finished.stages[0].stderr;
        assert!(finished.codes() != [Some(0)] && said.contains(words), "{said}");
    }
    scene.expect_old();
    load(&file).expect_success();
    scene.expect_new();
}

/// The letters of an archive's id that are in names: those of the database that a load of it makes.
fn archive(file: &std::path::Path) -> String {
    let bytes = std::fs::read(file).expect("the dump is there");
    let mut reader = pgx_archive::Reader::new(bytes.as_slice());
    while let Some(event) = reader.next_event().expect("the stream is good") {
        if let pgx_archive::Event::Head(head) = event {
            return head.archive[..8].to_owned();
        }
    }
    panic!("{} has no head", file.display());
}

#[test]
fn a_proof_that_fails_prevents_the_switch() {
    let scene = Scene::new();
    // What spoils the copy runs in it alone: when its view is refreshed, after all else.
    let scratch = Scratch::new();
    scene.app(&scene.source).sql(
        "CREATE TABLE odd AS SELECT 1 AS a;
         CREATE FUNCTION spoil() RETURNS integer LANGUAGE plpgsql AS
           'BEGIN UPDATE public.odd SET a = 7 WHERE current_database() <> ''app''; RETURN 1; END';
         CREATE MATERIALIZED VIEW late AS SELECT public.spoil()",
    );
    let file = scene.dump(&scratch);
    let load = Pipe::of(
        tool("pgx-load")
            .args(["-C", "--swap", "--verify", "-d", &scene.door().url()])
            .arg(&file),
    )
    .run();
    let said = load.said(4);
    assert!(said.contains("public.odd       1  differs"), "{said}");
    assert!(said.contains("nothing was done to database app"), "{said}");
    scene.expect_old();
    assert_eq!(scene.databases(), ["app"]);
}

#[test]
fn a_session_that_is_lost_while_the_new_one_is_made_is_replaced() {
    let scene = Scene::new();
    let scratch = Scratch::new();
    let file = scene.dump(&scratch);
    let door = scene.door();
    // Everybody may connect, and nobody make a database.
    let lock = "BEGIN; LOCK TABLE pg_database IN EXCLUSIVE MODE; SELECT pg_sleep(600)";
    let _locker = Running::start(stock("psql").args(["-X", "-q", "-c", lock, "-d", &door.url()]));
    let has = |what: &str, condition: &str| {
        let count = format!("SELECT count(*) FROM {condition}");
        wait_until(what, || door.sql(&count).trim() == "1");
    };
    has(
        "it is locked",
        "pg_locks WHERE relation = 'pg_database'::regclass AND mode = 'ExclusiveLock' AND granted",
    );
    let load = Running::start(tool("pgx-load").args(["-C", "--swap", "-d", &door.url()]).arg(&file));
    let making = "pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE DATABASE%'";
    has("it waits", making);
    let end = |whom: &str| door.sql(&format!("SELECT pg_terminate_backend(pid) FROM {whom}"));
    end(making);
    end("pg_stat_activity WHERE query LIKE 'BEGIN; LOCK TABLE%'");
    let finished = load.end();
    let said = finished.said(0);
    assert!(said.contains("making it: ") && said.contains("; going on"), "{said}");
    scene.expect_new();
    assert_eq!(scene.databases(), ["app"]);
}

#[test]
fn a_killed_load_leaves_the_old_one_or_the_new_one_whole() {
    let scene = Scene::new();
    let scratch = Scratch::new();
    let file = scene.dump(&scratch);
    let door = scene.door();
    let start = std::time::Instant::now();
    let load = || {
        let mut load = tool("pgx-load");
        load.args(["-C", "--swap", "-d", &scene.door().url()]).arg(&file);
        load
    };
    Pipe::of(&mut load()).run().expect_success();
    let whole = start.elapsed();
    let moments = campaign(6, 50);
    let mut before = 0;
    for moment in 0..=moments {
        door.sql("DROP DATABASE app WITH (FORCE)");
        door.sql("CREATE DATABASE app TEMPLATE template0");
        scene
            .app(&scene.target)
            .sql("CREATE TABLE old AS SELECT 1 AS a; COMMENT ON DATABASE app IS 'the old one'");
        let mut running = Running::start(&mut load());
        std::thread::sleep(whole * moment / moments);
        if running.runs() {
            running.signal("KILL");
        }
        running.end();
        wait_until("its sessions have ended", || {
            door.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgx-load'")
                .trim()
                == "0"
        });
        // Either is whole; which one it is tells the comment, set in the same transaction.
        let comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'app'";
        match door.sql(comment).trim() {
            "the old one" => {
                before += 1;
                scene.expect_old();
            }
            _ => scene.expect_new(),
        }
        // Whatever is left, the next run knows what it is.
        if let Some(old) = scene.databases().iter().find(|name| name.starts_with("app_old_pgx_")) {
            let refused = Pipe::of(&mut load()).run();
            assert!(
                refused.said(1).contains(&format!("DROP DATABASE {old}")),
                "{}",
                refused.said(1)
            );
            door.sql(&format!("DROP DATABASE {old}"));
        }
        Pipe::of(&mut load()).run().expect_success();
        scene.expect_new();
        assert_eq!(scene.databases(), ["app"]);
    }
    assert!(before > 0, "no kill came before the switch");
}

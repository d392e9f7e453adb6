//! Partitioned tables, whose parents and leaves lock one another, loaded by many sessions: none waits forever.

use pgx_tests::{Cluster, Database, Pipe, Running, Scratch, campaign, judge, tool};

/// A partitioned table with everything that a parent may have, leaves of very different sizes, and a table
/// whose rows go through its root: where they belong depends on hash values of an enum's own OIDs.
fn source() -> Database<'static> {
    let database = Cluster::shared(18).database("family");
    database.sql(
        "CREATE TABLE customers (id integer PRIMARY KEY, name text);
         INSERT INTO customers SELECT i, md5(i::text) FROM generate_series(1, 2000) i;
         CREATE TABLE log (at timestamptz, what text);
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN INSERT INTO public.log VALUES (now(), TG_TABLE_NAME); RETURN NULL; END $$;

         CREATE TABLE orders (id integer, day integer, customer integer, note text) PARTITION BY RANGE (day);
         CREATE TABLE orders_empty PARTITION OF orders FOR VALUES FROM (0) TO (1);
         CREATE TABLE orders_tiny PARTITION OF orders FOR VALUES FROM (1) TO (2);
         CREATE TABLE orders_large PARTITION OF orders FOR VALUES FROM (2) TO (3);
         CREATE TABLE orders_sub PARTITION OF orders FOR VALUES FROM (3) TO (40) PARTITION BY LIST (day);
         CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
         SELECT format('CREATE TABLE orders_sub_%s PARTITION OF orders_sub FOR VALUES IN (%s)', i, i)
           FROM generate_series(3, 32) i \\gexec
         INSERT INTO orders SELECT i, CASE WHEN i % 3 = 0 THEN 2 WHEN i % 1000 = 0 THEN 1 ELSE 3 + i % 30 END,
           1 + i % 2000, repeat(md5(i::text), 3) FROM generate_series(1, 60000) i;
         INSERT INTO orders SELECT i, 100, 1, '' FROM generate_series(1, 10) i;
         ALTER TABLE orders ADD PRIMARY KEY (id, day);
         ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers;
         CREATE INDEX ON orders (customer);
         CREATE INDEX ON orders_large (note);
         -- In the order of names, these lock the leaves the other way round than the parent does.
         SELECT format('CREATE INDEX notes_%s ON orders_sub_%s (note)', 100 - i, i) FROM generate_series(3, 32) i \\gexec
         ALTER TABLE orders_sub_7 ADD CONSTRAINT noted CHECK (note IS NOT NULL);
         CREATE TRIGGER orders_note AFTER INSERT OR UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION note();
         CREATE TRIGGER statement_note AFTER DELETE ON orders_large EXECUTE FUNCTION note();
         ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
         CREATE POLICY mine ON orders USING (customer > 0);
         CREATE POLICY mine ON orders_large USING (customer > 1);

         CREATE TABLE lines (order_id integer, day integer, line integer, PRIMARY KEY (order_id, day, line));
         INSERT INTO lines SELECT id, day, l FROM orders, generate_series(1, 2) l;
         ALTER TABLE lines ADD FOREIGN KEY (order_id, day) REFERENCES orders ON DELETE CASCADE;

         CREATE TYPE colour AS ENUM ('red', 'green', 'blue', 'white', 'black');
         CREATE TABLE paints (id integer, c colour, x text) PARTITION BY HASH (c);
         SELECT format('CREATE TABLE paints_%s PARTITION OF paints FOR VALUES WITH (MODULUS 4, REMAINDER %s)', i, i)
           FROM generate_series(0, 3) i \\gexec
         INSERT INTO paints SELECT i, (enum_range(NULL::colour))[1 + i % 5], repeat(md5(i::text), 10)
           FROM generate_series(1, 20000) i;
         ALTER TABLE paints ADD PRIMARY KEY (id, c);
         CREATE INDEX ON paints (x);
         CREATE TRIGGER paints_note AFTER DELETE ON paints FOR EACH ROW EXECUTE FUNCTION note();
         CREATE TABLE tins (id integer, paint integer, c colour);
         INSERT INTO tins SELECT id, id, c FROM paints;
         ALTER TABLE tins ADD FOREIGN KEY (paint, c) REFERENCES paints;

         CREATE TABLE ancestors (id integer PRIMARY KEY, x text);
         CREATE TABLE children (y integer) INHERITS (ancestors);
         INSERT INTO ancestors SELECT i, md5(i::text) FROM generate_series(1, 20000) i;
         INSERT INTO children SELECT i, md5(i::text), i FROM generate_series(1, 20000) i;
         CREATE INDEX ON ancestors (x); CREATE INDEX ON children (x);
         ALTER TABLE ancestors ADD CONSTRAINT positive CHECK (id > 0)",
    );
    database
}

/// Loads of one stream, again and again: in none does a session wait for another that waits for it.
fn loads_come_to_an_end(sessions: &[&str]) {
    let source = source();
    let scratch = Scratch::new();
    let mut last = None;
    for run in 0..campaign(5, 20) {
        // Each dump sends its tables in another order.
        let file = scratch.path().join("family.pgx");
        let lanes = ["-j4", "-j8", "-j1"][run % 3];
        Pipe::of(tool("pgx-dump").args([lanes, "-d", &source.url(), "-f"]).arg(&file))
            .run()
            .expect_success();
        for flags in sessions {
            let target = Cluster::shared(18).database("copy");
            let mut load = tool("pgx-load");
            load.args(flags.split(' ')).args(["-d", &target.url()]).arg(&file);
            let finished = Running::start(&mut load).end();
            assert_eq!(finished.complaint(), None, "run {run}, {flags}");
            assert_eq!(paints(&source), paints(&target), "run {run}, {flags}");
            last = Some(target);
        }
    }
    // Which leaf such rows are in differs, and that is right.
    let target = last.expect("there were loads");
    for database in [&source, &target] {
        database.sql("TRUNCATE paints, tins");
    }
    judge(&source, &target).expect_equal();
}

/// What is in the table that goes through its root, whichever leaf it is in.
fn paints(database: &Database) -> String {
    database.sql("SELECT count(*), sum(hashtext(p::text)) FROM paints p")
}

#[test]
fn two_sessions_come_to_an_end() {
    loads_come_to_an_end(&["-j2", "-j2 --buffer=1MB"]);
}

#[test]
fn eight_sessions_come_to_an_end() {
    loads_come_to_an_end(&["-j8", "-j8 --buffer=1MB"]);
}

#[test]
fn a_foreign_key_of_a_parent_does_not_lock_what_indexes_of_leaves_need_next() {
    let source = Cluster::shared(18).database("family");
    // One session builds slow indexes of leaves, in the order of their names; meanwhile the customers come in,
    // and the foreign key could be made, which locks the leaves the other way round.
    source.sql(
        "CREATE FUNCTION slow(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
         CREATE TABLE customers (id integer PRIMARY KEY, x text STORAGE EXTERNAL);
         INSERT INTO customers SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 2500) i;
         CREATE TABLE orders (id integer, customer integer) PARTITION BY LIST (id);
         CREATE TABLE orders_1 PARTITION OF orders FOR VALUES IN (1);
         CREATE TABLE orders_2 PARTITION OF orders FOR VALUES IN (2);
         INSERT INTO orders VALUES (1, 1), (2, 2);
         CREATE TABLE early AS SELECT 1 AS id; CREATE INDEX ON early (slow(id));
         ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers;
         CREATE INDEX a_of_2 ON orders_2 (slow(id)); CREATE INDEX b_of_1 ON orders_1 (slow(id));
         CREATE OR REPLACE FUNCTION slow(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
         'BEGIN PERFORM pg_catalog.pg_sleep(3); RETURN 1; END'",
    );
    let target = Cluster::shared(18).database("copy");
    let mut load = tool("pgx-load");
    let mut dump = Running::start(tool("pgx-dump").args(["-j2", "--rate-limit=4MB", "-d", &source.url()]));
    load.args(["-j2", "-d", &target.url()]).stdin(dump.stdout());
    let finished = Running::start(&mut load).end();
    assert_eq!(finished.complaint(), None);
}

-- What is easily told wrong: defaults of several parents, overridden expressions, dropped columns, names of row types.
SET client_min_messages = warning;
CREATE SCHEMA traps;
SET search_path = traps;

-- A column of two parents, whose defaults differ, with and without one of its own
CREATE TABLE left_one (id integer DEFAULT 1, note text DEFAULT 'left' NOT NULL);
CREATE TABLE right_one (id integer DEFAULT 2, note text DEFAULT 'left');
CREATE TABLE of_both (id integer DEFAULT 3) INHERITS (left_one, right_one);
CREATE TABLE of_both_none (id integer DEFAULT NULL) INHERITS (left_one, right_one);
CREATE TABLE below_both () INHERITS (of_both);
ALTER TABLE below_both ALTER note SET DEFAULT 'below';
INSERT INTO below_both DEFAULT VALUES;

-- Columns that are gone, before what goes by numbers
CREATE TABLE gone (a integer, b integer, c text, d text);
ALTER TABLE gone DROP a, DROP c;
ALTER TABLE gone ADD e integer DEFAULT 7 NOT NULL, ADD UNIQUE (d) INCLUDE (b);
CREATE INDEX gone_expressions ON gone ((b + 1), lower(d), e);
ALTER INDEX gone_expressions ALTER COLUMN 2 SET STATISTICS 99;
CREATE STATISTICS gone_together ON d, b, e FROM gone;
CREATE PUBLICATION pgx_traps FOR TABLE gone (e, d);
CREATE FUNCTION gone_changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER gone_some AFTER UPDATE OF e, b ON gone FOR EACH ROW EXECUTE FUNCTION gone_changed();
COMMENT ON COLUMN gone.e IS 'the last';
INSERT INTO gone (b, d) VALUES (1, 'x'), (2, NULL);

-- Functions that differ by row types and arrays of them only
CREATE TABLE row_a (id integer);
CREATE TABLE row_b (id integer);
CREATE VIEW row_c AS SELECT 1 AS id;
CREATE FUNCTION of_row(row_b) RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION of_row(row_a[]) RETURNS integer LANGUAGE sql AS 'SELECT 3';
CREATE FUNCTION of_row(row_c) RETURNS SETOF row_a LANGUAGE sql AS 'SELECT * FROM row_a';
CREATE FUNCTION of_row(row_a) RETURNS row_c[] LANGUAGE sql AS 'SELECT NULL::row_c[]';
CREATE FUNCTION of_row(VARIADIC row_b[]) RETURNS integer LANGUAGE sql AS 'SELECT 4';
CREATE CAST (row_a AS row_b) WITH INOUT;
CREATE DOMAIN some_rows AS row_a[] CHECK (array_length(VALUE, 1) < 3);
CREATE TABLE keeps_rows (a row_a, many row_b[], several some_rows);
INSERT INTO keeps_rows VALUES (ROW(1), ARRAY[ROW(2)::row_b], ARRAY[ROW(3)::row_a]);

-- A trigger of a partition that is not as its parent's
CREATE TABLE watched (id integer) PARTITION BY LIST (id);
CREATE TABLE watched_1 PARTITION OF watched FOR VALUES IN (1);
CREATE TABLE watched_2 PARTITION OF watched FOR VALUES IN (2);
CREATE TRIGGER watch AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION gone_changed();
ALTER TABLE watched_1 DISABLE TRIGGER watch;
ALTER TABLE watched_2 ENABLE ALWAYS TRIGGER watch;

-- From 16 on a child may have an expression of its own
SELECT current_setting('server_version_num')::integer >= 160000 AS own_expressions,
       'lz4' = ANY (enumvals) AS lz4 FROM pg_settings WHERE name = 'default_toast_compression' \gset
CREATE TABLE computes (a integer, g integer GENERATED ALWAYS AS (a + 1) STORED);
CREATE TABLE computes_same () INHERITS (computes);
\if :own_expressions
CREATE TABLE computes_other (g integer GENERATED ALWAYS AS (a + 2) STORED) INHERITS (computes);
CREATE TABLE computes_parts (a integer, g integer GENERATED ALWAYS AS (a * 2) STORED) PARTITION BY LIST (a);
CREATE TABLE computes_part PARTITION OF computes_parts (g GENERATED ALWAYS AS (a * 3) STORED) FOR VALUES IN (1);
\endif
\if :lz4
CREATE TABLE pressed (a text COMPRESSION lz4, b text COMPRESSION pglz, c text);
INSERT INTO pressed SELECT repeat('x', 10000), repeat('y', 10000), repeat('z', 10000);
CREATE MATERIALIZED VIEW pressed_too AS SELECT a, b FROM pressed;
ALTER MATERIALIZED VIEW pressed_too ALTER a SET COMPRESSION lz4;
\endif

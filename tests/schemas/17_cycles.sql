-- Objects that need one another, so that a dump must cut somewhere.
SET client_min_messages = warning;
CREATE SCHEMA cy;
SET search_path = cy;

-- a table's default calls a function whose argument is the table's row
CREATE TABLE counted (id integer, n bigint);
CREATE FUNCTION count_them(counted) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM counted; END;
ALTER TABLE counted ALTER n SET DEFAULT how_many();
INSERT INTO counted (id) VALUES (1), (2);

-- a check calls a function that reads the table
CREATE TABLE checked (id integer, other integer);
CREATE FUNCTION is_good(checked) RETURNS boolean LANGUAGE sql AS 'SELECT $1.id > 0';
ALTER TABLE checked ADD CONSTRAINT good CHECK (is_good(checked.*));
ALTER TABLE checked ADD CONSTRAINT simple CHECK (other <> 0);
INSERT INTO checked VALUES (1, 1);

-- a generated column, an index and a policy over functions of the row type
CREATE TABLE computed (id integer PRIMARY KEY, name text);
CREATE FUNCTION label(computed) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.id || $1.name';
CREATE INDEX by_label ON computed (label(computed));
CREATE POLICY labelled ON computed USING (label(computed) <> '');
INSERT INTO computed VALUES (1, 'a');

-- views and functions of their row types
CREATE VIEW first AS SELECT 1 AS id, NULL::text AS t;
CREATE FUNCTION on_first(first) RETURNS integer LANGUAGE sql AS 'SELECT $1.id';
CREATE VIEW second AS SELECT on_first(f.*) AS x FROM first f;
CREATE OR REPLACE VIEW first AS SELECT id::integer AS id, name AS t FROM computed WHERE on_first(ROW(1, NULL)::first) = 1;

-- two views that read each other's row types
CREATE VIEW ping AS SELECT 1 AS n;
CREATE VIEW pong AS SELECT n FROM ping;
CREATE FUNCTION of_pong(pong) RETURNS integer LANGUAGE sql AS 'SELECT $1.n';
CREATE OR REPLACE VIEW ping AS SELECT of_pong(NULL::pong) AS n;
COMMENT ON VIEW ping IS 'and pong';
COMMENT ON COLUMN ping.n IS 'of ping';

-- a view with options and a rule of its own inside a cycle
CREATE VIEW ruled WITH (security_barrier = true) AS SELECT 1 AS id;
CREATE FUNCTION of_ruled(ruled) RETURNS integer LANGUAGE sql AS 'SELECT $1.id';
CREATE OR REPLACE VIEW ruled WITH (security_barrier = true) AS SELECT id FROM computed WHERE of_ruled(NULL::ruled) IS NULL;
CREATE RULE no_insert AS ON INSERT TO ruled DO INSTEAD NOTHING;

-- grouping by the primary key makes view and function depend on the constraint
CREATE TABLE grouped (id integer PRIMARY KEY, a text, b text);
INSERT INTO grouped VALUES (1, 'a', 'b');
CREATE VIEW by_key AS SELECT id, a, b, count(*) AS n FROM grouped GROUP BY id;
CREATE VIEW on_by_key AS SELECT n FROM by_key;
CREATE FUNCTION by_key_too() RETURNS SETOF text LANGUAGE sql BEGIN ATOMIC SELECT a || b FROM grouped GROUP BY id; END;
CREATE MATERIALIZED VIEW mat_by_key AS SELECT id, a FROM grouped GROUP BY id;
CREATE VIEW on_mat AS SELECT a FROM mat_by_key;
CREATE INDEX mat_longer ON mat_by_key ((a || 'x'), id);

-- a domain's check and the function that takes the domain
CREATE DOMAIN positive AS integer;
CREATE FUNCTION is_positive(positive) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1::integer > 0';
ALTER DOMAIN positive ADD CONSTRAINT "it is" CHECK (is_positive(VALUE::integer::positive) IS NOT NULL OR VALUE > 0) NOT VALID;
CREATE DOMAIN even AS integer;
CREATE FUNCTION is_even(even) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 0';
ALTER DOMAIN even ADD CONSTRAINT of_two CHECK (is_even(VALUE));

-- tables that refer to each other and to themselves
CREATE TABLE egg (id integer PRIMARY KEY, chicken integer);
CREATE TABLE chicken (id integer PRIMARY KEY, egg integer REFERENCES egg DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE egg ADD FOREIGN KEY (chicken) REFERENCES chicken DEFERRABLE INITIALLY DEFERRED;
BEGIN;
INSERT INTO egg VALUES (1, 1);
INSERT INTO chicken VALUES (1, 1);
COMMIT;

-- functions whose defaults and bodies need each other's tables
CREATE TABLE settings (key text PRIMARY KEY, value text);
CREATE FUNCTION setting(wanted text) RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC SELECT value FROM settings WHERE key = wanted; END;
CREATE TABLE with_setting (id integer, zone text DEFAULT setting('zone'));
CREATE FUNCTION with_default(z text DEFAULT setting('zone')) RETURNS text LANGUAGE sql AS 'SELECT z';
INSERT INTO settings VALUES ('zone', 'UTC');
INSERT INTO with_setting (id) VALUES (1);

-- a sequence owned by a table whose default of another column reads the table
CREATE TABLE owner_of_all (id serial, ref bigint);
CREATE FUNCTION next_ref() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT max(id)::bigint FROM owner_of_all; END;
ALTER TABLE owner_of_all ALTER ref SET DEFAULT next_ref() + 1;
INSERT INTO owner_of_all DEFAULT VALUES;

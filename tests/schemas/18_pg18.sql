-- What came with 18: not-null constraints with names, virtual columns, unenforced and temporal constraints.
-- since: 18
-- roles: pgx_owner
SET client_min_messages = warning;
CREATE SCHEMA new;
CREATE EXTENSION IF NOT EXISTS btree_gist;
SET search_path = new, public;

CREATE TABLE not_nulls (
    a integer CONSTRAINT "a Is There" NOT NULL, b integer NOT NULL, c integer CONSTRAINT not_nulls_c_not_null NOT NULL,
    d integer NOT NULL NO INHERIT, e integer CONSTRAINT e_named NOT NULL NO INHERIT, f integer, g integer, h integer PRIMARY KEY, i integer, j integer
);
INSERT INTO not_nulls VALUES (1, 2, 3, 4, 5, NULL, NULL, 8);
ALTER TABLE not_nulls ADD CONSTRAINT f_later NOT NULL f NOT VALID;
ALTER TABLE not_nulls ADD NOT NULL g NOT VALID;
COMMENT ON CONSTRAINT "a Is There" ON not_nulls IS 'must be';
COMMENT ON CONSTRAINT f_later ON not_nulls IS 'will be';
CREATE TABLE child (k integer) INHERITS (not_nulls);
CREATE TABLE younger () INHERITS (not_nulls);
COMMENT ON CONSTRAINT f_later ON younger IS 'comes with its parent''s';
CREATE TABLE child_own_name (b integer CONSTRAINT own_b NOT NULL, i integer NOT NULL) INHERITS (not_nulls);
CREATE TABLE parent_valid (x integer);
CREATE TABLE child_valid () INHERITS (parent_valid);
ALTER TABLE parent_valid ADD CONSTRAINT x_there NOT NULL x NOT VALID;
ALTER TABLE child_valid VALIDATE CONSTRAINT x_there;
CREATE TABLE parts (id integer CONSTRAINT id_there NOT NULL, at date) PARTITION BY RANGE (at);
CREATE TABLE parts_1 (id integer CONSTRAINT own_name NOT NULL, at date NOT NULL);
ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
INSERT INTO parts VALUES (1, '2020-02-02'), (2, NULL);

CREATE TABLE virtual (
    a integer, b integer GENERATED ALWAYS AS (a * 2) VIRTUAL, c integer GENERATED ALWAYS AS (a + 1) STORED, d text GENERATED ALWAYS AS ('x' || a::text), e integer GENERATED ALWAYS AS (a) VIRTUAL NOT NULL
);
INSERT INTO virtual (a) VALUES (1), (2);
CREATE TABLE virtual_child (z integer) INHERITS (virtual);
CREATE VIEW of_virtual AS SELECT b, d FROM virtual;

CREATE TABLE target (id integer PRIMARY KEY, n integer UNIQUE);
CREATE TABLE unenforced (
    id integer, t integer, CONSTRAINT hope CHECK (id > 0) NOT ENFORCED, CHECK (t < 10) NO INHERIT NOT ENFORCED,
    CONSTRAINT dream FOREIGN KEY (t) REFERENCES target NOT ENFORCED
);
ALTER TABLE unenforced ADD CONSTRAINT delayed FOREIGN KEY (id) REFERENCES target (n) ON DELETE CASCADE DEFERRABLE NOT ENFORCED;
INSERT INTO unenforced VALUES (-1, 77);
CREATE TABLE unenforced_child () INHERITS (unenforced);
CREATE TABLE unenforced_grandchild (CONSTRAINT later CHECK (t > 0) NOT ENFORCED) INHERITS (unenforced_child);
COMMENT ON CONSTRAINT hope ON unenforced_grandchild IS 'inherited, both of them';

CREATE TABLE rooms (room integer, during daterange, CONSTRAINT rooms_pk PRIMARY KEY (room, during WITHOUT OVERLAPS));
CREATE TABLE stays (
    guest text, room integer, during daterange, UNIQUE (guest, during WITHOUT OVERLAPS),
    CONSTRAINT in_room FOREIGN KEY (room, PERIOD during) REFERENCES rooms (room, PERIOD during)
);
INSERT INTO rooms VALUES (1, '[2020-01-01,2021-01-01)'), (1, '[2021-01-01,2022-01-01)');
INSERT INTO stays VALUES ('g', 1, '[2020-06-01,2021-06-01)');

CREATE PUBLICATION pgx_generated FOR TABLE target WITH (publish_generated_columns = stored);
CREATE TABLE big (id bigint, t text COMPRESSION pglz) WITH (autovacuum_vacuum_max_threshold = 1000);
CREATE VIEW returning_old AS SELECT uuidv4() IS NOT NULL AS u, casefold('ß' COLLATE "C") AS c;
GRANT MAINTAIN ON target TO pgx_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE pgx_owner GRANT SELECT ON LARGE OBJECTS TO PUBLIC;
CREATE DOMAIN there AS integer CONSTRAINT "is there" NOT NULL;
CREATE DOMAIN there_too AS integer NOT NULL CHECK (VALUE > 0);
COMMENT ON CONSTRAINT "is there" ON DOMAIN there IS 'a domain''s';
CREATE FUNCTION on_login() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER pgx_login ON login EXECUTE FUNCTION on_login();
ALTER EVENT TRIGGER pgx_login DISABLE;

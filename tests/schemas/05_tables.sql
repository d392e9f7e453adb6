-- Tables: columns with all that belongs to them, constraints, inheritance, options.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA t;
SET search_path = t;

-- Columns
CREATE TABLE no_columns ();
CREATE TABLE only_dropped (a integer);
ALTER TABLE only_dropped DROP a;
CREATE TABLE columns (
    id integer, v character varying(20), c character(3), n numeric(10,-2), b bit(5), bv bit varying(9),
    ts timestamp(3) without time zone, tz timestamp(0) with time zone, ti time(2), i interval day to second(3), arr integer[][], j jsonb,
    coll text COLLATE "POSIX", dflt text DEFAULT 'it''s', expr integer DEFAULT (1 + 2) * 3, now timestamptz DEFAULT now() NOT NULL,
    "null" text DEFAULT NULL, typed text DEFAULT 'x'::character varying, dropped_1 integer, big bigint DEFAULT 9223372036854775807, neg integer DEFAULT -1,
    dropped_2 text
);
ALTER TABLE columns DROP dropped_1, DROP dropped_2;
ALTER TABLE columns ADD added integer DEFAULT 5 NOT NULL;
INSERT INTO columns (id, v, arr) VALUES (1, 'a	b\ and
newline', '{{1,2},{3,4}}'), (2, NULL, NULL), (3, '\N', '{}');
CREATE TABLE generated (
    a integer, b integer GENERATED ALWAYS AS (a * 2) STORED, c text, d text GENERATED ALWAYS AS (upper(c) || COALESCE(a, 0)::text) STORED NOT NULL
);
INSERT INTO generated (a, c) VALUES (1, 'x'), (NULL, 'y');
CREATE TABLE not_nulls (a integer NOT NULL, b integer, c integer NOT NULL PRIMARY KEY);
ALTER TABLE not_nulls ALTER b SET NOT NULL;
CREATE TABLE storage (
    plain text, ext text, main text, extended text, compressed text COMPRESSION pglz, stat integer, opt double precision, num numeric
);
ALTER TABLE storage ALTER plain SET STORAGE PLAIN, ALTER ext SET STORAGE EXTERNAL, ALTER main SET STORAGE MAIN, ALTER num SET STORAGE EXTENDED,
    ALTER stat SET STATISTICS 500, ALTER plain SET STATISTICS 0, ALTER opt SET (n_distinct = -0.5, n_distinct_inherited = 10);

-- Constraints
CREATE TABLE keys (
    id integer PRIMARY KEY, a integer UNIQUE, b integer, c integer, d text, r int4range,
    CONSTRAINT "Two Columns" UNIQUE (b, c) INCLUDE (d), CONSTRAINT later UNIQUE (c) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT soon UNIQUE (b) DEFERRABLE, CONSTRAINT one_null UNIQUE NULLS NOT DISTINCT (d),
    CONSTRAINT positive CHECK (a > 0), CHECK (b <> c), CONSTRAINT true_text CHECK (d ~ '^\d+''$' OR d IS NULL) NO INHERIT,
    CONSTRAINT no_overlap EXCLUDE USING gist (r WITH &&) WHERE (a > 5), EXCLUDE USING btree (a WITH =) WITH (fillfactor = 70) DEFERRABLE
);
ALTER TABLE keys ADD CONSTRAINT unchecked CHECK (a < 100) NOT VALID, ADD CONSTRAINT "filled key" UNIQUE (id, a) WITH (fillfactor = 50);
CREATE TABLE refers (
    id integer REFERENCES keys ON DELETE CASCADE ON UPDATE SET NULL, a integer, b integer, c integer,
    CONSTRAINT full_match FOREIGN KEY (b, c) REFERENCES keys (b, c) MATCH FULL DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT "Part Null" FOREIGN KEY (b, c) REFERENCES keys (b, c) ON DELETE SET NULL (b),
    CONSTRAINT part_default FOREIGN KEY (b, c) REFERENCES keys (b, c) ON DELETE SET DEFAULT (c) ON UPDATE RESTRICT,
    self integer UNIQUE REFERENCES refers (self)
);
ALTER TABLE refers ADD FOREIGN KEY (a) REFERENCES keys (a) NOT VALID;
INSERT INTO keys VALUES (1, 7, 1, 2, '1''', '[1,5)'), (2, 8, 2, 3, NULL, '[5,9)');
ALTER TABLE keys ADD CONSTRAINT each_other FOREIGN KEY (a) REFERENCES refers (self) NOT VALID;
COMMENT ON CONSTRAINT positive ON keys IS 'more than nothing';
COMMENT ON CONSTRAINT "Two Columns" ON keys IS 'both';
COMMENT ON CONSTRAINT full_match ON refers IS 'all or none';
CREATE TABLE replica_full (a integer);
ALTER TABLE replica_full REPLICA IDENTITY FULL;
CREATE TABLE replica_nothing (a integer);
ALTER TABLE replica_nothing REPLICA IDENTITY NOTHING;
CREATE TABLE replica_index (a integer NOT NULL, b integer NOT NULL, CONSTRAINT by_b UNIQUE (b));
CREATE UNIQUE INDEX "by A" ON replica_index (a);
ALTER TABLE replica_index REPLICA IDENTITY USING INDEX "by A";
CREATE TABLE replica_key (a integer PRIMARY KEY, b integer NOT NULL UNIQUE);
ALTER TABLE replica_key REPLICA IDENTITY USING INDEX replica_key_b_key;
ALTER TABLE replica_key CLUSTER ON replica_key_pkey;

-- Inheritance
CREATE TABLE parent (id integer NOT NULL, name text DEFAULT 'parent', v integer CHECK (v > 0), g integer GENERATED ALWAYS AS (id + 1) STORED);
CREATE TABLE other_parent (id integer, extra text COLLATE "C" DEFAULT 'e' NOT NULL);
CREATE TABLE child (own text) INHERITS (parent);
CREATE TABLE overrides (name text DEFAULT 'child', v integer NOT NULL, more date) INHERITS (parent);
CREATE TABLE no_default () INHERITS (parent);
ALTER TABLE no_default ALTER name DROP DEFAULT, ALTER v SET STORAGE PLAIN, ALTER name SET STATISTICS 42;
CREATE TABLE never_null () INHERITS (parent);
ALTER TABLE never_null ALTER name SET NOT NULL, ALTER name SET STATISTICS 7;
CREATE TABLE two_parents (last integer) INHERITS (parent, other_parent);
CREATE TABLE grandchild (deep integer) INHERITS (child);
CREATE TABLE joined_later (id integer, extra text COLLATE "C" NOT NULL, mine integer);
ALTER TABLE joined_later INHERIT other_parent;
ALTER TABLE parent ADD CONSTRAINT named CHECK (name <> '');
ALTER TABLE child ADD CONSTRAINT child_only CHECK (own <> 'x');
CREATE TABLE merged_check (id integer NOT NULL, name text, v integer, g integer GENERATED ALWAYS AS (id + 1) STORED,
    CONSTRAINT parent_v_check CHECK (v > 0), CONSTRAINT named CHECK (name <> ''));
ALTER TABLE merged_check INHERIT parent;
CREATE TABLE left_home (a integer) INHERITS (parent);
ALTER TABLE left_home NO INHERIT parent;
INSERT INTO parent (id, v) VALUES (1, 1);
INSERT INTO child (id, own) VALUES (2, 'o');
INSERT INTO two_parents (id, last) VALUES (3, 4);
INSERT INTO grandchild (id, deep) VALUES (5, 6);

-- Typed tables
CREATE TYPE shape AS (id integer, name text, size numeric(6,2));
CREATE TABLE typed OF shape;
CREATE TABLE typed_more OF shape (id NOT NULL, name WITH OPTIONS DEFAULT 'n', PRIMARY KEY (id), CHECK (size > 0));
COMMENT ON TABLE typed IS 'of a type';

-- Options
CREATE UNLOGGED TABLE not_logged (a integer PRIMARY KEY, s serial);
INSERT INTO not_logged VALUES (1);
CREATE TABLE with_options (a text) WITH (fillfactor = 70, autovacuum_enabled = false, parallel_workers = 2, toast.autovacuum_enabled = false, toast.vacuum_truncate = off, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE with_options SET (toast_tuple_target = 4000);
CREATE TABLE uses_row_type (r columns, rs refers[]);
ALTER TABLE columns OWNER TO pgx_owner;
COMMENT ON TABLE columns IS E'table\ncomment';
COMMENT ON COLUMN columns.v IS 'v''s comment';
COMMENT ON COLUMN columns."null" IS '';
COMMENT ON COLUMN columns.coll IS 'in C order';
GRANT SELECT ON columns TO pgx_reader;

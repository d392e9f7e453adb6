-- What rarely meets: foreign tables with all that tables have, bindings to extensions, languages, hashed enums, options that came with later majors.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA rare;
CREATE EXTENSION IF NOT EXISTS hstore SCHEMA public;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
SET search_path = rare;

-- Bound to an extension without being a member
CREATE TABLE bound (id integer PRIMARY KEY, name text, CONSTRAINT "bound Key" UNIQUE (name));
INSERT INTO bound VALUES (1, 'a');
CREATE FUNCTION bound_function(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE PROCEDURE bound_procedure() LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION bound_trigger_function() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER "bound Trigger" BEFORE INSERT ON bound FOR EACH ROW EXECUTE FUNCTION bound_trigger_function();
CREATE INDEX bound_index ON bound (lower(name));
CREATE MATERIALIZED VIEW bound_view AS SELECT id FROM bound;
ALTER FUNCTION bound_function(integer) DEPENDS ON EXTENSION hstore;
ALTER FUNCTION bound_function(integer) DEPENDS ON EXTENSION citext;
ALTER PROCEDURE bound_procedure() DEPENDS ON EXTENSION hstore;
ALTER TRIGGER "bound Trigger" ON bound DEPENDS ON EXTENSION hstore;
ALTER INDEX bound_index DEPENDS ON EXTENSION hstore;
ALTER INDEX "bound Key" DEPENDS ON EXTENSION citext;
ALTER MATERIALIZED VIEW bound_view DEPENDS ON EXTENSION hstore;

-- A hash of an enum is another one in another database (partitions.rs has it with rows)
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'calm', 'cross');
CREATE TABLE by_mood (feeling mood, n integer) PARTITION BY HASH (feeling);
CREATE TABLE by_mood_0 PARTITION OF by_mood FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE by_mood_1 PARTITION OF by_mood FOR VALUES WITH (MODULUS 2, REMAINDER 1) PARTITION BY RANGE (n);
CREATE TABLE by_mood_1_low PARTITION OF by_mood_1 FOR VALUES FROM (MINVALUE) TO (10);
CREATE TABLE by_mood_1_high PARTITION OF by_mood_1 FOR VALUES FROM (10) TO (MAXVALUE);

-- Languages
CREATE FUNCTION handle() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION inline(internal) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION validate(oid) RETURNS void LANGUAGE c STRICT AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE "Our pl" HANDLER handle INLINE inline VALIDATOR validate;
CREATE LANGUAGE untrusted HANDLER handle;
COMMENT ON LANGUAGE "Our pl" IS 'like plpgsql';
ALTER LANGUAGE "Our pl" OWNER TO pgx_owner;
GRANT USAGE ON LANGUAGE "Our pl" TO pgx_reader;
REVOKE USAGE ON LANGUAGE "Our pl" FROM PUBLIC;
CREATE FUNCTION in_our_language() RETURNS integer LANGUAGE "Our pl" AS 'BEGIN RETURN 1; END';

-- Foreign tables with constraints, defaults, parents, partitioned parents, triggers, statistics targets
CREATE FOREIGN DATA WRAPPER nowhere;
CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
CREATE TABLE near (id integer NOT NULL, note text DEFAULT 'here', CHECK (id > 0));
CREATE FOREIGN TABLE far_child (extra date) INHERITS (near) SERVER nowhere;
CREATE FOREIGN TABLE far_alone (
    id integer OPTIONS (column_name 'I D') NOT NULL, name text COLLATE "C" DEFAULT 'it''s far', twice integer GENERATED ALWAYS AS (id * 2) STORED,
    CONSTRAINT far_check CHECK (id < 100)
) SERVER nowhere OPTIONS ("schema name" 's''', "table" 't');
ALTER FOREIGN TABLE far_alone ALTER name SET STATISTICS 55, ALTER name SET STORAGE EXTERNAL, ALTER id SET (n_distinct = 7), ALTER name OPTIONS (ADD "B c" 'd');
COMMENT ON COLUMN far_alone.name IS 'not here';
COMMENT ON CONSTRAINT far_check ON far_alone IS 'checked by nobody';
CREATE TABLE parts (id integer, at date) PARTITION BY RANGE (at);
CREATE FOREIGN TABLE parts_far PARTITION OF parts FOR VALUES FROM ('2000-01-01') TO ('2010-01-01') SERVER nowhere;
CREATE TABLE parts_near PARTITION OF parts FOR VALUES FROM ('2010-01-01') TO ('2020-01-01');
INSERT INTO parts_near VALUES (1, '2015-05-05');
CREATE TRIGGER on_far BEFORE INSERT ON far_alone FOR EACH ROW EXECUTE FUNCTION bound_trigger_function();
ALTER FOREIGN TABLE far_alone OWNER TO pgx_owner;
GRANT SELECT (id) ON far_alone TO pgx_reader;
GRANT INSERT ON far_alone TO pgx_reader;
CREATE VIEW of_far AS SELECT id FROM far_alone;

-- Functions that inline nothing: a support function, a set of transforms, a window over a default argument
CREATE FUNCTION supported(text) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT SUPPORT pg_catalog.textlike_support AS 'textlike';

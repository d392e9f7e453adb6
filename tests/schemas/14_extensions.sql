-- Extensions: their members stay out, what uses them comes along, so do rows of their configuration tables.
-- roles: pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA ext;
CREATE SCHEMA "Odd Place";
CREATE EXTENSION hstore SCHEMA ext;
CREATE EXTENSION citext SCHEMA "Odd Place";
CREATE EXTENSION btree_gist;
CREATE EXTENSION "uuid-ossp" SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE SCHEMA shelf;
CREATE EXTENSION pgx_shelf SCHEMA shelf;
COMMENT ON EXTENSION hstore IS 'our own words';
SET search_path = public, ext;

CREATE TABLE uses (
    id uuid DEFAULT ext.uuid_generate_v5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'x'), pairs hstore DEFAULT 'a=>1', loud "Odd Place".citext UNIQUE, place cube,
    many hstore[], EXCLUDE USING gist (id WITH =)
);
INSERT INTO uses VALUES ('6ba7b810-9dad-11d1-80b4-00c04fd430c9', 'k=>"v w",n=>NULL', 'LoUd', '(1,2),(3,4)', ARRAY['a=>1'::hstore, NULL]);
CREATE INDEX uses_similar ON uses USING gin ((loud::text) gin_trgm_ops);
CREATE INDEX uses_pairs ON uses USING gist (pairs gist_hstore_ops (siglen = 32));
CREATE DOMAIN "Odd Place".nick AS "Odd Place".citext CHECK (VALUE <> '');
CREATE TYPE with_pairs AS (p hstore, n "Odd Place".nick);
CREATE FUNCTION value_of(hstore, text) RETURNS text LANGUAGE sql IMMUTABLE RETURN $1 -> $2;
CREATE VIEW readable AS SELECT pairs -> 'k' AS k, ext.similarity(loud::text, 'loud') AS s FROM uses;
CREATE AGGREGATE all_pairs(hstore) (SFUNC = hs_concat, STYPE = hstore, INITCOND = '');
CREATE OPERATOR public.=># (LEFTARG = hstore, RIGHTARG = text, FUNCTION = value_of);
DROP OPERATOR public.=># (hstore, text);

-- The extension's own tables: our rows in them come along, its own are made by it
INSERT INTO shelf.shelf_settings VALUES ('ours', 'a	b', false), ('depth', NULL, false);
INSERT INTO shelf.shelf_places (setting, kind) VALUES ('ours', 'wood'), ('depth', 'steel');
GRANT INSERT ON shelf.shelf_settings TO pgx_reader;
GRANT EXECUTE ON FUNCTION shelf.shelf_area() TO pgx_reader;
REVOKE SELECT ON shelf.shelf_settings FROM PUBLIC;
CREATE TABLE refers_to_shelf (place integer REFERENCES shelf.shelf_places, kind shelf.shelf_kind);
INSERT INTO refers_to_shelf VALUES (100, 'steel');
CREATE TABLE from_extension_sequence (n integer DEFAULT nextval('shelf.shelf_numbers'));

-- Indexes of every method with every clause, and extended statistics.
-- roles: pgx_owner
SET client_min_messages = warning;
CREATE SCHEMA i;
SET search_path = i, public;
CREATE TABLE things (
    id integer NOT NULL, name text, "Odd Name" text COLLATE "C", n numeric, tags text[], doc jsonb, place point, during tsrange, words tsvector, made timestamptz, ip inet
);
INSERT INTO things SELECT i, 'name ' || i, chr(65 + i % 26), i * 1.5, ARRAY['t' || i, NULL], jsonb_build_object('k', i), point(i, i),
    tsrange(timestamp '2020-01-01' + i * interval '1 day', timestamp '2020-01-01' + (i + 1) * interval '1 day'), to_tsvector('simple', 'w' || i), timestamptz '2020-01-01 00:00+00', '10.0.0.1'
FROM generate_series(1, 50) i;

CREATE INDEX plain ON things (name);
CREATE UNIQUE INDEX "unique One" ON things (id);
CREATE INDEX ordered ON things (name DESC, n ASC NULLS FIRST, made DESC NULLS LAST);
CREATE INDEX collated ON things (name COLLATE "C", "Odd Name" COLLATE "POSIX");
CREATE INDEX opclass ON things (name text_pattern_ops, "Odd Name" varchar_pattern_ops);
CREATE INDEX expression ON things (lower(name), (n * 2), (doc ->> 'k'), (id + 1) DESC);
CREATE INDEX partial ON things (id) WHERE name IS NOT NULL AND n > 1.5::numeric;
CREATE INDEX partial_quotes ON things (id) WHERE name <> 'it''s' AND "Odd Name" ~ '\d';
CREATE UNIQUE INDEX including ON things (id) INCLUDE (name, n);
CREATE UNIQUE INDEX no_two_nulls ON things (n) NULLS NOT DISTINCT;
CREATE INDEX by_hash ON things USING hash (name);
CREATE INDEX by_gin ON things USING gin (tags) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX by_gin_path ON things USING gin (doc jsonb_path_ops);
CREATE INDEX by_gist ON things USING gist (during, place) WITH (buffering = auto);
CREATE INDEX by_gist_options ON things USING gist (words tsvector_ops (siglen = 100));
CREATE INDEX by_spgist ON things USING spgist (ip inet_ops);
CREATE INDEX by_brin ON things USING brin (id int4_minmax_multi_ops (values_per_range = 16), made) WITH (pages_per_range = 4, autosummarize = on);
CREATE INDEX filled ON things (made) WITH (fillfactor = 60, deduplicate_items = off);
CREATE INDEX with_statistics ON things ((n + 1), id, (lower(name)));
ALTER INDEX with_statistics ALTER COLUMN 1 SET STATISTICS 400;
ALTER INDEX with_statistics ALTER COLUMN 3 SET STATISTICS 0;
CLUSTER things USING ordered;
COMMENT ON INDEX plain IS 'simple and "quoted"';
ALTER TABLE things OWNER TO pgx_owner;

CREATE MATERIALIZED VIEW seen AS SELECT id, name FROM things;
CREATE UNIQUE INDEX seen_id ON seen (id);
CREATE INDEX seen_name ON seen (name) WHERE id > 3;
ALTER MATERIALIZED VIEW seen CLUSTER ON seen_id;

CREATE TABLE clustered_key (id integer PRIMARY KEY);
ALTER TABLE clustered_key CLUSTER ON clustered_key_pkey;

CREATE STATISTICS all_kinds ON id, n FROM things;
CREATE STATISTICS only_distinct (ndistinct) ON id, name FROM things;
CREATE STATISTICS "Two Kinds" (dependencies, mcv) ON name, "Odd Name", n FROM things;
CREATE STATISTICS one_expression ON lower(name) FROM things;
CREATE STATISTICS mixed (mcv, ndistinct) ON id, (n * 2), lower(name) FROM things;
CREATE STATISTICS with_target (mcv) ON id, made FROM things;
ALTER STATISTICS with_target SET STATISTICS 250;
ALTER STATISTICS only_distinct SET STATISTICS 0;
COMMENT ON STATISTICS all_kinds IS 'they move together';
ALTER STATISTICS mixed OWNER TO pgx_owner;
CREATE STATISTICS public.elsewhere ON id, made FROM things;

-- Tablespaces and table access methods, those of partitioned tables, their indexes and keys among them.
-- roles: pgx_owner
-- tablespaces: pgx_fast, pgx Slow "Disk"
SET client_min_messages = warning;
CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE SCHEMA st;
SET search_path = st;

CREATE TABLE usual (id integer PRIMARY KEY, t text);
CREATE INDEX usual_t ON usual (t) TABLESPACE pgx_fast;
CREATE TABLE fast (
    id integer PRIMARY KEY USING INDEX TABLESPACE "pgx Slow ""Disk""", t text UNIQUE, r int4range,
    EXCLUDE USING gist (r WITH &&) USING INDEX TABLESPACE pgx_fast
) TABLESPACE pgx_fast;
CREATE INDEX fast_t ON fast (t);
CREATE INDEX fast_slow ON fast (lower(t)) TABLESPACE "pgx Slow ""Disk""";
INSERT INTO fast SELECT i, repeat('long ', 1000) || i FROM generate_series(1, 10) i;
ALTER TABLE fast OWNER TO pgx_owner;

-- of every tablespace, access methods in between
CREATE TABLE other (id integer, t text) USING other_heap TABLESPACE pgx_fast;
INSERT INTO other VALUES (1, 'a');
SET default_table_access_method = other_heap;
CREATE TABLE by_default (id serial PRIMARY KEY);
CREATE UNLOGGED TABLE quick (id integer);
RESET default_table_access_method;
CREATE TABLE again_usual (id integer);
CREATE MATERIALIZED VIEW kept USING other_heap TABLESPACE "pgx Slow ""Disk""" AS SELECT id, t FROM other;
CREATE INDEX kept_id ON kept (id) TABLESPACE pgx_fast;

-- partitions get the tablespace of their table, unless they have their own
CREATE TABLE parted (
    id integer, at date, t text, PRIMARY KEY (id, at) USING INDEX TABLESPACE pgx_fast
) PARTITION BY RANGE (at) TABLESPACE "pgx Slow ""Disk""";
CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE parted_fast PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') TABLESPACE pgx_fast;
CREATE TABLE parted_usual PARTITION OF parted FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') TABLESPACE pg_default;
CREATE TABLE parted_other PARTITION OF parted FOR VALUES FROM ('2022-01-01') TO (MAXVALUE) USING other_heap;
CREATE INDEX parted_t ON parted (t) TABLESPACE pgx_fast;
CREATE INDEX parted_at ON parted (at);
ALTER INDEX parted_old_t_idx SET TABLESPACE "pgx Slow ""Disk""";
CREATE INDEX later ON ONLY parted (lower(t)) TABLESPACE pgx_fast;
CREATE INDEX later_old ON parted_old (lower(t)) TABLESPACE pgx_fast;
ALTER INDEX later ATTACH PARTITION later_old;
INSERT INTO parted SELECT i, date '2019-06-01' + i * 100, 't' || i FROM generate_series(1, 12) i;

-- from 17 on a partitioned table has an access method for its partitions
SELECT current_setting('server_version_num')::integer >= 170000 AS parted_methods \gset
\if :parted_methods
CREATE TABLE with_method (id integer, t text) PARTITION BY LIST (id) USING other_heap;
CREATE TABLE with_method_1 PARTITION OF with_method FOR VALUES IN (1);
CREATE TABLE with_method_2 PARTITION OF with_method FOR VALUES IN (2) USING heap;
CREATE TABLE with_heap (id integer) PARTITION BY HASH (id) USING heap;
CREATE TABLE with_none (id integer) PARTITION BY LIST (id) TABLESPACE pgx_fast;
INSERT INTO with_method VALUES (1, 'a'), (2, 'b');
\endif

-- Partitioned tables of every strategy, many levels, partitions that came later, keys and indexes on all of them.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA p;
CREATE SCHEMA "Other Parts";
SET search_path = p;

-- Range
CREATE TABLE by_range (id integer NOT NULL, at date NOT NULL, note text DEFAULT 'none', PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE by_range_old PARTITION OF by_range FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE "Other Parts"."by Range 2020" PARTITION OF by_range FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE by_range_new PARTITION OF by_range FOR VALUES FROM ('2021-01-01') TO (MAXVALUE);
CREATE TABLE by_two (a integer, b text, c timestamptz) PARTITION BY RANGE (a, lower(b) COLLATE "C" text_pattern_ops, c);
CREATE TABLE by_two_1 PARTITION OF by_two FOR VALUES FROM (1, 'a', '2020-01-01 00:00+00') TO (10, MAXVALUE, MAXVALUE);
CREATE TABLE by_two_rest PARTITION OF by_two DEFAULT;
INSERT INTO by_range SELECT i, date '2019-06-01' + i * 100, 'n' || i FROM generate_series(1, 12) i;
INSERT INTO by_two VALUES (5, 'x', now()), (NULL, NULL, NULL);

-- List
CREATE SEQUENCE list_numbers;
CREATE TABLE by_list (id bigint DEFAULT nextval('list_numbers') NOT NULL, kind text, amount numeric CHECK (amount >= 0)) PARTITION BY LIST (kind);
CREATE TABLE by_list_ab PARTITION OF by_list (CONSTRAINT ab_only CHECK (amount < 1000)) FOR VALUES IN ('a', 'b', 'it''s');
CREATE TABLE by_list_null PARTITION OF by_list FOR VALUES IN (NULL);
CREATE TABLE by_list_default PARTITION OF by_list DEFAULT PARTITION BY LIST (upper(kind));
CREATE TABLE by_list_deep PARTITION OF by_list_default FOR VALUES IN ('C', 'D') PARTITION BY HASH (id);
CREATE TABLE by_list_deep_0 PARTITION OF by_list_deep FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE by_list_deep_1 PARTITION OF by_list_deep FOR VALUES WITH (modulus 2, remainder 1);
CREATE TABLE by_list_others PARTITION OF by_list_default DEFAULT;
INSERT INTO by_list (kind, amount) VALUES ('a', 1), ('it''s', 2), (NULL, 3), ('c', 4), ('d', 5), ('zz', 6);
CREATE TABLE by_boolean (flag boolean, n integer GENERATED ALWAYS AS IDENTITY) PARTITION BY LIST (flag);
CREATE TABLE by_boolean_t PARTITION OF by_boolean FOR VALUES IN (true);

-- Hash
CREATE TABLE by_hash (id uuid NOT NULL, t text) PARTITION BY HASH (id, t);
CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 0) WITH (fillfactor = 60);
CREATE TABLE by_hash_1 PARTITION OF by_hash FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE UNLOGGED TABLE by_hash_2 (t text, id uuid NOT NULL);
ALTER TABLE by_hash ATTACH PARTITION by_hash_2 FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO by_hash SELECT md5(i::text)::uuid, i FROM generate_series(1, 30) i;

-- Partitions that were tables of their own, with another order of columns and their own defaults
CREATE TABLE measures (id integer NOT NULL, city text DEFAULT 'nowhere' NOT NULL, degrees real, taken date NOT NULL, twice real GENERATED ALWAYS AS (degrees * 2) STORED) PARTITION BY RANGE (taken);
CREATE TABLE came_later (taken date NOT NULL, gone integer, twice real GENERATED ALWAYS AS (degrees * 2) STORED, city text DEFAULT 'elsewhere' NOT NULL, degrees real, id integer DEFAULT 7 NOT NULL);
ALTER TABLE came_later DROP gone;
ALTER TABLE came_later ADD CONSTRAINT own_check CHECK (degrees > -274);
CREATE UNIQUE INDEX came_later_own ON came_later (id, taken);
ALTER TABLE measures ATTACH PARTITION came_later FOR VALUES FROM ('2000-01-01') TO ('2010-01-01');
CREATE TABLE left_again PARTITION OF measures FOR VALUES FROM ('2010-01-01') TO ('2020-01-01');
ALTER TABLE measures DETACH PARTITION left_again;
CREATE TABLE no_default PARTITION OF measures FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
ALTER TABLE no_default ALTER city DROP DEFAULT;
INSERT INTO measures (id, degrees, taken) VALUES (1, 20, '2005-05-05'), (2, -3.5, '2025-01-01');
CREATE UNIQUE INDEX measures_key ON measures (id, taken);
CREATE INDEX measures_only ON ONLY measures (degrees);
CREATE INDEX came_later_degrees ON came_later (degrees);
CREATE INDEX no_default_degrees ON no_default (degrees) WITH (fillfactor = 50);
ALTER INDEX measures_only ATTACH PARTITION came_later_degrees;
ALTER INDEX measures_only ATTACH PARTITION no_default_degrees;
CREATE INDEX never_complete ON ONLY measures (city);
CREATE INDEX ON measures (lower(city), taken DESC) WHERE degrees > 0;

-- Keys
ALTER TABLE measures ADD CONSTRAINT measures_pkey PRIMARY KEY (id, taken);
CREATE TABLE named_keys (id integer, r integer, UNIQUE (id) INCLUDE (r)) PARTITION BY RANGE (id);
CREATE TABLE named_keys_1 (id integer, r integer, CONSTRAINT "own Name" UNIQUE (id) INCLUDE (r));
ALTER TABLE named_keys ATTACH PARTITION named_keys_1 FOR VALUES FROM (0) TO (100);
CREATE TABLE refers (id integer PRIMARY KEY, measure integer, taken date, FOREIGN KEY (measure, taken) REFERENCES measures ON DELETE CASCADE);
INSERT INTO refers VALUES (1, 1, '2005-05-05');
CREATE TABLE parts_refer (id integer, to_refers integer REFERENCES refers, note text, CONSTRAINT self_or_nothing CHECK (id > 0)) PARTITION BY LIST (id);
CREATE TABLE parts_refer_1 PARTITION OF parts_refer FOR VALUES IN (1);
CREATE TABLE parts_refer_2 (id integer, to_refers integer, note text, CONSTRAINT self_or_nothing CHECK (id > 0), CONSTRAINT merged_key FOREIGN KEY (to_refers) REFERENCES refers, CONSTRAINT own_key FOREIGN KEY (to_refers) REFERENCES refers ON DELETE SET NULL);
ALTER TABLE parts_refer ATTACH PARTITION parts_refer_2 FOR VALUES IN (2);
INSERT INTO parts_refer VALUES (1, 1, 'a'), (2, NULL, 'b');
ALTER TABLE by_range_new ADD CONSTRAINT only_here UNIQUE (note);
ALTER TABLE by_range_new ADD CONSTRAINT only_new FOREIGN KEY (id) REFERENCES refers NOT VALID;

CREATE TABLE no_partitions (a integer) PARTITION BY RANGE (a);
CREATE INDEX on_nothing ON no_partitions (a);

COMMENT ON TABLE by_range IS 'the whole';
COMMENT ON TABLE by_range_old IS 'a part';
COMMENT ON COLUMN by_range_old.note IS 'a part''s column';
COMMENT ON INDEX measures_key IS 'on all of them';
ALTER TABLE by_list OWNER TO pgx_owner;
ALTER TABLE by_list_null OWNER TO pgx_reader;
GRANT SELECT ON by_range TO pgx_reader;
GRANT INSERT (id) ON by_range_new TO pgx_reader;
ALTER TABLE by_range REPLICA IDENTITY FULL;
ALTER TABLE ONLY by_list_ab ALTER amount SET STATISTICS 10;
ALTER TABLE by_hash_1 ALTER t SET STORAGE EXTERNAL;

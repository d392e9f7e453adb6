-- Publications of everything, of tables with filters and columns, of schemas.
-- roles: pgx_owner
SET client_min_messages = warning;
CREATE SCHEMA pub;
CREATE SCHEMA "Odd Schema";
SET search_path = pub;
SET client_min_messages = error;
CREATE TABLE one (id integer PRIMARY KEY, name text, "Odd Column" text);
CREATE TABLE two (id integer PRIMARY KEY);
CREATE TABLE "Odd Schema"."Odd Table" (id integer PRIMARY KEY);
CREATE TABLE parts (id integer PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
INSERT INTO one VALUES (1, 'a', 'b');

CREATE PUBLICATION pgx_all FOR ALL TABLES;
CREATE PUBLICATION pgx_none;
CREATE PUBLICATION pgx_some FOR TABLE one, two, "Odd Schema"."Odd Table";
CREATE PUBLICATION pgx_only_insert FOR TABLE two WITH (publish = 'insert');
CREATE PUBLICATION pgx_nothing WITH (publish = '');
CREATE PUBLICATION pgx_truncate FOR ALL TABLES WITH (publish = 'delete, truncate', publish_via_partition_root = true);
CREATE PUBLICATION pgx_filter FOR TABLE one WHERE (id > 5 AND id < 100) WITH (publish = 'insert');
CREATE PUBLICATION pgx_columns FOR TABLE one ("Odd Column", id), parts (id) WHERE (id <> 7) WITH (publish_via_partition_root = true);
CREATE PUBLICATION pgx_schemas FOR TABLES IN SCHEMA pub, "Odd Schema";
CREATE PUBLICATION pgx_both FOR TABLES IN SCHEMA "Odd Schema", TABLE one;
CREATE PUBLICATION "Odd ""Publication""" FOR TABLE parts_1;
COMMENT ON PUBLICATION pgx_some IS 'three of them';
ALTER PUBLICATION pgx_only_insert OWNER TO pgx_owner;

-- A database with something of every kind that a selection can keep or leave.
SET client_min_messages = warning;
COMMENT ON DATABASE :"DBNAME" IS 'to choose from';
CREATE SCHEMA shop;
CREATE SCHEMA "Stock Room";
CREATE SCHEMA shelf;
COMMENT ON SCHEMA shop IS 'what is sold';
GRANT USAGE ON SCHEMA shop TO PUBLIC;
CREATE EXTENSION hstore SCHEMA shelf;
CREATE EXTENSION pgx_shelf SCHEMA shelf;
INSERT INTO shelf.shelf_settings VALUES ('ours', 'mine', false);

CREATE TYPE shop.colour AS ENUM ('red', 'green');
CREATE DOMAIN shop.price AS numeric CHECK (VALUE >= 0);
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION public.twice(integer) RETURNS integer LANGUAGE sql AS $_$ SELECT $1 * 2 -- it's
$_$;
CREATE PROCEDURE shop.nothing() LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
CREATE AGGREGATE shop.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');

CREATE TABLE shop.customer (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL DEFAULT 'nobody' COLLATE "C",
    mail text COMPRESSION pglz UNIQUE,
    born date CHECK (born > '1900-01-01')
);
ALTER TABLE shop.customer ALTER COLUMN name SET STATISTICS 7;
COMMENT ON TABLE shop.customer IS 'who buys';
COMMENT ON COLUMN shop.customer.name IS 'as it''s written';
INSERT INTO shop.customer (name, mail, born) VALUES ('Ann', E'a\\b''c', '1990-05-06'), ('Bo' || chr(10) || chr(9) || 'b', NULL, NULL);
CREATE TABLE shop."Order" (
    id serial PRIMARY KEY,
    customer integer REFERENCES shop.customer,
    total shop.price,
    tint shop.colour DEFAULT 'red',
    made timestamp DEFAULT '2026-01-01',
    twice numeric GENERATED ALWAYS AS (total * 2) STORED
);
INSERT INTO shop."Order" (customer, total) VALUES (1, 10.50), (2, 'NaN'), (NULL, NULL);
CREATE INDEX order_total ON shop."Order" (total);
CREATE STATISTICS shop.order_both ON customer, total FROM shop."Order";
CREATE TRIGGER order_touch BEFORE UPDATE ON shop."Order" FOR EACH ROW EXECUTE FUNCTION shop.touch();
COMMENT ON TRIGGER order_touch ON shop."Order" IS 'on touch';
COMMENT ON INDEX shop.order_total IS 'for sums';
CREATE RULE order_quiet AS ON DELETE TO shop."Order" DO INSTEAD NOTHING;
ALTER TABLE shop."Order" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop."Order" USING (customer = 1);
COMMENT ON POLICY own ON shop."Order" IS 'their own';
GRANT SELECT ON shop."Order" TO PUBLIC;
GRANT UPDATE (total) ON shop."Order" TO PUBLIC;
CREATE VIEW shop.open_orders AS SELECT id, total FROM shop."Order" WHERE total > 0;
COMMENT ON VIEW shop.open_orders IS 'open';
CREATE MATERIALIZED VIEW shop.sums AS SELECT sum(total) AS s FROM shop."Order";
CREATE UNIQUE INDEX sums_s ON shop.sums (s);
CREATE VIEW public.over AS SELECT * FROM shop.open_orders;
CREATE SEQUENCE shop.ticket START 5 INCREMENT 5;
SELECT nextval('shop.ticket');
GRANT USAGE ON SEQUENCE shop.ticket TO PUBLIC;
CREATE SEQUENCE public.owned_elsewhere;
CREATE TABLE public.owner_of (n integer DEFAULT nextval('public.owned_elsewhere'));
ALTER SEQUENCE public.owned_elsewhere OWNED BY public.owner_of.n;

CREATE TABLE "Stock Room".log (at date NOT NULL, line text, level integer) PARTITION BY RANGE (at);
CREATE TABLE "Stock Room".log_old PARTITION OF "Stock Room".log FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
CREATE TABLE "Stock Room".log_new PARTITION OF "Stock Room".log FOR VALUES FROM ('2025-01-01') TO ('2030-01-01') PARTITION BY LIST (level);
CREATE TABLE "Stock Room".log_new_1 PARTITION OF "Stock Room".log_new FOR VALUES IN (1);
CREATE TABLE public.log_new_rest PARTITION OF "Stock Room".log_new DEFAULT;
CREATE INDEX log_at ON "Stock Room".log (at);
INSERT INTO "Stock Room".log VALUES ('2021-01-01', 'old', 1), ('2026-01-01', 'new', 1), ('2026-01-02', 'rest', 2);
CREATE TABLE public.animal (name text, legs integer);
CREATE TABLE public.bird (wings integer) INHERITS (public.animal);
CREATE TABLE shop.parrot (words text[]) INHERITS (public.bird);
INSERT INTO public.animal VALUES ('cat', 4);
INSERT INTO public.bird VALUES ('gull', 2, 2);
INSERT INTO shop.parrot VALUES ('ara', 2, 2, '{hello,"it''s me"}');
CREATE UNLOGGED TABLE public.scratch (a integer);
INSERT INTO public.scratch VALUES (1);
CREATE TABLE public.values (
    flag boolean, bits bit(3), many bit varying, small smallint, big bigint, single real, double double precision,
    exact numeric, bytes bytea, doc jsonb, span int4range, pairs shelf.hstore, "select" text
);
INSERT INTO public.values VALUES
    (true, '101', '1', -1, 9223372036854775807, '1e-40', 'Infinity', 'NaN', '\x00ff', '{"a": "b\\c"}', '[1,5)', 'a=>1', 'x'),
    (false, '000', '', 2, 3, -1.5, '-0', 1e20, '', 'null', 'empty', '', '');
INSERT INTO public.values DEFAULT VALUES;
CREATE TABLE public.nothing ();
INSERT INTO public.nothing DEFAULT VALUES;
CREATE TABLE public.only_generated (g integer GENERATED ALWAYS AS (1) STORED);
INSERT INTO public.only_generated DEFAULT VALUES;
CREATE TABLE public."a.b ""c""" (x integer);
CREATE TABLE public.late (a integer, CONSTRAINT "DROP CONSTRAINT" CHECK (a > 0) NOT VALID);
CREATE VIEW public.dummy AS SELECT 1 AS id, ''::text AS name;
CREATE TABLE public.keyed (id integer PRIMARY KEY, name text, other text);
CREATE OR REPLACE VIEW public.dummy AS SELECT id, name || other AS name FROM public.keyed GROUP BY id;

CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER away FOREIGN DATA WRAPPER far;
CREATE USER MAPPING FOR PUBLIC SERVER away;
CREATE FOREIGN TABLE shop.beyond (x integer) SERVER away;
CREATE PUBLICATION all_of_it FOR ALL TABLES;
CREATE PUBLICATION selected FOR TABLE shop.customer, TABLES IN SCHEMA public;
COMMENT ON PUBLICATION selected IS 'not all';
CREATE SUBSCRIPTION news CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE);
COMMENT ON SUBSCRIPTION news IS 'daily';
CREATE FUNCTION shop.seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON sql_drop WHEN TAG IN ('DROP SERVER') EXECUTE FUNCTION shop.seen();
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE TEXT SEARCH DICTIONARY shop.plain (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION public.plain (COPY = simple);
CREATE COLLATION public.coll FROM "C";
CREATE CAST (shop.colour AS integer) WITH INOUT;
CREATE OPERATOR shop.<<>> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4pl);
SELECT lo_from_bytea(424242, '\x0102'), lo_from_bytea(424243, '\x03');
COMMENT ON LARGE OBJECT 424242 IS 'a big one';
GRANT SELECT ON LARGE OBJECT 424243 TO PUBLIC;

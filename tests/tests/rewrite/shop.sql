-- A bit of everything that is dropped, or that names schemas.
CREATE EXTENSION pg_trgm;
CREATE SCHEMA sales;
CREATE TYPE sales.mood AS ENUM ('calm', 'cross');
CREATE DOMAIN sales.amount AS numeric CHECK (VALUE >= 0);
CREATE TABLE sales.customers (id serial PRIMARY KEY, name text NOT NULL UNIQUE, mood sales.mood DEFAULT 'calm');
CREATE TABLE sales.orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer integer REFERENCES sales.customers, amount sales.amount, CHECK (amount < 1000000));
CREATE INDEX orders_amount ON sales.orders (amount);
CREATE TABLE sales.events (id integer, at date) PARTITION BY RANGE (at);
CREATE TABLE sales.events_old PARTITION OF sales.events FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE public."DROP TABLE" ("DROP CONSTRAINT" integer CONSTRAINT "DROP" UNIQUE);
CREATE FUNCTION sales.total() RETURNS numeric LANGUAGE sql STABLE AS $$SELECT sum(amount) FROM sales.orders$$;
CREATE FUNCTION sales.follows() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(*) FROM sales.orders; END;
CREATE FUNCTION sales.stamp() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER stamped BEFORE INSERT ON sales.orders FOR EACH ROW EXECUTE FUNCTION sales.stamp();
CREATE VIEW sales.totals AS SELECT c.name, sum(o.amount) AS amount
    FROM sales.orders o JOIN sales.customers c ON c.id = o.customer GROUP BY c.id;
CREATE MATERIALIZED VIEW sales.counted AS SELECT count(*) AS orders FROM sales.orders;
ALTER TABLE sales.customers ENABLE ROW LEVEL SECURITY;
CREATE POLICY calm ON sales.customers USING (mood = 'calm');
CREATE RULE nothing AS ON DELETE TO sales.orders DO INSTEAD NOTHING;
CREATE PUBLICATION told FOR TABLE sales.orders;
CREATE STATISTICS sales.related ON id, customer FROM sales.orders;
INSERT INTO sales.customers (name) SELECT 'customer ' || i FROM generate_series(1, 20) i;
INSERT INTO sales.orders (customer, amount) SELECT 1 + i % 20, i FROM generate_series(1, 300) i;
INSERT INTO sales.events VALUES (1, '2019-12-31');
REFRESH MATERIALIZED VIEW sales.counted;
SELECT lo_from_bytea(4711, 'tea');

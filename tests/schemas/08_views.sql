-- Views, materialized views and rules.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA v;
SET search_path = v;
CREATE TABLE base (id integer PRIMARY KEY, name text, amount numeric(10,2), made timestamptz DEFAULT '2020-02-02 00:00+00');
INSERT INTO base SELECT i, 'n' || i, i * 1.25 FROM generate_series(1, 30) i;
CREATE TABLE log (what text, who name);

-- Views
CREATE VIEW simple AS SELECT * FROM base;
CREATE VIEW renamed (a, "B c", d) AS SELECT id, name, amount * 2 FROM base WHERE name <> 'it''s';
CREATE VIEW barrier WITH (security_barrier = true) AS SELECT id FROM base WHERE id > 3;
CREATE VIEW invoker WITH (security_invoker = true, security_barrier = false) AS SELECT id FROM base;
CREATE VIEW local_check WITH (security_barrier) AS SELECT id, name FROM base WHERE id < 100 WITH LOCAL CHECK OPTION;
CREATE VIEW cascaded AS SELECT id, name FROM local_check WHERE id > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW aaa_needs_later AS SELECT a.a, r.id FROM renamed a JOIN cascaded r ON r.id = a.a;
CREATE VIEW z_chain AS SELECT count(*) AS n FROM aaa_needs_later;
CREATE VIEW a_chain AS SELECT n FROM z_chain UNION ALL SELECT id FROM simple;
CREATE RECURSIVE VIEW counting (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE VIEW rich AS
    WITH w AS MATERIALIZED (SELECT id, row_number() OVER (PARTITION BY name ORDER BY amount DESC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS rn FROM base)
    SELECT w.id, CASE WHEN w.rn > 1 THEN 'many' ELSE NULL END AS "How Many", array_agg(b.name ORDER BY b.id) FILTER (WHERE b.id > 1) AS names,
        (SELECT max(amount) FROM base) AS biggest, ROW(max(b.name), 1)::text AS whole, grouping(w.id) AS g
    FROM w LEFT JOIN base b USING (id) CROSS JOIN LATERAL unnest(ARRAY[1, 2]) AS u(x)
    GROUP BY GROUPING SETS ((w.id, w.rn), ()) HAVING count(*) > 0 ORDER BY 1 NULLS FIRST LIMIT 10;
CREATE VIEW no_rows AS SELECT;
CREATE VIEW with_default AS SELECT id, name FROM base;
ALTER VIEW with_default ALTER COLUMN name SET DEFAULT 'from the view';
CREATE VIEW typed_null AS SELECT NULL::integer AS n, 'unknown' AS u, '2020-01-01'::date AS d, 1.50::numeric(10,3) AS q;
COMMENT ON VIEW renamed IS 'with other names';
COMMENT ON COLUMN renamed."B c" IS 'was name';
ALTER VIEW barrier OWNER TO pgx_owner;
GRANT SELECT ON simple TO pgx_reader;
GRANT UPDATE (name) ON simple TO pgx_reader;

-- Materialized views
CREATE MATERIALIZED VIEW filled AS SELECT id, amount FROM base WHERE id % 2 = 0;
CREATE MATERIALIZED VIEW not_filled AS SELECT * FROM base WITH NO DATA;
CREATE MATERIALIZED VIEW a_on_z WITH (fillfactor = 80) AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW z_deep (n, total) AS SELECT count(*), sum(amount) FROM filled;
CREATE MATERIALIZED VIEW b_deeper AS SELECT z_deep.n + 1 AS n1 FROM z_deep, a_chain LIMIT 1;
CREATE MATERIALIZED VIEW on_not_filled AS SELECT count(*) AS n FROM not_filled WITH NO DATA;
CREATE UNIQUE INDEX filled_id ON filled (id);
CREATE INDEX not_filled_name ON not_filled (lower(name));
ALTER MATERIALIZED VIEW filled ALTER amount SET STATISTICS 77;
ALTER MATERIALIZED VIEW filled ALTER amount SET STORAGE PLAIN;
COMMENT ON MATERIALIZED VIEW filled IS 'even ones';
COMMENT ON COLUMN filled.amount IS 'of each';
ALTER MATERIALIZED VIEW z_deep OWNER TO pgx_owner;
GRANT SELECT ON base, filled, z_chain, a_chain TO pgx_owner;

-- Rules
CREATE RULE insert_too AS ON INSERT TO simple DO INSTEAD INSERT INTO base VALUES (NEW.id, NEW.name) RETURNING base.*;
CREATE RULE nothing_happens AS ON DELETE TO base WHERE OLD.id < 0 DO INSTEAD NOTHING;
CREATE RULE "Also Log" AS ON UPDATE TO base DO ALSO (INSERT INTO log VALUES (NEW.name || ' it''s', CURRENT_USER); NOTIFY changed);
CREATE RULE switched_off AS ON INSERT TO log WHERE NEW.what IS NULL DO INSTEAD NOTHING;
CREATE RULE always_on AS ON DELETE TO log DO ALSO NOTIFY logged;
CREATE RULE on_replica AS ON UPDATE TO log DO INSTEAD NOTHING;
ALTER TABLE log DISABLE RULE switched_off;
ALTER TABLE log ENABLE ALWAYS RULE always_on;
ALTER TABLE log ENABLE REPLICA RULE on_replica;
COMMENT ON RULE "Also Log" ON base IS 'keeps a trace';

-- A view that must exist before the function that it needs: through the row type of the view.
CREATE VIEW ring AS SELECT 1 AS id, NULL::text AS name;
CREATE FUNCTION of_ring(c ring) RETURNS integer LANGUAGE sql AS 'SELECT $1.id';
CREATE OR REPLACE VIEW ring AS SELECT id, name FROM base WHERE of_ring(ROW(id, name)::ring) > 0;
CREATE VIEW on_ring AS SELECT id FROM ring;
COMMENT ON VIEW ring IS 'round';
COMMENT ON COLUMN ring.id IS 'and round';

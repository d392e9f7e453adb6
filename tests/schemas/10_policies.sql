-- Row security and its policies.
-- roles: pgx_owner, pgx_reader, Pgx "Odd" Role
SET client_min_messages = warning;
CREATE SCHEMA rls;
SET search_path = rls;
CREATE TABLE guarded (id integer, who name DEFAULT CURRENT_USER, secret text);
INSERT INTO guarded VALUES (1, 'pgx_reader', 'a'), (2, 'postgres', 'b');
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
CREATE TABLE forced (id integer);
INSERT INTO forced VALUES (1);
ALTER TABLE forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE TABLE only_forced (id integer);
ALTER TABLE only_forced FORCE ROW LEVEL SECURITY;
CREATE TABLE policies_but_off (id integer);
CREATE TABLE lookup (id integer PRIMARY KEY, allowed boolean);
INSERT INTO lookup VALUES (1, true);

CREATE POLICY everything ON guarded;
CREATE POLICY own_rows ON guarded FOR SELECT USING (who = CURRENT_USER);
CREATE POLICY inserts ON guarded FOR INSERT TO pgx_reader WITH CHECK (id > 0 AND secret <> 'it''s');
CREATE POLICY updates ON guarded FOR UPDATE TO pgx_reader, pgx_owner, "Pgx ""Odd"" Role" USING (id < 10) WITH CHECK (id < 20);
CREATE POLICY deletes ON guarded AS RESTRICTIVE FOR DELETE TO PUBLIC USING (false);
CREATE POLICY "Odd Policy" ON guarded AS RESTRICTIVE FOR ALL TO CURRENT_USER USING (EXISTS (SELECT 1 FROM lookup WHERE lookup.id = guarded.id AND allowed));
CREATE POLICY on_forced ON forced USING (true);
CREATE POLICY dormant ON policies_but_off FOR SELECT USING (pg_has_role('pgx_owner', 'member'));
COMMENT ON POLICY own_rows ON guarded IS 'each his own';
COMMENT ON POLICY "Odd Policy" ON guarded IS 'odd';
ALTER TABLE guarded OWNER TO pgx_owner;

CREATE TABLE parts (id integer) PARTITION BY HASH (id);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
ALTER TABLE parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY on_parts ON parts USING (id > 0);
CREATE POLICY on_part ON parts_0 USING (id > 1);

-- Privileges: of objects, columns and by default, with grant options and other grantors.
-- roles: pgx_owner, pgx_reader, pgx_writer, Pgx "Odd" Role
SET client_min_messages = warning;
CREATE SCHEMA acl;
GRANT ALL ON SCHEMA acl TO pgx_owner WITH GRANT OPTION;
SET search_path = acl;
CREATE TABLE plain (id integer, name text, secret text);
CREATE TABLE owned (id integer, name text);
ALTER TABLE owned OWNER TO pgx_owner;
CREATE TABLE nothing_left (id integer);
CREATE TABLE columns (a integer, "B c" text, d date);
CREATE VIEW seen AS SELECT id FROM plain;
CREATE SEQUENCE numbers;
CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE TYPE kind AS ENUM ('a');
CREATE DOMAIN word AS text;
CREATE PROCEDURE p() LANGUAGE sql AS '';

GRANT SELECT, INSERT ON plain TO pgx_reader;
GRANT ALL ON plain TO pgx_writer;
GRANT SELECT ON plain TO PUBLIC;
GRANT UPDATE, DELETE ON plain TO "Pgx ""Odd"" Role" WITH GRANT OPTION;
GRANT TRUNCATE, REFERENCES, TRIGGER ON plain TO pgx_reader WITH GRANT OPTION;
REVOKE ALL ON nothing_left FROM CURRENT_USER;
REVOKE INSERT, UPDATE ON owned FROM pgx_owner;

-- granted on by somebody who was allowed to
GRANT USAGE ON SCHEMA acl TO "Pgx ""Odd"" Role", pgx_writer, pgx_reader;
SET ROLE "Pgx ""Odd"" Role";
GRANT UPDATE ON acl.plain TO pgx_reader WITH GRANT OPTION;
GRANT DELETE ON acl.plain TO PUBLIC;
SET ROLE pgx_reader;
GRANT UPDATE ON acl.plain TO pgx_owner;
SET ROLE pgx_owner;
GRANT SELECT ON acl.owned TO pgx_reader WITH GRANT OPTION;
GRANT USAGE ON SCHEMA acl TO PUBLIC;
SET ROLE pgx_reader;
GRANT SELECT ON acl.owned TO pgx_writer;
RESET ROLE;

GRANT SELECT (a), UPDATE (a, "B c") ON columns TO pgx_reader;
GRANT INSERT ("B c") ON columns TO PUBLIC;
GRANT REFERENCES (d) ON columns TO pgx_writer WITH GRANT OPTION;
GRANT ALL (a) ON columns TO pgx_owner;
GRANT SELECT ON columns TO pgx_writer;
GRANT SELECT (id) ON seen TO pgx_reader;
GRANT SELECT ON seen TO pgx_writer;
GRANT USAGE ON SEQUENCE numbers TO pgx_reader, pgx_writer WITH GRANT OPTION;
GRANT ALL ON SEQUENCE numbers TO pgx_owner;
REVOKE EXECUTE ON FUNCTION f(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f(integer) TO pgx_reader;
REVOKE ALL ON FUNCTION f(integer) FROM CURRENT_USER;
REVOKE EXECUTE ON PROCEDURE p() FROM PUBLIC;
REVOKE USAGE ON TYPE kind FROM PUBLIC;
GRANT USAGE ON DOMAIN word TO pgx_reader WITH GRANT OPTION;

-- public is not as it was made
GRANT ALL ON SCHEMA public TO pgx_owner;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO pgx_reader;
CREATE TABLE public.in_public (id integer);

-- of objects that the system made
GRANT EXECUTE ON FUNCTION pg_catalog.pg_reload_conf() TO pgx_reader;
GRANT SELECT ON pg_catalog.pg_authid TO pgx_reader;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;
GRANT SELECT (rolname, rolsuper) ON pg_catalog.pg_authid TO pgx_writer;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO pgx_owner;

-- by default
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pgx_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA acl GRANT INSERT, UPDATE ON TABLES TO pgx_writer WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE pgx_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE pgx_owner IN SCHEMA acl GRANT EXECUTE ON FUNCTIONS TO "Pgx ""Odd"" Role";
ALTER DEFAULT PRIVILEGES FOR ROLE pgx_owner GRANT ALL ON SEQUENCES TO pgx_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE "Pgx ""Odd"" Role" REVOKE USAGE ON TYPES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "Pgx ""Odd"" Role" REVOKE ALL ON TYPES FROM "Pgx ""Odd"" Role";
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO pgx_reader;
CREATE TABLE made_after_defaults (id integer, name text);
CREATE FUNCTION made_after_defaults() RETURNS void LANGUAGE sql AS '';
REVOKE SELECT ON made_after_defaults FROM pgx_reader;

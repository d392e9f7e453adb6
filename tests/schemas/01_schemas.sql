-- Schemas: owners, comments, privileges, and what may be done to public.
-- roles: pgx_owner, pgx_reader, Pgx "Odd" Role
SET client_min_messages = warning;
CREATE SCHEMA plain;
CREATE SCHEMA owned AUTHORIZATION pgx_owner;
CREATE SCHEMA AUTHORIZATION pgx_reader;
CREATE SCHEMA "Mixed Case" AUTHORIZATION "Pgx ""Odd"" Role";
CREATE SCHEMA "quo""ted";
CREATE SCHEMA "select";
CREATE SCHEMA "1st";
CREATE SCHEMA empty_one;

COMMENT ON SCHEMA plain IS 'it''s plain';
COMMENT ON SCHEMA "quo""ted" IS E'two\nlines and a \\ backslash';
COMMENT ON SCHEMA public IS 'our own words';

GRANT USAGE ON SCHEMA plain TO pgx_reader;
GRANT CREATE, USAGE ON SCHEMA owned TO "Pgx ""Odd"" Role" WITH GRANT OPTION;
GRANT USAGE ON SCHEMA "Mixed Case" TO PUBLIC;
REVOKE CREATE ON SCHEMA owned FROM pgx_owner;

CREATE TABLE plain.thing (id integer);
CREATE TABLE owned.thing (id integer);
CREATE TABLE "Mixed Case"."Thing" (id integer);
CREATE TABLE "quo""ted"."thi""ng" (id integer);
CREATE TABLE "select"."table" (id integer);
INSERT INTO plain.thing VALUES (1);
INSERT INTO "quo""ted"."thi""ng" VALUES (2), (NULL);

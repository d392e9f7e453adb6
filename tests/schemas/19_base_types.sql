-- Base types with every option, types that are only declared, ranges and domains in circles with functions.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA base;
SET search_path = base;

CREATE TYPE full_option;
CREATE FUNCTION full_option_in(cstring) RETURNS full_option LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION full_option_out(full_option) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE FUNCTION full_option_recv(internal) RETURNS full_option LANGUAGE internal IMMUTABLE STRICT AS 'int4recv';
CREATE FUNCTION full_option_send(full_option) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int4send';
CREATE FUNCTION modifier_in(cstring[]) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'varchartypmodin';
CREATE FUNCTION modifier_out(integer) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'varchartypmodout';
CREATE FUNCTION full_option_analyze(internal) RETURNS boolean LANGUAGE internal STRICT AS 'array_typanalyze';
-- Before 14 there was no SUBSCRIPT, and what a type passed by value would do with ELEMENT was anyone's guess.
SELECT CASE WHEN current_setting('server_version_num')::int >= 140000
            THEN 'ELEMENT = int4, SUBSCRIPT = raw_array_subscript_handler,' END AS subscript \gset
CREATE TYPE full_option (
    INTERNALLENGTH = 4, INPUT = full_option_in, OUTPUT = full_option_out, RECEIVE = full_option_recv,
    SEND = full_option_send, TYPMOD_IN = modifier_in, TYPMOD_OUT = modifier_out, ANALYZE = full_option_analyze,
    DEFAULT = '1''2', :subscript CATEGORY = 'Z', PREFERRED = true,
    DELIMITER = ';', ALIGNMENT = int4, STORAGE = plain, PASSEDBYVALUE, COLLATABLE = true
);
COMMENT ON TYPE full_option IS 'has it all';
REVOKE USAGE ON TYPE full_option FROM PUBLIC;
GRANT USAGE ON TYPE full_option TO pgx_reader WITH GRANT OPTION;

CREATE TYPE "Plain";
CREATE FUNCTION plain_in(cstring) RETURNS "Plain" LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION plain_out("Plain") RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE "Plain" (INPUT = plain_in, OUTPUT = plain_out, ALIGNMENT = double, STORAGE = main);
ALTER TYPE "Plain" OWNER TO pgx_owner;
CREATE TABLE uses_them (a full_option, b "Plain"[]);

CREATE TYPE only_declared;
COMMENT ON TYPE only_declared IS 'nothing more';
ALTER TYPE only_declared OWNER TO pgx_owner;

CREATE TYPE whole_range;
CREATE FUNCTION whole(whole_range) RETURNS whole_range LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE whole_range AS RANGE (SUBTYPE = integer, CANONICAL = whole, SUBTYPE_DIFF = int4range_subdiff);

-- Its check calls a function that takes the domain: it is added late, and so is its comment.
CREATE DOMAIN in_a_circle AS integer;
CREATE FUNCTION fine(in_a_circle) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
ALTER DOMAIN in_a_circle ADD CONSTRAINT is_fine CHECK (fine(VALUE));
COMMENT ON CONSTRAINT is_fine ON DOMAIN in_a_circle IS 'late';
CREATE DOMAIN of_a_domain AS in_a_circle;

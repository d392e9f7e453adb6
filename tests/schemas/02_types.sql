-- Types: enums, composites, ranges, domains; their owners, comments and privileges.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA kinds;
SET search_path = kinds;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "great"', E'back\\slash');
ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';
CREATE TYPE nothing AS ENUM ();
CREATE TYPE "Odd Enum" AS ENUM ('Ä', ' ', '');
COMMENT ON TYPE mood IS 'how one feels';

CREATE TYPE pair AS (a integer, "B c" text COLLATE "C", d numeric(10,2)[]);
COMMENT ON TYPE pair IS 'two and one more';
COMMENT ON COLUMN pair.a IS 'the first';
COMMENT ON COLUMN pair."B c" IS E'the\nsecond';
CREATE TYPE nested AS (inner_pair pair, pairs pair[], feeling mood);
CREATE TYPE no_columns AS ();
CREATE TYPE loses_one AS (a integer, b integer, c integer);
ALTER TYPE loses_one DROP ATTRIBUTE b;

CREATE TYPE float_range AS RANGE (subtype = double precision, subtype_diff = float8mi);
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C", subtype_opclass = text_pattern_ops,
    multirange_type_name = "Many Texts");
CREATE TYPE numbers_range AS RANGE (subtype = integer);
CREATE TYPE strange AS RANGE (subtype = pg_catalog.bpchar, collation = "POSIX");
COMMENT ON TYPE float_range IS 'from here to there';

CREATE DOMAIN any_text AS text;
CREATE DOMAIN short AS character varying(10) COLLATE "C" DEFAULT 'none'::character varying NOT NULL
    CONSTRAINT not_empty CHECK (VALUE <> '') CONSTRAINT "No Spaces" CHECK (VALUE !~ ' ');
CREATE DOMAIN small AS numeric(6,3) DEFAULT 1.5 CHECK (VALUE < 100);
CREATE DOMAIN small_array AS small[] CHECK (array_length(VALUE, 1) < 5);
CREATE DOMAIN on_domain AS short CHECK (length(VALUE) > 2);
CREATE DOMAIN of_pair AS pair CHECK ((VALUE).a > 0);
CREATE DOMAIN later AS integer;
ALTER DOMAIN later ADD CONSTRAINT not_checked_yet CHECK (VALUE > 0) NOT VALID;
ALTER DOMAIN later ADD CONSTRAINT checked CHECK (VALUE < 1000);
COMMENT ON DOMAIN short IS 'not long';
COMMENT ON CONSTRAINT not_empty ON DOMAIN short IS 'nothing is not a text';
COMMENT ON CONSTRAINT not_checked_yet ON DOMAIN later IS 'one day';

CREATE FUNCTION is_even(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 0';
CREATE DOMAIN even AS integer CHECK (is_even(VALUE)) DEFAULT 2;

ALTER TYPE mood OWNER TO pgx_owner;
ALTER DOMAIN short OWNER TO pgx_owner;
REVOKE ALL ON TYPE pair FROM PUBLIC;
GRANT USAGE ON TYPE pair TO pgx_reader WITH GRANT OPTION;
REVOKE USAGE ON DOMAIN even FROM PUBLIC;
GRANT USAGE ON DOMAIN even TO pgx_reader;
REVOKE USAGE ON TYPE float_range FROM PUBLIC;

CREATE TABLE uses (
    id integer PRIMARY KEY, feeling mood DEFAULT 'meh', two pair DEFAULT ROW(1, 'x', NULL), deep nested,
    f float_range, t text_range, fm float_multirange, tm "Many Texts", nm numbers_multirange,
    s short, sm small, sa small_array, od on_domain, op of_pair, e even, moods mood[], ranges float_range[]
);
INSERT INTO uses (id, s, od) VALUES (1, 'abc', 'abcd');
INSERT INTO uses VALUES (2, 'it''s "great"', ROW(3, E'a,"b\\c\n', '{1.50,NULL}'), ROW(ROW(1, '', NULL), ARRAY[ROW(2, 'q', '{}')::pair], 'sad'),
    '[1.5,2.5)', '(a,b]', '{[1,2),[3,4)}', '{}', '{[1,5)}', 'xyz', 99.999, '{1,2}', 'defg', ROW(7, 'd', NULL), 4, '{sad,ok}', '{"[1,2]",empty}');

-- Casts, operators, their classes and families, access methods, transforms.
-- roles: pgx_owner
SET client_min_messages = warning;
CREATE SCHEMA ops;
SET search_path = ops;
CREATE TYPE pair AS (a integer, b integer);
CREATE TYPE mood AS ENUM ('ok');

CREATE FUNCTION to_pair(integer) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1, $1)::ops.pair';
CREATE FUNCTION from_pair(pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a';
CREATE CAST (integer AS pair) WITH FUNCTION to_pair(integer) AS ASSIGNMENT;
CREATE CAST (pair AS integer) WITH FUNCTION from_pair(pair);
CREATE CAST (pair AS text) WITH INOUT AS IMPLICIT;
CREATE CAST (integer AS date) WITHOUT FUNCTION;
COMMENT ON CAST (integer AS pair) IS 'twice the same';
CREATE TYPE has_a_cast_of_its_own AS RANGE (SUBTYPE = bigint);

CREATE FUNCTION lt(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a < ($2).a';
CREATE FUNCTION le(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a <= ($2).a';
CREATE FUNCTION eq(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a = ($2).a';
CREATE FUNCTION ne(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a <> ($2).a';
CREATE FUNCTION ge(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a >= ($2).a';
CREATE FUNCTION gt(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a > ($2).a';
CREATE FUNCTION cmp(pair, pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a - ($2).a';
CREATE FUNCTION cmp(pair, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a - $2';
CREATE FUNCTION neg(pair) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION "odd ("(pair, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a < $2';

CREATE OPERATOR === (LEFTARG = pair, RIGHTARG = pair, FUNCTION = eq, COMMUTATOR = ===, NEGATOR = <<>>,
    MERGES, HASHES, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR <<>> (LEFTARG = pair, RIGHTARG = pair, FUNCTION = ne, NEGATOR = ===);
CREATE OPERATOR <! (LEFTARG = pair, RIGHTARG = pair, FUNCTION = lt, COMMUTATOR = >!);
CREATE OPERATOR <! (LEFTARG = pair, RIGHTARG = integer, FUNCTION = "odd (");
CREATE OPERATOR <=! (LEFTARG = pair, RIGHTARG = pair, FUNCTION = le);
CREATE OPERATOR >=! (LEFTARG = pair, RIGHTARG = pair, FUNCTION = ge);
CREATE OPERATOR >! (LEFTARG = pair, RIGHTARG = pair, FUNCTION = gt, COMMUTATOR = <!);
CREATE OPERATOR <! (RIGHTARG = pair, FUNCTION = neg);
COMMENT ON OPERATOR <! (NONE, pair) IS 'minus';
COMMENT ON OPERATOR === (pair, pair) IS 'the same';
ALTER OPERATOR <<>> (pair, pair) OWNER TO pgx_owner;

CREATE OPERATOR FAMILY pairs USING btree;
COMMENT ON OPERATOR FAMILY pairs USING btree IS 'a family';
CREATE OPERATOR CLASS pair_ops DEFAULT FOR TYPE pair USING btree FAMILY pairs AS
    OPERATOR 1 <!, OPERATOR 2 <=!, OPERATOR 3 ===, OPERATOR 4 >=!, OPERATOR 5 >!, FUNCTION 1 cmp(pair, pair);
COMMENT ON OPERATOR CLASS pair_ops USING btree IS 'a class';
ALTER OPERATOR CLASS pair_ops USING btree OWNER TO pgx_owner;
ALTER OPERATOR FAMILY pairs USING btree ADD OPERATOR 1 <! (pair, integer), FUNCTION 1 (pair, integer) cmp(pair, integer);
CREATE OPERATOR CLASS pair_ops FOR TYPE pair USING hash AS OPERATOR 1 ===;
CREATE OPERATOR CLASS "Points" FOR TYPE point USING gist AS STORAGE box;
CREATE OPERATOR CLASS nothing_in_it FOR TYPE integer USING spgist AS STORAGE integer;
CREATE OPERATOR CLASS in_order FOR TYPE box USING gist AS OPERATOR 15 <-> (box, point) FOR ORDER BY pg_catalog.float_ops;
CREATE OPERATOR FAMILY nobody USING gin;
CREATE TABLE pairs (p pair);
CREATE INDEX pairs_by_pair ON pairs (p pair_ops DESC);

CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
CREATE ACCESS METHOD "Tree" TYPE INDEX HANDLER bthandler;
COMMENT ON ACCESS METHOD pile IS 'like heap';
CREATE TABLE piled (a integer) USING pile;

CREATE FUNCTION out_of_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE AS 'prsd_lextype';
CREATE FUNCTION into_sql(internal) RETURNS pair LANGUAGE internal IMMUTABLE AS 'prsd_lextype';
CREATE TRANSFORM FOR pair LANGUAGE plpgsql (FROM SQL WITH FUNCTION out_of_sql(internal), TO SQL WITH FUNCTION into_sql(internal));
CREATE TRANSFORM FOR mood LANGUAGE plpgsql (FROM SQL WITH FUNCTION out_of_sql(internal));
COMMENT ON TRANSFORM FOR pair LANGUAGE plpgsql IS 'both ways';
CREATE FUNCTION transformed(a pair, b mood) RETURNS integer LANGUAGE plpgsql TRANSFORM FOR TYPE pair, FOR TYPE mood AS 'BEGIN RETURN 1; END';

-- Functions, procedures and aggregates with every attribute they can have.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA fn;
SET search_path = fn, public;

-- Attributes
CREATE FUNCTION immutable_strict(a integer, b integer DEFAULT 5) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT a + b';
CREATE FUNCTION stable_leakproof(text) RETURNS boolean LANGUAGE sql STABLE LEAKPROOF COST 7 AS $$SELECT $1 = ''$$;
CREATE FUNCTION definer() RETURNS void LANGUAGE plpgsql SECURITY DEFINER PARALLEL SAFE COST 0.5 AS $$BEGIN END$$;
CREATE FUNCTION restricted() RETURNS SETOF integer LANGUAGE sql PARALLEL RESTRICTED ROWS 3 COST 1000 AS 'VALUES (1), (2), (3)';
CREATE FUNCTION few_rows() RETURNS SETOF record LANGUAGE plpgsql ROWS 12 AS 'BEGIN RETURN; END';
CREATE FUNCTION supported(integer) RETURNS SETOF integer LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION windowed() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE STRICT PARALLEL SAFE AS 'window_row_number';
CREATE FUNCTION in_c(integer) RETURNS integer LANGUAGE internal STRICT AS 'int4abs';

-- SET clauses: lists keep their quoting, values keep their text
CREATE FUNCTION with_path() RETURNS void LANGUAGE plpgsql
    SET search_path = fn, "Odd, Schema", pg_temp SET work_mem = '64MB' SET statement_timeout TO 1000
    SET "DateStyle" = 'ISO, DMY' SET application_name = 'it''s "me"' SET timezone TO 'Europe/Berlin'
    AS 'BEGIN END';
CREATE FUNCTION empty_path() RETURNS void LANGUAGE sql SET search_path = '' AS '';
CREATE FUNCTION extra_setting() RETURNS void LANGUAGE sql SET "my.Setting" = 'a b' SET my.other TO '' SET extra_float_digits FROM CURRENT AS '';

-- Arguments and results
CREATE FUNCTION arguments(IN a integer, INOUT b text, OUT c numeric, VARIADIC d integer[] DEFAULT '{}') LANGUAGE plpgsql AS 'BEGIN c := a; END';
CREATE FUNCTION unnamed(integer, text, double precision[]) RETURNS text[] LANGUAGE sql AS 'SELECT ARRAY[$2]';
CREATE FUNCTION defaults(a text DEFAULT 'it''s', b timestamp DEFAULT now(), c integer[] DEFAULT ARRAY[1, 2], d text DEFAULT NULL) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION returns_table(lowest integer) RETURNS TABLE (id integer, "Na me" text, amounts numeric(5,2)[]) LANGUAGE sql STABLE AS 'SELECT 1, NULL, NULL::numeric[]';
CREATE FUNCTION any_element(anyelement, VARIADIC anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION many_outs(OUT integer, OUT x text, OUT y bigint) RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, NULL::text, 2::bigint';
CREATE FUNCTION overloaded(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION overloaded(bigint) RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION overloaded(integer, text) RETURNS integer LANGUAGE sql AS 'SELECT 3';
CREATE FUNCTION overloaded() RETURNS integer LANGUAGE sql AS 'SELECT 4';
CREATE FUNCTION public.overloaded(integer) RETURNS integer LANGUAGE sql AS 'SELECT 5';
CREATE FUNCTION takes_typed(character(5), character varying, numeric, timestamp with time zone, bit varying, "char") RETURNS void LANGUAGE sql AS '';

-- Bodies: the quotes must not end inside them
CREATE FUNCTION dollars() RETURNS text LANGUAGE plpgsql AS $body$BEGIN RETURN $$a$$ || $_$b$_$ || $_X$c$_X$; END$body$;
CREATE FUNCTION dollar_at_end() RETURNS text LANGUAGE sql AS 'SELECT ''x$''';
CREATE FUNCTION ends_in_dollar() RETURNS text LANGUAGE sql AS 'SELECT 1::text --$';
CREATE FUNCTION one_quote() RETURNS text LANGUAGE sql AS 'SELECT ''it''''s''';
CREATE FUNCTION backslashes() RETURNS text LANGUAGE sql AS E'SELECT E''\\\\n'' -- \\';
CREATE FUNCTION empty_body() RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION newlines() RETURNS integer LANGUAGE plpgsql AS $$

DECLARE
	tab text := E'\t';
BEGIN
    -- a ; and a -- comment
    RETURN 1;
END;

$$;
CREATE FUNCTION unicode_body() RETURNS text LANGUAGE sql AS 'SELECT ''žluťoučký 東京 🐘''';

-- Bodies that the server has parsed
CREATE TABLE numbers (n integer PRIMARY KEY, label text);
INSERT INTO numbers SELECT i, 'number ' || i FROM generate_series(1, 20) i;
CREATE FUNCTION parsed_return(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN a * b + 1;
CREATE FUNCTION parsed_atomic(wanted integer) RETURNS text LANGUAGE sql BEGIN ATOMIC
    SELECT count(*) FROM numbers;
    SELECT label FROM numbers WHERE n = wanted;
END;
CREATE FUNCTION parsed_calls() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT parsed_return(2, 3); END;
CREATE FUNCTION parsed_row_type(r numbers) RETURNS text LANGUAGE sql RETURN r.label || '!';
CREATE FUNCTION returns_rows() RETURNS SETOF numbers LANGUAGE sql AS 'SELECT * FROM fn.numbers';

-- Procedures
CREATE PROCEDURE simple() LANGUAGE plpgsql AS $$BEGIN COMMIT; END$$;
CREATE PROCEDURE with_arguments(a integer, OUT c integer, INOUT b text DEFAULT 'x') LANGUAGE plpgsql SECURITY DEFINER SET search_path = fn AS $$BEGIN c := a; END$$;
CREATE PROCEDURE parsed_procedure(a integer) LANGUAGE sql BEGIN ATOMIC
    INSERT INTO numbers VALUES (a, 'new');
    DELETE FROM numbers WHERE n = a;
END;
CREATE PROCEDURE variadic_procedure(VARIADIC "Many" text[]) LANGUAGE sql AS 'SELECT 1';

-- Aggregates
CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE AGGREGATE total_parallel(numeric) (SFUNC = numeric_add, STYPE = numeric, COMBINEFUNC = numeric_add, PARALLEL = safe, SSPACE = 32);
CREATE FUNCTION finish(integer) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
CREATE AGGREGATE quoted_start(text) (SFUNC = textcat, STYPE = text, INITCOND = E'it''s \\ ');
CREATE AGGREGATE finished(a integer) (SFUNC = int4pl, STYPE = integer, FINALFUNC = finish, FINALFUNC_MODIFY = shareable, INITCOND = '7');
CREATE AGGREGATE biggest(integer) (SFUNC = int4larger, STYPE = integer, SORTOP = >);
CREATE AGGREGATE any_rows(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE moving(integer) (SFUNC = int4pl, STYPE = integer, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, MSSPACE = 8, MINITCOND = '0');
CREATE AGGREGATE middle(double precision ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = read_write);
CREATE AGGREGATE hypothetical(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE FUNCTION collect_step(text[], text, VARIADIC integer[]) RETURNS text[] LANGUAGE sql AS 'SELECT array_append($1, $2)';
CREATE AGGREGATE "Collect All"(text, VARIADIC integer[]) (SFUNC = collect_step, STYPE = text[], INITCOND = '{}');
CREATE AGGREGATE average_state(bigint) (SFUNC = int8_avg_accum, STYPE = internal, FINALFUNC = numeric_poly_avg, COMBINEFUNC = int8_avg_combine, SERIALFUNC = int8_avg_serialize, DESERIALFUNC = int8_avg_deserialize, PARALLEL = restricted);

-- Comments, owners, privileges
COMMENT ON FUNCTION overloaded(integer, text) IS 'the third';
COMMENT ON FUNCTION arguments(integer, text, integer[]) IS 'in, out, both';
COMMENT ON PROCEDURE with_arguments(integer, text) IS 'a procedure';
COMMENT ON AGGREGATE any_rows(*) IS 'counts';
COMMENT ON AGGREGATE middle(double precision ORDER BY anyelement) IS 'in between';
ALTER FUNCTION immutable_strict(integer, integer) OWNER TO pgx_owner;
ALTER PROCEDURE with_arguments(integer, text) OWNER TO pgx_owner;
ALTER AGGREGATE total(integer) OWNER TO pgx_owner;
REVOKE EXECUTE ON FUNCTION definer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION definer() TO pgx_reader;
GRANT EXECUTE ON FUNCTION overloaded() TO pgx_reader WITH GRANT OPTION;
REVOKE ALL ON PROCEDURE simple() FROM PUBLIC, CURRENT_USER;
GRANT EXECUTE ON PROCEDURE with_arguments(integer, text) TO pgx_reader;
REVOKE EXECUTE ON FUNCTION any_rows() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION middle(double precision, anyelement) TO pgx_owner;

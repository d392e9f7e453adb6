-- Large objects: contents of all sizes, holes, owners, privileges, comments.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE TABLE points_to (id integer, object oid);
SELECT lo_create(50001);
SELECT lo_from_bytea(50002, 'short');
SELECT lo_from_bytea(50003, decode(repeat('00ff10', 100000), 'hex'));
SELECT lo_from_bytea(50004, '\x00');
SELECT lo_create(50005);
SELECT lo_put(50005, 10000, 'after a hole');
SELECT lo_from_bytea(4000000001, convert_to(repeat('žluť', 1000), 'UTF8'));
SELECT lo_from_bytea(i::oid, ('number ' || i)::bytea) FROM generate_series(60001, 60030) i;
INSERT INTO points_to VALUES (1, 50002), (2, 50003);

ALTER LARGE OBJECT 50002 OWNER TO pgx_owner;
ALTER LARGE OBJECT 60007 OWNER TO pgx_owner;
COMMENT ON LARGE OBJECT 50003 IS 'it''s big';
COMMENT ON LARGE OBJECT 60008 IS 'eight';
GRANT SELECT ON LARGE OBJECT 50003 TO pgx_reader;
GRANT SELECT, UPDATE ON LARGE OBJECT 60008, 60009 TO pgx_reader WITH GRANT OPTION;
GRANT SELECT ON LARGE OBJECT 60010 TO PUBLIC;
REVOKE ALL ON LARGE OBJECT 60011 FROM CURRENT_USER;

-- More of one owner and with the same privileges than one entry has
DO $$
BEGIN
    FOR i IN 70001..71050 LOOP
        PERFORM lo_from_bytea(i::oid, ('one of many, ' || i)::bytea);
        EXECUTE format('ALTER LARGE OBJECT %s OWNER TO pgx_owner; GRANT SELECT ON LARGE OBJECT %s TO pgx_reader', i, i);
    END LOOP;
END
$$;
COMMENT ON LARGE OBJECT 70001 IS 'the first';
COMMENT ON LARGE OBJECT 71050 IS 'the last, of another entry';

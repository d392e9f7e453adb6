-- Collations of every provider that the server has, and conversions.
-- roles: pgx_owner
SET client_min_messages = warning;
CREATE SCHEMA coll;
SET search_path = coll;
CREATE COLLATION copied FROM "C";
CREATE COLLATION "Two" (LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE COLLATION one (LOCALE = 'POSIX');
ALTER COLLATION one OWNER TO pgx_owner;
COMMENT ON COLLATION copied IS 'by bytes';
CREATE TABLE texts (a text COLLATE "Two", b text COLLATE one);
CREATE DOMAIN sorted AS text COLLATE "Two";
CREATE TYPE sorted_range AS RANGE (SUBTYPE = text, COLLATION = one);
DO $$
BEGIN
    BEGIN
        CREATE COLLATION phone_book (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
        CREATE COLLATION loose (PROVIDER = icu, LOCALE = 'und', DETERMINISTIC = false);
        IF current_setting('server_version_num')::integer >= 160000 THEN
            EXECUTE $sql$ CREATE COLLATION ruled (PROVIDER = icu, LOCALE = 'und', RULES = '&V << w <<< W') $sql$;
        END IF;
    EXCEPTION WHEN feature_not_supported THEN
        NULL; -- a server built without ICU
    END;
    IF current_setting('server_version_num')::integer >= 170000 THEN
        EXECUTE $sql$ CREATE COLLATION inside (PROVIDER = builtin, LOCALE = 'C.UTF-8') $sql$;
    END IF;
END
$$;
CREATE CONVERSION plain FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE DEFAULT CONVERSION "The Usual" FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
COMMENT ON CONVERSION plain IS 'a conversion';

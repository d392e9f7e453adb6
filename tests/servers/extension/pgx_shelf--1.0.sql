-- Every sort of member that a dump must leave out, and two tables whose rows it must carry.
CREATE TYPE shelf_kind AS ENUM ('wood', 'steel');

CREATE TABLE shelf_settings (
    name text PRIMARY KEY,
    value text,
    stock boolean NOT NULL DEFAULT false
);
INSERT INTO shelf_settings VALUES ('height', '200', true), ('width', '80', true);

CREATE SEQUENCE shelf_numbers START 100;

CREATE TABLE shelf_places (
    id integer PRIMARY KEY DEFAULT nextval('shelf_numbers'),
    setting text REFERENCES shelf_settings,
    kind shelf_kind
);

CREATE TABLE shelf_cache (key text, value text);

CREATE FUNCTION shelf_area() RETURNS integer LANGUAGE sql STABLE AS $$ SELECT 200 * 80 $$;

CREATE VIEW shelf_overview AS SELECT name, value FROM shelf_settings;

-- Rows with stock = true come with the extension; only the others are the user's.
SELECT pg_catalog.pg_extension_config_dump('shelf_settings', 'WHERE NOT stock');
SELECT pg_catalog.pg_extension_config_dump('shelf_places', '');
SELECT pg_catalog.pg_extension_config_dump('shelf_numbers', '');

GRANT SELECT ON shelf_settings TO PUBLIC;

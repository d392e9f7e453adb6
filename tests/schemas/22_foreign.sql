-- Foreign-data wrappers, servers, user mappings, and tables on them that nobody can read.
-- roles: pgx_owner, pgx_reader
SET client_min_messages = warning;
CREATE SCHEMA far;
SET search_path = far;
CREATE FUNCTION checks(text[], oid) RETURNS void LANGUAGE internal AS 'postgresql_fdw_validator';
CREATE FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN DATA WRAPPER "With Options" VALIDATOR checks;
CREATE FOREIGN DATA WRAPPER options OPTIONS (a '1', "B c" 'it''s');
COMMENT ON FOREIGN DATA WRAPPER nothing IS 'reads nothing';
GRANT USAGE ON FOREIGN DATA WRAPPER nothing TO pgx_reader WITH GRANT OPTION;
CREATE SERVER plain FOREIGN DATA WRAPPER nothing;
CREATE SERVER "Odd One" TYPE 'it''s' VERSION '1.0' FOREIGN DATA WRAPPER nothing OPTIONS (host 'h', "Port" '1');
COMMENT ON SERVER plain IS 'a server';
GRANT USAGE ON FOREIGN SERVER plain TO pgx_owner;
CREATE USER MAPPING FOR PUBLIC SERVER plain OPTIONS (password 'p''w', "User" 'u');
CREATE USER MAPPING FOR pgx_owner SERVER plain;
CREATE USER MAPPING FOR pgx_owner SERVER "Odd One" OPTIONS (password 'x');
CREATE FOREIGN TABLE away (a integer OPTIONS (x 'y') NOT NULL, b text) SERVER "Odd One" OPTIONS (t 'u', "V" 'w');
COMMENT ON FOREIGN TABLE away IS 'elsewhere';

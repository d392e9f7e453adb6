-- Subscriptions that were made without connecting, with the options that every server has.
-- roles: pgx_owner
SET client_min_messages = error;
CREATE SUBSCRIPTION plain CONNECTION 'dbname=nowhere' PUBLICATION news WITH (connect = false);
CREATE SUBSCRIPTION "Odd ""one" CONNECTION 'dbname=''no where'' application_name=it''s' PUBLICATION news, "Odd News"
    WITH (connect = false, slot_name = NONE, synchronous_commit = local);
CREATE SUBSCRIPTION slot CONNECTION 'dbname=nowhere' PUBLICATION news WITH (connect = false, slot_name = 'some_slot');
COMMENT ON SUBSCRIPTION plain IS 'comes by itself';
ALTER SUBSCRIPTION plain OWNER TO postgres;

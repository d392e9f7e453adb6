-- Subscriptions that were made without connecting, with the options that every server has.
-- roles: pgx_owner
SET client_min_messages = error;
CREATE SUBSCRIPTION plain CONNECTION 'dbname=nowhere' PUBLICATION news WITH (connect = false);
CREATE SUBSCRIPTION "Odd ""one" CONNECTION 'dbname=''no where'' application_name=it''s' PUBLICATION news, "Odd News"
    WITH (connect = false, slot_name = NONE, synchronous_commit = local);
CREATE SUBSCRIPTION slot CONNECTION 'dbname=nowhere' PUBLICATION news WITH (connect = false, slot_name = 'some_slot');
COMMENT ON SUBSCRIPTION plain IS 'comes by itself';
ALTER SUBSCRIPTION plain OWNER TO postgres;

-- What came with later majors
SELECT current_setting('server_version_num')::integer / 10000 AS major \gset
SELECT :major >= 14 AS has_14, :major >= 15 AS has_15, :major >= 16 AS has_16, :major >= 17 AS has_17 \gset
\if :has_14
CREATE SUBSCRIPTION of_14 CONNECTION 'dbname=nowhere' PUBLICATION news WITH (connect = false, binary = true, streaming = on);
\endif
\if :has_15
CREATE SUBSCRIPTION of_15 CONNECTION 'dbname=nowhere' PUBLICATION news WITH (connect = false, two_phase = true, disable_on_error = true);
\endif
\if :has_16
CREATE SUBSCRIPTION of_16 CONNECTION 'dbname=nowhere' PUBLICATION news
    WITH (connect = false, streaming = parallel, origin = none, password_required = false, run_as_owner = true);
\endif
\if :has_17
CREATE SUBSCRIPTION of_17 CONNECTION 'dbname=nowhere' PUBLICATION news WITH (connect = false, slot_name = 'other_slot', failover = true);
\endif

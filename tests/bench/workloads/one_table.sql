-- One big table with three indexes; about 500 MB at rows=3900000, indexes aside.
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT setseed(0.25) \g /dev/null

CREATE TABLE readings (
    id bigint NOT NULL,
    sensor integer NOT NULL,
    at timestamptz NOT NULL,
    temperature double precision,
    humidity double precision,
    pressure double precision,
    valid boolean NOT NULL,
    note text,
    raw bytea
);
INSERT INTO readings
SELECT i, i::bigint * 7919 % 5000, timestamptz '2020-01-01 00:00:00+00' + i * interval '13 seconds',
       random() * 40 - 10, random(), 950 + random() * 100, i % 17 > 0,
       'from station ' || i % 997, decode(md5(i::text), 'hex')
FROM generate_series(1, :rows) i;

ALTER TABLE readings ADD PRIMARY KEY (id);
CREATE INDEX readings_by_sensor ON readings (sensor, at);
CREATE INDEX readings_by_time ON readings (at);

-- Large objects of 8 kB that do not compress.
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT count(lo_from_bytea(0, (SELECT string_agg(sha512(convert_to(i || '/' || piece, 'UTF8')), NULL) FROM generate_series(1, 128) piece)))
FROM generate_series(1, :objects) i \g /dev/null

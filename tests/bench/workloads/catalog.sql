-- Very many tables without rows: what reading the catalogs costs. Each table gives four entries: itself, its
-- key, an index and a comment.
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT set_config('bench.tables', :'tables', false) \g /dev/null

DO $$
BEGIN
    FOR i IN 1..current_setting('bench.tables')::integer LOOP
        EXECUTE format($table$
            CREATE TABLE part_%1$s (
                id integer PRIMARY KEY,
                name varchar(40) NOT NULL,
                amount numeric(10,2) DEFAULT 0,
                changed timestamptz DEFAULT now()
            );
            CREATE INDEX part_%1$s_changed ON part_%1$s (changed);
            COMMENT ON TABLE part_%1$s IS 'number %1$s of very many';
        $table$, i);
        IF i % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END $$;

-- Text search: parsers, templates, dictionaries, configurations.
-- roles: pgx_owner
SET client_min_messages = warning;
CREATE SCHEMA words;
SET search_path = words;
CREATE TEXT SEARCH TEMPLATE prepared (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH TEMPLATE "Bare" (LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER whole (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    HEADLINE = prsd_headline, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH PARSER "No Headlines" (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH DICTIONARY mine (TEMPLATE = prepared);
CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, LANGUAGE = 'english', STOPWORDS = 'english');
CREATE TEXT SEARCH DICTIONARY refuses (TEMPLATE = pg_catalog.simple, STOPWORDS = english, ACCEPT = false);
CREATE TEXT SEARCH CONFIGURATION copied (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION copied ALTER MAPPING FOR word, int WITH stems, pg_catalog.simple;
ALTER TEXT SEARCH CONFIGURATION copied DROP MAPPING FOR email;
CREATE TEXT SEARCH CONFIGURATION own (PARSER = whole);
ALTER TEXT SEARCH CONFIGURATION own ADD MAPPING FOR asciiword, float WITH refuses, mine;
CREATE TEXT SEARCH CONFIGURATION "Empty" (PARSER = "No Headlines");
COMMENT ON TEXT SEARCH PARSER whole IS 'a parser';
COMMENT ON TEXT SEARCH TEMPLATE prepared IS 'a template';
COMMENT ON TEXT SEARCH DICTIONARY mine IS 'a dictionary';
COMMENT ON TEXT SEARCH CONFIGURATION own IS 'a configuration';
ALTER TEXT SEARCH DICTIONARY mine OWNER TO pgx_owner;
ALTER TEXT SEARCH CONFIGURATION own OWNER TO pgx_owner;

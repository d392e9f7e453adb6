-- The facts about a database that its schema does not show, one a line; what a copy must have in common
-- with its source. For psql -X -A -t; asked by the tests and by the demo.
--
-- Rows are compared by their number and a sum of hashes of their text, columns in the order of their
-- names, so that neither the order of rows nor that of columns matters.
\set QUIET 1
set search_path = '';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set timezone = 'UTC';
set extra_float_digits = 3;
set bytea_output = 'hex';
set row_security = off;
with user_relation as (
  select c.oid, c.relkind, c.relispopulated, format('%I.%I', n.nspname, c.relname) as name,
         (select string_agg(format('r.%I', a.attname), ', ' order by a.attname)
          from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm', 'S') and c.relpersistence <> 't'
    and n.nspname not in ('information_schema') and n.nspname not like 'pg\_%')
select case
  when relkind = 'S' then format('select %L, last_value, is_called from %s', 'sequence ' || name, name)
  when not relispopulated then format('select %L', 'not populated ' || name)
  else format('select %L, count(*), sum(pg_catalog.hashtextextended(row(%s)::text, 7)::numeric) from only %s r',
              'rows of ' || name, columns, name)
  end
from user_relation order by name
\gexec
select 'large object', m.oid, pg_catalog.md5(pg_catalog.lo_get(m.oid)), pg_catalog.pg_get_userbyid(m.lomowner),
       (select array_agg(a::text order by a::text) from unnest(m.lomacl) a),
       pg_catalog.obj_description(m.oid, 'pg_largeobject')
from pg_catalog.pg_largeobject_metadata m order by m.oid;
select 'number of ' || what, n from (
  select 'constraints ' || contype::text || convalidated::text, count(*) from pg_catalog.pg_constraint where contype <> 'n' group by 1
  union all select 'indexes ' || indisvalid::text || indisclustered::text || indisreplident::text, count(*) from pg_catalog.pg_index where indexrelid >= 16384 group by 1
  union all select 'triggers ' || tgenabled::text || tgisinternal::text, count(*) from pg_catalog.pg_trigger group by 1
  union all select 'functions', count(*) from pg_catalog.pg_proc where oid >= 16384
  union all select 'types ' || typtype::text, count(*) from pg_catalog.pg_type where oid >= 16384 group by 1
  union all select 'inheritances ' || coalesce(pg_catalog.to_jsonb(i) ->> 'inhdetachpending', 'false'), count(*) from pg_catalog.pg_inherits i group by 1 -- since 14
  union all select 'extension members ' || e.extname, count(*) from pg_catalog.pg_depend d
    join pg_catalog.pg_extension e on e.oid = d.refobjid
    where d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and d.deptype = 'e' group by 1
) counts (what, n) order by 1;

-- Every catalog query for servers of major 13, as `make golden` writes it.

-- roles, before the locks
SELECT (r.oid)::pg_catalog.text AS oid,
       (r.rolname)::pg_catalog.text AS name
FROM pg_catalog.pg_roles r;

-- built-in types, before the locks
SELECT (t.oid)::pg_catalog.text AS oid,
       (n.nspname)::pg_catalog.text AS schema,
       (t.typname)::pg_catalog.text AS name
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid < 16384 AND t.typtype <> 'c';

-- extensions, before the locks
SELECT (e.oid)::pg_catalog.text AS oid,
       (e.extname)::pg_catalog.text AS name,
       (n.nspname)::pg_catalog.text AS namespace,
       (e.extversion)::pg_catalog.text AS version,
       (e.extconfig)::pg_catalog.text AS config,
       (e.extcondition)::pg_catalog.text AS conditions
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace;

-- extension members, before the locks
SELECT (d.classid)::pg_catalog.text AS class,
       (d.objid)::pg_catalog.text AS oid,
       (d.refobjid)::pg_catalog.text AS extension
FROM pg_catalog.pg_depend d
WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e';

-- schemas, before the locks
SELECT (n.oid)::pg_catalog.text AS oid,
       (n.nspname)::pg_catalog.text AS name,
       (n.nspowner)::pg_catalog.text AS owner,
       (n.nspacl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('n', n.nspowner))::pg_catalog.text AS acldefault,
       (CASE WHEN n.nspname = 'public' THEN pg_catalog.acldefault('n', n.nspowner) || pg_catalog.makeaclitem(0, n.nspowner, 'USAGE', false) END)::pg_catalog.text AS initial
FROM pg_catalog.pg_namespace n;

-- relations, before the locks
SELECT (c.oid) AS oid,
       (c.relname) AS name,
       (c.relnamespace) AS schema,
       (c.relowner) AS owner,
       (c.relacl)::pg_catalog.text AS acl,
       (CASE WHEN c.relacl IS NOT NULL OR c.oid IN (SELECT p.objoid FROM pg_catalog.pg_init_privs p WHERE p.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass) THEN pg_catalog.acldefault(CASE WHEN c.relkind = 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner) END)::pg_catalog.text AS acldefault,
       (c.relkind) AS relkind,
       (c.relpersistence) AS persistence,
       (c.reltype) AS row_type,
       (c.reloftype) AS of_type,
       (c.relpages) AS pages,
       (c.reltuples)::pg_catalog.text AS tuples,
       (t.relpages) AS toast_pages,
       (c.relhasindex) AS has_index,
       (c.relhastriggers) AS has_triggers,
       (c.relhasrules) AS has_rules,
       (c.relispartition) AS is_partition,
       (c.relispopulated) AS is_populated,
       (c.relreplident) AS replica_identity,
       (c.relrowsecurity) AS row_security,
       (c.relforcerowsecurity) AS force_row_security,
       (pg_catalog.array_remove(pg_catalog.array_remove(c.reloptions, 'check_option=local'), 'check_option=cascaded'))::pg_catalog.text AS options,
       (CASE WHEN 'check_option=local' = ANY (c.reloptions) THEN 'LOCAL' WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN 'CASCADED' END)::pg_catalog.text AS check_option,
       (t.reloptions)::pg_catalog.text AS toast_options,
       (s.spcname) AS tablespace,
       (a.amname) AS access_method,
       (f.ftserver) AS foreign_server,
       (d.refobjid) AS owning_table,
       (d.refobjsubid) AS owning_column,
       (d.deptype = 'i') AS is_identity
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid AND t.relkind = 't' AND c.relkind <> 'p'
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
LEFT JOIN pg_catalog.pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
     AND d.objid = c.oid AND d.objsubid = 0
     AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
  AND c.relpersistence <> 't'
  AND (c.oid >= 16384
       OR c.relacl IS DISTINCT FROM (SELECT p.initprivs FROM pg_catalog.pg_init_privs p
                                     WHERE p.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                       AND p.objoid = c.oid AND p.objsubid = 0)
       OR c.oid IN (SELECT x.attrelid FROM pg_catalog.pg_attribute x
                    WHERE x.attrelid < 16384 AND x.attacl IS NOT NULL))
ORDER BY c.oid;

-- inheritance, before the locks
SELECT (i.inhrelid)::pg_catalog.text AS child,
       (i.inhparent)::pg_catalog.text AS parent
FROM pg_catalog.pg_inherits i ORDER BY i.inhrelid, i.inhseqno;

-- types, before the locks
SELECT (t.oid) AS oid,
       (t.typname) AS name,
       (t.typnamespace) AS schema,
       (t.typowner) AS owner,
       (t.typacl)::pg_catalog.text AS acl,
       (CASE WHEN t.typacl IS NOT NULL OR t.oid IN (SELECT p.objoid FROM pg_catalog.pg_init_privs p WHERE p.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass) THEN pg_catalog.acldefault('T', t.typowner) END)::pg_catalog.text AS acldefault,
       (t.typtype) AS typtype,
       (t.typisdefined) AS is_defined,
       (t.typrelid) AS relation,
       (c.relkind) AS relkind,
       (e.typarray = t.oid) AS is_array
FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
WHERE t.oid >= 16384
  AND ((e.typarray = t.oid OR c.relkind <> 'c') IS NOT TRUE
       OR t.oid IN (SELECT d.refobjid FROM pg_catalog.pg_depend d
                    WHERE d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.deptype <> 'i')
       OR t.typarray IN (SELECT d.refobjid FROM pg_catalog.pg_depend d
                         WHERE d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.deptype <> 'i'))
   OR ((t.typacl IS NOT NULL
        OR t.oid IN (SELECT p.objoid FROM pg_catalog.pg_init_privs p
                     WHERE p.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass))
       AND t.typacl IS DISTINCT FROM (SELECT p.initprivs FROM pg_catalog.pg_init_privs p
                                      WHERE p.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass
                                        AND p.objoid = t.oid AND p.objsubid = 0))
ORDER BY t.oid;

-- functions, before the locks
SELECT (p.oid)::pg_catalog.text AS oid,
       (p.proname)::pg_catalog.text AS name,
       (p.pronamespace)::pg_catalog.text AS schema,
       (p.proowner)::pg_catalog.text AS owner,
       (p.proacl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('f', p.proowner))::pg_catalog.text AS acldefault,
       (p.prokind)::pg_catalog.text AS kind,
       (p.proargtypes)::pg_catalog.text AS arguments,
       (p.proacl IS DISTINCT FROM i.initprivs)::pg_catalog.text AS has_own_acl
FROM pg_catalog.pg_proc p
LEFT JOIN pg_catalog.pg_init_privs i
       ON i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND i.objoid = p.oid AND i.objsubid = 0
WHERE p.prokind <> 'a'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                    AND d.objid = p.oid AND d.deptype = 'i')
  AND (p.oid >= 16384
       OR p.proacl IS DISTINCT FROM i.initprivs
       OR EXISTS (SELECT FROM pg_catalog.pg_cast c WHERE c.oid >= 16384 AND c.castfunc = p.oid)
       OR EXISTS (SELECT FROM pg_catalog.pg_transform t
                  WHERE t.oid >= 16384 AND p.oid IN (t.trffromsql, t.trftosql)))
ORDER BY p.oid;

-- aggregates, before the locks
SELECT (p.oid)::pg_catalog.text AS oid,
       (p.proname)::pg_catalog.text AS name,
       (p.pronamespace)::pg_catalog.text AS schema,
       (p.proowner)::pg_catalog.text AS owner,
       (p.proacl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('f', p.proowner))::pg_catalog.text AS acldefault,
       (p.proargtypes)::pg_catalog.text AS arguments,
       (p.proacl IS DISTINCT FROM i.initprivs)::pg_catalog.text AS has_own_acl
FROM pg_catalog.pg_proc p
LEFT JOIN pg_catalog.pg_init_privs i
       ON i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND i.objoid = p.oid AND i.objsubid = 0
WHERE p.prokind = 'a' AND (p.oid >= 16384 OR p.proacl IS DISTINCT FROM i.initprivs)
ORDER BY p.oid;

-- languages, before the locks
SELECT (l.oid)::pg_catalog.text AS oid,
       (l.lanname)::pg_catalog.text AS name,
       (l.lanowner)::pg_catalog.text AS owner,
       (l.lanacl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('l', l.lanowner))::pg_catalog.text AS acldefault,
       (l.lanpltrusted)::pg_catalog.text AS is_trusted,
       (l.lanplcallfoid)::pg_catalog.text AS handler,
       (l.laninline)::pg_catalog.text AS inline,
       (l.lanvalidator)::pg_catalog.text AS validator
FROM pg_catalog.pg_language l WHERE l.lanispl ORDER BY l.oid;

-- collations, before the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (c.collname)::pg_catalog.text AS name,
       (c.collnamespace)::pg_catalog.text AS schema,
       (c.collowner)::pg_catalog.text AS owner,
       (c.collencoding)::pg_catalog.text AS encoding,
       (c.collprovider)::pg_catalog.text AS provider,
       (c.collisdeterministic)::pg_catalog.text AS is_deterministic,
       (c.collcollate)::pg_catalog.text AS collate,
       (c.collctype)::pg_catalog.text AS ctype,
       (CASE WHEN c.collprovider = 'i' THEN c.collcollate END)::pg_catalog.text AS locale,
       (NULL)::pg_catalog.text AS rules
FROM pg_catalog.pg_collation c WHERE c.oid >= 16384 ORDER BY c.oid;

-- transforms, before the locks
SELECT (r.oid)::pg_catalog.text AS oid,
       (t.typname::pg_catalog.text || ' ' || l.lanname::pg_catalog.text)::pg_catalog.text AS name,
       (pg_catalog.format_type(t.oid, NULL))::pg_catalog.text AS type,
       (l.lanname)::pg_catalog.text AS language,
       (fn.nspname)::pg_catalog.text AS from_schema,
       (f.proname)::pg_catalog.text AS from_name,
       (SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM pg_catalog.unnest(f.proargtypes) WITH ORDINALITY AS a(type, place))::pg_catalog.text AS from_arguments,
       (gn.nspname)::pg_catalog.text AS to_schema,
       (g.proname)::pg_catalog.text AS to_name,
       (SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM pg_catalog.unnest(g.proargtypes) WITH ORDINALITY AS a(type, place))::pg_catalog.text AS to_arguments
FROM pg_catalog.pg_transform r
JOIN pg_catalog.pg_type t ON t.oid = r.trftype
JOIN pg_catalog.pg_language l ON l.oid = r.trflang
LEFT JOIN pg_catalog.pg_proc f ON f.oid = r.trffromsql
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_catalog.pg_proc g ON g.oid = r.trftosql
LEFT JOIN pg_catalog.pg_namespace gn ON gn.oid = g.pronamespace
WHERE r.oid >= 16384
ORDER BY r.trftype, r.trflang;

-- casts, before the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (s.typname::pg_catalog.text || ' ' || t.typname::pg_catalog.text)::pg_catalog.text AS name,
       (pg_catalog.format_type(s.oid, NULL))::pg_catalog.text AS source,
       (pg_catalog.format_type(t.oid, NULL))::pg_catalog.text AS target,
       (c.castmethod)::pg_catalog.text AS method,
       (c.castcontext)::pg_catalog.text AS context,
       (n.nspname)::pg_catalog.text AS function_schema,
       (p.proname)::pg_catalog.text AS function,
       (SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a(type, place))::pg_catalog.text AS arguments
FROM pg_catalog.pg_cast c
JOIN pg_catalog.pg_type s ON s.oid = c.castsource
JOIN pg_catalog.pg_type t ON t.oid = c.casttarget
LEFT JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass
                    AND d.objid = c.oid AND d.deptype = 'i')
ORDER BY c.castsource, c.casttarget;

-- access methods, before the locks
SELECT (a.oid)::pg_catalog.text AS oid,
       (a.amname)::pg_catalog.text AS name,
       (a.amtype)::pg_catalog.text AS kind,
       (a.amhandler::pg_catalog.regproc)::pg_catalog.text AS handler
FROM pg_catalog.pg_am a WHERE a.oid >= 16384 ORDER BY a.oid;

-- operators, before the locks
SELECT (o.oid)::pg_catalog.text AS oid,
       (o.oprname)::pg_catalog.text AS name,
       (o.oprnamespace)::pg_catalog.text AS schema,
       (o.oprowner)::pg_catalog.text AS owner,
       (o.oprkind)::pg_catalog.text AS kind,
       (o.oprleft)::pg_catalog.text AS left_oid,
       (o.oprright)::pg_catalog.text AS right_oid,
       (o.oprleft::pg_catalog.regtype)::pg_catalog.text AS left_type,
       (o.oprright::pg_catalog.regtype)::pg_catalog.text AS right_type,
       (o.oprcode::pg_catalog.regprocedure)::pg_catalog.text AS function,
       (cn.nspname)::pg_catalog.text AS commutator_schema,
       (c.oprname)::pg_catalog.text AS commutator,
       (nn.nspname)::pg_catalog.text AS negator_schema,
       (n.oprname)::pg_catalog.text AS negator,
       (o.oprcanmerge)::pg_catalog.text AS merges,
       (o.oprcanhash)::pg_catalog.text AS hashes,
       (o.oprrest::pg_catalog.regprocedure)::pg_catalog.text AS restriction,
       (o.oprjoin::pg_catalog.regprocedure)::pg_catalog.text AS join_estimate
FROM pg_catalog.pg_operator o
LEFT JOIN pg_catalog.pg_operator c ON c.oid = o.oprcom
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_catalog.pg_operator n ON n.oid = o.oprnegate
LEFT JOIN pg_catalog.pg_namespace nn ON nn.oid = n.oprnamespace
WHERE o.oid >= 16384 AND o.oprcode <> 0
ORDER BY o.oid;

-- operator families, before the locks
SELECT (f.oid)::pg_catalog.text AS oid,
       (f.opfname)::pg_catalog.text AS name,
       (f.opfnamespace)::pg_catalog.text AS schema,
       (f.opfowner)::pg_catalog.text AS owner,
       (a.amname)::pg_catalog.text AS method
FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
WHERE f.oid >= 16384
ORDER BY f.oid;

-- operator classes, before the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (c.opcname)::pg_catalog.text AS name,
       (c.opcnamespace)::pg_catalog.text AS schema,
       (c.opcowner)::pg_catalog.text AS owner,
       (a.amname)::pg_catalog.text AS method,
       (c.opcdefault)::pg_catalog.text AS is_default,
       (c.opcintype::pg_catalog.regtype)::pg_catalog.text AS type,
       (NULLIF(c.opckeytype, 0)::pg_catalog.regtype)::pg_catalog.text AS storage,
       (n.nspname)::pg_catalog.text AS family_schema,
       (f.opfname)::pg_catalog.text AS family
FROM pg_catalog.pg_opclass c
JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
WHERE c.oid >= 16384
ORDER BY c.oid;

-- conversions, before the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (c.conname)::pg_catalog.text AS name,
       (c.connamespace)::pg_catalog.text AS schema,
       (c.conowner)::pg_catalog.text AS owner,
       (pg_catalog.pg_encoding_to_char(c.conforencoding))::pg_catalog.text AS source,
       (pg_catalog.pg_encoding_to_char(c.contoencoding))::pg_catalog.text AS target,
       (c.conproc)::pg_catalog.text AS function,
       (c.condefault)::pg_catalog.text AS is_default
FROM pg_catalog.pg_conversion c WHERE c.oid >= 16384 ORDER BY c.oid;

-- text search parsers, before the locks
SELECT (p.oid)::pg_catalog.text AS oid,
       (p.prsname)::pg_catalog.text AS name,
       (p.prsnamespace)::pg_catalog.text AS schema,
       (p.prsstart)::pg_catalog.text AS start,
       (p.prstoken)::pg_catalog.text AS token,
       (p.prsend)::pg_catalog.text AS finish,
       (NULLIF(p.prsheadline::pg_catalog.text, '-'))::pg_catalog.text AS headline,
       (p.prslextype)::pg_catalog.text AS types
FROM pg_catalog.pg_ts_parser p WHERE p.oid >= 16384 ORDER BY p.oid;

-- text search templates, before the locks
SELECT (t.oid)::pg_catalog.text AS oid,
       (t.tmplname)::pg_catalog.text AS name,
       (t.tmplnamespace)::pg_catalog.text AS schema,
       (NULLIF(t.tmplinit::pg_catalog.text, '-'))::pg_catalog.text AS initialize,
       (t.tmpllexize)::pg_catalog.text AS lexize
FROM pg_catalog.pg_ts_template t WHERE t.oid >= 16384 ORDER BY t.oid;

-- text search dictionaries, before the locks
SELECT (d.oid)::pg_catalog.text AS oid,
       (d.dictname)::pg_catalog.text AS name,
       (d.dictnamespace)::pg_catalog.text AS schema,
       (d.dictowner)::pg_catalog.text AS owner,
       (n.nspname)::pg_catalog.text AS template_schema,
       (t.tmplname)::pg_catalog.text AS template,
       (d.dictinitoption)::pg_catalog.text AS options
FROM pg_catalog.pg_ts_dict d
JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
WHERE d.oid >= 16384
ORDER BY d.oid;

-- text search configurations, before the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (c.cfgname)::pg_catalog.text AS name,
       (c.cfgnamespace)::pg_catalog.text AS schema,
       (c.cfgowner)::pg_catalog.text AS owner,
       (n.nspname)::pg_catalog.text AS parser_schema,
       (p.prsname)::pg_catalog.text AS parser
FROM pg_catalog.pg_ts_config c
JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
WHERE c.oid >= 16384
ORDER BY c.oid;

-- foreign-data wrappers, before the locks
SELECT (w.oid)::pg_catalog.text AS oid,
       (w.fdwname)::pg_catalog.text AS name,
       (w.fdwowner)::pg_catalog.text AS owner,
       (w.fdwacl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('F', w.fdwowner))::pg_catalog.text AS acldefault,
       (NULLIF(w.fdwhandler::pg_catalog.regproc::pg_catalog.text, '-'))::pg_catalog.text AS handler,
       (NULLIF(w.fdwvalidator::pg_catalog.regproc::pg_catalog.text, '-'))::pg_catalog.text AS validator,
       (pg_catalog.array_to_string(ARRAY(
        SELECT pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value)
        FROM pg_catalog.pg_options_to_table(w.fdwoptions) o ORDER BY o.option_name), E',\n    '))::pg_catalog.text AS options
FROM pg_catalog.pg_foreign_data_wrapper w ORDER BY w.oid;

-- foreign servers, before the locks
SELECT (s.oid)::pg_catalog.text AS oid,
       (s.srvname)::pg_catalog.text AS name,
       (s.srvowner)::pg_catalog.text AS owner,
       (s.srvacl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('S', s.srvowner))::pg_catalog.text AS acldefault,
       (w.fdwname)::pg_catalog.text AS wrapper,
       (s.srvtype)::pg_catalog.text AS type,
       (s.srvversion)::pg_catalog.text AS version,
       (pg_catalog.array_to_string(ARRAY(
        SELECT pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value)
        FROM pg_catalog.pg_options_to_table(s.srvoptions) o ORDER BY o.option_name), E',\n    '))::pg_catalog.text AS options
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
ORDER BY s.oid;

-- subscriptions, before the locks
SELECT (s.oid)::pg_catalog.text AS oid,
       (s.subname)::pg_catalog.text AS name,
       (s.subowner)::pg_catalog.text AS owner,
       (s.subconninfo)::pg_catalog.text AS connection,
       (s.subpublications)::pg_catalog.text AS publications,
       (s.subslotname)::pg_catalog.text AS slot,
       (s.subsynccommit)::pg_catalog.text AS synchronous_commit,
       (false)::pg_catalog.text AS is_binary,
       ('f')::pg_catalog.text AS streaming,
       ('d')::pg_catalog.text AS two_phase,
       (false)::pg_catalog.text AS disables_on_error,
       (true)::pg_catalog.text AS requires_password,
       (true)::pg_catalog.text AS runs_as_owner,
       ('any')::pg_catalog.text AS origin,
       (false)::pg_catalog.text AS fails_over
FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
WHERE d.datname = pg_catalog.current_database()
ORDER BY s.oid;

-- subscriptions, before the locks, without superuser
SELECT (s.subname)::pg_catalog.text AS name
FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
WHERE d.datname = pg_catalog.current_database()
ORDER BY s.subname;

-- publications, before the locks
SELECT (p.oid)::pg_catalog.text AS oid,
       (p.pubname)::pg_catalog.text AS name,
       (p.pubowner)::pg_catalog.text AS owner,
       (p.puballtables)::pg_catalog.text AS all_tables,
       (p.pubinsert)::pg_catalog.text AS inserts,
       (p.pubupdate)::pg_catalog.text AS updates,
       (p.pubdelete)::pg_catalog.text AS deletes,
       (p.pubtruncate)::pg_catalog.text AS truncates,
       (p.pubviaroot)::pg_catalog.text AS via_root,
       ('n')::pg_catalog.text AS generated
FROM pg_catalog.pg_publication p ORDER BY p.oid;

-- default privileges, before the locks
SELECT (d.oid)::pg_catalog.text AS oid,
       (d.defaclobjtype)::pg_catalog.text AS name,
       (d.defaclnamespace)::pg_catalog.text AS schema,
       (d.defaclrole)::pg_catalog.text AS role,
       (d.defaclacl)::pg_catalog.text AS acl,
       (CASE WHEN d.defaclnamespace = 0
             THEN pg_catalog.acldefault(CASE WHEN d.defaclobjtype = 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)
             ELSE '{}' END)::pg_catalog.text AS acldefault
FROM pg_catalog.pg_default_acl d ORDER BY d.oid;

-- event triggers, before the locks
SELECT (e.oid)::pg_catalog.text AS oid,
       (e.evtname)::pg_catalog.text AS name,
       (e.evtowner)::pg_catalog.text AS owner,
       (e.evtevent)::pg_catalog.text AS event,
       (e.evttags)::pg_catalog.text AS tags,
       (e.evtfoid::pg_catalog.regproc)::pg_catalog.text AS function,
       (e.evtenabled)::pg_catalog.text AS state
FROM pg_catalog.pg_event_trigger e ORDER BY e.oid;

-- large objects, before the locks
SELECT (pg_catalog.min(g.oid))::pg_catalog.text AS oid,
       (CASE WHEN pg_catalog.count(*) = 1 THEN pg_catalog.min(g.oid)::pg_catalog.text
             ELSE pg_catalog.min(g.oid)::pg_catalog.text || '..' || pg_catalog.max(g.oid)::pg_catalog.text END)::pg_catalog.text AS name,
       (g.lomowner)::pg_catalog.text AS owner,
       (g.acl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('L', g.lomowner))::pg_catalog.text AS acldefault,
       (pg_catalog.array_agg(g.oid ORDER BY g.oid))::pg_catalog.text AS oids
FROM (
    SELECT l.oid, l.lomowner, l.lomacl::pg_catalog.text AS acl,
           (pg_catalog.row_number() OVER (PARTITION BY l.lomowner, l.lomacl::pg_catalog.text ORDER BY l.oid) - 1) / 1000
               AS number
    FROM pg_catalog.pg_largeobject_metadata l
) g
GROUP BY g.lomowner, g.acl, g.number
ORDER BY g.lomowner, g.acl, g.number;

-- partitioned tables that hash an enum, before the locks
SELECT (p.partrelid)::pg_catalog.text AS oid
FROM pg_catalog.pg_partitioned_table p
WHERE (SELECT o.oid FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am a ON a.oid = o.opcmethod
       WHERE o.opcname = 'enum_ops' AND a.amname = 'hash'
         AND o.opcnamespace = 'pg_catalog'::pg_catalog.regnamespace) = ANY (p.partclass);

-- names that are reserved since, before the locks
SELECT (n.name)::pg_catalog.text AS name
FROM (SELECT a.attname FROM pg_catalog.pg_attribute a
      WHERE a.attrelid >= 16384 AND NOT a.attisdropped AND a.attname = 'system_user'
      UNION ALL
      SELECT c.relname FROM pg_catalog.pg_class c
      WHERE c.oid >= 16384 AND c.relname = 'system_user') AS n(name)
LIMIT 1;

-- privileges on relations, before the locks, of what is wanted, without superuser
SELECT (c.oid) AS oid,
       (pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE'))::pg_catalog.text AS usable,
       (pg_catalog.has_table_privilege(c.oid, 'SELECT'))::pg_catalog.text AS readable,
       (pg_catalog.has_table_privilege(c.oid, 'SELECT, UPDATE, DELETE, TRUNCATE'))::pg_catalog.text AS lockable,
       (c.relrowsecurity AND pg_catalog.row_security_active(c.oid))::pg_catalog.text AS guarded
FROM pg_catalog.unnest('{20001,20003}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_class c ON c.oid = w.oid
WHERE NOT pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
   OR NOT pg_catalog.has_table_privilege(c.oid, 'SELECT')
   OR (c.relrowsecurity AND pg_catalog.row_security_active(c.oid))
ORDER BY c.oid;

-- privileges on large objects, before the locks, of what is wanted, without superuser
SELECT (m.oid) AS oid
FROM pg_catalog.pg_largeobject_metadata m
WHERE pg_catalog.current_setting('lo_compat_privileges') = 'off'
  AND NOT pg_catalog.pg_has_role(m.lomowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(m.lomacl) a
                  WHERE a.privilege_type = 'SELECT'
                    AND CASE a.grantee WHEN 0 THEN true ELSE pg_catalog.pg_has_role(a.grantee, 'USAGE') END)
ORDER BY m.oid;

-- columns, after the locks
SELECT (a.attrelid) AS table_oid,
       (a.attnum) AS number,
       (a.attname) AS name,
       (a.atttypid) AS type_oid,
       (pg_catalog.format_type(a.atttypid, a.atttypmod))::pg_catalog.text AS type_name,
       (NULLIF(a.attstattarget, -1)) AS statistics,
       (a.attstorage) AS storage,
       (t.typstorage) AS type_storage,
       ('') AS compression,
       (a.attidentity) AS identity,
       (a.attgenerated) AS generated,
       (a.attislocal) AS is_local,
       (n.nspname) AS collation_schema,
       (c.collname) AS collation,
       (pg_catalog.array_to_string(a.attoptions, ', '))::pg_catalog.text AS options,
       (CASE WHEN a.attfdwoptions IS NOT NULL THEN pg_catalog.array_to_string(ARRAY(
           SELECT pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value)
           FROM pg_catalog.pg_options_to_table(a.attfdwoptions) o ORDER BY o.option_name), E',\n    ') END)::pg_catalog.text AS foreign_options,
       (a.attnotnull) AS not_null,
       (NULL) AS not_null_oid,
       (NULL) AS not_null_name,
       (true) AS not_null_local,
       (false) AS not_null_no_inherit
FROM pg_catalog.unnest('{20001,20003,20004,20005,20006}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_attribute a ON a.attrelid = w.oid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation AND a.attcollation <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
LEFT JOIN pg_catalog.pg_constraint co ON co.conrelid = a.attrelid AND co.contype = 'n' AND co.conkey = ARRAY[a.attnum]
WHERE a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum;

-- column defaults, after the locks
SELECT (d.oid) AS oid,
       (d.adrelid) AS table_oid,
       (d.adnum) AS number,
       (pg_catalog.pg_get_expr(d.adbin, COALESCE(g.attrelid, 0)))::pg_catalog.text AS expression
FROM pg_catalog.unnest('{20001,20003,20004,20005,20006}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_attrdef d ON d.adrelid = w.oid
LEFT JOIN pg_catalog.pg_attribute g ON g.attrelid = d.adrelid AND g.attnum = d.adnum AND g.attgenerated <> ''
ORDER BY d.adrelid, d.adnum;

-- check constraints, after the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (c.conrelid)::pg_catalog.text AS table_oid,
       (c.conname)::pg_catalog.text AS name,
       (c.contype)::pg_catalog.text AS contype,
       (pg_catalog.pg_get_constraintdef(c.oid))::pg_catalog.text AS definition,
       (c.conislocal)::pg_catalog.text AS is_local,
       (c.convalidated)::pg_catalog.text AS is_valid
FROM pg_catalog.unnest('{20001,20003,20004,20005,20006}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_constraint c ON c.conrelid = w.oid
WHERE c.contype = 'c' OR (c.contype = 'n' AND NOT c.convalidated)
ORDER BY c.conrelid, c.conname;

-- table details, after the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END)::pg_catalog.text AS of_type,
       (CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END)::pg_catalog.text AS partition_key,
       (pg_catalog.pg_get_expr(c.relpartbound, c.oid))::pg_catalog.text AS partition_bound,
       (s.srvname)::pg_catalog.text AS server,
       (CASE WHEN f.ftoptions IS NOT NULL THEN pg_catalog.array_to_string(ARRAY(
           SELECT pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value)
           FROM pg_catalog.pg_options_to_table(f.ftoptions) o ORDER BY o.option_name), E',\n    ') END)::pg_catalog.text AS foreign_options
FROM pg_catalog.unnest('{20001,20003,20004}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_class c ON c.oid = w.oid
LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
WHERE c.reloftype <> 0 OR c.relkind IN ('p', 'f') OR c.relpartbound IS NOT NULL
ORDER BY c.oid;

-- sequences, after the locks
SELECT (s.seqrelid)::pg_catalog.text AS oid,
       (pg_catalog.format_type(s.seqtypid, NULL))::pg_catalog.text AS type_name,
       (s.seqstart)::pg_catalog.text AS start,
       (s.seqincrement)::pg_catalog.text AS increment,
       (s.seqmin)::pg_catalog.text AS minimum,
       (s.seqmax)::pg_catalog.text AS maximum,
       (s.seqcache)::pg_catalog.text AS cache,
       (s.seqcycle)::pg_catalog.text AS cycle
FROM pg_catalog.unnest('{20008,20010}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_sequence s ON s.seqrelid = w.oid;

-- positions of sequences, after the locks
(SELECT '20008' AS oid, last_value::pg_catalog.text AS last, is_called::pg_catalog.text AS is_called FROM public.numbers)
UNION ALL (SELECT '20010' AS oid, last_value::pg_catalog.text AS last, is_called::pg_catalog.text AS is_called FROM public."more numbers");

-- types of columns, after the locks
SELECT (t.oid)::pg_catalog.text AS oid,
       (t.typtype)::pg_catalog.text AS typtype,
       (t.typbasetype)::pg_catalog.text AS base,
       ((SELECT e.oid FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid))::pg_catalog.text AS element,
       ((SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid))::pg_catalog.text AS subtype,
       (t.typsend <> 0 AND t.typreceive <> 0)::pg_catalog.text AS is_binary
FROM (
    WITH RECURSIVE used(oid) AS (
        SELECT DISTINCT a.atttypid FROM pg_catalog.unnest('{20001,20006}'::pg_catalog.oid[]) AS w(oid)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
        UNION
        SELECT x.oid FROM used u JOIN pg_catalog.pg_type t ON t.oid = u.oid
        LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid,
        LATERAL (VALUES (t.typbasetype), (t.typelem), (r.rngsubtype)) x(oid) WHERE x.oid <> 0
    ) SELECT oid FROM used) u
JOIN pg_catalog.pg_type t ON t.oid = u.oid;

-- sizes of tables, after the locks
SELECT (w.oid)::pg_catalog.text AS oid,
       (pg_catalog.pg_relation_size(w.oid) / pg_catalog.current_setting('block_size')::pg_catalog.int8)::pg_catalog.text AS blocks,
       (pg_catalog.pg_table_size(w.oid))::pg_catalog.text AS bytes
FROM pg_catalog.unnest('{20001}'::pg_catalog.oid[]) AS w(oid);

-- foreign keys of extensions, after the locks
SELECT (c.conrelid)::pg_catalog.text AS from_oid,
       (c.confrelid)::pg_catalog.text AS to_oid
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.confrelid
     AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
WHERE c.contype = 'f';

-- database, after the locks
SELECT (d.oid)::pg_catalog.text AS oid,
       (d.datname)::pg_catalog.text AS name,
       (d.datdba)::pg_catalog.text AS owner,
       (d.datacl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('d', d.datdba))::pg_catalog.text AS acldefault,
       (pg_catalog.pg_encoding_to_char(d.encoding))::pg_catalog.text AS encoding,
       ('c')::pg_catalog.text AS provider,
       (d.datcollate)::pg_catalog.text AS collate,
       (d.datctype)::pg_catalog.text AS ctype,
       (NULL)::pg_catalog.text AS locale,
       (NULL)::pg_catalog.text AS icu_rules,
       (t.spcname)::pg_catalog.text AS tablespace,
       (d.datistemplate)::pg_catalog.text AS is_template,
       (d.datconnlimit)::pg_catalog.text AS connection_limit,
       (pg_catalog.shobj_description(d.oid, 'pg_database'))::pg_catalog.text AS comment,
       (SELECT s.setconfig FROM pg_catalog.pg_db_role_setting s WHERE s.setrole = 0 AND s.setdatabase = d.oid)::pg_catalog.text AS settings
FROM pg_catalog.pg_database d LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
WHERE d.datname = pg_catalog.current_database();

-- settings of roles in the database, after the locks
SELECT (s.setrole)::pg_catalog.text AS role,
       (s.setconfig)::pg_catalog.text AS settings
FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
WHERE d.datname = pg_catalog.current_database() AND s.setrole <> 0
ORDER BY s.setrole;

-- security labels of the database, after the locks
SELECT (l.provider)::pg_catalog.text AS provider,
       (l.label)::pg_catalog.text AS label
FROM pg_catalog.pg_shseclabel l JOIN pg_catalog.pg_database d ON d.oid = l.objoid
WHERE l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
  AND d.datname = pg_catalog.current_database()
ORDER BY l.provider;

-- enum labels, after the locks
SELECT (w.oid)::pg_catalog.text AS oid,
       (e.enumlabel)::pg_catalog.text AS label
FROM pg_catalog.unnest('{20015}'::pg_catalog.oid[]) AS w(oid)
LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = w.oid
ORDER BY w.oid, e.enumsortorder;

-- composite types, after the locks
SELECT (t.oid)::pg_catalog.text AS oid,
       (a.attnum)::pg_catalog.text AS number,
       (a.attname)::pg_catalog.text AS name,
       (pg_catalog.format_type(a.atttypid, a.atttypmod))::pg_catalog.text AS type,
       (n.nspname)::pg_catalog.text AS collation_schema,
       (c.collname)::pg_catalog.text AS collation
FROM pg_catalog.unnest('{20013}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_type t ON t.oid = w.oid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type u ON u.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation AND a.attcollation <> u.typcollation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
ORDER BY t.oid, a.attnum;

-- range types, after the locks
SELECT (r.rngtypid)::pg_catalog.text AS oid,
       (pg_catalog.format_type(r.rngsubtype, NULL))::pg_catalog.text AS subtype,
       (NULL)::pg_catalog.text AS multirange,
       (CASE WHEN NOT o.opcdefault THEN on_.nspname END)::pg_catalog.text AS opclass_schema,
       (CASE WHEN NOT o.opcdefault THEN o.opcname END)::pg_catalog.text AS opclass,
       (cn.nspname)::pg_catalog.text AS collation_schema,
       (c.collname)::pg_catalog.text AS collation,
       (NULLIF(r.rngcanonical::pg_catalog.text, '-'))::pg_catalog.text AS canonical,
       (NULLIF(r.rngsubdiff::pg_catalog.text, '-'))::pg_catalog.text AS difference
FROM pg_catalog.unnest('{20016}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_range r ON r.rngtypid = w.oid
JOIN pg_catalog.pg_type t ON t.oid = r.rngsubtype
JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
JOIN pg_catalog.pg_namespace on_ ON on_.oid = o.opcnamespace
LEFT JOIN pg_catalog.pg_collation c ON c.oid = r.rngcollation AND r.rngcollation <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.collnamespace;

-- base types, after the locks
SELECT (t.oid)::pg_catalog.text AS oid,
       (t.typlen)::pg_catalog.text AS length,
       (t.typinput)::pg_catalog.text AS input,
       (t.typoutput)::pg_catalog.text AS output,
       (NULLIF(t.typreceive::pg_catalog.text, '-'))::pg_catalog.text AS receive,
       (NULLIF(t.typsend::pg_catalog.text, '-'))::pg_catalog.text AS send,
       (NULLIF(t.typmodin::pg_catalog.text, '-'))::pg_catalog.text AS modifier_in,
       (NULLIF(t.typmodout::pg_catalog.text, '-'))::pg_catalog.text AS modifier_out,
       (NULLIF(t.typanalyze::pg_catalog.text, '-'))::pg_catalog.text AS analyze,
       (NULL)::pg_catalog.text AS subscript,
       (t.typcollation <> 0)::pg_catalog.text AS is_collatable,
       (pg_catalog.pg_get_expr(t.typdefaultbin, 0))::pg_catalog.text AS default_expression,
       (t.typdefault)::pg_catalog.text AS default_text,
       (CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END)::pg_catalog.text AS element,
       (t.typcategory)::pg_catalog.text AS category,
       (t.typispreferred)::pg_catalog.text AS is_preferred,
       (t.typdelim)::pg_catalog.text AS delimiter,
       (t.typalign)::pg_catalog.text AS alignment,
       (t.typstorage)::pg_catalog.text AS storage,
       (t.typbyval)::pg_catalog.text AS by_value
FROM pg_catalog.unnest('{20012}'::pg_catalog.oid[]) AS w(oid) JOIN pg_catalog.pg_type t ON t.oid = w.oid;

-- domains, after the locks
SELECT (t.oid)::pg_catalog.text AS oid,
       (t.typname)::pg_catalog.text AS name,
       (pg_catalog.format_type(t.typbasetype, t.typtypmod))::pg_catalog.text AS base,
       (t.typnotnull)::pg_catalog.text AS not_null,
       (pg_catalog.pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass))::pg_catalog.text AS default_expression,
       (t.typdefault)::pg_catalog.text AS default_text,
       (n.nspname)::pg_catalog.text AS collation_schema,
       (c.collname)::pg_catalog.text AS collation
FROM pg_catalog.unnest('{20014}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_type t ON t.oid = w.oid
LEFT JOIN pg_catalog.pg_type u ON u.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation c ON c.oid = t.typcollation AND t.typcollation <> u.typcollation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace;

-- constraints of domains, after the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (c.contypid)::pg_catalog.text AS domain,
       (c.conname)::pg_catalog.text AS name,
       (c.contype)::pg_catalog.text AS contype,
       (pg_catalog.pg_get_constraintdef(c.oid))::pg_catalog.text AS definition,
       (c.convalidated)::pg_catalog.text AS is_valid
FROM pg_catalog.unnest('{20014}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_constraint c ON c.contypid = w.oid
WHERE c.contype IN ('c', 'n')
ORDER BY c.contypid, c.conname;

-- function definitions, after the locks
SELECT (p.oid)::pg_catalog.text AS oid,
       (CASE WHEN p.proargnames && '{json,json_array,json_arrayagg,json_exists,json_object,json_objectagg,json_query,json_scalar,json_serialize,json_table,json_value,merge_action,normalize,system_user}'::pg_catalog.text[] THEN (SELECT pg_catalog.string_agg(
            CASE a.mode WHEN 'o' THEN 'OUT ' WHEN 'b' THEN 'INOUT ' WHEN 'v' THEN 'VARIADIC '
                 WHEN 'i' THEN CASE WHEN p.prokind = 'p' THEN 'IN ' ELSE '' END ELSE '' END
            || CASE WHEN a.name <> '' THEN '"' || pg_catalog.replace(a.name, '"', '""') || '" ' ELSE '' END
            || pg_catalog.format_type(a.type, NULL) || COALESCE(' DEFAULT ' || pg_catalog.pg_get_function_arg_default(p.oid, a.place::pg_catalog.int4), ''), ', ' ORDER BY a.place)
        FROM (SELECT t.place, t.type, COALESCE(p.proargnames[t.place::pg_catalog.int4], '') AS name, COALESCE(p.proargmodes[t.place::pg_catalog.int4], 'i') AS mode
              FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))
                   WITH ORDINALITY AS t(type, place)) AS a
        WHERE a.mode <> 't') ELSE pg_catalog.pg_get_function_arguments(p.oid) END)::pg_catalog.text AS arguments,
       (CASE WHEN p.proargnames && '{json,json_array,json_arrayagg,json_exists,json_object,json_objectagg,json_query,json_scalar,json_serialize,json_table,json_value,merge_action,normalize,system_user}'::pg_catalog.text[] THEN (SELECT pg_catalog.string_agg(
            CASE a.mode WHEN 'o' THEN 'OUT ' WHEN 'b' THEN 'INOUT ' WHEN 'v' THEN 'VARIADIC '
                 WHEN 'i' THEN CASE WHEN p.prokind = 'p' THEN 'IN ' ELSE '' END ELSE '' END
            || CASE WHEN a.name <> '' THEN '"' || pg_catalog.replace(a.name, '"', '""') || '" ' ELSE '' END
            || pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM (SELECT t.place, t.type, COALESCE(p.proargnames[t.place::pg_catalog.int4], '') AS name, COALESCE(p.proargmodes[t.place::pg_catalog.int4], 'i') AS mode
              FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))
                   WITH ORDINALITY AS t(type, place)) AS a
        WHERE a.mode <> 't') ELSE pg_catalog.pg_get_function_identity_arguments(p.oid) END)::pg_catalog.text AS identity,
       (SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a(type, place))::pg_catalog.text AS signature,
       (CASE WHEN 't' = ANY (p.proargmodes) AND p.proargnames && '{json,json_array,json_arrayagg,json_exists,json_object,json_objectagg,json_query,json_scalar,json_serialize,json_table,json_value,merge_action,normalize,system_user}'::pg_catalog.text[] THEN 'TABLE(' || (SELECT pg_catalog.string_agg(
            CASE a.mode WHEN 'o' THEN 'OUT ' WHEN 'b' THEN 'INOUT ' WHEN 'v' THEN 'VARIADIC '
                 WHEN 'i' THEN CASE WHEN p.prokind = 'p' THEN 'IN ' ELSE '' END ELSE '' END
            || CASE WHEN a.name <> '' THEN '"' || pg_catalog.replace(a.name, '"', '""') || '" ' ELSE '' END
            || pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM (SELECT t.place, t.type, COALESCE(p.proargnames[t.place::pg_catalog.int4], '') AS name, COALESCE(p.proargmodes[t.place::pg_catalog.int4], 'i') AS mode
              FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))
                   WITH ORDINALITY AS t(type, place)) AS a
        WHERE a.mode = 't') || ')' ELSE pg_catalog.pg_get_function_result(p.oid) END)::pg_catalog.text AS result,
       (l.lanname)::pg_catalog.text AS language,
       (l.lanpltrusted)::pg_catalog.text AS is_trusted,
       (SELECT pg_catalog.string_agg('FOR TYPE ' || pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM pg_catalog.unnest(p.protrftypes) WITH ORDINALITY AS a(type, place))::pg_catalog.text AS transforms,
       (p.provolatile)::pg_catalog.text AS volatility,
       (p.proisstrict)::pg_catalog.text AS is_strict,
       (p.prosecdef)::pg_catalog.text AS is_definer,
       (p.proleakproof)::pg_catalog.text AS is_leakproof,
       (p.proretset)::pg_catalog.text AS returns_set,
       (p.procost)::pg_catalog.text AS cost,
       (p.prorows)::pg_catalog.text AS rows,
       (NULLIF(p.prosupport::pg_catalog.text, '-'))::pg_catalog.text AS support,
       (p.proparallel)::pg_catalog.text AS parallel,
       (p.proconfig)::pg_catalog.text AS config,
       (p.prosrc)::pg_catalog.text AS source,
       (p.probin)::pg_catalog.text AS file,
       (NULL)::pg_catalog.text AS sql_body
FROM pg_catalog.unnest('{20017}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_proc p ON p.oid = w.oid
JOIN pg_catalog.pg_language l ON l.oid = p.prolang;

-- aggregate definitions, after the locks
SELECT (p.oid)::pg_catalog.text AS oid,
       (CASE WHEN a.aggkind = 'n' AND p.proargnames && '{json,json_array,json_arrayagg,json_exists,json_object,json_objectagg,json_query,json_scalar,json_serialize,json_table,json_value,merge_action,normalize,system_user}'::pg_catalog.text[] THEN (SELECT pg_catalog.string_agg(
            CASE a.mode WHEN 'o' THEN 'OUT ' WHEN 'b' THEN 'INOUT ' WHEN 'v' THEN 'VARIADIC '
                 WHEN 'i' THEN CASE WHEN p.prokind = 'p' THEN 'IN ' ELSE '' END ELSE '' END
            || CASE WHEN a.name <> '' THEN '"' || pg_catalog.replace(a.name, '"', '""') || '" ' ELSE '' END
            || pg_catalog.format_type(a.type, NULL) || COALESCE(' DEFAULT ' || pg_catalog.pg_get_function_arg_default(p.oid, a.place::pg_catalog.int4), ''), ', ' ORDER BY a.place)
        FROM (SELECT t.place, t.type, COALESCE(p.proargnames[t.place::pg_catalog.int4], '') AS name, COALESCE(p.proargmodes[t.place::pg_catalog.int4], 'i') AS mode
              FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))
                   WITH ORDINALITY AS t(type, place)) AS a
        WHERE a.mode <> 't') ELSE pg_catalog.pg_get_function_arguments(p.oid) END)::pg_catalog.text AS arguments,
       (CASE WHEN a.aggkind = 'n' AND p.proargnames && '{json,json_array,json_arrayagg,json_exists,json_object,json_objectagg,json_query,json_scalar,json_serialize,json_table,json_value,merge_action,normalize,system_user}'::pg_catalog.text[] THEN (SELECT pg_catalog.string_agg(
            CASE a.mode WHEN 'o' THEN 'OUT ' WHEN 'b' THEN 'INOUT ' WHEN 'v' THEN 'VARIADIC '
                 WHEN 'i' THEN CASE WHEN p.prokind = 'p' THEN 'IN ' ELSE '' END ELSE '' END
            || CASE WHEN a.name <> '' THEN '"' || pg_catalog.replace(a.name, '"', '""') || '" ' ELSE '' END
            || pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM (SELECT t.place, t.type, COALESCE(p.proargnames[t.place::pg_catalog.int4], '') AS name, COALESCE(p.proargmodes[t.place::pg_catalog.int4], 'i') AS mode
              FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))
                   WITH ORDINALITY AS t(type, place)) AS a
        WHERE a.mode <> 't') ELSE pg_catalog.pg_get_function_identity_arguments(p.oid) END)::pg_catalog.text AS identity,
       (SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY AS a(type, place))::pg_catalog.text AS signature,
       (a.aggkind)::pg_catalog.text AS kind,
       (a.aggtransfn)::pg_catalog.text AS step,
       (a.aggtranstype::pg_catalog.regtype)::pg_catalog.text AS state,
       (NULLIF(a.aggtransspace, 0))::pg_catalog.text AS space,
       (a.agginitval)::pg_catalog.text AS initial,
       (NULLIF(a.aggfinalfn::pg_catalog.text, '-'))::pg_catalog.text AS final,
       (a.aggfinalextra)::pg_catalog.text AS final_extra,
       (a.aggfinalmodify)::pg_catalog.text AS final_modify,
       (NULLIF(a.aggcombinefn::pg_catalog.text, '-'))::pg_catalog.text AS combine,
       (NULLIF(a.aggserialfn::pg_catalog.text, '-'))::pg_catalog.text AS serialize,
       (NULLIF(a.aggdeserialfn::pg_catalog.text, '-'))::pg_catalog.text AS deserialize,
       (NULLIF(a.aggmtransfn::pg_catalog.text, '-'))::pg_catalog.text AS moving_step,
       (a.aggminvtransfn)::pg_catalog.text AS moving_inverse,
       (a.aggmtranstype::pg_catalog.regtype)::pg_catalog.text AS moving_state,
       (NULLIF(a.aggmtransspace, 0))::pg_catalog.text AS moving_space,
       (a.aggminitval)::pg_catalog.text AS moving_initial,
       (NULLIF(a.aggmfinalfn::pg_catalog.text, '-'))::pg_catalog.text AS moving_final,
       (a.aggmfinalextra)::pg_catalog.text AS moving_final_extra,
       (a.aggmfinalmodify)::pg_catalog.text AS moving_final_modify,
       (n.nspname)::pg_catalog.text AS sort_schema,
       (o.oprname)::pg_catalog.text AS sort_operator,
       (p.proparallel)::pg_catalog.text AS parallel
FROM pg_catalog.unnest('{20018}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_proc p ON p.oid = w.oid
JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid
LEFT JOIN pg_catalog.pg_operator o ON o.oid = a.aggsortop
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace;

-- operators of operator classes, after the locks
SELECT (d.refclassid)::pg_catalog.text AS class,
       (d.refobjid)::pg_catalog.text AS oid,
       (o.amopstrategy)::pg_catalog.text AS number,
       (o.amopopr::pg_catalog.regoperator)::pg_catalog.text AS operator,
       (n.nspname)::pg_catalog.text AS sort_schema,
       (f.opfname)::pg_catalog.text AS sort_family
FROM pg_catalog.pg_amop o
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass AND d.objid = o.oid
LEFT JOIN pg_catalog.pg_opclass c
       ON d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND c.oid = d.refobjid
LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopsortfamily
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
WHERE d.refobjid >= 16384
  AND (c.opcfamily = o.amopfamily
       OR (d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.refobjid = o.amopfamily))
ORDER BY d.refclassid, d.refobjid, o.amopstrategy, o.oid;

-- functions of operator classes, after the locks
SELECT (d.refclassid)::pg_catalog.text AS class,
       (d.refobjid)::pg_catalog.text AS oid,
       (p.amprocnum)::pg_catalog.text AS number,
       (p.amproc::pg_catalog.regprocedure)::pg_catalog.text AS function,
       (p.amproclefttype::pg_catalog.regtype)::pg_catalog.text AS left_type,
       (p.amprocrighttype::pg_catalog.regtype)::pg_catalog.text AS right_type
FROM pg_catalog.pg_amproc p
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass AND d.objid = p.oid
WHERE d.refobjid >= 16384
  AND d.refclassid IN ('pg_catalog.pg_opclass'::pg_catalog.regclass, 'pg_catalog.pg_opfamily'::pg_catalog.regclass)
ORDER BY d.refclassid, d.refobjid, p.amprocnum, p.oid;

-- text search mappings, after the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (COALESCE(t.alias, ''))::pg_catalog.text AS token,
       (m.mapdict::pg_catalog.regdictionary)::pg_catalog.text AS dictionary
FROM pg_catalog.unnest('{20020}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_ts_config c ON c.oid = w.oid
JOIN pg_catalog.pg_ts_config_map m ON m.mapcfg = c.oid
LEFT JOIN LATERAL pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
ORDER BY m.mapcfg, m.maptokentype, m.mapseqno;

-- user mappings, after the locks
SELECT (m.srvid)::pg_catalog.text AS server,
       (m.usename)::pg_catalog.text AS user_name,
       (pg_catalog.array_to_string(ARRAY(
        SELECT pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value)
        FROM pg_catalog.pg_options_to_table(m.umoptions) o ORDER BY o.option_name), E',\n    '))::pg_catalog.text AS options,
       (NOT (r.rolsuper
             OR (m.umuser <> 0 AND m.usename = r.rolname
                 AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE') OR pg_catalog.has_server_privilege(s.oid, 'USAGE')))
             OR (m.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE'))))::pg_catalog.text AS hidden
FROM pg_catalog.unnest('{20021}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_foreign_server s ON s.oid = w.oid
JOIN pg_catalog.pg_user_mappings m ON m.srvid = s.oid
JOIN pg_catalog.pg_roles r ON r.rolname = current_user
ORDER BY m.srvid, m.usename;

-- tables of publications, after the locks
SELECT (r.oid)::pg_catalog.text AS oid,
       (r.prpubid)::pg_catalog.text AS publication,
       (r.prrelid)::pg_catalog.text AS relation,
       (NULL)::pg_catalog.text AS filter,
       (NULL)::pg_catalog.text AS columns
FROM pg_catalog.unnest('{20022}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_publication_rel r ON r.prpubid = w.oid
ORDER BY r.oid;

-- views, after the locks
SELECT (w.oid)::pg_catalog.text AS oid,
       (pg_catalog.pg_get_viewdef(w.oid))::pg_catalog.text AS definition
FROM pg_catalog.unnest('{20005,20006}'::pg_catalog.oid[]) AS w(oid);

-- rules, after the locks
SELECT (r.oid)::pg_catalog.text AS oid,
       (r.rulename)::pg_catalog.text AS name,
       (c.relnamespace)::pg_catalog.text AS schema,
       (r.ev_class)::pg_catalog.text AS table,
       (c.relkind IN ('v', 'm') AND r.ev_type = '1' AND r.is_instead)::pg_catalog.text AS is_view,
       (r.ev_enabled)::pg_catalog.text AS state,
       (CASE WHEN w.oid IS NOT NULL AND NOT (r.ev_type = '1' AND r.is_instead) THEN pg_catalog.pg_get_ruledef(r.oid) END)::pg_catalog.text AS definition
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
LEFT JOIN pg_catalog.unnest('{20001,20003,20004,20005}'::pg_catalog.oid[]) AS w(oid) ON w.oid = r.ev_class
WHERE r.oid >= 16384
ORDER BY r.oid;

-- uses of materialized views, after the locks
SELECT (u.view)::pg_catalog.text AS view,
       (u.used)::pg_catalog.text AS used
FROM (
    WITH RECURSIVE uses(view, used, relkind) AS (
        SELECT r.ev_class, c.oid, c.relkind
        FROM pg_catalog.unnest('{20006}'::pg_catalog.oid[]) AS w(oid)
        JOIN pg_catalog.pg_rewrite r ON r.ev_class = w.oid
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
             AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
        JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('m', 'v')
        UNION
        SELECT u.view, c.oid, c.relkind
        FROM uses u
        JOIN pg_catalog.pg_rewrite r ON r.ev_class = u.used
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
             AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
        JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('m', 'v')
    )
    SELECT view, used FROM uses WHERE relkind = 'm'
) u;

-- indexes, after the locks
SELECT (i.indexrelid) AS oid,
       (x.relname) AS name,
       (x.relnamespace) AS schema,
       (x.relowner) AS owner,
       (i.indrelid) AS table,
       (h.inhparent) AS parent,
       (CASE WHEN d.oid IS NOT NULL AND c.contype IS DISTINCT FROM 'p' AND c.contype IS DISTINCT FROM 'u' THEN pg_catalog.pg_get_indexdef(i.indexrelid) END)::pg_catalog.text AS definition,
       (s.spcname) AS tablespace,
       (i.indisclustered) AS clustered,
       (i.indisreplident) AS replica_identity,
       (CASE WHEN i.indexprs IS NOT NULL THEN (SELECT pg_catalog.array_agg(a.attnum ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0) END)::pg_catalog.text AS target_columns,
       (CASE WHEN i.indexprs IS NOT NULL THEN (SELECT pg_catalog.array_agg(a.attstattarget ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0) END)::pg_catalog.text AS targets,
       (c.oid) AS constraint,
       (c.conname) AS constraint_name,
       (c.contype) AS contype,
       (c.condeferrable) AS deferrable,
       (c.condeferred) AS deferred,
       (CASE WHEN d.oid IS NOT NULL AND c.contype = 'x' THEN pg_catalog.pg_get_constraintdef(c.oid, false) END)::pg_catalog.text AS exclusion,
       (i.indkey)::pg_catalog.text AS columns,
       (i.indnkeyatts) AS key_columns,
       (x.reloptions)::pg_catalog.text AS options,
       (false) AS nulls_not_distinct,
       (false) AS without_overlaps,
       (x.relkind = 'i' AND m.amname = 'btree' AND 0 = ALL (i.indoption) AND NOT i.indclass::pg_catalog.oid[] && ARRAY(SELECT o.oid FROM pg_catalog.pg_opclass o WHERE NOT o.opcdefault)) AS plain
FROM pg_catalog.unnest('{20001,20003}'::pg_catalog.oid[]) AS w(oid)
LEFT JOIN pg_catalog.unnest('{20001,20003}'::pg_catalog.oid[]) AS d(oid) ON d.oid = w.oid
JOIN pg_catalog.pg_index i ON i.indrelid = w.oid
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_am m ON m.oid = x.relam
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = x.reltablespace
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_catalog.pg_constraint c ON c.conrelid = i.indrelid AND c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
WHERE (i.indisvalid OR t.relkind = 'p') AND i.indisready
ORDER BY i.indrelid, x.relname;

-- foreign keys, after the locks
SELECT (c.oid)::pg_catalog.text AS oid,
       (c.conname)::pg_catalog.text AS name,
       (t.relnamespace)::pg_catalog.text AS schema,
       (c.conrelid)::pg_catalog.text AS table,
       (c.confrelid)::pg_catalog.text AS references,
       (c.conindid)::pg_catalog.text AS index,
       (pg_catalog.pg_get_constraintdef(c.oid))::pg_catalog.text AS definition
FROM pg_catalog.unnest('{20001,20003,20004}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_constraint c ON c.conrelid = w.oid
JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
WHERE c.contype = 'f' AND c.conparentid = 0
ORDER BY c.conrelid, c.conname;

-- extended statistics, after the locks
SELECT (s.oid)::pg_catalog.text AS oid,
       (s.stxname)::pg_catalog.text AS name,
       (s.stxnamespace)::pg_catalog.text AS schema,
       (s.stxowner)::pg_catalog.text AS owner,
       (s.stxrelid)::pg_catalog.text AS table,
       (pg_catalog.pg_get_statisticsobjdef(s.oid))::pg_catalog.text AS definition,
       (NULLIF(s.stxstattarget, -1))::pg_catalog.text AS target
FROM pg_catalog.unnest('{20001,20003,20004,20006}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_statistic_ext s ON s.stxrelid = w.oid;

-- statistics of relations, after the locks
SELECT (r.oid)::pg_catalog.text AS oid,
       (c.relpages)::pg_catalog.text AS relpages,
       (c.reltuples)::pg_catalog.text AS reltuples,
       (c.relallvisible)::pg_catalog.text AS relallvisible,
       (NULL)::pg_catalog.text AS relallfrozen,
       (s.attname)::pg_catalog.text AS attname,
       (a.attnum)::pg_catalog.text AS attnum,
       (CASE WHEN s.inherited THEN 't' WHEN NOT s.inherited THEN 'f' END)::pg_catalog.text AS inherited,
       (s.null_frac)::pg_catalog.text AS null_frac,
       (s.avg_width)::pg_catalog.text AS avg_width,
       (s.n_distinct)::pg_catalog.text AS n_distinct,
       (s.most_common_vals)::pg_catalog.text AS most_common_vals,
       (s.most_common_freqs)::pg_catalog.text AS most_common_freqs,
       (s.histogram_bounds)::pg_catalog.text AS histogram_bounds,
       (s.correlation)::pg_catalog.text AS correlation,
       (s.most_common_elems)::pg_catalog.text AS most_common_elems,
       (s.most_common_elem_freqs)::pg_catalog.text AS most_common_elem_freqs,
       (s.elem_count_histogram)::pg_catalog.text AS elem_count_histogram,
       (NULL)::pg_catalog.text AS range_length_histogram,
       (NULL)::pg_catalog.text AS range_empty_frac,
       (NULL)::pg_catalog.text AS range_bounds_histogram
FROM pg_catalog.unnest('{20001,20003,20004,20006}'::pg_catalog.oid[]) AS w(oid)
CROSS JOIN LATERAL (SELECT w.oid UNION ALL SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid = w.oid) r
JOIN pg_catalog.pg_class c ON c.oid = r.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attname = s.attname
ORDER BY r.oid, s.attname, s.inherited;

-- triggers, after the locks
SELECT (t.oid)::pg_catalog.text AS oid,
       (t.tgname)::pg_catalog.text AS name,
       (c.relnamespace)::pg_catalog.text AS schema,
       (t.tgrelid)::pg_catalog.text AS table,
       (t.tgenabled)::pg_catalog.text AS state,
       (t.tgparentid <> 0)::pg_catalog.text AS inherited,
       (pg_catalog.pg_get_triggerdef(t.oid, false))::pg_catalog.text AS definition
FROM pg_catalog.unnest('{20001,20003,20004,20005}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_trigger t ON t.tgrelid = w.oid
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
LEFT JOIN pg_catalog.pg_trigger p ON p.oid = t.tgparentid
WHERE (NOT t.tgisinternal AND t.tgparentid = 0) OR t.tgenabled <> p.tgenabled
ORDER BY t.tgrelid, t.tgname;

-- policies, after the locks
SELECT (p.oid)::pg_catalog.text AS oid,
       (p.polname)::pg_catalog.text AS name,
       (c.relnamespace)::pg_catalog.text AS schema,
       (p.polrelid)::pg_catalog.text AS table,
       (p.polcmd)::pg_catalog.text AS command,
       (p.polpermissive)::pg_catalog.text AS permissive,
       (ARRAY(SELECT r.rolname FROM pg_catalog.pg_roles r WHERE r.oid = ANY (p.polroles)))::pg_catalog.text AS roles,
       (pg_catalog.pg_get_expr(p.polqual, p.polrelid))::pg_catalog.text AS using_expression,
       (pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))::pg_catalog.text AS check_expression
FROM pg_catalog.unnest('{20001,20003}'::pg_catalog.oid[]) AS w(oid)
JOIN pg_catalog.pg_policy p ON p.polrelid = w.oid
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid;

-- dependencies, after the locks
SELECT (d.classid) AS class,
       (d.objid) AS oid,
       (d.refclassid) AS on_class,
       (d.refobjid) AS on_oid,
       (d.deptype) AS kind
FROM (
    SELECT classid, objid, refclassid, refobjid, deptype FROM pg_catalog.pg_depend
    WHERE deptype NOT IN ('p', 'e')
    UNION ALL
    -- members of operator families stand for their family
    SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, o.amopfamily, d.refclassid, d.refobjid, d.deptype
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_amop o ON d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass AND d.objid = o.oid
    WHERE d.deptype NOT IN ('p', 'e', 'i')
      AND NOT (d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.refobjid = o.amopfamily)
    UNION ALL
    SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, p.amprocfamily, d.refclassid, d.refobjid, d.deptype
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_amproc p ON d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass AND d.objid = p.oid
    WHERE d.deptype NOT IN ('p', 'e', 'i')
      AND NOT (d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.refobjid = p.amprocfamily)
) d
WHERE d.objid >= 16384
  AND (d.refobjid >= 16384 OR d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
       OR d.deptype = 'x') -- plpgsql comes with initdb
ORDER BY d.classid, d.objid;

-- comments, after the locks
SELECT (d.classoid)::pg_catalog.text AS class,
       (d.objoid)::pg_catalog.text AS oid,
       (d.objsubid)::pg_catalog.text AS sub,
       (d.description)::pg_catalog.text AS description
FROM pg_catalog.pg_description d
WHERE d.objoid >= 16384
   OR d.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass
   OR (d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
       AND d.objoid = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public'))
ORDER BY d.classoid, d.objoid, d.objsubid;

-- security labels, after the locks
SELECT (l.classoid)::pg_catalog.text AS class,
       (l.objoid)::pg_catalog.text AS oid,
       (l.objsubid)::pg_catalog.text AS sub,
       (l.provider)::pg_catalog.text AS provider,
       (l.label)::pg_catalog.text AS label
FROM pg_catalog.pg_seclabel l ORDER BY l.classoid, l.objoid, l.objsubid, l.provider;

-- initial privileges, after the locks
SELECT (p.classoid)::pg_catalog.text AS class,
       (p.objoid)::pg_catalog.text AS oid,
       (p.objsubid)::pg_catalog.text AS sub,
       (p.initprivs)::pg_catalog.text AS acl
FROM pg_catalog.pg_init_privs p;

-- column privileges, after the locks
SELECT (a.attrelid)::pg_catalog.text AS oid,
       (a.attnum)::pg_catalog.text AS number,
       (a.attname)::pg_catalog.text AS name,
       (a.attacl)::pg_catalog.text AS acl
FROM (
    SELECT attrelid, attnum FROM pg_catalog.pg_attribute WHERE attacl IS NOT NULL
    UNION
    SELECT objoid, objsubid FROM pg_catalog.pg_init_privs
    WHERE classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid <> 0
) k
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.attrelid AND a.attnum = k.attnum
WHERE NOT a.attisdropped
ORDER BY a.attrelid, a.attnum;

-- roles, of a cluster
SELECT (r.oid)::pg_catalog.text AS oid,
       (r.rolname)::pg_catalog.text AS name,
       (r.rolsuper)::pg_catalog.text AS superuser,
       (r.rolinherit)::pg_catalog.text AS inherit,
       (r.rolcreaterole)::pg_catalog.text AS createrole,
       (r.rolcreatedb)::pg_catalog.text AS createdb,
       (r.rolcanlogin)::pg_catalog.text AS login,
       (r.rolreplication)::pg_catalog.text AS replication,
       (r.rolbypassrls)::pg_catalog.text AS bypassrls,
       (r.rolconnlimit)::pg_catalog.text AS connections,
       (r.rolpassword)::pg_catalog.text AS password,
       (r.rolvaliduntil)::pg_catalog.text AS valid_until,
       (pg_catalog.shobj_description(r.oid, 'pg_authid'))::pg_catalog.text AS comment
FROM pg_catalog.pg_authid r WHERE r.rolname !~ '^pg_' ORDER BY r.rolname;

-- roles, of a cluster, without passwords
SELECT (r.oid)::pg_catalog.text AS oid,
       (r.rolname)::pg_catalog.text AS name,
       (r.rolsuper)::pg_catalog.text AS superuser,
       (r.rolinherit)::pg_catalog.text AS inherit,
       (r.rolcreaterole)::pg_catalog.text AS createrole,
       (r.rolcreatedb)::pg_catalog.text AS createdb,
       (r.rolcanlogin)::pg_catalog.text AS login,
       (r.rolreplication)::pg_catalog.text AS replication,
       (r.rolbypassrls)::pg_catalog.text AS bypassrls,
       (r.rolconnlimit)::pg_catalog.text AS connections,
       (r.rolpassword)::pg_catalog.text AS password,
       (r.rolvaliduntil)::pg_catalog.text AS valid_until,
       (pg_catalog.shobj_description(r.oid, 'pg_authid'))::pg_catalog.text AS comment
FROM (SELECT r.oid, r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
    r.rolreplication, r.rolbypassrls, r.rolconnlimit, NULL AS rolpassword, r.rolvaliduntil FROM pg_catalog.pg_roles r) r
WHERE r.rolname !~ '^pg_' ORDER BY r.rolname;

-- role memberships, of a cluster
SELECT (r.rolname)::pg_catalog.text AS role,
       (m.rolname)::pg_catalog.text AS member,
       (0)::pg_catalog.text AS grantor_oid,
       (NULL)::pg_catalog.text AS grantor,
       (a.admin_option)::pg_catalog.text AS admin,
       (NULL)::pg_catalog.text AS inherit,
       (true)::pg_catalog.text AS set
FROM pg_catalog.pg_auth_members a
JOIN pg_catalog.pg_roles r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles m ON m.oid = a.member
LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantor
WHERE NOT (r.rolname ~ '^pg_' AND m.rolname ~ '^pg_')
ORDER BY r.rolname, m.rolname, g.rolname;

-- settings of roles, of a cluster
SELECT (r.rolname)::pg_catalog.text AS role,
       (c.setting)::pg_catalog.text AS setting
FROM pg_catalog.pg_db_role_setting s
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole,
LATERAL pg_catalog.unnest(s.setconfig) WITH ORDINALITY c(setting, place)
WHERE s.setdatabase = 0 AND (s.setrole = 0 OR r.rolname !~ '^pg_')
ORDER BY r.rolname NULLS LAST, c.place;

-- tablespaces, of a cluster
SELECT (t.oid)::pg_catalog.text AS oid,
       (t.spcname)::pg_catalog.text AS name,
       (pg_catalog.pg_get_userbyid(t.spcowner))::pg_catalog.text AS owner,
       (pg_catalog.pg_tablespace_location(t.oid))::pg_catalog.text AS location,
       (pg_catalog.array_to_string(t.spcoptions, ', '))::pg_catalog.text AS options,
       (t.spcacl)::pg_catalog.text AS acl,
       (pg_catalog.acldefault('t', t.spcowner))::pg_catalog.text AS acldefault,
       (pg_catalog.shobj_description(t.oid, 'pg_tablespace'))::pg_catalog.text AS comment
FROM pg_catalog.pg_tablespace t WHERE t.spcname !~ '^pg_' ORDER BY t.oid;

-- security labels, of a cluster
SELECT (l.objoid)::pg_catalog.text AS oid,
       (l.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass)::pg_catalog.text AS is_role,
       (l.provider)::pg_catalog.text AS provider,
       (l.label)::pg_catalog.text AS label
FROM pg_catalog.pg_shseclabel l
WHERE l.classoid IN ('pg_catalog.pg_authid'::pg_catalog.regclass, 'pg_catalog.pg_tablespace'::pg_catalog.regclass)
ORDER BY l.classoid, l.objoid, l.provider;

-- databases, of a cluster
SELECT (d.datname)::pg_catalog.text AS name
FROM pg_catalog.pg_database d
WHERE d.datallowconn AND d.datconnlimit <> -2 AND d.datname NOT IN ('template0', 'template1', 'postgres')
ORDER BY d.datname;

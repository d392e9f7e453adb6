//! What is asked of a target: a few queries about sets, whatever the number of objects.

use pgx_archive::spelling::literal;

use super::needs::{Named, Needs};

/// What the server and the database are, and what the role may: one row, read by [`super::Facts`].
pub fn facts(major: u32) -> String {
    let since = |version, column: &'static str, stand_in: &'static str| {
        if major >= version { column } else { stand_in }
    };
    let provider = since(
        15,
        "CASE d.datlocprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END",
        "'libc'",
    );
    let locale = since(17, "d.datlocale", since(15, "d.daticulocale", "NULL"));
    let reserved = since(
        16,
        "pg_catalog.current_setting('reserved_connections')::pg_catalog.int4",
        "0",
    );
    let subscriber = since(
        16,
        "r.rolsuper OR pg_catalog.pg_has_role('pg_create_subscription', 'USAGE')",
        "r.rolsuper",
    );
    let setting = |name: &str| format!("pg_catalog.current_setting('{name}')::pg_catalog.int4");
    let (connections, prepared) = (setting("max_connections"), setting("max_prepared_transactions"));
    let (locks, kept) = (
        setting("max_locks_per_transaction"),
        setting("superuser_reserved_connections"),
    );
    format!(
        "SELECT pg_catalog.pg_is_in_recovery(), r.rolname::pg_catalog.text, r.rolsuper, r.rolcreatedb, r.rolcreaterole,
  r.rolbypassrls, {subscriber}, d.datname::pg_catalog.text,
  pg_catalog.pg_encoding_to_char(d.encoding)::pg_catalog.text, {provider}::pg_catalog.text,
  d.datcollate::pg_catalog.text, d.datctype::pg_catalog.text, ({locale})::pg_catalog.text,
  pg_catalog.has_database_privilege(d.oid, 'CREATE'),
  EXISTS (SELECT FROM pg_catalog.pg_collation c WHERE c.collprovider = 'i'),
  (SELECT GREATEST(max(pg_catalog.age(a.datfrozenxid)), max(pg_catalog.mxid_age(a.datminmxid)))
   FROM pg_catalog.pg_database a),
  {connections} - {kept} - {reserved} - (SELECT sum(s.numbackends)::pg_catalog.int4 FROM pg_catalog.pg_stat_database s),
  CASE WHEN r.rolsuper OR d.datconnlimit < 0 THEN NULL ELSE d.datconnlimit END,
  CASE WHEN r.rolsuper OR r.rolconnlimit < 0 THEN NULL ELSE r.rolconnlimit END,
  {locks} * ({connections} + {prepared}),
  (SELECT count(*) FROM pg_catalog.pg_prepared_xacts x WHERE x.database = d.datname),
  (SELECT pg_catalog.string_agg(e.evtname, ', ' ORDER BY e.evtname) FROM pg_catalog.pg_event_trigger e
   WHERE e.evtenabled <> 'D'),
  pg_catalog.pg_backend_pid()
FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.rolname = current_user
WHERE d.datname = pg_catalog.current_database()"
    )
}

/// Which names are there, and which of them the role may use: rows of kind, name, and two truth values.
pub fn names(needs: &Needs, major: u32) -> String {
    let member = if major >= 16 { "SET" } else { "MEMBER" };
    let may_set = if major >= 15 {
        "s.context = 'user' OR me.rolsuper OR pg_catalog.has_parameter_privilege(s.name, 'SET')"
    } else {
        "s.context = 'user' OR me.rolsuper"
    };
    let databases = Named::from_iter(needs.database.iter().map(|name| (name.clone(), String::new())));
    let asked = [
        (
            "role",
            &needs.all_roles(),
            "pg_roles",
            "rolname",
            format!("pg_catalog.pg_has_role(s.oid, '{member}')"),
        ),
        (
            "tablespace",
            &needs.tablespaces,
            "pg_tablespace",
            "spcname",
            "pg_catalog.has_tablespace_privilege(s.oid, 'CREATE')".to_owned(),
        ),
        (
            "access method",
            &needs.access_methods,
            "pg_am",
            "amname",
            "s.amtype = 't'".to_owned(),
        ),
        (
            "schema",
            &needs.schemas,
            "pg_namespace",
            "nspname",
            "pg_catalog.has_schema_privilege(s.oid, 'CREATE')".to_owned(),
        ),
        ("setting", &needs.settings, "pg_settings", "name", may_set.to_owned()),
        ("database", &databases, "pg_database", "datname", "true".to_owned()),
    ];
    let queries: Vec<String> = asked
        .iter()
        .filter(|(_, names, ..)| !names.is_empty())
        .map(|(kind, names, catalog, column, may)| {
            // Names of settings know no upper case.
            let match_name = match *kind {
                "setting" => format!("pg_catalog.lower(s.{column}) = pg_catalog.lower(w.name)"),
                _ => format!("s.{column} = w.name"),
            };
            format!(
                "SELECT '{kind}', w.name, s.{column} IS NOT NULL, COALESCE({may}, false)
FROM pg_catalog.unnest({}) AS w(name) LEFT JOIN pg_catalog.{catalog} s ON {match_name}
JOIN pg_catalog.pg_roles me ON me.rolname = current_user",
                array(names.keys().map(String::as_str))
            )
        })
        .collect();
    queries.join("\nUNION ALL\n")
}

/// What the server knows of extensions: rows of name, default version, version in the database, and whether it
/// takes a superuser to make it; empty when there are none to ask for.
pub fn extensions(needs: &Needs, major: u32) -> String {
    if needs.extensions.is_empty() {
        return String::new();
    }
    let trusted = if major >= 13 {
        "v.superuser AND NOT v.trusted"
    } else {
        "v.superuser"
    };
    format!(
        "SELECT w.name, a.default_version, i.extversion, COALESCE({trusted}, false)
FROM pg_catalog.unnest({}) AS w(name)
LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = w.name
LEFT JOIN pg_catalog.pg_extension i ON i.extname = w.name
LEFT JOIN pg_catalog.pg_available_extension_versions v ON v.name = w.name AND v.version = a.default_version",
        array(needs.extensions.keys().map(String::as_str))
    )
}

/// Which relations are there: rows of schema, name, and whether one may insert, and whether row security stands
/// against it.
pub fn relations<'a>(relations: impl Iterator<Item = &'a (String, String)> + Clone) -> String {
    let schemas = array(relations.clone().map(|(schema, _)| schema.as_str()));
    let names = array(relations.map(|(_, name)| name.as_str()));
    format!(
        "SELECT w.schema, w.name, pg_catalog.has_table_privilege(c.oid, 'INSERT'), pg_catalog.row_security_active(c.oid)
FROM ROWS FROM (pg_catalog.unnest({schemas}), pg_catalog.unnest({names})) AS w(schema, name)
JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name"
    )
}

/// A statement that fails where the server's machine does not have a locale, and changes nothing.
pub fn locale(name: &str) -> String {
    format!("SELECT pg_catalog.set_config('lc_monetary', {}, true)", literal(name))
}

fn array<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.map(literal).collect();
    format!("ARRAY[{}]::pg_catalog.text[]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_major_knows() {
        assert!(!facts(14).contains("datlocprovider"));
        assert!(facts(15).contains("daticulocale") && facts(17).contains("datlocale"));
        assert!(!facts(15).contains("'reserved_connections'") && facts(16).contains("'reserved_connections'"));
    }

    #[test]
    fn only_what_is_needed_is_asked_for() {
        let mut needs = Needs::default();
        assert_eq!(names(&needs, 18), "");
        assert_eq!(extensions(&needs, 18), "");
        needs.roles.insert("o'hara".to_owned(), "x".to_owned());
        let sql = names(&needs, 15);
        assert!(sql.contains("ARRAY['o''hara']::pg_catalog.text[]") && sql.contains("'MEMBER'"));
        assert!(!sql.contains("UNION"));
    }
}

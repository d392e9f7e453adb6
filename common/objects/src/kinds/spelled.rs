//! Pieces of SQL that several queries share: what the server spells for us.

/// The types of a function's input arguments, with commas: what names it among others of its name.
macro_rules! argument_types {
    ($function:literal) => {
        concat!(
            "SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM pg_catalog.unnest(",
            $function,
            ".proargtypes) WITH ORDINALITY AS a(type, place)"
        )
    };
}

/// Whether a function has an argument whose name came to be a key word after 12, one that may not name an
/// argument any more: a server that does not know it spells it without quotes.
macro_rules! has_new_words {
    () => {
        "p.proargnames && '{json,json_array,json_arrayagg,json_exists,json_object,json_objectagg,json_query,json_scalar,json_serialize,json_table,json_value,merge_action,normalize,system_user}'::pg_catalog.text[]"
    };
}

/// The arguments of the function `p` that are (or are not) columns of its result, names quoted that had better
/// be; followed by an expression that uses `a.place` and `a.type`.
macro_rules! arguments_by_hand {
    ($modes:literal, $rest:literal) => {
        concat!(
            "SELECT pg_catalog.string_agg(
            CASE a.mode WHEN 'o' THEN 'OUT ' WHEN 'b' THEN 'INOUT ' WHEN 'v' THEN 'VARIADIC '
                 WHEN 'i' THEN CASE WHEN p.prokind = 'p' THEN 'IN ' ELSE '' END ELSE '' END
            || CASE WHEN a.name <> '' THEN '\"' || pg_catalog.replace(a.name, '\"', '\"\"') || '\" ' ELSE '' END
            || pg_catalog.format_type(a.type, NULL)",
            $rest,
            ", ', ' ORDER BY a.place)
        FROM (SELECT t.place, t.type, COALESCE(p.proargnames[t.place::pg_catalog.int4], '') AS name, COALESCE(p.proargmodes[t.place::pg_catalog.int4], 'i') AS mode
              FROM pg_catalog.unnest(COALESCE(p.proallargtypes, p.proargtypes::pg_catalog.oid[]))
                   WITH ORDINALITY AS t(type, place)) AS a
        WHERE a.mode ",
            $modes
        )
    };
}

/// The arguments of the function `p` with names and defaults; words that are new are minded only where the
/// condition, followed by AND, is true.
macro_rules! arguments {
    ($only:literal) => {
        crate::query::since(
            17,
            "arguments",
            "pg_catalog.pg_get_function_arguments(p.oid)",
            concat!(
                "CASE WHEN ",
                $only,
                crate::kinds::spelled::has_new_words!(),
                " THEN (",
                crate::kinds::spelled::arguments_by_hand!(
                    "<> 't'",
                    " || COALESCE(' DEFAULT ' || pg_catalog.pg_get_function_arg_default(p.oid, a.place::pg_catalog.int4), '')"
                ),
                ") ELSE pg_catalog.pg_get_function_arguments(p.oid) END"
            ),
        )
    };
}

/// The same without defaults.
macro_rules! identity {
    ($only:literal) => {
        crate::query::since(
            17,
            "identity",
            "pg_catalog.pg_get_function_identity_arguments(p.oid)",
            concat!(
                "CASE WHEN ",
                $only,
                crate::kinds::spelled::has_new_words!(),
                " THEN (",
                crate::kinds::spelled::arguments_by_hand!("<> 't'", ""),
                ") ELSE pg_catalog.pg_get_function_identity_arguments(p.oid) END"
            ),
        )
    };
}

/// What the function `p` returns.
macro_rules! result {
    () => {
        crate::query::since(
            17,
            "result",
            "pg_catalog.pg_get_function_result(p.oid)",
            concat!(
                "CASE WHEN 't' = ANY (p.proargmodes) AND ",
                crate::kinds::spelled::has_new_words!(),
                " THEN 'TABLE(' || (",
                crate::kinds::spelled::arguments_by_hand!("= 't'", ""),
                ") || ')' ELSE pg_catalog.pg_get_function_result(p.oid) END"
            ),
        )
    };
}

/// Options of a foreign-data wrapper, a server or a user mapping, as they stand in `OPTIONS (…)`; empty for
/// none.
macro_rules! options {
    ($column:literal) => {
        concat!(
            "pg_catalog.array_to_string(ARRAY(
        SELECT pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value)
        FROM pg_catalog.pg_options_to_table(",
            $column,
            ") o ORDER BY o.option_name), E',\\n    ')"
        )
    };
}

pub(crate) use {argument_types, arguments, arguments_by_hand, has_new_words, identity, options, result};

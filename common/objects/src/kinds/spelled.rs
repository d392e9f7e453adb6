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

pub(crate) use {argument_types, options};

//! Names and literals, spelled the way pg_dump spells them.
//!
//! Both who writes the text of entries and who adds statements to it (owners, tablespaces) spell names;
//! the list of key words stands here once.

use std::borrow::Cow;
use std::cell::Cell;

thread_local! {
    /// Whether names are quoted that need not be; see [`quoting_all`].
    static QUOTE_ALL: Cell<bool> = const { Cell::new(false) };
}

/// Key words of PostgreSQL 18 that are not plain names everywhere (all but the unreserved ones, from
/// `src/include/parser/kwlist.h`), sorted.
static KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// An identifier, quoted when it has to be.
///
/// ```
/// use pgx_archive::spelling::ident;
///
/// assert_eq!(ident("orders"), "orders");
/// assert_eq!(ident("Orders"), "\"Orders\"");
/// ```
pub fn ident(name: &str) -> Cow<'_, str> {
    if is_plain(name) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

/// `schema.name`, each part quoted when it has to be.
pub fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", ident(schema), ident(name))
}

/// Does some work in which every name is quoted, key word or not, when `all` is true: `--quote-all-identifiers`.
///
/// It holds for what this thread does until `work` returns, and not for what `work` leaves to others.
///
/// ```
/// use pgx_archive::spelling::{ident, quoting_all};
///
/// assert_eq!(quoting_all(true, || ident("orders").into_owned()), "\"orders\"");
/// assert_eq!(ident("orders"), "orders");
/// ```
pub fn quoting_all<T>(all: bool, work: impl FnOnce() -> T) -> T {
    /// Puts back what was before, even when the work panics.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            QUOTE_ALL.set(self.0);
        }
    }
    let _before = Before(QUOTE_ALL.replace(all));
    work()
}

/// Whether a name needs no quotes: lower case, and not a key word that is reserved in some place.
pub fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && KEYWORDS.binary_search(&name).is_err()
        && !QUOTE_ALL.get()
}

/// A statement whose names are written in ASCII: `"tàble"` becomes `U&"t\\00e0ble"`.
///
/// For statements without literals and comments, such as COPY, on sessions whose encoding is not that of
/// the statement's text. It needs `standard_conforming_strings`, and a database whose encoding is known.
///
/// ```
/// use pgx_archive::spelling::ascii_names;
///
/// assert_eq!(
///     ascii_names("COPY public.\"tàble\" (id) FROM stdin"),
///     "COPY public.U&\"t\\00e0ble\" (id) FROM stdin"
/// );
/// ```
pub fn ascii_names(sql: &str) -> Cow<'_, str> {
    if sql.is_ascii() {
        return Cow::Borrowed(sql);
    }
    let mut written = String::with_capacity(sql.len() * 2);
    let mut rest = sql;
    while let Some((before, quoted)) = rest.split_once('"') {
        written.push_str(before);
        let end = end_of_name(quoted);
        let (name, after) = quoted.split_at(end);
        if !name.is_ascii() {
            written.push_str("U&\"");
            name.chars().for_each(|c| escape(c, &mut written));
        } else {
            written.push('"');
            written.push_str(name);
        }
        rest = match after.strip_prefix('"') {
            Some(after) => {
                written.push('"');
                after
            }
            None => after,
        };
    }
    written.push_str(rest);
    Cow::Owned(written)
}

/// Where the quote stands that ends a name: a doubled one is part of it.
fn end_of_name(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'"', Some(b'"')) => at += 2,
            (b'"', _) => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A character of a name that begins with `U&"`.
fn escape(c: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        c if c.is_ascii() => out.push(c),
        c if u32::from(c) <= 0xffff => out.push_str(&format!("\\{:04x}", u32::from(c))),
        c => out.push_str(&format!("\\+{:06x}", u32::from(c))),
    }
}

/// A string literal under `standard_conforming_strings`.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn identifiers_are_quoted_when_they_must_be() {
        assert_eq!(ident("orders"), "orders");
        assert_eq!(ident("_o1"), "_o1");
        assert_eq!(ident("Orders"), "\"Orders\"");
        assert_eq!(ident("1st"), "\"1st\"");
        assert_eq!(ident("select"), "\"select\"");
        assert_eq!(ident("name"), "name");
        assert_eq!(ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(ident(""), "\"\"");
        assert_eq!(qualified("a b", "t"), "\"a b\".t");
    }

    #[test]
    fn names_are_spelled_in_ascii() {
        assert_eq!(ascii_names("COPY a.b"), "COPY a.b");
        assert_eq!(
            ascii_names("COPY \"A\".\"é\"\"\\x\" (\"c\", \"𝄞\") x"),
            "COPY \"A\".U&\"\\00e9\"\"\\\\x\" (\"c\", U&\"\\+01d11e\") x"
        );
        assert_eq!(ascii_names("\"é"), "U&\"\\00e9", "what is cut stays cut");
    }

    #[test]
    fn literals_double_their_quotes() {
        assert_eq!(literal("it's"), "'it''s'");
    }
}

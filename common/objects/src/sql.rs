//! Names, literals and arrays, spelled the way pg_dump spells them.

use std::borrow::Cow;

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

fn is_plain(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && KEYWORDS.binary_search(&name).is_err()
}

/// A string literal under `standard_conforming_strings`.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A dollar-quoted string whose delimiter (even without its last `$`) does not occur in the text.
pub fn dollar_quoted(text: &str, prefix: &str) -> String {
    let mut delimiter = format!("${prefix}");
    let mut padding = "_XXXXXXX".chars().cycle();
    while text.contains(&delimiter) {
        delimiter.extend(padding.next());
    }
    delimiter.push('$');
    format!("{delimiter}{text}{delimiter}")
}

/// Storage parameters (`pg_class.reloptions` and the like) as they stand between parentheses.
pub fn options(list: &[String], prefix: &str) -> String {
    let mut parts = Vec::with_capacity(list.len());
    for option in list {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = if is_plain(value) {
            Cow::Borrowed(value)
        } else {
            Cow::Owned(literal(value))
        };
        parts.push(format!("{prefix}{}={value}", ident(name)));
    }
    parts.join(", ")
}

/// The elements of a one-dimensional array in its external form; `None` when it is not one.
pub fn parse_array(text: &str) -> Option<Vec<Option<String>>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut list = Vec::new();
    if inner.is_empty() {
        return Some(list);
    }
    let mut chars = inner.chars().peekable();
    loop {
        let mut element = String::new();
        let quoted = chars.next_if_eq(&'"').is_some();
        loop {
            match chars.peek() {
                None if quoted => return None,
                None => break,
                Some(',') if !quoted => break,
                Some('"') if quoted => {
                    chars.next();
                    break;
                }
                Some('\\') => {
                    chars.next();
                    element.push(chars.next()?);
                }
                Some(_) => element.extend(chars.next()),
            }
        }
        list.push(if !quoted && element == "NULL" {
            None
        } else {
            Some(element)
        });
        match chars.next() {
            None => return Some(list),
            Some(',') => {}
            Some(_) => return None,
        }
    }
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
    fn dollar_quotes_avoid_the_text() {
        assert_eq!(dollar_quoted("select 1", ""), "$$select 1$$");
        assert_eq!(dollar_quoted("a $1", ""), "$_$a $1$_$");
        assert_eq!(dollar_quoted("a $_$ b", ""), "$_X$a $_$ b$_X$");
    }

    #[test]
    fn arrays_are_read() {
        assert_eq!(parse_array("{}"), Some(vec![]));
        assert_eq!(
            parse_array("{a,NULL,\"b,\\\"c\"}"),
            Some(vec![Some("a".into()), None, Some("b,\"c".into())])
        );
        assert_eq!(parse_array("{a"), None);
        assert_eq!(parse_array("{\"a}"), None);
    }

    #[test]
    fn storage_parameters_are_quoted_like_pg_dump() {
        let list = ["fillfactor=70".to_owned(), "buffering=auto".to_owned(), "x".to_owned()];
        assert_eq!(
            options(&list, "toast."),
            "toast.fillfactor='70', toast.buffering=auto, toast.x=''"
        );
    }
}

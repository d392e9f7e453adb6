//! Sequences behind the columns that they give values to.

use pgx_archive::spelling::{ident, qualified};

/// The query for sequences that count upwards and belong to a column of whole numbers: schema and name of the
/// sequence, schema, name and column of the table.
pub const OWNED_SEQUENCES: &str = "\
SELECT sn.nspname::pg_catalog.text, s.relname::pg_catalog.text,
       tn.nspname::pg_catalog.text, t.relname::pg_catalog.text, a.attname::pg_catalog.text
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND t.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
  AND q.seqincrement > 0 AND NOT q.seqcycle AND a.atttypid IN (20, 21, 23)
ORDER BY 1, 2";

/// How many sequences are asked for at once.
pub const AT_ONCE: usize = 100;

/// A sequence, and the column that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Schema of the table.
    pub table_schema: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

/// The query for the next value of each sequence and the largest value in its column, in their order, as far as
/// that next value is taken: number in the list, next value, largest value.
pub fn positions(sequences: &[Owned]) -> String {
    let select = |(at, owned): (usize, &Owned)| {
        format!(
            "SELECT {at} AS place, s.last_value + CASE WHEN s.is_called THEN 1 ELSE 0 END AS next, \
             (SELECT pg_catalog.max({}) FROM {}) AS taken FROM {} AS s",
            ident(&owned.column),
            qualified(&owned.table_schema, &owned.table),
            qualified(&owned.schema, &owned.name),
        )
    };
    let all: Vec<String> = sequences.iter().enumerate().map(select).collect();
    format!(
        "SELECT place, next::pg_catalog.text, taken::pg_catalog.text FROM (\n{}) AS p WHERE next <= taken ORDER BY place",
        all.join("\nUNION ALL ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_asked_for_in_one_query() {
        let owned = |name: &str| Owned {
            schema: "public".to_owned(),
            name: name.to_owned(),
            table_schema: "public".to_owned(),
            table: "T".to_owned(),
            column: "id".to_owned(),
        };
        let sql = positions(&[owned("a"), owned("b")]);
        assert!(
            sql.contains(
                "(SELECT pg_catalog.max(id) FROM public.\"T\") AS taken FROM public.a AS s\nUNION ALL SELECT 1"
            )
        );
    }
}

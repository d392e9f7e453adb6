//! What the target has where rows are to go, and what speaks against them.

use pgx_archive::spelling::literal;

use super::destination::Destination;

/// A table of the target, as far as rows that go in have to know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The table, spelled for SQL.
    pub table: String,
    /// `pg_class.relkind`; none when there is no such table.
    pub relkind: Option<char>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Whether a foreign key refers to it.
    pub referenced: bool,
    /// Whether a trigger of it fires whatever `session_replication_role` is.
    pub insists: bool,
    /// Whether a key of it is deferrable, unique or excluding.
    pub defers: bool,
    /// Whether it has rules for INSERT or UPDATE, which COPY does not know.
    pub ruled: bool,
}

/// A column of a table of the target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether its values are computed.
    pub generated: bool,
    /// Whether it is GENERATED ALWAYS AS IDENTITY.
    pub always_identity: bool,
    /// Its place in the key that tells rows apart, from 0.
    pub key: Option<u32>,
    /// The operator by which the key compares it, spelled for SQL.
    pub equals: String,
}

/// The question what the target has in the place of some tables: a row for each of their columns, with
/// the columns that [`Standing::read`] reads.
///
/// The key is the primary key, else the index of the replica identity, else the oldest unique one that holds for all
/// rows at once: not deferrable, no condition, no expressions.
pub fn question(destinations: &[Destination]) -> String {
    let places = (0..).zip(destinations);
    let names = places.map(|(place, to): (usize, _)| format!("({place}, {})", literal(&to.table)));
    let names: Vec<String> = names.collect();
    format!(
        "SELECT w.place::pg_catalog.text, c.relkind::pg_catalog.text, a.attname::pg_catalog.text,
       a.attgenerated <> '', a.attidentity = 'a',
       p.place::pg_catalog.text,
       EXISTS (SELECT FROM pg_catalog.pg_constraint f WHERE f.contype = 'f' AND f.confrelid = c.oid),
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgenabled IN ('A', 'R')),
       (SELECT 'OPERATOR(' || pg_catalog.quote_ident(n.nspname) || '.' || o.oprname || ')'
        FROM pg_catalog.pg_opclass l
        JOIN pg_catalog.pg_amop m ON m.amopfamily = l.opcfamily AND m.amoplefttype = l.opcintype
             AND m.amoprighttype = l.opcintype AND m.amopstrategy = 3
        JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
        JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
        WHERE l.oid = k.classes[pg_catalog.array_lower(k.classes, 1) + p.place]),
       EXISTS (SELECT FROM pg_catalog.pg_index d WHERE d.indrelid = c.oid AND NOT d.indimmediate),
       EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type IN ('2', '3'))
FROM (VALUES {}) AS w (place, name)
LEFT JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(w.name)
LEFT JOIN LATERAL (
    SELECT (i.indkey::pg_catalog.int2[])[0:i.indnkeyatts - 1] AS columns, i.indclass::pg_catalog.oid[] AS classes
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
      AND i.indpred IS NULL AND i.indexprs IS NULL
    ORDER BY i.indisprimary DESC, i.indisreplident DESC, i.indexrelid LIMIT 1) AS k ON true
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
CROSS JOIN LATERAL (
    SELECT pg_catalog.array_position(k.columns, a.attnum) - pg_catalog.array_lower(k.columns, 1) AS place) AS p
ORDER BY w.place, a.attnum",
        names.join(", ")
    )
}

impl Standing {
    /// What the target has for each of the destinations, from the answer to [`question`].
    pub fn read(destinations: &[Destination], answer: &[Vec<Option<String>>]) -> Vec<Standing> {
        let named = |to: &Destination| Standing {
            table: to.table.clone(),
            ..Standing::default()
        };
        let mut all: Vec<Standing> = destinations.iter().map(named).collect();
        for row in answer {
            let text = |at: usize| row.get(at).and_then(Option::as_deref);
            let is_true = |at: usize| text(at) == Some("t");
            let place = text(0).and_then(|place| place.parse::<usize>().ok());
            let Some(standing) = place.and_then(|place| all.get_mut(place)) else {
                continue;
            };
            standing.relkind = text(1).and_then(|kind| kind.chars().next());
            standing.referenced = is_true(6);
            standing.insists = is_true(7);
            standing.defers = is_true(9);
            standing.ruled = is_true(10);
            standing.columns.extend(text(2).map(|name| Column {
                name: name.to_owned(),
                generated: is_true(3),
                always_identity: is_true(4),
                key: text(5).and_then(|place| place.parse().ok()),
                equals: text(8).unwrap_or_default().to_owned(),
            }));
        }
        all
    }

    /// Why the rows of a destination cannot go in here.
    pub fn objections(&self, to: &Destination) -> Vec<String> {
        let table = &self.table;
        match self.relkind {
            None => return vec![format!("there is no table {table}")],
            Some('r' | 'p' | 'f' | 'v') => {}
            Some(_) => return vec![format!("{table} is no table")],
        }
        let objection = |name: &String| match self.columns.iter().find(|column| column.name == *name) {
            None => Some(format!("table {table} has no column {name}")),
            Some(column) if column.generated => Some(format!("column {name} of table {table} is generated")),
            Some(_) => None,
        };
        to.columns.iter().filter_map(objection).collect()
    }

    /// The columns of the key that tells rows apart, in its order.
    pub fn key(&self) -> Vec<&Column> {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key.is_some()).collect();
        key.sort_by_key(|column| column.key);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::EntryId;

    fn to(table: &str, columns: &[&str]) -> Destination {
        Destination {
            entry: EntryId(1),
            table: table.to_owned(),
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    fn row<const N: usize>(values: [&str; N]) -> Vec<Option<String>> {
        let value = |text: &str| (text != "-").then(|| text.to_owned());
        values.map(value).into()
    }

    #[test]
    fn what_is_missing_is_named() {
        let destinations = [to("public.a", &["id", "x", "total"]), to("public.gone", &["id"])];
        let answer = [
            row(["0", "r", "id", "f", "t", "0", "t", "f", "-"]),
            row(["0", "r", "total", "t", "f", "-", "t", "f", "-"]),
            row(["1", "-", "-", "-", "-", "-", "f", "f", "-"]),
        ];
        let standing = Standing::read(&destinations, &answer);
        let said = |at: usize| standing[at].objections(&destinations[at]);
        assert_eq!(
            said(0),
            [
                "table public.a has no column x",
                "column total of table public.a is generated"
            ]
        );
        assert_eq!(said(1), ["there is no table public.gone"]);
        assert!(standing[0].referenced && standing[0].columns[0].always_identity);
    }

    #[test]
    fn a_key_has_the_order_of_its_index() {
        let answer = [
            row(["0", "r", "a", "f", "f", "1", "f", "f", "-"]),
            row(["0", "r", "b", "f", "f", "-", "f", "f", "-"]),
            row(["0", "r", "c", "f", "f", "0", "f", "f", "-"]),
        ];
        let standing = &Standing::read(&[to("public.t", &[])], &answer)[0];
        let key: Vec<&str> = standing.key().iter().map(|column| column.name.as_str()).collect();
        assert_eq!(key, ["c", "a"]);
        assert!(!standing.defers && !standing.ruled);
    }

    #[test]
    fn what_rows_cannot_be_merged_with_is_read() {
        let answer = [
            row(["0", "r", "a", "f", "f", "-", "f", "f", "-", "t", "f"]),
            row(["1", "r", "a", "f", "f", "-", "f", "f", "-", "f", "t"]),
        ];
        let standing = Standing::read(&[to("public.t", &[]), to("public.u", &[])], &answer);
        let seen: Vec<_> = standing.iter().map(|table| (table.defers, table.ruled)).collect();
        assert_eq!(seen, [(true, false), (false, true)]);
    }
}

//! Rows into a table that may have some of them: into a table beside it first, then from there.
//!
//! COPY knows no conflicts, INSERT does. So rows go into a temporary table of the session, which has the columns and
//! types of the target and none of its constraints, and one statement takes them on.

use pgx_archive::Entry;
use pgx_archive::spelling::ident;

use super::destination::Destination;
use super::standing::{Column, Standing};
use crate::copy::{NotCopied, copy_to};

/// The temporary table. A session fills one at a time.
const ROWS: &str = "pg_temp.pgx_rows";

/// What becomes of a row whose key the table has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// It is passed over, whichever key it is.
    Nothing,
    /// The row of the table takes its values.
    Update,
}

/// How the rows of an entry are merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    table: String,
    columns: Vec<String>,
    /// `DO …`, with what stands before it.
    action: String,
    /// How rows are told apart that are there already, where the server does not say it of them: a condition.
    known: Option<String>,
}

/// A table that rows cannot be merged into: without a key that would tell which row is to be updated, for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotMerge {
    /// What is wrong, naming the table.
    pub problem: String,
    /// What can be done about it.
    pub remedy: &'static str,
}

impl Merge {
    /// The merge of a destination's rows into what stands there.
    ///
    /// An update sets all columns that come but those of the key, and those that are GENERATED ALWAYS AS IDENTITY,
    /// which no update may set.
    pub fn new(to: &Destination, standing: &Standing, conflict: Conflict) -> Result<Merge, CannotMerge> {
        let cannot = |what: &str, remedy| {
            Err(CannotMerge {
                problem: format!("table {} {what}", to.table),
                remedy,
            })
        };
        let action = match conflict {
            _ if standing.ruled => {
                return cannot(
                    "has rules for INSERT or UPDATE, beside which servers take no ON CONFLICT",
                    "disable these rules while rows are loaded, or leave the table out with --exclude-table-data",
                );
            }
            Conflict::Nothing if standing.defers => {
                return cannot(
                    "has a deferrable key, for which servers take no ON CONFLICT DO NOTHING",
                    "make it not deferrable while rows are loaded, or leave the table out with --exclude-table-data",
                );
            }
            Conflict::Nothing => "DO NOTHING".to_owned(),
            Conflict::Update => update(to, standing)?,
        };
        let updates = !action.ends_with("DO NOTHING");
        Ok(Merge {
            table: to.table.clone(),
            columns: to.columns.clone(),
            action,
            known: known(to, standing).filter(|_| updates),
        })
    }

    /// The statement that drops the temporary table.
    pub const END: &str = "DROP TABLE pg_temp.pgx_rows";

    /// The statement that makes the temporary table.
    pub fn begin(&self) -> String {
        let columns = self.list();
        // A table made from a query has no constraints: a column that does not come may well be NOT NULL.
        format!(
            "CREATE TEMPORARY TABLE {ROWS} AS SELECT {columns} FROM {} WITH NO DATA",
            self.table
        )
    }

    /// The statement that takes the rows of an entry into the temporary table.
    pub fn copy(&self, entry: &Entry) -> Result<String, NotCopied> {
        copy_to(entry, ROWS, "")
    }

    /// The statement that takes the rows on, and tells how many were inserted and how many updated.
    pub fn finish(&self) -> String {
        let (table, columns, action) = (&self.table, self.list(), &self.action);
        let insert = format!(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {ROWS} ON CONFLICT {action}"
        );
        match &self.known {
            // A row that was updated has been locked for it.
            None => format!(
                "WITH merged (inserted) AS ({insert} RETURNING {}) \
                 SELECT (pg_catalog.count(*) FILTER (WHERE inserted))::pg_catalog.text, \
                 (pg_catalog.count(*) FILTER (WHERE NOT inserted))::pg_catalog.text FROM merged",
                match action.ends_with("DO NOTHING") {
                    true => "true",
                    false => "xmax::pg_catalog.text = '0'",
                }
            ),
            // All of a statement sees the table as it was before.
            Some(condition) => format!(
                "WITH merged AS ({insert} RETURNING true), \
                 known (count) AS (SELECT pg_catalog.count(*) FROM {ROWS} AS came \
                 WHERE EXISTS (SELECT FROM {table} AS there WHERE {condition})) \
                 SELECT GREATEST((SELECT pg_catalog.count(*) FROM merged) - known.count, 0)::pg_catalog.text, \
                 known.count::pg_catalog.text FROM known"
            ),
        }
    }

    fn list(&self) -> String {
        let columns = self.columns.iter().map(|column| ident(column));
        columns.collect::<Vec<_>>().join(", ")
    }
}

/// Which rows are there already: of partitioned tables the server does not say what it did with a row.
fn known(to: &Destination, standing: &Standing) -> Option<String> {
    let key = standing.key();
    let comes = key.iter().all(|column| to.columns.contains(&column.name));
    let equal = |column: &&Column| {
        let name = ident(&column.name);
        format!("there.{name} {} came.{name}", column.equals)
    };
    let condition: Vec<String> = key.iter().map(equal).collect();
    (standing.relkind != Some('r') && comes && !key.is_empty()).then(|| condition.join(" AND "))
}

fn update(to: &Destination, standing: &Standing) -> Result<String, CannotMerge> {
    let key = standing.key();
    let lacks = |what: &str| CannotMerge {
        problem: format!("table {} {what}", to.table),
        remedy: match standing.defers {
            // Nothing would be refused, too.
            true => "add a key that is not deferrable",
            false => "add a key, or say --on-conflict nothing",
        },
    };
    if key.is_empty() {
        return Err(lacks(
            "has neither a primary key nor a unique index that tells its rows apart",
        ));
    }
    if let Some(column) = key.iter().find(|column| !to.columns.contains(&column.name)) {
        return Err(lacks(&format!(
            "has column {} in its key, which does not come",
            column.name
        )));
    }
    let columns = standing
        .columns
        .iter()
        .filter(|column| to.columns.contains(&column.name));
    let set = columns.filter(|column| column.key.is_none() && !column.always_identity);
    let set: Vec<String> = set
        .map(|column| format!("{0} = EXCLUDED.{0}", ident(&column.name)))
        .collect();
    let key: Vec<_> = key.iter().map(|column| ident(&column.name)).collect();
    Ok(match set.is_empty() {
        true => format!("({}) DO NOTHING", key.join(", ")),
        false => format!("({}) DO UPDATE SET {}", key.join(", "), set.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::rows;

    fn column(name: &str, key: Option<u32>) -> Column {
        Column {
            name: name.to_owned(),
            key,
            ..Column::default()
        }
    }

    fn table(columns: Vec<Column>) -> Standing {
        Standing {
            table: "public.t".to_owned(),
            relkind: Some('r'),
            columns,
            ..Standing::default()
        }
    }

    fn merge(columns: &[&str], standing: &Standing, conflict: Conflict) -> Result<Merge, CannotMerge> {
        let mut entry = rows("t");
        let data = entry.data.as_mut().expect("rows have data");
        data.columns = columns.iter().map(|&name| name.to_owned()).collect();
        Merge::new(&Destination::of(&entry).expect("it is copied"), standing, conflict)
    }

    #[test]
    fn rows_go_by_a_table_without_constraints() {
        let standing = table(vec![column("id", Some(0)), column("Name", None), column("made", None)]);
        let merge = merge(&["Name", "id"], &standing, Conflict::Update).expect("there is a key");
        assert_eq!(
            merge.begin(),
            "CREATE TEMPORARY TABLE pg_temp.pgx_rows AS SELECT \"Name\", id FROM public.t WITH NO DATA"
        );
        assert_eq!(
            merge.copy(&rows("t")).as_deref(),
            Ok("COPY pg_temp.pgx_rows (id) FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')")
        );
        assert!(merge.finish().starts_with(
            "WITH merged (inserted) AS (INSERT INTO public.t (\"Name\", id) OVERRIDING SYSTEM VALUE \
             SELECT \"Name\", id FROM pg_temp.pgx_rows ON CONFLICT (id) DO UPDATE SET \"Name\" = EXCLUDED.\"Name\" RETURNING"
        ));
    }

    #[test]
    fn a_row_that_is_all_key_has_nothing_to_update() {
        let mut identity = column("n", None);
        identity.always_identity = true;
        let standing = table(vec![column("a", Some(1)), column("b", Some(0)), identity]);
        let merge = merge(&["a", "b", "n"], &standing, Conflict::Update).expect("there is a key");
        assert!(merge.finish().contains(" ON CONFLICT (b, a) DO NOTHING "));
    }

    #[test]
    fn what_became_of_rows_of_partitioned_tables_is_told_by_their_key() {
        let mut key = column("id", Some(0));
        key.equals = "OPERATOR(pg_catalog.=)".to_owned();
        let mut standing = table(vec![key, column("x", None)]);
        standing.relkind = Some('p');
        let merge = merge(&["id", "x"], &standing, Conflict::Update).expect("there is a key");
        let sql = merge.finish();
        assert!(
            sql.contains("FROM public.t AS there WHERE there.id OPERATOR(pg_catalog.=) came.id)"),
            "{sql}"
        );
        assert!(!sql.contains("xmax"), "{sql}");
    }

    #[test]
    fn whatever_the_key_nothing_is_done() {
        let merge = merge(&["id"], &table(vec![column("id", None)]), Conflict::Nothing).expect("no key is needed");
        assert!(merge.finish().contains(" ON CONFLICT DO NOTHING "));
    }

    #[test]
    fn what_servers_refuse_in_the_middle_is_refused_before() {
        let deferrable = Standing {
            defers: true,
            ..table(vec![column("id", None), column("name", Some(0))])
        };
        let refused = merge(&["id", "name"], &deferrable, Conflict::Nothing).expect_err("they do");
        assert!(refused.problem.contains("a deferrable key"), "{}", refused.problem);
        merge(&["id", "name"], &deferrable, Conflict::Update).expect("there is another one to go by");
        let refused = merge(&["id"], &deferrable, Conflict::Update).expect_err("it does not come");
        assert_eq!(refused.remedy, "add a key that is not deferrable");
        let ruled = Standing {
            ruled: true,
            ..table(vec![column("id", Some(0)), column("name", None)])
        };
        for conflict in [Conflict::Nothing, Conflict::Update] {
            let refused = merge(&["id", "name"], &ruled, conflict).expect_err("they do");
            assert!(
                refused.problem.contains("rules for INSERT or UPDATE"),
                "{}",
                refused.problem
            );
        }
    }

    #[test]
    fn an_update_needs_a_key_that_comes() {
        let problem = |columns: Vec<Column>| {
            let merged = merge(&["id"], &table(columns), Conflict::Update);
            merged.expect_err("there is no such key").problem
        };
        assert_eq!(
            problem(vec![column("id", None)]),
            "table public.t has neither a primary key nor a unique index that tells its rows apart"
        );
        assert_eq!(
            problem(vec![column("id", None), column("tenant", Some(0))]),
            "table public.t has column tenant in its key, which does not come"
        );
    }
}

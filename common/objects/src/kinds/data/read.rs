//! The COPY statements that read rows, from an entry alone.

use pgx_archive::{Entry, Format, Kind};

use crate::sql::{ident, qualified};

/// Field of an entry: the WHERE clause, with its key word, that says which rows are sent.
pub const CONDITION: &str = "condition";
/// Field of an entry: the rows are those of a foreign table.
pub const FOREIGN: &str = "foreign";

/// A range of blocks of a table's main file; without an end, all that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// The first.
    pub from: u64,
    /// The first that is no longer part of it.
    pub to: Option<u64>,
}

/// `COPY … TO STDOUT` for the rows of an entry, all of them or those in a range of blocks; `None` for an entry
/// that is not about rows of a table.
pub fn copy_out(entry: &Entry, blocks: Option<Blocks>) -> Option<String> {
    let data = entry.data.as_ref().filter(|_| entry.kind == Kind::TableData)?;
    let table = qualified(entry.schema.as_deref()?, &entry.name);
    let names: Vec<&str> = data.columns.iter().map(String::as_str).collect();
    let condition = entry.fields.get(CONDITION).and_then(|value| value.as_str());
    let foreign = entry.fields.contains_key(FOREIGN);
    let source = if blocks.is_none() && condition.is_none() && !foreign {
        match super::column_list(&names) {
            list if list.is_empty() => table,
            list => format!("{table} {list}"),
        }
    } else {
        let list: Vec<_> = names.iter().map(|name| ident(name)).collect();
        let from = match (blocks, condition) {
            (None, None) => format!("ONLY {table}"),
            (None, Some(condition)) => format!("ONLY {table} {condition}"),
            (Some(blocks), None) => format!("ONLY {table} WHERE {}", range(blocks)),
            // The condition may be any clause, so the range stays out of it.
            (Some(blocks), Some(condition)) => format!(
                "(SELECT * FROM ONLY {table} WHERE {}) AS {} {condition}",
                range(blocks),
                ident(&entry.name)
            ),
        };
        format!("(SELECT {} FROM {from})", list.join(", "))
    };
    let format = match data.format {
        Format::Binary => " (FORMAT binary)",
        _ => "",
    };
    Some(format!("COPY {source} TO STDOUT{format}"))
}

fn range(blocks: Blocks) -> String {
    let from = format!("ctid >= '({},0)'::pg_catalog.tid", blocks.from);
    match blocks.to {
        None => from,
        Some(to) => format!("{from} AND ctid < '({to},0)'::pg_catalog.tid"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::Data;

    fn entry(columns: &[&str], format: Format) -> Entry {
        let mut entry = Entry::new(Kind::TableData, Some("public"), "Order", "joe");
        entry.data = Some(Box::new(Data {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            types: Vec::new(),
            format,
            encoding: "UTF8".to_owned(),
            settings: Default::default(),
            parts: 1,
            part_blocks: 0,
            logged: true,
            via_root: false,
            estimated_rows: 0,
            estimated_bytes: 0,
        }));
        entry
    }

    fn sql(entry: &Entry, blocks: Option<Blocks>) -> String {
        copy_out(entry, blocks).expect("it is about rows")
    }

    #[test]
    fn whole_tables() {
        let text = entry(&["id", "to"], Format::Text);
        assert_eq!(sql(&text, None), "COPY public.\"Order\" (id, \"to\") TO STDOUT");
        let binary = entry(&["id"], Format::Binary);
        assert_eq!(
            sql(&binary, None),
            "COPY public.\"Order\" (id) TO STDOUT (FORMAT binary)"
        );
        assert_eq!(sql(&entry(&[], Format::Text), None), "COPY public.\"Order\" TO STDOUT");
    }

    #[test]
    fn parts_and_conditions() {
        let blocks = |from, to| Some(Blocks { from, to });
        let mut entry = entry(&["id"], Format::Text);
        assert_eq!(
            sql(&entry, blocks(10, Some(20))),
            "COPY (SELECT id FROM ONLY public.\"Order\" WHERE ctid >= '(10,0)'::pg_catalog.tid \
             AND ctid < '(20,0)'::pg_catalog.tid) TO STDOUT"
        );
        entry.fields.insert(CONDITION.to_owned(), "WHERE id > 5".into());
        assert_eq!(
            sql(&entry, None),
            "COPY (SELECT id FROM ONLY public.\"Order\" WHERE id > 5) TO STDOUT"
        );
        assert_eq!(
            sql(&entry, blocks(10, None)),
            "COPY (SELECT id FROM (SELECT * FROM ONLY public.\"Order\" WHERE ctid >= '(10,0)'::pg_catalog.tid) \
             AS \"Order\" WHERE id > 5) TO STDOUT"
        );
    }

    #[test]
    fn other_entries_have_no_rows_to_copy() {
        assert_eq!(
            copy_out(&Entry::new(Kind::Table, Some("public"), "t", "joe"), None),
            None
        );
    }
}

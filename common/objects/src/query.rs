//! Catalog queries as data: columns that know since which major they exist.

use std::fmt::Write;

/// A PostgreSQL major version, 12 to 18.
pub type Major = u32;

/// One column of a catalog query; its value is read as text, whatever its type.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The name the reader uses.
    pub name: &'static str,
    /// The expression on servers that have it.
    pub expression: &'static str,
    /// The first major that has it.
    pub since: Major,
    /// The expression on older servers.
    pub stand_in: &'static str,
    /// Whether the server makes it text.
    pub cast: bool,
}

impl Column {
    /// The same without a cast: for names, letters, truth values, OIDs and other whole numbers, which arrive as
    /// they are. It counts in queries that give hundreds of thousands of rows.
    pub const fn as_it_is(self) -> Column {
        Column { cast: false, ..self }
    }
}

/// A column that every supported server has.
pub const fn column(name: &'static str, expression: &'static str) -> Column {
    Column {
        name,
        expression,
        since: 0,
        stand_in: "",
        cast: true,
    }
}

/// A column that came with a later major.
pub const fn since(since: Major, name: &'static str, expression: &'static str, stand_in: &'static str) -> Column {
    Column {
        name,
        expression,
        since,
        stand_in,
        cast: true,
    }
}

/// A catalog query.
#[derive(Clone, Copy, Debug)]
pub struct Select {
    /// What is read of each row.
    pub columns: &'static [Column],
    /// Everything from FROM on.
    pub from: &'static str,
}

impl Select {
    /// The finished text for a server; `$oids` in the FROM text becomes an array constant of `oids`.
    pub fn sql(&self, major: Major, oids: &[u32]) -> String {
        let mut sql = String::from("SELECT ");
        for (at, column) in self.columns.iter().enumerate() {
            let expression = if major >= column.since {
                column.expression
            } else {
                column.stand_in
            };
            let comma = if at == 0 { "" } else { ",\n       " };
            let cast = if column.cast { "::pg_catalog.text" } else { "" };
            let _ = write!(sql, "{comma}({expression}){cast} AS {}", column.name);
        }
        sql.push('\n');
        sql.push_str(&self.from.replace("$oids", &oid_array(oids)));
        sql
    }
}

/// An array of OIDs as a constant: `'{1,2}'::pg_catalog.oid[]`.
pub fn oid_array(oids: &[u32]) -> String {
    let mut text = String::with_capacity(24 + oids.len() * 6);
    text.push_str("'{");
    for (at, oid) in oids.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        let _ = write!(text, "{oid}");
    }
    text.push_str("}'::pg_catalog.oid[]");
    text
}

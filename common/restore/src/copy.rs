//! The target's side of COPY: the statement that takes an entry's rows.

use std::borrow::Cow;
use std::fmt;

use pgx_archive::spelling::{ascii_names, literal, qualified};
use pgx_archive::{Entry, Format};

use crate::existing::parts;

/// How every COPY statement of a table of contents ends.
pub(crate) const SUFFIX: &str = " FROM stdin;\n";

/// Whether a COPY may write frozen rows, which spares the table's first vacuum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freeze {
    /// Rows as every transaction writes them.
    No,
    /// Frozen rows; [`truncate`] comes before it in the same transaction.
    Yes,
}

/// An entry whose rows cannot be copied in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCopied {
    /// The entry, as messages name it.
    pub entry: String,
}

impl fmt::Display for NotCopied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no COPY statement", self.entry)
    }
}

impl std::error::Error for NotCopied {}

/// The statement that takes the rows of an entry, in the format they come in.
///
/// For text it says the encoding, too. Binary values are read in the session's `client_encoding`, whatever
/// COPY is told: the caller sets that to [`Data::encoding`](pgx_archive::Data::encoding), in which the statement
/// is then read, too; so it is ASCII.
///
/// ```
/// use pgx_archive::{Data, Entry, Format, Kind};
/// use pgx_restore::{Freeze, copy_in};
///
/// let mut rows = Entry::new(Kind::TableData, Some("public"), "orders", "shop");
/// rows.copy = "COPY public.orders (id, item) FROM stdin;\n".to_owned();
/// rows.data = Some(Box::new(Data {
///     columns: vec!["id".to_owned(), "item".to_owned()],
///     types: Vec::new(),
///     format: Format::Binary,
///     encoding: "UTF8".to_owned(),
///     settings: Default::default(),
///     parts: 1,
///     part_blocks: 0,
///     logged: true,
///     via_root: false,
///     estimated_rows: 0,
///     estimated_bytes: 0,
/// }));
/// assert_eq!(
///     copy_in(&rows, Freeze::No)?,
///     "COPY public.orders (id, item) FROM STDIN WITH (FORMAT binary)"
/// );
/// # Ok::<(), pgx_restore::NotCopied>(())
/// ```
pub fn copy_in(entry: &Entry, freeze: Freeze) -> Result<String, NotCopied> {
    let freeze = match freeze {
        Freeze::No => "",
        Freeze::Yes => ", FREEZE",
    };
    let (table, _) = parts(entry).ok_or_else(|| not_copied(entry))?;
    copy_to(entry, table, freeze)
}

/// The same into another table, with further options.
pub(crate) fn copy_to(entry: &Entry, table: &str, options: &str) -> Result<String, NotCopied> {
    let data = entry.data.as_ref().ok_or_else(|| not_copied(entry))?;
    let (_, columns) = parts(entry).ok_or_else(|| not_copied(entry))?;
    let format = match data.format {
        Format::Text => "text",
        Format::Binary => "binary",
        Format::LargeObjects => return Err(not_copied(entry)),
    };
    let target = readable(entry, format!("COPY {table}{columns}"));
    let encoding = match data.encoding.as_str() {
        encoding if !encoding.is_empty() && data.format == Format::Text => format!(", ENCODING {}", literal(encoding)),
        _ => String::new(),
    };
    Ok(format!("{target} FROM STDIN WITH (FORMAT {format}{encoding}{options})"))
}

/// A statement as a session reads it that takes the rows of an entry: binary ones come in their own encoding.
pub fn readable(entry: &Entry, sql: String) -> String {
    match &entry.data {
        Some(data) if data.format == Format::Binary && !matches!(data.encoding.as_str(), "UTF8" | "SQL_ASCII") => {
            ascii_names(&sql).into_owned()
        }
        _ => sql,
    }
}

fn not_copied(entry: &Entry) -> NotCopied {
    NotCopied {
        entry: entry.describe(),
    }
}

/// The statement before the rows of an entry in a script: it says the rows' encoding where that is not the
/// script's.
pub(crate) fn in_script<'a>(entry: &'a Entry, script: Option<&str>) -> Cow<'a, str> {
    let rows = entry.data.as_ref().map(|data| data.encoding.as_str());
    match (entry.copy.strip_suffix(SUFFIX), rows, script) {
        (Some(target), Some(rows), Some(script)) if !rows.is_empty() && rows != script => {
            Cow::Owned(format!("{target} FROM stdin WITH (ENCODING {});\n", literal(rows)))
        }
        _ => Cow::Borrowed(&entry.copy),
    }
}

/// What is known of the table that rows go into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// This load has created it.
    pub created_here: bool,
    /// It is partitioned: its rows lie elsewhere.
    pub partitioned: bool,
    /// A foreign key points to it, so that it cannot be truncated alone.
    pub referenced: bool,
    /// Some of its rows came with an earlier load of the same stream.
    pub begun: bool,
}

/// Whether an entry's rows may be written frozen: only where one transaction can hold TRUNCATE and all
/// of its rows, and nobody else has put rows there.
pub fn freeze(entry: &Entry, table: Table) -> Freeze {
    let whole = |entry: &Entry| {
        entry
            .data
            .as_ref()
            .is_some_and(|data| data.parts == 1 && !data.via_root)
    };
    let foreign = entry.fields.contains_key("foreign");
    if whole(entry) && !foreign && table.created_here && !table.partitioned && !table.referenced && !table.begun {
        Freeze::Yes
    } else {
        Freeze::No
    }
}

/// Empties the table of an entry, without those that inherit from it.
pub fn truncate(entry: &Entry) -> String {
    let table = qualified(entry.schema.as_deref().unwrap_or_default(), &entry.name);
    format!("TRUNCATE TABLE ONLY {table};")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{data, rows};

    #[test]
    fn the_statement_says_format_and_encoding() {
        let mut entry = rows("t");
        assert_eq!(
            copy_in(&entry, Freeze::Yes).unwrap(),
            "COPY public.t (id) FROM STDIN WITH (FORMAT text, ENCODING 'UTF8', FREEZE)"
        );
        entry.data = Some(Box::new(data(Format::Binary)));
        // A table without columns has no list of them.
        entry.copy = "COPY public.t  FROM stdin;\n".to_owned();
        assert_eq!(
            copy_in(&entry, Freeze::No).unwrap(),
            "COPY public.t  FROM STDIN WITH (FORMAT binary)"
        );
    }

    #[test]
    fn a_script_says_the_encoding_of_rows_that_is_not_its_own() {
        let mut entry = rows("t");
        let plain = "COPY public.t (id) FROM stdin;\n";
        assert_eq!(in_script(&entry, Some("UTF8")), plain);
        assert_eq!(in_script(&entry, None), plain);
        let mut text = data(Format::Text);
        text.encoding = "LATIN1".to_owned();
        entry.data = Some(Box::new(text));
        assert_eq!(
            in_script(&entry, Some("UTF8")),
            "COPY public.t (id) FROM stdin WITH (ENCODING 'LATIN1');\n"
        );
    }

    #[test]
    fn binary_rows_in_another_encoding_leave_the_statement_readable() {
        let mut entry = rows("t");
        entry.copy = "COPY public.\"tàble\" (id) FROM stdin;\n".to_owned();
        let mut binary = data(Format::Binary);
        binary.encoding = "LATIN1".to_owned();
        entry.data = Some(Box::new(binary));
        assert_eq!(
            copy_in(&entry, Freeze::No).unwrap(),
            "COPY public.U&\"t\\00e0ble\" (id) FROM STDIN WITH (FORMAT binary)"
        );
    }

    #[test]
    fn what_is_not_copied_says_so() {
        let mut entry = rows("t");
        entry.copy.clear();
        assert_eq!(
            copy_in(&entry, Freeze::No).unwrap_err().to_string(),
            "table data public.t has no COPY statement"
        );
        let mut objects = rows("t");
        objects.data = Some(Box::new(data(Format::LargeObjects)));
        assert!(copy_in(&objects, Freeze::No).is_err());
    }

    #[test]
    fn frozen_only_when_alone_and_new() {
        let new = Table {
            created_here: true,
            ..Table::default()
        };
        let mut entry = rows("t");
        assert_eq!(freeze(&entry, new), Freeze::Yes);
        for table in [
            Table::default(),
            Table {
                partitioned: true,
                ..new
            },
            Table {
                referenced: true,
                ..new
            },
            Table { begun: true, ..new },
        ] {
            assert_eq!(freeze(&entry, table), Freeze::No);
        }
        entry.data.as_mut().unwrap().parts = 2;
        assert_eq!(freeze(&entry, new), Freeze::No);
        assert_eq!(truncate(&entry), "TRUNCATE TABLE ONLY public.t;");
    }
}

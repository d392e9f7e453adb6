//! Names that are reserved since a later major than the server's: `system_user`, since 16.
//!
//! Servers that do not know the word spell such a name without quotes, in views, checks and indexes. A later
//! server takes it for the function of that name: the copy would be made, and mean something else. Where there
//! is one, the server is asked to quote all names.

use crate::database::Database;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader};

/// The first major that reserves it.
const RESERVED_SINCE: u32 = 16;

const NAMES: Select = Select {
    columns: &[column("name", "n.name")],
    from: "FROM (SELECT a.attname FROM pg_catalog.pg_attribute a
      WHERE a.attrelid >= 16384 AND NOT a.attisdropped AND a.attname = 'system_user'
      UNION ALL
      SELECT c.relname FROM pg_catalog.pg_class c
      WHERE c.oid >= 16384 AND c.relname = 'system_user') AS n(name)
LIMIT 1",
};

/// Whether a column or relation has such a name.
pub const READER: Reader = Reader {
    name: "names that are reserved since",
    phase: Phase::Early,
    query: |db| (db.server.major() < RESERVED_SINCE).then(|| NAMES.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        db.needs_quotes = rows.iter().next().is_some();
        Ok(())
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn only_servers_that_do_not_know_the_word_are_asked() {
        assert!((READER.query)(&sample::database(15)).is_some());
        assert!((READER.query)(&sample::database(16)).is_none());
    }

    #[test]
    fn one_such_name_is_enough() {
        let mut db = sample::database(15);
        (READER.read)(&mut db, &sample::rows(["name"], &[])).expect("there is none");
        assert!(!db.needs_quotes);
        (READER.read)(&mut db, &sample::rows(["name"], &[["system_user"]])).expect("there is one");
        assert!(db.needs_quotes);
    }
}

//! Collations (`pg_collation`).
//!
//! Where the locale is kept depends on provider and version: libc has two settings; ICU had them too before
//! 15, and one of its own since; the builtin provider came with 17.

use std::fmt::Write;

use pgx_archive::Kind;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::{Row, Rows};
use crate::sql::literal;

use super::{Phase, Reader, plain};

// The column of the provider's locale was renamed in 17; as JSON, the row has one or the other.
const COLLATIONS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column("name", "c.collname"),
        column("schema", "c.collnamespace"),
        column("owner", "c.collowner"),
        column("encoding", "c.collencoding"),
        column("provider", "c.collprovider"),
        column("is_deterministic", "c.collisdeterministic"),
        column("collate", "c.collcollate"),
        column("ctype", "c.collctype"),
        since(
            15,
            "locale",
            "COALESCE(pg_catalog.to_jsonb(c) ->> 'colllocale', pg_catalog.to_jsonb(c) ->> 'colliculocale')",
            "CASE WHEN c.collprovider = 'i' THEN c.collcollate END",
        ),
        since(16, "rules", "c.collicurules", "NULL"),
    ],
    from: "FROM pg_catalog.pg_collation c WHERE c.oid >= 16384 ORDER BY c.oid",
};

/// Users' collations.
pub const READER: Reader = Reader {
    name: "collations",
    phase: Phase::Early,
    query: |db| Some(COLLATIONS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            db.add(
                class::COLLATION,
                &row,
                Body::Collation(Box::new(Collation::read(&row)?)),
            )?;
        }
        Ok(())
    },
};

/// A collation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collation {
    /// The encoding it is for, or -1 for any.
    pub encoding: i32,
    /// `collprovider`: c libc, i ICU, b builtin.
    pub provider: char,
    /// Whether strings that compare equal are the same bytes.
    pub is_deterministic: bool,
    /// libc's `LC_COLLATE`.
    pub collate: String,
    /// libc's `LC_CTYPE`.
    pub ctype: String,
    /// The locale of another provider.
    pub locale: String,
    /// Rules beside an ICU locale.
    pub rules: Option<String>,
}

impl Collation {
    fn read(row: &Row<'_>) -> Result<Collation, Error> {
        let text = |column: &str| Ok(row.opt(column)?.unwrap_or_default().to_owned());
        Ok(Collation {
            encoding: row.number("encoding")?,
            provider: row.letter("provider")?,
            is_deterministic: row.flag("is_deterministic")?,
            collate: text("collate")?,
            ctype: text("ctype")?,
            locale: text("locale")?,
            rules: row.opt("rules")?.map(str::to_owned),
        })
    }

    /// The collation and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        plain::emit(id, Kind::Collation, |names| self.create(&names.qualified), out);
    }

    fn create(&self, name: &str) -> String {
        let provider = match self.provider {
            'b' => "builtin",
            'i' => "icu",
            'd' => "default",
            _ => "libc",
        };
        let mut sql = format!("CREATE COLLATION {name} (provider = {provider}");
        let mut option = |word: &str, value: &str| {
            let _ = write!(sql, ", {word} = {value}");
        };
        if !self.is_deterministic {
            option("deterministic", "false");
        }
        match self.provider {
            'd' => {}
            'c' if self.collate == self.ctype => option("locale", &literal(&self.collate)),
            'c' => {
                option("lc_collate", &literal(&self.collate));
                option("lc_ctype", &literal(&self.ctype));
            }
            _ => {
                option("locale", &literal(&self.locale));
                if let Some(rules) = &self.rules {
                    option("rules", &literal(rules));
                }
            }
        }
        sql + ");\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_has_its_words() {
        let mut collation = Collation {
            provider: 'c',
            is_deterministic: true,
            collate: "C".into(),
            ctype: "C".into(),
            ..Collation::default()
        };
        assert_eq!(
            collation.create("public.c"),
            "CREATE COLLATION public.c (provider = libc, locale = 'C');\n"
        );
        collation.ctype = "POSIX".into();
        assert_eq!(
            collation.create("public.c"),
            "CREATE COLLATION public.c (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');\n"
        );
        collation = Collation {
            provider: 'i',
            is_deterministic: false,
            locale: "und".into(),
            rules: Some("&a < b".into()),
            ..collation
        };
        assert_eq!(
            collation.create("public.c"),
            "CREATE COLLATION public.c (provider = icu, deterministic = false, locale = 'und', rules = '&a < b');\n"
        );
    }
}

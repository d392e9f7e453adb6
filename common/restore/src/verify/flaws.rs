//! What no definition shows: indexes that the server does not use, foreign keys that it does not watch.

use std::collections::HashSet;

use pgx_archive::Kind;

use crate::contents::Contents;

use super::definitions::{Difference, Flaw};

/// The query for objects that are there and do nothing: kind, schema, table and name.
///
/// An index of a partitioned table may be incomplete in the source, too; its parts are entries of their own.
pub const FLAWS: &str = "\
SELECT 'INDEX', n.nspname::pg_catalog.text, t.relname::pg_catalog.text, c.relname::pg_catalog.text
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'i' AND c.oid >= 16384 AND n.nspname !~ '^pg_'
  AND NOT (i.indisvalid AND i.indisready AND i.indislive)
UNION
SELECT 'FK CONSTRAINT', n.nspname::pg_catalog.text, t.relname::pg_catalog.text, k.conname::pg_catalog.text
FROM pg_catalog.pg_trigger g
JOIN pg_catalog.pg_constraint k ON k.oid = g.tgconstraint
JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE g.tgisinternal AND g.tgenabled = 'D' AND k.contype = 'f'";

/// Something that is there and does nothing, as [`FLAWS`] has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakness {
    /// `INDEX` or `FK CONSTRAINT`.
    pub kind: Kind,
    /// Schema.
    pub schema: String,
    /// Table.
    pub table: String,
    /// Name of the index or constraint.
    pub name: String,
}

/// Adds what does nothing to the differences, as far as the stream has it, or `all` of it. An index that is not
/// valid is in no description of the target, so that it seemed to be missing.
pub fn weaken(contents: &Contents<'_>, weak: Vec<Weakness>, all: bool, differences: &mut Vec<Difference>) {
    let wanted: HashSet<_> = contents
        .wanted()
        .map(|entry| (entry.kind.clone(), entry.schema.as_deref(), entry.name.as_str()))
        .collect();
    for one in weak {
        let of_table = format!("{} {}", one.table, one.name);
        let (kinds, reason) = match one.kind {
            Kind::Index => (
                [(Kind::Index, one.name.as_str()), (Kind::Constraint, &of_table)],
                "it is not valid, and no query uses it",
            ),
            _ => (
                [(Kind::FkConstraint, of_table.as_str()), (Kind::Constraint, &of_table)],
                "its triggers are disabled, and nothing watches over it",
            ),
        };
        let schema = Some(one.schema.as_str());
        let known = kinds
            .iter()
            .find(|(kind, name)| wanted.contains(&(kind.clone(), schema, *name)));
        let Some((kind, name)) = known.or(kinds.first().filter(|_| all)) else {
            continue;
        };
        differences.retain(|seen| {
            !(seen.flaw == Flaw::Missing
                && seen.kind == *kind
                && seen.schema.as_deref() == schema
                && seen.name == *name)
        });
        differences.push(Difference {
            kind: kind.clone(),
            schema: Some(one.schema.clone()),
            name: (*name).to_owned(),
            flaw: Flaw::Weak(reason),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::samples::{made, numbered};

    #[test]
    fn an_index_that_is_not_valid_was_not_missing() {
        let mut index = made(Kind::Index, "i", "CREATE INDEX i;\n");
        index.schema = Some("public".to_owned());
        let entries = numbered(vec![index]);
        let contents = Contents::new(&entries, &Options::default());
        let weak = |name: &str| Weakness {
            kind: Kind::Index,
            schema: "public".to_owned(),
            table: "t".to_owned(),
            name: name.to_owned(),
        };
        let mut differences = vec![Difference {
            kind: Kind::Index,
            schema: Some("public".to_owned()),
            name: "i".to_owned(),
            flaw: Flaw::Missing,
        }];
        weaken(&contents, vec![weak("i"), weak("other")], false, &mut differences);
        let flaws: Vec<_> = differences.iter().map(|one| (one.name.as_str(), &one.flaw)).collect();
        assert_eq!(flaws, [("i", &Flaw::Weak("it is not valid, and no query uses it"))]);
    }
}

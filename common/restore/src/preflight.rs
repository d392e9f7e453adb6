//! What must be true of a target before anything is written to it.

//!
//! [`objections`] is the least, asked before every load. [`judge()`] says everything: what a load needs ([`Needs`],
//! from the table of contents), what the target answered ([`Answers`], to [`questions`]), and what follows from both.

mod answers;
mod judge;
mod needs;
pub mod questions;

use std::fmt;

pub use answers::{Answers, Available, Facts, Row};
pub use judge::{Wishes, judge, missing};
pub(crate) use needs::superusers_make;
pub use needs::{Named, Needs};

/// How many objects an objection names; the user only needs to recognise them.
const NAMED: usize = 3;

/// What is known of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Major version.
    pub major: u32,
    /// Whether it is in recovery.
    pub standby: bool,
    /// Some of the objects that users have made in the database, as messages name them.
    pub objects: Vec<String>,
}

/// The question whether the target is a standby: one truth value.
pub const STANDBY: &str = "SELECT pg_catalog.pg_is_in_recovery()";

/// The question what users have made in the database: a few names, one a row.
///
/// What initdb made, what extensions brought, and schemas do not count.
pub const OBJECTS: &str = "\
SELECT CASE o.class WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN 'relation '
                    WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass THEN 'function '
                    WHEN 'pg_catalog.pg_type'::pg_catalog.regclass THEN 'type '
                    ELSE 'large object ' END
       || COALESCE(n.nspname || '.', '') || o.name
FROM (SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS class, c.oid AS oid, c.relnamespace AS schema,
             c.relname::pg_catalog.text AS name
      FROM pg_catalog.pg_class c
      WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't'
      UNION ALL
      SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, p.pronamespace, p.proname
      FROM pg_catalog.pg_proc p WHERE p.oid >= 16384
      UNION ALL
      SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, t.typnamespace, t.typname
      FROM pg_catalog.pg_type t WHERE t.oid >= 16384 AND t.typtype IN ('d', 'e', 'r')
      UNION ALL
      SELECT 'pg_catalog.pg_largeobject_metadata'::pg_catalog.regclass, l.oid, NULL, l.oid::pg_catalog.text
      FROM pg_catalog.pg_largeobject_metadata l) AS o
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.schema
WHERE n.nspname IS NULL OR n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'pgx_ledger'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')
ORDER BY o.oid
LIMIT 4";

/// Why nothing may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Objection {
    /// A standby takes no writes.
    Standby,
    /// The target is older than the source: definitions may not mean the same, or not be understood.
    Older {
        /// The source's major version.
        source: u32,
        /// The target's.
        target: u32,
    },
    /// Users have made objects in the database.
    NotEmpty {
        /// Some of them.
        objects: Vec<String>,
    },
}

impl Objection {
    /// What the user can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Objection::Standby => "load into its primary",
            Objection::Older { .. } => "load into a server of the source's version or a later one",
            Objection::NotEmpty { .. } => {
                "load into an empty database, create one with -C, or say --into-existing if it is meant"
            }
        }
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Objection::Standby => f.write_str("the target is a standby"),
            Objection::Older { source, target } => {
                write!(
                    f,
                    "the target, PostgreSQL {target}, is older than the source, PostgreSQL {source}"
                )
            }
            Objection::NotEmpty { objects } => {
                let named = objects.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>();
                let more = if objects.len() > NAMED { ", …" } else { "" };
                write!(f, "the target is not empty: it has {}{more}", named.join(", "))
            }
        }
    }
}

impl std::error::Error for Objection {}

/// Everything that speaks against writing what comes from a source (`server_version_num`; 0 when it is
/// not known) into a target; `fresh` when it has to be empty.
///
/// ```
/// use pgx_restore::preflight::{self, Target};
///
/// let target = Target { major: 16, ..Target::default() };
/// assert_eq!(preflight::objections(160_004, &target, true), []);
/// let refused = preflight::objections(180_001, &target, true);
/// assert_eq!(refused[0].to_string(), "the target, PostgreSQL 16, is older than the source, PostgreSQL 18");
/// ```
pub fn objections(source: u32, target: &Target, fresh: bool) -> Vec<Objection> {
    let mut objections = Vec::new();
    if target.standby {
        objections.push(Objection::Standby);
    }
    if source / 10_000 > target.major {
        objections.push(Objection::Older {
            source: source / 10_000,
            target: target.major,
        });
    }
    if fresh && !target.objects.is_empty() {
        objections.push(Objection::NotEmpty {
            objects: target.objects.clone(),
        });
    }
    objections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_objections_at_once() {
        let objects: Vec<String> = (1..=4).map(|at| format!("relation public.t{at}")).collect();
        let target = Target {
            major: 15,
            standby: true,
            objects,
        };
        let texts: Vec<String> = objections(160_000, &target, true)
            .iter()
            .map(Objection::to_string)
            .collect();
        assert_eq!(
            texts,
            [
                "the target is a standby",
                "the target, PostgreSQL 15, is older than the source, PostgreSQL 16",
                "the target is not empty: it has relation public.t1, relation public.t2, relation public.t3, …",
            ]
        );
        assert_eq!(objections(150_000, &target, false), [Objection::Standby]);
    }
}

//! Definitions that the server has to spell, and may be unable to: what they refer to may be gone.

use crate::database::{Body, Database, Object, Wanted};
use crate::query::oid_array;

/// How many definitions are spelled at once: the server locks what they refer to.
const AT_ONCE: usize = 500;

/// Definitions of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    function: &'static str,
    /// The objects whose definitions are to be spelled.
    pub oids: Vec<u32>,
}

impl Spelling {
    /// The query that spells all of them, and says only how many there were.
    pub fn sql(&self) -> String {
        format!(
            "SELECT count({}(w.oid)) FROM pg_catalog.unnest({}) AS w(oid)",
            self.function,
            oid_array(&self.oids)
        )
    }

    /// The two halves, for who looks for what cannot be spelled; none when there is but one object.
    pub fn halves(&self) -> Option<[Spelling; 2]> {
        let (first, second) = self.oids.split_at(self.oids.len() / 2);
        let half = |oids: &[u32]| Spelling {
            function: self.function,
            oids: oids.to_vec(),
        };
        (!first.is_empty()).then(|| [half(first), half(second)])
    }
}

/// What is to be spelled of what is wanted.
pub fn spellings(db: &Database) -> Vec<Spelling> {
    let wanted = |pick: fn(&Object) -> bool| db.oids(|object| object.wanted.any(Wanted::DEFINITION) && pick(object));
    let views = wanted(|object| matches!(&object.body, Body::Relation(body) if matches!(body.relkind, 'v' | 'm')));
    let functions = wanted(|object| matches!(object.body, Body::Function(_)));
    let all = [
        ("pg_catalog.pg_get_viewdef", views),
        ("pg_catalog.pg_get_functiondef", functions),
    ];
    let mut spellings = Vec::new();
    for (function, oids) in all {
        let chunks = oids.chunks(AT_ONCE).map(<[u32]>::to_vec);
        spellings.extend(chunks.map(|oids| Spelling { function, oids }));
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_spelled_is_found_by_halves() {
        let all = Spelling {
            function: "f",
            oids: vec![1, 2, 3],
        };
        assert_eq!(
            all.sql(),
            "SELECT count(f(w.oid)) FROM pg_catalog.unnest('{1,2,3}'::pg_catalog.oid[]) AS w(oid)"
        );
        let oids = |spelling: Spelling| spelling.oids;
        assert_eq!(all.halves().map(|halves| halves.map(oids)), Some([vec![1], vec![2, 3]]));
        assert_eq!(Spelling { oids: vec![1], ..all }.halves(), None);
    }
}

//! What is added to publications that are not made themselves: a table that was chosen by its name brings its places in
//! publications along, and takes them where the target has these.

use std::collections::{BTreeMap, HashMap, HashSet};

use pgx_archive::entry::PUBLICATION;
use pgx_archive::spelling::literal;
use pgx_archive::{Entry, EntryId, Kind};

/// Why nothing is added to a publication, by its name.
pub type Obstacles = HashMap<String, &'static str>;

/// Places in publications that are not made themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memberships<'a> {
    /// Publication and entry.
    all: Vec<(&'a str, &'a Entry)>,
}

impl<'a> Memberships<'a> {
    /// Those of these entries.
    pub fn of(entries: impl Iterator<Item = &'a Entry> + Clone) -> Memberships<'a> {
        let made = entries.clone().filter(|entry| entry.kind == Kind::Publication);
        let made: HashSet<&str> = made.map(|entry| entry.name.as_str()).collect();
        let all = entries.filter_map(|entry| Some((entry.fields.get(PUBLICATION)?.as_str()?, entry)));
        Memberships {
            all: all.filter(|(publication, _)| !made.contains(publication)).collect(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The numbers of their entries.
    pub fn ids(&self) -> HashSet<EntryId> {
        self.all.iter().map(|(_, entry)| entry.id).collect()
    }

    /// The question to which of these publications nothing can be added: rows of their names and why.
    pub fn question(&self) -> String {
        let publications = self.all.iter().map(|(publication, entry)| {
            let schemas = entry.kind == Kind::PublicationTablesInSchema;
            (literal(publication), schemas)
        });
        let mut names: BTreeMap<String, bool> = BTreeMap::new();
        for (name, schemas) in publications {
            *names.entry(name).or_default() |= schemas;
        }
        let rows: Vec<String> = names
            .iter()
            .map(|(name, schemas)| format!("({name}, {schemas})"))
            .collect();
        format!(
            "SELECT w.name, CASE WHEN p.oid IS NULL THEN '{}' WHEN p.puballtables THEN '{}'
  WHEN NOT pg_catalog.pg_has_role(p.pubowner, 'USAGE') THEN '{}' ELSE '{}' END
FROM (VALUES {}) AS w(name, schemas)
JOIN pg_catalog.pg_roles me ON me.rolname = current_user
LEFT JOIN pg_catalog.pg_publication p ON p.pubname = w.name
WHERE p.oid IS NULL OR p.puballtables OR NOT pg_catalog.pg_has_role(p.pubowner, 'USAGE') OR w.schemas AND NOT me.rolsuper",
            REASONS[0],
            REASONS[1],
            REASONS[2],
            REASONS[3],
            rows.join(", ")
        )
    }

    /// The answer to it.
    pub fn obstacles(rows: Vec<Vec<Option<String>>>) -> Obstacles {
        let known = rows.into_iter().filter_map(|row| {
            let [Some(name), Some(reason)] = <[Option<String>; 2]>::try_from(row).ok()? else {
                return None;
            };
            Some((name, REASONS.into_iter().find(|known| *known == reason)?))
        });
        known.collect()
    }

    /// That nothing can be added to any of these publications, and why.
    pub fn none(&self, reason: &'static str) -> Obstacles {
        let publications = self.all.iter();
        publications
            .map(|(publication, _)| ((*publication).to_owned(), reason))
            .collect()
    }

    /// Those that stand no chance.
    pub fn kept_out(self, obstacles: &Obstacles) -> Memberships<'a> {
        let all = self.all.into_iter();
        Memberships {
            all: all
                .filter(|(publication, _)| obstacles.contains_key(*publication))
                .collect(),
        }
    }

    /// What is said of each publication: its name, and what is not added to it and why.
    pub fn told(&self, obstacles: &Obstacles) -> Vec<(String, String)> {
        let mut members: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (publication, entry) in &self.all {
            members.entry(publication).or_default().push(member(entry));
        }
        let told = members.into_iter().map(|(publication, members)| {
            let more = match members.len() - 1 {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let reason = obstacles.get(publication).copied().unwrap_or(MISSING);
            let are = if members.len() > 1 { "are" } else { "is" };
            let message = format!("{}{more} {are} not added to it: {reason}", members[0]);
            (publication.to_owned(), message)
        });
        told.collect()
    }
}

/// A publication that is not there.
pub const MISSING: &str = "it is not there";
/// A publication that is in no script, or archive of pg_dump's; who runs it does not look whether it is there.
pub const NOT_MADE: &str = "it is left out itself";
/// Why nothing is added to a publication.
const REASONS: [&str; 4] = [
    MISSING,
    "it is for all tables",
    "it belongs to another role",
    "only superusers add schemas",
];

/// What is added.
fn member(entry: &Entry) -> String {
    let schema = entry.schema.as_deref().unwrap_or_default();
    let publication = entry.fields.get(PUBLICATION).and_then(|name| name.as_str());
    let name = publication.and_then(|name| entry.name.strip_prefix(name));
    match entry.kind {
        Kind::PublicationTablesInSchema => format!("schema {schema}"),
        _ => format!("table {schema}.{}", name.unwrap_or_default().trim_start()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, numbered, plain};

    fn added(publication: &str, table: &str) -> Entry {
        let mut entry = made(
            Kind::PublicationTable,
            &format!("{publication} {table}"),
            "ALTER PUBLICATION …;\n",
        );
        entry.fields.insert(PUBLICATION.to_owned(), publication.into());
        entry
    }

    #[test]
    fn what_is_made_here_is_no_concern() {
        let entries = numbered(vec![
            plain(Kind::Publication, "mine"),
            added("mine", "t"),
            added("the news", "t"),
            added("the news", "u"),
        ]);
        let found = Memberships::of(entries.iter());
        assert_eq!(found.ids(), HashSet::from([EntryId(3), EntryId(4)]));
        assert!(found.question().contains("(VALUES ('the news', false))"));
        let none: Obstacles = Memberships::obstacles(Vec::new());
        assert!(found.clone().kept_out(&none).is_empty());
        let row = vec![Some("the news".to_owned()), Some(REASONS[1].to_owned())];
        let obstacles = Memberships::obstacles(vec![row]);
        let told = found.kept_out(&obstacles).told(&obstacles);
        let message = "table public.t and 1 more are not added to it: it is for all tables";
        assert_eq!(told, [("the news".to_owned(), message.to_owned())]);
    }
}

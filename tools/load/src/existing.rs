//! Rows into tables that stand already: these are looked at, and emptied where that is wanted, before any row goes in.

use std::collections::{BTreeSet, HashMap};

use pgx_archive::{Entry, EntryId};
use pgx_cli::{Failure, Process};
use pgx_restore::existing::{Destination, Merge, Standing, destinations, question, referrers, truncate_all};
use pgx_restore::{Contents, Table};
use pgx_server::Session;

use crate::args::existing::ExistingArgs;
use crate::failure;

mod merged;

pub use merged::Merged;

/// How many objections a message has; the rest is counted.
const NAMED: usize = 10;

/// The tables that stand already and rows go into.
#[derive(Debug, Default)]
pub struct Existing {
    tables: HashMap<EntryId, Standing>,
    merges: HashMap<EntryId, Merge>,
    empties: bool,
}

impl Existing {
    /// Looks at all of them at once; an error names those that cannot take their rows.
    pub async fn look(
        args: &ExistingArgs,
        contents: &Contents<'_>,
        session: &Session,
        process: &Process,
    ) -> Result<Existing, Failure> {
        let destinations = destinations(contents);
        if destinations.is_empty() {
            return Ok(Existing::default());
        }
        let answer = session.rows(&question(&destinations)).await;
        let answer = answer.map_err(|error| failure::server(&error).within("looking at tables"))?;
        let standing = Standing::read(&destinations, &answer.rows);
        let pairs = || destinations.iter().zip(&standing);
        let objections = pairs().flat_map(|(to, standing)| standing.objections(to)).collect();
        refuse(
            objections,
            "make them first, with -s, or leave their rows out with --exclude-table-data",
        )?;

        let mut merges = HashMap::new();
        let mut unfit = Vec::new();
        let mut remedies = BTreeSet::new();
        for (to, standing) in pairs().filter(|(to, _)| !to.columns.is_empty()) {
            match args.conflict().map(|conflict| Merge::new(to, standing, conflict)) {
                Some(Ok(merge)) => drop(merges.insert(to.entry, merge)),
                Some(Err(cannot)) => {
                    unfit.push(cannot.problem);
                    remedies.insert(cannot.remedy);
                }
                None => {}
            }
        }
        refuse(unfit, &Vec::from_iter(remedies).join("; "))?;
        if args.disable_triggers {
            let insisting = standing.iter().filter(|table| table.insists);
            let insisting: Vec<&str> = insisting.map(|table| table.table.as_str()).collect();
            if !insisting.is_empty() {
                let message = format!(
                    "triggers that are enabled ALWAYS or for REPLICA fire on {}",
                    insisting.join(", ")
                );
                process.messages.warning(message);
            }
        }
        let entries: Vec<EntryId> = destinations.iter().map(|to: &Destination| to.entry).collect();
        Ok(Existing {
            tables: entries.into_iter().zip(standing).collect(),
            merges,
            empties: args.truncate,
        })
    }

    /// Empties all of them in one statement, where that is wanted.
    pub async fn empty(&self, session: &Session) -> Result<(), Failure> {
        let Some(sql) = truncate_all(self.tables.values()).filter(|_| self.empties) else {
            return Ok(());
        };
        let failed = |error| failure::server(&error).within("emptying tables");
        let others = session.rows(&referrers(self.tables.values())).await.map_err(failed)?;
        let pairs =
            (0..others.rows.len()).map(|row| format!("{} refers to {}", others.text(row, 0), others.text(row, 1)));
        let pairs: Vec<String> = pairs.collect();
        refuse(
            pairs,
            "load these tables, too, or take their foreign keys away, or empty them yourself before",
        )?;
        session.execute(&sql).await.map_err(failed)
    }

    /// How the rows of an entry are merged into its table; none when they are just put there.
    pub fn merge(&self, id: EntryId) -> Option<&Merge> {
        self.merges.get(&id)
    }

    /// What is to be known of the table of an entry before its rows may be frozen. Of the tables that were `created` by
    /// this load none is referred to: foreign keys come after all rows.
    pub fn table(&self, entry: &Entry, created: bool) -> Table {
        match self.tables.get(&entry.id) {
            None => Table {
                created_here: created,
                ..Table::default()
            },
            Some(standing) => Table {
                created_here: self.empties,
                partitioned: standing.relkind != Some('r'),
                referenced: standing.referenced,
                begun: self.merges.contains_key(&entry.id),
            },
        }
    }
}

/// An error that says all of it, if there is anything.
fn refuse(objections: Vec<String>, hint: &str) -> Result<(), Failure> {
    let Some(first) = objections.first() else {
        return Ok(());
    };
    let failure = Failure::failed(first).hint(hint);
    let mut others: Vec<String> = objections[1..].iter().take(NAMED).cloned().collect();
    if objections.len() > 1 + NAMED {
        others.push(format!("and {} more", objections.len() - 1 - NAMED));
    }
    Err(match others.is_empty() {
        true => failure,
        false => failure.detail(others.join("\n")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_objections_are_said_up_to_a_point() {
        assert!(refuse(Vec::new(), "").is_ok());
        let objections = (1..=13).map(|at| format!("there is no table public.t{at}")).collect();
        let failure = refuse(objections, "make them first").expect_err("there are objections");
        assert_eq!(failure.to_string(), "there is no table public.t1");
        let detail = failure.notice.detail.unwrap_or_default();
        assert!(
            detail.starts_with("there is no table public.t2\n") && detail.ends_with("\nand 2 more"),
            "{detail}"
        );
    }
}

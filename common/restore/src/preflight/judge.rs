//! What follows from needs and answers: everything that stands against a load, and what to know about it.

mod database;
mod names;
mod rights;
mod server;

use pgx_archive::Finding;

use super::{Answers, Needs};
use crate::options::{Clean, Options};

/// What the user wants of the load as a whole, beside [`Options`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `--into-existing`: what the database has already is meant to stay.
    pub into_existing: bool,
    /// `-1`: all in one transaction.
    pub one_transaction: bool,
    /// `-j`: how many sessions.
    pub sessions: usize,
}

/// One load: what it needs, how it is meant, and what the target answered.
struct Case<'a> {
    needs: &'a Needs,
    answers: &'a Answers,
    options: &'a Options,
    wishes: Wishes,
}

impl Case<'_> {
    /// Whether definitions go into a database that has to be empty.
    fn fresh(&self) -> bool {
        self.needs.defines && !self.options.create && !self.wishes.into_existing && self.options.clean == Clean::No
    }

    /// Whether an extension will be there that is not there yet: nobody knows all that it brings.
    fn expects_extensions(&self) -> bool {
        let missing = |name: &String| {
            let known = self.answers.extensions.get(name);
            self.options.create || known.is_none_or(|known| known.installed.is_none())
        };
        self.needs.extensions.keys().any(missing)
    }
}

/// Everything that is to be said about a load beforehand: problems, and notes.
pub fn judge(needs: &Needs, answers: &Answers, options: &Options, wishes: Wishes) -> Vec<Finding> {
    let case = Case {
        needs,
        answers,
        options,
        wishes,
    };
    let mut findings = Vec::new();
    server::judge(&case, &mut findings);
    database::judge(&case, &mut findings);
    names::judge(&case, &mut findings);
    rights::judge(&case, &mut findings);
    findings.sort_by_key(|finding| finding.weight);
    findings
}

/// Names that are missing, for want of which a load would certainly fail, perhaps after hours.
pub fn missing(needs: &Needs, answers: &Answers, options: &Options) -> Vec<Finding> {
    let case = Case {
        needs,
        answers,
        options,
        wishes: Wishes::default(),
    };
    let mut findings = Vec::new();
    names::missing(&case, &mut findings);
    findings
}

#[cfg(test)]
mod tests;

//! What is held: everything that a leg is made of, and what an order may take away from it.

use pgx_archive::head::{Head, Resumes, SkippedParts};
use pgx_archive::{Digest, Entry, Token};
use pgx_cli::Failure;

use super::words::Resume;
use crate::parts::{self, Part};

/// What every leg of a dump is made of.
pub struct Held {
    /// HEAD of the first.
    pub head: Head,
    /// The table of contents.
    pub entries: Vec<Entry>,
    /// Everything with rows.
    pub parts: Vec<Part>,
    /// The digest of these.
    pub plan: Digest,
}

impl Held {
    /// The parts that an order leaves out; an error when it is not of this dump. It can take away, and nothing
    /// else.
    pub fn skipped(&self, resume: &Resume) -> Result<Vec<SkippedParts>, Failure> {
        let wrong = |error: pgx_archive::TokenError| Failure::usage(error.to_string());
        let token: Token = resume.token.parse().map_err(wrong)?;
        if token.archive() != self.head.archive || token.plan() != self.plan {
            let failure = Failure::usage("the token is of another plan than the dump that is held");
            return Err(failure.hint("pgx-load --print-token prints that of a target"));
        }
        let database = &self.head.source.database;
        if let Some(named) = &resume.database
            && !names(named, database)
        {
            return Err(Failure::usage(format!(
                "the dump that is held is of database \"{database}\", not of \"{named}\""
            )));
        }
        token.done().skipped(&self.entries).map_err(wrong)
    }

    /// HEAD of a leg that leaves these out.
    pub fn head(&self, skipped: Vec<SkippedParts>, lanes: u32) -> Head {
        Head {
            plan: Some(self.plan),
            lanes,
            resumes: Some(Resumes {
                plan: self.plan,
                skipped,
                inconsistent: false,
            }),
            ..self.head.clone()
        }
    }

    /// The parts that are left.
    pub fn left(&self, skipped: &[SkippedParts]) -> Vec<Part> {
        parts::left(&self.parts, skipped)
    }
}

/// Whether what a user wrote after `-d` can mean this database.
fn names(written: &str, database: &str) -> bool {
    // A connection string says more than a name; the holder is connected already.
    written == database || written.contains('=') || written.contains("://")
}

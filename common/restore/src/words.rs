//! The definition of an entry in words that a server of some major understands.

use pgx_archive::{Entry, Kind};

use crate::options::Options;
use crate::{database, subscription};

/// The statement that makes an entry on a server of a major, for whoever runs it as it is: pg_restore, say. It is stock
/// pg_dump's where only servers after the source's refuse it.
pub fn create_for(entry: &Entry, major: u32) -> String {
    let options = Options {
        target: Some(major),
        ..Options::default()
    };
    match entry.kind {
        // Only with -C is it run, and then the server says what it does not have.
        Kind::Database => database::create(entry, &options).unwrap_or_else(|_| entry.create.clone()),
        Kind::Subscription => subscription::create(entry, &options),
        _ => entry.create_from(major).to_owned(),
    }
}

//! From session to entries, and to the list of what is to be read.

use pgx_archive::{Entry, Section};
use pgx_cli::Process;
use pgx_objects::kinds::data;
use pgx_objects::{Server, emit, order};

use crate::args::DumpArgs;
use crate::catalog;
use crate::connect::Source;
use crate::error::Error;
use crate::parts::{self, Part};

/// Everything that is wanted of the database, in order, and the parts in which its rows are read.
pub async fn describe(source: &Source, args: &DumpArgs) -> Result<Description, Error> {
    let server = Server {
        version: source.facts.version_num,
        encoding: source.facts.encoding.clone(),
        database: source.facts.database.clone(),
        search_path: source.search_path.clone(),
        standby: source.facts.in_recovery,
    };
    let mut db = catalog::read(&source.session, server, &args.selection, args.reading.lock_wait_timeout).await?;
    let refused = data::choose_format(&mut db, args.output.rows());
    if args.selection.data_only {
        data::order_by_foreign_keys(&mut db);
    }
    let order = order::order(&mut db)?;
    let mut entries = emit::entries(&db, &order);
    if args.selection.data_only {
        entries.retain(|entry| entry.section == Section::Data);
    }
    let refused = refused
        .into_iter()
        .map(|(table, column)| (db.qualified(table), column))
        .collect();
    let mut parts = parts::parts(&entries);
    if !args.selection.data_only {
        parts::largest_first(&mut parts);
    }
    Ok(Description {
        entries,
        parts,
        refused,
    })
}

/// What a dump is made of.
pub struct Description {
    /// The table of contents.
    pub entries: Vec<Entry>,
    /// What is to be read.
    pub parts: Vec<Part>,
    /// Tables whose rows are text although binary was asked for, each with the column that stands against it.
    pub refused: Vec<(String, String)>,
}

/// Says which tables are sent as text although binary was asked for.
pub fn mention(refused: &[(String, String)], process: &Process) {
    for (table, column) in refused {
        let message = format!(
            "rows of {table} are sent as text: column \"{column}\" has no binary form that another database accepts"
        );
        process.messages.warning(message);
    }
}

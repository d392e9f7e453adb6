//! From session to entries, and to the list of what is to be read.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use pgx_archive::Entry;
use pgx_archive::spelling::quoting_all;
use pgx_cli::Process;
use pgx_objects::kinds::data::{self, Insert};
use pgx_objects::{emit, order, rewrite, sql};
use pgx_restore::memberships::{Memberships, NOT_MADE};

use crate::args::{DumpArgs, OutputFormat};
use crate::catalog;
use crate::connect::Source;
use crate::error::Error;
use crate::keep::keep;
use crate::parts::{self, Part};
use crate::stream;

/// Everything that is wanted of the database, in order, and the parts in which its rows are read.
pub async fn describe(source: &Source, args: &DumpArgs) -> Result<Description, Error> {
    let server = pgx_catalogs::server(&source.session, &source.facts);
    let (mut db, tables) = catalog::read(&source.session, server, args).await?;
    if args.selection.no_toast_compression {
        rewrite::without_compression(&mut db);
    }
    if args.output.disable_dollar_quoting {
        rewrite::without_dollar_quotes(&mut db);
    }
    let refused = data::choose_format(&mut db, args.output.rows());
    if !args.selection.definitions() {
        data::order_by_foreign_keys(&mut db);
    }
    let order = order::order(&mut db)?;
    let all = args.output.quote_all_identifiers;
    let mut entries = quoting_all(all, || emit::entries(&db, &order));
    let inserts = match args.output.as_inserts() {
        true => quoting_all(all, || data::inserts(&db, args.output.column_inserts)),
        false => HashMap::new(),
    };
    let refused = refused
        .into_iter()
        .map(|(table, column)| (db.qualified(table), column))
        .collect();
    let inside = data::read_with_others(&db).into_iter().map(|table| db.qualified(table));
    let mut alone: HashSet<String> = inside.collect();
    // Only on one session do foreign tables show one moment.
    let foreign = entries.iter().filter(|entry| entry.fields.contains_key(data::FOREIGN));
    alone.extend(foreign.filter_map(|entry| Some(sql::qualified(entry.schema.as_deref()?, &entry.name))));
    let mut left_out = db.left_out.split_off(0);
    // The entries say everything from here on; both together are the most that a dump has in memory.
    drop((db, order));
    keep(&mut entries, &args.selection);
    if args.output.format != OutputFormat::Pgx {
        left_out.extend(leave_memberships(&mut entries));
    }
    let mut parts = parts::parts(&entries);
    parts::leave_to_holder(&mut parts, &alone);
    Ok(Description {
        entries,
        parts,
        inserts,
        refused,
        left_out,
        tables,
    })
}

/// Leaves out what adds to publications that are not dumped: who runs a script or an archive does not look whether they
/// are there. What is said about it.
fn leave_memberships(entries: &mut Vec<Entry>) -> Vec<String> {
    let memberships = Memberships::of(entries.iter());
    let told = memberships.told(&memberships.none(NOT_MADE)).into_iter();
    let told = told.map(|(publication, message)| format!("publication {publication}: {message}"));
    let (told, ids) = (told.collect(), memberships.ids());
    entries.retain(|entry| !ids.contains(&entry.id));
    told
}

/// The same, but not for longer than the server may say nothing.
pub async fn in_time(source: &Source, args: &DumpArgs, stage: &str) -> Result<Description, Error> {
    let heard = || source.session.heard();
    let described = stream::within_hearing(describe(source, args), stage, args.reading.timeout, heard).await;
    if let Err(Error::Silent { .. }) = described {
        stop_waiting(source).await;
    }
    described
}

/// How long a server that says nothing may take to hear that nobody waits for it.
const WIND_UP: Duration = Duration::from_secs(2);

/// Lets the server know: a session that waits for a lock does not notice that its client has gone.
pub async fn stop_waiting(source: &Source) {
    let _ = tokio::time::timeout(WIND_UP, source.session.canceller().cancel()).await;
}

/// What a dump is made of.
pub struct Description {
    /// The table of contents.
    pub entries: Vec<Entry>,
    /// What is to be read.
    pub parts: Vec<Part>,
    /// The statements that take rows in, by the OID of their table, where they are to be INSERT.
    pub inserts: HashMap<u32, Insert>,
    /// Tables whose rows are text although binary was asked for, each with the column that stands against it.
    pub refused: Vec<(String, String)>,
    /// What is left out because the role may not read it, each as a sentence.
    pub left_out: Vec<String>,
    /// What was locked.
    pub tables: Vec<String>,
}

/// Says which tables are sent as text although binary was asked for, and what is left out.
pub fn mention(refused: &[(String, String)], left_out: &[String], process: &Process) {
    for sentence in left_out {
        process.messages.warning(sentence.clone());
    }
    for (table, column) in refused {
        let message = format!(
            "rows of {table} are sent as text: column \"{column}\" has no binary form that another database accepts"
        );
        process.messages.warning(message);
    }
}

//! The rows of every table, digested again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use pgx_archive::spelling::qualified;
use pgx_archive::{Digest, Entry, EntryEnd, EntryId, Format, Kind};
use pgx_cli::{Exit, Failure};
use pgx_objects::kinds::data::{self, Blocks};
use pgx_objects::kinds::large_object_copy;
use pgx_restore::Contents;
use pgx_restore::verify::{Reading, UnknownSetting, root_of};
use pgx_rows::object_rows::Records;
use pgx_rows::to_text::Type;
use pgx_rows::{Batcher, Summary, TARGET};
use pgx_server::Session;

use crate::checked::rows_format;
use crate::failure;
use crate::verify::Sums;
use crate::verify::definitions::Target;
use crate::verify::sessions::{BACK, Sessions};

/// SQLSTATEs of a table, column, schema or large object that is not there.
const NOT_THERE: &[&str] = &["42P01", "42703", "3F000", "42704"];

/// What a message says was being done.
const STAGE: &str = "verifying rows";

/// What the comparison of one table's rows came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Number and digest are those of the stream.
    Same,
    /// The number is; the digest of these rows may be another although they are the same.
    Counted,
    /// They are not.
    Differs,
    /// The target has no such table, or not all of its columns.
    Missing,
}

/// The rows of a table, or of a group of large objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What they are of: `public.orders`, `large objects 16400..16500`.
    pub name: String,
    /// What the stream says.
    pub stream: (u64, Digest),
    /// What the target has.
    pub target: Option<(u64, Digest)>,
    /// What came of it.
    pub outcome: Outcome,
}

/// Ranges of blocks in which tables of the target are read: their number, and blocks in each.
pub type Parts = HashMap<(String, String), (u32, u64)>;

/// The ranges that pgx-dump would read the target's tables in.
pub fn parts(target: &Target) -> Parts {
    let of_table = |entry: &Entry| {
        let data = entry.data.as_ref().filter(|data| data.parts > 1)?;
        let name = (entry.schema.clone()?, entry.name.clone());
        Some((name, (data.parts, data.part_blocks)))
    };
    target.entries.iter().filter_map(of_table).collect()
}

/// Something to read.
struct Job {
    table: usize,
    name: String,
    reading: Reading,
    format: Format,
}

/// What there is to read, and what came of what was read.
struct Work {
    jobs: Mutex<VecDeque<Job>>,
    /// What each table has, or none where it is not there.
    sums: Mutex<Vec<Option<Summary>>>,
}

/// Reads all tables again that the stream has rows of, on the sessions of a proof, or on the one at hand.
pub async fn compare(
    session: &Session,
    sessions: &Sessions,
    contents: &Contents<'_>,
    sums: &Sums,
    same_major: bool,
    parts: &Parts,
) -> Result<Vec<Table>, Failure> {
    let (mut tables, jobs) = plan(contents, sums, same_major, parts)?;
    let work = Arc::new(Work {
        jobs: Mutex::new(jobs.into()),
        sums: Mutex::new(vec![Some(Summary::default()); tables.len()]),
    });
    match sessions.own.is_empty() {
        true => read_all(session, &work).await?,
        false => {
            let mut tasks = tokio::task::JoinSet::new();
            for session in &sessions.own {
                let (session, work) = (session.clone(), work.clone());
                tasks.spawn(async move { read_all(&session, &work).await });
            }
            while let Some(ended) = tasks.join_next().await {
                ended.map_err(|error| Failure::caused_by(Exit::Failed, &error))??;
            }
        }
    }
    let sums = work.sums.lock().unwrap_or_else(PoisonError::into_inner);
    for (table, sum) in tables.iter_mut().zip(sums.iter()) {
        table.target = sum.map(|sum| (sum.rows, Digest(sum.digest)));
        table.outcome = match table.target {
            None => Outcome::Missing,
            Some(target) if target == table.stream => Outcome::Same,
            Some((rows, _)) if rows == table.stream.0 && table.outcome == Outcome::Counted => Outcome::Counted,
            Some(_) => Outcome::Differs,
        };
    }
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(tables)
}

/// Tables whose rows are compared, with what the stream says of them, and what is to be read for it.
fn plan(
    contents: &Contents<'_>,
    sums: &Sums,
    same_major: bool,
    parts: &Parts,
) -> Result<(Vec<Table>, Vec<Job>), Failure> {
    let mut tables: Vec<Table> = Vec::new();
    let mut jobs: Vec<(u64, Job)> = Vec::new();
    let mut at_root: HashMap<&str, (usize, &[String])> = HashMap::new();
    let through: HashSet<&str> = contents.wanted().filter_map(root_of).collect();
    let tops: HashMap<String, &str> = through.iter().map(|root| ((*root).to_owned(), *root)).collect();
    for entry in contents.wanted() {
        let (Some(data), Some(sum)) = (&entry.data, sums.get(&entry.id)) else {
            continue;
        };
        let unknown = |error: UnknownSetting| Failure::failed(error.to_string()).within(entry.describe());
        let root = root_of(entry).or_else(|| tops.get(&top(entry, contents)?).copied());
        match root.map(|root| (root, at_root.get(root))) {
            // All that is below a table through which rows went is compared there.
            Some((_, Some((at, columns)))) => {
                add(&mut tables[*at], sum);
                // Rows with their columns in another order digest to something else.
                if **columns != data.columns {
                    tables[*at].outcome = Outcome::Counted;
                }
            }
            Some((root, None)) => {
                let reading = Reading::of_root(entry, root).map_err(unknown)?;
                at_root.insert(root, (tables.len(), &data.columns));
                jobs.push((data.estimated_bytes, job(tables.len(), entry, reading, data.format)));
                tables.push(table(root.to_owned(), entry, sum, same_major));
            }
            None => {
                for copy in statements(entry, contents, parts) {
                    let reading = Reading::new(entry, &copy).map_err(unknown)?;
                    jobs.push((data.estimated_bytes, job(tables.len(), entry, reading, data.format)));
                }
                tables.push(table(called(entry), entry, sum, same_major));
            }
        }
    }
    jobs.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    Ok((tables, jobs.into_iter().map(|(_, job)| job).collect()))
}

fn job(table: usize, entry: &Entry, reading: Reading, format: Format) -> Job {
    Job {
        table,
        name: entry.describe(),
        reading,
        format,
    }
}

/// The table at the top of a tree of partitions, as SQL names it.
fn top(entry: &Entry, contents: &Contents<'_>) -> Option<String> {
    let mut at = contents.parent(entry)?;
    // A tree is not deeper than it has tables; a stream could say otherwise.
    for _ in 0..contents.entries().len() {
        match at.inherits.first().and_then(|id| contents.get(*id)) {
            Some(parent) => at = parent,
            None => break,
        }
    }
    Some(qualified(at.schema.as_deref()?, &at.name))
}

fn called(entry: &Entry) -> String {
    match (&entry.kind, &entry.schema) {
        (Kind::Blobs, _) => format!("large objects {}", entry.name),
        (_, Some(schema)) => qualified(schema, &entry.name),
        (_, None) => entry.name.clone(),
    }
}

fn table(name: String, entry: &Entry, sum: &EntryEnd, same_major: bool) -> Table {
    let mut table = Table {
        name,
        stream: (0, Digest(0)),
        target: None,
        // Until it is read, what it may come to when the digests differ.
        outcome: match same_major || is_same_everywhere(entry) {
            true => Outcome::Differs,
            false => Outcome::Counted,
        },
    };
    add(&mut table, sum);
    table
}

fn add(table: &mut Table, sum: &EntryEnd) {
    table.stream.0 += sum.rows;
    table.stream.1 += sum.digest;
}

/// Whether rows look the same on servers of all majors: text does, and binary rows of types that are built as their
/// entry says.
fn is_same_everywhere(entry: &Entry) -> bool {
    let Some(data) = &entry.data else { return true };
    data.format != Format::Binary
        || data.types.len() == data.columns.len() && {
            let known = |spelled: &String| spelled.parse::<Type>().is_ok();
            data.types.iter().all(known)
        }
}

/// The statements that read the rows of an entry.
fn statements(entry: &Entry, contents: &Contents<'_>, parts: &Parts) -> Vec<String> {
    if entry.kind == Kind::Blobs {
        let groups = entry.dependencies.iter().filter_map(|id: &EntryId| contents.get(*id));
        return groups.filter_map(large_object_copy::copy_out).collect();
    }
    let mut entry = entry.clone();
    // Of the tables of extensions the stream has what users put in; of others, all that the target is to have.
    if contents
        .parent(&entry)
        .is_none_or(|parent| parent.kind != Kind::Extension)
    {
        entry.fields.remove(data::CONDITION);
    }
    let name = entry.schema.clone().map(|schema| (schema, entry.name.clone()));
    match name.and_then(|name| parts.get(&name)) {
        None => data::copy_out(&entry, None).into_iter().collect(),
        Some((parts, blocks)) => {
            let range = |number: u32| Blocks {
                from: u64::from(number) * blocks,
                to: (number + 1 < *parts).then(|| u64::from(number + 1) * blocks),
            };
            (0..*parts)
                .filter_map(|number| data::copy_out(&entry, Some(range(number))))
                .collect()
        }
    }
}

async fn read_all(session: &Session, work: &Work) -> Result<(), Failure> {
    loop {
        let job = work.jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(job) = job else {
            // Others may wait for what was locked.
            let back = session.execute(BACK).await;
            return back.map_err(|error| failure::server(&error));
        };
        let sum = read(session, &job).await?;
        let mut sums = work.sums.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(all) = sums.get_mut(job.table) {
            *all = all.zip(sum).map(|(mut all, sum)| {
                all += sum;
                all
            });
        }
    }
}

/// Number and digest of the rows; none where there is no such table.
async fn read(session: &Session, job: &Job) -> Result<Option<Summary>, Failure> {
    let failed = |error: pgx_server::Error| failure::at(&error, job.name.as_str(), STAGE);
    let malformed = |reason: String| Failure::failed(reason).within(STAGE).within(job.name.as_str());
    let prelude = format!("{BACK}{}", job.reading.settings);
    session.execute(&prelude).await.map_err(failed)?;
    let mut copy = match session.copy_out(&job.reading.copy).await {
        Ok(copy) => copy,
        Err(error) if error.sqlstate().is_some_and(|state| NOT_THERE.contains(&state)) => {
            session.execute(BACK).await.map_err(failed)?;
            return Ok(None);
        }
        Err(error) => return Err(failed(error)),
    };
    let mut batcher = Batcher::new(rows_format(job.format), TARGET);
    let mut records = Records::default();
    loop {
        let piece = match copy.next().await {
            Ok(piece) => piece,
            Err(error) if error.sqlstate().is_some_and(|state| NOT_THERE.contains(&state)) => {
                session.execute(BACK).await.map_err(failed)?;
                return Ok(None);
            }
            Err(error) => return Err(failed(error)),
        };
        match piece {
            Some(piece) if job.format == Format::LargeObjects => {
                records.push(&piece, |record| batcher.push(record)).map_err(malformed)?;
            }
            Some(piece) => batcher.push(&piece).map_err(|error| malformed(error.to_string()))?,
            None => {
                let sum = batcher.finish().map_err(|error| malformed(error.to_string()))?;
                return Ok(Some(sum));
            }
        }
        while batcher.next_batch().is_some() {}
    }
}

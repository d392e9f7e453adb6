//! Entries of ours and records of pg_dump's: the one from the other, and back.
//!
//! A record has less than an entry. What can be told is filled in: the parent of what belongs to something,
//! the form of rows, the privileges of groups of large objects. What nobody says stays empty: estimates,
//! roles, what an unqualified name finds.

use std::collections::{BTreeMap, HashMap};

use pgx_archive::entry::PUBLICATION;
use pgx_archive::spelling::literal;
use pgx_archive::{CatalogId, Data, Entry, EntryId, Format, Kind, Section};

use crate::encoding::{Encoding, is_name};
use crate::error::Error;
use crate::large_objects;
use crate::toc::{Place, Record};
use crate::version::Version;

/// How statements that take rows end; and, where the rows are in another encoding than the archive, how
/// they end then.
const COPY_END: &str = " FROM stdin;\n";
const COPY_ENCODED: (&str, &str) = (" FROM stdin WITH (ENCODING '", "');\n");
/// How pg_restore knows rows that it may not truncate a table for.
const VIA_ROOT: &str = "-- load via partition root ";
const SECTIONS: [Section; 4] = [Section::None, Section::PreData, Section::Data, Section::PostData];

/// The entries that records say.
pub(crate) fn entries(records: &[Record], encoding: &Encoding) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::with_capacity(records.len());
    for record in records {
        let called = || format!("entry {}", record.id);
        entries.push(entry(record, encoding).map_err(|error| error.about(called()))?);
    }
    let places: HashMap<EntryId, usize> = entries.iter().enumerate().map(|(at, entry)| (entry.id, at)).collect();
    for at in 0..entries.len() {
        entries[at].parent = parent(&entries[at], |id| places.get(&id).map(|&at| &entries[at]));
    }
    inherited_constraints(&mut entries);
    inheritance(&mut entries, &places);
    memberships(&mut entries, &places);
    for at in 0..entries.len() {
        let group = entries[at]
            .parent
            .and_then(|id| places.get(&id))
            .map(|&at| &entries[at]);
        let for_group = entries[at].kind == Kind::Acl && group.is_some_and(|group| group.kind == Kind::BlobMetadata);
        if for_group {
            let grants = large_objects::grants(&entries[at].create);
            entries[at].grants = grants.map_err(|error| error.about(entries[at].describe()))?;
        }
    }
    Ok(entries)
}

/// A comment on a constraint that is only inherited depends on nothing that is there: it belongs to the constraint
/// of the parent, which is of the same name and came before.
fn inherited_constraints(entries: &mut [Entry]) {
    for at in 0..entries.len() {
        let (before, rest) = entries.split_at_mut(at);
        let comment = &mut rest[0];
        let Some(name) = comment.name.strip_prefix("CONSTRAINT ") else {
            continue;
        };
        if comment.kind != Kind::Comment || comment.parent.is_some() {
            continue;
        }
        let of_this_name = |made: &str| {
            name.match_indices(" ON ")
                .filter_map(|(end, _)| made.strip_prefix(&name[..end]))
                .any(|definition| definition.starts_with(' '))
        };
        let same: Vec<EntryId> = before
            .iter()
            .filter(|entry| matches!(entry.kind, Kind::Constraint | Kind::CheckConstraint))
            .filter(|entry| {
                entry
                    .create
                    .split_once("ADD CONSTRAINT ")
                    .is_some_and(|(_, made)| of_this_name(made))
            })
            .map(|entry| entry.id)
            .collect();
        comment.parent = same.last().copied();
        comment.dependencies.extend(same);
    }
}

/// What tables inherit from, or are partitions of: tables that they depend on, or are attached to.
fn inheritance(entries: &mut [Entry], places: &HashMap<EntryId, usize>) {
    let is_table = |entry: &Entry| matches!(entry.kind, Kind::Table | Kind::ForeignTable);
    let mut pairs = Vec::new();
    for entry in entries.iter() {
        let tables = || {
            let on = entry.dependencies.iter().filter_map(|id| places.get(id));
            on.map(|&at| &entries[at])
                .filter(|on| is_table(on) && on.id != entry.id)
        };
        if is_table(entry) {
            pairs.extend(tables().map(|parent| (parent.id, entry.id)));
        } else if entry.kind == Kind::TableAttach {
            let child = tables().find(|on| on.name == entry.name && on.schema == entry.schema);
            pairs.extend(entry.parent.zip(child.map(|child| child.id)));
        }
    }
    for (parent, child) in pairs {
        if let Some(&at) = places.get(&child)
            && !entries[at].inherits.contains(&parent)
        {
            entries[at].inherits.push(parent);
        }
    }
}

/// To which publications what belongs to one is added.
fn memberships(entries: &mut [Entry], places: &HashMap<EntryId, usize>) {
    for at in 0..entries.len() {
        if !matches!(
            entries[at].kind,
            Kind::PublicationTable | Kind::PublicationTablesInSchema
        ) {
            continue;
        }
        let on = entries[at].dependencies.iter().filter_map(|id| places.get(id));
        let publication = on.map(|&on| &entries[on]).find(|on| on.kind == Kind::Publication);
        if let Some(name) = publication.map(|publication| publication.name.clone()) {
            entries[at].fields.insert(PUBLICATION.to_owned(), name.into());
        }
    }
}

fn entry(record: &Record, encoding: &Encoding) -> Result<Entry, Error> {
    let text = |bytes: &[u8]| encoding.text(bytes);
    let optional = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(text).transpose();
    let kind = Kind::from_tag(&text(&record.kind)?);
    let schema = optional(&record.schema)?;
    let mut entry = Entry::new(
        kind,
        schema.as_deref(),
        text(&record.tag)?,
        text(record.owner.as_deref().unwrap_or_default())?,
    );
    entry.id = EntryId(record.id);
    entry.section = SECTIONS[usize::from(record.section.clamp(1, 4)) - 1];
    entry.catalog = CatalogId {
        class: record.class,
        oid: record.oid,
    };
    entry.create = text(&record.create)?;
    entry.drop = text(&record.drop)?;
    entry.copy = optional(&record.copy)?.unwrap_or_default();
    entry.tablespace = optional(&record.tablespace)?;
    entry.access_method = optional(&record.access_method)?;
    entry.relkind = record.relkind;
    entry.dependencies = record.dependencies.iter().map(|id| EntryId(*id)).collect();
    if entry.kind.tag() == large_objects::SINGLE {
        large_objects::from_single(&mut entry)?;
    }
    if record.has_data {
        entry.data = Some(Box::new(data(&mut entry, encoding)?));
    }
    if entry.kind == Kind::Encoding && !encoding.is_bytes() {
        entry.create = "SET client_encoding = 'UTF8';\n".to_owned();
        entry.fields.insert("encoding".to_owned(), "UTF8".into());
    }
    Ok(entry)
}

/// What can be told of the rows of an entry.
fn data(entry: &mut Entry, encoding: &Encoding) -> Result<Data, Error> {
    let mut encoding = encoding.name.clone();
    let format = match entry.kind {
        Kind::Blobs => Format::LargeObjects,
        _ => {
            if let Some((own, plain)) = encoded(&entry.copy) {
                (encoding, entry.copy) = (own, plain);
            } else if !entry.copy.ends_with(COPY_END) {
                return Err(Error::unsupported(
                    format!("the rows of {} are INSERT commands", entry.describe()),
                    Some("turn the archive into a script with pg_restore -f, and run that with psql"),
                ));
            }
            Format::Text
        }
    };
    Ok(Data {
        columns: Vec::new(),
        types: Default::default(),
        format,
        encoding,
        settings: BTreeMap::new(),
        parts: 1,
        part_blocks: 0,
        logged: true,
        via_root: entry.create.starts_with(VIA_ROOT),
        estimated_rows: 0,
        estimated_bytes: 0,
    })
}

/// The encoding that a COPY statement names, and the statement without it.
fn encoded(copy: &str) -> Option<(String, String)> {
    let (statement, name) = copy.strip_suffix(COPY_ENCODED.1)?.rsplit_once(COPY_ENCODED.0)?;
    is_name(name).then(|| (name.to_owned(), format!("{statement}{COPY_END}")))
}

/// What an entry belongs to, as far as its kind, its name and its dependencies say.
fn parent<'a>(entry: &Entry, get: impl Fn(EntryId) -> Option<&'a Entry>) -> Option<EntryId> {
    let on = || {
        entry
            .dependencies
            .iter()
            .filter(|id| **id != entry.id)
            .filter_map(|id| get(*id))
    };
    let relation = |on: &&Entry| {
        matches!(
            on.kind,
            Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable
        )
    };
    let named_in_tag = |on: &&Entry| {
        let rest = entry.name.strip_prefix(&on.name);
        on.schema == entry.schema && rest.is_some_and(|rest| rest.starts_with(' '))
    };
    let found = match entry.kind {
        _ if is_remark(&entry.kind) => on().find(|on| !on.kind.is_facet()),
        Kind::TableData
        | Kind::Index
        | Kind::IndexAttach
        | Kind::Constraint
        | Kind::CheckConstraint
        | Kind::FkConstraint
        | Kind::Default
        | Kind::Trigger
        | Kind::Rule
        | Kind::Policy
        | Kind::RowSecurity
        | Kind::Statistics
        | Kind::PublicationTable
        | Kind::MaterializedViewData => on().filter(relation).find(named_in_tag).or_else(|| on().find(relation)),
        Kind::TableAttach => on()
            .filter(relation)
            .find(|on| on.name != entry.name || on.schema != entry.schema),
        Kind::StatisticsData => on().find(|on| relation(on) || on.kind == Kind::Index),
        Kind::SequenceSet | Kind::SequenceOwnedBy => on().find(|on| on.kind == Kind::Sequence),
        Kind::Blobs => on().find(|on| on.kind == Kind::BlobMetadata),
        _ => None,
    };
    found.map(|on| on.id)
}

/// Entries as an archive of some version has them, and where the rows of each of ours go.
pub(crate) struct Spelled {
    /// The records, without places.
    pub(crate) records: Vec<Record>,
    /// The record that takes the rows of an entry.
    pub(crate) rows: HashMap<EntryId, Rows>,
}

/// Where rows go, and how messages name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) record: u32,
    pub(crate) called: String,
    pub(crate) objects: bool,
}

/// The records of entries whose texts are in `encoding`: UTF-8, or bytes of no known encoding.
pub(crate) fn records(entries: &[Entry], encoding: &Encoding, version: Version) -> Result<Spelled, Error> {
    let mut last = entries.iter().map(|entry| entry.id.0).max().unwrap_or(0);
    let mut next = || {
        last = last.saturating_add(1);
        EntryId(last)
    };
    let mut spelled = Spelled {
        records: Vec::with_capacity(entries.len()),
        rows: HashMap::new(),
    };
    let by_id: HashMap<EntryId, &Entry> = entries.iter().map(|entry| (entry.id, entry)).collect();
    // Rows that an extension's own tables are given. What comes after rows, such as foreign keys to these tables,
    // depends on the extension, and pg_restore -j would not wait for its rows.
    let mut configuration: HashMap<EntryId, Vec<EntryId>> = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.kind == Kind::TableData) {
        if let Some(extension) = entry
            .parent
            .filter(|id| by_id.get(id).is_some_and(|on| on.kind == Kind::Extension))
        {
            configuration.entry(extension).or_default().push(entry.id);
        }
    }
    // Privileges of a schema: who hands on a privilege of what is in it must have been let in, and pg_restore -j would
    // not wait for that either.
    let grants = |entry: &&Entry| entry.kind == Kind::Acl;
    let on_schema = |entry: &Entry| {
        let on = entry.parent.and_then(|id| by_id.get(&id))?;
        (on.kind == Kind::Schema).then_some((on.name.as_str(), entry.id))
    };
    let let_in: HashMap<&str, EntryId> = entries.iter().filter(grants).filter_map(on_schema).collect();
    // Before groups there was one entry with the contents of all objects.
    let mut contents = None;
    let mut singles: HashMap<u32, EntryId> = HashMap::new();
    for entry in entries {
        let failed = |error: Error| error.about(entry.describe());
        if let Some(data) = &entry.data {
            let objects = data.format == Format::LargeObjects;
            if data.format == Format::Binary {
                return Err(failed(Error::unsupported(
                    "its rows are binary, and pg_dump's archives have rows in text",
                    Some("make the stream with pgx-dump --copy-format text"),
                )));
            }
            let first = match objects && !version.has_groups() {
                true => *contents.get_or_insert(entry.id),
                false => entry.id,
            };
            let rows = Rows {
                record: first.0,
                called: entry.describe(),
                objects,
            };
            spelled.rows.insert(entry.id, rows);
            if first != entry.id {
                continue;
            }
        }
        let group = entry
            .parent
            .and_then(|id| by_id.get(&id))
            .filter(|on| on.kind == Kind::BlobMetadata);
        let made = match (&entry.kind, group) {
            _ if version.has_groups() => vec![entry.clone()],
            (Kind::BlobMetadata, _) => {
                let made = large_objects::to_singles(entry, &mut next).map_err(failed)?;
                singles.extend(made.iter().map(|single| (single.catalog.oid, single.id)));
                made
            }
            (Kind::Acl, Some(group)) => privileges(entry, group, &singles, &mut next).map_err(failed)?,
            (Kind::Comment | Kind::SecurityLabel, Some(_)) => {
                let oid = entry.name.rsplit(' ').next().and_then(|oid| oid.parse().ok());
                let mut facet = entry.clone();
                if let Some(single) = oid.and_then(|oid: u32| singles.get(&oid)) {
                    facet.dependencies = vec![*single];
                }
                vec![facet]
            }
            (Kind::Blobs, _) => {
                let mut all = entry.clone();
                all.name = "BLOBS".to_owned();
                all.dependencies.clear();
                vec![all]
            }
            _ => vec![entry.clone()],
        };
        for entry in &made {
            let mut record = record(entry, &by_id, encoding).map_err(failed)?;
            if entry.section == Section::PostData {
                let configured = entry.dependencies.iter().filter_map(|id| configuration.get(id));
                record.dependencies.extend(configured.flatten().map(|rows| rows.0));
            }
            if grants(&entry)
                && let Some(first) = entry.schema.as_deref().and_then(|schema| let_in.get(schema))
            {
                record.dependencies.push(first.0);
            }
            spelled.records.push(record);
        }
    }
    Ok(spelled)
}

/// The privileges of a group, an entry for each of its objects, as they were before there were groups.
fn privileges(
    entry: &Entry,
    group: &Entry,
    singles: &HashMap<u32, EntryId>,
    next: &mut impl FnMut() -> EntryId,
) -> Result<Vec<Entry>, Error> {
    let mut made = Vec::new();
    for oid in large_objects::oids(group)? {
        let mut one = entry.clone();
        one.id = if made.is_empty() { entry.id } else { next() };
        one.name = format!("LARGE OBJECT {oid}");
        one.create = large_objects::statements(&entry.grants, oid);
        one.dependencies = singles.get(&oid).copied().into_iter().collect();
        made.push(one);
    }
    Ok(made)
}

/// Whether an entry is said of another.
fn is_remark(kind: &Kind) -> bool {
    matches!(kind, Kind::Comment | Kind::SecurityLabel | Kind::Acl)
}

fn record(entry: &Entry, by_id: &HashMap<EntryId, &Entry>, encoding: &Encoding) -> Result<Record, Error> {
    let bytes = |text: &str| match encoding.is_bytes() {
        false => Ok(text.as_bytes().to_vec()),
        true => pgx_archive::latin1::bytes(text)
            .ok_or_else(|| Error::damaged("a text that was never bytes of the database")),
    };
    let optional = |text: &Option<String>| text.as_deref().map(bytes).transpose();
    let is_rows = |id: &EntryId| by_id.get(id).is_some_and(|on| on.kind == Kind::TableData);
    let has_table = (entry.parent.and_then(|id| by_id.get(&id)))
        .is_some_and(|on| matches!(on.kind, Kind::Table | Kind::ForeignTable));
    let dependencies = entry.dependencies.iter();
    let mut dependencies: Vec<u32> = match entry.kind {
        // Theirs depend on their table and nothing else: pg_restore -j finds the table's rows by it. Where the table is
        // there already, so are its foreign keys, and rows have to come after those that they refer to.
        Kind::TableData => dependencies
            .filter(|id| !has_table || !is_rows(id))
            .map(|id| id.0)
            .collect(),
        _ => dependencies.map(|id| id.0).collect(),
    };
    if let (Kind::TableData, Some(table)) = (&entry.kind, entry.parent) {
        dependencies.sort_by_key(|id| *id != table.0);
    }
    let mut copy = entry.copy.clone();
    if let Some(data) = entry.data.as_ref().filter(|data| data.format == Format::Text)
        && !data.encoding.is_empty()
        && data.encoding != encoding.name
        && let Some(statement) = entry.copy.strip_suffix(COPY_END)
    {
        copy = format!("{statement} FROM stdin WITH (ENCODING {});\n", literal(&data.encoding));
    }
    let section = SECTIONS.iter().position(|section| *section == entry.section);
    Ok(Record {
        id: entry.id.0,
        has_data: entry.data.is_some(),
        class: entry.catalog.class,
        oid: entry.catalog.oid,
        tag: bytes(&entry.name)?,
        kind: bytes(entry.kind.tag())?,
        section: section.map_or(1, |section| section as u8 + 1),
        create: bytes(&entry.create)?,
        drop: bytes(&entry.drop)?,
        copy: (!copy.is_empty()).then(|| bytes(&copy)).transpose()?,
        schema: optional(&entry.schema)?,
        tablespace: optional(&entry.tablespace)?,
        access_method: optional(&entry.access_method)?,
        relkind: entry.relkind,
        // What has no owner has none, but for what is said of something: that has one without a name. pg_restore shows it.
        owner: match entry.owner.is_empty() && !is_remark(&entry.kind) {
            true => None,
            false => Some(bytes(&entry.owner)?),
        },
        dependencies,
        place: Place::Nowhere,
    })
}

#[cfg(test)]
mod tests;

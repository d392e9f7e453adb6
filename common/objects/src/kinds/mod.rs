//! The kinds, one file each: what the catalog says and what is odd about it; the query; the struct; row to
//! struct; struct to entries.

pub mod access_method;
pub mod aggregate;
pub mod attach;
pub mod builtin;
pub mod cast;
pub mod check;
pub mod collation;
pub mod columns;
pub mod constraint;
pub mod conversion;
pub mod copy_format;
pub mod data;
pub mod database_entry;
pub mod default;
pub mod default_acl;
pub mod event_trigger;
pub mod extension;
pub mod facets;
pub mod foreign_data_wrapper;
pub mod foreign_key;
pub mod foreign_server;
pub mod function;
pub mod gone;
pub mod index;
pub mod index_attach;
pub mod inheritance;
pub mod key;
pub mod language;
pub mod large_object;
pub mod large_object_copy;
pub mod large_object_data;
pub mod names;
pub mod operator;
pub mod operator_class;
pub mod operator_family;
pub mod operator_members;
mod plain;
pub mod policy;
pub mod publication;
pub mod refresh;
pub mod refused;
pub mod relation;
pub mod relation_facets;
pub mod reserved;
pub mod role;
pub mod rule;
pub mod schema;
pub mod sequence;
pub mod sequence_set;
pub mod settings;
pub mod size;
mod spelled;
pub mod statistics;
pub mod statistics_data;
pub mod subscription;
pub mod table;
pub mod text_search;
pub mod transform;
pub mod trigger;
pub mod types;
pub mod view;

use crate::database::Database;
use crate::error::Error;
use crate::rows::Rows;

/// When a query is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Before the locks, of the whole database: plain catalog columns only.
    Early,
    /// When it is settled what is wanted, before the locks.
    Chosen,
    /// After the locks, of what is wanted: deparse functions are allowed.
    Late,
}

/// One catalog query and what becomes of its rows.
///
/// All queries of a phase are made before any of its rows is read, so they can go out together; rows are
/// read in the order of [`READERS`].
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// How messages name it.
    pub name: &'static str,
    /// When it is asked.
    pub phase: Phase,
    /// The text for this database, or `None` when there is nothing to ask.
    pub query: fn(&Database) -> Option<String>,
    /// Takes the rows in.
    pub read: fn(&mut Database, &Rows) -> Result<(), Error>,
}

/// Every catalog query, in the order in which rows are read.
///
/// Early: roles and memberships come first because every object looks itself up there; schemas before what
/// is in them. Late: relations' columns before what refers to them.
pub static READERS: &[Reader] = &[
    role::READER,
    builtin::READER,
    extension::READER,
    extension::MEMBERS,
    schema::READER,
    relation::READER,
    relation::INHERITANCE,
    types::READER,
    function::READER,
    aggregate::READER,
    language::READER,
    collation::READER,
    transform::READER,
    cast::READER,
    access_method::READER,
    operator::READER,
    operator_family::READER,
    operator_class::READER,
    conversion::READER,
    text_search::parser::READER,
    text_search::template::READER,
    text_search::dictionary::READER,
    text_search::configuration::READER,
    foreign_data_wrapper::READER,
    foreign_server::READER,
    subscription::READER,
    publication::READER,
    default_acl::READER,
    event_trigger::READER,
    large_object::READER,
    data::HASHED_ENUMS,
    reserved::READER,
    // further early readers
    refused::READER,
    refused::LARGE_OBJECT_READER,
    columns::READER,
    default::READER,
    check::READER,
    table::READER,
    sequence::READER,
    sequence_set::READER,
    copy_format::READER,
    size::READER,
    data::CONFIGURATION_KEYS,
    // further late readers
    database_entry::READER,
    database_entry::ROLE_SETTINGS,
    database_entry::SECURITY_LABELS,
    types::enumeration::READER,
    types::composite::READER,
    types::range::READER,
    types::base::READER,
    types::domain::READER,
    types::domain_constraint::READER,
    function::definition::READER,
    aggregate::definition::READER,
    operator_members::OPERATOR_READER,
    operator_members::FUNCTION_READER,
    text_search::configuration::MAPPING_READER,
    foreign_server::MAPPING_READER,
    publication::table::READER,
    publication::schema::READER,
    view::READER,
    rule::READER,
    refresh::READER,
    index::READER,
    foreign_key::READER,
    statistics::READER,
    statistics_data::READER,
    trigger::READER,
    policy::READER,
    crate::depend::READER,
    facets::COMMENTS,
    facets::LABELS,
    facets::INITIAL_PRIVILEGES,
    facets::COLUMN_PRIVILEGES,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn before_the_locks_nothing_is_deparsed() {
        for major in 12..=18 {
            let db = sample::database(major);
            for reader in READERS.iter().filter(|reader| reader.phase == Phase::Early) {
                let sql = (reader.query)(&db).unwrap_or_default();
                assert!(!sql.contains("pg_get_"), "{} on {major}: {sql}", reader.name);
            }
        }
    }

    #[test]
    fn early_readers_come_first_and_names_are_unique() {
        assert!(READERS.is_sorted_by_key(|reader| reader.phase));
        let names: std::collections::HashSet<_> = READERS.iter().map(|reader| reader.name).collect();
        assert_eq!(names.len(), READERS.len());
    }
}

//! What a PostgreSQL database consists of, and the DDL that makes it again.
//!
//! This room is pure: SQL text goes out, rows come in, entries go out. A caller that owns a connection
//! carries the text to the server and the rows back.
//!
//! ```text
//! early queries ─► rows ─► Database ─► choose ─► locks (caller) ─► late queries ─► rows ─► Database
//!                                                                                           │
//!                                   entries ◄── order and cycles ◄── dependencies ◄─────────┘
//! ```
//!
//! * [`kinds`] has one file a kind: query, struct, DDL. [`kinds::READERS`] is the table of queries.
//! * Early queries read plain catalog columns of the whole database; they call no deparse function.
//! * [`choose`] decides what is wanted; only that is locked and read further.
//! * Late queries run on the session that holds the locks and are limited to what is wanted.
//! * [`order`] sorts by kind, schema and name, then by dependency; [`cycles`] cuts the known cycles.
//! * [`emit`] turns objects into entries of the table of contents.
//!
//! The text of every entry is what pg_dump 18 writes for it, byte for byte.
//!
//! ```
//! use pgx_objects::choose::{Choice, choose};
//! use pgx_objects::{Database, Phase, READERS, Rows, Server, emit, order};
//!
//! # fn main() -> Result<(), pgx_objects::Error> {
//! let mut db = Database::new(Server { version: 180_004, ..Server::default() });
//! // A caller asks every query of READERS, early ones before the locks. Here is one of them, and what a
//! // server might answer.
//! let reader = READERS.iter().find(|reader| reader.name == "schemas").expect("schemas are read");
//! assert_eq!(reader.phase, Phase::Early);
//! assert!((reader.query)(&db).is_some_and(|sql| sql.contains("FROM pg_catalog.pg_namespace n")));
//! let columns = ["oid", "name", "owner", "acl", "acldefault", "initial"];
//! let mut rows = Rows::new(reader.name, columns);
//! rows.push([Some("16400"), Some("sales"), Some("10"), None, None, None].into_iter());
//! (reader.read)(&mut db, &rows)?;
//! choose(&mut db, &Choice::default());
//! let order = order::order(&mut db)?;
//! let entries = emit::entries(&db, &order);
//! assert!(entries.iter().any(|entry| entry.create == "CREATE SCHEMA sales;\n"));
//! # Ok(())
//! # }
//! ```

pub mod body;
pub mod check;
pub mod choose;
pub mod class;
pub mod cycles;
pub mod database;
pub mod depend;
pub mod emit;
pub mod error;
pub mod find;
pub mod globals;
#[cfg(test)]
mod golden;
pub mod kinds;
pub mod order;
pub mod privileges;
pub mod query;
pub mod rewrite;
pub mod rows;
#[cfg(test)]
mod sample;
pub mod sql;

pub use database::{Body, Database, NodeId, Object, Server, Wanted};
pub use error::Error;
pub use kinds::{Phase, READERS, Reader};
pub use rows::{Row, Rows};

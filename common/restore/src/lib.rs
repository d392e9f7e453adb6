//! Entries to statements: what a loader runs and what a script prints, decided once.
//!
//! This room is pure: entries, options and the target's version go in, text and decisions come out.
//!
//! - [`Contents`] is the table of contents as a restore sees it: what is wanted, pass after pass.
//! - [`Script`] is the plain SQL script, byte for byte as pg_dump 18 writes it.
//! - [`Schedule`] says what may start now; [`work`] what is to be run for an entry; [`copy_in`] how its
//!   rows go in; [`analyze()`] what comes last.
//! - [`existing`] is about rows that go into tables which stand already.
//! - [`ledger`] remembers in the target what has been done, so that a load can go on.
//! - [`verify`] asks a target whether it is what the stream says.
//! - [`preflight`] asks whether the target may be written to at all.
//! - [`session`], [`large_objects`], [`copy`] and [`owner`] hold the statements that surround entries.
//!
//! ```
//! use pgx_archive::{Entry, EntryId, Kind};
//! use pgx_restore::{Contents, Heading, Options, Piece, Script};
//!
//! let mut view = Entry::new(Kind::View, Some("public"), "open_orders", "shop");
//! view.id = EntryId(1);
//! view.create = "CREATE VIEW public.open_orders AS\n SELECT 1;\n".to_owned();
//! view.drop = "DROP VIEW public.open_orders;\n".to_owned();
//!
//! let entries = [view];
//! let options = Options::default();
//! let contents = Contents::new(&entries, &options);
//! let heading = Heading {
//!     server_version: "18.1".to_owned(),
//!     producer: "pgx-dump version 0.1.0".to_owned(),
//!     restrict_key: "x7Qk2".to_owned(),
//! };
//! let mut script = String::new();
//! for piece in Script::new(&contents, &options, heading)? {
//!     match piece {
//!         Piece::Text(text) => script += &text,
//!         Piece::Rows(_) => unreachable!("a view has none"),
//!     }
//! }
//! assert!(script.contains(
//!     "--\n-- Name: open_orders; Type: VIEW; Schema: public; Owner: shop\n--\n\n\
//!      CREATE VIEW public.open_orders AS\n SELECT 1;\n\n\n\
//!      ALTER VIEW public.open_orders OWNER TO shop;\n\n"
//! ));
//! # Ok::<(), pgx_restore::ScriptError>(())
//! ```

pub mod analyses;
mod analyze;
pub mod called;
pub mod claims;
pub mod cluster;
pub mod contents;
pub mod copy;
pub mod database;
mod drops;
pub mod existing;
mod foreign_keys;
pub mod hooks;
pub mod large_objects;
pub mod ledger;
pub mod managed;
pub mod mapping;
pub mod memberships;
mod named;
pub mod options;
pub mod owner;
pub mod preflight;
mod psql;
pub mod put;
pub mod rename;
#[cfg(test)]
mod samples;
pub mod schedule;
pub mod script;
pub mod session;
pub mod settings;
pub mod statements;
pub mod subscription;
pub mod swap;
pub mod verify;
mod words;

pub use analyses::{Analyses, Analysis};
pub use analyze::vacuum;
pub use claims::{Claim, Claims, Locks, Wants};
pub use contents::Contents;
pub use copy::{Freeze, NotCopied, Table, copy_in, freeze, readable, truncate};
pub use database::TooOld;
pub use drops::{drop_statement, drop_work, dropped};
pub use foreign_keys::ForeignKeys;
pub use hooks::{Hook, HookError, HookStatement, Hooks, Moment};
pub use mapping::Mapping;
pub use options::{Clean, Options};
pub use schedule::Schedule;
pub use script::{Heading, Piece, Script, ScriptError};
pub use statements::{Statement, Step, Work, attach_work, index_work, work};
pub use words::create_for;

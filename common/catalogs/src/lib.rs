//! The catalogs of a session as objects: whoever describes a database asks here.
//!
//! The room `objects` knows the queries and what their answers mean, the room `server` has the sessions; this
//! one carries the text to the server and the rows back, for pgx-dump, which describes what it sends, and for
//! pgx-load, which compares what it made.
//!
//! ```no_run
//! use pgx_objects::choose::{Choice, choose};
//! use pgx_objects::{Database, Phase, emit, order};
//! use pgx_server::Session;
//! use pgx_server::source::{self, SourceOptions};
//!
//! # async fn describe(session: &Session) -> Result<(), Box<dyn std::error::Error>> {
//! let facts = source::begin(session, &SourceOptions::default()).await?;
//! let mut db = Database::new(pgx_catalogs::server(session, &facts));
//! pgx_catalogs::ask(session, &mut db, Phase::Early, false).await?;
//! choose(&mut db, &Choice::default());
//! pgx_catalogs::ask(session, &mut db, Phase::Late, false).await?;
//! let order = order::order(&mut db)?;
//! for entry in emit::entries(&db, &order) {
//!     println!("{}", entry.describe());
//! }
//! # Ok(())
//! # }
//! ```

mod ask;
mod error;

pub use ask::{ask, rows, server};
pub use error::Error;

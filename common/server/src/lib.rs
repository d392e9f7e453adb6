//! Connections to PostgreSQL: the only room with sockets.
//!
//! What goes in is SQL text; what comes out is rows of text, bytes of COPY, and errors with every
//! fact that the server gave. What the SQL means is known elsewhere.
//!
//! - [`Conninfo`] is where to connect: flags, connection strings, service file, `PG*` variables,
//!   password file, merged as libpq does.
//! - [`Session`] is one connection: [`rows`](Session::rows), [`execute`](Session::execute),
//!   [`batch`](Session::batch), [`copy_out`](Session::copy_out), [`copy_in`](Session::copy_in).
//! - [`source`] and [`target`] set sessions up for reading and writing; [`lock()`](lock::lock) takes
//!   the locks of a dump; [`neighbours`] tells who waits for them; [`Canceller`] stops a statement on Ctrl-C.
//!
//! ```no_run
//! use pgx_server::{Conninfo, Flags, Session, source};
//!
//! # async fn example() -> Result<(), pgx_server::Error> {
//! let flags = Flags { dbname: Some("postgresql://db.example/shop".into()), ..Flags::default() };
//! let info = Conninfo::resolve(&flags, &|name| std::env::var(name).ok())?;
//! let session = Session::connect(&info).await?;
//! let facts = source::begin(&session, &source::SourceOptions::default()).await?;
//! assert_eq!(facts.database, "shop");
//!
//! let rows = session.rows("SELECT relname::text FROM pg_catalog.pg_class").await?;
//! assert!(rows.rows.iter().any(|row| row[0].as_deref() == Some("pg_class")));
//!
//! let mut copy = session.copy_out("COPY pg_catalog.pg_class TO STDOUT").await?;
//! while let Some(chunk) = copy.next().await? {
//!     assert!(chunk.ends_with(b"\n"));
//! }
//! session.close().await
//! # }
//! ```

mod batch;
mod burst;
mod cancel;
mod connect;
pub mod conninfo;
mod copy;
mod error;
mod link;
pub mod lock;
pub mod neighbours;
mod route;
mod rows;
mod session;
mod socket;
pub mod source;
mod sql;
mod stream;
pub mod target;
mod text;
mod tls;
mod transcribe;
mod version;
mod watch;

pub use batch::{BatchError, Step};
pub use burst::{Answer, Burst, rows_of};
pub use bytes::Bytes;
pub use cancel::Canceller;
pub use conninfo::{Conninfo, Flags, Secret};
pub use copy::{CHUNK, CopyIn, CopyOut, PreparedCopy, StartingCopy};
pub use error::{Error, STATEMENT_SHOWN, ServerError, is_transient};
pub use link::Notices;
pub use rows::{Row, Rows};
pub use session::Session;
pub use text::Text;
pub use version::{NEWEST, OLDEST, Version};

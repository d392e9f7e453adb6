//! Tests from outside: real servers, real processes, stock pg_dump as the oracle.
//!
//! A test asks for a [`Cluster`] of a major, makes a [`Database`] in it, fills it from a [`Fixture`],
//! runs the tools in a [`Pipe`] and lets [`judge`] compare the copy with its source. Servers are
//! obtained when missing (`tests/servers/fetch`), are thrown away when the test process ends, however it
//! ends, and are shared by the tests of one binary. Nothing is skipped: what is missing is a failure
//! that names the remedy.
//!
//! The tools are found beside the test's own executable, so they must have been built:
//! `cargo build --workspace`, or `make test`, which does both.
//!
//! ```no_run
//! use pgx_tests::{Cluster, Fixture, Pipe, judge, tool};
//!
//! let source = Cluster::shared(18).database("source");
//! let target = Cluster::shared(18).database("target");
//! Fixture::schema("05_tables").load(&source);
//!
//! Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
//!     .to(tool("pgx-load").args(["-d", &target.url()]))
//!     .run()
//!     .expect_success();
//! judge(&source, &target).expect_equal();
//! ```

mod campaign;
mod cluster;
mod database;
mod difference;
mod fixture;
mod judge;
mod majors;
mod patience;
mod pipe;
mod pooler;
mod program;
mod proxy;
mod running;
mod scratch;
mod snapshot;

pub use campaign::campaign;
pub use cluster::{Cluster, MAJORS};
pub use database::Database;
pub use difference::{comparable, difference};
pub use fixture::Fixture;
pub use judge::{Judge, Verdict, judge};
pub use majors::{SUPPORTED, on_majors};
pub use patience::{PATIENCE, wait_until};
pub use pipe::{Finished, Pipe, Stage};
pub use pooler::Pooler;
pub use program::{repository, stock, tool};
pub use proxy::{Act, Moment, Proxy};
pub use running::Running;
pub use scratch::Scratch;
pub use snapshot::Snapshot;

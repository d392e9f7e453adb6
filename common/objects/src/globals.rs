//! What belongs to a whole cluster and to no database: roles, their memberships and settings, privileges on
//! parameters, tablespaces.
//!
//! It is read by the few queries of [`READERS`], from any database. Settings that a role has in one database, and
//! those of databases, travel with the databases.
//!
//! ```
//! use pgx_objects::Rows;
//! use pgx_objects::globals::{Globals, READERS, Wish};
//!
//! # fn main() -> Result<(), pgx_objects::Error> {
//! let mut globals = Globals::default();
//! let wish = Wish { tablespaces: false, ..Wish::default() };
//! for reader in READERS {
//!     if let Some(sql) = (reader.query)(18, &wish) {
//!         assert!(!sql.contains("pg_tablespace "));
//!         let rows = Rows::new(reader.name, [""; 0]); // what a server answers to `sql`
//!         (reader.read)(&mut globals, &rows)?;
//!     }
//! }
//! assert!(globals.entries()?.is_empty());
//! # Ok(())
//! # }
//! ```

use crate::error::Error;
use crate::query::Major;
use crate::rows::Rows;

mod clean;
mod database;
mod entries;
mod label;
mod membership;
mod only;
mod parameter;
mod role;
mod script;
mod setting;
mod tablespace;
mod wish;

pub use clean::Clean;
pub use label::Label;
pub use membership::Membership;
pub use only::Referred;
pub use parameter::Parameter;
pub use role::Role;
pub use script::Heading;
pub use setting::Setting;
pub use tablespace::Tablespace;
pub use wish::Wish;

/// What was read of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Globals {
    /// Roles by name, those that every cluster has left out.
    pub roles: Vec<Role>,
    /// Who is a member of which role, by role.
    pub memberships: Vec<Membership>,
    /// Settings of roles, and of all roles at last.
    pub settings: Vec<Setting>,
    /// Parameters on which there are privileges.
    pub parameters: Vec<Parameter>,
    /// Tablespaces in the order of their making.
    pub tablespaces: Vec<Tablespace>,
    /// Security labels of roles and tablespaces.
    pub labels: Vec<Label>,
    /// The databases that a copy of the cluster needs beside those that every cluster has.
    pub databases: Vec<String>,
}

/// One question, and what is made of its answer.
pub struct Reader {
    /// What it reads, for messages.
    pub name: &'static str,
    /// The SQL for a server, if it is to be asked.
    pub query: fn(Major, &Wish) -> Option<String>,
    /// What is made of the answer.
    pub read: fn(&mut Globals, &Rows) -> Result<(), Error>,
}

/// All of them.
pub static READERS: &[Reader] = &[
    role::READER,
    membership::READER,
    setting::READER,
    parameter::READER,
    tablespace::READER,
    label::READER,
    database::READER,
];

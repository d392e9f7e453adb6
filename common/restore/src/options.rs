//! What the user wants of a restore, and of which server.

use pgx_archive::head::Renamed;
use pgx_archive::kind::Switch;
use pgx_archive::{Entry, Section};

use crate::foreign_keys::ForeignKeys;
use crate::hooks::Hooks;
use crate::mapping::Mapping;

/// What the user wants of a restore, and of which server.
///
/// The default makes everything but the database itself, with its owners, privileges and tablespaces.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-C`: make the database, connect to it, and set its properties.
    pub create: bool,
    /// `-c`, `--if-exists`: drop everything first.
    pub clean: Clean,
    /// `--disable-triggers`: around rows that go into tables which stand already, triggers are off.
    pub disable_triggers: bool,
    /// `-S`: the role that may switch them off; whoever restores, when there is none.
    pub superuser: Option<String>,
    /// Rows are written as INSERT, which says itself where they go.
    pub inserts: bool,
    /// `-O`: whoever restores owns everything.
    pub no_owner: bool,
    /// `--use-set-session-authorization`: owners make what they own, rather than to be given it.
    pub session_authorization: bool,
    /// `--no-tablespaces`: everything goes to the default tablespace.
    pub no_tablespaces: bool,
    /// `--no-table-access-method`: tables get the target's default access method.
    pub no_table_access_method: bool,
    /// Sections that are left out: `-a` leaves out definitions, `-s` rows.
    pub without_sections: Vec<Section>,
    /// Kinds that are left out: `-x`, `--no-comments`, `--no-publications`, …
    pub without: Vec<Switch>,
    /// `--statistics-only`: nothing but the planner's statistics.
    pub only_statistics: bool,
    /// `--enable-row-security`: policies decide about rows, rather than to refuse what they concern.
    pub row_security: bool,
    /// `--map-role`: roles that are called otherwise.
    pub roles: Vec<Mapping>,
    /// `--map-tablespace`: tablespaces that are called otherwise; an empty name is the database's default.
    pub tablespaces: Vec<Mapping>,
    /// `--rename-schema`: what is called otherwise when everything is made.
    pub renames: Vec<Renamed>,
    /// `--before-data`, `--after-data`, `--at-end`: what the user wants to be run besides.
    pub hooks: Hooks,
    /// `--managed`: whoever restores is no superuser, and can give things away only to those who may have them.
    pub managed: bool,
    /// What becomes of foreign keys.
    pub foreign_keys: ForeignKeys,
    /// Major version of the server that runs the statements; none when it is not known, as in a script.
    pub target: Option<u32>,
}

/// Whether what a restore makes is dropped first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clean {
    /// Nothing is.
    #[default]
    No,
    /// All of it is, and has to be there.
    Yes,
    /// As far as it is there.
    IfExists,
}

impl Options {
    /// The role that makes an entry as its owner, empty for whoever restores; none when that makes it, and gives it away.
    pub(crate) fn maker<'e>(&self, entry: &'e Entry) -> Option<&'e str> {
        (self.session_authorization && !self.no_owner).then_some(&entry.owner)
    }

    /// Whether a switch leaves these kinds out.
    pub fn leaves_out(&self, switch: Option<Switch>) -> bool {
        switch.is_some_and(|switch| self.without.contains(&switch))
    }
}

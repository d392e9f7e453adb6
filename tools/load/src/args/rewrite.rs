//! The flags that make something else in the target than what the source has, or make room for it first.

use std::collections::HashSet;

use clap::Args;
use pgx_archive::head::Renamed;
use pgx_cli::Failure;
use pgx_restore::{Clean, Mapping, Options};

/// What is made otherwise.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Rewriting options")]
pub struct RewriteArgs {
    /// Drop first what the stream makes; with -C, drop the database
    ///
    /// All of it is dropped in one transaction, the last first, before anything is made. What the stream does not
    /// have stays.
    #[arg(short = 'c', long, conflicts_with_all = ["data_only", "statistics_only", "swap"])]
    pub clean: bool,

    /// With -c, drop only what is there
    #[arg(long)]
    pub if_exists: bool,

    /// Leave out what a role that is no superuser may not make, and name it
    ///
    /// For servers that others manage. Where the role may not, these are left out: attributes of roles, owners of which
    /// it is no member, default privileges of others, event triggers, leakproof functions, languages, base types,
    /// publications of all tables, casts without a function, subscriptions, tablespaces, settings, privileges on
    /// parameters, comments and privileges on what extensions have made; and what needs one of them, unless that has
    /// rows: then nothing is loaded. What others than the owner granted is granted by the owner. One warning names all
    /// of it before anything is made. For a superuser it changes nothing.
    #[arg(long, conflicts_with_all = ["file", "use_set_session_authorization", "verify_only"])]
    pub managed: bool,

    /// Have owners make what they own (SET SESSION AUTHORIZATION), rather than give it to them
    ///
    /// Only superusers may, and owners need the rights to make it.
    #[arg(long, conflicts_with = "role")]
    pub use_set_session_authorization: bool,

    /// Call role OLD of the stream NEW in the target, wherever it owns, grants or is granted something
    ///
    /// That is owners, privileges and who gave them, default privileges, policies, user mappings, settings of roles,
    /// and the roles themselves where the stream brings them. What functions say in their text stays as it is.
    /// pg_dump's archives name roles in text; what cannot be changed in them is named, and nothing is loaded.
    #[arg(long, value_name = "OLD=NEW", value_parser = Mapping::parse)]
    pub map_role: Vec<Mapping>,

    /// Use tablespace NEW for what is in OLD, or the database's default tablespace with OLD=
    ///
    /// Where the stream brings tablespaces, OLD is not made then.
    #[arg(long, value_name = "OLD=[NEW]", value_parser = Mapping::parse_or_none, conflicts_with = "no_tablespaces")]
    pub map_tablespace: Vec<Mapping>,

    /// Call schema OLD of the stream NEW in the target
    ///
    /// It is made under its old name and renamed at the end, so the target must have neither name. Functions whose
    /// bodies are strings, and constants such as 'OLD.t'::text, go on naming OLD; they are listed in a warning.
    #[arg(long, value_name = "OLD=NEW", value_parser = Mapping::parse)]
    pub rename_schema: Vec<Mapping>,
}

impl RewriteArgs {
    /// An error when flags contradict one another.
    pub fn check(&self, create: bool, verifying: bool) -> Result<(), Failure> {
        if verifying && !self.rename_schema.is_empty() {
            return Err(Failure::usage("--verify and --rename-schema cannot be used together")
                .hint("what is verified has the names that the stream has"));
        }
        if self.clean && !create && !self.rename_schema.is_empty() {
            return Err(
                Failure::usage("--clean and --rename-schema cannot be used together, unless with --create")
                    .hint("what would be dropped has the old name: drop the schema of the new name before the load"),
            );
        }
        for (flag, mappings) in [
            ("--map-role", &self.map_role),
            ("--map-tablespace", &self.map_tablespace),
        ] {
            let mut old = HashSet::new();
            if let Some(twice) = mappings.iter().find(|mapping| !old.insert(&mapping.old)) {
                return Err(Failure::usage(format!("{flag} is given twice for {}", twice.old)));
            }
        }
        Ok(())
    }

    /// Says the same for the room that decides about statements.
    pub fn tell(&self, options: &mut Options) {
        options.clean = match (self.clean, self.if_exists) {
            (false, _) => Clean::No,
            (true, false) => Clean::Yes,
            (true, true) => Clean::IfExists,
        };
        options.managed = self.managed;
        options.session_authorization = self.use_set_session_authorization;
        options.roles = self.map_role.clone();
        options.tablespaces = self.map_tablespace.clone();
        let renamed = self.rename_schema.iter().map(|mapping| Renamed {
            old: mapping.old.clone(),
            new: mapping.new.clone(),
        });
        options.renames = renamed.collect();
    }
}

//! What a load asks of its target: names that must be there, and rights that it takes.

use std::collections::{BTreeMap, BTreeSet};

use pgx_archive::entry::{SUPERUSER, VERSION};
use pgx_archive::{Entry, Head, Kind, Section};

use crate::contents::Contents;
use crate::options::Options;
use crate::owner::alter_owner;

/// A name, and the first object that needs it.
pub type Named = BTreeMap<String, String>;

/// What a load asks of its target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// `server_version_num` of the source; 0 when it is not known.
    pub source: u32,
    /// Encoding of the source; empty when it is not known.
    pub encoding: String,
    /// Provider, `LC_COLLATE`, `LC_CTYPE` and the provider's own locale of the source.
    pub locale: [String; 4],
    /// Name of the database that is made.
    pub database: Option<String>,
    /// Roles that own what is made.
    pub owners: Named,
    /// Roles that are named otherwise: grantees, grantors, roles of policies, of user mappings, of settings.
    pub roles: Named,
    /// Tablespaces.
    pub tablespaces: Named,
    /// Access methods of tables.
    pub access_methods: Named,
    /// Schemas in which something is made, but which are not made themselves.
    pub schemas: Named,
    /// Extensions, with the version of the source where it is known.
    pub extensions: BTreeMap<String, Option<String>>,
    /// Settings of the database and of roles in it.
    pub settings: Named,
    /// Settings that servers refuse from some major on: that major, what they are called then, and what has them.
    pub gone: BTreeMap<String, (u32, Option<String>, String)>,
    /// What only a superuser can make, and why.
    pub superuser: Named,
    /// Roles that are made: what else they need is their own business.
    pub makes_roles: bool,
    /// The first object for which one must be allowed to create in the database.
    pub in_database: Option<String>,
    /// Subscriptions.
    pub subscriptions: Vec<String>,
    /// Relations that are made: schema and name.
    pub makes: BTreeSet<(String, String)>,
    /// Tables that are filled and must be there: schema and name.
    pub fills: BTreeSet<(String, String)>,
    /// Whether definitions are made that might be there already.
    pub defines: bool,
    /// Bytes that the rows take on the source's disk.
    pub bytes: u64,
    /// How many entries there are.
    pub entries: usize,
}

impl Needs {
    /// What these contents ask for.
    pub fn of(head: &Head, contents: &Contents<'_>, options: &Options) -> Needs {
        let locale = &head.source.locale;
        let mut needs = Needs {
            source: head.source.version,
            encoding: head.source.encoding.clone(),
            locale: [
                locale.provider.clone(),
                locale.collate.clone(),
                locale.ctype.clone(),
                locale.name.clone().unwrap_or_default(),
            ],
            entries: contents.wanted().len(),
            ..Needs::default()
        };
        for entry in contents.wanted() {
            needs.add_names(entry, options);
            needs.add_rights(entry, contents);
            needs.add_relations(entry, contents);
        }
        let made = contents.wanted().filter(|entry| entry.kind == Kind::Schema);
        let made: BTreeSet<&str> = made.filter(|entry| makes(entry)).map(|entry| &*entry.name).collect();
        needs.schemas.retain(|schema, _| !made.contains(schema.as_str()));
        let made = contents.wanted().filter(|entry| entry.kind == Kind::AccessMethod);
        for entry in made {
            needs.access_methods.remove(&entry.name);
        }
        needs
    }

    fn add_names(&mut self, entry: &Entry, options: &Options) {
        let by = || entry.describe();
        if !options.no_owner && alter_owner(entry).is_some() {
            self.owners.entry(entry.owner.clone()).or_insert_with(by);
        }
        for role in &entry.roles {
            self.roles.entry(role.clone()).or_insert_with(by);
        }
        let field = |name| entry.fields.get(name).and_then(|value| value.as_str());
        let tablespace = match entry.kind {
            Kind::Database => field("tablespace").filter(|name| *name != "pg_default"),
            _ => entry.tablespace.as_deref(),
        };
        if let Some(name) = tablespace.filter(|name| !name.is_empty() && !options.no_tablespaces) {
            self.tablespaces.entry(name.to_owned()).or_insert_with(by);
        }
        if let Some(name) = entry.access_method.as_ref().filter(|_| !options.no_table_access_method) {
            self.access_methods.entry(name.clone()).or_insert_with(by);
        }
        for (name, since, now) in entry.gone() {
            let gone = || (since, now.map(str::to_owned), by());
            self.gone.entry(name.to_owned()).or_insert_with(gone);
        }
        match entry.kind {
            Kind::Extension => {
                let version = field(VERSION).map(str::to_owned);
                self.extensions.insert(entry.name.clone(), version);
            }
            Kind::DatabaseProperties => {
                let settings = entry.fields.get("settings").and_then(|list| list.as_array());
                for setting in settings.into_iter().flatten() {
                    if let Some(name) = setting.get("name").and_then(|name| name.as_str()) {
                        self.settings.entry(name.to_owned()).or_insert_with(by);
                    }
                }
            }
            Kind::Database => self.database = Some(entry.name.clone()),
            _ => {}
        }
    }

    fn add_rights(&mut self, entry: &Entry, contents: &Contents<'_>) {
        let by = entry.describe();
        if let Some(reason) = superusers_make(entry) {
            self.superuser.insert(by.clone(), reason);
        }
        match entry.kind {
            Kind::Role | Kind::RoleMembership | Kind::RoleSetting => self.makes_roles = true,
            Kind::Subscription => self.subscriptions.push(entry.name.clone()),
            Kind::Schema | Kind::Publication if makes(entry) => {
                self.in_database.get_or_insert_with(|| by.clone());
            }
            _ => {}
        }
        let is_database = matches!(entry.kind, Kind::Database | Kind::DatabaseProperties);
        let is_made = !entry.kind.is_facet() && entry.data.is_none() && !entry.create.is_empty();
        if is_made && !is_database && contents.section(entry) == Section::PreData {
            self.defines = true;
            // What belongs to something else takes no right of its own.
            let schema = entry.schema.as_ref().filter(|_| entry.parent.is_none());
            if let Some(schema) = schema.filter(|schema| !schema.is_empty()) {
                self.schemas.entry(schema.clone()).or_insert(by);
            }
        }
    }

    fn add_relations(&mut self, entry: &Entry, contents: &Contents<'_>) {
        let schema = entry.schema.clone().unwrap_or_default();
        let relation = (schema, entry.name.clone());
        match entry.kind {
            Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable | Kind::Sequence => {
                self.makes.insert(relation);
            }
            Kind::TableData => {
                self.bytes += entry.data.as_ref().map_or(0, |data| data.estimated_bytes);
                let made = contents.wanted().any(|other| Some(other.id) == entry.parent);
                if !made {
                    self.fills.insert(relation);
                }
            }
            Kind::Blobs => self.bytes += entry.data.as_ref().map_or(0, |data| data.estimated_bytes),
            _ => {}
        }
    }

    /// All roles that must be there, with the first object that names each.
    pub fn all_roles(&self) -> Named {
        let all = self.owners.iter().chain(&self.roles);
        all.rev().map(|(role, by)| (role.clone(), by.clone())).collect()
    }

    /// Takes away what an earlier member of the same stream makes.
    pub fn made_before(&mut self, roles: &BTreeSet<String>, tablespaces: &BTreeSet<String>) {
        self.owners.retain(|role, _| !roles.contains(role));
        self.roles.retain(|role, _| !roles.contains(role));
        self.tablespaces.retain(|name, _| !tablespaces.contains(name));
    }
}

/// Whether an entry makes something, rather than to say that it is there anyway.
fn makes(entry: &Entry) -> bool {
    entry.create.starts_with("CREATE")
}

/// Why only superusers make it; none when others do, too.
pub(crate) fn superusers_make(entry: &Entry) -> Option<String> {
    match entry.fields.get(SUPERUSER).and_then(|reason| reason.as_str()) {
        Some(reason) => Some(reason.to_owned()),
        None => {
            for_superusers(&entry.kind).then(|| format!("only superusers make a {}", entry.kind.tag().to_lowercase()))
        }
    }
}

/// Kinds of which nobody else makes any.
fn for_superusers(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::AccessMethod
            | Kind::EventTrigger
            | Kind::ForeignDataWrapper
            | Kind::OperatorClass
            | Kind::OperatorFamily
            | Kind::ProceduralLanguage
            | Kind::PublicationTablesInSchema
            | Kind::Tablespace
            | Kind::TextSearchParser
            | Kind::TextSearchTemplate
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, numbered, plain, rows, table};
    use pgx_archive::EntryId;

    fn needs(entries: Vec<Entry>, options: &Options) -> Needs {
        let entries = numbered(entries);
        let head = Head::new(pgx_archive::Content::Database, "a", "c", "p");
        Needs::of(&head, &Contents::new(&entries, options), options)
    }

    fn names(named: &Named) -> Vec<&str> {
        named.keys().map(String::as_str).collect()
    }

    #[test]
    fn names_are_asked_for_unless_they_are_left_out() {
        let mut there = table("t");
        there.tablespace = Some("ssd".to_owned());
        let mut policy = made(Kind::Policy, "t p", "CREATE POLICY p ON public.t TO ann;\n");
        policy.roles = vec!["ann".to_owned()];
        let found = needs(vec![there.clone(), policy], &Options::default());
        assert_eq!(names(&found.owners), ["shop"]);
        assert_eq!(names(&found.roles), ["ann"]);
        assert_eq!(names(&found.tablespaces), ["ssd"]);
        assert_eq!(names(&found.access_methods), ["heap"]);
        assert_eq!(names(&found.schemas), ["public"]);
        assert_eq!(found.all_roles()["shop"], "table public.t");
        let options = Options {
            no_owner: true,
            no_tablespaces: true,
            no_table_access_method: true,
            ..Options::default()
        };
        let found = needs(vec![there], &options);
        assert!(found.owners.is_empty() && found.tablespaces.is_empty() && found.access_methods.is_empty());
    }

    #[test]
    fn a_schema_that_is_made_is_not_asked_for() {
        let mut schema = plain(Kind::Schema, "public");
        schema.create = "CREATE SCHEMA public;\n".to_owned();
        let found = needs(vec![schema, table("t")], &Options::default());
        assert!(found.schemas.is_empty());
        assert_eq!(found.in_database.as_deref(), Some("schema public"));
    }

    #[test]
    fn tables_are_made_or_must_be_there() {
        let mut mine = rows("t");
        mine.parent = Some(EntryId(1));
        let found = needs(vec![table("t"), mine, rows("u")], &Options::default());
        let of = |name: &str| ("public".to_owned(), name.to_owned());
        assert!(found.makes.contains(&of("t")) && !found.fills.contains(&of("t")));
        assert!(found.fills.contains(&of("u")));
    }

    #[test]
    fn what_superusers_make_is_known_by_kind_or_said() {
        let mut function = made(Kind::Function, "f()", "CREATE FUNCTION public.f() …;\n");
        function
            .fields
            .insert(SUPERUSER.to_owned(), "language c is not trusted".into());
        let found = needs(vec![plain(Kind::EventTrigger, "watch"), function], &Options::default());
        assert_eq!(names(&found.superuser), ["event trigger watch", "function public.f()"]);
    }
}

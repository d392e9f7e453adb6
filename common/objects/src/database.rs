//! The database as values: objects, what is wanted of each, and what depends on what.

use std::collections::HashMap;
use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

use pgx_archive::CatalogId;

pub use crate::body::Body;
pub use crate::class;
use crate::error::Error;
use crate::kinds::copy_format::TypeForm;
use crate::kinds::database_entry::DatabaseEntry;
use crate::kinds::facets::ColumnAcl;
use crate::kinds::relation::Relation;
use crate::query::Major;
use crate::rows::Row;

/// The first OID that users' objects may have; initdb's are below.
pub const FIRST_USER_OID: u32 = 16384;

/// Place of an object in [`Database::objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// What is wanted of an object: a set of components.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted(u8);

impl Wanted {
    /// Nothing.
    pub const NONE: Wanted = Wanted(0);
    /// The statement that makes it.
    pub const DEFINITION: Wanted = Wanted(1);
    /// Its rows.
    pub const DATA: Wanted = Wanted(2);
    /// Its comment.
    pub const COMMENT: Wanted = Wanted(4);
    /// Its security labels.
    pub const LABEL: Wanted = Wanted(8);
    /// Its privileges.
    pub const ACL: Wanted = Wanted(16);
    /// Its policies.
    pub const POLICY: Wanted = Wanted(32);
    /// All of it.
    pub const ALL: Wanted = Wanted(63);

    /// Whether any of `other` is wanted.
    pub fn any(self, other: Wanted) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is wanted.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Wanted {
    type Output = Wanted;
    fn bitor(self, other: Wanted) -> Wanted {
        Wanted(self.0 | other.0)
    }
}

impl BitOrAssign for Wanted {
    fn bitor_assign(&mut self, other: Wanted) {
        self.0 |= other.0;
    }
}

impl BitAnd for Wanted {
    type Output = Wanted;
    fn bitand(self, other: Wanted) -> Wanted {
        Wanted(self.0 & other.0)
    }
}

impl Not for Wanted {
    type Output = Wanted;
    fn not(self) -> Wanted {
        Wanted(!self.0 & Wanted::ALL.0)
    }
}

/// Privileges as the catalogs have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acl {
    /// The object's own list in array form; `None` while it has its defaults.
    pub actual: Option<String>,
    /// What `acldefault()` gives for its owner.
    pub default: Option<String>,
}

impl Acl {
    /// Both lists.
    pub fn lists(&self) -> (Option<&str>, Option<&str>) {
        (self.actual.as_deref(), self.default.as_deref())
    }
}

/// One object of the database, wanted or not: a node of the dependency graph.
#[derive(Clone, Debug)]
pub struct Object {
    /// The row it comes from; zeros for objects that no catalog knows.
    pub catalog: CatalogId,
    /// Schema it is in.
    pub schema: Option<NodeId>,
    /// Catalog name; the order goes by it.
    pub name: String,
    /// OID of the role that owns it; 0 when ownership does not apply.
    pub owner: u32,
    /// Privileges, where they are not the defaults.
    pub acl: Option<Box<Acl>>,
    /// The extension it is a member of.
    pub extension: Option<NodeId>,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// What must come before it.
    pub dependencies: Vec<NodeId>,
    /// What it is.
    pub body: Body,
}

/// Facts about the source that texts depend on.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// `server_version_num`, 180004.
    pub version: u32,
    /// The encoding in which rows are sent: `server_encoding`, where that can be.
    pub encoding: String,
    /// `client_encoding`: that of the text which was read.
    pub client_encoding: String,
    /// Name of the database.
    pub database: String,
    /// The user's search path, system schemas included (`current_schemas(true)`).
    pub search_path: Vec<String>,
    /// Whether the role that reads is a superuser.
    pub superuser: bool,
    /// Whether it is in recovery.
    pub standby: bool,
}

impl Server {
    /// The major version.
    pub fn major(&self) -> Major {
        self.version / 10_000
    }
}

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Database {
    /// Facts about the source.
    pub server: Server,
    /// What a dump does without because the role may not read it, each as a sentence.
    pub left_out: Vec<String>,
    /// What is wanted but the role may not read, as messages name it.
    pub denied: Vec<String>,
    /// Tables whose rows are wanted and of which policies may hide some from the role, as SQL names them.
    pub guarded: Vec<String>,
    /// Whether rows are wanted.
    pub with_rows: bool,
    /// Whether statistics for the planner are wanted.
    pub with_statistics: bool,
    /// Whether the server has to quote all names, because it does not know that one of them is reserved now.
    pub needs_quotes: bool,
    /// The database itself; late.
    pub own: Option<Box<DatabaseEntry>>,
    /// Role names by OID.
    pub roles: HashMap<u32, String>,
    /// The objects, in the order they were read.
    pub objects: Vec<Object>,
    /// Comments by (row, sub-object), in order of sub-object.
    pub comments: HashMap<CatalogId, Vec<(i32, String)>>,
    /// Security labels by row: (sub-object, provider, label).
    pub labels: HashMap<CatalogId, Vec<(i32, String, String)>>,
    /// Initial privileges by (row, sub-object), in array form.
    pub initial_acls: HashMap<(CatalogId, i32), String>,
    /// Column privileges by OID of the table, in order of columns.
    pub column_acls: HashMap<u32, Vec<ColumnAcl>>,
    /// Sizes of the tables whose rows are wanted, by OID.
    pub sizes: HashMap<u32, crate::kinds::size::Size>,
    /// Extensions that objects were bound to with ALTER … DEPENDS ON EXTENSION.
    pub bound_to_extensions: HashMap<NodeId, Vec<NodeId>>,
    /// Schema and name of built-in types, by OID.
    pub builtin_types: HashMap<u32, (String, String)>,
    /// What the form of rows depends on, by type: of wanted tables' columns.
    pub type_forms: HashMap<u32, TypeForm>,
    /// The extension that each member belongs to.
    pub members: HashMap<CatalogId, NodeId>,
    index: HashMap<CatalogId, NodeId>,
    constraints_of: HashMap<NodeId, Vec<NodeId>>,
}

impl Database {
    /// An empty description of a database on a server.
    pub fn new(server: Server) -> Database {
        Database {
            server,
            ..Database::default()
        }
    }

    /// Adds an object that no catalog row stands for, or whose row was added by hand.
    pub fn push(&mut self, object: Object) -> NodeId {
        let id = NodeId(self.objects.len() as u32);
        if let Body::Constraint(body) = &object.body
            && let Some(table) = body.table
        {
            self.constraints_of.entry(table).or_default().push(id);
        }
        if object.catalog.oid != 0 {
            self.index.insert(object.catalog, id);
        }
        self.objects.push(object);
        id
    }

    /// Adds an object from the standard columns of an early query: `oid`, `name`, and where the kind
    /// has them `schema` (OID of the namespace), `owner`, `acl`, `acldefault`.
    ///
    /// Membership in an extension is looked up and recorded as a dependency.
    pub fn add(&mut self, catalog: u32, row: &Row<'_>, body: Body) -> Result<NodeId, Error> {
        let own = |column: &str| row.find(column).flatten().map(str::to_owned);
        let catalog = CatalogId {
            class: catalog,
            oid: row.oid("oid")?,
        };
        let schema = match row.find("schema").flatten() {
            None | Some("0") => None,
            Some(oid) => Some(
                self.by_oid(class::NAMESPACE, row.oid("schema")?)
                    .ok_or_else(|| row.dangling(format!("schema {oid}")))?,
            ),
        };
        let extension = self.members.get(&catalog).copied();
        let (actual, default) = (own("acl"), own("acldefault"));
        let acl = (actual.is_some() || default.is_some()).then(|| Box::new(Acl { actual, default }));
        Ok(self.push(Object {
            catalog,
            schema,
            name: row.text("name")?.to_owned(),
            owner: if row.find("owner").is_some() {
                row.oid("owner")?
            } else {
                0
            },
            acl,
            extension,
            wanted: Wanted::NONE,
            dependencies: extension.into_iter().collect(),
            body,
        }))
    }

    /// The constraints of a table, of every kind, as far as they are objects.
    pub fn constraints_of(&self, table: NodeId) -> impl Iterator<Item = &Object> {
        self.constraints_of
            .get(&table)
            .into_iter()
            .flatten()
            .map(|id| self.object(*id))
    }

    /// The object of a node.
    pub fn object(&self, id: NodeId) -> &Object {
        &self.objects[id.0 as usize]
    }

    /// The object of a node, to be changed.
    pub fn object_mut(&mut self, id: NodeId) -> &mut Object {
        &mut self.objects[id.0 as usize]
    }

    /// The node of a catalog row.
    pub fn by_oid(&self, catalog: u32, oid: u32) -> Option<NodeId> {
        self.index.get(&CatalogId { class: catalog, oid }).copied()
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.objects.len() as u32).map(NodeId)
    }

    /// The relation of a node, if it is one.
    pub fn relation(&self, id: NodeId) -> Option<&Relation> {
        match &self.object(id).body {
            Body::Relation(body) => Some(body),
            _ => None,
        }
    }

    /// The relation with an OID.
    pub fn relation_by_oid(&self, oid: u32) -> Option<(NodeId, &Relation)> {
        let id = self.by_oid(class::CLASS, oid)?;
        Some((id, self.relation(id)?))
    }

    /// The relation of a node, to be changed.
    pub fn relation_mut(&mut self, id: NodeId) -> Option<&mut Relation> {
        match &mut self.object_mut(id).body {
            Body::Relation(body) => Some(body),
            _ => None,
        }
    }

    /// Name of the schema an object is in; empty when it has none.
    pub fn schema_name(&self, id: NodeId) -> &str {
        self.object(id).schema.map_or("", |schema| &self.object(schema).name)
    }

    /// `schema.name` of an object, quoted.
    pub fn qualified(&self, id: NodeId) -> String {
        match self.object(id).schema {
            Some(schema) => crate::sql::qualified(&self.object(schema).name, &self.object(id).name),
            None => crate::sql::ident(&self.object(id).name).into_owned(),
        }
    }

    /// Name of the role that owns an object; empty when ownership does not apply.
    pub fn owner(&self, id: NodeId) -> &str {
        self.role(self.object(id).owner)
    }

    /// Name of a role; empty for 0.
    pub fn role(&self, oid: u32) -> &str {
        self.roles.get(&oid).map_or("", String::as_str)
    }

    /// Makes `id` come after `on`.
    pub fn depend(&mut self, id: NodeId, on: NodeId) {
        self.object_mut(id).dependencies.push(on);
    }

    /// OIDs of the objects that `pick` accepts, for late queries.
    pub fn oids(&self, pick: impl Fn(&Object) -> bool) -> Vec<u32> {
        self.objects
            .iter()
            .filter(|object| pick(object))
            .map(|object| object.catalog.oid)
            .collect()
    }

    /// OIDs of the relations whose definition or rows are wanted and whose `relkind` is one of `kinds`.
    pub fn wanted_relations(&self, kinds: &str) -> Vec<u32> {
        self.oids(|object| {
            matches!(&object.body, Body::Relation(body) if kinds.contains(body.relkind))
                && object.wanted.any(Wanted::DEFINITION | Wanted::DATA)
        })
    }
}

//! The database as values: objects, what is wanted of each, and what depends on what.

use std::collections::HashMap;
use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

use pgx_archive::CatalogId;
use pgx_archive::kind;

use crate::error::Error;
use crate::kinds::access_method::AccessMethod;
use crate::kinds::aggregate::Aggregate;
use crate::kinds::attach::TableAttach;
use crate::kinds::cast::Cast;
use crate::kinds::collation::Collation;
use crate::kinds::constraint::Constraint;
use crate::kinds::conversion::Conversion;
use crate::kinds::copy_format::TypeForm;
use crate::kinds::data::TableData;
use crate::kinds::database_entry::DatabaseEntry;
use crate::kinds::default::ColumnDefault;
use crate::kinds::default_acl::DefaultAcl;
use crate::kinds::event_trigger::EventTrigger;
use crate::kinds::extension::Extension;
use crate::kinds::facets::ColumnAcl;
use crate::kinds::foreign_data_wrapper::ForeignDataWrapper;
use crate::kinds::foreign_server::ForeignServer;
use crate::kinds::function::Function;
use crate::kinds::index::Index;
use crate::kinds::index_attach::IndexAttach;
use crate::kinds::language::Language;
use crate::kinds::large_object::LargeObjects;
use crate::kinds::large_object_data::LargeObjectData;
use crate::kinds::operator::Operator;
use crate::kinds::operator_class::OperatorClass;
use crate::kinds::operator_family::OperatorFamily;
use crate::kinds::policy::Policy;
use crate::kinds::publication::{Publication, PublicationSchema, PublicationTable};
use crate::kinds::refresh::Refresh;
use crate::kinds::relation::Relation;
use crate::kinds::rule::Rule;
use crate::kinds::schema::Schema;
use crate::kinds::sequence_set::SequenceSet;
use crate::kinds::statistics::Statistics;
use crate::kinds::subscription::Subscription;
use crate::kinds::text_search::configuration::Configuration;
use crate::kinds::text_search::dictionary::Dictionary;
use crate::kinds::text_search::parser::Parser;
use crate::kinds::text_search::template::Template;
use crate::kinds::transform::Transform;
use crate::kinds::trigger::Trigger;
use crate::kinds::types::Type;
use crate::query::Major;
use crate::rows::Row;

/// OIDs of the catalogs themselves (`pg_class.oid`), fixed since long before version 12.
pub mod class {
    /// `pg_type`
    pub const TYPE: u32 = 1247;
    /// `pg_proc`
    pub const PROC: u32 = 1255;
    /// `pg_class`
    pub const CLASS: u32 = 1259;
    /// `pg_database`
    pub const DATABASE: u32 = 1262;
    /// `pg_foreign_server`
    pub const FOREIGN_SERVER: u32 = 1417;
    /// `pg_user_mapping`
    pub const USER_MAPPING: u32 = 1418;
    /// `pg_foreign_data_wrapper`
    pub const FOREIGN_DATA_WRAPPER: u32 = 2328;
    /// `pg_am`
    pub const AM: u32 = 2601;
    /// `pg_attrdef`
    pub const ATTRDEF: u32 = 2604;
    /// `pg_cast`
    pub const CAST: u32 = 2605;
    /// `pg_constraint`
    pub const CONSTRAINT: u32 = 2606;
    /// `pg_conversion`
    pub const CONVERSION: u32 = 2607;
    /// `pg_language`
    pub const LANGUAGE: u32 = 2612;
    /// `pg_largeobject`, under which `pg_depend` and `pg_description` know large objects
    pub const LARGEOBJECT: u32 = 2613;
    /// `pg_namespace`
    pub const NAMESPACE: u32 = 2615;
    /// `pg_opclass`
    pub const OPCLASS: u32 = 2616;
    /// `pg_operator`
    pub const OPERATOR: u32 = 2617;
    /// `pg_rewrite`
    pub const REWRITE: u32 = 2618;
    /// `pg_trigger`
    pub const TRIGGER: u32 = 2620;
    /// `pg_opfamily`
    pub const OPFAMILY: u32 = 2753;
    /// `pg_extension`
    pub const EXTENSION: u32 = 3079;
    /// `pg_policy`
    pub const POLICY: u32 = 3256;
    /// `pg_statistic_ext`
    pub const STATISTIC_EXT: u32 = 3381;
    /// `pg_collation`
    pub const COLLATION: u32 = 3456;
    /// `pg_event_trigger`
    pub const EVENT_TRIGGER: u32 = 3466;
    /// `pg_transform`
    pub const TRANSFORM: u32 = 3576;
    /// `pg_ts_dict`
    pub const TS_DICT: u32 = 3600;
    /// `pg_ts_parser`
    pub const TS_PARSER: u32 = 3601;
    /// `pg_ts_config`
    pub const TS_CONFIG: u32 = 3602;
    /// `pg_ts_template`
    pub const TS_TEMPLATE: u32 = 3764;
    /// `pg_subscription`
    pub const SUBSCRIPTION: u32 = 6100;
    /// `pg_publication`
    pub const PUBLICATION: u32 = 6104;
    /// `pg_publication_rel`
    pub const PUBLICATION_REL: u32 = 6106;
    /// `pg_publication_namespace`
    pub const PUBLICATION_NAMESPACE: u32 = 6237;
    /// `pg_default_acl`
    pub const DEFAULT_ACL: u32 = 826;
}

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
    /// Privileges, for kinds that have them.
    pub acl: Acl,
    /// The extension it is a member of.
    pub extension: Option<NodeId>,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// What must come before it.
    pub dependencies: Vec<NodeId>,
    /// What it is.
    pub body: Body,
}

/// What an object is, with what its kind needs.
#[derive(Clone, Debug)]
pub enum Body {
    /// A schema.
    Schema(Schema),
    /// An extension.
    Extension(Extension),
    /// A base, composite, enum, range or multirange type, a domain, an array, a row type.
    Type(Box<Type>),
    /// The declaration of a base or range type that its own functions need.
    ShellType(NodeId),
    /// A function or procedure.
    Function(Box<Function>),
    /// An aggregate.
    Aggregate(Box<Aggregate>),
    /// A procedural language.
    Language(Language),
    /// A cast.
    Cast(Cast),
    /// A transform.
    Transform(Transform),
    /// An operator.
    Operator(Box<Operator>),
    /// An operator class.
    OperatorClass(Box<OperatorClass>),
    /// An operator family.
    OperatorFamily(OperatorFamily),
    /// An access method.
    AccessMethod(AccessMethod),
    /// A collation.
    Collation(Collation),
    /// A conversion.
    Conversion(Conversion),
    /// A text search parser.
    TextSearchParser(Box<Parser>),
    /// A text search template.
    TextSearchTemplate(Template),
    /// A text search dictionary.
    TextSearchDictionary(Dictionary),
    /// A text search configuration.
    TextSearchConfiguration(Configuration),
    /// A foreign-data wrapper.
    ForeignDataWrapper(Box<ForeignDataWrapper>),
    /// A foreign server, with its user mappings.
    ForeignServer(Box<ForeignServer>),
    /// A subscription.
    Subscription(Box<Subscription>),
    /// A table, view, materialized view, foreign table, sequence or the relation of a composite type.
    Relation(Box<Relation>),
    /// A partition's place under its parent.
    TableAttach(TableAttach),
    /// A column default.
    Default(ColumnDefault),
    /// A constraint of a table or domain.
    Constraint(Box<Constraint>),
    /// An index.
    Index(Box<Index>),
    /// An index's place under its parent.
    IndexAttach(IndexAttach),
    /// An extended statistics object.
    Statistics(Statistics),
    /// A rewrite rule, views' own included.
    Rule(Rule),
    /// A trigger.
    Trigger(Box<Trigger>),
    /// An event trigger.
    EventTrigger(EventTrigger),
    /// A policy, or row security itself.
    Policy(Policy),
    /// A publication.
    Publication(Publication),
    /// A table in a publication.
    PublicationTable(PublicationTable),
    /// A schema in a publication.
    PublicationSchema(PublicationSchema),
    /// Default privileges.
    DefaultAcl(DefaultAcl),
    /// A group of large objects, as metadata.
    LargeObjects(LargeObjects),
    /// The contents of a group of large objects.
    LargeObjectData(LargeObjectData),
    /// The rows of a table.
    TableData(TableData),
    /// The position of a sequence.
    SequenceSet(SequenceSet),
    /// The contents of a materialized view.
    Refresh(Refresh),
    /// Between pre-data and data.
    PreDataBoundary,
    /// Between data and post-data.
    PostDataBoundary,
}

impl Body {
    /// Place in the order by kind; see [`pgx_archive::kind::TABLE`].
    pub fn rank(&self) -> u8 {
        use pgx_archive::Kind;
        match self {
            Body::Schema(_) => Kind::Schema.rank(),
            Body::Extension(_) => Kind::Extension.rank(),
            Body::Type(body) if body.is_dummy() => Kind::Default.rank() - 1,
            Body::Type(_) | Body::ShellType(_) => Kind::Type.rank(),
            Body::Function(_) => Kind::Function.rank(),
            Body::Aggregate(_) => Kind::Aggregate.rank(),
            Body::Language(_) => Kind::ProceduralLanguage.rank(),
            Body::Cast(_) => Kind::Cast.rank(),
            Body::Transform(_) => Kind::Transform.rank(),
            Body::Operator(_) => Kind::Operator.rank(),
            Body::OperatorClass(_) => Kind::OperatorClass.rank(),
            Body::OperatorFamily(_) => Kind::OperatorFamily.rank(),
            Body::AccessMethod(_) => Kind::AccessMethod.rank(),
            Body::Collation(_) => Kind::Collation.rank(),
            Body::Conversion(_) => Kind::Conversion.rank(),
            Body::TextSearchParser(_) => Kind::TextSearchParser.rank(),
            Body::TextSearchTemplate(_) => Kind::TextSearchTemplate.rank(),
            Body::TextSearchDictionary(_) => Kind::TextSearchDictionary.rank(),
            Body::TextSearchConfiguration(_) => Kind::TextSearchConfiguration.rank(),
            Body::ForeignDataWrapper(_) => Kind::ForeignDataWrapper.rank(),
            Body::ForeignServer(_) => Kind::Server.rank(),
            Body::Subscription(_) => Kind::Subscription.rank(),
            Body::Relation(_) => Kind::Table.rank(),
            Body::TableAttach(_) => Kind::TableAttach.rank(),
            Body::Default(_) => Kind::Default.rank(),
            Body::Constraint(body) if body.is_foreign_key() => Kind::FkConstraint.rank(),
            Body::Constraint(_) => Kind::Constraint.rank(),
            Body::Index(_) => Kind::Index.rank(),
            Body::IndexAttach(_) => Kind::IndexAttach.rank(),
            Body::Statistics(_) => Kind::Statistics.rank(),
            Body::Rule(_) => Kind::Rule.rank(),
            Body::Trigger(_) => Kind::Trigger.rank(),
            Body::EventTrigger(_) => Kind::EventTrigger.rank(),
            Body::Policy(_) => Kind::Policy.rank(),
            Body::Publication(_) => Kind::Publication.rank(),
            Body::PublicationTable(_) => Kind::PublicationTable.rank(),
            Body::PublicationSchema(_) => Kind::PublicationTablesInSchema.rank(),
            Body::DefaultAcl(_) => Kind::DefaultAcl.rank(),
            Body::LargeObjects(_) => Kind::BlobMetadata.rank(),
            Body::LargeObjectData(_) => Kind::Blobs.rank(),
            Body::TableData(_) => Kind::TableData.rank(),
            Body::SequenceSet(_) => Kind::SequenceSet.rank(),
            Body::Refresh(_) => Kind::MaterializedViewData.rank(),
            Body::PreDataBoundary => kind::PRE_DATA_BOUNDARY,
            Body::PostDataBoundary => kind::POST_DATA_BOUNDARY,
        }
    }
}

/// Facts about the source that texts depend on.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// `server_version_num`, 180004.
    pub version: u32,
    /// `server_encoding`.
    pub encoding: String,
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
    /// Names of subscriptions that the role may not read, so that they are in no dump of its.
    pub unreadable_subscriptions: Vec<String>,
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
        Ok(self.push(Object {
            catalog,
            schema,
            name: row.text("name")?.to_owned(),
            owner: if row.find("owner").is_some() {
                row.oid("owner")?
            } else {
                0
            },
            acl: Acl {
                actual: own("acl"),
                default: own("acldefault"),
            },
            extension,
            wanted: Wanted::NONE,
            dependencies: extension.into_iter().collect(),
            body,
        }))
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

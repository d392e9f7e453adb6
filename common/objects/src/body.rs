//! What an object is: one variant a kind, with what that kind needs.

use pgx_archive::kind;

use crate::database::NodeId;
use crate::kinds::access_method::AccessMethod;
use crate::kinds::aggregate::Aggregate;
use crate::kinds::attach::TableAttach;
use crate::kinds::cast::Cast;
use crate::kinds::collation::Collation;
use crate::kinds::constraint::Constraint;
use crate::kinds::conversion::Conversion;
use crate::kinds::data::TableData;
use crate::kinds::default::ColumnDefault;
use crate::kinds::default_acl::DefaultAcl;
use crate::kinds::event_trigger::EventTrigger;
use crate::kinds::extension::Extension;
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
use crate::kinds::statistics_data::StatisticsData;
use crate::kinds::subscription::Subscription;
use crate::kinds::text_search::configuration::Configuration;
use crate::kinds::text_search::dictionary::Dictionary;
use crate::kinds::text_search::parser::Parser;
use crate::kinds::text_search::template::Template;
use crate::kinds::transform::Transform;
use crate::kinds::trigger::Trigger;
use crate::kinds::types::Type;

/// What an object is, with what its kind needs.
///
/// Kinds that need much are boxed: a database has hundreds of thousands of columns' defaults and row types.
#[derive(Clone, Debug)]
pub enum Body {
    /// A schema.
    Schema(Schema),
    /// An extension.
    Extension(Box<Extension>),
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
    Cast(Box<Cast>),
    /// A transform.
    Transform(Box<Transform>),
    /// An operator.
    Operator(Box<Operator>),
    /// An operator class.
    OperatorClass(Box<OperatorClass>),
    /// An operator family.
    OperatorFamily(OperatorFamily),
    /// An access method.
    AccessMethod(AccessMethod),
    /// A collation.
    Collation(Box<Collation>),
    /// A conversion.
    Conversion(Box<Conversion>),
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
    EventTrigger(Box<EventTrigger>),
    /// A policy, or row security itself.
    Policy(Box<Policy>),
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
    /// What the planner knows of a relation.
    StatisticsData(StatisticsData),
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
            Body::StatisticsData(_) => Kind::StatisticsData.rank(),
            Body::PreDataBoundary => kind::PRE_DATA_BOUNDARY,
            Body::PostDataBoundary => kind::POST_DATA_BOUNDARY,
        }
    }
}

//! The cycles that databases have, each with its name and the edge that is cut.
//!
//! An object is cut in two (a type and its declaration, a view and its body, a table and its check), or moved
//! to post-data, or one of two edges was never needed. A cycle that no rule knows is an error that names its
//! members.

use crate::database::{Body, Database, NodeId, Wanted};
use crate::error::Error;
use crate::kinds::relation::Relation;

/// The two nodes that separate the sections.
#[derive(Clone, Copy, Debug)]
pub struct Boundaries {
    /// Between pre-data and data.
    pub pre: NodeId,
    /// Between data and post-data.
    pub post: NodeId,
}

/// One known cycle.
struct Rule {
    /// What the cycle is, for readers of this table.
    #[allow(dead_code)]
    name: &'static str,
    /// Cuts it, if the members are of this kind.
    cut: fn(&mut Database, &[NodeId], &Boundaries) -> bool,
}

/// Known cycles; the first rule that applies is used.
static RULES: &[Rule] = &[
    Rule {
        name: "a type and a function that takes or gives it",
        cut: type_and_function,
    },
    Rule {
        name: "a view and its own rule",
        cut: view_and_rule,
    },
    Rule {
        name: "a view that something else needs before its body can be made",
        cut: view_in_a_longer_loop,
    },
    Rule {
        name: "a materialized view that needs a primary key",
        cut: materialized_view_and_boundary,
    },
    Rule {
        name: "statistics of a materialized view that needs a primary key",
        cut: statistics_and_boundary,
    },
    Rule {
        name: "a function whose body needs a primary key",
        cut: function_and_boundary,
    },
    Rule {
        name: "a table and its check",
        cut: table_and_check,
    },
    Rule {
        name: "a check that needs what needs its table",
        cut: check_in_a_longer_loop,
    },
    Rule {
        name: "a table and its default",
        cut: table_and_default,
    },
    Rule {
        name: "a partitioned index and the index of a partition",
        cut: index_and_partition_index,
    },
    Rule {
        name: "a default, not a generation expression, that needs what needs its table",
        cut: default_in_a_longer_loop,
    },
    Rule {
        name: "a domain and its constraint",
        cut: domain_and_constraint,
    },
    Rule {
        name: "a domain's constraint that needs what needs the domain",
        cut: domain_constraint_in_a_longer_loop,
    },
    Rule {
        name: "a table and itself",
        cut: table_and_itself,
    },
    Rule {
        name: "rows of tables that refer to one another",
        cut: rows_and_foreign_keys,
    },
    Rule {
        name: "what is left out",
        cut: left_out,
    },
];

/// Cuts a cycle whose members each depend on the next, the last on the first.
pub fn cut(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> Result<(), Error> {
    if RULES.iter().any(|rule| (rule.cut)(db, members, boundaries)) {
        return Ok(());
    }
    Err(Error::Cycle {
        members: members.iter().map(|id| describe(db, *id)).collect(),
    })
}

/// Of what is left out nobody sees when it would be made.
fn left_out(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> bool {
    let is_left_out = |id: &NodeId| db.object(*id).wanted.is_none() && *id != boundaries.pre && *id != boundaries.post;
    let Some(at) = members.iter().position(is_left_out) else {
        return false;
    };
    forget(db, members[at], members[(at + 1) % members.len()]);
    true
}

/// How messages name an object: `table public.orders`.
pub fn describe(db: &Database, id: NodeId) -> String {
    let kind = match &db.object(id).body {
        Body::Schema(_) => "schema",
        Body::Extension(_) => "extension",
        Body::Type(_) => "type",
        Body::ShellType(_) => "shell type",
        Body::Function(_) => "function",
        Body::Aggregate(_) => "aggregate",
        Body::Language(_) => "language",
        Body::Cast(_) => "cast",
        Body::Transform(_) => "transform",
        Body::Operator(_) => "operator",
        Body::OperatorClass(_) => "operator class",
        Body::OperatorFamily(_) => "operator family",
        Body::AccessMethod(_) => "access method",
        Body::Collation(_) => "collation",
        Body::Conversion(_) => "conversion",
        Body::TextSearchParser(_) => "text search parser",
        Body::TextSearchTemplate(_) => "text search template",
        Body::TextSearchDictionary(_) => "text search dictionary",
        Body::TextSearchConfiguration(_) => "text search configuration",
        Body::ForeignDataWrapper(_) => "foreign-data wrapper",
        Body::ForeignServer(_) => "foreign server",
        Body::Subscription(_) => "subscription",
        Body::Relation(body) => match body.relkind {
            'v' => "view",
            'm' => "materialized view",
            'f' => "foreign table",
            'S' => "sequence",
            'c' => "composite type",
            _ => "table",
        },
        Body::TableAttach(_) => "partition",
        Body::Default(_) => "default of",
        Body::Constraint(_) => "constraint",
        Body::Index(_) | Body::IndexAttach(_) => "index",
        Body::Statistics(_) => "statistics",
        Body::Rule(_) => "rule",
        Body::Trigger(_) => "trigger",
        Body::EventTrigger(_) => "event trigger",
        Body::Policy(_) => "policy",
        Body::Publication(_) | Body::PublicationTable(_) | Body::PublicationSchema(_) => "publication",
        Body::DefaultAcl(_) => "default privileges",
        Body::LargeObjects(_) | Body::LargeObjectData(_) => "large objects",
        Body::TableData(_) => "rows of",
        Body::SequenceSet(_) => "position of",
        Body::Refresh(_) => "contents of",
        Body::StatisticsData(_) => "statistics of",
        Body::PreDataBoundary => "the end of",
        Body::PostDataBoundary => "the start of",
    };
    format!("{kind} {}", db.qualified(id))
}

fn forget(db: &mut Database, id: NodeId, on: NodeId) {
    db.object_mut(id).dependencies.retain(|other| *other != on);
}

fn remember(db: &mut Database, id: NodeId, on: NodeId) {
    let dependencies = &mut db.object_mut(id).dependencies;
    if !dependencies.contains(&on) {
        dependencies.push(on);
    }
}

/// The two members of a short cycle, in the order that `matches` wants them.
fn pair(
    db: &Database,
    members: &[NodeId],
    matches: impl Fn(&Database, NodeId, NodeId) -> bool,
) -> Option<(NodeId, NodeId)> {
    match *members {
        [a, b] if matches(db, a, b) => Some((a, b)),
        [a, b] if matches(db, b, a) => Some((b, a)),
        _ => None,
    }
}

/// Two members of a longer cycle, likewise.
fn pair_within(
    db: &Database,
    members: &[NodeId],
    matches: impl Fn(&Database, NodeId, NodeId) -> bool,
) -> Option<(NodeId, NodeId)> {
    if members.len() < 3 {
        return None;
    }
    members
        .iter()
        .find_map(|&a| members.iter().find(|&&b| matches(db, a, b)).map(|&b| (a, b)))
}

fn is_view_with_rule(db: &Database, view: NodeId, rule: NodeId) -> bool {
    db.relation(view).is_some_and(|body| matches!(body.relkind, 'v' | 'm'))
        && matches!(&db.object(rule).body, Body::Rule(body) if body.is_view && body.table == view)
}

fn is_table_with_check(db: &Database, table: NodeId, check: NodeId) -> bool {
    matches!(&db.object(check).body, Body::Constraint(body) if body.contype == 'c' && body.table == Some(table))
}

fn is_table_with_default(db: &Database, table: NodeId, default: NodeId) -> bool {
    matches!(&db.object(default).body, Body::Default(body) if body.table == table)
}

/// A generation expression cannot be set later: as a default it would be another column.
fn is_table_with_settable_default(db: &Database, table: NodeId, default: NodeId) -> bool {
    let is_generated = |relation: &Relation| {
        let column = relation.columns.iter().find(|column| column.default == Some(default));
        column.is_some_and(|column| column.generated.is_some())
    };
    is_table_with_default(db, table, default) && !db.relation(table).is_some_and(is_generated)
}

fn is_domain_with_constraint(db: &Database, domain: NodeId, constraint: NodeId) -> bool {
    matches!(&db.object(constraint).body, Body::Constraint(body) if body.domain == Some(domain))
}

/// The function needs the type, the type its function: the function makes do with the declaration.
fn type_and_function(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    let both = |db: &Database, a: NodeId, b: NodeId| {
        matches!(&db.object(a).body, Body::Type(body) if !body.is_dummy())
            && matches!(db.object(b).body, Body::Function(_))
    };
    let Some((of, function)) = pair(db, members, both) else {
        return false;
    };
    forget(db, function, of);
    let Body::Type(body) = &db.object(of).body else {
        return false;
    };
    let shell = body.shell.filter(|_| db.object(of).wanted.any(Wanted::DEFINITION));
    if let Some(shell) = shell {
        remember(db, function, shell);
        let wanted = db.object(function).wanted;
        if !wanted.is_none() {
            db.object_mut(shell).wanted = wanted | Wanted::DEFINITION;
        }
    }
    true
}

/// A view needs its rule; that the rule needs the view says nothing new.
fn view_and_rule(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    let Some((view, rule)) = pair(db, members, is_view_with_rule) else {
        return false;
    };
    forget(db, rule, view);
    true
}

/// The view is made with empty columns first; its body follows in post-data.
fn view_in_a_longer_loop(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> bool {
    let plain_view = |db: &Database, view: NodeId, rule: NodeId| {
        db.relation(view).is_some_and(|body| body.relkind == 'v') && is_view_with_rule(db, view, rule)
    };
    let Some((view, rule)) = pair_within(db, members, plain_view) else {
        return false;
    };
    forget(db, view, rule);
    if let Some(body) = db.relation_mut(view) {
        body.dummy_view = true;
    }
    if let Body::Rule(body) = &mut db.object_mut(rule).body {
        body.separate = true;
    }
    remember(db, rule, view);
    remember(db, rule, boundaries.post);
    true
}

/// The member after the pre-data boundary no longer has to be before it.
fn past_the_boundary(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> Option<NodeId> {
    let at = members.iter().position(|id| *id == boundaries.pre)?;
    let next = members[(at + 1) % members.len()];
    forget(db, boundaries.pre, next);
    Some(next)
}

/// The materialized view, and what else stands between, moves to post-data.
fn materialized_view_and_boundary(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> bool {
    if members.len() < 3
        || !members
            .iter()
            .any(|id| db.relation(*id).is_some_and(|body| body.relkind == 'm'))
    {
        return false;
    }
    let Some(next) = past_the_boundary(db, members, boundaries) else {
        return false;
    };
    if let Some(body) = db.relation_mut(next).filter(|body| body.relkind == 'm') {
        body.postponed = true;
    }
    true
}

/// The statistics of the materialized view move to post-data, as the view did.
fn statistics_and_boundary(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> bool {
    let Some(at) = members.iter().position(|id| *id == boundaries.post) else {
        return false;
    };
    let next = members[(at + 1) % members.len()];
    let Body::StatisticsData(body) = &mut db.object_mut(next).body else {
        return false;
    };
    body.late = true;
    forget(db, boundaries.post, next);
    true
}

/// The function moves to post-data.
fn function_and_boundary(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> bool {
    if members.len() < 3
        || !members
            .iter()
            .any(|id| matches!(db.object(*id).body, Body::Function(_)))
    {
        return false;
    }
    let Some(next) = past_the_boundary(db, members, boundaries) else {
        return false;
    };
    if let Body::Function(body) = &mut db.object_mut(next).body {
        body.postponed = true;
    }
    true
}

/// The check is part of the table's text.
fn table_and_check(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    let Some((table, check)) = pair(db, members, is_table_with_check) else {
        return false;
    };
    forget(db, check, table);
    true
}

/// The check is added in post-data.
fn check_in_a_longer_loop(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> bool {
    let Some((table, check)) = pair_within(db, members, is_table_with_check) else {
        return false;
    };
    separate_constraint(db, table, check, boundaries);
    true
}

/// The default is part of the table's text.
fn table_and_default(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    let Some((table, default)) = pair(db, members, is_table_with_default) else {
        return false;
    };
    forget(db, default, table);
    true
}

/// The default is set on its own, still in pre-data.
fn default_in_a_longer_loop(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    let Some((table, default)) = pair_within(db, members, is_table_with_settable_default) else {
        return false;
    };
    forget(db, table, default);
    if let Body::Default(body) = &mut db.object_mut(default).body {
        body.separate = true;
    }
    remember(db, default, table);
    true
}

/// The partitioned index is made first and empty.
fn index_and_partition_index(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    let both = |db: &Database, parent: NodeId, part: NodeId| {
        matches!(db.object(parent).body, Body::Index(_))
            && matches!(&db.object(part).body, Body::Index(body) if body.parent == db.object(parent).catalog.oid)
    };
    let Some((parent, part)) = pair(db, members, both) else {
        return false;
    };
    forget(db, parent, part);
    true
}

/// The constraint is part of the domain's text.
fn domain_and_constraint(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    let Some((domain, constraint)) = pair(db, members, is_domain_with_constraint) else {
        return false;
    };
    forget(db, constraint, domain);
    true
}

/// The constraint is added in post-data.
fn domain_constraint_in_a_longer_loop(db: &mut Database, members: &[NodeId], boundaries: &Boundaries) -> bool {
    let Some((domain, constraint)) = pair_within(db, members, is_domain_with_constraint) else {
        return false;
    };
    separate_constraint(db, domain, constraint, boundaries);
    true
}

fn separate_constraint(db: &mut Database, owner: NodeId, constraint: NodeId, boundaries: &Boundaries) {
    forget(db, owner, constraint);
    if let Body::Constraint(body) = &mut db.object_mut(constraint).body {
        body.separate = true;
    }
    remember(db, constraint, owner);
    remember(db, constraint, boundaries.post);
}

/// A column that depends on its own table.
fn table_and_itself(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    match *members {
        [id] if db.relation(id).is_some() => {
            forget(db, id, id);
            true
        }
        _ => false,
    }
}

/// No order satisfies a circle of foreign keys: rows go in any order, with triggers disabled.
fn rows_and_foreign_keys(db: &mut Database, members: &[NodeId], _: &Boundaries) -> bool {
    if !members
        .iter()
        .all(|id| matches!(db.object(*id).body, Body::TableData(_)))
    {
        return false;
    }
    let (first, next) = (members[0], members[1 % members.len()]);
    forget(db, first, next);
    true
}

//! The order of a dump: by kind, schema and name, then by dependency with as little rearranging as possible.
//!
//! Nothing in the order depends on OIDs, so that equal databases give equal dumps.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};

use crate::cycles::{self, Boundaries};
use crate::database::{Body, Database, NodeId, Object, Wanted, class};
use crate::error::Error;

/// Sorts all objects, cutting cycles on the way; adds the two boundaries between sections.
pub fn order(db: &mut Database) -> Result<Vec<NodeId>, Error> {
    let boundaries = add_boundaries(db);
    for id in db.nodes() {
        let object = db.object_mut(id);
        object.dependencies.sort_unstable();
        object.dependencies.dedup();
    }
    let mut nodes: Vec<NodeId> = db.nodes().collect();
    nodes.sort_by(|a, b| by_name(db, *a, *b));
    loop {
        match topological(db, &nodes) {
            Ok(order) => return Ok(order),
            Err(stuck) => cut_loops(db, &stuck, &boundaries)?,
        }
    }
}

/// Adds the boundaries, and the edges that keep every object on its side.
fn add_boundaries(db: &mut Database) -> Boundaries {
    let plain = |name: &str, body: Body| Object {
        catalog: Default::default(),
        schema: None,
        name: name.to_owned(),
        owner: 0,
        acl: Default::default(),
        extension: None,
        wanted: Wanted::NONE,
        dependencies: Vec::new(),
        body,
    };
    let objects = db.nodes();
    let pre = db.push(plain("PRE-DATA BOUNDARY", Body::PreDataBoundary));
    let post = db.push(plain("POST-DATA BOUNDARY", Body::PostDataBoundary));
    db.depend(post, pre);
    for id in objects {
        let rank = db.object(id).body.rank();
        if rank < pgx_archive::kind::PRE_DATA_BOUNDARY {
            db.depend(pre, id);
        } else if is_late(&db.object(id).body) {
            db.depend(id, post);
        } else if rank < pgx_archive::kind::POST_DATA_BOUNDARY {
            db.depend(id, pre);
            db.depend(post, id);
        } else if is_separate(&db.object(id).body) {
            db.depend(id, post);
        }
    }
    Boundaries { pre, post }
}

/// Whether an object comes after the data although its kind comes before.
fn is_late(body: &Body) -> bool {
    matches!(body, Body::StatisticsData(body) if body.late)
}

/// Whether an object of the last section is an entry of its own, rather than part of a table's text.
fn is_separate(body: &Body) -> bool {
    match body {
        Body::Rule(body) => body.separate,
        Body::Constraint(body) => body.separate,
        _ => true,
    }
}

/// Kind, schema, name, and whatever makes the name unique.
fn by_name(db: &Database, a: NodeId, b: NodeId) -> Ordering {
    let (left, right) = (db.object(a), db.object(b));
    let schema = |object: &Object| object.schema.map(|schema| db.object(schema).name.as_str());
    left.body
        .rank()
        .cmp(&right.body.rank())
        .then_with(|| match (schema(left), schema(right)) {
            // Without schema comes last.
            (Some(left), Some(right)) => left.cmp(right),
            (left, right) => right.is_some().cmp(&left.is_some()),
        })
        .then_with(|| left.name.cmp(&right.name))
        .then_with(|| matches!(left.body, Body::ShellType(_)).cmp(&matches!(right.body, Body::ShellType(_))))
        .then_with(|| ties(db, left, right))
        .then_with(|| left.catalog.oid.cmp(&right.catalog.oid))
        .then_with(|| a.cmp(&b))
}

/// The rest of the natural key, where schema and name are not all of it.
fn ties(db: &Database, left: &Object, right: &Object) -> Ordering {
    let name = |id: &NodeId| db.object(*id).name.as_str();
    match (&left.body, &right.body) {
        (Body::Function(left), Body::Function(right)) => by_types(db, &left.arguments, &right.arguments),
        (Body::Aggregate(left), Body::Aggregate(right)) => by_types(db, &left.arguments, &right.arguments),
        (Body::Operator(left), Body::Operator(right)) => {
            // Prefix operators come before infix ones.
            let kinds = right.kind.cmp(&left.kind);
            kinds.then_with(|| by_types(db, &left.arguments, &right.arguments))
        }
        (Body::OperatorClass(left), Body::OperatorClass(right)) => left.method.cmp(&right.method),
        (Body::OperatorFamily(left), Body::OperatorFamily(right)) => left.method.cmp(&right.method),
        (Body::OperatorClass(_), Body::OperatorFamily(_)) => Ordering::Less,
        (Body::OperatorFamily(_), Body::OperatorClass(_)) => Ordering::Greater,
        (Body::Collation(left), Body::Collation(right)) => left.encoding.cmp(&right.encoding),
        (Body::Default(left), Body::Default(right)) => left.number.cmp(&right.number),
        (Body::Policy(left), Body::Policy(right)) => name(&left.table).cmp(name(&right.table)),
        (Body::Rule(left), Body::Rule(right)) => name(&left.table).cmp(name(&right.table)),
        (Body::Trigger(left), Body::Trigger(right)) => name(&left.table).cmp(name(&right.table)),
        (Body::Constraint(left), Body::Constraint(right)) => {
            // Domains before tables, then by the name of either.
            let key = |domain: &Option<NodeId>, table: &Option<NodeId>| {
                (
                    domain.is_none(),
                    domain.as_ref().or(table.as_ref()).map(|id| db.object(*id).name.clone()),
                )
            };
            key(&left.domain, &left.table).cmp(&key(&right.domain, &right.table))
        }
        (Body::DefaultAcl(left), Body::DefaultAcl(right)) => db.role(left.role).cmp(db.role(right.role)),
        (Body::PublicationTable(left), Body::PublicationTable(right)) => {
            name(&left.publication).cmp(name(&right.publication))
        }
        (Body::PublicationSchema(left), Body::PublicationSchema(right)) => {
            name(&left.publication).cmp(name(&right.publication))
        }
        _ => Ordering::Equal,
    }
}

/// Fewer arguments first, then by the names of their types.
fn by_types(db: &Database, left: &[u32], right: &[u32]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| {
        left.iter()
            .zip(right)
            .map(|(left, right)| {
                if left == right {
                    Ordering::Equal
                } else {
                    type_key(db, *left).cmp(&type_key(db, *right))
                }
            })
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    })
}

/// Schema and name of a type, from the graph or from the names read for built-in types.
fn type_key(db: &Database, oid: u32) -> (String, String) {
    match db.by_oid(class::TYPE, oid) {
        Some(id) => (db.schema_name(id).to_owned(), db.object(id).name.clone()),
        None => db.builtin_types.get(&oid).cloned().unwrap_or_default(),
    }
}

/// An order in which everything comes after what it depends on, or the objects that prevent it.
///
/// Works from the end: of all objects that nothing left needs, the one that stands last by name goes last.
fn topological(db: &Database, nodes: &[NodeId]) -> Result<Vec<NodeId>, Vec<NodeId>> {
    let mut place = vec![0usize; db.objects.len()];
    let mut needed = vec![0u32; db.objects.len()];
    for (at, id) in nodes.iter().enumerate() {
        place[id.0 as usize] = at;
        for on in &db.object(*id).dependencies {
            needed[on.0 as usize] += 1;
        }
    }
    let mut ready: BinaryHeap<usize> = nodes
        .iter()
        .enumerate()
        .filter(|(_, id)| needed[id.0 as usize] == 0)
        .map(|(at, _)| at)
        .collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(at) = ready.pop() {
        order.push(nodes[at]);
        for on in &db.object(nodes[at]).dependencies {
            let count = &mut needed[on.0 as usize];
            *count -= 1;
            if *count == 0 {
                ready.push(place[on.0 as usize]);
            }
        }
    }
    if order.len() == nodes.len() {
        order.reverse();
        return Ok(order);
    }
    Err(db.nodes().filter(|id| needed[id.0 as usize] > 0).collect())
}

/// Cuts cycles that share no member, as many as there are in one go.
fn cut_loops(db: &mut Database, stuck: &[NodeId], boundaries: &Boundaries) -> Result<(), Error> {
    let mut settled = HashSet::new();
    let mut cut = false;
    for &start in stuck {
        if settled.contains(&start) {
            continue;
        }
        settled.insert(start);
        if let Some(members) = shortest_loop(db, start, &settled) {
            cycles::cut(db, &members, boundaries)?;
            settled.extend(members);
            cut = true;
        }
    }
    if cut {
        return Ok(());
    }
    Err(Error::Cycle {
        members: stuck.iter().map(|id| cycles::describe(db, *id)).collect(),
    })
}

/// The members of a shortest cycle through `start` that touches nothing settled, each before what it
/// depends on.
fn shortest_loop(db: &Database, start: NodeId, settled: &HashSet<NodeId>) -> Option<Vec<NodeId>> {
    let mut came_from: HashMap<NodeId, NodeId> = HashMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for &on in &db.object(at).dependencies {
            if on == start {
                let mut members = vec![at];
                let mut back = at;
                while back != start {
                    back = came_from[&back];
                    members.push(back);
                }
                members.reverse();
                return Some(members);
            }
            if !settled.contains(&on) && !came_from.contains_key(&on) {
                came_from.insert(on, at);
                open.push_back(on);
            }
        }
    }
    None
}

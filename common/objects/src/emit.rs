//! Objects to entries: numbers, dependencies, and what follows its parent.

use std::collections::HashSet;

use pgx_archive::{CatalogId, Entry, EntryId, Kind};

use crate::database::{Body, Database, NodeId, Wanted};
use crate::privileges;
use crate::sql;

/// Collects the entries of one object after another.
///
/// Objects come after what they depend on, so whatever an entry refers to has its number already.
pub struct Emitter<'a> {
    /// The database that is described.
    pub db: &'a Database,
    node: NodeId,
    entries: Vec<Entry>,
    /// Each object's own entry.
    mains: Vec<Option<EntryId>>,
}

/// The entries of all wanted objects, in `order`, numbered from 1, with their dependencies.
pub fn entries(db: &Database, order: &[NodeId]) -> Vec<Entry> {
    let mut out = Emitter {
        db,
        node: NodeId(0),
        entries: Vec::new(),
        mains: vec![None; db.objects.len()],
    };
    out.preamble();
    out.database();
    for &id in order {
        out.node = id;
        if !db.object(id).wanted.is_none() {
            emit(id, &mut out);
        }
    }
    out.entries
}

fn emit(id: NodeId, out: &mut Emitter<'_>) {
    match &out.db.object(id).body {
        Body::Schema(body) => body.emit(id, out),
        Body::Extension(body) => body.emit(id, out),
        Body::Type(body) => body.emit(id, out),
        Body::ShellType(of) => crate::kinds::types::emit_shell(*of, out),
        Body::Function(body) => body.emit(id, out),
        Body::Aggregate(body) => body.emit(id, out),
        Body::Language(body) => body.emit(id, out),
        Body::Cast(body) => body.emit(id, out),
        Body::Transform(body) => body.emit(id, out),
        Body::Operator(body) => body.emit(id, out),
        Body::OperatorClass(body) => body.emit(id, out),
        Body::OperatorFamily(body) => body.emit(id, out),
        Body::AccessMethod(body) => body.emit(id, out),
        Body::Collation(body) => body.emit(id, out),
        Body::Conversion(body) => body.emit(id, out),
        Body::TextSearchParser(body) => body.emit(id, out),
        Body::TextSearchTemplate(body) => body.emit(id, out),
        Body::TextSearchDictionary(body) => body.emit(id, out),
        Body::TextSearchConfiguration(body) => body.emit(id, out),
        Body::ForeignDataWrapper(body) => body.emit(id, out),
        Body::ForeignServer(body) => body.emit(id, out),
        Body::Subscription(body) => body.emit(id, out),
        Body::Relation(body) => body.emit(id, out),
        Body::TableAttach(body) => body.emit(id, out),
        Body::Default(body) => body.emit(id, out),
        Body::Constraint(body) => body.emit(id, out),
        Body::Index(body) => body.emit(id, out),
        Body::IndexAttach(body) => body.emit(id, out),
        Body::Statistics(body) => body.emit(id, out),
        Body::Rule(body) => body.emit(id, out),
        Body::Trigger(body) => body.emit(id, out),
        Body::EventTrigger(body) => body.emit(id, out),
        Body::Policy(body) => body.emit(id, out),
        Body::Publication(body) => body.emit(id, out),
        Body::PublicationTable(body) => body.emit(id, out),
        Body::PublicationSchema(body) => body.emit(id, out),
        Body::DefaultAcl(body) => body.emit(id, out),
        Body::LargeObjects(body) => body.emit(id, out),
        Body::LargeObjectData(body) => body.emit(id, out),
        Body::TableData(body) => body.emit(id, out),
        Body::SequenceSet(body) => body.emit(id, out),
        Body::Refresh(body) => body.emit(id, out),
        Body::StatisticsData(body) => body.emit(id, out),
        Body::PreDataBoundary | Body::PostDataBoundary => {}
    }
}

impl Emitter<'_> {
    /// The three entries with which every dump begins: encoding, literals, search path.
    fn preamble(&mut self) {
        let encoding = &self.db.server.client_encoding;
        let settings = [
            (Kind::Encoding, format!("SET client_encoding = '{encoding}';\n")),
            (Kind::StdStrings, "SET standard_conforming_strings = 'on';\n".to_owned()),
            (
                Kind::SearchPath,
                "SELECT pg_catalog.set_config('search_path', '', false);\n".to_owned(),
            ),
        ];
        for (kind, create) in settings {
            let mut entry = Entry::new(kind.clone(), None, kind.tag(), "");
            if kind == Kind::Encoding {
                entry.fields.insert("encoding".to_owned(), encoding.as_str().into());
            }
            entry.create = create;
            self.push(entry);
        }
    }

    /// The database itself, which no node stands for.
    fn database(&mut self) {
        let Some(own) = &self.db.own else { return };
        let (entry, rest) = own.entries(self.db.role(own.owner));
        let own = self.push(entry);
        for mut entry in rest {
            entry.parent = entry.kind.is_facet().then_some(own);
            entry.dependencies = vec![own];
            self.push(entry);
        }
    }

    /// Adds an entry under the next number.
    fn push(&mut self, mut entry: Entry) -> EntryId {
        entry.id = EntryId(self.entries.len() as u32 + 1);
        let made_of = entry
            .using_index
            .iter_mut()
            .flat_map(|two| [&mut two.index, &mut two.attach]);
        for text in made_of.chain([&mut entry.name, &mut entry.create, &mut entry.drop]) {
            text.shrink_to_fit();
        }
        let id = entry.id;
        self.entries.push(entry);
        id
    }

    /// The own entry of an object, if it has one so far.
    fn main_of(&self, id: NodeId) -> Option<EntryId> {
        self.mains[id.0 as usize]
    }

    /// The entry that an object's parts and facets belong to: its own, or, for a member of an extension, which has
    /// none, that of the extension.
    fn home_of(&self, id: NodeId) -> Option<EntryId> {
        let extension = || self.main_of(self.db.object(id).extension?);
        self.main_of(id).or_else(extension)
    }

    /// Whether something is wanted of the object at hand.
    pub fn wants(&self, component: Wanted) -> bool {
        self.db.object(self.node).wanted.any(component)
    }

    /// The object's own entry; left out unless its definition is wanted.
    ///
    /// The catalog row is filled in, and dependencies are those of the object.
    pub fn main(&mut self, entry: Entry) {
        if self.wants(Wanted::DEFINITION) {
            self.always(entry);
        }
    }

    /// The object's own entry, whatever component is wanted: for data and the like.
    pub fn always(&mut self, mut entry: Entry) {
        if entry.catalog == CatalogId::default() {
            entry.catalog = self.db.object(self.node).catalog;
        }
        entry.dependencies = self.visible();
        if let Kind::Table | Kind::ForeignTable = entry.kind {
            let parents = self.db.relation(self.node).map_or(&[][..], |table| &table.parents);
            entry.inherits = parents.iter().filter_map(|parent| self.main_of(*parent)).collect();
        }
        self.mains[self.node.0 as usize] = Some(self.push(entry));
    }

    /// The object's own entry, which comes after exactly these objects and belongs to `parent`.
    pub fn after(&mut self, mut entry: Entry, nodes: Vec<NodeId>, parent: Option<NodeId>) {
        if entry.catalog == CatalogId::default() {
            entry.catalog = self.db.object(self.node).catalog;
        }
        entry.dependencies = nodes.into_iter().filter_map(|id| self.main_of(id)).collect();
        entry.parent = entry.parent.or(parent.and_then(|id| self.home_of(id)));
        self.mains[self.node.0 as usize] = Some(self.push(entry));
    }

    /// Lets the facets that follow belong to another object, whose entry stands for the one at hand: an index
    /// that a constraint makes.
    pub fn speak_for(&mut self, id: NodeId) {
        self.node = id;
    }

    /// Says that the entry of another object, which came before, makes the object at hand, too: its facets come
    /// after that and belong to it.
    pub fn made_by(&mut self, other: NodeId) {
        self.mains[self.node.0 as usize] = self.main_of(other);
    }

    /// Says which object the own entry of the object at hand belongs to, for what is part of a table.
    pub fn part_of(&mut self, parent: NodeId) {
        let parent = self.home_of(parent);
        if let Some(own) = self.main_of(self.node)
            && let Some(entry) = self.entry_mut(own)
        {
            entry.parent = entry.parent.or(parent);
        }
    }

    fn entry_mut(&mut self, id: EntryId) -> Option<&mut Entry> {
        self.entries.get_mut(id.0 as usize - 1)
    }

    /// `ALTER … DEPENDS ON EXTENSION` for each extension that the object at hand is bound to, each on a line
    /// of its own and without a newline at the end, as it follows a statement.
    pub fn bound_to_extensions(&self, word: &str, target: &str) -> String {
        self.bindings_of(self.node, word, target)
    }

    /// The same for another object, such as the index behind a constraint.
    pub fn bindings_of(&self, id: NodeId, word: &str, target: &str) -> String {
        let extensions = self.db.bound_to_extensions.get(&id).into_iter().flatten();
        extensions
            .map(|on| {
                format!(
                    "\nALTER {word} {target} DEPENDS ON EXTENSION {};",
                    sql::ident(&self.db.object(*on).name)
                )
            })
            .collect()
    }

    /// An entry beside the object's own, after it and belonging to it.
    pub fn facet(&mut self, mut entry: Entry) -> EntryId {
        let own = self.main_of(self.node);
        entry.dependencies = own.into_iter().collect();
        entry.parent = entry.parent.or(self.home_of(self.node));
        self.push(entry)
    }

    /// The object's comment: `COMMENT ON {word} {schema.}{name}`; `name` is quoted already.
    pub fn comment(&mut self, word: &str, name: &str, schema: Option<&str>, owner: &str) {
        let catalog = self.db.object(self.node).catalog;
        self.comment_on(catalog, 0, word, name, schema, owner);
    }

    /// A comment on a part of the object (a column, a constraint made with its table).
    pub fn comment_on(&mut self, of: CatalogId, sub: i32, word: &str, name: &str, schema: Option<&str>, owner: &str) {
        if !self.wants(Wanted::COMMENT) {
            return;
        }
        let Some(text) = self
            .db
            .comments
            .get(&of)
            .and_then(|list| list.iter().find(|(at, _)| *at == sub))
        else {
            return;
        };
        let text = text.1.clone();
        self.comment_text(&text, word, name, schema, owner);
    }

    /// A comment with a given text.
    pub fn comment_text(&mut self, text: &str, word: &str, name: &str, schema: Option<&str>, owner: &str) {
        let mut entry = Entry::new(Kind::Comment, schema, format!("{word} {name}"), owner);
        let target = target(schema, name);
        entry.create = format!("COMMENT ON {word} {target} IS {};\n", sql::literal(text));
        self.facet(entry);
    }

    /// The object's security labels.
    pub fn label(&mut self, word: &str, name: &str, schema: Option<&str>, owner: &str) {
        let catalog = self.db.object(self.node).catalog;
        self.label_on(catalog, word, name, schema, owner);
    }

    /// Security labels of a member of the object, such as one large object of a group.
    pub fn label_on(&mut self, of: CatalogId, word: &str, name: &str, schema: Option<&str>, owner: &str) {
        if !self.wants(Wanted::LABEL) {
            return;
        }
        let Some(labels) = self.db.labels.get(&of) else {
            return;
        };
        let mut create = String::new();
        for (_, provider, label) in labels.iter().filter(|(sub, _, _)| *sub == 0) {
            let provider = sql::ident(provider);
            let target = target(schema, name);
            create += &format!(
                "SECURITY LABEL FOR {provider} ON {word} {target} IS {};\n",
                sql::literal(label)
            );
        }
        if !create.is_empty() {
            let mut entry = Entry::new(Kind::SecurityLabel, schema, format!("{word} {name}"), owner);
            entry.create = create;
            self.facet(entry);
        }
    }

    /// The object's privileges, as far as they differ from what it starts with.
    pub fn privileges(&mut self, word: &str, name: &str, schema: Option<&str>, owner: &str) -> Option<EntryId> {
        self.privileges_tagged(word, name, schema, owner, &format!("{word} {name}"))
    }

    /// The same with a tag of its own, for words that GRANT spells otherwise.
    pub fn privileges_tagged(
        &mut self,
        word: &str,
        name: &str,
        schema: Option<&str>,
        owner: &str,
        tag: &str,
    ) -> Option<EntryId> {
        let object = self.db.object(self.node);
        if !self.wants(Wanted::ACL) {
            return None;
        }
        let initial = self.db.initial_acls.get(&(object.catalog, 0));
        let (actual, default) = object.acl.as_ref().map_or((None, None), |acl| acl.lists());
        let grants = privileges::difference(
            actual,
            initial.map(String::as_str).or(default),
            initial.is_some().then_some(default).flatten(),
            owner,
            word,
            None,
        );
        self.grants(grants, word, name, schema, owner, tag, None)
    }

    /// A privileges entry from its grants; `None` when there are none.
    #[allow(clippy::too_many_arguments)]
    pub fn grants(
        &mut self,
        grants: Vec<pgx_archive::Grant>,
        word: &str,
        name: &str,
        schema: Option<&str>,
        owner: &str,
        tag: &str,
        after: Option<EntryId>,
    ) -> Option<EntryId> {
        if grants.is_empty() {
            return None;
        }
        let mut entry = Entry::new(Kind::Acl, schema, tag, owner);
        entry.roles = privileges::roles(&grants);
        entry.set_grants(grants, &format!("{word} {}", target(schema, name)));
        let id = self.facet(entry);
        if let (Some(after), Some(entry)) = (after, self.entry_mut(id)) {
            // Column privileges come after the table's own, which may revoke what they give.
            entry.dependencies.push(after);
        }
        Some(id)
    }

    /// The entries that the object at hand comes after, looking through objects that have none.
    fn visible(&self) -> Vec<EntryId> {
        let mut found = Vec::new();
        let mut seen = HashSet::from([self.node]);
        let mut open = vec![self.node];
        while let Some(at) = open.pop() {
            let object = self.db.object(at);
            if matches!(object.body, Body::PreDataBoundary | Body::PostDataBoundary) {
                continue;
            }
            for &on in &object.dependencies {
                if !seen.insert(on) {
                    continue;
                }
                match self.main_of(on) {
                    Some(entry) => found.push(entry),
                    None => open.push(on),
                }
            }
        }
        found.sort_unstable();
        found
    }
}

fn target(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{name}", sql::ident(schema)),
        None => name.to_owned(),
    }
}

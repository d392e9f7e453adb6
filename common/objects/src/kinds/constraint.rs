//! Constraints (`pg_constraint`) of tables and domains.
//!
//! Each kind of constraint is read where what it needs is read: keys and exclusions with their indexes, foreign
//! keys, checks and not-nulls of tables, checks of domains. Here they become entries, unless they are part of
//! the text of their table or domain.

use pgx_archive::{Entry, Kind, UsingIndex};

use crate::database::{Body, NodeId};
use crate::emit::Emitter;
use crate::sql::ident;

use super::index::Index;
use super::key::Key;
use super::names::Names;

/// A constraint.
#[derive(Clone, Debug, Default)]
pub struct Constraint {
    /// `contype`: p primary key, u unique, x exclusion, f foreign key, c check, n not null.
    pub contype: char,
    /// The table it is on.
    pub table: Option<NodeId>,
    /// The domain it is on.
    pub domain: Option<NodeId>,
    /// `pg_get_constraintdef`; of primary keys and unique constraints nothing, as their key says it.
    pub definition: String,
    /// The index behind a primary key, unique or exclusion constraint.
    pub index: Option<NodeId>,
    /// What a primary key or unique constraint is made of.
    pub key: Key,
    /// OID of the table that a foreign key refers to, or 0.
    pub references: u32,
    /// Defined here, not only inherited.
    pub local: bool,
    /// The constraint of a parent that makes this one, when it is only inherited and made on its own.
    pub inherited_from: Option<NodeId>,
    /// DEFERRABLE.
    pub deferrable: bool,
    /// INITIALLY DEFERRED.
    pub deferred: bool,
    /// Made on its own rather than inside CREATE TABLE or CREATE DOMAIN.
    pub separate: bool,
}

impl Constraint {
    /// Whether it refers to another table.
    pub fn is_foreign_key(&self) -> bool {
        self.contype == 'f'
    }

    /// The constraint and its comment, when it is made on its own.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        if !self.separate {
            return;
        }
        match (self.table, self.domain) {
            (Some(table), _) => self.emit_of_table(id, table, out),
            (None, Some(domain)) => self.emit_of_domain(id, domain, out),
            (None, None) => {}
        }
    }

    fn emit_of_table(&self, id: NodeId, table: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, table);
        let name = out.db.object(id).name.clone();
        let relkind = out.db.relation(table).map_or('r', |relation| relation.relkind);
        let alter = self.alter_table(relkind, &names.qualified);
        let tag = format!("{} {name}", names.raw);
        let mut entry = Entry::new(self.kind(), Some(&names.schema), tag, &names.owner);
        entry.drop = format!("{alter} DROP CONSTRAINT {};\n", ident(&name));
        let add = format!("{alter}\n    ADD CONSTRAINT {} ", ident(&name));
        match self.index.map(|index| (index, &out.db.object(index).body)) {
            Some((index, Body::Index(body))) => {
                let index_names = Names::of(out.db, index);
                let bindings = out.bindings_of(index, "INDEX", &index_names.qualified);
                let rest = properties(body, &names.qualified, &index_names.raw, &bindings);
                entry.create = format!("{add}{};\n{rest}", self.key_text());
                entry.tablespace = Some(body.tablespace.clone());
                entry.using_index = self.using_index(&index_names.raw).map(|text| {
                    Box::new(UsingIndex {
                        index: format!("{};\n", self.index_text(&index_names.raw, &names.qualified)),
                        attach: format!("{add}{text};\n{rest}"),
                    })
                });
            }
            _ => entry.create = format!("{add}{};\n", self.definition),
        }
        // What is only inherited comes with its parent's.
        if self.local {
            out.main(entry);
            out.part_of(table);
        } else if let Some(parents) = self.inherited_from {
            out.made_by(parents);
        }
        let word = format!("CONSTRAINT {} ON", ident(&name));
        out.comment(&word, &names.name, Some(&names.schema), &names.owner);
    }

    fn emit_of_domain(&self, id: NodeId, domain: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, domain);
        let name = out.db.object(id).name.clone();
        let tag = format!("{} {name}", names.raw);
        let mut entry = Entry::new(self.kind(), Some(&names.schema), tag, &names.owner);
        let (domain_name, quoted) = (&names.qualified, ident(&name));
        entry.create = format!(
            "ALTER DOMAIN {domain_name}\n    ADD CONSTRAINT {quoted} {};\n",
            self.definition
        );
        entry.drop = format!("ALTER DOMAIN {domain_name} DROP CONSTRAINT {quoted};\n");
        out.main(entry);
        out.part_of(domain);
        let word = format!("CONSTRAINT {quoted} ON DOMAIN");
        out.comment(&word, &names.name, Some(&names.schema), &names.owner);
    }

    /// The kind of its entry.
    fn kind(&self) -> Kind {
        match self.contype {
            'f' => Kind::FkConstraint,
            'c' => Kind::CheckConstraint,
            _ => Kind::Constraint,
        }
    }

    /// ALTER TABLE and the table, for a table of some `relkind`.
    ///
    /// Checks and not-nulls reach the table's children. A foreign key of a partitioned table always does,
    /// others never do.
    fn alter_table(&self, relkind: char, table: &str) -> String {
        let foreign = if relkind == 'f' { "FOREIGN " } else { "" };
        let only = match self.contype {
            'c' | 'n' => "",
            'f' if relkind == 'p' => "",
            _ => "ONLY ",
        };
        format!("ALTER {foreign}TABLE {only}{table}")
    }
}

/// What only ALTER can say about the index of a constraint.
fn properties(index: &Index, table: &str, name: &str, bindings: &str) -> String {
    index.cluster(table, name) + &index.identity(table, name) + bindings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::class;
    use crate::{emit, sample};

    fn of(contype: char) -> Constraint {
        Constraint {
            contype,
            ..Constraint::default()
        }
    }

    #[test]
    fn only_what_stays_in_the_table_is_only() {
        assert_eq!(of('p').alter_table('r', "s.t"), "ALTER TABLE ONLY s.t");
        assert_eq!(of('p').alter_table('p', "s.t"), "ALTER TABLE ONLY s.t");
        assert_eq!(of('f').alter_table('r', "s.t"), "ALTER TABLE ONLY s.t");
        assert_eq!(of('f').alter_table('p', "s.t"), "ALTER TABLE s.t");
        assert_eq!(of('c').alter_table('r', "s.t"), "ALTER TABLE s.t");
        assert_eq!(of('c').alter_table('f', "s.t"), "ALTER FOREIGN TABLE s.t");
    }

    #[test]
    fn late_not_nulls_are_plain_constraints() {
        assert_eq!(of('n').kind(), Kind::Constraint);
        assert_eq!(of('c').kind(), Kind::CheckConstraint);
        assert_eq!(of('f').kind(), Kind::FkConstraint);
    }

    #[test]
    fn a_key_may_be_made_from_an_index_that_stands() {
        let mut db = sample::database(18);
        let table = sample::table(&mut db, "t", &[]);
        let index = Index {
            table,
            parent: 0,
            constraint: None,
            definition: String::new(),
            tablespace: "fast".into(),
            clustered: true,
            replica_identity: false,
            targets: Vec::new(),
            attached: Vec::new(),
        };
        let index = db.push(sample::object(
            &db,
            class::CLASS,
            "t_pkey",
            Body::Index(Box::new(index)),
        ));
        let mut key = of('p');
        key.table = Some(table);
        key.index = Some(index);
        key.key.columns = vec!["id".into()];
        key.key.plain = true;
        key.local = true;
        key.separate = true;
        let key = sample::object(&db, class::CONSTRAINT, "t_pkey", Body::Constraint(Box::new(key)));
        let key = db.push(key);
        if let Body::Index(body) = &mut db.object_mut(index).body {
            body.constraint = Some(key);
        }
        let comment = (0, "of the key".to_owned());
        db.comments.insert(db.object(index).catalog, vec![comment]);
        let entries = emit::entries(&db, &[key, index]).split_off(3);
        let clustered = "\nALTER TABLE public.t CLUSTER ON t_pkey;\n";
        assert_eq!(entries[0].name, "t t_pkey");
        assert_eq!(
            entries[0].create,
            format!("ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n{clustered}")
        );
        assert_eq!(entries[0].drop, "ALTER TABLE ONLY public.t DROP CONSTRAINT t_pkey;\n");
        assert_eq!(entries[0].tablespace.as_deref(), Some("fast"));
        let apart = entries[0].using_index.clone().expect("a plain key");
        assert_eq!(
            apart.index,
            "CREATE UNIQUE INDEX t_pkey ON public.t USING btree (id);\n"
        );
        assert_eq!(
            apart.attach,
            format!(
                "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX t_pkey;\n{clustered}"
            )
        );
        assert_eq!(entries[1].create, "COMMENT ON INDEX public.t_pkey IS 'of the key';\n");
        assert_eq!(entries[1].parent, Some(entries[0].id));
    }
}

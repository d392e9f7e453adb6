//! Types (`pg_type`): base, composite, enum and range types, domains, and types that are only declared.
//!
//! Arrays, multiranges and the row types of tables come with their element, range and table: they stand in
//! the dependency graph only, and arrays and row types only where something needs them: nearly all are needed by
//! nothing, and every table has both. A base type needs its functions and they need the type; what lies between is
//! the declaration, a node of its own that becomes an entry when the cycle is cut.

use pgx_archive::entry::SUPERUSER;
use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};

use super::names::Names;
use super::{Phase, Reader};

pub mod base;
pub mod composite;
pub mod domain;
pub mod domain_constraint;
pub mod enumeration;
pub mod range;

const TYPES: Select = Select {
    columns: &[
        column("oid", "t.oid").as_it_is(),
        column("name", "t.typname").as_it_is(),
        column("schema", "t.typnamespace").as_it_is(),
        column("owner", "t.typowner").as_it_is(),
        column("acl", "t.typacl"),
        column(
            "acldefault",
            "CASE WHEN t.typacl IS NOT NULL OR t.oid IN (SELECT p.objoid FROM pg_catalog.pg_init_privs p WHERE p.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass) THEN pg_catalog.acldefault('T', t.typowner) END",
        ),
        column("typtype", "t.typtype").as_it_is(),
        column("is_defined", "t.typisdefined").as_it_is(),
        column("relation", "t.typrelid").as_it_is(),
        column("relkind", "c.relkind").as_it_is(),
        column("is_array", "e.typarray = t.oid").as_it_is(),
    ],
    from: "FROM pg_catalog.pg_type t
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
WHERE t.oid >= 16384
  AND ((e.typarray = t.oid OR c.relkind <> 'c') IS NOT TRUE
       OR t.oid IN (SELECT d.refobjid FROM pg_catalog.pg_depend d
                    WHERE d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.deptype <> 'i')
       OR t.typarray IN (SELECT d.refobjid FROM pg_catalog.pg_depend d
                         WHERE d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.deptype <> 'i'))
   OR ((t.typacl IS NOT NULL
        OR t.oid IN (SELECT p.objoid FROM pg_catalog.pg_init_privs p
                     WHERE p.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass))
       AND t.typacl IS DISTINCT FROM (SELECT p.initprivs FROM pg_catalog.pg_init_privs p
                                      WHERE p.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass
                                        AND p.objoid = t.oid AND p.objsubid = 0))
ORDER BY t.oid",
};

/// Users' types, and built-in ones whose privileges were changed.
pub const READER: Reader = Reader {
    name: "types",
    phase: Phase::Early,
    query: |db| Some(TYPES.sql(db.server.major(), &[])),
    read,
};

/// A type.
#[derive(Clone, Debug, Default)]
pub struct Type {
    /// `typtype`: b, c, d, e, p, r, m.
    pub typtype: char,
    /// Whether it is more than declared.
    pub is_defined: bool,
    /// Relation of a composite or row type, or 0.
    pub relation: u32,
    /// `relkind` of that relation.
    pub relkind: char,
    /// Whether it is an array made with another type.
    pub is_array: bool,
    /// Whether it is a multirange made with a range.
    pub is_multirange: bool,
    /// Its declaration, for base and range types.
    pub shell: Option<NodeId>,
    /// What it is; late, for types whose definition is wanted.
    pub definition: Definition,
}

/// What a type consists of.
#[derive(Clone, Debug, Default)]
pub enum Definition {
    /// Nothing was read, or there is nothing but the name.
    #[default]
    None,
    /// The labels of an enum, in their order.
    Enum(Vec<String>),
    /// The attributes of a composite type.
    Composite(Vec<composite::Attribute>),
    /// A domain.
    Domain(Box<domain::Domain>),
    /// A range type.
    Range(Box<range::Range>),
    /// A base type.
    Base(Box<base::Base>),
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let body = type_of(&row)?;
        let has_shell = matches!(body.typtype, 'b' | 'r') && !body.is_dummy();
        let id = db.add(class::TYPE, &row, Body::Type(Box::new(body)))?;
        if has_shell {
            let declaration = declaration(db.object(id), id);
            let shell = db.push(declaration);
            if let Body::Type(body) = &mut db.object_mut(id).body {
                body.shell = Some(shell);
            }
        }
    }
    Ok(())
}

fn type_of(row: &Row<'_>) -> Result<Type, Error> {
    let typtype = row.letter("typtype")?;
    Ok(Type {
        typtype,
        is_defined: row.flag("is_defined")?,
        relation: row.oid("relation")?,
        relkind: row.letter("relkind")?,
        is_array: row.flag("is_array")?,
        is_multirange: typtype == 'm',
        shell: None,
        definition: Definition::None,
    })
}

/// The node of a type's declaration. It has no catalog row: dependencies in `pg_depend` are the type's.
fn declaration(of: &Object, id: NodeId) -> Object {
    Object {
        catalog: Default::default(),
        schema: of.schema,
        name: of.name.clone(),
        owner: of.owner,
        acl: Default::default(),
        extension: None,
        wanted: Wanted::NONE,
        dependencies: Vec::new(),
        body: Body::ShellType(id),
    }
}

/// OIDs of the types of a `typtype` whose definition is wanted.
fn wanted(db: &Database, typtype: char) -> Vec<u32> {
    db.oids(|object| {
        object.wanted.any(Wanted::DEFINITION)
            && matches!(&object.body, Body::Type(body) if body.typtype == typtype && !body.is_dummy())
    })
}

/// The definition of the type that a late row is about.
fn definition<'a>(db: &'a mut Database, row: &Row<'_>) -> Result<&'a mut Definition, Error> {
    let oid = row.oid("oid")?;
    let id = db
        .by_oid(class::TYPE, oid)
        .ok_or_else(|| row.dangling(format!("type {oid}")))?;
    match &mut db.object_mut(id).body {
        Body::Type(body) => Ok(&mut body.definition),
        _ => Err(row.dangling(format!("type {oid}"))),
    }
}

impl Type {
    /// Whether it only stands for its table, element or range in the dependency graph.
    pub fn is_dummy(&self) -> bool {
        (self.relation != 0 && self.relkind != 'c') || self.is_array || self.is_multirange
    }

    /// The type with its facets, those of its columns or constraints too.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        if self.is_dummy() {
            return;
        }
        let db = out.db;
        let names = Names::of(db, id);
        let is_domain = self.typtype == 'd';
        let (kind, word) = if is_domain {
            (Kind::Domain, "DOMAIN")
        } else {
            (Kind::Type, "TYPE")
        };
        // A base type and its functions need each other: no other way to drop them.
        let cascade = if self.typtype == 'b' { " CASCADE" } else { "" };
        let mut entry = Entry::new(kind, Some(&names.schema), names.raw.clone(), names.owner.clone());
        entry.create = self.create(db, &names.qualified);
        entry.drop = format!("DROP {word} {}{cascade};\n", names.qualified);
        if self.typtype == 'b' {
            entry
                .fields
                .insert(SUPERUSER.to_owned(), "base types are made by superusers".into());
        }
        out.main(entry);
        let (schema, owner) = (Some(names.schema.as_str()), names.owner.as_str());
        out.comment(word, &names.name, schema, owner);
        out.label(word, &names.name, schema, owner);
        out.privileges("TYPE", &names.name, schema, owner);
        match &self.definition {
            Definition::Composite(attributes) => composite::comments(self.relation, attributes, &names, out),
            Definition::Domain(domain) => domain::constraint_comments(domain, &names, out),
            _ => {}
        }
    }

    fn create(&self, db: &Database, name: &str) -> String {
        match &self.definition {
            Definition::None => format!("CREATE TYPE {name};\n"),
            Definition::Enum(labels) => enumeration::create(name, labels),
            Definition::Composite(attributes) => composite::create(name, attributes),
            Definition::Domain(domain) => domain::create(db, name, domain),
            Definition::Range(range) => range.create(name),
            Definition::Base(base) => base.create(name),
        }
    }
}

/// The declaration of a type. Dropping and owning is left to the type itself.
pub fn emit_shell(of: NodeId, out: &mut Emitter<'_>) {
    let names = Names::of(out.db, of);
    let mut entry = Entry::new(Kind::ShellType, Some(&names.schema), names.raw, names.owner);
    entry.create = format!("CREATE TYPE {};\n", names.qualified);
    out.main(entry);
}

#[cfg(test)]
mod tests {
    use pgx_archive::CatalogId;

    use super::*;
    use crate::database::Acl;
    use crate::sample;

    fn composite() -> Type {
        Type {
            typtype: 'c',
            is_defined: true,
            relation: 30_000,
            relkind: 'c',
            definition: Definition::Composite(vec![composite::Attribute {
                number: 2,
                name: "B".into(),
                type_name: "text".into(),
                collation: None,
            }]),
            ..Type::default()
        }
    }

    fn texts(wanted: Wanted) -> Vec<String> {
        let mut db = sample::database(18);
        let body = Body::Type(Box::new(composite()));
        let mut object = sample::object(&db, class::TYPE, "pair", body);
        object.wanted = wanted;
        object.acl = Some(Box::new(Acl {
            actual: Some("{joe=U/joe}".into()),
            default: Some("{=U/joe,joe=U/joe}".into()),
        }));
        db.push(object);
        let of = CatalogId {
            class: class::CLASS,
            oid: 30_000,
        };
        db.comments.insert(of, vec![(2, "second".into())]);
        let entries = sample::entries(&db).into_iter();
        entries
            .filter(|entry| entry.name.contains("pair"))
            .map(|entry| entry.create)
            .collect()
    }

    #[test]
    fn comments_on_attributes_follow_the_type() {
        assert_eq!(
            texts(Wanted::ALL),
            [
                "CREATE TYPE public.pair AS (\n\t\"B\" text\n);\n",
                "REVOKE ALL ON TYPE public.pair FROM PUBLIC;\n",
                "COMMENT ON COLUMN public.pair.\"B\" IS 'second';\n",
            ]
        );
    }

    #[test]
    fn a_member_of_an_extension_keeps_its_privileges_only() {
        assert_eq!(texts(Wanted::ACL), ["REVOKE ALL ON TYPE public.pair FROM PUBLIC;\n"]);
    }

    #[test]
    fn row_types_arrays_and_multiranges_say_nothing() {
        assert!(!composite().is_dummy());
        for dummy in [
            Type {
                relkind: 'r',
                ..composite()
            },
            Type {
                is_array: true,
                ..Type::default()
            },
            Type {
                is_multirange: true,
                ..Type::default()
            },
        ] {
            assert!(dummy.is_dummy());
        }
    }
}
